"""begin() and resume(): given where a conversation stands and what happened, where it stands next and what to do.

Pure and deterministic: no clock, no network, no chance. Each text is weighed in one order, in every state: safety,
then stop, then a person, then help, then finding the way and side questions, then the answer; and then the
conversation goes back to where it was.
"""

from datetime import timedelta
from typing import assert_never

from dialogue import check, concern, contact, hearing, offering, repair, routers, takeover
from dialogue.draft import Draft
from dialogue.events import Event, TimerStarted
from dialogue.flow import Wait
from dialogue.frozen import Frozen
from dialogue.inputs import (
    CaseClosed,
    HandedBack,
    HandedOver,
    Input,
    Said,
    SlotBooked,
    SlotsFound,
    SlotTaken,
    Surroundings,
    WaitEnded,
)
from dialogue.keywords import is_help
from dialogue.phrasebook import Phrasebook
from dialogue.phrases import SIDES, Meaning, is_a_parting
from dialogue.published import Flows
from dialogue.reader import Problem
from dialogue.safety import Screening, could_not_screen, screen, screen_media
from dialogue.session import FlowRef, Frame, Session
from dialogue.walking import come_back, go_on, move_to, resting_phase, start_nudge, walk

_LONG_SILENCE = timedelta(hours=24)
_REMEMBERED_TEXTS = 5
_REMEMBERED_CHARACTERS = 1000
_MOST_NUDGES = 2
_TELLS_SOMETHING = 8


class Sprint(Frozen):
    """Where the conversation stands now, and what was decided on the way, in order."""

    session: Session
    events: tuple[Event, ...]


