from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.inputs import Slot
from handoff.booking.choose import choose

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONDON = "Europe/London"


def _slot(name: str, day: int, hour: int, minute: int = 0, month: int = 12) -> Slot:
    starts = datetime(2026, month, day, hour, minute, tzinfo=UTC)
    return Slot(
        id=name, starts_at=starts, ends_at=starts + timedelta(hours=1), mode="phone", place="a call", with_whom="Sam"
    )


# Tuesday 8, Wednesday 9 and Friday 11 December.
OFFERED = (_slot("tue", 8, 10), _slot("wed", 9, 14), _slot("fri", 11, 17))

CHOSEN = {
    0: [
        "1", " 1 ", "1.", "1)", "(1)", "#1", "1!", "one", "One please", "number one", "option 1",
        "the first", "the first one", "1st one pls", "1st", "first please", "yes 1 please", "ok 1", "1 thanks x",
        "1\ufe0f\u20e3", "\uff11", "1 \U0001f44d", "1 \U0001f44d\U0001f3fd", "tuesday", "Tues", "tues please",
        "on tuesday", "the tuesday one", "tue", "slot 1 works for me", "any", "any of them", "anytime", "you pick",
        "You choose", "I don't mind", "I don\u2019t mind", "whichever", "soonest", "the earliest one", "asap",
        "can i have the first one please?", "Hi, number 1 please. Thanks!", "any is fine", "all good",
    ],
    1: ["2", "2nd one pls", "the second", "number two", "two please", "I'll take 2", "id like the 2nd one", "weds",
        "wednesday please", "Wednesday is good", "go for 2", "2 is fine", "option two", "wed"],
    2: ["3", "three", "third", "3rd one", "the last one", "last", "number three", "friday", "fri pls", "last of those"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "index"), [(text, index) for index, texts in CHOSEN.items() for text in texts])
def test_a_clear_pick_is_taken(text: str, index: int) -> None:
    choice = choose(text, OFFERED, NOW, LONDON)
    assert (choice.outcome, choice.index) == ("chosen", index)


@pytest.mark.parametrize(
    "text",
    [
        "none", "None of these", "none of those", "none of them work", "no none of them suit me", "neither",
        "sorry none of those work for me", "i can't do any of those", "i cant make any of them sorry",
    ],
)  # fmt: skip
def test_all_refused(text: str) -> None:
    choice = choose(text, OFFERED, NOW, LONDON)
    assert (choice.outcome, choice.index) == ("none", None)


@pytest.mark.parametrize(
    "text",
    [
        # Nothing to go by, or about something else.
        "", "   ", "?", "\U0001f44d", "yes", "no", "ok", "hello", "i want to die", "who is sam", "can my mum come",
        # Not offered.
        "0", "4", "-4", "10", "99", "monday", "fourth one",
        # More than one.
        "1 or 2", "1, 2", "1 and 3", "1-2", "1/2", "1.5", "first or second", "tuesday or friday", "12",
        # Not a choice, or the contrary of one.
        "not 1", "anything but 1", "not the first", "not tuesday", "any but weds", "2 \U0001f44e", "1?", "is 1 free?",
        "none?", "the last time i went it was awful", "my first time", "1st of never", "second thoughts", "+1",
        "none of those but i could do thursday",
        # A time of day or a date, which a later grammar reads.
        "1pm", "at 2", "after 3", "half 2 tomorrow", "8/12", "the 9th", "tues pm", "next tuesday", "a week on monday",
        # Any appointment at all, not the first of the list.
        "i'd like one", "yes one", "can i have one", "the one",
    ],
)  # fmt: skip
def test_everything_else_is_asked_again(text: str) -> None:
    assert choose(text, OFFERED, NOW, LONDON).outcome == "ask"


@pytest.mark.parametrize(("pressed", "index"), [("tue", 0), ("wed", 1), ("fri", 2)])
def test_a_button_sends_the_slots_id(pressed: str, index: int) -> None:
    assert choose(pressed, OFFERED, NOW, LONDON).index == index


def test_a_day_that_two_slots_share_is_asked_again() -> None:
    offered = (_slot("a", 8, 10), _slot("b", 8, 14), _slot("c", 9, 10))
    assert choose("tuesday", offered, NOW, LONDON).outcome == "ask"
    assert choose("wednesday", offered, NOW, LONDON).index == 2


def test_the_day_is_the_teams_day() -> None:
    # Half past eleven in the evening UTC on a Tuesday in June is Wednesday in London.
    offered = (_slot("a", 16, 23, 30, month=6),)
    assert choose("weds", offered, datetime(2026, 6, 1, tzinfo=UTC), LONDON).index == 0
    assert choose("tues", offered, datetime(2026, 6, 1, tzinfo=UTC), LONDON).outcome == "ask"


def test_a_place_in_the_list_that_could_be_a_date_is_asked_again() -> None:
    offered = (_slot("a", 1, 10), _slot("b", 4, 10), _slot("c", 2, 10))
    assert choose("the 2nd", offered, NOW, LONDON).outcome == "ask"
    assert choose("the 2nd one", offered, NOW, LONDON).index == 1
    assert choose("the 1st", offered, NOW, LONDON).index == 0


def test_the_choice_left_to_us_is_the_soonest() -> None:
    assert choose("you pick", tuple(reversed(OFFERED)), NOW, LONDON).index == 2


def test_the_last_of_two_is_the_second_and_there_is_no_third() -> None:
    assert choose("last one", OFFERED[:2], NOW, LONDON).index == 1
    assert choose("third", OFFERED[:2], NOW, LONDON).outcome == "ask"


def test_a_slot_that_has_begun_is_not_chosen() -> None:
    assert choose("1", OFFERED, OFFERED[0].starts_at, LONDON).outcome == "ask"


@pytest.mark.parametrize("text", ["1", "any", "last", "tuesday"])
def test_with_nothing_offered_nothing_is_chosen(text: str) -> None:
    assert choose(text, (), NOW, LONDON).outcome == "ask"


_fragments = st.sampled_from(
    ["1", "2", "3", "one", "first", "2nd", "the", "please", "ok", "yes", "tues", "last", "not", "or", "4", "pm", "any"]
)


@given(st.one_of(st.text(max_size=200), st.lists(_fragments, max_size=8).map(" ".join)))
def test_whatever_is_written_a_chosen_slot_was_offered(text: str) -> None:
    choice = choose(text, OFFERED, NOW, LONDON)
    assert (choice.index is not None) == (choice.outcome == "chosen")
    assert choice.index is None or 0 <= choice.index < len(OFFERED)


@given(st.sampled_from(["not", "or", "never", "cant do", "no way"]), st.sampled_from(["1", "the 2nd one", "tuesday"]))
def test_a_refusal_before_a_pick_is_no_pick(refusal: str, pick: str) -> None:
    assert choose(f"{refusal} {pick}", OFFERED, NOW, LONDON).outcome == "ask"
