"""Each rule keeps its own word, and the written cases come out as labelled."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from dialogue.safety import KINDS, Rules, screen
from dialogue.safety.ruleset import Rule, RulesError, Together, read_rules, shipped_rules

HERE = Path(__file__).parent
SHIPPED = shipped_rules()
ENTRIES: tuple[Rule | Together, ...] = (*SHIPPED.rules, *SHIPPED.together)
FOUND_ALONE = [(entry.id, text) for entry in ENTRIES for text in entry.catches]
LEFT_ALONE = [(entry.id, text) for entry in ENTRIES for text in entry.leaves]


def cases(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("rule", "text"), FOUND_ALONE)
def test_a_rule_catches_what_it_says_it_catches(rule: str, text: str) -> None:
    assert f"rule:{rule}" in {reason.by for reason in screen(text).reasons}


@pytest.mark.parametrize(("rule", "text"), LEFT_ALONE)
def test_a_rule_leaves_what_it_says_it_leaves(rule: str, text: str) -> None:
    assert f"rule:{rule}" not in {reason.by for reason in screen(text).reasons}


@pytest.mark.parametrize("case", cases("cases.jsonl"), ids=lambda case: case["id"])
def test_a_written_case_gets_its_route(case: dict[str, str]) -> None:
    assert screen(case["text"], case.get("previous", ())).route == case["route"]


def test_messages_written_after_the_rules_keep_the_rate_that_was_reached() -> None:
    plain = Counter[str]()
    for case in cases("second.jsonl"):
        if case["level"] == "plain":
            plain[case["route"], screen(case["text"]).route] += 1
    dangers = sum(count for (label, _), count in plain.items() if label == "now")
    benign = sum(count for (label, _), count in plain.items() if label == "none")
    assert plain["now", "now"] >= 0.95 * dangers
    assert plain["none", "now"] <= 0.02 * benign


def test_every_rule_that_can_flag_has_an_example_and_a_kind_with_a_sentence() -> None:
    for entry in ENTRIES:
        assert entry.kind in KINDS
        assert entry.route == "cue" or entry.catches, f"rule {entry.id} has nothing under catches"
        assert entry.sentence.endswith(".")


def test_every_kind_of_danger_has_a_rule_that_brings_a_person_now() -> None:
    danger = set(KINDS) - {"low_mood", "substance", "medication", "bereavement", "unreadable", "unscreened"}
    assert danger <= {entry.kind for entry in ENTRIES if entry.route == "now"}


def test_the_version_names_the_data() -> None:
    folder = Path(read_rules.__code__.co_filename).parent / "rules"
    data = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
    changed = data | {"self_harm.yaml": data["self_harm.yaml"] + "# a remark\n"}
    assert read_rules(data).version == Rules.shipped().version
    assert read_rules(changed).version != Rules.shipped().version


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("kind: suicide\nrules: [", "mine.yaml"),
        ("kind: sadness\n", "sadness"),
        ("- a list", "mine.yaml"),
        (
            "kind: suicide\nrules:\n- {id: x, route: now, sentence: S., says: ['(all) (my)'], catches: []}\n",
            "(all) (my)",
        ),
        ("kind: suicide\nrules:\n- {id: x, route: now, sentence: S., says: ['[all'], catches: []}\n", "[all"),
        ("kind: suicide\nrules:\n- {id: x, route: now, sentence: S., says: [<nobody>], catches: []}\n", "nobody"),
        (
            "kind: suicide\nrules:\n- {id: self-harm-now, route: now, sentence: S., says: [a b], catches: []}\n",
            "self-harm-now",
        ),
        ("kind: suicide\nrules:\n- {id: x, route: soon, sentence: S., says: [a b], catches: []}\n", "route"),
    ],
)
def test_a_rule_file_with_a_mistake_is_refused_by_name(broken: str, named: str) -> None:
    folder = Path(read_rules.__code__.co_filename).parent / "rules"
    data = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
    with pytest.raises(RulesError, match=re.escape(named)):
        read_rules(data | {"mine.yaml": broken})
