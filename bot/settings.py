"""The settings: environment variables beginning `FIRST_CONTACT_`, or the same names in a file `.env`.

Each field's description is the documentation; an architecture test holds it against docs/settings.md.
"""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "FIRST_CONTACT_"

# E.164, a short code, or a messaging service's id. Nobody can answer a sender that is a word.
_FROM = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}|MG[0-9a-zA-Z]{32}")

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SettingsError(Exception):
    """One or more settings are wrong; the message names each one and says what to do."""


class Settings(BaseSettings):
    """Everything that can be set from outside. Nothing has to be, except what a channel needs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        default="",
        description="The database: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. "
        "Default: the SQLite file first-contact.sqlite in the data folder.",
    )
    data_folder: Path = Field(default=Path("var"), description="The folder for the SQLite file and the key file.")
    host: str = Field(default="127.0.0.1", description="The address the service listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port the service listens on.")
    public_url: str = Field(
        default="",
        description="The address people and providers reach the service at, without a slash at its end. "
        "Signatures are checked against it. Default: http://HOST:PORT.",
    )
    service_name: str = Field(default="First Contact", description="The name shown in the pages' header.")
    nlu_url: str = Field(default="", description="The address of the Rasa server; empty: run without understanding.")
    nlu_deadline_ms: int = Field(
        default=800, ge=50, le=10_000, description="How long a reply waits for the language understanding, in ms."
    )
    screening_deadline_ms: int = Field(
        default=2_000, ge=50, le=30_000, description="After this time in ms an unfinished screening is a concern."
    )
    encoder: Path | None = Field(
        default=None,
        description="A folder with the sentence encoder the detector's model was built for. "
        "Default: the one that `make setup` installs.",
    )
    twilio_account_sid: str = Field(default="", description="The Twilio account, beginning AC; empty: no Twilio.")
    twilio_auth_tokens: CommaSeparated = Field(
        default=(), description="Twilio's auth tokens, comma-separated, the current one first."
    )
    twilio_from: str = Field(
        default="", description="The number in E.164 form, or the messaging service (MG...), that texts come from."
    )
    twilio_api_url: str = Field(
        default="https://api.twilio.com", description="Where Twilio's interface is; another one for a stand-in."
    )
    telegram_token: str = Field(default="", description="The Telegram bot's token; empty: no Telegram.")
    telegram_webhook_secret: str = Field(default="", description="The secret Telegram sends along with each post.")
    telegram_api_url: str = Field(
        default="https://api.telegram.org", description="Where Telegram's interface is; another one for a stand-in."
    )
    secret_key: str = Field(
        default="",
        description="At least 32 characters; finds addresses again without storing them readably. It must never "
        "change once there is data. Default: one is made and kept in the key file.",
    )
    field_keys: CommaSeparated = Field(
        default=(),
        description="Keys for words, names and numbers, comma-separated ID:KEY with 32 bytes as base64, the current "
        "one first. Default: one is made and kept in the key file.",
    )
    quick_exit_url: str = Field(
        default="https://www.bbc.co.uk/weather", description="Where the chat page's 'leave quickly' button goes."
    )
    rasa_project: Path | None = Field(
        default=None, description="The folder of the Rasa project. Default: rasa_project beside the code."
    )

    @field_validator("twilio_auth_tokens", "field_keys", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # noqa: ANN401 -- pydantic hands over whatever came in
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "nlu_url", "twilio_api_url", "telegram_api_url", "quick_exit_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and (not value.startswith(("http://", "https://")) or not urlsplit(value).hostname):
            raise ValueError("it must begin with http:// or https:// and name a host")
        try:
            _ = urlsplit(value).port
        except ValueError as error:
            raise ValueError("what stands behind the colon must be a port, a number up to 65535") from error
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        if value.startswith("sqlite") and value.removeprefix("sqlite:///").partition("?")[0] in {"", ":memory:"}:
            raise ValueError("it names no file, so nothing would be kept")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("it must have at least 32 characters")
        return value

    @field_validator("twilio_account_sid")
    @classmethod
    def _account(cls, value: str) -> str:
        if value and not value.startswith("AC"):
            raise ValueError("it must begin with AC, as shown in Twilio's console")
        return value

    @field_validator("twilio_from")
    @classmethod
    def _number(cls, value: str) -> str:
        if value and not _FROM.fullmatch(value):
            raise ValueError("it must be a number like +447700900123, a short code like 60000, or begin with MG")
        return value

    @property
    def database(self) -> str:
        """The database's address, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_folder / 'first-contact.sqlite'}"

    @property
    def address(self) -> str:
        """The public address, with the default filled in."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def twilio_ready(self) -> bool:
        """Whether all that Twilio needs is set."""
        return bool(self.twilio_account_sid and self.twilio_auth_tokens and self.twilio_from)


def read_settings(**overrides: Any) -> Settings:  # noqa: ANN401 -- the fields have types of their own
    """The settings of this process. Raises SettingsError naming each wrong setting and what to do."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}."
            f" {Settings.model_fields[str(problem['loc'][0])].description}"
            for problem in error.errors()
        ]
        raise SettingsError("These settings are wrong:\n  " + "\n  ".join(lines)) from error
