"""A text as plain words, each of which still knows the characters it came from."""

import re
from dataclasses import dataclass
from typing import Final

from dialogue.safety.characters import HOMOGLYPHS, fold, script
from dialogue.safety.spelling import Spelling

HARD: Final = "."
SOFT: Final = ","
_PIECE: Final = re.compile(r":\w+:|[.,!]+|[^\s.,:!]+(?:!(?=[^\s.,:!])[^\s.,:!]+)*")
_DOTTED: Final = re.compile(r"(?<![^\W_])([^\W_])[.\-*_](?=[^\W_](?![^\W_]))")
_FEWEST_SPACED_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One plain word (or "." or "," for the end of a sentence or a pause, or ":name:" for a picture).

    `start` and `end` are positions in the original text.
    """

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Normal:
    """A text as tokens."""

    text: str
    tokens: tuple[Token, ...]

    def words(self, first: int, after: int) -> str:
        """The exact characters of the original text from token `first` up to, not including, token `after`.

        Lone surrogates cannot be stored or sent, so the longest piece without one is given.
        """
        if first >= after:
            return ""
        exact = self.text[self.tokens[first].start : self.tokens[after - 1].end]
        return max(re.split("[\ud800-\udfff]+", exact), key=len).strip()


def normalise(text: str, spelling: Spelling) -> Normal:
    """Turn a text into plain words: case, accents, look-alikes, text-speak, spaced letters and near-misses resolved."""
    flat, where = _flatten(text, spelling)
    pieces = _pieces(flat, where, text)
    tokens = tuple(_expand(_join_spaced(pieces, spelling), spelling))
    return Normal(text, tokens)


def _flatten(text: str, spelling: Spelling) -> tuple[str, list[int]]:
    parts: list[str] = []
    where: list[int] = []
    for index, character in enumerate(text):
        picture = None if character.isascii() else spelling.pictures.get(character)
        part = f" :{picture}: " if picture else fold(character)
        parts.append(part)
        where.extend([index] * len(part))
    return "".join(parts), where


def _pieces(flat: str, where: list[int], text: str) -> list[Token]:
    pieces: list[Token] = []
    flat = _DOTTED.sub(r"\1 ", flat)
    flat = re.sub(r"(?<=[^\W_])[-_](?=[^\W_])", " ", flat)
    for match in _PIECE.finditer(flat):
        piece, start, end = match.group(), where[match.start()], where[match.end() - 1] + 1
        if piece[0] in ".,!":
            pieces.append(Token(HARD if piece == "." or "!" in piece else SOFT, start, end))
            continue
        bare = piece.strip("'@$*|-_#")
        if bare:
            pieces.append(Token(_one_script(bare), start, _without_marks(text, end)))
    return pieces


def _without_marks(text: str, end: int) -> int:
    """Leave a closing apostrophe that belongs to a quotation out of the exact words."""
    return end - 1 if text[end - 1] in "'’‘`" else end


def _one_script(word: str) -> str:
    if word.isascii():
        return word
    scripts = {script(character) for character in word} - {""}
    return word.translate(HOMOGLYPHS) if "latin" in scripts and len(scripts) > 1 else word


def _join_spaced(pieces: list[Token], spelling: Spelling) -> list[Token]:
    """Put letters written one by one back into words, where all of them together spell known words."""
    joined: list[Token] = []
    index = 0
    while index < len(pieces):
        after = index
        while after < len(pieces) and len(pieces[after].word) == 1 and pieces[after].word.isalnum():
            after += 1
        run = pieces[index:after]
        words = spelling.cut("".join(piece.word for piece in run)) if len(run) >= _FEWEST_SPACED_LETTERS else None
        if words:
            position = index
            for word in words:
                joined.append(Token(word, pieces[position].start, pieces[position + len(word) - 1].end))
                position += len(word)
        else:
            joined.extend(run or pieces[index : index + 1])
            after = max(after, index + 1)
        index = after
    return joined


def _expand(pieces: list[Token], spelling: Spelling) -> list[Token]:
    plain = [spelling.plain(piece.word) if piece.word not in {HARD, SOFT} else piece.word for piece in pieces]
    tokens: list[Token] = []
    for index, piece in enumerate(pieces):
        before = plain[index - 1] if index else ""
        after = plain[index + 1] if index + 1 < len(plain) else ""
        plain[index] = spelling.in_context(piece.word, plain[index], before, after)
        tokens.extend(Token(word, piece.start, piece.end) for word in plain[index].split())
    return tokens
