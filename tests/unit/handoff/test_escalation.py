from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.escalation import PLAN, Page, Plan, Reachable, alert_words, end_of_today, first_pages, next_page
from handoff.ports import Role

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONDON = "Europe/London"


def _one(name: str, role: Role = "practitioner", *, phone: bool = True) -> Reachable:
    return Reachable(practitioner=name, role=role, has_phone=phone)


SAM, ALEX, PRIYA = _one("sam"), _one("alex", phone=False), _one("priya", "lead")
TEAM = (SAM, ALEX, PRIYA, _one("morag", "admin"), _one("ted", "auditor"))


def test_those_on_duty_are_told_at_once_on_the_desk_and_by_text_where_a_phone_is_known() -> None:
    paging = first_pages("now", PLAN, TEAM, {"sam", "alex"}, NOW, LONDON)
    assert set(paging.pages) == {
        Page(practitioner="sam", means="desk"),
        Page(practitioner="sam", means="sms"),
        Page(practitioner="alex", means="desk"),
    }
    assert (paging.told, paging.skipped) == ("the person on duty", ())
    assert (paging.next_step, paging.due) == (1, NOW + timedelta(minutes=5))


def test_then_the_leads_then_everybody_every_ten_minutes_without_an_end() -> None:
    at, step, told = NOW, 0, []
    for _ in range(6):
        paging = next_page(step, PLAN, TEAM, {"sam"}, at)
        told.append((paging.told, (at - NOW) // timedelta(minutes=1)))
        at, step = paging.due, paging.next_step
    assert told == [
        ("the person on duty", 0),
        ("the leads", 5),
        ("everybody", 15),
        ("everybody", 25),
        ("everybody", 35),
        ("everybody", 45),
    ]


def test_everybody_means_those_who_take_conversations_over() -> None:
    assert {page.practitioner for page in next_page(2, PLAN, TEAM, (), NOW).pages} == {"sam", "alex", "priya"}


def test_a_step_with_nobody_in_it_is_skipped_at_once_and_recorded() -> None:
    paging = first_pages("now", PLAN, TEAM, (), NOW, LONDON)
    assert paging.skipped == ("the person on duty",)
    assert {page.practitioner for page in paging.pages} == {"priya"}
    assert paging.next_step == 2


def test_an_admin_on_duty_by_mistake_does_not_make_the_step_full() -> None:
    assert first_pages("now", PLAN, TEAM, {"morag"}, NOW, LONDON).told == "the leads"


def test_with_nobody_at_all_it_is_tried_again_and_all_steps_are_recorded() -> None:
    paging = next_page(0, PLAN, (), (), NOW)
    assert paging.pages == ()
    assert paging.skipped == ("the person on duty", "the leads", "everybody")
    assert (paging.next_step, paging.due) == (2, NOW + timedelta(minutes=10))


def test_a_today_case_pages_nobody_until_the_end_of_the_day() -> None:
    paging = first_pages("today", PLAN, TEAM, {"sam"}, NOW, LONDON)
    assert (paging.pages, paging.told, paging.next_step) == ((), None, 0)
    assert paging.due == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        # Winter: London is UTC.
        ("2026-11-24T00:00+00:00", "2026-11-24T17:00+00:00"),
        ("2026-11-24T15:59+00:00", "2026-11-24T17:00+00:00"),
        ("2026-11-24T16:00+00:00", "2026-11-25T10:00+00:00"),
        ("2026-11-24T23:59+00:00", "2026-11-25T10:00+00:00"),
        # Summer: London is an hour ahead of UTC.
        ("2026-07-01T14:59+00:00", "2026-07-01T16:00+00:00"),
        ("2026-07-01T15:00+00:00", "2026-07-02T09:00+00:00"),
        ("2026-07-01T23:30+00:00", "2026-07-02T16:00+00:00"),
        # The evening before the clocks go back, and before they go forward.
        ("2026-10-24T19:00+00:00", "2026-10-25T10:00+00:00"),
        ("2026-03-28T19:00+00:00", "2026-03-29T09:00+00:00"),
    ],
)
def test_the_end_of_today_is_told_in_the_teams_time_zone(opened: str, due: str) -> None:
    assert end_of_today(datetime.fromisoformat(opened), LONDON) == datetime.fromisoformat(due)


def test_an_alert_holds_a_number_and_a_link_only() -> None:
    assert alert_words(12, "now", "https://example.org/") == (
        "First Contact: case 12 needs a person now. https://example.org/desk/cases/12"
    )
    assert "needs a person today." in alert_words(12, "today", "https://example.org")


def test_a_plan_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one step"):
        next_page(0, Plan(steps=()), TEAM, (), NOW)


_roles = st.sampled_from(("practitioner", "lead", "admin", "auditor"))
_people = st.lists(
    st.builds(Reachable, practitioner=st.sampled_from("abcdefgh"), role=_roles, has_phone=st.booleans()),
    unique_by=lambda one: one.practitioner,
)


@given(step=st.integers(0, 9), people=_people, on_duty=st.sets(st.sampled_from("abcdefgh")))
def test_there_is_always_a_next_time_and_whoever_can_take_over_is_reached_in_the_end(
    step: int, people: list[Reachable], on_duty: set[str]
) -> None:
    reached: set[str] = set()
    at = NOW
    for _ in range(4):
        paging = next_page(step, PLAN, people, on_duty, at)
        assert paging.due > at
        reached |= {page.practitioner for page in paging.pages}
        at, step = paging.due, paging.next_step
    assert reached == {one.practitioner for one in people if one.role in ("practitioner", "lead")}
