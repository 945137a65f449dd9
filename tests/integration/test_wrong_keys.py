"""A database and keys that do not belong together are found at the start, and nothing is made or lost over it."""

import base64
from io import StringIO
from pathlib import Path

import pytest

from bot.doctor import examine
from bot.service import build
from bot.settings import PREFIX, Settings
from bot.store.encryption import FieldKeyError
from tests.support.house import house_at, settings_at
from tests.support.stores import add_practitioner, migrate, store_at


def with_keys(url: str, *, field: bytes = b"k", letter: str = "s", key_id: str = "k1") -> Settings:
    key = base64.b64encode(field * 32).decode()
    return settings_at(url).model_copy(update={"field_keys": (f"{key_id}:{key}",), "secret_key": letter * 32})


@pytest.fixture
def used_url(tables_url: str) -> str:
    """A database in which somebody has written and somebody has a phone, with the keys of the tests."""
    with house_at(tables_url) as house:
        house.says("hello")
    return tables_url


@pytest.mark.parametrize(
    ("key_id", "field", "secret", "said"),
    [
        ("k1", b"x", "s", "do not belong to this database"),
        ("k2", b"k", "s", "'k1' is needed"),
        ("k1", b"k", "t", "FIRST_CONTACT_SECRET_KEY is another one than before"),
    ],
)
def test_other_keys_than_before_are_refused_at_the_start(
    used_url: str, key_id: str, field: bytes, secret: str, said: str
) -> None:
    with pytest.raises(FieldKeyError, match=said):
        build(with_keys(used_url, key_id=key_id, field=field, letter=secret))
    build(with_keys(used_url)).stop()


def test_a_phone_alone_shows_that_the_keys_are_wrong(tables_url: str) -> None:
    with store_at(tables_url) as store, store.write() as unit:
        add_practitioner(unit, "Sam", phone="+447700900101")
    with pytest.raises(FieldKeyError, match="do not belong to this database"):
        build(with_keys(tables_url, field=b"x"))


def test_a_lost_key_file_is_never_replaced_in_silence(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    service = build(settings)
    with service.store.write() as unit:
        add_practitioner(unit, "Sam", phone="+447700900101")
    service.stop()
    (tmp_path / "keys").unlink()
    with pytest.raises(FieldKeyError, match=r"Put back the key file .*keys"):
        build(settings)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("broken", ["binary", "folder", "no place"])
def test_a_key_file_that_cannot_be_read_or_made_is_named(tmp_path: Path, broken: str) -> None:
    folder = tmp_path
    if broken == "binary":
        (tmp_path / "keys").write_bytes(b"\xff\xfe\x00")
    elif broken == "folder":
        (tmp_path / "keys").mkdir()
    else:
        folder = tmp_path / "a file"
        folder.touch()
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    with pytest.raises(FieldKeyError, match=r"keys cannot be read or made: .*FIRST_CONTACT_DATA_FOLDER"):
        build(Settings(database_url=url, data_folder=folder))


@pytest.fixture
def doctor_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StringIO:
    monkeypatch.setenv(PREFIX + "DATA_FOLDER", str(tmp_path))
    return StringIO()


def test_the_doctor_finds_keys_that_cannot_be_keys(doctor_at: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "FIELD_KEYS", "k1:AAAA")
    monkeypatch.setenv(PREFIX + "SECRET_KEY", "s" * 40)
    assert examine(doctor_at) == 1
    assert "WRONG FIRST_CONTACT_FIELD_KEYS: the key 'k1' has 3 bytes" in doctor_at.getvalue()


def test_the_doctor_finds_that_the_key_file_is_lost_and_makes_none(doctor_at: StringIO, tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'first-contact.sqlite'}")
    assert examine(doctor_at) == 1
    assert "is not there: put it back from your backup" in doctor_at.getvalue()
    assert not (tmp_path / "keys").exists()


def test_looking_makes_no_database(doctor_at: StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere' / 'db.sqlite'}")
    examine(doctor_at)
    assert "There is no database yet" in doctor_at.getvalue()
    assert not list(tmp_path.iterdir())
