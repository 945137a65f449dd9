"""The small language rules are written in, and finding its patterns in a line of plain words.

A pattern is words in a row. Filling words ("just", "really", "lol"), commas and pictures are passed over in the text,
so that a pattern need not speak of them.

    want to die            these words in a row
    kill/harm myself       one of these words
    [end it all, end my life]   one of these phrases
    (to)                   may be there or not; several phrases as in [...]
    <child>                one of a named list in words.yaml
    ..  and  ...           up to two, up to eight other words of the same sentence, never a "not"
    cut*                   any word that begins like this
    #                      a number
    ^  and  $              the beginning and the end of a sentence
    :pill:                 a picture from emoji.yaml
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate
from typing import Final, NoReturn

from dialogue.safety.characters import fold_word
from dialogue.safety.normal import SOFT, Normal

_SYMBOL: Final = re.compile(r"<\w+>|\.\.\.|\.\.|[\[\]()^$,#]|:\w+:|[^\s\[\](),<>]+")
_ANY_WORD: Final = r"(?:(?!(?:\.|not|never) )\S+ )"
_ANY: Final = {"..": _ANY_WORD + "{0,2}?", "...": _ANY_WORD + "{0,8}?", "#": r"\d\S* "}
_ENDS: Final = {"^": r"(?:(?<![\s\S])|(?<=\. ))", "$": r"(?=\. |\Z)"}


class PatternError(ValueError):
    """A pattern that cannot be read; the message gives the pattern and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One pattern as a regular expression, and the words it can begin with ("cut*" for a beginning, "" for any)."""

    expression: str
    first: frozenset[str]
    words: frozenset[str]


@dataclass
class PatternReader:
    """Reads patterns with the named lists and the spelling of words.yaml and spelling.yaml."""

    lists: Mapping[str, Iterable[str]]
    plain: Callable[[str], str]
    filling: frozenset[str]
    _named: dict[str, Compiled] = field(default_factory=dict)
    _read: dict[str, Compiled] = field(default_factory=dict)

    def read(self, pattern: str) -> Compiled:
        """Compile one pattern; raises PatternError where brackets or names are wrong."""
        if pattern in self._read:
            return self._read[pattern]
        symbols = _SYMBOL.findall(pattern)
        compiled, rest = self._sequence(pattern, symbols, closing="")
        if rest or not compiled.words:
            self._refuse(pattern, "brackets do not match, or there is no word in it")
        if re.fullmatch(compiled.expression, ""):
            self._refuse(pattern, "it would match no words at all; one part must not be optional")
        self._read[pattern] = compiled
        return compiled

    def _sequence(self, pattern: str, symbols: list[str], closing: str) -> tuple[Compiled, list[str]]:
        """Read up to `closing` or a comma at this level; gives what was read and the symbols that are left."""
        parts: list[str] = []
        first: set[str] = set()
        words: set[str] = set()
        still_first = True
        while symbols and not (closing and symbols[0] in {closing, ","}):
            symbol, symbols = symbols[0], symbols[1:]
            part, symbols, optional = self._part(pattern, symbol, symbols)
            parts.append(part.expression)
            words |= part.words
            if still_first:
                first |= part.first
                still_first = optional
        if still_first:
            first.add("")
        return Compiled("".join(parts), frozenset(first), frozenset(words)), symbols

    def _part(self, pattern: str, symbol: str, rest: list[str]) -> tuple[Compiled, list[str], bool]:
        if symbol in "[(":
            return self._choice(pattern, symbol, rest)
        if symbol in _ENDS:
            return Compiled(_ENDS[symbol], frozenset(), frozenset()), rest, True
        if symbol in _ANY:
            return Compiled(_ANY[symbol], frozenset({""}), frozenset()), rest, False
        part = self._list(pattern, symbol[1:-1]) if symbol.startswith("<") else self._words(symbol)
        return part, rest, False

    def _choice(self, pattern: str, opening: str, rest: list[str]) -> tuple[Compiled, list[str], bool]:
        closing = "]" if opening == "[" else ")"
        choices: list[Compiled] = []
        while True:
            choice, rest = self._sequence(pattern, rest, closing)
            choices.append(choice)
            if not rest:
                self._refuse(pattern, f"there is no {closing}")
            sign, rest = rest[0], rest[1:]
            if sign == closing:
                break
        either = _either(choices)
        optional = opening == "("
        return (
            Compiled(either.expression + ("?" if optional else ""), either.first, either.words),
            rest,
            optional,
        )

    def _list(self, pattern: str, name: str) -> Compiled:
        if name not in self._named:
            if name not in self.lists:
                self._refuse(pattern, f"words.yaml has no list called {name}")
            self._named[name] = _either([self.read(entry) for entry in self.lists[name]])
        return self._named[name]

    def _words(self, symbol: str) -> Compiled:
        return _either([self._one(word) for word in symbol.split("/")])

    def _one(self, word: str) -> Compiled:
        if word.endswith("*"):
            return Compiled(
                re.escape(fold_word(word[:-1])) + r"\S* ",
                frozenset({fold_word(word[:-1]) + "*"}),
                frozenset({fold_word(word[:-1])}),
            )
        spelled = [word] if word.startswith(":") else self.plain(fold_word(word)).split()
        plain = [part for part in spelled if part not in self.filling]
        expression = "".join(re.escape(part) + " " for part in plain)
        return Compiled(expression, frozenset(plain[:1]), frozenset(plain))

    def _refuse(self, pattern: str, what: str) -> NoReturn:
        raise PatternError(f'pattern "{pattern}": {what}')


def _either(choices: list[Compiled]) -> Compiled:
    return Compiled(
        "(?:" + "|".join(choice.expression for choice in choices) + ")",
        frozenset().union(*(choice.first for choice in choices)),
        frozenset().union(*(choice.words for choice in choices)),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A name found from token `first` up to, not including, token `after`."""

    name: str
    first: int
    after: int


