"""The words the engine itself says, beside those of the flows: a closed set, written and approved by people."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from dialogue.frozen import Frozen

Phrase = Annotated[str, Field(min_length=1, max_length=1000)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=2)]
"""Several ways of saying a thing, used in turn, so that the same words never come twice running."""


class SidePhrases(Frozen):
    """The approved answers to questions beside the subject."""

    who_are_you: Phrase
    are_you_a_robot: Phrase
    who_sees_this: Phrase
    is_it_confidential: Phrase
    how_long_is_the_wait: Phrase
    what_happens_next: Phrase
    bring_someone: Phrase
    interpreter: Phrase
    communication_need: Phrase
    why_ask: Phrase
    where_to_start: Phrase
    cost: Phrase
    where_is_it: Phrase
    own_data: Phrase
    delete_story: Phrase
    for_someone_else: Phrase
    complaint: Phrase
    cancel_booking: Phrase
    move_booking: Phrase


class Phrasebook(Frozen):
    """All of them, in one language. Which is said when stands beside each in `words.en.yaml`."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]

    first_words_now: Phrase
    holding_now: Phrase
    holding_later: Phrase
    holding_unknown: Phrase
    holding_again: Phrases
    nobody_yet: Phrases
    listening: Phrases
    noted_today: Phrase
    noted_media: Phrases
    noted_unreadable: Phrase
    safety_unclear: Phrase

    person_coming: Phrase
    person_again: Phrases
    person_called: Phrases
    practitioner_here: Phrase
    closing: Phrase

    stop_confirmed: Phrase
    stop_confirmed_concern: Phrase
    stop_confirmed_plain: Phrase
    started_again: Phrase
    help: Phrase

    skipped: Phrases
    correct_ask: Phrase
    correct_nothing: Phrase
    corrected: Phrase
    never_mind: Phrase
    go_back_nothing: Phrase
    pause: Phrase
    kept_for_now: Phrase
    first_words_kept: Phrase
    greet: Phrase
    thanks: Phrases
    sorry: Phrase
    go_ahead: Phrase
    cannot_answer: Phrase
    empty: Phrases
    stuck: Phrase
    recap: Phrase
    nudges: Phrases
    nudge_concern: Phrase
    nudge_booking: Phrase
    kept_after_end: Phrases

    playback_empty: Phrase
    playback_change: Phrase
    playback_sure: Phrase
    playback_unknown_line: Phrase
    line_left_out: Phrase
    line_change_ask: Phrase
    line_changed: Phrase
    line_added: Phrases
    not_shared: Phrase
    playback_stuck: Phrase

    slots_more: Phrase
    slots_none: Phrase
    slots_ask: Phrase
    slots_stuck: Phrase
    slots_unclear: Phrase
    slots_declined: Phrase
    slots_waiting: Phrase
    slot_taken: Phrase
    none_of_these: Annotated[str, Field(min_length=1, max_length=60)]
    booked_for_you: Phrase
    no_answer: Phrase

    side: SidePhrases

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each text with where it stands: ("help", ...), ("listening 2", ...), ("side cost", ...)."""
        for name, value in self:
            if isinstance(value, SidePhrases):
                yield from ((f"side {key}", text) for key, text in value)
            elif isinstance(value, tuple):
                yield from ((f"{name} {number}", text) for number, text in enumerate(value, start=1))
            elif name != "language":
                yield name, value
