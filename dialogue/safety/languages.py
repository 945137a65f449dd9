"""Which texts nobody here can judge: another script, another language, pictures alone."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Final

from dialogue.safety.characters import fold_word, script
from dialogue.safety.normal import HARD, SOFT, Normal
from dialogue.safety.ruleset import RuleSet

_FEWEST_LETTERS: Final = 2
_SHORT: Final = 4


class Languages:
    """Tells what cannot be judged, from the closed lists of languages.yaml and emoji.yaml."""

    def __init__(self, rules: RuleSet) -> None:
        plain = rules.spelling.plain
        self._english = frozenset(rules.languages.english.split())
        self._small = {entry.name: _words(entry.small_words, plain) for entry in rules.languages.languages}
        self._everyday = {entry.name: _words(entry.everyday, plain) for entry in rules.languages.languages}
        self._pictures = rules.pictures.pictures
        self._harmless = frozenset(f":{name}:" for name in rules.pictures.harmless.split())

    def cannot_judge(self, normal: Normal, *, flagged: bool) -> str | None:
        """What makes the text unreadable ("script:arabic", "language:polish", "emoji"), or None where it can be judged.

        `flagged` says that a rule has judged the text already; a person looks at it in any case.
        """
        if flagged:
            return None
        words = [token.word for token in normal.tokens if token.word not in {HARD, SOFT}]
        if not words:
            return "emoji" if self._has_unknown_picture(normal.text) else None
        if all(word.startswith(":") for word in words):
            harmless = all(word in self._harmless for word in words) and not self._has_unknown_picture(normal.text)
            return None if harmless else "emoji"
        return self._other_script(normal.text, words) or self._other_language(words)

    def _other_script(self, text: str, words: list[str]) -> str | None:
        letters = Counter(script(character) for character in text if not character.isascii())
        others = {name: count for name, count in letters.items() if name not in {"", "latin"}}
        if sum(others.values()) < _FEWEST_LETTERS:
            return None
        if any(self._everyday_only(words, everyday) for everyday in self._everyday.values()):
            return None
        return f"script:{max(others, key=lambda name: others[name])}"

    def _other_language(self, words: list[str]) -> str | None:
        told = {name: sum(word in small for word in words) for name, small in self._small.items()}
        name = max(told, key=lambda key: told[key])
        english = sum(word in self._english for word in words)
        enough = 1 if len(words) <= _SHORT else 2
        if told[name] < enough or told[name] <= english:
            return None
        return None if self._everyday_only(words, self._everyday[name]) else f"language:{name}"

    def _has_unknown_picture(self, text: str) -> bool:
        """A picture outside emoji.yaml, or half of one: a lone surrogate is what is left of a broken picture."""
        return any(
            unicodedata.category(character) in {"So", "Cs", "Co"} and character not in self._pictures
            for character in text
        )

    @staticmethod
    def _everyday_only(words: list[str], everyday: frozenset[str]) -> bool:
        return all(word in everyday or word[0].isdigit() or word.startswith(":") for word in words)


def _words(listed: str, plain: Callable[[str], str]) -> frozenset[str]:
    return frozenset(part for word in listed.split() for part in plain(fold_word(word)).split())
