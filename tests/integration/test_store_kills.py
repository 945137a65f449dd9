"""Killed anywhere, healed: at every single statement and commit of a turn, of a send and of a practitioner's act.

A kill is an exception that no `except Exception` sees, raised just before the database is asked for something. What
follows is what follows a dead process: nothing of the transaction is there, the lease passes, another worker comes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, event, func, select

from bot import turn
from bot.channels.base import Outgoing
from bot.store import cases
from bot.store.inbox import LEASE
from bot.store.tables import address, flag, message, outbox
from bot.store.tables import case as case_table
from bot.store.tables import conversation as conversation_table
from bot.store.tables import inbox as inbox_table
from bot.store.unit import Store
from handoff.case import CaseState
from tests.support.house import DANGER, House, flagged_without_a_case, house_at

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """The process is gone."""


class Broken(Exception):  # noqa: N818 -- it is not our error
    """Something went wrong that the worker sees."""


@dataclass
class Fault:
    """Raises `how` at statement or commit number `at`, counted from 1; `happened` says whether it came to that."""

    at: int
    how: type[BaseException]
    seen: int = 0
    happened: bool = False

    def strike(self, *_: object, **__: object) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.happened = True
            raise self.how


@contextmanager
def struck(engine: Engine, fault: Fault) -> Iterator[None]:
    event.listen(engine, "before_cursor_execute", fault.strike)
    event.listen(engine, "commit", fault.strike)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fault.strike)
        event.remove(engine, "commit", fault.strike)


@pytest.fixture
def house(tables_url: str) -> Iterator[House]:
    with house_at(tables_url, slots=0) as opened:
        yield opened


@dataclass(frozen=True)
class Kept:
    """How many there are of each for one person."""

    texts: int
    flags: int
    cases: int
    said: int

    @classmethod
    def of(cls, store: Store, sender: str) -> "Kept":
        with store.read() as unit:
            theirs = (
                select(conversation_table.c.id)
                .join(address, conversation_table.c.address_id == address.c.id)
                .where(address.c.lookup == unit.keys.lookup("sms", sender))
                .scalar_subquery()
            )
            lines = select(message.c.id).where(message.c.conversation_id == theirs)

            def count(table: object, *conditions: object) -> int:
                statement = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
                counted: int = unit.connection.execute(statement).scalar_one()
                return counted

            return cls(
                texts=count(message, message.c.conversation_id == theirs, message.c.author == "person"),
                flags=count(flag, flag.c.message_id.in_(lines)),
                cases=count(case_table, case_table.c.conversation_id == theirs),
                said=count(outbox, outbox.c.message_id.in_(lines)),
            )


def nothing_is_half_done(store: Store) -> None:
    with store.read() as unit:
        assert flagged_without_a_case(unit) == 0
        assert cases.without_next_step(unit) == 0


def strike_everywhere(house: House, how: type[BaseException], attempt: Callable[[str, Fault], None]) -> int:
    """Make the same attempt for one person after the other, each struck one point later; how many points there were."""
    for at in range(1, 400):
        fault = Fault(at, how)
        attempt(f"+4477009{at:05}", fault)
        nothing_is_half_done(house.service.store)
        if not fault.happened:
            return at - 1
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("how", [Killed, Broken])
def test_a_turn_that_raises_a_concern_is_struck_at_every_point(house: House, how: type[BaseException]) -> None:
    store = house.service.store
    ended: list[tuple[Kept, list[str]]] = []

    def attempt(sender: str, fault: Fault) -> None:
        house.post(DANGER, sender)
        with struck(store.engine, fault), suppress(Killed, Broken):
            turn.take_next(house.service.parts, "the one that dies")
        kept = Kept.of(store, sender)
        assert kept.texts == kept.cases == kept.flags, "a part of the turn is there and another is not"
        assert (kept.said > 0) == (kept.texts > 0)
        house.clock.move(LEASE * 1.1)
        house.service.run_until_quiet()
        ended.append((Kept.of(store, sender), house.said_to(sender)))

    assert strike_everywhere(house, how, attempt) > 20
    kept, said = ended[-1]
    assert kept.texts == kept.flags == kept.cases == 1
    assert kept.said == len(said) > 0
    assert all(other == (kept, said) for other in ended), (
        "a turn that was struck ended differently from one that was not"
    )
    with store.read() as unit:
        waiting = select(func.count()).select_from(inbox_table).where(inbox_table.c.state != "done")
        assert unit.connection.execute(waiting).scalar_one() == 0


def test_a_send_about_safety_is_struck_at_every_point(house: House) -> None:
    store = house.service.store

    def attempt(sender: str, fault: Fault) -> None:
        house.post(DANGER, sender)
        while turn.take_next(house.service.parts, "turn"):
            pass
        with struck(store.engine, fault), suppress(Killed):
            while house.service.sender.send_next("the one that dies"):
                pass
        house.clock.move(LEASE * 1.1)
        house.service.run_until_quiet()
        reached = [outgoing.id for outgoing in house.sms.attempts if outgoing.to == sender]
        assert len(reached) == len(set(reached)), "a text went out twice"
        with store.read() as unit:
            states = {row.id: row.state for row in unit.connection.execute(select(outbox.c.id, outbox.c.state))}
        assert set(states.values()) <= {"sent", "unknown"}
        assert all(states[row] == "unknown" for row in states.keys() - {out.id for out in _attempts(house)})

    assert strike_everywhere(house, Killed, attempt) > 5
    with store.read() as unit:
        lost = select(func.count()).select_from(outbox).where(outbox.c.state == "unknown", outbox.c.purpose == "safety")
        assert unit.connection.execute(lost).scalar_one() > 0


def _attempts(house: House) -> list[Outgoing]:
    return [*house.sms.attempts, *house.desk.attempts]


def test_a_claim_and_a_close_are_struck_at_every_point(house: House) -> None:
    store, desk, sam = house.service.store, house.service.desk, house.practitioner()

    def attempt(sender: str, fault: Fault) -> None:
        house.says(DANGER, sender)
        number = max(card.case.number for card in house.cases())
        with struck(store.engine, fault), suppress(Killed):
            desk.claim(number, sam)
        claimed = desk.case_file(number).card.case.state is CaseState.CLAIMED
        with store.read() as unit:
            phase = unit.connection.execute(
                select(conversation_table.c.phase)
                .join(address, conversation_table.c.address_id == address.c.id)
                .where(address.c.lookup == unit.keys.lookup("sms", sender))
            ).scalar_one()
        assert (phase == "with_practitioner") == claimed, "the bot and the case do not agree who holds the conversation"
        house.service.run_until_quiet()
        assert any("is here now" in words for words in house.said_to(sender)) == claimed
        if not claimed:
            desk.claim(number, sam)
        again = Fault(fault.at, Killed)
        with struck(store.engine, again), suppress(Killed):
            desk.close(number, sam, "a call tomorrow at ten")
        house.sms.take() if not claimed else None
        house.service.run_until_quiet()
        closed = desk.case_file(number).card.case.state is CaseState.CLOSED
        assert any("a call tomorrow at ten" in words for words in house.said_to(sender)) == closed
        if not closed:
            desk.close(number, sam, "a call tomorrow at ten")

    assert strike_everywhere(house, Killed, attempt) > 8
