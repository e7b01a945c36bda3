"""Target 12: what it costs that each text leaves once: claiming and marking, posting, and finding
what is due among what is not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from django.db import connection
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from base import clock
from notifications import outcomes, senders, sending
from notifications.gateways import Message, Sent
from notifications.gateways.twilio import Config, TwilioGateway
from tests.bench import report, world
from tests.bench.measuring import Key, Subject, measure
from tests.bench.series import rolled_back
from tests.bench.texts import Task
from tests.notifications.twilio_fake import ACCOUNT, TOKEN, FakeTwilio

TARGET = 12
BATCH = 100
THREADS = (1, 4, 16, 32)
LATENCY = 0.05
POSTS = 30
"""By each thread in a round."""

WAITING = {"few": 1_000, "many": 1_000_000}

ANY_HOUR = """
    SELECT booking.id, booking.centre_id, (SELECT min(id) FROM people_person)
      FROM scheduling_booking booking ORDER BY booking.id LIMIT 1
"""
FILL = """
    INSERT INTO notifications_reminder (public_id, booking_id, centre_id, schedule_version, kind,
                                        recipient_id, starts_at, due_at, status, why)
    SELECT gen_random_uuid(), %(booking)s, %(centre)s, %(first)s + number, '24h', %(person)s,
           %(due)s, %(due)s + number * interval '1 second', 'planned', ''
      FROM generate_series(1, %(count)s) number
"""

# --- Claiming and marking -------------------------------------------------------------------------


def by_program() -> None:
    batch = sending.claim("bench", BATCH)
    told = [(delivery, Sent(f"SM{delivery.attempt.hex}")) for delivery in batch.deliveries]
    outcomes.settle_all(told, sender="bench")
    assert len(told) == BATCH


def by_hand() -> None:
    """The same statements from a bare cursor."""
    with connection.cursor() as cursor:
        bare = cursor.cursor
        due = {"now": clock.now(), "size": BATCH}
        keys = [key for (key,) in bare.execute(sending.DUE, due).fetchall()]
        (sender, *_) = bare.execute(senders.LOCK, {"name": "bench"}).fetchone()
        bare.execute(senders.SPEND, {"credit": 900.0, "key": sender})
        claim = {"keys": keys, "lease": timedelta(minutes=2)}
        made = bare.execute(sending.CLAIM, claim).fetchall()
        told = {
            "keys": [key for key, _, _ in made],
            "sids": [f"SM{attempt.hex}" for _, _, attempt in made],
            "now": clock.now(),
            "settles": timedelta(minutes=15),
        }
        assert len(bare.execute(outcomes.MARK_SENT, told).fetchall()) == BATCH


def of_claiming(rounds: int) -> Iterator[report.Line]:
    with connection.cursor() as cursor:
        fill(cursor.cursor, BATCH * 3, first=5_000, due=clock.now() - timedelta(hours=1))
    senders.the("bench")
    figures = measured(
        {
            ("program", "large"): Task(rolled_back(by_program)),
            ("by hand", "large"): Task(rolled_back(by_hand)),
        },
        4,
        rounds,
    )
    what = f"claiming and marking {BATCH} texts to the same by hand"
    yield from report.compared(TARGET, what, figures, {}, "program", "by hand", 2)


def fill(database: Any, count: int, *, first: int, due: datetime) -> None:
    """So many planned reminders, due one second after another; `database` can execute. They differ
    by schedule version alone, from `first` on."""
    booking, centre, person = database.execute(ANY_HOUR).fetchone()
    facts = {"booking": booking, "centre": centre, "person": person}
    database.execute(FILL, {**facts, "first": first, "due": due, "count": count})


def measured(subjects: dict[Key, Subject], times: int, rounds: int) -> dict[Key, list[float]]:
    for subject in subjects.values():
        subject.visit(2)
    counts = {name: times for name, _ in subjects}
    found = measure(subjects, counts, rounds=rounds, passes=2, random=Random(world.SEED))
    return {key: list(seconds) for key, seconds in found.items()}


# --- Finding what is due -------------------------------------------------------------------------


def of_finding(databases: dict[str, str], rounds: int) -> Iterator[report.Line]:
    """A batch that is due, beside so many that are not."""
    subjects: dict[Key, Subject] = {}
    for name, url in databases.items():
        database = psycopg.connect(url, autocommit=True)
        database.execute("UPDATE notifications_reminder SET status = 'sent'")
        fill(database, BATCH * 3, first=1_000, due=world.NOW - timedelta(hours=1))
        fill(database, WAITING[name], first=10_000, due=world.NOW + timedelta(days=1))
        database.execute("VACUUM ANALYZE notifications_reminder")
        subjects[name, "large"] = Task(scan(database))
    figures = measured(subjects, 20, rounds)
    what = "finding what is due: 1,000,000 not due to 1,000"
    yield from report.compared(TARGET, what, figures, {}, "many", "few", 1.2)


def scan(database: psycopg.Connection) -> Callable[[], None]:
    due = {"now": world.NOW, "size": BATCH}

    def run() -> None:
        assert len(database.execute(sending.DUE, due).fetchall()) == BATCH

    return run


# --- Posting -------------------------------------------------------------------------------------


class Bare(TwilioHttpClient):
    """The library's own, with the session it keeps, on another host."""

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_connections=True, timeout=10)
        self._base = urlsplit(base_url)
        self.session.mount("http://", HTTPAdapter(pool_maxsize=max(THREADS)))

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        here = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        return super().request(method, here.geturl(), *args, **options)


