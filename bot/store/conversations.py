"""People, their addresses and their conversations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.store.tables import address, conversation, person
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.session import Session

_WITH_ADDRESS = conversation.join(address, conversation.c.address_id == address.c.id)


@dataclass(frozen=True)
class Address:
    """One way of reaching a person. `value` is the number, chat id or page token; `stopped_at` is UTC."""

    id: str
    person: str
    channel: str
    lane: str
    value: str
    stopped_at: datetime | None


@dataclass(frozen=True)
class Conversation:
    """One conversation and where it stands; None before the first turn was taken."""

    id: str
    address: Address
    session: Session | None
    first_text_at: datetime


def of_sender(
    unit: WriteUnit, *, channel: str, lane: str, sender: str, received_at: datetime, unread: bool = False
) -> Conversation:
    """The conversation of this address, locked until the unit ends; begun here when there is none.

    With `unread` the session is left as it is, and is None in what comes back.
    """
    found = _locked(unit, address.c.lookup == lane, unread=unread)
    if found is not None:
        return found
    person_id, address_id, conversation_id = new_id(), new_id(), new_id()
    unit.connection.execute(insert(person).values(id=person_id, created_at=unit.now))
    unit.connection.execute(
        insert(address).values(
            id=address_id,
            person_id=person_id,
            channel=channel,
            lookup=lane,
            sealed_value=unit.seal("address", "sealed_value", address_id, sender),
            created_at=unit.now,
        )
    )
    unit.connection.execute(
        insert(conversation).values(
            id=conversation_id,
            person_id=person_id,
            address_id=address_id,
            flow="",
            flow_version=0,
            phase="new",
            sealed_session=b"",
            first_text_at=received_at,
            last_text_at=received_at,
        )
    )
    at = Address(id=address_id, person=person_id, channel=channel, lane=lane, value=sender, stopped_at=None)
    return Conversation(id=conversation_id, address=at, session=None, first_text_at=received_at)


def by_id(unit: WriteUnit, conversation_id: str, *, unread: bool = False) -> Conversation:
    """The conversation of this id, locked until the unit ends; `unread` as in `of_sender`.

    Raises LookupError when there is none.
    """
    found = _locked(unit, conversation.c.id == conversation_id, unread=unread)
    if found is None:
        raise LookupError("there is no conversation of this id")
    return found


def lock(unit: WriteUnit, conversation_id: str) -> None:
    """Let nobody else change this conversation, or open a case in it, until the unit ends."""
    unit.connection.execute(select(conversation.c.id).where(conversation.c.id == conversation_id).with_for_update())


def recent_texts(unit: ReadUnit, lane: str) -> tuple[str, ...]:
    """The last few texts of the person at this address, oldest first, as the session remembers them."""
    row = unit.connection.execute(
        select(conversation.c.id, conversation.c.sealed_session)
        .select_from(_WITH_ADDRESS)
        .where(address.c.lookup == lane)
    ).first()
    if row is None or not row.sealed_session:
        return ()
    return _session(unit, row.id, row.sealed_session).recent


def save(unit: WriteUnit, held: Conversation, session: Session, *, last_text_at: datetime | None) -> None:
    """Keep where the conversation stands now. `last_text_at` is set when the person wrote."""
    values: dict[str, object] = {
        "sealed_session": unit.seal("conversation", "sealed_session", held.id, session.model_dump_json()),
        "flow": session.stack[0].flow.name,
        "flow_version": session.stack[0].flow.version,
        "phase": session.phase,
    }
    if last_text_at is not None:
        values["last_text_at"] = last_text_at
    unit.connection.execute(update(conversation).where(conversation.c.id == held.id).values(values))


def note_text(unit: WriteUnit, held: Conversation, received_at: datetime) -> None:
    """Note when the person last wrote, where nothing else about the conversation changes."""
    unit.connection.execute(update(conversation).where(conversation.c.id == held.id).values(last_text_at=received_at))


def set_stopped(unit: WriteUnit, held: Conversation, stopped_at: datetime | None) -> None:
    """Note that the person wants no more texts at this address, or wants them again (None)."""
    unit.connection.execute(update(address).where(address.c.id == held.address.id).values(stopped_at=stopped_at))


def _locked(unit: WriteUnit, condition: object, *, unread: bool) -> Conversation | None:
    row = (
        unit.connection.execute(
            select(
                conversation.c.id,
                conversation.c.sealed_session,
                conversation.c.first_text_at,
                address.c.id.label("address_id"),
                address.c.person_id,
                address.c.channel,
                address.c.lookup,
                address.c.sealed_value,
                address.c.stopped_at,
            )
            .select_from(_WITH_ADDRESS)
            .where(condition)  # type: ignore[arg-type]  # a column expression of either table
            # Two turns of one conversation wait for each other here; SQLite has one writer and needs no word.
            .with_for_update(of=conversation)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    at = Address(
        id=row["address_id"],
        person=row["person_id"],
        channel=row["channel"],
        lane=row["lookup"],
        value=unit.open("address", "sealed_value", row["address_id"], row["sealed_value"]),
        stopped_at=row["stopped_at"],
    )
    session = None
    if row["sealed_session"] and not unread:
        session = _session(unit, row["id"], row["sealed_session"])
    return Conversation(id=row["id"], address=at, session=session, first_text_at=row["first_text_at"])


def _session(unit: ReadUnit, conversation_id: str, sealed: bytes) -> Session:
    return Session.model_validate_json(unit.open("conversation", "sealed_session", conversation_id, sealed))
