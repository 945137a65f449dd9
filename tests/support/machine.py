"""Parts of the machine that tests need and install themselves where they may."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


class CannotBeHadError(Exception):
    """A part of the machine is missing and cannot be installed; the message is the reason."""


def is_root() -> bool:
    """Whether these tests run as root."""
    return os.geteuid() == 0


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock that all workers of all runs of this user share, so that two never install the same thing at once."""
    path = Path(tempfile.gettempdir()) / f"first-contact-{os.geteuid()}-{name}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install_from_apt(*packages: str) -> None:
    """Install Debian packages. Raises CannotBeHadError when this is not Debian, we are not root, or apt fails."""
    apt = shutil.which("apt-get")
    if apt is None:
        raise CannotBeHadError("there is no apt-get to install it with")
    if not is_root():
        raise CannotBeHadError(f"only root may install it (apt install {' '.join(packages)})")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    for command in ([apt, "update"], [*install, "-o", "Dpkg::Options::=--force-confold", *packages]):
        run(command, environment)


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command to its end, quietly. Raises CannotBeHadError with the last line it wrote when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotBeHadError(f"`{' '.join(command)}` failed: {last}")
