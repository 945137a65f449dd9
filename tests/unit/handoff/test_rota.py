from datetime import UTC, datetime

import pytest

from dialogue.inputs import Duty
from handoff.rota import Shift, duty, on_duty


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


def _shift(who: str, starts: int, ends: int) -> Shift:
    return Shift(practitioner=who, starts_at=_at(starts), ends_at=_at(ends))


ROTA = (_shift("alex", 12, 20), _shift("sam", 8, 14), _shift("sam", 13, 15))


@pytest.mark.parametrize(
    ("now", "here"),
    [
        (_at(7, 59), ()),
        (_at(8), ("sam",)),
        (_at(12), ("sam", "alex")),
        (_at(13), ("sam", "alex")),
        (_at(14), ("alex", "sam")),
        (_at(19, 59), ("alex",)),
        (_at(20), ()),
    ],
)
def test_who_is_on_duty(now: datetime, here: tuple[str, ...]) -> None:
    assert on_duty(ROTA, now) == here


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (_at(7), Duty(on_duty=False, reads_at=_at(8))),
        (_at(9), Duty(on_duty=True, reads_at=_at(9))),
        (_at(20), Duty(on_duty=False, reads_at=None)),
    ],
)
def test_when_a_person_next_reads(now: datetime, told: Duty) -> None:
    assert duty(iter(ROTA), now) == told


def test_a_shift_that_ends_before_it_begins_promises_nothing() -> None:
    assert duty([_shift("sam", 14, 8)], _at(7)).reads_at is None
    assert on_duty([_shift("sam", 14, 8)], _at(10)) == ()
