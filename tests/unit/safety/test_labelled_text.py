"""The labelled text: read strictly, balanced, kept apart from what tests it, and what the model was built from."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dialogue.safety.build.balance import alike, balance, near_duplicates
from dialogue.safety.build.figures import Outcome, Share, share, table
from dialogue.safety.build.texts import Line, TextError, read_lines, shipped_text
from dialogue.safety.classifier.model import shipped_model
from tests.support.labelled import held_out

TRAINING, DEVELOPMENT = shipped_text()
GOOD = {"text": "see you at 3", "route": "none", "kind": "everyday", "register": "txt", "pass": "x"}
REBUILD = "The training text has changed since the model was built: run `make detector`, or take the change back."


def line(**changed: object) -> Line:
    return Line.model_validate(GOOD | changed)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("not json", "line 2"),
        (json.dumps(GOOD | {"route": "soon"}), "line 2: route"),
        (json.dumps(GOOD | {"kind": "gloom"}), "line 2: kind gloom"),
        (json.dumps(GOOD | {"kind": "suicide"}), "line 2: kind suicide is not one for the route none"),
        (json.dumps(GOOD | {"text": ""}), "line 2: text"),
        (json.dumps(GOOD | {"mood": "low"}), "line 2: mood"),
        (json.dumps({name: value for name, value in GOOD.items() if name != "pass"}), "line 2: pass"),
    ],
)
def test_a_bad_line_is_named_and_its_words_are_not_repeated(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{written}\n", encoding="utf-8")
    with pytest.raises(TextError) as error:
        read_lines(file)
    assert "mine.jsonl" in str(error.value)
    assert said in str(error.value)
    assert "see you" not in str(error.value)


def test_the_shipped_model_was_built_from_this_text() -> None:
    from dialogue.safety.build.building import digest_of, digest_of_reading  # noqa: PLC0415 -- it brings JAX along

    card = shipped_model().card
    assert card.training_sha256 == digest_of([*TRAINING, *DEVELOPMENT]), REBUILD
    assert card.reading_sha256 == digest_of_reading(), REBUILD


def test_no_message_that_tests_is_learned_from() -> None:
    for name, lines in (("held-out", held_out()), ("development", DEVELOPMENT)):
        found = [TRAINING[at].writer for _, at in alike(lines, TRAINING) if not _can_be_said_in_one_way(TRAINING[at])]
        assert not found, f"These passes have messages nearly the same as {name} ones; take them out: {Counter(found)}"


def _can_be_said_in_one_way(line: Line) -> bool:
    """A keyword, a number, "yes please": it tells nothing of whether dangers are found, and has to be learned."""
    return line.route == "none" and len(line.whole) <= 25


def test_there_are_enough_messages_of_everything() -> None:
    danger = Counter(each.kind for each in TRAINING if each.route == "now")
    routes = Counter(each.route for each in TRAINING)
    assert len(TRAINING) > 5_000
    assert len(danger) == 14
    assert min(danger.values()) >= 150, danger
    assert routes["none"] >= 0.35 * len(TRAINING)
    assert routes["today"] >= 0.08 * len(TRAINING)
    pairs = {(each.writer, each.pair) for each in TRAINING if each.pair is not None}
    assert len(pairs) >= 500
    languages = Counter(each.register_[:7] for each in TRAINING if each.register_.startswith("lang-"))
    assert {f"lang-{name}" for name in ("pl", "ur", "pa", "bn", "ar", "ro", "fa", "uk", "cy", "sc")} <= {
        name[:7] for name in languages
    }


def test_each_contrast_pair_has_two_routes() -> None:
    pairs: dict[tuple[str, int], set[str]] = {}
    for each in TRAINING:
        if each.pair is not None:
            pairs.setdefault((each.writer, each.pair), set()).add(each.route)
    alone = [name for name, routes in pairs.items() if len(routes) < 2]
    # A partner that stood too near a test message is gone, and leaves the other alone.
    assert len(alone) <= 0.02 * len(pairs), alone


def test_few_messages_are_nearly_the_same() -> None:
    assert len(near_duplicates(TRAINING)) <= 0.01 * len(TRAINING)


def test_the_report_counts_what_there_is() -> None:
    lines = [line(), line(route="now", kind="suicide", pair=1), line(route="none", pair=1)]
    told = balance(lines)
    assert "2  none: everyday" in told
    assert "1  now: suicide" in told
    assert "contrast pairs: 1" in told


def test_near_duplicates_are_of_one_route() -> None:
    lines = [line(text="i will kill this level"), line(text="i will kill this levell"), line(text="something else")]
    assert near_duplicates(lines) == [(0, 1)]
    assert near_duplicates([lines[0], lines[1].model_copy(update={"route": "now"})]) == []


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    # Worked by hand from Wilson's formula.
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (8, 10, 0.4902, 0.9433), (98, 100, 0.93, 0.9945)],
)
def test_intervals_are_wilsons(hits: int, count: int, low: float, high: float) -> None:
    assert Share(hits, count).interval == pytest.approx((low, high), abs=0.0005)


def test_a_table_tells_routes_levels_and_kinds() -> None:
    outcomes = [
        Outcome(line(route="now", kind="suicide", level="plain"), "now"),
        Outcome(line(route="now", kind="overdose", level="hard"), "today"),
        Outcome(line(level="plain"), "none"),
    ]
    assert share(outcomes).hits == 1
    assert share(outcomes, at_least="today").hits == 2
    told = table(outcomes)
    assert "now, plain" in told
    assert "now: overdose" in told
    assert "100.0%" in told
