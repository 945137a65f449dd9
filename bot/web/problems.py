"""Pages for what goes wrong: a sentence, never a stack trace."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.log import Log
from bot.store.unit import AWAY
from dialogue.inputs import Team
from handoff.desk.page import Render

_LOG = Log(__name__)

_HEADINGS = {
    401: "You are signed out",
    403: "That is not possible",
    404: "There is no page at this address",
    405: "That is not possible",
    422: "Something is missing",
    500: "Something went wrong on our side",
    503: "We cannot be reached at this moment",
}
_SENTENCES = {
    401: "Sign in again.",
    403: "Your account may not do this.",
    404: "Check the address, or go back to the page you came from.",
    405: "This address does not take that kind of request.",
    422: "The request was not complete. Go back, fill in what is missing and try again.",
    500: "Nothing you wrote before is lost. Try again in a minute, and tell the people who run this service.",
}

# With the numbers as they are without a team of one's own: the database, which has the team's, is what is away.
_AWAY = (
    "Nothing you sent before is lost. Try again in a minute. In danger now? Ring {0.emergency}. Urgent help, day or "
    "night: {0.urgent}. Someone to talk to: {0.listening_lines}."
).format(Team(name="", service=""))


def add_problem_pages(app: FastAPI, render: Render) -> None:
    """Answer every error with a page for a browser and with one JSON sentence for everything else."""

    def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.headers and "Location" in error.headers:
            return RedirectResponse(error.headers["Location"], error.status_code)
        # Starlette's own details are bare phrases ("Not Found"); ours are sentences.
        own = error.detail if error.detail.endswith(".") else None
        answered = _answer(render, request, error.status_code, own)
        answered.headers.update(error.headers or {})
        return answered

    def invalid(request: Request, error: Exception) -> Response:
        del error  # it quotes what was sent, which may be somebody's words
        return _answer(render, request, 422, None)

    def broken(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        _LOG.failure("request_failed", error, route=getattr(route, "name", "unknown"))
        return _answer(render, request, 500, None)

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, broken)
    _add_page_while_away(app, render)


def _add_page_while_away(app: FastAPI, render: Render) -> None:
    def away(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        _LOG.failure("database_away", error, route=getattr(route, "name", "unknown"))
        return _answer(render, request, 503, _AWAY)

    for kind in AWAY:
        app.add_exception_handler(kind, away)


def _answer(render: Render, request: Request, status: int, detail: str | None) -> Response:
    sentence = detail or _SENTENCES.get(status, "The request could not be answered.")
    if "text/html" in request.headers.get("accept", ""):
        heading = _HEADINGS.get(status, "That is not possible")
        return render(request, "problem.jinja", status=status, heading=heading, sentence=sentence)
    return JSONResponse({"detail": sentence}, status)
