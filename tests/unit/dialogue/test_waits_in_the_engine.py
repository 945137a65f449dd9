from datetime import timedelta

from dialogue.published import Flows
from dialogue.reader import read_flow_text
from tests.unit.dialogue.player import START, Play

FLOW = """\
format: 1
flow: small
version: 1
title: Small
start: hello
steps:
  - {id: hello, kind: say, say: "{service} {emergency} {listening_lines} {stop_word}", then: safe}
  - {id: safe, kind: safety_question, about: safe, ask: "Safe?", again: "Safe?", then: rest}
  - {id: rest, kind: wait, time: 2 days, then: after}
  - {id: after, kind: question, about: after, ask: "How was it?", again: "How was it then?", then: over}
  - {id: over, kind: end, say: "Write any time.", outcome: over}
"""


def waiting() -> Play:
    return Play(Flows([read_flow_text(FLOW, "x.yaml")]), flow="small").they("hi").they("no")


def test_a_wait_pauses_and_its_timer_goes_on() -> None:
    play = waiting()
    assert play.said == ["Thank you. I have kept that."]
    assert [(event.timer, event.due) for event in play.of("timer_started")] == [("wait", START + timedelta(days=2))]
    assert play.wait(days=2).timer("wait").said == ["How was it?"]


def test_a_text_during_a_wait_is_kept_and_goes_on_at_once() -> None:
    play = waiting().they("I feel better already")
    assert [event.words for event in play.of("answer_kept")] == ["I feel better already"]
    assert play.said == ["How was it?"]
    assert "timer_stopped" in play.kinds
    assert play.timer("wait").events == ()


def test_a_wait_that_ends_in_a_takeover_or_after_a_stop_says_nothing_until_it_may() -> None:
    play = waiting().taken_over()
    assert play.timer("wait").events == ()
    assert play.handed_back("Bye.").said == ["Bye.", "How was it?"]
    play = waiting().they("stop")
    assert play.timer("wait").said == []
    assert "How was it?" in play.they("start").said


def test_closing_a_case_during_a_wait_leaves_the_wait_as_it_is() -> None:
    play = waiting().taken_over().closed()
    assert play.state.phase == "paused"
    assert play.they("hm").said == ["How was it?"]
