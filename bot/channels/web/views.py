"""A line of the conversation as the page shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.store.thread import Line
from dialogue.events import Choice

_MEDIA: dict[str, str] = {
    "photo": "a photo",
    "voice": "a voice note",
    "video": "a video",
    "sticker": "a sticker",
    "location": "a location",
    "contact": "a contact",
    "file": "a file",
}


@dataclass(frozen=True)
class LineView:
    """One line, ready to be shown. `text` is the id the page gave to what the person wrote."""

    id: str
    seq: int
    text: str
    kind: Literal["person", "bot", "practitioner"]
    who: str
    words: str
    media: tuple[str, ...]
    at: datetime
    at_shown: str
    choices: tuple[Choice, ...]


def view_lines(lines: tuple[Line, ...], *, bot_name: str, zone: str, now: datetime) -> tuple[LineView, ...]:
    """The lines for the page; choices only under the last one, for only there are they still on offer."""
    last = len(lines) - 1
    return tuple(
        _view(line, bot_name=bot_name, zone=ZoneInfo(zone), now=now, choices=line.choices if place == last else ())
        for place, line in enumerate(lines)
    )


def _view(line: Line, *, bot_name: str, zone: ZoneInfo, now: datetime, choices: tuple[Choice, ...]) -> LineView:
    kind: Literal["person", "bot", "practitioner"] = "practitioner"
    who = line.author
    if line.author == "person":
        kind, who = "person", "You"
    elif line.author == "bot":
        kind, who = "bot", bot_name
    return LineView(
        id=line.id,
        seq=line.seq,
        text=(line.provider_id or "").partition(":")[0],
        kind=kind,
        who=who,
        words=line.words,
        media=tuple(_media_words(line.media)),
        at=line.at,
        at_shown=time_shown(line.at, now, zone),
        choices=choices,
    )


def _media_words(media: tuple[str, ...]) -> list[str]:
    return [_MEDIA[kind] for kind in media]


def time_shown(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time as the NHS writes it, with the day unless it is today: `10:42am`, `Monday 23 November, 10:42am`."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
    if local.date() == today:
        return clock
    return f"{local:%A} {local.day} {local:%B}, {clock}"
