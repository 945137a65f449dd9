"""One conversation by each way in, through the whole service: intake, turn, outbox, sender."""

import html
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.app import create_app
from bot.channels.console.chat import run_chat
from bot.demonstration import fill
from bot.service import Service, build
from tests.support.channel_host import serve, settings_for
from tests.support.twilio_stand_in import ACCOUNT, NUMBER, TOKEN, TwilioStandIn

PUBLIC = "http://first-contact.example.org"
FIRST_QUESTION = "How's your life at the moment?"


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def service(database_url: str, tmp_path: Path, twilio: TwilioStandIn) -> Service:
    settings = settings_for(
        tmp_path,
        database_url=database_url,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=(TOKEN,),
        twilio_from=NUMBER,
        twilio_api_url=twilio.address,
    )
    built = build(settings)
    fill(built.store)
    return built


def test_by_text(service: Service, twilio: TwilioStandIn) -> None:
    with serve(create_app(service)) as address:
        assert twilio.text_us(address, "hello", sid="SM" + "1" * 32, public=PUBLIC).status == 200
        first, *_, last = twilio.wait_for(2)
    assert "not an emergency service" in first.body
    assert last.body == FIRST_QUESTION
    assert {text.to for text in twilio.texts} == {"+447700900123"}


def test_on_the_chat_page(service: Service) -> None:
    with serve(create_app(service)) as address, httpx.Client(base_url=address) as visitor:
        visitor.get("/chat")
        answer = visitor.post("/chat/messages", data={"text_id": str(uuid.uuid4()), "words": "hello"})
        assert answer.status_code == 303
        with visitor.stream("GET", "/chat/events") as stream:
            news = (line for line in stream.iter_lines() if line.startswith("data: "))
            assert any(FIRST_QUESTION in html.unescape(visitor.get("/chat").text) for _ in news)


def test_in_the_terminal(service: Service) -> None:
    printed: list[str] = []
    lines = iter(["hello"])
    run_chat(service, lambda: next(lines, None), lambda name, words: printed.append(f"{name}: {words}"))
    assert f"First Contact: {FIRST_QUESTION}" in printed
