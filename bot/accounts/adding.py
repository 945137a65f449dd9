"""Adding somebody to the team."""

from typing import get_args

from bot.accounts.passwords import hash_of
from bot.store import accounts
from bot.store.unit import WriteUnit
from handoff.ports import Role


class AccountError(Exception):
    """The account cannot be added; the message names the field and says what to do."""


def add_account(
    unit: WriteUnit, *, email: str, name: str, role: str, password: str, phone: str = "", demonstration: bool = False
) -> str:
    """Add somebody and return their account id: the body of `first-contact account add`.

    The first name people are told is the first word of `name`; `phone` is E.164 ("+447700900123") or empty. Raises
    AccountError naming the field, and WeakPasswordError.
    """
    if "@" not in email.strip().strip("@") or " " in email.strip() or len(email.strip()) > 200:
        raise AccountError(f"e-mail: {email!r} is not an e-mail address.")
    if not name.strip() or len(name.strip()) > 120:
        raise AccountError("name: give a first and a last name of at most 120 characters.")
    if role not in get_args(Role):
        raise AccountError(f"role: {role!r} is none of {', '.join(get_args(Role))}.")
    if phone and not (phone.startswith("+") and phone[1:].isdigit() and 8 <= len(phone) <= 16):
        raise AccountError(f"phone: {phone!r} must begin with + and the country, without spaces: +447700900123.")
    known: dict[str, Role] = {one: one for one in get_args(Role)}
    try:
        return accounts.add(
            unit,
            accounts.NewAccount(
                email=email,
                name=name.strip(),
                first_name=name.split(maxsplit=1)[0][:60],
                role=known[role],
                password_hash=hash_of(password),
                phone=phone or None,
                demonstration=demonstration,
            ),
        )
    except accounts.EmailTakenError as error:
        raise AccountError(f"e-mail: {error}.") from error
