from datetime import UTC, datetime

import pytest

from handoff.case import Case, CaseState, IllegalMoveError
from handoff.relay import Destination, from_person, from_practitioner


def _case(state: CaseState, owner: str | None) -> Case:
    return Case(
        id="one",
        number=12,
        conversation="talk",
        opened_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        by="now",
        because="screening",
        state=state,
        claimed_by=owner,
    )


HELD = _case(CaseState.CLAIMED, "sam")
OPEN = _case(CaseState.OPEN, None)
CLOSED = _case(CaseState.CLOSED, "sam")


@pytest.mark.parametrize("case", [None, OPEN, CLOSED])
def test_the_bot_listens_while_nobody_holds_the_conversation(case: Case | None) -> None:
    assert from_person(case) == Destination(to="bot")


def test_the_persons_words_go_to_whoever_holds_the_conversation() -> None:
    assert from_person(HELD) == Destination(to="practitioner", practitioner="sam")


def test_the_holders_words_go_to_the_person() -> None:
    assert from_practitioner(HELD, "sam") == Destination(to="person")


@pytest.mark.parametrize(
    ("case", "who", "why"),
    [(HELD, "alex", "somebody else"), (OPEN, "sam", "claim it first"), (CLOSED, "sam", "is closed")],
)
def test_nobody_elses_words_reach_the_person(case: Case, who: str, why: str) -> None:
    with pytest.raises(IllegalMoveError, match=why):
        from_practitioner(case, who)
