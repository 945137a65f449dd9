"""How often a detector was right on labelled text: counts by kind with 95 % intervals."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

from dialogue.safety.build.texts import Line
from dialogue.safety.kinds import ROUTES, Route
from dialogue.safety.screening import Detector

_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `count`."""

    hits: int
    count: int

    @property
    def rate(self) -> float:
        """From 0 to 1; 0 for nothing of nothing."""
        return self.hits / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval (1927), which is sound for small counts and for rates near 0 and 1."""
        if not self.count:
            return 0.0, 1.0
        z2 = _NORMAL_95**2
        middle = (self.rate + z2 / (2 * self.count)) / (1 + z2 / self.count)
        half = sqrt(self.rate * (1 - self.rate) / self.count + z2 / (4 * self.count**2)) / (1 + z2 / self.count)
        half *= _NORMAL_95
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits:>5} of {self.count:<5}{self.rate:7.1%}  ({low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A labelled message and the route it was given."""

    line: Line
    route: Route


def screened(detector: Detector, lines: Iterable[Line]) -> list[Outcome]:
    """Each message with the route a detector gives it."""
    return [Outcome(line, detector.screen(line.text, line.previous).route) for line in lines]


def share(outcomes: Iterable[Outcome], *, at_least: Route = "now") -> Share:
    """How many were given that route or a more urgent one."""
    least = ROUTES.index(at_least)
    hits = [ROUTES.index(outcome.route) >= least for outcome in outcomes]
    return Share(sum(hits), len(hits))


def table(outcomes: list[Outcome]) -> str:
    """The figures as a table to print: by route and level, and by kind."""
    lines = [f"{'':<34}{'routed now':<38}now or today"]
    for route in reversed(ROUTES):
        for level in ("plain", "hard"):
            some = [each for each in outcomes if each.line.route == route and each.line.level == level]
            lines += _row(f"{route}, {level}", some)
    lines.append("")
    for route in reversed(ROUTES):
        for kind in sorted({each.line.kind for each in outcomes if each.line.route == route}):
            some = [each for each in outcomes if each.line.route == route and each.line.kind == kind]
            lines += _row(f"{route}: {kind}", some)
    return "\n".join(lines)


def _row(name: str, some: list[Outcome]) -> list[str]:
    return [f"{name:<30}{share(some)!s:<38}{share(some, at_least='today')}"] if some else []
