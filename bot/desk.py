"""The desk's port, built on the store: what `handoff.ports.Desk` asks for, each call one transaction.

A practitioner's act is a turn too: it locks the conversation, resumes the engine with what happened, and commits once,
so that the bot falls silent in the same instant the case is theirs.
"""

from collections.abc import Sequence

from bot.log import Log
from bot.paging import page_next
from bot.store import cases, changes, conversations, desk_view, messages, outbox, rota
from bot.store.conversations import Conversation
from bot.store.unit import WriteUnit
from bot.turn import Parts, take_input
from dialogue.inputs import CaseClosed, Duty, HandedBack, HandedOver
from handoff import relay
from handoff import rota as duty_rota
from handoff.case import Case, CaseMove, IllegalMoveError
from handoff.ports import CaseCard, CaseFile, NoSuchCaseError, Practitioner, Refused

log = Log(__name__)

# SMS providers refuse what is longer than about 1,600; the bot's own sentence goes round a next step.
MAX_CHARACTERS = 1_500


class StoreDesk:
    """The desk on the real database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def queue(self, *, closed: bool = False) -> Sequence[CaseCard]:
        """Open and claimed cases, the longest-waiting `now` first, then `today`; or the latest closed ones."""
        with self._parts.store.read() as unit:
            return desk_view.queue(unit, closed=closed)

    def case_file(self, number: int) -> CaseFile:
        """One case with its conversation. Raises NoSuchCaseError."""
        with self._parts.store.read() as unit:
            found = desk_view.case_file(unit, number)
        if found is None:
            raise NoSuchCaseError(f"There is no case {number}.")
        return found

    def claim(self, number: int, who: Practitioner) -> None:
        """Take the conversation over. Raises Refused when another practitioner was first."""
        with self._parts.store.write() as unit:
            case, held = self._locked(unit, number)
            self._move(unit, case, CaseMove.CLAIM, who)
            cases.stop_escalating(unit, case.id)
            outbox.call_off_alerts(unit, case.id)
            take_input(self._parts, unit, held, HandedOver(practitioner=who.first_name))
            changes.record_act(unit, "case.claimed", f"case {number}", who.id)
        log.info("desk.claimed", case=number)

    def say(self, number: int, who: Practitioner, words: str) -> None:
        """Send the practitioner's words. Raises Refused when the case is not theirs or nothing may be sent."""
        words = _sendable(words, "Write something first: an empty message was not sent.")
        with self._parts.store.write() as unit:
            case, held = self._locked(unit, number)
            try:
                relay.from_practitioner(case, who.id)
            except IllegalMoveError as error:
                raise Refused(str(error)) from error
            if held.address.stopped_at is not None:
                raise Refused("They asked for no more texts, so nothing was sent. Please phone them.")
            self._say(unit, case, held, who, words)
        log.info("desk.said", case=number)

    def hand_back(self, number: int, who: Practitioner, bridge: str) -> None:
        """Give the conversation back to the bot; the case waits in the queue again, and paging goes on."""
        bridge = _sendable(bridge, "Write a bridging sentence: the person is told that you are handing back.")
        with self._parts.store.write() as unit:
            case, held = self._locked(unit, number)
            self._move(unit, case, CaseMove.RELEASE, who)
            take_input(self._parts, unit, held, HandedBack(practitioner=who.first_name, bridge=bridge))
            page_next(unit, case, 0, self._parts.public_url, self._parts.alert_channels)
            changes.record_act(unit, "case.handed_back", f"case {number}", who.id)
        log.info("desk.handed_back", case=number)

    def close(self, number: int, who: Practitioner, next_step: str) -> None:
        """Close the case. Raises Refused without a next step: nobody is left not knowing what comes."""
        next_step = _sendable(next_step, "Write the next step: it is sent to the person when the case closes.")
        with self._parts.store.write() as unit:
            case, held = self._locked(unit, number)
            self._move(unit, case, CaseMove.CLOSE, who, next_step)
            take_input(self._parts, unit, held, CaseClosed(practitioner=who.first_name, next_step=next_step))
            changes.note(unit, "desk")
            changes.record_act(unit, "case.closed", f"case {number}", who.id)
        log.info("desk.closed", case=number)

    def duty(self) -> Duty:
        """Whether somebody is on duty now, and when a person next reads."""
        with self._parts.store.read() as unit:
            return duty_rota.duty(rota.shifts_around(unit, unit.now), unit.now)

    def _locked(self, unit: WriteUnit, number: int) -> tuple[Case, Conversation]:
        # The conversation is locked before the case, as a turn does it: two orders would wait for each other.
        seen = cases.by_number(unit, number)
        if seen is None:
            raise NoSuchCaseError(f"There is no case {number}.")
        held = conversations.by_id(unit, seen.conversation)
        case = cases.by_number(unit, number, lock=True)
        return case or seen, held

    def _move(
        self, unit: WriteUnit, case: Case, move: CaseMove, who: Practitioner, next_step: str | None = None
    ) -> None:
        try:
            cases.move(unit, case, move, who.id, next_step)
        except IllegalMoveError as error:
            raise Refused(str(error)) from error
        changes.note(unit, "desk")

    def _say(self, unit: WriteUnit, case: Case, held: Conversation, who: Practitioner, words: str) -> None:
        line = messages.keep(
            unit, conversation=held.id, author="practitioner", account=who.id, words=words, at=unit.now
        )
        outbox.put_to_person(
            unit,
            address_id=held.address.id,
            channel=held.address.channel,
            lane=held.address.lane,
            words=words,
            message=line,
            purpose="handoff",
            case_id=case.id,
        )
        cases.note_first_words(unit, case)
        changes.note(unit, "desk")
        changes.note(unit, f"lane:{held.address.lane}")


def _sendable(words: str, when_empty: str) -> str:
    """Words fit to be sent to the person, or Refused with a sentence."""
    words = words.replace("\x00", "").strip()
    if not words:
        raise Refused(when_empty)
    if len(words) > MAX_CHARACTERS:
        raise Refused(f"This has {len(words)} characters; {MAX_CHARACTERS} can be sent at once. Make it shorter.")
    return words
