"""The lines of a conversation, the answers kept from them, and the counts of steps."""

from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select, update

from bot.store.tables import answer, message, step_passed
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.events import AnswerKept
from dialogue.session import FlowRef

Author = Literal["person", "bot", "practitioner"]


def keep(  # noqa: PLR0913 -- a line of a conversation has this many facts
    unit: WriteUnit,
    *,
    conversation: str,
    author: Author,
    words: str,
    at: datetime,
    message_id: str | None = None,
    media: tuple[str, ...] = (),
    account: str | None = None,
    step: str | None = None,
    flow: FlowRef | None = None,
    route: str | None = None,
    screened_by: str | None = None,
) -> str:
    """Keep one line and return its id. `at` is UTC; `screened_by` is the detector's version for a person's line."""
    row = message_id or new_id()
    unit.connection.execute(
        insert(message),
        {
            "id": row,
            "conversation_id": conversation,
            "author": author,
            "account_id": account,
            "sealed_words": unit.seal("message", "sealed_words", row, words),
            "media": list(media),
            "step": step,
            "flow": flow.name if flow else None,
            "flow_version": flow.version if flow else None,
            "route": route,
            "screened_by": screened_by,
            "at": at,
        },
    )
    return row


def anything_said(unit: ReadUnit, conversation: str) -> bool:
    """Whether anything was ever said to the person in this conversation."""
    statement = select(message.c.seq).where(message.c.conversation_id == conversation, message.c.author != "person")
    return unit.connection.execute(statement.limit(1)).first() is not None


def keep_answer(unit: WriteUnit, conversation: str, event: AnswerKept) -> None:
    """Keep an answer; an earlier one that it replaces stays on record, marked."""
    row = new_id()
    unit.connection.execute(
        insert(answer),
        {
            "id": row,
            "conversation_id": conversation,
            "message_id": event.message,
            "step": event.step,
            "about": event.about,
            "sealed_words": unit.seal("answer", "sealed_words", row, event.words),
            "at": unit.now,
        },
    )
    if event.replaces is not None:
        unit.connection.execute(
            update(answer)
            .where(answer.c.conversation_id == conversation, answer.c.message_id == event.replaces)
            .where(answer.c.about == event.about, answer.c.id != row)
            .values(replaced_by=row)
        )


def leave_out(unit: WriteUnit, conversation: str, message_id: str) -> None:
    """Mark the answers of one message as left out of the story by the person's wish."""
    unit.connection.execute(
        update(answer)
        .where(answer.c.conversation_id == conversation, answer.c.message_id == message_id)
        .values(left_out_at=unit.now)
    )


def count_step(unit: WriteUnit, flow: FlowRef, step: str, what: Literal["entered", "answered", "skipped"]) -> None:
    """Count one happening at a step, for everybody together."""
    unit.connection.execute(
        insert(step_passed),
        {
            "flow": flow.name,
            "version": flow.version,
            "step": step,
            "what": what,
            "at": unit.now,
        },
    )
