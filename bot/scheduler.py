"""The one-second tick: APScheduler asks "what is due?" and nothing more. Due things are rows, never jobs."""

from collections.abc import Callable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from bot.log import Log

log = Log(__name__)


class Tick:
    """Calls `due` once a second, never twice at once, until stopped."""

    def __init__(self, due: Callable[[], object]) -> None:
        self._due = due
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # A shared job store doubled and lost jobs when it was tried; time lives in rows.
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
        )

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.add_job(
            self._once, "interval", seconds=1, misfire_grace_time=None, max_instances=1, coalesce=True
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a tick that is under way is finished first."""
        self._scheduler.shutdown(wait=True)

    def _once(self) -> None:
        try:
            self._due()
        except Exception as error:  # noqa: BLE001 -- a tick that fails is loud, and the next one comes in a second
            log.failure("tick.failed", error)
