"""Sending through Twilio's Messages resource.

The resource takes no key that would make a repeated request harmless, so what happened to a request decides whether
it may be repeated: only where the answer, or its absence, says that the text was not taken. Source of the parameters
and codes: Twilio's published reference of the Messages resource and of its error and warning dictionary.
"""

import logging
from urllib.parse import urlencode

from requests.exceptions import ConnectionError as NotConnectedError
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.channels.base import Outgoing, Receipt, SendFailedError, SendFailure, Traits
from bot.settings import Settings

SMS = "sms"
WHATSAPP = "whatsapp"
STATUS_PATH = "/channels/twilio/status"
PREFIXES = {SMS: "", WHATSAPP: "whatsapp:"}
"""How Twilio writes an address of each channel."""

MOST_CHARACTERS = 1600
"""The longest body the Messages resource takes."""

SECONDS_TO_ANSWER = 15.0
"""How long a connection may take, and after it each part of the answer."""

# Codes after which the same text to the same number will never go: the person sent STOP (21610), the number cannot
# be texted or is not one (21211, 21214, 21217, 21265, 21612, 21614, 30003 to 30007 except an unreachable phone),
# the text itself is refused (21602, 21617), WhatsApp's 24 hours are over (63016), or the account may not send there
# (20003, 21408, 21606, 21659, 21660).
PERMANENT = frozenset(
    {20003, 21211, 21214, 21217, 21265, 21408, 21602, 21606, 21610, 21612, 21614, 21617, 21659, 21660}
    | {30004, 30005, 30006, 30007, 63016, 63024}
)
# Codes after which it may go later: too many requests (14107, 20429, 63018), a queue that is full (21611, 30001), a
# phone that is switched off or has no signal (30003), an error in the carrier's network (30008, 30017).
TEMPORARY = frozenset({14107, 20429, 21611, 30001, 30003, 30008, 30017, 63018})


class TwilioChannel:
    """SMS or WhatsApp through one Twilio account.

    `name` is SMS or WHATSAPP. The settings must be `twilio_ready`. Each text asks for news of itself at our public
    address, with the outbox row in the query, so that a text whose answer got lost is found again.
    """

    def __init__(self, settings: Settings, name: str = SMS, *, seconds: float = SECONDS_TO_ANSWER) -> None:
        self._name = name
        self._traits = Traits(buttons=False, max_characters=MOST_CHARACTERS, gsm=name == SMS)
        self._from = settings.twilio_from
        self._status_address = settings.address + STATUS_PATH
        # Twilio's client waits for ever unless it is told not to, and logs addresses unless it is given a quiet log.
        quiet = logging.getLogger("bot.channels.twilio.http")
        quiet.disabled = True
        http = TwilioHttpClient(timeout=seconds, logger=quiet)
        self._client = Client(settings.twilio_account_sid, settings.twilio_auth_tokens[0], http_client=http)
        self._client.api.base_url = settings.twilio_api_url

    @property
    def name(self) -> str:
        """`sms` or `whatsapp`."""
        return self._name

    @property
    def traits(self) -> Traits:
        """No buttons, 1,600 characters; an SMS is charged by segments."""
        return self._traits

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one text to Twilio; the receipt carries Twilio's id. Raises SendFailedError."""
        if not outgoing.to:
            raise SendFailedError("permanent", "no_number")
        try:
            message = self._client.messages.create(
                to=PREFIXES[self._name] + outgoing.to,
                body=outgoing.words,
                status_callback=f"{self._status_address}?{urlencode({'row': outgoing.id})}",
                **self._sender(),
            )
        except TwilioRestException as error:
            raise SendFailedError(_judge(error.status, error.code), _reason(error.status, error.code)) from error
        except RequestException as error:
            raise _judge_connection(error) from error
        except (TwilioException, ValueError, TypeError, AttributeError) as error:
            # An answer that is not the published one: the text may or may not be on its way.
            raise SendFailedError("unknown", "answer_not_understood") from error
        if not message.sid:
            raise SendFailedError("unknown", "answer_without_an_id")
        return Receipt(provider_id=message.sid, state="sent")

    def _sender(self) -> dict[str, str]:
        if self._from.startswith("MG"):
            return {"messaging_service_sid": self._from}
        return {"from_": PREFIXES[self._name] + self._from}


def _judge(status: int, code: int | None) -> SendFailure:
    if code in PERMANENT:
        return "permanent"
    if code in TEMPORARY or status == 429 or status >= 500:
        return "temporary"
    return "permanent" if 400 <= status < 500 else "unknown"


def _reason(status: int, code: int | None) -> str:
    return f"twilio_{code}" if code else f"http_{status}"


def _judge_connection(error: RequestException) -> SendFailedError:
    # Only a connection that was never made is certain not to have carried the text.
    if isinstance(error, ConnectTimeout):
        return SendFailedError("temporary", "no_connection")
    if isinstance(error, NotConnectedError) and error.args:
        cause = error.args[0]
        if isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError):
            return SendFailedError("temporary", "no_connection")
    return SendFailedError("unknown", "no_answer")
