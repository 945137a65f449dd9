"""What is to be sent, written in the transaction that decided it.

States move only forward: queued, sending, sent, delivered; or failed, or called off before it went; or unknown, when
a send may or may not have happened and nobody may guess. One lane is one recipient and is sent in order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Update, and_, bindparam, func, insert, or_, select, text, update

from bot.store.tables import OUTBOX_WAITING, Moment, account, address, message, outbox
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.events import Choice

LEASE = timedelta(seconds=60)

# How far along a message is; a receipt that would take it back is ignored.
FORWARD = {"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "failed": 4, "called_off": 4}


@dataclass(frozen=True)
class OutboxRow:
    """One row a sender has claimed. `to` is the number, chat id or page token; times are UTC."""

    seq: int
    id: str
    channel: str
    lane: str
    to: str
    words: str
    choices: tuple[Choice, ...]
    purpose: str
    case: str | None
    message: str | None
    attempts: int
    owner: str
    queued_at: datetime


def put_to_person(  # noqa: PLR0913 -- an outgoing line has this many facts
    unit: WriteUnit,
    *,
    address_id: str,
    channel: str,
    lane: str,
    words: str,
    message: str,
    purpose: str,
    choices: tuple[Choice, ...] = (),
    case_id: str | None = None,
) -> str:
    """Queue a line of a conversation for the person. Returns the row's id."""
    return _put(
        unit,
        words,
        choices,
        channel=channel,
        lane=lane,
        address_id=address_id,
        message_id=message,
        purpose=purpose,
        case_id=case_id,
    )


def put_alert(unit: WriteUnit, *, account_id: str, channel: str, words: str, case_id: str) -> str:
    """Queue an alert for a practitioner. Its words carry a case number and a link, nothing of the person."""
    return _put(
        unit,
        words,
        (),
        channel=channel,
        lane=f"account:{account_id}",
        account_id=account_id,
        purpose="alert",
        case_id=case_id,
    )


def _put(unit: WriteUnit, words: str, choices: tuple[Choice, ...], **values: object) -> str:
    row = new_id()
    unit.connection.execute(
        insert(outbox),
        {
            "id": row,
            "sealed_words": unit.seal("outbox", "sealed_words", row, words),
            "choices": [choice.model_dump() for choice in choices],
            "queued_at": unit.now,
            **values,
        },
    )
    unit.stirred.add("outbox")
    return row


@cache
def _claim() -> Update:
    # Made once, because making it takes longer than running it.
    now = bindparam("moment", type_=Moment())
    other = outbox.alias("other")
    first_of_lane = (
        select(func.min(other.c.seq))
        .where(other.c.channel == outbox.c.channel, other.c.lane == outbox.c.lane)
        .where(text("other.state IN ('queued', 'sending')"))
        .scalar_subquery()
    )
    waiting = and_(
        outbox.c.state == "queued",
        outbox.c.channel.in_(bindparam("channels", expanding=True)),
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
    )
    first = (
        select(outbox.c.seq)
        .where(text("outbox.state IN ('queued', 'sending')"), waiting, outbox.c.seq == first_of_lane)
        .order_by(outbox.c.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (
        update(outbox)
        .where(outbox.c.seq == first.scalar_subquery(), waiting)
        .values(
            state="sending",
            owner=bindparam("worker"),
            leased_until=bindparam("lease_ends"),
            attempts=outbox.c.attempts + 1,
        )
        .returning(outbox)
    )


def claim_next(unit: WriteUnit, owner: str, channels: tuple[str, ...]) -> OutboxRow | None:
    """Claim the oldest row of these channels that may be sent now, or None.

    A row left in `sending` by a process that died is not claimed: whether it went out is not known (see `lost`).
    """
    given = {"moment": unit.now, "worker": owner, "lease_ends": unit.now + LEASE, "channels": channels}
    row = unit.connection.execute(_claim(), given).mappings().first()
    if row is None:
        return None
    return OutboxRow(
        seq=row["seq"],
        id=row["id"],
        channel=row["channel"],
        lane=row["lane"],
        to=_recipient(unit, row["address_id"], row["account_id"]),
        words=unit.open("outbox", "sealed_words", row["id"], row["sealed_words"]),
        choices=tuple(Choice(**choice) for choice in row["choices"]),
        purpose=row["purpose"],
        case=row["case_id"],
        message=row["message_id"],
        attempts=row["attempts"],
        owner=owner,
        queued_at=row["queued_at"],
    )


def _recipient(unit: ReadUnit, address_id: str | None, account_id: str | None) -> str:
    if address_id is not None:
        sealed = unit.connection.execute(select(address.c.sealed_value).where(address.c.id == address_id)).scalar_one()
        return unit.open("address", "sealed_value", address_id, sealed)
    if account_id is None:
        raise LookupError("an outbox row has neither an address nor an account")
    phone = unit.connection.execute(select(account.c.sealed_phone).where(account.c.id == account_id)).scalar_one()
    return unit.open("account", "sealed_phone", account_id, phone) if phone else ""


def settle(unit: WriteUnit, row: OutboxRow, state: str, *, provider_id: str | None, failure: str | None) -> bool:
    """Say how a claimed row ended. False when a receipt was quicker or the row was taken from us."""
    values: dict[str, object] = {"state": state, "owner": None, "leased_until": None, "failure": failure}
    if provider_id is not None:
        values["provider_id"] = provider_id
    if state in {"sent", "delivered"}:
        values["sent_at"] = unit.now
    statement = (
        update(outbox)
        .where(outbox.c.seq == row.seq, outbox.c.owner == row.owner, outbox.c.state == "sending")
        .values(values)
    )
    return unit.connection.execute(statement).rowcount == 1


def put_back(unit: WriteUnit, row: OutboxRow, reason: str, wait: timedelta) -> bool:
    """Give a row back that certainly was not sent, to be tried again after `wait`."""
    statement = (
        update(outbox)
        .where(outbox.c.seq == row.seq, outbox.c.owner == row.owner, outbox.c.state == "sending")
        .values(state="queued", owner=None, leased_until=None, failure=reason[:200], not_before=unit.now + wait)
    )
    return unit.connection.execute(statement).rowcount == 1


def record_receipt(unit: WriteUnit, channel: str, provider_id: str, state: str, reason: str | None) -> bool | None:
    """Move a row forward by the provider's word. None: no such row. False: it was further along already."""
    behind = [name for name, place in FORWARD.items() if place < FORWARD[state]]
    known = unit.connection.execute(
        select(outbox.c.seq).where(outbox.c.channel == channel, outbox.c.provider_id == provider_id)
    ).scalar_one_or_none()
    if known is None:
        return None
    values: dict[str, object] = {"state": state, "failure": reason[:200] if reason else None}
    if state in {"sent", "delivered"}:
        values["sent_at"] = func.coalesce(outbox.c.sent_at, unit.now)
    statement = update(outbox).where(outbox.c.seq == known, outbox.c.state.in_(behind)).values(values)
    return unit.connection.execute(statement).rowcount == 1


def call_off(unit: WriteUnit, address_id: str) -> None:
    """Send nothing of what is still queued for an address, because the person asked for no more texts.

    The confirmation that they were heard goes out all the same.
    """
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.state == "queued", outbox.c.purpose != "stop")
        .values(state="called_off", failure="they asked for no more texts")
    )


