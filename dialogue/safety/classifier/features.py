"""What the classifier looks at: a text's plain words, in windows, and the numbers of their word and letter groups."""

from collections.abc import Iterator, Sequence
from typing import Final
from zlib import crc32

from dialogue.safety.normal import HARD, SOFT, Normal

WINDOW: Final = 64
STRIDE: Final = 48
"""A long text is read in windows of so many words, each beginning so many after the last: what is said at the end of
one is in the middle of the next."""

_WORDS_TOGETHER: Final = 3
_LETTERS_TOGETHER: Final = (3, 4, 5)


def plain_words(normal: Normal) -> list[str]:
    """The words of a text as both halves read them: pictures by their names, signs as "." and ","."""
    return [token.word.strip(":") or token.word for token in normal.tokens]


def windows(count: int) -> list[tuple[int, int]]:
    """The windows of a text of `count` words, as (first, after); none for a text without words."""
    if count == 0:
        return []
    firsts = range(0, max(1, count - (WINDOW - STRIDE)), STRIDE)
    return [(first, min(first + WINDOW, count)) for first in firsts]


def groups(words: Sequence[str]) -> list[int]:
    """The numbers of one window's word groups (one to three words) and letter groups (three to five), once each.

    A group's number is the CRC-32 of its UTF-8 bytes, so that nothing has to be learned to count them.
    """
    return sorted({crc32(group.encode("utf-8", "replace")) for group in _named(words)})


def _named(words: Sequence[str]) -> Iterator[str]:
    bounded = ["^", *(word for word in words if word != SOFT), "$"]
    for size in range(1, _WORDS_TOGETHER + 1):
        for first in range(len(bounded) - size + 1):
            yield " ".join(bounded[first : first + size])
    for word in words:
        if word in {HARD, SOFT}:
            continue
        padded = f"<{word}>"
        for size in _LETTERS_TOGETHER:
            for first in range(len(padded) - size + 1):
                yield f"#{padded[first : first + size]}"
