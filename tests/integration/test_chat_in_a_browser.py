"""The chat page in a real browser: with its scripts, by keyboard, on a phone, with a connection that comes and goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from bot.channels.web.channel import MOST_CHARACTERS
from dialogue.events import Choice
from tests.support.browser import PATIENCE_MS, accessibility_problems
from tests.support.channel_host import ChannelHost, make_app, serve, settings_for

PHONE = {"width": 375, "height": 667}
CHOICES = (Choice(id="slot-1", label="Tuesday at 2pm"), Choice(id="none", label="None of these"))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ChannelHost]:
    made = ChannelHost(settings_for(tmp_path))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def service(host: ChannelHost) -> Iterator[str]:
    with serve(make_app(host)) as address:
        yield address


@contextmanager
def visit(browser: Browser, **options: object) -> Iterator[BrowserContext]:
    """Somebody's browser."""
    context = browser.new_context(**{"viewport": PHONE, **options})  # type: ignore[arg-type]  # Playwright's own options
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, service: str) -> Iterator[Page]:
    with visit(browser) as context:
        opened = context.new_page()
        opened.goto(f"{service}/chat")
        yield opened


def said(page: Page) -> list[str]:
    return page.locator(".chat-line__words").all_inner_texts()


def write(page: Page, words: str) -> None:
    page.get_by_label("Write here, in your own words").fill(words)
    page.get_by_role("button", name="Send").click()


def test_somebody_writes_is_answered_and_is_talked_to_by_a_person(page: Page, host: ChannelHost) -> None:
    write(page, "hello")
    expect(page.locator(".chat-line--bot")).to_have_count(1)
    assert said(page) == ["hello", "Thank you for telling me. That was 5 characters."]
    expect(page.get_by_label("Write here")).to_be_focused()
    expect(page.get_by_label("Write here")).to_have_value("")
    host.say_as_practitioner("web", "Hello, this is Sam.", "Sam", "account-1")
    expect(page.locator(".chat-line--practitioner")).to_contain_text("Hello, this is Sam.")
    page.reload()
    assert said(page) == ["hello", "Thank you for telling me. That was 5 characters.", "Hello, this is Sam."]


def test_everything_can_be_done_by_keyboard(page: Page, host: ChannelHost) -> None:
    host.reply = lambda text: (("Which one?", CHOICES),) if text.picked is None else (("Booked.", ()),)
    page.get_by_label("Write here").focus()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="None of these").wait_for()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="None of these")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".chat-line--bot")).to_have_count(2)
    assert said(page) == ["hello\nsecond line", "Which one?", "None of these", "Booked."]
    assert page.evaluate("document.activeElement.closest('.chat-line') !== null")
    expect(page.locator(".chat-choice")).to_have_count(0)


@pytest.mark.parametrize("size", [{"width": 320, "height": 560}, PHONE, {"width": 1280, "height": 800}])
def test_it_reads_well_and_fits(browser: Browser, service: str, host: ChannelHost, size: dict[str, int]) -> None:
    host.reply = lambda _text: (("Which one?", CHOICES),)
    with visit(browser, viewport=size) as context:
        page = context.new_page()
        page.goto(f"{service}/chat")
        assert accessibility_problems(page) == []
        write(page, "w" * 300)
        page.get_by_role("button", name="None of these").wait_for()
        assert accessibility_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        write(page, "x" * (MOST_CHARACTERS + 1))
        expect(page.locator("#words-error")).to_be_visible()
        assert accessibility_problems(page) == []


def test_nothing_is_asked_of_another_host_and_nothing_goes_wrong_on_the_way(
    browser: Browser, service: str, host: ChannelHost
) -> None:
    elsewhere: list[str] = []
    complaints: list[str] = []
    with visit(browser) as context:
        page = context.new_page()
        page.on("request", lambda request: elsewhere.append(request.url) if service not in request.url else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{service}/chat")
        write(page, "hello")
        expect(page.locator(".chat-line--bot")).to_have_count(1)
    assert host.counts.of("chat_too_quick") == 0
    assert (elsewhere, complaints) == ([], [])


def test_a_double_click_sends_once(page: Page) -> None:
    page.get_by_label("Write here").fill("hello")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".chat-line--bot")).to_have_count(1)
    assert said(page)[0] == "hello"
    page.reload()
    assert len(said(page)) == 2


def test_what_cannot_be_sent_waits_survives_a_reload_and_goes_once(page: Page, service: str) -> None:
    answered: list[str] = []

    def take_but_never_answer(route: Route, request: Request) -> None:
        # The service takes the text, and the answer gets lost.
        route.fetch()
        answered.append(request.post_data or "")
        route.abort()

    # Whether "Try again" is seen depends on which comes first, the lost answer or the live page telling that it came.
    with page.expect_event("requestfailed"):
        page.route("**/chat/messages", take_but_never_answer, times=1)
        write(page, "is anybody there")
    page.route("**/chat/messages", lambda route: route.abort())
    write(page, "hello")
    page.reload(wait_until="domcontentloaded")
    page.unroute("**/chat/messages")
    expect(page.locator(".chat-line--bot")).to_have_count(2)
    assert [line for line in said(page) if "Thank" not in line] == ["is anybody there", "hello"]
    assert len(answered) == 1
    page.goto(f"{service}/chat")
    assert [line for line in said(page) if "Thank" not in line] == ["is anybody there", "hello"]


