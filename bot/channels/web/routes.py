"""The chat page's addresses.

Everything works without JavaScript: a form is posted, the browser is sent back to the page, and the page shows the
conversation. With JavaScript the same addresses answer with single lines, and an event stream tells when there are
more.
"""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.channels.counts import TOO_QUICK
from bot.channels.forms import NotAFormError, TooBigError, read_body, read_form
from bot.channels.host import Host
from bot.channels.web import visitor as visitors
from bot.channels.web.channel import MOST_CHARACTERS, WEB
from bot.channels.web.pace import PER_ADDRESS, PER_BROWSER, Pace
from bot.channels.web.posts import NotTakenError, Post, read_post
from bot.channels.web.views import LineView, view_lines
from bot.channels.web.visitor import Visitor
from bot.intake import Inbound, take_in
from bot.log import Log
from bot.store import rota, thread
from bot.store.unit import AWAY, ReadUnit
from dialogue.inputs import Team
from handoff.desk.page import Render

BODY_LIMIT = 512 * 1024
"""Bytes of one post: 20,000 characters of any script are at most 240,000 as a form writes them."""

HEARTBEAT_SECONDS = 15
AWAY_STATUS = 503

LOOKS = 6
"""How often the page without JavaScript looks for a reply by itself, three seconds apart, before it leaves it be."""

LineNumber = Annotated[int, Query(ge=0, le=2**53)]
"""A line's number as a page may ask for it: no database counts further, and no script can."""

log = Log(__name__)


def router(host: Host, render: Render) -> APIRouter:
    """The chat page of one installation."""
    page = ChatPage(host, render)
    routes = APIRouter(prefix="/chat", include_in_schema=False)
    routes.add_api_route("", page.show, methods=["GET"])
    routes.add_api_route("/messages", page.post, methods=["POST"])
    routes.add_api_route("/messages", page.lines_after, methods=["GET"])
    routes.add_api_route("/events", page.events, methods=["GET"])
    routes.add_api_route("/forget", page.forget, methods=["POST"])
    return routes


