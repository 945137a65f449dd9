"""What can be decided: everything `engine.begin` and `engine.resume` can return.

The list is the vocabulary between deciding and doing. Each event has exactly one handler in `bot.effects`;
a test and the start of the service both refuse an event without one.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from dialogue.frozen import Frozen
from dialogue.safety import Screening
from dialogue.session import FlowRef

Purpose = Literal["dialogue", "repair", "safety", "handoff", "booking", "stop"]

Concerning = Literal["screening", "safety_answer", "unscreened", "stopped_while_open"]
"""Why somebody has to look for safety's sake."""

Asking = Literal[
    "asked_for_a_person",
    "no_slots",
    "slots_refused",
    "not_understood",
    "flow",
    "booking_change",
    "complaint",
    "delete_story",
    "own_data",
    "wrote_after_end",
]
"""Why somebody of the team is needed otherwise."""


class Choice(Frozen):
    """One thing a person can pick: shown as a button where there are buttons, numbered where there are none."""

    id: str
    label: str


class MessageSaid(Frozen):
    """These words are to be sent to the person. `purpose` tells the sender how urgent a failure is."""

    kind: Literal["message_said"] = "message_said"
    words: str
    purpose: Purpose
    step: str | None = None
    choices: tuple[Choice, ...] = ()


class StepEntered(Frozen):
    """The conversation came to a step; counted, never tied to what was said."""

    kind: Literal["step_entered"] = "step_entered"
    flow: FlowRef
    step: str


class AnswerKept(Frozen):
    """The person's words are kept, unchanged, as their answer about `about`. `replaces` names an earlier message."""

    kind: Literal["answer_kept"] = "answer_kept"
    flow: FlowRef
    step: str
    about: str
    words: str
    message: str
    replaces: str | None = None


class AnswerSkipped(Frozen):
    """The person would rather not answer; the question is not asked again."""

    kind: Literal["answer_skipped"] = "answer_skipped"
    flow: FlowRef
    step: str
    about: str


class LineLeftOut(Frozen):
    """The person asked for one line of their story to be left out of what is passed on."""

    kind: Literal["line_left_out"] = "line_left_out"
    message: str


class StoryApproved(Frozen):
    """The person saw their story and agreed to it being passed on."""

    kind: Literal["story_approved"] = "story_approved"


class ConcernRaised(Frozen):
    """A person has to look: a case is opened, or the open one is told. Never lowered by the engine.

    `by` is the only routing fact there is: `now` or `today`.
    """

    kind: Literal["concern_raised"] = "concern_raised"
    by: Literal["now", "today"]
    because: Concerning
    message: str
    screening: Screening


class PersonAskedFor(Frozen):
    """Somebody of the team is needed for a reason other than safety; opens a case for today."""

    kind: Literal["person_asked_for"] = "person_asked_for"
    because: Asking
    message: str | None = None


class PassedOn(Frozen):
    """A practitioner holds the conversation: these words go to them, and the bot says nothing."""

    kind: Literal["passed_on"] = "passed_on"
    message: str
    to: str


class SlotsAsked(Frozen):
    """The engine needs up to three slots to offer, other than those refused; answered by `SlotsFound`."""

    kind: Literal["slots_asked"] = "slots_asked"
    refused: tuple[str, ...] = ()


class BookingAsked(Frozen):
    """The person chose this slot; answered by `SlotBooked` or `SlotTaken`."""

    kind: Literal["booking_asked"] = "booking_asked"
    slot: str


class TimerStarted(Frozen):
    """A timer of this name runs until `due` (UTC). Starting it again moves it."""

    kind: Literal["timer_started"] = "timer_started"
    timer: str
    due: AwareDatetime


class TimerStopped(Frozen):
    """A running timer of this name is no longer wanted."""

    kind: Literal["timer_stopped"] = "timer_stopped"
    timer: str


class ContactStopped(Frozen):
    """The person wants no more texts. Nothing is sent after the one confirmation."""

    kind: Literal["contact_stopped"] = "contact_stopped"


class ContactStarted(Frozen):
    """The person wants texts again."""

    kind: Literal["contact_started"] = "contact_started"


class ConversationEnded(Frozen):
    """The flow came to an end; what they write later is still read."""

    kind: Literal["conversation_ended"] = "conversation_ended"
    outcome: str


Event = Annotated[
    MessageSaid
    | StepEntered
    | AnswerKept
    | AnswerSkipped
    | LineLeftOut
    | StoryApproved
    | ConcernRaised
    | PersonAskedFor
    | PassedOn
    | SlotsAsked
    | BookingAsked
    | TimerStarted
    | TimerStopped
    | ContactStopped
    | ContactStarted
    | ConversationEnded,
    Field(discriminator="kind"),
]
