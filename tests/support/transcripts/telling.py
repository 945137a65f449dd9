"""How a happening is written in a transcript, whoever played it."""

from collections.abc import Iterable

from dialogue.inputs import Slot
from dialogue.wording import slot_words
from tests.support.transcripts.reading import Happening
from tests.support.transcripts.stage import TEAM

# Within one instant things have no order of their own; this is the order a reader wants.
_ORDER = ("case", "alert", "contact", "booked", "story", "bot", "to", "ends", "refused")


def in_order(happenings: Iterable[Happening]) -> tuple[Happening, ...]:
    """What happened at one instant, in the order transcripts have it."""
    return tuple(sorted(happenings, key=lambda one: _ORDER.index(one.who)))


def case_line(verb: str, by: str, because: str, words: Iterable[str]) -> Happening:
    """A case was opened, joined or raised, with the words that did it, or the reason where there are none."""
    quoted = " and ".join(f'"{one}"' for one in words if one)
    reason = because.replace("_", " ")
    told = quoted if because == "screening" and quoted else f"{reason}{f', {quoted}' if quoted else ''}"
    return Happening("case", f"{verb}, {by}, {told}".replace("\n", " / "))


def alert_lines(pages: Iterable[tuple[str, str]]) -> list[Happening]:
    """Alerts as (name, means), one line for each person."""
    means: dict[str, list[str]] = {}
    for name, one in pages:
        means.setdefault(name, []).append(one)
    return [Happening("alert", f"{name}, by {' and '.join(sorted(ways))}") for name, ways in sorted(means.items())]


def booked_line(slot: Slot) -> Happening:
    """A slot was booked."""
    return Happening("booked", slot_words(slot, TEAM))
