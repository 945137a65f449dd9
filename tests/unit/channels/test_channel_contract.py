"""What the sender may count on, held against every channel and against the twin that tests use."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.base import Channel, Outgoing, Receipt, SendFailedError
from bot.channels.console.channel import ConsoleChannel
from bot.channels.desk import DeskChannel
from bot.channels.twilio.sender import SMS, WHATSAPP, TwilioChannel
from bot.channels.web.channel import WebChannel
from dialogue.events import Choice
from tests.support.channel_host import settings_for
from tests.support.recording_channel import RecordingChannel
from tests.support.twilio_stand_in import ACCOUNT, NUMBER, TOKEN, TwilioStandIn

PERSON = "+447700900123"


def twilio_channel(name: str, folder: Path, twilio: TwilioStandIn) -> TwilioChannel:
    settings = settings_for(
        folder,
        twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=(TOKEN,),
        twilio_from=NUMBER,
        twilio_api_url=twilio.address,
    )
    return TwilioChannel(settings, name)


CHANNELS: dict[str, Callable[[Path, TwilioStandIn], Channel]] = {
    "sms": lambda folder, twilio: twilio_channel(SMS, folder, twilio),
    "whatsapp": lambda folder, twilio: twilio_channel(WHATSAPP, folder, twilio),
    "web": lambda _folder, _twilio: WebChannel(),
    "console": lambda _folder, _twilio: ConsoleChannel(),
    "desk": lambda _folder, _twilio: DeskChannel(),
    "recording": lambda _folder, _twilio: RecordingChannel("recording"),
}


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


class TestEveryChannel:
    @pytest.fixture(params=sorted(CHANNELS))
    def channel(self, request: pytest.FixtureRequest, tmp_path: Path, twilio: TwilioStandIn) -> Channel:
        return CHANNELS[request.param](tmp_path, twilio)

    def test_it_goes_by_the_name_its_rows_carry(self, channel: Channel, request: pytest.FixtureRequest) -> None:
        assert channel.name == request.node.callspec.params["channel"]
        assert 0 < len(channel.name) <= 20

    def test_it_says_what_it_can_carry(self, channel: Channel) -> None:
        assert channel.traits.max_characters >= 1000
        assert channel.traits.gsm == (channel.name == "sms")

    def test_it_gives_a_receipt(self, channel: Channel) -> None:
        receipt = channel.send(Outgoing(id="row-1", to=PERSON, words="Hello. I'm here."))
        assert isinstance(receipt, Receipt)
        assert receipt.state == "sent"
        assert receipt.provider_id is None or 0 < len(receipt.provider_id) <= 200

    def test_two_texts_have_two_receipts(self, channel: Channel) -> None:
        first = channel.send(Outgoing(id="row-1", to=PERSON, words="One."))
        second = channel.send(Outgoing(id="row-2", to=PERSON, words="Two."))
        assert first.provider_id is None or first.provider_id != second.provider_id

    @pytest.mark.parametrize("words", ["é", "💛", "لا أعرف", "one\ntwo", "x" * 1000])
    def test_it_carries_any_words(self, channel: Channel, words: str) -> None:
        channel.send(Outgoing(id="row-1", to=PERSON, words=words, choices=(Choice(id="a", label="One"),)))


def test_the_twin_fails_as_told_and_then_works() -> None:
    twin = RecordingChannel()
    twin.fail("temporary", times=2)
    for _ in range(2):
        with pytest.raises(SendFailedError, match="temporary"):
            twin.send(Outgoing(id="row-1", to=PERSON, words="hi"))
    twin.send(Outgoing(id="row-1", to=PERSON, words="hi"))
    assert [text.words for text in twin.take()] == ["hi"]
    assert len(twin.attempts) == 3
    assert twin.take() == []
