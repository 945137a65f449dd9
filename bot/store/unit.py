"""The unit of work: one transaction, one commit, at the edge.

A read unit and a write unit are different types, so that a function that changes something cannot be called while
only looking.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.clock import Clock
from bot.store.encryption import Keyring

Stirred = Literal["inbox", "outbox", "change"]

AWAY: tuple[type[Exception], ...] = (OperationalError, InterfaceError, NoConnectionError)
"""What a unit raises while the database does not answer; the same call works again once it does."""


class DatabaseError(Exception):
    """The database cannot be reached or used; the message names the setting and says what to do."""


class ReadUnit:
    """A look at the database: a connection, the keys, and the moment it began (UTC)."""

    def __init__(self, connection: Connection, keys: Keyring, now: datetime) -> None:
        self.connection = connection
        self.keys = keys
        self.now = now

    def seal(self, table: str, column: str, row: str, words: str) -> bytes:
        """Words sealed for one field of one row."""
        return self.keys.seal(words, f"{table}.{column}:{row}")

    def open(self, table: str, column: str, row: str, sealed: bytes) -> str:
        """The words of one field of one row."""
        return self.keys.open(sealed, f"{table}.{column}:{row}")


class WriteUnit(ReadUnit):
    """A change of the database, all of it or none.

    `stirred` names what got something new in it (`inbox`, `outbox`, `change`): whoever waits for that is woken once
    the change is committed, and not before.
    """

    def __init__(self, connection: Connection, keys: Keyring, now: datetime) -> None:
        super().__init__(connection, keys, now)
        self.stirred: set[Stirred] = set()


class Store:
    """The database of one installation."""

    def __init__(self, engine: Engine, keys: Keyring, clock: Clock) -> None:
        self.engine = engine
        self.keys = keys
        self.clock = clock
        self._listeners: list[Callable[[frozenset[Stirred]], None]] = []
        # SQLite has one writer. Who waits inside SQLite looks again at growing intervals and may be starved for
        # seconds; the threads of this process queue here instead, and only another process is waited for there.
        self._one_writer: AbstractContextManager[object] = (
            threading.RLock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    def listen(self, listener: Callable[[frozenset[Stirred]], None]) -> None:
        """Call `listener` after each commit that stirred something, in the thread that committed."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[ReadUnit]:
        """A unit that only looks. On SQLite it never waits for a writer (WAL)."""
        with self.engine.connect().execution_options(first_contact_reads=True) as connection:
            yield ReadUnit(connection, self.keys, self.clock.now())

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        """A unit that commits once, at its end, and not at all when anything raises."""
        with self._one_writer, self.engine.begin() as connection:
            unit = WriteUnit(connection, self.keys, self.clock.now())
            yield unit
        if unit.stirred:
            for listener in self._listeners:
                listener(frozenset(unit.stirred))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def new_id() -> str:
    """A random identifier for a row, fit to stand in an address."""
    return str(uuid.uuid4())


def open_engine(url: str) -> Engine:
    """The engine for a database address, set up so that no update is lost on either database.

    Raises DatabaseError when the address is of neither database or its folder cannot be made.
    """
    if url.startswith("postgresql"):
        address = url.replace("postgresql://", "postgresql+psycopg://", 1)
        try:
            return create_engine(address, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
        except (ArgumentError, ValueError) as error:
            raise DatabaseError(
                "FIRST_CONTACT_DATABASE_URL is not an address: write it as postgresql://USER:PASSWORD@HOST:PORT/NAME, "
                "with signs like @ : / in the password written as %40 %3A %2F."
            ) from error
    if not url.startswith("sqlite:///"):
        raise DatabaseError("FIRST_CONTACT_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    file = url.removeprefix("sqlite:///")
    if not file or file.startswith((":memory:", "?")):
        raise DatabaseError("FIRST_CONTACT_DATABASE_URL names no file: write it as sqlite:///FILE.")
    folder = Path(file).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"FIRST_CONTACT_DATABASE_URL: the folder {folder} cannot be made ({error}).") from error
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def address_of(engine: Engine) -> str:
    """The database's address as the setting has it, without the password."""
    return engine.url.render_as_string(hide_password=True).replace("postgresql+psycopg://", "postgresql://", 1)


def _set_up_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:  # noqa: ANN401, ARG001 -- the driver's own
    # pysqlite would begin a transaction only before the first write, and reads before it would see another's half;
    # 600 of 800 increments were lost that way when it was tried. We begin ourselves instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a lost handoff costs more than a tenth of a millisecond.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("first_contact_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def check_reachable(engine: Engine) -> None:
    """Open the database once. Raises DatabaseError naming the setting when it is not there."""
    try:
        with engine.connect().execution_options(first_contact_reads=True) as connection:
            connection.exec_driver_sql("SELECT 1")
    except DBAPIError as error:
        where = address_of(engine)
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        raise DatabaseError(
            f"The database {where} cannot be opened: {reason}. Check FIRST_CONTACT_DATABASE_URL, and that the "
            "database is running."
        ) from error
