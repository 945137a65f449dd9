"""Checking flow files from the command line."""

from pathlib import Path
from typing import TextIO

from dialogue.check import check
from dialogue.published import Flows, shipped_phrasebook
from dialogue.reader import FlowError, Problem, read_placed


def check_files(files: list[Path], out: TextIO) -> int:
    """Read and check these files together, or the shipped ones. Returns 1 when something is wrong, else 0."""
    problems: list[Problem] = []
    try:
        flows = Flows(map(read_placed, files)) if files else Flows.shipped()
        problems += check(flows, shipped_phrasebook())
    except FlowError as error:
        problems += error.problems
    out.writelines(f"{problem}\n" for problem in problems)
    if problems:
        out.write(f"\n{len(problems)} things to mend.\n")
        return 1
    out.write(f"{len(flows.all)} flows read: nothing to mend.\n")
    return 0
