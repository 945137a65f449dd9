"""Telling a practitioner through the desk: the page is live, so the alert is there as soon as it is written."""

from bot.channels.base import Outgoing, Receipt, Traits


class DeskChannel:
    """The desk as a way to alert. The queue itself shows the case; this records that it was put there."""

    name = "desk"
    traits = Traits(buttons=False, max_characters=1_000, gsm=False)

    def send(self, outgoing: Outgoing) -> Receipt:  # noqa: ARG002 -- nothing has to be carried anywhere
        """The alert stands on the desk already."""
        return Receipt(provider_id=None, state="sent")
