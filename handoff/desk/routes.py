"""The desk's routes. Everything they need from outside comes in through `router`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from sse_starlette import EventSourceResponse

from handoff.desk import words
from handoff.desk.live import news
from handoff.desk.marking import pieces
from handoff.desk.page import Render
from handoff.ports import CaseFile, Changes, Desk, NoSuchCaseError, Practitioner, Refused

Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


@dataclass(frozen=True)
class Around:
    """What the desk's pages are given.

    `signed_in` and `may_act` are dependencies of the service's sign-in: the first for reading, the second for every
    form. `now` tells the time (UTC), `time_zone` is the one the team lives in.
    """

    desk: Desk
    changes: Changes
    render: Render
    signed_in: Callable[..., Practitioner]
    may_act: Callable[..., Practitioner]
    now: Callable[[], datetime]
    time_zone: str


@dataclass(frozen=True)
class Draft:
    """What was typed into a form that was refused, so that it is there again; `problem` is the sentence why."""

    form: str
    words: str
    problem: str


def router(around: Around) -> APIRouter:
    """The routes below /desk."""
    routes = APIRouter(prefix="/desk")
    _add_pages(routes, around)
    _add_forms(routes, around)
    return routes


def _add_pages(routes: APIRouter, around: Around) -> None:
    reader = Annotated[Practitioner, Depends(around.signed_in)]

    @routes.get("")
    def queue(request: Request, who: reader) -> Response:
        return around.render(request, "desk/queue.jinja", **_queue(around), me=who.id)

    @routes.get("/queue")
    def queue_part(request: Request, who: reader) -> Response:
        return around.render(request, "desk/_queue.jinja", **_queue(around), me=who.id)

    @routes.get("/closed")
    def closed(request: Request, who: reader) -> Response:
        cards = around.desk.queue(closed=True)
        return around.render(request, "desk/closed.jinja", cards=cards, me=who.id, **_common(around))

    @routes.get("/cases/{number}")
    def case(request: Request, number: Number, who: reader) -> Response:
        return around.render(request, "desk/case.jinja", **_case(around, number, who))

    @routes.get("/cases/{number}/live")
    def case_part(request: Request, number: Number, who: reader, shown: str = "", draft: str = "") -> Response:
        shows = _case(around, number, who)
        # A form is replaced only when it is the wrong one by now, and never when somebody has begun to write.
        stale = shows["holder"] != shown
        return around.render(request, "desk/_live.jinja", **shows, fresh_forms=stale and draft != "yes")

    @routes.get("/events")
    async def events(_: reader) -> EventSourceResponse:
        return EventSourceResponse(news(around.changes), headers={"Cache-Control": "no-store"})


def _add_forms(routes: APIRouter, around: Around) -> None:
    actor = Annotated[Practitioner, Depends(around.may_act)]
    typed = Annotated[str, Form()]

    def act(request: Request, number: int, who: Practitioner, draft: Draft, do: Callable[[], None]) -> Response:
        """Do it and show the case again, or show the case with the sentence why not and with what was typed."""
        try:
            do()
        except NoSuchCaseError as error:
            raise HTTPException(404, str(error)) from error
        except Refused as error:
            refused = Draft(draft.form, draft.words, str(error))
            return around.render(request, "desk/case.jinja", status=409, **_case(around, number, who, refused))
        return RedirectResponse(f"/desk/cases/{number}", 303)

    @routes.post("/cases/{number}/claim")
    def claim(request: Request, number: Number, who: actor) -> Response:
        return act(request, number, who, Draft("claim", "", ""), lambda: around.desk.claim(number, who))

    @routes.post("/cases/{number}/say")
    def say(request: Request, number: Number, who: actor, words: typed = "") -> Response:
        draft = Draft("say", _lines(words), "")
        return act(request, number, who, draft, lambda: around.desk.say(number, who, draft.words))

    @routes.post("/cases/{number}/hand-back")
    def hand_back(request: Request, number: Number, who: actor, words: typed = "") -> Response:
        draft = Draft("hand_back", _lines(words), "")
        return act(request, number, who, draft, lambda: around.desk.hand_back(number, who, draft.words))

    @routes.post("/cases/{number}/close")
    def close(request: Request, number: Number, who: actor, words: typed = "") -> Response:
        draft = Draft("close", _lines(words), "")
        return act(request, number, who, draft, lambda: around.desk.close(number, who, draft.words))


def _lines(typed: str) -> str:
    """What was typed, with the line ends a browser sends (CR LF, in HTML's form encoding) made plain."""
    return typed.replace("\r\n", "\n")


def _common(around: Around) -> dict[str, Any]:
    now = around.now()
    return {
        "now": now,
        "say": words,
        "pieces": pieces,
        "time_zone": around.time_zone,
        "updated": words.moment(now, now, around.time_zone),
    }


def _queue(around: Around) -> dict[str, Any]:
    cards = around.desk.queue()
    return _common(around) | {
        "waiting": [card for card in cards if card.claimed_by_name is None],
        "held": [card for card in cards if card.claimed_by_name is not None],
        "duty": around.desk.duty(),
    }


def _case(around: Around, number: int, who: Practitioner, draft: Draft | None = None) -> dict[str, Any]:
    try:
        file: CaseFile = around.desk.case_file(number)
    except NoSuchCaseError as error:
        raise HTTPException(404, str(error)) from error
    return _queue(around) | {
        "file": file,
        "card": file.card,
        "case": file.card.case,
        "holder": words.holder(file.card.case, who.id),
        "reads_only": who.role not in ("practitioner", "lead"),
        "me": who.id,
        "draft": draft,
    }
