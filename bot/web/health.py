"""How the service is: live, ready, and in plain words what is wrong. No one's words, names or numbers."""

from datetime import datetime, timedelta
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from bot.channels.counts import EXPLAINED, Counts
from bot.log import Log
from bot.nlu import Nlu
from bot.screening import Screener
from bot.settings import Settings
from bot.store import cases, changes, inbox, outbox, rota
from bot.store.unit import AWAY, ReadUnit, Store
from dialogue.frozen import Frozen
from handoff import rota as duty_rota

# Beyond these, something stands still that must move.
TICK_IS_LATE = timedelta(seconds=15)
TURN_IS_LATE = timedelta(seconds=30)
SEND_IS_LATE = timedelta(minutes=2)
CASE_IS_LATE = timedelta(minutes=15)

NO_DATABASE = (
    "The database does not answer: nothing comes in, and nobody is answered or told. Start it again; what was taken in "
    "before goes on by itself."
)

log = Log(__name__)


class Healthy(Protocol):
    """What health asks of the service."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def nlu(self) -> Nlu:
        """The language understanding."""

    @property
    def screener(self) -> Screener:
        """What screens every text."""

    @property
    def counts(self) -> Counts:
        """What was refused."""


class Health(Frozen):
    """How the service is. Times are UTC; `problems` and `notes` are sentences for an operator.

    A problem means that somebody may be left without an answer; a note does not.
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...]
    last_in: datetime | None
    last_out: datetime | None
    oldest_waiting: datetime | None
    oldest_unsent: datetime | None
    oldest_unacknowledged: datetime | None
    waiting: int
    unknown: int
    failed: int
    understanding: str


def examine(service: Healthy) -> Health:
    """Look at everything once."""
    with service.store.read() as unit:
        rows = {
            "last_in": inbox.last_received(unit),
            "last_out": outbox.last_sent(unit),
            "oldest_waiting": inbox.oldest_waiting(unit),
            "oldest_unsent": outbox.oldest_unsent(unit),
            "oldest_unacknowledged": cases.oldest_open(unit, "now"),
        }
        waiting, unknown, failed = inbox.waiting(unit), outbox.count(unit, "unknown"), outbox.count(unit, "failed")
        problems = [*_standing_still(unit, rows), *_left_alone(unit)]
    if service.screener.problem:
        problems.append(service.screener.problem)
    if service.screener.failures:
        problems.append(
            f"The detector failed {service.screener.failures} times since the start; each of those texts was treated "
            "as a concern. See the log for `screening.failed`."
        )
    return Health(
        problems=tuple(problems),
        notes=tuple(_notes(service, unknown, failed)),
        waiting=waiting,
        unknown=unknown,
        failed=failed,
        understanding=service.nlu.health().state,
        **rows,
    )


def _standing_still(unit: ReadUnit, rows: dict[str, datetime | None]) -> list[str]:
    tick = changes.last_beat(unit, "tick")
    moments = (
        (tick, TICK_IS_LATE, "The one-second tick has not come for {}: timers and pages stand still. Restart."),
        (rows["oldest_waiting"], TURN_IS_LATE, "A text has been waiting for its turn for {}. See the log."),
        (rows["oldest_unsent"], SEND_IS_LATE, "A reply has been waiting to be sent for {}. Is the provider down?"),
        (rows["oldest_unacknowledged"], CASE_IS_LATE, "A concern has been without a practitioner for {}."),
    )
    return [
        sentence.format(_plainly(unit.now - moment))
        for moment, late, sentence in moments
        if moment is not None and unit.now - moment > late
    ]


def _left_alone(unit: ReadUnit) -> list[str]:
    found = []
    if without := cases.without_next_step(unit):
        found.append(f"{without} open cases have nobody who will be told next. Claim them on the desk, then report it.")
    if duty_rota.duty(rota.shifts_around(unit, unit.now), unit.now).reads_at is None:
        found.append("Nobody is on the rota for the next 30 days: nobody will read what comes in.")
    return found


def _notes(service: Healthy, unknown: int, failed: int) -> list[str]:
    state = service.nlu.health().state
    notes = [f"{service.counts.of(name)} {sentence}" for name, sentence in EXPLAINED.items() if service.counts.of(name)]
    if state not in {"answering", "not asked yet"}:
        notes.append(f"The language understanding is {state}: conversations go on without it.")
    if not service.settings.twilio_ready:
        notes.append("Twilio is not set up: no SMS comes in, and practitioners are told on the desk only.")
    if unknown:
        notes.append(f"Of {unknown} texts it is not known whether they were sent.")
    if failed:
        notes.append(f"{failed} texts could not be delivered.")
    return notes


def _plainly(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"


def router(service: Healthy) -> APIRouter:
    """The addresses for watching: open to all, because they tell nothing of anybody."""
    routes = APIRouter(tags=["public"])

    @routes.get("/health/live")
    def live() -> PlainTextResponse:
        """The process answers."""
        return PlainTextResponse("live\n")

    @routes.get("/health/ready")
    def ready() -> JSONResponse:
        """200 when nothing stands still, 503 with the problems in plain words otherwise."""
        try:
            health = examine(service)
        except AWAY as error:
            log.failure("health.database_away", error)
            return JSONResponse({"problems": [NO_DATABASE]}, status_code=503)
        return JSONResponse(health.model_dump(mode="json"), status_code=503 if health.problems else 200)

    @routes.get("/metrics")
    def metrics() -> PlainTextResponse:
        """The same as numbers, in Prometheus' text format 0.0.4."""
        health = examine(service)
        numbers = {
            "first_contact_problems": len(health.problems),
            "first_contact_inbox_waiting": health.waiting,
            "first_contact_outbox_unknown": health.unknown,
            "first_contact_outbox_failed": health.failed,
            "first_contact_screening_failures": service.screener.failures,
            "first_contact_detector_whole": int(not service.screener.problem),
            "first_contact_understanding_up": int(health.understanding == "answering"),
        }
        lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in numbers.items()]
        return PlainTextResponse("".join(lines), media_type="text/plain; version=0.0.4")

    return routes
