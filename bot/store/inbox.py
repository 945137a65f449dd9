"""What came in and waits for its turn.

One lane is one address. A worker claims the oldest waiting row of a lane in which no row is being worked on, so two
texts of one person are never processed at once and never out of order, with any number of workers. The claim is one
conditional UPDATE, right on both databases without SKIP LOCKED; a lease lets another worker take over when the first
one died.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from sqlalchemy import Update, and_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import INBOX_WAITING, Moment, inbox
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.frozen import Frozen
from dialogue.inputs import MediaKind

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 4


class TextPayload(Frozen):
    """A text as it came in."""

    kind: Literal["text"] = "text"
    sender: str
    words: str
    media: tuple[MediaKind, ...] = ()
    picked: str | None = None


class TimerPayload(Frozen):
    """A timer that fell due in a conversation."""

    kind: Literal["timer"] = "timer"
    conversation: str
    timer: str


Payload = TextPayload | TimerPayload


@dataclass(frozen=True)
class InboxRow:
    """One row a worker has claimed. `lane` is the lookup of the address; times are UTC."""

    seq: int
    id: str
    channel: str
    lane: str
    payload: Payload
    received_at: datetime
    attempts: int
    owner: str


def put_text(unit: WriteUnit, *, channel: str, provider_id: str, payload: TextPayload, received_at: datetime) -> bool:
    """Keep a text. False when the provider's id is known already."""
    lane = unit.keys.lookup(channel, payload.sender)
    return _put(unit, channel, provider_id, lane, payload, received_at)


def put_timer(unit: WriteUnit, *, channel: str, lane: str, timer_row: str, payload: TimerPayload) -> bool:
    """A timer that fell due becomes a row like any other. False when this very timer was put in already."""
    return _put(unit, channel, f"timer:{timer_row}", lane, payload, unit.now)


def _put(unit: WriteUnit, channel: str, provider_id: str, lane: str, payload: Payload, received_at: datetime) -> bool:
    row = new_id()
    dialect = postgresql if unit.connection.dialect.name == "postgresql" else sqlite
    if dialect is postgresql:
        # PostgreSQL gives out `seq` before the commit: of two texts that come in at once the earlier number could
        # appear last, when the later one is being worked on already. So one lane is written by one at a time.
        unit.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lane, 0))))
    statement = (
        dialect.insert(inbox)
        .values(
            id=row,
            channel=channel,
            provider_id=provider_id,
            lane=lane,
            kind=payload.kind,
            sealed_payload=unit.seal("inbox", "sealed_payload", row, _dump(payload)),
            received_at=received_at,
            state="new",
        )
        .on_conflict_do_nothing(index_elements=["channel", "provider_id"])
        .returning(inbox.c.seq)
    )
    is_new = unit.connection.execute(statement).first() is not None
    if is_new:
        unit.stirred.add("inbox")
    return is_new


@cache
def _claim() -> Update:
    # A worker that died leaves a row in `claimed` with a lease in the past: that row, and only that row, may be
    # claimed again in its lane. The statement is made once, because making it takes longer than running it.
    now = bindparam("moment", type_=Moment())
    other = inbox.alias("other")
    in_lane = text("other.state IN ('new', 'claimed')")
    first_of_lane = select(func.min(other.c.seq)).where(other.c.lane == inbox.c.lane, in_lane).scalar_subquery()
    waiting = or_(
        and_(inbox.c.state == "new", or_(inbox.c.not_before.is_(None), inbox.c.not_before <= now)),
        and_(inbox.c.state == "claimed", inbox.c.leased_until < now),
    )
    first = (
        select(inbox.c.seq)
        .where(text("inbox.state IN ('new', 'claimed')"), waiting, inbox.c.seq == first_of_lane)
        .order_by(inbox.c.seq)
        .limit(1)
        # PostgreSQL passes over a row another worker is claiming this instant; SQLite has one writer and needs no word.
        .with_for_update(skip_locked=True)
    )
    return (
        update(inbox)
        .where(inbox.c.seq == first.scalar_subquery(), waiting)
        .values(
            state="claimed",
            owner=bindparam("worker"),
            leased_until=bindparam("lease_ends"),
            attempts=inbox.c.attempts + 1,
        )
        .returning(inbox)
    )


def claim_next(unit: WriteUnit, owner: str) -> InboxRow | None:
    """Claim the oldest row that may be worked on now, or None. The claim is a lease of `LEASE`."""
    given = {"moment": unit.now, "worker": owner, "lease_ends": unit.now + LEASE}
    row = unit.connection.execute(_claim(), given).mappings().first()
    if row is None:
        return None
    return InboxRow(
        seq=row["seq"],
        id=row["id"],
        channel=row["channel"],
        lane=row["lane"],
        payload=_load(unit.open("inbox", "sealed_payload", row["id"], row["sealed_payload"])),
        received_at=row["received_at"],
        attempts=row["attempts"],
        owner=owner,
    )


def finish(unit: WriteUnit, row: InboxRow) -> bool:
    """Mark a row done. False when the lease was lost to another worker: the caller must then roll back."""
    return _end(unit, row, state="done")


def put_back(unit: WriteUnit, row: InboxRow, reason: str, wait: timedelta) -> bool:
    """Give a row back after a failure, to be tried again after `wait`. False when the lease was lost."""
    return _end(unit, row, state="new", failure=reason[:200], not_before=unit.now + wait)


def give_up(unit: WriteUnit, row: InboxRow, reason: str) -> bool:
    """Stop trying. The caller opens a case in the same transaction, so that the text is seen by a person."""
    return _end(unit, row, state="failed", failure=reason[:200])


def _end(unit: WriteUnit, row: InboxRow, **values: object) -> bool:
    # Owner and attempt together are a fence: a worker that was too slow cannot end what another has taken over.
    statement = (
        update(inbox)
        .where(inbox.c.seq == row.seq, inbox.c.owner == row.owner, inbox.c.attempts == row.attempts)
        .where(inbox.c.state == "claimed")
        .values(owner=None, leased_until=None, **values)
    )
    return unit.connection.execute(statement).rowcount == 1


def waiting(unit: ReadUnit) -> int:
    """How many rows have not had their turn."""
    count = select(func.count()).select_from(inbox).where(INBOX_WAITING)
    return unit.connection.execute(count).scalar_one()


def oldest_waiting(unit: ReadUnit) -> datetime | None:
    """When the oldest row came in that has not had its turn."""
    oldest = select(func.min(inbox.c.received_at)).where(INBOX_WAITING)
    moment: datetime | None = unit.connection.execute(oldest).scalar_one()
    return moment


def last_received(unit: ReadUnit) -> datetime | None:
    """When the last text came in."""
    last = select(func.max(inbox.c.received_at)).where(inbox.c.kind == "text")
    moment: datetime | None = unit.connection.execute(last).scalar_one()
    return moment


def _dump(payload: Payload) -> str:
    return payload.model_dump_json()


def _load(text: str) -> Payload:
    content = json.loads(text)
    return TimerPayload(**content) if content["kind"] == "timer" else TextPayload(**content)
