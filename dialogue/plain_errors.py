"""Pydantic's findings in plain words, for people who write flows."""

from difflib import get_close_matches

from pydantic_core import ErrorDetails

from dialogue.flow import (
    Arm,
    Book,
    Branch,
    ChoiceQuestion,
    Condition,
    End,
    Flow,
    HandOff,
    Option,
    PlayBack,
    Question,
    SafetyQuestion,
    Say,
    SubFlow,
    Wait,
)
from dialogue.phrasebook import Phrasebook, SidePhrases

_ALL_FIELDS = sorted(
    {
        name
        for model in (
            Arm,
            Book,
            Branch,
            ChoiceQuestion,
            Condition,
            End,
            Flow,
            HandOff,
            Option,
            Phrasebook,
            PlayBack,
            Question,
            SafetyQuestion,
            Say,
            SidePhrases,
            SubFlow,
            Wait,
        )
        for name in model.model_fields
    }
)


_SENTENCES = {
    "missing": "{name} is missing",
    "extra_forbidden": "there is no field {name} here{close}",
    "union_tag_not_found": "'kind' is missing: it says what sort of step this is",
    "union_tag_invalid": "'kind' is '{tag}', which is no kind of step; the kinds are {expected_tags}",
    "string_type": "{name} must be text; put it in quotes if it is a number or a single word like true",
    "string_pattern_mismatch": "{name} is {input!r}; it is written in small letters, digits and underscores",
    "string_too_short": "{name} has too little in it: at least {min_length}",
    "too_short": "{name} has too little in it: at least {min_length}",
    "string_too_long": "{name} has too much in it: at most {max_length}",
    "too_long": "{name} has too much in it: at most {max_length}",
    "int_type": "{name} must be a whole number",
    "int_parsing": "{name} must be a whole number",
    "bool_type": "{name} must be true or false",
    "bool_parsing": "{name} must be true or false",
    "model_type": "{name} must be names and values, like 'id: welcome'",
    "model_attributes_type": "{name} must be names and values, like 'id: welcome'",
    "tuple_type": "{name} must be a list, each entry beginning with a dash",
}


def plain_error(detail: ErrorDetails, place: tuple[str | int, ...]) -> str:
    """One finding as a sentence: what is wrong with the value at `place`, and what it should be."""
    name = f"'{place[-1]}'" if place and isinstance(place[-1], str) else "this"
    sentence = _SENTENCES.get(detail["type"])
    if sentence is not None:
        return sentence.format(name=name, close=_close(place), input=detail["input"], **detail.get("ctx", {}))
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    return f"{name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _close(place: tuple[str | int, ...]) -> str:
    close = get_close_matches(str(place[-1]), _ALL_FIELDS, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
