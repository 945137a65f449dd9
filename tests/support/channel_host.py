"""A service small enough to test a channel with: a real database, intake, outbox and sender; the reply is the test's.

What decides is left out. A turn here keeps the person's line and queues whatever the test wants said, in one
transaction, as the real turn does.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response

from bot.changes import Changes
from bot.channels.base import Channel
from bot.channels.console.channel import ConsoleChannel
from bot.channels.counts import Counts
from bot.channels.twilio import webhooks
from bot.channels.web import routes
from bot.channels.web.channel import WebChannel
from bot.clock import Clock, SetClock
from bot.sender import Sender
from bot.settings import Settings
from bot.store import changes, conversations, inbox, messages, outbox, rota
from bot.store.conversations import Conversation
from bot.store.encryption import Keyring
from bot.store.inbox import TextPayload
from bot.store.tables import metadata
from bot.store.unit import Store, WriteUnit, open_engine
from bot.web.templates import Pages, Site, serve_static_files
from dialogue.events import Choice
from dialogue.inputs import Team
from tests.support.twilio_stand_in import ACCOUNT, NUMBER, TOKEN, TwilioStandIn

MORNING = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
PUBLIC = "https://first-contact.example.org"
TEAM = Team(name="the Riverside team", service="First Contact")

Reply = Callable[[TextPayload], tuple[tuple[str, tuple[Choice, ...]], ...]]
"""What is said to a text: words and choices, line by line."""


def say_thanks(text: TextPayload) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The reply where a test does not care what it is."""
    return ((f"Thank you for telling me. That was {len(text.words)} characters.", ()),)


class ChannelHost:
    """What a channel sees of the service. `reply` may be changed at any time."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, reply: Reply = say_thanks) -> None:
        self.settings = settings
        self.reply = reply
        engine = open_engine(settings.database)
        metadata.create_all(engine)
        self.store = Store(engine, Keyring((("k1", b"k" * 32),), b"s" * 32), clock or SetClock(MORNING))
        self.counts = Counts()
        self.changes = Changes(self.store)
        self.channels: dict[str, Channel] = {"web": WebChannel(), "console": ConsoleChannel()}
        self.sender = Sender(self.store, self.channels, settings.address, frozenset())
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None
        with self.store.write() as unit:
            rota.set_team(unit, TEAM)

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.store.clock

    def send_by(self, *channels: Channel) -> None:
        """Send by these channels as well."""
        self.channels |= {channel.name: channel for channel in channels}
        self.sender = Sender(self.store, self.channels, self.settings.address, frozenset())

    def inbox(self) -> list[TextPayload]:
        """What waits for its turn, oldest first; it waits no longer."""
        texts: list[TextPayload] = []
        with self.store.write() as unit:
            while (row := inbox.claim_next(unit, "test")) is not None:
                inbox.finish(unit, row)
                if isinstance(row.payload, TextPayload):
                    texts.append(row.payload)
        return texts

    def take_turns(self) -> int:
        """Let everything that waits have its turn, and send what is said. Returns how many texts there were."""
        turns = 0
        while self._take_turn():
            turns += 1
        while self.sender.send_next("test"):
            pass
        return turns

    def say_as_practitioner(self, channel: str, words: str, first_name: str, account: str) -> None:
        """Let a practitioner write to whoever texted last by this channel."""
        with self.store.write() as unit:
            held = self._last_held(unit, channel)
            line = messages.keep(
                unit,
                conversation=held.id,
                author="practitioner",
                words=words,
                at=unit.now,
                account=_account(unit, account, first_name),
            )
            _queue(unit, held, line, words, ())

    def start(self) -> None:
        """Take turns in a thread of its own, until stopped."""
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Stop, after the turn that is being taken."""
        self._stopping.set()
        self.changes.close()
        if self._worker is not None:
            self._worker.join()
        self.store.close()

    def _work(self) -> None:
        while not self._stopping.wait(0.02):
            self.take_turns()

    def _take_turn(self) -> bool:
        with self.store.write() as unit:
            row = inbox.claim_next(unit, "test")
            if row is None or not isinstance(row.payload, TextPayload):
                return False
            held = conversations.of_sender(
                unit, channel=row.channel, lane=row.lane, sender=row.payload.sender, received_at=row.received_at
            )
            messages.keep(
                unit,
                conversation=held.id,
                author="person",
                words=row.payload.words,
                media=row.payload.media,
                at=row.received_at,
                message_id=row.id,
            )
            for words, choices in self.reply(row.payload):
                line = messages.keep(unit, conversation=held.id, author="bot", words=words, at=unit.now)
                _queue(unit, held, line, words, choices)
            inbox.finish(unit, row)
            self._last = held
        return True

    def _last_held(self, unit: WriteUnit, channel: str) -> Conversation:
        if self._last.address.channel != channel:
            raise LookupError(f"the last text did not come by {channel}")
        return conversations.by_id(unit, self._last.id)


def _queue(unit: WriteUnit, held: Conversation, line: str, words: str, choices: tuple[Choice, ...]) -> None:
    outbox.put_to_person(
        unit,
        address_id=held.address.id,
        channel=held.address.channel,
        lane=held.address.lane,
        words=words,
        choices=choices,
        message=line,
        purpose="dialogue",
    )
    changes.note(unit, f"lane:{held.address.lane}")


def _account(unit: WriteUnit, account: str, first_name: str) -> str:
    from bot.store.tables import account as table  # noqa: PLC0415 -- the name is taken here

    if unit.connection.execute(table.select().where(table.c.id == account)).first() is None:
        unit.connection.execute(
            table.insert().values(
                id=account,
                email=f"{account}@example.org",
                name=first_name,
                first_name=first_name,
                role="practitioner",
                password_hash="none",
                created_at=unit.now,
            )
        )
    return account


def settings_for(folder: Path, **values: object) -> Settings:
    """Settings with a database in this folder."""
    return Settings.model_validate(
        {"data_folder": folder, "database_url": f"sqlite:///{folder / 'db.sqlite'}", **values}
    )


def twilio_settings(folder: Path, twilio: TwilioStandIn, **values: object) -> Settings:
    """Settings with a database in this folder and the stand-in as Twilio, reached by the public at `PUBLIC`."""
    given = {
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_tokens": ("a-newer-token", TOKEN),
        "twilio_from": NUMBER,
        "twilio_api_url": twilio.address,
        "public_url": PUBLIC,
    }
    return settings_for(folder, **(given | values))


def make_app(host: ChannelHost) -> FastAPI:
    """The channels' addresses alone."""
    app = FastAPI()
    app.include_router(webhooks.router(host))
    app.include_router(routes.router(host, Pages(Site()).render))

    @app.get("/elsewhere")
    def elsewhere() -> Response:
        return Response("<title>The weather</title><p>Dry later.</p>", media_type="text/html")

    serve_static_files(app)
    return app


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free loopback port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            with contextlib.suppress(OSError):
                thread.join(timeout=10)
