"""`first-contact screen` on a stream of lines, good and bad."""

import io
import json
from collections.abc import Sequence

from bot.screen import screen_lines
from dialogue.safety import Rules, Screening


class Breaks:
    version = "broken-1"
    problem = ""

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        raise RuntimeError(text, previous)


class Scores:
    version = "scores-1"
    problem = ""

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        return Screening(route="now" if text in previous else "none", reasons=(), version=self.version)

    def score(self, text: str, previous: Sequence[str] = ()) -> float:
        return len(text) / (10 + len(previous))


def test_lines_come_out_in_order_as_they_are_known() -> None:
    out, err = io.StringIO(), io.StringIO()

    def lines() -> object:
        yield '{"id": "a", "text": "i might kill myself"}\n'
        assert json.loads(out.getvalue())["id"] == "a"
        yield b'\xef\xbb\xbf{"id": 2, "text": "anymore", "previous": ["i dont want to be here"]}\n'
        yield "\n"

    assert screen_lines(lines(), out, err, Rules.shipped()) == 0
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first == {
        "id": "a",
        "route": "now",
        "reasons": [{"kind": "suicide", "by": "rule:suicide-kill-myself", "words": "kill myself"}],
        "version": Rules.shipped().version,
    }
    assert second["id"] == 2
    assert err.getvalue() == ""


def test_bad_lines_are_named_by_number_and_the_rest_goes_on() -> None:
    bad: list[bytes | str] = [
        "not json",
        b"\xff\xfe",
        "[1]",
        '{"text": "x"}',
        '{"id": true, "text": "x"}',
        '{"id": 1, "text": 5}',
        '{"id": 1, "text": "x", "previous": "y"}',
        "[" * 100_000,
    ]
    out, err = io.StringIO(), io.StringIO()
    assert screen_lines([*bad, '{"id": "last", "text": "hello \\ud83d"}'], out, err, Rules.shipped()) == 1
    assert [line.partition(":")[0] for line in err.getvalue().splitlines()] == [f"line {n}" for n in range(1, 9)]
    assert json.loads(out.getvalue())["id"] == "last"


def test_a_detector_that_breaks_is_a_concern_and_its_words_stay_out_of_sight() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert screen_lines(['{"id": "a", "text": "secret"}'], out, err, Breaks()) == 0
    assert json.loads(out.getvalue())["route"] == "now"
    assert "secret" not in out.getvalue() + err.getvalue()


def test_scores_are_given_only_when_asked_for() -> None:
    for asked in (False, True):
        out = io.StringIO()
        screen_lines(['{"id": "a", "text": "12345"}'], out, io.StringIO(), Scores(), with_scores=asked)
        assert json.loads(out.getvalue()).get("score") == (0.5 if asked else None)
    out = io.StringIO()
    screen_lines(['{"id": "a", "text": "x"}'], out, io.StringIO(), Rules.shipped(), with_scores=True)
    assert json.loads(out.getvalue())["score"] is None
