"""The first station: one inbox row for each thing that came in, and nothing else.

A channel checks the signature, calls `take_in`, and answers its provider at once. The row is unique by channel and
the provider's own id, so a message delivered twice is taken in once.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from bot.store import inbox
from bot.store.unit import Store
from dialogue.inputs import MediaKind

MAX_CHARACTERS = 100_000
"""Longer than any channel lets through; what is longer was not typed by a person in need."""

LONGEST_ID = 200
"""Characters of a provider's id that are kept as they are; a longer one is kept as its SHA-256."""

MEDIA_KINDS: tuple[str, ...] = get_args(MediaKind)


@dataclass(frozen=True)
class Inbound:
    """One text that came in. `sender` is the address within the channel: a number, a chat id, a page's token.

    `picked` is the id of the button that was tapped, where a channel has buttons. `received_at` is UTC.
    """

    channel: str
    provider_id: str
    sender: str
    words: str
    received_at: datetime
    media: tuple[MediaKind, ...] = ()
    picked: str | None = None


class TooLongError(ValueError):
    """The text is longer than `MAX_CHARACTERS`; the channel tells the sender so."""


# PostgreSQL keeps no NUL in a text, and no person types it.
_NUL = re.compile("\x00")


def take_in(store: Store, inbound: Inbound) -> bool:
    """Keep what came in. Returns False when it had come before, in which case nothing changed.

    Raises TooLongError for a text beyond MAX_CHARACTERS.
    """
    if len(inbound.words) > MAX_CHARACTERS:
        raise TooLongError(f"a text may have {MAX_CHARACTERS} characters")
    payload = inbox.TextPayload(
        sender=inbound.sender,
        words=_readable(inbound.words),
        media=inbound.media,
        picked=None if inbound.picked is None else _readable(inbound.picked),
    )
    with store.write() as unit:
        return inbox.put_text(
            unit,
            channel=inbound.channel,
            provider_id=_short(inbound.provider_id),
            payload=payload,
            received_at=inbound.received_at,
        )


def _short(provider_id: str) -> str:
    # Two long ids that begin alike are two texts, and neither may be taken for the other coming again.
    if len(provider_id) <= LONGEST_ID:
        return provider_id
    return hashlib.sha256(provider_id.encode()).hexdigest()


def _readable(words: str) -> str:
    # Half an emoji (an unpaired surrogate) can be kept by no database; it becomes the sign for "unreadable".
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NUL.sub("", whole)
