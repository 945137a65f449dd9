from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialogue.inputs import Slot
from handoff.booking.promise import day_of, window
from handoff.booking.slots import part_of_day, to_offer

FIRST_TEXT = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)
LONDON = "Europe/London"


def _slot(name: str, day: int, hour: int) -> Slot:
    starts = datetime(2026, 11, day, hour, tzinfo=UTC)
    return Slot(
        id=name, starts_at=starts, ends_at=starts + timedelta(hours=1), mode="phone", place="a call", with_whom="Sam"
    )


def _offer(*free: Slot, refused: tuple[str, ...] = (), now: datetime = FIRST_TEXT) -> list[str]:
    offered = to_offer(
        free, refused=refused, first_text_at=FIRST_TEXT, now=now, promise_days=(14, 25), time_zone=LONDON
    )
    return [slot.id for slot in offered]


def test_only_days_of_the_promise_are_offered_both_ends_included() -> None:
    assert _offer(_slot("day 13", 15, 10), _slot("day 14", 16, 0), _slot("day 25", 27, 23)) == ["day 14", "day 25"]
    assert _offer(_slot("day 26", 28, 0)) == []


def test_three_days_are_offered_rather_than_three_hours_of_one() -> None:
    free = [_slot("a", 16, 9), _slot("b", 16, 10), _slot("c", 16, 11), _slot("d", 17, 9), _slot("e", 18, 9)]
    assert _offer(*free) == ["a", "d", "e"]


def test_another_part_of_the_day_is_offered_where_there_is_one() -> None:
    free = [_slot("a", 16, 9), _slot("b", 17, 9), _slot("c", 18, 9), _slot("d", 20, 14), _slot("e", 23, 18)]
    assert _offer(*free) == ["a", "d", "e"]


def test_with_one_day_only_its_hours_are_offered() -> None:
    assert _offer(_slot("a", 16, 9), _slot("b", 16, 10), _slot("c", 16, 15)) == ["a", "b", "c"]


def test_refused_slots_are_not_offered_again() -> None:
    assert _offer(_slot("a", 16, 9), _slot("b", 17, 9), refused=("a",)) == ["b"]


def test_what_has_begun_is_not_offered() -> None:
    assert _offer(_slot("a", 16, 9), _slot("b", 17, 9), now=datetime(2026, 11, 16, 9, tzinfo=UTC)) == ["b"]


def test_the_parts_of_the_day_are_the_teams() -> None:
    assert part_of_day(datetime(2026, 6, 1, 11, 30, tzinfo=UTC), LONDON) == "afternoon"
    assert part_of_day(datetime(2026, 11, 20, 11, 30, tzinfo=UTC), LONDON) == "morning"
    assert part_of_day(datetime(2026, 11, 20, 17, 0, tzinfo=UTC), LONDON) == "evening"


def test_days_are_counted_by_the_calendar_of_the_team() -> None:
    # In June 23:30 UTC is half past midnight in London: the next day has begun.
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert day_of(datetime(2026, 6, 2, 12, tzinfo=UTC), late, LONDON) == 0
    assert window(late, (14, 25), LONDON).first.isoformat() == "2026-06-16"
    assert day_of(FIRST_TEXT + timedelta(hours=2), FIRST_TEXT, LONDON) == 1


_slots = st.lists(
    st.builds(_slot, st.uuids().map(str), st.integers(1, 30), st.integers(0, 23)), max_size=25, unique_by=lambda s: s.id
)


@given(free=_slots, refused=st.integers(0, 5))
def test_as_many_as_there_are_up_to_three_in_order_and_the_soonest_among_them(free: list[Slot], refused: int) -> None:
    no = tuple(slot.id for slot in free[:refused])
    fit = [s for s in free if s.id not in no and 14 <= day_of(s.starts_at, FIRST_TEXT, LONDON) <= 25]
    offered = to_offer(
        free, refused=no, first_text_at=FIRST_TEXT, now=FIRST_TEXT, promise_days=(14, 25), time_zone=LONDON
    )
    assert len(offered) == min(3, len(fit))
    assert set(offered) <= set(fit)
    assert list(offered) == sorted(offered, key=lambda slot: (slot.starts_at, slot.id))
    if fit:
        assert offered[0].starts_at == min(slot.starts_at for slot in fit)
