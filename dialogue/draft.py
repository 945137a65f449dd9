"""One resumption in the making: the session as it changes and the events as they are decided.

This is the one place where words are said, so it is the one place that keeps silent: while a practitioner holds the
conversation, and after a stop, nothing that passes through here reaches the person.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from dialogue.events import (
    AnswerKept,
    AnswerSkipped,
    Asking,
    Choice,
    Concerning,
    ConcernRaised,
    Event,
    MessageSaid,
    PersonAskedFor,
    Purpose,
    TimerStarted,
    TimerStopped,
)
from dialogue.flow import Flow, Step
from dialogue.inputs import Said, Slot, Surroundings, Team
from dialogue.phrasebook import Phrasebook
from dialogue.phrases import meaning
from dialogue.published import Flows
from dialogue.safety import Screening
from dialogue.session import Answer, Session, Visit
from dialogue.wording import START_WORD, STOP_WORD, fill, in_pieces, reads_when, slot_words

LONGEST = 600
"""Words of more characters than this go out in several messages; none is cut."""

_ONE_MESSAGE = 459
"""Three SMS segments: a short remark and the next question are one message up to here."""

_SAYS_LITTLE = frozenset({"greet", "thanks", "sorry", "repeat", "pause"})


class Draft:
    """The session so far and the events so far. Lives for one call of the engine and never leaves it."""

    def __init__(self, flows: Flows, phrasebook: Phrasebook, session: Session, around: Surroundings) -> None:
        """`around` says what time it is and what is true now."""
        self.flows = flows
        self.phrases = phrasebook
        self.session = session
        self.around = around
        self.events: list[Event] = []
        self._remarks: list[str] = []
        self._afterwards: list[tuple[str, Purpose]] = []
        self.welcome_due = False

    @property
    def flow(self) -> Flow:
        """The flow on top of the stack."""
        return self.flows.get(self.session.frame.flow)

    @property
    def step(self) -> Step:
        """The step on top of the stack."""
        return self.flow.step(self.session.frame.step)

    @property
    def mute(self) -> bool:
        """Whether nothing may be said: a practitioner holds the conversation, or the person stopped it."""
        return self.session.stopped or self.session.phase == "with_practitioner"

    @property
    def said_nothing(self) -> bool:
        """Whether the person has had no word yet since the input came."""
        return not self._remarks and not any(isinstance(event, MessageSaid) for event in self.events)

    def change(self, **fields: Any) -> None:  # noqa: ANN401 -- the fields of a session are of many types
        """Replace fields of the session. Raises ValueError for a field a session does not have."""
        unknown = fields.keys() - Session.model_fields.keys()
        if unknown:
            raise ValueError(f"a session has no {', '.join(sorted(unknown))}")
        self.session = self.session.model_copy(update=fields)

    def add(self, event: Event) -> None:
        """Decide something."""
        self.events.append(event)

    # What is said.

    def remark(self, words: str, **more: str) -> None:
        """Say something short that goes together with what is said next."""
        if not self.mute:
            self._remarks.append(self.filled(words, **more))

    def say(
        self, words: str, purpose: Purpose, *, choices: tuple[Choice, ...] = (), slot: Slot | None = None, **more: str
    ) -> None:
        """Say `words` with their placeholders filled; `more` fills those that belong to this place."""
        if self.mute:
            return
        text = self.filled(words, slot, **more)
        together = "\n\n".join([*self._remarks, text])
        joins = purpose in {"dialogue", "booking", "repair"} and len(together) <= _ONE_MESSAGE
        if self._remarks and not joins:
            self.say_remarks()
        self._remarks = []
        self._send(together if joins else text, purpose, choices)

    def afterwards(self, words: str, purpose: Purpose) -> None:
        """Say something right after the next thing that is said, which at the start is the welcome."""
        if not self.mute:
            self._afterwards.append((self.filled(words), purpose))

    def afterwards_or_now(self, words: str, purpose: Purpose) -> None:
        """Say something at once, unless the welcome has yet to be said: then right after it."""
        if self.welcome_due:
            self.afterwards(words, purpose)
        else:
            self.say(words, purpose)

    def say_as_written(self, words: str, purpose: Purpose) -> None:
        """Say somebody's own words, braces and all."""
        if not self.mute:
            self.say_remarks()
            self._send(words, purpose, ())

    def say_remarks(self) -> None:
        """Say the remarks that nothing followed."""
        remarks, self._remarks = self._remarks, []
        if remarks and not self.mute:
            self._send("\n\n".join(remarks), "repair", ())

    def _send(self, text: str, purpose: Purpose, choices: tuple[Choice, ...]) -> None:
        *before, last = in_pieces(text, LONGEST)
        step = self.session.frame.step
        for piece in before:
            self.add(MessageSaid(words=piece, purpose=purpose, step=step))
        self.add(MessageSaid(words=last, purpose=purpose, step=step, choices=choices))
        waiting, self._afterwards = self._afterwards, []
        for words, its_purpose in waiting:
            self._send(words, its_purpose, ())

    def filled(self, words: str, slot: Slot | None = None, /, **more: str) -> str:
        """`words` with every placeholder filled. Raises wording.UnknownPlaceholderError."""
        team = self.around.team
        shown = slot or self.session.booking.booked
        values = {
            "service": team.service,
            "team": team.name,
            "emergency": team.emergency,
            "urgent": team.urgent,
            "listening_lines": team.listening_lines,
            "reads_when": reads_when(self.around.duty, self.around.now, team),
            "first_days": str(team.promise_days[0]),
            "last_days": str(team.promise_days[1]),
            "stop_word": STOP_WORD,
            "start_word": START_WORD,
            "slot": slot_words(shown, team) if shown else self.phrases.no_answer,
            **more,
        }
        return fill(words, lambda name: self._answered(name) if name.startswith("answer:") else values.get(name))

    def _answered(self, name: str) -> str:
        about = name.removeprefix("answer:")
        said = [answer.words for answer in self.session.answers if answer.about == about and not answer.left_out]
        return "\n".join(said) if said else self.phrases.no_answer

    def in_turn(self, kind: str, lines: tuple[str, ...]) -> str:
        """The next of several ways of saying a thing; after the last one the last two take turns."""
        said = self.count(kind)
        if said < len(lines):
            return lines[said]
        return lines[-1 - (said - len(lines) + 1) % 2]

    def count(self, kind: str) -> int:
        """How often this kind of thing has happened before; counts this time."""
        before = self.session.said_often.get(kind, 0)
        self.change(said_often={**self.session.said_often, kind: before + 1})
        return before

    def forget_count(self, *kinds: str) -> None:
        """Start counting these kinds afresh."""
        self.change(said_often={kind: n for kind, n in self.session.said_often.items() if kind not in kinds})

    # What is kept.

    def keep(self, said: Said, about: str, replaces: str | None = None) -> None:
        """Keep the words of a text, exactly as they are, as the answer about `about`."""
        step = self.session.frame.step
        answers = self.session.answers
        old = next((answer for answer in answers if answer.message == replaces), None) if replaces else None
        new = Answer(
            step=old.step if old else step, about=old.about if old else about, words=said.words, message=said.message
        )
        answers = tuple(new if answer is old else answer for answer in answers) if old else (*answers, new)
        trail = tuple(
            visit.model_copy(update={"message": said.message}) if old and visit.message == replaces else visit
            for visit in self.session.trail
        )
        skipped = tuple(name for name in self.session.skipped if name != new.about)
        self.change(answers=answers, trail=trail, skipped=skipped)
        self.add(
            AnswerKept(
                flow=self.session.frame.flow,
                step=new.step,
                about=new.about,
                words=said.words,
                message=said.message,
                replaces=old.message if old else None,
            )
        )

    def keep_aside(self, said: Said, about: str = "more") -> None:
        """Keep a text that answers no question, so that it is passed on with the rest.

        A hello or a thank-you is no part of anybody's story; it stays in the thread all the same.
        """
        if said.words.strip() and meaning(said.words) not in _SAYS_LITTLE:
            self.keep(said, about)

    def skip(self, about: str) -> None:
        """Note that a question was left unanswered; it is not asked again."""
        self.change(skipped=(*(name for name in self.session.skipped if name != about), about))
        self.add(AnswerSkipped(flow=self.session.frame.flow, step=self.session.frame.step, about=about))

    def passed(self, about: str, message: str | None) -> None:
        """Note that the question on top was dealt with."""
        visit = Visit(stack=self.session.stack, about=about, message=message)
        self.change(trail=(*self.session.trail, visit), interruptions=0)

    # Who is told.

    def raise_concern(self, by: Literal["now", "today"], because: Concerning, said: Said, screening: Screening) -> bool:
        """A person has to look. True when this is the first concern of this urgency since the last case was closed."""
        before = self.session.concern
        self.change(
            concern="now" if "now" in (before, by) else "today",
            told_of_danger=self.session.told_of_danger or by == "now",
        )
        self.add(ConcernRaised(by=by, because=because, message=said.message, screening=screening))
        return before != self.session.concern

    def ask_for_a_person(self, because: Asking, message: str | None = None) -> bool:
        """Somebody of the team is needed. True when nobody had been asked for since the last case was closed."""
        first = not self.session.person_asked
        self.change(person_asked=True)
        self.add(PersonAskedFor(because=because, message=message))
        return first

    # Timers.

    def start_timer(
        self, timer: str, after: timedelta, *, by: Callable[[datetime, Team], datetime] | None = None
    ) -> None:
        """Start a timer, or move it when it runs; `by` moves the moment it is due, for example into the day."""
        due = self.around.now + after
        if timer not in self.session.timers:
            self.change(timers=(*self.session.timers, timer))
        self.add(TimerStarted(timer=timer, due=by(due, self.around.team) if by else due))

    def stop_timer(self, timer: str) -> None:
        """Stop a timer if it runs."""
        if timer in self.session.timers:
            self.change(timers=tuple(name for name in self.session.timers if name != timer))
            self.add(TimerStopped(timer=timer))
