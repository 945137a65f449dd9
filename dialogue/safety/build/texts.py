"""The labelled text: JSON Lines, one message each, read strictly, so that a slip in a label is found by its line."""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogue.safety.kinds import KINDS, Route

BENIGN: Final = frozenset(
    {
        "everyday", "booking", "request", "thanks", "opt_out", "distress", "idiom", "media", "dark_humour", "negation",
        "past", "third_party_ok", "medication_ok", "perinatal_ok", "illness_ok",
    }
)  # fmt: skip
"""The kinds of text that nobody has to look at, so that the balance among them can be seen."""

DEVELOPMENT: Final = "development.jsonl"
"""The file thresholds are chosen on; no word of it is learned from."""


class TextError(ValueError):
    """A line that cannot be used; the message names the file and the line, and never repeats the text."""


class Line(BaseModel):
    """One message with its label.

    `previous` are the same person's last few texts, oldest first. `writer` is the pass it was written in: each pass was
    written apart from the others. `pair` is the number of a contrast pair within the pass: nearly the same words,
    another route. `level` is "plain" or "hard" where it was noted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    route: Route
    kind: str
    register_: str = Field(alias="register")
    writer: str = Field(alias="pass")
    previous: tuple[str, ...] = ()
    pair: int | None = None
    level: Literal["plain", "hard"] | None = None

    @property
    def label(self) -> str:
        """The class the classifier learns: "none", or the route and the kind."""
        return "none" if self.route == "none" else f"{self.route}:{self.kind}"

    @property
    def whole(self) -> str:
        """The text with what came before it, as the classifier reads texts together."""
        return "\n".join((*self.previous, self.text))


def shipped_text() -> tuple[list[Line], list[Line]]:
    """The training and the development text of this package. Raises TextError."""
    folder = files("dialogue.safety").joinpath("training")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".jsonl"))
    training = [line for name in names if name != DEVELOPMENT for line in read_lines(folder.joinpath(name))]
    return training, read_lines(folder.joinpath(DEVELOPMENT))


def read_lines(file: Traversable) -> list[Line]:
    """Read one file. Raises TextError naming file and line for what is no message or has a kind that does not exist."""
    return [_read(file.name, number, line) for number, line in enumerate(_lines(file), start=1)]


def _lines(file: Traversable) -> Iterable[str]:
    return file.read_text(encoding="utf-8").splitlines()


def _read(name: str, number: int, written: str) -> Line:
    try:
        line = Line.model_validate_json(written)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'line'}: {each['msg']}" for each in error.errors())
        raise TextError(f"{name}, line {number}: {wrong}") from None
    if line.kind not in (BENIGN if line.route == "none" else KINDS):
        raise TextError(f"{name}, line {number}: kind {line.kind} is not one for the route {line.route}")
    return line
