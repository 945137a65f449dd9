import pytest

from dialogue.events import AnswerKept
from dialogue.inputs import Said
from dialogue.story import story_of
from tests.unit.dialogue.player import NOTHING, TO_BOOKING, Play, at_booking, flagged


def test_the_first_reply_says_who_this_is_what_it_is_not_who_reads_and_how_to_stop() -> None:
    welcome = Play().they("hi").said[0]
    for words in (
        "First Contact",
        "automated",
        "not an emergency service",
        "999",
        "111",
        "116 123",
        "85258",
        "read",
        "STOP",
    ):
        assert words in welcome


def test_the_living_well_questions_come_in_their_order() -> None:
    play = Play()
    asked = [play.they(words).said[-1] for words in TO_BOOKING[:6]]
    assert asked[0] == "How's your life at the moment?"
    assert "Do you worry about your safety or the safety of someone else?" in asked[1]
    assert "hope to find" in asked[2]
    assert "helps you" in asked[3]
    assert "What else do you think is important to mention?" in asked[4]
    assert "pass it on" in asked[5]


def test_a_whole_conversation_ends_with_a_date_and_what_happens_next() -> None:
    play = at_booking().they("2")
    assert any(
        "That is booked for you: Wednesday 9 December at 3pm, in person at the Willow Centre" in words
        for words in play.said
    )
    assert "What happens next" in play.said[-1]
    assert "write to me here" in play.said[-1]
    assert play.state.phase == "ended"
    assert [event.outcome for event in play.of("conversation_ended")] == ["booked"]


def test_every_answer_is_kept_word_for_word() -> None:
    play = at_booking()
    kept = {event.about: event.words for event in play.history if isinstance(event, AnswerKept)}
    assert kept["life"] == "hard, I lost my job"
    assert kept["what_helps"] == "my sister"
    assert kept["small_step"] == "a walk"


def test_ten_thousand_characters_are_kept_and_read_back_whole() -> None:
    long = " ".join(f"word{number}" for number in range(1200))
    play = Play().they("hi").they(long).they("no").they("skip").they("skip").they("skip")
    assert play.state.answers[0].words == long
    read_back = " ".join(play.said[:-1]).replace("\n", " ")
    assert all(f"word{number}" in read_back for number in range(1200))
    assert all(len(words) <= 600 for words in play.said)


def test_the_first_text_is_part_of_the_story_unless_it_is_only_a_hello() -> None:
    told = Play().they("i cant cope with my rent any more").state
    assert [line.words for line in story_of(told).told] == ["i cant cope with my rent any more"]
    assert story_of(Play().they("Hiya").state).told == ()


@pytest.mark.parametrize(
    "words", ["skip", "rather not say", "dunno", "Pass.", "I don't know", "id rather not say tbh"[:18]]
)
def test_a_skipped_question_is_fine_and_not_asked_again(words: str) -> None:
    play = Play().they("hi").they("ok i suppose").they("no").they(words)
    assert [event.about for event in play.of("answer_skipped")] == ["hopes"]
    assert "helps you" in play.said[-1]
    assert play.state.skipped == ("hopes",)


def test_that_is_not_what_i_meant_changes_the_last_answer() -> None:
    play = Play().they("hi").they("fine").they("that's not what I meant")
    assert play.said == ["Of course. What would you like to say instead?"]
    play.they("not fine at all")
    kept = play.of("answer_kept")[0]
    assert (kept.about, kept.words, kept.replaces) == ("life", "not fine at all", "m2")
    assert [answer.words for answer in play.state.answers] == ["not fine at all"]
    assert "Do you worry about your safety" in play.said[-1]


def test_go_back_asks_the_question_before_and_then_the_open_one() -> None:
    play = Play().they("hi").they("fine").they("no").they("sleep").they("go back")
    assert play.said == ["What help do you hope to find here?"]
    play.they("a job")
    assert play.of("answer_kept")[0].replaces == "m4"
    assert "helps you" in play.said[-1]


def test_going_back_over_a_choice_takes_the_other_way() -> None:
    play = Play()
    for words in (*TO_BOOKING[:8], "3"):
        play.they(words)
    assert play.said == ["Which times are good for you?"]
    play.they("go back")
    assert len(play.messages[-1].choices) == 3
    play.they("texts only please")
    assert [event.replaces for event in play.of("answer_kept")] == ["m9"]
    assert play.state.booking.offered


def test_going_back_to_the_safety_question_can_only_add_a_concern() -> None:
    play = Play().they("hi").they("fine").they("no").they("go back").they("well sometimes")
    assert [(event.by, event.because) for event in play.of("concern_raised")] == [("today", "safety_answer")]


def test_never_mind_leaves_the_answer_as_it_was() -> None:
    play = Play().they("hi").they("fine").they("can I change that").they("never mind")
    assert "stays as it was" in play.said[0]
    assert [answer.words for answer in play.state.answers] == ["fine"]


def test_repeat_asks_again_and_keeps_nothing() -> None:
    play = Play().they("hi").they("what?")
    assert play.said == ["So, how's your life at the moment?"]
    assert not play.of("answer_kept")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("are you a robot?", "computer program"),
        ("who are you", "automated assistant"),
        ("who sees this?", "can read what you write"),
        ("is this confidential", "stays in the Willow team"),
        ("how long is the wait?", "14 to 25 days"),
        ("what happens next", "first conversation"),
        ("can my mum come?", "bring somebody"),
        ("can I have an interpreter", "interpreter"),
        ("is it free", "free"),
        ("where is it?", "place"),
        ("why do you ask", "You do not have to answer"),
    ],
)
def test_a_side_question_gets_its_answer_and_then_the_open_question_without_any_understanding(
    words: str, part: str
) -> None:
    play = Play().they("hi").they(words)
    assert part in play.said[0]
    assert "how's your life at the moment?" in play.said[-1]


