"""Interruptions below safety and stop: a person, help, finding the way, and questions beside the subject."""

from dialogue import playback
from dialogue.draft import Draft
from dialogue.events import Asking
from dialogue.flow import ChoiceQuestion, PlayBack, Question, SafetyQuestion, Step
from dialogue.hearing import KEPT, asks_for_a_person, is_a_question
from dialogue.inputs import Said
from dialogue.keywords import is_help
from dialogue.phrases import (
    SIDES,
    Meaning,
    is_a_parting,
    may_be_an_answer,
    plain,
)
from dialogue.routers import after_safety_answer, ask_earlier, open_question, option_of
from dialogue.safety import Screening
from dialogue.session import Detour
from dialogue.walking import come_back, go_on, move_to, start_nudge

_SHORT = 12
_STUCK_AFTER = 10

_A_PERSON_DOES_IT: dict[str, Asking] = {
    "own_data": "own_data",
    "delete_story": "delete_story",
    "complaint": "complaint",
    "cancel_booking": "booking_change",
    "move_booking": "booking_change",
}
_NODS = frozenset(
    {"ok", "okay", "k", "yes", "yeah", "yep", "no", "nope", "great", "cool", "fine", "lovely", "perfect", "will do"}
)
_BARE_YES = frozenset({"yes", "yeah", "yep", "yea", "yh", "ye", "aye", "yes please"})


