"""Accounts of the team, the browsers that are signed in, and the wrong tries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.changes import record_act
from bot.store.tables import account, failed_sign_in, sign_in
from bot.store.unit import ReadUnit, WriteUnit, new_id
from dialogue.frozen import Frozen
from handoff.ports import Practitioner, Role

_TRIES_KEPT = timedelta(days=1)


class EmailTakenError(Exception):
    """There is an account of this e-mail address already."""


class NewAccount(Frozen):
    """Somebody to be added. `phone` is in E.164 form; `demonstration` marks what `make run` invents."""

    email: str
    name: str
    first_name: str
    role: Role
    password_hash: str
    phone: str | None = None
    demonstration: bool = False


class Account(Frozen):
    """Somebody who may sign in, with the hash of their password."""

    practitioner: Practitioner
    password_hash: str


class Browser(Frozen):
    """A browser that is signed in, and as whom. Times are UTC."""

    practitioner: Practitioner
    form_token: str
    last_seen_at: AwareDatetime
    expires_at: AwareDatetime


class Tries(Frozen):
    """How many wrong tries there were, and when the last one was (UTC)."""

    count: int
    last_at: AwareDatetime | None


def add(unit: WriteUnit, new: NewAccount) -> str:
    """Add an account and return its id. Raises EmailTakenError."""
    row = new_id()
    values = {
        "id": row,
        "email": new.email.strip().lower(),
        "name": new.name,
        "first_name": new.first_name,
        "role": new.role,
        "password_hash": new.password_hash,
        "sealed_phone": unit.seal("account", "sealed_phone", row, new.phone) if new.phone else None,
        "demonstration": new.demonstration,
        "created_at": unit.now,
    }
    try:
        with unit.connection.begin_nested():
            unit.connection.execute(insert(account).values(values))
    except IntegrityError as error:
        raise EmailTakenError(f"there is an account of {new.email} already") from error
    record_act(unit, "account_added", row)
    return row


def by_email(unit: ReadUnit, email: str) -> Account | None:
    """The account of this e-mail address, however it is capitalised, or None."""
    row = unit.connection.execute(select(account).where(account.c.email == email.strip().lower())).mappings().first()
    if row is None:
        return None
    who = Practitioner(id=row["id"], name=row["name"], first_name=row["first_name"], role=row["role"])
    return Account(practitioner=who, password_hash=row["password_hash"])


def everybody(unit: ReadUnit) -> tuple[Practitioner, ...]:
    """All accounts, by name."""
    rows = unit.connection.execute(select(account).order_by(account.c.name, account.c.id)).mappings()
    return tuple(Practitioner(id=r["id"], name=r["name"], first_name=r["first_name"], role=r["role"]) for r in rows)


def set_password_hash(unit: WriteUnit, practitioner: str, password_hash: str) -> None:
    """Keep another hash of the password of this account."""
    unit.connection.execute(update(account).where(account.c.id == practitioner).values(password_hash=password_hash))


def begin_sign_in(
    unit: WriteUnit, *, token_hash: str, form_token: str, practitioner: str, expires_at: datetime
) -> None:
    """Keep a browser as signed in until `expires_at` (UTC), and drop those whose time is over."""
    unit.connection.execute(delete(sign_in).where(sign_in.c.expires_at <= unit.now))
    unit.connection.execute(
        insert(sign_in).values(
            token_hash=token_hash,
            account_id=practitioner,
            form_token=form_token,
            created_at=unit.now,
            last_seen_at=unit.now,
            expires_at=expires_at,
        )
    )
    record_act(unit, "signed_in", practitioner, practitioner)


def signed_in_browser(unit: ReadUnit, token_hash: str) -> Browser | None:
    """The browser that holds this token, whether or not its time is over, or None."""
    joined = sign_in.join(account, sign_in.c.account_id == account.c.id)
    row = (
        unit.connection.execute(
            select(
                account.c.id,
                account.c.name,
                account.c.first_name,
                account.c.role,
                sign_in.c.form_token,
                sign_in.c.last_seen_at,
                sign_in.c.expires_at,
            )
            .select_from(joined)
            .where(sign_in.c.token_hash == token_hash)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Browser(
        practitioner=Practitioner(id=row["id"], name=row["name"], first_name=row["first_name"], role=row["role"]),
        form_token=row["form_token"],
        last_seen_at=row["last_seen_at"],
        expires_at=row["expires_at"],
    )


def seen(unit: WriteUnit, token_hash: str) -> None:
    """Note that this browser was here just now."""
    unit.connection.execute(update(sign_in).where(sign_in.c.token_hash == token_hash).values(last_seen_at=unit.now))


def end_sign_in(unit: WriteUnit, token_hash: str) -> None:
    """Sign this browser out; nothing happens when it is out already."""
    unit.connection.execute(delete(sign_in).where(sign_in.c.token_hash == token_hash))


def note_try(unit: WriteUnit, lookups: Sequence[str]) -> None:
    """Note a try to sign in under each of these lookups, and drop those of yesterday."""
    unit.connection.execute(delete(failed_sign_in).where(failed_sign_in.c.at < unit.now - _TRIES_KEPT))
    unit.connection.execute(insert(failed_sign_in), [{"lookup": lookup, "at": unit.now} for lookup in lookups])


def tries(unit: ReadUnit, lookup: str, since: datetime) -> Tries:
    """The wrong tries under this lookup since a moment (UTC)."""
    row = unit.connection.execute(
        select(func.count(), func.max(failed_sign_in.c.at)).where(
            failed_sign_in.c.lookup == lookup, failed_sign_in.c.at >= since
        )
    ).one()
    return Tries(count=row[0], last_at=row[1])


def forget_tries(unit: WriteUnit, lookup: str) -> None:
    """The right password was given: what was tried before under this lookup counts no more."""
    unit.connection.execute(delete(failed_sign_in).where(failed_sign_in.c.lookup == lookup))
