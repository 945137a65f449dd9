"""The chat page over HTTP, as a browser without JavaScript sees it, and as its scripts do."""

import hashlib
import re
import ssl
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.channels.counts import TOO_QUICK
from bot.channels.web import routes
from bot.channels.web.channel import MOST_CHARACTERS
from bot.channels.web.visitor import COOKIE
from bot.clock import SetClock
from bot.store import thread
from dialogue.events import Choice
from tests.support.channel_host import MORNING, ChannelHost, make_app, serve, settings_for

JSON = {"Accept": "application/json"}
TRUST = ssl.create_default_context()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def host(tmp_path: Path, clock: SetClock) -> Iterator[ChannelHost]:
    made = ChannelHost(settings_for(tmp_path), clock=clock)
    yield made
    made.stop()


@pytest.fixture
def service(host: ChannelHost) -> Iterator[str]:
    with serve(make_app(host)) as address:
        yield address


@pytest.fixture
def visitor(service: str) -> Iterator[httpx.Client]:
    with browse(service) as client:
        assert client.get("/chat").status_code == 200
        yield client


def browse(service: str) -> httpx.Client:
    return httpx.Client(base_url=service, follow_redirects=True, verify=TRUST)


def form(words: str, text_id: str | None = None, **more: str) -> dict[str, str]:
    return {"text_id": text_id or str(uuid.uuid4()), "words": words, **more}


def post(visitor: httpx.Client, words: str, text_id: str | None = None, **more: str) -> httpx.Response:
    return visitor.post("/chat/messages", data=form(words, text_id, **more), headers=JSON)


def shown(page: httpx.Response) -> list[str]:
    return re.findall(r'<p class="chat-line__words" dir="auto">(.*?)</p>', page.text, re.DOTALL)


def newest(page: httpx.Response) -> int:
    return max(int(seq) for seq in re.findall(r'data-seq="(\d+)"', page.text))


class TestThePage:
    def test_it_says_who_this_is_before_anything_is_written(self, visitor: httpx.Client) -> None:
        page = visitor.get("/chat").text
        for words in ("the Riverside team", "is automated", "not an emergency service", "999", "NHS 111", "116 123"):
            assert words in page
        assert shown(visitor.get("/chat")) == []

    def test_it_keeps_nothing_behind_and_lets_nothing_in(self, visitor: httpx.Client) -> None:
        headers = visitor.get("/chat").headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        page = visitor.get("/chat").text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\son\w+=|\sstyle=|<style", page)

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, service: str) -> None:
        cookie = httpx.get(f"{service}/chat").headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert {"HttpOnly", "SameSite=lax", "Path=/chat"} <= set(cookie.split("; "))

    def test_over_https_the_cookie_stays_there(self, tmp_path: Path) -> None:
        host = ChannelHost(settings_for(tmp_path, public_url="https://first-contact.example.org"))
        with serve(make_app(host)) as service:
            cookie = httpx.get(f"{service}/chat").headers["set-cookie"]
        host.stop()
        assert "Secure" in cookie.split("; ")

    def test_the_database_never_sees_the_token(self, visitor: httpx.Client, host: ChannelHost, tmp_path: Path) -> None:
        post(visitor, "hello")
        [text] = host.inbox()
        token = visitor.cookies[COOKIE]
        assert token not in text.sender
        assert all(token.encode() not in file.read_bytes() for file in tmp_path.iterdir())

    @pytest.mark.parametrize("after", ["-1", "9" * 30, "x"])
    @pytest.mark.parametrize("path", ["/chat/messages", "/chat/events"])
    def test_a_number_no_line_can_have_is_refused(self, visitor: httpx.Client, path: str, after: str) -> None:
        assert visitor.get(path, params={"after": after}).status_code == 422

    def test_a_browser_with_a_made_up_token_is_a_new_one(self, service: str) -> None:
        answer = httpx.get(f"{service}/chat", headers={"Cookie": f"{COOKIE}=../../etc/passwd"})
        assert answer.status_code == 200
        assert f"{COOKIE}=" in answer.headers["set-cookie"]


