"""The desk's own words: why a case is there, how far a message is, how long somebody has waited."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handoff.case import Case, CaseState

_BECAUSE = {
    "screening": "Something they wrote raised a concern.",
    "safety_answer": "Their answer about safety was a yes, or was not a clear no.",
    "unscreened": "Something they sent could not be checked, so a person has to look.",
    "stopped_while_open": "They asked for no more texts while there was a concern. Please phone them.",
    "asked_for_a_person": "They asked to talk to a person.",
    "no_slots": "There was no time to offer them for a first conversation.",
    "slots_refused": "None of the times we offered suits them.",
    "not_understood": "The assistant did not understand them.",
    "flow": "The conversation came to a point where a person is needed.",
    "booking_change": "They want to move or call off their first conversation.",
    "complaint": "They want to complain.",
    "delete_story": "They asked for what they told us to be deleted.",
    "own_data": "They asked to see what we hold about them.",
    "wrote_after_end": "They wrote again after the conversation had ended.",
    "could_not_deliver": "Words about safety could not be delivered. Please phone them.",
}
_DELIVERY = {
    "queued": "Waiting to be sent",
    "sending": "Being sent",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "called_off": "Not sent, because they asked for no more texts",
    "unknown": "Not known whether it arrived",
}
_CHANNELS = {
    "sms": "text message",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "web": "chat page",
    "console": "terminal",
}
_HISTORY = {
    "opened": "Opened",
    "raised_to_now": "A person is needed now, no longer only today",
    "claimed": "Taken over",
    "handed_back": "Handed back to the assistant",
    "closed": "Closed",
    "told": "Told {}",
    "nobody_to_tell": "There was nobody to tell: {}",
    "not_set_up": "Nobody was told by {}, because that is not set up",
}
_MEDIA = {
    "photo": "a photo",
    "voice": "a voice note",
    "video": "a video",
    "sticker": "a sticker",
    "location": "a location",
    "contact": "a contact",
    "file": "a file",
}


def because(case: Case) -> str:
    """Why the case is there, as a sentence."""
    return _BECAUSE.get(case.because, "A person has to look.")


def delivery(state: str) -> str:
    """How far an outgoing message is, in words; empty for what the person wrote."""
    return _DELIVERY.get(state, state)


def channel(name: str) -> str:
    """How the person writes to us, in words."""
    return _CHANNELS.get(name, name)


def happened(what: str) -> str:
    """A line of a case's history, in words: "told: the leads" becomes "Told the leads"."""
    kind, _, about = what.partition(": ")
    return _HISTORY.get(kind, kind.replace("_", " ").capitalize() + " {}").format(_CHANNELS.get(about, about)).strip()


def media(kinds: tuple[str, ...]) -> str:
    """What came along with a message: "a photo and a voice note"; empty when nothing did."""
    return " and ".join(_MEDIA.get(kind, kind) for kind in kinds)


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has waited: "less than a minute", "3 minutes", "1 hour 5 minutes", "2 days"."""
    gone = max(now - since, timedelta(0))
    minutes = int(gone.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return _count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _count(hours, "hour") + (f" {_count(rest, 'minute')}" if rest else "")
    return _count(hours // 24, "day")


def moment(at: datetime, now: datetime, time_zone: str) -> str:
    """A moment in the team's time zone: "12:03" today, "Tue 24 Nov, 12:03" on another day."""
    zone = ZoneInfo(time_zone)
    local = at.astimezone(zone)
    clock = f"{local:%H:%M}"
    return clock if local.date() == now.astimezone(zone).date() else f"{local:%a} {local.day} {local:%b}, {clock}"


def holder(case: Case, who: str) -> str:
    """Who has the case, seen from the account `who`: `nobody`, `me`, `other` or `closed`."""
    if case.state is CaseState.OPEN:
        return "nobody"
    if case.state is CaseState.CLOSED:
        return "closed"
    return "me" if case.claimed_by == who else "other"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
