"""A case: the fact that a person has to look, from the moment it is known to the moment it is done.

States are closed and their moves stand in one table. A case holds no score and no level: only who has to look,
by when, and why.
"""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from dialogue.frozen import Frozen


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class CaseMove(StrEnum):
    """What a practitioner, or the lack of one, can do to a case."""

    CLAIM = "claim"
    RELEASE = "release"
    CLOSE = "close"


MOVES: dict[tuple[CaseState, CaseMove], CaseState] = {
    (CaseState.OPEN, CaseMove.CLAIM): CaseState.CLAIMED,
    (CaseState.CLAIMED, CaseMove.RELEASE): CaseState.OPEN,
    (CaseState.CLAIMED, CaseMove.CLOSE): CaseState.CLOSED,
}


class IllegalMoveError(Exception):
    """A case cannot make this move from where it stands; the message says why in plain words."""


class Case(Frozen):
    """One case. `by` is the only routing fact: `now` or `today`. Times are UTC."""

    id: str
    number: int
    conversation: str
    opened_at: AwareDatetime
    by: Literal["now", "today"]
    because: str
    state: CaseState
    claimed_by: str | None = None
    claimed_at: AwareDatetime | None = None
    first_words_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None


def after(case: Case, move: CaseMove, practitioner: str) -> CaseState:
    """The state a case is in after a practitioner's move.

    `practitioner` is the account id of whoever moves it; only the owner releases or closes. Raises
    IllegalMoveError with a sentence for the desk when the move is not theirs to make.
    """
    state = MOVES.get((case.state, move))
    if state is None:
        raise IllegalMoveError(f"Case {case.number} is {case.state}: it cannot be {_PAST[move]} now.")
    if move is not CaseMove.CLAIM and case.claimed_by != practitioner:
        raise IllegalMoveError(f"Case {case.number} is with somebody else: only they can do that.")
    return state


_PAST = {CaseMove.CLAIM: "claimed", CaseMove.RELEASE: "handed back", CaseMove.CLOSE: "closed"}
