"""Fits the adapter and the head to the training text, with JAX on the processor.

The same text, seed and libraries on the same kind of processor give the same numbers to the last bit: every choice
comes from one seed, and each step is one compiled program.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import optax

from dialogue.safety.build.spoiling import spoiled
from dialogue.safety.build.texts import Line
from dialogue.safety.classifier.encoder import LONGEST, MATRICES, Encoder, Floats, meaning
from dialogue.safety.classifier.features import plain_words, windows
from dialogue.safety.kinds import ROUTES
from dialogue.safety.normal import normalise
from dialogue.safety.spelling import Spelling

Adapter = list[dict[str, tuple[Floats, Floats]]]
Parameters = tuple[Any, Any, Any]

_STEP_AT_ONCE: Final = 8
"""Lengths are rounded up to a multiple of this, so that few programs have to be compiled."""

_SORTED_TOGETHER: Final = 16
_WARMING_UP: Final = 0.08


@dataclass(frozen=True)
class Plan:
    """How the fitting goes: passes over the text, rows at a time, size of a step, rank of the adapter, and the seed.

    The adapter corrects the layers from `first_layer` on; the lowest ones know letters and grammar, and may stay as
    they are.
    """

    passes: int = 3
    rows: int = 32
    step: float = 1.5e-3
    rank: int = 8
    first_layer: int = 2
    left_out: float = 0.1
    seed: int = 20261125


@dataclass(frozen=True)
class Fitted:
    """The adapter (layer by layer), the head and its bias."""

    adapter: Adapter
    head: Floats
    head_bias: Floats


Picker = Callable[[Line, list[list[str]]], list[str]]
"""Which window of a long message to learn from."""


def fit(
    lines: Sequence[Line],
    classes: Sequence[str],
    encoder: Encoder,
    spelling: Spelling,
    plan: Plan,
    *,
    pick: Picker,
    tell: Callable[[str], None],
) -> Fitted:
    """Fit adapter and head so that each message gets its class; `tell` is told how far it is, a line a pass."""
    rng, random = np.random.default_rng(plan.seed), Random(plan.seed)  # noqa: S311 -- nothing is kept secret by it
    steps = len(lines) // plan.rows * plan.passes
    rate = optax.warmup_cosine_decay_schedule(0, plan.step, int(steps * _WARMING_UP), steps, plan.step / 20)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=0.01))
    parameters = _begin(encoder, len(classes), plan, rng)
    state = optimiser.init(parameters)
    step = _step(encoder, classes, optimiser, plan.left_out)
    weights = jax.tree.map(jnp.asarray, encoder.weights)
    chance = jax.random.PRNGKey(plan.seed)
    known = {name: index for index, name in enumerate(classes)}
    for number in range(1, plan.passes + 1):
        order = [lines[index] for index in rng.permutation(len(lines))]
        losses = []
        for numbers, mask, wanted in _batches(order, known, encoder, spelling, random, plan.rows, pick):
            chance, now = jax.random.split(chance)
            parameters, state, loss = step(parameters, state, weights, numbers, mask, wanted, now)
            losses.append(loss)
        tell(f"pass {number} of {plan.passes}: loss {np.mean([float(loss) for loss in losses]):.3f}")
    adapter, head, bias = jax.tree.map(lambda value: np.asarray(value, np.float32), parameters)
    return Fitted(adapter, head, bias)


def _begin(encoder: Encoder, classes: int, plan: Plan, rng: np.random.Generator) -> Parameters:
    """An adapter that changes nothing yet: its first halves are small and random, its second halves zero."""

    def pair(matrix: Floats) -> tuple[Any, Any]:
        rows, columns = matrix.shape
        first = rng.normal(size=(rows, plan.rank)) / rows**0.5
        return jnp.asarray(first, jnp.float32), jnp.zeros((plan.rank, columns), jnp.float32)

    layers = list(enumerate(encoder.weights["layers"]))
    adapter = [{name: pair(layer[name]) for name in MATRICES if at >= plan.first_layer} for at, layer in layers]
    return adapter, jnp.zeros((encoder.width, classes), jnp.float32), jnp.zeros(classes, jnp.float32)


def _step(encoder: Encoder, classes: Sequence[str], optimiser: Any, left_out: float) -> Callable[..., Any]:  # noqa: ANN401
    """One step: half of what counts is the class, half whether the route is right."""
    routes = np.asarray([ROUTES.index(name.partition(":")[0]) for name in classes])
    by_route = jnp.asarray(np.eye(len(ROUTES), dtype=np.float32)[routes])

    def loss(parameters: Parameters, weights: Any, numbers: Any, mask: Any, wanted: Any, chance: Any) -> Any:  # noqa: ANN401
        adapter, head, bias = parameters
        vector = meaning(jnp, weights, numbers, mask, encoder.heads, adapter)
        vector = vector * jax.random.bernoulli(chance, 1 - left_out, vector.shape) / (1 - left_out)
        shares = jax.nn.log_softmax(vector @ head + bias)
        rows = jnp.arange(len(wanted))
        route = jnp.log(jnp.exp(shares) @ by_route + 1e-9)
        return -(shares[rows, wanted] + route[rows, jnp.asarray(routes)[wanted]]).mean() / 2

    def step(parameters: Parameters, state: Any, *given: Any) -> tuple[Parameters, Any, Any]:  # noqa: ANN401
        value, slope = jax.value_and_grad(loss)(parameters, *given)
        change, state = optimiser.update(slope, state, parameters)
        return optax.apply_updates(parameters, change), state, value

    compiled: Callable[..., Any] = jax.jit(step)
    return compiled


def _batches(
    lines: Sequence[Line],
    known: dict[str, int],
    encoder: Encoder,
    spelling: Spelling,
    random: Random,
    rows: int,
    pick: Picker,
) -> Iterator[tuple[Any, Any, Any]]:
    """Rows of about one length together, in an order that is left to chance."""
    items: list[tuple[list[int], int]] = []
    for line in lines:
        words = plain_words(normalise(spoiled(line.whole, random), spelling))
        spans = windows(len(words))
        if spans:
            items.append((encoder.numbers(" ".join(pick(line, [words[a:b] for a, b in spans]))), known[line.label]))
    for first in range(0, len(items), rows * _SORTED_TOGETHER):
        near = sorted(items[first : first + rows * _SORTED_TOGETHER], key=lambda item: len(item[0]))
        groups = [near[at : at + rows] for at in range(0, len(near) - rows + 1, rows)]
        random.shuffle(groups)
        for group in groups:
            yield _filled(group)


def _filled(group: Sequence[tuple[list[int], int]]) -> tuple[Any, Any, Any]:
    longest = max(len(numbers) for numbers, _ in group)
    length = min(LONGEST, -(-longest // _STEP_AT_ONCE) * _STEP_AT_ONCE)
    filled = np.zeros((len(group), length), np.int32)
    mask = np.zeros((len(group), length), np.float32)
    for row, (numbers, _) in enumerate(group):
        filled[row, : len(numbers)] = numbers
        mask[row, : len(numbers)] = 1
    return filled, mask, np.asarray([wanted for _, wanted in group])
