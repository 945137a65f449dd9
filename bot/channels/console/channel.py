"""Sending to the terminal: the line is in the conversation already, and the terminal reads it from there."""

from bot.channels.base import Outgoing, Receipt, Traits

CONSOLE = "console"


class ConsoleChannel:
    """The terminal. A text is sent as soon as it can be read, and delivered when it has been printed."""

    name = CONSOLE
    traits = Traits(buttons=False, max_characters=100_000, gsm=False)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Nothing has to be carried anywhere; the outbox row is its own receipt."""
        return Receipt(provider_id=outgoing.id, state="sent")
