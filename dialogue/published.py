"""The flows that can be walked, each version kept for as long as somebody may stand in it."""

from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

from dialogue.flow import Flow
from dialogue.phrasebook import Phrasebook
from dialogue.reader import Placed, read_phrasebook, read_placed
from dialogue.session import FlowRef

_FOLDER = Path(__file__).parent / "flows"


class UnknownFlowError(Exception):
    """There is no flow of this name and version here; the message names both."""


class Flows:
    """All published flows, every version of them. Immutable."""

    def __init__(self, flows: Iterable[Flow | Placed]) -> None:
        """`flows` in any order. Raises ValueError when a name and version comes twice."""
        self._placed: dict[tuple[str, int], Placed] = {}
        for given in flows:
            placed = given if isinstance(given, Placed) else Placed.unplaced(given)
            key = (placed.flow.flow, placed.flow.version)
            if key in self._placed:
                raise ValueError(f"flow {key[0]!r} version {key[1]} is there twice")
            self._placed[key] = placed

    @classmethod
    @cache
    def shipped(cls) -> "Flows":
        """The flows that come with the program. Raises reader.FlowError when one of them cannot be read."""
        return cls(read_placed(path) for path in sorted(_FOLDER.glob("*.yaml")) if not path.name.startswith("words."))

    @cached_property
    def all(self) -> tuple[Placed, ...]:
        """Every version of every flow with where it was read from, by name and version."""
        return tuple(self._placed[key] for key in sorted(self._placed))

    def get(self, ref: FlowRef) -> Flow:
        """The flow of this name and version. Raises UnknownFlowError."""
        placed = self._placed.get((ref.name, ref.version))
        if placed is None:
            raise UnknownFlowError(f"there is no version {ref.version} of the flow {ref.name!r}")
        return placed.flow

    def latest(self, name: str) -> Flow:
        """The newest version of the flow of this name. Raises UnknownFlowError."""
        versions = [version for known, version in self._placed if known == name]
        if not versions:
            raise UnknownFlowError(f"there is no flow {name!r}")
        return self._placed[(name, max(versions))].flow

    def names(self) -> tuple[str, ...]:
        """The names of all flows, in alphabetical order."""
        return tuple(sorted({name for name, _ in self._placed}))


@cache
def shipped_phrasebook() -> Phrasebook:
    """The English phrasebook that comes with the program. Raises reader.FlowError when it cannot be read."""
    return read_phrasebook(_FOLDER / "words.en.yaml")
