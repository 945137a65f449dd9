"""What is set up and what is missing, in plain words, for whoever installs or looks after a service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from bot.clock import SystemClock
from bot.nlu import RasaNlu
from bot.rasa.project import NluProject
from bot.settings import Settings, SettingsError, read_settings
from bot.store import changes, rota
from bot.store.demonstration import accounts_here
from bot.store.encryption import FieldKeyError
from bot.store.keys import keys_for, read_keys
from bot.store.migrations import version
from bot.store.unit import DatabaseError, ReadUnit, Store, address_of, check_reachable, open_engine
from bot.web.frontend import SHIPPED, VENDOR
from dialogue.published import Flows
from dialogue.reader import FlowError
from dialogue.safety import RulesAndClassifier
from handoff import rota as duty_rota

Verdict = Literal["ok", "note", "wrong"]

_SIGNS: dict[Verdict, str] = {"ok": "  ok    ", "note": "  note  ", "wrong": "  WRONG "}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, in a sentence, and what to do when it is not well."""

    verdict: Verdict
    sentence: str


def examine(out: TextIO) -> int:
    """Look at everything, write a line for each, and return 1 when something is wrong, else 0."""
    try:
        settings = read_settings()
    except SettingsError as error:
        out.write(f"{_SIGNS['wrong']}{error}\n")
        return 1
    found = []
    for look in LOOKS:
        for finding in look(settings):
            out.write(f"{_SIGNS[finding.verdict]}{finding.sentence}\n")
            found.append(finding)
    wrong = sum(finding.verdict == "wrong" for finding in found)
    out.write(f"\n{'All is well.' if not wrong else f'Wrong: {wrong}. See above.'}\n")
    return 1 if wrong else 0


def understanding(settings: Settings) -> list[str]:
    """How Rasa is, a line for each thing."""
    return [f"{_SIGNS[finding.verdict]}{finding.sentence}" for finding in _rasa(settings)]


def _database(settings: Settings) -> Iterator[Finding]:
    sqlite, _, address = settings.database.partition("sqlite:///")
    # Opening it would make it, and looking must leave nothing behind.
    if not sqlite and not Path(address.partition("?")[0]).exists():
        yield Finding("note", "There is no database yet: the first start of `first-contact serve` makes it.")
        return
    try:
        engine = open_engine(settings.database)
        check_reachable(engine)
        present, newest = version(engine)
    except DatabaseError as error:
        yield Finding("wrong", str(error))
        return
    where = address_of(engine)
    if present != newest:
        yield Finding("note", f"The database {where} is at version {present}; serving brings it to {newest}.")
        return
    yield Finding("ok", f"The database {where} answers and is up to date (version {present}).")
    if not _keys_there(settings):
        file = settings.data_folder / "keys"
        yield Finding("wrong", f"The key file {file} is not there: put it back from your backup.")
        return
    try:
        keys, _ = keys_for(engine, settings.field_keys, settings.secret_key, settings.data_folder)
    except FieldKeyError as error:
        yield Finding("wrong", str(error))
        return
    with Store(engine, keys, SystemClock()).read() as unit:
        yield from _inside(unit)
    engine.dispose()


def _inside(unit: ReadUnit) -> Iterator[Finding]:
    people = accounts_here(unit)
    if not people:
        yield Finding("note", "Nobody can sign in yet: add somebody with `first-contact account add`.")
    elif any(one.demonstration for one in people):
        yield Finding("note", "This is demonstration data: its sign-ins are known to everybody.")
    if rota.team_words(unit) is None:
        yield Finding("note", "The team has not been set up: its name is missing from what people read.")
    duty = duty_rota.duty(rota.shifts_around(unit, unit.now), unit.now)
    if duty.reads_at is None:
        yield Finding("wrong", "Nobody is on the rota for the next 30 days: nobody would read what comes in.")
    else:
        when = "now" if duty.on_duty else f"from {duty.reads_at:%A %d %B, %H:%M} UTC"
        yield Finding("ok", f"The rota is filled; somebody is on duty {when}.")
    tick = changes.last_beat(unit, "tick")
    alive = tick is not None and (unit.now - tick).total_seconds() < 15
    yield Finding("ok" if alive else "note", "The service is running." if alive else "The service is not running.")


def _keys(settings: Settings) -> Iterator[Finding]:
    if _keys_there(settings):
        try:
            read_keys(settings.field_keys, settings.secret_key, settings.data_folder)
        except FieldKeyError as error:
            yield Finding("wrong", str(error))
            return
    if settings.field_keys and settings.secret_key:
        yield Finding("ok", "The keys for words, names and numbers come from the settings.")
    elif _keys_there(settings):
        path = (settings.data_folder / "keys").resolve()
        yield Finding("ok", f"The keys for words, names and numbers are in {path}: keep a copy somewhere safe.")
    else:
        yield Finding("note", "The keys for words, names and numbers are made at the first start.")


def _keys_there(settings: Settings) -> bool:
    return bool(settings.field_keys and settings.secret_key) or (settings.data_folder / "keys").exists()


def _dialogue(settings: Settings) -> Iterator[Finding]:
    try:
        names = sorted(Flows.shipped().names())
    except FlowError as error:
        yield Finding("wrong", f"The flows have mistakes:\n{error}")
        return
    yield Finding("ok", f"The flows are sound: {', '.join(names)}.")
    detector = RulesAndClassifier.shipped(settings.encoder)
    yield Finding("ok", f"The detector is there: {detector.version}.")
    if detector.problem:
        yield Finding("wrong", detector.problem)


def _twilio(settings: Settings) -> Iterator[Finding]:
    given = {
        "FIRST_CONTACT_TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "FIRST_CONTACT_TWILIO_AUTH_TOKENS": settings.twilio_auth_tokens,
        "FIRST_CONTACT_TWILIO_FROM": settings.twilio_from,
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        yield Finding("note", "Twilio is not set up: no SMS or WhatsApp, and alerts go to the desk only.")
    elif missing:
        yield Finding("wrong", f"Twilio is half set up: {' and '.join(missing)} must be set too.")
    elif not settings.public_url.startswith("https://"):
        yield Finding("wrong", "Twilio needs FIRST_CONTACT_PUBLIC_URL, the https:// address its webhooks call.")
    else:
        yield Finding("ok", f"Twilio is set up; its webhook is {settings.address}/channels/twilio/messages.")


def _rasa(settings: Settings) -> Iterator[Finding]:
    project = NluProject(settings.rasa_project)
    if not project.installed():
        yield Finding("note", "Rasa is not installed: `make run` or `first-contact nlu train` does that.")
    elif not project.trained():
        yield Finding("note", "Rasa's model is missing or older than its training text: `first-contact nlu train`.")
    else:
        yield Finding("ok", "Rasa is installed and its model is trained.")
    if not settings.nlu_url:
        yield Finding("note", "FIRST_CONTACT_NLU_URL is not set: conversations run without understanding.")
        return
    nlu = RasaNlu(settings.nlu_url, settings.nlu_deadline_ms / 1000)
    state = nlu.probe().state
    nlu.close()
    yield Finding("ok" if state == "answering" else "wrong", f"Rasa at {settings.nlu_url} is {state}.")


def _pages(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 -- every look has the same shape
    if not all((VENDOR / target).exists() for target in SHIPPED.values()):
        yield Finding("wrong", "The pages' style files are missing: run `make setup`.")
    else:
        yield Finding("ok", "The pages' style files are there.")


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_database, _keys, _dialogue, _pages, _twilio, _rasa)
