import pytest

from bot.channels.twilio.messages import FieldError, read_posted, read_report
from dialogue.inputs import MediaKind
from tests.support.twilio_stand_in import NUMBER, message_fields

SID = "SM" + "1" * 32


def posted(body: str = "hello", **fields: str) -> dict[str, str]:
    return message_fields(body, sid=SID) | fields


def test_a_text_is_read_as_it_stands() -> None:
    text = read_posted(posted("  not great  tbh\n\nyou?  "), NUMBER)
    assert (text.id, text.channel, text.sender) == (SID, "sms", "+447700900123")
    assert text.words == "  not great  tbh\n\nyou?  "
    assert text.media == ()


def test_whatsapp_is_a_channel_of_its_own() -> None:
    text = read_posted(posted(From="whatsapp:+447700900123"), NUMBER)
    assert (text.channel, text.sender) == ("whatsapp", "+447700900123")


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "photo"),
        ("image/webp", "photo"),
        ("audio/ogg; codecs=opus", "voice"),
        ("video/mp4", "video"),
        ("text/vcard", "contact"),
        ("text/x-vCard", "contact"),
        ("application/pdf", "file"),
        ("", "file"),
        ("nonsense", "file"),
    ],
)
def test_what_came_with_a_text_is_named(content_type: str, kind: MediaKind) -> None:
    text = read_posted(posted("", NumMedia="1", MediaContentType0=content_type), NUMBER)
    assert text.media == (kind,)


def test_a_webp_picture_on_whatsapp_is_a_sticker() -> None:
    fields = posted("", From="whatsapp:+447700900123", NumMedia="1", MediaContentType0="image/webp")
    assert read_posted(fields, NUMBER).media == ("sticker",)


def test_a_place_on_whatsapp_is_seen() -> None:
    fields = posted("", From="whatsapp:+447700900123", Latitude="53.48", Longitude="-2.29")
    assert read_posted(fields, NUMBER).media == ("location",)


def test_media_without_a_type_is_never_dropped() -> None:
    assert read_posted(posted("", NumMedia="3", MediaContentType0="image/png"), NUMBER).media == (
        "photo",
        "file",
        "file",
    )


@pytest.mark.parametrize("field", ["MessageSid", "From", "Body"])
def test_a_missing_field_is_named(field: str) -> None:
    fields = posted()
    del fields[field]
    with pytest.raises(FieldError, match=f"^{field} is missing"):
        read_posted(fields, NUMBER)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", "SM 1\x00"),
        ("From", "+44 7700\x00"),
        ("NumMedia", "many"),
        ("NumMedia", "31"),
        ("NumMedia", "-1"),
        ("NumMedia", "²"),
        ("NumMedia", "9" * 5000),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_never_quoted(field: str, value: str) -> None:
    with pytest.raises(FieldError, match=f"^{field} ") as caught:
        read_posted(posted(**{field: value}), NUMBER)
    assert value not in str(caught.value)


@pytest.mark.parametrize("sender", [NUMBER, f"whatsapp:{NUMBER}"])
def test_our_own_number_cannot_text_us(sender: str) -> None:
    with pytest.raises(FieldError, match="own number"):
        read_posted(posted(From=sender), NUMBER)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", None),
        ("accepted", None),
        ("sending", None),
        ("something new", None),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_a_report_says_how_far_a_text_is(status: str, state: str | None) -> None:
    report = read_report({"MessageSid": SID, "MessageStatus": status, "To": "+447700900123"})
    assert (report.channel, report.state) == ("sms", state)


def test_a_failure_carries_its_code_and_nothing_else() -> None:
    fields = {"MessageSid": SID, "MessageStatus": "undelivered", "To": "whatsapp:+447700900123", "ErrorCode": "30003"}
    report = read_report(fields)
    assert (report.channel, report.reason) == ("whatsapp", "twilio_30003")
    assert read_report(fields | {"ErrorCode": "Sam said no"}).reason == "twilio_undelivered"


@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus"])
def test_a_report_that_lacks_a_field_names_it(field: str) -> None:
    fields = {"MessageSid": SID, "MessageStatus": "sent", "To": "+447700900123"}
    del fields[field]
    with pytest.raises(FieldError, match=f"^{field} is missing"):
        read_report(fields)
