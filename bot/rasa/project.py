"""The Rasa project in `rasa_project/`: its environment, its training, its tests and its server, as child processes.

Rasa 3.6 needs Python 3.10 and TensorFlow, so nothing of it is ever imported here: uv builds an environment of its own,
and Rasa's own command line does the rest. Every child runs in a process group of its own, and `stop` ends whichever
one is running, so that nothing is left behind.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.rasa.child import Child, NluProjectError, StoppedError, environment
from bot.rasa.figures import FOLDS, Figures, read_figures
from bot.rasa.server import RasaServer, must_be_free

Progress = Callable[[str], None]
Command = Sequence[str | Path]

PYTHON = "3.10"

_EPOCH = re.compile(r"Epochs:.*\| (\d+)/(\d+) \[")


def default_folder() -> Path:
    """The folder `rasa_project` that stands beside the package `bot` in a checkout."""
    return Path(__file__).resolve().parents[2] / "rasa_project"


class NluProject:
    """The Rasa project in one folder. `progress` is given one short line for each thing worth showing."""

    def __init__(self, folder: Path | None = None, progress: Progress = print) -> None:
        self.folder = (folder or default_folder()).resolve()
        self._progress = progress
        self._stopped = threading.Event()
        self._child: Child | None = None

    @property
    def model(self) -> Path:
        """Where the trained model is, or will be."""
        return self.folder / "models" / "nlu.tar.gz"

    def installed(self) -> bool:
        """Whether the environment is there and built from the present requirements."""
        return self._rasa.exists() and _text(self._stamp) == _digest([self._requirements])

    def trained(self) -> bool:
        """Whether the model is there and made from the present configuration, domain, examples and versions."""
        return self.model.exists() and _text(self._fingerprint) == _digest(self._sources())

    def install(self) -> None:
        """Build the environment unless it is there. Raises NluProjectError with what is missing."""
        if not self._requirements.exists():
            raise NluProjectError(f"There is no {self._requirements}. Set FIRST_CONTACT_RASA_PROJECT to its folder.")
        with self._alone():
            if self.installed():
                return
            self._progress("Rasa: installing (about 2.5 GB, first time only)")
            uv = _uv()
            python = self._find_python(uv)
            if not self._python.exists():
                self._run("make its environment", [uv, "venv", "--quiet", "--clear", "--python", python, self._venv])
            self._run(
                "install it",
                [uv, "pip", "sync", "--quiet", "--python", self._python, "--require-hashes", self._requirements],
            )
            self._stamp.write_text(_digest([self._requirements]), encoding="utf-8")
            self._progress("Rasa: installed")

    def train(self) -> None:
        """Train unless the model is up to date. A training that ends early leaves the model before it untouched."""
        self.install()
        with self._alone():
            if self.trained():
                return
            digest = _digest(self._sources())
            self._progress("Rasa: training (one to two minutes)")
            fresh = self.folder / "models" / "unfinished"
            shutil.rmtree(fresh, ignore_errors=True)
            command: Command = ["train", "nlu", "--nlu", "data/nlu", "--out", fresh, "--fixed-model-name", "nlu"]
            self._run_rasa("train", command, self._epochs("training"))
            # Without its fingerprint a model counts as out of date, so no moment in between can pass for finished.
            self._fingerprint.unlink(missing_ok=True)
            (fresh / self.model.name).replace(self.model)
            self._fingerprint.write_text(digest, encoding="utf-8")
            shutil.rmtree(fresh, ignore_errors=True)
            self._progress("Rasa: trained")

    def test(self) -> Figures:
        """Run `rasa test nlu`: cross-validation on the training examples, then the model on the held-out sentences."""
        self.train()
        results = self.folder / "results"
        shutil.rmtree(results, ignore_errors=True)
        self._progress("Rasa: testing, the held-out sentences")
        held_out: Command = ["--nlu", "data/test/held_out.yml", "--model", self.model, "--out", results / "held_out"]
        self._run_rasa("test", ["test", "nlu", "--no-plot", *held_out])
        self._progress(f"Rasa: testing, cross-validation in {FOLDS} folds")
        folds: Command = [
            "--nlu",
            "data/nlu",
            "--cross-validation",
            "--folds",
            str(FOLDS),
            "--out",
            results / "cross_validation",
        ]
        self._run_rasa("test", ["test", "nlu", "--no-plot", *folds], self._epochs("testing"))
        figures = read_figures(results)
        self._progress(f"Rasa: tested, {figures.summary()}")
        return figures

    def serve(self, port: int) -> RasaServer:
        """Start the server on 127.0.0.1 at `port` and return when it answers. Raises NluProjectError when it cannot."""
        self.train()
        must_be_free(port)
        self._progress("Rasa: starting")
        child = self._start(
            [self._rasa, "run", "--enable-api", "--model", self.model, "--interface", "127.0.0.1", "--port", str(port)]
        )
        server = RasaServer(child, port)
        try:
            server.wait_until_it_answers()
        except BaseException:
            server.stop()
            self._refuse_when_stopped()
            raise
        self._progress(f"Rasa: answering on port {port}")
        return server

    def stop(self, timeout_seconds: float = 3.0) -> None:
        """End whatever this project has running, from any thread, and start nothing more."""
        self._stopped.set()
        if child := self._child:
            child.stop(timeout_seconds)

    @property
    def _venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def _python(self) -> Path:
        return self._venv / "bin" / "python"

    @property
    def _rasa(self) -> Path:
        return self._venv / "bin" / "rasa"

    @property
    def _requirements(self) -> Path:
        return self.folder / "requirements.txt"

    @property
    def _stamp(self) -> Path:
        return self._venv / "requirements.sha256"

    @property
    def _fingerprint(self) -> Path:
        return self.model.with_name("nlu.sha256")

    def _sources(self) -> list[Path]:
        """What the model is made from."""
        examples = sorted((self.folder / "data" / "nlu").glob("*.yml"))
        return [self.folder / "config.yml", self.folder / "domain.yml", self._requirements, *examples]

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two processes from building the same thing at once."""
        state = self.folder / ".rasa"
        state.mkdir(exist_ok=True)
        with (state / "lock").open("w") as lock:
            told = False
            while True:
                self._refuse_when_stopped()
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        self._progress("Rasa: waiting for another process that is setting it up")
                    told = True
                    self._stopped.wait(0.5)
            yield

    def _find_python(self, uv: Path) -> Path:
        """A Python 3.10 that starts: one uv finds, a pyenv version, a system one; otherwise uv fetches one."""
        found = self._ask([uv, "python", "find", PYTHON])
        candidates = [Path(found)] if found else []
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        candidates += sorted(pyenv.glob(f"versions/{PYTHON}*/bin/python"), reverse=True)
        candidates += [Path(folder) / f"python{PYTHON}" for folder in os.get_exec_path()]
        # Pyenv leaves a command on PATH that fails when its version is not switched on, so each one is tried.
        for candidate in candidates:
            if candidate.exists() and self._is_right(candidate):
                return candidate
        self._progress(f"Rasa: fetching Python {PYTHON}")
        self._run(f"fetch Python {PYTHON}", [uv, "python", "install", "--quiet", PYTHON])
        found = self._ask([uv, "python", "find", "--managed-python", PYTHON])
        if not found:
            raise NluProjectError(f"Rasa needs Python {PYTHON} and none was found. Install it, then try again.")
        return Path(found)

    def _is_right(self, python: Path) -> bool:
        version = self._ask([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        return version == PYTHON

    def _ask(self, command: Command) -> str | None:
        """The last line a command printed, or None when it failed."""
        child = self._start(command)
        return child.last_line() if child.wait() == 0 else None

    def _start(self, command: Command, line: Callable[[str], None] | None = None) -> Child:
        self._refuse_when_stopped()
        self._child = Child(command, self.folder, environment(self.folder), line)
        if self._stopped.is_set():
            self._child.stop(3.0)
            self._refuse_when_stopped()
        return self._child

    def _run(self, what: str, command: Command, line: Callable[[str], None] | None = None) -> None:
        child = self._start(command, line)
        try:
            code = child.wait()
        except BaseException:
            child.stop(3.0)
            raise
        self._refuse_when_stopped()
        if code != 0:
            raise NluProjectError(f"Rasa: could not {what} (exit {code}). The last lines:\n{child.last_lines()}")

    def _run_rasa(self, what: str, command: Command, line: Callable[[str], None] | None = None) -> None:
        files = ["--config", "config.yml", "--domain", "domain.yml"]
        self._run(what, [self._rasa, *command, *files], line)

    def _refuse_when_stopped(self) -> None:
        if self._stopped.is_set():
            raise StoppedError("Rasa: stopped")

    def _epochs(self, doing: str) -> Callable[[str], None]:
        """A reader of Rasa's progress bar, which repeats each epoch several times."""
        shown = ""

        def read(line: str) -> None:
            nonlocal shown
            if found := _EPOCH.search(line):
                now = f"Rasa: {doing}, epoch {found[1]} of {found[2]}"
                if now != shown and found[1] != "0":
                    shown = now
                    self._progress(now)

        return read


def _uv() -> Path:
    """The uv that stands beside the Python that runs us, or one on PATH."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise NluProjectError("Setting up Rasa needs uv, and it is not there. Run `make setup`, or pip install uv.")
    return Path(found)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _digest(files: Sequence[Path]) -> str:
    """One SHA-256 over the names and contents of these files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
