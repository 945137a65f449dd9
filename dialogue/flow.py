"""What a flow is: steps of a few kinds, each saying where the conversation goes next.

A flow is written in YAML (`dialogue/flows/*.yaml`), read by `reader`, judged by `check`, and walked by `engine`.
Every text in it was written and approved by a person; placeholders in braces are filled by `wording`.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dialogue.frozen import Frozen

FORMAT = 1
"""The number of the flow format this code reads; older files are moved up by `migrations`."""

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


_TIME = re.compile(r"(\d{1,4}) (minute|hour|day|week)s?")


def time_in_words(value: object) -> object:
    """A time as a flow writes it, "30 minutes" or "2 days", as a timedelta; ISO 8601 durations are left to pydantic.

    Raises ValueError for any other text.
    """
    if not isinstance(value, str) or value.startswith("P"):
        return value
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise ValueError('a time is written like "30 minutes", "12 hours", "2 days" or "1 week"')
    return timedelta(**{f"{match.group(2)}s": int(match.group(1))})


class StepBase(Frozen):
    """What every step has: an id, unique in its flow."""

    id: StepId


class Say(StepBase):
    """Says something and goes on."""

    kind: Literal["say"]
    say: Text
    then: StepId


class Question(StepBase):
    """Asks an open question and keeps the answer in the person's own words."""

    kind: Literal["question"]
    ask: Text
    about: StepId
    again: Text
    """How the question is asked a second time, after an interruption or a long silence."""
    then: StepId


class SafetyQuestion(StepBase):
    """Asks about safety. Only a clear no goes on as if nothing were; the engine sees to that, not the flow."""

    kind: Literal["safety_question"]
    ask: Text
    about: StepId
    again: Text
    then: StepId


class Option(Frozen):
    """One exit of a choice, with other words that mean it."""

    id: StepId
    label: Annotated[str, Field(min_length=1, max_length=60)]
    also: tuple[str, ...] = ()
    then: StepId


class ChoiceQuestion(StepBase):
    """Asks to pick one of a few; an answer that picks none goes to `otherwise`, kept in their own words."""

    kind: Literal["choice"]
    ask: Text
    about: StepId
    again: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=9)]
    otherwise: StepId


class Condition(Frozen):
    """A condition over what is known: exactly one of its fields is set."""

    answered: StepId | None = None
    skipped: StepId | None = None
    concern: Literal["now", "today"] | None = None
    booked: bool | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len([value for value in self.model_dump().values() if value is not None]) != 1:
            raise ValueError("a condition sets exactly one of 'answered', 'skipped', 'concern' and 'booked'")
        return self


class Arm(Frozen):
    """One arm of a branch."""

    when: Condition
    then: StepId


class Branch(StepBase):
    """Goes to the first arm whose condition holds, or on to `otherwise`. Says nothing."""

    kind: Literal["branch"]
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    otherwise: StepId


class Wait(StepBase):
    """Pauses for a time; a text that comes in meanwhile is kept and goes on at once."""

    kind: Literal["wait"]
    time: Annotated[timedelta, BeforeValidator(time_in_words), Field(gt=timedelta(0), le=timedelta(days=60))]
    then: StepId


class SubFlow(StepBase):
    """Walks another flow and comes back."""

    kind: Literal["flow"]
    flow: StepId
    then: StepId


class HandOff(StepBase):
    """Brings in somebody of the team, tells the person so, and goes on."""

    kind: Literal["hand_off"]
    say: Text
    then: StepId


class PlayBack(StepBase):
    """Says back what was heard, in the person's own words, and asks whether it may be passed on."""

    kind: Literal["playback"]
    intro: Text
    ask: Text
    again: Text
    then: StepId


class Book(StepBase):
    """Offers slots and books one; `unbooked` is where it goes when none was booked."""

    kind: Literal["booking"]
    intro: Text
    booked: Text
    then: StepId
    unbooked: StepId


class End(StepBase):
    """Ends this flow. In the outermost flow the words name the next step and the way back."""

    kind: Literal["end"]
    say: Text | None = None
    outcome: StepId


Step = Annotated[
    Say | Question | SafetyQuestion | ChoiceQuestion | Branch | Wait | SubFlow | HandOff | PlayBack | Book | End,
    Field(discriminator="kind"),
]


class Flow(Frozen):
    """One version of one flow, as read. Immutable once published."""

    format: Literal[1]
    flow: StepId
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    sub_flow: bool = False
    """True for a flow that only runs inside another; such a flow need not ask about safety itself."""
    start: StepId
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def step(self, step_id: str) -> Step:
        """The step of this id. Raises KeyError naming the flow and step when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(f"flow {self.flow!r} version {self.version} has no step {step_id!r}")
