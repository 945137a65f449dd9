"""The client of the language understanding against a stand-in server that does everything a server can do wrong."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.clock import SetClock
from bot.nlu import FAILURES_BEFORE_REST, LONGEST_ANSWER, LONGEST_TEXT, REST_SECONDS, NoNlu, RasaNlu
from dialogue.inputs import Entity

GOOD = {
    "text": "can my mum come",
    "intent": {"name": "bring_someone", "confidence": 0.93},
    "entities": [
        {"entity": "relation", "value": "mum", "start": 7, "end": 10, "extractor": "CRFEntityExtractor"},
        {"entity": "relation", "value": "mum", "start": 7, "end": 10, "extractor": "RegexEntityExtractor"},
    ],
    "intent_ranking": [],
}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps what was asked and then does what the stand-in was told to do."""

    protocol_version = "HTTP/1.1"
    server: "StandIn"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        self.server.behave(self)

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.behave: Behaviour = answers(GOOD)
        self.released = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """A client that gave up is what these tests are about."""

    def end(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


def answers(what: object, status: int = 200) -> Behaviour:
    return lambda handler: handler.send(status, json.dumps(what).encode())


def sends(body: bytes) -> Behaviour:
    return lambda handler: handler.send(200, body)


def silent(handler: Handler) -> None:
    handler.server.released.wait(20)


def drips_its_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    while not handler.server.released.wait(0.02):
        handler.wfile.write(b" ")


def drips_its_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.released.wait(0.02):
        handler.wfile.write(b"X-More: and more\r\n")


def never_ends(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(LONGEST_ANSWER // 10_000 + 100):
        handler.wfile.write(b" " * 10_000)
    handler.server.released.wait(20)


def hangs_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


class Seconds:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def rasa() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.end()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def nlu(rasa: StandIn, clock: SetClock, seconds: Seconds) -> Iterator[RasaNlu]:
    # A generous deadline, so that a busy machine cannot turn a good answer into a late one.
    client = RasaNlu(rasa.url, deadline_seconds=5, clock=clock, monotonic=seconds)
    yield client
    client.close()


@pytest.fixture
def hasty(rasa: StandIn, clock: SetClock, seconds: Seconds) -> Iterator[RasaNlu]:
    client = RasaNlu(rasa.url, deadline_seconds=0.2, clock=clock, monotonic=seconds)
    yield client
    client.close()


def test_a_good_answer_is_understood(nlu: RasaNlu, rasa: StandIn) -> None:
    understood = nlu.understand("can my mum come")
    assert understood is not None
    assert (understood.intent, understood.confidence) == ("bring_someone", 0.93)
    # Both extractors found the same words, and they are told once.
    assert understood.entities == (Entity(name="relation", value="mum", words="mum"),)
    assert rasa.asked == [("/model/parse", {"text": "can my mum come"})]
    assert nlu.health().state == "answering"
    assert nlu.health().answered == 1


def test_nothing_has_been_asked_at_first(nlu: RasaNlu, clock: SetClock) -> None:
    clock.move(timedelta(minutes=5))
    assert (nlu.health().state, nlu.health().since) == ("not asked yet", START)


def test_an_address_with_a_slash_at_its_end_is_the_same_address(rasa: StandIn) -> None:
    client = RasaNlu(rasa.url + "/", deadline_seconds=5)
    assert client.understand("hiya") is not None
    assert rasa.asked[0][0] == "/model/parse"
    client.close()


@pytest.mark.parametrize("behave", [silent, drips_its_body, drips_its_headers])
def test_an_answer_after_the_deadline_is_no_answer(hasty: RasaNlu, rasa: StandIn, behave: Behaviour) -> None:
    rasa.behave = behave
    assert hasty.understand("hiya") is None
    assert hasty.health().state == "late"
    assert hasty.health().late == 1


@pytest.mark.parametrize(
    "behave",
    [
        sends(b"<html>hello</html>"),
        sends(b""),
        sends(b"\xff\xfe\x00"),
        sends(b"[]"),
        sends(b'{"intent": {"name": "yes", "confidence": NaN}}'),
        answers({"intent": None}),
        answers({"intent": {"name": "yes", "confidence": "very"}}),
        answers({"intent": {"name": "yes", "confidence": 0.9}, "entities": [{"entity": "day"}]}),
        answers({"reason": "broken"}, status=500),
        answers({"reason": "NoModel"}, status=409),
        answers(GOOD, status=302),
        never_ends,
    ],
)
def test_an_answer_that_is_not_rasas_is_a_wrong_answer(nlu: RasaNlu, rasa: StandIn, behave: Behaviour) -> None:
    rasa.behave = behave
    assert nlu.understand("hiya") is None
    assert nlu.health().state == "wrong answer"
    assert nlu.health().wrong == 1


def test_a_server_that_hangs_up_is_down(nlu: RasaNlu, rasa: StandIn) -> None:
    rasa.behave = hangs_up
    assert nlu.understand("hiya") is None
    assert nlu.health().state == "down"


def test_a_server_that_is_not_there_is_down_and_then_recovers(clock: SetClock, seconds: Seconds) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    client = RasaNlu(f"http://127.0.0.1:{port}", deadline_seconds=5, clock=clock, monotonic=seconds)
    assert client.understand("hiya") is None
    assert (client.health().state, client.health().down) == ("down", 1)
    stand_in = StandIn(port)
    clock.move(timedelta(minutes=2))
    assert client.understand("hiya") is not None
    assert (client.health().state, client.health().since) == ("answering", START + timedelta(minutes=2))
    client.close()
    stand_in.end()


def test_a_text_of_ten_thousand_characters_is_cut_for_understanding(nlu: RasaNlu, rasa: StandIn) -> None:
    assert nlu.understand("a long day " * 1_000) is not None
    assert len(rasa.asked[0][1]["text"]) == LONGEST_TEXT


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_to_understand_is_not_asked(nlu: RasaNlu, rasa: StandIn, text: str) -> None:
    assert nlu.understand(text) is None
    assert rasa.asked == []
    assert nlu.health().state == "not asked yet"


def test_half_an_emoji_is_sent_as_a_question_mark(nlu: RasaNlu, rasa: StandIn) -> None:
    assert nlu.understand("ok \ud83d then") is not None
    assert rasa.asked[0][1] == {"text": "ok ? then"}


def test_an_answer_without_an_intent_is_not_understood_but_the_server_answers(nlu: RasaNlu, rasa: StandIn) -> None:
    rasa.behave = answers({"intent": {"name": None, "confidence": 0.0}, "entities": []})
    assert nlu.understand("...") is None
    assert nlu.health().state == "answering"


def test_a_confidence_a_little_over_one_is_one(nlu: RasaNlu, rasa: StandIn) -> None:
    rasa.behave = answers({"intent": {"name": "yes", "confidence": 1.0000001}, "entities": []})
    understood = nlu.understand("aye")
    assert understood is not None
    assert understood.confidence == 1.0


def test_a_failing_server_is_left_alone_and_then_tried_with_one_question(
    nlu: RasaNlu, rasa: StandIn, seconds: Seconds
) -> None:
    rasa.behave = answers({}, status=500)
    for _ in range(FAILURES_BEFORE_REST):
        nlu.understand("hiya")
    assert nlu.understand("hiya") is None
    assert len(rasa.asked) == FAILURES_BEFORE_REST
    assert nlu.health().rested == 1

    seconds.now += REST_SECONDS
    assert nlu.understand("hiya") is None
    assert nlu.understand("hiya") is None
    assert len(rasa.asked) == FAILURES_BEFORE_REST + 1

    rasa.behave = answers(GOOD)
    seconds.now += REST_SECONDS
    assert nlu.understand("hiya") is not None
    assert nlu.understand("hiya") is not None
    assert nlu.health().state == "answering"


def test_a_single_failure_does_not_rest_the_server(nlu: RasaNlu, rasa: StandIn) -> None:
    for _ in range(FAILURES_BEFORE_REST):
        rasa.behave = answers({}, status=500)
        assert nlu.understand("hiya") is None
        rasa.behave = answers(GOOD)
        assert nlu.understand("hiya") is not None
    assert nlu.health().rested == 0


def test_a_probe_asks_even_while_the_server_rests(nlu: RasaNlu, rasa: StandIn) -> None:
    rasa.behave = answers({}, status=500)
    for _ in range(FAILURES_BEFORE_REST):
        nlu.understand("hiya")
    rasa.behave = answers(GOOD)
    assert nlu.probe().state == "answering"
    assert nlu.understand("hiya") is not None


def test_threads_can_ask_at_once(nlu: RasaNlu) -> None:
    with ThreadPoolExecutor(8) as pool:
        answered = list(pool.map(nlu.understand, ["can my mum come"] * 80))
    assert all(one is not None for one in answered)
    assert nlu.health().answered == 80


def test_no_log_line_has_the_persons_words(nlu: RasaNlu, rasa: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        nlu.understand("the purple kettle")
        rasa.behave = answers({"text": "the purple kettle"}, status=500)
        nlu.understand("the purple kettle")
        rasa.behave = sends(b"the purple kettle")
        nlu.understand("the purple kettle")
    assert "nlu_state_changed" in caplog.text
    assert "purple" not in caplog.text


def test_after_closing_nothing_is_understood_and_closing_twice_is_fine(nlu: RasaNlu) -> None:
    assert nlu.understand("hiya") is not None
    nlu.close()
    nlu.close()
    assert nlu.understand("hiya") is None
    assert nlu.health().state == "down"


def test_without_a_server_nothing_is_understood(clock: SetClock) -> None:
    none = NoNlu(clock)
    assert none.understand("hiya") is None
    assert (none.health(), none.probe()) == (("not set up", START, 0, 0, 0, 0, 0),) * 2
