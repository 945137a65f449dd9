"""Who writes on the chat page: a browser that holds a random token, and nothing more.

The token is in a cookie that scripts cannot read. The database knows only its SHA-256, so that nobody who reads the
database can become somebody's browser.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

COOKIE = "first_contact_chat"

KEPT = timedelta(days=90)
"""How long a browser is known after its last visit: longer than any wait for a first conversation, with room."""

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{43}$")


@dataclass(frozen=True)
class Visitor:
    """One browser. `sender` is its address within the channel."""

    token: str

    @property
    def sender(self) -> str:
        """The address that stands for this browser in the database."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def known(request: Request) -> Visitor | None:
    """The browser that asks, or None when it holds no token of ours."""
    token = request.cookies.get(COOKIE, "")
    return Visitor(token) if _TOKEN.fullmatch(token) else None


def new() -> Visitor:
    """A browser that was not here before."""
    return Visitor(secrets.token_urlsafe(32))


def remember(response: Response, visitor: Visitor, *, secure: bool) -> None:
    """Let the browser keep its token. `secure`: the page is served over HTTPS, so the cookie travels nowhere else."""
    response.set_cookie(
        COOKIE,
        visitor.token,
        max_age=int(KEPT.total_seconds()),
        path="/chat",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def forget(response: Response, *, secure: bool) -> None:
    """Let the browser drop its token."""
    response.delete_cookie(COOKIE, path="/chat", httponly=True, samesite="lax", secure=secure)


def from_our_page(request: Request) -> bool:
    """Whether a post comes from a page of ours, by the headers a browser sets and no script can change."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
