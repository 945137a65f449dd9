"""Where Twilio posts what people text to us, and what became of what we sent.

A request is read no further than its signature needs before the signature is checked. A text is kept and Twilio is
answered at once; everything else happens in its turn.
"""

import re
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from bot.channels.counts import BAD_SIGNATURE, NOT_UNDERSTOOD, UNKNOWN_MESSAGE
from bot.channels.forms import NotAFormError, TooBigError, read_body, read_form
from bot.channels.host import Host
from bot.channels.twilio.messages import FieldError, read_posted, read_report
from bot.channels.twilio.sender import STATUS_PATH
from bot.channels.twilio.signature import Fields, is_signed
from bot.intake import Inbound, TooLongError, take_in
from bot.log import Log
from bot.store import outbox

MESSAGES_PATH = "/channels/twilio/messages"

BODY_LIMIT = 256 * 1024
"""Bytes of one post: 10,000 characters of any script are at most 120,000 as a form writes them."""

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

log = Log(__name__)

_ROW = re.compile(r"^[0-9a-f-]{36}$")


class _RefusedError(Exception):
    """The request is not taken; `status` and `message` are the answer, `reason` is for the log."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


def router(host: Host) -> APIRouter:
    """The two webhooks. Without Twilio's settings they refuse and name the setting that is missing."""
    routes = APIRouter()

    @routes.post(MESSAGES_PATH, include_in_schema=False)
    async def message(request: Request) -> Response:
        """Take one text in."""
        return await _answer(host, request, _take_text)

    @routes.post(STATUS_PATH, include_in_schema=False)
    async def status(request: Request) -> Response:
        """Write down how a text of ours is getting on."""
        return await _answer(host, request, _record_report)

    return routes


async def _answer(host: Host, request: Request, act: Callable[[Host, Request, Fields], Response]) -> Response:
    try:
        fields = await _signed_fields(host, request)
        return await run_in_threadpool(act, host, request, fields)
    except FieldError as error:
        host.counts.add(NOT_UNDERSTOOD)
        refused = _RefusedError(400, error.field, f"Refused: {error}")
    except TooLongError as error:
        refused = _RefusedError(413, "too_long", f"Refused: {error}.")
    except _RefusedError as error:
        refused = error
    log.warning("twilio.refused", path=request.url.path, status=refused.status, reason=refused.reason)
    return PlainTextResponse(refused.message, status_code=refused.status)


async def _signed_fields(host: Host, request: Request) -> Fields:
    """The fields of a request that Twilio signed. Raises _RefusedError for any other."""
    settings = host.settings
    if not settings.twilio_ready:
        raise _RefusedError(503, "not_set_up", _missing(host))
    signature = request.headers.get("x-twilio-signature", "")
    if not signature:
        raise _badly_signed(host)
    try:
        body = await read_body(request, BODY_LIMIT)
        fields = read_form(request.headers.get("content-type", ""), body)
    except TooBigError as error:
        raise _RefusedError(413, "too_big", f"Refused: {error}.") from error
    except NotAFormError as error:
        raise _RefusedError(400, "not_a_form", f"Refused: {error}.") from error
    query = f"?{request.url.query}" if request.url.query else ""
    if not is_signed(settings.twilio_auth_tokens, settings.address + request.url.path + query, fields, signature):
        raise _badly_signed(host)
    return fields


def _badly_signed(host: Host) -> _RefusedError:
    host.counts.add(BAD_SIGNATURE)
    return _RefusedError(
        403,
        "bad_signature",
        "Refused: this request is not signed by the Twilio account that First Contact is set up with. If it is from "
        "Twilio, FIRST_CONTACT_PUBLIC_URL is not the address that stands in Twilio's console, or "
        "FIRST_CONTACT_TWILIO_AUTH_TOKENS lacks the current token.",
    )


def _missing(host: Host) -> str:
    settings = host.settings
    needed = {
        "FIRST_CONTACT_TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "FIRST_CONTACT_TWILIO_AUTH_TOKENS": settings.twilio_auth_tokens,
        "FIRST_CONTACT_TWILIO_FROM": settings.twilio_from,
    }
    return f"Refused: Twilio is not set up. Set {', '.join(name for name, value in needed.items() if not value)}."


def _take_text(host: Host, request: Request, fields: Fields) -> Response:  # noqa: ARG001 -- both webhooks act alike
    posted = read_posted(fields, host.settings.twilio_from)
    inbound = Inbound(
        channel=posted.channel,
        provider_id=posted.id,
        sender=posted.sender,
        words=posted.words,
        media=posted.media,
        received_at=host.clock.now(),
    )
    new = take_in(host.store, inbound)
    log.info("twilio.text" if new else "twilio.text_again", channel=posted.channel)
    # What is to be said goes out through the outbox, so that it is kept, retried and reported on; never from here.
    return Response(NOTHING_TO_SAY, media_type="text/xml")


def _record_report(host: Host, request: Request, fields: Fields) -> Response:
    report = read_report(fields)
    if report.state is None:
        return Response(status_code=204)
    row = request.query_params.get("row", "")
    if _ROW.fullmatch(row):
        # The report can be quicker than the answer to our request, and the answer can get lost altogether.
        with host.store.write() as unit:
            outbox.name_row(unit, row, report.channel, report.id)
    known = host.sender.receipt(report.channel, report.id, report.state, report.reason)
    if not known:
        host.counts.add(UNKNOWN_MESSAGE)
        log.info("twilio.unknown_text", channel=report.channel)
    return Response(status_code=204)
