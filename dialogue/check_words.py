"""What can be wrong with the words: placeholders, reserved words, characters no plain text message has, length."""

import re
from collections.abc import Iterator

from dialogue.flow import Book, ChoiceQuestion, End, Flow, HandOff, PlayBack, Question, SafetyQuestion, Say
from dialogue.inputs import Team
from dialogue.phrasebook import Phrasebook
from dialogue.published import Flows
from dialogue.reader import Placed, Problem, did_you_mean
from dialogue.wording import (
    FLOW_PLACEHOLDERS,
    PHRASE_PLACEHOLDERS,
    PLACEHOLDER,
    RESERVED,
    fill,
    is_gsm,
    placeholders,
    segments,
)

_MOST_SEGMENTS = 3
_MOST_WELCOME_SEGMENTS = 4

_WORDS = "|".join(sorted(RESERVED, key=len, reverse=True))
_CAPITALS = re.compile(rf"\b(?:{_WORDS.upper()})\b")
_ASKED_FOR = re.compile(
    r"\b(?:reply|text|send|say|answer|type|press|write|respond|tap)(?: us| me| back| with| the word| the words)*"
    rf"\s+[\"']?({_WORDS})[\"']?(?=$|[.,;:)]| to | or | if )",
    re.IGNORECASE,
)


def texts(flow: Flow) -> Iterator[tuple[int, str, str]]:
    """Each text of a flow: the number of its step counted from 0, the field, the words."""
    for number, step in enumerate(flow.steps):
        match step:
            case Say() | HandOff():
                yield number, "say", step.say
            case Question() | SafetyQuestion() | ChoiceQuestion():
                yield number, "ask", step.ask
                yield number, "again", step.again
                if isinstance(step, ChoiceQuestion):
                    yield from ((number, "options", option.label) for option in step.options)
            case PlayBack():
                yield from ((number, field, getattr(step, field)) for field in ("intro", "ask", "again"))
            case Book():
                yield from ((number, field, getattr(step, field)) for field in ("intro", "booked"))
            case End() if step.say:
                yield number, "say", step.say
            case _:
                pass


def abouts(flows: Flows, flow: Flow, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """What the questions of a flow, and of those that run inside it, are about."""
    found: set[str] = set()
    for step in flow.steps:
        if isinstance(step, Question | SafetyQuestion | ChoiceQuestion):
            found.add(step.about)
        elif step.kind == "flow" and step.flow in flows.names() and step.flow not in seen:
            found |= abouts(flows, flows.latest(step.flow), seen | {flow.flow})
    return frozenset(found)


def unknown_placeholders(placed: Placed) -> list[Problem]:
    """Placeholders nothing fills, and braces that are no placeholder."""
    problems = []
    about = {step.about for step in placed.flow.steps if isinstance(step, Question | SafetyQuestion | ChoiceQuestion)}
    for number, field, words in texts(placed.flow):
        known = FLOW_PLACEHOLDERS | {f"answer:{name}" for name in about}
        problems += [_of_step(placed, number, field, what) for what in _placeholders(words, known)]
    return problems


def of_flow(placed: Placed) -> list[Problem]:
    """All that is wrong with the words of a flow."""
    problems = unknown_placeholders(placed)
    for number, field, words in texts(placed.flow):
        first = placed.flow.steps[number].id == placed.flow.start and not placed.flow.sub_flow
        most = _MOST_WELCOME_SEGMENTS if first else _MOST_SEGMENTS
        problems += [_of_step(placed, number, field, what) for what in _words(words, placed.flow.language, most)]
    return problems


def of_phrasebook(phrasebook: Phrasebook) -> list[Problem]:
    """All that is wrong with the words of a phrasebook; it has no steps, so a problem names the entry."""
    file = f"words.{phrasebook.language}.yaml"
    problems = []
    for name, words in phrasebook.texts():
        found = [*_placeholders(words, PHRASE_PLACEHOLDERS), *_words(words, phrasebook.language, _MOST_SEGMENTS)]
        problems += [Problem(file, 0, None, f"'{name}': {what}") for what in found]
    return problems


def _of_step(placed: Placed, number: int, field: str, what: str) -> Problem:
    return Problem(placed.file, placed.line_of("steps", number, field), placed.flow.steps[number].id, what)


def _placeholders(words: str, known: frozenset[str] | set[str]) -> Iterator[str]:
    for name in placeholders(words):
        if name not in known:
            yield f"nothing fills {{{name}}}{did_you_mean(name, sorted(known))}"
    if re.search(r"[{}]", PLACEHOLDER.sub("", words)):
        yield "there is a brace that belongs to no placeholder"


def _words(words: str, language: str, most: int) -> Iterator[str]:
    if match := _CAPITALS.search(words) or _ASKED_FOR.search(words):
        asked = match.group(0).strip()
        yield f'"{asked}" asks for a word that carriers answer; use another, or {{stop_word}} or {{start_word}}'
    if language.startswith("en"):
        strange = sorted({character for character in words if not is_gsm(character)})
        if strange:
            shown = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in strange)
            yield f"{shown} is no character of a plain text message; write it with plain ones"
        elif (number := segments(_as_sent(words))) > most:
            yield f"this takes {number} text messages as it is sent; at most {most}"


def _as_sent(words: str) -> str:
    """The words with placeholders at their usual length."""
    team = Team(name="the Willow team", service="First Contact")
    usual = {
        "service": team.service,
        "team": team.name,
        "emergency": team.emergency,
        "urgent": team.urgent,
        "listening_lines": team.listening_lines,
        "reads_when": "by 9am tomorrow (Wednesday)",
        "slot": "Tuesday 8 December at 2pm, in person at the Willow Centre, with Asha",
        "stop_word": "STOP",
        "start_word": "START",
    }
    return fill(words, lambda name: usual.get(name, "x" * 20))