class ChatPage:
    """What each address of the chat page does."""

    def __init__(self, host: Host, render: Render) -> None:
        self._host = host
        self._render = render
        self._pace = Pace()
        self._secure = host.settings.address.startswith("https://")

    async def show(self, request: Request, sent: int = 0) -> Response:
        """The page. A browser that comes for the first time is given its token here."""
        visitor = visitors.known(request) or visitors.new()
        return await run_in_threadpool(self._page, request, visitor, looks=sent)

    async def post(self, request: Request) -> Response:
        """Take one text in. Posting it again, with the same id, changes nothing."""
        visitor = visitors.known(request)
        scripted = "application/json" in request.headers.get("accept", "")
        try:
            post = await self._read(request)
            visitor = _told_apart(visitor, post)
            self._keep_pace(request, visitor, post)
            await run_in_threadpool(self._take_in, visitor, post)
        except NotTakenError as refused:
            return await run_in_threadpool(self._refuse, request, visitor, refused, scripted=scripted)
        if scripted:
            return JSONResponse({"text": post.id}, status_code=202, headers={"Cache-Control": "no-store"})
        return RedirectResponse("/chat?sent=1#latest", status_code=303)

    async def lines_after(self, request: Request, after: LineNumber = 0) -> Response:
        """The lines after a number, ready to be put into the page. Whoever asks has shown the ones before it."""
        visitor = visitors.known(request)
        if visitor is None:
            return Response(status_code=204)
        return await run_in_threadpool(self._lines, request, visitor, after)

    async def events(self, request: Request, after: LineNumber = 0) -> Response:
        """A stream that names the newest line's number whenever there is one, and gives a sign of life."""
        visitor = visitors.known(request)
        if visitor is None:
            # This answer tells the browser not to come back by itself.
            return Response(status_code=204)
        return EventSourceResponse(
            self._newest(visitor, after),
            ping=HEARTBEAT_SECONDS,
            ping_message_factory=lambda: ServerSentEvent(event="alive", data=""),
            headers={"Cache-Control": "no-store"},
        )

    async def forget(self, request: Request) -> Response:
        """Let this browser forget the conversation. What was written stays with the team."""
        response = RedirectResponse("/chat", status_code=303)
        if visitors.from_our_page(request):
            visitors.forget(response, secure=self._secure)
        return response

    async def _read(self, request: Request) -> Post:
        if not visitors.from_our_page(request):
            raise NotTakenError(403, "elsewhere", "This was not sent from our chat page, so we did not take it.")
        try:
            body = await read_body(request, BODY_LIMIT)
            fields = read_form(request.headers.get("content-type", ""), body)
        except TooBigError as error:
            raise NotTakenError(
                413,
                "too_long",
                f"That is longer than this page can send in one go ({MOST_CHARACTERS:,} characters). Please go back "
                "and send it in two or more parts.",
            ) from error
        except NotAFormError as error:
            raise NotTakenError(400, "not_a_form", f"That could not be read: {error}.") from error
        return read_post(fields)

    def _keep_pace(self, request: Request, visitor: Visitor, post: Post) -> None:
        address = request.client.host if request.client else "unknown"
        limits = {f"browser {visitor.sender}": PER_BROWSER, f"address {address}": PER_ADDRESS}
        wait = self._pace.wait(limits, self._host.clock.now())
        if not wait:
            return
        self._host.counts.add(TOO_QUICK)
        raise NotTakenError(
            429,
            "too_quick",
            "A lot came from here in a short time, so we are taking a short break. Your words are still here. They "
            "can be sent in a minute.",
            words=post.words,
            wait=max(1, int(wait.total_seconds()) + 1),
        )

    def _take_in(self, visitor: Visitor, post: Post) -> None:
        try:
            self._keep(visitor, post)
        except AWAY as error:
            log.failure("chat.not_kept", error)
            raise NotTakenError(
                AWAY_STATUS,
                "away",
                "That has not reached us, because something is wrong on our side. Your words are still in the box. "
                "Please press Send again in a minute. If you cannot wait, use the numbers at the top of this page.",
                words=post.words,
            ) from error

    def _keep(self, visitor: Visitor, post: Post) -> None:
        host = self._host
        # The page's id alone would let somebody's second text vanish when an old page comes back with its old id.
        same = host.store.keys.lookup("web text", f"{visitor.sender}:{post.id}:{post.words}")
        take_in(
            host.store,
            Inbound(
                channel=WEB,
                provider_id=f"{post.id}:{same}",
                sender=visitor.sender,
                words=post.words,
                picked=post.picked,
                received_at=host.clock.now(),
            ),
        )

    def _refuse(self, request: Request, visitor: Visitor | None, refused: NotTakenError, *, scripted: bool) -> Response:
        if scripted:
            content = {"problem": refused.problem, "message": refused.message, "wait": refused.wait}
            response: Response = JSONResponse(content, status_code=refused.status)
            if visitor is None:
                visitors.remember(response, visitors.new(), secure=self._secure)
        else:
            response = self._page(request, visitor or visitors.new(), refused=refused)
        if refused.wait is not None:
            response.headers["Retry-After"] = str(refused.wait)
        return response

    def _page(
        self, request: Request, visitor: Visitor, *, looks: int = 0, refused: NotTakenError | None = None
    ) -> Response:
        # While the database is away the page still holds the words, and names the numbers to ring.
        away = refused is not None and refused.status == AWAY_STATUS
        team, lines = (self._any_team(), ()) if away else self._thread(visitor)
        newest = max((line.seq for line in lines), default=0)
        waits = bool(lines) and lines[-1].kind == "person" and 0 < looks < LOOKS
        response = self._render(
            request,
            "chat/page.jinja",
            status=refused.status if refused else 200,
            team=team,
            lines=lines,
            newest=newest,
            refused=refused,
            words=refused.words if refused else "",
            text_id=_fresh_id(),
            fresh_id=_fresh_id,
            most_characters=MOST_CHARACTERS,
            leave_to=self._host.settings.quick_exit_url,
            look_again=looks + 1 if waits else 0,
        )
        visitors.remember(response, visitor, secure=self._secure)
        if newest:
            self._shown(visitor, newest)
        return response

    def _thread(self, visitor: Visitor) -> tuple[Team, tuple[LineView, ...]]:
        with self._host.store.read() as unit:
            team = self._team(unit)
            return team, self._views(unit, visitor, team)

    def _lines(self, request: Request, visitor: Visitor, after: int) -> Response:
        self._shown(visitor, after)
        with self._host.store.read() as unit:
            lines = self._views(unit, visitor, self._team(unit), after=after, with_waiting=False)
        if not lines:
            return Response(status_code=204)
        return self._render(request, "chat/lines.jinja", lines=lines, fresh_id=_fresh_id)

    def _views(
        self, unit: ReadUnit, visitor: Visitor, team: Team, *, after: int = 0, with_waiting: bool = True
    ) -> tuple[LineView, ...]:
        # What waits is looked at first: a text whose turn comes in between is then found twice, and never lost.
        waiting = thread.waiting(unit, WEB, visitor.sender) if with_waiting else ()
        lines = thread.lines(unit, WEB, visitor.sender, after)
        had_their_turn = {line.id for line in lines}
        lines += tuple(line for line in waiting if line.id not in had_their_turn)
        return view_lines(lines, bot_name=team.service, zone=team.time_zone, now=unit.now)

    def _shown(self, visitor: Visitor, up_to: int) -> None:
        with self._host.store.read() as unit:
            rows = thread.sent(unit, WEB, visitor.sender, up_to)
        for row in rows:
            self._host.sender.receipt(WEB, row, "delivered", None)

    def _team(self, unit: ReadUnit) -> Team:
        return rota.team_words(unit) or self._any_team()

    def _any_team(self) -> Team:
        return Team(name="the team", service=self._host.settings.service_name)

    async def _newest(self, visitor: Visitor, after: int) -> AsyncIterator[ServerSentEvent]:
        token = self._host.changes.latest()
        while not self._host.changes.closed:
            newest = await run_in_threadpool(self._latest, visitor)
            if newest > after:
                after = newest
                yield ServerSentEvent(event="lines", data=str(newest), id=str(newest))
            token = await self._host.changes.wait(token, HEARTBEAT_SECONDS)

    def _latest(self, visitor: Visitor) -> int:
        with self._host.store.read() as unit:
            return thread.latest(unit, WEB, visitor.sender)


def _fresh_id() -> str:
    return str(uuid.uuid4())


def _told_apart(visitor: Visitor | None, post: Post) -> Visitor:
    """The browser, when it holds a token. Raises NotTakenError for one that does not: its answer would be lost."""
    if visitor is None:
        raise NotTakenError(
            400,
            "no_cookie",
            "Your browser has not kept the small file (a cookie) that tells us who we are talking to. Your words are "
            "still in the box. Please press Send again. If you see this a second time, allow cookies for this page, "
            "or text us instead.",
            words=post.words,
        )
    return visitor
