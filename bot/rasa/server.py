"""The Rasa server as a child process: started on 127.0.0.1, waited for, and ended without a trace."""

import socket
import time

import httpx

from bot.rasa.child import Child, NluProjectError


class RasaServer:
    """A running `rasa run` on 127.0.0.1. Made by `NluProject.serve`."""

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the process group."""
        return self._child.pid

    def running(self) -> bool:
        """Whether the process is still there."""
        return self._child.running()

    def answers(self, timeout_seconds: float = 5.0) -> bool:
        """Whether it understands a sentence now. The first answer after a start takes longer than the rest."""
        try:
            answer = httpx.post(
                f"{self.url}/model/parse", json={"text": "hello"}, timeout=timeout_seconds, trust_env=False
            )
        except httpx.RequestError:
            return False
        return answer.status_code == httpx.codes.OK

    def wait_until_it_answers(self, timeout_seconds: float = 120.0) -> None:
        """Return when it answers. Raises NluProjectError when it ended instead, or did not answer in time."""
        end = time.monotonic() + timeout_seconds
        while not self.answers():
            if not self.running():
                raise NluProjectError(f"Rasa ended while starting. Its last lines:\n{self._child.last_lines()}")
            if time.monotonic() > end:
                raise NluProjectError(f"Rasa did not answer on port {self.port} within {timeout_seconds:.0f} seconds.")
            time.sleep(0.3)

    def stop(self, timeout_seconds: float = 3.0) -> None:
        """End the whole process group, kindly and then by force, within this time. No child is left."""
        self._child.stop(timeout_seconds)


def must_be_free(port: int) -> None:
    """Raise NluProjectError when something else listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise NluProjectError(f"Rasa cannot use port {port}: {error.strerror}. Choose another one.") from error
