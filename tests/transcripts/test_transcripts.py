"""Every transcript, by the engine alone and by the whole service on either database."""

from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pytest

from dialogue.flow import Branch, ChoiceQuestion, Flow
from dialogue.published import Flows
from tests.support.transcripts.engine_player import EnginePlayer
from tests.support.transcripts.reading import Happening, Move, Transcript, read
from tests.support.transcripts.service_player import ServicePlayer

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.txt"))
# A provider that fails or repeats itself is nothing the engine knows of: the service alone plays those.
FOR_THE_ENGINE = [path for path in FILES if not read(path).needs_service]


class Player(Protocol):
    """Plays one transcript."""

    def play(self, move: Move) -> tuple[Happening, ...]:
        """Play one input; what happened."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


def _held_against(transcript: Transcript, player: Player, *, update: bool) -> None:
    """Play it; a difference is shown as two texts, and written down when `update` is set."""
    try:
        outcomes = [player.play(move) for move in transcript.moves]
    finally:
        player.close()
    expected = transcript.written([move.outcomes for move in transcript.moves])
    happened = transcript.written(outcomes)
    if update and happened != expected:
        transcript.path.write_text(happened, "utf-8")
        return
    assert happened == expected, f"{transcript.path.name} went otherwise than it is written"


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("path", FOR_THE_ENGINE, ids=lambda path: path.stem)
def test_by_the_engine_alone(path: Path, request: pytest.FixtureRequest) -> None:
    transcript = read(path)
    _held_against(transcript, EnginePlayer(transcript), update=request.config.getoption("--update-transcripts"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_by_the_whole_service(path: Path, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    transcript = read(path)
    update = transcript.needs_service and request.config.getoption("--update-transcripts")
    _held_against(transcript, ServicePlayer(transcript, database_url, tmp_path), update=update)


def test_every_step_and_exit_of_the_shipped_flows_is_walked() -> None:
    walked: set[tuple[str, str]] = set()
    exits: set[tuple[str, str, str]] = set()
    for path in FOR_THE_ENGINE:
        transcript = read(path)
        player = EnginePlayer(transcript)
        for move in transcript.moves:
            player.play(move)
        walked.update(player.walked)
        exits.update(
            (flow, step, following) for (flow, step), (other, following) in pairwise(player.walked) if flow == other
        )
    steps = {(flow.flow, step.id) for flow in _flows() for step in flow.steps}
    assert steps - walked == set(), "no transcript comes to these steps"
    wanted = {(flow.flow, *way) for flow in _flows() for way in _exits(flow)}
    assert wanted - exits == set(), "no transcript takes these exits (flow, step, next step)"


def _flows() -> list[Flow]:
    return [placed.flow for placed in Flows.shipped().all]


def _exits(flow: Flow) -> list[tuple[str, str]]:
    """Where each step with more than one way on can go to."""
    found: list[tuple[str, str]] = []
    for step in flow.steps:
        if isinstance(step, Branch):
            found += [(step.id, arm.then) for arm in step.arms] + [(step.id, step.otherwise)]
        elif isinstance(step, ChoiceQuestion):
            found += [(step.id, option.then) for option in step.options] + [(step.id, step.otherwise)]
        elif hasattr(step, "unbooked"):
            found += [(step.id, step.then), (step.id, step.unbooked)]
    return found
