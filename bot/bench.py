"""Messages per second through intake, turn and outbox, beside the bare commit rate of the same database.

Absolute figures depend on the machine's disk; the figure that means something is the share: how much of what the
database could do at best is left for people once everything between a text and its reply is done. Nothing here is
asserted; a test that asserts a speed is a test that fails on a busy afternoon.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import insert

from bot import turn
from bot.channels.base import Outgoing, Receipt, Traits
from bot.channels.desk import DeskChannel
from bot.clock import SystemClock
from bot.intake import Inbound, take_in
from bot.service import Service, build
from bot.settings import Settings
from bot.store.tables import heartbeat
from bot.store.unit import new_id

PEOPLE = 50

# What ordinary people write in an ordinary conversation; one in ten is a concern.
TEXTS = (
    "hi i saw the poster at the library",
    "not great, been off work since the summer and i dont sleep",
    "no im safe thanks",
    "somebody to talk to i suppose, the gp said you might help",
    "my sister and the dog",
    "i like fishing, havent been in ages",
    "thats all really",
    "yes thats right",
    "might go for a walk saturday",
    "i dont want to be here any more",
)


class SilentChannel:
    """Takes every text and carries it nowhere."""

    name = "sms"
    traits = Traits(buttons=False, max_characters=1600, gsm=True)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Taken."""
        return Receipt(provider_id=outgoing.id, state="sent")


@dataclass(frozen=True)
class Figures:
    """What was measured on one database: happenings per second, and how much memory the process has in MB."""

    database: str
    commits: float
    intake: float
    turns: float
    sends: float
    whole: float
    turn_p50_ms: float
    turn_p99_ms: float


def run(seconds: float, postgresql_url: str, out: TextIO) -> None:
    """Measure SQLite, and PostgreSQL when the address of an empty database is given; print a line for each."""
    with tempfile.TemporaryDirectory(prefix="first-contact-bench-") as name:
        folder = Path(name)
        urls = {"SQLite": f"sqlite:///{folder / 'bench.sqlite'}"}
        if postgresql_url:
            urls["PostgreSQL"] = postgresql_url
        else:
            out.write("PostgreSQL is left out: give an empty database with --postgresql, or run `make bench`.\n")
        found = [_measure(database, url, folder / database, seconds) for database, url in urls.items()]
    _tell(found, out)


def _measure(database: str, url: str, folder: Path, seconds: float) -> Figures:
    settings = Settings.model_validate({"database_url": url, "data_folder": folder})
    service = build(settings, channels={"sms": SilentChannel(), "desk": DeskChannel()})
    try:
        commits = _rate(lambda: _commit(service), seconds / 2)
        count = max(PEOPLE, int(commits * seconds / 40))
        started = time.perf_counter()
        intake = _all(lambda number: _post(service, number), count)
        turns, durations = _turns(service)
        sends = _drain(service)
        whole = count / (time.perf_counter() - started)
    finally:
        service.stop()
    durations.sort()
    return Figures(
        database=database,
        commits=commits,
        intake=intake,
        turns=turns,
        sends=sends,
        whole=whole,
        turn_p50_ms=durations[len(durations) // 2] * 1000,
        turn_p99_ms=durations[int(len(durations) * 0.99)] * 1000,
    )


def _commit(service: Service) -> None:
    with service.store.write() as unit:
        unit.connection.execute(insert(heartbeat).values(name=new_id(), at=unit.now))


def _post(service: Service, number: int) -> None:
    take_in(
        service.store,
        Inbound(
            channel="sms",
            provider_id=f"bench{number}",
            sender=f"+44770090{number % PEOPLE:04}",
            words=TEXTS[number // PEOPLE % len(TEXTS)],
            received_at=SystemClock().now(),
        ),
    )


def _rate(once: Callable[[], None], seconds: float) -> float:
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        once()
        count += 1
    return count / (time.perf_counter() - started)


def _all(once: Callable[[int], None], count: int) -> float:
    started = time.perf_counter()
    for number in range(count):
        once(number)
    return count / (time.perf_counter() - started)


def _turns(service: Service) -> tuple[float, list[float]]:
    durations: list[float] = []
    began = time.perf_counter()
    while True:
        started = time.perf_counter()
        if not turn.take_next(service.parts, "bench"):
            return len(durations) / (started - began), durations
        durations.append(time.perf_counter() - started)


def _drain(service: Service) -> float:
    started, count = time.perf_counter(), 0
    while service.sender.send_next("bench"):
        count += 1
    return count / (time.perf_counter() - started)


def _tell(found: list[Figures], out: TextIO) -> None:
    out.write("\nOne process, one thread, screening on, understanding off. Per second:\n\n")
    out.write("  database     commits   intake    turns    sends   texts, end to end   turn p50 / p99\n")
    out.writelines(
        f"  {one.database:<11}{one.commits:>9.0f}{one.intake:>9.0f}{one.turns:>9.0f}{one.sends:>9.0f}"
        f"{one.whole:>20.0f}   {one.turn_p50_ms:.1f} / {one.turn_p99_ms:.1f} ms\n"
        for one in found
    )
    out.write(
        "\nA text end to end is at least five commits: taken in, claimed, decided, and for each reply claimed and "
    )
    out.write("settled.\n")
