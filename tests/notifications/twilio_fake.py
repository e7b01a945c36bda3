"""A stateful stand-in for Twilio's Messages resource, which misbehaves when told to.

Honest where it matters: it refuses what Twilio refuses, quotes the number in its refusals as
Twilio does, keeps what it accepted even if the answer never arrives, and may list it late.
Where nobody knows what Twilio does, it does what is worst for us: a text that has not left yet
has no date of sending, and a listing by that date leaves it out.
Its answers have the shape of Twilio's OpenAPI description; test_prism.py holds it to that.
"""

import base64
import itertools
import json
import re
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from base import clock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-that-opens-only-the-fake"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})

_ONE_MESSAGE = re.compile(re.escape(MESSAGES.removesuffix(".json")) + r"/(SM[0-9a-f]{32})\.json")
_GIVE_UP_HANGING = 30.0


@dataclass(frozen=True)
class Fault:
    """What one request gets instead of its due answer.

    `accepted` says whether what it asks is done before things go wrong. `ending`: an answer
    with `status`, silence until the caller leaves, or a torn connection.
    """

    ending: Literal["answer", "hang", "reset"] = "answer"
    status: int = 500
    code: int | None = None
    retry_after: str | None = None
    body: bytes | None = None
    accepted: bool = False


def too_many(retry_after: str | None = "2") -> Fault:
    return Fault(status=429, code=20429, retry_after=retry_after)


def refused(code: int, *, status: int = 400) -> Fault:
    return Fault(status=status, code=code)


def failed(*, accepted: bool, status: int = 500) -> Fault:
    return Fault(status=status, code=20500, accepted=accepted)


def hang(*, accepted: bool) -> Fault:
    return Fault(ending="hang", accepted=accepted)


def reset(*, accepted: bool) -> Fault:
    return Fault(ending="reset", accepted=accepted)


@dataclass(frozen=True)
class Request:
    """`path` is without the query; `fields` are the form's or the query's."""

    method: str
    path: str
    fields: dict[str, str]

    @property
    def creates(self) -> bool:
        return (self.method, self.path) == ("POST", MESSAGES)

    @property
    def sid(self) -> str | None:
        """The one message it is about."""
        found = _ONE_MESSAGE.fullmatch(self.path)
        return found[1] if found else None


WRITING_FAULTS = (
    too_many("1"),
    failed(accepted=False),
    failed(accepted=True, status=503),
    hang(accepted=False),
    hang(accepted=True),
    reset(accepted=False),
    reset(accepted=True),
)
READING_FAULTS = tuple(fault for fault in WRITING_FAULTS if not fault.accepted)


@dataclass
class RandomFaults:
    """A `next_fault` that spoils `rate` of all requests.

    The same for the same seed: how the n-th request about a number fares does not depend on
    which worker was quicker.
    """

    seed: int
    rate: float
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._asked: Counter[tuple[str, str]] = Counter()

    def __call__(self, request: Request) -> Fault | None:
        about = (request.method, request.sid or request.fields.get("To", ""))
        self._asked[about] += 1
        dice = Random(f"{self.seed} {about} {self._asked[about]}")
        if dice.random() >= self.rate:
            return None
        fault = dice.choice(WRITING_FAULTS if request.method == "POST" else READING_FAULTS)
        self.met[named(fault)] += 1
        return fault


def named(fault: Fault) -> str:
    what = str(fault.status) if fault.ending == "answer" else fault.ending
    return f"{what} after acceptance" if fault.accepted else what


