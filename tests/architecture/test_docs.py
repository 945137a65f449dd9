"""What the pages tell somebody to type exists, and no file ties the project to one machine or one mirror."""

import re
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command

from bot.cli import app
from tests.support.checkout import tracked_files
from tests.support.machine import CHECKOUT

PAGES = [path for path in tracked_files() if path.suffix == ".md"]

# Words after `first-contact` or `make` that read as commands in prose are set in backticks or in blocks of code.
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?:^\s*(?:\$ )?|`|bin/|[;&|] ?|exec \w+ )first-contact ((?:[a-z]+ ?){1,2})", re.MULTILINE)
TARGET = re.compile(r"(?:^|[\s`;&|])make ([a-z-]+)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)\s]*)?\)")

# A registry's host, or a folder that only one machine has.
TIES = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|deb\.debian|archive\.ubuntu|docker)\.(?:org|com|io)\b"
    r"|file:/{2}|(?<![\w.\-/}*])/(?:root|work|home|Users)/|\"resolved\":"
)


def test_the_commands_on_the_pages_exist() -> None:
    known = set(_commands(get_command(app)))
    wrong = [
        f"{page.relative_to(CHECKOUT)}: first-contact {typed}"
        for page in PAGES
        for typed in COMMAND.findall(_code(page))
        if not any(typed.strip() == name or typed.startswith(f"{name} ") for name in known)
    ]
    assert not wrong, f"The program has no such command; known are {sorted(known)}.\n" + "\n".join(wrong)


def test_the_make_targets_on_the_pages_exist() -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    wrong = [
        f"{page.relative_to(CHECKOUT)}: make {target}"
        for page in PAGES
        for target in TARGET.findall(_code(page))
        if target not in known
    ]
    assert not wrong, f"The Makefile has no such target; known are {sorted(known)}.\n" + "\n".join(wrong)


def test_every_target_is_told_of_by_make_help() -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    told = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE))
    assert told == phony, f"Give each target a .PHONY line and a sentence after ##: {sorted(told ^ phony)}"


def test_the_links_between_the_pages_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(CHECKOUT)} -> {link}"
        for page in PAGES
        for link in LINK.findall(CODE.sub("", page.read_text("utf-8")))
        if not (page.parent / link).exists()
    ]
    assert not dead, "These links lead nowhere:\n" + "\n".join(dead)


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in _lines(path)
        if TIES.search(line)
    ]
    assert not found, (
        "These lines work on one machine or with one mirror only. Name packages by name and version, and folders from "
        "the checkout's top.\n" + "\n".join(found)
    )


def test_the_transcript_on_the_front_page_is_what_happens() -> None:
    page = (CHECKOUT / "README.md").read_text("utf-8")
    name = re.search(r"\(tests/transcripts/(\S+\.txt)\)", page)
    shown = re.search(r"```\n(they:.*?)```", page, re.DOTALL)
    assert name is not None, "README.md names the file of the transcript it shows"
    assert shown is not None, "README.md shows a transcript that begins with `they:`"
    played = (CHECKOUT / "tests" / "transcripts" / name[1]).read_text("utf-8").splitlines()
    other = [line for line in shown[1].splitlines() if line.strip() not in {"", "..."} and line not in played]
    assert not other, f"README.md shows lines that are not in {name[1]} any more:\n" + "\n".join(other)


def _code(page: Path) -> str:
    return "\n".join(CODE.findall(page.read_text("utf-8")))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        # A picture.
        return
    yield from enumerate(text.splitlines(), start=1)


def _commands(command: object, prefix: str = "") -> Iterator[str]:
    """Each command's words, also those of a group by itself."""
    for name, inner in getattr(command, "commands", {}).items():
        yield f"{prefix}{name}"
        yield from _commands(inner, f"{prefix}{name} ")
