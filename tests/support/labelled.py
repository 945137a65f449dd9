"""The labelled messages the detector is held to, and the detector as it ships, read once in a test run."""

import json
from functools import lru_cache
from pathlib import Path

from dialogue.safety import RulesAndClassifier
from dialogue.safety.build.texts import Line, read_lines
from tests.support.machine import CHECKOUT

FOLDER = CHECKOUT / "tests" / "detector"
HELD_OUT = FOLDER / "held_out.jsonl"
RECORDED = FOLDER / "recorded.json"

# Real messages that must stay quiet. They are not ours to copy, so they lie beside the checkout or are not there.
QUIET = CHECKOUT.parent / "shared" / "safety"


def detector() -> RulesAndClassifier:
    """The detector with everything it ships with."""
    return RulesAndClassifier.shipped()


@lru_cache(maxsize=1)
def held_out() -> list[Line]:
    """The project's own test set: written by a pass that saw nothing else, and never learned from."""
    return read_lines(HELD_OUT)


def quiet() -> dict[str, list[str]]:
    """The texts of each quiet file by its name ("distress"); none where the files are not there."""
    return {
        path.stem.removeprefix("quiet_"): [json.loads(line)["text"] for line in _lines(path)]
        for path in sorted(QUIET.glob("quiet_*.jsonl"))
    }


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()
