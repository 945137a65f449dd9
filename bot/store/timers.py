"""Time lives in rows: what is due at a moment for one conversation."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store import inbox
from bot.store.tables import address, conversation, timer
from bot.store.unit import WriteUnit, new_id

_WITH_ADDRESS = timer.join(conversation, timer.c.conversation_id == conversation.c.id).join(
    address, conversation.c.address_id == address.c.id
)


def start(unit: WriteUnit, conversation_id: str, name: str, due: datetime) -> None:
    """Start a timer, or move the running one of this name. `due` is UTC."""
    stop(unit, conversation_id, name)
    unit.connection.execute(
        insert(timer),
        {
            "id": new_id(),
            "conversation_id": conversation_id,
            "name": name,
            "due": due,
        },
    )


def stop(unit: WriteUnit, conversation_id: str, name: str) -> None:
    """Stop a timer; nothing happens when it is not running."""
    unit.connection.execute(delete(timer).where(timer.c.conversation_id == conversation_id, timer.c.name == name))


def move_due_to_inbox(unit: WriteUnit) -> int:
    """Each timer that is due becomes an inbox row, in one transaction, once. Returns how many."""
    due = unit.connection.execute(
        select(timer.c.id, timer.c.name, timer.c.conversation_id, address.c.channel, address.c.lookup)
        .select_from(_WITH_ADDRESS)
        .where(timer.c.due <= unit.now)
        .order_by(timer.c.due)
        .limit(200)
        .with_for_update(of=timer, skip_locked=True)
    ).all()
    # Lanes in one order for every process, because `inbox` locks each of them until the commit.
    for row in sorted(due, key=lambda row: row.lookup):
        payload = inbox.TimerPayload(conversation=row.conversation_id, timer=row.name)
        inbox.put_timer(unit, channel=row.channel, lane=row.lookup, timer_row=row.id, payload=payload)
    if due:
        unit.connection.execute(delete(timer).where(timer.c.id.in_([row.id for row in due])))
    return len(due)