@dataclass(frozen=True)
class Around:
    """What was found in a text, asked for what begins near a place, so that a long text costs no more a place."""

    found: tuple[Found, ...]

    @cached_property
    def _firsts(self) -> list[int]:
        return [each.first for each in self.found]

    def near(self, first: int, after: int) -> tuple[Found, ...]:
        """What begins from token `first` up to, not including, token `after`."""
        return self.found[bisect_left(self._firsts, first) : bisect_left(self._firsts, after)]


class Finder:
    """Finds named patterns in a text, trying only those that can begin with the word at hand: its time is linear.

    Pictures are passed over, except for the patterns that speak of pictures.
    """

    def __init__(self, patterns: Iterable[tuple[str, Compiled]], passed_over: frozenset[str]) -> None:
        with_pictures, without = _Index(), _Index()
        self._passed_over = passed_over | {SOFT}
        self._indexes = ((without, False), (with_pictures, True))
        for name, compiled in patterns:
            (with_pictures if any(word.startswith(":") for word in compiled.words) else without).add(name, compiled)

    def find(self, normal: Normal) -> Iterator[Found]:
        """Every name at every token where one of its patterns begins; the patterns of pictures come last."""
        for index, pictures in self._indexes:
            if index.by_first:
                yield from self._find(normal, index, pictures=pictures)

    def around(self, normal: Normal) -> Around:
        """Everything found, ready to be asked for what is near a place."""
        return Around(tuple(sorted(self.find(normal), key=lambda found: found.first)))

    def _find(self, normal: Normal, index: "_Index", *, pictures: bool) -> Iterator[Found]:
        words = [token.word for token in normal.tokens]
        kept = [
            number
            for number, word in enumerate(words)
            if word not in self._passed_over and (pictures or not word.startswith(":"))
        ]
        starts = [0, *accumulate(len(words[number]) + 1 for number in kept)]
        line = "".join(words[number] + " " for number in kept)
        for number, start in zip(kept, starts, strict=False):
            for name, expression in index.beginning_with(words[number]):
                match = expression.match(line, start)
                if match and match.end() > start:
                    yield Found(name, number, kept[bisect_left(starts, match.end()) - 1] + 1)


@dataclass
class _Index:
    """Patterns by the word they can begin with; those of one name that begin alike are one expression."""

    by_first: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, name: str, compiled: Compiled) -> None:
        for word in compiled.first:
            self.by_first.setdefault(word, {}).setdefault(name, []).append(compiled.expression)

    def beginning_with(self, word: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        yield from self.compiled.get(word, ())
        for beginning in self._beginnings:
            if word.startswith(beginning.rstrip("*")):
                yield from self.compiled[beginning]

    @cached_property
    def compiled(self) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
        """The expressions of each first word, by name."""
        once = cache(re.compile)
        return {
            first: [(name, once("|".join(dict.fromkeys(parts)))) for name, parts in names.items()]
            for first, names in self.by_first.items()
        }

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return tuple(word for word in self.by_first if not word or word.endswith("*"))
