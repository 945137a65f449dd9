"""Signing in and out: the right password begins a session, wrong ones are slowed down.

Tries are counted for an account together with the address they come from, and for the address alone. So somebody
who guesses is slowed down, and neither a browser that is signed in nor the same account at another address is.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.accounts import passwords
from bot.store import accounts
from bot.store.unit import ReadUnit, Store, WriteUnit

LASTS = timedelta(hours=12)
"""A shift, and no longer."""

IDLE = timedelta(hours=1)
"""Without a page open. An open desk asks for news every half minute, so it stays signed in through a quiet night."""

_COUNTED = timedelta(hours=1)
_FREE_TRIES = 5
_FREE_TRIES_OF_AN_ADDRESS = 50
_LONGEST_WAIT = timedelta(minutes=15)


class SignInError(Exception):
    """Nobody is signed in; the message is a sentence for the page."""


class WrongPasswordError(SignInError):
    """There is no such account, or the password is wrong; the message does not say which."""


class TooManyTriesError(SignInError):
    """The next try has to wait."""


def sign_in(store: Store, *, email: str, password: str, address: str) -> str:
    """Sign a browser in and return the token for its cookie.

    `address` is the network address the try comes from. Raises WrongPasswordError or TooManyTriesError.
    """
    with store.write() as unit:
        both, alone = _lookups(unit, email, address)
        _wait_or_go_on(unit, both, alone)
        # Noted before the password is looked at, so that many tries at the same moment count as many.
        accounts.note_try(unit, (both, alone))
        found = accounts.by_email(unit, email)
    # Checking takes a while on purpose; no transaction is held meanwhile.
    if not passwords.matches(password, found.password_hash if found else None) or found is None:
        raise WrongPasswordError("The e-mail address and the password do not belong together. Try again.")
    anew = passwords.hash_of(password) if passwords.is_outdated(found.password_hash) else None
    token = secrets.token_urlsafe(32)
    with store.write() as unit:
        accounts.forget_tries(unit, both)
        if anew:
            accounts.set_password_hash(unit, found.practitioner.id, anew)
        accounts.begin_sign_in(
            unit,
            token_hash=hash_of_token(token),
            form_token=secrets.token_urlsafe(32),
            practitioner=found.practitioner.id,
            expires_at=unit.now + LASTS,
        )
    return token


def sign_out(store: Store, token: str) -> None:
    """Sign the browser with this token out."""
    with store.write() as unit:
        accounts.end_sign_in(unit, hash_of_token(token))


def who_holds(store: Store, token: str) -> accounts.Browser | None:
    """The browser with this token while it is signed in, otherwise None. Its being here is noted once a minute."""
    hashed = hash_of_token(token)
    with store.read() as unit:
        browser = accounts.signed_in_browser(unit, hashed)
        now = unit.now
    if browser is None or now >= browser.expires_at or now - browser.last_seen_at >= IDLE:
        return None
    if now - browser.last_seen_at >= timedelta(minutes=1):
        with store.write() as unit:
            accounts.seen(unit, hashed)
    return browser


def hash_of_token(token: str) -> str:
    """The SHA-256 of a token, 64 hexadecimal digits. The token is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def wait_after(tries: int, free_tries: int) -> timedelta:
    """How long the next try has to wait after this many wrong ones: nothing, then 1, 2, 4, 8, 15 minutes."""
    if tries < free_tries:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(tries - free_tries, 10)), _LONGEST_WAIT)


def _lookups(unit: ReadUnit, email: str, address: str) -> tuple[str, str]:
    both = unit.keys.lookup("sign-in", f"{email.strip().lower()} {address}")
    return both, unit.keys.lookup("sign-in", address)


def _wait_or_go_on(unit: WriteUnit, both: str, alone: str) -> None:
    until = max(
        _next_try_at(unit, both, _FREE_TRIES),
        _next_try_at(unit, alone, _FREE_TRIES_OF_AN_ADDRESS),
    )
    if until > unit.now:
        minutes = -(-(until - unit.now).total_seconds() // 60)
        some_time = "a minute" if minutes <= 1 else f"{minutes:.0f} minutes"
        raise TooManyTriesError(f"That was wrong too often. Wait {some_time}, then try again.")


def _next_try_at(unit: WriteUnit, lookup: str, free_tries: int) -> datetime:
    tries = accounts.tries(unit, lookup, unit.now - _COUNTED)
    return unit.now if tries.last_at is None else tries.last_at + wait_after(tries.count, free_tries)
