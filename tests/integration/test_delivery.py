"""From the outbox to a channel and back: nothing twice, nothing lost in silence, in order, and only ever forward."""

import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, get_args

import pytest
from sqlalchemy import select

from bot.channels.base import Outgoing, Receipt
from bot.clock import SetClock
from bot.sender import MOST_ATTEMPTS, WAITS, Sender
from bot.store import cases, conversations, messages, outbox
from bot.store.conversations import Conversation
from bot.store.outbox import FORWARD, LEASE
from bot.store.tables import case as case_table
from bot.store.tables import case_history, escalation
from bot.store.tables import conversation as conversation_table
from bot.store.tables import outbox as rows
from bot.store.unit import Store, WriteUnit
from dialogue.events import Purpose
from tests.support.recording_channel import RecordingChannel
from tests.support.stores import MORNING, add_practitioner, at_once, store_at

PERSON = "+447700900001"
SECOND = timedelta(seconds=1)
Report = Literal["sent", "delivered", "failed"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def store(tables_url: str, clock: SetClock) -> Iterator[Store]:
    with store_at(tables_url, clock) as opened:
        yield opened


@pytest.fixture
def sms() -> RecordingChannel:
    return RecordingChannel("sms")


@pytest.fixture
def sender(store: Store, sms: RecordingChannel) -> Sender:
    with store.write() as unit:
        add_practitioner(unit, "Sam", role="lead")
    return sender_by(store, sms)


def sender_by(store: Store, *channels: RecordingChannel) -> Sender:
    ways = {channel.name: channel for channel in channels}
    return Sender(store, ways, "http://desk.example", frozenset({"desk", "sms"}))


def queue(store: Store, words: str = "hello", *, to: str = PERSON, purpose: Purpose = "dialogue") -> str:
    """Queue a line for somebody; the row's id."""
    with store.write() as unit:
        held = _held(unit, to)
        line = messages.keep(unit, conversation=held.id, author="bot", words=words, at=unit.now)
        return outbox.put_to_person(
            unit,
            address_id=held.address.id,
            channel="sms",
            lane=held.address.lane,
            words=words,
            message=line,
            purpose=purpose,
        )


def _held(unit: WriteUnit, to: str) -> Conversation:
    lane = unit.keys.lookup("sms", to)
    return conversations.of_sender(unit, channel="sms", lane=lane, sender=to, received_at=unit.now)


def state(store: Store, row: str) -> tuple[str, int, str | None]:
    """State, attempts and failure of a row."""
    with store.read() as unit:
        found = unit.connection.execute(select(rows.c.state, rows.c.attempts, rows.c.failure).where(rows.c.id == row))
        kept, attempts, failure = found.one()
        return kept, attempts, failure


def send_all(sender: Sender) -> None:
    while sender.send_next("test"):
        pass


def open_cases(store: Store) -> list[tuple[str, str]]:
    """By when and why of the cases that are not closed."""
    with store.read() as unit:
        found = unit.connection.execute(
            select(case_table.c.by, case_table.c.because).where(case_table.c.state == "open")
        )
        return [(by, because) for by, because in found]


def test_what_is_queued_is_sent_once_with_its_receipt(store: Store, sender: Sender, sms: RecordingChannel) -> None:
    row = queue(store)
    send_all(sender)
    assert [(outgoing.id, outgoing.to, outgoing.words) for outgoing in sms.sent] == [(row, PERSON, "hello")]
    assert state(store, row) == ("sent", 1, None)


def test_many_senders_send_each_row_once_and_each_person_in_order(store: Store, sms: RecordingChannel) -> None:
    sender = sender_by(store, sms)
    for number, person in itertools.product(range(5), range(8)):
        queue(store, f"{number}", to=f"+4477009{person:05}")
    at_once(6, lambda _: send_all(sender))
    send_all(sender)
    assert len(sms.sent) == len({outgoing.id for outgoing in sms.sent}) == 40
    for person in range(8):
        said = [outgoing.words for outgoing in sms.sent if outgoing.to == f"+4477009{person:05}"]
        assert said == ["0", "1", "2", "3", "4"]


def test_a_temporary_failure_is_tried_again_with_growing_waits_and_then_given_up(
    store: Store, sender: Sender, sms: RecordingChannel, clock: SetClock
) -> None:
    row = queue(store)
    sms.fail("temporary", times=100, reason="503")
    for number, wait in enumerate(WAITS, start=1):
        send_all(sender)
        assert state(store, row) == ("queued", number, "503")
        clock.move(timedelta(seconds=wait) - SECOND)
        send_all(sender)
        assert len(sms.attempts) == number, "it was tried again too soon"
        clock.move(SECOND)
    send_all(sender)
    assert state(store, row) == ("failed", MOST_ATTEMPTS, "503")
    clock.move(timedelta(days=1))
    send_all(sender)
    assert len(sms.attempts) == MOST_ATTEMPTS
    assert open_cases(store) == [], "small talk that is lost needs nobody's phone call"


def test_while_one_text_waits_to_be_tried_again_the_next_to_the_same_person_waits_too(
    store: Store, sender: Sender, sms: RecordingChannel, clock: SetClock
) -> None:
    queue(store, "first")
    queue(store, "second")
    queue(store, "to somebody else", to="+447700900002")
    sms.fail("temporary")
    send_all(sender)
    assert [outgoing.words for outgoing in sms.sent] == ["to somebody else"]
    clock.move(timedelta(seconds=WAITS[0]))
    send_all(sender)
    assert [outgoing.words for outgoing in sms.sent] == ["to somebody else", "first", "second"]


@pytest.mark.parametrize(("kind", "becomes"), [("permanent", "failed"), ("unknown", "unknown")])
def test_what_will_never_arrive_and_what_may_have_arrived_are_never_sent_again(
    kind: Literal["permanent", "unknown"],
    becomes: str,
    store: Store,
    sender: Sender,
    sms: RecordingChannel,
    clock: SetClock,
) -> None:
    row = queue(store, "first")
    queue(store, "second")
    sms.fail(kind, reason="21610")
    send_all(sender)
    clock.move(timedelta(days=1))
    send_all(sender)
    sender.give_up_lost()
    send_all(sender)
    assert state(store, row) == (becomes, 1, "21610")
    assert [outgoing.words for outgoing in sms.attempts] == ["first", "second"]


@pytest.mark.parametrize("purpose", get_args(Purpose))
@pytest.mark.parametrize("kind", ["permanent", "unknown"])
def test_when_words_about_safety_are_not_delivered_a_person_is_told_to_phone(
    kind: Literal["permanent", "unknown"], purpose: Purpose, store: Store, sender: Sender, sms: RecordingChannel
) -> None:
    queue(store, purpose=purpose)
    sms.fail(kind)
    send_all(sender)
    urgent = purpose in {"safety", "handoff"}
    assert open_cases(store) == ([("now", "could_not_deliver")] if urgent else [])
    if urgent:
        with store.read() as unit:
            told = unit.connection.execute(select(case_history.c.what)).scalars().all()
            assert unit.connection.execute(select(escalation.c.case_id)).all()
        assert "could_not_deliver: phone them" in told


class _Broken(RecordingChannel):
    """A channel with a bug in it."""

    def send(self, outgoing: Outgoing) -> Receipt:
        self.attempts.append(outgoing)
        raise ZeroDivisionError(outgoing.words)


def test_a_bug_in_a_channel_is_an_unknown_outcome_and_never_shows_the_words(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken = _Broken("sms")
    sender = sender_by(store, broken)
    row = queue(store, "zorblequax", purpose="safety")
    send_all(sender)
    assert state(store, row) == ("unknown", 1, "ZeroDivisionError")
    assert len(open_cases(store)) == 1
    assert "zorblequax" not in caplog.text
    assert "send.bug" in caplog.text


@pytest.mark.parametrize(("purpose", "told"), [("safety", 1), ("handoff", 1), ("dialogue", 0)])
def test_a_sender_that_died_while_sending_leaves_an_unknown_outcome_and_for_safety_a_case(
    purpose: Purpose, told: int, store: Store, sender: Sender, sms: RecordingChannel, clock: SetClock
) -> None:
    row = queue(store, "first", purpose=purpose)
    queue(store, "second")
    with store.write() as unit:
        assert outbox.claim_next(unit, "the one that dies", ("sms",)) is not None
    clock.move(LEASE)
    assert sender.give_up_lost() == 0
    assert not sender.send_next("test"), "the next text overtook one that may be on its way"
    clock.move(SECOND)
    assert sum(at_once(4, lambda _: sender.give_up_lost())) == 1
    assert state(store, row)[0] == "unknown"
    assert open_cases(store) == [("now", "could_not_deliver")] * told
    send_all(sender)
    assert [outgoing.words for outgoing in sms.sent if outgoing.to == PERSON] == ["second"]


def test_a_sender_that_was_thought_dead_cannot_take_its_row_back(store: Store, sender: Sender, clock: SetClock) -> None:
    row = queue(store)
    with store.write() as unit:
        slow = outbox.claim_next(unit, "slow", ("sms",))
    assert slow is not None
    clock.move(LEASE + SECOND)
    sender.give_up_lost()
    with store.write() as unit:
        assert not outbox.settle(unit, slow, "sent", provider_id="SM1", failure=None)
        assert not outbox.put_back(unit, slow, "503", SECOND)
    assert state(store, row)[0] == "unknown"


@pytest.mark.parametrize("reports", list(itertools.permutations(get_args(Report))))
def test_reports_that_come_late_or_out_of_order_never_take_a_text_back(
    reports: tuple[Report, ...], store: Store, sender: Sender, sms: RecordingChannel
) -> None:
    row = queue(store)
    send_all(sender)
    place = FORWARD[state(store, row)[0]]
    for report in (*reports, *reports):
        assert sender.receipt("sms", "recorded-1", report, None)
        assert FORWARD[state(store, row)[0]] >= place
        place = FORWARD[state(store, row)[0]]
    first_end = next(report for report in reports if report != "sent")
    assert state(store, row)[0] == first_end
    send_all(sender)
    assert len(sms.attempts) == 1


def test_a_report_about_a_text_we_never_sent_is_none_of_ours(store: Store, sender: Sender) -> None:
    queue(store)
    send_all(sender)
    assert not sender.receipt("sms", "somebody else's", "delivered", None)
    assert not sender.receipt("whatsapp", "recorded-1", "delivered", None)


def test_a_report_with_a_long_reason_is_kept_short(store: Store, sender: Sender) -> None:
    row = queue(store)
    send_all(sender)
    assert sender.receipt("sms", "recorded-1", "failed", "x" * 500)
    assert state(store, row) == ("failed", 1, "x" * 200)


def test_a_text_about_safety_that_the_carrier_gives_back_later_becomes_a_case_once(
    store: Store, sender: Sender
) -> None:
    queue(store, purpose="safety")
    send_all(sender)
    for _ in range(3):
        sender.receipt("sms", "recorded-1", "failed", "30003")
    assert open_cases(store) == [("now", "could_not_deliver")]
    with store.read() as unit:
        told = unit.connection.execute(select(case_history.c.what)).scalars().all()
    assert told.count("could_not_deliver: phone them") == 1


class _QuickReport(RecordingChannel):
    """A provider whose report is back before its answer; then the answer is lost."""

    def __init__(self, store: Store) -> None:
        super().__init__("sms")
        self._store = store

    def send(self, outgoing: Outgoing) -> Receipt:
        with self._store.write() as unit:
            outbox.name_row(unit, outgoing.id, "sms", "SM1")
            outbox.record_receipt(unit, "sms", "SM1", "delivered", None)
        raise TimeoutError


def test_a_report_that_is_quicker_than_the_answer_is_believed_and_nobody_is_alarmed(store: Store) -> None:
    row = queue(store, purpose="safety")
    send_all(sender_by(store, _QuickReport(store)))
    assert state(store, row)[0] == "delivered"
    assert open_cases(store) == []


def test_a_case_that_a_turn_opens_at_the_same_moment_is_joined(
    store: Store, sender: Sender, sms: RecordingChannel
) -> None:
    row = queue(store, purpose="safety")
    sms.fail("permanent", reason="21610")
    sending = threading.Thread(target=send_all, args=(sender,))
    with store.read() as unit:
        held = unit.connection.execute(select(conversation_table.c.id)).scalar_one()
    if store.engine.dialect.name == "postgresql":
        with store.write() as unit:
            conversations.by_id(unit, held)
            sending.start()
            sending.join(0.3)
            cases.open_or_join(unit, held, "now", "screening")
    else:
        with store.write() as unit:
            cases.open_or_join(unit, held, "now", "screening")
        sending.start()
    sending.join()
    assert state(store, row) == ("failed", 1, "21610")
    assert open_cases(store) == [("now", "screening")]


def test_a_row_of_a_channel_that_is_not_set_up_waits_for_it(store: Store) -> None:
    row = queue(store)
    send_all(sender_by(store, RecordingChannel("web")))
    assert state(store, row)[0] == "queued"
    send_all(sender_by(store, RecordingChannel("sms")))
    assert state(store, row)[0] == "sent"


def test_what_is_queued_for_somebody_who_says_stop_is_not_sent_and_the_confirmation_is(
    store: Store, sender: Sender, sms: RecordingChannel, clock: SetClock
) -> None:
    waiting = queue(store, "a reminder")
    sms.fail("temporary")
    send_all(sender)
    queue(store, "You will get no more texts.", purpose="stop")
    other = queue(store, "to somebody else", to="+447700900002")
    with store.write() as unit:
        outbox.call_off(unit, _held(unit, PERSON).address.id)
    clock.move(timedelta(hours=1))
    send_all(sender)
    assert state(store, waiting) == ("called_off", 1, "they asked for no more texts")
    assert state(store, other)[0] == "sent"
    assert {outgoing.words for outgoing in sms.sent} == {"You will get no more texts.", "to somebody else"}


def test_the_table_of_states_covers_every_state_a_row_can_have(store: Store) -> None:
    row = queue(store)
    with store.read() as unit:
        kept = unit.connection.execute(select(rows.c.state).where(rows.c.id == row)).scalar_one()
    assert kept in FORWARD
    assert FORWARD["queued"] < FORWARD["sending"] < FORWARD["unknown"] < FORWARD["sent"] < FORWARD["delivered"]
