"""The sign-in page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from bot.accounts.door import Door, safe_next
from bot.accounts.signing_in import SignInError, TooManyTriesError, sign_in, sign_out, who_holds
from bot.store.unit import Store
from handoff.desk.page import Render


def router(store: Store, door: Door, render: Render) -> APIRouter:
    """The routes /sign-in and /sign-out. The service says who may come in through `door`."""
    routes = APIRouter()

    @routes.get("/sign-in", tags=["public"])
    def sign_in_page(request: Request, next: str = "/desk") -> Response:  # noqa: A002 -- the name in the address
        token = request.cookies.get(door.cookie)
        if token and who_holds(store, token):
            return RedirectResponse(safe_next(next), 303)
        return render(request, "sign_in.jinja", next=safe_next(next))

    @routes.post("/sign-in", tags=["public"], dependencies=[Depends(door.own_page)])
    def post_sign_in(
        request: Request,
        email: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/desk",  # noqa: A002 -- the name in the form
    ) -> Response:
        address = request.client.host if request.client else ""
        try:
            token = sign_in(store, email=email[:200], password=password, address=address)
        except SignInError as error:
            status = 429 if isinstance(error, TooManyTriesError) else 403
            again = {"problem": str(error), "email": email[:200], "next": safe_next(next)}
            return render(request, "sign_in.jinja", status=status, **again)
        answer = RedirectResponse(safe_next(next), 303)
        # A cookie without a date ends with the browser; the session's own times stand in the database.
        answer.set_cookie(door.cookie, token, httponly=True, samesite="lax", secure=door.secure, path="/")
        return answer

    @routes.post("/sign-out", dependencies=[Depends(door.form_checked)])
    def post_sign_out(request: Request) -> Response:
        sign_out(store, request.cookies[door.cookie])
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(door.cookie, path="/", secure=door.secure, httponly=True, samesite="lax")
        return answer

    return routes
