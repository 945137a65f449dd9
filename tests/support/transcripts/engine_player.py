"""Plays a transcript on the engine alone: no database, no channel, the session in JSON between every two lines.

The pure parts of handoff (who is paged, which slots are offered, what a choice means) are real; the rows are a few
attributes of this object.
"""

import re
from datetime import datetime, timedelta
from typing import Literal

from dialogue import engine, events
from dialogue.events import Event
from dialogue.inputs import (
    CaseClosed,
    HandedBack,
    HandedOver,
    Input,
    MediaKind,
    Said,
    Slot,
    SlotBooked,
    SlotsFound,
    SlotTaken,
    Surroundings,
    WaitEnded,
)
from dialogue.published import Flows, shipped_phrasebook
from dialogue.safety import Rules, screen_media
from dialogue.session import Session
from dialogue.wording import normalise_gsm, render
from handoff import rota
from handoff.booking.choose import choose
from handoff.booking.slots import to_offer
from handoff.escalation import PLAN, Paging, Reachable, first_pages, next_page
from tests.support.transcripts.reading import Happening, Move, Transcript, TranscriptError
from tests.support.transcripts.stage import STAFF, TEAM, set_up, span, understood
from tests.support.transcripts.telling import alert_lines, booked_line, case_line, in_order

_MEDIA = re.compile(r"^\((photo|voice|video|sticker|location|contact|file)\) ?")
FLOWS = Flows.shipped()
PHRASES = shipped_phrasebook()


