"""Slots for first conversations: offered, held for some minutes, booked once.

That a slot is booked once is guaranteed by the unique index `uq_booking_one_per_slot`, whatever happens here.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from bot.store.tables import booking, slot
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.inputs import Slot

HELD = timedelta(minutes=15)
"""How long an offered slot is held for the person it was offered to."""


def free(unit: ReadUnit, conversation: str, earliest: datetime, latest: datetime) -> tuple[Slot, ...]:
    """Slots between two moments (UTC) that nobody has booked and nobody else holds, soonest first."""
    taken = exists().where(booking.c.slot_id == slot.c.id, booking.c.called_off_at.is_(None))
    not_held = or_(slot.c.held_until.is_(None), slot.c.held_until < unit.now, slot.c.held_by == conversation)
    rows = unit.connection.execute(
        select(slot)
        .where(slot.c.starts_at >= earliest, slot.c.starts_at <= latest, ~taken, not_held)
        .order_by(slot.c.starts_at, slot.c.id)
        .limit(200)
    ).mappings()
    return tuple(_slot(row) for row in rows)


def hold(unit: WriteUnit, slot_id: str, conversation: str) -> bool:
    """Hold a slot for a conversation for `HELD`. False when another holds it by now."""
    statement = (
        update(slot)
        .where(slot.c.id == slot_id)
        .where(or_(slot.c.held_until.is_(None), slot.c.held_until < unit.now, slot.c.held_by == conversation))
        .values(held_by=conversation, held_until=unit.now + HELD)
    )
    return unit.connection.execute(statement).rowcount == 1


def let_go(unit: WriteUnit, conversation: str) -> None:
    """Free whatever this conversation holds."""
    unit.connection.execute(update(slot).where(slot.c.held_by == conversation).values(held_by=None, held_until=None))


def book(unit: WriteUnit, slot_id: str, conversation: str) -> Slot | None:
    """Book a slot for a conversation; None when it is gone. Booking one's own slot again changes nothing."""
    found = unit.connection.execute(select(slot).where(slot.c.id == slot_id)).mappings().first()
    if found is None:
        return None
    mine = select(booking.c.id).where(
        booking.c.slot_id == slot_id, booking.c.conversation_id == conversation, booking.c.called_off_at.is_(None)
    )
    if unit.connection.execute(mine).first() is not None:
        return _slot(found)
    if not hold(unit, slot_id, conversation):
        return None
    try:
        # A savepoint, so that losing the race does not lose the turn.
        with unit.connection.begin_nested():
            unit.connection.execute(
                insert(booking).values(id=new_id(), slot_id=slot_id, conversation_id=conversation, booked_at=unit.now)
            )
    except IntegrityError:
        return None
    return _slot(found)


def booked_by(unit: ReadUnit, conversation: str) -> Slot | None:
    """The slot this conversation has booked, or None."""
    row = (
        unit.connection.execute(
            select(slot)
            .select_from(slot.join(booking, booking.c.slot_id == slot.c.id))
            .where(booking.c.conversation_id == conversation, booking.c.called_off_at.is_(None))
            .order_by(booking.c.booked_at.desc())
        )
        .mappings()
        .first()
    )
    return None if row is None else _slot(row)


def add_slot(unit: WriteUnit, added: Slot) -> None:
    """Put a slot into the diary."""
    unit.connection.execute(insert(slot).values(**added.model_dump()))


def _slot(row: RowMapping) -> Slot:
    return Slot(
        id=row["id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        mode=row["mode"],
        place=row["place"],
        with_whom=row["with_whom"],
    )
