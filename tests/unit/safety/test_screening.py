"""What a screening says: exact words, several texts together, other languages, media, failure."""

import pytest

from dialogue.safety import KINDS, Reason, Rules, Screening, could_not_screen, screen, screen_media, unreadable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello. I  WANT to   DIE. bye", "WANT to   DIE"),
        ("I\u2019m feeling SU1C1DAL tonight", "I\u2019m feeling SU1C1DAL"),
        ("i k!ll myself", "k!ll myself"),
        ("i want to k i l l m y s e l f ok", "k i l l m y s e l f"),
        ("kms", "kms"),
        ("i want to d\u200bie", "want to d\u200bie"),
    ],
)
def test_the_words_are_the_exact_words_of_the_text(text: str, words: str) -> None:
    screening = screen(text)
    assert screening.route == "now"
    assert words in {reason.words for reason in screening.reasons}


def test_a_reason_gives_the_kind_and_the_rule() -> None:
    reason = screen("i might kill myself").reasons[0]
    assert (reason.kind, reason.by, reason.words) == ("suicide", "rule:suicide-kill-myself", "kill myself")


def test_reassurance_elsewhere_cancels_nothing() -> None:
    assert screen("im fine honestly, im safe, not suicidal. took all my tablets lol").route == "now"


def test_a_concern_in_the_middle_of_a_long_text_is_found() -> None:
    chat = "we went to the shops and had a lovely cup of tea and talked about the garden. "
    text = chat * 64 + "i might kill myself. " + chat * 64
    assert len(text) > 10_000
    assert screen(text).route == "now"


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\u200b", "\x00"])
def test_a_text_without_anything_in_it_gives_nothing(text: str) -> None:
    assert screen(text) == Screening(route="none", reasons=(), version=Rules.shipped().version)


@pytest.mark.parametrize(
    "text",
    [
        "i want to\x00 die",
        "\u202ei want to die",
        "i want to die \ud83d",
        "\ud83di want to \udc00die",
        "i want to die\ufe0f",
    ],
)
def test_broken_characters_do_not_hide_a_danger_and_can_be_stored(text: str) -> None:
    screening = screen(text)
    assert screening.route == "now"
    screening.model_dump_json()


def test_texts_together_say_what_none_says_alone() -> None:
    joined = screen("tell my kids i love them", ["i cant do this", "anymore"])
    assert joined.route == "now"
    assert screen("be here", ["i dont want to"]).route == "now"
    reason = screen("myself", ["im going to", "kill"]).reasons[0]
    assert (reason.by, reason.words) == ("joined:suicide-kill-myself", "myself")


def test_an_earlier_danger_is_not_flagged_again_by_a_text_that_adds_nothing() -> None:
    assert screen("ok thanks", ["i might kill myself"]).route == "none"


@pytest.mark.parametrize(
    ("text", "route"), [("👍", "none"), ("😂😂", "none"), ("💔", "today"), ("🔪💔", "now"), ("🦷🫠", "today")]
)
def test_pictures_alone(text: str, route: str) -> None:
    assert screen(text).route == route


def test_a_language_nobody_can_judge_is_for_a_person_today() -> None:
    screening = screen("je suis tres fatigue et je ne dors plus")
    assert screening.route == "today"
    assert screening.reasons[0].by == "unreadable:language:french"


def test_joining_takes_the_more_urgent_route_and_repeats_nothing() -> None:
    first = Screening(route="today", reasons=(Reason(kind="low_mood", by="rule:a", words="x"),), version="v1")
    second = Screening(
        route="now", reasons=(*first.reasons, Reason(kind="suicide", by="rule:b", words="y")), version="v2"
    )
    both = first.joined_with(second)
    assert both.route == "now"
    assert [reason.by for reason in both.reasons] == ["rule:a", "rule:b"]
    assert both.version == "v1+v2"
    assert first.joined_with(first) == first


def test_what_cannot_be_screened_is_a_concern() -> None:
    screening = could_not_screen("rules-1", "timeout")
    assert screening.route == "now"
    assert screening.reasons == (Reason(kind="unscreened", by="detector-error", words=""),)


def test_media_is_looked_at_today() -> None:
    screening = screen_media(["photo", "voice"], "rules-1")
    assert screening.route == "today"
    assert {reason.by for reason in screening.reasons} == {"unreadable:photo", "unreadable:voice"}
    assert screen_media([], "rules-1").route == "none"
    assert unreadable("rules-1", "sticker").reasons[0].kind in KINDS
