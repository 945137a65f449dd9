"""What the desk shows: the queue, a case with its conversation, its history. Only looks; opens what is sealed."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy import case as sql_case
from sqlalchemy.engine import RowMapping

from bot.store.cases import from_row
from bot.store.diary import booked_by
from bot.store.tables import account, address, case, case_history, conversation, flag, message, outbox
from bot.store.unit import ReadUnit
from dialogue.safety import KINDS
from handoff.case import CaseState
from handoff.ports import CaseCard, CaseFile, Highlight, HistoryLine, ThreadLine

_QUEUE_LENGTH = 500
_CLOSED_SHOWN = 50
_BY_PHONE = frozenset({"sms", "whatsapp"})


def queue(unit: ReadUnit, *, closed: bool) -> tuple[CaseCard, ...]:
    """Open and claimed cases, `now` before `today`, the longest-waiting first; or the cases closed last."""
    statement = _cards()
    if closed:
        statement = statement.where(case.c.state == CaseState.CLOSED).order_by(case.c.closed_at.desc())
        statement = statement.limit(_CLOSED_SHOWN)
    else:
        urgency = sql_case((case.c.by == "now", 0), else_=1)
        statement = statement.where(case.c.state != CaseState.CLOSED).order_by(urgency, case.c.opened_at)
        statement = statement.limit(_QUEUE_LENGTH)
    rows = unit.connection.execute(statement).mappings().all()
    return _with_highlights(unit, rows)


def case_file(unit: ReadUnit, number: int) -> CaseFile | None:
    """One case with all that was written, or None."""
    rows = unit.connection.execute(_cards().where(case.c.number == number)).mappings().all()
    if not rows:
        return None
    (card,) = _with_highlights(unit, rows)
    return CaseFile(
        card=card,
        phone=_phone(unit, card),
        thread=_thread(unit, card.case.conversation),
        booked=booked_by(unit, card.case.conversation),
        history=_history(unit, card.case.id),
    )


def _cards() -> Select[Any]:
    return select(
        case,
        address.c.channel,
        address.c.stopped_at,
        conversation.c.last_text_at,
        account.c.name.label("claimed_by_name"),
    ).select_from(
        case.join(conversation, case.c.conversation_id == conversation.c.id)
        .join(address, conversation.c.address_id == address.c.id)
        .outerjoin(account, case.c.claimed_by == account.c.id)
    )


def _with_highlights(unit: ReadUnit, rows: Sequence[RowMapping]) -> tuple[CaseCard, ...]:
    found = _highlights(unit, flag.c.case_id.in_([row["id"] for row in rows]), "case_id")
    return tuple(
        CaseCard(
            case=from_row(row),
            channel=row["channel"],
            highlights=tuple(found.get(row["id"], ())),
            last_words_at=row["last_text_at"],
            claimed_by_name=row["claimed_by_name"],
            stopped=row["stopped_at"] is not None,
        )
        for row in rows
    )


def _highlights(unit: ReadUnit, condition: object, by: str) -> dict[str, list[Highlight]]:
    found: dict[str, list[Highlight]] = defaultdict(list)
    rows = unit.connection.execute(
        select(flag).where(condition).order_by(flag.c.at)  # type: ignore[arg-type]  # a column expression of flag
    ).mappings()
    for row in rows:
        reasons = json.loads(unit.open("flag", "sealed_reasons", row["id"], row["sealed_reasons"]))
        for reason in reasons:
            line = Highlight(
                kind=reason["kind"], sentence=KINDS.get(reason["kind"], reason["kind"]), words=reason["words"]
            )
            found[row[by]].append(line)
    return {owner: _without_repeats(lines) for owner, lines in found.items()}


def _without_repeats(lines: list[Highlight]) -> list[Highlight]:
    """Each once, and none whose words stand inside longer ones of the same kind."""
    unlike = list(dict.fromkeys(lines))
    return [
        line
        for line in unlike
        if not any(other != line and other.kind == line.kind and line.words in other.words for other in unlike)
    ]


def _phone(unit: ReadUnit, card: CaseCard) -> str | None:
    if card.channel not in _BY_PHONE:
        return None
    row = unit.connection.execute(
        select(address.c.id, address.c.sealed_value)
        .select_from(conversation.join(address, conversation.c.address_id == address.c.id))
        .where(conversation.c.id == card.case.conversation)
    ).one()
    return unit.open("address", "sealed_value", row.id, row.sealed_value)


def _thread(unit: ReadUnit, conversation_id: str) -> tuple[ThreadLine, ...]:
    rows = (
        unit.connection.execute(
            select(message, account.c.first_name, outbox.c.state.label("delivery"))
            .select_from(
                message.outerjoin(account, message.c.account_id == account.c.id).outerjoin(
                    outbox, outbox.c.message_id == message.c.id
                )
            )
            .where(message.c.conversation_id == conversation_id)
            .order_by(message.c.seq)
        )
        .mappings()
        .all()
    )
    of_this = select(message.c.id).where(message.c.conversation_id == conversation_id)
    found = _highlights(unit, flag.c.message_id.in_(of_this), "message_id")
    return tuple(
        ThreadLine(
            id=row["id"],
            author=row["first_name"] or row["author"],
            words=unit.open("message", "sealed_words", row["id"], row["sealed_words"]),
            media=tuple(row["media"]),
            at=row["at"],
            highlights=tuple(found.get(row["id"], ())),
            delivery=row["delivery"] or "",
        )
        for row in rows
    )


def _history(unit: ReadUnit, case_id: str) -> tuple[HistoryLine, ...]:
    rows = unit.connection.execute(
        select(case_history.c.what, case_history.c.at, account.c.name)
        .select_from(case_history.outerjoin(account, case_history.c.account_id == account.c.id))
        .where(case_history.c.case_id == case_id)
        .order_by(case_history.c.seq)
    )
    return tuple(HistoryLine(what=row.what, who=row.name or "First Contact", at=row.at) for row in rows)
