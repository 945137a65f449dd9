"""Plays a conversation on the engine alone, with its session written to JSON and read back before every input.

`python -m tests.unit.dialogue.player lines.txt` prints a whole conversation for reading; each line of the file is
a text of the person, or one of `!wait 3` (hours), `!timer nudge`, `!over`, `!back`, `!close`.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dialogue import engine
from dialogue.events import Event, MessageSaid
from dialogue.inputs import (
    CaseClosed,
    Duty,
    HandedBack,
    HandedOver,
    Input,
    MediaKind,
    Said,
    Slot,
    SlotBooked,
    SlotChoice,
    SlotsFound,
    SlotTaken,
    Surroundings,
    Team,
    Understanding,
    WaitEnded,
)
from dialogue.phrasebook import Phrasebook
from dialogue.published import Flows, shipped_phrasebook
from dialogue.safety import Reason, Screening
from dialogue.session import Session
from dialogue.wording import render

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
TEAM = Team(name="the Willow team", service="First Contact")
SLOTS = tuple(
    Slot(
        id=f"slot-{number}",
        starts_at=START + timedelta(days=14 + number, hours=number % 3),
        ends_at=START + timedelta(days=14 + number, hours=number % 3 + 1),
        mode="in_person",
        place="the Willow Centre",
        with_whom="Asha",
    )
    for number in range(12)
)
NOTHING = Screening(route="none", reasons=(), version="test")


def flagged(route: str, kind: str = "suicide", words: str = "") -> Screening:
    """A screening of this route, as somebody outside would have made it."""
    return Screening.model_validate(
        {"route": route, "reasons": [Reason(kind=kind, by="rule:test", words=words)], "version": "test"}
    )


class Play:
    """One conversation. `said` are the bot's words of the last input, `events` all its events."""

    def __init__(
        self, flows: Flows | None = None, phrases: Phrasebook | None = None, flow: str = "first_contact"
    ) -> None:
        self.flows = flows or Flows.shipped()
        self.phrases = phrases or shipped_phrasebook()
        self.flow = flow
        self.now = START
        self.duty = Duty(on_duty=True, reads_at=START)
        self.slots: tuple[Slot, ...] = SLOTS
        self.session: Session | None = None
        self.events: tuple[Event, ...] = ()
        self.history: list[Event] = []
        self.texts = 0
        self.answer_slots = True

    @property
    def around(self) -> Surroundings:
        return Surroundings(now=self.now, team=TEAM, duty=self.duty)

    @property
    def state(self) -> Session:
        assert self.session is not None
        return self.session

    @property
    def messages(self) -> list[MessageSaid]:
        return [event for event in self.events if isinstance(event, MessageSaid)]

    @property
    def said(self) -> list[str]:
        return [message.words for message in self.messages]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event.kind == kind]

    def they(
        self,
        words: str,
        *,
        screening: Screening = NOTHING,
        means: str | None = None,
        confidence: float = 0.95,
        choice: SlotChoice | None = None,
        media: tuple[MediaKind, ...] = (),
    ) -> "Play":
        """The person writes."""
        self.texts += 1
        understanding = Understanding(intent=means, confidence=confidence) if means else None
        said = Said(
            message=f"m{self.texts}",
            words=words,
            media=media,
            screening=screening,
            understanding=understanding,
            choice=choice,
        )
        return self.give(said)

    def give(self, given: Input) -> "Play":
        """Anything happens."""
        if self.session is None:
            assert isinstance(given, Said)
            sprint = engine.begin(self.flows, self.phrases, self.flow, given, self.around)
        else:
            read_back = Session.model_validate_json(self.session.model_dump_json())
            assert read_back == self.session
            sprint = engine.resume(self.flows, self.phrases, read_back, given, self.around)
        self.session, self.events = sprint.session, sprint.events
        self.history += sprint.events
        if self.answer_slots:
            self._answer(sprint.events)
        return self

    def _answer(self, events: tuple[Event, ...]) -> None:
        """What the world answers to the events: slots that are free, and a booking that succeeds."""
        for event in events:
            before = self.events
            if event.kind == "slots_asked":
                free = [slot for slot in self.slots if slot.id not in event.refused]
                self.give(SlotsFound(slots=tuple(free[:3])))
                self.events = before + self.events
            elif event.kind == "booking_asked":
                self.give(SlotBooked(slot=next(slot for slot in self.slots if slot.id == event.slot)))
                self.events = before + self.events

    def wait(self, **time: float) -> "Play":
        self.now += timedelta(**time)
        return self

    def timer(self, name: str) -> "Play":
        return self.give(WaitEnded(timer=name))

    def taken_over(self, name: str = "Sam") -> "Play":
        return self.give(HandedOver(practitioner=name))

    def handed_back(self, bridge: str = "I leave you with the assistant now.") -> "Play":
        return self.give(HandedBack(practitioner="Sam", bridge=bridge))

    def closed(self, next_step: str = "I ring you tomorrow at ten") -> "Play":
        return self.give(CaseClosed(practitioner="Sam", next_step=next_step))

    def gone(self) -> "Play":
        free = [slot for slot in self.slots if slot.id not in self.state.booking.refused]
        return self.give(SlotTaken(slots=tuple(free[3:6])))


TO_BOOKING = ("hi", "hard, I lost my job", "no", "better sleep", "my sister", "nothing more", "ok", "a walk", "2")
"""Texts that lead through the shipped flow to the times on offer."""


def at_booking() -> Play:
    """A conversation with three times on the table."""
    play = Play()
    for words in TO_BOOKING:
        play.they(words)
    assert len(play.state.booking.offered) == 3
    return play


def _read_aloud(path: Path) -> None:  # noqa: C901 -- one flat case for each kind of line
    play = Play()
    for line in path.read_text(encoding="utf-8").splitlines():
        sys.stdout.write(f"they: {line}\n")
        match line.split():
            case ["!wait", hours]:
                play.wait(hours=float(hours))
                continue
            case ["!timer", name]:
                play.timer(name)
            case ["!over"]:
                play.taken_over()
            case ["!back"]:
                play.handed_back()
            case ["!close"]:
                play.closed()
            case _:
                play.they(line)
        for event in play.events:
            if isinstance(event, MessageSaid):
                sys.stdout.write(f"bot:  {render(event.words, event.choices, buttons=False)}\n")
            else:
                sys.stdout.write(f"  {event.kind}\n")


if __name__ == "__main__":
    _read_aloud(Path(sys.argv[1]))