class TestWithoutJavaScript:
    def test_a_text_is_posted_and_stands_on_the_page_with_its_reply(
        self, visitor: httpx.Client, host: ChannelHost
    ) -> None:
        page = visitor.post("/chat/messages", data=form("Not great\r\n\r\ntbh <b>"))
        assert (page.status_code, page.request.method, page.url.path) == (200, "GET", "/chat")
        assert shown(page) == ["Not great\n\ntbh &lt;b&gt;"]
        host.take_turns()
        assert shown(visitor.get("/chat")) == [
            "Not great\n\ntbh &lt;b&gt;",
            "Thank you for telling me. That was 18 characters.",
        ]

    def test_it_looks_for_the_reply_a_few_times_by_itself(self, visitor: httpx.Client, host: ChannelHost) -> None:
        page = visitor.post("/chat/messages", data=form("hi"))
        assert '<meta http-equiv="refresh" content="3; url=/chat?sent=2#latest">' in page.text
        assert "http-equiv" not in visitor.get("/chat?sent=6").text
        host.take_turns()
        assert "http-equiv" not in visitor.get("/chat?sent=2").text

    def test_a_button_is_posted_in_words(self, visitor: httpx.Client, host: ChannelHost) -> None:
        choices = (Choice(id="slot-1", label="Tuesday at 2pm"), Choice(id="none", label="None of these"))
        host.reply = lambda _text: (("Which one?", choices),)
        post(visitor, "hi")
        host.take_turns()
        page = visitor.get("/chat").text
        assert page.count('class="chat-choice"') == 2
        post(visitor, "Tuesday at 2pm", picked="slot-1")
        assert 'class="chat-choice"' not in visitor.get("/chat").text
        [text] = host.inbox()
        assert (text.words, text.picked) == ("Tuesday at 2pm", "slot-1")

    def test_what_is_not_taken_stands_in_the_box_again(self, visitor: httpx.Client, host: ChannelHost) -> None:
        words = "<textarea> and " + "x" * MOST_CHARACTERS
        page = visitor.post("/chat/messages", data=form(words))
        assert page.status_code == 413
        assert "That was not sent" in page.text
        assert "&lt;textarea&gt; and xxx" in page.text
        assert page.text.count("x" * MOST_CHARACTERS) == 1
        assert host.inbox() == []

    def test_without_the_cookie_nothing_is_lost_and_the_second_try_works(self, service: str, host: ChannelHost) -> None:
        with browse(service) as visitor:
            page = visitor.post("/chat/messages", data=form("my words"))
            assert page.status_code == 400
            assert "my words</textarea>" in page.text
            assert visitor.post("/chat/messages", data=form("my words")).status_code == 200
        assert [text.words for text in host.inbox()] == ["my words"]


class TestOneEffect:
    def test_a_double_click_is_one_text(self, visitor: httpx.Client, host: ChannelHost) -> None:
        text_id = str(uuid.uuid4())
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: post(visitor, "hello", text_id), range(8)))
        assert {answer.status_code for answer in answers} == {202}
        assert [text.words for text in host.inbox()] == ["hello"]

    def test_other_words_from_an_old_page_are_another_text(self, visitor: httpx.Client, host: ChannelHost) -> None:
        text_id = str(uuid.uuid4())
        post(visitor, "hello", text_id)
        post(visitor, "hello again", text_id)
        assert [text.words for text in host.inbox()] == ["hello", "hello again"]

    def test_two_browsers_with_the_same_id_are_two(
        self, service: str, visitor: httpx.Client, host: ChannelHost
    ) -> None:
        text_id = str(uuid.uuid4())
        post(visitor, "hello", text_id)
        with browse(service) as other:
            other.get("/chat")
            post(other, "hello", text_id)
        first, second = host.inbox()
        assert first.sender != second.sender

    def test_a_reload_shows_each_line_once_before_and_after_its_turn(
        self, visitor: httpx.Client, host: ChannelHost
    ) -> None:
        post(visitor, "one")
        post(visitor, "two")
        assert shown(visitor.get("/chat")) == ["one", "two"]
        host.take_turns()
        assert [words[:3] for words in shown(visitor.get("/chat"))] == ["one", "Tha", "two", "Tha"]


class TestNewLines:
    def test_only_what_is_new_comes(self, visitor: httpx.Client, host: ChannelHost) -> None:
        assert visitor.get("/chat/messages").status_code == 204
        post(visitor, "one")
        assert visitor.get("/chat/messages").status_code == 204
        host.take_turns()
        lines = visitor.get("/chat/messages")
        assert len(shown(lines)) == 2
        assert "<html" not in lines.text
        assert visitor.get(f"/chat/messages?after={newest(lines)}").status_code == 204

    def test_what_was_shown_is_delivered(self, visitor: httpx.Client, host: ChannelHost) -> None:
        post(visitor, "one")
        host.take_turns()
        assert self.state(visitor, host) == "sent"
        lines = visitor.get("/chat/messages")
        assert self.state(visitor, host) == "sent"
        visitor.get(f"/chat/messages?after={newest(lines)}")
        assert self.state(visitor, host) == "delivered"

    def test_a_page_that_was_sent_was_shown(self, visitor: httpx.Client, host: ChannelHost) -> None:
        post(visitor, "one")
        host.take_turns()
        visitor.get("/chat")
        assert self.state(visitor, host) == "delivered"

    def test_a_stranger_sees_nothing(self, service: str, visitor: httpx.Client, host: ChannelHost) -> None:
        post(visitor, "a secret thing")
        host.take_turns()
        for path in ("/chat", "/chat/messages", "/chat/messages?after=0"):
            assert "secret" not in httpx.get(service + path).text
        assert httpx.get(f"{service}/chat/events").status_code == 204

    def test_the_stream_names_the_newest_line_at_once_and_after_each_change(
        self, visitor: httpx.Client, host: ChannelHost
    ) -> None:
        post(visitor, "one")
        host.take_turns()
        with visitor.stream("GET", "/chat/events") as stream:
            lines = stream.iter_lines()
            first = next(line for line in lines if line.startswith("data: "))
            post(visitor, "two")
            host.take_turns()
            second = next(line for line in lines if line.startswith("data: "))
        assert int(first.split()[1]) < int(second.split()[1])

    def sender(self, visitor: httpx.Client) -> str:
        return hashlib.sha256(visitor.cookies[COOKIE].encode()).hexdigest()

    def state(self, visitor: httpx.Client, host: ChannelHost) -> str | None:
        with host.store.read() as unit:
            return thread.lines(unit, "web", self.sender(visitor))[-1].delivery


