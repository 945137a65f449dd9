"""What can happen to a conversation: everything `engine.resume` can be given.

An input is a fact about the past, already judged and understood outside. The engine reads no clock and no
database, so each input carries the moment it happened and `Surroundings` carry what is true around it.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from dialogue.frozen import Frozen
from dialogue.safety import Screening

MediaKind = Literal["photo", "voice", "video", "sticker", "location", "contact", "file"]


class Entity(Frozen):
    """One thing the language understanding found in a text, with the words it was found in."""

    name: str
    value: str
    words: str


class Understanding(Frozen):
    """What the language understanding made of one text. Confidence runs from 0 to 1."""

    intent: str
    confidence: float = Field(ge=0.0, le=1.0)
    entities: tuple[Entity, ...] = ()


class Slot(Frozen):
    """One first conversation that could be had: when (UTC), how and where, with whom."""

    id: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    mode: Literal["in_person", "phone", "video"]
    place: str
    with_whom: str


class SlotChoice(Frozen):
    """What a reply means for the slots offered; the outcomes are those of `first-contact choose`.

    `index` counts from 0 and is set only when the outcome is `chosen`.
    """

    outcome: Literal["chosen", "narrowed", "none", "declined", "ask"]
    index: int | None = None


class Duty(Frozen):
    """Who reads, and when, as the rota tells it at this moment.

    `reads_at` is when a person will next read what comes in (UTC); None when nobody is on the rota at all.
    """

    on_duty: bool
    reads_at: AwareDatetime | None


class Team(Frozen):
    """The words and numbers a team sets for itself; they fill the placeholders of every text."""

    name: str
    service: str
    time_zone: str = "Europe/London"
    emergency: str = "999"
    urgent: str = "NHS 111, option 2"
    listening_lines: str = "Samaritans on 116 123, or text SHOUT to 85258"
    promise_days: tuple[int, int] = (14, 25)


class Surroundings(Frozen):
    """What is true around a conversation at the moment of an input."""

    now: AwareDatetime
    team: Team
    duty: Duty


class Said(Frozen):
    """The person wrote. `message` is the id under which the words are kept; `words` are exactly theirs.

    `screening` was made outside before anything else happened to the text. `choice` is set when slots were on
    offer. `understanding` is None when the language understanding was late, down or silent.
    """

    kind: Literal["said"] = "said"
    message: str
    words: str
    media: tuple[MediaKind, ...] = ()
    screening: Screening
    understanding: Understanding | None = None
    choice: SlotChoice | None = None


class WaitEnded(Frozen):
    """A timer the engine had started fell due."""

    kind: Literal["wait_ended"] = "wait_ended"
    timer: str


class SlotsFound(Frozen):
    """The answer to `SlotsAsked`: up to three slots, held for this person; empty when there is none."""

    kind: Literal["slots_found"] = "slots_found"
    slots: tuple[Slot, ...]


class SlotBooked(Frozen):
    """The answer to `BookingAsked` when the slot is now theirs."""

    kind: Literal["slot_booked"] = "slot_booked"
    slot: Slot


class SlotTaken(Frozen):
    """The answer to `BookingAsked` when the slot had gone, with new ones to offer (empty when there is none)."""

    kind: Literal["slot_taken"] = "slot_taken"
    slots: tuple[Slot, ...]


class HandedOver(Frozen):
    """A practitioner took the conversation; from here the bot is silent. `practitioner` is a first name."""

    kind: Literal["handed_over"] = "handed_over"
    practitioner: str


class HandedBack(Frozen):
    """The practitioner gave the conversation back to the bot, with a bridging sentence of their own."""

    kind: Literal["handed_back"] = "handed_back"
    practitioner: str
    bridge: str


class CaseClosed(Frozen):
    """The practitioner closed the case and told us the next step, which the person is told in turn."""

    kind: Literal["case_closed"] = "case_closed"
    practitioner: str
    next_step: str


Input = Annotated[
    Said | WaitEnded | SlotsFound | SlotBooked | SlotTaken | HandedOver | HandedBack | CaseClosed,
    Field(discriminator="kind"),
]
