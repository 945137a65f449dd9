"""What a way in needs of the running service, and no more."""

from typing import Literal, Protocol

from bot.channels.counts import Counts
from bot.clock import Clock
from bot.settings import Settings
from bot.store.unit import Store


class Changes(Protocol):
    """Tells that something changed which a page would show."""

    @property
    def closed(self) -> bool:
        """Whether the service is stopping: then nothing more will come, and every page is let go."""

    def latest(self) -> str:
        """A token that differs after each change."""

    async def wait(self, after: str, timeout: float) -> str:  # noqa: ASYNC109 -- a wait that ends by itself is the point
        """Wait until the token differs from `after`, or `timeout` seconds; the token then."""


class Receipts(Protocol):
    """Takes the providers' word on how a text of ours is getting on."""

    def receipt(
        self, channel: str, provider_id: str, state: Literal["sent", "delivered", "failed"], reason: str | None
    ) -> bool:
        """Note it. False when no such text was ever sent by us."""


class Host(Protocol):
    """The service as a channel sees it."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""

    @property
    def clock(self) -> Clock:
        """What time it is."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def counts(self) -> Counts:
        """Where refusals are counted."""

    @property
    def changes(self) -> Changes:
        """What pages wait for."""

    @property
    def sender(self) -> Receipts:
        """What receipts are given to."""
