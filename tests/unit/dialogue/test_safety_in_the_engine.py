from datetime import timedelta

import pytest

from dialogue import engine
from dialogue.events import ConcernRaised
from dialogue.inputs import Duty
from dialogue.safety import could_not_screen
from tests.unit.dialogue.player import START, Play, at_booking, flagged

NOW = flagged("now")
TODAY = flagged("today", "low_mood")


def concerns(play: Play) -> list[tuple[str, str]]:
    return [(event.by, event.because) for event in play.of("concern_raised")]


def at_safety() -> Play:
    return Play().they("hi").they("so so")


def test_a_concern_brings_a_person_says_so_and_gives_the_numbers() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW)
    assert concerns(play) == [("now", "screening")]
    assert "being told right now" in play.said[0]
    assert all(number in play.said[0] for number in ("999", "111", "116 123", "85258"))
    assert play.messages[0].purpose == "safety"
    assert play.state.phase == "listening"


def test_out_of_hours_the_true_time_is_said_and_without_a_rota_none_is_promised() -> None:
    play = Play().they("hi")
    play.duty = Duty(on_duty=False, reads_at=START + timedelta(hours=19))
    assert "A person is on duty from 9am tomorrow (Wednesday)" in play.they("bad", screening=NOW).said[0]
    nobody = Play().they("hi")
    nobody.duty = Duty(on_duty=False, reads_at=None)
    assert "I cannot tell you when one will come" in nobody.they("bad", screening=NOW).said[0]


def test_the_words_are_kept_as_the_answer_and_nobody_has_to_tell_it_twice() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW)
    assert [event.about for event in play.of("answer_kept")] == ["life"]
    play.taken_over().closed().they("so")
    assert "What help do you hope to find" in play.said[-1]


def test_while_listening_nothing_is_asked_and_no_words_come_twice_running() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW)
    last = play.said[-1]
    for number in range(30):
        play.they(f"more and more {number}")
        assert not play.of("conversation_ended")
        assert len(play.of("answer_kept")) == 1
        for words in play.said:
            assert "?" not in words
            assert words != last
            last = words


def test_while_listening_a_concern_of_its_own_is_raised_again() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW).they("now I am on the bridge", screening=NOW)
    assert concerns(play) == [("now", "screening")]
    assert "999" in play.said[0]


def test_nobody_yet_is_said_honestly_and_twice_at_most() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW)
    said = []
    for _ in range(4):
        play.wait(minutes=10).timer("nobody_yet")
        said += play.said
    assert len(said) == 2
    assert all("999" in words for words in said)


def test_nobody_yet_is_not_said_when_somebody_has_come() -> None:
    play = Play().they("hi").they("it is all too much", screening=NOW).taken_over()
    assert "timer_stopped" in play.kinds
    assert play.timer("nobody_yet").events == ()


def test_a_first_text_in_danger_is_answered_at_once_and_says_who_this_is() -> None:
    play = Play().they("it is all too much", screening=NOW)
    assert "being told right now" in play.said[0]
    assert "automated assistant" in play.said[1]
    assert [event.about for event in play.of("answer_kept")] == ["first_words"]


def test_today_goes_on_with_one_line_that_is_not_repeated() -> None:
    play = Play().they("hi").they("i cry a lot", screening=TODAY)
    assert concerns(play) == [("today", "screening")]
    assert "I have asked a person from the team to read this. They will see it today." in play.said[0]
    assert "Do you worry about your safety" in play.said[-1]
    play.they("no").they("no idea what i need, i just cry", screening=TODAY)
    assert concerns(play) == [("today", "screening")]
    assert len(play.said) == 1


@pytest.mark.parametrize(
    "words", ["no", "No.", "nope", "Nah im alright", "no not at all", "no im safe thanks", "NO", "no thanks"]
)
def test_a_clear_no_goes_on(words: str) -> None:
    play = at_safety().they(words)
    assert concerns(play) == []
    assert play.said == ["What help do you hope to find?"]


@pytest.mark.parametrize("words", ["yes", "Yeah", "yes a bit", "aye", "yes my son", "Yes!!", "yeah sometimes"])
def test_a_yes_brings_a_person_now(words: str) -> None:
    play = at_safety().they(words)
    assert ("now", "safety_answer") in concerns(play)
    assert play.state.phase == "listening"


@pytest.mark.parametrize(
    "words",
    [
        "not really",
        "no but",
        "no...",
        "no?",
        "i dont think so",
        "dunno",
        "skip",
        "rather not say",
        "thanks",
        "later",
        "fine",
        "\U0001f937",
        "no \U0001f52a",
        "why not",
        "maybe",
        "no comment",
        "ok",
        "depends",
        "yeah no im fine",
        "no lol who cares",
    ],
)
def test_anything_else_is_never_a_no_and_a_person_looks_today(words: str) -> None:
    play = at_safety().they(words)
    assert ("today", "safety_answer") in concerns(play)
    assert "read this" in " ".join(play.said)
    assert "What help do you hope to find" in play.said[-1]


def test_the_understanding_may_add_a_concern_and_never_takes_one_away() -> None:
    assert ("now", "safety_answer") in concerns(at_safety().they("mm you could say that", means="yes", confidence=0.6))
    assert ("today", "safety_answer") in concerns(at_safety().they("mm you could say that", means="no", confidence=1.0))
    assert concerns(at_safety().they("no", means="no", confidence=1.0)) == []


