import pytest

from dialogue import engine
from dialogue.check import check, refused
from dialogue.inputs import Said
from dialogue.published import Flows, shipped_phrasebook
from dialogue.reader import Placed, read_flow_text, read_placed
from tests.unit.dialogue.player import NOTHING, Play
from tests.unit.dialogue.test_reader import SHIPPED

GOOD = """\
format: 1
flow: small
version: 1
title: Small
start: hello
steps:
  - id: hello
    kind: say
    say: This is {service}. In danger ring {emergency}. {listening_lines}. Text {stop_word} for no more texts.
    then: safe
  - id: safe
    kind: safety_question
    about: safety
    ask: Do you worry about your safety?
    again: Do you worry about your safety?
    then: colour
  - id: colour
    kind: choice
    about: colour
    ask: Which one?
    again: Which one?
    options:
      - {id: red, label: Red, then: over}
      - {id: blue, label: Blue, then: safe}
    otherwise: over
  - id: over
    kind: end
    say: Write any time.
    outcome: over
"""
SUB = """\
format: 1
flow: inner
version: 1
title: Inner
sub_flow: true
start: ask
steps:
  - {id: ask, kind: safety_question, about: inside, ask: "Safe?", again: "Safe?", then: out}
  - {id: out, kind: end, outcome: out}
"""


def placed(text: str, source: str = "x.yaml") -> Placed:
    from dialogue.reader import _placed  # noqa: PLC0415 -- the tests read from text, the program from files

    return _placed(text, source)


def problems(*texts: str) -> list[str]:
    return [str(problem) for problem in check(Flows([placed(text) for text in texts]), shipped_phrasebook())]


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after)


def test_the_shipped_flows_and_words_have_nothing_wrong_with_them() -> None:
    assert check(Flows.shipped(), shipped_phrasebook()) == []


def test_a_good_flow_has_nothing_wrong_with_it() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "then: colour",
            "then: colur",
            "line 16, step `safe`: 'then' names 'colur', which is not a step of this flow; did you mean 'colour'?",
        ),
        ("label: Blue, then: safe", "label: Blue, then: sfe", "x.yaml line 24, step `colour`: 'then' names 'sfe'"),
        ("start: hello", "start: helo", "x.yaml line 5: 'start' names 'helo'"),
        ("id: over", "id: safe", "x.yaml line 26, step `safe`: the id 'safe' is used 2 times"),
        ("label: Blue", "label: Red", "the options 'red' and 'blue' are both picked by \"red\""),
        ("{emergency}", "999", "x.yaml line 9, step `hello`: the first words must name {emergency}"),
        ("{stop_word}", "less", "the first words must name {stop_word}"),
        ("{listening_lines}", "", "the first words must name {listening_lines}"),
        ("    say: Write any time.\n", "", "step `over`: an end must say what happens next"),
        ("Which one?\n    again", "Which {one}?\n    again", "x.yaml line 20, step `colour`: nothing fills {one}"),
        ("ask: Which one?", "ask: Which {servise}?", "did you mean 'service'?"),
        ("ask: Which one?", "ask: Which one} then?", "a brace that belongs to no placeholder"),
        ("ask: Which one?", "ask: Reply YES or nothing.", '"YES" asks for a word that carriers answer'),
        ("ask: Which one?", "ask: Which one? Reply 'yes' or write more.", "asks for a word that carriers answer"),
        ("label: Red", "label: CANCEL", "asks for a word that carriers answer"),
        ("ask: Which one?", 'ask: "It\u2019s which one?"', "(U+2019) is no character of a plain text message"),
        ("ask: Which one?", "ask: " + "word " * 120, "this takes 4 text messages"),
        (
            "say: Write any time.",
            "say: Write {answer:colr}.",
            "nothing fills {answer:colr}; did you mean 'answer:colour'?",
        ),
    ],
)
def test_each_mistake_is_found_and_named(before: str, after: str, says: str) -> None:
    assert any(says in problem for problem in problems(changed(before, after)))


