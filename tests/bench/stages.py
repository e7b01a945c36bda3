"""The stages of a run: cold, warm, eight clients, races, and counts."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg

from config import postgres
from tests.bench import middleware, reference, requests, texts, world
from tests.bench.load import Client, Request, at_once
from tests.bench.measuring import (
    Alone,
    Figures,
    Key,
    Multiranges,
    Polled,
    Subject,
    Together,
    differing,
    measure,
)
from tests.bench.requests import Hours, repeated
from tests.bench.templates import SETTINGS
from tests.support import servers

CROWD = 8
TRIALS = 30
TIMES = {
    "floor": 10, "floor POST": 10, "control": 5, "post": 4, "post general": 2, "month": 3,
    "slots": 3, "slots of all": 2, "multiranges": 2, "feed": 8, "availability": 2, "board": 2,
}  # fmt: skip
"""Requests in a visit."""

NEEDS = {
    1: {"floor POST", "control", "post"},
    2: {"floor", "month"},
    3: {"floor", "slots"},
    4: {"slots of all", "multiranges"},
    5: {"post", "post general", "month", "slots", "slots of all", "feed"},
    6: {"floor", "feed"},
    7: set(),
    8: {"availability", "board"},
    10: set(),
}
"""Subjects by target."""

POSTS = frozenset({"floor POST", "control", "post"})

WRITTEN = """
    SELECT relname, n_tup_ins FROM pg_stat_user_tables WHERE n_tup_ins > 0
"""
DOUBLE = """
    SELECT count(*) FROM (
        SELECT FROM scheduling_allocation one
          JOIN scheduling_allocation other
            ON other.resource_id = one.resource_id AND other.lane = one.lane
           AND other.period && one.period AND other.id > one.id AND other.active
         WHERE one.active AND lower(one.period) >= %(since)s AND lower(other.period) >= %(since)s
        ) pairs
