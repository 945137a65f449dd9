"""What the tests stand on: databases, a browser, and the account of what could not be run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser

from bot.settings import PREFIX, Settings
from tests.support import left_out
from tests.support.browser import open_browser
from tests.support.machine import CannotBeHadError
from tests.support.postgres import Cluster, cluster
from tests.support.stores import empty, migrate

# How long an example takes says more of the machine than of the code; speed is measured by `first-contact bench`.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-transcripts` writes down what really happened, outcomes only; read the difference before committing."""
    parser.addoption(
        "--update-transcripts", action="store_true", help="write the outcomes that happened into the files"
    )


@pytest.fixture(scope="session", autouse=True)
def _nothing_from_outside() -> None:
    """A developer's own settings must not change what the tests see."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    Settings.model_config["env_file"] = None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this test run's own; `postgres.url(postgres.create())` is the address of an empty database."""
    try:
        with cluster() as started:
            yield started
    except CannotBeHadError as error:
        left_out.leave_out("PostgreSQL", str(error))


@pytest.fixture
def postgresql_url(postgres: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, as FIRST_CONTACT_DATABASE_URL takes it: each test runs once on either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'first-contact.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(scope="session")
def _postgresql_with_tables(postgres: Cluster) -> str:
    url = postgres.url(postgres.create())
    migrate(url)
    return url


@pytest.fixture(scope="session")
def _sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("with-tables") / "first-contact.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of either kind that has all its tables, and no row in any of them."""
    if request.param == "sqlite":
        path = tmp_path / "first-contact.sqlite"
        shutil.copyfile(request.getfixturevalue("_sqlite_with_tables"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("_postgresql_with_tables")
    empty(url)
    return url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window.

    For one module only: Playwright keeps an event loop running in this thread, and `asyncio.run` refuses to work
    beside it.
    """
    try:
        with open_browser() as opened:
            yield opened
    except CannotBeHadError as error:
        left_out.leave_out("Chromium", str(error))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests are slow, and which share something big and so stay in one worker.

    A transcript on PostgreSQL is left to `make test`: while working, its twin on SQLite is enough.
    """
    for item in items:
        if item.path.parent.name == "transcripts" and "postgresql" in item.name:
            item.add_marker(pytest.mark.slow)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything must run, a run that left something out has failed."""
    if exitstatus != pytest.ExitCode.OK or not left_out.everything_must_run():
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.getreports("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests measured, and name what was left out, and why, in the last lines."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    tables = [text for report in reports for name, text in report.user_properties if name == "table"]
    if tables:
        terminalreporter.section("measured", sep="=")
        terminalreporter.write_line("\n\n".join(str(text) for text in tables))
    lines = left_out.lines(terminalreporter.getreports("skipped"))
    if lines:
        terminalreporter.section("left out", sep="=")
        for line in lines:
            terminalreporter.write_line(line)
        if left_out.everything_must_run():
            terminalreporter.write_line("This run may leave nothing out, so it has failed.")
