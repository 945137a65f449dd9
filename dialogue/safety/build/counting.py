"""Fits the weights of word and letter groups by logistic regression, and keeps the largest as small whole numbers."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from dialogue.safety.build.texts import Line
from dialogue.safety.classifier.encoder import Floats
from dialogue.safety.classifier.features import groups, plain_words, windows
from dialogue.safety.normal import normalise
from dialogue.safety.spelling import Spelling

_SEEN_AT_LEAST: Final = 3
_KEPT: Final = 24_000
_LOOSENESS: Final = 8.0
_ROUNDS: Final = 80
_LARGEST: Final = 127


@dataclass(frozen=True)
class Counted:
    """The groups that are kept (sorted), their weight for each class as whole numbers, the scale of those, the bias."""

    groups: NDArray[np.uint32]
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats


def count(lines: Sequence[Line], classes: Sequence[str], spelling: Spelling) -> Counted:
    """Fit the weights so that each message gets its class."""
    known = {name: index for index, name in enumerate(classes)}
    rows: list[list[int]] = []
    wanted: list[int] = []
    for line in lines:
        words = plain_words(normalise(line.whole, spelling))
        spans = windows(len(words)) if line.route == "none" else [(0, len(words))]
        for first, after in spans:
            rows.append(groups(words[first:after]))
            wanted.append(known[line.label])
    seen = Counter(number for row in rows for number in row)
    kept = sorted(number for number, times in seen.items() if times >= _SEEN_AT_LEAST)
    fitted = _fitted(rows, kept, wanted)
    if len(kept) > _KEPT:
        strongest = np.argsort(-np.abs(fitted.coef_).max(0), kind="stable")[:_KEPT]
        kept = sorted(kept[index] for index in strongest)
        fitted = _fitted(rows, kept, wanted)
    scale = np.abs(fitted.coef_).max(1) / _LARGEST
    weights = np.rint(fitted.coef_ / scale[:, None]).astype(np.int8).T
    return Counted(
        np.asarray(kept, np.uint32),
        np.ascontiguousarray(weights),
        scale.astype(np.float32),
        fitted.intercept_.astype(np.float32),
    )


def _fitted(rows: Sequence[Sequence[int]], kept: Sequence[int], wanted: Sequence[int]) -> LogisticRegression:
    place = {number: index for index, number in enumerate(kept)}
    found = [[place[number] for number in row if number in place] for row in rows]
    ends = np.cumsum([0, *(len(row) for row in found)])
    columns = np.asarray([index for row in found for index in row])
    values = np.concatenate([np.full(len(row), max(1, len(row)) ** -0.5, np.float32) for row in found])
    matrix = csr_matrix((values, columns, ends), shape=(len(rows), len(kept)))
    with warnings.catch_warnings():
        # It is stopped before it has settled on purpose: what comes after only fits the training text more closely.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=_LOOSENESS, max_iter=_ROUNDS, tol=1e-3).fit(matrix, np.asarray(wanted))
