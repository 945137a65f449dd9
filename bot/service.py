"""The running service: everything one process holds, built once from the settings.

Workers take turns and send; the tick asks what is due. `run_until_quiet` does the same work in the caller's thread,
for tests and transcripts on a clock that is set.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from bot import timers, turn
from bot.changes import Changes
from bot.channels.base import Channel
from bot.channels.console.channel import CONSOLE, ConsoleChannel
from bot.channels.counts import Counts
from bot.channels.desk import DeskChannel
from bot.channels.twilio.sender import SMS, WHATSAPP, TwilioChannel
from bot.channels.web.channel import WebChannel
from bot.clock import Clock, SystemClock
from bot.desk import StoreDesk
from bot.log import Log
from bot.nlu import Nlu, NoNlu, RasaNlu
from bot.scheduler import Tick
from bot.screening import Screener
from bot.sender import Sender
from bot.settings import Settings
from bot.store import changes as change_rows
from bot.store.keys import keys_for
from bot.store.migrations import bring_up_to_date
from bot.store.unit import Stirred, Store, check_reachable, open_engine
from dialogue.published import Flows, shipped_phrasebook
from dialogue.safety import Detector, RulesAndClassifier
from handoff.ports import Desk

log = Log(__name__)

# A worker looks again after this many seconds even when nobody woke it: another process may have written the row.
IDLE_SECONDS = 1.0

# SQLite has one writer, and a second one only waits for it; sending happens outside any transaction.
TURN_WORKERS = {"sqlite": 1, "postgresql": 4}
SEND_WORKERS = {"sqlite": 2, "postgresql": 4}


class Service:
    """One process of First Contact. Build it with `build`."""

    def __init__(self, settings: Settings, store: Store, parts: turn.Parts, channels: Mapping[str, Channel]) -> None:
        self.settings = settings
        self.store = store
        self.parts = parts
        self.counts = Counts()
        self.changes = Changes(store)
        self.sender = Sender(store, channels, settings.address, parts.alert_channels)
        self.desk: Desk = StoreDesk(parts)
        self.key_file_made: Path | None = None
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}"
        self._stopping = threading.Event()
        self._wakes: dict[Stirred, list[threading.Event]] = {"inbox": [], "outbox": [], "change": []}
        self._threads: list[threading.Thread] = []
        self._tick = Tick(self.do_what_is_due)
        store.listen(self._wake)

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.store.clock

    @property
    def nlu(self) -> Nlu:
        """The language understanding."""
        return self.parts.nlu

    def time_zone(self) -> str:
        """The time zone the team lives in."""
        with self.store.read() as unit:
            return turn.team(unit).time_zone

    @property
    def screener(self) -> Screener:
        """What screens every text."""
        return self.parts.screener

    def start(self) -> None:
        """Start the workers and the tick."""
        dialect = self.store.engine.dialect.name
        for number in range(TURN_WORKERS[dialect]):
            owner = f"{self.name}:turn{number}"
            self._start_worker(owner, "inbox", lambda owner=owner: turn.take_next(self.parts, owner))  # type: ignore[misc]  # a bound default
        for number in range(SEND_WORKERS[dialect]):
            owner = f"{self.name}:send{number}"
            self._start_worker(owner, "outbox", lambda owner=owner: self.sender.send_next(owner))  # type: ignore[misc]  # a bound default
        self.do_what_is_due()
        self._tick.start()
        log.info("service.started", process=self.name)

    def stop(self) -> None:
        """Stop the workers after what they are doing now, the tick, and the understanding's connections."""
        self._stopping.set()
        self.changes.close()
        for events in self._wakes.values():
            for wake in events:
                wake.set()
        if self._threads:
            self._tick.stop()
        for thread in self._threads:
            thread.join(timeout=3)
        self.nlu.close()
        self.store.close()
        log.info("service.stopped", process=self.name)

    def do_what_is_due(self) -> bool:
        """One tick: timers to the inbox, pages that are due, sends that were lost. True when something was done."""
        done = timers.move_due(self.store) + timers.page_due(
            self.store, self.settings.address, self.parts.alert_channels
        )
        done += self.sender.give_up_lost()
        with self.store.write() as unit:
            change_rows.beat(unit, "tick")
            change_rows.forget_old(unit)
        self.changes.look()
        return done > 0

    def run_until_quiet(self) -> None:
        """Do everything that is due, in this thread, until nothing is left."""
        busy = True
        while busy:
            busy = self.do_what_is_due()
            while turn.take_next(self.parts, self.name):
                busy = True
            while self.sender.send_next(self.name):
                busy = True

    def _start_worker(self, name: str, waits_for: Stirred, work: Callable[[], bool]) -> None:
        wake = threading.Event()
        self._wakes[waits_for].append(wake)
        thread = threading.Thread(target=self._work, args=(work, wake), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, work: Callable[[], bool], wake: threading.Event) -> None:
        while not self._stopping.is_set():
            wake.clear()
            try:
                busy = work()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a moment; the worker must not die
                log.failure("worker.failed", error)
                busy = False
            if not busy and not self._stopping.is_set():
                wake.wait(IDLE_SECONDS)

    def _wake(self, stirred: frozenset[Stirred]) -> None:
        for what in stirred:
            for event in self._wakes[what]:
                event.set()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    channels: Mapping[str, Channel] | None = None,
    detector: Detector | None = None,
    nlu: Nlu | None = None,
) -> Service:
    """Build the service: open the database, bring it up to date, read keys, flows and the detector. Starts nothing.

    Raises SettingsError, DatabaseError, FieldKeyError, FlowError or ModelError, each naming what is wrong and what to
    do.
    """
    clock = clock or SystemClock()
    engine = open_engine(settings.database)
    check_reachable(engine)
    bring_up_to_date(engine)
    keys, made = keys_for(engine, settings.field_keys, settings.secret_key, settings.data_folder)
    store = Store(engine, keys, clock)
    ways = dict(channels) if channels is not None else default_channels(settings)
    parts = turn.Parts(
        store=store,
        screener=Screener(
            detector or RulesAndClassifier.shipped(settings.encoder), settings.screening_deadline_ms / 1000
        ),
        nlu=nlu or _nlu(settings, clock),
        flows=Flows.shipped(),
        phrasebook=shipped_phrasebook(),
        public_url=settings.address,
        alert_channels=frozenset({"desk", "sms"} & set(ways)),
    )
    service = Service(settings, store, parts, ways)
    service.key_file_made = made
    return service


def default_channels(settings: Settings) -> dict[str, Channel]:
    """The channels that can be sent by with these settings."""
    ways: dict[str, Channel] = {"web": WebChannel(), CONSOLE: ConsoleChannel(), "desk": DeskChannel()}
    if settings.twilio_ready:
        ways |= {SMS: TwilioChannel(settings, SMS), WHATSAPP: TwilioChannel(settings, WHATSAPP)}
    return ways


def _nlu(settings: Settings, clock: Clock) -> Nlu:
    if not settings.nlu_url:
        return NoNlu(clock)
    return RasaNlu(settings.nlu_url, settings.nlu_deadline_ms / 1000, clock)
