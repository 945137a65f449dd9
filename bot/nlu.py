"""The client of the language understanding (Rasa, over HTTP): late, down or wrong never stops a conversation.

Whatever goes wrong, the answer is `None`, which means "not understood", and the dialogue goes on without it. The state
is kept for the health page. What a person wrote is sent to the server and nowhere else: no log line has it.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

import httpx
from pydantic import BaseModel, Field, ValidationError

from bot.clock import Clock, SystemClock
from bot.log import Log
from dialogue.inputs import Entity, Understanding

log = Log(__name__)

State = Literal["answering", "late", "down", "wrong answer", "not set up", "not asked yet"]

# What Rasa's FallbackClassifier says when no intent is likely enough. The entities found are still good.
FALLBACK_INTENT = "nlu_fallback"

# More than this is cut off for understanding only; the words themselves are kept whole elsewhere.
LONGEST_TEXT = 2_000

# Rasa's answer to the longest text is about 30 KB. A server that sends much more is not Rasa.
LONGEST_ANSWER = 1_000_000

# After this many failures in a row the server is left alone for a while, so that a dead one does not cost every
# person the whole deadline on every message.
FAILURES_BEFORE_REST = 3
REST_SECONDS = 5.0

# Added to the deadline when waiting for the loop's thread: the deadline itself is kept inside the loop, and this only
# guards against a loop that cannot run at all.
_GRACE_SECONDS = 0.25


class Health(NamedTuple):
    """How the language understanding is, for the health page.

    `since` is when the state began, aware and in UTC; the rest are counts since the service started: answers of each
    kind, and `rested`, the messages for which a failing server was not asked.
    """

    state: State
    since: datetime
    answered: int = 0
    late: int = 0
    down: int = 0
    wrong: int = 0
    rested: int = 0


class Nlu(Protocol):
    """Understands a text, or says that it does not."""

    def understand(self, text: str) -> Understanding | None:
        """The intent and entities of `text`; None when it was not understood: late, down or wrong. Never raises."""
        ...

    def probe(self) -> Health:
        """Ask whether understanding works now, with a sentence of our own, and tell how it is."""
        ...

    def health(self) -> Health:
        """How it is, from the last question asked; asks nothing."""
        ...

    def close(self) -> None:
        """Let go of what is held. Nothing is understood afterwards."""
        ...


class NoNlu:
    """The stand-in when no language understanding is set up (the setting FIRST_CONTACT_NLU_URL is empty)."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._health = Health("not set up", (clock or SystemClock()).now())

    def understand(self, text: str) -> Understanding | None:  # noqa: ARG002 -- the protocol names it
        """None, for every text."""
        return None

    def probe(self) -> Health:
        """Not set up."""
        return self._health

    def health(self) -> Health:
        """Not set up."""
        return self._health

    def close(self) -> None:
        """Nothing is held."""


class _Intent(BaseModel):
    name: str | None
    confidence: Annotated[float, Field(allow_inf_nan=False)]


class _Entity(BaseModel):
    entity: str
    value: str | int | float
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class _Answer(BaseModel):
    """The parts used of what `POST /model/parse` answers (Rasa 3.6, HTTP API)."""

    intent: _Intent
    entities: tuple[_Entity, ...] = ()


class _WrongAnswerError(Exception):
    """The server answered, but not as Rasa does."""


