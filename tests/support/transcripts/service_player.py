"""Plays a transcript on the whole service: inbox, turn, effects, outbox, sender, timers, desk, on a real database."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from sqlalchemy import select

from bot.clock import SetClock
from bot.intake import Inbound, take_in
from bot.nlu import Health, NoNlu
from bot.service import Service, build
from bot.settings import Settings
from bot.store import accounts, diary, rota
from bot.store import tables as t
from bot.store.unit import ReadUnit
from dialogue.events import Asking
from dialogue.inputs import MediaKind, Understanding
from dialogue.safety import Rules
from handoff.ports import Practitioner, Refused
from handoff.rota import Shift
from tests.support.recording_channel import RecordingChannel
from tests.support.transcripts.reading import Happening, Move, Transcript, TranscriptError
from tests.support.transcripts.stage import STAFF, TEAM, Stage, set_up, span, understood
from tests.support.transcripts.telling import alert_lines, booked_line, case_line, in_order

_SENDER = "+447700900123"
_MEDIA = re.compile(r"^\((photo|voice|video|sticker|location|contact|file)\) ?")
_HISTORY_OF_ASKING = frozenset(get_args(Asking))


class ScriptedNlu(NoNlu):
    """Understands exactly what the transcript says is understood."""

    def __init__(self) -> None:
        super().__init__()
        self.next: Understanding | None = None

    def understand(self, text: str) -> Understanding | None:  # noqa: ARG002 -- the script decides, not the text
        """What the transcript's `means:` line says."""
        return self.next

    def probe(self) -> Health:
        """As without understanding."""
        return self.health()


