"""The project's own files, for tests that read the source."""

import ast
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.machine import CHECKOUT

CODE = ("bot", "dialogue", "handoff")


@cache
def tracked_files() -> Sequence[Path]:
    """Every file that belongs to the project: what git tracks, and what it would if all were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
    return tuple(sorted(CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()))


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the checkout's top, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    def place(self, node: ast.stmt | ast.expr) -> str:
        """Where a piece of it stands, as an editor opens it."""
        return f"{self.name}:{node.lineno}"


@cache
def sources(*folders: str) -> Sequence[Source]:
    """The Python files below these top folders; all of the project's without any."""
    return tuple(_read(folders))


def _read(folders: Sequence[str]) -> Iterator[Source]:
    for path in tracked_files():
        name = path.relative_to(CHECKOUT)
        if path.suffix == ".py" and (not folders or name.parts[0] in folders):
            text = path.read_text("utf-8")
            yield Source(name.as_posix(), text, ast.parse(text, str(name)))
