"""Screening by the trained classifier: what it believes of a text, whether that is enough, and by which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogue.safety.classifier.encoder import Encoder, Floats
from dialogue.safety.classifier.features import WINDOW, groups, plain_words, windows
from dialogue.safety.classifier.model import Model, Thresholds
from dialogue.safety.kinds import Route
from dialogue.safety.normal import HARD, SOFT, Normal, normalise
from dialogue.safety.screening import Reason, Screening, together
from dialogue.safety.spelling import Spelling

Marks = NDArray[np.bool_]

_MOST_WINDOWS: Final = 16
"""Of a very long text only so many windows are given to the encoder: those the counts find most telling."""

_ADDS: Final = 0.15
"""How much more danger must be believed with a text than in the texts before it, so that "ok thanks" after something
sad, or after a danger that has its case already, flags nothing."""

_FEWEST_SHOWN: Final = 4
_MOST_SHOWN: Final = 16
"""How many words a reason shows at least, where there are so many, and at most: why, and not the whole text."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one window, words `first` up to `after`, was found to be. `belief` is the classifier's number for `now`."""

    route: Route
    kind: str
    first: int
    after: int
    belief: float


class Classifier:
    """The classifier over one model; without an encoder it goes by word and letter groups alone."""

    def __init__(self, model: Model, encoder: Encoder | None, spelling: Spelling) -> None:
        self.version = model.version if encoder else f"{model.version}-without-encoder"
        self._model = model
        self._spelling = spelling
        self._encoder = encoder.with_adapter(model.adapter) if encoder else None
        self._thresholds: Thresholds = model.card.full if encoder else model.card.counts_only
        routes = [name.partition(":")[0] for name in model.card.classes]
        self._is_now: Marks = np.asarray([route == "now" for route in routes])
        self._is_today: Marks = np.asarray([route == "today" for route in routes])
        self._kinds = [name.partition(":")[2] for name in model.card.classes]

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        """Screen one text alone and, joined to the person's last few (oldest first), for what it adds to them.

        Joined texts flag only `now`: what is unclear has been unclear in one of them.
        """
        normal = normalise(text, self._spelling)
        judged = self._judge(normal)
        alone = self._screening(normal, judged, "classifier")
        if not previous or alone.route == "now" or not normal.tokens:
            return alone
        earlier, whole, border = self._joined(text, previous)
        joined = self._judge(whole)
        if joined is None or joined.route != "now" or joined.belief < self._belief(earlier) + _ADDS:
            return alone
        reason = Reason(kind=joined.kind, by="joined:classifier", words=whole.words(border, len(whole.tokens)))
        return alone.joined_with(Screening(route=joined.route, reasons=(reason,), version=self.version))

    def reads_whole(self, text: str) -> bool:
        """Whether the encoder is there and a text is short enough to be read in one piece."""
        return self._encoder is not None and len(windows(len(normalise(text, self._spelling).tokens))) == 1

    def score(self, text: str, previous: Sequence[str] = ()) -> float:
        """The highest belief in `now`, from 0 to 1, of the text alone or joined; for evaluation only, never kept."""
        beliefs = [self._belief(normalise(text, self._spelling))]
        if previous:
            beliefs.append(self._belief(self._joined(text, previous)[1]))
        return max(beliefs)

    def _belief(self, normal: Normal) -> float:
        return max((window.belief for window in self._windows(normal)), default=0.0)

    def _joined(self, text: str, previous: Sequence[str]) -> tuple[Normal, Normal, int]:
        """The earlier texts, all texts cut to the last window, and where in those the newest begins."""
        earlier, everything, border = together(text, previous)
        whole = normalise(everything, self._spelling)
        first = max(0, len(whole.tokens) - WINDOW)
        cut = Normal(everything, whole.tokens[first:])
        newest = next((i for i, token in enumerate(cut.tokens) if token.start >= border), len(cut.tokens))
        return normalise(earlier, self._spelling), cut, newest

    def _judge(self, normal: Normal) -> Judged | None:
        """The most urgent window that reaches its threshold, and among those the one most believed."""
        flagged = [window for window in self._windows(normal) if window.route != "none"]
        return max(flagged, key=lambda window: (window.route == "now", window.belief), default=None)

    def _windows(self, normal: Normal) -> list[Judged]:
        words = plain_words(normal)
        spans = windows(len(words))
        return [
            self._judged(first, after, belief)
            for (first, after), belief in zip(spans, self._beliefs([words[a:b] for a, b in spans]), strict=True)
        ]

    def _beliefs(self, asked: Sequence[Sequence[str]]) -> list[Floats]:
        """For each list of words, how much each class is believed; the parts add up to 1."""
        counted = [self._model.from_groups(groups(words)) for words in asked]
        if self._encoder is None:
            return [_shares(scores) for scores in counted]
        telling = [1 - float(_shares(scores)[0]) for scores in counted]
        read = sorted(range(len(asked)), key=lambda index: -telling[index])[:_MOST_WINDOWS]
        shares = self._model.card
        result = [_shares(scores) for scores in counted]
        for index in read:
            meant = self._model.from_meaning(self._encoder.encode(" ".join(asked[index])))
            result[index] = _shares(shares.encoder_share * meant + shares.counts_share * counted[index])
        return result

    def _judged(self, first: int, after: int, belief: Floats) -> Judged:
        now, today = float(belief[self._is_now].sum()), float(belief[self._is_today].sum())
        kind = self._most_believed(belief, self._is_now)
        if now >= self._thresholds.now[kind]:
            return Judged("now", kind, first, after, now)
        if now + today >= self._thresholds.today:
            kind = kind if now > today else self._most_believed(belief, self._is_today)
            return Judged("today", kind, first, after, now)
        return Judged("none", "", first, after, now)

    def _most_believed(self, belief: Floats, among: Marks) -> str:
        return self._kinds[int(np.where(among, belief, -1).argmax())]

    def _screening(self, normal: Normal, judged: Judged | None, by: str) -> Screening:
        if judged is None:
            return Screening(route="none", reasons=(), version=self.version)
        first, after = self._telling(normal, judged)
        reason = Reason(kind=judged.kind, by=by, words=normal.words(first, after))
        return Screening(route=judged.route, reasons=(reason,), version=self.version)

    def _telling(self, normal: Normal, judged: Judged) -> tuple[int, int]:
        """The words of a window that are believed most when they stand alone: a clause, or a piece of a long one."""
        parts = _clauses(normal, judged.first, judged.after)
        if len(parts) < 2:
            return judged.first, judged.after
        words = plain_words(normal)
        wanted = self._is_now if judged.route == "now" else self._is_now | self._is_today
        beliefs = self._beliefs([words[first:after] for first, after in parts])
        best = max(range(len(parts)), key=lambda index: float(beliefs[index][wanted].sum()))
        return parts[best]


def _shares(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    result: Floats = raised / raised.sum()
    return result


def _clauses(normal: Normal, first: int, after: int) -> list[tuple[int, int]]:
    """A window cut at its signs; a few words go with the clause after them, and a long clause is cut evenly."""
    clauses: list[tuple[int, int]] = []
    start = first
    for index in range(first, after + 1):
        if index < after and normal.tokens[index].word not in {HARD, SOFT}:
            continue
        if index - start >= _FEWEST_SHOWN:
            clauses.append((start, index))
            start = index + 1
    if start < after:
        start = clauses.pop()[0] if clauses else start
        clauses.append((start, after))
    return [piece for clause in clauses for piece in _evenly(*clause)]


def _evenly(first: int, after: int) -> list[tuple[int, int]]:
    pieces = -(-(after - first) // _MOST_SHOWN)
    edges = [first + (after - first) * piece // pieces for piece in range(pieces + 1)]
    return list(pairwise(edges))
