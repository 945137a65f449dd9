"""How a labelled text is made up: counts by route, kind, register and writer, and lines that are nearly the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from dialogue.safety.build.texts import Line

_NEARLY: Final = 0.9
_AT_ONCE: Final = 500
_COMMONEST: Final = 40


def balance(lines: Sequence[Line]) -> str:
    """The counts as text to print."""
    parts = [
        _counted("route", (line.route for line in lines)),
        _counted("route and kind", (f"{line.route}: {line.kind}" for line in lines)),
        _counted("register", (line.register_ for line in lines)),
        _counted("writer", (line.writer for line in lines)),
        f"contrast pairs: {len({(line.writer, line.pair) for line in lines if line.pair is not None})}",
    ]
    return "\n\n".join(parts)


def near_duplicates(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Pairs of line numbers (from 0) with the same route whose texts are nine tenths alike, letter by letter."""
    return [(a, b) for a, b in alike(lines, lines) if a < b and lines[a].route == lines[b].route]


def alike(some: Sequence[Line], others: Sequence[Line]) -> list[tuple[int, int]]:
    """Pairs of line numbers (from 0), one of each text, whose messages are nine tenths alike, letter by letter."""
    theirs = [line.whole.lower() for line in others]
    found: list[tuple[int, int]] = []
    for first in range(0, len(some), _AT_ONCE):
        ours = [line.whole.lower() for line in some[first : first + _AT_ONCE]]
        close = cdist(
            ours, theirs, scorer=Indel.normalized_similarity, score_cutoff=_NEARLY, dtype=np.float32, workers=-1
        )
        found += [(first + int(a), int(b)) for a, b in np.argwhere(close >= _NEARLY)]
    return found


def _counted(name: str, values: Iterable[str]) -> str:
    seen = Counter(values).most_common()
    rest = sum(times for _, times in seen[_COMMONEST:])
    rows = [f"  {times:>6}  {value}" for value, times in seen[:_COMMONEST]]
    return "\n".join([f"by {name}:", *rows, *([f"  {rest:>6}  others"] if rest else [])])
