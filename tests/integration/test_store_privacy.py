"""What somebody wrote, and their number, can be read only with the keys: in no log, no list, no file on disk."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from bot.store.inbox import LEASE, MOST_ATTEMPTS
from bot.store.tables import metadata
from tests.support.house import House, house_at

# Words nobody uses by chance, one in each place where a text could end up.
NONSENSE = ("zorblequax", "vintrapple", "quimblefrost", "drazzlewick", "plombernaut", "snivverglade", "trundlefex")
NUMBERS = ("+447700900731", "+447700900732", "+447700900101")
SECRETS = (*NONSENSE, *NUMBERS, *(number.removeprefix("+44") for number in NUMBERS))


@pytest.fixture
def lived(tables_url: str, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """A service that has seen a good deal: a first contact, a concern, a takeover, failures of every kind, a stop."""
    caplog.set_level(logging.DEBUG)
    with house_at(tables_url) as house:
        _live(house)
        yield house


def _live(house: House) -> None:
    one, two = NUMBERS[:2]
    for words in ("hello from zorblequax", "not great, vintrapple left", "no", "somebody called quimblefrost", "yes"):
        house.says(words, one)
    house.says("i want to kill myself, says drazzlewick", two)
    number, sam = house.only_case().case.number, house.practitioner()
    house.service.desk.claim(number, sam)
    house.service.desk.say(number, sam, "Hello, are you with plombernaut?")
    house.says("snivverglade i have taken tablets", two)
    house.sms.fail("permanent", reason="21610")
    house.service.desk.say(number, sam, "I will ring you, plombernaut.")
    house.service.run_until_quiet()
    house.service.desk.close(number, sam, "a call with plombernaut at ten")
    house.service.run_until_quiet()
    _fail_each_time(house, one)
    house.says("STOP trundlefex", one)
    house.later(days=3)


def _fail_each_time(house: House, sender: str) -> None:
    whole = house.service.parts.flows.get

    def broken(*_: object) -> None:
        raise ZeroDivisionError("trundlefex")

    house.service.parts.flows.get = broken  # type: ignore[assignment, method-assign]
    house.post("trundlefex", sender)
    for _ in range(MOST_ATTEMPTS + 1):
        house.clock.move(LEASE)
        house.service.run_until_quiet()
    house.service.parts.flows.get = whole  # type: ignore[method-assign]


def _readable(house: House) -> str:
    """Every value of every row that is not sealed."""
    found: list[str] = []
    with house.service.store.read() as unit:
        for table in metadata.tables.values():
            plain = [column for column in table.c if not isinstance(column.type, LargeBinary)]
            found += [f"{table.name}: {row}" for row in unit.connection.execute(select(*plain))]
    return "\n".join(found)


def test_no_log_line_holds_words_or_numbers(lived: House, caplog: pytest.LogCaptureFixture) -> None:
    assert lived.cases()
    records = caplog.get_records("setup")
    logged = "\n".join(f"{record.name} {record.getMessage()} {record.exc_text}" for record in records)
    assert "turn.failed" in logged
    assert "send.failed" in logged
    assert [secret for secret in SECRETS if secret in logged] == []


def test_no_column_that_is_not_sealed_holds_words_or_numbers(lived: House) -> None:
    rows = _readable(lived)
    assert "case_history: " in rows
    assert "audit: " in rows
    assert "change: " in rows
    assert [secret for secret in SECRETS if secret in rows] == []


def test_no_alert_holds_words_or_numbers(lived: House) -> None:
    alerts = [out.words for out in (*lived.sms.attempts, *lived.desk.attempts) if "needs a person" in out.words]
    assert len(alerts) > 4
    assert [secret for secret in SECRETS if secret in "\n".join(alerts)] == []


def test_the_words_are_all_there_for_who_has_the_keys(lived: House) -> None:
    # Without this, the other tests would pass for a service that keeps nothing.
    with lived.service.store.read() as unit:
        rows = unit.connection.execute(select(metadata.tables["message"])).mappings().all()
        kept = "\n".join(unit.open("message", "sealed_words", row["id"], row["sealed_words"]) for row in rows)
    assert [word for word in NONSENSE if word not in kept] == []


def test_the_files_of_the_database_hold_neither_words_nor_numbers(tmp_path: Path) -> None:
    path = tmp_path / "first-contact.sqlite"
    with house_at(f"sqlite:///{path}") as house:
        _live(house)
        files = [file for file in tmp_path.iterdir() if file.name.startswith(path.name)]
        assert {file.name.removeprefix(path.name) for file in files} >= {"", "-wal"}
        kept = b"".join(file.read_bytes() for file in files)
    kept += path.read_bytes()
    assert b"could_not_deliver" in kept
    assert [secret for secret in SECRETS if secret.encode() in kept] == []
