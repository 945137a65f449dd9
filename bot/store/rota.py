"""The team, its rota, and how its practitioners are reached."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from bot.store.tables import account, shift, team
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.inputs import Team
from handoff.escalation import Reachable
from handoff.rota import Shift, on_duty


def team_words(unit: ReadUnit) -> Team | None:
    """What the team set for itself, or None before it was set up."""
    row = unit.connection.execute(select(team.c.words)).first()
    return None if row is None else Team.model_validate(row.words)


def set_team(unit: WriteUnit, words: Team, *, demonstration: bool = False) -> None:
    """Set up the team."""
    unit.connection.execute(
        insert(team).values(id=new_id(), words=words.model_dump(mode="json"), demonstration=demonstration)
    )


def shifts_around(unit: ReadUnit, now: datetime, ahead: timedelta = timedelta(days=30)) -> tuple[Shift, ...]:
    """The shifts that have not ended at `now` and begin within `ahead`."""
    rows = unit.connection.execute(
        select(shift).where(shift.c.ends_at > now, shift.c.starts_at < now + ahead).order_by(shift.c.starts_at)
    ).mappings()
    return tuple(
        Shift(practitioner=row["account_id"], starts_at=row["starts_at"], ends_at=row["ends_at"]) for row in rows
    )


def add_shift(unit: WriteUnit, added: Shift) -> None:
    """Put a shift on the rota."""
    unit.connection.execute(
        insert(shift).values(
            id=new_id(), account_id=added.practitioner, starts_at=added.starts_at, ends_at=added.ends_at
        )
    )


def reachable(unit: ReadUnit) -> tuple[Reachable, ...]:
    """Everybody who could be told about a case: account id, role, and whether a phone is known."""
    rows = unit.connection.execute(select(account.c.id, account.c.role, account.c.sealed_phone).order_by(account.c.id))
    return tuple(Reachable(practitioner=row.id, role=row.role, has_phone=row.sealed_phone is not None) for row in rows)


def here_now(unit: ReadUnit) -> tuple[str, ...]:
    """The account ids of those on duty at this moment."""
    return on_duty(shifts_around(unit, unit.now), unit.now)
