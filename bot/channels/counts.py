"""How often something was refused, so that health can show a wrong setting before a person is lost to it."""

import threading
from collections import Counter


class Counts:
    """Counts by name, from any thread. They begin at nothing with each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count one more."""
        with self._lock:
            self._counts[name] += 1

    def of(self, name: str) -> int:
        """How many were counted under this name."""
        with self._lock:
            return self._counts[name]


BAD_SIGNATURE = "twilio_bad_signature"
NOT_UNDERSTOOD = "twilio_not_understood"
UNKNOWN_MESSAGE = "twilio_unknown_message"
TOO_QUICK = "chat_too_quick"

EXPLAINED = {
    BAD_SIGNATURE: "requests to the Twilio webhooks had a wrong signature. If they came from Twilio, "
    "FIRST_CONTACT_PUBLIC_URL does not match the address in Twilio's console, or FIRST_CONTACT_TWILIO_AUTH_TOKENS "
    "lacks the current token.",
    NOT_UNDERSTOOD: "signed requests to the Twilio webhooks could not be read. The log names the field.",
    UNKNOWN_MESSAGE: "reports from Twilio were about texts that were not sent from here. Another service may share "
    "the number.",
    TOO_QUICK: "texts on the chat page came too quickly one after another and were put off.",
}
"""What each count means, for the health page, to be read after the number."""
