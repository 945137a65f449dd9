"""The desk's pages over a desk in memory: what they show, what they do, and what they refuse."""

import html
import re

import httpx2
import pytest
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.testclient import TestClient

from bot.web.problems import add_problem_pages
from bot.web.templates import Pages, Site, serve_static_files
from dialogue.inputs import Duty
from handoff.case import CaseState
from handoff.desk.routes import Around, router
from handoff.ports import Practitioner
from tests.support.channel_host import serve
from tests.support.desk_twin import MORAG, NOW, PRIYA, SAM, ChangesTwin, DeskTwin

WORDS = "ok week tbh but i dont want to be here any more <b>really</b>"
RAISED = "i dont want to be here any more"

# Made once, because compiling the templates takes longer than a test.
RENDER = Pages(Site(service_name="Willow First Contact")).render


class Place:
    """A desk with a browser at it. `who` is whoever is signed in, None for nobody."""

    def __init__(self) -> None:
        self.changes = ChangesTwin()
        self.desk = DeskTwin(self.changes)
        self.who: Practitioner | None = SAM
        self.app = FastAPI()
        around = Around(
            desk=self.desk,
            changes=self.changes,
            render=RENDER,
            signed_in=self._signed_in,
            may_act=self._may_act,
            now=lambda: self.desk.now,
            time_zone="Europe/London",
        )
        self.app.include_router(router(around))
        serve_static_files(self.app)
        add_problem_pages(self.app, RENDER)
        self.browser = TestClient(self.app, headers={"accept": "text/html"}, follow_redirects=False)

    def _signed_in(self, request: Request) -> Practitioner:
        if self.who is None:
            raise HTTPException(401, "You are signed out. Sign in again.")
        request.state.who, request.state.form_token = self.who, "right"
        return self.who

    def _may_act(self, request: Request, form_token: str = Form("")) -> Practitioner:
        if form_token != "right":
            raise HTTPException(403, "This page is from an earlier sign-in.")
        return self._signed_in(request)

    def read(self, path: str) -> str:
        """The page at this path, as text with the tags taken out and the white space made plain."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return _plain(answer.text)

    def post(self, path: str, words: str | None = None, *, right_token: bool = True) -> httpx2.Response:
        form = {"form_token": "right" if right_token else "wrong"} | ({} if words is None else {"words": words})
        return self.browser.post(path, data=form)


def _plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def place() -> Place:
    place = Place()
    place.desk.open_case(11, "it is all too much", "too much", by="today", minutes=50)
    place.desk.open_case(12, WORDS, RAISED, minutes=3)
    return place


def test_the_queue_shows_who_waits_how_long_and_the_words_that_raised_it(place: Place) -> None:
    page = place.read("/desk")
    assert "1 person needs somebody now , 1 today." in page
    assert page.index("Case 12") < page.index("Case 11")
    assert "Needs a person now , waiting for 3 minutes" in page
    assert RAISED in page
    assert "They may be thinking of ending their life." in page
    assert "Writes by text message, last 14:17" in page
    assert "Willow First Contact" in page
    assert f"<mark>{RAISED}</mark>" in place.browser.get("/desk").text


def test_a_claimed_case_is_with_somebody_and_waits_no_longer(place: Place) -> None:
    place.desk.claim(12, PRIYA)
    page = place.read("/desk")
    assert "Nobody needs somebody now, 1 today." in page
    assert "Priya Shah has had it since 14:20" in page


@pytest.mark.parametrize(
    ("duty", "said"),
    [
        (Duty(on_duty=True, reads_at=NOW), "Somebody is on duty now."),
        (Duty(on_duty=False, reads_at=NOW.replace(day=25, hour=8)), "The next duty begins at Wed 25 Nov, 08:20."),
        (Duty(on_duty=False, reads_at=None), "the rota is empty"),
    ],
)
def test_the_queue_says_who_is_on_duty(place: Place, duty: Duty, said: str) -> None:
    place.desk.on_duty = duty
    assert said in place.read("/desk")


def test_an_empty_queue_says_so(place: Place) -> None:
    place.desk.files.clear()
    assert "Nobody is waiting." in place.read("/desk")


def test_a_case_shows_the_conversation_with_the_words_marked_and_nothing_a_person_wrote_becomes_code(
    place: Place,
) -> None:
    page = place.browser.get("/desk/cases/12").text
    assert f"<mark>{RAISED}</mark> &lt;b&gt;really&lt;/b&gt;" in page
    assert "<b>really" not in page


def test_two_words_of_one_kind_are_both_shown_and_the_kind_is_named_once(place: Place) -> None:
    file = place.desk.files[12]
    second = file.card.highlights[0].model_copy(update={"words": "ok week"})
    card = file.card.model_copy(update={"highlights": (*file.card.highlights, second)})
    line = file.thread[0].model_copy(update={"highlights": card.highlights})
    place.desk.files = {12: file.model_copy(update={"card": card, "thread": (line,)})}
    page = place.browser.get("/desk").text
    assert f"<mark>{RAISED}</mark>" in page
    assert "<mark>ok week</mark>" in page
    assert page.count("They may be thinking of ending their life.") == 1
    # Once in the conversation and once beside it.
    assert place.browser.get("/desk/cases/12").text.count("They may be thinking of ending their life.") == 2


def test_no_score_level_or_colour_of_risk_is_shown(place: Place) -> None:
    for path in ("/desk", "/desk/cases/12"):
        page = place.browser.get(path).text.lower()
        assert not re.search(r"\b(risk|score|level|severity|red|amber|high|low)\b", _plain(page))
        assert "nhsuk-tag" not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", "Waiting to be sent"),
        ("sent", "Sent"),
        ("delivered", "Delivered"),
        ("failed", "Not delivered"),
        ("unknown", "Not known whether it arrived"),
    ],
)
def test_each_message_shows_how_far_it_is(place: Place, state: str, said: str) -> None:
    place.desk.write(12, "Sam", "Hello, this is Sam.", state)
    assert f"Hello, this is Sam. {said}" in place.read("/desk/cases/12")


def test_from_claim_to_close(place: Place) -> None:
    assert place.post("/desk/cases/12/claim").headers["location"] == "/desk/cases/12"
    assert "You are talking with them" in place.read("/desk/cases/12")
    assert place.post("/desk/cases/12/say", "Hello, this is Sam.\r\nAre you safe?").status_code == 303
    assert place.desk.files[12].thread[-1].words == "Hello, this is Sam.\nAre you safe?"
    assert place.post("/desk/cases/12/close", "I will call you at ten tomorrow.").status_code == 303
    assert place.desk.files[12].card.case.state is CaseState.CLOSED
    assert "This case is closed" in place.read("/desk/cases/12")
    assert "Case 12" not in place.read("/desk")
    assert "Case 12" in place.read("/desk/closed")


def test_handing_back_puts_the_case_into_the_queue_again(place: Place) -> None:
    place.post("/desk/cases/12/claim")
    assert place.post("/desk/cases/12/hand-back", "I am handing you back now.").status_code == 303
    assert place.desk.files[12].card.case.state is CaseState.OPEN
    assert "Needs a person now" in place.read("/desk")


def test_a_case_of_somebody_else_shows_who_and_since_when_and_has_no_form(place: Place) -> None:
    place.desk.claim(12, PRIYA)
    page = place.browser.get("/desk/cases/12").text
    assert "Priya Shah has had this case since 14:20" in _plain(page)
    assert "textarea" not in page
    assert 'action="/desk/cases/12/' not in page


def test_a_second_claim_is_refused_with_a_sentence(place: Place) -> None:
    place.desk.claim(12, PRIYA)
    answer = place.post("/desk/cases/12/claim")
    assert answer.status_code == 409
    assert "Case 12 is claimed: it cannot be claimed now." in _plain(answer.text)
    assert place.desk.files[12].card.case.claimed_by == "priya"


def test_words_to_a_case_that_was_lost_meanwhile_are_not_sent_and_not_lost(place: Place) -> None:
    place.desk.claim(12, PRIYA)
    before = place.desk.files[12].thread
    answer = place.post("/desk/cases/12/say", "I had typed a long answer.")
    assert answer.status_code == 409
    assert "only they can write to the person" in _plain(answer.text)
    assert "I had typed a long answer." in answer.text
    assert place.desk.files[12].thread == before


@pytest.mark.parametrize("form", ["say", "hand-back", "close"])
@pytest.mark.parametrize(("typed", "why"), [(" \r\n ", "Write something first"), ("x" * 4_001, "4001 characters")])
def test_nothing_and_too_much_are_refused_and_what_was_typed_stays(
    place: Place, form: str, typed: str, why: str
) -> None:
    place.post("/desk/cases/12/claim")
    answer = place.post(f"/desk/cases/12/{form}", typed)
    assert answer.status_code == 409
    assert why in _plain(answer.text)
    assert f">{typed.replace(chr(13), '')}</textarea>" in answer.text
    assert place.desk.files[12].card.case.state is CaseState.CLAIMED


def test_who_may_only_read_gets_no_form(place: Place) -> None:
    place.who = MORAG
    page = place.browser.get("/desk/cases/12").text
    assert "Reading only" in page
    assert 'action="/desk/cases/12/' not in page


def test_a_form_without_its_token_changes_nothing(place: Place) -> None:
    answer = place.post("/desk/cases/12/claim", right_token=False)
    assert answer.status_code == 403
    assert place.desk.files[12].card.case.state is CaseState.OPEN


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/queue", "/desk/closed", "/desk/events", "/desk/cases/12", "/desk/cases/12/live"]
)
def test_nothing_is_shown_to_somebody_who_is_not_signed_in(place: Place, path: str) -> None:
    place.who = None
    answer = place.browser.get(path)
    assert answer.status_code == 401
    assert RAISED not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/cases/99", 404),
        ("/desk/cases/99/live", 404),
        ("/desk/cases/0", 422),
        ("/desk/cases/abc", 422),
        ("/desk/cases/99999999999999999999", 422),
        ("/desk/nowhere", 404),
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(place: Place, path: str, status: int) -> None:
    answer = place.browser.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert '<h1 class="nhsuk-heading-l">' in answer.text


@pytest.mark.parametrize("what", ["claim", "say", "hand-back", "close"])
def test_acting_on_a_case_that_does_not_exist_is_answered_with_a_sentence(place: Place, what: str) -> None:
    answer = place.post(f"/desk/cases/99/{what}", "Hello.")
    assert answer.status_code == 404
    assert "There is no case 99." in answer.text


def test_a_bug_is_answered_with_a_sentence_and_no_trace(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Duty:
        raise RuntimeError(RAISED)

    monkeypatch.setattr(place.desk, "duty", broken)
    calm = TestClient(place.app, headers={"accept": "text/html"}, raise_server_exceptions=False)
    answer = calm.get("/desk")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert RAISED not in answer.text


def test_a_live_update_leaves_a_form_alone_that_is_in_use(place: Place) -> None:
    place.post("/desk/cases/12/claim")

    def parts(query: str) -> str:
        return place.browser.get(f"/desk/cases/12/live?{query}").text

    assert 'id="actions"' not in parts("shown=me&draft=yes")
    assert 'id="actions"' not in parts("shown=me&draft=no")
    assert 'id="actions"' not in parts("shown=nobody&draft=yes")
    assert 'id="actions"' in parts("shown=nobody&draft=no")
    for part in ("thread", "status", "waiting"):
        assert re.search(rf'id="{part}"[^>]*hx-swap-oob="true"', parts("shown=me&draft=yes"))


def test_every_page_has_a_strict_policy_and_stays_in_no_cache(place: Place) -> None:
    answer = place.browser.get("/desk/cases/12")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)


def test_the_live_connection_says_that_something_changed_and_not_what(place: Place) -> None:
    with serve(place.app) as address, httpx2.stream("GET", f"{address}/desk/events", timeout=20) as stream:
        lines = stream.iter_lines()
        heard = [line for line in (next(lines), next(lines)) if line]
        place.desk.open_case(13, WORDS, RAISED)
        while not any("changed" in line for line in heard):
            heard.append(next(lines))
        heard.append(next(lines))
        place.changes.closed = True
    assert heard[:2] == ["event: here", "data: 2"]
    assert heard[-2:] == ["event: changed", "data: 3"]
