"""A stateful stand-in for Twilio's Messages resource, which misbehaves when told to.

Honest where it matters: it refuses what Twilio refuses, quotes the number in its refusals as
Twilio does, keeps what it accepted even if the answer never arrives, and may list it late.
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
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from base import clock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-that-opens-only-the-fake"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

_GIVE_UP_HANGING = 30.0


@dataclass(frozen=True)
class Fault:
    """What one POST gets instead of its due answer.

    `accepted` says whether the message is taken before things go wrong. `ending`: an answer
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
    method: str
    path: str
    fields: dict[str, str]


@dataclass
class FakeTwilio:
    """Serves on a port of its own while entered. Faults are used up one a POST, in order;
    `next_fault` may be replaced by anything that chooses them otherwise.
    """

    listing_lag: float = 0.0
    requests: list[Request] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    next_fault: Callable[[], Fault | None] | None = None

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
        """The fields of every POST that arrived, whatever came of it."""
        return [request.fields for request in self.requests if request.method == "POST"]

    def record(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def choose_fault(self) -> Fault | None:
        with self._lock:
            if self.next_fault is not None:
                return self.next_fault()
            return self.faults.popleft() if self.faults else None

    def accept(self, fields: dict[str, str]) -> dict[str, Any]:
        with self._lock:
            message = _message(next(self._numbers), fields)
            self.messages.append(message)
            self._listed_from[message["sid"]] = time.monotonic() + self.listing_lag
            return message

    def listed(self, to: str | None) -> list[dict[str, Any]]:
        """What a listing shows now, newest first."""
        present = time.monotonic()
        with self._lock:
            return [
                message
                for message in reversed(self.messages)
                if to in (None, message["to"]) and self._listed_from[message["sid"]] <= present
            ]


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


def _page(messages: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
    shown = messages[page * size : (page + 1) * size]

    def uri(number: int) -> str:
        return f"{MESSAGES}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    # Twilio writes all of these without a host, against its own description (format: uri).
    # Here the ones that its client never reads keep to the description; the ones it follows
    # are as it expects them, so a listing of several pages does not pass through Prism.
    more = len(messages) > (page + 1) * size
    return {
        "messages": shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": max(page * size + len(shown) - 1, 0),
        "uri": f"https://api.twilio.com{uri(page)}",
        "first_page_uri": f"https://api.twilio.com{uri(0)}",
        "next_page_uri": uri(page + 1) if more else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }


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
        self.server.fake.record(Request("POST", self.path, fields))
        if not self._admitted():
            return
        fault = self.server.fake.choose_fault()
        if fault is not None:
            self._misbehave(fault, fields)
        elif complaint := _complaint(fields):
            self._answer(400, _error(400, *complaint))
        else:
            self._answer(201, self.server.fake.accept(fields))

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.server.fake.record(Request("GET", self.path, query))
        if self._admitted():
            self._answer(200, _page(self.server.fake.listed(query.get("To")), query))

    def _admitted(self) -> bool:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._answer(401, _error(401, 20003, "Authenticate"))
        elif urlsplit(self.path).path != MESSAGES:
            self._answer(404, _error(404, 20404, "The requested resource was not found"))
        else:
            return True
        return False

    def _misbehave(self, fault: Fault, fields: dict[str, str]) -> None:
        if fault.accepted:
            self.server.fake.accept(fields)
        if fault.ending == "hang":
            self.server.fake.leaving.wait(_GIVE_UP_HANGING)
            self.close_connection = True
        elif fault.ending == "reset":
            self._tear()
        else:
            words = f"Something about {fields.get('To')}"
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