def test_a_question_in_return_is_answered_and_safety_is_asked_again() -> None:
    play = at_safety().they("who sees this?")
    assert concerns(play) == []
    assert "Do you worry about your safety" in play.said[-1]


def test_what_could_not_be_screened_is_a_concern() -> None:
    play = Play().they("hi").they("hello there", screening=could_not_screen("test", "timeout"))
    assert concerns(play) == [("now", "unscreened")]


def test_an_error_in_the_engines_own_screening_is_a_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    play = Play().they("hi")
    monkeypatch.setattr(engine, "screen", broken)
    assert concerns(play.they("all well")) == [("now", "unscreened")]


def test_a_practitioner_silences_the_bot_and_every_text_goes_to_them() -> None:
    play = Play().they("hi").taken_over()
    assert play.said == ["Sam from the team is here now and will write to you."]
    play.they("hello sam")
    assert play.kinds == ["passed_on"]
    play.they("i cannot go on", screening=NOW)
    assert play.kinds == ["concern_raised", "passed_on"]
    assert play.timer("nudge").events == ()
    assert play.they("STOP").said == []
    assert "contact_stopped" in play.kinds


def test_another_practitioner_is_announced_by_name() -> None:
    play = Play().they("hi").taken_over()
    assert play.taken_over().events == ()
    assert play.taken_over("Asha").said == ["Asha from the team is here now and will write to you."]


def test_handing_back_says_the_bridge_as_it_was_written_and_asks_again() -> None:
    play = Play().they("hi").taken_over().handed_back("Back to the {assistant}. Bye for now.")
    assert play.said == ["Back to the {assistant}. Bye for now.", "So, how's your life at the moment?"]
    assert play.they("ok").of("passed_on") == []


def test_closing_names_the_next_step_and_waits_for_the_next_text() -> None:
    play = Play().they("hi").they("all too much", screening=NOW).taken_over().closed("I ring you tomorrow at ten")
    assert play.said == [
        "Sam has finished for now. What happens next: I ring you tomorrow at ten. You can write here at any time."
    ]
    assert play.state.concern is None
    thanked = play.they("thank you")
    assert thanked.said == ["You are welcome."]
    play.they("a bit better now")
    assert play.said[0].startswith("Hello again.")
    assert [event.words for event in play.of("answer_kept")] == ["a bit better now"]


def test_a_second_concern_after_closing_is_answered_in_full_again() -> None:
    play = Play().they("hi").they("all too much", screening=NOW).taken_over().closed()
    assert "being told right now" in play.they("it is back", screening=NOW).said[0]


def test_a_concern_after_the_end_is_heard_and_closing_it_leaves_the_end_as_it_was() -> None:
    play = at_booking().they("1").they("it is all too much", screening=NOW)
    assert concerns(play) == [("now", "screening")]
    play.taken_over().closed()
    assert play.state.phase == "ended"


def test_a_concern_in_the_middle_of_booking_comes_back_to_fresh_times() -> None:
    play = at_booking().they("it is all too much", screening=NOW)
    assert play.state.phase == "listening"
    play.taken_over().handed_back()
    assert play.of("slots_asked")
    assert len(play.messages[-1].choices) == 4


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "stop",
        "Stop.",
        "stopall",
        "UNSUBSCRIBE",
        "end",
        "Quit!",
        "cancel",
        "REVOKE",
        "optout",
        "please stop texting me",
        "Stop messaging me please",
    ],
)
def test_stop_is_obeyed_and_confirmed_once(words: str) -> None:
    play = Play().they("hi").they(words)
    assert "contact_stopped" in play.kinds
    assert len(play.said) == 1
    assert "START" in play.said[0]
    assert "999" in play.said[0]
    assert play.messages[0].purpose == "stop"
    for more in ("hello?", "stop", "help", "can I talk to a person"):
        assert play.they(more).said == []


@pytest.mark.parametrize(
    "words", ["my ex wont stop texting me", "i cant stop crying", "i want it all to stop", "it has to end"]
)
def test_a_story_with_the_word_stop_in_it_stops_nothing(words: str) -> None:
    assert "contact_stopped" not in Play().they("hi").they(words, means="stop").kinds


def test_texts_after_a_stop_are_still_screened() -> None:
    play = Play().they("hi").they("stop").they("it is all too much", screening=NOW)
    assert concerns(play) == [("now", "screening")]
    assert play.said == []


@pytest.mark.parametrize("words", ["START", "unstop", "Yes"])
def test_start_goes_on_where_it_was(words: str) -> None:
    play = Play().they("hi").they("stop").they(words)
    assert "contact_started" in play.kinds
    assert "how's your life" in play.said[-1]


def test_a_stop_with_a_concern_open_or_in_the_same_text_calls_for_a_phone_call() -> None:
    play = Play().they("hi").they("so low", screening=TODAY).they("STOP")
    assert ("today", "stopped_while_open") in concerns(play)
    play = Play().they("hi").they("stop texting me, I have taken them all", screening=NOW)
    assert concerns(play) == [("now", "screening"), ("now", "stopped_while_open")]
    assert "contact_stopped" in play.kinds
    assert len(play.said) == 1


def test_stop_as_the_very_first_text() -> None:
    play = Play().they("STOP")
    assert len(play.said) == 1
    play.they("start")
    assert any("automated assistant" in words for words in play.said)


def test_every_concern_carries_its_message_and_screening() -> None:
    event = Play().they("hi").they("all too much", screening=NOW).of("concern_raised")[0]
    assert isinstance(event, ConcernRaised)
    assert event.message == "m2"
    assert event.screening.route == "now"
