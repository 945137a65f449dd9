"""Words on their way to a person: placeholders, plain dates and times, numbered choices, SMS segments."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import smsutil

from dialogue.events import Choice
from dialogue.inputs import Duty, Slot, Team

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""One placeholder; what stands between the braces is its name."""

FLOW_PLACEHOLDERS = frozenset(
    {
        "service",
        "team",
        "emergency",
        "urgent",
        "listening_lines",
        "reads_when",
        "first_days",
        "last_days",
        "stop_word",
        "start_word",
        "slot",
    }
)
"""What a text in a flow may name, besides `answer:<about>`."""

PHRASE_PLACEHOLDERS = FLOW_PLACEHOLDERS | {"practitioner", "next_step", "line"}
"""What a text of the phrasebook may name: there is also a practitioner, a next step, or the number of a line."""

STOP_WORD = "STOP"
START_WORD = "START"

RESERVED = frozenset(
    "stop stopall unsubscribe end quit cancel revoke optout start unstop yes help info".split()  # noqa: SIM905 -- reads as the list it is
)
"""The words carriers answer themselves (Twilio's defaults); no prompt may ask for one."""

# Characters that phones put in by themselves, and the plain one that means the same.
_PLAIN = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u200b": "",
    "\u200d": "",
    "\ufeff": "",
    "•": "-",
    "\t": " ",
}
_PLAIN_TABLE = str.maketrans(_PLAIN)

_MODES = {"phone": "by phone", "video": "by video call"}


class UnknownPlaceholderError(Exception):
    """A text names a placeholder nothing fills; `check` finds these before a flow is used."""


def fill(words: str, value: Callable[[str], str | None]) -> str:
    """`words` with each placeholder replaced by `value(name)`.

    One pass: braces inside a value stay as they are. Raises UnknownPlaceholderError where `value` gives None.
    """

    def filled(match: re.Match[str]) -> str:
        found = value(match.group(1))
        if found is None:
            raise UnknownPlaceholderError(f"nothing fills the placeholder {match.group(0)}")
        return found

    return PLACEHOLDER.sub(filled, words)


def placeholders(words: str) -> tuple[str, ...]:
    """The names of the placeholders in `words`, in order."""
    return tuple(PLACEHOLDER.findall(words))


def render(words: str, choices: Sequence[Choice], *, buttons: bool) -> str:
    """The text as a channel sends it: with a numbered list of the choices appended where there are no buttons."""
    if buttons or not choices:
        return words
    numbered = "\n".join(f"{number} {choice.label}" for number, choice in enumerate(choices, start=1))
    return f"{words}\n{numbered}"


def normalise_gsm(text: str) -> str:
    """`text` with typographic characters made plain, so that a stray curly quote does not double the segments."""
    return text.translate(_PLAIN_TABLE)


def is_gsm(text: str) -> bool:
    """Whether every character fits the GSM 7-bit alphabet (3GPP TS 23.038)."""
    return bool(smsutil.is_valid_gsm(text))


def segments(text: str) -> int:
    """How many SMS segments `text` takes; 0 for an empty text."""
    return len(smsutil.split(text).parts) if text else 0


def in_pieces(text: str, size: int) -> tuple[str, ...]:
    """`text` in pieces of at most `size` characters, broken at a line end or a space where there is one.

    Nothing is lost: only the white space a piece is broken at is not repeated. A text that fits is one piece.
    """
    pieces: list[str] = []
    rest = text
    while len(rest) > size:
        window = rest[: size + 1]
        at = max(window.rfind("\n"), window.rfind(" "))
        if at <= 0:
            pieces.append(rest[:size])
            rest = rest[size:]
        else:
            pieces.append(rest[:at])
            rest = rest[at + 1 :]
    return (*pieces, rest) if rest or not pieces else tuple(pieces)


def clock_words(moment: datetime) -> str:
    """The time of day as people say it: "2pm", "9.30am", "12 noon"."""
    if (moment.hour, moment.minute) == (12, 0):
        return "12 noon"
    if (moment.hour, moment.minute) == (0, 0):
        return "midnight"
    minutes = f".{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def day_words(moment: datetime) -> str:
    """The day as people say it: "Tuesday 8 December"."""
    return f"{moment:%A} {moment.day} {moment:%B}"


def slot_words(slot: Slot, team: Team) -> str:
    """A slot in plain words, in the team's time zone: day, time, how, where, with whom."""
    starts = slot.starts_at.astimezone(ZoneInfo(team.time_zone))
    how = _MODES.get(slot.mode) or (f"in person at {slot.place}" if slot.place else "in person")
    who = f", with {slot.with_whom}" if slot.with_whom else ""
    return normalise_gsm(f"{day_words(starts)} at {clock_words(starts)}, {how}{who}")


def reads_when(duty: Duty, now: datetime, team: Team) -> str:
    """When a person will next read, as a phrase that ends a sentence; true to the rota, and no promise without one.

    "From", because a shift's beginning is when somebody begins to read, and nobody can say who comes first.
    """
    if duty.on_duty:
        return "today"
    if duty.reads_at is None or duty.reads_at <= now:
        return "when somebody is next in, and I cannot tell you when that is"
    zone = ZoneInfo(team.time_zone)
    here, there = now.astimezone(zone), duty.reads_at.astimezone(zone)
    clock = clock_words(there)
    days = (there.date() - here.date()).days
    if days == 0:
        return f"from {clock} today"
    if days == 1:
        return f"from {clock} tomorrow ({there:%A})"
    if days < 7:
        return f"from {clock} on {there:%A}"
    return f"from {clock} on {day_words(there)}"


def by_day(moment: datetime, team: Team) -> datetime:
    """`moment`, or the next one between 9 in the morning and 8 in the evening of the team: nobody is woken."""
    zone = ZoneInfo(team.time_zone)
    there = moment.astimezone(zone)
    if there.hour >= 20:
        there = (there + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    elif there.hour < 9:
        there = there.replace(hour=9, minute=0, second=0, microsecond=0)
    return there.astimezone(moment.tzinfo)
