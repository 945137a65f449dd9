import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.channels.counts import BAD_SIGNATURE, NOT_UNDERSTOOD, UNKNOWN_MESSAGE
from bot.channels.twilio.sender import SMS, WHATSAPP, TwilioChannel
from bot.channels.twilio.webhooks import BODY_LIMIT
from bot.store import thread
from tests.support.channel_host import PUBLIC, ChannelHost, make_app, serve, settings_for, twilio_settings
from tests.support.twilio_stand_in import (
    ACCOUNT,
    NUMBER,
    TOKEN,
    Answer,
    TwilioStandIn,
    message_fields,
    post_raw,
    sign,
)

PATH = "/channels/twilio/messages"
SID = "SM" + "1" * 32
PERSON = "+447700900123"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def host(tmp_path: Path, twilio: TwilioStandIn) -> Iterator[ChannelHost]:
    made = ChannelHost(twilio_settings(tmp_path, twilio))
    yield made
    made.stop()


@pytest.fixture
def service(host: ChannelHost) -> Iterator[str]:
    with serve(make_app(host)) as address:
        yield address


def words(host: ChannelHost) -> list[str]:
    return [text.words for text in host.inbox()]


class TestTextsIn:
    def test_a_signed_text_is_taken_in_and_answered_with_nothing(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        answer = twilio.text_us(service, "hello, not doing great", sid=SID, public=PUBLIC)
        assert answer.status == 200
        assert answer.content_type.startswith("text/xml")
        assert answer.body.endswith("<Response></Response>")
        [text] = host.inbox()
        assert (text.words, text.sender) == ("hello, not doing great", PERSON)

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "   ",
            "💛" * 10_000,
            "x" * 10_000,
            "Не знаю, как сказать",
            "لا أعرف كيف أقول ذلك",
            "मुझे नहीं पता",
            "two\nlines & a + and a %",
        ],
        ids=["empty", "blank", "emoji", "long", "russian", "arabic", "hindi", "signs"],
    )
    def test_words_arrive_as_they_were_written(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost, body: str
    ) -> None:
        assert twilio.text_us(service, body, sid=SID, public=PUBLIC).status == 200
        assert words(host) == [body]

    def test_nul_and_half_a_character_pair_lose_no_other_letter(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        assert twilio.text_us(service, "a\x00b \ud83d c", sid=SID, public=PUBLIC).status == 200
        assert words(host) == ["ab \ufffd c"]

    def test_a_photo_without_words_is_taken_in(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        photo = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://example.org/1"}
        assert twilio.text_us(service, "", sid=SID, extra=photo, public=PUBLIC).status == 200
        [text] = host.inbox()
        assert (text.words, text.media) == ("", ("photo",))

    def test_whatsapp_comes_by_its_own_channel(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        whatsapp = TwilioChannel(host.settings, WHATSAPP)
        host.send_by(whatsapp)
        twilio.text_us(service, "hi", sid=SID, sender=f"whatsapp:{PERSON}", public=PUBLIC)
        assert host.take_turns() == 1

    def test_the_same_text_twice_is_one(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        for _ in range(3):
            assert twilio.text_us(service, "hi", sid=SID, public=PUBLIC).status == 200
        assert words(host) == ["hi"]

    def test_the_same_text_many_times_at_once_is_one(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        def post(_: int) -> Answer:
            return twilio.text_us(service, "hi", sid=SID, public=PUBLIC)

        with ThreadPoolExecutor(8) as pool:
            assert {answer.status for answer in pool.map(post, range(16))} == {200}
        assert words(host) == ["hi"]

    def test_two_texts_at_once_are_two(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        def post(number: int) -> Answer:
            return twilio.text_us(service, f"text {number}", sid=f"SM{number:032d}", public=PUBLIC)

        with ThreadPoolExecutor(2) as pool:
            assert {answer.status for answer in pool.map(post, range(2))} == {200}
        assert sorted(words(host)) == ["text 0", "text 1"]


class TestWhoIsLetIn:
    @pytest.mark.parametrize("token", ["a-newer-token", TOKEN])
    def test_either_token_signs(self, twilio: TwilioStandIn, service: str, host: ChannelHost, token: str) -> None:
        assert twilio.text_us(service, "hi", sid=SID, token=token, public=PUBLIC).status == 200
        assert words(host) == ["hi"]

    def test_another_token_does_not(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = twilio.text_us(service, "a private thing", sid=SID, token="stolen", public=PUBLIC)
        assert answer.status == 403
        assert "FIRST_CONTACT_PUBLIC_URL" in answer.body
        assert host.counts.of(BAD_SIGNATURE) == 1
        assert words(host) == []
        assert "twilio.refused" in caplog.text
        assert "private" not in caplog.text
        assert PERSON not in caplog.text

    def test_no_signature_is_a_wrong_one(self, service: str, host: ChannelHost) -> None:
        assert post_raw(service, PATH, b"Body=hi", {"Content-Type": FORM}).status == 403
        assert host.counts.of(BAD_SIGNATURE) == 1

    def test_a_signature_for_the_address_in_the_request_is_refused(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        assert twilio.text_us(service, "hi", sid=SID, public=service).status == 403
        assert words(host) == []

    def test_what_a_proxy_says_about_the_host_changes_nothing(self, service: str, host: ChannelHost) -> None:
        fields = message_fields("hi", sid=SID)
        body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in fields.items()).encode()
        for claimed, status in ((PUBLIC, 200), ("https://attacker.example", 403)):
            headers = {
                "Content-Type": FORM,
                "X-Forwarded-Host": "attacker.example",
                "X-Forwarded-Proto": "https",
                "X-Twilio-Signature": sign(TOKEN, claimed + PATH, fields),
            }
            assert post_raw(service, PATH, body, headers).status == status
        assert words(host) == ["hi"]

    def test_a_text_changed_on_its_way_is_refused(self, service: str, host: ChannelHost) -> None:
        fields = message_fields("hi", sid=SID)
        signature = sign(TOKEN, PUBLIC + PATH, fields)
        body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in (fields | {"Body": "ho"}).items())
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        assert post_raw(service, PATH, body.encode(), headers).status == 403
        assert words(host) == []

    def test_without_settings_the_webhook_names_what_is_missing(self, tmp_path: Path) -> None:
        host = ChannelHost(settings_for(tmp_path, twilio_account_sid=ACCOUNT))
        with serve(make_app(host)) as service:
            answer = post_raw(service, PATH, b"Body=hi", {"Content-Type": FORM})
        host.stop()
        assert answer.status == 503
        assert "FIRST_CONTACT_TWILIO_AUTH_TOKENS, FIRST_CONTACT_TWILIO_FROM" in answer.body


class TestBrokenPosts:
    def signed(self, content_type: str) -> dict[str, str]:
        return {"Content-Type": content_type, "X-Twilio-Signature": sign(TOKEN, PUBLIC + PATH, {})}

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("application/json", json.dumps({"Body": "hi"}).encode()),
            (FORM, b"Body=%ff%fe"),
            (FORM, b"\xff\xff\xff"),
            (FORM, b"neither name nor value"),
        ],
    )
    def test_a_broken_body_is_named(self, service: str, host: ChannelHost, content_type: str, body: bytes) -> None:
        assert post_raw(service, PATH, body, self.signed(content_type)).status == 400
        assert words(host) == []

    def test_too_big_a_body_is_refused(self, service: str, host: ChannelHost) -> None:
        answer = post_raw(service, PATH, b"Body=" + b"a" * BODY_LIMIT, self.signed(FORM))
        assert answer.status == 413
        assert str(BODY_LIMIT) in answer.body
        assert words(host) == []

    def test_longer_than_anybody_types_is_refused(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        answer = twilio.text_us(service, "a" * 100_001, sid=SID, public=PUBLIC)
        assert (answer.status, "100000" in answer.body) == (413, True)
        assert words(host) == []

    @pytest.mark.parametrize("field", ["MessageSid", "From", "Body"])
    def test_a_missing_field_is_named(self, twilio: TwilioStandIn, service: str, host: ChannelHost, field: str) -> None:
        fields = message_fields("a private thing", sid=SID)
        del fields[field]
        answer = twilio.post(service, PATH, fields, public=PUBLIC)
        assert (answer.status, answer.body) == (400, f"Refused: {field} is missing.")
        assert host.counts.of(NOT_UNDERSTOOD) == 1

    def test_a_text_from_our_own_number_is_refused(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        answer = twilio.text_us(service, "hi", sid=SID, sender=NUMBER, public=PUBLIC)
        assert (answer.status, "own number" in answer.body) == (400, True)
        assert words(host) == []


class TestReports:
    def send_a_reply(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        host.send_by(TwilioChannel(host.settings.model_copy(update={"twilio_auth_tokens": (TOKEN,)})))
        twilio.text_us(service, "hi", sid=SID, public=PUBLIC)
        assert host.take_turns() == 1

    def state(self, host: ChannelHost) -> str | None:
        with host.store.read() as unit:
            return thread.lines(unit, SMS, PERSON)[-1].delivery

    def test_a_reply_is_followed_until_it_is_delivered(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        self.send_a_reply(twilio, service, host)
        [text] = twilio.texts
        assert self.state(host) == "sent"
        for status in ("queued", "sent", "delivered"):
            assert twilio.report(service, text, status).status == 204
        assert self.state(host) == "delivered"

    def test_late_and_doubled_reports_take_nothing_back(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        self.send_a_reply(twilio, service, host)
        for status in ("delivered", "delivered", "sent", "queued"):
            assert twilio.report(service, twilio.texts[0], status).status == 204
        assert self.state(host) == "delivered"

    def test_a_text_that_never_arrived_is_known_to_have_failed(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        self.send_a_reply(twilio, service, host)
        assert twilio.report(service, twilio.texts[0], "undelivered", code=30005).status == 204
        assert self.state(host) == "failed"

    def test_a_report_finds_the_text_whose_answer_was_lost(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        twilio.drop()
        self.send_a_reply(twilio, service, host)
        assert self.state(host) == "unknown"
        assert twilio.report(service, twilio.texts[0], "delivered").status == 204
        assert self.state(host) == "delivered"
        assert twilio.requests == 1

    def test_a_report_about_somebody_elses_text_is_counted(
        self, twilio: TwilioStandIn, service: str, host: ChannelHost
    ) -> None:
        self.send_a_reply(twilio, service, host)
        twilio.texts[0].sid = "SM" + "f" * 32
        twilio.texts[0].status_callback = f"{PUBLIC}/channels/twilio/status"
        assert twilio.report(service, twilio.texts[0], "delivered").status == 204
        assert host.counts.of(UNKNOWN_MESSAGE) == 1
        assert self.state(host) == "sent"

    def test_a_report_needs_a_signature_too(self, twilio: TwilioStandIn, service: str, host: ChannelHost) -> None:
        self.send_a_reply(twilio, service, host)
        assert twilio.report(service, twilio.texts[0], "failed", token="stolen").status == 403
        assert self.state(host) == "sent"
