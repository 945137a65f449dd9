"""Reading transcripts, and writing them back with other outcomes."""

import re
from dataclasses import dataclass
from pathlib import Path

OUTCOMES = frozenset({"bot", "case", "alert", "to", "booked", "contact", "story", "ends", "refused"})
INPUTS = frozenset({"they", "again", "wait", "fails", "desk"})

_LINE = re.compile(r"^(?P<indent> *)(?P<who>[A-Za-z]+): ?\s*(?P<what>.*)$")
_MORE = re.compile(r"^ *\|(?: (?P<what>.*))?$")
_WIDTH = 10


class TranscriptError(Exception):
    """A transcript cannot be read; the message names the file and line."""


@dataclass(frozen=True)
class Happening:
    """One thing that happened: who or what (`bot`, `case`, `alert` ...), and the exact words."""

    who: str
    what: str

    def written(self) -> str:
        """The lines of a transcript for it."""
        indent = "" if self.who == "bot" else "  "
        first, *more = self.what.split("\n")
        lines = [f"{indent}{self.who}: ".ljust(_WIDTH) + first]
        lines += [(" " * _WIDTH + f"| {line}").rstrip() for line in more]
        return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True)
class Move:
    """One input with what follows from it. `means` is what the language understanding says of the words."""

    number: int
    who: str
    what: str
    means: str | None
    outcomes: tuple[Happening, ...]

    def written(self, outcomes: tuple[Happening, ...]) -> str:
        """The lines of a transcript for it, with these outcomes."""
        first = f"{self.who}:".ljust(_WIDTH) + self.what
        lines = [first.rstrip()]
        if self.means is not None:
            lines.append("  means:".ljust(_WIDTH) + self.means)
        return "\n".join([*lines, *(outcome.written() for outcome in outcomes)])


@dataclass(frozen=True)
class Transcript:
    """One conversation. `given` are the facts it begins with."""

    path: Path
    title: str
    given: tuple[str, ...]
    moves: tuple[Move, ...]

    @property
    def needs_service(self) -> bool:
        """Whether something happens in it that the engine alone knows nothing of: a provider that fails or repeats."""
        return any(move.who in {"again", "fails"} for move in self.moves)

    def written(self, outcomes: list[tuple[Happening, ...]]) -> str:
        """The whole file, with these outcomes after each input."""
        head = [f"title:    {self.title}", f"given:    {', '.join(self.given)}"]
        moves = [move.written(of_move) for move, of_move in zip(self.moves, outcomes, strict=True)]
        return "\n".join(head) + "\n\n" + "\n\n".join(moves) + "\n"


def read(path: Path) -> Transcript:
    """Read a transcript. Raises TranscriptError naming the file and line."""
    lines = _happenings(path)
    head = {who: what for _, who, what in lines[:2]}
    if set(head) != {"title", "given"}:
        raise TranscriptError(f"{path.name}: it must begin with `title:` and `given:`")
    moves: list[Move] = []
    for number, who, what in lines[2:]:
        if who == "means":
            moves[-1] = Move(moves[-1].number, moves[-1].who, moves[-1].what, what, ())
        elif who in OUTCOMES:
            if not moves:
                raise TranscriptError(f"{path.name} line {number}: an outcome before any input")
            last = moves[-1]
            moves[-1] = Move(last.number, last.who, last.what, last.means, (*last.outcomes, Happening(who, what)))
        elif who in INPUTS or who[0].isupper():
            moves.append(Move(number, who, what, None, ()))
        else:
            raise TranscriptError(f"{path.name} line {number}: {who!r} is neither an input nor an outcome")
    return Transcript(path, head["title"], tuple(part.strip() for part in head["given"].split(",")), tuple(moves))


def _happenings(path: Path) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if more := _MORE.match(line):
            at, who, what = found[-1]
            found[-1] = (at, who, f"{what}\n{more['what'] or ''}")
        elif match := _LINE.match(line):
            found.append((number, match["who"], match["what"]))
        else:
            raise TranscriptError(f"{path.name} line {number}: this is not `who: what`")
    return found
