"""The committed part of the classifier: adapter, head, weights of groups, and the card that says what they are.

Two files: `model.npz` (numbers) and `card.json` (what they were built from, thresholds, figures). The encoder's weights
are not among them; the card names the one they were built for by its SHA-256.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from dialogue.safety.classifier.encoder import MATRICES, Floats
from dialogue.safety.kinds import KINDS

CARD: Final = "card.json"
NUMBERS: Final = "model.npz"


class ModelError(Exception):
    """The model's files cannot be used; the message names the file and what to do."""


class Thresholds(BaseModel):
    """From which share of belief a text is flagged: for `now` by kind, for `today` in all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    now: dict[str, float]
    today: float


class Card(BaseModel):
    """What the model is: the classes in order, what it was built from, how its parts are weighed, where it flags.

    A class is "none", or a route and a kind: "now:suicide". `training_sha256` is of the training and development text,
    `reading_sha256` of the files that turn a text into plain words, `encoder_sha256` of the encoder's weights.
    `full` are the weights and thresholds with the encoder, `counts_only` those without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: tuple[str, ...]
    training_sha256: str
    reading_sha256: str
    encoder_sha256: str
    encoder_share: float
    counts_share: float
    full: Thresholds
    counts_only: Thresholds


@dataclass(frozen=True)
class Model:
    """The card and the numbers. Make one with `read_model`."""

    card: Card
    version: str
    adapter: Sequence[Mapping[str, tuple[Floats, Floats]]]
    head: Floats
    head_bias: Floats
    groups: NDArray[np.uint32]
    group_weights: NDArray[np.int8]
    group_scale: Floats
    group_bias: Floats

    def from_meaning(self, vector: Floats) -> Floats:
        """What a meaning (see encoder.py) says for each class."""
        result: Floats = vector @ self.head + self.head_bias
        return result

    def from_groups(self, numbers: Sequence[int]) -> Floats:
        """What one window's word and letter groups say for each class."""
        asked = np.asarray(numbers, dtype=np.uint32)
        at = np.searchsorted(self.groups, asked)
        at = at[(at < len(self.groups)) & (self.groups[np.minimum(at, len(self.groups) - 1)] == asked)]
        total = self.group_weights[at].sum(0, dtype=np.float32) / np.sqrt(np.float32(max(1, len(at))))
        result: Floats = total * self.group_scale + self.group_bias
        return result


def shipped_model() -> Model:
    """The model of this package. Raises ModelError when its files are missing or broken."""
    return read_model(files("dialogue.safety.classifier").joinpath("model"))


def read_model(folder: Traversable) -> Model:
    """Read a model from a folder. Raises ModelError, naming the file and what to do."""
    try:
        written = folder.joinpath(CARD).read_bytes()
        numbers = folder.joinpath(NUMBERS).read_bytes()
    except OSError as error:
        raise ModelError(f"{error.filename or CARD} cannot be read; build the model with `make detector`") from error
    try:
        card = Card.model_validate_json(written)
    except ValidationError as error:
        raise ModelError(f"{CARD}: {error}; build the model anew with `make detector`") from error
    try:
        with np.load(BytesIO(numbers), allow_pickle=False) as held:
            model = assembled(
                card, {name: held[name] for name in held.files}, hashlib.sha256(written + numbers).hexdigest()
            )
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{NUMBERS} is broken ({error}); build the model anew with `make detector`") from error
    _check(model)
    return model


def write_model(folder: Path, card: Card, numbers: Mapping[str, NDArray[Any]]) -> None:
    """Write a model's two files; the same card and numbers give the same bytes, and each file is there whole or not."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = BytesIO()
    _pack(archive, numbers)
    written = json.dumps(card.model_dump(), indent=1) + "\n"
    for name, content in ((NUMBERS, archive.getvalue()), (CARD, written.encode())):
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def _pack(target: BytesIO, numbers: Mapping[str, NDArray[Any]]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(numbers):
            content = BytesIO()
            np.save(content, numbers[name], allow_pickle=False)
            # A fixed time, so that the file is the same whenever it is built.
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0)), content.getvalue(), zipfile.ZIP_DEFLATED
            )


def adapter_names(layer: int, matrix: str) -> tuple[str, str]:
    """Under which names a pair of the adapter stands in the numbers; a layer without them is left as it is."""
    return f"adapter.{layer}.{matrix}.first", f"adapter.{layer}.{matrix}.second"


def assembled(card: Card, held: Mapping[str, NDArray[Any]], digest: str) -> Model:
    """A model of a card and numbers; the beginning of `digest` becomes part of its version."""
    corrected = [int(name.split(".")[1]) for name in held if name.endswith(f".{MATRICES[0]}.first")]

    def parts(layer: int) -> dict[str, tuple[Floats, Floats]]:
        names = {matrix: adapter_names(layer, matrix) for matrix in MATRICES if layer in corrected}
        return {
            matrix: (held[first].astype(np.float32), held[second].astype(np.float32))
            for matrix, (first, second) in names.items()
        }

    return Model(
        card=card,
        version=f"classifier-{digest[:12]}",
        adapter=[parts(layer) for layer in range(max(corrected, default=-1) + 1)],
        head=held["head"].astype(np.float32),
        head_bias=held["head_bias"].astype(np.float32),
        groups=held["groups"],
        group_weights=held["group_weights"],
        group_scale=held["group_scale"].astype(np.float32),
        group_bias=held["group_bias"].astype(np.float32),
    )


def _check(model: Model) -> None:
    unknown = [name for name in model.card.classes if name != "none" and name.partition(":")[2] not in KINDS]
    if unknown:
        raise ModelError(f"{CARD} names kinds that do not exist: {', '.join(unknown)}; build the model anew")
    wide = len(model.card.classes)
    if any(part.shape[-1] != wide for part in (model.head, model.head_bias, model.group_weights, model.group_bias)):
        raise ModelError(f"{NUMBERS} and {CARD} do not fit together; build the model anew with `make detector`")
