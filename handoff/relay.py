"""Whose words go where: to the bot, to the practitioner who holds the conversation, or to the person."""

from typing import Literal

from dialogue.frozen import Frozen
from handoff.case import Case, CaseState, IllegalMoveError


class Destination(Frozen):
    """Where words go. `practitioner` is an account id and set only when they go to one."""

    to: Literal["bot", "practitioner", "person"]
    practitioner: str | None = None


def from_person(case: Case | None) -> Destination:
    """Where the person's words go, given the case of their conversation that is not closed, if there is one.

    While a practitioner holds the conversation the words go to them alone and the bot is silent. In every other
    state the bot answers, also while a case is open and nobody has come yet: the person is still listened to.
    """
    if case is not None and case.state is CaseState.CLAIMED and case.claimed_by is not None:
        return Destination(to="practitioner", practitioner=case.claimed_by)
    return Destination(to="bot")


def from_practitioner(case: Case, practitioner: str) -> Destination:
    """Where a practitioner's words go: to the person, and only from the one who holds the conversation.

    `practitioner` is the account id of whoever writes. Raises IllegalMoveError, with a sentence for the desk,
    when the case is closed, not claimed yet, or with somebody else.
    """
    if case.state is CaseState.CLOSED:
        raise IllegalMoveError(f"Case {case.number} is closed: nothing more can be sent from it.")
    if case.state is CaseState.OPEN:
        raise IllegalMoveError(f"Nobody has claimed case {case.number} yet: claim it first, then write.")
    if case.claimed_by != practitioner:
        raise IllegalMoveError(f"Case {case.number} is with somebody else: only they can write to the person.")
    return Destination(to="person")
