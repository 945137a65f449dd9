"""Serving: the web server, and with it, if asked, the Rasa server as a child.

Ctrl-C stops everything that was started here.
"""

import ipaddress
import socket
import sys
import threading
from types import FrameType

import uvicorn

from bot import demonstration
from bot.app import create_app
from bot.changes import Changes
from bot.rasa.child import NluProjectError, StoppedError
from bot.rasa.project import NluProject
from bot.rasa.server import RasaServer
from bot.service import build
from bot.settings import Settings

# Long enough for a reply under way, short enough that Ctrl-C is felt at once.
GRACE_SECONDS = 1


class ServeError(Exception):
    """The service cannot be served like this; the message says why and what to do."""


def serve(settings: Settings, *, with_nlu: bool) -> None:
    """Serve until interrupted. With `with_nlu`, set Rasa up, train it and run it behind, and use it once it answers.

    Raises ServeError when the port is taken or demonstration data would be served to the outside.
    """
    listening = _listen(settings)
    rasa: RasaBehind | None = None
    if with_nlu and not settings.nlu_url:
        rasa = RasaBehind(settings)
        settings = settings.model_copy(update={"nlu_url": rasa.url})
    try:
        service = build(settings)
        if demonstration.is_demonstration(service.store) and not _only_here(settings.host):
            raise ServeError(
                "This database holds demonstration data with known passwords, so it is served on 127.0.0.1 only. "
                "Set FIRST_CONTACT_HOST to 127.0.0.1, or FIRST_CONTACT_DATA_FOLDER to a folder for real data."
            )
        if service.key_file_made is not None:
            _say(f"Keys for words, names and numbers were made: {service.key_file_made.resolve()}. Keep a copy safe.")
        config = uvicorn.Config(
            create_app(service),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            # What a proxy says about itself is not believed: signatures are checked against the public address.
            proxy_headers=False,
        )
        _say(f"First Contact answers on {settings.address}")
        if rasa is not None:
            rasa.start()
        _Server(config, service.changes).run(sockets=[listening])
    finally:
        if rasa is not None:
            rasa.stop()
        listening.close()


class _Server(uvicorn.Server):
    """A web server that lets waiting pages go as soon as it is told to stop, so that none of them is cut off."""

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C or a TERM came."""
        self._changes.close()
        super().handle_exit(sig, frame)


class RasaBehind:
    """Rasa set up, trained and run behind the service, in a thread of its own; `stop` ends whatever it is at."""

    def __init__(self, settings: Settings) -> None:
        self._port = _free_port()
        self._project = NluProject(settings.rasa_project, progress=_say)
        self._server: RasaServer | None = None
        self._thread = threading.Thread(target=self._run, name="rasa", daemon=True)

    @property
    def url(self) -> str:
        """Where it will answer."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the installation, training or server that is running, and everything it started."""
        self._project.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=3)
        if self._server is not None:
            self._server.stop()

    def _run(self) -> None:
        try:
            self._project.install()
            self._project.train()
            self._server = self._project.serve(self._port)
        except StoppedError:
            return
        except NluProjectError as error:
            # The service goes on without understanding, and its health page says so.
            _say(f"Rasa could not be started, conversations go on without it. {error}")


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        raise ServeError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Stop the program that has it, "
            "or set FIRST_CONTACT_PORT, or FIRST_CONTACT_HOST, to another one."
        ) from error
    return listening


def _only_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