class UnsafeFlowError(Exception):
    """The flow must not be walked: it would step round safety, or lead nowhere. `problems` says where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """`problems` is never empty."""
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def begin(flows: Flows, phrasebook: Phrasebook, flow_name: str, said: Said, around: Surroundings) -> Sprint:
    """Start a conversation with somebody's first text.

    Raises UnsafeFlowError for a flow that `check` refuses, and UnknownFlowError for one that is not there.
    """
    flow = flows.latest(flow_name)
    if problems := check.refused(flows, flow_name):
        raise UnsafeFlowError(problems)
    ref = FlowRef(name=flow.flow, version=flow.version)
    draft = Draft(flows, phrasebook, Session(stack=(Frame(flow=ref, step=flow.start),)), around)
    screening = _screened(draft.session, said)
    _remember(draft, said)
    if contact.wants_to_stop(said, screening):
        draft.keep_aside(said, "first_words")
        contact.stop(draft, said, screening)
    elif screening.route == "now":
        concern.now(draft, said, screening, about="first_words")
        draft.say(phrasebook.first_words_now, "safety")
    else:
        _welcome(draft, said, screening)
    return _finished(draft, said)


def _welcome(draft: Draft, said: Said, screening: Screening) -> None:
    """The first text is kept when it tells something, what it asks for is answered after the welcome, and off we go."""
    meant = hearing.heard(draft, said)
    draft.welcome_due = True
    if screening.route == "today":
        concern.today(draft, said, screening)
    if said.media:
        concern.media_came(draft)
    if hearing.asks_for_a_person(said, meant):
        draft.ask_for_a_person("asked_for_a_person", said.message)
        draft.afterwards(draft.phrases.person_coming, "handoff")
    elif meant in SIDES and meant is not None:
        repair.side_at_the_start(draft, said, meant)
    if (meant is None or meant == "human") and not is_help(said.words):
        draft.keep_aside(said, "first_words")
        called = draft.session.concern is not None or draft.session.person_asked
        if not called and len(said.words.split()) >= _TELLS_SOMETHING:
            draft.afterwards(draft.phrases.first_words_kept, "dialogue")
    walk(draft)


def resume(flows: Flows, phrasebook: Phrasebook, session: Session, given: Input, around: Surroundings) -> Sprint:
    """Go on with a conversation after something happened.

    Raises UnknownFlowError when the version of the flow the session stands in is not there.
    """
    draft = Draft(flows, phrasebook, session, around)
    match given:
        case Said():
            _said(draft, given)
        case WaitEnded():
            _wait_ended(draft, given)
        case SlotsFound() | SlotTaken() | SlotBooked():
            _slots_arrived(draft, given)
        case HandedOver():
            takeover.handed_over(draft, given)
        case HandedBack():
            takeover.handed_back(draft, given)
        case CaseClosed():
            takeover.case_closed(draft, given)
        case _:
            assert_never(given)
    return _finished(draft, given)


def _slots_arrived(draft: Draft, given: SlotsFound | SlotTaken | SlotBooked) -> None:
    following = offering.arrived(draft, given)
    if following is not None:
        go_on(draft, following)
    elif draft.session.booking.offered:
        start_nudge(draft)


def _finished(draft: Draft, given: Input) -> Sprint:
    draft.say_remarks()
    asked = any(isinstance(event, TimerStarted) and event.timer == "nudge" for event in draft.events)
    if isinstance(given, Said) and not asked:
        draft.stop_timer("nudge")
    return Sprint(session=draft.session, events=tuple(draft.events))


def _screened(session: Session, said: Said) -> Screening:
    """The screening made outside together with our own, so that no flow and no caller can leave it out."""
    try:
        own = screen(said.words, session.recent).joined_with(screen_media(said.media, said.screening.version))
    except Exception:  # noqa: BLE001 -- whatever it was: what cannot be screened is a concern
        own = could_not_screen(said.screening.version, "error")
    return said.screening.joined_with(own)


def _remember(draft: Draft, said: Said) -> None:
    recent = (*draft.session.recent, said.words[-_REMEMBERED_CHARACTERS:])[-_REMEMBERED_TEXTS:]
    draft.change(recent=recent, last_words_at=draft.around.now)


def _said(draft: Draft, said: Said) -> None:
    """The ranking, in one place."""
    screening = _screened(draft.session, said)
    silent_since = draft.session.last_words_at
    _remember(draft, said)
    if draft.session.phase == "with_practitioner":
        takeover.pass_on(draft, said, screening)
    elif draft.session.stopped:
        contact.while_stopped(draft, said, screening)
    elif contact.wants_to_stop(said, screening):
        contact.stop(draft, said, screening)
    elif screening.route == "now":
        concern.now(draft, said, screening)
    else:
        long_silence = silent_since is not None and draft.around.now - silent_since > _LONG_SILENCE
        _below_stop(draft, said, screening, long_silence=long_silence)


def _below_stop(draft: Draft, said: Said, screening: Screening, *, long_silence: bool) -> None:
    if draft.session.phase == "paused" and not isinstance(draft.step, Wait):
        draft.change(phase="asking")
    if screening.route == "today":
        concern.today(draft, said, screening)
    meant = hearing.heard(draft, said)
    returned = draft.session.recap_due
    if _meant_for_who_has_left(draft, said, meant):
        return
    draft.change(recap_due=False)
    # After a case that began with the first text nothing was asked yet, and the welcome says all there is.
    told = bool(draft.session.trail)
    recap = draft.session.phase == "asking" and (long_silence or (returned and told))
    if recap:
        draft.remark(draft.phrases.recap)
    if repair.calls_for_someone(draft, said, meant):
        return
    if draft.session.phase == "listening":
        _while_listening(draft, said, meant)
    elif recap and meant == "greet":
        come_back(draft)
    else:
        _steered_or_answered(draft, said, screening, meant, returned=returned)


def _meant_for_who_has_left(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """Whether a practitioner has just finished or given back, and this text is a nod or a thank-you to them."""
    nods = is_a_parting(said.words) and not draft.session.said_often.get("parted")
    if draft.session.recap_due and (meant in {"thanks", "pause"} or nods):
        # No reason to go on asking yet: the questions wait. A second nod says that it may go on.
        draft.count("parted")
        draft.say(draft.in_turn("thanks", draft.phrases.thanks), "repair")
        return True
    return repair.nodded_to_who_gave_back(draft, said, meant)


def _while_listening(draft: Draft, said: Said, meant: Meaning | None) -> None:
    if meant in SIDES and meant is not None:
        repair.side(draft, said, meant)
    else:
        concern.listen(draft, said)


def _steered_or_answered(
    draft: Draft, said: Said, screening: Screening, meant: Meaning | None, *, returned: bool
) -> None:
    if said.media:
        concern.media_came(draft)
    if not said.words.strip():
        if not said.media:
            draft.remark(draft.in_turn("empty", draft.phrases.empty))
        repair.interrupted(draft)
    elif draft.session.phase == "ended":
        if not repair.steer_after_end(draft, said, meant):
            routers.answer(draft, said, screening)
    elif repair.steer(draft, said, screening, meant):
        return
    elif returned or not draft.session.entered:
        draft.keep_aside(said)
        come_back(draft)
    else:
        routers.answer(draft, said, screening)


def _wait_ended(draft: Draft, given: WaitEnded) -> None:
    if given.timer not in draft.session.timers:
        return
    draft.change(timers=tuple(name for name in draft.session.timers if name != given.timer))
    if given.timer == "nobody_yet":
        concern.nobody_yet(draft)
    elif given.timer == "nudge":
        _nudge(draft)
    elif given.timer == "wait" and isinstance(draft.step, Wait) and draft.session.entered:
        _wait_is_over(draft, draft.step)


def _wait_is_over(draft: Draft, step: Wait) -> None:
    move_to(draft, step.then)
    if draft.session.phase == "paused":
        draft.change(phase="asking")
        come_back(draft)


def _nudge(draft: Draft) -> None:
    """A friendly word after two silent days, worded for what there is to come back to; twice at most."""
    if draft.mute or draft.session.phase not in {"asking", "paused"} or resting_phase(draft) != "asking":
        return
    times = draft.count("nudge")
    if times >= _MOST_NUDGES:
        return
    phrases = draft.phrases
    if draft.session.concern is not None:
        draft.say(phrases.nudge_concern if times == 0 else phrases.nudges[-1], "dialogue")
    elif draft.session.booking.offered:
        draft.say(phrases.nudge_booking if times == 0 else phrases.nudges[-1], "dialogue")
    else:
        draft.say(phrases.nudges[times], "dialogue")
    start_nudge(draft)
