"""The project's own files, for tests that read the source."""

import ast
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
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

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """Every node of the tree; many tests look through them."""
        return tuple(ast.walk(self.tree))

    def place(self, node: ast.stmt | ast.expr) -> str:
        """Where a piece of it stands, as an editor opens it."""
        return f"{self.name}:{node.lineno}"


def sources(*folders: str) -> Sequence[Source]:
    """The Python files below these top folders; all of the project's without any."""
    return [_read(path) for path in _python_files() if not folders or path.relative_to(CHECKOUT).parts[0] in folders]


@cache
def _python_files() -> Sequence[Path]:
    return [path for path in tracked_files() if path.suffix == ".py"]


@cache
def _read(path: Path) -> Source:
    name = path.relative_to(CHECKOUT).as_posix()
    text = path.read_text("utf-8")
    return Source(name, text, ast.parse(text, name))