"""


@dataclass
class Findings:
    """Everything a run has found out."""

    cold: Figures = field(default_factory=dict)
    warm: Figures = field(default_factory=dict)
    crowd: Figures = field(default_factory=dict)
    differing: set[str] = field(default_factory=set)
    queries: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    double: int = 0
    texts: Figures = field(default_factory=dict)
    rewritten: int = 0
    megabytes: float = 0


class Run:
    """One run over the clones of this run: `urls` by size."""

    def __init__(
        self,
        server: postgres.Server,
        urls: Mapping[str, str],
        *,
        targets: Sequence[int],
        rounds: int,
        passes: int,
    ) -> None:
        self.server = server
        self.urls = urls
        self.targets = targets
        self.rounds = rounds
        self.passes = passes
        self.random = Random(world.SEED)
        self.hours = {size: Hours() for size in urls}
        self.wanted = set().union(*(NEEDS[target] for target in targets))
        self.found = Findings()

    def whole(self) -> Findings:
        if 10 in self.targets:
            self.measure_texts()
        with self.serving(workers=2) as ports:
            self.compare_feeds(ports)
            self.count(ports)
            if 7 in self.targets:
                self.race(ports["large"])
        if self.wanted:
            self.found.cold = self.measure_cold()
            with self.serving(workers=1) as ports:
                self.found.warm = self.measure_warm(ports)
        if self.wanted & {"post"}:
            with self.serving(workers=2) as ports:
                self.found.crowd = self.measure_crowd(ports)
        return self.found

    # --- Servers ---------------------------------------------------------------------------------

    @contextmanager
    def serving(self, *, workers: int) -> Iterator[dict[str, int]]:
        """The ports of a web server for each database."""
        with ExitStack() as stack:
            yield {
                size: port_of(
                    stack.enter_context(
                        servers.running(
                            url,
                            log=Path(self.server.directory) / f"web-{size}.log",
                            workers=workers,
                            environment=SETTINGS,
                        )
                    )
                )
                for size, url in self.urls.items()
            }

    @contextmanager
    def subjects(self, ports: Mapping[str, int]) -> Iterator[dict[Key, Subject]]:
        """One client's, by name and size."""
        with ExitStack() as stack:
            found: dict[Key, Subject] = {}
            for size, port in ports.items():
                client = stack.enter_context(Client(port))
                for name in sorted(self.wanted - {"multiranges", "feed"}):
                    found[name, size] = Alone(client, self.requests(name, size))
                found["feed", size] = Polled(client)
                connection = reference.connect(self.urls[size])
                found["multiranges", size] = Multiranges(stack.enter_context(connection))
            yield {key: subject for key, subject in found.items() if key[0] in self.wanted}

    def requests(self, name: str, size: str) -> Iterator[Request]:
        hours = self.hours[size]
        match name:
            case "post":
                return hours.bookings(0)
            case "post general":
                return hours.bookings(1, service=world.GENERAL_SERVICE)
            case "control":
                return repeated(requests.control(list(self.found.rows.values())))
        fixed = {
            "floor": requests.FLOOR,
            "floor POST": requests.floor_post(),
            "month": requests.MONTH,
            "slots": requests.SLOTS,
            "slots of all": requests.SLOTS_OF_ALL,
            "availability": requests.AVAILABILITY,
            "board": requests.BOARD,
        }
        return repeated(fixed[name])

    # --- Stages ----------------------------------------------------------------------------------

    def measure_cold(self) -> Figures:
        """The first request of its kind after PostgreSQL and the web server began anew. Only
        their start itself is left out: each was asked for a sign of life before."""
        tell("cold")
        figures: dict[Key, list[float]] = {}
        for _ in range(self.rounds):
            self.server.restart()
            with self.serving(workers=1) as ports, self.subjects(ports) as subjects:
                for port in ports.values():
                    wake(port)
                once = dict.fromkeys(TIMES, 1)
                first = measure(subjects, once, rounds=1, passes=1, random=self.random)
                for key, (seconds,) in first.items():
                    figures.setdefault(key, []).append(seconds)
                self.found.differing |= set(differing(subjects))
        return figures

    def measure_warm(self, ports: Mapping[str, int]) -> Figures:
        tell("warm")
        with self.subjects(ports) as subjects:
            for _ in range(3):
                for (name, _), subject in subjects.items():
                    subject.visit(TIMES[name])
            figures = measure(
                subjects, TIMES, rounds=self.rounds, passes=self.passes, random=self.random
            )
            self.found.differing |= set(differing(subjects))
        return figures

    def measure_crowd(self, ports: Mapping[str, int]) -> Figures:
        """Eight clients, each with a specialist and a family of its own."""
        tell(f"{CROWD} clients")
        with ExitStack() as stack:
            subjects: dict[Key, Subject] = {}
            for size, port in ports.items():
                clients = [stack.enter_context(client) for client in spread(port)]
                for name in POSTS & self.wanted:
                    sources = [
                        self.hours[size].bookings(2 + n, of=n)
                        if name == "post"
                        else self.requests(name, size)
                        for n in range(CROWD)
                    ]
                    subjects[name, size] = Together(clients, sources)
            # As many of each: towards the end of a burst some clients have nothing to do any more.
            times = dict.fromkeys(POSTS, 4)
            for name, subject in subjects.items():
                subject.visit(times[name[0]])
            figures = measure(
                subjects, times, rounds=self.rounds, passes=self.passes // 2 + 1, random=self.random
            )
            self.found.differing |= set(differing(subjects))
        return figures

    def measure_texts(self) -> None:
        """In this process, without any database."""
        tell("texts")
        with texts.ready():
            subjects = texts.subjects()
            times = {"strings joined": 9, "text warm": 9, "text cold": 1, "to_ical": 1}
            self.found.texts = measure(
                subjects, times, rounds=self.rounds, passes=1, random=self.random
            )
            self.found.rewritten = texts.written_after_a_change()
        with texts.ready():
            self.found.megabytes = texts.megabytes_of_a_crowd()

    def race(self, port: int) -> None:
        """Identical bookings by eight clients at once, and what the database has of them."""
        tell("races")
        with ExitStack() as stack:
            clients = [stack.enter_context(client) for client in spread(port)]
            for hour in self.hours["large"].trials[:TRIALS]:
                one = requests.booking(hour)
                same = Request(one.method, one.path, one.headers, one.body, expects=None)
                burst = at_once(clients, [[same]] * CROWD)
                self.found.statuses += [a.status for answers in burst.answers for a in answers]
        with psycopg.connect(self.urls["large"]) as connection:
            row = connection.execute(DOUBLE, {"since": world.NOW}).fetchone()
        assert row
        self.found.double = row[0]

    def compare_feeds(self, ports: Mapping[str, int]) -> None:
        """The whole text, while nothing is booked yet: new bookings have ids of their own."""
        texts = set()
        for port in ports.values():
            with Client(port) as client:
                texts.add(client.ask(requests.feed()).body)
        if len(texts) > 1:
            self.found.differing.add("feed")

    def count(self, ports: Mapping[str, int]) -> None:
        """Queries of the searches, and rows of one booking."""
        counted = ((middleware.COUNT_HEADER, "1"),)
        asked = {
            "slots of one": requests.SLOTS_OF_ONE,
            "slots of all": requests.SLOTS_OF_ALL,
            "slots": requests.SLOTS,
            "month": requests.MONTH,
            "availability": requests.AVAILABILITY,
            "board": requests.BOARD,
            "post": next(self.hours["large"].bookings(0)),
        }
        wake(ports["large"])
        with Client(ports["large"]) as client:
            for one in asked.values():
                if one.method == "GET":
                    client.ask(one)
            before = self.written()
            for name, one in asked.items():
                request = Request(
                    one.method, one.path, one.headers + counted, one.body, one.expects
                )
                header = client.ask(request).header(middleware.COUNT_HEADER)
                self.found.queries[name] = int(header or 0)
        next(self.hours["small"].bookings(0))
        self.found.rows = self.rows_since(before)

    def written(self) -> dict[str, int]:
        """Rows inserted into each table since the server knows."""
        with psycopg.connect(self.urls["large"]) as connection:
            return dict(connection.execute(WRITTEN).fetchall())

    def rows_since(self, before: Mapping[str, int]) -> dict[str, int]:
        """The server tells its figures within a second or so of a session's last statement."""
        deadline = time.monotonic() + 30
        rows: dict[str, int] = {}
        while not rows and time.monotonic() < deadline:
            time.sleep(1)
            rows = {
                table: number - before.get(table, 0)
                for table, number in self.written().items()
                if number != before.get(table, 0)
            }
        assert rows, "The server does not tell what a booking wrote."
        return rows


def port_of(server: servers.RunningServer) -> int:
    return int(server.url.rpartition(":")[2])


def wake(port: int) -> None:
    """A first request, and a first connection to the database."""
    with Client(port) as client:
        client.ask(Request("GET", "/healthz"))
        client.ask(Request("GET", "/readyz", expects=None))


def spread(port: int) -> list[Client]:
    """Eight connections, as many of them to each of the two processes."""
    by_process: dict[str | None, list[Client]] = {}
    for _ in range(100):
        client = Client(port)
        request = Request("GET", "/bench/floor/", ((middleware.COUNT_HEADER, "1"),))
        process = client.ask(request).header(middleware.PROCESS_HEADER)
        mine = by_process.setdefault(process, [])
        if len(mine) < CROWD // 2:
            mine.append(client)
        else:
            client.socket.close()
        if sum(map(len, by_process.values())) == CROWD:
            return [client for mine in by_process.values() for client in mine]
    raise AssertionError("One of two processes takes no connections.")


def tell(stage: str) -> None:
    print(f"  {stage}…", file=sys.stderr, flush=True)
