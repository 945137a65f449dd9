"""Characters, one by one: what each stands for when people write with look-alikes, accents and invisible signs."""

import unicodedata
from functools import lru_cache
from typing import Final

APOSTROPHES: Final = frozenset("'’‘`´ʼ＇")
HARD_STOPS: Final = frozenset("!?;।۔؟！？。")
INSIDE_WORDS: Final = frozenset("@$*|")
"""Signs people put in place of a letter; they count as part of a word only between other letters."""

LOOKALIKES: Final = {
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "ø": "o",
    "ك": "ک",
    "ي": "ی",
    "ى": "ی",
    "ة": "ه",
    "ۃ": "ه",
    "ہ": "ه",
    "ھ": "ه",
}
"""Letters that Unicode does not take apart, and the several shapes of one letter in Arabic, Farsi and Urdu."""

HOMOGLYPHS: Final = str.maketrans("асеорхуіѕԁһјӏαοερικν", "aceopxyisdhjlaoepikv")
"""Cyrillic and Greek letters that look Latin; used only inside a word that has Latin letters as well."""

LEET: Final = str.maketrans("013457@$!|", "oleastasil")
LEET_I: Final = str.maketrans("013457@$!|", "oieastasii")
"""Two readings of figures and signs as letters, because 1 stands for both l and i."""

_SIGNS: Final = (
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(HARD_STOPS, "!")
    | {sign: sign for sign in (*INSIDE_WORDS, ".", "-", "_")}
    | {"…": "..", "\n": ",", "&": " and "}
)
_LAST_SMALL_ALPHABET: Final = 0x0700
_LATIN_EXTENDED: Final = range(0x1E00, 0x2000)
_STYLED: Final = range(0x1D400, 0x1D800)


@lru_cache(maxsize=8192)
def fold(character: str) -> str:
    """The characters one character stands for, after case, accents and styles: possibly several, possibly none.

    Words come back as letters and figures, a blank as " ", a sign that ends a sentence as "!", a full stop as ".",
    any other sign as ",", an apostrophe as "'". Invisible characters, control characters and lone surrogates vanish.
    """
    if character in _SIGNS:
        return _SIGNS[character]
    return " " if character.isspace() else _fold_by_category(character)


def _fold_by_category(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "C":
        return ""
    if category[0] in "LNM":
        return _letters(character)
    if category == "So" and unicodedata.normalize("NFKC", character).isalpha():
        return _letters(character)
    return ","


def _letters(character: str) -> str:
    point = ord(character)
    if point < _LAST_SMALL_ALPHABET or point in _LATIN_EXTENDED or point in _STYLED:
        parts = unicodedata.normalize("NFKD", character).casefold()
        kept = "".join(part for part in parts if unicodedata.category(part)[0] != "M")
        return "".join(LOOKALIKES.get(part, part) for part in kept)
    if 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF:
        return ""
    return unicodedata.normalize("NFKC", character).casefold()


@lru_cache(maxsize=8192)
def script(character: str) -> str:
    """The script of a letter ("latin", "arabic", ...), or an empty string for what is not a letter."""
    if not character.isalpha():
        return ""
    if character.isascii():
        return "latin"
    name = unicodedata.name(unicodedata.normalize("NFKC", character)[0], "")
    return name.partition(" ")[0].lower()


def fold_word(word: str) -> str:
    """A word as texts have it after folding, so that rules may be written with accents or without."""
    return "".join(fold(character) for character in word)
