from datetime import UTC, datetime

import pytest

from handoff.case import MOVES, Case, CaseMove, CaseState, IllegalMoveError, after


def _case(state: CaseState, owner: str | None = None) -> Case:
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


@pytest.mark.parametrize(("state", "move"), [(s, m) for s in CaseState for m in CaseMove])
def test_only_the_moves_in_the_table_are_made(state: CaseState, move: CaseMove) -> None:
    case = _case(state, "sam" if state is not CaseState.OPEN else None)
    if (state, move) in MOVES:
        assert after(case, move, "sam") is MOVES[state, move]
    else:
        with pytest.raises(IllegalMoveError, match=r"^Case 12 is \w+: it cannot be [\w ]+ now\.$"):
            after(case, move, "sam")


@pytest.mark.parametrize("move", [CaseMove.RELEASE, CaseMove.CLOSE])
def test_only_the_owner_releases_or_closes(move: CaseMove) -> None:
    with pytest.raises(IllegalMoveError, match="with somebody else"):
        after(_case(CaseState.CLAIMED, "sam"), move, "priya")


def test_a_claimed_case_is_not_claimed_again() -> None:
    with pytest.raises(IllegalMoveError):
        after(_case(CaseState.CLAIMED, "sam"), CaseMove.CLAIM, "priya")
