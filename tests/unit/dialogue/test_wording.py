from datetime import UTC, datetime, timedelta

import pytest

from dialogue.events import Choice
from dialogue.inputs import Duty, Slot, Team
from dialogue.wording import (
    UnknownPlaceholderError,
    by_day,
    clock_words,
    fill,
    in_pieces,
    is_gsm,
    normalise_gsm,
    reads_when,
    render,
    segments,
    slot_words,
)

TEAM = Team(name="the Willow team", service="First Contact")
NOW = datetime(2026, 11, 24, 21, 40, tzinfo=UTC)


def test_a_placeholder_is_filled_once_and_its_value_is_left_alone() -> None:
    assert fill("{a} and {b}", {"a": "{b}", "b": "two"}.__getitem__) == "{b} and two"


def test_an_unknown_placeholder_is_an_error() -> None:
    with pytest.raises(UnknownPlaceholderError, match="nobody"):
        fill("{nobody}", lambda _: None)


@pytest.mark.parametrize(
    ("duty", "says"),
    [
        (Duty(on_duty=True, reads_at=None), "today"),
        (Duty(on_duty=False, reads_at=NOW + timedelta(hours=1)), "from 10.40pm today"),
        (Duty(on_duty=False, reads_at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC)), "from 9am tomorrow (Wednesday)"),
        (Duty(on_duty=False, reads_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC)), "from 9am on Monday"),
        (Duty(on_duty=False, reads_at=datetime(2026, 12, 7, 13, 30, tzinfo=UTC)), "from 1.30pm on Monday 7 December"),
        (Duty(on_duty=False, reads_at=None), "when somebody is next in, and I cannot tell you when that is"),
        (
            Duty(on_duty=False, reads_at=NOW - timedelta(hours=1)),
            "when somebody is next in, and I cannot tell you when that is",
        ),
    ],
)
def test_when_somebody_reads_is_true_to_the_rota(duty: Duty, says: str) -> None:
    assert reads_when(duty, NOW, TEAM) == says


def test_tomorrow_is_counted_in_the_teams_own_time_across_a_clock_change() -> None:
    saturday = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    assert (
        reads_when(Duty(on_duty=False, reads_at=datetime(2027, 3, 28, 8, 0, tzinfo=UTC)), saturday, TEAM)
        == "from 9am tomorrow (Sunday)"
    )
    summer_night = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight on the 2nd in London
    assert (
        reads_when(Duty(on_duty=False, reads_at=datetime(2027, 6, 2, 8, 0, tzinfo=UTC)), summer_night, TEAM)
        == "from 9am today"
    )


@pytest.mark.parametrize(
    ("mode", "place", "who", "says"),
    [
        (
            "in_person",
            "the Willow Centre",
            "Asha and Tom",
            "Tuesday 8 December at 2pm, in person at the Willow Centre, with Asha and Tom",
        ),
        ("phone", "", "Asha", "Tuesday 8 December at 2pm, by phone, with Asha"),
        ("video", "", "", "Tuesday 8 December at 2pm, by video call"),
        ("in_person", "St Mary\u2019s", "", "Tuesday 8 December at 2pm, in person at St Mary's"),
    ],
)
def test_a_slot_in_plain_words(mode: str, place: str, who: str, says: str) -> None:
    starts = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)
    slot = Slot.model_validate(
        {
            "id": "1",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=1),
            "mode": mode,
            "place": place,
            "with_whom": who,
        }
    )
    assert slot_words(slot, TEAM) == says


def test_a_summer_slot_is_told_in_summer_time() -> None:
    starts = datetime(2027, 6, 8, 14, 0, tzinfo=UTC)
    slot = Slot(id="1", starts_at=starts, ends_at=starts, mode="phone", place="", with_whom="")
    assert slot_words(slot, TEAM) == "Tuesday 8 June at 3pm, by phone"


@pytest.mark.parametrize(
    ("hour", "minute", "says"),
    [(0, 0, "midnight"), (12, 0, "12 noon"), (12, 15, "12.15pm"), (0, 5, "12.05am"), (9, 30, "9.30am")],
)
def test_the_time_of_day_as_people_say_it(hour: int, minute: int, says: str) -> None:
    assert clock_words(NOW.replace(hour=hour, minute=minute)) == says


@pytest.mark.parametrize(
    ("moment", "becomes"),
    [
        (datetime(2026, 11, 24, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 20, 0, tzinfo=UTC), datetime(2026, 11, 25, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 3, 12, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        (datetime(2027, 3, 27, 22, 0, tzinfo=UTC), datetime(2027, 3, 28, 8, 0, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken(moment: datetime, becomes: datetime) -> None:
    assert by_day(moment, TEAM) == becomes


def test_choices_are_numbered_where_there_are_no_buttons() -> None:
    choices = (Choice(id="a", label="Red"), Choice(id="b", label="Blue"))
    assert render("Which?", choices, buttons=False) == "Which?\n1 Red\n2 Blue"
    assert render("Which?", choices, buttons=True) == "Which?"


def test_typographic_characters_become_plain_and_others_stay() -> None:
    assert (
        normalise_gsm("\u2018It\u2019s\u2019 \u2013 \u201cfine\u201d\u2026\u00a0\u200bok") == "'It's' - \"fine\"... ok"
    )
    assert normalise_gsm("\u017b\u00f3\u0142w \U0001f62d") == "\u017b\u00f3\u0142w \U0001f62d"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("\u20ac" * 80, 1),
        ("\u20ac" * 81, 2),
        ("\u2019" * 70, 1),
        ("\u2019" * 71, 2),
    ],
)
def test_segments_are_counted_as_the_networks_count_them(text: str, number: int) -> None:
    assert segments(text) == number


def test_gsm_is_told_from_other_characters() -> None:
    assert is_gsm("Fiona's \u00a35, \u00e9t\u00e9")
    assert not is_gsm("\u2019")


def test_pieces_lose_nothing() -> None:
    assert in_pieces("one two three", 7) == ("one two", "three")
    assert in_pieces("", 5) == ("",)
    assert in_pieces("abcdefghij", 4) == ("abcd", "efgh", "ij")
