"""From how people type to plain words: text-speak, Scots and northern English, near-misses, figures for letters."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from dialogue.safety.characters import LEET, LEET_I

_SHORTEST_NEAR_MISS: Final = 6
_LONGEST_NEAR_MISS: Final = 16
_LONGEST_SPACED: Final = 60
_THREE_OR_MORE: Final = re.compile(r"(.)\1{2,}")
_DOUBLED: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class InContext:
    """A spelling that means something else beside certain words ("2" for "to", "ah" for "I")."""

    becomes: str
    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    never_after: frozenset[str] = frozenset()

    def fits(self, before: str, after: str) -> bool:
        """Whether the words on both sides allow this reading; empty limits allow everything."""
        last = before.rpartition(" ")[2]
        first = after.partition(" ")[0]
        return (
            (not self.after or last in self.after or before in self.after)
            and (not self.before or first in self.before or after in self.before)
            and last not in self.never_after
        )


@dataclass(frozen=True)
class Spelling:
    """The closed lists, from `rules/spelling.yaml` and `rules/emoji.yaml`.

    `known` holds every word the rules speak of; only those are looked for behind a strange spelling.
    """

    becomes: Mapping[str, str]
    contexts: Mapping[str, tuple[InContext, ...]]
    danger: tuple[str, ...]
    left_alone: frozenset[str]
    pictures: Mapping[str, str]
    known: frozenset[str] = frozenset()

    @cached_property
    def plain(self) -> Callable[[str], str]:
        """The plain word or words for one word as typed; remembered, because people use the same words."""
        return lru_cache(maxsize=20_000)(self._plain)

    @cached_property
    def _long_danger(self) -> tuple[str, ...]:
        return tuple(word for word in self.danger if len(word) >= _SHORTEST_NEAR_MISS)

    def in_context(self, typed: str, plain: str, before: str, after: str) -> str:
        """The plain words for a word as typed, given the plain words on both sides of it."""
        for reading in self.contexts.get(typed, ()):
            if reading.fits(before, after):
                return reading.becomes
        return plain

    def cut(self, letters: str) -> list[str] | None:
        """Cut letters into known words, the longest first; None when they do not come out even."""
        if len(letters) > _LONGEST_SPACED:
            return None
        best: list[list[str] | None] = [[]] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(end):
                before, word = best[start], letters[start:end]
                if before is None or not (word in self.known or word == "i"):
                    continue
                found = best[end]
                if found is None or len(before) + 1 < len(found):
                    best[end] = [*before, word]
        return best[-1]

    def _plain(self, word: str) -> str:
        bare = word.replace("'", "")
        for form in (word, bare):
            if form in self.becomes:
                return self.becomes[form]
        if bare in self.known or bare in self.left_alone or not bare:
            return bare
        return self._shortened(bare) or self._unmasked(bare) or self._with_g(bare) or self._near(bare) or _split(bare)

    def _shortened(self, word: str) -> str | None:
        """Letters held down: "soooo", "kiiill"."""
        if not _THREE_OR_MORE.search(word):
            return None
        for shorter in (_THREE_OR_MORE.sub(r"\1", word), _THREE_OR_MORE.sub(r"\1\1", word), _DOUBLED.sub(r"\1", word)):
            if shorter in self.becomes:
                return self.becomes[shorter]
            if shorter in self.known:
                return shorter
        return _THREE_OR_MORE.sub(r"\1", word)

    def _unmasked(self, word: str) -> str | None:
        """Figures, signs or stars in place of letters: "su1c1de", "k!ll", "r*ped"."""
        if word.isalpha() or word.isdigit():
            return None
        for letters in (word.translate(LEET), word.translate(LEET_I)):
            if letters in self.danger:
                return letters
        if "*" in word:
            hidden = re.compile(re.escape(word).replace(r"\*", "."))
            return next((danger for danger in self.danger if hidden.fullmatch(danger)), None)
        return None

    def _with_g(self, word: str) -> str | None:
        """The ending as it is said: "hurtin", "wantin"."""
        full = word + "g"
        return full if word.endswith("in") and full in self.known else None

    def _near(self, word: str) -> str | None:
        """One slip away from a word of danger; the first letter is trusted, because slips are rare there."""
        if not word.isalpha() or not _SHORTEST_NEAR_MISS - 1 <= len(word) <= _LONGEST_NEAR_MISS:
            return None
        return next(
            (
                near
                for near in self._long_danger
                if near[0] == word[0] and OSA.distance(word, near, score_cutoff=1) <= 1
            ),
            None,
        )


def _split(word: str) -> str:
    """A sign inside a word that hides nothing ends the word there."""
    return " ".join(re.split(r"[!@$*|]+", word)).strip() or word
