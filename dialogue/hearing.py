"""What a text means beside being an answer: closed phrases first, then the language understanding, if it is sure."""

import re

from dialogue.draft import Draft
from dialogue.inputs import Said
from dialogue.keywords import is_start
from dialogue.phrases import (
    SIDES,
    Meaning,
    asks_for_a_person_within,
    asks_when_somebody_comes,
    is_wordless,
    meaning,
    plain,
)

KEPT: frozenset[str] = frozenset({"interpreter", "communication_need", "for_someone_else", "complaint"})
"""Statements, which are also kept: they tell the team something. Questions are only answered."""

_SHORT = 12
_SURE = 0.8
_SURE_OF_A_PERSON = 0.7
_TRUSTED_INTERRUPTIONS = 3
_STEERED: tuple[Meaning, ...] = ("skip", "correct", "repeat", "go_back", "pause")
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
    waiting = draft.session.person_asked or draft.session.concern == "now"
    if plainly is None and waiting and asks_when_somebody_comes(said.words):
        plainly = "human"
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
    believed: list[Meaning] = [*_STEERED, *(name for name in SIDES if asking or name in KEPT)]
    return next((name for name in believed if name == understood.intent), None)


def asks_for_a_person(said: Said, meant: Meaning | None) -> bool:
    """Whether a text asks for a human being, as a whole or in the middle of more."""
    return meant == "human" or asks_for_a_person_within(said.words)


def is_a_question(words: str) -> bool:
    """Whether a text is one short question and says so by its first word and its sign."""
    asked = words.strip()
    return asked.endswith("?") and len(asked.split()) <= _SHORT and _ASKING.match(asked) is not None
