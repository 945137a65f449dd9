"""Interruptions below safety and stop: a person, help, finding the way, and questions beside the subject."""

import re

from dialogue import playback
from dialogue.draft import Draft
from dialogue.events import Asking
from dialogue.flow import Book, ChoiceQuestion, PlayBack, Question, SafetyQuestion
from dialogue.inputs import Said
from dialogue.keywords import is_help, is_start
from dialogue.phrases import (
    SIDES,
    Meaning,
    asks_for_a_person_within,
    is_wordless,
    may_be_an_answer,
    meaning,
    plain,
)
from dialogue.routers import after_safety_answer, ask_earlier, open_question, option_of
from dialogue.safety import Screening
from dialogue.session import Detour
from dialogue.walking import come_back, go_on, move_to

_SHORT = 12
_SURE = 0.8
_SURE_OF_A_PERSON = 0.7
_TRUSTED_INTERRUPTIONS = 3
_STUCK_AFTER = 10

# Statements are also kept: they tell the team something. Questions are only answered.
_KEPT: frozenset[str] = frozenset({"interpreter", "communication_need", "for_someone_else", "complaint"})
_A_PERSON_DOES_IT: dict[str, Asking] = {
    "own_data": "own_data",
    "delete_story": "delete_story",
    "complaint": "complaint",
    "cancel_booking": "booking_change",
    "move_booking": "booking_change",
}
_STEERED: tuple[Meaning, ...] = ("skip", "correct", "repeat", "go_back", "pause")
_NODS = frozenset(
    {"ok", "okay", "k", "yes", "yeah", "yep", "no", "nope", "great", "cool", "fine", "lovely", "perfect", "will do"}
)
_ASKING = re.compile(
    r"(?:who|what|where|when|how|why|which|can|could|will|would|do|does|did|is|are|am|was|may|should|r|u)(?:s|'s)?\b",
    re.IGNORECASE,
)


def heard(draft: Draft, said: Said) -> Meaning | None:
    """What a text means beside being an answer: by closed phrases first, then by the language understanding.

    The understanding is believed only when it is sure and the text is short, and no longer after three texts in a row
    that were no answer: a broken one must not keep anybody from being heard.
    """
    plainly = meaning(said.words)
    if plainly is None and is_start(said.words) and plain(said.words) != "yes":
        plainly = "greet"
    if plainly is not None or draft.session.interruptions >= _TRUSTED_INTERRUPTIONS:
        return plainly
    return _understood(said)


def _understood(said: Said) -> Meaning | None:
    understood = said.understanding
    if understood is None or is_wordless(said.words):
        return None
    if understood.intent == "ask_human" and understood.confidence >= _SURE_OF_A_PERSON:
        return "human"
    if understood.confidence < _SURE or len(said.words.split()) > _SHORT:
        return None
    asking = _ASKING.match(said.words.strip()) is not None or said.words.rstrip().endswith("?")
    believed: list[Meaning] = [*_STEERED, *(name for name in SIDES if asking or name in _KEPT)]
    return next((name for name in believed if name == understood.intent), None)


def asks_for_a_person(said: Said, meant: Meaning | None) -> bool:
    """Whether a text asks for a human being, as a whole or in the middle of more."""
    return meant == "human" or asks_for_a_person_within(said.words)


def calls_for_someone(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """A person or help was asked for, and that was all the text was."""
    if asks_for_a_person(said, meant) and person_asked_for(draft, said, meant):
        return True
    return help_asked(draft, said)


def person_asked_for(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """Ask for a person and say when one comes. True when that is all the text was; else it is also an answer."""
    first = draft.ask_for_a_person("asked_for_a_person", said.message)
    phrases = draft.phrases
    words = phrases.person_coming if first else draft.in_turn("person_again", phrases.person_again)
    draft.afterwards_or_now(words, "handoff")
    longer = len(said.words.split()) > _SHORT or meant != "human"
    answers = isinstance(open_question(draft), Question) and (longer or may_be_an_answer(said.words))
    if not answers:
        if longer:
            draft.keep_aside(said)
        interrupted(draft)
    return not answers


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
    if meant is None or picks:
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
        case "thanks" | "greet":
            if isinstance(step, SafetyQuestion | PlayBack | Book) and meant == "thanks":
                return False
            draft.remark(draft.phrases.greet if meant == "greet" else draft.in_turn("thanks", draft.phrases.thanks))
            interrupted(draft)
        case _:
            return False
    return True


def steer_after_end(draft: Draft, said: Said, meant: Meaning | None) -> bool:
    """The same once the flow has come to its end: only what needs no open question."""
    if meant is None and plain(said.words) not in _NODS:
        return False
    if meant in SIDES and meant is not None:
        side(draft, said, meant)
        return True
    if meant in {"thanks", "pause", None}:
        draft.say(draft.in_turn("thanks", draft.phrases.thanks), "repair")
        return True
    if meant in {"greet", "repeat"}:
        draft.say(draft.phrases.greet, "repair")
        return True
    return False


def side(draft: Draft, said: Said, meant: str) -> None:
    """The approved answer to a question beside the subject, and the open question again."""
    if meant in _KEPT:
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
