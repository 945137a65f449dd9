"""From the training text to the model's two files, step by step."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dialogue.safety.build.counting import Counted, count
from dialogue.safety.build.fitting import Fitted, Plan, fit
from dialogue.safety.build.texts import Line
from dialogue.safety.build.thresholds import Allowed, choose, weigh
from dialogue.safety.classifier.encoder import Encoder, Floats
from dialogue.safety.classifier.features import groups, plain_words, windows
from dialogue.safety.classifier.model import Card, Model, Thresholds, adapter_names, assembled
from dialogue.safety.kinds import ROUTES
from dialogue.safety.normal import normalise
from dialogue.safety.spelling import Spelling

_READING: Final = ("spelling.yaml", "emoji.yaml", "context.yaml")
_FEWEST: Final = 20
_COUNTS_ONLY: Final = Allowed(today=0.3)
"""Without the encoder less is understood, so more is looked at by a person."""

Tell = Callable[[str], None]
Numbers = dict[str, NDArray[Any]]


class BuildError(Exception):
    """The model cannot be built from this text; the message says what is missing."""


def build(
    training: Sequence[Line],
    development: Sequence[Line],
    encoder: Encoder,
    spelling: Spelling,
    *,
    plan: Plan,
    tell: Tell,
) -> tuple[Card, Numbers]:
    """Build the model from text and encoder: its card and its numbers, as `write_model` takes them.

    Raises BuildError where a route has no message at all.
    """
    digest = digest_of([*training, *development])
    training = folded(training)
    classes = classes_of(training)
    card = _card(classes, digest, encoder)
    tell(f"{len(training)} messages to learn from, {len(classes)} classes")
    counted = count(training, classes, spelling)
    tell(f"counted: {len(counted.groups)} word and letter groups kept")
    numbers = _counts(counted) | _fitted(Fitted([], *_nothing(encoder.width, len(classes))))
    counts = assembled(card, numbers, "counts")

    def pick(line: Line, given: list[list[str]]) -> list[str]:
        """The window that the counts find nearest to what the message is; of a harmless one the least harmless."""
        wanted = [name.partition(":")[0] == line.route for name in classes]
        scored = [_believed(counts.from_groups(groups(words)), wanted) for words in given]
        return given[int(np.argmax(scored) if line.route != "none" else np.argmin(scored))]

    numbers |= _fitted(fit(training, classes, encoder, spelling, plan, pick=pick, tell=tell))
    card = _with_thresholds(card, assembled(card, numbers, "draft"), encoder, development, spelling)
    tell(f"shares {card.encoder_share} and {card.counts_share}; flags today from {card.full.today}")
    tell(f"flags now from {card.full.now}")
    return card, numbers


def classes_of(lines: Sequence[Line]) -> tuple[str, ...]:
    """The classes of a text, "none" first. Raises BuildError where a route has no message."""
    seen = {line.label for line in lines}
    missing = [route for route in ROUTES if not any(name.partition(":")[0] == route for name in seen)]
    if missing:
        raise BuildError(f"there is no message with the route {' or '.join(missing)}; all three are needed")
    return ("none", *sorted(seen - {"none"}))


def folded(lines: Sequence[Line]) -> list[Line]:
    """The same text with each kind that has too few messages of a route given that route's commonest kind.

    What matters first is that a person looks; a kind seen a dozen times cannot be learned apart.
    """
    seen = Counter(line.label for line in lines)
    commonest = {
        route: max((line.kind for line in lines if line.route == route), key=lambda kind: seen[f"{route}:{kind}"])
        for route in {line.route for line in lines}
    }
    return [
        line.model_copy(update={"kind": commonest[line.route]})
        if line.route != "none" and seen[line.label] < _FEWEST
        else line
        for line in lines
    ]


def digest_of(lines: Sequence[Line]) -> str:
    """The SHA-256 of a text, with its labels, in order."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.model_dump_json(by_alias=True).encode() + b"\n")
    return digest.hexdigest()


def digest_of_reading() -> str:
    """The SHA-256 of the files that turn a text into plain words: a model fits only the reading it was built with."""
    rules = files("dialogue.safety").joinpath("rules")
    digest = hashlib.sha256()
    for name in _READING:
        digest.update(rules.joinpath(name).read_bytes())
    return digest.hexdigest()


def _card(classes: tuple[str, ...], digest: str, encoder: Encoder) -> Card:
    nothing = Thresholds(now={name.partition(":")[2]: 1.0 for name in classes if name.startswith("now:")}, today=1.0)
    return Card(
        classes=classes,
        training_sha256=digest,
        reading_sha256=digest_of_reading(),
        encoder_sha256=encoder.sha256,
        encoder_share=1.0,
        counts_share=1.0,
        full=nothing,
        counts_only=nothing,
    )


def _with_thresholds(
    card: Card, model: Model, encoder: Encoder, development: Sequence[Line], spelling: Spelling
) -> Card:
    """The card with its shares and thresholds, chosen on the development text."""
    adapted = encoder.with_adapter(model.adapter)
    scored = [_scored(line, model, adapted, spelling) for line in development]
    meant, counted = [each[0] for each in scored], [each[1] for each in scored]
    encoder_share, counts_share = weigh(meant, counted, development, card.classes)
    both = encoder_share * np.stack(meant) + counts_share * np.stack(counted)
    return card.model_copy(
        update={
            "encoder_share": encoder_share,
            "counts_share": counts_share,
            "full": choose(both, development, card.classes, Allowed()),
            "counts_only": choose(np.stack(counted), development, card.classes, _COUNTS_ONLY, at_least=False),
        }
    )


def _scored(line: Line, model: Model, encoder: Encoder, spelling: Spelling) -> tuple[Floats, Floats]:
    """What encoder and counts say of the window of a message that looks most like danger."""
    words = plain_words(normalise(line.whole, spelling))
    spans = windows(len(words)) or [(0, 0)]
    found = []
    for first, after in spans:
        counted = model.from_groups(groups(words[first:after]))
        found.append((model.from_meaning(encoder.encode(" ".join(words[first:after]))), counted))
    harmless = [name == "none" for name in model.card.classes]
    return min(found, key=lambda pair: _believed(pair[0] + pair[1], harmless))


def _believed(scores: Floats, wanted: Sequence[bool]) -> float:
    raised = np.exp(scores - scores.max())
    return float(raised[np.asarray(wanted)].sum() / raised.sum())


def _counts(counted: Counted) -> Numbers:
    return {
        "groups": counted.groups,
        "group_weights": counted.weights,
        "group_scale": counted.scale,
        "group_bias": counted.bias,
    }


def _nothing(width: int, classes: int) -> tuple[Floats, Floats]:
    return np.zeros((width, classes), np.float32), np.zeros(classes, np.float32)


def _fitted(fitted: Fitted) -> Numbers:
    numbers: Numbers = {"head": fitted.head, "head_bias": fitted.head_bias}
    for layer, parts in enumerate(fitted.adapter):
        for matrix, pair in parts.items():
            for name, part in zip(adapter_names(layer, matrix), pair, strict=True):
                numbers[name] = part.astype(np.float16)
    return numbers
