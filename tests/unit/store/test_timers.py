"""Time lives in rows: what is due becomes an inbox row, once, whoever asks."""

from datetime import timedelta

from bot.clock import SetClock
from bot.store import inbox, timers
from bot.store.inbox import InboxRow, TimerPayload
from bot.store.unit import Store
from tests.support.stores import MORNING, at_once, begin_conversation

SECOND = timedelta(seconds=1)


def claim(store: Store, owner: str = "first") -> InboxRow | None:
    with store.write() as unit:
        return inbox.claim_next(unit, owner)


def must_claim(store: Store, owner: str = "first") -> InboxRow:
    row = claim(store, owner)
    assert row is not None
    return row


def test_a_timer_that_is_due_becomes_one_row_however_many_ask(store: Store, clock: SetClock) -> None:
    with store.write() as unit:
        conversations = [begin_conversation(unit, f"+4477009{number:05}") for number in range(10)]
        for conversation in conversations:
            timers.start(unit, conversation, "nudge", MORNING + SECOND)
            timers.start(unit, conversation, "wait", MORNING + timedelta(days=1))
    assert _move(store) == 0
    clock.move(SECOND)
    assert sum(at_once(6, lambda _: _move(store))) == 10
    found = [must_claim(store, f"worker{number}").payload for number in range(10)]
    assert sorted(payload.conversation for payload in found if isinstance(payload, TimerPayload)) == sorted(
        conversations
    )
    assert claim(store) is None


def _move(store: Store) -> int:
    with store.write() as unit:
        return timers.move_due_to_inbox(unit)


def test_a_timer_started_again_moves_and_a_stopped_one_never_comes(store: Store, clock: SetClock) -> None:
    with store.write() as unit:
        conversation = begin_conversation(unit)
        timers.start(unit, conversation, "nudge", MORNING + SECOND)
        timers.start(unit, conversation, "nudge", MORNING + 5 * SECOND)
        timers.start(unit, conversation, "wait", MORNING + SECOND)
        timers.stop(unit, conversation, "wait")
        timers.stop(unit, conversation, "never started")
    clock.move(SECOND)
    assert _move(store) == 0
    clock.move(4 * SECOND)
    assert _move(store) == 1
    payload = must_claim(store).payload
    assert payload == TimerPayload(conversation=conversation, timer="nudge")
