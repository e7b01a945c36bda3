"""Rounds: everything that is compared takes turns, in shuffled order, and gives a median each."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from statistics import median
from time import perf_counter

import psycopg

from tests.bench import reference
from tests.bench.load import Answer, Client, Request, Unexpected, at_once
from tests.bench.requests import feed

Key = tuple[str, str]
"""A subject's name and the size of its database."""

Figures = Mapping[Key, Sequence[float]]
"""Seconds per request: a median for each round."""


class Subject(ABC):
    """Something that is measured. It remembers its answers: the same question must get the
    same answer in every round, and whatever the size of the database."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, bytes], str] = {}

    @abstractmethod
    def visit(self, times: int) -> list[float]:
        """Ask about so many times; seconds per request."""

    def note(self, request: Request, answer: Answer) -> None:
        key = (request.method, request.path, request.body)
        digest = digest_of(answer)
        if self.answers.setdefault(key, digest) != digest:
            raise Unexpected(f"{request.method} {request.path} answers otherwise than before.")


class Alone(Subject):
    """One client."""

    def __init__(self, client: Client, requests: Iterator[Request]) -> None:
        super().__init__()
        self.client = client
        self.requests = requests

    def visit(self, times: int) -> list[float]:
        taken = []
        for request in islice(self.requests, times):
            answer = self.client.ask(request)
            self.note(request, answer)
            taken.append(answer.seconds)
        return taken


class Polled(Subject):
    """A calendar client that already has the present text. Bookings made since the last visit
    change it, so it is read before the clock starts."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client = client

    def visit(self, times: int) -> list[float]:
        etag = self.client.ask(feed()).header("ETag")
        assert etag
        unchanged = feed(etag)
        return [self.client.ask(unchanged).seconds for _ in range(times)]


class Together(Subject):
    """Several clients at once: what a request costs is the whole time through their number."""

    def __init__(self, clients: Sequence[Client], requests: Sequence[Iterator[Request]]) -> None:
        super().__init__()
        self.clients = clients
        self.requests = requests

    def visit(self, times: int) -> list[float]:
        queues = [list(islice(requests, times)) for requests in self.requests]
        burst = at_once(self.clients, queues)
        for queue, answers in zip(queues, burst.answers, strict=True):
            for request, answer in zip(queue, answers, strict=True):
                self.note(request, answer)
        return [burst.seconds / sum(map(len, queues))]


class Multiranges(Subject):
    """PostgreSQL alone, without any HTTP."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__()
        self.connection = connection

    def visit(self, times: int) -> list[float]:
        taken = []
        for _ in range(times):
            begun = perf_counter()
            rows = reference.free_time(self.connection)
            taken.append(perf_counter() - begun)
            self.answers[("SQL", "", b"")] = hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()
        return taken


def digest_of(answer: Answer) -> str:
    """Of the body; a new booking's own id apart, which is another every time."""
    body = answer.body
    if answer.status == 201:
        fields = json.loads(body)
        fields.pop("id", None)
        body = json.dumps(fields, sort_keys=True).encode()
    return hashlib.sha256(body).hexdigest()


def measure(
    subjects: Mapping[Key, Subject],
    times: Mapping[str, int],
    *,
    rounds: int,
    passes: int,
    random: Random,
) -> Figures:
    """`rounds` medians for each subject. In a round each is visited `passes` times, in an order
    drawn anew for each pass, so that what else the machine does hits all alike."""
    figures: dict[Key, list[float]] = {key: [] for key in subjects}
    for _ in range(rounds):
        taken: dict[Key, list[float]] = {key: [] for key in subjects}
        for _ in range(passes):
            for key in random.sample(list(subjects), len(subjects)):
                taken[key] += subjects[key].visit(times[key[0]])
        for key, seconds in taken.items():
            figures[key].append(median(seconds))
    return figures


def differing(subjects: Mapping[Key, Subject]) -> list[str]:
    """Names of the subjects that two databases answer differently."""
    known: dict[str, dict] = {}
    names = []
    for (name, _), subject in subjects.items():
        other = known.setdefault(name, subject.answers)
        if any(subject.answers[key] != other[key] for key in subject.answers.keys() & other.keys()):
            names.append(name)
    return names
