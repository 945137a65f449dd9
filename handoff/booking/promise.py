"""The promise clock: it starts at the first text and counts calendar days in the team's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogue.frozen import Frozen


class Window(Frozen):
    """The days on which a first conversation keeps the promise, both included, in the team's time zone."""

    first: date
    last: date

    def holds(self, moment: datetime, time_zone: str) -> bool:
        """Whether a moment falls on one of these days in that time zone."""
        return self.first <= moment.astimezone(ZoneInfo(time_zone)).date() <= self.last


def day_of(moment: datetime, first_text_at: datetime, time_zone: str) -> int:
    """How many days after the first text a moment is: 0 on the same calendar day, 1 on the next."""
    zone = ZoneInfo(time_zone)
    return (moment.astimezone(zone).date() - first_text_at.astimezone(zone).date()).days


def window(first_text_at: datetime, promise_days: tuple[int, int], time_zone: str) -> Window:
    """The days of the promise, for example day 14 to day 25 after the first text (`promise_days`, a team's setting)."""
    started = first_text_at.astimezone(ZoneInfo(time_zone)).date()
    return Window(first=started + timedelta(days=promise_days[0]), last=started + timedelta(days=promise_days[1]))
