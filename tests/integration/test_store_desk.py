"""The desk's port on the real database: a practitioner takes over, talks, and gives back or closes."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from bot.store.inbox import LEASE
from bot.store.tables import conversation, outbox
from handoff.case import CaseState
from handoff.ports import Refused
from tests.support.house import DANGER, PERSON, House, flagged_without_a_case, house_at
from tests.support.stores import at_once, how_many


@pytest.fixture
def house(tables_url: str) -> Iterator[House]:
    with house_at(tables_url) as opened:
        yield opened


@pytest.fixture
def taken(house: House) -> House:
    """Somebody wrote of danger, and Sam has taken the conversation over."""
    house.says(DANGER)
    house.service.desk.claim(house.only_case().case.number, house.practitioner())
    house.service.run_until_quiet()
    house.said_to()
    return house


def test_taking_over_silences_the_bot_in_the_same_commit_and_tells_the_person_who_has_come(house: House) -> None:
    house.says(DANGER)
    house.service.desk.claim(house.only_case().case.number, house.practitioner())
    with house.service.store.read() as unit:
        assert unit.connection.execute(select(conversation.c.phase)).scalar_one() == "with_practitioner"
        assert how_many(unit, "escalation") == 0
    house.service.run_until_quiet()
    (arrival,) = house.said_to()
    assert "Sam" in arrival
    assert house.says("thank god") == []
    assert house.says("and another thing") == []
    house.later(days=1)
    assert house.said_to() == []


def test_a_page_that_has_not_gone_out_yet_is_called_off_once_somebody_has_come(house: House) -> None:
    house.sms.fail("temporary", times=9)
    house.says(DANGER)
    house.service.desk.claim(house.only_case().case.number, house.practitioner())
    with house.service.store.read() as unit:
        of_alerts = select(outbox.c.state).where(outbox.c.account_id.is_not(None), outbox.c.channel == "sms")
        assert set(unit.connection.execute(of_alerts).scalars()) == {"called_off"}


def test_words_go_in_both_directions_and_the_first_ones_are_noted(taken: House) -> None:
    number, sam = taken.only_case().case.number, taken.practitioner()
    assert taken.only_case().case.first_words_at is None
    taken.clock.move(LEASE)
    taken.service.desk.say(number, sam, "  Hello, this is Sam. Where are you now?  ")
    taken.service.run_until_quiet()
    assert taken.said_to() == ["Hello, this is Sam. Where are you now?"]
    first = taken.only_case().case.first_words_at
    assert first == taken.clock.now()
    taken.says("at home")
    taken.clock.move(LEASE)
    taken.service.desk.say(number, sam, "Good.")
    assert taken.only_case().case.first_words_at == first
    lines = [(line.author, line.words) for line in taken.file().thread[-3:]]
    assert lines == [("Sam", "Hello, this is Sam. Where are you now?"), ("person", "at home"), ("Sam", "Good.")]


def test_a_new_concern_while_sam_is_there_is_flagged_without_a_word_of_the_bot(taken: House) -> None:
    assert taken.says("i have taken all my tablets") == []
    assert taken.only_case().case.state is CaseState.CLAIMED
    assert taken.file().thread[-1].highlights
    with taken.service.store.read() as unit:
        assert flagged_without_a_case(unit) == 0


def test_closing_sends_the_next_step_and_the_bot_is_there_again(taken: House) -> None:
    number, sam = taken.only_case().case.number, taken.practitioner()
    with pytest.raises(Refused, match="next step"):
        taken.service.desk.close(number, sam, "  ")
    taken.service.desk.close(number, sam, "a call tomorrow at ten")
    taken.service.run_until_quiet()
    assert "a call tomorrow at ten" in "".join(taken.said_to())
    assert taken.cases() == []
    assert [card.case.number for card in taken.service.desk.queue(closed=True)] == [number]
    assert taken.says("thank you")
    with pytest.raises(Refused):
        taken.service.desk.say(number, sam, "one more thing")


def test_handing_back_says_the_bridge_goes_on_and_pages_again(taken: House) -> None:
    number, sam = taken.only_case().case.number, taken.practitioner()
    with pytest.raises(Refused, match="bridging sentence"):
        taken.service.desk.hand_back(number, sam, "")
    alerts = len(taken.desk.sent)
    taken.service.desk.hand_back(number, sam, "I have to go now. The assistant listens until a colleague comes.")
    taken.service.run_until_quiet()
    assert taken.said_to()[0] == "I have to go now. The assistant listens until a colleague comes."
    assert taken.only_case().case.state is CaseState.OPEN
    assert taken.only_case().claimed_by_name is None
    assert len(taken.desk.sent) > alerts
    assert taken.says("ok")


def test_nobody_but_the_owner_can_do_anything_with_the_case(taken: House) -> None:
    number, alex, desk = taken.only_case().case.number, taken.practitioner("Alex"), taken.service.desk
    acts: tuple[Callable[[], None], ...] = (
        lambda: desk.claim(number, alex),
        lambda: desk.say(number, alex, "hello"),
        lambda: desk.hand_back(number, alex, "bye"),
        lambda: desk.close(number, alex, "a call"),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert f"Case {number} is" in str(refused.value)
    taken.service.run_until_quiet()
    assert taken.said_to() == []
    assert taken.only_case().claimed_by_name == "Sam Invented"


def test_before_it_is_claimed_nobody_can_write_from_a_case(house: House) -> None:
    house.says(DANGER)
    number, sam = house.only_case().case.number, house.practitioner()
    with pytest.raises(Refused, match="claim it first"):
        house.service.desk.say(number, sam, "hello")
    with pytest.raises(Refused, match="There is no case 999999"):
        house.service.desk.claim(999_999, sam)


def test_of_many_who_claim_one_case_one_has_it_and_the_others_are_told(house: House) -> None:
    house.says(DANGER)
    number = house.only_case().case.number
    who = [house.practitioner(name) for name in ("Sam", "Alex", "Priya")]

    def claim(one: int) -> str:
        try:
            house.service.desk.claim(number, who[one % 3])
        except Refused as refused:
            return str(refused)
        return ""

    said = at_once(12, claim)
    assert said.count("") == 1
    assert set(said) - {""} == {f"Case {number} is claimed: it cannot be claimed now."}
    house.service.run_until_quiet()
    assert sum("is here now" in words for words in house.said_to()) == 1


def test_somebody_who_said_stop_is_not_written_to_by_anybody(taken: House) -> None:
    number, sam = taken.only_case().case.number, taken.practitioner()
    assert taken.says("STOP") == []
    assert taken.only_case().stopped
    with pytest.raises(Refused, match="Please phone them"):
        taken.service.desk.say(number, sam, "hello?")
    taken.service.desk.close(number, sam, "a visit")
    taken.service.run_until_quiet()
    assert taken.said_to() == []


def test_stop_is_obeyed_and_confirmed_once_and_what_was_still_queued_is_not_sent(house: House) -> None:
    house.says("hello")
    house.sms.fail("temporary")
    assert house.says("not great") == []
    house.clock.move(LEASE)
    said = house.says("STOP")
    assert len(said) == 1
    assert "START" in said[0]
    house.later(days=3)
    assert house.said_to() == []
    assert house.says("hello?") == []
    assert house.says("START")


def test_stop_while_a_concern_is_open_is_seen_at_the_desk(house: House) -> None:
    house.says(DANGER)
    house.says("STOP")
    history = [line.what for line in house.file().history]
    assert "stopped_by_choice_phone_them" in history
    assert house.only_case().stopped
    assert PERSON not in str(history)
