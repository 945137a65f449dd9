import pytest

from bot.settings import PREFIX, SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PUBLIC_URL", "https://help.example.org:https", "must be a port"),
        ("NLU_URL", "http://127.0.0.1:99999", "must be a port"),
        ("TWILIO_FROM", "07700 900123", "it must be a number like"),
        ("TWILIO_FROM", "Willow", "it must be a number like"),
    ],
)
def test_what_nothing_could_be_sent_to_or_from_is_refused(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=f"{PREFIX}{name}: .*{said}"):
        read_settings()


@pytest.mark.parametrize("value", ["+447700900123", "60000", "MG" + "0" * 32])
def test_numbers_short_codes_and_messaging_services_are_taken(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "TWILIO_FROM", value)
    assert read_settings().twilio_from == value
