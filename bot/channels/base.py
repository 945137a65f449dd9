"""What every channel is: a name, what it can carry, and one way to send.

A channel knows nothing of conversations, cases or the database. `bot.sender` takes a row from the outbox, hands it
over as `Outgoing`, and writes down what came of it. Each channel has a twin for tests, and one test class runs
against all of them.
"""

from typing import Literal, Protocol

from dialogue.events import Choice
from dialogue.frozen import Frozen

SendFailure = Literal["temporary", "permanent", "unknown"]


class Traits(Frozen):
    """What a channel can carry.

    `buttons`: choices can be shown as buttons; where they cannot, the sender writes them into the words as a numbered
    list. `max_characters`: the longest text it takes in one piece. `gsm`: words are charged by SMS segments, so that
    only GSM-7 characters should be sent.
    """

    buttons: bool
    max_characters: int
    gsm: bool


class Outgoing(Frozen):
    """One text on its way out.

    `id` is the outbox row, the same at every attempt. `to` is the address as the channel knows it (a phone number,
    a browser). `words` are exactly what is to be read, choices already written out when there are no buttons.
    """

    id: str
    to: str
    words: str
    choices: tuple[Choice, ...] = ()


class Receipt(Frozen):
    """What the channel said when it took the text: its own id for it (None when it gives none), and how far it is."""

    provider_id: str | None
    state: Literal["sent", "delivered"]


class SendFailedError(Exception):
    """The text was not taken, or nobody knows whether it was.

    `temporary`: not taken, may be tried again later. `permanent`: not taken and never will be. `unknown`: the request
    left and no answer came, so trying again could say it twice. `reason` is a code or a few words for the desk and
    the log, never the text or the number.
    """

    def __init__(self, kind: SendFailure, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind: SendFailure = kind
        self.reason = reason


class Channel(Protocol):
    """One way to reach a person. Called from worker threads: `send` blocks, and holds no lock of ours."""

    @property
    def name(self) -> str:
        """The name rows carry, for example `sms`."""

    @property
    def traits(self) -> Traits:
        """What this channel can carry."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one text over. Raises SendFailedError, and nothing else, when it was not taken or nobody knows."""
