"""`first-contact screen`: JSON Lines in and out, line by line in one process, so a file of any length goes through."""

import json
import math
from collections.abc import Iterable
from typing import Any, TextIO

from bot.log import Log
from dialogue.safety import Detector, Screening, could_not_screen

log = Log(__name__)


class BadLineError(ValueError):
    """A line that is not a message to screen; the text says what is wrong, without repeating what the line holds."""


def screen_lines(
    lines: Iterable[bytes | str], out: TextIO, err: TextIO, detector: Detector, *, with_scores: bool = False
) -> int:
    """Screen each line of `lines` and write one result line to `out`, in order, as soon as it is known.

    A line is {"id", "text"} with, if wished, "previous": a list of texts, oldest first. A result is
    {"id", "route", "reasons": [{"kind", "by", "words"}], "version"}; with `with_scores` also "score", the classifier's
    number, which is null for a detector that has none. A line that is not such an object is named by its number on
    `err` and passed over; blank lines are passed over in silence. Gives the exit code: 0, or 1 when any line was bad.
    """
    bad = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            name, text, previous = _read(line)
        except BadLineError as error:
            bad = True
            err.write(f"line {number}: {error}\n")
            continue
        result: dict[str, Any] = {"id": name} | _screen(text, previous, detector).model_dump(mode="json")
        if with_scores:
            result["score"] = _score(text, previous, detector)
        out.write(json.dumps(result) + "\n")
        out.flush()
    return 1 if bad else 0


def _screen(text: str, previous: list[str], detector: Detector) -> Screening:
    try:
        return detector.screen(text, previous)
    except Exception as error:  # noqa: BLE001  whatever breaks in a detector, what cannot be screened is a concern
        log.failure("screen.failed", error)
        return could_not_screen(detector.version, "error")


def _score(text: str, previous: list[str], detector: Detector) -> float | None:
    score = getattr(detector, "score", None)
    number = score(text, previous) if callable(score) else None
    return number if isinstance(number, float) and math.isfinite(number) else None


def _read(line: bytes | str) -> tuple[str | int | None, str, list[str]]:
    try:
        entry = json.loads(line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise BadLineError("this is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLineError('this is not JSON; write {"id": ..., "text": ...} on one line') from None
    if not isinstance(entry, dict):
        raise BadLineError('this is not an object; write {"id": ..., "text": ...} on one line')
    name, text, previous = entry.get("id"), entry.get("text"), entry.get("previous") or []
    if not isinstance(name, (str, int)) or isinstance(name, bool):
        raise BadLineError('"id" is missing; give each line an "id" that is a string or a whole number')
    if not isinstance(text, str):
        raise BadLineError('"text" is missing or not a string; give each line the text to screen')
    if not isinstance(previous, list) or not all(isinstance(earlier, str) for earlier in previous):
        raise BadLineError('"previous" must be a list of strings, oldest first')
    return name, text, previous
