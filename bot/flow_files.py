"""Checking flow files from the command line."""

from pathlib import Path
from typing import TextIO

from dialogue.check import check
from dialogue.published import Flows, shipped_phrasebook
from dialogue.reader import FlowError, Placed, Problem, read_placed


def check_files(files: list[Path], out: TextIO) -> int:
    """Read and check these files together, or the shipped ones. Returns 1 when something is wrong, else 0."""
    problems: list[Problem] = []
    try:
        flows = Flows(_once_each(files)) if files else Flows.shipped()
        problems += check(flows, shipped_phrasebook())
    except FlowError as error:
        problems += error.problems
    out.writelines(f"{problem}\n" for problem in problems)
    if problems:
        out.write(f"\n{len(problems)} {'thing' if len(problems) == 1 else 'things'} to mend.\n")
        return 1
    out.write(f"{len(flows.all)} flows read: nothing to mend.\n")
    return 0


def _once_each(files: list[Path]) -> list[Placed]:
    """What is in the files. Raises FlowError when a version of a flow is in two of them."""
    read: dict[tuple[str, int], Placed] = {}
    for placed in map(read_placed, files):
        key = (placed.flow.flow, placed.flow.version)
        if key in read:
            what = f"version {key[1]} of '{key[0]}' is in {read[key].file} already; give this one a higher version"
            raise FlowError([Problem(placed.file, placed.line_of("version"), None, what)])
        read[key] = placed
    return list(read.values())
