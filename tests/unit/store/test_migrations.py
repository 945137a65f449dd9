"""The migrations make exactly the tables of `bot/store/tables.py`, and take them away again, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, text

from bot.store.migrations import bring_up_to_date, take_down, version
from bot.store.migrations.__main__ import main
from bot.store.tables import heartbeat, metadata
from bot.store.unit import DatabaseError, open_engine
from tests.support.stores import MORNING, at_once

HOW_TO_MEND = (
    "The tables and the migrations tell different stories. After a change of bot/store/tables.py write a migration: "
    '.venv/bin/python -m bot.store.migrations "what changes" && .venv/bin/ruff format bot/store/migrations '
    "(before the first release: delete 0001_the_first_tables.py first, and call it 'the first tables')."
)


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    engine = open_engine(database_url)
    bring_up_to_date(engine)
    assert _differences(engine) == [], HOW_TO_MEND
    engine.dispose()


def test_the_code_makes_the_tables_of_the_migrations_to_the_letter(database_url: str) -> None:
    # compare_metadata does not see everything (the condition of a partial index, for one), so the database's own
    # description of either is held against the other.
    migrated = open_engine(database_url)
    bring_up_to_date(migrated)
    described = _description(migrated)
    with migrated.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert described == _description(migrated), HOW_TO_MEND
    assert any("called_off_at IS NULL" in line for line in described)
    migrated.dispose()


def _description(engine: Engine) -> list[str]:
    statements = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'",
        "postgresql": (
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' "
            "UNION ALL SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, "
            "is_nullable, column_default) FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name <> 'alembic_version' "
            "UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
            "AND conrelid::regclass::text <> 'alembic_version'"
        ),
    }
    with engine.connect() as connection:
        rows = connection.execute(text(statements[engine.dialect.name])).scalars()
        return sorted(_in_one_order(row.replace("(false)", "false")) for row in rows)


def _in_one_order(row: str) -> str:
    # SQLite keeps the text that made a table, and the order in which its constraints were named means nothing.
    plain = " ".join(row.split())
    if not plain.startswith("CREATE TABLE"):
        return plain
    opening, _, inside = plain.partition("(")
    return f"{opening}: {sorted(part.strip(' )') for part in inside.split(', '))}"


def test_up_and_down_and_up_again(database_url: str) -> None:
    engine = open_engine(database_url)
    bring_up_to_date(engine)
    assert _tables(engine) == set(metadata.tables)
    take_down(engine)
    assert _tables(engine) == set()
    assert version(engine)[0] is None
    bring_up_to_date(engine)
    assert _tables(engine) == set(metadata.tables)
    present, newest = version(engine)
    assert present == newest is not None
    engine.dispose()


def test_bringing_up_to_date_what_is_up_to_date_keeps_what_is_there(database_url: str) -> None:
    engine = open_engine(database_url)
    bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(insert(heartbeat).values(name="tick", at=MORNING))
    bring_up_to_date(engine)
    with engine.connect() as connection:
        assert connection.execute(heartbeat.select()).one() == ("tick", MORNING)
    engine.dispose()


def test_several_processes_may_bring_it_up_to_date_at_once(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(4)]
    at_once(4, lambda number: bring_up_to_date(engines[number]))
    assert _differences(engines[0]) == [], HOW_TO_MEND
    for engine in engines:
        engine.dispose()


def test_a_migration_that_fails_halfway_leaves_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE timer (id INTEGER)"))
    with pytest.raises(Exception, match="timer"):
        bring_up_to_date(engine)
    assert _tables(engine) == {"timer"}
    engine.dispose()


def test_a_database_of_a_newer_release_is_refused_with_what_to_do(database_url: str) -> None:
    engine = open_engine(database_url)
    bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"version 9999, which this release does not know.*restore the backup"):
        bring_up_to_date(engine)
    engine.dispose()


def test_the_next_migration_wants_to_know_what_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Say in a few words what changes" in capsys.readouterr().err
