"""One child process of the Rasa project, in a process group of its own, so that all of it can be ended together."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

# What a child says when it fails is shown from its end, this many lines of it.
_LAST_LINES = 15

# A progress bar ends its lines with a carriage return.
_LINE_END = re.compile(rb"[\r\n]+")


class NluProjectError(Exception):
    """Something in setting up, training, testing or serving failed; the message says what to do."""


class StoppedError(NluProjectError):
    """The work was ended by `stop`."""


class Child:
    """A command that runs in `folder`. Each line it prints, on either stream, is given to `line`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        variables: dict[str, str],
        line: Callable[[str], None] | None = None,
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- the commands are ours, and no shell reads them
            [str(part) for part in command],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._line = line
        # Once the whole group has ended its number may belong to somebody else, and is never signalled again.
        self._gone = False
        self._kept: deque[str] = deque(maxlen=_LAST_LINES)
        self._reader = threading.Thread(target=self._read, name=f"child-{self.pid}", daemon=True)
        self._reader.start()

    def running(self) -> bool:
        """Whether the command itself is still there."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for its end and return its exit code, negative when a signal ended it."""
        code = self._process.wait()
        # A process that the command left behind may hold the pipe open; what it says is not waited for.
        self._reader.join(timeout=2)
        self._gone_by(time.monotonic())
        return code

    def last_lines(self) -> str:
        """The last lines it printed."""
        return "\n".join(list(self._kept))

    def last_line(self) -> str:
        """The last line it printed, or nothing."""
        return self._kept[-1] if self._kept else ""

    def stop(self, timeout_seconds: float) -> None:
        """End the whole group within this time: first asked (TERM), then, in the last third of it, by force (KILL)."""
        begun = time.monotonic()
        self._signal(signal.SIGTERM)
        if not self._gone_by(begun + timeout_seconds * 2 / 3):
            self._signal(signal.SIGKILL)
            self._gone_by(begun + timeout_seconds)
        self._reader.join(timeout=0.2)

    def _signal(self, number: signal.Signals) -> None:
        if self._gone:
            return
        # It may end in this very moment, and that is what is wanted.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _gone_by(self, end: float) -> bool:
        while not self._gone:
            # An ended leader that was never waited for still counts as a member of its group.
            self._process.poll()
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                self._gone = True
                break
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            raise RuntimeError("the child was started without a pipe")
        rest = b""
        with stream:
            while chunk := os.read(stream.fileno(), 65_536):
                *lines, rest = _LINE_END.split(rest + chunk)
                for line in lines:
                    self._take(line)
        self._take(rest)

    def _take(self, raw: bytes) -> None:
        line = raw.decode("utf-8", "replace").strip()
        if line:
            self._kept.append(line)
            if self._line is not None:
                self._line(line)


def environment(folder: Path) -> dict[str, str]:
    """The children's environment: nothing of ours, no telemetry, quiet, and few threads so that memory stays low."""
    ours = ("FIRST_CONTACT_", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    variables.setdefault("UV_SYSTEM_CERTS", "1")
    return variables | {
        "RASA_TELEMETRY_ENABLED": "false",
        # Half-finished results of an ended training would otherwise be taken up by the next one.
        "RASA_MAX_CACHE_SIZE": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_INTRA_OP_PARALLELISM_THREADS": "2",
        "TF_INTER_OP_PARALLELISM_THREADS": "1",
        "OMP_NUM_THREADS": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
        "MALLOC_ARENA_MAX": "2",
        "MPLCONFIGDIR": str(folder / ".rasa" / "matplotlib"),
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONUNBUFFERED": "1",
    }
