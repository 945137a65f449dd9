"""The main job, as its users do it: somebody writes on a phone, a practitioner comes, a date is booked.

Two real browser windows against the whole service.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.app import create_app
from bot.demonstration import SIGN_INS, fill
from bot.service import build
from tests.support.channel_host import serve, settings_for

PHONE = {"width": 390, "height": 800}
SAM = SIGN_INS[0]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The whole service with demonstration data on a free port."""
    service = build(settings_for(tmp_path))
    fill(service.store)
    with serve(create_app(service)) as address:
        yield address


@pytest.fixture
def chat(browser: Browser, address: str) -> Iterator[Page]:
    """The chat page on a phone."""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(f"{address}/chat")
        yield page


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Page]:
    """The desk, with Sam signed in."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/desk")
        page.get_by_label("E-mail").fill(SAM.email)
        page.get_by_label("Password", exact=True).fill(SAM.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="The desk")).to_be_visible()
        yield page


def test_a_concern_reaches_a_person_at_the_desk_and_a_date_is_booked_in_the_end(chat: Page, desk: Page) -> None:
    _say(chat, "hello", expect_reply="How's your life at the moment?")
    _say(chat, "i dont want to be alive any more", expect_reply="A person from the team is being told right now")

    expect(desk.get_by_text("dont want to be alive")).to_be_visible()
    desk.get_by_role("link", name="Case 1").click()
    desk.get_by_role("button", name="Take this conversation").click()
    expect(_log(chat)).to_contain_text("Sam from the team is here now")

    _write(desk, "Your words to the person", "Hello, Sam here. I am glad you wrote.", "Send")
    expect(_log(chat)).to_contain_text("Hello, Sam here. I am glad you wrote.")
    lines = _log(chat).locator("li").count()
    _say(chat, "thank you sam")
    expect(desk.get_by_text("thank you sam")).to_be_visible()
    assert _log(chat).locator("li").count() == lines + 1, "the assistant must be silent while Sam is there"

    desk.get_by_text("Close the case").first.click()
    _write(desk, "What happens next", "I ring you at ten tomorrow.", "Close the case")
    expect(_log(chat)).to_contain_text("I ring you at ten tomorrow.")

    _say(chat, "right, shall we carry on", expect_reply="What help do you hope to find?")
    _say(chat, "somebody to talk to", expect_reply="Who and what helps you")
    _say(chat, "my sister", expect_reply="important to mention")
    _say(chat, "skip", expect_reply="in your own words")
    _say(chat, "yes", expect_reply="one small thing")
    _say(chat, "ring my brother", expect_reply="safe and easy")
    chat.get_by_role("button", name="Texts and calls are both fine").click()
    expect(chat.get_by_role("button", name="None of these")).to_be_visible()
    _say(chat, "2", expect_reply="That is booked for you")
    desk.reload()
    expect(desk.get_by_text("Not booked yet")).to_have_count(0)

    chat.reload()
    expect(_log(chat)).to_contain_text("That is booked for you")
    assert _log(chat).get_by_text("Hello, Sam here. I am glad you wrote.").count() == 1


def _log(page: Page) -> Locator:
    return page.get_by_role("log")


def _say(page: Page, words: str, *, expect_reply: str = "") -> None:
    page.get_by_label("Write here, in your own words").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(_log(page)).to_contain_text(words)
    if expect_reply:
        expect(_log(page)).to_contain_text(expect_reply)


def _write(page: Page, label: str, words: str, button: str) -> None:
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name=button, exact=True).click()
