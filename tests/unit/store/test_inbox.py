"""What came in: taken in once, worked on by one worker at a time and in order in each lane, and never lost."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import intake
from bot.clock import SetClock
from bot.intake import Inbound, TooLongError, take_in
from bot.store import inbox
from bot.store.inbox import LEASE, InboxRow, TextPayload
from bot.store.tables import inbox as rows
from bot.store.unit import Store
from tests.support.stores import MORNING, at_once, how_many

PERSON = "+447700900001"
SECOND = timedelta(seconds=1)


def post(store: Store, provider_id: str, *, words: str = "hello", sender: str = PERSON, channel: str = "sms") -> bool:
    return take_in(store, Inbound(channel, provider_id, sender, words, store.clock.now()))


def claim(store: Store, owner: str = "first") -> InboxRow | None:
    with store.write() as unit:
        return inbox.claim_next(unit, owner)


def must_claim(store: Store, owner: str = "first") -> InboxRow:
    row = claim(store, owner)
    assert row is not None
    return row


def finish(store: Store, row: InboxRow) -> bool:
    with store.write() as unit:
        return inbox.finish(unit, row)


def words_of(row: InboxRow) -> str:
    assert isinstance(row.payload, TextPayload)
    return row.payload.words


def test_the_same_message_delivered_twice_is_one_row(store: Store) -> None:
    assert post(store, "SM1")
    assert not post(store, "SM1", words="again")
    assert post(store, "SM1", channel="whatsapp")
    assert post(store, "SM2")
    with store.read() as unit:
        assert how_many(unit, "inbox") == 3


def test_the_same_message_delivered_many_times_at_once_is_one_row(store: Store) -> None:
    taken = at_once(16, lambda _: post(store, "SM1"))
    assert sorted(taken) == [False] * 15 + [True]


def test_long_ids_that_begin_alike_are_different_texts(store: Store) -> None:
    assert post(store, "x" * 300 + "1")
    assert post(store, "x" * 300 + "2")
    assert not post(store, "x" * 300 + "2")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", ""),
        ("🙂🙃", "🙂🙃"),
        ("ab\x00c", "abc"),
        ("half \ud83d an emoji", "half \ufffd an emoji"),
        ("\ud83d\ude42", "🙂"),
        ("أريد التحدث", "أريد التحدث"),
        ("x" * 10_000, "x" * 10_000),
        ("é" * intake.MAX_CHARACTERS, "é" * intake.MAX_CHARACTERS),
    ],
    ids=["nothing", "emoji", "nul", "half-an-emoji", "two-halves", "arabic", "10000", "the-longest"],
)
def test_whatever_somebody_writes_is_kept_as_it_is(words: str, kept: str, store: Store) -> None:
    assert post(store, "SM1", words=words)
    assert words_of(must_claim(store)) == kept


def test_a_picked_button_with_half_an_emoji_is_no_reason_to_fall_over(store: Store) -> None:
    take_in(store, Inbound("web", "1", "page", "", MORNING, picked="one\ud83d"))
    payload = must_claim(store).payload
    assert isinstance(payload, TextPayload)
    assert payload.picked == "one\ufffd"


def test_a_text_beyond_all_measure_is_refused_and_not_cut(store: Store) -> None:
    with pytest.raises(TooLongError):
        post(store, "SM1", words="x" * (intake.MAX_CHARACTERS + 1))
    assert claim(store) is None


def test_eight_workers_do_200_rows_once_each_one_lane_at_a_time_and_in_order(store: Store) -> None:
    _put(store, lanes=20, each=10)
    lock = threading.Lock()
    working: set[str] = set()
    done: dict[str, list[str]] = defaultdict(list)
    clashes: list[str] = []

    def work(number: int) -> None:
        while (row := claim(store, f"worker{number}")) is not None or _waiting(store):
            if row is None:
                continue
            with lock:
                clashes.extend([row.lane] if row.lane in working else [])
                working.add(row.lane)
                done[row.lane].append(words_of(row))
            with lock:
                working.discard(row.lane)
            assert finish(store, row)

    at_once(8, work)
    assert clashes == []
    assert sorted(done.values()) == [[f"{number:03}" for number in range(10)]] * 20


def _put(store: Store, *, lanes: int, each: int) -> None:
    with store.write() as unit:
        for number in range(each):
            for lane in range(lanes):
                payload = TextPayload(sender=f"+4477009{lane:05}", words=f"{number:03}")
                inbox.put_text(
                    unit, channel="sms", provider_id=f"{lane}.{number}", payload=payload, received_at=unit.now
                )


def _waiting(store: Store) -> int:
    with store.read() as unit:
        return inbox.waiting(unit)


@pytest.fixture
def slow_commit(store: Store) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The next commit of the thread `slow` waits until it is let go; gives the events `waiting` and `go`."""
    waiting, go = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        if threading.current_thread().name == "slow":
            waiting.set()
            go.wait(20)

    event.listen(store.engine, "commit", wait)
    yield waiting, go
    event.remove(store.engine, "commit", wait)


