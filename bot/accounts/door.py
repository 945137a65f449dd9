"""The door: what a route asks for before it opens.

`signed_in`, `may_act` and `form_checked` are dependencies for routes; an architecture test finds them by these names.
Routes for everybody carry the tag `public`.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Form, HTTPException, Request

from bot.accounts.signing_in import who_holds
from bot.store.unit import Store
from handoff.ports import Practitioner, Role

ACTS: frozenset[Role] = frozenset({"practitioner", "lead"})
"""Who takes conversations over. Admins and auditors read the desk and change nothing on it."""


@dataclass(frozen=True)
class Door:
    """The dependencies of one installation, and the name of its cookie.

    `signed_in` gives the practitioner, or sends to the sign-in page (401 for a part of a page or a live connection).
    `form_checked` is for each form that is posted: signed in, from our own page, with the form token of this
    sign-in; 403 otherwise. `may_act` is `form_checked` for those whose role takes conversations over.
    """

    signed_in: Callable[..., Practitioner]
    form_checked: Callable[..., Practitioner]
    may_act: Callable[..., Practitioner]
    own_page: Callable[..., None]
    cookie: str
    secure: bool


def make_door(store: Store, public_url: str) -> Door:
    """The door of an installation that people reach at `public_url`."""
    secure = public_url.startswith("https://")
    # The prefix makes the browser itself refuse a cookie that another host or an insecure page tries to set.
    cookie = "__Host-first-contact" if secure else "first-contact"

    def own_page(request: Request) -> None:
        _check_origin(request, urlsplit(public_url).netloc)

    def signed_in(request: Request) -> Practitioner:
        token = request.cookies.get(cookie)
        browser = who_holds(store, token) if token else None
        if browser is None:
            raise _sent_to_sign_in(request)
        request.state.who = browser.practitioner
        request.state.form_token = browser.form_token
        return browser.practitioner

    def form_checked(
        request: Request,
        who: Annotated[Practitioner, Depends(signed_in)],
        _: Annotated[None, Depends(own_page)],
        form_token: Annotated[str, Form()] = "",
    ) -> Practitioner:
        _check_form_token(request, form_token)
        return who

    def may_act(who: Annotated[Practitioner, Depends(form_checked)]) -> Practitioner:
        if who.role not in ACTS:
            raise HTTPException(403, "Your account can read the desk. Acting on a case is for practitioners and leads.")
        return who

    return Door(signed_in, form_checked, may_act, own_page, cookie, secure)


def _check_origin(request: Request, public_host: str) -> None:
    # Browsers name the origin of every form they post; a request without one comes from no browser.
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in {public_host, request.headers.get("host", "")}:
        raise HTTPException(403, "This form was sent from another site. Open our own page and send it from there.")


def _check_form_token(request: Request, form_token: str) -> None:
    if not hmac.compare_digest(form_token.encode(), request.state.form_token.encode()):
        raise HTTPException(403, "This page is from an earlier sign-in. Go back, reload the page and try again.")


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, else the desk. Never another site."""
    parts = urlsplit(path)
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if is_ours and path.isprintable() else "/desk"


def _sent_to_sign_in(request: Request) -> HTTPException:
    is_part = "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", "")
    if is_part:
        return HTTPException(401, "You are signed out. Sign in again.")
    back = request.url.path if request.method == "GET" else "/desk"
    return HTTPException(303, headers={"Location": f"/sign-in?next={quote(back)}"})
