"""The terminal itself: reading lines and printing them, with colours only where there is somebody to see them."""

import contextlib
import sys
from typing import BinaryIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.channels.console.chat import Read, Write


def reader(piped: BinaryIO | None = None) -> Read:
    """Reads from the keyboard, or from what is piped in (standard input unless another stream is given).

    A byte that is not UTF-8 becomes the sign for "unreadable"; it never ends the conversation.
    """
    if piped is None and sys.stdin.isatty():
        return _from_keyboard
    source = piped or sys.stdin.buffer

    def from_pipe() -> str | None:
        line = source.readline()
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None

    return from_pipe


def _from_keyboard() -> str | None:
    # Without it a terminal hands over at most 4,096 bytes of a line, and cuts the rest off in silence. Some builds of
    # Python have none; then the terminal's own limit holds.
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 -- importing it is what makes input() use it
    try:
        return input("> ")
    except EOFError:
        return None


def writer(console: Console | None = None) -> Write:
    """Prints to the terminal in colour, and to a file or pipe as plain lines: `name: words`."""
    out = console or Console(highlight=False)

    def write(name: str, words: str) -> None:
        if not out.is_terminal:
            out.file.write(f"{name}: {words}\n" if name else f"{words}\n")
            out.file.flush()
        elif name:
            out.print(Text(name, style="bold cyan"))
            out.print(Padding(Text(words), (0, 0, 1, 2)))
        else:
            out.print(Text(words, style="dim"))

    return write
