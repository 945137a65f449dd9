"""Weighs the two parts of the classifier and sets where it flags, on the development text alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogue.safety.build.texts import Line
from dialogue.safety.classifier.encoder import Floats
from dialogue.safety.classifier.model import Thresholds
from dialogue.safety.kinds import ROUTES

_SHARES: Final = tuple(round(0.1 * tenth, 1) for tenth in range(16))
_STEPS: Final = tuple(round(0.01 * step, 2) for step in range(2, 99))


_VAGUE: Final = "suicide"
_AT_LEAST: Final = 0.37
_AT_LEAST_VAGUE: Final = 0.7
_AT_LEAST_TODAY: Final = 0.45
"""No threshold is set below these, whatever the development text allows: it has fewer vague everyday messages than real
life. Veiled goodbyes taught the classifier to hear suicide in what is merely vague: it has to be believed more."""


@dataclass(frozen=True)
class Allowed:
    """Which shares of the harmless development text may be flagged: plain and hard for `now`, all of it for `today`.

    A kind's own threshold lies between `lowest` times the common one and the common one, and is lowered for a kind that
    is found less often than `wanted`.
    """

    plain: float = 0.015
    hard: float = 0.06
    today: float = 0.08
    wanted: float = 0.95
    lowest: float = 0.6


def weigh(
    meant: Sequence[Floats], counted: Sequence[Floats], lines: Sequence[Line], classes: Sequence[str]
) -> tuple[float, float]:
    """The shares of encoder and counts under which the routes of the development text are believed most.

    `meant` and `counted` have one row of scores for each message. To choose by how much is believed, and not by how
    often it is right, is what makes the beliefs mean what they say (calibration).
    """
    wanted = np.asarray([ROUTES.index(line.route) for line in lines])
    encoder, counts = np.stack(meant), np.stack(counted)

    def surprise(shares: tuple[float, float]) -> float:
        belief = by_route(shares[0] * encoder + shares[1] * counts, classes)
        return float(-np.log(belief[np.arange(len(wanted)), wanted] + 1e-9).mean())

    return min(product(_SHARES[1:], _SHARES), key=surprise)


def by_route(scores: Floats, classes: Sequence[str]) -> Floats:
    """Scores as beliefs, added up by route in the order of ROUTES: rows x 3."""
    belief = beliefs(scores)
    routes = np.asarray([name.partition(":")[0] for name in classes])
    result: Floats = np.stack([belief[:, routes == route].sum(1) for route in ROUTES], axis=1)
    return result


def beliefs(scores: Floats) -> Floats:
    """Scores as beliefs that add up to 1 in each row."""
    raised = np.exp(scores - scores.max(1, keepdims=True))
    result: Floats = raised / raised.sum(1, keepdims=True)
    return result


def choose(
    scores: Floats, lines: Sequence[Line], classes: Sequence[str], allowed: Allowed, *, at_least: bool = True
) -> Thresholds:
    """Where to flag, given a row of scores for each message of the development text.

    `at_least` says whether the lowest thresholds above hold; without an encoder, beliefs run lower.
    """
    routes = by_route(scores, classes)
    now, today = routes[:, ROUTES.index("now")], 1 - routes[:, ROUTES.index("none")]
    harmless = np.asarray([line.route == "none" for line in lines])
    danger = np.asarray([line.route == "now" for line in lines])
    hard = np.asarray([line.level == "hard" for line in lines])
    common = _lowest_within(now, ((harmless & ~hard, allowed.plain), (harmless & hard, allowed.hard)))
    kinds = _kind(scores, classes)
    own = {
        kind: _for_kind(now[(kinds == kind) & danger], now[(kinds == kind) & harmless], common, allowed)
        for kind in sorted({name.partition(":")[2] for name in classes if name.startswith("now:")})
    }
    today_from = _lowest_within(today, ((harmless, allowed.today),))
    if not at_least:
        return Thresholds(now=own, today=today_from)
    now_from = {kind: max(each, _AT_LEAST_VAGUE if kind == _VAGUE else _AT_LEAST) for kind, each in own.items()}
    return Thresholds(now=now_from, today=max(_AT_LEAST_TODAY, today_from))


def _lowest_within(belief: Floats, limits: Sequence[tuple[NDArray[np.bool_], float]]) -> float:
    return next(
        step
        for step in (*_STEPS, 0.99)
        if step > 0.98 or all((belief[among] >= step).mean() <= limit for among, limit in limits if among.any())
    )


def _for_kind(danger: Floats, harmless: Floats, common: float, allowed: Allowed) -> float:
    """The common threshold, lowered step by step while the kind is found too seldom and no harmless message is hit."""
    own = common
    for step in reversed([step for step in _STEPS if common * allowed.lowest <= step < common]):
        enough = not danger.size or (danger >= own).mean() >= allowed.wanted
        if enough or (harmless >= step).sum() > (harmless >= common).sum():
            break
        own = step
    return own


def _kind(scores: Floats, classes: Sequence[str]) -> NDArray[np.str_]:
    is_now = np.asarray([name.startswith("now:") for name in classes])
    names = np.asarray([name.partition(":")[2] for name in classes])
    found: NDArray[np.str_] = names[np.where(is_now, scores, -np.inf).argmax(1)]
    return found
