"""Signing in and out against a real database, and what the door lets through."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from bot.accounts.adding import AccountError, add_account
from bot.accounts.door import Door, make_door, safe_next
from bot.accounts.passwords import WeakPasswordError, hash_of, is_outdated, matches
from bot.accounts.routes import router
from bot.accounts.signing_in import hash_of_token, sign_in, wait_after
from bot.clock import SetClock
from bot.store import accounts
from bot.store.encryption import Keyring
from bot.store.migrations import bring_up_to_date
from bot.store.unit import Store, open_engine
from bot.web.problems import add_problem_pages
from bot.web.templates import Pages, Site
from handoff.ports import Practitioner, Role

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PASSWORD = "willow river seven"
HERE = "http://testserver"

# Made once, because compiling the templates takes longer than a test.
RENDER = Pages(Site()).render


class Place:
    """An installation with three accounts, a clock that is moved by hand, and browsers."""

    def __init__(self, folder: Path, public_url: str = HERE) -> None:
        self.clock = SetClock(START)
        engine = open_engine(f"sqlite:///{folder / 'db.sqlite'}")
        self.store = Store(engine, Keyring((("k1", b"k" * 32),), b"s" * 32), self.clock)
        self.door = make_door(self.store, public_url)
        self.app = FastAPI()
        self.app.include_router(router(self.store, self.door, RENDER))
        _add_routes(self.app, self.door)
        add_problem_pages(self.app, RENDER)

    def add(self, email: str, role: str = "practitioner", phone: str = "") -> str:
        with self.store.write() as unit:
            return add_account(unit, email=email, name="Sam Okafor", role=role, password=PASSWORD, phone=phone)

    def browser(self, address: str = "203.0.113.7") -> TestClient:
        return TestClient(
            self.app, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False, client=(address, 50_000)
        )

    def signed_in(self, role: Role = "practitioner") -> TestClient:
        browser = self.browser()
        answer = browser.post("/sign-in", data={"email": f"{role}@willow.example", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser


def _add_routes(app: FastAPI, door: Door) -> None:
    @app.get("/inside")
    def inside(who: Annotated[Practitioner, Depends(door.signed_in)]) -> str:
        return who.first_name

    @app.post("/act")
    def act(who: Annotated[Practitioner, Depends(door.may_act)]) -> str:
        return who.first_name


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three accounts, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("accounts")
    first = Place(folder)
    bring_up_to_date(first.store.engine)
    for role in ("practitioner", "lead", "auditor"):
        first.add(f"{role}@willow.example", role)
    first.store.close()
    return folder / "db.sqlite"


@pytest.fixture
def place(tmp_path: Path, filled: Path) -> Iterator[Place]:
    shutil.copy(filled, tmp_path)
    made = Place(tmp_path)
    yield made
    made.store.close()


def _form_token(place: Place, browser: TestClient) -> str:
    with place.store.read() as unit:
        found = accounts.signed_in_browser(unit, hash_of_token(browser.cookies[place.door.cookie]))
    assert found is not None
    return found.form_token


WRONG = "not the password"


def _try(browser: TestClient, password: str = WRONG, email: str = "practitioner@willow.example") -> int:
    return browser.post("/sign-in", data={"email": email, "password": password}).status_code


def test_the_right_password_opens_the_door_and_goes_where_one_was_going(place: Place) -> None:
    browser = place.browser()
    sent = browser.get("/inside")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/inside")
    page = browser.get(sent.headers["location"]).text
    assert '<input type="hidden" name="next" value="/inside">' in page
    form = {"email": " Practitioner@Willow.example", "password": PASSWORD, "next": "/inside"}
    assert browser.post("/sign-in", data=form).headers["location"] == "/inside"
    assert browser.get("/inside").json() == "Sam"
    assert browser.get("/sign-in").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("practitioner@willow.example", "wrong"),
        ("practitioner@willow.example", ""),
        ("practitioner@willow.example", PASSWORD.upper()),
        ("nobody@willow.example", PASSWORD),
        ("", ""),
        ("practitioner@willow.example", "x" * 100_000),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(place: Place, email: str, password: str) -> None:
    answer = place.browser().post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 403
    assert "The e-mail address and the password do not belong together. Try again." in answer.text
    assert "set-cookie" not in answer.headers
    assert not password or f'value="{password}"' not in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    form = {"email": "lead@willow.example", "password": PASSWORD}
    cookie = place.browser().post("/sign-in", data=form).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


def test_behind_https_the_cookie_is_for_https_only_and_this_host_only(tmp_path: Path, filled: Path) -> None:
    shutil.copy(filled, tmp_path)
    place = Place(tmp_path, "https://contact.example")
    form = {"email": "lead@willow.example", "password": PASSWORD}
    cookie = place.browser().post("/sign-in", data=form).headers["set-cookie"]
    assert cookie.startswith("__Host-first-contact=")
    assert "Secure" in cookie
    assert "domain" not in cookie.lower()
    place.store.close()


def test_what_is_stored_signs_nobody_in(place: Place) -> None:
    browser = place.signed_in()
    token = browser.cookies[place.door.cookie]
    other = place.browser()
    other.cookies.set(place.door.cookie, hash_of_token(token))
    assert other.get("/inside").status_code == 303


def test_signing_out_ends_it_for_this_browser_only(place: Place) -> None:
    one, two = place.signed_in(), place.signed_in()
    kept = one.cookies[place.door.cookie]
    assert one.post("/sign-out", data={"form_token": _form_token(place, one)}).status_code == 303
    one.cookies.set(place.door.cookie, kept)
    assert one.get("/inside").status_code == 303
    assert two.get("/inside").status_code == 200


def test_an_hour_without_a_page_open_ends_it_and_a_page_that_asks_for_news_keeps_it(place: Place) -> None:
    browser = place.signed_in()
    for _ in range(5):
        place.clock.move(timedelta(minutes=59))
        assert browser.get("/inside").status_code == 200
    place.clock.move(timedelta(minutes=60))
    assert browser.get("/inside").status_code == 303


def test_after_twelve_hours_one_signs_in_again(place: Place) -> None:
    browser = place.signed_in()
    for _ in range(23):
        place.clock.move(timedelta(minutes=31))
        assert browser.get("/inside").status_code == 200
    place.clock.move(timedelta(minutes=7))
    assert browser.get("/inside").status_code == 303


@pytest.mark.parametrize("header", [{"hx-request": "true"}, {"accept": "text/event-stream"}])
def test_a_part_of_a_page_is_told_that_one_is_signed_out(place: Place, header: dict[str, str]) -> None:
    assert place.browser().get("/inside", headers=header).status_code == 401


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)]
)
def test_each_wrong_try_makes_the_wait_longer_up_to_a_quarter_of_an_hour(tries: int, minutes: int) -> None:
    assert wait_after(tries, 5) == timedelta(minutes=minutes)


def test_guessing_is_slowed_down_and_the_right_password_has_to_wait_too(place: Place) -> None:
    browser = place.browser()
    assert [_try(browser) for _ in range(6)] == [403] * 5 + [429]
    assert _try(browser, PASSWORD) == 429
    place.clock.move(timedelta(minutes=1))
    assert _try(browser) == 403
    place.clock.move(timedelta(minutes=1))
    refused = browser.post("/sign-in", data={"email": "practitioner@willow.example", "password": PASSWORD})
    assert refused.status_code == 429
    assert "Wait a minute, then try again." in refused.text
    place.clock.move(timedelta(minutes=1))
    assert _try(browser, PASSWORD) == 303
    assert _try(place.browser()) == 403


def test_guessing_locks_out_neither_a_working_session_nor_the_same_person_elsewhere(place: Place) -> None:
    working = place.signed_in()
    guesser = place.browser("198.51.100.9")
    assert [_try(guesser) for _ in range(8)][-1] == 429
    assert working.get("/inside").status_code == 200
    assert _try(place.browser("203.0.113.8"), PASSWORD) == 303


def test_trying_one_password_on_many_accounts_is_slowed_down(place: Place) -> None:
    guesser = place.browser("198.51.100.9")
    assert _try(guesser, email="account0@willow.example") == 403
    with place.store.write() as unit:
        # 48 more, noted without waiting for 48 hashes.
        accounts.note_try(unit, [unit.keys.lookup("sign-in", "198.51.100.9")] * 48)
    assert _try(guesser, email="account49@willow.example") == 403
    assert _try(guesser, email="account50@willow.example") == 429


def test_no_address_or_account_is_stored_readably_with_the_tries(place: Place, tmp_path: Path) -> None:
    _try(place.browser("198.51.100.9"), email="somebody.unusual@willow.example")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("db.sqlite*"))
    assert b"198.51.100.9" not in stored
    assert b"somebody.unusual" not in stored


def test_practitioners_and_leads_act_and_others_read(place: Place) -> None:
    roles: tuple[Role, ...] = ("practitioner", "lead", "auditor")
    codes = {}
    for role in roles:
        browser = place.signed_in(role)
        assert browser.get("/inside").status_code == 200
        codes[role] = browser.post("/act", data={"form_token": _form_token(place, browser)}).status_code
    assert codes == {"practitioner": 200, "lead": 200, "auditor": 403}


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_needs_the_token_of_this_sign_in(place: Place, token: str | None) -> None:
    browser = place.signed_in()
    answer = browser.post("/act", data={} if token is None else {"form_token": token})
    assert answer.status_code == 403
    assert "This page is from an earlier sign-in." in answer.text


def test_the_token_of_another_sign_in_does_not_do(place: Place) -> None:
    one, two = place.signed_in(), place.signed_in("lead")
    assert one.post("/act", data={"form_token": _form_token(place, two)}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [(HERE, 200), (None, 200), ("http://evil.example", 403), ("null", 403), ("http://testserver.evil.example", 403)],
)
def test_a_form_from_another_site_is_refused(place: Place, origin: str | None, status: int) -> None:
    browser = place.signed_in()
    headers = {} if origin is None else {"origin": origin}
    answer = browser.post("/act", data={"form_token": _form_token(place, browser)}, headers=headers)
    assert answer.status_code == status


def test_signing_in_from_another_site_is_refused(place: Place) -> None:
    form = {"email": "lead@willow.example", "password": PASSWORD}
    answer = place.browser().post("/sign-in", data=form, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        ("/desk/cases/12", "/desk/cases/12"),
        ("", "/desk"),
        ("desk", "/desk"),
        ("//evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("https://evil.example", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk\r\nset-cookie: a=b", "/desk"),
    ],
)
def test_after_signing_in_one_never_goes_to_another_site(path: str, goes: str) -> None:
    assert safe_next(path) == goes


def test_the_sign_in_page_has_no_script_of_its_own_and_names_its_fields(place: Place) -> None:
    page = place.browser().get("/sign-in").text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)
    for field in ("email", "password"):
        assert re.search(rf'<label[^>]*for="{field}"', page)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"email": "sam"}, "^e-mail: 'sam' is not"),
        ({"email": "@"}, "^e-mail:"),
        ({"email": "sam okafor@willow.example"}, "^e-mail:"),
        ({"email": "LEAD@willow.example"}, "^e-mail: there is an account"),
        ({"name": "  "}, "^name:"),
        ({"name": "x" * 121}, "^name:"),
        ({"role": "doctor"}, "^role: 'doctor' is none of practitioner, lead, admin, auditor"),
        ({"phone": "07700900123"}, "^phone:"),
        ({"phone": "+44 7700 900123"}, "^phone:"),
    ],
)
def test_an_account_with_a_mistake_is_refused_and_the_field_is_named(
    place: Place, changed: dict[str, str], why: str
) -> None:
    asked = {"email": "new@willow.example", "name": "Ola Nowak", "role": "lead", "phone": ""} | changed
    with pytest.raises(AccountError, match=why), place.store.write() as unit:
        add_account(
            unit,
            email=asked["email"],
            name=asked["name"],
            role=asked["role"],
            password=PASSWORD,
            phone=asked["phone"],
        )
    with place.store.read() as unit:
        assert accounts.by_email(unit, "new@willow.example") is None
        assert len(accounts.everybody(unit)) == 3


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 201])
def test_a_password_that_will_not_do_is_refused(place: Place, password: str) -> None:
    with pytest.raises(WeakPasswordError, match="at least 12"), place.store.write() as unit:
        add_account(unit, email="new@willow.example", name="Ola Nowak", role="lead", password=password)


def test_a_password_is_kept_as_a_hash_that_another_salt_makes_different() -> None:
    one, two = hash_of(PASSWORD), hash_of(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$")
    assert matches(PASSWORD, one)
    assert matches(PASSWORD, two)
    assert not matches(PASSWORD + " ", one)
    assert not matches("nobody has this password", None)
    assert not matches(PASSWORD, "not a hash")
    assert not is_outdated(one)


def test_a_hash_of_older_costs_is_made_anew_at_the_next_sign_in(place: Place) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with place.store.write() as unit:
        found = accounts.by_email(unit, "lead@willow.example")
        assert found is not None
        accounts.set_password_hash(unit, found.practitioner.id, cheap)
    sign_in(place.store, email="lead@willow.example", password=PASSWORD, address="203.0.113.7")
    with place.store.read() as unit:
        now = accounts.by_email(unit, "lead@willow.example")
    assert now is not None
    assert now.password_hash != cheap
    assert matches(PASSWORD, now.password_hash)


def test_a_phone_number_is_sealed(place: Place, tmp_path: Path) -> None:
    place.add("phone@willow.example", phone="+447700900123")
    assert b"7700900123" not in b"".join(path.read_bytes() for path in tmp_path.glob("db.sqlite*"))
