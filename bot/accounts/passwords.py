"""Passwords: kept as Argon2id hashes, checked a few at a time."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

# OWASP's Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Each check takes 19 MiB for some hundredths of a second; many at once must not take the service's memory.
_AT_ONCE = BoundedSemaphore(2)

# NCSC: length is what counts; no rules about capitals and digits, which people meet in guessable ways.
SHORTEST = 12
LONGEST = 200


class WeakPasswordError(Exception):
    """The password will not do; the message says what would."""


def hash_of(password: str) -> str:
    """The hash to keep. Raises WeakPasswordError when it is shorter than 12 or longer than 200 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(
            f"The password must have at least {SHORTEST} and at most {LONGEST} characters. Three or four words in a "
            "row are a good one."
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(password: str, kept_hash: str | None) -> bool:
    """Whether the password is the one that was hashed.

    With None, when there is no such account, as much time is spent, so that the answer does not tell who has one.
    """
    with _AT_ONCE:
        try:
            right = _HASHER.verify(kept_hash or _NOBODYS, password[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return right and kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Whether a kept hash was made with other costs than today's and should be made anew."""
    return _HASHER.check_needs_rehash(kept_hash)


_NOBODYS = _HASHER.hash("nobody has this password")
