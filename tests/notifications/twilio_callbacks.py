"""What Twilio tells about the messages it took: signed callbacks, late, twice, or never."""

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any, Self

import requests
from twilio.request_validator import RequestValidator

from tests.notifications.twilio_fake import ACCOUNT, TOKEN, FakeTwilio

LIFE = ("queued", "sent", "delivered")


class Manner(Enum):
    IN_ORDER = "in order"
    TWICE = "each twice"
    OUT_OF_ORDER = "the last before the first"
    EARLY = "the first before the answer"
    NEVER = "not one of them"


@dataclass
class Callbacks:
    """While entered, lets each message that `fake` takes live through LIFE within about `pace`
    seconds, and posts to its StatusCallback in one of `manners`, chosen by the seed for each
    number and each of its messages. `answers` counts what it was answered: a status, or the name
    of an exception. Like Twilio it asks nobody twice.
    """

    fake: FakeTwilio
    seed: int
    pace: float = 1.0
    manners: tuple[Manner, ...] = tuple(Manner)
    answers: Counter[int | str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._messages: Counter[str] = Counter()
        self._wakes = threading.Condition()
        self._ended = False
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(4)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.fake.on_accepted = self._accepted
        return self

    def __exit__(self, *_: object) -> None:
        self.fake.on_accepted = None
        with self._wakes:
            self._ended = True
            self._wakes.notify()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def post(self, message: dict[str, Any], url: str, status: str) -> None:
        """One callback, signed for its address."""
        fields = _fields(message, status)
        signature = RequestValidator(TOKEN).compute_signature(url, fields)
        answer: int | str
        try:
            answer = requests.post(
                url, data=fields, headers={"X-Twilio-Signature": signature}, timeout=10
            ).status_code
        except requests.RequestException as error:
            answer = type(error).__name__
        with self._wakes:
            self.answers[answer] += 1

    def _accepted(self, message: dict[str, Any], fields: dict[str, str]) -> None:
        """Runs before the answer to the POST leaves."""
        url, dice = fields.get("StatusCallback", ""), self._dice(message["to"])
        manner = dice.choice(self.manners) if url else Manner.NEVER
        told = list(LIFE)
        match manner:
            case Manner.TWICE:
                told = [status for status in LIFE for _ in range(2)]
            case Manner.OUT_OF_ORDER:
                told.reverse()
            case Manner.EARLY:
                self.post(message, url, told.pop(0))
            case Manner.NEVER:
                told.clear()
        with self._wakes:
            self.met[manner.value] += 1
            self._plan_life(message["sid"], dice)
            self._plan_callbacks(message, url, told, dice)
            self._wakes.notify()

    def _dice(self, to: str) -> Random:
        with self._wakes:
            self._messages[to] += 1
            return Random(f"{self.seed} {to} {self._messages[to]}")

    def _plan_life(self, sid: str, dice: Random) -> None:
        for at, status in zip(self._moments(2, dice), LIFE[1:], strict=True):
            self._plan(at, lambda status=status: self.fake.progress(sid, status))

    def _plan_callbacks(
        self, message: dict[str, Any], url: str, told: list[str], dice: Random
    ) -> None:
        for at, status in zip(self._moments(len(told), dice), told, strict=True):
            self._plan(
                at,
                lambda status=status: self._pool.submit(self.post, message, url, status),
            )

    def _moments(self, number: int, dice: Random) -> list[float]:
        present = time.monotonic()
        return sorted(present + dice.uniform(0, self.pace) for _ in range(number))

    def _plan(self, at: float, act: Callable[[], object]) -> None:
        heapq.heappush(self._due, (at, next(self._order), act))

    def _run(self) -> None:
        while act := self._next():
            act()

    def _next(self) -> Callable[[], object] | None:
        with self._wakes:
            while not self._ended:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._wakes.wait(wait)
        return None


def _fields(message: dict[str, Any], status: str) -> dict[str, str]:
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": message["api_version"],
        "From": message["from"] or "",
        "MessageSid": message["sid"],
        "MessageStatus": status,
        "SmsSid": message["sid"],
        "SmsStatus": status,
        "To": message["to"],
    }
