import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from bot.store import changes
from bot.store.tables import heartbeat, team
from bot.store.unit import DatabaseError, ReadUnit, Store, check_reachable, open_engine
from tests.support.stores import MORNING, at_once, migrate, store_at


def _counted(unit: ReadUnit, *, lock: bool = False) -> int:
    statement = select(team.c.words).where(team.c.id == "counter")
    words = unit.connection.execute(statement.with_for_update() if lock else statement).scalar_one()
    number: int = words["count"]
    return number


def _count_to(store: Store, number: int) -> None:
    with store.write() as unit:
        unit.connection.execute(insert(team).values(id="counter", words={"count": number}))


def test_of_800_increments_by_8_threads_of_2_processes_none_is_lost(store: Store, tables_url: str) -> None:
    _count_to(store, 0)
    # A second engine stands for a second process: nothing but the database is shared with it.
    with store_at(tables_url) as other:

        def add_one(number: int) -> None:
            with (store, other)[number % 2].write() as unit:
                now = _counted(unit, lock=True)
                unit.connection.execute(update(team).where(team.c.id == "counter").values(words={"count": now + 1}))

        at_once(800, add_one, threads=8)
    with store.read() as unit:
        assert _counted(unit) == 800


class _FellOverError(Exception):
    pass


def _fail(store: Store) -> None:
    with store.write() as unit:
        changes.note(unit, "desk")
        raise _FellOverError


def test_when_anything_raises_nothing_is_kept_and_nobody_is_woken(store: Store) -> None:
    woken: list[frozenset[str]] = []
    store.listen(woken.append)
    with pytest.raises(_FellOverError):
        _fail(store)
    with store.read() as unit:
        assert changes.latest(unit) == "0.0"
    assert woken == []


def test_who_waits_is_woken_after_the_commit_and_can_see_what_changed(store: Store) -> None:
    seen: list[tuple[frozenset[str], str]] = []

    def look(stirred: frozenset[str]) -> None:
        with store.read() as unit:
            seen.append((stirred, changes.latest(unit)))

    store.listen(look)
    with store.write() as unit:
        changes.note(unit, "desk")
        changes.note(unit, "lane:" + "f" * 64)
        assert seen == []
    ((stirred, token),) = seen
    assert stirred == {"change"}
    assert token.endswith(".2")


def test_a_unit_that_stirs_nothing_wakes_nobody(store: Store) -> None:
    woken: list[frozenset[str]] = []
    store.listen(woken.append)
    with store.write() as unit:
        changes.beat(unit, "tick")
    assert woken == []


def test_a_time_without_a_zone_never_reaches_the_database(store: Store) -> None:
    naive = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 -- what must be refused
    with pytest.raises(StatementError, match="a time without a zone"), store.write() as unit:
        unit.connection.execute(insert(heartbeat).values(name="tick", at=naive))


def test_a_time_comes_back_in_utc_whatever_zone_it_went_in_with(store: Store) -> None:
    for name, zone in (("london", "Europe/London"), ("tokyo", "Asia/Tokyo")):
        with store.write() as unit:
            unit.connection.execute(insert(heartbeat).values(name=name, at=MORNING.astimezone(ZoneInfo(zone))))
        with store.read() as unit:
            back = changes.last_beat(unit, name)
        assert back == MORNING
        assert str(back.tzinfo) == "UTC"


def test_who_only_looks_never_waits_for_who_writes(store: Store) -> None:
    _count_to(store, 1)
    writing, looked = threading.Event(), threading.Event()
    seen: list[int] = []

    def look() -> None:
        writing.wait()
        with store.read() as unit:
            seen.append(_counted(unit))
        looked.set()

    thread = threading.Thread(target=look)
    thread.start()
    with store.write() as unit:
        unit.connection.execute(update(team).values(words={"count": 2}))
        writing.set()
        assert looked.wait(20), "a reader waits for a writer"
    thread.join()
    assert seen == [1]


def test_a_read_on_sqlite_sees_one_moment_and_not_two(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'db.sqlite'}")
    with store_at(f"sqlite:///{tmp_path / 'db.sqlite'}") as store:
        _count_to(store, 1)
        with store.read() as reading:
            assert _counted(reading) == 1
            with store.write() as unit:
                unit.connection.execute(update(team).values(words={"count": 2}))
            assert _counted(reading) == 1


def test_sqlite_is_set_up_so_that_a_commit_outlives_a_power_cut(tmp_path: Path) -> None:
    with store_at(f"sqlite:///{tmp_path / 'db.sqlite'}") as store, store.read() as unit:
        found = {name: unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _PRAGMAS}
    assert found == _PRAGMAS


_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_our_connections_do_not_make_postgresql_careless(postgresql_url: str) -> None:
    # The tests' own cluster is set to be careless as a whole; what counts is that we never ask for it.
    asked = text(
        "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND source IN ('client', 'session')"
    )
    with store_at(postgresql_url) as store, store.read() as unit:
        assert unit.connection.execute(asked).scalar_one() == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/x", "must begin with sqlite:/// or postgresql://"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://someone:p@ss:word@localhost:54x/name", "is not an address"),
        ("postgresql://someone:secret@localhost:port/name", "is not an address"),
    ],
)
def test_an_address_that_is_none_is_refused_with_what_to_do(url: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=f"FIRST_CONTACT_DATABASE_URL.*{said}") as refused:
        open_engine(url)
    assert "secret" not in str(refused.value)
    assert "ss:word" not in str(refused.value)


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    engine = open_engine("postgresql://someone:secret@127.0.0.1:1/name")
    with pytest.raises(DatabaseError, match=r"postgresql.*someone:\*\*\*@127.0.0.1:1/name cannot be opened") as refused:
        check_reachable(engine)
    assert "secret" not in str(refused.value)
    assert "FIRST_CONTACT_DATABASE_URL" in str(refused.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letters.sqlite"
    path.write_text("Dear all, this is not a database. " * 40)
    with pytest.raises(DatabaseError, match=r"letters\.sqlite cannot be opened: file is not a database"):
        check_reachable(open_engine(f"sqlite:///{path}"))


def test_a_folder_where_a_file_should_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="cannot be opened: unable to open database file"):
        check_reachable(open_engine(f"sqlite:///{tmp_path}"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatabaseError, match=r"FIRST_CONTACT_DATABASE_URL: the folder .* cannot be made"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'db.sqlite'}")
