from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channels.web.channel import MOST_CHARACTERS
from bot.channels.web.pace import Pace
from bot.channels.web.posts import NotTakenError, read_post
from bot.channels.web.views import time_shown, view_lines
from bot.store.thread import Line
from dialogue.events import Choice

ID = "0b1e5a5e-4d1c-4f0e-9d5a-1c2d3e4f5a6b"
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize("words", ["hi", "  two\n\nlines ", "💛", "لا أعرف", "x" * MOST_CHARACTERS])
def test_words_are_taken_as_they_are(words: str) -> None:
    assert read_post({"text_id": ID, "words": words}).words == words


def test_a_line_end_is_what_was_typed_not_what_the_form_makes_of_it() -> None:
    assert read_post({"text_id": ID, "words": "a\r\nb"}).words == "a\nb"


def test_half_a_character_pair_loses_no_other_letter() -> None:
    assert read_post({"text_id": ID, "words": "a \ud83d b"}).words == "a \ufffd b"


@pytest.mark.parametrize("words", ["", " ", "\n\n"])
def test_nothing_is_not_sent(words: str) -> None:
    with pytest.raises(NotTakenError) as caught:
        read_post({"text_id": ID, "words": words})
    assert (caught.value.status, caught.value.problem) == (400, "empty")


def test_too_much_is_given_back_whole() -> None:
    words = "x" * (MOST_CHARACTERS + 1)
    with pytest.raises(NotTakenError) as caught:
        read_post({"text_id": ID, "words": words})
    assert (caught.value.status, caught.value.problem, caught.value.words) == (413, "too_long", words)
    assert "20,000" in caught.value.message


@pytest.mark.parametrize("text_id", ["", "1", "../../etc", ID.upper(), ID + "\n"])
def test_a_text_without_an_id_of_its_own_is_given_back(text_id: str) -> None:
    with pytest.raises(NotTakenError) as caught:
        read_post({"text_id": text_id, "words": "hi"})
    assert (caught.value.problem, caught.value.words) == ("no_id", "hi")


def test_the_button_that_was_pressed_is_known_by_its_id() -> None:
    assert read_post({"text_id": ID, "words": "Yes please", "picked": "slot-1"}).picked == "slot-1"
    assert read_post({"text_id": ID, "words": "Yes please", "picked": "<b>"}).picked is None


def test_the_pace_lets_texts_through_up_to_its_limit_and_again_a_minute_after_the_first() -> None:
    pace = Pace()
    for second in range(3):
        assert pace.wait({"a": 3}, NOW + timedelta(seconds=second)) == timedelta(0)
    assert pace.wait({"a": 3}, NOW + timedelta(seconds=10)) == timedelta(seconds=50)
    assert pace.wait({"b": 3}, NOW + timedelta(seconds=10)) == timedelta(0)
    assert pace.wait({"a": 3}, NOW + timedelta(seconds=60)) == timedelta(0)


def test_the_longest_wait_counts_and_what_waits_is_not_counted() -> None:
    pace = Pace()
    pace.wait({"a": 5, "b": 1}, NOW)
    assert pace.wait({"a": 5, "b": 1}, NOW + timedelta(seconds=30)) == timedelta(seconds=30)
    for _ in range(4):
        assert pace.wait({"a": 5}, NOW + timedelta(seconds=31)) == timedelta(0)


def test_the_pace_forgets_who_has_gone() -> None:
    pace = Pace()
    for number in range(10_050):
        pace.wait({f"browser {number}": 30}, NOW + timedelta(seconds=number))
    assert len(pace._times) < 10_001


def line(author: str, words: str, **more: object) -> Line:
    given: dict[str, object] = {"seq": 1, "id": "1", "media": (), "at": NOW}
    return Line(author=author, words=words, **(given | more))  # type: ignore[arg-type]  # the fields have their types


def test_each_line_says_whose_it_is() -> None:
    lines = (line("person", "a", provider_id=f"{ID}:hash"), line("bot", "b"), line("Sam", "c"))
    shown = view_lines(lines, bot_name="First Contact", zone="Europe/London", now=NOW)
    assert [(view.who, view.kind) for view in shown] == [
        ("You", "person"),
        ("First Contact", "bot"),
        ("Sam", "practitioner"),
    ]
    assert [view.text for view in shown] == [ID, "", ""]


def test_choices_are_on_offer_under_the_last_line_only() -> None:
    choices = (Choice(id="a", label="One"),)
    lines = (line("bot", "a", choices=choices), line("bot", "b", choices=choices))
    shown = view_lines(lines, bot_name="First Contact", zone="Europe/London", now=NOW)
    assert [view.choices for view in shown] == [(), choices]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 23, 0, 5, tzinfo=UTC), "12:05am"),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "12:00pm"),
        (datetime(2026, 11, 23, 15, 7, tzinfo=UTC), "3:07pm"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "Sunday 22 November, 9:30am"),
        (datetime(2026, 6, 1, 22, 30, tzinfo=UTC), "Monday 1 June, 11:30pm"),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall(at: datetime, shown: str) -> None:
    assert time_shown(at, NOW, ZoneInfo("Europe/London")) == shown
