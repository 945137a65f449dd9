"""Stopping and starting: obeyed at once, confirmed once, reversible."""

from dialogue import concern
from dialogue.draft import Draft
from dialogue.events import ContactStarted, ContactStopped
from dialogue.inputs import Said
from dialogue.keywords import begins_with_stop, is_about_our_texts, is_start, is_stop, is_stop_in_a_hurry
from dialogue.safety import Screening
from dialogue.walking import come_back, forget_offers, resting_phase

_SURE = 0.9
_SHORT = 8


def wants_to_stop(said: Said, screening: Screening) -> bool:
    """Whether a text asks for no more texts.

    The language understanding alone stops nobody: the text has to speak of texts or messages too, because "I want
    it all to stop" must never silence us.
    """
    if is_stop(said.words):
        return True
    if screening.route == "now":
        return begins_with_stop(said.words)
    heard = said.understanding
    return (
        heard is not None
        and heard.intent == "stop"
        and heard.confidence >= _SURE
        and len(said.words.split()) <= _SHORT
        and is_about_our_texts(said.words)
    )


def stop(draft: Draft, said: Said, screening: Screening) -> None:
    """Obey: one confirmation, then silence. With a concern open, a person is told to phone instead."""
    flag(draft, said, screening)
    open_concern = draft.session.concern
    if open_concern is not None:
        draft.raise_concern(open_concern, "stopped_while_open", said, screening)
    phrases = draft.phrases
    if is_stop_in_a_hurry(said.words):
        # Whoever is coming may read what we say: it names no service and no danger. The team knows all the same.
        draft.say(phrases.stop_confirmed_plain, "stop")
    else:
        draft.say(phrases.stop_confirmed_concern if open_concern else phrases.stop_confirmed, "stop")
    forget_offers(draft)
    draft.change(stopped=True, detour=None)
    draft.add(ContactStopped())
    draft.stop_timer("nudge")
    draft.stop_timer("nobody_yet")


def flag(draft: Draft, said: Said, screening: Screening) -> None:
    """Raise what the screening found, without a word."""
    if screening.route != "none":
        draft.raise_concern(screening.route, concern.because_of(screening), said, screening)


def while_stopped(draft: Draft, said: Said, screening: Screening) -> None:
    """A text after a stop: screened and kept in silence, unless it asks to start again."""
    if is_start(said.words):
        draft.change(stopped=False)
        draft.add(ContactStarted())
        if screening.route == "now":
            concern.now(draft, said, screening)
            return
        flag(draft, said, screening)
        if draft.session.phase == "paused":
            draft.change(phase=resting_phase(draft))
        draft.say(draft.phrases.started_again, "stop")
        come_back(draft)
        return
    flag(draft, said, screening)
    draft.keep_aside(said)
    if screening.route == "now":
        draft.change(phase="listening")
