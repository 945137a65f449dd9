"""`make run` as a newcomer types it: it answers, tells who may sign in, and Ctrl-C leaves nothing behind."""

import os
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.settings import PREFIX
from tests.support.machine import CHECKOUT
from tests.support.ports import free_port
from tests.support.programs import Program, descendants, still_running, wait_until_answering

# The promise is five seconds. A machine that runs other tests beside it gets twice that.
SECONDS_TO_STOP = 10
SECONDS_FOR_RASA = 900

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("rasa")]

Start = Callable[[Path], tuple[Program, str]]


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Start]:
    """`make run` with a data folder and a port of its own; the argument is the Rasa project it uses."""
    started: list[Program] = []

    def start(rasa: Path) -> tuple[Program, str]:
        port = free_port()
        ours = {"PORT": str(port), "DATA_FOLDER": str(tmp_path / "var"), "RASA_PROJECT": str(rasa)}
        environment = os.environ | {f"{PREFIX}{name}": value for name, value in ours.items()}
        # What is installed stays as it is: other tests are using it.
        command = ["make", "-o", ".venv/.installed", "-o", "bot/web/static/vendor/.installed", "run"]
        program = Program(command, environment, CHECKOUT, tmp_path / "written.log")
        started.append(program)
        address = f"http://127.0.0.1:{port}"
        wait_until_answering(f"{address}/health/live", program)
        return program, address

    yield start
    for program in started:
        program.end()


@pytest.fixture
def rasa_from_nothing(tmp_path: Path) -> Path:
    """The Rasa project as it is in a fresh clone: nothing installed, nothing trained."""
    target = tmp_path / "rasa_project"
    shutil.copytree(
        CHECKOUT / "rasa_project", target, ignore=shutil.ignore_patterns(".venv", ".rasa", "models", "results")
    )
    return target


def test_it_answers_while_rasa_is_set_up_and_ctrl_c_ends_that_too(make_run: Start, rasa_from_nothing: Path) -> None:
    program, address = make_run(rasa_from_nothing)
    _wait_until(lambda: "Rasa: " in program.written(), 60, program)
    email, password = _practitioner(program.written())
    assert f"{address}/chat" in program.written()
    assert f"{address}/desk" in program.written()
    _sign_in(address, email, password)
    _stop_with_a_page_open(program, address)


def test_ctrl_c_ends_a_rasa_that_answers(make_run: Start) -> None:
    program, address = make_run(CHECKOUT / "rasa_project")
    _wait_until(lambda: "Rasa: answering" in program.written(), SECONDS_FOR_RASA, program)
    _stop_with_a_page_open(program, address)


def _stop_with_a_page_open(program: Program, address: str) -> None:
    """Press Ctrl-C while somebody has the chat page open, which keeps a connection to the service."""
    everything = descendants(program.process.pid) | {program.process.pid}
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    browser.open(f"{address}/chat", timeout=10).close()
    with browser.open(f"{address}/chat/events", timeout=10) as live:
        assert isinstance(live, HTTPResponse)
        everything |= descendants(program.process.pid)
        program.press_ctrl_c()
        began = time.monotonic()
        while left := still_running(everything):
            assert time.monotonic() - began < SECONDS_TO_STOP, (
                f"{len(left)} programs outlive Ctrl-C:\n{program.written()}"
            )
            time.sleep(0.1)
    assert "Traceback" not in program.written()
    assert "***" not in program.written(), f"make calls Ctrl-C an error:\n{program.written()}"


def _practitioner(written: str) -> tuple[str, str]:
    found = re.search(r"practitioner\s+(\S+@\S+)\s+password: (.+)", written)
    assert found, f"the sign-ins are not printed:\n{written}"
    return found[1], found[2]


def _sign_in(address: str, email: str, password: str) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = urlencode({"email": email, "password": password, "next": "/desk"}).encode()
    with browser.open(f"{address}/sign-in", form, timeout=30) as page:
        assert page.geturl() == f"{address}/desk"


def _wait_until(true: Callable[[], bool], seconds: float, program: Program) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert program.process.poll() is None, f"it ended:\n{program.written()}"
        assert time.monotonic() < deadline, f"waited for {seconds} s:\n{program.written()}"
        time.sleep(0.3)