def test_of_two_texts_that_come_in_at_once_none_overtakes_one_that_is_not_committed_yet(
    store: Store, slow_commit: tuple[threading.Event, threading.Event]
) -> None:
    waiting, go = slow_commit
    first = threading.Thread(target=post, args=(store, "SM1"), kwargs={"words": "first"}, name="slow")
    second = threading.Thread(target=post, args=(store, "SM2"), kwargs={"words": "second"})
    first.start()
    assert waiting.wait(20)
    second.start()
    second.join(0.3)
    assert second.is_alive(), "the second text got its number while the first could still appear before it"
    go.set()
    first.join()
    second.join()
    row = must_claim(store)
    assert words_of(row) == "first"
    assert claim(store, "second") is None
    finish(store, row)
    assert words_of(must_claim(store)) == "second"


def test_texts_of_different_people_do_not_wait_for_each_other(
    store: Store, slow_commit: tuple[threading.Event, threading.Event]
) -> None:
    if store.engine.dialect.name == "sqlite":
        return  # One writer at a time is what SQLite is.
    waiting, go = slow_commit
    first = threading.Thread(target=post, args=(store, "SM1"), name="slow")
    first.start()
    assert waiting.wait(20)
    assert post(store, "SM2", sender="+447700900002")
    go.set()
    first.join()


def test_while_a_row_is_worked_on_its_lane_waits_and_others_go_on(store: Store) -> None:
    post(store, "1", words="a1")
    post(store, "2", words="a2")
    post(store, "3", words="b1", sender="+447700900002")
    first = must_claim(store)
    assert words_of(must_claim(store, "second")) == "b1"
    assert claim(store, "third") is None
    finish(store, first)
    assert words_of(must_claim(store, "third")) == "a2"


def test_when_a_lease_is_over_another_takes_over_and_the_slow_one_cannot_finish(store: Store, clock: SetClock) -> None:
    post(store, "1")
    slow = must_claim(store, "slow")
    clock.move(LEASE)
    assert claim(store, "second") is None
    clock.move(SECOND)
    second = must_claim(store, "second")
    assert (second.id, second.attempts) == (slow.id, 2)
    assert not finish(store, slow)
    with store.write() as unit:
        assert not inbox.put_back(unit, slow, "x", SECOND)
        assert not inbox.give_up(unit, slow, "x")
    assert finish(store, second)
    assert claim(store, "third") is None


def test_a_worker_that_takes_its_own_row_over_again_is_fenced_from_its_first_try(store: Store, clock: SetClock) -> None:
    post(store, "1")
    before = must_claim(store, "same")
    clock.move(LEASE + SECOND)
    again = must_claim(store, "same")
    assert not finish(store, before)
    assert finish(store, again)


def test_a_row_given_back_blocks_its_own_lane_and_no_other(store: Store, clock: SetClock) -> None:
    post(store, "1", words="a1")
    post(store, "2", words="a2")
    post(store, "3", words="b1", sender="+447700900002")
    row = must_claim(store)
    with store.write() as unit:
        assert inbox.put_back(unit, row, "ValueError", wait=2 * SECOND)
    other = must_claim(store)
    assert words_of(other) == "b1"
    finish(store, other)
    assert claim(store) is None
    clock.move(2 * SECOND)
    again = must_claim(store)
    assert (words_of(again), again.attempts) == ("a1", 2)
    assert claim(store) is None


def test_a_row_that_was_given_up_lets_the_next_one_go_on(store: Store) -> None:
    post(store, "1", words="a1")
    post(store, "2", words="a2")
    with store.write() as unit:
        row = inbox.claim_next(unit, "first")
        assert row is not None
        assert inbox.give_up(unit, row, "ValueError" * 40)
    assert words_of(must_claim(store)) == "a2"
    with store.read() as unit:
        kept = unit.connection.execute(select(rows).where(rows.c.seq == row.seq)).mappings().one()
    assert (kept["state"], len(kept["failure"]), kept["owner"]) == ("failed", 200, None)


def test_a_text_just_taken_in_wakes_the_workers_and_one_that_came_before_does_not(store: Store) -> None:
    woken: list[frozenset[str]] = []
    store.listen(woken.append)
    post(store, "1")
    post(store, "1")
    assert woken == [frozenset({"inbox"})]


def test_a_claim_never_reads_what_is_done(store: Store) -> None:
    # What is done grows for ever. With a plan that compared everything that waits with everything that waits, one
    # claim took a second and a half while 2,000 texts were waiting.
    with store.write() as unit:
        done = [_done(number) for number in range(3000)]
        unit.connection.execute(rows.insert(), done)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE inbox")
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    claim(store)
    (statement, parameters), *_ = [one for one in asked if one[0].startswith("UPDATE inbox")]
    explain = "EXPLAIN QUERY PLAN" if store.engine.dialect.name == "sqlite" else "EXPLAIN"
    with store.engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())
    assert "ix_inbox_next" in plan
    assert "Seq Scan" not in plan


def _done(number: int) -> dict[str, object]:
    return {
        "id": f"done-{number}",
        "channel": "sms",
        "provider_id": f"done-{number}",
        "lane": f"{number % 100:064}",
        "kind": "text",
        "sealed_payload": b"-",
        "received_at": MORNING,
        "state": "done",
    }
