"""How well the language understanding does, read from the reports that `rasa test nlu` writes."""

import json
from pathlib import Path
from typing import Any, NamedTuple

# Two folds train on half of the examples each: the hardest test of the data, and the shortest.
FOLDS = 2

# The extractor whose figures are told; the closed lists beside it can only add to what it finds.
_EXTRACTOR = "CRFEntityExtractor"


class Scores(NamedTuple):
    """One test. Every figure is between 0 and 1; `intents` and `entities` hold the F1 of each by name."""

    examples: int
    accuracy: float
    weighted_f1: float
    macro_f1: float
    intents: dict[str, float]
    entities: dict[str, float]

    def line(self) -> str:
        """The figures in one line."""
        return (
            f"accuracy {self.accuracy:.3f}, F1 {self.weighted_f1:.3f} weighted and {self.macro_f1:.3f} macro, "
            f"{self.examples} examples"
        )


class Figures(NamedTuple):
    """Both tests: cross-validation on the training examples, and the sentences the model never learns from."""

    cross_validated: Scores
    held_out: Scores

    def summary(self) -> str:
        """Both in one line."""
        return f"cross-validated: {self.cross_validated.line()}; held out: {self.held_out.line()}"


def read_figures(results: Path) -> Figures:
    """The figures in the folder `results`, which has a folder for each test. Raises OSError when one is missing."""
    return Figures(_scores(results / "cross_validation"), _scores(results / "held_out"))


def _scores(folder: Path) -> Scores:
    intents = _report(folder / "intent_report.json")
    entities = _report(folder / f"{_EXTRACTOR}_report.json")
    weighted = intents["weighted avg"]
    # The accuracy is the share of right answers; where every intent occurs, Rasa leaves the micro average out.
    accuracy = intents["accuracy"] if "accuracy" in intents else intents["micro avg"]["f1-score"]
    return Scores(
        examples=int(weighted["support"]),
        accuracy=float(accuracy),
        weighted_f1=float(weighted["f1-score"]),
        macro_f1=float(intents["macro avg"]["f1-score"]),
        intents=_by_name(intents),
        entities=_by_name(entities),
    )


def _report(file: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return report


def _by_name(report: dict[str, Any]) -> dict[str, float]:
    return {
        name: float(line["f1-score"])
        for name, line in report.items()
        if isinstance(line, dict) and not name.endswith(" avg")
    }
