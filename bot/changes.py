"""What pages wait for: a token that differs after every change.

A change made in this process is known at once; one made by another process within a second, by the tick.
"""

import asyncio
import threading

from bot.store import changes as change_rows
from bot.store.unit import Stirred, Store

Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Changes:
    """The token of this process, and the pages that wait for it to differ."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # The same thread may come back in: a signal arrives while a page is being counted in.
        self._lock = threading.RLock()
        self._of_database = ""
        self._of_process = 0
        self._waiters: set[Waiter] = set()
        self._closed = False
        store.listen(self._committed)

    @property
    def closed(self) -> bool:
        """Whether the service is stopping: a page that waits must then end its stream."""
        return self._closed

    def latest(self) -> str:
        """The token now."""
        return f"{self._of_database}/{self._of_process}"

    async def wait(self, after: str, timeout: float) -> str:  # noqa: ASYNC109 -- a wait that ends by itself is the point
        """Wait until the token differs from `after`, at most `timeout` seconds or until the service stops."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiters.add(waiter)
        try:
            if self.latest() == after and not self._closed:
                await asyncio.wait_for(waiter[1].wait(), timeout)
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiters.discard(waiter)
        return self.latest()

    def look(self) -> None:
        """Look whether another process changed something; the tick calls this."""
        with self._store.read() as unit:
            token = change_rows.latest(unit)
        if token != self._of_database:
            self._of_database = token
            self._wake()

    def close(self) -> None:
        """Let every page that waits go, because the service stops."""
        self._closed = True
        self._wake()

    def _committed(self, stirred: frozenset[Stirred]) -> None:
        if "change" in stirred:
            with self._lock:
                self._of_process += 1
            self._wake()

    def _wake(self) -> None:
        with self._lock:
            waiters = tuple(self._waiters)
        for loop, event in waiters:
            # The loop may be gone between the two lines when the service stops; then nobody waits any more.
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
