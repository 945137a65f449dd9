"""YAML in, a `Flow` or a `Phrasebook` out; every mistake is named by file, line and step, in plain words.

YAML 1.2 is read, so that `no`, `yes` and `12:30` stay words. Aliases are refused: a small file must stay small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dialogue import yaml_places
from dialogue.flow import Flow
from dialogue.migrations import FormatError, migrate
from dialogue.phrasebook import Phrasebook
from dialogue.plain_errors import plain_error
from dialogue.yaml_places import Place, UnreadableYamlError

_LARGEST = 1_000_000


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a flow: where, and what to do. `line` counts from 1; 0 is the whole file."""

    file: str
    line: int
    step: str | None
    what: str

    def __str__(self) -> str:
        """The problem as one line for a terminal."""
        line = f" line {self.line}" if self.line else ""
        step = f", step `{self.step}`" if self.step else ""
        return f"{self.file}{line}{step}: {self.what}"


class FlowError(Exception):
    """A flow or phrasebook that cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        """`problems` is never empty."""
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Placed:
    """A flow and where its parts stand in the file it was read from."""

    flow: Flow
    file: str
    lines: Mapping[Place, int] = field(default_factory=dict)

    @classmethod
    def unplaced(cls, flow: Flow) -> "Placed":
        """A flow that came from no file: problems name the flow and the step."""
        return cls(flow=flow, file=f"{flow.flow} version {flow.version}")

    def line_of(self, *place: str | int) -> int:
        """The line of a part of the file, or of the nearest part around it that has one."""
        return _nearest(self.lines, place)


def read_flow(path: Path) -> Flow:
    """The flow in a file. Raises FlowError."""
    return read_placed(path).flow


def read_flow_text(text: str, source: str) -> Flow:
    """The flow in `text`; `source` names it in problems. Raises FlowError."""
    return _placed(text, source).flow


def read_placed(path: Path) -> Placed:
    """The flow in a file together with its line numbers. Raises FlowError."""
    return _placed(_text_of(path), _name_of(path))


def read_phrasebook(path: Path) -> Phrasebook:
    """The phrasebook in a file. Raises FlowError."""
    return read_phrasebook_text(_text_of(path), _name_of(path))


def read_phrasebook_text(text: str, source: str) -> Phrasebook:
    """The phrasebook in `text`; `source` names it in problems. Raises FlowError."""
    data, lines = _data(text, source)
    return _built(Phrasebook, data, lines, source)


def _placed(text: str, source: str) -> Placed:
    data, lines = _data(text, source)
    try:
        data = migrate(data)
    except FormatError as error:
        raise FlowError([Problem(source, _nearest(lines, ("format",)), None, str(error))]) from error
    return Placed(_built(Flow, data, lines, source), source, lines)


def _name_of(path: Path) -> str:
    """The end of the path, which is what people know a flow by: "dialogue/flows/first_contact.yaml"."""
    return "/".join(path.parts[-3:])


def _text_of(path: Path) -> str:
    source = _name_of(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FlowError([Problem(source, 0, None, f"this file cannot be read: {error.strerror}")]) from error
    if len(raw) > _LARGEST:
        raise FlowError([Problem(source, 0, None, f"this file has {len(raw)} bytes; a flow has at most {_LARGEST}")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FlowError([Problem(source, 0, None, "this is not a text file in UTF-8")]) from error


def _data(text: str, source: str) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        data, lines = yaml_places.read(text)
    except UnreadableYamlError as error:
        raise FlowError([Problem(source, error.line, None, error.what)]) from error
    if data is None:
        raise FlowError([Problem(source, 0, None, "this file is empty")])
    if not isinstance(data, dict):
        raise FlowError([Problem(source, 1, None, "this file must begin with names and values, like 'format: 1'")])
    return data, lines


_Model = TypeVar("_Model", bound=BaseModel)


def _built(model: type[_Model], data: dict[str, Any], lines: Mapping[Place, int], source: str) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise FlowError(_problems(error, data, lines, source)) from error


def _problems(error: ValidationError, data: dict[str, Any], lines: Mapping[Place, int], source: str) -> list[Problem]:
    problems = []
    for detail in error.errors(include_url=False):
        place = _place_in(data, detail["loc"])
        where = place if detail["type"] != "missing" else place[:-1]
        problems.append(Problem(source, _nearest(lines, where), _step_at(data, place), plain_error(detail, place)))
    return problems


def _place_in(data: Any, loc: tuple[str | int, ...]) -> Place:  # noqa: ANN401 -- YAML data is anything
    """The place in the file that pydantic's `loc` means: without the tags of unions, which the file does not have."""
    place: list[str | int] = []
    at = data
    for number, part in enumerate(loc):
        if len(place) == 2 and place[0] == "steps" and number == 2 and isinstance(at, dict) and part == at.get("kind"):
            continue
        place.append(part)
        if isinstance(at, dict):
            at = at.get(part)
        elif isinstance(at, list) and isinstance(part, int) and part < len(at):
            at = at[part]
    return tuple(place)


def _step_at(data: dict[str, Any], place: Place) -> str | None:
    steps = data.get("steps")
    if len(place) < 2 or place[0] != "steps" or not isinstance(steps, list) or not isinstance(place[1], int):
        return None
    step = steps[place[1]] if place[1] < len(steps) else None
    name = step.get("id") if isinstance(step, dict) else None
    return name if isinstance(name, str) else f"number {place[1] + 1}"


def _nearest(lines: Mapping[Place, int], place: Place) -> int:
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 0


def did_you_mean(word: str, known: Mapping[str, object] | list[str] | frozenset[str]) -> str:
    """A question to append to an error when `word` is close to something known, else nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
