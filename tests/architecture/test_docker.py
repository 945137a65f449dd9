"""The images' build files are read by a linter and held against the published schema: no engine is needed for that."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.machine import CHECKOUT

DOCKER = CHECKOUT / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
COMPOSE = sorted(DOCKER.glob("compose.*.yaml"))


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: str(path.name))
def test_the_linter_finds_nothing(dockerfile: Path) -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    command: list[str | Path] = [hadolint, "--no-color", "--config", DOCKER / ".hadolint.yaml", dockerfile]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("compose", COMPOSE, ids=lambda path: str(path.name))
def test_compose_files_fit_the_published_schema(compose: Path) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        compose,
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: str(path.name))
def test_an_image_does_not_run_as_root_and_says_whether_it_is_well(dockerfile: Path) -> None:
    shipped = dockerfile.read_text("utf-8").rpartition("\nFROM ")[2]
    for line, why in (
        (r"^USER [1-9]\d+$", "a number that is not root's, so that a cluster can see that it is not"),
        (r"^HEALTHCHECK ", "so that a container that stands still is seen"),
        (r"^ENTRYPOINT \[", "the exec form, so that a signal to stop arrives"),
    ):
        assert re.search(line, shipped, re.MULTILINE), f"{dockerfile.name} needs a line {line}: {why}"


def test_every_part_of_an_image_has_an_exact_version() -> None:
    loose = [
        f"{path.name}: {line.strip()}"
        for path in (*DOCKERFILES, *COMPOSE)
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(FROM|image:) ", line) and not re.search(r":\d+\.\d+(\.\d+)?-[a-z-]+( AS \w+)?$", line)
    ]
    assert not loose, f"A tag that moves makes another image tomorrow; name version and system: {loose}"


def test_nothing_secret_reaches_the_engine() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", ".dockerignore must shut everything out first, so that .env and var/ can not slip in"
    assert not {rule for rule in rules if rule.startswith("!") and re.search(r"env|var|key", rule)}