@dataclass
class FakeTwilio:
    """Serves on a port of its own while entered. Faults are used up one a message POSTed, in
    order; `next_fault` may be replaced by anything that chooses them otherwise, for any request.

    `copies` is the truth: how often each text was taken for each number, whatever anybody was
    told. `on_accepted` hears of a message and of the fields that made it before its answer
    leaves. A message is listed `listing_lag` seconds after it was taken, and every due answer takes
    `latency` seconds to arrive.
    """

    listing_lag: float = 0.0
    latency: float = 0.0
    requests: list[Request] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: deque[Fault] = field(default_factory=deque)
    next_fault: Callable[[Request], Fault | None] | None = None
    on_accepted: Callable[[dict[str, Any], dict[str, str]], None] | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._listed_from: dict[str, float] = {}
        self.leaving = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def posts(self) -> list[dict[str, str]]:
        """The fields of every message POSTed, whatever came of it."""
        return [request.fields for request in list(self.requests) if request.creates]

    def record(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def choose_fault(self, request: Request) -> Fault | None:
        with self._lock:
            if self.next_fault is not None:
                return self.next_fault(request)
            return self.faults.popleft() if self.faults and request.creates else None

    def accept(self, fields: dict[str, str]) -> dict[str, Any]:
        with self._lock:
            message = _message(next(self._numbers), fields)
            self.messages.append(message)
            self.copies[message["to"], message["body"]] += 1
            self._listed_from[message["sid"]] = time.monotonic() + self.listing_lag
            answer = dict(message)
        if self.on_accepted is not None:
            self.on_accepted(answer, fields)
        return answer

    def progress(self, sid: str, status: str) -> None:
        """Let a message be in a later state, as the world sees it."""
        with self._lock:
            message = self._message(sid)
            present = format_datetime(clock.now())
            message["status"], message["date_updated"] = status, present
            if status in {"sent", "delivered"}:
                message["date_sent"] = message["date_sent"] or present

    def redact(self, sid: str) -> bool:
        """Forget a text; False while it is still on its way."""
        with self._lock:
            message = self._message(sid)
            if message["status"] not in FINAL:
                return False
            message["body"] = ""
            return True

    def shown(self, sid: str) -> dict[str, Any] | None:
        """One message as it is now."""
        with self._lock:
            return next((dict(one) for one in self.messages if one["sid"] == sid), None)

    def listed(self, to: str | None, *, sent_from: datetime | None = None) -> list[dict[str, Any]]:
        """What a listing shows now, newest first."""
        present = time.monotonic()
        with self._lock:
            return [
                dict(message)
                for message in reversed(self.messages)
                if to in (None, message["to"])
                and self._listed_from[message["sid"]] <= present
                and (sent_from is None or _was_sent(message, sent_from))
            ]

    def _message(self, sid: str) -> dict[str, Any]:
        return next(message for message in self.messages if message["sid"] == sid)


def _message(number: int, fields: dict[str, str]) -> dict[str, Any]:
    sid = f"SM{number:032x}"
    uri = f"{MESSAGES.removesuffix('.json')}/{sid}"
    made_at = format_datetime(clock.now())
    through_service = "MessagingServiceSid" in fields
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": fields["Body"],
        "date_created": made_at,
        "date_sent": None,
        "date_updated": made_at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": fields.get("From"),
        "messaging_service_sid": fields.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "0" if through_service else "1",
        "price": None,
        "price_unit": None,
        "sid": sid,
        "status": "accepted" if through_service else "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": fields["To"],
        "uri": f"{uri}.json",
    }


def _was_sent(message: dict[str, Any], since: datetime) -> bool:
    return bool(message["date_sent"]) and parsedate_to_datetime(message["date_sent"]) >= since


def _sent_from(query: dict[str, str]) -> datetime | None:
    """`DateSent>=` as it arrives: "DateSent>" with a day, or an instant, in UTC."""
    given = query.get("DateSent>")
    return datetime.fromisoformat(given).replace(tzinfo=UTC) if given else None


