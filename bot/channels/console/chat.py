"""The conversation behind `first-contact chat`: lines in, and out whatever the conversation says next.

What a practitioner writes later is printed as it comes. Nothing here decides anything: a line is taken in like any
text, and what is printed is read back from the conversation.
"""

import secrets
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from bot.channels.console.channel import CONSOLE
from bot.channels.host import Host
from bot.intake import Inbound, TooLongError, take_in
from bot.store import rota, thread
from bot.store.thread import Line
from dialogue import wording
from dialogue.inputs import Team

QUIT = "/quit"

# A line is waited for this long before the next one may be typed; its reply is printed whenever it comes.
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.25

# What was printed in the last moment is still on its way through the outbox; leaving waits this long for it.
LEAVING_SECONDS = 2.0


class Running(Host, Protocol):
    """A service whose workers can be started and stopped."""

    def start(self) -> None:
        """Start the workers."""

    def stop(self) -> None:
        """Stop them."""


Read = Callable[[], str | None]
"""Gives the next line without its end, or None when there is none any more. May raise KeyboardInterrupt."""

Write = Callable[[str, str], None]
"""Prints words under a name; the name is empty for what the program itself says."""


def run_chat(service: Running, read: Read, write: Write, *, again: str | None = None) -> None:
    """Talk until /quit, the end of the input, or Ctrl-C. Starts the service's workers and stops them.

    `again` names the person of an earlier run, so that the conversation goes on; without it, each run is somebody new.
    """
    name = (again or "").strip().lower() or f"visitor-{secrets.token_hex(2)}"
    talk = _Talk(service, write, sender=f"console:{name}")
    service.start()
    try:
        _welcome(talk, write, come_back=again is not None)
        with talk.printing():
            _take_lines(talk, read, write)
    except KeyboardInterrupt:
        # Ctrl-C is one of the ways to leave.
        write("", "")
    finally:
        write("", f"You have left. What was written is kept. To go on: first-contact chat --again {name}")
        service.stop()


def _welcome(talk: "_Talk", write: Write, *, come_back: bool) -> None:
    write("", f"{talk.team.service}, in this terminal. Write as the person would, one text a line. {QUIT} leaves.")
    if come_back:
        talk.catch_up(with_own=True)


def _take_lines(talk: "_Talk", read: Read, write: Write) -> None:
    while (line := read()) is not None:
        if line.strip().lower() == QUIT:
            return
        try:
            talk.say(line)
        except TooLongError as error:
            write("", f"That was not sent: {error}. Please send it in parts.")
            continue
        if not talk.wait_for_turn():
            write("", "The reply takes longer than usual. It is printed here when it comes; you can go on writing.")


class _Talk:
    """One person at the terminal: what they said, and how far the conversation has been printed."""

    def __init__(self, service: Running, write: Write, sender: str) -> None:
        self._service = service
        self._write = write
        self._sender = sender
        self._printed = 0
        self._lock = threading.Lock()
        self._stirred = threading.Event()
        service.store.listen(lambda stirred: self._stirred.set())  # noqa: ARG005 -- whatever it was, we look
        with service.store.read() as unit:
            self.team = rota.team_words(unit) or Team(name="the team", service=service.settings.service_name)

    def say(self, words: str) -> None:
        """Take one line in. Raises TooLongError."""
        take_in(
            self._service.store,
            Inbound(
                channel=CONSOLE,
                provider_id=str(uuid.uuid4()),
                sender=self._sender,
                words=words,
                received_at=self._service.clock.now(),
            ),
        )

    def wait_for_turn(self) -> bool:
        """Wait until all that was said has had its turn, and print what came of it. False when it takes too long."""
        rounds = int(PATIENCE_SECONDS / LOOK_SECONDS)
        for _ in range(rounds):
            self._stirred.clear()
            with self._service.store.read() as unit:
                waits = bool(thread.waiting(unit, CONSOLE, self._sender))
            if not waits:
                self.catch_up()
                return True
            self._stirred.wait(LOOK_SECONDS)
        return False

    def catch_up(self, *, with_own: bool = False) -> None:
        """Print what was said since the last time; the person's own lines too, if asked for."""
        with self._lock:
            with self._service.store.read() as unit:
                new = thread.lines(unit, CONSOLE, self._sender, self._printed)
            for line in new:
                self._printed = line.seq
                if with_own or line.author != "person":
                    self._print(line)
            with self._service.store.read() as unit:
                rows = thread.sent(unit, CONSOLE, self._sender, self._printed)
            for row in rows:
                self._service.sender.receipt(CONSOLE, row, "delivered", None)

    @contextmanager
    def printing(self) -> Iterator[None]:
        """Print what comes in between, such as a practitioner's words, until the block ends."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(LOOK_SECONDS):
                self.catch_up()

        watcher = threading.Thread(target=watch, name="console", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
            self._settle()

    def _settle(self) -> None:
        """Print the last of it, and see it through to delivered."""
        self.catch_up()
        for _ in range(int(LEAVING_SECONDS / LOOK_SECONDS)):
            self._stirred.clear()
            with self._service.store.read() as unit:
                last = thread.lines(unit, CONSOLE, self._sender)[-1:]
            if all(line.delivery not in {"queued", "sending"} for line in last):
                break
            self._stirred.wait(LOOK_SECONDS)
        self.catch_up()

    def _print(self, line: Line) -> None:
        names = {"person": "You", "bot": self.team.service}
        self._write(names.get(line.author, line.author), wording.render(line.words, line.choices, buttons=False))
