"""The keys of a database: read, and held against what is sealed in it before anything new is.

With other keys than before nothing that was written can be read, and nobody is recognised by their number any more;
that must be known at the start, and not when somebody opens a case.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, UnaryExpression, asc, desc, select

from bot.store.encryption import FieldKeyError, Keyring, SealBrokenError, read_keyring
from bot.store.tables import account, address


def keys_for(
    engine: Engine, field_keys: tuple[str, ...], secret_key: str, data_folder: Path
) -> tuple[Keyring, Path | None]:
    """The keyring of a database that is up to date, and the key file's path when it was made just now.

    Raises FieldKeyError when the keys cannot be read or are not those the database was used with; a key file that was
    made in vain is taken away again.
    """
    keys, made = read_keys(field_keys, secret_key, data_folder)
    try:
        _hold_against(engine, keys)
    except (SealBrokenError, FieldKeyError) as error:
        if made is not None:
            made.unlink(missing_ok=True)
        raise FieldKeyError(
            f"The keys do not belong to this database: what was written in it cannot be read with them. Put back the "
            f"key file {data_folder / 'keys'}, or FIRST_CONTACT_FIELD_KEYS and FIRST_CONTACT_SECRET_KEY, as they were."
            + (f" {error}" if isinstance(error, FieldKeyError) else "")
        ) from error
    return keys, made


def read_keys(field_keys: tuple[str, ...], secret_key: str, data_folder: Path) -> tuple[Keyring, Path | None]:
    """The keyring, and the key file's path when it was made just now. Raises FieldKeyError when it cannot be had."""
    try:
        return read_keyring(field_keys, secret_key, data_folder)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise FieldKeyError(
            f"The key file {data_folder / 'keys'} cannot be read or made: {reason}. Check FIRST_CONTACT_DATA_FOLDER, "
            "and that this user may read and write there; a broken key file has to come back from your backup."
        ) from error


def _hold_against(engine: Engine, keys: Keyring) -> None:
    # The first and the last row of each table: after a change of keys both the old and the new must open.
    with engine.connect().execution_options(first_contact_reads=True) as connection:
        for order in (asc, desc):
            _open_a_phone(connection, keys, order(account.c.created_at))
            _open_an_address(connection, keys, order(address.c.created_at))


def _open_a_phone(connection: Connection, keys: Keyring, order: UnaryExpression[datetime]) -> None:
    phones = select(account.c.id, account.c.sealed_phone).where(account.c.sealed_phone.is_not(None))
    if row := connection.execute(phones.order_by(order).limit(1)).first():
        keys.open(row.sealed_phone, f"account.sealed_phone:{row.id}")


def _open_an_address(connection: Connection, keys: Keyring, order: UnaryExpression[datetime]) -> None:
    addresses = select(address.c.id, address.c.channel, address.c.lookup, address.c.sealed_value)
    if row := connection.execute(addresses.order_by(order).limit(1)).first():
        value = keys.open(row.sealed_value, f"address.sealed_value:{row.id}")
        if keys.lookup(row.channel, value) != row.lookup:
            raise FieldKeyError("FIRST_CONTACT_SECRET_KEY is another one than before.")
