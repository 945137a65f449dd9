"""A browser for the tests: Chromium from the machine, from apt (root), or from Playwright's own installer."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.machine import CHECKOUT, CannotBeHadError, install_from_apt, is_root, one_at_a_time, run

# A busy machine may take long; what a test shows is that a thing happens, never how quickly.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_AXE = CHECKOUT / "bot" / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def find_chromium() -> str:
    """The path of a Chromium, installed first when there is none.

    Raises CannotBeHadError when there is none and none can be installed.
    """
    with one_at_a_time("chromium"):
        found = _on_this_machine()
        if found is None and is_root():
            install_from_apt("chromium")
            found = _on_this_machine()
        _start_driver()
        if found is None:
            run([sys.executable, "-m", "playwright", "install", "chromium"])
            with sync_playwright() as playwright:
                found = playwright.chromium.executable_path
    return found


def _on_this_machine() -> str | None:
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def _start_driver() -> None:
    """See that Playwright's own Node starts; a bare Debian lacks a library it needs."""
    version = [sys.executable, "-m", "playwright", "--version"]
    try:
        run(version)
    except CannotBeHadError:
        install_from_apt("libatomic1")
        run(version)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A Chromium without a window, closed at the end. Raises CannotBeHadError."""
    path = find_chromium()
    # Chromium's sandbox refuses to start as root, and a container's small /dev/shm makes pages crash.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if is_root() else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def accessibility_problems(page: Page) -> Sequence[str]:
    """What axe-core finds wrong with the page as it stands: one line per rule, with the first place."""
    if not _AXE.exists():
        raise CannotBeHadError(f"{_AXE.relative_to(CHECKOUT)} is missing: run `make setup`")
    found = Axe.from_file(_AXE).run(page).response["violations"]
    return [f"{rule['id']}: {rule['help']} ({rule['nodes'][0]['html'][:200]})" for rule in found]
