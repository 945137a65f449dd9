from pathlib import Path

import pytest

from dialogue.flow import Flow, Wait
from dialogue.migrations import FormatError, migrate
from dialogue.published import Flows, UnknownFlowError, shipped_phrasebook
from dialogue.reader import FlowError, read_flow, read_flow_text, read_phrasebook_text
from dialogue.session import FlowRef

SHIPPED = Path(__file__).parents[3] / "dialogue" / "flows"
GOOD = """\
format: 1
flow: small
version: 1
title: Small
start: hello
steps:
  - id: hello
    kind: say
    say: Hello.
    then: pause
  - id: pause
    kind: wait
    time: 30 minutes
    then: over
  - id: over
    kind: end
    outcome: "no"
"""


def problem(text: str) -> str:
    with pytest.raises(FlowError) as caught:
        read_flow_text(text, "x.yaml")
    return str(caught.value)


def test_a_good_flow_is_read() -> None:
    flow = read_flow_text(GOOD, "x.yaml")
    assert flow.start == "hello"
    wait = flow.step("pause")
    assert isinstance(wait, Wait)
    assert wait.time.total_seconds() == 1800


def test_yes_no_and_clock_times_stay_words() -> None:
    flow = read_flow_text(GOOD.replace("say: Hello.", "say: 12:30").replace('"no"', "no"), "x.yaml")
    assert flow.steps[0].model_dump()["say"] == "12:30"
    assert flow.steps[2].model_dump()["outcome"] == "no"


def test_a_flow_survives_json() -> None:
    flow = read_flow_text(GOOD, "x.yaml")
    assert Flow.model_validate_json(flow.model_dump_json()) == flow


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "    then: pause",
            "    them: pause",
            "x.yaml line 10, step `hello`: there is no field 'them' here; did you mean 'then'?",
        ),
        ("    say: Hello.\n", "", "x.yaml line 7, step `hello`: 'say' is missing"),
        ("kind: say", "kind: sya", "x.yaml line 7, step `hello`: 'kind' is 'sya', which is no kind of step"),
        ("    kind: say\n", "", "step `hello`: 'kind' is missing"),
        ("say: Hello.", "say: 12", "x.yaml line 9, step `hello`: 'say' must be text"),
        ("say: Hello.", "say: [a, b]", "x.yaml line 9, step `hello`: 'say' must be text"),
        ("say: Hello.", 'say: ""', "'say' has too little in it"),
        ("time: 30 minutes", "time: soon", 'x.yaml line 13, step `pause`: a time is written like "30 minutes"'),
        ("time: 30 minutes", "time: 90 days", "x.yaml line 13, step `pause`"),
        ("version: 1", "version: one", "x.yaml line 3: 'version' must be a whole number"),
        ("format: 1", "format: 7", "x.yaml line 1: this is a flow of format 7; this program reads format 1"),
        ("format: 1\n", "", "'format' must be the number 1"),
        ("title: Small", "title: Small\ntitle: Again", "x.yaml line 5: 'title' is here twice; the first is in line 4"),
        ("id: hello", "id: Hello there", "'id' is 'Hello there'; it is written in small letters"),
        ("title: Small", "title: &a Small\nlanguage: *a", "an alias (*name) is used here"),
        ("    then: pause", "\tthen: pause", "x.yaml line 10: there is a tab here"),
        (
            "say: Hello.",
            "say: Hello: there: you",
            "x.yaml line 9: there is a second colon here; put the text in quotes",
        ),
        ("title: Small", "title: !!python/object:os.system x", "is a kind of value that flows do not have"),
    ],
)
def test_each_mistake_is_named_by_file_line_and_step(before: str, after: str, says: str) -> None:
    assert before in GOOD
    assert says in problem(GOOD.replace(before, after))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "x.yaml: this file is empty"),
        ("- a\n- b\n", "must begin with names and values"),
        ("just words", "must begin with names and values"),
        ("a: \x00b", "this is not YAML"),
        ("[" * 500, "this is not YAML"),
        ("format: 1\nsteps: " + "[" * 30 + "]" * 30, "nested too deeply"),
        ("? [a]\n: b", "the name of a field must be a plain word"),
    ],
)
def test_what_is_no_flow_at_all_is_said_plainly(text: str, says: str) -> None:
    assert says in problem(text)


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert "alias" in problem("\n".join(lines))


def test_a_file_that_is_not_there_is_binary_or_is_huge(tmp_path: Path) -> None:
    binary, huge = tmp_path / "binary.yaml", tmp_path / "huge.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    huge.write_text("a" * 1_000_001, encoding="utf-8")
    for path, says in ((tmp_path / "none.yaml", "cannot be read"), (binary, "UTF-8"), (huge, "at most")):
        with pytest.raises(FlowError, match=says):
            read_flow(path)


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    with pytest.raises(FlowError) as caught:
        read_flow_text(GOOD.replace("say: Hello.", "sai: Hello.").replace("version: 1", "version: x"), "x.yaml")
    assert len(caught.value.problems) == 3


def test_a_phrasebook_that_lacks_an_entry_is_refused() -> None:
    text = (SHIPPED / "words.en.yaml").read_text(encoding="utf-8")
    with pytest.raises(FlowError, match="'pause' is missing"):
        read_phrasebook_text(text.replace("\npause:", "\npuase:"), "words.yaml")


def test_the_shipped_flows_and_words_are_read_and_found_by_name_and_version() -> None:
    flows = Flows.shipped()
    assert flows.names() == ("first_contact", "strengths")
    assert flows.get(FlowRef(name="first_contact", version=1)) is flows.latest("first_contact")
    assert shipped_phrasebook().language == "en"
    with pytest.raises(UnknownFlowError, match="version 9"):
        flows.get(FlowRef(name="first_contact", version=9))
    with pytest.raises(UnknownFlowError, match="'second'"):
        flows.latest("second")


def test_the_newest_version_is_the_latest_and_older_ones_stay() -> None:
    one = read_flow_text(GOOD, "x.yaml")
    two = one.model_copy(update={"version": 2})
    flows = Flows([two, one])
    assert flows.latest("small") is two
    assert flows.get(FlowRef(name="small", version=1)) is one
    with pytest.raises(ValueError, match="twice"):
        Flows([one, one])


def test_a_flow_of_the_present_format_is_left_as_it_is() -> None:
    data = {"format": 1, "flow": "x"}
    assert migrate(data) == data
    with pytest.raises(FormatError):
        migrate({"format": "one"})
