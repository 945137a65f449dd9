"""What a transcript is given: the moment, who is on duty, the slots in the diary. The same for every player."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogue.inputs import Slot, Team, Understanding
from handoff.rota import Shift
from tests.support.transcripts.reading import TranscriptError

LONDON = ZoneInfo("Europe/London")
TEAM = Team(name="the Willow team", service="First Contact")

# A Monday in winter, so that no transcript stands in a clock-change week by accident; one that means to, says so.
_MONDAY = date(2026, 11, 23)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOMENT = re.compile(rf"(?P<day>{'|'.join(_DAYS)}) (?P<hour>\d\d):(?P<minute>\d\d)")
_CHANNELS = frozenset({"sms", "web", "console"})
_DUTIES: dict[str, timedelta | None] = {
    "Sam at the desk": timedelta(hours=-1),
    "nobody at the desk": timedelta(days=1),
    "nobody on the rota": None,
}
_DIARIES = {"no slots": 0, "one slot": 1, "two slots": 2, "four slots": 4}
_SPAN = re.compile(r"(?P<number>\d+) (?P<unit>second|minute|hour|day)s?")

STAFF = {"Sam": "practitioner", "Priya": "lead"}


@dataclass
class Stage:
    """The scene before the first text. Times are UTC."""

    channel: str
    now: datetime
    shifts: list[Shift]
    slots: list[Slot]
    alert_channels: frozenset[str] = frozenset({"desk", "sms"})


def set_up(given: tuple[str, ...]) -> Stage:
    """The stage for the facts of a transcript. Raises TranscriptError for a fact nobody knows."""
    moment = next((match for fact in given if (match := _MOMENT.fullmatch(fact))), None)
    if moment is None:
        raise TranscriptError("`given:` needs a day and time, for example `Tuesday 10:00`")
    day = _MONDAY + timedelta(days=_DAYS.index(moment["day"]))
    now = datetime.combine(day, time(int(moment["hour"]), int(moment["minute"])), LONDON)
    unknown = set(given) - {moment[0]} - _CHANNELS - _DUTIES.keys() - _DIARIES.keys() - {"first contact"}
    if unknown:
        raise TranscriptError(f"`given:` says {', '.join(sorted(unknown))}, which no player knows")
    return Stage(
        channel=next((fact for fact in given if fact in _CHANNELS), "sms"),
        now=now,
        shifts=_shifts(next((fact for fact in given if fact in _DUTIES), "Sam at the desk"), now),
        slots=_diary(now, next((number for fact, number in _DIARIES.items() if fact in given), 6)),
    )


def span(words: str) -> timedelta:
    """How long `4 minutes` is."""
    match = _SPAN.fullmatch(words.strip())
    if match is None:
        raise TranscriptError(f"`wait:` says {words!r}; write for example `4 minutes` or `3 days`")
    return timedelta(**{f"{match['unit']}s": int(match["number"])})


def understood(means: str | None) -> Understanding | None:
    """What `means:` says, as the language understanding would say it."""
    if means is None:
        return None
    intent, _, confidence = means.partition(" ")
    return Understanding(intent=intent, confidence=float(confidence or 0.97))


def _shifts(fact: str, now: datetime) -> list[Shift]:
    begins = _DUTIES[fact]
    if begins is None:
        return []
    starts = now + begins if begins < timedelta(0) else datetime.combine(now.date() + begins, time(9), LONDON)
    return [Shift(practitioner="Sam", starts_at=starts, ends_at=now + timedelta(days=60))]


def _diary(now: datetime, number: int) -> list[Slot]:
    found: list[Slot] = []
    for days in (14, 15, 16, 17, 20, 21):
        day = now.date() + timedelta(days=days)
        starts = datetime.combine(day, time(10) if days % 2 == 0 else time(14), LONDON)
        found.append(
            Slot(
                id=f"slot{len(found) + 1}",
                starts_at=starts,
                ends_at=starts + timedelta(minutes=50),
                mode="in_person" if days % 2 == 0 else "phone",
                place="the Willow Centre" if days % 2 == 0 else "a call to your phone",
                with_whom="Sam and Jo",
            )
        )
    return found[:number]
