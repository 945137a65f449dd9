"""How long screening takes and how much memory it holds: the rules alone beside the rules with the classifier.

Measured on one core where the system lets a process choose, because that is what a small machine gives each worker.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TextIO

from dialogue.safety import Detector, Rules, RulesAndClassifier

# Invented texts of the lengths that come in: a word, a sentence, a few sentences, a page.
TEXTS: Final = {
    "a word or two": ("ok", "yes please", "not really", "tuesday then"),
    "a text": (
        "not great, been off work since the summer and i dont sleep",
        "somebody to talk to i suppose, the gp said you might help",
        "my sister rings most nights and the dog gets me out of the house",
        "can i come on thursday instead, the bus is off",
    ),
    "100 words": ("the shop shut and since then the days are long and i walk by the canal with the dog. " * 6,),
    "1,000 words": ("the shop shut and since then the days are long and i walk by the canal with the dog. " * 56,),
}


@dataclass(frozen=True)
class Timed:
    """Milliseconds a text of one length takes: half of them take no longer than `p50`, 99 in 100 than `p99`."""

    length: str
    p50: float
    p99: float


def run(seconds: float, out: TextIO) -> None:
    """Measure both detectors for about `seconds` and print a line for each length of text."""
    with one_core() as pinned:
        rules = Rules.shipped()
        before = _peak_memory()
        detector = RulesAndClassifier.shipped()
        share = seconds / (2 * len(TEXTS))
        alone = [_timed(rules, length, share) for length in TEXTS]
        both = [_timed(detector, length, share) for length in TEXTS]
    where = "one core" if pinned else "all cores (this system lets no process choose)"
    out.write(f"\nScreening on {where}, milliseconds a text, median / 99 in 100:\n\n")
    out.write("  length            rules alone        rules and classifier\n")
    out.writelines(
        f"  {one.length:<15}{one.p50:>8.1f} / {one.p99:<10.1f}{two.p50:>8.1f} / {two.p99:.1f}\n"
        for one, two in zip(alone, both, strict=True)
    )
    out.write(f"\n  memory at most, MB: {before:.0f} with the rules, {_peak_memory():.0f} with both\n")
    if detector.problem:
        out.write(f"  {detector.problem}\n")


@contextmanager
def one_core() -> Iterator[bool]:
    """Keep this process on one core; yields whether that could be done."""
    if not hasattr(os, "sched_setaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield True
    finally:
        os.sched_setaffinity(0, before)


def _timed(detector: Detector, length: str, seconds: float) -> Timed:
    durations = sorted(_durations(detector.screen, TEXTS[length], seconds))
    return Timed(length, durations[len(durations) // 2], durations[int(len(durations) * 0.99)])


def _durations(screen: Callable[[str], object], texts: Sequence[str], seconds: float) -> Iterator[float]:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for text in texts:
            started = time.perf_counter()
            screen(text)
            yield (time.perf_counter() - started) * 1000


def _peak_memory() -> float:
    """The most memory this process has held so far, in MB. The system counts in KiB, macOS in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1024 if sys.platform != "darwin" else used / 1024**2
