"""Tests that this machine cannot run: named with their reason at a run's end, and a failure where all must run.

A test calls `leave_out` when a part of the machine (PostgreSQL, a browser, Python 3.10 for Rasa) cannot be had. With
CI=true in the environment nothing may be left out, whichever way it was skipped.
"""

import os
from collections.abc import Iterable, Sequence
from typing import NoReturn

import pytest

_OPENING = "LEFT OUT: "


def everything_must_run() -> bool:
    """Whether this run is one that may leave nothing out."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def leave_out(what: str, because: str) -> NoReturn:
    """Leave the calling test out. `what` names the part that is missing, `because` why it could not be had.

    Raises pytest's failure instead where everything must run.
    """
    if everything_must_run():
        pytest.fail(f"{what} is needed and cannot be had, because {because}", pytrace=False)
    pytest.skip(f"{_OPENING}{what}, because {because}")


def lines(skipped: Iterable[pytest.TestReport]) -> Sequence[str]:
    """One line for each reason among the skipped reports, with the number of tests it left out."""
    reasons: dict[str, int] = {}
    for report in skipped:
        # pytest hands a skip over as (file, line, "Skipped: reason"), or as plain words.
        words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = words.removeprefix("Skipped: ").removeprefix(_OPENING)
        reasons[reason] = reasons.get(reason, 0) + 1
    return [f"{_OPENING}{count} {_tests(count)}: {reason}" for reason, count in sorted(reasons.items())]


def _tests(count: int) -> str:
    return "test" if count == 1 else "tests"
