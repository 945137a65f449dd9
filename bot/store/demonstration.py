"""What is invented in this database, and how far it reaches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.store.tables import account, shift, slot
from bot.store.unit import ReadUnit


@dataclass(frozen=True)
class AccountHere:
    """An account, and whether it is part of a demonstration."""

    id: str
    email: str
    demonstration: bool


def accounts_here(unit: ReadUnit) -> tuple[AccountHere, ...]:
    """Every account of this database."""
    rows = unit.connection.execute(select(account.c.id, account.c.email, account.c.demonstration))
    return tuple(AccountHere(id=row.id, email=row.email, demonstration=row.demonstration) for row in rows)


def last_shift_ends(unit: ReadUnit) -> datetime | None:
    """Until when the rota is filled (UTC), or None."""
    moment: datetime | None = unit.connection.execute(select(func.max(shift.c.ends_at))).scalar_one()
    return moment


def last_slot_starts(unit: ReadUnit) -> datetime | None:
    """When the last slot of the diary starts (UTC), or None."""
    moment: datetime | None = unit.connection.execute(select(func.max(slot.c.starts_at))).scalar_one()
    return moment
