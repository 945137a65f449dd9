"""The model is built by one command, and the same text gives the same files to the last bit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dialogue.safety.build.texts import shipped_text
from dialogue.safety.classifier.encoder import Encoder
from dialogue.safety.classifier.model import read_model
from tests.support.machine import CHECKOUT

# A hundredth of the text, so that the test ends: what is asked is whether two builds agree, not how good they are.
BUILD = """
import sys
from pathlib import Path
from dialogue.safety.build.building import build
from dialogue.safety.build.fitting import Plan
from dialogue.safety.build.texts import shipped_text
from dialogue.safety.classifier.encoder import Encoder
from dialogue.safety.classifier.model import write_model
from dialogue.safety.ruleset import shipped_rules

training, development = shipped_text()
short = [line for line in training if len(line.text) < 60]
card, numbers = build(short[::80], development[::8], Encoder.read(None), shipped_rules().spelling,
                      plan=Plan(passes=1, rows=8), tell=print)
write_model(Path(sys.argv[1]), card, numbers)
"""


@pytest.mark.slow
@pytest.mark.xdist_group("detector")
def test_two_builds_of_the_same_text_are_the_same_to_the_last_bit(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(tmp_path / name)],
            check=False,
            cwd=CHECKOUT,
            env=os.environ | {"PYTHONHASHSEED": "random"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "pass 1 of 1" in done.stdout
        written.append([(tmp_path / name / file).read_bytes() for file in ("card.json", "model.npz")])
    assert written[0] == written[1]
    model = read_model(tmp_path / "one")
    assert model.card.encoder_sha256 == Encoder.read(None).sha256


def test_the_command_refuses_a_bad_file_by_its_line(tmp_path: Path) -> None:
    bad = tmp_path / "marks.jsonl"
    bad.write_text(json.dumps({"text": "x"}) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dialogue.safety.build", "fit", "--more", str(bad), "--into", str(tmp_path / "model")],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "marks.jsonl, line 1" in done.stderr
    assert not (tmp_path / "model").exists()


def test_there_is_text_of_each_route() -> None:
    for lines in shipped_text():
        assert {line.route for line in lines} == {"none", "today", "now"}
