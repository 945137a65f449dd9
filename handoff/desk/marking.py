"""Marking the words that raised a concern inside the message they stand in."""

import re
from collections.abc import Sequence

from dialogue.frozen import Frozen
from handoff.ports import Highlight


class Piece(Frozen):
    """A stretch of a message: its words, and whether they raised a concern."""

    words: str
    marked: bool


def pieces(words: str, highlights: Sequence[Highlight]) -> tuple[Piece, ...]:
    """The message cut into marked and unmarked stretches; put together again they are the message.

    Words that overlap are marked together. A highlight whose words cannot be found as they stand (they were spread
    over several texts, or spelt around) marks the whole message: it is better to show too much than too little.
    A highlight without words, for something that could not be read, marks nothing.
    """
    spans: list[tuple[int, int]] = []
    for highlight in highlights:
        if not highlight.words.strip():
            continue
        found = [match.span() for match in re.finditer(re.escape(highlight.words), words, re.IGNORECASE)]
        spans.extend(found or [(0, len(words))])
    cut: list[Piece] = []
    at = 0
    for start, end in _merged(spans):
        cut.append(Piece(words=words[at:start], marked=False))
        cut.append(Piece(words=words[start:end], marked=True))
        at = end
    cut.append(Piece(words=words[at:], marked=False))
    return tuple(piece for piece in cut if piece.words)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
