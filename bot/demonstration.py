"""Demonstration data: a team, its rota, slots for six weeks, and somebody to sign in as in each role.

Everything is marked as invented, is never put beside real data, and is never served to the outside.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.accounts.adding import add_account
from bot.store import diary, rota
from bot.store.demonstration import accounts_here, last_shift_ends, last_slot_starts
from bot.store.unit import Store, WriteUnit, new_id
from dialogue.inputs import Slot, Team
from handoff.ports import Role
from handoff.rota import Shift

AHEAD = timedelta(weeks=6)

TEAM = Team(name="the Willow Centre team", service="First Contact")


@dataclass(frozen=True)
class SignIn:
    """Somebody to sign in as."""

    email: str
    name: str
    role: Role
    password: str
    phone: str


# Ofcom keeps 07700 900000 to 900999 for drama; no call to them reaches anybody.
SIGN_INS = (
    SignIn("sam@willow.example", "Sam Okafor", "practitioner", "willow river seven", "+447700900101"),
    SignIn("priya@willow.example", "Priya Shah", "lead", "maple harbour nine", "+447700900102"),
    SignIn("morag@willow.example", "Morag Kerr", "admin", "cedar lantern four", ""),
)

# Who is on duty from when to when, every day, local time.
_SHIFTS = ((0, time(8), time(20)), (1, time(20), time(23)))

# Slots on working days, local time: when, how, where.
_SLOTS = (
    (time(10), "in_person", "the Willow Centre, 12 Mill Lane"),
    (time(14), "phone", "a call to your phone"),
    (time(17, 30), "in_person", "Eccles library, the small room"),
)
_LASTS = timedelta(minutes=50)
_WITH = "Sam, a nurse, and Jo, a peer worker"


class RealDataError(Exception):
    """There is real data in this database; invented data must not be mixed with it."""


def fill(store: Store) -> None:
    """Fill the database with demonstration data, or bring what is there up to six weeks from now.

    Raises RealDataError, and changes nothing, when there is an account that is not part of a demonstration.
    """
    with store.write() as unit:
        here = accounts_here(unit)
        if any(not account.demonstration for account in here):
            raise RealDataError(
                "This database has real accounts, so no demonstration data was put in. Set FIRST_CONTACT_DATABASE_URL "
                "or FIRST_CONTACT_DATA_FOLDER to another place for a demonstration."
            )
        known = {account.email: account.id for account in here}
        if rota.team_words(unit) is None:
            rota.set_team(unit, TEAM, demonstration=True)
        ids = [known.get(who.email) or _add(unit, who) for who in SIGN_INS]
        _fill_rota(unit, ids)
        _fill_diary(unit)


def is_demonstration(store: Store) -> bool:
    """Whether this database holds demonstration data."""
    with store.read() as unit:
        return any(account.demonstration for account in accounts_here(unit))


def _add(unit: WriteUnit, who: SignIn) -> str:
    return add_account(
        unit,
        email=who.email,
        name=who.name,
        role=who.role,
        password=who.password,
        phone=who.phone,
        demonstration=True,
    )


def _fill_rota(unit: WriteUnit, ids: list[str]) -> None:
    covered = last_shift_ends(unit)
    for day in _days(unit.now):
        for who, starts, ends in _SHIFTS:
            shift = Shift(practitioner=ids[who], starts_at=_local(day, starts), ends_at=_local(day, ends))
            if covered is None or shift.starts_at >= covered:
                rota.add_shift(unit, shift)


def _fill_diary(unit: WriteUnit) -> None:
    covered = last_slot_starts(unit)
    for day in _days(unit.now):
        if day.weekday() >= 5:
            continue
        for at, mode, place in _SLOTS:
            starts = _local(day, at)
            if covered is None or starts > covered:
                slot = {"id": new_id(), "starts_at": starts, "ends_at": starts + _LASTS, "mode": mode}
                diary.add_slot(unit, Slot.model_validate({**slot, "place": place, "with_whom": _WITH}))


def _days(now: datetime) -> list[datetime]:
    today = now.astimezone(ZoneInfo(TEAM.time_zone))
    return [today + timedelta(days=number) for number in range(AHEAD.days)]


def _local(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, ZoneInfo(TEAM.time_zone))
