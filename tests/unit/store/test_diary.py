"""Slots: held for a while, booked once, whatever happens at the same moment."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.clock import SetClock
from bot.store import changes, diary
from bot.store.diary import HELD
from bot.store.tables import booking
from bot.store.unit import Store, new_id
from dialogue.inputs import Slot
from tests.support.stores import MORNING, at_once, begin_conversation, how_many

LATER = MORNING + timedelta(days=90)


def a_slot(store: Store, days: int = 15) -> str:
    starts = MORNING + timedelta(days=days)
    ends = starts + timedelta(minutes=50)
    slot = Slot(id=new_id(), starts_at=starts, ends_at=ends, mode="phone", place="your phone", with_whom="Sam")
    with store.write() as unit:
        diary.add_slot(unit, slot)
    return slot.id


def people(store: Store, number: int) -> list[str]:
    with store.write() as unit:
        return [begin_conversation(unit, f"+4477009{one:05}") for one in range(number)]


def book(store: Store, slot: str, conversation: str) -> Slot | None:
    with store.write() as unit:
        return diary.book(unit, slot, conversation)


def hold(store: Store, slot: str, conversation: str) -> bool:
    with store.write() as unit:
        return diary.hold(unit, slot, conversation)


def free(store: Store, conversation: str) -> list[str]:
    with store.read() as unit:
        return [slot.id for slot in diary.free(unit, conversation, MORNING, LATER)]


def test_of_200_who_book_one_slot_at_the_same_moment_one_has_it(store: Store) -> None:
    slot, everybody = a_slot(store), people(store, 200)
    booked = at_once(200, lambda number: book(store, slot, everybody[number]), threads=16)
    winners = [number for number, won in enumerate(booked) if won is not None]
    assert len(winners) == 1
    with store.read() as unit:
        assert how_many(unit, "booking") == 1
        theirs = diary.booked_by(unit, everybody[winners[0]])
    assert theirs is not None
    assert theirs.id == slot


def test_the_database_itself_refuses_a_second_booking(store: Store) -> None:
    slot, (first, second) = a_slot(store), people(store, 2)
    book(store, slot, first)
    again = insert(booking).values(id=new_id(), slot_id=slot, conversation_id=second, booked_at=MORNING)
    with pytest.raises(IntegrityError), store.write() as unit:
        unit.connection.execute(again)


def test_losing_the_race_for_a_slot_does_not_lose_what_else_the_turn_did(store: Store, clock: SetClock) -> None:
    slot, (first, second) = a_slot(store), people(store, 2)
    book(store, slot, first)
    # The first one's hold is over, so that only the index stands between the slot and a second booking.
    clock.move(HELD + timedelta(seconds=1))
    with store.write() as unit:
        changes.note(unit, "before")
        assert diary.book(unit, slot, second) is None
        changes.note(unit, "after")
    with store.read() as unit:
        assert how_many(unit, "change") == 2
        assert how_many(unit, "booking") == 1


def test_a_slot_offered_to_one_is_neither_offered_to_nor_booked_by_another(store: Store) -> None:
    slot, (first, second) = a_slot(store), people(store, 2)
    assert hold(store, slot, first)
    assert not hold(store, slot, second)
    assert free(store, second) == []
    assert free(store, first) == [slot]
    assert book(store, slot, second) is None
    assert book(store, slot, first) is not None


def test_a_hold_lapses_and_can_be_let_go(store: Store, clock: SetClock) -> None:
    slot, (first, second) = a_slot(store), people(store, 2)
    hold(store, slot, first)
    clock.move(HELD)
    assert not hold(store, slot, second)
    clock.move(timedelta(seconds=1))
    assert hold(store, slot, second)
    with store.write() as unit:
        diary.let_go(unit, second)
    assert hold(store, slot, first)


def test_many_who_are_offered_the_same_slots_at_once_are_never_offered_the_same_one(store: Store) -> None:
    slots, everybody = [a_slot(store, 15 + number) for number in range(5)], people(store, 12)

    def offer(number: int) -> list[str]:
        with store.write() as unit:
            return [slot for slot in slots if diary.hold(unit, slot, everybody[number])]

    held = [slot for theirs in at_once(12, offer) for slot in theirs]
    assert sorted(held) == sorted(slots)


def test_booking_ones_own_slot_again_changes_nothing(store: Store) -> None:
    slot, (first,) = a_slot(store), people(store, 1)
    assert book(store, slot, first) == book(store, slot, first)
    with store.read() as unit:
        assert unit.connection.execute(select(func.count()).select_from(booking)).scalar_one() == 1
    assert free(store, first) == []


def test_a_slot_that_is_not_there_cannot_be_booked(store: Store) -> None:
    (first,) = people(store, 1)
    assert book(store, "gone", first) is None


def test_slots_come_soonest_first_and_only_between_the_two_moments(store: Store) -> None:
    late, soon = a_slot(store, 20), a_slot(store, 15)
    a_slot(store, 91)
    (first,) = people(store, 1)
    assert free(store, first) == [soon, late]
