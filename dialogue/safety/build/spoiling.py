"""Spoils training text the way thumbs do, so that a slip, a laugh or a kind word changes nothing that is learned."""

from random import Random
from typing import Final

_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
"""Each letter's neighbours on a keyboard."""

_BEFORE: Final = ("hi ", "hiya ", "Hello, ", "hey x ", "sorry to bother you but ", "lol ", "ok so ", "erm ", "right ")
_AFTER: Final = (
    " lol",
    " x",
    " xx",
    " thanks",
    " thank you",
    " haha",
    " 😂",
    " 😭",
    " 🙏",
    " sorry",
    " please",
    "...",
    " tho",
    " anyway",
)
_SHORTEST: Final = 4


def spoiled(text: str, random: Random) -> str:
    """One text as somebody else might have typed it; six times in ten it is left as it is."""
    if random.random() < 0.6:
        return text
    if random.random() < 0.6:
        text = slipped(text, random)
    if random.random() < 0.25:
        text = text.replace("'", "").replace("’", "")
    if random.random() < 0.25:
        text = random.choice(_BEFORE) + text
    if random.random() < 0.4:
        text += random.choice(_AFTER)
    return text


def slipped(text: str, random: Random) -> str:
    """One letter left out, doubled, swapped with the next or hit beside, in a word of at least four letters."""
    places = [
        index
        for index in range(1, len(text) - 2)
        if text[index - 1 : index + 2].isascii() and text[index - 1 : index + 2].isalpha()
    ]
    if len(text) < _SHORTEST or not places:
        return text
    at = random.choice(places)
    letter = text[at]
    kind = random.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + letter + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    return text[:at] + random.choice(_NEIGHBOURS.get(letter.lower(), letter)) + text[at + 1 :]
