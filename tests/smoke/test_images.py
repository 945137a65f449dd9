"""The service image's own commands, run without an engine: its build stage in an empty folder, then its entry point."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.machine import CHECKOUT
from tests.support.ports import free_port
from tests.support.programs import Program, wait_until_answering

DOCKERFILE = (CHECKOUT / "docker" / "service.Dockerfile").read_text("utf-8").replace("\\\n", " ")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "node_modules", "vendor")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("image"), pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Image:
    """What the build stage made: the folder that stands for `/`."""

    root: Path

    def here(self, word: str) -> str:
        """A word of the Dockerfile with the image's folders put below the scratch folder."""
        return re.sub(r"(?<![\w.])/(opt|build|var)/", rf"{self.root}/\1/", word)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Run the build stage, line by line, with a fresh Python for the base image's."""
    built = Image(tmp_path_factory.mktemp("image"))
    base = built.root / "base"
    subprocess.run([sys.executable, "-m", "venv", base], check=True)
    environment = os.environ | {"PATH": f"{base / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    for name in ("VIRTUAL_ENV", "PYTHONPATH"):
        environment.pop(name, None)
    folder = built.root / "build"
    folder.mkdir()
    for instruction, words in _build_stage():
        if instruction == "COPY":
            _copy(words.split(), folder)
        if instruction == "RUN":
            command = [built.here(word) for word in json.loads(words)]
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            assert done.returncode == 0, f"RUN {words}\n{done.stdout}{done.stderr}"
    return built


def test_the_wheel_was_built_with_the_pages_files(image: Image) -> None:
    vendor = next((image.root / "opt").glob("first-contact/lib/python*/site-packages/bot/web/static/vendor"))
    assert (vendor / "nhsuk" / "nhsuk-frontend.min.css").is_file()
    assert (vendor / "htmx" / "htmx.min.js").is_file()


def test_nothing_for_development_is_in_it(image: Image) -> None:
    packages = next((image.root / "opt").glob("first-contact/lib/python*/site-packages"))
    assert not [name for name in ("pytest", "mypy", "playwright", "tests", "hatchling") if (packages / name).exists()]


@pytest.fixture(scope="module")
def container(image: Image) -> Iterator[tuple[Image, int]]:
    """The entry point with its command, on a port of our own; everything else as the image sets it."""
    port = free_port()
    data = image.root / "var" / "lib" / "first-contact"
    data.mkdir(parents=True)
    program = image.root / "opt" / "first-contact" / "bin" / json.loads(_last("ENTRYPOINT"))[0]
    environment = {
        "PATH": os.environ["PATH"],
        "FIRST_CONTACT_HOST": "127.0.0.1",
        "FIRST_CONTACT_DATA_FOLDER": str(data),
        "FIRST_CONTACT_PORT": str(port),
    }
    with Program([str(program), *json.loads(_last("CMD"))], environment, data, image.root / "written.log") as started:
        wait_until_answering(f"http://127.0.0.1:{port}/health/live", started)
        yield image, port


def test_the_health_check_finds_it_well(container: tuple[Image, int]) -> None:
    image, port = container
    words = json.loads(re.sub(r"^.*?CMD\s+", "", _last("HEALTHCHECK")))
    command = [word.replace(":8000/", f":{port}/") for word in words]
    command[0] = str(image.root / "opt" / "first-contact" / "bin" / command[0])
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/chat", b"<form"),
        ("/sign-in", b"<form"),
        ("/static/vendor/nhsuk/nhsuk-frontend.min.css", b".nhsuk-button"),
        ("/assets/images/favicon.svg", b"<svg"),
    ],
)
def test_its_pages_are_whole(container: tuple[Image, int], path: str, holds: bytes) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{container[1]}{path}", timeout=30) as answer:
        assert holds in answer.read()


def _build_stage() -> Iterator[tuple[str, str]]:
    stage = DOCKERFILE.partition("\nFROM ")[2].partition("\nFROM ")[0]
    for line in stage.splitlines()[1:]:
        instruction, _, words = line.partition(" ")
        if instruction in {"COPY", "RUN"}:
            yield instruction, words


def _last(instruction: str) -> str:
    found: list[str] = re.findall(rf"^{instruction} (.*)$", DOCKERFILE, re.MULTILINE)
    return found[-1]


def _copy(words: list[str], folder: Path) -> None:
    *given, target = words
    for name in given:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / target, ignore=LEFT_BEHIND, dirs_exist_ok=True)
        else:
            shutil.copy(source, folder / target)
