# ruff: noqa: E501 -- a pattern reads best on one line
"""The carriers' own words, and the plain ways of saying the same: stop, start, help."""

import re

from dialogue.phrases import plain

_STOP_WORDS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "opt out"}
)
_START_WORDS = frozenset({"start", "unstop", "yes"})
_LONGEST = 160
_HELP_WORDS = frozenset({"help", "info", "crisis", "helpline"})

_STOP_CORE = (
    r"(?:please |pls |plz |just |can you |could you |can u |ok |i said )*"
    r"(?:(?:stop|quit) (?:texting|messaging|contacting|writing to|sending|txting|msging|bothering|sending texts to|sending messages to)"
    r"(?: me| us| these| this number| texts| messages| these texts| these messages| me texts| me messages)*"
    r"|(?:dont|do not|never) (?:text|message|contact|txt|msg|write to) me(?: again| any ?more| ever again)*"
    r"|no more (?:texts|messages|txts|msgs)|unsubscribe me|take me off (?:this|the|your) list|opt me out|stop (?:the|these) (?:texts|messages)"
    r"|stop (?:please|pls|plz|now|thanks|thank you)"
    r"|i (?:dont|do not) want (?:any more |any |these |more )?(?:texts|messages)(?: from you)?(?: any ?more)?)"
)
_STOP_PHRASE = re.compile(_STOP_CORE + r"(?: again| any ?more| now| ever again| please| thanks| thank you)*")
_STOP_IN_A_HURRY = re.compile(
    r"(?:please |pls |ok |dont text )*(?:stop|quit)(?: (?:now|please|texting|txting|messaging|writing))* "
    r"(?:because |cos |cause )?(?:my )?(?:he|she|hes|shes|they|theyre|someones|somebodys|someone|somebody|husband|hubby|partner|boyfriend|dad|mum|wife|girlfriend|bf)s?"
    r"(?: is| are| just| has)* (?:coming|here|back|home|in|walked in|watching|looking|reading this|on (?:his|her) way)(?: (?:now|in|back|home|here))*"
)
_STOP_START = re.compile(_STOP_CORE + r"\b")
_ABOUT_TEXTS = re.compile(
    r"\b(?:text|texts|texting|txt|message|messages|messaging|msg|contact|contacting|unsubscribe|number)\b"
)


_SOMEBODY_ELSE = re.compile(
    r"\b(?:my|he|hes|she|shes|they|theyre|him|her|them|his|their|who|ex|keeps|wont|someone|somebody)\b"
)


def is_stop(words: str) -> bool:
    """Whether the whole text is a carrier's stop word, or says plainly that no more texts are wanted."""
    text = plain(words)
    return text in _STOP_WORDS or (
        len(text) <= _LONGEST
        and (_STOP_PHRASE.fullmatch(text) is not None or _STOP_IN_A_HURRY.fullmatch(text) is not None)
    )


def is_stop_in_a_hurry(words: str) -> bool:
    """Whether a text asks to stop because somebody comes who must not read along: "stop hes coming"."""
    text = plain(words)
    return len(text) <= _LONGEST and _STOP_IN_A_HURRY.fullmatch(text) is not None


def begins_with_stop(words: str) -> bool:
    """Whether a longer text opens by saying plainly that no more texts are wanted."""
    return _STOP_START.match(plain(words)) is not None


def is_about_our_texts(words: str) -> bool:
    """Whether a text speaks of texts and messages, and of nobody else's: "my ex won't stop texting me" is a story."""
    text = plain(words)
    return _ABOUT_TEXTS.search(text) is not None and _SOMEBODY_ELSE.search(text) is None


def is_start(words: str) -> bool:
    """Whether the whole text is a carrier's start word."""
    return plain(words) in _START_WORDS


def is_help(words: str) -> bool:
    """Whether the whole text is a carrier's help word."""
    return plain(words) in _HELP_WORDS
