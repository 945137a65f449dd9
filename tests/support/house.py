"""The whole service on a clock that is set, with channels that keep what they are given: for tests of whole turns."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from bot.clock import SetClock
from bot.intake import Inbound, take_in
from bot.nlu import Nlu
from bot.service import Service, build
from bot.settings import Settings
from bot.store import diary, rota
from bot.store.tables import account, flag, message
from bot.store.unit import ReadUnit, new_id
from dialogue.inputs import MediaKind, Slot, Team
from dialogue.safety import Detector, Rules
from handoff.ports import CaseCard, CaseFile, Practitioner
from handoff.rota import Shift
from tests.support.recording_channel import RecordingChannel
from tests.support.stores import MORNING, add_practitioner

PERSON = "+447700900001"
DANGER = "i want to kill myself tonight"


@dataclass
class House:
    """The service, its clock and its channels."""

    service: Service
    clock: SetClock
    sms: RecordingChannel
    desk: RecordingChannel
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def post(
        self, words: str, sender: str = PERSON, *, media: Sequence[MediaKind] = (), again: str | None = None
    ) -> str:
        """Let a text come in by SMS and wait; the provider's id. `again` is the id of one that came before."""
        provider_id = again or f"SM{next(self.numbers)}"
        inbound = Inbound("sms", provider_id, sender, words, self.clock.now(), tuple(media))
        take_in(self.service.store, inbound)
        return provider_id

    def says(self, words: str, sender: str = PERSON, *, media: Sequence[MediaKind] = ()) -> list[str]:
        """Let a text come in, do all that is due, and give back what that person was sent."""
        self.sms.take()
        self.post(words, sender, media=media)
        self.service.run_until_quiet()
        return self.said_to(sender)

    def said_to(self, sender: str = PERSON) -> list[str]:
        """What a person was sent since the last time somebody looked."""
        return [outgoing.words for outgoing in self.sms.take() if outgoing.to == sender]

    def later(self, **by: float) -> None:
        """Move the clock and do all that is due then."""
        self.clock.move(timedelta(**by))
        self.service.run_until_quiet()

    def cases(self) -> list[CaseCard]:
        """The cases that are not closed."""
        return list(self.service.desk.queue())

    def only_case(self) -> CaseCard:
        """The one case that is not closed."""
        (card,) = self.cases()
        return card

    def file(self) -> CaseFile:
        """The one case that is not closed, with its conversation."""
        return self.service.desk.case_file(self.only_case().case.number)

    def practitioner(self, first_name: str = "Sam") -> Practitioner:
        """Somebody of the team, as the desk knows them."""
        with self.service.store.read() as unit:
            row = unit.connection.execute(select(account).where(account.c.first_name == first_name)).mappings().one()
        return Practitioner(id=row["id"], name=row["name"], first_name=row["first_name"], role=row["role"])


def settings_at(url: str, deadline_ms: int = 30_000) -> Settings:
    """Settings of a service on the database at `url`, with the keys of `tests.support.stores`."""
    key = base64.b64encode(b"k" * 32).decode()
    return Settings.model_validate(
        {
            "database_url": url,
            "secret_key": "s" * 32,
            "field_keys": f"k1:{key}",
            "screening_deadline_ms": deadline_ms,
        }
    )


@contextmanager
def house_at(
    url: str, *, detector: Detector | None = None, nlu: Nlu | None = None, deadline_ms: int = 30_000, slots: int = 6
) -> Iterator[House]:
    """The service on the database at `url`, with a team, somebody on duty for four weeks, and slots to offer.

    Without a `detector` of the test's own it screens by the rules alone: what these tests are about must not change
    when the classifier is built anew. `deadline_ms` is how long a screening may take; as it stands no busy machine
    reaches it.
    """
    clock = SetClock(MORNING)
    sms, desk = RecordingChannel("sms"), RecordingChannel("desk", buttons=True)
    settings = settings_at(url, deadline_ms)
    service = build(
        settings, clock=clock, channels={"sms": sms, "desk": desk}, detector=detector or Rules.shipped(), nlu=nlu
    )
    _fill(service, slots)
    try:
        yield House(service, clock, sms, desk)
    finally:
        service.stop()


def _fill(service: Service, slots: int) -> None:
    with service.store.write() as unit:
        rota.set_team(unit, Team(name="the Riverside team", service="First Contact"))
        sam = add_practitioner(unit, "Sam")
        add_practitioner(unit, "Alex", phone="+447700900102")
        add_practitioner(unit, "Priya", role="lead", phone="+447700900103")
        rota.add_shift(unit, Shift(practitioner=sam, starts_at=unit.now, ends_at=unit.now + timedelta(days=28)))
        for number in range(slots):
            starts = unit.now + timedelta(days=15 + number)
            ends = starts + timedelta(minutes=50)
            slot = Slot(
                id=new_id(), starts_at=starts, ends_at=ends, mode="in_person", place="the Mill", with_whom="Sam"
            )
            diary.add_slot(unit, slot)


def flagged_without_a_case(unit: ReadUnit) -> int:
    """How many messages that somebody has to look at belong to no case: always 0."""
    statement = (
        select(message.c.id)
        .outerjoin_from(message, flag, flag.c.message_id == message.c.id)
        .where(message.c.route.in_(["now", "today"]), flag.c.id.is_(None))
    )
    return len(unit.connection.execute(statement).all())
