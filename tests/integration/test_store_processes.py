"""Real processes killed with SIGKILL in the middle of their work, and started again: nothing lost, nothing twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.intake import Inbound, take_in
from bot.store import cases
from bot.store.tables import inbox, message, outbox
from bot.store.unit import Store
from tests.support.house import DANGER, flagged_without_a_case
from tests.support.stores import store_at

PEOPLE = 12
TEXTS = ("hello", "not so good really", DANGER, "are you there")
LEASE = "1"


@contextmanager
def worker(url: str, sent: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.support.worker_process", url, str(sent), LEASE]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()
        process.wait(20)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.mark.slow
def test_workers_killed_in_the_middle_lose_nothing_and_say_nothing_twice(tables_url: str, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    with store_at(tables_url, SystemClock()) as store:
        for number, words in enumerate(TEXTS):
            for person in range(PEOPLE):
                sender = f"+4477009{person:05}"
                take_in(store, Inbound("sms", f"{number}.{person}", sender, words, store.clock.now()))
        for kill_after in (5, 15, 25, 35):
            with worker(tables_url, sent) as process:
                _wait_until(store, done=kill_after)
                process.kill()
        with worker(tables_url, sent):
            _wait_until(store, done=PEOPLE * len(TEXTS))
            _wait_until_quiet(store)
        _nothing_lost_and_nothing_twice(store, sent)


def _nothing_lost_and_nothing_twice(store: Store, sent: Path) -> None:
    counted = Counter(sent.read_text().split())
    assert set(counted.values()) == {1}, "a text was sent twice"
    with store.read() as unit:
        said = unit.connection.execute(select(func.count()).where(message.c.author == "person")).scalar_one()
        assert said == PEOPLE * len(TEXTS)
        assert flagged_without_a_case(unit) == 0
        assert cases.without_next_step(unit) == 0
        for person in range(PEOPLE):
            lane = unit.keys.lookup("sms", f"+4477009{person:05}")
            _in_order(store, lane)
        rows = unit.connection.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.channel == "sms")).all()
    unsure = {row.id for row in rows if row.state == "unknown"}
    assert {row.state for row in rows} <= {"sent", "unknown"}
    assert {row.id for row in rows} - set(counted) <= unsure, "a text was never sent and nobody knows"
    assert len(unsure) <= 8, "at most one for each sender that was killed"


def _in_order(store: Store, lane: str) -> None:
    with store.read() as unit:
        texts = select(inbox.c.id).where(inbox.c.lane == lane, inbox.c.kind == "text").order_by(inbox.c.seq)
        order = list(unit.connection.execute(texts).scalars())
        kept = unit.connection.execute(
            select(message.c.id).where(message.c.id.in_(order)).order_by(message.c.seq)
        ).scalars()
        assert list(kept) == order


def _wait_until(store: Store, *, done: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with store.read() as unit:
            statement = select(func.count()).where(inbox.c.state == "done", inbox.c.kind == "text")
            if unit.connection.execute(statement).scalar_one() >= done:
                return
        time.sleep(0.01)
    raise AssertionError("the workers stand still")


def _wait_until_quiet(store: Store) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with store.read() as unit:
            statement = select(func.count()).where(outbox.c.state.in_(["queued", "sending"]), outbox.c.channel == "sms")
            if unit.connection.execute(statement).scalar_one() == 0:
                return
        time.sleep(0.05)
    raise AssertionError("something is never sent")
