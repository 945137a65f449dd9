"""Cases: one open case for a conversation, one owner, and always a next page while nobody has it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import timers
from bot.clock import SetClock
from bot.paging import page_for, page_next
from bot.store import cases, conversations
from bot.store.tables import case as case_table
from bot.store.tables import case_history, escalation, outbox
from bot.store.unit import Store
from handoff.case import Case, CaseMove, CaseState, IllegalMoveError
from tests.support.stores import add_practitioner, at_once, begin_conversation

ZONE = "Europe/London"
ALERTS = frozenset({"desk", "sms"})
MINUTES = timedelta(minutes=5)


def open_case(store: Store, conversation: str, by: str = "now") -> tuple[Case, bool]:
    with store.write() as unit:
        conversations.lock(unit, conversation)
        found = cases.open_or_join(unit, conversation, "now" if by == "now" else "today", "screening")
        if found[1]:
            page_for(unit, found[0], ZONE, "http://desk.example", ALERTS)
        return found


def begin(store: Store) -> str:
    with store.write() as unit:
        return begin_conversation(unit)


def team(store: Store, *names: str) -> list[str]:
    with store.write() as unit:
        return [add_practitioner(unit, name, role="lead") for name in names]


def history(store: Store) -> list[str]:
    with store.read() as unit:
        return list(unit.connection.execute(select(case_history.c.what).order_by(case_history.c.seq)).scalars())


def alerts(store: Store) -> int:
    with store.read() as unit:
        counted: int = unit.connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.purpose == "alert")
        ).scalar_one()
    return counted


def test_many_concerns_at_once_are_one_case(store: Store) -> None:
    conversation = begin(store)
    found = at_once(12, lambda _: open_case(store, conversation))
    assert sum(news for _, news in found) == 1
    assert len({case.number for case, _ in found}) == 1


def test_after_a_case_is_closed_a_new_concern_opens_another(store: Store) -> None:
    (sam,), conversation = team(store, "Sam"), begin(store)
    first, _ = open_case(store, conversation)
    for move in (CaseMove.CLAIM, CaseMove.CLOSE):
        with store.write() as unit:
            now = cases.by_number(unit, first.number, lock=True)
            assert now is not None
            cases.move(unit, now, move, sam, "a call tomorrow")
    second, news = open_case(store, conversation)
    assert news
    assert second.number > first.number


def test_a_case_for_today_becomes_one_for_now_once_and_never_goes_back(store: Store) -> None:
    conversation = begin(store)
    found = [open_case(store, conversation, by) for by in ("today", "today", "now", "now", "today")]
    assert [news for _, news in found] == [True, False, True, False, False]
    assert [case.by for case, _ in found] == ["today", "today", "now", "now", "now"]
    assert history(store).count("raised_to_now") == 1


def test_of_50_who_claim_one_case_at_the_same_moment_one_has_it(store: Store) -> None:
    everybody = team(store, *(f"Colleague{number}" for number in range(50)))
    case, _ = open_case(store, begin(store))

    def claim(number: int) -> str:
        # Everybody saw the case open before anybody claimed it: no lock helps, only the condition of the update.
        try:
            with store.write() as unit:
                cases.move(unit, case, CaseMove.CLAIM, everybody[number])
        except IllegalMoveError as refused:
            return str(refused)
        return ""

    said = at_once(50, claim, threads=16)
    assert said.count("") == 1
    refused = f"Case {case.number} was changed by somebody else just now: look at it again."
    assert set(said) == {"", refused}
    with store.read() as unit:
        kept = unit.connection.execute(select(case_table.c.claimed_by)).scalar_one()
    assert kept == everybody[said.index("")]
    assert history(store).count("claimed") == 1


def test_only_the_owner_moves_a_case_on(store: Store) -> None:
    sam, alex = team(store, "Sam", "Alex")
    case, _ = open_case(store, begin(store))
    with store.write() as unit:
        cases.move(unit, case, CaseMove.CLAIM, sam)
    for move in (CaseMove.CLOSE, CaseMove.RELEASE, CaseMove.CLAIM):
        with store.write() as unit:
            now = cases.by_number(unit, case.number, lock=True)
            assert now is not None
            with pytest.raises(IllegalMoveError):
                cases.move(unit, now, move, alex, "x")
    assert history(store)[-1] == "claimed"


def test_an_open_case_is_paged_on_and_on_until_it_is_claimed(store: Store, clock: SetClock) -> None:
    sam, _ = team(store, "Sam", "Priya")
    case, _ = open_case(store, begin(store))
    before = alerts(store)
    for _ in range(20):
        clock.move(2 * MINUTES)
        assert _page(store) == 1
        assert _escalating(store) == 1
    assert alerts(store) > before + 20
    with store.write() as unit:
        cases.move(unit, case, CaseMove.CLAIM, sam)
        cases.stop_escalating(unit, case.id)
    clock.move(timedelta(days=1))
    assert _page(store) == 0


def test_a_page_that_is_due_goes_out_once_however_many_processes_ask(store: Store, clock: SetClock) -> None:
    team(store, "Sam")
    open_case(store, begin(store))
    before = alerts(store)
    clock.move(timedelta(hours=1))
    assert sum(at_once(8, lambda _: _page(store))) == 1
    assert alerts(store) == before + 2


def test_a_case_that_is_claimed_while_it_is_being_paged_for_is_not_paged_for_again(
    store: Store, clock: SetClock
) -> None:
    (sam,) = team(store, "Sam")
    for number in range(10):
        with store.write() as unit:
            conversation = begin_conversation(unit, f"+4477009{number:05}")
        case, _ = open_case(store, conversation)
        clock.move(timedelta(hours=1))
        at_once(2, _either(lambda: _page(store), lambda one=case: _claim(store, one, sam)))  # type: ignore[misc]
        assert _escalating(store) == 0


def _either(first: Callable[[], object], second: Callable[[], object]) -> Callable[[int], object]:
    return lambda number: second() if number else first()


def _claim(store: Store, case: Case, who: str) -> None:
    with store.write() as unit:
        now = cases.by_number(unit, case.number, lock=True)
        assert now is not None
        cases.move(unit, now, CaseMove.CLAIM, who)
        cases.stop_escalating(unit, case.id)


def test_a_page_that_comes_too_late_does_not_wake_a_claimed_case(store: Store, clock: SetClock) -> None:
    (sam,) = team(store, "Sam")
    case, _ = open_case(store, begin(store))
    with store.write() as unit:
        cases.move(unit, case, CaseMove.CLAIM, sam)
    # The escalation row is still there, as if the claim had not yet taken it away.
    clock.move(timedelta(hours=1))
    assert _page(store) == 0


def test_a_claimed_case_that_becomes_urgent_pages_nobody_else(store: Store) -> None:
    (sam,), conversation = team(store, "Sam"), begin(store)
    case, _ = open_case(store, conversation, "today")
    _claim(store, case, sam)
    raised, news = open_case(store, conversation, "now")
    assert (raised.by, raised.state, news) == ("now", CaseState.CLAIMED, True)
    assert alerts(store) == 0
    assert _escalating(store) == 0


def test_an_open_case_has_an_escalation_row_from_the_first_moment(store: Store) -> None:
    conversation = begin(store)
    for by in ("today", "now"):
        open_case(store, conversation, by)
        with store.read() as unit:
            assert cases.without_next_step(unit) == 0


def test_health_sees_an_open_case_that_nobody_will_be_told_of(store: Store) -> None:
    case, _ = open_case(store, begin(store))
    with store.write() as unit:
        cases.stop_escalating(unit, case.id)
        assert cases.without_next_step(unit) == 1
        page_next(unit, case, 0, "http://desk.example", ALERTS)
        assert cases.without_next_step(unit) == 0


def _page(store: Store) -> int:
    return timers.page_due(store, "http://desk.example", ALERTS)


def _escalating(store: Store) -> int:
    with store.read() as unit:
        counted: int = unit.connection.execute(select(func.count()).select_from(escalation)).scalar_one()
    return counted