def of_posting(rounds: int) -> Iterator[report.Line]:
    """To a stand-in on this machine that takes 50 ms for an answer, in a process of its own."""
    with stand_in() as url:
        ours = posting_by(url)
        bare = Client(ACCOUNT, TOKEN, http_client=Bare(url)).messages

        def library(number: int) -> None:
            bare.create(to=f"+3598880{number:05}", from_="Pristan", body="Напомняне: 10:00 ч.")

        rates = {(name, threads): [] for name in ("ours", "library") for threads in THREADS}  # type: dict[tuple[str, int], list[float]]
        for threads in THREADS:
            rate(ours, threads, threads)
            rate(library, threads, threads)
        for _ in range(rounds):
            for threads in THREADS:
                for name, post in (("ours", ours), ("library", library)):
                    rates[name, threads].append(rate(post, threads, POSTS * threads))
    for threads in THREADS:
        yield at_least(
            f"posting by {threads} threads to the bare library",
            rates["ours", threads],
            rates["library", threads],
            0.8,
        )
    yield at_least("posting by 32 threads to one", rates["ours", 32], rates["ours", 1], 25)


def posting_by(url: str) -> Callable[[int], None]:
    gateway = TwilioGateway(
        Config(ACCOUNT, TOKEN, "http://127.0.0.1:1", sender="Pristan", base_url=url)
    )

    def post(number: int) -> None:
        to, body = f"+3598880{number:05}", "Напомняне: 10:00 ч."
        outcome = gateway.send(Message(to, body, UUID(int=number), timedelta(hours=2)))
        assert isinstance(outcome, Sent), outcome

    return post


def rate(post: Callable[[int], None], threads: int, posts: int) -> float:
    """Posts a second."""
    with ThreadPoolExecutor(threads) as pool:
        begun = perf_counter()
        list(pool.map(post, range(posts)))
        return posts / (perf_counter() - begun)


def at_least(what: str, over: list[float], under: list[float], limit: float) -> report.Line:
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    return report.Line(
        TARGET,
        what,
        f"{median(ratios):.2f}",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        "",
        f">={limit:.2g}",
        median(ratios) >= limit,
    )


@contextmanager
def stand_in() -> Iterator[str]:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def serve(pipe: Any) -> None:
    with FakeTwilio(latency=LATENCY) as fake:
        pipe.send(fake.url)
        pipe.recv()


def lines(databases: dict[str, str], *, rounds: int) -> Iterator[report.Line]:
    """Within databases that are thrown away; the connection is to the first."""
    with clock.frozen(world.NOW):
        yield from of_claiming(rounds)
    yield from of_finding(databases, rounds)
    yield from of_posting(rounds)
