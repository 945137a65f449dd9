"""Who is told about a case, how, and when the next one is told: until a person has claimed it, without an end.

A plan is a list of steps. Each step tells some colleagues and then waits; the last step comes round again for as
long as nobody has claimed the case. A step with nobody in it is skipped at once, and the skip is recorded, so
that a hole in the rota costs no time and does not stay hidden.

A case for `today` begins quietly, on the desk alone. When nobody has claimed it by the end of the day (17:00 in
the team's time zone; 10:00 the next morning for what comes in from 16:00 on) it goes the same way as `now`.

Nothing here reads a clock or sends anything: what comes out is written to rows by `bot`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from dialogue.frozen import Frozen
from handoff.ports import Role

Who = Literal["on_duty", "leads", "everybody"]
Means = Literal["desk", "sms"]

# A `today` case has until this hour; what comes in during the last hour of the day has until the next morning.
TODAY_ENDS = time(17, 0)
TODAY_IS_OVER_FROM = time(16, 0)
NEXT_MORNING = time(10, 0)


class Step(Frozen):
    """One rung: who is told, by what means, and how many minutes until the next rung is due.

    `name` is what the case's history shows.
    """

    name: str
    who: Who
    means: tuple[Means, ...]
    minutes: int


class Plan(Frozen):
    """The rungs in order. The last one repeats until the case is claimed."""

    steps: tuple[Step, ...]


PLAN = Plan(
    steps=(
        Step(name="the person on duty", who="on_duty", means=("desk", "sms"), minutes=5),
        Step(name="the leads", who="leads", means=("desk", "sms"), minutes=10),
        Step(name="everybody", who="everybody", means=("desk", "sms"), minutes=10),
    )
)


class Reachable(Frozen):
    """Somebody who could be told: account id, role, and whether a phone number is known."""

    practitioner: str
    role: Role
    has_phone: bool


class Page(Frozen):
    """One practitioner (an account id) is to be told by one means."""

    practitioner: str
    means: Means


class Paging(Frozen):
    """What one round of paging decided.

    `told` is the name of the step that was taken, None when no step had anybody in it or a `today` case is only
    put on the desk. `skipped` are the names of the steps with nobody in them, in order. `next_step` and `due` (UTC)
    are what the case's escalation row holds from now on: there is always a next one.
    """

    pages: tuple[Page, ...]
    told: str | None
    skipped: tuple[str, ...]
    next_step: int
    due: AwareDatetime


def first_pages(
    by: Literal["now", "today"],
    plan: Plan,
    people: Sequence[Reachable],
    on_duty: Collection[str],
    now: datetime,
    time_zone: str,
) -> Paging:
    """What to do the moment a case opens, or the moment an open `today` case becomes a `now` case.

    `on_duty` holds the account ids of those on duty at `now` (UTC); `time_zone` is the team's. A `today` case pages
    nobody yet: it is on the desk, and its first step falls due at the end of the day.
    """
    if by == "today":
        return Paging(pages=(), told=None, skipped=(), next_step=0, due=end_of_today(now, time_zone))
    return next_page(0, plan, people, on_duty, now)


def next_page(step: int, plan: Plan, people: Sequence[Reachable], on_duty: Collection[str], now: datetime) -> Paging:
    """What to do when step number `step` (from 0) of an unclaimed case falls due.

    Numbers beyond the plan mean its last step. When every step from here on is empty, nobody is paged, all of
    them are named in `skipped`, and the last step is tried again after its own wait: it never stops.
    Raises ValueError for a plan without steps.
    """
    if not plan.steps:
        raise ValueError("an escalation plan needs at least one step")
    last = len(plan.steps) - 1
    skipped: list[str] = []
    for number in range(min(step, last), last + 1):
        rung = plan.steps[number]
        told = [one for one in people if _is_in(one, rung.who, on_duty)]
        if told:
            return Paging(
                pages=tuple(page for one in told for page in _pages(one, rung)),
                told=rung.name,
                skipped=tuple(skipped),
                next_step=min(number + 1, last),
                due=now + timedelta(minutes=rung.minutes),
            )
        skipped.append(rung.name)
    wait = timedelta(minutes=plan.steps[last].minutes)
    return Paging(pages=(), told=None, skipped=tuple(skipped), next_step=last, due=now + wait)


def end_of_today(opened_at: datetime, time_zone: str) -> datetime:
    """When a `today` case that nobody has claimed begins to page (UTC); see the rule at the top of this file."""
    zone = ZoneInfo(time_zone)
    local = opened_at.astimezone(zone)
    if local.time() < TODAY_IS_OVER_FROM:
        due = datetime.combine(local.date(), TODAY_ENDS, zone)
    else:
        due = datetime.combine(local.date() + timedelta(days=1), NEXT_MORNING, zone)
    return due.astimezone(opened_at.tzinfo)


def alert_words(case_number: int, by: Literal["now", "today"], public_url: str) -> str:
    """The text of an alert: the case's number and a link, and nothing about the person."""
    when = "now" if by == "now" else "today"
    return f"First Contact: case {case_number} needs a person {when}. {public_url.rstrip('/')}/desk/cases/{case_number}"


# Admins and auditors are never paged: they do not take conversations over.
_TAKES_OVER: frozenset[Role] = frozenset({"practitioner", "lead"})


def _is_in(one: Reachable, who: Who, on_duty: Collection[str]) -> bool:
    if one.role not in _TAKES_OVER:
        return False
    if who == "on_duty":
        return one.practitioner in on_duty
    return who == "everybody" or one.role == "lead"


def _pages(one: Reachable, rung: Step) -> tuple[Page, ...]:
    means = (way for way in rung.means if way != "sms" or one.has_phone)
    return tuple(Page(practitioner=one.practitioner, means=way) for way in means)
