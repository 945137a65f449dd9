"""Whether a request really comes from Twilio.

Twilio signs the address it was told to call and the fields it posts, in byte order of their names, with HMAC-SHA1
and the account's auth token (its published page "Validate requests"). The address is the public one we are set to,
never the one of the request: behind a proxy the two differ, and a request could name any host.
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha1

from twilio.request_validator import RequestValidator

Fields = dict[str, str]


class _Validator(RequestValidator):  # type: ignore[misc] # the vendor's module has no types
    """The vendor's check, except that a text with an unpaired surrogate is signed like any other."""

    def compute_signature(self, uri: str, params: Fields | None, algorithm: str | None = None) -> str:  # noqa: ARG002 -- an auth token signs with HMAC-SHA1 only
        """The signature of an address and its fields, as base64."""
        signed = uri + "".join(name + value for name, value in sorted((params or {}).items()))
        digest = hmac.new(self.token, signed.encode("utf-8", "surrogatepass"), sha1).digest()
        return base64.b64encode(digest).decode()


def is_signed(tokens: Sequence[str], address: str, fields: Fields, signature: str) -> bool:
    """Whether any of the tokens made this signature for this address and these fields.

    Two tokens are valid while one is being replaced by another.
    """
    results = [_Validator(token).validate(address, fields, signature) for token in tokens]
    return any(results)
