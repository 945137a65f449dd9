"""The rows: everything First Contact remembers.

Words, numbers and names are sealed (see `encryption`): their columns hold bytes that only the field keys open.
`id` is a random identifier made by us before the insert, which the seal is bound to; `seq` gives the order.
Times are UTC.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite gives back naive times, so the zone is put back; a naive time going in is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must never reach the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Put the zone back that SQLite does not keep."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# SQLite counts by itself only in a column that is exactly INTEGER PRIMARY KEY.
Sequence = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _numbered() -> tuple[Column[int], Column[str]]:
    return (
        Column("seq", Sequence, primary_key=True, autoincrement=True),
        Column("id", String(36), nullable=False, unique=True),
    )


# Out of all rows that ever were, the few that wait: named as a piece of SQL, because an index of some rows is used
# only where the statement says the same words.
INBOX_WAITING = text("state IN ('new', 'claimed')")
OUTBOX_WAITING = text("state IN ('queued', 'sending')")


def _indexes_of_what_waits(table: str, *lane: str, states: TextClause) -> tuple[Index, Index]:
    """The rows that wait in order, and the first of each lane, at a cost that does not grow with what is done."""
    return (
        Index(f"ix_{table}_next", "seq", sqlite_where=states, postgresql_where=states),
        Index(f"ix_{table}_waiting", *lane, "seq", sqlite_where=states, postgresql_where=states),
    )


person = Table(
    "person",
    metadata,
    _id(),
    Column("language", String(12), nullable=False, server_default="en"),
    Column("created_at", Moment, nullable=False),
)

# One way of reaching a person. `lookup` is a keyed hash of channel and address, so that an address can be found
# without being readable; `sealed_value` is the number, chat id or page token itself.
address = Table(
    "address",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("lookup", String(64), nullable=False, unique=True),
    Column("sealed_value", LargeBinary, nullable=False),
    Column("stopped_at", Moment),
    Column("created_at", Moment, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, unique=True),
    Column("flow", String(60), nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("phase", String(20), nullable=False),
    Column("sealed_session", LargeBinary, nullable=False),
    Column("first_text_at", Moment, nullable=False),
    Column("last_text_at", Moment, nullable=False),
    Column("demonstration", Boolean, nullable=False, server_default=text("false")),
)

# What came in, before anything is done with it. `lane` is the address's lookup: one lane is worked by one worker,
# in order. `kind` is `text` (somebody wrote) or `timer` (a row of `timer` fell due).
inbox = Table(
    "inbox",
    metadata,
    *_numbered(),
    Column("channel", String(20), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("sealed_payload", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", String(12), nullable=False, server_default="new"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", String(64)),
    Column("leased_until", Moment),
    Column("not_before", Moment),
    Column("failure", String(200)),
    UniqueConstraint("channel", "provider_id"),
    *_indexes_of_what_waits("inbox", "lane", states=INBOX_WAITING),
)

message = Table(
    "message",
    metadata,
    *_numbered(),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("author", String(12), nullable=False),  # person, bot, practitioner
    Column("account_id", ForeignKey("account.id")),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("media", JSON, nullable=False),
    Column("step", String(60)),
    Column("flow", String(60)),
    Column("flow_version", Integer),
    Column("route", String(8)),
    Column("screened_by", String(120)),
    Column("at", Moment, nullable=False),
    Index("ix_message_conversation", "conversation_id", "seq"),
)

# Why a message was flagged. `sealed_reasons` is the JSON list of reasons with the person's own words.
flag = Table(
    "flag",
    metadata,
    _id(),
    Column("message_id", ForeignKey("message.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("case.id"), nullable=False, index=True),
    Column("by", String(8), nullable=False),
    Column("because", String(30), nullable=False),
    Column("sealed_reasons", LargeBinary, nullable=False),
    Column("version", String(120), nullable=False),
    Column("at", Moment, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    *_numbered(),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("step", String(60), nullable=False),
    Column("about", String(60), nullable=False),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("replaced_by", String(36)),
    Column("left_out_at", Moment),
    Column("at", Moment, nullable=False),
)

# `number` is what people say aloud and what an alert carries.
case = Table(
    "case",
    metadata,
    Column("number", Sequence, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("by", String(8), nullable=False),
    Column("because", String(30), nullable=False),
    Column("state", String(12), nullable=False),
    Column("claimed_by", ForeignKey("account.id")),
    Column("claimed_at", Moment),
    Column("first_words_at", Moment),
    Column("closed_at", Moment),
    Column("closed_by", ForeignKey("account.id")),
    Column("sealed_next_step", LargeBinary),
    # One conversation has one case that is not closed; a second concern joins it.
    Index(
        "uq_case_one_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index("ix_case_state", "state", "by", "opened_at"),
)

case_history = Table(
    "case_history",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("case.id"), nullable=False, index=True),
    Column("what", String(60), nullable=False),
    Column("account_id", ForeignKey("account.id")),
    Column("at", Moment, nullable=False),
)

# What is to be sent. `message_id` is the line of the conversation it carries; an alert to a practitioner has none
# and names its case instead. `lane` is the recipient: one lane is sent in order.
outbox = Table(
    "outbox",
    metadata,
    *_numbered(),
    Column("channel", String(20), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("address_id", ForeignKey("address.id")),
    Column("account_id", ForeignKey("account.id")),
    Column("message_id", ForeignKey("message.id"), unique=True),
    Column("case_id", ForeignKey("case.id"), index=True),
    Column("purpose", String(20), nullable=False),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("state", String(12), nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", String(64)),
    Column("leased_until", Moment),
    Column("not_before", Moment),
    Column("provider_id", String(200)),
    Column("failure", String(200)),
    Column("queued_at", Moment, nullable=False),
    Column("sent_at", Moment),
    *_indexes_of_what_waits("outbox", "channel", "lane", states=OUTBOX_WAITING),
    Index("ix_outbox_provider", "channel", "provider_id"),
)

# Time lives in rows: what is due at a moment, for one conversation or one case.
timer = Table(
    "timer",
    metadata,
    _id(),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("due", Moment, nullable=False, index=True),
    UniqueConstraint("conversation_id", "name"),
)

# When a case is next brought to somebody's attention. The row is gone once the case is claimed or closed.
escalation = Table(
    "escalation",
    metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("due", Moment, nullable=False, index=True),
)

team = Table(
    "team",
    metadata,
    _id(),
    Column("words", JSON, nullable=False),  # dialogue.inputs.Team
    Column("demonstration", Boolean, nullable=False, server_default=text("false")),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("first_name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("sealed_phone", LargeBinary),
    Column("demonstration", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Moment, nullable=False),
)

# A browser that is signed in. `token_hash` is the SHA-256 of the cookie; the cookie itself is never stored.
sign_in = Table(
    "sign_in",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("form_token", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

# A wrong password, so that guessing is slowed down for every process alike. `lookup` is a keyed hash of what was
# tried (an account from an address, or an address alone); neither can be read back. Rows are cleared after a day.
failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("lookup", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_failed_sign_in_lookup", "lookup", "at"),
)

shift = Table(
    "shift",
    metadata,
    _id(),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
)

slot = Table(
    "slot",
    metadata,
    _id(),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("mode", String(12), nullable=False),
    Column("place", String(200), nullable=False),
    Column("with_whom", String(200), nullable=False),
    Column("held_by", ForeignKey("conversation.id")),
    Column("held_until", Moment),
)

booking = Table(
    "booking",
    metadata,
    _id(),
    Column("slot_id", ForeignKey("slot.id"), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("booked_at", Moment, nullable=False),
    Column("called_off_at", Moment),
    # The database itself makes two bookings of one slot impossible.
    Index(
        "uq_booking_one_per_slot",
        "slot_id",
        unique=True,
        sqlite_where=text("called_off_at IS NULL"),
        postgresql_where=text("called_off_at IS NULL"),
    ),
)

# Each step entered, answered or skipped, tied to nobody: rows are only ever added, so that no two turns wait for each
# other over a counter.
step_passed = Table(
    "step_passed",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("flow", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", String(60), nullable=False),
    Column("what", String(12), nullable=False),  # entered, answered, skipped
    Column("at", Moment, nullable=False),
    Index("ix_step_passed_step", "flow", "version", "step"),
)

# Signs of life: each process's tick, last text in, last text out. Health reads them.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("at", Moment, nullable=False),
)

# A number that grows whenever something changes that a page would show; pages wait for it.
change = Table(
    "change",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("topic", String(80), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

# Who did what, without anybody's words.
audit = Table(
    "audit",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("account_id", ForeignKey("account.id")),
    Column("what", String(100), nullable=False),
    Column("about", String(80), nullable=False),
)
