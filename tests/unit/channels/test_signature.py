import pytest
from twilio.request_validator import RequestValidator

from bot.channels.twilio.signature import is_signed
from tests.support.twilio_stand_in import TOKEN, sign

ADDRESS = "https://chat.example.org/channels/twilio/messages"
FIELDS = {"MessageSid": "SM1", "From": "+447700900123", "Body": "hello"}


def test_twilios_own_library_makes_the_same_signature() -> None:
    fields = FIELDS | {"Body": "Ich weiß nicht 💛", "NumMedia": ""}
    assert RequestValidator(TOKEN).compute_signature(ADDRESS, fields) == sign(TOKEN, ADDRESS, fields)


def test_a_signature_made_with_the_token_is_accepted() -> None:
    assert is_signed([TOKEN], ADDRESS, FIELDS, sign(TOKEN, ADDRESS, FIELDS))


def test_either_of_two_tokens_will_do_while_one_is_replaced() -> None:
    tokens = ["the-new-token", TOKEN]
    assert is_signed(tokens, ADDRESS, FIELDS, sign(TOKEN, ADDRESS, FIELDS))
    assert is_signed(tokens, ADDRESS, FIELDS, sign("the-new-token", ADDRESS, FIELDS))
    assert not is_signed(tokens, ADDRESS, FIELDS, sign("an-old-token", ADDRESS, FIELDS))


@pytest.mark.parametrize("signature", ["", "x", "é", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a" * 10_000])
def test_nothing_else_is_accepted(signature: str) -> None:
    assert not is_signed([TOKEN], ADDRESS, FIELDS, signature)


def test_without_a_token_nothing_is_signed() -> None:
    assert not is_signed([], ADDRESS, FIELDS, sign(TOKEN, ADDRESS, FIELDS))


@pytest.mark.parametrize("change", [{"Body": "hallo"}, {"From": "+447700900124"}, {"Extra": "1"}])
def test_a_changed_field_breaks_the_signature(change: dict[str, str]) -> None:
    assert not is_signed([TOKEN], ADDRESS, FIELDS | change, sign(TOKEN, ADDRESS, FIELDS))


@pytest.mark.parametrize("words", ["", "\x00", "half \ud83d", "💛" * 50, "ना", "a+b&c=d%20"])
def test_any_words_can_be_signed(words: str) -> None:
    fields = FIELDS | {"Body": words}
    assert is_signed([TOKEN], ADDRESS, fields, sign(TOKEN, ADDRESS, fields))