def test_a_lost_connection_is_told_and_what_was_missed_comes_once(page: Page, host: ChannelHost) -> None:
    write(page, "hello")
    expect(page.locator(".chat-line--bot")).to_have_count(1)
    page.context.set_offline(True)
    # A stream that is open stays open when a browser is told it is offline; a new one shows the loss.
    page.evaluate("window.dispatchEvent(new Event('pagehide')); window.dispatchEvent(new Event('pageshow'))")
    expect(page.get_by_role("status")).to_contain_text("The connection is lost")
    write(page, "still here")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    host.say_as_practitioner("web", "Hello, this is Sam.", "Sam", "account-1")
    page.context.set_offline(False)
    expect(page.locator(".chat-line--practitioner")).to_have_count(1)
    expect(page.locator(".chat-line--bot")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("")
    assert sorted(line for line in said(page) if "Thank" not in line) == ["Hello, this is Sam.", "hello", "still here"]


def test_a_half_written_text_survives_a_reload(page: Page) -> None:
    page.get_by_label("Write here").fill("I don't know how to")
    page.reload()
    expect(page.get_by_label("Write here")).to_have_value("I don't know how to")


def test_too_much_stays_in_the_box_with_a_sentence(page: Page) -> None:
    words = "x" * (MOST_CHARACTERS + 1)
    write(page, words)
    expect(page.locator("#words-error")).to_contain_text("two or more parts")
    expect(page.locator("#words-left")).to_contain_text("1 characters too many")
    expect(page.get_by_label("Write here")).to_have_value(words)
    assert said(page) == []


def test_nothing_is_not_sent(page: Page) -> None:
    write(page, "   ")
    expect(page.locator("#words-error")).to_contain_text("Nothing is written yet")
    assert said(page) == []


def test_what_the_service_refuses_goes_back_into_the_box(page: Page) -> None:
    refusal = {"problem": "no_cookie", "message": "Please press Send again.", "wait": None}
    page.route("**/chat/messages", lambda route: route.fulfill(status=400, json=refusal), times=1)
    write(page, "hello")
    expect(page.get_by_label("Write here")).to_have_value("hello")
    expect(page.locator("#words-error")).to_have_text("Please press Send again.")
    assert said(page) == []
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".chat-line--bot")).to_have_count(1)


@pytest.mark.parametrize("way", ["button", "escape"])
def test_leaving_in_a_hurry_leaves_nothing_behind(browser: Browser, tmp_path: Path, way: str) -> None:
    host = ChannelHost(settings_for(tmp_path))
    app = make_app(host)
    with serve(app) as service, visit(browser) as context:
        object.__setattr__(
            host, "settings", host.settings.model_copy(update={"quick_exit_url": f"{service}/elsewhere"})
        )
        page = context.new_page()
        page.goto(f"{service}/elsewhere")
        page.goto(f"{service}/chat")
        page.get_by_label("Write here").fill("a secret thing")
        if way == "button":
            page.get_by_role("link", name="Leave this page quickly").click()
        else:
            for _ in range(3):
                page.keyboard.press("Escape")
        page.wait_for_url("**/elsewhere")
        assert page.evaluate("JSON.stringify(sessionStorage)").count("secret") == 0
        page.go_back()
        assert page.url.endswith("/elsewhere")
    host.stop()


def test_one_escape_is_no_reason_to_leave(page: Page) -> None:
    for key in ("Escape", "a", "Escape", "b", "Escape"):
        page.keyboard.press(key)
    expect(page).to_have_title("Chat with the Riverside team - First Contact")


def test_forgetting_starts_afresh(page: Page) -> None:
    write(page, "a secret thing")
    expect(page.locator(".chat-line--bot")).to_have_count(1)
    page.get_by_text("Leaving, and keeping this private").click()
    page.get_by_role("button", name="Forget this conversation on this device").click()
    expect(page.locator(".chat-line")).to_have_count(0)
    page.reload()
    assert said(page) == []


def test_it_works_without_javascript(browser: Browser, service: str, host: ChannelHost) -> None:
    host.reply = lambda text: (("Which one?", CHOICES),) if text.picked is None else (("Booked.", ()),)
    with visit(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{service}/chat")
        write(page, "hello")
        # The page looks for the reply by itself.
        expect(page.locator(".chat-line--bot")).to_have_count(1)
        page.get_by_role("button", name="Tuesday at 2pm").click()
        expect(page.locator(".chat-line--bot")).to_have_count(2)
        assert said(page) == ["hello", "Which one?", "Tuesday at 2pm", "Booked."]


def test_two_tabs_of_one_browser_show_the_same(page: Page, service: str) -> None:
    other = page.context.new_page()
    other.goto(f"{service}/chat")
    write(page, "hello")
    expect(other.locator(".chat-line--bot")).to_have_count(1)
    assert said(other) == said(page)
