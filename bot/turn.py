"""One inbox row, one turn, one commit.

Screen and understand first, without a transaction; then decide and record in one. Nothing is sent here: what is said
goes to the outbox in the same commit as the state that says it.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.effects import Scene, apply
from bot.log import Log
from bot.nlu import Nlu
from bot.screening import Screener
from bot.store import cases, changes, conversations, inbox, messages, rota
from bot.store.conversations import Conversation
from bot.store.inbox import InboxRow, TextPayload, TimerPayload
from bot.store.unit import ReadUnit, Store, WriteUnit
from dialogue import engine
from dialogue.engine import Sprint
from dialogue.events import ConcernRaised, MessageSaid, PersonAskedFor
from dialogue.holding import without_a_session
from dialogue.inputs import Input, Said, Surroundings, Team, Understanding, WaitEnded
from dialogue.phrasebook import Phrasebook
from dialogue.published import Flows
from dialogue.safety import Screening, could_not_screen
from dialogue.session import FlowRef, Frame, Session
from handoff import relay
from handoff import rota as duty_rota
from handoff.booking.choose import choose

log = Log(__name__)

FIRST_FLOW = "first_contact"

# The engine asks the world at most a few things in a turn; more would be two halves talking past each other.
_MOST_ANSWERS = 10


@dataclass(frozen=True)
class Parts:
    """What a turn is taken with. `alert_channels` are the ways practitioners can be told."""

    store: Store
    screener: Screener
    nlu: Nlu
    flows: Flows
    phrasebook: Phrasebook
    public_url: str
    alert_channels: frozenset[str]


class LeaseLostError(Exception):
    """Another worker took the row over; this turn must leave no trace."""


def take_next(parts: Parts, owner: str) -> bool:
    """Take the next turn that is waiting. False when there is none. `owner` names this worker."""
    with parts.store.write() as unit:
        row = inbox.claim_next(unit, owner)
    if row is None:
        return False
    if row.attempts > inbox.MOST_ATTEMPTS:
        # Every worker that took it up died over it; the next one would too.
        _after_failure(parts, row, "the worker died")
        return True
    try:
        if isinstance(row.payload, TextPayload):
            _take_text(parts, row, row.payload)
        else:
            _take_timer(parts, row, row.payload)
    except LeaseLostError:
        log.warning("turn.lease_lost", row=row.id)
    except Exception as error:  # noqa: BLE001 -- a bug in one turn must not stop the worker, nor lose the text
        log.failure("turn.failed", error, row=row.id, attempts=row.attempts)
        _after_failure(parts, row, type(error).__name__)
    return True


def _take_text(parts: Parts, row: InboxRow, text: TextPayload) -> None:
    with parts.store.read() as unit:
        previous = conversations.recent_texts(unit, row.lane)
    screening = parts.screener.screen(text.words, previous, text.media)
    understanding = _understand(parts, text, screening)
    with parts.store.write() as unit:
        held = conversations.of_sender(
            unit, channel=row.channel, lane=row.lane, sender=text.sender, received_at=row.received_at
        )
        scene = _scene(parts, unit, held)
        said = _keep_what_was_said(scene, text, screening, understanding, row)
        if held.session is None:
            sprint = engine.begin(parts.flows, parts.phrasebook, FIRST_FLOW, said, scene.around)
        else:
            sprint = engine.resume(parts.flows, parts.phrasebook, held.session, said, scene.around)
        carry_out(parts, scene, sprint)
        conversations.save(unit, held, scene.session, last_text_at=row.received_at)
        _note_changes(unit, held)
        if not inbox.finish(unit, row):
            raise LeaseLostError
    log.info("turn.taken", row=row.id, conversation=held.id, route=screening.route)


def _understand(parts: Parts, text: TextPayload, screening: Screening) -> Understanding | None:
    # A concern never waits for the language understanding, and a tapped button needs none.
    if screening.route == "now" or text.picked is not None or not text.words.strip():
        return None
    return parts.nlu.understand(text.words)


def _keep_what_was_said(
    scene: Scene, text: TextPayload, screening: Screening, understanding: Understanding | None, row: InboxRow
) -> Said:
    message = messages.keep(
        scene.unit,
        message_id=row.id,
        conversation=scene.held.id,
        author="person",
        words=text.words,
        media=text.media,
        at=row.received_at,
        route=screening.route,
        screened_by=screening.version,
    )
    offered = scene.held.session.booking.offered if scene.held.session else ()
    choice = None
    if offered:
        choice = choose(text.picked or text.words, offered, scene.around.now, scene.around.team.time_zone)
    return Said(
        message=message,
        words=text.words,
        media=text.media,
        screening=screening,
        understanding=understanding,
        choice=choice,
    )


def _take_timer(parts: Parts, row: InboxRow, due: TimerPayload) -> None:
    with parts.store.write() as unit:
        held = conversations.by_id(unit, due.conversation)
        take_input(parts, unit, held, WaitEnded(timer=due.timer))
        if not inbox.finish(unit, row):
            raise LeaseLostError
    log.info("turn.timer", row=row.id, conversation=due.conversation, timer=due.timer)


def take_input(parts: Parts, unit: WriteUnit, held: Conversation, happened: Input) -> Session:
    """Resume a conversation that is locked by `unit` with something that happened, and record what follows.

    A conversation that could never begin, because the turn of its first text failed, stands before its first step.
    """
    scene = _scene(parts, unit, held)
    session = held.session or _before_the_first_step(parts.flows)
    carry_out(parts, scene, engine.resume(parts.flows, parts.phrasebook, session, happened, scene.around))
    conversations.save(unit, held, scene.session, last_text_at=None)
    _note_changes(unit, held)
    return scene.session


def _before_the_first_step(flows: Flows) -> Session:
    flow = flows.latest(FIRST_FLOW)
    return Session(stack=(Frame(flow=FlowRef(name=flow.flow, version=flow.version), step=flow.start),))


def carry_out(parts: Parts, scene: Scene, sprint: Sprint) -> None:
    """Apply a sprint's events, and resume with the world's answers until the engine asks nothing more."""
    for _ in range(_MOST_ANSWERS):
        scene.session = sprint.session
        answers = [answer for event in sprint.events if (answer := apply(scene, event)) is not None]
        if not answers:
            return
        if len(answers) > 1:
            raise RuntimeError("the engine asked the world two things at once")
        sprint = engine.resume(parts.flows, parts.phrasebook, scene.session, answers[0], scene.around)
    raise RuntimeError("the engine asks the world the same thing again and again")


def team(unit: ReadUnit) -> Team:
    """What the team set for itself, or the words that fit any team."""
    return rota.team_words(unit) or Team(name="the team", service="First Contact")


def surroundings(unit: WriteUnit) -> Surroundings:
    """What is true around every conversation at this moment."""
    return Surroundings(
        now=unit.now, team=team(unit), duty=duty_rota.duty(rota.shifts_around(unit, unit.now), unit.now)
    )


def _scene(parts: Parts, unit: WriteUnit, held: Conversation) -> Scene:
    return Scene(
        unit=unit,
        held=held,
        session=held.session or Session(stack=()),
        around=surroundings(unit),
        public_url=parts.public_url,
        alert_channels=parts.alert_channels,
    )


def _note_changes(unit: WriteUnit, held: Conversation) -> None:
    changes.note(unit, f"lane:{held.address.lane}")
    if cases.unclosed(unit, held.id) is not None:
        changes.note(unit, "desk")


def _after_failure(parts: Parts, row: InboxRow, reason: str) -> None:
    """Try again soon; after the last attempt a person looks, because what could not be taken in turn is a concern."""
    with parts.store.write() as unit:
        if row.attempts < inbox.MOST_ATTEMPTS:
            inbox.put_back(unit, row, reason, wait=timedelta(seconds=2 ** (row.attempts - 1)))
            return
        if not inbox.give_up(unit, row, reason):
            return
        if isinstance(row.payload, TextPayload):
            _give_to_a_person(parts, unit, row, row.payload)
        else:
            held = conversations.by_id(unit, row.payload.conversation, unread=True)
            apply(_scene(parts, unit, held), PersonAskedFor(because="flow"))
            _note_changes(unit, held)
    log.error("turn.given_up", row=row.id, attempts=row.attempts)


def _give_to_a_person(parts: Parts, unit: WriteUnit, row: InboxRow, text: TextPayload) -> None:
    # The session is left unread: that it cannot be read may be what made the turn fail.
    held = conversations.of_sender(
        unit, channel=row.channel, lane=row.lane, sender=text.sender, received_at=row.received_at, unread=True
    )
    screening = could_not_screen(parts.screener.version, "error")
    message = messages.keep(
        unit,
        message_id=row.id,
        conversation=held.id,
        author="person",
        words=text.words,
        media=text.media,
        at=row.received_at,
        route=screening.route,
        screened_by=screening.version,
    )
    scene = _scene(parts, unit, held)
    first = not messages.anything_said(unit, held.id)
    apply(scene, ConcernRaised(by="now", because="unscreened", message=message, screening=screening))
    if held.address.stopped_at is None and relay.from_person(cases.unclosed(unit, held.id)).to == "bot":
        for words in without_a_session(parts.flows, parts.phrasebook, scene.around, first=first):
            apply(scene, MessageSaid(words=words, purpose="safety"))
    conversations.note_text(unit, held, row.received_at)
    _note_changes(unit, held)
