import base64
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.encryption import FieldKeyError, Keyring, SealBrokenError, read_keyring

SECRET = b"s" * 32
OLD, NEW = ("k1", b"1" * 32), ("k2", b"2" * 32)
ABOUT = "message.sealed_words:7c0d"


def key(letter: bytes = b"k", length: int = 32) -> str:
    return base64.b64encode(letter * length).decode()


@given(st.text())
def test_what_is_sealed_can_be_opened_again(words: str) -> None:
    keyring = Keyring((OLD,), SECRET)
    assert keyring.open(keyring.seal(words, ABOUT), ABOUT) == words


def test_the_same_words_are_never_sealed_the_same_way() -> None:
    keyring = Keyring((OLD,), SECRET)
    assert len({keyring.seal("no", ABOUT) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "elsewhere", ["message.sealed_words:7c0e", "answer.sealed_words:7c0d", "message.sealed_reasons:7c0d", ""]
)
def test_a_value_moved_to_another_row_or_column_is_refused(elsewhere: str) -> None:
    keyring = Keyring((OLD,), SECRET)
    with pytest.raises(SealBrokenError):
        keyring.open(keyring.seal("my words", ABOUT), elsewhere)


def test_a_value_with_any_byte_changed_or_missing_is_refused() -> None:
    keyring = Keyring((OLD,), SECRET)
    sealed = keyring.seal("my words", ABOUT)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        for broken in (changed, sealed[:place]):
            with pytest.raises((SealBrokenError, FieldKeyError)):
                keyring.open(broken, ABOUT)


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    before, during, after = Keyring((OLD,), SECRET), Keyring((NEW, OLD), SECRET), Keyring((NEW,), SECRET)
    old, new = before.seal("before", ABOUT), during.seal("after", ABOUT)
    assert (during.open(old, ABOUT), during.open(new, ABOUT)) == ("before", "after")
    assert after.open(new, ABOUT) == "after"
    with pytest.raises(FieldKeyError, match=r"'k1' is needed: put it back into FIRST_CONTACT_FIELD_KEYS"):
        after.open(old, ABOUT)


def test_an_address_is_found_again_by_the_same_digits_whatever_the_field_keys() -> None:
    found = Keyring((OLD,), SECRET).lookup("sms", "+447700900001")
    assert found == Keyring((NEW, OLD), SECRET).lookup("sms", "+447700900001")
    assert len(found) == 64
    others = {
        Keyring((OLD,), SECRET).lookup("whatsapp", "+447700900001"),
        Keyring((OLD,), SECRET).lookup("sms", "+447700900002"),
        Keyring((OLD,), b"t" * 32).lookup("sms", "+447700900001"),
    }
    assert len(others) == 3
    assert found not in others


def test_without_keys_a_file_is_made_that_only_its_owner_can_read(tmp_path: Path) -> None:
    os.umask(0o022)
    keyring, made = read_keyring((), "", tmp_path / "data")
    assert made == tmp_path / "data" / "keys"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [path.name for path in made.parent.iterdir()] == ["keys"]
    again, made_again = read_keyring((), "", tmp_path / "data")
    assert made_again is None
    assert again.open(keyring.seal("my words", ABOUT), ABOUT) == "my words"
    assert again.lookup("sms", "+447700900001") == keyring.lookup("sms", "+447700900001")


def test_two_processes_that_start_at_once_use_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keyrings = list(pool.map(lambda _: read_keyring((), "", tmp_path), range(16)))
    assert sum(made is not None for _, made in keyrings) == 1
    sealed = keyrings[0][0].seal("my words", ABOUT)
    assert {keyring.open(sealed, ABOUT) for keyring, _ in keyrings} == {"my words"}
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_with_both_settings_no_file_is_made(tmp_path: Path) -> None:
    _, made = read_keyring((f"k1:{key()}",), "s" * 32, tmp_path)
    assert made is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (("k1",), "each entry is ID:KEY"),
        ((key(),), "each entry is ID:KEY"),
        ((f":{key()}",), "each entry is ID:KEY"),
        ((f"{key()}:k1",), "each entry is ID:KEY"),
        (("k1:not base64 at all",), "the key 'k1' is not base64"),
        (("k1:",), "the key 'k1' has 0 bytes and must have 32"),
        ((f"k1:{key(length=16)}",), "the key 'k1' has 16 bytes and must have 32"),
        ((f"k1:{key()}", f"k1:{key(b'x')}"), "one id comes twice"),
    ],
)
def test_a_malformed_key_is_named_without_being_shown(entries: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(FieldKeyError, match=said) as refused:
        read_keyring(entries, "s" * 32, tmp_path)
    assert "FIRST_CONTACT_FIELD_KEYS" in str(refused.value)
    assert key() not in str(refused.value)


def _without(name: str) -> Callable[[str], str]:
    return lambda text: "\n".join(line for line in text.splitlines() if not line.startswith(name))


@pytest.mark.parametrize("name", ["FIELD_KEYS", "SECRET_KEY"])
def test_a_key_file_that_lost_a_line_says_which_and_what_to_do(name: str, tmp_path: Path) -> None:
    _, made = read_keyring((), "", tmp_path)
    assert made is not None
    made.write_text(_without(name)(made.read_text()))
    with pytest.raises(FieldKeyError, match=f"{name}.*restore it from your backup"):
        read_keyring((), "", tmp_path)


def test_no_keys_at_all_is_refused() -> None:
    with pytest.raises(FieldKeyError, match="FIRST_CONTACT_FIELD_KEYS is empty"):
        Keyring((), SECRET)
