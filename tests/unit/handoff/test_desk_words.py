import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.desk import words
from handoff.desk.live import news
from handoff.desk.marking import Piece, pieces
from handoff.ports import Highlight
from tests.support.desk_twin import ChangesTwin

NOW = datetime(2026, 11, 24, 14, 20, tzinfo=UTC)


def _mark(raised_by: str) -> Highlight:
    return Highlight(kind="suicide", sentence="They may be thinking of ending their life.", words=raised_by)


def _shown(text: str, *raised_by: str) -> str:
    return "".join(f"[{p.words}]" if p.marked else p.words for p in pieces(text, [_mark(one) for one in raised_by]))


@pytest.mark.parametrize(
    ("text", "raised_by", "shown"),
    [
        ("it is fine but i cant go on", ("cant go on",), "it is fine but i [cant go on]"),
        ("I CANT GO ON", ("cant go on",), "I [CANT GO ON]"),
        ("no more. no more", ("no more",), "[no more]. [no more]"),
        ("i cant go on like this", ("cant go on", "go on like"), "i [cant go on like] this"),
        ("spread over", ("words of another text",), "[spread over]"),
        ("a photo came", ("",), "a photo came"),
        ("nothing here", (), "nothing here"),
        ("what? (no)", ("what? (",), "[what? (]no)"),
    ],
)
def test_the_words_that_raised_it_are_marked(text: str, raised_by: tuple[str, ...], shown: str) -> None:
    assert _shown(text, *raised_by) == shown


@given(text=st.text(), raised_by=st.lists(st.text(max_size=5), max_size=4))
def test_marking_never_changes_what_was_written(text: str, raised_by: list[str]) -> None:
    cut: tuple[Piece, ...] = pieces(text, [_mark(one) for one in raised_by])
    assert "".join(piece.words for piece in cut) == text
    assert all(piece.words for piece in cut)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "less than a minute"),
        (0, "less than a minute"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (65, "1 hour 5 minutes"),
        (121, "2 hours 1 minute"),
        (60 * 24, "1 day"),
        (60 * 50, "2 days"),
    ],
)
def test_how_long_somebody_has_waited(minutes: int, said: str) -> None:
    assert words.waited(NOW - timedelta(minutes=minutes), NOW) == said


def test_a_moment_of_today_is_a_time_and_another_day_is_named() -> None:
    assert words.moment(NOW - timedelta(hours=2), NOW, "Europe/London") == "12:20"
    assert words.moment(NOW - timedelta(days=1), NOW, "Europe/London") == "Mon 23 Nov, 14:20"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("opened", "Opened"),
        ("told: the leads", "Told the leads"),
        ("nobody_to_tell: the person on duty", "There was nobody to tell: the person on duty"),
        ("not_set_up: sms", "Nobody was told by text message, because that is not set up"),
        ("some_new_thing", "Some new thing"),
        ("some_new_thing: {odd}", "Some new thing {odd}"),
    ],
)
def test_the_history_is_told_in_words(what: str, said: str) -> None:
    assert words.happened(what) == said


def test_the_live_connection_tells_of_changes_and_otherwise_beats_until_the_service_stops() -> None:
    changes = ChangesTwin()

    async def listen() -> list[tuple[str | None, str]]:
        heard: list[tuple[str | None, str]] = []
        async for event in news(changes, beat_seconds=0.05):
            heard.append((event.event, str(event.data)))
            if len(heard) == 2:
                changes.stir()
            if len(heard) == 3:
                changes.closed = True
        return heard

    assert asyncio.run(listen()) == [("here", "0"), ("beat", "0"), ("changed", "1")]
