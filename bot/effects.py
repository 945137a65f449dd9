"""What each decision of the engine does to the rows. One event, one handler; nothing here sends anything.

A handler may answer the engine: the two questions to the world (`SlotsAsked`, `BookingAsked`) are answered inside the
same transaction, so that what was offered is held and what was booked is booked when the turn commits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from bot.paging import page_for
from bot.store import cases, changes, conversations, diary, messages, outbox, timers
from bot.store.conversations import Conversation
from bot.store.unit import WriteUnit
from dialogue import events
from dialogue.events import Event
from dialogue.inputs import Input, Slot, SlotBooked, SlotsFound, SlotTaken, Surroundings
from dialogue.session import Session
from handoff.booking.slots import to_offer

# Slots that are further away than any promise are of no use to anybody.
_LOOK_AHEAD = timedelta(days=90)


@dataclass
class Scene:
    """What a handler works on: the open transaction, the conversation, and the session as it will be saved.

    `public_url` goes into alerts; `alert_channels` are the ways practitioners can be reached in this installation.
    """

    unit: WriteUnit
    held: Conversation
    session: Session
    around: Surroundings
    public_url: str
    alert_channels: frozenset[str]


Handler = Callable[[Scene, Any], Input | None]


def apply(scene: Scene, event: Event) -> Input | None:
    """Carry out one decision. Returns the world's answer when the event was a question."""
    return HANDLERS[type(event)](scene, event)


def _message_said(scene: Scene, event: events.MessageSaid) -> None:
    flow = scene.session.stack[0].flow if scene.session.stack else None
    line = messages.keep(
        scene.unit,
        conversation=scene.held.id,
        author="bot",
        words=event.words,
        at=scene.unit.now,
        step=event.step,
        flow=flow,
    )
    outbox.put_to_person(
        scene.unit,
        address_id=scene.held.address.id,
        channel=scene.held.address.channel,
        lane=scene.held.address.lane,
        words=event.words,
        choices=event.choices,
        message=line,
        purpose=event.purpose,
    )


def _step_entered(scene: Scene, event: events.StepEntered) -> None:
    _count(scene, event, "entered")


def _answer_kept(scene: Scene, event: events.AnswerKept) -> None:
    messages.keep_answer(scene.unit, scene.held.id, event)
    _count(scene, event, "answered")


def _answer_skipped(scene: Scene, event: events.AnswerSkipped) -> None:
    _count(scene, event, "skipped")


def _count(
    scene: Scene,
    event: events.StepEntered | events.AnswerKept | events.AnswerSkipped,
    what: Literal["entered", "answered", "skipped"],
) -> None:
    messages.count_step(scene.unit, event.flow, event.step, what)


def _line_left_out(scene: Scene, event: events.LineLeftOut) -> None:
    messages.leave_out(scene.unit, scene.held.id, event.message)


def _story_approved(scene: Scene, event: events.StoryApproved) -> None:  # noqa: ARG001 -- the fact itself is all
    changes.record_act(scene.unit, "story.approved", scene.held.id)


def _concern_raised(scene: Scene, event: events.ConcernRaised) -> None:
    case, news = cases.open_or_join(scene.unit, scene.held.id, event.by, event.because)
    cases.raise_flag(
        scene.unit,
        case_id=case.id,
        message=event.message,
        by=event.by,
        because=event.because,
        screening=event.screening,
    )
    if event.because == "stopped_while_open":
        cases.record(scene.unit, case.id, "stopped_by_choice_phone_them")
    if news:
        page_for(scene.unit, case, scene.around.team.time_zone, scene.public_url, scene.alert_channels)


def _person_asked_for(scene: Scene, event: events.PersonAskedFor) -> None:
    case, news = cases.open_or_join(scene.unit, scene.held.id, "today", event.because)
    if news:
        page_for(scene.unit, case, scene.around.team.time_zone, scene.public_url, scene.alert_channels)
    else:
        cases.record(scene.unit, case.id, event.because)


def _passed_on(scene: Scene, event: events.PassedOn) -> None:  # noqa: ARG001 -- the line is in the thread already
    changes.note(scene.unit, "desk")


def _slots_asked(scene: Scene, event: events.SlotsAsked) -> Input:
    return SlotsFound(slots=_offer(scene, event.refused))


def _booking_asked(scene: Scene, event: events.BookingAsked) -> Input:
    booked = diary.book(scene.unit, event.slot, scene.held.id)
    if booked is not None:
        return SlotBooked(slot=booked)
    return SlotTaken(slots=_offer(scene, (*scene.session.booking.refused, event.slot)))


def _offer(scene: Scene, refused: tuple[str, ...]) -> tuple[Slot, ...]:
    unit, team = scene.unit, scene.around.team
    diary.let_go(unit, scene.held.id)
    free = diary.free(unit, scene.held.id, unit.now, unit.now + _LOOK_AHEAD)
    offered = to_offer(
        free,
        refused=refused,
        first_text_at=scene.held.first_text_at,
        now=unit.now,
        promise_days=team.promise_days,
        time_zone=team.time_zone,
    )
    return tuple(slot for slot in offered if diary.hold(unit, slot.id, scene.held.id))


def _timer_started(scene: Scene, event: events.TimerStarted) -> None:
    timers.start(scene.unit, scene.held.id, event.timer, event.due)


def _timer_stopped(scene: Scene, event: events.TimerStopped) -> None:
    timers.stop(scene.unit, scene.held.id, event.timer)


def _contact_stopped(scene: Scene, event: events.ContactStopped) -> None:  # noqa: ARG001
    conversations.set_stopped(scene.unit, scene.held, scene.unit.now)
    outbox.call_off(scene.unit, scene.held.address.id)


def _contact_started(scene: Scene, event: events.ContactStarted) -> None:  # noqa: ARG001
    conversations.set_stopped(scene.unit, scene.held, None)


def _conversation_ended(scene: Scene, event: events.ConversationEnded) -> None:
    changes.record_act(scene.unit, f"conversation.ended.{event.outcome}", scene.held.id)


HANDLERS: dict[type, Handler] = {
    events.MessageSaid: _message_said,
    events.StepEntered: _step_entered,
    events.AnswerKept: _answer_kept,
    events.AnswerSkipped: _answer_skipped,
    events.LineLeftOut: _line_left_out,
    events.StoryApproved: _story_approved,
    events.ConcernRaised: _concern_raised,
    events.PersonAskedFor: _person_asked_for,
    events.PassedOn: _passed_on,
    events.SlotsAsked: _slots_asked,
    events.BookingAsked: _booking_asked,
    events.TimerStarted: _timer_started,
    events.TimerStopped: _timer_stopped,
    events.ContactStopped: _contact_stopped,
    events.ContactStarted: _contact_started,
    events.ConversationEnded: _conversation_ended,
}

_without = {kind.__name__ for kind in get_args(get_args(Event)[0])} ^ {kind.__name__ for kind in HANDLERS}
if _without:
    raise TypeError(f"events and handlers do not match, see bot/effects.py: {sorted(_without)}")
