"""Nods, thanks, apologies and questions nobody has an answer for: none of them is an answer, and none a dead end."""

import pytest

from dialogue.keywords import is_stop, is_stop_in_a_hurry
from dialogue.story import story_of
from tests.unit.dialogue.player import Play, at_booking, flagged

NOW = flagged("now", words="cannot keep safe")


def kept(play: Play) -> list[str]:
    return [answer.words for answer in play.state.answers]


def at_hopes() -> Play:
    return Play().they("hi").they("so so").they("no")


def test_sorry_is_no_answer_and_needs_no_apology() -> None:
    play = at_hopes().they("sorry")
    assert play.said == ["There is nothing to be sorry for.\n\nWhat help do you hope to find here?"]
    assert "sorry" not in kept(play)


def test_sorry_to_the_safety_question_is_never_a_no() -> None:
    play = Play().they("hi").they("so so").they("sorry")
    assert [event.by for event in play.of("concern_raised")] == ["today"]


def test_a_bare_yes_invites_more_once_and_is_the_answer_the_second_time() -> None:
    play = at_hopes().they("yes")
    assert play.said == ["Please go on, I am listening."]
    assert "yes" not in kept(play)
    play.they("yes")
    assert kept(play)[-1] == "yes"


def test_a_question_nobody_wrote_an_answer_for_is_kept_and_the_open_one_comes_again() -> None:
    play = at_hopes().they("do you like dogs?")
    assert play.said == [
        "I cannot answer that one myself. I have kept it for the team.\n\nWhat help do you hope to find here?"
    ]
    assert kept(play)[-1] == "do you like dogs?"
    assert play.they("who would not want sleep?").said[0].startswith("Who and what helps you")


def test_a_first_text_that_tells_something_is_acknowledged_and_a_hello_is_not() -> None:
    told = Play().they("I lost my job in March and the house may go too")
    assert any("no need to say it again" in words for words in told.said)
    assert not any("no need to say it again" in words for words in Play().they("hello there").said)


def test_asking_again_for_a_person_says_when_and_does_not_press_the_question() -> None:
    play = Play().they("human").they("a real person please")
    assert len(play.said) == 1
    assert play.said[0].startswith("I have asked for a person.")
    assert play.they("how long").said[0].startswith("A person has been asked to come.")
    assert "how long" not in kept(play)
    assert play.they("hard, I lost my job").said[0].startswith("Thank you. Do you worry")


def test_asking_when_they_come_after_a_concern_does_not_put_them_off_until_later() -> None:
    play = Play().they("hi").they("i cannot keep safe", screening=NOW).they("are they coming")
    assert play.said[0].startswith("The team has been called.")
    assert play.said != play.they("when").said


def test_a_thank_you_by_name_is_for_the_practitioner_who_has_finished() -> None:
    play = Play().they("i cannot keep safe", screening=NOW).taken_over().closed().they("ok thanks sam")
    assert play.said == ["You are welcome."]
    assert play.they("ok").said[-1] == "How's your life at the moment?"


@pytest.mark.parametrize(
    ("words", "said"), [("ok", "So, how's your life at the moment?"), ("thanks so much sam", "You are welcome.")]
)
def test_a_nod_to_the_practitioner_who_gave_back_is_no_answer(words: str, said: str) -> None:
    play = Play().they("human").taken_over().handed_back().they(words)
    assert play.said == [said]
    assert kept(play) == ["human"]


@pytest.mark.parametrize("words", ["whatever", "if you like", "nothing", "thats it"])
def test_a_shrug_is_no_agreement_to_pass_the_story_on(words: str) -> None:
    play = at_hopes().they("sleep").they("my sister").they("no").they(words)
    assert play.said == ['Thank you. Then is it OK to pass it on just as it is? You can say "ok" or "no".']
    assert words not in [line.words for line in story_of(play.state).lines]


def test_thanks_while_times_are_on_offer_is_not_taken_for_a_refusal() -> None:
    play = at_booking().they("thanks").they("thank you")
    assert len(play.state.booking.offered) == 3
    assert play.of("person_asked_for") == []


def test_what_is_no_option_is_kept_and_acknowledged() -> None:
    play = at_hopes().they("sleep").they("my sister").they("no").they("ok").they("a walk").they("when he is asleep")
    assert play.said[0].startswith("Thank you. I have kept that.")
    assert kept(play)[-1] == "when he is asleep"


@pytest.mark.parametrize("words", ["stop hes coming", "Stop, my husband is home", "stop texting someones here"])
def test_a_stop_because_somebody_comes_is_obeyed_in_words_that_tell_a_passer_by_nothing(words: str) -> None:
    assert is_stop(words)
    play = Play().they("hi").they("i cannot keep safe", screening=NOW).they(words)
    assert play.said == ["No more texts. To go on, text START."]
    assert play.state.stopped
    assert [event.because for event in play.of("concern_raised")] == ["stopped_while_open"]


@pytest.mark.parametrize("words", ["my ex wont stop coming here", "stop", "he told me to stop", "stop it hurts"])
def test_what_is_no_stop_in_a_hurry(words: str) -> None:
    assert not is_stop_in_a_hurry(words)
