"""Takes the README's pictures again (`make screenshots`): the real service, invented people, a real browser."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from bot.app import create_app
from bot.demonstration import SIGN_INS, fill
from bot.service import build
from bot.settings import Settings
from tests.support.browser import open_browser
from tests.support.channel_host import serve

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1100, "height": 800}

# Invented people.
ORDINARY = ("hi, saw your poster in the library", "bit rubbish, off work since the summer and not sleeping")
ASKING = ("hello", "can i talk to a real person please")
DANGER = ("hiya", "been holding it together for the kids but i dont want to be here any more")


def main() -> None:
    """Write chat.png and desk.png."""
    with tempfile.TemporaryDirectory() as folder:
        service = build(Settings.model_validate({"data_folder": folder}))
        fill(service.store)
        with serve(create_app(service)) as address, open_browser() as browser:
            _talk(browser, address, ORDINARY).screenshot(path=PICTURES / "chat.png")
            _talk(browser, address, ASKING)
            _talk(browser, address, DANGER)
            _desk(browser, address).screenshot(path=PICTURES / "desk.png")


def _talk(browser: Browser, address: str, lines: tuple[str, ...]) -> Page:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{address}/chat")
    for count, line in enumerate(lines, start=1):
        page.get_by_label("Write here, in your own words").fill(line)
        page.get_by_role("button", name="Send", exact=True).click()
        # The welcome is two lines, each later text brings one more.
        page.get_by_role("log").locator("li").nth(2 * count).wait_for()
    return page


def _desk(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport=DESK).new_page()
    page.goto(f"{address}/desk")
    page.get_by_label("E-mail").fill(SIGN_INS[0].email)
    page.get_by_label("Password", exact=True).fill(SIGN_INS[0].password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Case 2").wait_for()
    return page


if __name__ == "__main__":
    main()