def test_a_step_nothing_leads_to_and_a_way_without_an_end_are_found() -> None:
    alone = GOOD + "  - {id: alone, kind: say, say: Hm., then: alone}\n"
    found = problems(alone)
    assert any("step `alone`: no way leads to this step" in problem for problem in found)
    assert any("step `alone`: no way leads from here to an end" in problem for problem in found)
    assert any("step `alone`: from here the flow goes round without ever waiting" in problem for problem in found)


def test_a_loop_of_an_open_question_is_refused_because_a_skipped_one_is_not_asked_again() -> None:
    looping = changed("then: colour", "then: open") + (
        "  - {id: open, kind: question, about: open, ask: 'So?', again: 'So?', then: which}\n"
        "  - {id: which, kind: branch, arms: [{when: {booked: true}, then: colour}], otherwise: open}\n"
    )
    assert any("goes round" in problem for problem in problems(looping))


def test_a_condition_over_nothing_is_found() -> None:
    branch = changed("then: colour\n", "then: which\n") + (
        "  - {id: which, kind: branch, arms: [{when: {answered: color}, then: colour}], otherwise: over}\n"
    )
    assert any("no question is about 'color'; did you mean 'colour'?" in problem for problem in problems(branch))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stop_word} for no more texts.\n    then: safe", "stop_word} for no more texts.\n    then: colour"),
        ("kind: safety_question", "kind: question"),
    ],
)
def test_a_way_round_the_safety_question_is_refused_and_never_walked(before: str, after: str) -> None:
    text = changed(before, after).replace("label: Blue, then: safe", "label: Blue, then: over")
    text = text.replace("otherwise: over", "otherwise: safe") if "then: colour\n  - id: safe" in text else text
    assert any("nobody was asked about safety" in problem for problem in problems(text))
    flows = Flows([read_flow_text(text, "x.yaml")])
    with pytest.raises(engine.UnsafeFlowError, match="nobody was asked about safety"):
        Play(flows, flow="small").give(Said(message="m1", words="hi", screening=NOTHING))


def test_a_safety_question_in_a_flow_inside_counts() -> None:
    outer = GOOD.replace(
        """    kind: safety_question
    about: safety
    ask: Do you worry about your safety?
    again: Do you worry about your safety?
""",
        "    kind: flow\n    flow: inner\n",
    ).replace("label: Blue, then: safe", "label: Blue, then: over")
    assert problems(outer, SUB) == []
    without = SUB.replace("kind: safety_question", "kind: question")
    assert any("nobody was asked about safety" in problem for problem in problems(outer, without))
    books_first = without.replace("then: out}", "then: book}").replace(
        "  - {id: out", "  - {id: book, kind: booking, intro: T., booked: B., then: out, unbooked: out}\n  - {id: out"
    )
    assert any("step `safe`: a way leads here" in problem for problem in problems(outer, books_first))


def test_a_flow_that_runs_inside_itself_or_is_not_there_is_refused() -> None:
    itself = SUB.replace(
        'kind: safety_question, about: inside, ask: "Safe?", again: "Safe?"', "kind: flow, flow: inner"
    )
    assert any("a flow must not run inside itself" in problem for problem in problems(itself))
    missing = itself.replace("flow: inner, then", "flow: iner, then")
    assert any("there is no flow of that name" in problem for problem in problems(missing))


def test_a_placeholder_the_phrasebook_does_not_know_is_found() -> None:
    phrases = shipped_phrasebook().model_copy(update={"help": "Hello {practitoner}. Reply STOP."})
    found = [str(problem) for problem in check(Flows.shipped(), phrases)]
    assert any(
        "words.en.yaml: 'help': nothing fills {practitoner}; did you mean 'practitioner'?" in problem
        for problem in found
    )
    assert any("'help': \"STOP\" asks for a word" in problem for problem in found)


def test_refusals_are_known_without_a_phrasebook() -> None:
    assert (
        refused(
            Flows([read_placed(SHIPPED / "first_contact.yaml"), read_placed(SHIPPED / "strengths.yaml")]),
            "first_contact",
        )
        == ()
    )
