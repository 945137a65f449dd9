"""The desk's ports in memory: a `Desk` that keeps its cases in lists, and `Changes` that are stirred by hand."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dialogue.inputs import Duty
from handoff.case import Case, CaseMove, CaseState, IllegalMoveError, after
from handoff.ports import (
    CaseCard,
    CaseFile,
    Highlight,
    HistoryLine,
    NoSuchCaseError,
    Practitioner,
    Refused,
    ThreadLine,
)
from handoff.relay import from_practitioner

NOW = datetime(2026, 11, 24, 14, 20, tzinfo=UTC)
MOST_CHARACTERS = 4_000

SAM = Practitioner(id="sam", name="Sam Okafor", first_name="Sam", role="practitioner")
PRIYA = Practitioner(id="priya", name="Priya Shah", first_name="Priya", role="lead")
MORAG = Practitioner(id="morag", name="Morag Kerr", first_name="Morag", role="auditor")


class ChangesTwin:
    """A token that `stir` moves on."""

    def __init__(self) -> None:
        self.closed = False
        self._count = 0

    def stir(self) -> None:
        self._count += 1

    def latest(self) -> str:
        return str(self._count)

    async def wait(self, after: str, timeout: float) -> str:  # noqa: ASYNC109 -- the port's own shape
        waited = 0.0
        while self.latest() == after and waited < timeout and not self.closed:
            await asyncio.sleep(0.01)
            waited += 0.01
        return self.latest()


class DeskTwin:
    """A desk that keeps its cases in memory. `now` and `on_duty` can be set."""

    def __init__(self, changes: ChangesTwin | None = None) -> None:
        self.now = NOW
        self.on_duty = Duty(on_duty=True, reads_at=NOW)
        self.files: dict[int, CaseFile] = {}
        self.changes = changes or ChangesTwin()
        self._colleagues = {one.id: one for one in (SAM, PRIYA, MORAG)}

    def open_case(self, number: int, words: str, raised_by: str, *, by: str = "now", minutes: int = 3) -> None:
        """A case that was opened some minutes ago by `words`, in which `raised_by` raised it."""
        opened = self.now - timedelta(minutes=minutes)
        case = Case.model_validate(
            {"id": f"id-{number}", "number": number, "conversation": f"conversation-{number}", "opened_at": opened}
            | {"by": by, "because": "screening", "state": "open"}
        )
        mark = Highlight(kind="suicide", sentence="They may be thinking of ending their life.", words=raised_by)
        card = CaseCard(
            case=case, channel="sms", highlights=(mark,), last_words_at=opened, claimed_by_name=None, stopped=False
        )
        line = self._line("person", words, opened, (mark,))
        history = (HistoryLine(what="opened", who="First Contact", at=opened),)
        self.files[number] = CaseFile(card=card, thread=(line,), booked=None, history=history)
        self.changes.stir()

    def write(self, number: int, author: str, words: str, delivery: str = "") -> None:
        """Another message in the conversation of this case."""
        file = self.files[number]
        line = self._line(author, words, self.now, (), delivery)
        self.files[number] = file.model_copy(update={"thread": (*file.thread, line)})
        self.changes.stir()

    def queue(self, *, closed: bool = False) -> Sequence[CaseCard]:
        cards = [file.card for file in self.files.values() if (file.card.case.state is CaseState.CLOSED) == closed]
        return sorted(cards, key=lambda card: (card.case.by != "now", card.case.opened_at))

    def case_file(self, number: int) -> CaseFile:
        if number not in self.files:
            raise NoSuchCaseError(f"There is no case {number}.")
        return self.files[number]

    def claim(self, number: int, who: Practitioner) -> None:
        self._move(number, CaseMove.CLAIM, who, claimed_by=who.id, claimed_at=self.now)

    def say(self, number: int, who: Practitioner, words: str) -> None:
        _check(words)
        try:
            from_practitioner(self.case_file(number).card.case, who.id)
        except IllegalMoveError as error:
            raise Refused(str(error)) from error
        self.write(number, who.first_name, words.strip(), "queued")

    def hand_back(self, number: int, who: Practitioner, bridge: str) -> None:
        _check(bridge)
        self._move(number, CaseMove.RELEASE, who, claimed_by=None, claimed_at=None)
        self.write(number, who.first_name, bridge.strip(), "queued")

    def close(self, number: int, who: Practitioner, next_step: str) -> None:
        _check(next_step)
        self._move(number, CaseMove.CLOSE, who, closed_at=self.now)
        self.write(number, "bot", next_step.strip(), "queued")

    def duty(self) -> Duty:
        return self.on_duty

    def _move(self, number: int, move: CaseMove, who: Practitioner, **changed: object) -> None:
        file = self.case_file(number)
        case = file.card.case
        try:
            state = after(case, move, who.id)
        except IllegalMoveError as error:
            raise Refused(str(error)) from error
        moved = case.model_copy(update={"state": state} | changed)
        owner = self._colleagues.get(moved.claimed_by or "")
        card = file.card.model_copy(update={"case": moved, "claimed_by_name": owner.name if owner else None})
        line = HistoryLine(what="handed_back" if move is CaseMove.RELEASE else state, who=who.name, at=self.now)
        self.files[number] = file.model_copy(update={"card": card, "history": (*file.history, line)})
        self.changes.stir()

    def _line(
        self, author: str, words: str, at: datetime, marks: tuple[Highlight, ...], delivery: str = ""
    ) -> ThreadLine:
        seq = sum(len(file.thread) for file in self.files.values())
        return ThreadLine(
            id=f"line-{seq}", author=author, words=words, media=(), at=at, highlights=marks, delivery=delivery
        )


def _check(words: str) -> None:
    if not words.strip():
        raise Refused("Write something first: an empty message was not sent.")
    if len(words) > MOST_CHARACTERS:
        raise Refused(f"This message has {len(words)} characters; {MOST_CHARACTERS} can be sent at once.")
