"""A channel that keeps what it is given, and fails when told to."""

import threading

from bot.channels.base import Outgoing, Receipt, SendFailedError, SendFailure, Traits


class RecordingChannel:
    """Keeps every text it was handed in `sent`, oldest first; `fail` makes the next ones fail instead."""

    def __init__(self, name: str = "sms", *, buttons: bool = False, max_characters: int = 1600) -> None:
        self._name = name
        self._traits = Traits(buttons=buttons, max_characters=max_characters, gsm=name == "sms")
        self._lock = threading.Lock()
        self._failures: list[SendFailedError] = []
        self.sent: list[Outgoing] = []
        self.attempts: list[Outgoing] = []

    @property
    def name(self) -> str:
        """The name rows carry."""
        return self._name

    @property
    def traits(self) -> Traits:
        """What it can carry."""
        return self._traits

    def fail(self, kind: SendFailure, times: int = 1, reason: str = "told to fail") -> None:
        """Let the next `times` sends raise SendFailedError of this kind."""
        with self._lock:
            self._failures += [SendFailedError(kind, reason) for _ in range(times)]

    def send(self, outgoing: Outgoing) -> Receipt:
        """Keep the text, or fail as told."""
        with self._lock:
            self.attempts.append(outgoing)
            if self._failures:
                raise self._failures.pop(0)
            self.sent.append(outgoing)
            return Receipt(provider_id=f"recorded-{len(self.sent)}", state="sent")

    def take(self) -> list[Outgoing]:
        """What was sent since the last call."""
        with self._lock:
            taken, self.sent = self.sent, []
            return taken
