"""A process of the service that a test can kill: it takes turns and sends, and writes down what it sent.

    python -m tests.support.worker_process DATABASE_URL SENT_FILE LEASE_SECONDS

A line `ready` on standard output says that it works. It stops when its standard input ends.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.channels.base import Outgoing, Receipt, Traits
from bot.service import build
from bot.store import inbox, outbox
from tests.support.house import settings_at


class WritingChannel:
    """Writes the id of each text it was handed to a file, where it outlives the process."""

    name = "sms"
    traits = Traits(buttons=False, max_characters=1600, gsm=True)

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write it down; then it is sent."""
        os.write(self._file, f"{outgoing.id}\n".encode())
        return Receipt(provider_id=outgoing.id, state="sent")


def main(url: str, sent: str, lease: str) -> None:
    """Work until standard input ends."""
    inbox.LEASE = outbox.LEASE = timedelta(seconds=float(lease))
    service = build(settings_at(url), channels={"sms": WritingChannel(Path(sent))})
    service.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    service.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