class ServicePlayer:
    """The service on a database of its own, with channels that record what they are given."""

    def __init__(self, transcript: Transcript, database_url: str, folder: Path) -> None:
        self._stage = set_up(transcript.given)
        self._clock = SetClock(self._stage.now)
        self._nlu = ScriptedNlu()
        names = {self._stage.channel, *self._stage.alert_channels}
        self._channels = {name: RecordingChannel(name, buttons=name == "web") for name in names}
        settings = Settings(database_url=database_url, data_folder=folder, _env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own
        # The rules alone, as in the engine's player: what is said must not change when the classifier is built anew.
        self._service: Service = build(
            settings, clock=self._clock, channels=self._channels, nlu=self._nlu, detector=Rules.shipped()
        )
        self._staff = _furnish(self._service, self._stage)
        self._seen = _Seen()
        self._texts = 0
        self._last: Inbound | None = None

    def close(self) -> None:
        """Let go of the database."""
        self._service.stop()

    def play(self, move: Move) -> tuple[Happening, ...]:
        """Play one input; what happened."""
        if move.who == "they":
            return self._they(move)
        if move.who == "again":
            take_in(self._service.store, self._last_text())
            return self._settle()
        if move.who == "wait":
            return self._wait(span(move.what))
        if move.who == "fails":
            channel, _, times = move.what.partition(", ")
            self._channels[channel].fail("temporary", int(times.removesuffix(" times").removesuffix(" time")))
            return ()
        return self._at_the_desk(move)

    def _they(self, move: Move) -> tuple[Happening, ...]:
        media: tuple[MediaKind, ...] = ()
        words = "" if move.what == "(nothing)" else move.what
        if match := _MEDIA.match(words):
            media, words = (match[1],), words[match.end() :]  # type: ignore[assignment]  # the pattern holds the kinds
        self._texts += 1
        self._nlu.next = understood(move.means)
        self._last = Inbound(
            channel=self._stage.channel,
            provider_id=f"text{self._texts}",
            sender=_SENDER,
            words=words,
            received_at=self._clock.now(),
            media=media,
        )
        take_in(self._service.store, self._last)
        return self._settle()

    def _last_text(self) -> Inbound:
        if self._last is None:
            raise TranscriptError("`again:` before any text")
        return self._last

    def _wait(self, time: timedelta) -> tuple[Happening, ...]:
        """Move the clock from one due moment to the next, so that things happen when they are due."""
        ends = self._clock.now() + time
        happened: list[Happening] = []
        while (due := self._next_due()) is not None and due <= ends:
            self._clock.move(max(due - self._clock.now(), timedelta(seconds=1)))
            happened += self._settle()
        self._clock.move(max(ends - self._clock.now(), timedelta(0)))
        return (*happened, *self._settle())

    def _next_due(self) -> datetime | None:
        with self._service.store.read() as unit:
            columns = (
                select(t.timer.c.due),
                select(t.escalation.c.due),
                select(t.outbox.c.not_before).where(t.outbox.c.state == "queued"),
                select(t.inbox.c.not_before).where(t.inbox.c.state == "new"),
            )
            moments = [row[0] for column in columns for row in unit.connection.execute(column) if row[0] is not None]
        return min(moments, default=None)

    def _at_the_desk(self, move: Move) -> tuple[Happening, ...]:
        name, _, act = move.what.partition(" ") if move.who == "desk" else (move.who, "", "")
        who = self._staff[name]
        number = self._number()
        try:
            if move.who != "desk":
                self._service.desk.say(number, who, move.what)
            elif act == "takes the case":
                self._service.desk.claim(number, who)
            elif match := re.fullmatch(r'closes the case, next step "(.*)"', act):
                self._service.desk.close(number, who, match[1])
            elif match := re.fullmatch(r'hands back, "(.*)"', act):
                self._service.desk.hand_back(number, who, match[1])
            else:
                raise TranscriptError(f"line {move.number}: nobody at the desk can {act!r}")
        except Refused as refusal:
            return (Happening("refused", str(refusal)), *self._settle())
        happened = self._settle()
        # A practitioner's words are the input; that they went out word for word is what is expected of them.
        own = Happening("bot", move.what)
        return (
            tuple(one for one in happened if one != own)
            if own in happened or move.who == "desk"
            else (
                *happened,
                Happening("bot", "(the practitioner's words were not sent)"),
            )
        )

    def _number(self) -> int:
        with self._service.store.read() as unit:
            return (
                unit.connection.execute(select(t.case.c.number).order_by(t.case.c.number.desc())).scalars().first() or 1
            )

    def _settle(self) -> tuple[Happening, ...]:
        self._service.run_until_quiet()
        with self._service.store.read() as unit:
            rows = self._seen.news(unit)
        sent = [
            Happening("bot", "\n".join([one.words, *(f"[{choice.label}]" for choice in one.choices)]))
            for one in self._channels[self._stage.channel].take()
            if one.to == _SENDER
        ]
        for name in self._stage.alert_channels:
            self._channels[name].take()
        return in_order([*rows, *sent])


class _Seen:
    """Which rows have been told already."""

    def __init__(self) -> None:
        self._rows: dict[str, set[object]] = {}
        self._stopped = False

    def news(self, unit: ReadUnit) -> list[Happening]:
        """What the rows tell that was not told before."""
        return [*self._cases(unit), *self._alerts(unit), *self._facts(unit)]

    def _new(self, unit: ReadUnit, table: object, key: str) -> list[dict[str, object]]:
        rows = unit.connection.execute(select(table)).mappings()  # type: ignore[call-overload]  # any table
        seen = self._rows.setdefault(str(table), set())
        found = [dict(row) for row in rows if row[key] not in seen]
        seen.update(row[key] for row in found)
        return found

    def _cases(self, unit: ReadUnit) -> list[Happening]:
        history = [str(row["what"]) for row in self._new(unit, t.case_history, "seq")]
        flags = self._new(unit, t.flag, "id")
        opened = self._new(unit, t.case, "id")
        verb = "opened" if opened else "raised to now" if "raised_to_now" in history else "joined"
        told = []
        for flag in flags:
            sealed = flag["sealed_reasons"]
            if not isinstance(sealed, bytes):
                raise TypeError("sealed reasons are bytes")
            reasons = json.loads(unit.open("flag", "sealed_reasons", str(flag["id"]), sealed))
            words = dict.fromkeys(str(reason["words"]) for reason in reasons)
            told.append(case_line(verb, str(flag["by"]), str(flag["because"]), words))
            verb = "joined"
        told += [case_line("opened", str(case["by"]), str(case["because"]), ()) for case in opened if not flags]
        told += [case_line("joined", "today", what, ()) for what in history if what in _HISTORY_OF_ASKING]
        told += [Happening("case", what.replace("_", " ")) for what in history if what.startswith("could_not_deliver")]
        return told

    def _alerts(self, unit: ReadUnit) -> list[Happening]:
        names = {
            row.id: row.first_name for row in unit.connection.execute(select(t.account.c.id, t.account.c.first_name))
        }
        rows = [row for row in self._new(unit, t.outbox, "id") if row["account_id"] is not None]
        return alert_lines((names[str(row["account_id"])], str(row["channel"])) for row in rows)

    def _facts(self, unit: ReadUnit) -> list[Happening]:
        told = []
        stopped = unit.connection.execute(select(t.address.c.stopped_at)).scalars().first() is not None
        if stopped != self._stopped:
            self._stopped = stopped
            told.append(Happening("contact", "stopped" if stopped else "started"))
        for row in self._new(unit, t.audit, "seq"):
            what = str(row["what"])
            if what == "story.approved":
                told.append(Happening("story", "agreed"))
            elif what.startswith("conversation.ended."):
                told.append(Happening("ends", what.removeprefix("conversation.ended.")))
        for row in self._new(unit, t.booking, "id"):
            booked = diary.booked_by(unit, str(row["conversation_id"]))
            told += [booked_line(booked)] if booked else []
        held = {
            row.conversation_id: row.first_name
            for row in unit.connection.execute(
                select(t.case.c.conversation_id, t.account.c.first_name)
                .select_from(t.case.join(t.account, t.case.c.claimed_by == t.account.c.id))
                .where(t.case.c.state == "claimed")
            )
        }
        for row in self._new(unit, t.message, "id"):
            if row["author"] == "person" and row["conversation_id"] in held:
                told.append(Happening("to", held[row["conversation_id"]]))
        return told


def _furnish(service: Service, stage: Stage) -> dict[str, Practitioner]:
    """Put the team, its people, rota and slots in; the people by first name."""
    staff: dict[str, Practitioner] = {}
    with service.store.write() as unit:
        rota.set_team(unit, TEAM)
        for number, (name, role) in enumerate(STAFF.items(), start=1):
            new = accounts.NewAccount(
                email=f"{name.lower()}@willow.example",
                name=f"{name} Example",
                first_name=name,
                role=role,  # type: ignore[arg-type]  # one of the roles
                password_hash="-",
                phone=f"+4477009005{number:02}",
            )
            row = accounts.add(unit, new)
            staff[name] = Practitioner(id=row, name=new.name, first_name=name, role=new.role)
        for shift in stage.shifts:
            rota.add_shift(
                unit,
                Shift(practitioner=staff[shift.practitioner].id, starts_at=shift.starts_at, ends_at=shift.ends_at),
            )
        for slot in stage.slots:
            diary.add_slot(unit, slot)
    return staff