class TestWhatIsRefused:
    @pytest.mark.parametrize("words", ["", "   ", "\n"])
    def test_nothing_at_all(self, visitor: httpx.Client, host: ChannelHost, words: str) -> None:
        answer = post(visitor, words)
        assert (answer.status_code, answer.json()["problem"]) == (400, "empty")
        assert host.inbox() == []

    @pytest.mark.parametrize("words", ["💛", "💛" * 10_000, "لا أعرف كيف أقول ذلك", "x" * MOST_CHARACTERS])
    def test_anything_a_person_writes_is_not(self, visitor: httpx.Client, host: ChannelHost, words: str) -> None:
        assert post(visitor, words).status_code == 202
        assert [text.words for text in host.inbox()] == [words]

    def test_too_much(self, visitor: httpx.Client, host: ChannelHost) -> None:
        answer = post(visitor, "x" * (MOST_CHARACTERS + 1))
        assert (answer.status_code, answer.json()["problem"]) == (413, "too_long")
        answer = post(visitor, "x" * 600_000)
        assert (answer.status_code, answer.json()["problem"]) == (413, "too_long")
        assert host.inbox() == []

    def test_a_broken_post(self, visitor: httpx.Client, host: ChannelHost) -> None:
        for body, kind in ((b"\xff\xfe", "application/x-www-form-urlencoded"), (b"{}", "application/json")):
            answer = visitor.post("/chat/messages", content=body, headers={"Content-Type": kind, **JSON})
            assert (answer.status_code, answer.json()["problem"]) == (400, "not_a_form")
        assert host.inbox() == []

    @pytest.mark.parametrize(
        "headers",
        [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
    )
    def test_a_post_from_another_page(self, visitor: httpx.Client, host: ChannelHost, headers: dict[str, str]) -> None:
        answer = visitor.post("/chat/messages", data=form("hello"), headers=JSON | headers)
        assert (answer.status_code, answer.json()["problem"]) == (403, "elsewhere")
        visitor.post("/chat/forget", headers=headers)
        assert COOKIE in visitor.cookies
        assert host.inbox() == []

    def test_more_than_anybody_types_is_put_off_and_then_taken(
        self, visitor: httpx.Client, host: ChannelHost, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "PER_BROWSER", 3)
        for number in range(3):
            assert post(visitor, f"text {number}").status_code == 202
        answer = post(visitor, "one more")
        assert (answer.status_code, answer.json()["problem"]) == (429, "too_quick")
        assert int(answer.headers["retry-after"]) == answer.json()["wait"] == 61
        assert host.counts.of(TOO_QUICK) == 1
        page = visitor.post("/chat/messages", data=form("one more"))
        assert (page.status_code, "one more</textarea>" in page.text) == (429, True)
        clock.move(timedelta(seconds=61))
        assert post(visitor, "one more").status_code == 202
        assert len(host.inbox()) == 4

    def test_one_address_has_room_for_several_people_and_an_end(
        self, service: str, host: ChannelHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "PER_ADDRESS", 5)
        taken = 0
        for _ in range(3):
            with browse(service) as visitor:
                visitor.get("/chat")
                taken += sum(post(visitor, "hi").status_code == 202 for _ in range(2))
        assert taken == len(host.inbox()) == 5


def test_forgetting_leaves_a_fresh_page_and_the_team_what_was_written(visitor: httpx.Client, host: ChannelHost) -> None:
    post(visitor, "a secret thing")
    token = visitor.cookies[COOKIE]
    page = visitor.post("/chat/forget")
    assert (page.status_code, shown(page)) == (200, [])
    assert visitor.cookies[COOKIE] != token
    assert [text.words for text in host.inbox()] == ["a secret thing"]
