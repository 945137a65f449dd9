"""Walking a flow: entering steps one after the other until one of them needs the person, the world or time."""

from datetime import timedelta

from dialogue import offering, playback
from dialogue.draft import Draft
from dialogue.events import Choice, ConversationEnded, StepEntered
from dialogue.flow import (
    Book,
    Branch,
    ChoiceQuestion,
    Condition,
    End,
    HandOff,
    PlayBack,
    Question,
    SafetyQuestion,
    Say,
    SubFlow,
    Wait,
)
from dialogue.session import Booking, FlowRef, Frame
from dialogue.wording import by_day

_NUDGE_AFTER = timedelta(days=2)
_MOST_NUDGES = 2
_MOST_STEPS = 200


class EndlessFlowError(Exception):
    """A flow goes round without ever coming to a question. `check` refuses such flows, so this is a bug."""


def move_to(draft: Draft, step: str) -> None:
    """Stand before a step of the flow on top, without entering it yet."""
    *outer, top = draft.session.stack
    draft.change(
        stack=(*outer, top.model_copy(update={"step": step})),
        entered=False,
        awaiting="answer",
        detour=None,
        interruptions=0,
    )


def walk(draft: Draft) -> None:
    """Enter the step on top and go on until something is awaited. Says the words of the steps on the way."""
    for _ in range(_MOST_STEPS):
        step = draft.step
        draft.change(entered=True, awaiting="answer", detour=None)
        draft.add(StepEntered(flow=draft.session.frame.flow, step=step.id))
        following = _enter(draft, step)
        if following is None:
            return
        move_to(draft, following)
    raise EndlessFlowError(
        f"flow {draft.flow.flow!r} goes round at step {draft.session.frame.step!r} without a question"
    )


def go_on(draft: Draft, step: str) -> None:
    """Move to a step and walk from there."""
    move_to(draft, step)
    walk(draft)


def _enter(draft: Draft, step: object) -> str | None:  # noqa: C901, PLR0911, PLR0912 -- one flat case for each kind of step
    """Do what a step does when it is reached. The next step, or None when something is awaited."""
    match step:
        case Say():
            draft.say(step.say, "dialogue")
            return step.then
        case Question() if step.about in draft.session.skipped:
            return step.then
        case SafetyQuestion() if draft.session.told_of_danger:
            # They have said it, and a person was called: asking once more would be making them tell it twice.
            return step.then
        case Question() | SafetyQuestion() | ChoiceQuestion():
            ask(draft, step, again=False)
        case Branch():
            return next((arm.then for arm in step.arms if _holds(draft, arm.when)), step.otherwise)
        case Wait():
            draft.change(phase="paused")
            draft.start_timer("wait", step.time)
            if draft.said_nothing:
                draft.say(draft.phrases.kept_for_now, "dialogue")
        case SubFlow():
            inner = draft.flows.latest(step.flow)
            frame = Frame(flow=FlowRef(name=inner.flow, version=inner.version), step=inner.start)
            draft.change(stack=(*draft.session.stack, frame))
            return inner.start
        case HandOff():
            draft.ask_for_a_person("flow")
            draft.say(step.say, "handoff")
            return step.then
        case PlayBack():
            following = playback.enter(draft, step)
            if following is None:
                start_nudge(draft)
            return following
        case Book():
            return offering.enter(draft, step)
        case End():
            return _end(draft, step)
    return None


def _end(draft: Draft, step: End) -> str | None:
    if step.say:
        draft.say(step.say, "dialogue")
    if len(draft.session.stack) > 1:
        draft.change(stack=draft.session.stack[:-1])
        outer = draft.step
        if not isinstance(outer, SubFlow):
            raise EndlessFlowError(f"step {outer.id!r} is no sub-flow step and yet a flow came back to it")
        return outer.then
    draft.change(phase="ended")
    draft.stop_timer("nudge")
    draft.add(ConversationEnded(outcome=step.outcome))
    return None


def _holds(draft: Draft, when: Condition) -> bool:
    session = draft.session
    if when.answered is not None:
        return any(answer.about == when.answered for answer in session.answers)
    if when.skipped is not None:
        return when.skipped in session.skipped
    if when.concern is not None:
        return session.concern == when.concern
    return (session.booking.booked is not None) == when.booked


def ask(draft: Draft, step: Question | SafetyQuestion | ChoiceQuestion, *, again: bool) -> None:
    """Put a question on the table, in its first or its `again` form."""
    choices: tuple[Choice, ...] = ()
    if isinstance(step, ChoiceQuestion):
        choices = tuple(Choice(id=option.id, label=option.label) for option in step.options)
    draft.say(step.again if again else step.ask, "dialogue", choices=choices)
    start_nudge(draft)


def start_nudge(draft: Draft) -> None:
    """Let a nudge come in two days, in the daytime, unless two have come already or nothing may be said."""
    if draft.session.said_often.get("nudge", 0) < _MOST_NUDGES and not draft.mute:
        draft.start_timer("nudge", _NUDGE_AFTER, by=by_day)


def come_back(draft: Draft) -> None:
    """Go back to where the conversation was: the open question again, or the step that has yet to be entered."""
    if draft.mute or draft.session.phase == "listening":
        draft.say_remarks()
        return
    if not draft.session.entered:
        walk(draft)
        return
    step = draft.step
    match step:
        case Question() | SafetyQuestion() | ChoiceQuestion():
            ask(draft, step, again=True)
        case PlayBack():
            draft.say(step.again, "dialogue")
            start_nudge(draft)
        case Book():
            offering.offer_again(draft)
        case _:
            draft.say_remarks()


def resting_phase(draft: Draft) -> str:
    """The phase of the step on top when nobody holds the conversation."""
    if draft.session.entered:
        if isinstance(draft.step, End):
            return "ended"
        if isinstance(draft.step, Wait):
            return "paused"
    return "asking"


def forget_offers(draft: Draft) -> None:
    """Times that were on offer have gone stale: the booking step is to be entered afresh, if that is where we are."""
    if isinstance(draft.step, Book) and draft.session.entered:
        booking = draft.session.booking
        draft.change(
            entered=False,
            awaiting="answer",
            booking=Booking(refused=booking.refused, booked=booking.booked, told=booking.told),
        )
