"""Where a conversation stands: all the engine remembers between two inputs, and nothing else.

A session is JSON between any two inputs; `Session.model_validate_json(session.model_dump_json())` is the same
session, which a property test holds for every reachable one.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from dialogue.frozen import Frozen
from dialogue.inputs import Slot

# asking: an open question is on the table. listening: a person has been called and has not come yet; questions
# wait. with_practitioner: a practitioner holds it and the bot is silent. paused: a wait step, or the person said
# "later". ended: the flow came to its end.
Phase = Literal["asking", "listening", "with_practitioner", "paused", "ended"]


class FlowRef(Frozen):
    """Which flow, and which immutable version of it."""

    name: str
    version: int


class Frame(Frozen):
    """One level of the stack of flows: where we stand in this one."""

    flow: FlowRef
    step: str


class Answer(Frozen):
    """What the person said about something, in their own words, tied to the message it came in.

    `left_out` lines stay on record and are not passed on in the story.
    """

    step: str
    about: str
    words: str
    message: str
    left_out: bool = False


class Visit(Frozen):
    """A question that was dealt with: where it stands, what it was about, and the message that answered it.

    `message` is None when the question was skipped.
    """

    stack: tuple[Frame, ...]
    about: str
    message: str | None


class Detour(Frozen):
    """What the next text will be taken as, instead of an answer to the open question.

    again: the answer to the earlier question `visit` (counted from 0 in the trail). instead: new words for the
    answer that came in `message`.
    """

    kind: Literal["again", "instead"]
    visit: int | None = None
    message: str | None = None


class Booking(Frozen):
    """What stands on offer and what is booked. `told` is False while the person has yet to hear of the booking."""

    offered: tuple[Slot, ...] = ()
    refused: tuple[str, ...] = ()
    rounds: int = 0
    unclear: int = 0
    booked: Slot | None = None
    told: bool = False


class Session(Frozen):
    """Where a conversation stands.

    `stack` has the innermost flow last. `entered` is False while the step on top has yet to say its words.
    `awaiting` names what the world still owes an answer for. `recent` are the last few texts, oldest first, for
    screening them joined. `said_often` counts replies of a kind, so that the same words are not said over and over.
    `interruptions` counts texts in a row that were no answer. `concern` and `person_asked` tell of an open case;
    `told_of_danger` stays true once a person had to be called at once.
    """

    stack: tuple[Frame, ...]
    entered: bool = False
    phase: Phase = "asking"
    awaiting: Literal["answer", "slots", "booking"] = "answer"
    answers: tuple[Answer, ...] = ()
    skipped: tuple[str, ...] = ()
    trail: tuple[Visit, ...] = ()
    detour: Detour | None = None
    interruptions: int = 0
    concern: Literal["now", "today"] | None = None
    person_asked: bool = False
    told_of_danger: bool = False
    practitioner: str | None = None
    stopped: bool = False
    recap_due: bool = False
    last_words_at: AwareDatetime | None = None
    booking: Booking = Booking()
    recent: tuple[str, ...] = ()
    said_often: dict[str, int] = Field(default_factory=dict)
    timers: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """The innermost level: the flow and step the conversation is in."""
        return self.stack[-1]
