"""A stand-in for Twilio, written from its published interface: it takes texts and keeps them, and posts to us.

It is a real HTTP server on a free port of the loopback interface. What it signs, it signs with code of its own, from
the published page "Validate requests", so that our check of signatures is not checked against itself.
"""

import base64
import hashlib
import hmac
import http.client
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-of-the-stand-in"
NUMBER = "+447700900000"


@dataclass
class Kept:
    """One text that was posted to us as Twilio."""

    sid: str
    to: str
    sender: str
    body: str
    status_callback: str
    status: str = "queued"


@dataclass
class _Plan:
    """What the next request gets instead of an ordinary answer."""

    status: int = 201
    code: int | None = None
    hang: bool = False
    drop: bool = False
    answer: str | None = None
    keep: bool = True


@dataclass
class Answer:
    """What our service answered to a webhook."""

    status: int
    content_type: str
    body: str


def sign(token: str, address: str, fields: dict[str, str]) -> str:
    """The signature of a posted form: the address, each name and value by name; HMAC-SHA1; base64."""
    text = address
    for name in sorted(fields):
        text += name + fields[name]
    return base64.b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1)).decode()


@dataclass
class TwilioStandIn:
    """Use it as a context: it serves from entering to leaving. `texts` are those it took, oldest first."""

    texts: list[Kept] = field(default_factory=list)
    requests: int = 0
    plans: list[_Plan] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._arrived = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, status: int, code: int | None = None, times: int = 1) -> None:
        """Refuse the next requests with this HTTP status and Twilio error code; nothing is kept of them."""
        self.plans += [_Plan(status=status, code=code, keep=False) for _ in range(times)]

    def hang(self) -> None:
        """Take the next text and never answer, as when a line goes dead behind a request."""
        self.plans.append(_Plan(hang=True))

    def drop(self) -> None:
        """Take the next text and close the connection without an answer."""
        self.plans.append(_Plan(drop=True))

    def answer_with(self, body: str) -> None:
        """Take the next text and answer with this body instead of the published one."""
        self.plans.append(_Plan(answer=body))

    def wait_for(self, texts: int, seconds: float = 30.0) -> list[Kept]:
        """The texts it took, as soon as there are this many. Raises TimeoutError when they do not come."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.texts) >= texts, seconds):
                raise TimeoutError(f"{len(self.texts)} texts came, not {texts}")
            return list(self.texts)

    def take(self, fields: dict[str, str]) -> tuple[_Plan, Kept]:
        """Keep a posted text, unless the plan is to refuse it."""
        with self._arrived:
            self.requests += 1
            plan = self.plans.pop(0) if self.plans else _Plan()
            kept = Kept(
                sid=f"SM{self.requests:032x}",
                to=fields.get("To", ""),
                sender=fields.get("From", fields.get("MessagingServiceSid", "")),
                body=fields.get("Body", ""),
                status_callback=fields.get("StatusCallback", ""),
            )
            if plan.keep:
                self.texts.append(kept)
                self._arrived.notify_all()
            return plan, kept

    def text_us(
        self,
        service: str,
        body: str,
        *,
        sid: str,
        sender: str = "+447700900123",
        extra: dict[str, str] | None = None,
        token: str = TOKEN,
        public: str | None = None,
    ) -> Answer:
        """Post a text to our webhook at `service`, signed for the public address."""
        fields = message_fields(body, sid=sid, sender=sender) | (extra or {})
        return self.post(service, "/channels/twilio/messages", fields, token=token, public=public)

    def report(self, service: str, kept: Kept, status: str, *, code: int | None = None, token: str = TOKEN) -> Answer:
        """Call back about a text, at the address it asked to be called back at."""
        kept.status = status
        fields = {"MessageSid": kept.sid, "MessageStatus": status, "To": kept.to, "AccountSid": ACCOUNT}
        if code is not None:
            fields["ErrorCode"] = str(code)
        asked = urlsplit(kept.status_callback)
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        return self.post(service, path, fields, token=token, public=f"{asked.scheme}://{asked.netloc}")

    def post(
        self, service: str, path: str, fields: dict[str, str], *, token: str = TOKEN, public: str | None = None
    ) -> Answer:
        """Post a form as Twilio does: encoded, and signed for the address Twilio was told to call."""
        body = urlencode(fields, errors="surrogatepass").encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": sign(token, (public or service) + path, fields),
            "User-Agent": "TwilioProxy/1.1",
        }
        return post_raw(service, path, body, headers)


def message_fields(body: str, *, sid: str, sender: str = "+447700900123", to: str = NUMBER) -> dict[str, str]:
    """The fields of a text that came in, as Twilio names them."""
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": to,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
    }


def post_raw(service: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post anything at all to our service."""
    where = urlsplit(service)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())
    finally:
        connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stand_in: TwilioStandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stand_in = stand_in


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        fields = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            self._answer(404, {"status": 404, "code": 20404, "message": "The requested resource was not found"})
        elif self.headers.get("Authorization") != _basic(ACCOUNT, TOKEN):
            self._answer(401, {"status": 401, "code": 20003, "message": "Authenticate"})
        else:
            self._carry_out(*self.server.stand_in.take(fields))

    def _carry_out(self, plan: _Plan, kept: Kept) -> None:
        if plan.hang:
            self.server.stand_in.released.wait()
        if plan.hang or plan.drop:
            self.close_connection = True
        elif plan.answer is not None:
            self._send(201, plan.answer.encode())
        elif plan.status >= 400:
            self._answer(plan.status, {"status": plan.status, "code": plan.code, "message": "refused"})
        else:
            self._answer(201, _resource(kept))

    def _answer(self, status: int, content: dict[str, object]) -> None:
        self._send(status, json.dumps(content).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is theirs."""


def _resource(kept: Kept) -> dict[str, object]:
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": kept.body,
        "date_created": "Mon, 23 Nov 2026 10:00:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 23 Nov 2026 10:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": kept.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": kept.sid,
        "status": kept.status,
        "subresource_uris": {},
        "to": kept.to,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{kept.sid}.json",
    }


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
