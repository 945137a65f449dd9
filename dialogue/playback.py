"""The playback step: reading the story back, and keeping, leaving out or rewording each of its lines."""

from dialogue.draft import LONGEST, Draft
from dialogue.events import LineLeftOut, StoryApproved
from dialogue.flow import PlayBack
from dialogue.inputs import Said
from dialogue.phrases import meaning
from dialogue.replies import (
    LineWish,
    has_a_condition,
    is_agreement,
    is_plain_no,
    is_refusal_to_share,
    leaves_it_to_us,
    line_wish,
    picked_number,
    says_nothing,
)
from dialogue.session import Detour
from dialogue.story import in_messages, story_of

_MOST_ROUNDS = 8
_SURE = 0.8
_SHORT = 12


def enter(draft: Draft, step: PlayBack) -> str | None:
    """Read the story back and ask. The next step when there is nothing to read back, else None."""
    story = story_of(draft.session)
    if not story.told:
        draft.remark(draft.phrases.playback_empty)
        return step.then
    for message in in_messages(draft.filled(step.intro), story, LONGEST):
        draft.say_as_written(message, "dialogue")
    draft.say(step.ask, "dialogue")
    return None


def reply(draft: Draft, step: PlayBack, said: Said) -> str | None:
    """A reply to the playback. The next step, or None when it is asked again."""
    wish = line_wish(said.words)
    if wish is None and is_refusal_to_share(said.words):
        return _not_shared(draft, step, said)
    if wish is None and _agrees(said):
        draft.passed(step.id, said.message)
        draft.add(StoryApproved())
        return step.then
    if draft.count("playback") >= _MOST_ROUNDS:
        draft.keep_aside(said)
        draft.ask_for_a_person("not_understood", said.message)
        draft.say(draft.phrases.playback_stuck, "dialogue")
        return step.then
    if wish is not None:
        _change_lines(draft, step, wish)
        return None
    return _neither_yes_nor_a_line(draft, step, said)


def _neither_yes_nor_a_line(draft: Draft, step: PlayBack, said: Said) -> str | None:
    nothing_to_add = says_nothing(said.words) and not is_plain_no(said.words)
    if nothing_to_add or leaves_it_to_us(said.words) or meaning(said.words) == "thanks":
        draft.say(draft.phrases.playback_sure, "dialogue")
    elif picked_number(said.words) is not None:
        draft.say(draft.phrases.playback_change, "dialogue")
    elif is_plain_no(said.words):
        if draft.count("playback_no"):
            return _not_shared(draft, step, said)
        draft.say(draft.phrases.playback_change, "dialogue")
    else:
        draft.keep(said, "added")
        draft.remark(draft.in_turn("line_added", draft.phrases.line_added))
        draft.say(step.again, "dialogue")
    return None


def leave_unshared(draft: Draft, step: PlayBack) -> str:
    """The person would rather not say whether it may be passed on: that is never taken for a yes."""
    draft.skip(step.id)
    draft.remark(draft.phrases.not_shared)
    return step.then


def _not_shared(draft: Draft, step: PlayBack, said: Said) -> str:
    draft.passed(step.id, said.message)
    draft.remark(draft.phrases.not_shared)
    return step.then


def _agrees(said: Said) -> bool:
    if is_agreement(said.words):
        return True
    heard = said.understanding
    return (
        heard is not None
        and heard.intent == "yes"
        and heard.confidence >= _SURE
        and len(said.words.split()) <= _SHORT
        and not has_a_condition(said.words)
    )


def _change_lines(draft: Draft, step: PlayBack, wish: LineWish) -> None:
    story = story_of(draft.session)
    lines = [line for number in wish.numbers if (line := story.line(number))]
    if not lines or len(lines) != len(wish.numbers):
        draft.remark(draft.phrases.playback_unknown_line)
        draft.say(draft.phrases.playback_change, "dialogue")
    elif wish.wish == "change":
        draft.change(detour=Detour(kind="instead", message=lines[0].message))
        draft.say(draft.phrases.line_change_ask, "dialogue", line=str(lines[0].number))
    else:
        gone = {line.message for line in lines}
        answers = tuple(
            answer.model_copy(update={"left_out": True}) if answer.message in gone else answer
            for answer in draft.session.answers
        )
        draft.change(answers=answers)
        for line in lines:
            draft.add(LineLeftOut(message=line.message))
            draft.remark(draft.phrases.line_left_out, line=str(line.number))
        draft.say(step.again, "dialogue")
