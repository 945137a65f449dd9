"""What somebody wrote, and their number, can be read only with the keys: in no log, no list, no file on disk."""

import logging
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


def _kept(house: House) -> str:
    """Every line of every conversation, opened with the keys."""
    with house.service.store.read() as unit:
        rows = unit.connection.execute(select(metadata.tables["message"])).mappings().all()
        return "\n".join(unit.open("message", "sealed_words", row["id"], row["sealed_words"]) for row in rows)


def _readable(house: House) -> list[str]:
    """Every value of every row that is not sealed."""
    found: list[str] = []
    with house.service.store.read() as unit:
        for table in metadata.tables.values():
            plain = [column for column in table.c if not isinstance(column.type, LargeBinary)]
            found += [f"{table.name}: {row}" for row in unit.connection.execute(select(*plain))]
    return found


def test_words_and_numbers_can_be_read_nowhere_without_the_keys(
    tables_url: str, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    caplog.set_level(logging.DEBUG)
    with house_at(tables_url) as house:
        _live(house)
        rows, kept = _readable(house), _kept(house)
    logged = "\n".join(f"{record.name} {record.getMessage()} {record.exc_text}" for record in caplog.records)
    with subtests.test("in no log line"):
        assert "turn.failed" in logged
        assert "send.failed" in logged
        assert [secret for secret in SECRETS if secret in logged] == []
    with subtests.test("in no column that is not sealed"):
        assert {"case_history", "audit", "change", "outbox", "inbox"} <= {row.partition(":")[0] for row in rows}
        assert [secret for secret in SECRETS if secret in "\n".join(rows)] == []
    with subtests.test("in no alert"):
        sent = (*house.sms.attempts, *house.desk.attempts)
        alerts = "\n".join(out.words for out in sent if "needs a person" in out.words)
        assert alerts.count("needs a person") > 4
        assert [secret for secret in SECRETS if secret in alerts] == []
    with subtests.test("and yet with the keys it is all there"):
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
