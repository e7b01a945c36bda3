"""The protocol of DESIGN §6 in bare SQL, and a naive sender: small enough to be believed.

`python -m tests.notifications.chaos.reference` is a worker; its environment says of what kind.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import requests
from twilio.request_validator import RequestValidator

from tests.notifications.chaos.rig import Plan
from tests.notifications.twilio_fake import ACCOUNT, MESSAGES, TOKEN

AUTH = (ACCOUNT, TOKEN)
TABLE = """
    CREATE TABLE job (
        id int PRIMARY KEY, number text NOT NULL, body text NOT NULL,
        status text NOT NULL DEFAULT 'planned', due_at timestamptz NOT NULL DEFAULT now(),
        cause text NOT NULL DEFAULT '', sid text UNIQUE,
        attempt uuid, claimed_at timestamptz, lease_until timestamptz
    )
"""
CLAIM = """
    UPDATE job SET status = 'sending', attempt = gen_random_uuid(), claimed_at = now(),
                   lease_until = now() + make_interval(secs => %(lease)s)
     WHERE id = (SELECT id FROM job WHERE status = 'planned' AND due_at <= now()
                  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempt, number, body
"""
GIVE_UP = """
    UPDATE job SET status = %(then)s, cause = 'lost'
     WHERE status = 'sending' AND lease_until < now()
"""
TAKE_UNKNOWN = """
    UPDATE job SET lease_until = now() + make_interval(secs => %(lease)s)
     WHERE id = (SELECT id FROM job
                  WHERE status = 'unknown' AND lease_until < now()
                    AND claimed_at + make_interval(secs => %(grace)s) < now()
                  ORDER BY claimed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempt, number, body
"""
SETTLE = """
    UPDATE job SET status = %(status)s, sid = coalesce(sid, %(sid)s), cause = %(cause)s,
                   due_at = now() + make_interval(secs => %(wait)s)
     WHERE attempt = %(attempt)s AND status = ANY(%(was)s)
"""


class Worker:
    def __init__(self, environment: dict[str, str]) -> None:
        self.database = psycopg.connect(environment["DATABASE_URL"], autocommit=True)
        self.twilio = environment["TWILIO_BASE_URL"] + MESSAGES
        self.public_url = environment["PUBLIC_URL"]
        self.timeout = float(environment["TWILIO_TIMEOUT"])
        self.times = {"lease": environment["SMS_LEASE"], "grace": environment["SMS_GRACE"]}
        self.unsure = "planned" if environment["NAIVE"] == "1" else "unknown"
        self.http = requests.Session()

    def work(self) -> None:
        self.database.execute(GIVE_UP, {"then": self.unsure})
        for statement, act in ((CLAIM, self.send), (TAKE_UNKNOWN, self.reconcile)):
            taken = self.database.execute(statement, self.times).fetchone()
            if taken is not None:
                act(*taken)

    def send(self, job: int, attempt: Any, number: str, body: str) -> None:
        callback = f"{self.public_url}/{attempt}"
        fields = {"To": number, "From": "Pristan", "Body": body, "StatusCallback": callback}
        try:
            answer = self.http.post(self.twilio, data=fields, auth=AUTH, timeout=self.timeout)
        except requests.RequestException as error:
            return self.settle(attempt, self.unsure, cause=type(error).__name__)
        if answer.status_code == 201:
            return self.settle(attempt, "sent", sid=answer.json()["sid"])
        if answer.status_code == 429:
            return self.settle(attempt, "planned", wait=int(answer.headers["Retry-After"]))
        return self.settle(attempt, self.unsure, cause=f"HTTP {answer.status_code}")

    def reconcile(self, job: int, attempt: Any, number: str, body: str) -> None:
        """Adopt what is listed, resend what is not; where the listing fails it stays unknown."""
        ours = {row[0] for row in self.database.execute("SELECT sid FROM job")}
        try:
            listed = [one["sid"] for one in self.listing(number) if one["body"] == body]
        except requests.RequestException:
            return
        found = next((sid for sid in listed if sid not in ours), None)
        if found is None:
            self.settle(attempt, "planned", was=["unknown"])
        else:
            self.settle(attempt, "sent", sid=found, was=["unknown"])

    def listing(self, number: str) -> Iterator[dict[str, Any]]:
        url, query = self.twilio, {"To": number, "PageSize": "1"}
        while True:
            answer = self.http.get(url, params=query, auth=AUTH, timeout=self.timeout)
            answer.raise_for_status()
            page = answer.json()
            yield from page["messages"]
            if page["next_page_uri"] is None:
                return
            url, query = self.twilio.removesuffix(MESSAGES) + page["next_page_uri"], {}

    def settle(self, attempt: Any, status: str, **more: Any) -> None:
        facts = {"sid": None, "cause": "", "wait": 0, "was": ["sending", "unknown"], **more}
        self.database.execute(SETTLE, {"attempt": attempt, "status": status, **facts})


# --- Around it ---------------------------------------------------------------------------------


@dataclass
class Reference:
    """The sender that the rig puts to the test, and where its callbacks arrive."""

    database_url: str
    public_url: str
    wanted: Counter[str]
    naive: bool = False

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.notifications.chaos.reference"]

    def environment(self, plan: Plan, twilio_url: str) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "TWILIO_BASE_URL": twilio_url,
            "PUBLIC_URL": self.public_url,
            "TWILIO_TIMEOUT": str(plan.timeout),
            "SMS_LEASE": str(plan.lease),
            "SMS_GRACE": str(plan.grace),
            "NAIVE": "1" if self.naive else "0",
        }

    def states(self) -> Counter[tuple[str, str]]:
        with psycopg.connect(self.database_url, autocommit=True) as database:
            return Counter(database.execute("SELECT status, cause FROM job").fetchall())


@contextmanager
def prepared(database_url: str, messages: int, *, naive: bool = False) -> Iterator[Reference]:
    """A reference sender with so many messages due: by turns two for a number and one."""
    numbers = [f"+35988{8_200_000 + n * 2 // 3}" for n in range(messages)]
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(TABLE)
        database.cursor().executemany(
            "INSERT INTO job (id, number, body) VALUES (%s, %s, %s)",
            [(n, number, f"Напомняне {n}") for n, number in enumerate(numbers)],
        )
    with _Listener(database_url) as listener:
        yield Reference(database_url, listener.url, Counter(numbers), naive)


class _Listener(ThreadingHTTPServer):
    """Adopts what signed callbacks name."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, database_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Callback)
        self.database_url = database_url
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "_Listener":
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Callback(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        signature = self.headers["X-Twilio-Signature"]
        signed = RequestValidator(TOKEN).validate(self.server.url + self.path, fields, signature)
        if signed:
            self._adopt(self.path.removeprefix("/"), fields["MessageSid"])
        self.send_response(204 if signed else 403)
        self.end_headers()

    def _adopt(self, attempt: str, sid: str) -> None:
        facts = {"status": "sent", "cause": "", "wait": 0, "was": ["sending", "unknown"]}
        with psycopg.connect(self.server.database_url, autocommit=True) as database:
            database.execute(SETTLE, {"attempt": attempt, "sid": sid, **facts})

    def log_message(self, *args: Any) -> None:
        """Nothing."""


if __name__ == "__main__":
    worker, parent = Worker(dict(os.environ)), os.getppid()
    while os.getppid() == parent:  # nobody works on when the test is dead
        worker.work()
        time.sleep(0.002)