def call_off_alerts(unit: WriteUnit, case_id: str) -> None:
    """Send no alert about a case that is still queued, because somebody has taken it."""
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.case_id == case_id, outbox.c.account_id.is_not(None), outbox.c.state == "queued")
        .values(state="called_off", failure="somebody has taken the case")
    )


def lost(unit: WriteUnit) -> list[str]:
    """Rows whose sender died while sending: they become `unknown`. Returns their ids."""
    statement = (
        update(outbox)
        .where(OUTBOX_WAITING, outbox.c.state == "sending", outbox.c.leased_until < unit.now)
        .values(state="unknown", owner=None, leased_until=None, failure="the sender died while sending")
        .returning(outbox.c.id)
    )
    return [row[0] for row in unit.connection.execute(statement)]


@dataclass(frozen=True)
class Undelivered:
    """What did not reach a person: what it was for, and in which conversation."""

    purpose: str
    conversation: str


def undelivered(unit: ReadUnit, row_id: str) -> Undelivered | None:
    """What a row was for; None for an alert, which belongs to no line of a conversation."""
    row = unit.connection.execute(
        select(outbox.c.purpose, message.c.conversation_id)
        .select_from(outbox.join(message, outbox.c.message_id == message.c.id))
        .where(outbox.c.id == row_id)
    ).first()
    return None if row is None else Undelivered(purpose=row.purpose, conversation=row.conversation_id)


def name_row(unit: WriteUnit, row_id: str, channel: str, provider_id: str) -> bool:
    """Give a row the provider's id, when a report about it was quicker than the answer, or the answer got lost.

    False when the row is not there or has an id already.
    """
    statement = (
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.channel == channel, outbox.c.provider_id.is_(None))
        .where(outbox.c.state.in_(["sending", "unknown"]))
        .values(provider_id=provider_id)
    )
    return unit.connection.execute(statement).rowcount == 1


def of_provider(unit: ReadUnit, channel: str, provider_id: str) -> tuple[str, str]:
    """The id and lane of the row a provider knows by this id. Raises when there is none."""
    row = unit.connection.execute(
        select(outbox.c.id, outbox.c.lane).where(outbox.c.channel == channel, outbox.c.provider_id == provider_id)
    ).one()
    return row.id, row.lane


def oldest_unsent(unit: ReadUnit) -> datetime | None:
    """When the oldest row was queued that has not gone out (UTC), or None."""
    moment: datetime | None = unit.connection.execute(
        select(func.min(outbox.c.queued_at)).where(OUTBOX_WAITING)
    ).scalar_one()
    return moment


def last_sent(unit: ReadUnit) -> datetime | None:
    """When a row last went out (UTC), or None."""
    moment: datetime | None = unit.connection.execute(select(func.max(outbox.c.sent_at))).scalar_one()
    return moment


def count(unit: ReadUnit, *states: str) -> int:
    """How many rows are in these states."""
    statement = select(func.count()).select_from(outbox).where(outbox.c.state.in_(states))
    return unit.connection.execute(statement).scalar_one()
