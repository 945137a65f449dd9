"""Sending to the chat page: the line is in the conversation already, and the page fetches it from there."""

from bot.channels.base import Outgoing, Receipt, Traits

WEB = "web"

MOST_CHARACTERS = 20_000


class WebChannel:
    """The chat page. A text is sent as soon as it can be fetched, and delivered when the browser has shown it."""

    name = WEB
    traits = Traits(buttons=True, max_characters=MOST_CHARACTERS, gsm=False)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Nothing has to be carried anywhere; the outbox row is its own receipt."""
        return Receipt(provider_id=outgoing.id, state="sent")
