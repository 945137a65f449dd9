"""How a reply picks an exit: what the words mean at the step where they were said."""

from dialogue import offering, playback
from dialogue.draft import Draft
from dialogue.flow import (
    Book,
    ChoiceQuestion,
    End,
    Option,
    PlayBack,
    Question,
    SafetyQuestion,
    Step,
    Wait,
)
from dialogue.holding import begin_listening
from dialogue.inputs import Said
from dialogue.phrases import plain
from dialogue.replies import is_clear_no, is_clear_yes, picked_number, says_nothing
from dialogue.safety import Screening
from dialogue.session import Detour, Visit
from dialogue.walking import ask, come_back, forget_offers, go_on, move_to, start_nudge

_MAY_BE_YES = 0.5
_FEW_WORDS = 8


def open_question(draft: Draft) -> Step | None:
    """The step whose question is on the table, or None when none is."""
    return draft.step if draft.session.entered and draft.session.phase in {"asking", "paused"} else None


def keep_silently(draft: Draft, said: Said, about: str = "more") -> None:
    """Keep the words for the open question, else as `about`, and stand before the next step, without a word."""
    step = open_question(draft)
    detour = draft.session.detour
    if step is not None and detour is not None:
        _replace(draft, said, detour)
        draft.change(detour=None)
    elif isinstance(step, Question | SafetyQuestion) and said.words.strip() and not draft.session.recap_due:
        draft.keep(said, step.about)
        draft.passed(step.about, said.message)
        move_to(draft, step.then)
    elif isinstance(step, ChoiceQuestion) and (option := option_of(step, said.words)):
        draft.keep(said, step.about)
        draft.passed(step.about, said.message)
        move_to(draft, option.then)
    else:
        forget_offers(draft)
        draft.keep_aside(said, about)


def answer(draft: Draft, said: Said, screening: Screening) -> None:  # noqa: C901 -- one flat case for each kind of step
    """Take the words as the answer to the open question, and go on."""
    detour = draft.session.detour
    if detour is not None:
        _after_detour(draft, said, screening, detour)
        return
    step = draft.step
    match step:
        case Question() if says_nothing(said.words):
            draft.skip(step.about)
            draft.passed(step.about, None)
            go_on(draft, step.then)
        case Question():
            draft.keep(said, step.about)
            draft.passed(step.about, said.message)
            go_on(draft, step.then)
        case SafetyQuestion():
            draft.keep(said, step.about)
            draft.passed(step.about, said.message)
            move_to(draft, step.then)
            after_safety_answer(draft, said, screening)
        case ChoiceQuestion():
            _pick(draft, step, said)
        case PlayBack():
            following = playback.reply(draft, step, said)
            _go_on_or_wait(draft, following)
        case Book():
            _go_on_or_wait(draft, offering.reply(draft, step, said))
        case Wait():
            draft.keep_aside(said)
            draft.stop_timer("wait")
            draft.change(phase="asking")
            go_on(draft, step.then)
        case End():
            draft.keep_aside(said)
            draft.ask_for_a_person("wrote_after_end", said.message)
            draft.say(draft.in_turn("kept_after_end", draft.phrases.kept_after_end), "handoff")
        case _:
            draft.keep_aside(said)
            come_back(draft)


def _go_on_or_wait(draft: Draft, following: str | None) -> None:
    if following is not None:
        go_on(draft, following)
    elif draft.session.awaiting == "answer":
        start_nudge(draft)


def after_safety_answer(draft: Draft, said: Said, screening: Screening) -> None:
    """The safety question was answered, or was not; the step after it is the one on top.

    Only a clear no goes on as if nothing were. A yes brings a person now; all else brings one today. The language
    understanding can turn an unclear answer into a yes, and never into a no.
    """
    if is_clear_no(said.words):
        come_back(draft)
    elif is_clear_yes(said.words) or _may_be_yes(said):
        draft.raise_concern("now", "safety_answer", said, screening)
        begin_listening(draft)
    else:
        draft.raise_concern("today", "safety_answer", said, screening)
        evasive = len(said.words.split()) <= _FEW_WORDS
        draft.say(draft.phrases.safety_unclear if evasive else draft.phrases.noted_today, "safety")
        come_back(draft)


def _may_be_yes(said: Said) -> bool:
    heard = said.understanding
    return heard is not None and heard.intent == "yes" and heard.confidence >= _MAY_BE_YES


def option_of(step: ChoiceQuestion, words: str) -> Option | None:
    """The one option a reply picks: by number, button, label or other words; None when it is none or several."""
    text = plain(words)
    number = picked_number(words)
    if number is not None and number <= len(step.options):
        return step.options[number - 1]
    for option in step.options:
        if text in {plain(name) for name in (option.id, option.label, *option.also)}:
            return option
    if len(text.split()) > _FEW_WORDS:
        return None
    within = [
        option
        for option in step.options
        if any(f" {plain(name)} " in f" {text} " for name in (option.label, *option.also))
    ]
    return within[0] if len(within) == 1 else None


def _pick(draft: Draft, step: ChoiceQuestion, said: Said) -> None:
    option = option_of(step, said.words)
    before = next(
        (kept for kept in reversed(draft.session.answers) if (kept.step, kept.about) == (step.id, step.about)), None
    )
    draft.keep(said, step.about, replaces=before.message if before else None)
    draft.passed(step.about, said.message)
    if option is None:
        draft.remark(draft.phrases.kept_for_now)
    go_on(draft, option.then if option else step.otherwise)


def _visit(draft: Draft, detour: Detour) -> Visit | None:
    return draft.session.trail[detour.visit] if detour.visit is not None else None


def _replace(draft: Draft, said: Said, detour: Detour) -> None:
    """Keep the words in place of the earlier ones, or where there were none, for the question gone back to."""
    visit = _visit(draft, detour)
    if visit is None:
        draft.keep(said, "more", replaces=detour.message)
    elif visit.message is not None:
        draft.keep(said, visit.about, replaces=visit.message)
    else:
        draft.keep(said, visit.about)
        draft.change(
            trail=tuple(
                each.model_copy(update={"message": said.message}) if each is visit else each
                for each in draft.session.trail
            )
        )


def _was_about_safety(draft: Draft, detour: Detour) -> bool:
    visit = _visit(draft, detour) or next(
        (each for each in draft.session.trail if each.message is not None and each.message == detour.message), None
    )
    if visit is None:
        return False
    frame = visit.stack[-1]
    return isinstance(draft.flows.get(frame.flow).step(frame.step), SafetyQuestion)


def _after_detour(draft: Draft, said: Said, screening: Screening, detour: Detour) -> None:
    about_safety = _was_about_safety(draft, detour)
    _replace(draft, said, detour)
    draft.change(detour=None, interruptions=0)
    if about_safety:
        after_safety_answer(draft, said, screening)
        return
    draft.remark(draft.phrases.corrected)
    come_back(draft)


def ask_earlier(draft: Draft, number: int) -> None:
    """Ask the question of the trail with this number once more."""
    visit = draft.session.trail[number]
    frame = visit.stack[-1]
    step = draft.flows.get(frame.flow).step(frame.step)
    if isinstance(step, ChoiceQuestion):
        # A choice decides the way, so here the conversation really goes back.
        draft.change(
            stack=visit.stack,
            entered=True,
            awaiting="answer",
            detour=None,
            trail=draft.session.trail[:number],
            phase="asking",
        )
        ask(draft, step, again=False)
        return
    draft.change(detour=Detour(kind="again", visit=number))
    if isinstance(step, Question | SafetyQuestion):
        ask(draft, step, again=True)
