import pytest

from dialogue.inputs import SlotBooked, SlotChoice, SlotsFound
from tests.unit.dialogue.player import SLOTS, Play, at_booking, flagged


def test_times_are_offered_in_plain_words_with_a_way_to_refuse() -> None:
    choices = at_booking().state.booking.offered
    play = at_booking()
    assert [slot.id for slot in choices] == ["slot-0", "slot-1", "slot-2"]
    labels = [choice.label for choice in play.messages[-1].choices]
    assert labels[0] == "Tuesday 8 December at 2pm, in person at the Willow Centre, with Asha"
    assert labels[-1] == "None of these"


@pytest.mark.parametrize(
    "words", ["2", "2nd one pls", "slot-1", "Wednesday 9 December at 3pm, in person at the Willow Centre, with Asha"]
)
def test_a_number_a_button_or_the_words_choose(words: str) -> None:
    assert [event.slot for event in at_booking().they(words).of("booking_asked")] == ["slot-1"]


def test_what_was_understood_outside_chooses() -> None:
    play = at_booking().they("the last one works", choice=SlotChoice(outcome="chosen", index=2))
    assert [event.slot for event in play.of("booking_asked")] == ["slot-2"]


def test_a_choice_that_was_never_offered_is_asked_about() -> None:
    play = at_booking().they("the ninth", choice=SlotChoice(outcome="chosen", index=8))
    assert not play.of("booking_asked")
    assert "Which one would you like" in play.said[0]


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("4", None),
        ("none of those", None),
        ("None of these", None),
        ("evenings only", SlotChoice(outcome="narrowed")),
        ("nope", SlotChoice(outcome="none")),
    ],
)
def test_refusing_brings_other_times_and_the_words_are_kept(words: str, choice: SlotChoice | None) -> None:
    play = at_booking().they(words, choice=choice)
    assert [event.refused for event in play.of("slots_asked")] == [("slot-0", "slot-1", "slot-2")]
    assert "Here are some other times." in play.said[-1]
    assert [event.words for event in play.of("answer_kept")] == [words]


def test_after_three_rounds_a_person_finds_a_time() -> None:
    play = at_booking().they("4").they("4").they("4")
    assert [event.because for event in play.of("person_asked_for")] == ["slots_refused", "flow"]
    assert play.state.phase == "ended"
    assert [event.outcome for event in play.of("conversation_ended")] == ["person_arranges"]


def test_declining_is_fine_and_a_person_is_told() -> None:
    play = at_booking().they("no thanks i dont want one", choice=SlotChoice(outcome="declined"))
    assert "no need to decide now" in play.said[0]
    assert play.of("person_asked_for")
    assert play.state.phase == "ended"


def test_unclear_is_asked_about_once_and_then_left_to_a_person() -> None:
    play = at_booking().they("hmm")
    assert "Which one would you like" in play.said[0]
    play.they("hmm well")
    assert "not_understood" in [event.because for event in play.of("person_asked_for")]


def test_no_times_at_all_bring_a_person() -> None:
    play = Play()
    play.slots = ()
    for words in ("hi", "hard", "no", "skip", "skip", "skip", "ok", "skip", "1"):
        play.they(words)
    assert play.of("person_asked_for")[0].because == "no_slots"
    assert any("I have no times to offer" in words for words in play.said)


def test_a_time_that_has_gone_is_said_with_new_ones() -> None:
    play = at_booking()
    play.answer_slots = False
    play.they("1").gone()
    assert "somebody else has just taken that time" in play.said[0]
    assert [slot.id for slot in play.state.booking.offered] == ["slot-3", "slot-4", "slot-5"]


def test_side_questions_at_booking_are_answered_and_the_times_come_again() -> None:
    play = at_booking().they("can my mum come?")
    assert "bring somebody" in play.said[0]
    assert len(play.messages[-1].choices) == 4


def test_a_text_while_times_are_sought_is_answered() -> None:
    play = at_booking()
    play.answer_slots = False
    play.they("4").they("are you there?")
    assert play.said


def test_times_that_come_while_a_practitioner_is_there_are_let_go_and_sought_again() -> None:
    play = at_booking()
    play.answer_slots = False
    play.they("4").taken_over()
    assert play.give(SlotsFound(slots=SLOTS[3:6])).events == ()
    play.handed_back()
    assert play.of("slots_asked")


def test_a_booking_that_comes_during_a_takeover_is_told_afterwards() -> None:
    play = at_booking()
    play.answer_slots = False
    play.they("1").taken_over()
    assert play.give(SlotBooked(slot=SLOTS[0])).said == []
    play.handed_back()
    assert any("That is booked for you: Tuesday 8 December" in words for words in play.said)
    assert play.state.phase == "ended"


def test_a_booking_that_comes_after_a_stop_is_told_after_start() -> None:
    play = at_booking()
    play.answer_slots = False
    play.they("1").they("stop")
    assert play.give(SlotBooked(slot=SLOTS[0])).said == []
    assert any("That is booked for you" in words for words in play.they("start").said)


def test_a_booking_made_elsewhere_is_told() -> None:
    play = Play().they("hi").give(SlotBooked(slot=SLOTS[0]))
    assert play.said == [
        "You have a first conversation: Tuesday 8 December at 2pm, in person at the Willow Centre, with Asha."
    ]


def test_a_concern_with_a_choice_is_a_concern_first() -> None:
    play = at_booking().they("2", screening=flagged("now"))
    assert not play.of("booking_asked")
    assert play.state.phase == "listening"