class EnginePlayer:
    """One conversation with the engine. `walked` are the steps entered, in order, as (flow, step)."""

    def __init__(self, transcript: Transcript) -> None:
        self._stage = set_up(transcript.given)
        self._now = self._stage.now
        self._started = self._stage.now
        self._session: str | None = None
        self._case: events.ConcernRaised | events.PersonAskedFor | None = None
        self._by = ""
        self._owner: str | None = None
        self._page: tuple[int, datetime] | None = None
        self._timers: dict[str, datetime] = {}
        self._booked: Slot | None = None
        self._texts = 0
        self.walked: list[tuple[str, str]] = []

    def close(self) -> None:
        """Nothing is held."""

    def play(self, move: Move) -> tuple[Happening, ...]:
        """Play one input; what happened."""
        if move.who == "they":
            return in_order(self._they(move))
        if move.who == "wait":
            return self._wait(span(move.what))
        return in_order(self._at_the_desk(move))

    def _they(self, move: Move) -> list[Happening]:
        media: tuple[MediaKind, ...] = ()
        words = "" if move.what == "(nothing)" else move.what
        if match := _MEDIA.match(words):
            media, words = (match[1],), words[match.end() :]  # type: ignore[assignment]  # the pattern holds the kinds
        session = self._read()
        screening = Rules.shipped().screen(words, session.recent if session else ())
        if media:
            screening = screening.joined_with(screen_media(media, screening.version))
        offered = session.booking.offered if session else ()
        self._texts += 1
        said = Said(
            message=f"text{self._texts}",
            words=words,
            media=media,
            screening=screening,
            understanding=None if screening.route == "now" or not words.strip() else understood(move.means),
            choice=choose(words, offered, self._now, TEAM.time_zone) if offered else None,
        )
        happened = self._walk(said)
        if self._owner is not None:
            happened.append(Happening("to", self._owner))
        return happened

    def _walk(self, happened: Input) -> list[Happening]:
        told: list[Happening] = []
        pending: Input | None = happened
        while pending is not None:
            session = self._read()
            if session is None:
                if not isinstance(pending, Said):
                    raise TranscriptError("something happened before the first text")
                sprint = engine.begin(FLOWS, PHRASES, "first_contact", pending, self._around())
            else:
                sprint = engine.resume(FLOWS, PHRASES, session, pending, self._around())
            self._session = sprint.session.model_dump_json()
            pending = None
            for event in sprint.events:
                answer = self._apply(event, told)
                pending = answer or pending
        return told

    def _apply(self, event: Event, told: list[Happening]) -> Input | None:  # noqa: C901, PLR0912 -- one flat case for each event
        match event:
            case events.MessageSaid():
                told.append(Happening("bot", self._rendered(event)))
            case events.StepEntered():
                self.walked.append((event.flow.name, event.step))
            case events.ConcernRaised():
                told += self._concern(event)
            case events.PersonAskedFor():
                told += self._asked_for(event)
            case events.SlotsAsked():
                return SlotsFound(slots=self._offer(event.refused))
            case events.BookingAsked():
                return self._book(event.slot, told)
            case events.TimerStarted():
                self._timers[event.timer] = event.due
            case events.TimerStopped():
                self._timers.pop(event.timer, None)
            case events.ContactStopped():
                told.append(Happening("contact", "stopped"))
            case events.ContactStarted():
                told.append(Happening("contact", "started"))
            case events.StoryApproved():
                told.append(Happening("story", "agreed"))
            case events.ConversationEnded():
                told.append(Happening("ends", event.outcome))
            case _:
                pass
        return None

    def _rendered(self, event: events.MessageSaid) -> str:
        buttons = self._stage.channel == "web"
        words = render(event.words, event.choices, buttons=buttons)
        if self._stage.channel == "sms":
            words = normalise_gsm(words)
        labels = [f"[{choice.label}]" for choice in event.choices] if buttons else []
        return "\n".join([words, *labels])

    def _concern(self, event: events.ConcernRaised) -> list[Happening]:
        words = dict.fromkeys(reason.words for reason in event.screening.reasons)
        if self._case is None:
            verb, news = "opened", True
        elif event.by == "now" and self._by == "today":
            verb, news = "raised to now", True
        else:
            verb, news = "joined", False
        self._case = self._case or event
        self._by = "now" if "now" in {event.by, self._by} else "today"
        told = [case_line(verb, event.by, event.because, words)]
        return told + (self._first_pages() if news else [])

    def _asked_for(self, event: events.PersonAskedFor) -> list[Happening]:
        if self._case is not None:
            return [case_line("joined", "today", event.because, ())]
        self._case, self._by = event, "today"
        return [case_line("opened", "today", event.because, ()), *self._first_pages()]

    def _first_pages(self) -> list[Happening]:
        if self._owner is not None:
            return []
        by: Literal["now", "today"] = "now" if self._by == "now" else "today"
        return self._paged(first_pages(by, PLAN, _PEOPLE, self._here(), self._now, TEAM.time_zone))

    def _paged(self, paging: Paging) -> list[Happening]:
        self._page = (paging.next_step, paging.due)
        return alert_lines(
            (page.practitioner, page.means) for page in paging.pages if page.means in self._stage.alert_channels
        )

    def _here(self) -> tuple[str, ...]:
        return rota.on_duty(self._stage.shifts, self._now)

    def _offer(self, refused: tuple[str, ...]) -> tuple[Slot, ...]:
        return to_offer(
            [slot for slot in self._stage.slots if slot != self._booked],
            refused=refused,
            first_text_at=self._started,
            now=self._now,
            promise_days=TEAM.promise_days,
            time_zone=TEAM.time_zone,
        )

    def _book(self, wanted: str, told: list[Happening]) -> Input:
        for slot in self._stage.slots:
            if slot.id == wanted:
                self._booked = slot
                told.append(booked_line(slot))
                return SlotBooked(slot=slot)
        return SlotTaken(slots=self._offer((wanted,)))

    def _wait(self, time: timedelta) -> tuple[Happening, ...]:
        ends = self._now + time
        happened: list[Happening] = []
        while (due := self._next_due()) is not None and due <= ends:
            self._now = max(due, self._now + timedelta(seconds=1))
            happened += in_order(self._do_what_is_due())
        self._now = max(ends, self._now)
        return tuple(happened)

    def _next_due(self) -> datetime | None:
        return min([*self._timers.values(), *([self._page[1]] if self._page else [])], default=None)

    def _do_what_is_due(self) -> list[Happening]:
        told: list[Happening] = []
        for name in [name for name, due in sorted(self._timers.items(), key=lambda item: item[1]) if due <= self._now]:
            if self._timers.pop(name, None) is not None:
                told += self._walk(WaitEnded(timer=name))
        if self._page is not None and self._page[1] <= self._now:
            told += self._paged(next_page(self._page[0], PLAN, _PEOPLE, self._here(), self._now))
        return told

    def _at_the_desk(self, move: Move) -> list[Happening]:
        if move.who != "desk":
            return [] if self._owner == move.who else [Happening("refused", "")]
        name, _, act = move.what.partition(" ")
        if act == "takes the case":
            self._owner, self._page = name, None
            return self._walk(HandedOver(practitioner=name))
        if match := re.fullmatch(r'closes the case, next step "(.*)"', act):
            self._owner, self._case, self._by = None, None, ""
            return self._walk(CaseClosed(practitioner=name, next_step=match[1]))
        if match := re.fullmatch(r'hands back, "(.*)"', act):
            self._owner = None
            told = self._walk(HandedBack(practitioner=name, bridge=match[1]))
            return told + self._paged(next_page(0, PLAN, _PEOPLE, self._here(), self._now))
        raise TranscriptError(f"line {move.number}: nobody at the desk can {act!r}")

    def _read(self) -> Session | None:
        return None if self._session is None else Session.model_validate_json(self._session)

    def _around(self) -> Surroundings:
        return Surroundings(now=self._now, team=TEAM, duty=rota.duty(self._stage.shifts, self._now))


_PEOPLE = tuple(
    Reachable(practitioner=name, role="lead" if role == "lead" else "practitioner", has_phone=True)
    for name, role in STAFF.items()
)
