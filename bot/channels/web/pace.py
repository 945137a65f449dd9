"""How quickly texts may come: far above what anybody types, and low enough that a script does no harm."""

import threading
from datetime import datetime, timedelta

PER_BROWSER = 30
PER_ADDRESS = 300
"""Texts a minute. A school, a library or a ward is one address with many people behind it."""

_MINUTE = timedelta(minutes=1)
_MOST_KEYS = 10_000


class Pace:
    """Counts texts of the last minute by key, in this process. Times are given in UTC, never read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, list[datetime]] = {}

    def wait(self, limits: dict[str, int], now: datetime) -> timedelta:
        """How long until a text is welcome under all of these keys and their limits; nothing when it is now.

        A text that is welcome is counted, one that is not is not.
        """
        with self._lock:
            recent = {key: self._recent(key, now) for key in limits}
            waits = [recent[key][-most] + _MINUTE - now for key, most in limits.items() if len(recent[key]) >= most]
            if waits:
                return max(waits)
            self._make_room(now)
            for key, times in recent.items():
                self._times[key] = [*times, now]
            return timedelta(0)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [moment for moment in self._times.get(key, ()) if moment > now - _MINUTE]

    def _make_room(self, now: datetime) -> None:
        if len(self._times) < _MOST_KEYS:
            return
        self._times = {key: recent for key in self._times if (recent := self._recent(key, now))}
