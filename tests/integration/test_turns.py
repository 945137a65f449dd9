"""Whole turns on the real database: what goes wrong goes wrong safely, and nothing is lost or done twice."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import get_args

import pytest
from sqlalchemy import select

from bot import turn
from bot.clock import SystemClock
from bot.nlu import NoNlu
from bot.store import inbox
from bot.store.inbox import LEASE, MOST_ATTEMPTS
from bot.store.tables import conversation, message
from bot.store.tables import inbox as inbox_rows
from dialogue.inputs import MediaKind, Understanding
from dialogue.safety import Screening
from handoff.ports import Refused
from tests.support.house import DANGER, House, flagged_without_a_case, house_at
from tests.support.stores import at_once, how_many

Faulty = Callable[[str, Sequence[str]], Screening]


@pytest.fixture
def house(tables_url: str) -> Iterator[House]:
    with house_at(tables_url) as opened:
        yield opened


class Detector:
    """A detector that does as a test says."""

    version = "test-1"
    problem = ""

    def __init__(self, does: Faulty) -> None:
        self._does = does

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        return self._does(text, previous)


def quiet(_text: str, _previous: Sequence[str]) -> Screening:
    return Screening(route="none", reasons=(), version="test-1")


def heard(house: House) -> list[str]:
    """Every line of the person, in the order it was kept."""
    with house.service.store.read() as unit:
        rows = unit.connection.execute(select(message).where(message.c.author == "person").order_by(message.c.seq))
        return [unit.open("message", "sealed_words", row["id"], row["sealed_words"]) for row in rows.mappings()]


# --- the same text, two texts, many texts


def test_the_same_webhook_twice_is_one_turn(house: House) -> None:
    provider_id = house.post("hello")
    house.post("hello", again=provider_id)
    house.service.run_until_quiet()
    said = house.said_to()
    house.post("hello", again=provider_id)
    house.service.run_until_quiet()
    assert said
    assert heard(house) == ["hello"]
    assert house.said_to() == []


def test_two_posts_at_once_are_two_turns_one_after_the_other(house: House) -> None:
    house.says("hello")
    at_once(2, lambda number: house.post(f"thought {number}"))
    at_once(4, lambda number: _work(house, f"worker{number}"))
    assert sorted(heard(house)) == ["hello", "thought 0", "thought 1"]
    with house.service.store.read() as unit:
        order = unit.connection.execute(select(inbox_rows.c.id).order_by(inbox_rows.c.seq)).scalars().all()
        kept = unit.connection.execute(
            select(message.c.id).where(message.c.author == "person").order_by(message.c.seq)
        ).scalars()
        assert list(kept) == order


def _work(house: House, owner: str) -> None:
    while turn.take_next(house.service.parts, owner) or _waiting(house):
        pass


def _waiting(house: House) -> int:
    with house.service.store.read() as unit:
        return inbox.waiting(unit)


def test_the_first_two_texts_of_somebody_new_at_once_are_one_conversation(house: House) -> None:
    at_once(2, lambda number: house.post(f"thought {number}"))
    at_once(4, lambda number: _work(house, f"worker{number}"))
    with house.service.store.read() as unit:
        assert how_many(unit, "person") == how_many(unit, "address") == how_many(unit, "conversation") == 1
    assert len(heard(house)) == 2


def test_many_people_at_once_each_have_their_own_conversation_in_order(house: House) -> None:
    everybody = [f"+4477009{number:05}" for number in range(6)]
    for words in ("hello", "not so good", "no"):
        for person in everybody:
            house.post(words, person)
    at_once(4, lambda number: _work(house, f"worker{number}"))
    house.service.run_until_quiet()
    said = {person: [out.words for out in house.sms.sent if out.to == person] for person in everybody}
    assert len({tuple(lines) for lines in said.values()}) == 1
    assert len(said[everybody[0]]) >= 3


# --- every sort of text


TEXTS = {
    "10,000 characters": "x" * 10_000,
    "2,000 words": "word " * 2_000,
    "an emoji": "🙂",
    "joined emoji": "🧑‍🤝‍🧑🏳️‍🌈" * 50,
    "a NUL": "a\x00b",
    "half an emoji": "half \ud83d",
    "direction marks": "\u202eright to left\u202c",
    "arabic": "أشعر بالحزن الشديد",
    "chinese": "我今天很难过",
    "greek": "Χάθηκα",
    "placeholders": "{answer:more} {emergency} {{x}} %s",
    "markup": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE message; --",
    "nothing": "",
    "white space": "   \n\t ",
    "a dot": ".",
    "a number": "1",
}


@pytest.mark.slow
def test_no_text_makes_a_turn_fail_and_every_text_is_kept(
    house: House, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    for number, (name, words) in enumerate(TEXTS.items()):
        sender = f"+4477009{number:05}"
        for place in ("as the first text", "as the second"):
            with subtests.test(name, place=place):
                assert house.says(words, sender), "somebody wrote and heard nothing"
                assert heard(house)[-1] == words.replace("\x00", "").replace("\ud83d", "\ufffd")
    assert "turn.failed" not in caplog.text
    with house.service.store.read() as unit:
        assert flagged_without_a_case(unit) == 0


def test_what_is_no_text_is_acknowledged_and_a_person_looks_today(house: House, subtests: pytest.Subtests) -> None:
    for number, kind in enumerate(get_args(MediaKind)):
        with subtests.test(kind):
            sender = f"+4477009{number:05}"
            assert house.says("", sender, media=[kind])
            newest = max(house.cases(), key=lambda card: card.case.number)
            assert newest.case.by == "today"
            thread = house.service.desk.case_file(newest.case.number).thread
            assert (kind,) in [line.media for line in thread]


# --- what fails


def test_when_deciding_fails_each_time_a_person_looks_now_and_the_words_are_kept(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house.says("hello")
    tries: list[object] = []

    def fail(*given: object) -> None:
        tries.append(given)
        raise ZeroDivisionError("zorblequax")

    monkeypatch.setattr("bot.turn.engine.resume", fail)
    house.says("zorblequax is what i said")
    assert house.cases() == []
    for _ in range(MOST_ATTEMPTS):
        house.later(seconds=10)
    assert len(tries) == MOST_ATTEMPTS
    assert house.only_case().case.by == "now"
    assert house.only_case().case.because == "unscreened"
    (holding,) = house.said_to()
    assert "A person from the team is being told right now" in holding
    assert heard(house) == ["hello", "zorblequax is what i said"]
    assert house.file().thread[-2].highlights
    assert [out.words for out in house.desk.sent]
    assert "zorblequax" not in caplog.text
    monkeypatch.undo()
    assert house.says("are you there"), "after that the conversation goes on"


def test_when_even_the_first_turn_fails_each_time_the_person_hears_who_this_is_and_a_practitioner_can_take_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.turn.engine.begin", fail)
    house.says("hello")
    for _ in range(MOST_ATTEMPTS):
        house.later(seconds=10)
    said = "\n".join(house.said_to())
    assert "automated" in said
    assert "A person from the team is being told right now" in said
    monkeypatch.undo()
    number, sam = house.only_case().case.number, house.practitioner()
    house.service.desk.claim(number, sam)
    house.service.run_until_quiet()
    assert "Sam" in house.said_to()[0]
    assert house.says("hello?") == [], "a practitioner holds the conversation and the bot spoke"
    house.service.desk.close(number, sam, "I will ring you tomorrow at ten")
    house.service.run_until_quiet()
    assert "I will ring you tomorrow at ten" in "".join(house.said_to())
    assert house.says("thank you")


def test_while_a_practitioner_holds_the_conversation_a_failing_turn_says_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.says(DANGER)
    house.service.desk.claim(house.only_case().case.number, house.practitioner())
    house.service.run_until_quiet()
    house.said_to()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.turn.engine.resume", fail)
    house.post("ok")
    for _ in range(MOST_ATTEMPTS + 1):
        house.later(seconds=10)
    assert heard(house) == [DANGER, "ok"]
    assert house.said_to() == []


def test_a_text_that_kills_every_worker_that_takes_it_up_is_given_to_a_person(house: House) -> None:
    house.post("hello")
    for number in range(MOST_ATTEMPTS):
        with house.service.store.write() as unit:
            assert inbox.claim_next(unit, f"worker{number}") is not None
        house.clock.move(LEASE * 1.1)
    house.service.run_until_quiet()
    assert house.only_case().case.by == "now"
    assert heard(house) == ["hello"]


def test_a_session_that_cannot_be_read_does_not_keep_a_text_from_a_person(house: House) -> None:
    house.says("hello")
    with house.service.store.write() as unit:
        unit.connection.execute(conversation.update().values(sealed_session=b"\x02k1" + b"x" * 60))
    house.post("i am not well")
    for _ in range(MOST_ATTEMPTS + 1):
        house.later(seconds=10)
    assert house.only_case().case.by == "now"
    assert heard(house) == ["hello", "i am not well"]


def test_a_timer_whose_turn_fails_each_time_is_seen_by_a_person(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.says("hello")

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.turn.engine.resume", fail)
    house.later(days=3)
    for _ in range(MOST_ATTEMPTS + 1):
        house.later(seconds=10)
    assert (house.only_case().case.by, house.only_case().case.because) == ("today", "flow")


def _raise(_text: str, _previous: Sequence[str]) -> Screening:
    raise ZeroDivisionError("zorblequax")


def _nonsense(_text: str, _previous: Sequence[str]) -> Screening:
    return None  # type: ignore[return-value]  # a detector with a bug


@pytest.mark.parametrize("does", [_raise, _nonsense])
def test_a_detector_that_fails_is_a_concern(does: Faulty, tables_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with house_at(tables_url, detector=Detector(does)) as house:
        said = house.says("lovely weather")
        for _ in range(MOST_ATTEMPTS):
            house.later(seconds=10)
        assert said or house.said_to()
        assert (house.only_case().case.by, house.only_case().case.because) == ("now", "unscreened")
        assert "zorblequax" not in caplog.text


def test_a_detector_that_hangs_is_a_concern_and_neither_the_next_text_nor_the_end_waits_for_it(tables_url: str) -> None:
    forever, seen = threading.Event(), []

    def hang_once(text: str, _previous: Sequence[str]) -> Screening:
        seen.append(text)
        if len(seen) == 1:
            forever.wait()
        return quiet(text, ())

    with house_at(tables_url, detector=Detector(hang_once), deadline_ms=300) as house:
        house.says("lovely weather")
        assert (house.only_case().case.by, house.only_case().case.because) == ("now", "unscreened")
        assert house.service.screener.failures == 1
        house.says("still lovely")
        assert seen == ["lovely weather", "still lovely"]
        assert house.service.screener.failures == 1
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "screening")
    forever.set()


def test_many_texts_whose_screening_hangs_at_once_are_all_concerns(tables_url: str) -> None:
    forever = threading.Event()

    def hang(_text: str, _previous: Sequence[str]) -> Screening:
        forever.wait()
        raise AssertionError

    with house_at(tables_url, detector=Detector(hang), deadline_ms=300) as house:
        for number in range(4):
            house.post("lovely weather", f"+4477009{number:05}")
        at_once(4, lambda number: _work(house, f"worker{number}"))
        assert [card.case.by for card in house.cases()] == ["now"] * 4
        assert house.service.screener.failures == 4
    forever.set()


def test_a_quiet_detector_does_not_silence_the_engines_own_screening(tables_url: str) -> None:
    with house_at(tables_url, detector=Detector(quiet)) as house:
        house.says("hello")
        house.says(DANGER)
        assert house.only_case().case.by == "now"


class _CountingNlu(NoNlu):
    """A language understanding that is down, and counts how often it was asked."""

    asked = 0

    def understand(self, text: str) -> Understanding | None:
        self.asked += 1
        return super().understand(text)


def test_without_understanding_the_conversation_goes_on_and_a_concern_never_waits_for_it(tables_url: str) -> None:
    nlu = _CountingNlu(SystemClock())
    with house_at(tables_url, nlu=nlu) as house:
        assert house.says("hello")
        asked = nlu.asked
        assert asked == 1
        assert house.says("not great really")
        assert nlu.asked == asked + 1
        house.says(DANGER)
        assert nlu.asked == asked + 1
        assert house.only_case().case.by == "now"


def test_a_sign_that_no_text_can_hold_is_left_out_of_what_a_practitioner_sends(house: House) -> None:
    house.says(DANGER)
    case, sam = house.only_case().case.number, house.practitioner()
    house.service.desk.claim(case, sam)
    house.service.desk.say(case, sam, "Are you\x00 safe?\n")
    house.service.run_until_quiet()
    assert house.said_to()[-1] == "Are you safe?"
    with pytest.raises(Refused, match="empty message"):
        house.service.desk.say(case, sam, "\x00 ")
