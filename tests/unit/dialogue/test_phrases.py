from typing import get_args

import pytest

from dialogue import phrases
from dialogue.keywords import is_help, is_start, is_stop
from dialogue.phrasebook import SidePhrases
from dialogue.phrases import SIDES, Steering, asks_for_a_person_within, meaning


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Can I speak to a real person please?", "human"),
        ("human", "human"),
        ("i dont want to talk to a robot", "human"),
        ("can someone ring me", "human"),
        ("let me talk to somebody", "human"),
        ("get me a person", "human"),
        ("call me back pls", "human"),
        ("when will someone come", "human"),
        ("thats right", None),
        ("dont know where to start", "where_to_start"),
        ("is this going on my medical record", "is_it_confidential"),
        ("skip", "skip"),
        ("I'd rather not say", "skip"),
        ("prefer not to say", "skip"),
        ("idk", "skip"),
        ("I don't want to answer that", "skip"),
        ("that\u2019s not what I meant", "correct"),
        ("can i change my answer", "correct"),
        ("sorry, can you repeat that?", "repeat"),
        ("I don't understand", "repeat"),
        ("can we go back", "go_back"),
        ("maybe later", None),
        ("later", "pause"),
        ("thank you so much x", "thanks"),
        ("Thank you. Goodbye.", "thanks"),
        ("sorry", "sorry"),
        ("i shouldnt have said that", "sorry"),
        ("sorry i worry about her", None),
        ("forgot wot u asked", "repeat"),
        ("no understand", "repeat"),
        ("change my answer about my life", "correct"),
        ("heyyy", "greet"),
        ("ur a robot arent u", "are_you_a_robot"),
        ("will my mum find out", "who_sees_this"),
        ("can he see this?", "who_sees_this"),
        ("hello i not speak good english", "interpreter"),
        ("you have person speak arabic?", "interpreter"),
        ("why should i tell you anything", "why_ask"),
        ("I am a GP and I would like to refer a patient", "for_someone_else"),
        ("i am a nurse and i cant sleep", None),
        ("oh piss off", "complaint"),
        ("hello there", "greet"),
        ("Who's this?", "who_are_you"),
        ("r u a bot", "are_you_a_robot"),
        ("will my GP see this?", "who_sees_this"),
        ("is this private", "is_it_confidential"),
        ("how long will I have to wait", "how_long_is_the_wait"),
        ("when will I be seen", "how_long_is_the_wait"),
        ("can I bring my mum", "bring_someone"),
        ("I don't speak english very well", "interpreter"),
        ("im deaf", "communication_need"),
        ("does it cost anything", "cost"),
        ("where is it?", "where_is_it"),
        ("what do you have about me", "own_data"),
        ("delete my story", "delete_story"),
        ("this is for my son", "for_someone_else"),
        ("I want to complain", "complaint"),
        ("I can't make it", "cancel_booking"),
        ("can I change my appointment", "move_booking"),
    ],
)
def test_a_short_text_means_what_it_plainly_says(words: str, meant: str | None) -> None:
    assert meaning(words) == meant


@pytest.mark.parametrize(
    "words",
    [
        "I can't stop crying",
        "my sister helps me",
        "alright",
        "busy",
        "nothing",
        "yes",
        "no",
        "I want to be able to leave the house again",
        "how long does the pain last when somebody leaves",
        "what is it all for",
        "I want my mum to stop drinking",
        "my doctor",
        "can i have help with my rent",
        "back pain mostly",
        "someone hits me",
        "",
        "x" * 5000,
    ],
)
def test_an_answer_is_not_taken_for_something_else(words: str) -> None:
    assert meaning(words) is None


def test_every_meaning_has_its_phrases_and_every_side_question_its_answer() -> None:
    assert set(phrases._MEANINGS) == {"human", *SIDES, *get_args(Steering)}
    assert set(SIDES) == set(SidePhrases.model_fields)


@pytest.mark.parametrize("words", ["Stop", "STOP ALL", "opt-out", "dont text me again", "no more texts please"])
def test_stop_in_any_dress(words: str) -> None:
    assert is_stop(words)


@pytest.mark.parametrize(
    "words", ["stop it", "dont stop texting me", "he told me to stop", "i quit my job", "the end of my marriage"]
)
def test_what_is_no_stop(words: str) -> None:
    assert not is_stop(words)


def test_start_and_help_are_whole_texts() -> None:
    assert is_start("Start!")
    assert not is_start("start again from monday")
    assert is_help("HELP")
    assert not is_help("please help me")


def test_a_person_is_heard_of_in_a_longer_text() -> None:
    assert asks_for_a_person_within("its all too much can I talk to someone about it")
    assert not asks_for_a_person_within("I never get to talk to my brother about it")
