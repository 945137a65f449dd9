"""A conversation as the person sees it: what they wrote, what was said to them, and how far each line is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, exists, func, select

from bot.store.inbox import TextPayload
from bot.store.tables import account, address, conversation, inbox, message, outbox
from bot.store.unit import ReadUnit
from dialogue.events import Choice


@dataclass(frozen=True)
class Line:
    """One line. `author` is `person`, `bot`, or the first name of the practitioner who wrote it.

    `provider_id` is the id under which a person's line came in, None for what was said to them. `outbox` is the row
    that carries a line to them, with its state in `delivery`. `at` is UTC.
    """

    seq: int
    id: str
    author: str
    words: str
    media: tuple[str, ...]
    at: datetime
    choices: tuple[Choice, ...] = ()
    provider_id: str | None = None
    outbox: str | None = None
    delivery: str | None = None


def lines(unit: ReadUnit, channel: str, sender: str, after: int = 0) -> tuple[Line, ...]:
    """The lines of this address's conversation whose number is greater than `after`, in order.

    Lines of one conversation are written one transaction at a time, so no lower number appears after a higher one.
    """
    joined = (
        message.join(conversation, message.c.conversation_id == conversation.c.id)
        .join(address, conversation.c.address_id == address.c.id)
        .outerjoin(account, message.c.account_id == account.c.id)
        .outerjoin(outbox, outbox.c.message_id == message.c.id)
        .outerjoin(inbox, inbox.c.id == message.c.id)
    )
    rows = unit.connection.execute(
        select(
            message.c.seq,
            message.c.id,
            message.c.author,
            message.c.sealed_words,
            message.c.media,
            message.c.at,
            account.c.first_name,
            outbox.c.id.label("outbox_id"),
            outbox.c.state,
            outbox.c.choices,
            inbox.c.provider_id,
        )
        .select_from(joined)
        .where(address.c.lookup == unit.keys.lookup(channel, sender), message.c.seq > after)
        .order_by(message.c.seq)
    ).mappings()
    return tuple(_line(unit, row) for row in rows)


def _line(unit: ReadUnit, row: RowMapping) -> Line:
    return Line(
        seq=row["seq"],
        id=row["id"],
        author=row["first_name"] or row["author"],
        words=unit.open("message", "sealed_words", row["id"], row["sealed_words"]),
        media=tuple(row["media"]),
        at=row["at"],
        choices=tuple(Choice(**choice) for choice in row["choices"] or ()),
        provider_id=row["provider_id"],
        outbox=row["outbox_id"],
        delivery=row["state"],
    )


def waiting(unit: ReadUnit, channel: str, sender: str) -> tuple[Line, ...]:
    """What the person at this address wrote that has not had its turn yet, in order; their `seq` is 0."""
    rows = unit.connection.execute(
        select(inbox.c.id, inbox.c.sealed_payload, inbox.c.provider_id, inbox.c.received_at)
        .where(inbox.c.lane == unit.keys.lookup(channel, sender), inbox.c.kind == "text")
        .where(~exists().where(message.c.id == inbox.c.id))
        .order_by(inbox.c.seq)
    ).mappings()
    return tuple(_waiting_line(unit, row) for row in rows)


def _waiting_line(unit: ReadUnit, row: RowMapping) -> Line:
    text = TextPayload.model_validate_json(unit.open("inbox", "sealed_payload", row["id"], row["sealed_payload"]))
    return Line(
        seq=0,
        id=row["id"],
        author="person",
        words=text.words,
        media=text.media,
        at=row["received_at"],
        provider_id=row["provider_id"],
    )


def latest(unit: ReadUnit, channel: str, sender: str) -> int:
    """The number of the last line at this address, 0 when there is none."""
    joined = message.join(conversation, message.c.conversation_id == conversation.c.id).join(
        address, conversation.c.address_id == address.c.id
    )
    newest: int | None = unit.connection.execute(
        select(func.max(message.c.seq)).select_from(joined).where(address.c.lookup == unit.keys.lookup(channel, sender))
    ).scalar_one()
    return newest or 0


def sent(unit: ReadUnit, channel: str, sender: str, up_to: int) -> tuple[str, ...]:
    """The outbox rows to this address that are sent and not delivered, as far as the line of this number."""
    rows = unit.connection.execute(
        select(outbox.c.id)
        .select_from(outbox.join(message, outbox.c.message_id == message.c.id))
        .where(outbox.c.channel == channel, outbox.c.lane == unit.keys.lookup(channel, sender))
        .where(outbox.c.state == "sent", message.c.seq <= up_to)
        .order_by(outbox.c.seq)
    )
    return tuple(row.id for row in rows)
