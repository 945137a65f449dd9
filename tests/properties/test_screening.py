"""However a plain danger is typed or wrapped, it stays flagged; whatever is typed, screening answers."""

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.safety import ROUTES, Screening
from tests.support.labelled import detector

PLAIN = [
    "i might kill myself",
    "i want to die",
    "i've taken an overdose",
    "i am going to stab my boss",
    "my husband hits me",
    "i was raped on sunday",
    "my stepdad touches me at night",
    "the voices are telling me to hurt people",
    "i shook my baby",
    "i cut myself again tonight",
    "i can't breathe",
    "my friend says she wants to die",
    "i don't want to be here anymore",
    "my carer is stealing my money",
]
AFTER = [
    "",
    " please",
    " thanks",
    " thank you x",
    " lol",
    " haha",
    " 😂",
    " 👍",
    " 😭",
    ".",
    "...",
    " sorry to bother you",
    " xx",
    "\n",
]
BEFORE = [
    "",
    "hi ",
    "Hello, ",
    "lol ",
    "😂 ",
    "sorry to bother you but ",
    "hope you are well. ",
    "im ok but ",
    "honestly ",
]


def screen(text: str, previous: Sequence[str] = ()) -> Screening:
    return detector().screen(text, previous)


@given(text=st.sampled_from(PLAIN), data=st.data())
def test_casing_leaves_a_danger_flagged(text: str, data: st.DataObject) -> None:
    upper = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    typed = "".join(letter.upper() if big else letter for letter, big in zip(text, upper, strict=True))
    assert screen(typed).route == "now"


@given(text=st.sampled_from(PLAIN), data=st.data())
def test_spacing_leaves_a_danger_flagged(text: str, data: st.DataObject) -> None:
    gaps = st.sampled_from(["  ", "   ", " \t", "\u00a0", " \n", ", "])
    assert screen(re.sub(" ", lambda _: data.draw(gaps), text)).route == "now"


@given(text=st.sampled_from(PLAIN), before=st.sampled_from(BEFORE), after=st.lists(st.sampled_from(AFTER), max_size=3))
def test_a_polite_or_cheerful_wrapping_leaves_a_danger_flagged(text: str, before: str, after: list[str]) -> None:
    assert screen(before + text + "".join(after)).route == "now"


@given(
    text=st.sampled_from(PLAIN),
    filling=st.sampled_from(["just", "really", "actually", "lol", "fucking", "😭"]),
    data=st.data(),
)
def test_a_filling_word_leaves_a_danger_flagged(text: str, filling: str, data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(0, len(words)))
    assert screen(" ".join([*words[:place], filling, *words[place:]])).route == "now"


@given(text=st.sampled_from(PLAIN))
def test_no_apostrophe_or_a_curly_one_leaves_a_danger_flagged(text: str) -> None:
    assert screen(text.replace("'", "")).route == "now"
    assert screen(text.replace("'", "\u2019")).route == "now"


ANY_CHARACTER = st.characters(min_codepoint=0, max_codepoint=0x10FFFF, exclude_categories=())


@settings(max_examples=100)
@given(
    text=st.text(alphabet=ANY_CHARACTER, max_size=200),
    earlier=st.lists(st.text(alphabet=ANY_CHARACTER, max_size=40), max_size=3),
)
def test_any_text_gets_an_answer_whose_words_are_its_own(text: str, earlier: list[str]) -> None:
    screening = screen(text, earlier)
    assert screening.route in ROUTES
    assert screening.version == detector().version
    assert all(reason.words in text for reason in screening.reasons)
    assert (screening.route == "none") == (not screening.reasons)
    screening.model_dump_json()


WORDS = st.sampled_from(
    [
        *" ".join(PLAIN).split(),
        "not",
        "never",
        "lol",
        ".",
        ",",
        "2",
        "😂",
        "💊",
        "c",
        "u",
        "t",
        "s'",
        "’",
        "!",
        "\ud83d",
    ]
)


@settings(max_examples=100)
@given(words=st.lists(WORDS, max_size=40), earlier=st.lists(WORDS, max_size=4))
def test_words_of_danger_in_any_order_are_given_back_exactly(words: list[str], earlier: list[str]) -> None:
    text = " ".join(words)
    screening = screen(text, earlier)
    assert all(reason.words in text for reason in screening.reasons)
    screening.model_dump_json()


@given(
    text=st.sampled_from(PLAIN),
    earlier=st.lists(st.sampled_from(["hello", "thanks", "see you monday", "i want to die"]), max_size=4),
)
def test_what_came_before_never_lowers_a_danger(text: str, earlier: list[str]) -> None:
    assert screen(text, earlier).route == "now"
