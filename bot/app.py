"""The web application: every room's addresses, put together in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from bot.accounts.door import make_door
from bot.accounts.routes import router as accounts_router
from bot.channels.twilio import webhooks as twilio
from bot.channels.web import routes as chat
from bot.service import Service
from bot.web import health
from bot.web.problems import add_problem_pages
from bot.web.templates import Pages, Site, serve_static_files
from handoff.desk import routes as desk


def create_app(service: Service) -> FastAPI:
    """The application of a service. Its workers start when the application starts, and stop when it stops."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001 -- the framework hands it over
        service.start()
        yield
        service.stop()

    # No pages of its own: the interface description would tell strangers what is there.
    app = FastAPI(title="First Contact", lifespan=running, docs_url=None, redoc_url=None, openapi_url=None)
    render = Pages(Site(service_name=service.settings.service_name)).render
    door = make_door(service.store, service.settings.address)
    app.include_router(twilio.router(service))
    app.include_router(chat.router(service, render), tags=["public"])
    app.include_router(accounts_router(service.store, door, render))
    app.include_router(
        desk.router(
            desk.Around(
                desk=service.desk,
                changes=service.changes,
                render=render,
                signed_in=door.signed_in,
                may_act=door.may_act,
                now=service.clock.now,
                time_zone=service.time_zone(),
            )
        )
    )
    app.include_router(health.router(service))

    @app.get("/", tags=["public"])
    def front() -> RedirectResponse:
        """Whoever comes to the bare address most likely wants to talk to somebody."""
        return RedirectResponse("/chat")

    serve_static_files(app)
    add_problem_pages(app, render)
    return app
