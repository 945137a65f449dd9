"""Log lines: an event's name and a few plain facts, never what a person wrote.

`Log` takes only the facts named in FACTS, and only numbers, truth values and short identifiers, so that a text cannot
slip into a log line by mistake; anything else raises TypeError, in tests as in production.
"""

import logging
import re
import time
import traceback
from pathlib import Path
from types import TracebackType

FACTS = frozenset(
    {
        "attempts",
        "case",
        "channel",
        "conversation",
        "count",
        "error",
        "flow",
        "kind",
        "message",
        "milliseconds",
        "name",
        "outbox",
        "path",
        "port",
        "process",
        "purpose",
        "reason",
        "route",
        "row",
        "seconds",
        "state",
        "status",
        "step",
        "timer",
        "version",
    }
)

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_OURS = re.compile(r"[/\\](bot|handoff|dialogue)[/\\]")
_SHORT = re.compile(r"[\w.:/+@=-]{0,120}")
_NOT_SHORT = re.compile(r"[^\w.:/+@=-]")


class Log:
    """The log of one module."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **facts: float | str | None) -> None:
        """Something ordinary happened."""
        self._write(logging.INFO, event, facts)

    def warning(self, event: str, **facts: float | str | None) -> None:
        """Something an operator may want to look at."""
        self._write(logging.WARNING, event, facts)

    def error(self, event: str, **facts: float | str | None) -> None:
        """Something an operator must look at."""
        self._write(logging.ERROR, event, facts)

    def failure(self, event: str, error: BaseException, **facts: float | str | None) -> None:
        """An exception that was not expected: its type and where it was raised.

        Never its message or its trace with values: a library's exception may quote what a person wrote.
        """
        frames = traceback.extract_tb(error.__traceback__)
        where = _place(frames[-1]) if frames else "unknown"
        ours = next((f for f in reversed(frames) if _OURS.search(f.filename)), None)
        from_ours = _place(ours) if ours else where
        self._write(logging.ERROR, event, {**facts, "error": type(error).__name__, "path": from_ours, "name": where})

    def _write(self, level: int, event: str, facts: dict[str, float | str | None]) -> None:
        for name, value in facts.items():
            if name not in FACTS:
                raise TypeError(f"log fact {name!r} is not in bot.log.FACTS")
            if isinstance(value, str) and not _SHORT.fullmatch(value):
                raise TypeError(f"log fact {name!r} is not a short identifier")
        if self._logger.isEnabledFor(level):
            shown = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
            self._logger.log(level, "%s %s", event, shown)


def _place(frame: traceback.FrameSummary) -> str:
    # Code that was made at run time has a name like <string>.
    return _NOT_SHORT.sub("_", f"{Path(frame.filename).name}:{frame.lineno}")[-120:]


class _Formatter(logging.Formatter):
    """Writes an exception a library logs as we write our own: its type and place, never its message or its trace."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 -- the name logging calls it by
        """The exception's type and the line that raised it."""
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)
        return f"  {kind.__name__ if kind else 'unknown'} at {_place(frames[-1]) if frames else 'unknown'}"


def set_up(*, quiet: bool = False) -> None:
    """Write log lines to standard error with their time in UTC; with `quiet` only those somebody must look at.

    Libraries that would name addresses are quietened.
    """
    handler = logging.StreamHandler()
    formatter = _Formatter("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.ERROR if quiet else logging.INFO)
    # These log whole addresses or bodies at INFO, and a chat token or a phone number may stand in them.
    for noisy in ("httpx", "httpcore", "twilio.http_client", "apscheduler", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
