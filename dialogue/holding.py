"""The holding reply: the person hears at once that somebody is being brought in, and is listened to until then."""

from datetime import timedelta

from dialogue.draft import Draft
from dialogue.inputs import Surroundings
from dialogue.phrasebook import Phrasebook
from dialogue.published import Flows
from dialogue.session import Session
from dialogue.walking import forget_offers

SOMEBODY_BY = timedelta(minutes=10)
"""After this long without anybody the person hears how it stands."""


def begin_listening(draft: Draft) -> None:
    """Say that a person is being brought in, and listen until one is there. Called for each text that needs one now."""
    forget_offers(draft)
    already = draft.session.phase == "listening"
    draft.change(phase="listening", detour=None)
    _hold(draft)
    if not already and not draft.session.stopped:
        draft.start_timer("nobody_yet", SOMEBODY_BY)


def _hold(draft: Draft) -> None:
    phrases = draft.phrases
    if draft.mute:
        return
    if draft.count("holding"):
        draft.say(draft.in_turn("holding_again", phrases.holding_again), "safety")
    else:
        draft.say(_first_reply(draft), "safety")


def _first_reply(draft: Draft) -> str:
    phrases, duty = draft.phrases, draft.around.duty
    if duty.on_duty:
        return phrases.holding_now
    if duty.reads_at is not None and duty.reads_at > draft.around.now:
        return phrases.holding_later
    return phrases.holding_unknown


def without_a_session(flows: Flows, phrasebook: Phrasebook, around: Surroundings, *, first: bool) -> tuple[str, ...]:
    """The holding reply to somebody whose conversation cannot be gone on with, because deciding fails each time.

    With `first` nothing was ever said to them, so they hear who this is before.
    """
    draft = Draft(flows, phrasebook, Session(stack=()), around)
    words = (phrasebook.first_words_now, _first_reply(draft)) if first else (_first_reply(draft),)
    return tuple(draft.filled(one) for one in words)
