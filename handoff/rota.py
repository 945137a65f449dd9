"""Who is on duty at a moment, and when a person next reads. Shifts are given in UTC and may overlap."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from dialogue.frozen import Frozen
from dialogue.inputs import Duty


class Shift(Frozen):
    """One practitioner's turn of duty, from `starts_at` up to but not including `ends_at` (UTC)."""

    practitioner: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime


def on_duty(shifts: Iterable[Shift], now: datetime) -> tuple[str, ...]:
    """The account ids of those on duty at `now`: whoever began first comes first, and nobody comes twice."""
    here = sorted((shift.starts_at, shift.practitioner) for shift in shifts if shift.starts_at <= now < shift.ends_at)
    return tuple(dict.fromkeys(practitioner for _, practitioner in here))


def duty(shifts: Iterable[Shift], now: datetime) -> Duty:
    """Whether somebody is on duty at `now`, and when a person next reads (UTC).

    `reads_at` is `now` while somebody is on duty, otherwise the start of the next shift, and None when the rota
    holds no shift after `now`: then nothing may be promised.
    """
    known = tuple(shifts)
    if on_duty(known, now):
        return Duty(on_duty=True, reads_at=now)
    return Duty(
        on_duty=False, reads_at=min((s.starts_at for s in known if now < s.starts_at < s.ends_at), default=None)
    )