def _page(messages: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    """One page. The token names the last message that was shown (PA) or the first (PB), so that
    new ones at the top move nothing; Twilio, too, turns no page without one.
    """
    size, page = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
    start = _start(messages, query.get("PageToken", ""), size)
    shown = messages[start : start + size]

    # Twilio writes all of these without a host, against its own description (format: uri).
    def uri(number: int, token: str = "") -> str:
        turned = {"Page": number, "PageToken": token} if token else {"Page": number}
        return f"{MESSAGES}?{urlencode({**query, 'PageSize': size, **turned})}"

    more = len(messages) > start + size
    return {
        "messages": shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": max(page * size + len(shown) - 1, 0),
        "uri": uri(page, query.get("PageToken", "")),
        "first_page_uri": f"{MESSAGES}?{urlencode(_first_page(query, size))}",
        "next_page_uri": uri(page + 1, f"PA{shown[-1]['sid']}") if more else None,
        "previous_page_uri": uri(page - 1, f"PB{shown[0]['sid']}") if page and shown else None,
    }


def _first_page(query: dict[str, str], size: int) -> dict[str, Any]:
    asked = {name: value for name, value in query.items() if name != "PageToken"}
    return {**asked, "PageSize": size, "Page": 0}


def _start(messages: list[dict[str, Any]], token: str, size: int) -> int:
    if not token:
        return 0
    sids = [message["sid"] for message in messages]
    at = sids.index(token[2:])
    return at + 1 if token.startswith("PA") else max(at - size, 0)


def _complaint(fields: dict[str, str]) -> tuple[int, str] | None:
    """Twilio's code and words for a POST it would not take."""
    to, body = fields.get("To", ""), fields.get("Body", "")
    validity = fields.get("ValidityPeriod", "36000")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        return 21211, f"The 'To' number {to} is not a valid phone number."
    if not body:
        return 21602, "Message body is required."
    if len(body) > 1600:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    if not (fields.get("From") or fields.get("MessagingServiceSid")):
        return 21603, "A 'From' phone number is required."
    if not (validity.isdigit() and 1 <= int(validity) <= 36000):
        return 90007, "Invalid validity period value"
    return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    fake: FakeTwilio

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a caller who ran out of patience is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        fields = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        self._serve(Request("POST", self.path, fields))

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._serve(Request("GET", address.path, dict(parse_qsl(address.query))))

    def _serve(self, request: Request) -> None:
        self.server.fake.record(request)
        if not self._admitted(request):
            return
        fault = self.server.fake.choose_fault(request)
        if fault is not None:
            self._misbehave(fault, request)
        else:
            status, payload = self._due_answer(request)
            self.server.fake.leaving.wait(self.server.fake.latency)
            self._answer(status, payload)

    def _admitted(self, request: Request) -> bool:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._answer(401, _error(401, 20003, "Authenticate"))
        elif request.path != MESSAGES and not (request.sid and self.server.fake.shown(request.sid)):
            self._answer(404, _error(404, 20404, "The requested resource was not found"))
        else:
            return True
        return False

    def _due_answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Do what is asked."""
        fake, fields = self.server.fake, request.fields
        if request.creates:
            complaint = _complaint(fields)
            return (400, _error(400, *complaint)) if complaint else (201, fake.accept(fields))
        if request.sid is None:
            return self._listing(fields)
        if request.method == "POST":
            return self._redaction(request.sid, fields)
        return 200, fake.shown(request.sid) or {}

    def _listing(self, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if int(query.get("Page", 0)) and not query.get("PageToken"):
            return 400, _error(400, 20006, "Follow next_page_uri to turn pages.")
        found = self.server.fake.listed(query.get("To"), sent_from=_sent_from(query))
        return 200, _page(found, query)

    def _redaction(self, sid: str, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if fields != {"Body": ""}:
            return 400, _error(400, 30400, "Parameters are not valid")
        if not self.server.fake.redact(sid):
            return 400, _error(400, 20009, "The message is not complete yet.")
        return 200, self.server.fake.shown(sid) or {}

    def _misbehave(self, fault: Fault, request: Request) -> None:
        if fault.accepted:
            self._due_answer(request)
        if fault.ending == "hang":
            self.server.fake.leaving.wait(_GIVE_UP_HANGING)
            self.close_connection = True
        elif fault.ending == "reset":
            self._tear()
        else:
            words = f"Something about {request.fields.get('To')}"
            payload = fault.body or _error(fault.status, fault.code, words)
            self._answer(fault.status, payload, retry_after=fault.retry_after)

    def _tear(self) -> None:
        # With a linger of nought, closing sends RST instead of FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
        self.close_connection = True

    def _answer(
        self, status: int, payload: dict[str, Any] | bytes, *, retry_after: str | None = None
    ) -> None:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if 300 <= status < 400:
            self.send_header("Location", self.path)
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing: the fake keeps its own record."""


def _error(status: int, code: int | None, words: str) -> dict[str, Any]:
    return {
        "code": code,
        "message": words,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
