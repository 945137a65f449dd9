"""Screening: whether somebody has to look at a text, and by when. It never says anything about who wrote it."""

from collections.abc import Sequence

from dialogue.safety.detector import RulesAndClassifier
from dialogue.safety.kinds import KINDS, ROUTES, Route, more_urgent
from dialogue.safety.rules import Rules
from dialogue.safety.screening import Detector, Reason, Screening, could_not_screen, screen_media, unreadable

__all__ = [
    "KINDS",
    "ROUTES",
    "Detector",
    "Reason",
    "Route",
    "Rules",
    "RulesAndClassifier",
    "Screening",
    "could_not_screen",
    "more_urgent",
    "screen",
    "screen_media",
    "unreadable",
]


def screen(text: str, previous: Sequence[str] = ()) -> Screening:
    """Screen one text with the shipped rules; `previous` are the same person's last few texts, oldest first."""
    return Rules.shipped().screen(text, previous)
