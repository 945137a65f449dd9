"""How the handover reaches the world: everything the desk needs done, named here and built in `bot`.

The desk never sees a database, a channel or a clock; it is given these.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import AwareDatetime

from dialogue.frozen import Frozen
from dialogue.inputs import Duty, Slot
from handoff.case import Case

Role = Literal["practitioner", "lead", "admin", "auditor"]


class Practitioner(Frozen):
    """Somebody signed in: account id, full name, the first name people are told, and what they may do."""

    id: str
    name: str
    first_name: str
    role: Role


class Highlight(Frozen):
    """The words that raised a concern, and the sentence that says what kind it is."""

    kind: str
    sentence: str
    words: str


class ThreadLine(Frozen):
    """One message of a conversation as the desk shows it.

    `author` is `person`, `bot`, or a practitioner's first name. `delivery` is the state of an outgoing message:
    queued, sending, sent, delivered, failed, unknown; empty for what the person wrote.
    """

    id: str
    author: str
    words: str
    media: tuple[str, ...]
    at: AwareDatetime
    highlights: tuple[Highlight, ...]
    delivery: str


class CaseCard(Frozen):
    """One line of the queue: the case, the words that raised it, who has it, how the person writes to us."""

    case: Case
    channel: str
    highlights: tuple[Highlight, ...]
    last_words_at: AwareDatetime
    claimed_by_name: str | None
    stopped: bool


class CaseFile(Frozen):
    """A case with the whole conversation, the booking if there is one, and what was done to the case so far.

    `phone` is the number they text from, in E.164 form, so that they can be phoned; None when they write another way.
    """

    card: CaseCard
    phone: str | None = None
    thread: tuple[ThreadLine, ...]
    booked: Slot | None
    history: tuple["HistoryLine", ...]


class HistoryLine(Frozen):
    """One thing that happened to a case: what, who (a name, or "First Contact"), when."""

    what: str
    who: str
    at: AwareDatetime


class Refused(Exception):  # noqa: N818 -- it reads as what happened: the desk was refused
    """The desk asked for something that cannot be; the message is a sentence for the practitioner."""


class NoSuchCaseError(Refused):
    """There is no case of that number."""


class Desk(Protocol):
    """What the desk can see and do. Each call is one transaction and is finished when it returns.

    `claim`, `say`, `hand_back` and `close` raise Refused with a plain sentence when another practitioner was
    first, or the case is not theirs.
    """

    def queue(self, *, closed: bool = False) -> Sequence[CaseCard]:
        """Open and claimed cases, the longest-waiting `now` first, then `today`; or the latest closed ones."""

    def case_file(self, number: int) -> CaseFile:
        """One case with its conversation. Raises NoSuchCaseError."""

    def claim(self, number: int, who: Practitioner) -> None:
        """Take the conversation over: the bot falls silent and the person is told who has come."""

    def say(self, number: int, who: Practitioner, words: str) -> None:
        """Send the practitioner's words to the person."""

    def hand_back(self, number: int, who: Practitioner, bridge: str) -> None:
        """Give the conversation back to the bot with a bridging sentence; the case goes back to the queue unclaimed."""

    def close(self, number: int, who: Practitioner, next_step: str) -> None:
        """Close the case; the next step is sent to the person."""

    def duty(self) -> Duty:
        """Whether somebody is on duty now, and when a person next reads."""


class Changes(Protocol):
    """Signs that something changed which the desk shows."""

    @property
    def closed(self) -> bool:
        """Whether the service is stopping: whoever waits then waits no more."""
        ...

    def latest(self) -> str:
        """A token that is another one after each change."""
        ...

    async def wait(self, after: str, timeout: float) -> str:  # noqa: ASYNC109 -- running out of time is no error here
        """The latest token, as soon as it is another one than `after`, at the latest after `timeout` seconds."""
        ...
