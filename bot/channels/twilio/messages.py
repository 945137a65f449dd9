"""What Twilio posts, read into our own words."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.channels.twilio.sender import PREFIXES, SMS, WHATSAPP
from dialogue.inputs import MediaKind

MOST_MEDIA = 30
_ID = re.compile(r"^[A-Za-z0-9]{10,64}$")
_COUNT = re.compile(r"^[0-9]{1,9}$")
_SENDER = re.compile(r"^[\w.@ -]{1,60}$|^\+\d{3,20}$")

_KINDS: dict[str, MediaKind] = {"image": "photo", "audio": "voice", "video": "video"}
_CONTACTS = {"text/vcard", "text/x-vcard", "text/directory"}
_STICKER = "image/webp"

# What Twilio calls the states of a text, as far as they say something new. `queued`, `accepted`, `scheduled` and
# `sending` come before the receipt that the outbox already has.
STATES: dict[str, Literal["sent", "delivered", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


class FieldError(ValueError):
    """A field is missing or cannot be read; the message names it, never what stood in it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}.")
        self.field = field


@dataclass(frozen=True)
class Posted:
    """One text as Twilio posted it. `sender` is the number alone, without the channel before it."""

    id: str
    channel: str
    sender: str
    words: str
    media: tuple[MediaKind, ...]


@dataclass(frozen=True)
class Report:
    """How a text of ours is getting on. `state` is None when there is nothing new in it."""

    id: str
    channel: str
    state: Literal["sent", "delivered", "failed"] | None
    reason: str | None


def read_posted(fields: dict[str, str], own: str) -> Posted:
    """The text in a webhook's fields. `own` is our own number. Raises FieldError naming the field that is wrong."""
    channel, sender = _address(fields, "From")
    if sender == own:
        raise FieldError("From", "is our own number: a text to ourselves would go round for ever")
    if "Body" not in fields:
        raise FieldError("Body", "is missing")
    return Posted(id=_id(fields), channel=channel, sender=sender, words=fields["Body"], media=_media(fields, channel))


def read_report(fields: dict[str, str]) -> Report:
    """The report in a status callback's fields. Raises FieldError naming the field that is wrong."""
    status = _needed(fields, "MessageStatus")
    channel = WHATSAPP if fields.get("To", "").startswith(PREFIXES[WHATSAPP]) else SMS
    state = STATES.get(status)
    code = fields.get("ErrorCode", "")
    reason = None
    if state == "failed":
        reason = f"twilio_{code}" if code.isdecimal() and len(code) < 10 else f"twilio_{status}"
    return Report(id=_id(fields), channel=channel, state=state, reason=reason)


def _needed(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise FieldError(name, "is missing")
    return value


def _id(fields: dict[str, str]) -> str:
    value = _needed(fields, "MessageSid")
    if not _ID.fullmatch(value):
        raise FieldError("MessageSid", "is not an id")
    return value


def _address(fields: dict[str, str], name: str) -> tuple[str, str]:
    value = _needed(fields, name)
    channel = WHATSAPP if value.startswith(PREFIXES[WHATSAPP]) else SMS
    sender = value.removeprefix(PREFIXES[channel])
    if not _SENDER.fullmatch(sender):
        raise FieldError(name, "is not an address")
    return channel, sender


def _media(fields: dict[str, str], channel: str) -> tuple[MediaKind, ...]:
    count = fields.get("NumMedia", "0")
    if not _COUNT.fullmatch(count) or int(count) > MOST_MEDIA:
        raise FieldError("NumMedia", f"must be a number up to {MOST_MEDIA}")
    kinds = [_kind(fields.get(f"MediaContentType{number}", ""), channel) for number in range(int(count))]
    if "Latitude" in fields and "Longitude" in fields:
        kinds.append("location")
    return tuple(kinds)


def _kind(content_type: str, channel: str) -> MediaKind:
    plain = content_type.partition(";")[0].strip().lower()
    if plain in _CONTACTS:
        return "contact"
    if plain == _STICKER and channel == WHATSAPP:
        return "sticker"
    return _KINDS.get(plain.partition("/")[0], "file")
