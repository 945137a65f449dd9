from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings

PREFIX = "FIRST_CONTACT_"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://localhost/x", "it must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgres://localhost/x", "it must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite:///", "it names no file"),
        ("DATABASE_URL", "sqlite:///:memory:", "it names no file"),
        ("PORT", "eighty", "should be a valid integer"),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PUBLIC_URL", "example.org", "it must begin with http:// or https://"),
        ("PUBLIC_URL", "https://", "it must begin with http:// or https:// and name a host"),
        ("NLU_URL", "localhost:5005", "it must begin with http:// or https://"),
        ("TWILIO_API_URL", "ftp://example.org", "it must begin with http:// or https://"),
        ("TELEGRAM_API_URL", "telegram", "it must begin with http:// or https://"),
        ("QUICK_EXIT_URL", "javascript:alert(1)", "it must begin with http:// or https://"),
        ("NLU_DEADLINE_MS", "0", "greater than or equal to 50"),
        ("NLU_DEADLINE_MS", "soon", "should be a valid integer"),
        ("SCREENING_DEADLINE_MS", "-1", "greater than or equal to 50"),
        ("SECRET_KEY", "short", "it must have at least 32 characters"),
        ("TWILIO_ACCOUNT_SID", "SK123", "it must begin with AC"),
    ],
)
def test_a_wrong_value_names_the_setting_what_is_wrong_and_what_it_is_for(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    message = str(refused.value)
    assert PREFIX + name in message
    assert said in message
    assert (Settings.model_fields[name.lower()].description or "?") in message


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "PORT", "x")
    monkeypatch.setenv(PREFIX + "PUBLIC_URL", "x")
    with pytest.raises(SettingsError, match=r"(?s)PUBLIC_URL.*PORT|PORT.*PUBLIC_URL"):
        read_settings()


def test_the_message_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)


def test_lists_are_separated_by_commas_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "TWILIO_AUTH_TOKENS", " new , old ,")
    assert read_settings().twilio_auth_tokens == ("new", "old")


def test_nothing_has_to_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert settings.database == "sqlite:///var/first-contact.sqlite"
    assert settings.address == "http://127.0.0.1:8000"
    assert not settings.twilio_ready


def test_an_address_loses_the_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "PUBLIC_URL", "https://help.example.org/")
    assert read_settings().address == "https://help.example.org"
