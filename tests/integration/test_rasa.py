"""The real Rasa: its environment is built, the model trained and measured, the server asked, and all of it ended.

The first run installs 2.5 GB; after that only what changed is done again. The floors stand a little below what was
measured when the examples were written (see rasa_project/README.md): a fall below one fails the build.
"""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.nlu import RasaNlu
from bot.rasa.figures import Figures
from bot.rasa.project import NluProject
from bot.rasa.server import RasaServer

# One worker runs all of these, so that Rasa is trained and started once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("rasa")]

CROSS_VALIDATED_F1 = 0.52
HELD_OUT_F1 = 0.74
HELD_OUT_ENTITY_F1 = 0.6
INTENTS = 36
Tell = Callable[[str], None]
MOST_MEMORY = 1_100_000_000

# None of these is in the training text, nor among the held-out sentences.
SENTENCES = [
    ("could i have a chat with an actual human being pls", "ask_human"),
    ("rather not answer that one", "skip"),
    ("sorry thats wrong can i change it", "correct"),
    ("what was that, say it again", "repeat"),
    ("go back to the last question please", "go_back"),
    ("who exactly am i texting", "who_are_you"),
    ("am i talking to a bot", "are_you_a_robot"),
    ("who is able to read my answers", "who_sees_this"),
    ("is this chat confidential or what", "is_it_confidential"),
    ("dont send me any more texts", "stop"),
    ("need a few minutes be back soon", "pause"),
    ("thats great thank you", "thanks"),
    ("bye for today", "goodbye"),
    ("hello there good evening", "greet"),
    ("aye ok then", "yes"),
    ("nah not really no", "no"),
    ("i dunno really", "unsure"),
    ("il take the 3rd one", "choose_slot"),
    ("none of them are any use sorry", "none_of_those"),
    ("weds afternoon or thurs morning", "give_time"),
    ("how long til i get seen", "how_long_is_the_wait"),
    ("ok so what happens after that", "what_happens_next"),
    ("is my brother allowed to come in with me", "bring_someone"),
    ("need a urdu interpreter please", "interpreter"),
    ("please dont phone me i cant hear on the phone", "communication_need"),
    ("is there a charge", "cost"),
    ("whats the address of the place", "where_is_it"),
    ("please can you cancel my appointment on friday", "cancel_booking"),
    ("can i change my appointment to a different day", "move_booking"),
    ("its my husband that needs help", "for_someone_else"),
    ("i want to complain about how i was treated", "complaint"),
    ("what do you hold about me", "own_data"),
    ("delete everything i told you please", "delete_story"),
    ("things have been hard since i lost my job and my marriage broke down", "share_story"),
    ("my mum does my shopping and my mate rings me", "share_story"),
    ("i had to stop going to work, couldnt face it", "share_story"),
]


@pytest.fixture(scope="session")
def project() -> Iterator[NluProject]:
    project = NluProject()
    project.train()
    yield project
    project.stop()


@pytest.fixture(scope="session")
def server(project: NluProject) -> Iterator[RasaServer]:
    server = project.serve(free_port())
    yield server
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def members(group: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pgrp = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[2]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(pgrp) == group:
            found.append(int(stat.parent.name))
    return found


def resident(group: int) -> int:
    """The memory of a group of processes that is in RAM, in bytes."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) for pid in members(group)]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Keep a line with the test's result, where a run over several workers keeps it too, and print it."""

    def say(line: str) -> None:
        record_property("figure", line)
        sys.stdout.write(f"{line}\n")

    return say


@pytest.fixture(scope="session")
def figures(project: NluProject) -> Figures:
    return project.test()


def test_the_server_answers_as_rasa_documents(server: RasaServer) -> None:
    answer = httpx.post(f"{server.url}/model/parse", json={"text": "tues pls, can my mum come"}, timeout=10)
    assert answer.status_code == 200
    assert {"intent", "entities", "intent_ranking", "text"} <= answer.json().keys()
    found = {(entity["entity"], entity["value"]) for entity in answer.json()["entities"]}
    assert {("day", "tuesday"), ("relation", "mum")} <= found


def test_it_listens_on_this_machine_only(server: RasaServer) -> None:
    here = f"{server.port:04X}"
    listening = [line.split() for line in Path(f"/proc/{server.pid}/net/tcp").read_text(encoding="utf-8").splitlines()]
    addresses = {row[1] for row in listening[1:] if row[3] == "0A" and row[1].endswith(f":{here}")}
    assert addresses == {f"0100007F:{here}"}


def test_sentences_it_has_never_seen_are_understood(server: RasaServer, tell: Tell) -> None:
    nlu = RasaNlu(server.url, deadline_seconds=10)
    missed = []
    for text, intent in SENTENCES:
        understood = nlu.understand(text)
        if understood is None or understood.intent != intent:
            missed.append((text, intent, understood and (understood.intent, round(understood.confidence, 2))))
    nlu.close()
    tell(f"Rasa through the client: {len(SENTENCES) - len(missed)} of {len(SENTENCES)} understood; missed: {missed}")
    assert len(missed) <= len(SENTENCES) * 0.15, missed


def test_it_copes_with_whatever_is_written(server: RasaServer) -> None:
    nlu = RasaNlu(server.url, deadline_seconds=30)
    for text in ("a long day " * 1_000, "🙂🙂🙂", "مرحبا", "?", "\x00\x01", "half an emoji \ud83d"):
        nlu.understand(text)
        assert nlu.health().state == "answering", ascii(text[:40])
    nlu.close()


def test_it_stays_small(server: RasaServer, tell: Tell) -> None:
    memory = resident(server.pid)
    tell(f"Rasa serving: {memory / 1e6:.0f} MB resident")
    assert memory < MOST_MEMORY


def test_the_figures_do_not_fall(figures: Figures, tell: Tell) -> None:
    for name, scores in (("cross-validated", figures.cross_validated), ("held out", figures.held_out)):
        tell(f"Rasa, {name}: {scores.line()}")
        tell(f"Rasa, {name}, F1 of entities: { ({entity: round(f1, 2) for entity, f1 in scores.entities.items()}) }")
        weakest = sorted((round(f1, 2), intent) for intent, f1 in scores.intents.items())[:6]
        tell(f"Rasa, {name}, the weakest intents: {weakest}")
    assert len(figures.cross_validated.intents) == len(figures.held_out.intents) == INTENTS
    assert figures.cross_validated.weighted_f1 >= CROSS_VALIDATED_F1
    assert figures.held_out.weighted_f1 >= HELD_OUT_F1
    assert min(figures.held_out.entities.values()) >= HELD_OUT_ENTITY_F1


def test_stopping_leaves_no_process(project: NluProject) -> None:
    server = project.serve(free_port())
    assert members(server.pid)
    server.stop(3.0)
    assert members(server.pid) == []
    assert not server.answers(timeout_seconds=1)
