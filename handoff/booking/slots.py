"""Which of the free slots to offer: up to three, inside the promise, as unlike each other as can be."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from dialogue.inputs import Slot
from handoff.booking.promise import window

OFFERED_AT_ONCE = 3


def to_offer(
    free: Iterable[Slot],
    *,
    refused: Collection[str],
    first_text_at: datetime,
    now: datetime,
    promise_days: tuple[int, int],
    time_zone: str,
) -> tuple[Slot, ...]:
    """The slots to offer, soonest first; fewer than three when there are fewer, and empty when there is none.

    Only slots that are still to come, fall on a day of the promise and were not refused (`refused` holds slot ids)
    are offered. The soonest is always among them; the others come from other days, and from another part of the
    day, wherever that is possible, so that somebody who cannot do mornings has something to choose.
    """
    promised = window(first_text_at, promise_days, time_zone)
    left = sorted(
        (
            slot
            for slot in free
            if slot.starts_at > now and slot.id not in refused and promised.holds(slot.starts_at, time_zone)
        ),
        key=lambda slot: (slot.starts_at, slot.id),
    )
    zone = ZoneInfo(time_zone)
    chosen: list[Slot] = []
    while left and len(chosen) < OFFERED_AT_ONCE:
        best = min(left, key=lambda slot: (_likeness(slot, chosen, zone), slot.starts_at, slot.id))
        chosen.append(best)
        left.remove(best)
    return tuple(sorted(chosen, key=lambda slot: (slot.starts_at, slot.id)))


def part_of_day(moment: datetime, time_zone: str) -> Literal["morning", "afternoon", "evening"]:
    """The part of the day in the team's time zone: morning before 12:00, evening from 17:00."""
    hour = moment.astimezone(ZoneInfo(time_zone)).hour
    if hour < 12:
        return "morning"
    return "afternoon" if hour < 17 else "evening"


def _likeness(slot: Slot, chosen: Sequence[Slot], zone: ZoneInfo) -> tuple[int, int]:
    """How many of the chosen ones are on the same day, then in the same part of the day."""
    day = slot.starts_at.astimezone(zone).date()
    part = part_of_day(slot.starts_at, zone.key)
    same_day = sum(other.starts_at.astimezone(zone).date() == day for other in chosen)
    same_part = sum(part_of_day(other.starts_at, zone.key) == part for other in chosen)
    return same_day, same_part
