"""Cases: opened and joined by turns, moved by practitioners, brought to attention by escalation rows."""

import json
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from bot.store.tables import case, case_history, escalation, flag
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.safety import Screening
from handoff.case import Case, CaseMove, CaseState, IllegalMoveError, after

_ESCALATING = escalation.join(case, escalation.c.case_id == case.c.id)


def open_or_join(unit: WriteUnit, conversation: str, by: Literal["now", "today"], because: str) -> tuple[Case, bool]:
    """The case of this conversation that is not closed, or a new one. Returns it and whether it is news.

    News is a case just opened, or an unclaimed or claimed `today` that became `now`. A case is never lowered here.
    """
    row = _one(unit, case.c.conversation_id == conversation, case.c.state != CaseState.CLOSED)
    if row is None:
        return _open(unit, conversation, by, because), True
    if by == "now" and row.by == "today":
        unit.connection.execute(update(case).where(case.c.id == row.id).values(by="now"))
        record(unit, row.id, "raised_to_now")
        return row.model_copy(update={"by": "now"}), True
    return row, False


def _open(unit: WriteUnit, conversation: str, by: Literal["now", "today"], because: str) -> Case:
    case_id = new_id()
    unit.connection.execute(
        insert(case),
        {
            "id": case_id,
            "conversation_id": conversation,
            "opened_at": unit.now,
            "by": by,
            "because": because,
            "state": CaseState.OPEN,
        },
    )
    record(unit, case_id, "opened")
    opened = _one(unit, case.c.id == case_id)
    if opened is None:
        raise LookupError("the case just opened is not there")
    return opened


def raise_flag(
    unit: WriteUnit, *, case_id: str, message: str, by: Literal["now", "today"], because: str, screening: Screening
) -> None:
    """Tie the words that raised a concern to the case."""
    row = new_id()
    reasons = json.dumps([reason.model_dump() for reason in screening.reasons])
    unit.connection.execute(
        insert(flag),
        {
            "id": row,
            "message_id": message,
            "case_id": case_id,
            "by": by,
            "because": because,
            "sealed_reasons": unit.seal("flag", "sealed_reasons", row, reasons),
            "version": screening.version,
            "at": unit.now,
        },
    )


def by_number(unit: ReadUnit, number: int, *, lock: bool = False) -> Case | None:
    """The case of this number, or None. With `lock` it stays as it is until the unit ends."""
    return _one(unit, case.c.number == number, lock=lock)


def unclosed(unit: ReadUnit, conversation: str) -> Case | None:
    """The case of this conversation that is not closed, or None."""
    return _one(unit, case.c.conversation_id == conversation, case.c.state != CaseState.CLOSED)


def move(unit: WriteUnit, moved: Case, step: CaseMove, practitioner: str, next_step: str | None = None) -> None:
    """Make a practitioner's move. Raises IllegalMoveError when it is not theirs to make.

    The update is conditional on the state that was read, so of any number of simultaneous claims one wins.
    """
    state = after(moved, step, practitioner)
    values: dict[str, object] = {"state": state}
    if step is CaseMove.CLAIM:
        values |= {"claimed_by": practitioner, "claimed_at": unit.now}
    elif step is CaseMove.RELEASE:
        values |= {"claimed_by": None, "claimed_at": None}
    else:
        sealed = unit.seal("case", "sealed_next_step", moved.id, next_step or "")
        values |= {"closed_at": unit.now, "closed_by": practitioner, "sealed_next_step": sealed}
    statement = update(case).where(case.c.id == moved.id, case.c.state == moved.state).values(values)
    if unit.connection.execute(statement).rowcount != 1:
        raise IllegalMoveError(f"Case {moved.number} was changed by somebody else just now: look at it again.")
    record(unit, moved.id, state if step is not CaseMove.RELEASE else "handed_back", practitioner)


def note_first_words(unit: WriteUnit, spoken_in: Case) -> None:
    """Note when the first human words of a case were written."""
    unit.connection.execute(
        update(case).where(case.c.id == spoken_in.id, case.c.first_words_at.is_(None)).values(first_words_at=unit.now)
    )


def record(unit: WriteUnit, case_id: str, what: str, account: str | None = None) -> None:
    """Add a line to the case's history."""
    unit.connection.execute(
        insert(case_history),
        {
            "case_id": case_id,
            "what": what,
            "account_id": account,
            "at": unit.now,
        },
    )


def escalate_at(unit: WriteUnit, case_id: str, step: int, due: datetime) -> None:
    """Set when the case is next brought to somebody's attention; the step before is replaced."""
    dialect = postgresql if unit.connection.dialect.name == "postgresql" else sqlite
    unit.connection.execute(
        dialect.insert(escalation)
        .values(case_id=case_id, step=step, due=due)
        .on_conflict_do_update(index_elements=["case_id"], set_={"step": step, "due": due})
    )


def stop_escalating(unit: WriteUnit, case_id: str) -> None:
    """Nobody else is paged for this case."""
    unit.connection.execute(delete(escalation).where(escalation.c.case_id == case_id))


def due_escalations(unit: WriteUnit) -> list[tuple[Case, int]]:
    """Open cases whose next page is due, with the step it is; locked until the unit ends.

    A case that another process is paging for, or that is being claimed, at this instant is passed over.
    """
    rows = unit.connection.execute(
        select(case, escalation.c.step)
        .select_from(_ESCALATING)
        .where(escalation.c.due <= unit.now, case.c.state == CaseState.OPEN)
        .order_by(escalation.c.due)
        .with_for_update(of=(case, escalation), skip_locked=True)
    ).mappings()
    return [(from_row(row), row["step"]) for row in rows]


def without_next_step(unit: ReadUnit) -> int:
    """How many open cases nobody will ever be paged for: health is red when it is not 0."""
    statement = (
        select(func.count())
        .select_from(case.outerjoin(escalation, escalation.c.case_id == case.c.id))
        .where(case.c.state == CaseState.OPEN, escalation.c.case_id.is_(None))
    )
    return unit.connection.execute(statement).scalar_one()


def oldest_open(unit: ReadUnit, by: Literal["now", "today"]) -> datetime | None:
    """When the oldest open (unclaimed) case of this kind was opened (UTC), or None."""
    moment: datetime | None = unit.connection.execute(
        select(func.min(case.c.opened_at)).where(case.c.state == CaseState.OPEN, case.c.by == by)
    ).scalar_one()
    return moment


def _one(unit: ReadUnit, *conditions: object, lock: bool = False) -> Case | None:
    statement = select(case).where(*conditions)  # type: ignore[arg-type]  # column expressions of this table
    if lock:
        statement = statement.with_for_update()
    row = unit.connection.execute(statement).mappings().first()
    return None if row is None else from_row(row)


def from_row(row: RowMapping) -> Case:
    """The case a row holds."""
    return Case(
        id=row["id"],
        number=row["number"],
        conversation=row["conversation_id"],
        opened_at=row["opened_at"],
        by=row["by"],
        because=row["because"],
        state=CaseState(row["state"]),
        claimed_by=row["claimed_by"],
        claimed_at=row["claimed_at"],
        first_words_at=row["first_words_at"],
        closed_at=row["closed_at"],
    )
