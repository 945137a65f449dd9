from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.base import Outgoing, SendFailedError
from bot.channels.twilio.sender import SMS, WHATSAPP, TwilioChannel
from tests.support.channel_host import PUBLIC, twilio_settings
from tests.support.ports import free_port
from tests.support.twilio_stand_in import NUMBER, TOKEN, TwilioStandIn

PERSON = "+447700900123"


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def channel(tmp_path: Path, twilio: TwilioStandIn) -> TwilioChannel:
    return TwilioChannel(twilio_settings(tmp_path, twilio, twilio_auth_tokens=(TOKEN,)), SMS, seconds=0.5)


def test_a_text_is_handed_over(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    row = "00000000-0000-4000-8000-000000000001"
    receipt = channel.send(Outgoing(id=row, to=PERSON, words="Hello. I'm listening."))
    [text] = twilio.texts
    assert (receipt.provider_id, receipt.state) == (text.sid, "sent")
    assert (text.to, text.sender, text.body) == (PERSON, NUMBER, "Hello. I'm listening.")
    assert text.status_callback == f"{PUBLIC}/channels/twilio/status?row={row}"


def test_whatsapp_addresses_both_ends_its_own_way(twilio: TwilioStandIn, tmp_path: Path) -> None:
    settings = twilio_settings(tmp_path, twilio, twilio_auth_tokens=(TOKEN,))
    TwilioChannel(settings, WHATSAPP).send(Outgoing(id="1", to=PERSON, words="hi"))
    [text] = twilio.texts
    assert (text.to, text.sender) == (f"whatsapp:{PERSON}", f"whatsapp:{NUMBER}")


def test_a_messaging_service_chooses_the_number(twilio: TwilioStandIn, tmp_path: Path) -> None:
    service = "MG" + "0" * 32
    settings = twilio_settings(tmp_path, twilio, twilio_auth_tokens=(TOKEN,), twilio_from=service)
    TwilioChannel(settings).send(Outgoing(id="1", to=PERSON, words="hi"))
    assert twilio.texts[0].sender == service


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (400, 21610, "permanent", "twilio_21610"),
        (400, 21211, "permanent", "twilio_21211"),
        (400, 21614, "permanent", "twilio_21614"),
        (400, 30005, "permanent", "twilio_30005"),
        (400, 30006, "permanent", "twilio_30006"),
        (401, 20003, "permanent", "twilio_20003"),
        (404, None, "permanent", "http_404"),
        (429, 20429, "temporary", "twilio_20429"),
        (429, None, "temporary", "http_429"),
        (400, 30001, "temporary", "twilio_30001"),
        (500, None, "temporary", "http_500"),
        (503, 20503, "temporary", "twilio_20503"),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    twilio: TwilioStandIn,
    channel: TwilioChannel,
    status: int,
    code: int | None,
    kind: str,
    reason: str,
) -> None:
    twilio.fail(status, code)
    with pytest.raises(SendFailedError) as caught:
        channel.send(Outgoing(id="1", to=PERSON, words="a private thing"))
    assert (caught.value.kind, caught.value.reason) == (kind, reason)
    assert "private" not in str(caught.value)
    assert PERSON not in str(caught.value)


def test_no_answer_is_not_a_refusal(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.hang()
    with pytest.raises(SendFailedError) as caught:
        channel.send(Outgoing(id="1", to=PERSON, words="hi"))
    assert (caught.value.kind, caught.value.reason) == ("unknown", "no_answer")
    assert len(twilio.texts) == 1


def test_a_connection_that_breaks_off_is_not_a_refusal(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.drop()
    with pytest.raises(SendFailedError) as caught:
        channel.send(Outgoing(id="1", to=PERSON, words="hi"))
    assert caught.value.kind == "unknown"


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"status": "queued"}', "null"])
def test_an_answer_of_another_kind_is_not_a_refusal(twilio: TwilioStandIn, channel: TwilioChannel, body: str) -> None:
    twilio.answer_with(body)
    with pytest.raises(SendFailedError) as caught:
        channel.send(Outgoing(id="1", to=PERSON, words="hi"))
    assert caught.value.kind == "unknown"


def test_a_connection_that_was_never_made_may_be_tried_again(twilio: TwilioStandIn, tmp_path: Path) -> None:
    settings = twilio_settings(tmp_path, twilio, twilio_api_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SendFailedError) as caught:
        TwilioChannel(settings).send(Outgoing(id="1", to=PERSON, words="hi"))
    assert (caught.value.kind, caught.value.reason) == ("temporary", "no_connection")


def test_an_address_that_is_none_is_refused_here(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    with pytest.raises(SendFailedError) as caught:
        channel.send(Outgoing(id="1", to="", words="hi"))
    assert (caught.value.kind, caught.value.reason) == ("permanent", "no_number")
    assert twilio.requests == 0


def test_nothing_about_a_text_is_logged(
    twilio: TwilioStandIn, channel: TwilioChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    twilio.fail(400, 21610)
    for _ in range(2):
        try:
            channel.send(Outgoing(id="1", to=PERSON, words="a private thing"))
        except SendFailedError:
            continue
    assert "private" not in caplog.text
    assert PERSON.lstrip("+") not in caplog.text
