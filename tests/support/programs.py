"""Real programs, started as somebody at a terminal starts them."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS_TO_ANSWER = 90


class Program:
    """A program in a session of its own, with what it writes kept in a file. Leaving the `with` ends all of it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, written: Path) -> None:
        self._written = written
        with written.open("wb") as kept:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=kept,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def press_ctrl_c(self) -> None:
        """What a terminal does at Ctrl-C: every process of the foreground group is interrupted."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        """End it and all that it started, whichever way is needed."""
        if self.process.poll() is None:
            everything = descendants(self.process.pid)
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
            for left in still_running(everything):
                os.kill(left, signal.SIGKILL)

    def written(self) -> str:
        """What it has written so far."""
        return self._written.read_text("utf-8", errors="replace")


def wait_until_answering(address: str, program: Program, seconds: float = SECONDS_TO_ANSWER) -> None:
    """Wait until the address answers with success. Fails with what the program wrote when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not _answers(address):
        assert program.process.poll() is None, f"it ended instead of answering:\n{program.written()}"
        assert time.monotonic() < deadline, f"no answer from {address} in {seconds} s:\n{program.written()}"
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 -- an address of this machine
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def descendants(process: int) -> frozenset[int]:
    """The processes that this one started, and those that they started, whatever group they are in."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = {process}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return frozenset(found - {process})


def still_running(processes: frozenset[int]) -> frozenset[int]:
    """Those of these processes that have not ended. One that ended and was not yet asked after counts as ended."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    states = dict(line.split(maxsplit=1) for line in listed.splitlines())
    return frozenset(one for one in processes if not states.get(str(one), "Z").startswith("Z"))