def calls_for_someone(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """A person or help was asked for, and that was all the text was."""
    if asks_for_a_person(said, meant) and person_asked_for(draft, said, meant):
        return True
    return help_asked(draft, said)


def person_asked_for(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """Ask for a person and say when one comes. True when that is all the text was; else it is also an answer."""
    called = draft.session.concern == "now"
    first = draft.ask_for_a_person("asked_for_a_person", said.message) and not called
    phrases = draft.phrases
    words = phrases.person_coming if first else draft.in_turn("person_again", phrases.person_again)
    if called and draft.session.phase == "listening":
        words = draft.in_turn("person_called", phrases.person_called)
    draft.afterwards_or_now(words, "handoff")
    longer = len(said.words.split()) > _SHORT or meant != "human"
    answers = isinstance(open_question(draft), Question) and (longer or may_be_an_answer(said.words))
    if not answers:
        if longer:
            draft.keep_aside(said)
        if first or longer:
            interrupted(draft)
        else:
            _leave_the_question(draft)
    return not answers


def _leave_the_question(draft: Draft) -> None:
    """The open question stays on the table without being asked yet again."""
    draft.change(interruptions=draft.session.interruptions + 1)
    draft.say_remarks()
    if open_question(draft) is not None:
        start_nudge(draft)


def nodded_to_who_gave_back(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """Whether a practitioner has just given back and this text is a nod or a thank-you to them, and no answer."""
    just_back = draft.session.said_often.get("handed_back", 0) > 0
    draft.forget_count("handed_back")
    if not just_back or not is_a_parting(said.words) or not isinstance(open_question(draft), Question):
        return False
    if meant == "thanks" or len(said.words.split()) > 1:
        draft.say(_courtesy(draft, "thanks"), "repair")
        _leave_the_question(draft)
    else:
        interrupted(draft)
    return True


def interrupted(draft: Draft) -> None:
    """A text was no answer: count it, bring in a person when it goes on like that, and go back to the open question."""
    draft.change(interruptions=draft.session.interruptions + 1)
    if draft.session.interruptions == _STUCK_AFTER:
        draft.ask_for_a_person("not_understood")
        draft.remark(draft.phrases.stuck)
    come_back(draft)


def help_asked(draft: Draft, said: Said) -> bool:
    """Answer a carrier's help word. False when the text is none."""
    if not is_help(said.words):
        return False
    draft.say(draft.phrases.help, "repair")
    interrupted(draft)
    return True


def steer(draft: Draft, said: Said, screening: Screening, meant: Meaning | None) -> bool:  # noqa: C901, PLR0911, PLR0912 -- one flat case for each meaning
    """Do what the person asked for, and go back to where it was. False when the text is an answer after all."""
    step = open_question(draft)
    picks = isinstance(step, ChoiceQuestion) and draft.session.detour is None and option_of(step, said.words)
    if meant is None:
        return not picks and _said_beside_the_question(draft, said, step)
    if picks:
        return False
    if meant in SIDES:
        side(draft, said, meant)
        return True
    match meant:
        case "skip":
            return _skip(draft, said, screening)
        case "correct":
            if isinstance(step, PlayBack) and draft.session.detour is None:
                draft.say(draft.phrases.playback_change, "dialogue")
                return True
            _correct(draft)
        case "never_mind":
            if draft.session.detour is None:
                return False
            draft.change(detour=None)
            draft.remark(draft.phrases.never_mind)
            interrupted(draft)
        case "repeat":
            interrupted(draft)
        case "go_back":
            _go_back(draft)
        case "pause":
            if step is None or isinstance(step, SafetyQuestion):
                return False
            draft.change(phase="paused")
            draft.say(draft.phrases.pause, "repair")
        case "thanks" | "sorry" | "greet":
            return _courteous(draft, step, meant)
        case _:
            return False
    return True


def _courteous(draft: Draft, step: Step | None, meant: Meaning) -> bool:
    """A hello, a thank-you or a sorry, unless it is how somebody gets round a question that needs an answer."""
    if isinstance(step, SafetyQuestion) and meant != "greet":
        return False
    if isinstance(step, PlayBack) and meant == "thanks":
        return False
    draft.remark(_courtesy(draft, meant))
    interrupted(draft)
    return True


def _courtesy(draft: Draft, meant: Meaning | None) -> str:
    phrases = draft.phrases
    if meant == "sorry":
        return phrases.sorry
    return phrases.greet if meant == "greet" else draft.in_turn("thanks", phrases.thanks)


def _said_beside_the_question(draft: Draft, said: Said, step: Step | None) -> bool:
    """A question nobody wrote an answer for, or a bare yes to an open question: once each, then it is the answer."""
    if draft.session.interruptions or draft.session.detour is not None:
        return False
    if is_a_question(said.words) and isinstance(step, Question | ChoiceQuestion | PlayBack):
        draft.keep_aside(said)
        draft.remark(draft.phrases.cannot_answer)
        interrupted(draft)
        return True
    if isinstance(step, Question) and plain(said.words) in _BARE_YES:
        draft.say(draft.phrases.go_ahead, "repair")
        _leave_the_question(draft)
        return True
    return False


def steer_after_end(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """The same once the flow has come to its end: only what needs no open question."""
    if meant is None and plain(said.words) not in _NODS:
        return False
    if meant in SIDES and meant is not None:
        side(draft, said, meant)
        return True
    if meant in {"thanks", "sorry", "pause", None}:
        draft.say(_courtesy(draft, meant), "repair")
        return True
    if meant in {"greet", "repeat"}:
        draft.say(draft.phrases.greet, "repair")
        return True
    return False


def side(draft: Draft, said: Said, meant: str) -> None:
    """The approved answer to a question beside the subject, and the open question again."""
    if meant in KEPT:
        draft.keep(said, meant)
    if meant in _A_PERSON_DOES_IT:
        draft.ask_for_a_person(_A_PERSON_DOES_IT[meant], said.message)
        draft.say(getattr(draft.phrases.side, meant), "handoff")
    elif draft.session.phase == "listening":
        draft.say(getattr(draft.phrases.side, meant), "repair")
    else:
        draft.remark(getattr(draft.phrases.side, meant))
    interrupted(draft)


def side_at_the_start(draft: Draft, said: Said, meant: str) -> None:
    """The same for a first text: the answer comes right after the welcome, and the words are kept either way."""
    draft.keep(said, "first_words")
    if meant in _A_PERSON_DOES_IT:
        draft.ask_for_a_person(_A_PERSON_DOES_IT[meant], said.message)
    draft.afterwards(getattr(draft.phrases.side, meant), "repair")


def _skip(draft: Draft, said: Said, screening: Screening) -> bool:
    if draft.session.detour is not None:
        draft.change(detour=None)
        draft.remark(draft.phrases.never_mind)
        interrupted(draft)
        return True
    step = open_question(draft)
    match step:
        case SafetyQuestion():
            draft.skip(step.about)
            draft.passed(step.about, None)
            move_to(draft, step.then)
            after_safety_answer(draft, said, screening)
        case Question() | ChoiceQuestion():
            draft.skip(step.about)
            draft.passed(step.about, None)
            draft.remark(draft.in_turn("skipped", draft.phrases.skipped))
            go_on(draft, step.otherwise if isinstance(step, ChoiceQuestion) else step.then)
        case PlayBack():
            go_on(draft, playback.leave_unshared(draft, step))
        case _:
            return False
    return True


def _correct(draft: Draft) -> None:
    earlier = _earlier_question(draft, len(draft.session.trail))
    if earlier is None:
        draft.remark(draft.phrases.correct_nothing)
        interrupted(draft)
        return
    visit = draft.session.trail[earlier]
    if visit.message is None:
        ask_earlier(draft, earlier)
        return
    draft.change(detour=Detour(kind="instead", message=visit.message))
    draft.say(draft.phrases.correct_ask, "repair")


def _go_back(draft: Draft) -> None:
    detour = draft.session.detour
    here = detour.visit if detour is not None and detour.visit is not None else len(draft.session.trail)
    earlier = _earlier_question(draft, here)
    if earlier is not None:
        ask_earlier(draft, earlier)
        return
    draft.change(detour=None)
    draft.remark(draft.phrases.go_back_nothing)
    interrupted(draft)


def _earlier_question(draft: Draft, before: int) -> int | None:
    """The number in the trail of the last question before another, leaving out what cannot be asked again."""
    for number in range(before - 1, -1, -1):
        frame = draft.session.trail[number].stack[-1]
        step = draft.flows.get(frame.flow).step(frame.step)
        if isinstance(step, Question | SafetyQuestion | ChoiceQuestion):
            return number
    return None