def test_the_understanding_can_find_a_side_question_the_phrases_do_not_know() -> None:
    play = Play().they("hi").they("do I need to bring my purse for this", means="cost")
    assert "free" in play.said[0]


@pytest.mark.parametrize(
    ("words", "confidence"),
    [
        ("it costs me everything to get up in the morning", 0.99),
        ("do I need to bring my purse for this", 0.5),
        ("what " * 20, 0.99),
    ],
)
def test_an_unsure_understanding_or_a_longer_text_or_a_statement_is_an_answer(words: str, confidence: float) -> None:
    play = Play().they("hi").they(words, means="cost", confidence=confidence)
    assert [event.words for event in play.of("answer_kept")] == [words]


def test_a_broken_understanding_cannot_keep_somebody_from_being_heard() -> None:
    play = Play().they("hi")
    for number in range(5):
        play.they(f"life is hard {number}", means="repeat")
    assert any(event.kind == "answer_kept" for event in play.history)


def test_a_request_for_a_person_opens_a_case_once_in_words_and_the_question_stays() -> None:
    play = Play().they("hi").they("can I talk to a real person please")
    assert [event.because for event in play.of("person_asked_for")] == ["asked_for_a_person"]
    first = play.said
    assert "how's your life" in play.said[-1]
    play.they("I want a human")
    assert play.of("person_asked_for")
    assert play.said[0] != first[0]


def test_a_wish_for_someone_to_talk_to_is_a_request_and_an_answer() -> None:
    play = Play().they("hi").they("fine").they("no").they("I need someone to talk to")
    assert play.of("person_asked_for")
    assert [event.about for event in play.of("answer_kept")] == ["hopes"]


def test_asking_for_a_human_in_the_middle_of_a_long_text_loses_nothing() -> None:
    words = "its been bad since summer with the rent and my mum, honestly can I speak to a real person about it"
    play = Play().they("hi").they(words)
    assert play.of("person_asked_for")
    assert [event.words for event in play.of("answer_kept")] == [words]


@pytest.mark.parametrize("words", ["help", "HELP", "info", "Crisis"])
def test_help_is_answered_and_the_question_stays(words: str) -> None:
    play = Play().they("hi").they(words)
    assert "not an emergency service" in play.said[0]
    assert "how's your life" in play.said[-1]


def test_empty_text_and_media_are_answered_kindly() -> None:
    play = Play().they("hi").they("   ")
    assert "empty" in play.said[0]
    play.they("", media=("photo",))
    assert [event.by for event in play.of("concern_raised")] == ["today"]
    assert "I cannot look at it myself" in play.said[0]
    assert "how's your life" in play.said[-1]


def test_a_photo_with_words_is_acknowledged_and_the_words_are_the_answer() -> None:
    play = Play().they("hi").they("this is my flat", media=("photo",))
    assert [event.words for event in play.of("answer_kept")] == ["this is my flat"]


def test_emoji_alone_are_kept_and_the_screening_decides() -> None:
    play = Play().they("hi").they("\U0001f62d", screening=flagged("today", "unreadable"))
    assert [event.words for event in play.of("answer_kept")] == ["\U0001f62d"]
    assert "cannot tell for sure" in play.said[0]


def test_after_a_long_silence_the_next_message_begins_with_a_recap() -> None:
    play = Play().they("hi").wait(days=3).they("busy with work")
    assert play.said[0].startswith("Hello again.")
    assert "Do you worry about your safety" in play.said[-1]
    assert [event.words for event in play.of("answer_kept")] == ["busy with work"]


def test_nudges_are_two_and_never_at_night() -> None:
    play = Play()
    play.now = play.now.replace(hour=23)
    play.they("hi")
    due = play.of("timer_started")[0].due
    assert (due.hour, due.minute) == (9, 0)
    said = []
    for _ in range(3):
        play.wait(days=2).timer("nudge")
        said += play.said
    assert len(said) == 2
    assert said[0] != said[1]


def test_a_nudge_that_was_stopped_says_nothing() -> None:
    play = at_booking().they("1")
    assert play.timer("nudge").events == ()


def test_goodbye_and_later_pause_without_a_question_and_the_next_text_goes_on() -> None:
    play = Play().they("hi").they("fine").they("no").they("I'll come back tomorrow")
    assert play.state.phase == "paused"
    assert len(play.said) == 1
    play.they("sleep")
    assert [event.about for event in play.of("answer_kept")] == ["hopes"]


def test_somebody_who_writes_after_the_end_is_read_by_a_person() -> None:
    play = at_booking().they("1").they("I forgot to say that I also get panic attacks")
    assert [event.because for event in play.of("person_asked_for")] == ["wrote_after_end"]
    assert "A person from the team will read it" in play.said[0]
    assert play.they("thanks").said == ["You are welcome."]
    assert not play.of("person_asked_for")


def test_the_same_inputs_give_the_same_events() -> None:
    assert at_booking().they("1").history == at_booking().they("1").history


def test_what_a_person_writes_in_braces_is_said_back_as_it_is() -> None:
    play = Play().they("hi").they("i am {emergency} and {nonsense}").they("no").they("skip").they("skip").they("skip")
    assert any("i am {emergency} and {nonsense}" in words for words in play.said)
    play.they("ok").they("{service}")
    assert any("You: {service}" in words for words in play.said)


def test_the_engine_screens_for_itself_whatever_the_caller_says() -> None:
    said = Said(message="m1", words="I want to kill myself", screening=NOTHING)
    play = Play().give(said)
    assert [event.by for event in play.of("concern_raised")] == ["now"]
