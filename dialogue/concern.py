"""A concern: somebody is told, the person is answered, and nobody has to tell it twice."""

from dialogue.draft import Draft
from dialogue.events import Concerning
from dialogue.flow import SafetyQuestion
from dialogue.holding import SOMEBODY_BY, begin_listening
from dialogue.inputs import Said
from dialogue.keywords import is_help
from dialogue.replies import is_clear_no
from dialogue.routers import keep_silently
from dialogue.safety import Screening

_MOST_TIMES_NOBODY = 2
_EVERY_FEW = 3


def because_of(screening: Screening) -> Concerning:
    """Whether the screening found something, or could not be done."""
    return "unscreened" if all(reason.kind == "unscreened" for reason in screening.reasons) else "screening"


def now(draft: Draft, said: Said, screening: Screening, about: str = "more") -> None:
    """Somebody is to come at once: told, answered, and the words kept for the open question, else as `about`."""
    draft.raise_concern("now", because_of(screening), said, screening)
    keep_silently(draft, said, about)
    begin_listening(draft)


def today(draft: Draft, said: Said, screening: Screening) -> None:
    """Somebody is to read it today: told each time, the person hears of it once; the conversation goes on."""
    first = draft.raise_concern("today", because_of(screening), said, screening)
    if draft.session.phase == "listening" or said.media or is_help(said.words):
        return  # these are answered with words of their own
    if isinstance(draft.step, SafetyQuestion) and draft.session.entered and not is_clear_no(said.words):
        return  # the reply to the safety question has words of its own for this
    if first:
        unreadable = all(reason.kind == "unreadable" for reason in screening.reasons)
        draft.afterwards_or_now(draft.phrases.noted_unreadable if unreadable else draft.phrases.noted_today, "safety")


def media_came(draft: Draft) -> None:
    """A photo, a voice note or the like is acknowledged each time, in other words."""
    draft.afterwards_or_now(draft.in_turn("noted_media", draft.phrases.noted_media), "safety")


def listen(draft: Draft, said: Said) -> None:
    """A text while a person is on the way: kept, and answered with a short line, less often as there are more."""
    keep_silently(draft, said)
    if said.media:
        media_came(draft)
        return
    lines = draft.phrases.listening
    texts = draft.count("texts_while_listening")
    if texts < len(lines) or (texts - len(lines) + 1) % _EVERY_FEW == 0:
        draft.say(draft.in_turn("listening", lines), "safety")


def nobody_yet(draft: Draft) -> None:
    """Ten minutes have passed and nobody came: the person hears it as it is, twice at most."""
    if draft.session.phase != "listening" or draft.mute:
        return
    times = draft.count("nobody_yet")
    if times < _MOST_TIMES_NOBODY:
        draft.say(draft.phrases.nobody_yet[times], "safety")
    if times + 1 < _MOST_TIMES_NOBODY:
        draft.start_timer("nobody_yet", 2 * SOMEBODY_BY)


def is_over(draft: Draft) -> None:
    """The case was closed by a person: a later concern is answered in full again."""
    draft.change(concern=None, person_asked=False)
    draft.forget_count("holding", "holding_again", "nobody_yet", "listening", "texts_while_listening", "person_again")
    draft.forget_count("person_called")
