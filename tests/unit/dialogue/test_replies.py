import pytest

from dialogue.replies import (
    LineWish,
    has_a_condition,
    is_agreement,
    is_clear_no,
    is_clear_yes,
    is_refusal_to_share,
    line_wish,
    picked_number,
    refuses_all,
)


@pytest.mark.parametrize(
    "words",
    [
        "no",
        "No.",
        "NOPE",
        "nah",
        "no no",
        "not at all",
        "no I'm safe",
        "no, we are all safe thanks",
        "I'm safe",
        "no nothing like that",
        "na",
        "No thank you, I am quite safe.",
    ],
)
def test_a_clear_no(words: str) -> None:
    assert is_clear_no(words)
    assert not is_clear_yes(words)


@pytest.mark.parametrize(
    "words",
    [
        "no but",
        "no...",
        "no?",
        "not really",
        "no i dont think so",
        "no one is safe here",
        "no idea",
        "fine",
        "im fine",
        "",
        "no \U0001f62d",
        "no not anymore",
        "no he is",
        "not safe",
        "im not safe",
        "no im not safe",
        "no lol",
        "noo",
        "n/a",
        "no thank you i am not safe",
        "none of your business",
        "safe-ish",
        "n\u00f6",
    ],
)
def test_what_is_no_clear_no(words: str) -> None:
    assert not is_clear_no(words)


NOES = (
    "no",
    "nope",
    "nae",
    "not at all",
    "no not at all",
    "never",
    "definitely not",
    "none",
    "neither",
    "no im not",
    "no i dont",
)
TAKEN_BACK = (
    "safe",
    "ok",
    "fine",
    "feel safe",
    "all safe",
    "im not safe",
    "but",
    "safe at all",
    "i feel unsafe",
    "im not ok",
    "so good",
)


@pytest.mark.parametrize("no", NOES)
@pytest.mark.parametrize("after", TAKEN_BACK)
def test_a_no_that_takes_the_safety_back_is_no_clear_no(no: str, after: str) -> None:
    assert not is_clear_no(f"{no} {after}")
    assert not is_clear_no(f"{no}, {after}.")


@pytest.mark.parametrize(
    "words", ["yes", "yeah a lot", "Aye", "yes for my son", "yes no", "definitely", "all the time", "yes but its ok"]
)
def test_a_yes_is_heard(words: str) -> None:
    assert is_clear_yes(words)


@pytest.mark.parametrize("words", ["yes im safe", "yeah we are all safe thanks", "yesterday", "no", "maybe"])
def test_what_is_no_clear_yes(words: str) -> None:
    assert not is_clear_yes(words)


@pytest.mark.parametrize(
    "words",
    [
        "ok",
        "Yes that's right",
        "yes please",
        "fine by me"[:4],
        "thats correct thanks",
        "sure, go ahead",
        "you can",
        "all good",
    ],
)
def test_agreement(words: str) -> None:
    assert is_agreement(words)


@pytest.mark.parametrize(
    "words",
    [
        "ok but not the bit about work",
        "no",
        "yes except 2",
        "I suppose",
        "",
        "leave out 1",
        "what happens if I say yes",
    ],
)
def test_no_agreement(words: str) -> None:
    assert not is_agreement(words)


def test_a_condition_is_seen() -> None:
    assert has_a_condition("yeah alright but dont tell my gp")
    assert not has_a_condition("that would be grand")


@pytest.mark.parametrize(
    "words",
    [
        "don't share it",
        "please don't pass it on",
        "I'd rather you didn't"[:0] + "rather not share it",
        "I don't want it passed on",
        "no dont tell anyone",
    ],
)
def test_a_refusal_to_share(words: str) -> None:
    assert is_refusal_to_share(words)


@pytest.mark.parametrize(
    ("words", "wish", "numbers"),
    [
        ("leave out 2", "leave_out", (2,)),
        ("yes but leave out number 2 please", "leave_out", (2,)),
        ("take the second one out", "leave_out", (2,)),
        ("remove 1 and 3", "leave_out", (1, 3)),
        ("delete 10", "leave_out", (10,)),
        ("change 2", "change", (2,)),
        ("can I reword the first one", "change", (1,)),
        ("3 is wrong", "change", (3,)),
    ],
)
def test_a_wish_for_a_line(words: str, wish: str, numbers: tuple[int, ...]) -> None:
    found = line_wish(words)
    assert found == LineWish(wish, numbers)  # type: ignore[arg-type]  # the parameter is text


@pytest.mark.parametrize("words", ["leave me out of it", "I have 2 kids", "change my life", "", "2"])
def test_no_wish_for_a_line(words: str) -> None:
    assert line_wish(words) is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("2", 2),
        ("2.", 2),
        ("2nd one pls", 2),
        ("the first", 1),
        ("number three please", 3),
        ("ill take 1", 1),
        ("2 kids", None),
        ("2 or 3", None),
    ],
)
def test_a_number_is_picked(words: str, number: int | None) -> None:
    assert picked_number(words) == number


def test_none_of_those() -> None:
    assert refuses_all("none of those sorry")
    assert refuses_all("none")
    assert not refuses_all("none of my family know")
