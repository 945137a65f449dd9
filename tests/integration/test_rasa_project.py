"""Training and serving as child processes, with a small script in Rasa's place: what starts, stays and ends."""

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.rasa.project import NluProject, NluProjectError, StoppedError

# Stands in for `rasa`: prints a progress bar as Rasa does, then does what the file `behave` says.
RASA = """#!/bin/sh
printf 'Epochs:   0%%|   | 0/2 [00:00<?, ?s/it]\\r'
printf 'Epochs:  50%%|#  | 1/2 [00:01<00:01, 1.0s/it, t_loss=3]\\rEpochs:  50%%|#  | 1/2 [00:01<00:01, 1.0s/it]\\r'
out=models/unfinished
[ "$1" = train ] && mkdir -p $out
. ./behave
"""
TRAINS = "echo trained >> times; echo model-$(cat times | wc -l) > $out/nlu.tar.gz\n"
FAILS = "echo half > $out/nlu.tar.gz; echo 'InvalidConfig: no pipeline'; exit 3\n"
# A child of the child that refuses to be asked, as a thread pool's worker might.
HANGS = "echo half > $out/nlu.tar.gz; (trap '' TERM; echo $$ > started; while :; do sleep 0.1; done) & wait\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain.yml", "requirements.txt", "data/nlu/people.yml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    rasa = tmp_path / ".venv" / "bin" / "rasa"
    rasa.parent.mkdir(parents=True)
    rasa.write_text(RASA, encoding="utf-8")
    rasa.chmod(0o755)
    requirements = hashlib.sha256(b"requirements.txt").digest()
    stamp = hashlib.sha256(b"requirements.txt\0" + requirements).hexdigest()
    (tmp_path / ".venv" / "requirements.sha256").write_text(stamp, encoding="utf-8")
    (tmp_path / "behave").write_text(TRAINS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def project(folder: Path, said: list[str]) -> Iterator[NluProject]:
    made = NluProject(folder, said.append)
    yield made
    made.stop()


def behave(folder: Path, what: str) -> None:
    (folder / "behave").write_text(what, encoding="utf-8")


def members(group: int) -> list[int]:
    """The processes of a group, ended ones that nobody waited for left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(pgrp) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def test_it_trains_once_and_again_when_an_example_changes(project: NluProject, folder: Path, said: list[str]) -> None:
    project.train()
    project.train()
    assert project.trained()
    assert project.model.read_text(encoding="utf-8") == "model-1\n"
    assert said == ["Rasa: training (one to two minutes)", "Rasa: training, epoch 1 of 2", "Rasa: trained"]

    (folder / "data/nlu/people.yml").write_text("one more", encoding="utf-8")
    assert not project.trained()
    project.train()
    assert project.model.read_text(encoding="utf-8") == "model-2\n"


def test_a_failed_training_says_why_and_leaves_the_model_before_it(project: NluProject, folder: Path) -> None:
    project.train()
    (folder / "config.yml").write_text("broken", encoding="utf-8")
    behave(folder, FAILS)
    with pytest.raises(NluProjectError, match=r"(?s)could not train \(exit 3\).*InvalidConfig: no pipeline"):
        project.train()
    assert project.model.read_text(encoding="utf-8") == "model-1\n"
    assert not project.trained()


def test_stopping_in_the_middle_of_a_training_leaves_no_process_and_the_model_before_it(
    project: NluProject, folder: Path
) -> None:
    project.train()
    (folder / "config.yml").write_text("changed", encoding="utf-8")
    behave(folder, HANGS)
    ended: list[BaseException] = []

    def train() -> None:
        try:
            project.train()
        except StoppedError as error:
            ended.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    started = folder / "started"
    turn = threading.Event()
    while not (started.exists() and started.read_text(encoding="utf-8").strip()):
        assert thread.is_alive()
        turn.wait(0.02)
    group = os.getpgid(int(started.read_text(encoding="utf-8")))
    assert len(members(group)) >= 2
    project.stop(1.5)
    thread.join(timeout=10)
    assert len(ended) == 1
    assert members(group) == []
    assert project.model.read_text(encoding="utf-8") == "model-1\n"
    with pytest.raises(StoppedError):
        project.train()

    behave(folder, TRAINS)
    again = NluProject(folder, project._progress)
    again.train()
    assert again.model.read_text(encoding="utf-8") == "model-2\n"


def test_a_port_that_is_taken_is_named(project: NluProject) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(NluProjectError, match=f"port {port}"):
            project.serve(port)


def test_a_server_that_ends_while_starting_says_why(project: NluProject, folder: Path) -> None:
    project.train()
    behave(folder, "echo 'the model cannot be read'; exit 1\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NluProjectError, match=r"(?s)ended while starting.*the model cannot be read"):
        project.serve(port)


def test_a_folder_without_requirements_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(NluProjectError, match="FIRST_CONTACT_RASA_PROJECT"):
        NluProject(tmp_path / "nowhere", print).train()


def test_what_the_service_keeps_secret_is_not_given_to_a_child(
    project: NluProject, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST_CONTACT_SECRET_KEY", "a secret of thirty-two characters")
    behave(folder, "env > seen\n" + TRAINS)
    project.train()
    seen = (folder / "seen").read_text(encoding="utf-8")
    assert "FIRST_CONTACT_SECRET_KEY" not in seen
    assert "RASA_TELEMETRY_ENABLED=false" in seen
