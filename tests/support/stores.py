"""A database of the tests' own, and work done by many at the same moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import func, select, text

from bot.clock import Clock, SetClock
from bot.store import accounts, conversations
from bot.store.encryption import Keyring
from bot.store.migrations import bring_up_to_date
from bot.store.tables import metadata
from bot.store.unit import ReadUnit, Store, WriteUnit, open_engine
from handoff.ports import Role

Result = TypeVar("Result")

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A Tuesday."""

KEYS = Keyring((("k1", b"k" * 32),), b"s" * 32)


def migrate(url: str) -> None:
    """Make all tables in the database at `url`."""
    engine = open_engine(url)
    bring_up_to_date(engine)
    engine.dispose()


def empty(url: str) -> None:
    """Take every row out of the PostgreSQL database at `url`, which is much quicker than making another one."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for name in metadata.tables:
            connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 -- a name out of our own code
    engine.dispose()


@contextmanager
def store_at(url: str, clock: Clock | None = None, keys: Keyring = KEYS) -> Iterator[Store]:
    """The store on a database that has its tables; closed at the end."""
    store = Store(open_engine(url), keys, clock or SetClock(MORNING))
    try:
        yield store
    finally:
        store.close()


def at_once(times: int, work: Callable[[int], Result], *, threads: int | None = None) -> list[Result]:
    """Do `work(0)` to `work(times - 1)` in as many threads, all let go at the same instant; the results in order.

    With `threads` there are that many, and each takes its share one after the other.
    """
    together = threads or times
    gate = threading.Barrier(together)
    numbers = [range(first, times, together) for first in range(together)]

    def one(mine: range) -> list[tuple[int, Result]]:
        gate.wait()
        return [(number, work(number)) for number in mine]

    with ThreadPoolExecutor(together) as pool:
        done = [pair for pairs in pool.map(one, numbers) for pair in pairs]
    return [result for _, result in sorted(done, key=lambda pair: pair[0])]


def begin_conversation(unit: WriteUnit, sender: str = "+447700900001", channel: str = "sms") -> str:
    """A conversation of somebody who has just written; its id."""
    lane = unit.keys.lookup(channel, sender)
    held = conversations.of_sender(unit, channel=channel, lane=lane, sender=sender, received_at=unit.now)
    return held.id


def add_practitioner(
    unit: WriteUnit, first_name: str, role: Role = "practitioner", phone: str | None = "+447700900101"
) -> str:
    """Somebody of the team; their account id."""
    return accounts.add(
        unit,
        accounts.NewAccount(
            email=f"{first_name.lower()}@team.example",
            name=f"{first_name} Invented",
            first_name=first_name,
            role=role,
            password_hash="none",
            phone=phone,
        ),
    )


def how_many(unit: ReadUnit, table: str) -> int:
    """How many rows a table has."""
    counted: int = unit.connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
    return counted
