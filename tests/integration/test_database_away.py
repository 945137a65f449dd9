"""While the database does not answer: nobody is left with a bare error, and it goes on when it is back."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.service import Service, build
from bot.settings import Settings

WORDS = "everything is <b>too much</b>"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    built = build(Settings(data_folder=tmp_path))
    yield built
    built.stop()


@pytest.fixture
def client(service: Service) -> TestClient:
    # Without entering it the workers do not start; what a page does while they cannot work is what is asked here.
    made = TestClient(create_app(service), raise_server_exceptions=True, headers={"Accept": "text/html"})
    made.get("/chat")
    return made


@pytest.fixture
def away(service: Service, client: TestClient, tmp_path: Path) -> Path:
    """The database is gone from its place; where it is kept meanwhile."""
    service.store.close()
    file = tmp_path / "first-contact.sqlite"
    kept = file.rename(tmp_path / "kept")
    file.mkdir()
    assert client.cookies
    return kept


def post(client: TestClient, accept: str = "text/html") -> tuple[int, str]:
    form = {"words": WORDS, "text_id": str(uuid.uuid4())}
    answer = client.post("/chat/messages", data=form, headers={"Accept": accept})
    return answer.status_code, answer.text


@pytest.mark.usefixtures("away")
def test_the_chat_page_gives_the_words_back_and_names_who_to_ring(client: TestClient) -> None:
    status, page = post(client)
    assert status == 503
    assert "everything is &lt;b&gt;too much&lt;/b&gt;</textarea>" in page
    for words in ("That was not sent", "Please press Send again", "999", "NHS 111", "116 123"):
        assert words in page


@pytest.mark.usefixtures("away")
def test_the_script_of_the_chat_page_hears_that_it_may_try_again(client: TestClient) -> None:
    status, answer = post(client, "application/json")
    assert status == 503  # the script keeps what is answered by 500 or more, and sends it again by itself
    assert '"problem":"away"' in answer


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("path", ["/chat", "/sign-in?next=/desk", "/desk"])
def test_every_page_says_so_and_names_who_to_ring(client: TestClient, path: str) -> None:
    client.cookies.set("first-contact", "somebody")
    page = client.get(path)
    assert page.status_code == 503
    for words in ("We cannot be reached at this moment", "999", "NHS 111", "116 123"):
        assert words in page.text


@pytest.mark.usefixtures("away")
def test_health_says_what_is_away(client: TestClient) -> None:
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert "The database does not answer" in ready.json()["problems"][0]
    assert client.get("/health/live").status_code == 200
    assert client.get("/metrics").status_code == 503


def test_what_could_not_be_sent_goes_through_when_the_database_is_back(
    client: TestClient, service: Service, away: Path, tmp_path: Path
) -> None:
    assert post(client)[0] == 503
    (tmp_path / "first-contact.sqlite").rmdir()
    away.rename(tmp_path / "first-contact.sqlite")
    assert post(client, "application/json")[0] == 202
    service.run_until_quiet()
    assert "your life at the moment" in client.get("/chat").text
