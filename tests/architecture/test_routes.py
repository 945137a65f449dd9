"""Every address asks for a signature or a sign-in, or is for everybody on purpose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from bot.app import create_app
from bot.service import build
from bot.settings import Settings

# One worker builds the service for all of them.
pytestmark = pytest.mark.xdist_group("routes")

DOOR = {"signed_in", "form_checked", "may_act"}
FORM = {"form_checked", "may_act"}
SIGNED_BY_A_PROVIDER = "/channels/"

# Who adds an address here decides that a stranger may reach it.
FOR_EVERYBODY = {
    "GET /",
    "GET /chat",
    "GET /chat/events",
    "GET /chat/messages",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /sign-in",
    "POST /chat/forget",
    "POST /chat/messages",
    "POST /sign-in",
}


@dataclass(frozen=True)
class Route:
    """One address: its method and path, its tags, and the dependencies that stand before it."""

    name: str
    path: str
    method: str
    tags: frozenset[str]
    asks: frozenset[str]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Sequence[Route]]]:
    settings = Settings(
        data_folder=tmp_path_factory.mktemp("var"),
        public_url="https://first-contact.example.org",
        twilio_account_sid="AC00000000000000000000000000000000",
        twilio_auth_tokens=("invented",),
        twilio_from="+447700900000",
    )
    service = build(settings)
    built = create_app(service)
    yield TestClient(built, base_url=settings.address, follow_redirects=False), tuple(_routes(built.routes))
    service.stop()


@pytest.fixture(scope="module")
def routes(app: tuple[TestClient, Sequence[Route]]) -> Sequence[Route]:
    return app[1]


@pytest.fixture(scope="module")
def stranger(app: tuple[TestClient, Sequence[Route]]) -> TestClient:
    """A browser that never signed in."""
    return app[0]


def test_each_route_asks_who_is_there(routes: Sequence[Route]) -> None:
    open_doors = [
        route.name
        for route in routes
        if not (route.asks & DOOR or "public" in route.tags or route.path.startswith(SIGNED_BY_A_PROVIDER))
    ]
    assert not open_doors, (
        "Anybody can reach these addresses. Give each one of the door's dependencies (bot/accounts/door.py), a "
        f"provider's signature check, or the tag `public` with a line in FOR_EVERYBODY: {open_doors}"
    )


def test_what_is_for_everybody_was_meant_to_be(routes: Sequence[Route]) -> None:
    public = {route.name for route in routes if "public" in route.tags}
    assert public == FOR_EVERYBODY, (
        "The tag `public` and the list FOR_EVERYBODY in this file must agree, so that opening an address to strangers "
        f"is decided twice. They differ in: {sorted(public ^ FOR_EVERYBODY)}"
    )


def test_each_form_behind_the_door_checks_where_it_came_from(routes: Sequence[Route]) -> None:
    unchecked = [
        route.name
        for route in routes
        if route.method not in {"GET", "HEAD"} and route.asks & DOOR and not route.asks & FORM
    ]
    assert not unchecked, f"Another site could post these in a practitioner's name; ask for form_checked: {unchecked}"


def test_a_stranger_gets_nothing_from_behind_the_door(routes: Sequence[Route], stranger: TestClient) -> None:
    behind = [route for route in routes if route.asks & DOOR]
    assert behind
    answers = {
        route.name: stranger.request(route.method, route.path.replace("{number}", "1")).status_code for route in behind
    }
    let_in = {name: status for name, status in answers.items() if status not in {303, 401, 403}}
    assert not let_in, f"Without signing in these answered with something else than a closed door: {let_in}"


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "Zm9yZ2Vk"}])
def test_a_webhook_refuses_what_its_provider_did_not_sign(
    routes: Sequence[Route], stranger: TestClient, headers: dict[str, str]
) -> None:
    webhooks = [route for route in routes if route.path.startswith(SIGNED_BY_A_PROVIDER)]
    assert webhooks
    form = {"From": "+447700900001", "To": "+447700900000", "Body": "hello", "MessageSid": "SM" + "0" * 32}
    answers = {
        route.name: stranger.request(route.method, route.path, data=form, headers=headers).status_code
        for route in webhooks
    }
    assert set(answers.values()) == {403}, f"Unsigned posts must be refused with 403: {answers}"


def test_nothing_tells_strangers_what_is_there(stranger: TestClient) -> None:
    told = [path for path in ("/docs", "/redoc", "/openapi.json") if stranger.get(path).status_code != 404]
    assert not told, f"These pages list every address of the service: {told}"


def _routes(registered: Sequence[object]) -> Iterator[Route]:
    for context in iter_route_contexts(registered):  # type: ignore[arg-type]  # what FastAPI itself keeps in `routes`
        if isinstance(context.original_route, Mount):
            assert isinstance(context.original_route.app, StaticFiles), (
                f"{context.path} is mounted and no folder of files"
            )
            continue
        assert context.path is not None
        asks = frozenset(_asked(context.dependant))
        for method in sorted((context.methods or set()) - {"HEAD"}):
            yield Route(f"{method} {context.path}", context.path, method, frozenset(context.tags), asks)


def _asked(dependant: Dependant) -> Iterator[str]:
    for inner in dependant.dependencies:
        if inner.call is not None and inner.call.__module__ == "bot.accounts.door":
            yield inner.call.__name__
        yield from _asked(inner)
