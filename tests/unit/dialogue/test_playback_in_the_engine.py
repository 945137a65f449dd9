from dialogue.story import story_of
from tests.unit.dialogue.player import Play


def at_playback() -> Play:
    play = Play()
    for words in ("hi", "lost my job", "no", "sleep", "my sister", "the rent is due"):
        play.they(words)
    return play


def test_the_story_is_quotes_only_in_the_order_told() -> None:
    play = at_playback()
    assert play.said[0].splitlines()[1:] == ['1. "lost my job"', '2. "sleep"', '3. "my sister"', '4. "the rent is due"']
    assert [line.message for line in story_of(play.state).lines] == ["m2", "m4", "m5", "m6"]


def test_ok_approves() -> None:
    assert "story_approved" in at_playback().they("ok").kinds
    assert "story_approved" in at_playback().they("that would be grand", means="yes").kinds


def test_the_understanding_cannot_approve_what_holds_a_condition() -> None:
    assert "story_approved" not in at_playback().they("grand but leave my sister out", means="yes").kinds


def test_a_line_is_left_out_and_the_numbers_of_the_others_stay() -> None:
    play = at_playback().they("leave out 2")
    assert [event.message for event in play.of("line_left_out")] == ["m4"]
    assert "I have left out number 2." in play.said[0]
    assert [line.number for line in story_of(play.state).told] == [1, 3, 4]
    assert "cannot find that number" in play.they("leave out 2").said[0]
    assert "story_approved" in play.they("ok").kinds


def test_several_lines_are_left_out_at_once() -> None:
    assert len(at_playback().they("leave out 1 and 3").of("line_left_out")) == 2


def test_a_line_is_reworded() -> None:
    play = at_playback().they("change 3")
    assert play.said == ["What would you like number 3 to say instead?"]
    play.they("my big sister")
    assert [event.replaces for event in play.of("answer_kept")] == ["m5"]
    assert [line.words for line in story_of(play.state).told][2] == "my big sister"
    assert "May I pass on" in play.said[-1]


def test_anything_else_is_added() -> None:
    play = at_playback().they("and the dog died")
    assert [event.about for event in play.of("answer_kept")] == ["added"]
    assert "May I pass on" in play.said[-1]


def test_nothing_more_and_thanks_are_no_agreement_and_are_asked_about() -> None:
    for words in ("nah thats it", "cheers"):
        play = at_playback().they(words)
        assert "is it OK to pass it on just as it is?" in play.said[0]
        assert not play.of("answer_kept")
        assert "story_approved" in play.they("ok").kinds


def test_that_is_right_agrees_and_that_is_not_right_asks_what_to_change() -> None:
    assert "story_approved" in at_playback().they("that's right").kinds
    assert "which number" in at_playback().they("that's not right").said[0]
    assert "which number" in at_playback().they("3").said[0]


def test_no_asks_what_to_change_and_a_second_no_passes_nothing_on() -> None:
    play = at_playback().they("no")
    assert "which number" in play.said[0]
    play.they("no")
    assert "I will not pass it on" in play.said[0]
    assert not any(event.kind == "story_approved" for event in play.history)


def test_refusing_and_skipping_pass_nothing_on_and_the_conversation_goes_on() -> None:
    for words in ("please don't share it", "skip"):
        play = at_playback().they(words)
        assert "I will not pass it on" in " ".join(play.said)
        assert "small plan" in play.said[-1]
        assert not play.of("story_approved")


def test_nothing_told_is_nothing_to_read_back() -> None:
    play = Play()
    for words in ("hi", "skip", "no", "skip", "skip", "skip"):
        play.they(words)
    assert "There is nothing to read back" in " ".join(play.said)
    assert "small plan" in play.said[-1]


def test_it_does_not_go_on_for_ever() -> None:
    play = at_playback()
    for number in range(9):
        play.they(f"one more thing {number}")
    assert [event.because for event in play.of("person_asked_for")] == ["not_understood"]
    assert "small plan" in play.said[-1]
