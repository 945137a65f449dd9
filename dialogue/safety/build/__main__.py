"""`python -m dialogue.safety.build`: fit the classifier, or report on the training text and the detector."""

import argparse
import sys
import time
from pathlib import Path

from dialogue.safety.build.balance import balance, near_duplicates
from dialogue.safety.build.figures import screened, table
from dialogue.safety.build.texts import TextError, read_lines, shipped_text
from dialogue.safety.classifier.encoder import Encoder, EncoderError
from dialogue.safety.classifier.model import read_model, write_model
from dialogue.safety.detector import RulesAndClassifier
from dialogue.safety.ruleset import shipped_rules

_MODEL = Path(__file__).parents[1] / "classifier" / "model"


def main() -> int:
    """Run one of the two commands. Gives the exit status: 0, or 2 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m dialogue.safety.build", description=__doc__)
    parser.add_argument("--encoder", type=Path, help="a folder with another encoder of the BERT family")
    commands = parser.add_subparsers(dest="command", required=True)
    fit = commands.add_parser("fit", help="build the model from the training text")
    fit.add_argument("--into", type=Path, default=_MODEL, help="the folder to write the model into")
    fit.add_argument("--more", type=Path, action="append", default=[], help="a further file of training text")
    report = commands.add_parser("report", help="the balance of the training text, and the detector's figures")
    report.add_argument("files", type=Path, nargs="*", help="labelled files to score; default: the development text")
    asked = parser.parse_args()
    try:
        return _fit(asked) if asked.command == "fit" else _report(asked)
    except (TextError, EncoderError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _fit(asked: argparse.Namespace) -> int:
    # The libraries for fitting are an extra, so they are read in only where something is fitted.
    from dialogue.safety.build.building import build  # noqa: PLC0415
    from dialogue.safety.build.fitting import Plan  # noqa: PLC0415

    started = time.monotonic()

    def tell(what: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - started:5.0f} s] {what}\n")
        sys.stdout.flush()

    training, development = shipped_text()
    training += [line for path in asked.more for line in read_lines(path)]
    encoder = Encoder.read(asked.encoder)
    card, numbers = build(training, development, encoder, shipped_rules().spelling, plan=Plan(), tell=tell)
    write_model(asked.into, card, numbers)
    tell(f"written: {read_model(asked.into).version}")
    return 0


def _report(asked: argparse.Namespace) -> int:
    training, development = shipped_text()
    sys.stdout.write(f"{len(training)} messages of training text, {len(development)} of development text\n\n")
    if asked.files:
        development = [line for path in asked.files for line in read_lines(path)]
    else:
        twins = near_duplicates(training)
        sys.stdout.write(f"{balance(training)}\n\nnearly the same: {len(twins)} pairs\n\n")
    detector = RulesAndClassifier.shipped(asked.encoder)
    sys.stdout.write(f"{detector.version}\n{table(screened(detector, development))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
