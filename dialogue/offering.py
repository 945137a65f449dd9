"""The booking step: asking for times, offering them, understanding which one, and the ways out without one."""

from typing import Literal

from dialogue.draft import Draft
from dialogue.events import BookingAsked, Choice, SlotsAsked
from dialogue.flow import Book
from dialogue.inputs import Said, Slot, SlotBooked, SlotChoice, SlotsFound, SlotTaken
from dialogue.phrases import plain
from dialogue.replies import picked_number, refuses_all
from dialogue.session import Booking
from dialogue.wording import slot_words

_MOST_ROUNDS = 3
_MOST_UNCLEAR = 2


def enter(draft: Draft, step: Book) -> str | None:
    """Reach the booking step: ask for times, or go on at once when a conversation is booked already."""
    booking = draft.session.booking
    if booking.booked:
        if not booking.told:
            draft.change(booking=booking.model_copy(update={"told": True}))
            draft.say(step.booked, "booking")
        return step.then
    _ask_for_slots(draft)
    return None


def _ask_for_slots(draft: Draft) -> None:
    draft.change(awaiting="slots", booking=draft.session.booking.model_copy(update={"offered": ()}))
    draft.add(SlotsAsked(refused=draft.session.booking.refused))


def found(draft: Draft, step: Book, slots: tuple[Slot, ...]) -> str | None:
    """Slots came: offer them; without any, bring in a person. The next step, or None when an answer is awaited."""
    if not slots:
        draft.ask_for_a_person("no_slots")
        draft.say(draft.phrases.slots_none, "booking")
        return step.unbooked
    first = draft.session.booking.rounds == 0
    draft.change(awaiting="answer", booking=draft.session.booking.model_copy(update={"offered": slots, "unclear": 0}))
    _offer(draft, step.intro if first else draft.phrases.slots_more)
    return None


def _offer(draft: Draft, words: str) -> None:
    team = draft.around.team
    choices = [Choice(id=slot.id, label=slot_words(slot, team)) for slot in draft.session.booking.offered]
    draft.say(words, "booking", choices=(*choices, Choice(id="none", label=draft.phrases.none_of_these)))


def offer_again(draft: Draft) -> None:
    """The same times again, after an interruption; new ones are asked for when none are on the table."""
    if draft.session.booking.offered and draft.session.awaiting == "answer":
        _offer(draft, draft.phrases.slots_ask)
    elif draft.session.awaiting == "answer":
        _ask_for_slots(draft)
    else:
        draft.say(draft.phrases.slots_waiting, "booking")


def taken(draft: Draft, step: Book, given: SlotTaken) -> str | None:
    """The chosen time had gone."""
    draft.remark(draft.phrases.slot_taken)
    draft.change(booking=draft.session.booking.model_copy(update={"rounds": max(1, draft.session.booking.rounds)}))
    return found(draft, step, given.slots)


def booked(draft: Draft, step: Book, given: SlotBooked) -> str:
    """The chosen time is theirs."""
    draft.change(awaiting="answer", booking=Booking(booked=given.slot, told=True))
    draft.say(step.booked, "booking")
    return step.then


def choice_of(draft: Draft, said: Said) -> SlotChoice:
    """What a reply means for the times on offer: a number or a button first, then what was understood outside."""
    offered = draft.session.booking.offered
    words = plain(said.words)
    labels = [(plain(slot_words(slot, draft.around.team)), plain(slot.id)) for slot in offered]
    number = picked_number(said.words)
    exact = [index for index, names in enumerate(labels) if words in names]
    if number is None and exact:
        number = exact[0] + 1
    if number is not None and 1 <= number <= len(offered):
        return SlotChoice(outcome="chosen", index=number - 1)
    if number == len(offered) + 1 or refuses_all(said.words) or words == plain(draft.phrases.none_of_these):
        return SlotChoice(outcome="none")
    chosen = said.choice or SlotChoice(outcome="ask")
    if chosen.outcome == "chosen" and (chosen.index is None or not 0 <= chosen.index < len(offered)):
        return SlotChoice(outcome="ask")
    return chosen


def reply(draft: Draft, step: Book, said: Said) -> str | None:
    """A reply while times are on offer. The next step, or None when something is awaited."""
    if draft.session.awaiting != "answer" or not draft.session.booking.offered:
        draft.keep_aside(said)
        if draft.session.awaiting != "booking":
            _ask_for_slots(draft)
        draft.say(draft.phrases.slots_waiting, "booking")
        return None
    choice = choice_of(draft, said)
    match choice.outcome:
        case "chosen":
            slot = draft.session.booking.offered[choice.index or 0]
            draft.keep(said, step.id)
            draft.change(awaiting="booking")
            draft.add(BookingAsked(slot=slot.id))
            return None
        case "declined":
            draft.keep(said, step.id)
            draft.ask_for_a_person("slots_refused", said.message)
            draft.say(draft.phrases.slots_declined, "booking")
            return step.unbooked
        case "none" | "narrowed":
            return _other_times(draft, step, said)
        case _:
            return _unclear(draft, step, said)


def _other_times(draft: Draft, step: Book, said: Said) -> str | None:
    draft.keep(said, step.id)
    booking = draft.session.booking
    refused = tuple(dict.fromkeys((*booking.refused, *(slot.id for slot in booking.offered))))
    rounds = booking.rounds + 1
    draft.change(booking=booking.model_copy(update={"refused": refused, "rounds": rounds, "offered": ()}))
    if rounds >= _MOST_ROUNDS:
        return _leave_it_to_a_person(draft, step, said, "slots_refused")
    _ask_for_slots(draft)
    return None


def _unclear(draft: Draft, step: Book, said: Said) -> str | None:
    draft.keep_aside(said, step.id)
    booking = draft.session.booking
    draft.change(booking=booking.model_copy(update={"unclear": booking.unclear + 1}))
    if booking.unclear + 1 >= _MOST_UNCLEAR:
        return _leave_it_to_a_person(draft, step, said, "not_understood")
    _offer(draft, draft.phrases.slots_ask)
    return None


def _leave_it_to_a_person(
    draft: Draft, step: Book, said: Said, because: Literal["slots_refused", "not_understood"]
) -> str:
    phrases = draft.phrases
    draft.ask_for_a_person(because, said.message)
    draft.say(phrases.slots_stuck if because == "slots_refused" else phrases.slots_unclear, "booking")
    return step.unbooked


def arrived(draft: Draft, given: SlotsFound | SlotTaken | SlotBooked) -> str | None:
    """An answer of the world about slots. The next step, or None when nothing follows.

    It may come late: after the person stopped, in a takeover, or when the conversation is elsewhere. A booking is
    then remembered and told when the bot may speak; offers are let go, because they will be stale.
    """
    step, session = draft.step, draft.session
    here = isinstance(step, Book) and session.entered and session.phase == "asking" and not draft.mute
    if isinstance(given, SlotBooked):
        if here and isinstance(step, Book):
            return booked(draft, step, given)
        draft.change(booking=Booking(booked=given.slot, told=not draft.mute and not isinstance(step, Book)))
        if not isinstance(step, Book):
            draft.say(draft.phrases.booked_for_you, "booking")
        elif session.entered:
            draft.change(entered=False, awaiting="answer")
        return None
    if isinstance(step, Book) and session.entered and not here:
        draft.change(entered=False, awaiting="answer")
    if not here or not isinstance(step, Book) or session.awaiting == "answer":
        return None
    return found(draft, step, given.slots) if isinstance(given, SlotsFound) else taken(draft, step, given)
