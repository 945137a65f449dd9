"""What a reply means for the slots that were offered.

A closed grammar: a reply is a choice only when all of it is understood, politeness apart. Whatever is left over
makes the answer "ask", because asking once more costs a text and a wrong booking costs a person their turn.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogue.inputs import Slot, SlotChoice

ASK = SlotChoice(outcome="ask")
NONE = SlotChoice(outcome="none")


def choose(text: str, offered: Sequence[Slot], now: datetime, time_zone: str) -> SlotChoice:
    """What `text` means for `offered`, numbered from 1 as the person saw them.

    `now` is UTC, `time_zone` the team's: days are named in it. A button sends a slot's id, or `none`. The outcome
    is `chosen` (with the index from 0), `none` (all refused), or `ask` for everything else, which includes a
    number that was not offered, a day that two slots share, and a slot that has begun already.
    """
    pressed = text.strip()
    for index, slot in enumerate(offered):
        if pressed == slot.id:
            return _chosen(index, offered, now)
    words = _plain(text)
    if _NONE.fullmatch(words):
        return NONE
    index_meant = _meant(words, offered, ZoneInfo(time_zone))
    return ASK if index_meant is None else _chosen(index_meant, offered, now)


def _chosen(index: int, offered: Sequence[Slot], now: datetime) -> SlotChoice:
    return SlotChoice(outcome="chosen", index=index) if offered[index].starts_at > now else ASK


def _meant(words: str, offered: Sequence[Slot], zone: ZoneInfo) -> int | None:
    """The index of the slot that is meant, or None when none or several could be."""
    if not offered:
        return None
    if _ANY.fullmatch(words):
        return min(range(len(offered)), key=lambda index: offered[index].starts_at)
    if found := _BY_NUMBER.fullmatch(words):
        return _numbered(found["kind"] or found["digit"] or found["one"], offered)
    if found := _BY_PLACE.fullmatch(words):
        return _placed(found["place"], offered, zone, surely=found["surely"] is not None)
    if found := _BY_WEEKDAY.fullmatch(words):
        return _on_weekday(found["day"], offered, zone)
    return None


def _numbered(number: str, offered: Sequence[Slot]) -> int | None:
    index = _NUMBERS.get(number, 0) - 1
    return index if 0 <= index < len(offered) else None


def _placed(place: str, offered: Sequence[Slot], zone: ZoneInfo, *, surely: bool) -> int | None:
    """The place in the list, unless "the 2nd" could be a date: another slot is on the 2nd of a month."""
    if place == "last":
        return len(offered) - 1
    index = _PLACES[place] - 1
    on_that_date = {i for i, slot in enumerate(offered) if slot.starts_at.astimezone(zone).day == index + 1}
    if index >= len(offered) or (on_that_date - {index} and not surely):
        return None
    return index


def _on_weekday(day: str, offered: Sequence[Slot], zone: ZoneInfo) -> int | None:
    wanted = _WEEKDAYS[day]
    on_it = [i for i, slot in enumerate(offered) if slot.starts_at.astimezone(zone).weekday() == wanted]
    return on_it[0] if len(on_it) == 1 else None


def _plain(text: str) -> str:
    """Small letters, plain digits (also from keycap signs), no punctuation, one space between words.

    Kept, because they make another meaning: the question mark of "1?", whatever joins digits ("1/2", "1.5"), and
    every sign that is not plainly a nod ("2" with a thumb down is not 2).
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(f"[{_JOINERS}{_NODS}]", "", text)
    text = re.sub("['`\u2018\u2019]", "", text)
    text = re.sub(r"(?<=\d)[.,:/\-](?=\d)", _SIGN, text)
    text = "".join(_SIGN if unicodedata.category(character)[0] == "S" else character for character in text)
    text = " ".join(re.sub(rf"[^\w?{_SIGN}]+|_", " ", text).split())
    return text.removesuffix("?").rstrip() if _REQUEST.match(text) else text


