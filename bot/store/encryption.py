"""Sealing words, names and numbers, one field at a time.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The field and row are bound in as associated data, so that a
sealed value moved to another row or column is refused. A sealed value begins with the id of its key, so that keys can
be rotated: new values use the first key, old ones are opened with the key they name.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class FieldKeyError(Exception):
    """A field key is missing or malformed; the message names the setting or file and says what to do."""


class SealBrokenError(Exception):
    """A sealed value was changed, or moved to another row; it cannot be trusted."""


class Keyring:
    """The keys of this installation.

    `field_keys` are (id, 32 bytes), the current one first; `secret` finds addresses again (see `lookup`).
    """

    def __init__(self, field_keys: tuple[tuple[str, bytes], ...], secret: bytes) -> None:
        if not field_keys:
            raise FieldKeyError("FIRST_CONTACT_FIELD_KEYS is empty: at least one key is needed.")
        if len(dict(field_keys)) != len(field_keys):
            raise FieldKeyError("FIRST_CONTACT_FIELD_KEYS: each key needs an id of its own, and one id comes twice.")
        self._current = field_keys[0][0].encode()
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in field_keys}
        self._secret = secret

    def seal(self, words: str, about: str) -> bytes:
        """The words sealed with the current key. `about` is `table.column:row id`."""
        nonce = os.urandom(_NONCE_BYTES)
        body = self._ciphers[self._current].encrypt(nonce, words.encode(), about.encode())
        return bytes([len(self._current)]) + self._current + nonce + body

    def open(self, sealed: bytes, about: str) -> str:
        """The words again.

        Raises SealBrokenError when they were changed or moved, FieldKeyError when the key is gone.
        """
        if not sealed:
            raise SealBrokenError(f"the sealed value of {about} is empty")
        end = 1 + sealed[0]
        cipher = self._ciphers.get(bytes(sealed[1:end]))
        if cipher is None:
            key_id = sealed[1:end].decode("utf-8", "replace")
            raise FieldKeyError(f"The field key {key_id!r} is needed: put it back into FIRST_CONTACT_FIELD_KEYS.")
        try:
            plain = cipher.decrypt(sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :], about.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: what is left is too short to be a sealed value
            raise SealBrokenError(f"the sealed value of {about} was changed or moved") from error
        return plain.decode()

    def lookup(self, channel: str, value: str) -> str:
        """64 hexadecimal digits that stand for an address: the same each time, and no way back without the secret."""
        return hmac.new(self._secret, f"{channel}:{value}".encode(), hashlib.sha256).hexdigest()


def read_keyring(field_keys: tuple[str, ...], secret_key: str, data_folder: Path) -> tuple[Keyring, Path | None]:
    """The keyring from the settings, or from the key file, which is made when it is needed and not there.

    Returns the keyring and the file's path when it was made just now. Raises FieldKeyError for a malformed key.
    """
    path = data_folder / "keys"
    made: Path | None = None
    if not (field_keys and secret_key):
        if not path.exists() and _make_key_file(path):
            made = path
        lines = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        try:
            field_keys = field_keys or tuple(lines["FIELD_KEYS"].split(","))
            secret_key = secret_key or lines["SECRET_KEY"]
        except KeyError as error:
            raise FieldKeyError(f"The key file {path} has no line {error}; restore it from your backup.") from error
    return Keyring(tuple(_parse(entry) for entry in field_keys), secret_key.encode()), made


def _make_key_file(path: Path) -> bool:
    """Make the key file, whole and on the disk or not at all. False when another process made it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    body = f"FIELD_KEYS=k1:{key}\nSECRET_KEY={secrets.token_urlsafe(48)}\n"
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _parse(entry: str) -> tuple[str, bytes]:
    key_id, colon, encoded = entry.partition(":")
    # A long id may be the key itself, put in the wrong place: it is not repeated in a message.
    if not colon or not key_id or len(key_id.encode()) > 32:
        raise FieldKeyError(
            "FIRST_CONTACT_FIELD_KEYS: each entry is ID:KEY, the id at most 32 characters, the key 32 bytes as base64."
        )
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise FieldKeyError(f"FIRST_CONTACT_FIELD_KEYS: the key {key_id!r} is not base64.") from error
    if len(key) != _KEY_BYTES:
        raise FieldKeyError(
            f"FIRST_CONTACT_FIELD_KEYS: the key {key_id!r} has {len(key)} bytes and must have {_KEY_BYTES}, as base64."
        )
    return key_id, key
