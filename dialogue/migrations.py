"""Moves a flow file of an older format up to the one this code reads, one tested step at a time."""

from collections.abc import Callable
from typing import Any

from dialogue.flow import FORMAT

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From format number to the function that makes it the next one. Format 1 is the first, so there is none yet."""


class FormatError(Exception):
    """The format of a file is none this program can read; the message says which it reads."""


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """`data` of a flow file, moved up to `FORMAT`. Raises FormatError when there is no way up from its format."""
    while (number := data.get("format")) != FORMAT:
        if not isinstance(number, int) or isinstance(number, bool):
            raise FormatError(f"'format' must be the number {FORMAT}: write 'format: {FORMAT}' at the top")
        step = MIGRATIONS.get(number)
        if step is None:
            raise FormatError(f"this is a flow of format {number}; this program reads format {FORMAT}")
        data = step(data)
    return data