_SIGN = "\N{MIDDLE DOT}"
# The parts of keycap signs, of skin tones and of joined signs; then the signs people nod with.
_JOINERS = "\u200d\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
_NODS = "\U0001f44d\U0001f64f\U0001f642\U0001f60a\U0001f600\U0001f601\u263a\u2764\u2705\U0001f44c"

_NUMBERS = {"1": 1, "2": 2, "3": 3, "one": 1, "two": 2, "three": 3}
_PLACES = {"1st": 1, "2nd": 2, "3rd": 3, "first": 1, "second": 2, "third": 3}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon"),
            ("tuesday", "tues", "tue"),
            ("wednesday", "weds", "wed"),
            ("thursday", "thurs", "thur", "thu"),
            ("friday", "fri"),
            ("saturday", "sat"),
            ("sunday", "sun"),
        )
    )
    for name in names
}

_REQUEST = re.compile(r"(?:please )?(?:can|could|may) (?:i|we) ")
_NOD = r"(?:(?:hi|hello|hiya|ok|okay|oh|yes|yeah|yep|yea|aye|please|pls|plz|great|lovely|thanks|thank you|um|erm) )*"
_WISH = (
    r"(?:(?:(?:ill|i will|id|i would|can i|could i|may i|can we|could we|lets|i|we) )?(?:please )?"
    r"(?:(?:love|like|want|prefer) (?:to )?)?(?:(?:have|take|get|go for|go with|choose|pick|book) )?)"
)
_THANKS = (
    r"(?: (?:please|pls|plz|plse|thanks|thank you|thankyou|thx|ta|cheers|x+|mate|then)"
    r"| (?:is|would be|sounds|looks) (?:good|great|fine|ok|okay|perfect|lovely|best)"
    r"| (?:works|suits|will do|good|great|fine|perfect)| (?:for )?(?:me|us)| if (?:i can|i may|possible|thats ok))*"
)
_KIND = r"(?:number|num|nr|option|slot|choice)"


def _polite(core: str) -> re.Pattern[str]:
    return re.compile(f"{_NOD}{_WISH}{core}{_THANKS}")


# "one" alone is the first in the list; in "i'd like one" it is any appointment, so a wish before it needs "number".
_BY_NUMBER = re.compile(
    f"{_NOD}{_WISH}(?:(?:the )?{_KIND} (?P<kind>[0-9]+|one|two|three)|(?P<digit>[0-9]+|two|three)){_THANKS}"
    f"|(?P<one>one){_THANKS}"
)
_BY_PLACE = _polite(rf"(?:the )?(?P<place>{'|'.join(_PLACES)}|last)(?P<surely> one| {_KIND}| of (?:them|those|these))?")
_BY_WEEKDAY = _polite(rf"(?:on )?(?:the )?(?P<day>{'|'.join(_WEEKDAYS)})(?: one)?")
_ANY = _polite(
    r"(?:any(?:thing|time| time|one| one)?(?: of (?:them|those|these))?(?: (?:is|are|would be) (?:fine|good|ok|okay))?"
    r"|(?:they are |theyre )?all (?:fine|good|ok|okay)|either(?: one)?|whichever|you (?:pick|choose|decide)"
    r"|(?:i )?(?:dont|do not) mind(?: which)?|no preference|(?:the )?(?:soonest|earliest|first available)(?: one)?"
    r"|as soon as possible|asap)"
)
_NONE = re.compile(
    r"(?:(?:no|nope|nah|sorry|im sorry|im afraid|oh|hi) )*"
    r"(?:none|neither|not any|(?:i )?(?:cant|cannot|can not) (?:do|make|manage) (?:any|none|either))"
    r"(?: of (?:them|these|those|the above))?"
    r"(?: (?:work|works|suit|suits|are good|are any good|will do|are possible|of them work))?(?: for)?(?: me| us)?"
    r"(?: (?:sorry|thanks|thank you|please|im afraid|unfortunately|x+))*"
)