class RasaNlu:
    """Asks a Rasa server. Safe to use from several threads at once.

    `url` is the server's address without a path. `deadline_seconds` bounds one whole question: looking the name up,
    connecting, sending, and the last byte of the answer. `monotonic` gives seconds and measures the rests.
    """

    def __init__(
        self,
        url: str,
        deadline_seconds: float = 0.8,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = f"{url.rstrip('/')}/model/parse"
        self._deadline = deadline_seconds
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._health = Health("not asked yet", self._clock.now())
        self._failures = 0
        self._rest_until = 0.0
        # httpx bounds each read, not the whole exchange, so a server that drips bytes could hold a person up for
        # ever. A loop in a thread of its own can drop the whole exchange at the deadline, whatever it is doing.
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(timeout=None, trust_env=False)  # noqa: S113 -- bounded as a whole in _ask
        self._thread = threading.Thread(target=self._loop.run_forever, name="nlu", daemon=True)
        self._thread.start()

    def understand(self, text: str) -> Understanding | None:
        """The intent and entities of `text`; None when it was not understood: late, down or wrong. Never raises."""
        if not text.strip():
            return None
        if not self._may_ask():
            return None
        return self._understand(text[:LONGEST_TEXT])

    def probe(self) -> Health:
        """Ask with a sentence of our own, resting or not, and tell how it is."""
        self._understand("hello")
        return self.health()

    def health(self) -> Health:
        """How it is, from the last question asked; asks nothing."""
        with self._lock:
            return self._health

    def close(self) -> None:
        """Close the connections and end the thread. Nothing is understood afterwards."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=1)
        self._loop.close()

    def _may_ask(self) -> bool:
        """Whether the server may be asked now. After a rest one question goes through as a test, and only one."""
        with self._lock:
            if self._failures < FAILURES_BEFORE_REST:
                return True
            now = self._monotonic()
            if now >= self._rest_until:
                self._rest_until = now + REST_SECONDS
                return True
            self._health = self._health._replace(rested=self._health.rested + 1)
            return False

    def _understand(self, text: str) -> Understanding | None:
        # Half an emoji cannot be sent as UTF-8; a question mark in its place keeps every position right.
        text = text.encode("utf-8", "replace").decode("utf-8")
        try:
            understood = self._exchange(text)
        except (TimeoutError, httpx.TimeoutException):
            self._note("late")
        except (_WrongAnswerError, ValidationError, httpx.InvalidURL, httpx.DecodingError):
            self._note("wrong answer")
        except httpx.RequestError:
            self._note("down")
        else:
            self._note("answering")
            return understood
        return None

    def _exchange(self, text: str) -> Understanding | None:
        if self._loop.is_closed():
            raise httpx.RequestError("the client is closed")
        asked = asyncio.run_coroutine_threadsafe(self._ask(text), self._loop)
        try:
            return _understanding(text, asked.result(timeout=self._deadline + _GRACE_SECONDS))
        except concurrent.futures.CancelledError as error:
            raise httpx.RequestError("the client was closed during a question") from error
        finally:
            asked.cancel()

    async def _ask(self, text: str) -> bytes:
        async with (
            asyncio.timeout(self._deadline),
            self._client.stream("POST", self._url, json={"text": text}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise _WrongAnswerError
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise _WrongAnswerError
            return bytes(body)

    def _note(self, state: State) -> None:
        """Count an outcome, and say so in the log when the state changes."""
        counted = {"answering": "answered", "late": "late", "down": "down", "wrong answer": "wrong"}[state]
        with self._lock:
            before = self._health
            since = before.since if before.state == state else self._clock.now()
            counts = {counted: getattr(before, counted) + 1}
            self._health = before._replace(state=state, since=since, **counts)
            self._failures = 0 if state == "answering" else self._failures + 1
            if self._failures >= FAILURES_BEFORE_REST:
                self._rest_until = self._monotonic() + REST_SECONDS
        if before.state != state:
            write = log.info if state == "answering" else log.warning
            write("nlu_state_changed", state=state.replace(" ", "-"))


def _understanding(text: str, body: bytes) -> Understanding | None:
    """Rasa's answer in our words; None when it names no intent. Raises ValidationError for anything unlike Rasa's."""
    answer = _Answer.model_validate_json(body)
    if answer.intent.name is None:
        return None
    found: dict[tuple[str, int, int], Entity] = {}
    for entity in answer.entities:
        # Two extractors may find the same words; the first in the pipeline is kept.
        place = (entity.entity, entity.start, entity.end)
        words = text[entity.start : entity.end]
        found.setdefault(place, Entity(name=entity.entity, value=str(entity.value), words=words))
    return Understanding(
        intent=answer.intent.name,
        # Rasa computes in 32 bits, and 1.0000001 has been seen.
        confidence=min(max(answer.intent.confidence, 0.0), 1.0),
        entities=tuple(found.values()),
    )
