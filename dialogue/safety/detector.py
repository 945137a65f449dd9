"""The detector that ships: the rules and the classifier side by side, either of which may flag."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from dialogue.safety.classifier.classifier import Classifier
from dialogue.safety.classifier.encoder import Encoder, EncoderError
from dialogue.safety.classifier.model import Model, shipped_model
from dialogue.safety.rules import Rules
from dialogue.safety.ruleset import shipped_rules
from dialogue.safety.screening import Screening

NEXT_TO_NOTHING: Final = 0.05
"""A rule knows phrases, and people use them of cakes, games and solicitors. Where the classifier, having read the whole
of a short text, believes less than this of all kinds of danger together, what a rule would have brought a person for
now is for a person today; it is never dropped. On the development text and the first adversarial set this lowered 15
harmless messages and no danger: the least believed danger that a rule found there had 0.14."""


class RulesAndClassifier:
    """Both halves over one text. `version` names both; `problem` is for an operator, and empty when all is well."""

    def __init__(self, rules: Rules, classifier: Classifier, problem: str = "") -> None:
        self.version = f"{rules.version}+{classifier.version}"
        self.problem = problem
        self._rules = rules
        self._classifier = classifier

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped(encoder_folder: Path | None = None) -> "RulesAndClassifier":
        """The rules and the model of this package, with the encoder in a folder, or the one that comes as a package.

        Where that encoder is missing, broken or not the one the model was built for, the classifier goes by word and
        letter groups alone, flags sooner for a person to look today, and `problem` says so. Reading takes some seconds
        and is done once.
        Raises ModelError or RulesError when this package's own files are broken.
        """
        model, spelling = shipped_model(), shipped_rules().spelling
        encoder, problem = _encoder_for(model, encoder_folder)
        detector = RulesAndClassifier(Rules.shipped(), Classifier(model, encoder, spelling), problem)
        detector.screen("ready", ["ready"])
        return detector

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        """Screen `text` by both, alone and joined to `previous` (the person's last few texts, oldest first)."""
        ruled, learned = self._rules.screen(text, previous), self._classifier.screen(text, previous)
        if ruled.route == "now" and learned.route != "now" and self._is_a_manner_of_speaking(text, ruled):
            ruled = ruled.model_copy(update={"route": "today"})
        return ruled.joined_with(learned)

    def _is_a_manner_of_speaking(self, text: str, ruled: Screening) -> bool:
        """Whether a phrase that a rule knows stands in a text that otherwise has next to nothing of danger."""
        alone = all(reason.by.startswith("rule:") for reason in ruled.reasons)
        return alone and self._classifier.reads_whole(text) and self._classifier.score(text) < NEXT_TO_NOTHING

    def score(self, text: str, previous: Sequence[str] = ()) -> float:
        """The classifier's number, for evaluation only: it is never shown and never kept."""
        return self._classifier.score(text, previous)


def _encoder_for(model: Model, folder: Path | None) -> tuple[Encoder | None, str]:
    try:
        encoder = Encoder.read(folder)
    except EncoderError as error:
        return None, f"The detector runs without its encoder, and asks a person to look at more texts today: {error}."
    if encoder.sha256 != model.card.encoder_sha256:
        return None, (
            "The detector runs without its encoder, and asks a person to look at more texts today: the encoder that is "
            "set is not the one its model was built for. Build the model for it with `make detector`."
        )
    return encoder, ""
