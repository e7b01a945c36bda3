"""Workers that are killed, a Twilio that misbehaves, and the count of what reached the phones."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol, Self

from tests.notifications.twilio_callbacks import Callbacks, Manner
from tests.notifications.twilio_fake import FINAL, FakeTwilio, RandomFaults
from tests.support.clusters import ROOT

UNFINISHED = frozenset({"planned", "sending", "unknown"})
LOOK_SECONDS = 0.25
LONGEST_WAIT_BEFORE_A_KILL = 0.05


@dataclass(frozen=True)
class Plan:
    """What one run does. Times are in seconds; `faults` is the share of requests that go wrong.

    A call may take twice `timeout`: to connect, and to wait for the answer. `lease` outlives
    that. Whatever was taken is listed `listing_lag` later, so `grace`, which is counted from the
    claim, is safe when it is longer than all of them together.
    """

    messages: int
    faults: float
    kills: int
    seed: int = 1
    workers: int = 2
    timeout: float = 1.0
    lease: float = 4.0
    latency: float = 0.05
    listing_lag: float = 2.0
    grace: float = 9.0
    patience: float = 240.0
    manners: tuple[Manner, ...] = tuple(Manner)
    """Of the callbacks."""

    def __post_init__(self) -> None:
        assert self.lease > 2 * self.timeout

    @property
    def is_safe(self) -> bool:
        return self.grace > 2 * self.timeout + self.lease + self.listing_lag

    def kill_moments(self) -> list[int]:
        """After how many requests to Twilio a worker dies."""
        return sorted(Random(f"{self.seed} kills").sample(range(1, self.messages + 1), self.kills))


class Sender(Protocol):
    """What is put to the test.

    `wanted`: how many different texts each number is to get. The worker's command runs until it
    is killed; `states` counts the messages by status and cause, "planned", "sending" and
    "unknown" being those of which something may still become.
    """

    @property
    def wanted(self) -> Counter[str]: ...
    def command(self) -> list[str]: ...
    def environment(self, plan: Plan, twilio_url: str) -> dict[str, str]: ...
    def states(self) -> Counter[tuple[str, str]]: ...


@dataclass(frozen=True)
class Tally:
    """What came of a run: `lost` were wanted and never taken, `extra` were taken once too often.

    `legible`: messages that have arrived and can still be read at Twilio. `deaths`: the last
    words of workers that ended of themselves. The counters say what the run met.
    """

    wanted: int
    lost: int
    extra: int
    legible: int
    states: Counter[tuple[str, str]]
    kills: int
    deaths: tuple[str, ...]
    seconds: float
    faults: Counter[str]
    manners: Counter[str]
    callbacks: Counter[int | str]

    @property
    def unknown(self) -> Counter[str]:
        """By cause."""
        return Counter({why: n for (status, why), n in self.states.items() if status == "unknown"})

    @property
    def unfinished(self) -> int:
        return unfinished(self.states)


def run(
    sender: Sender, plan: Plan, *, fake: FakeTwilio, twilio_url: str, logs: Path, redacts: bool
) -> Tally:
    """Let `sender` work against `fake`, reached by `twilio_url`, until each message is final and,
    if it `redacts`, none can be read any more; or until the plan's patience ends.
    """
    fake.latency, fake.listing_lag = plan.latency, plan.listing_lag
    fake.next_fault = faults = RandomFaults(plan.seed, plan.faults)
    environment = os.environ | sender.environment(plan, twilio_url)
    began = time.monotonic()
    with (
        Callbacks(fake, seed=plan.seed, manners=plan.manners) as callbacks,
        Crew(plan.workers, sender.command(), environment, logs) as crew,
    ):
        states = _watch(sender, plan, fake, crew, redacts=redacts)
        # What a killed worker had asked for may still be on its way.
        time.sleep(plan.timeout)
    lost, extra = compare(sender.wanted, fake.copies)
    return Tally(
        wanted=sender.wanted.total(),
        lost=lost,
        extra=extra,
        legible=legible(fake),
        states=states,
        kills=crew.kills,
        deaths=tuple(crew.deaths),
        seconds=round(time.monotonic() - began, 1),
        faults=faults.met,
        manners=callbacks.met,
        callbacks=callbacks.answers,
    )


def _watch(
    sender: Sender, plan: Plan, fake: FakeTwilio, crew: "Crew", *, redacts: bool
) -> Counter[tuple[str, str]]:
    """Kill at the planned moments, replace the dead, and return the states at the end."""
    moments, dice = plan.kill_moments(), Random(f"{plan.seed} delays")
    ends = time.monotonic() + plan.patience
    looks = 0.0
    while True:
        crew.replace_the_dead()
        if moments and len(fake.requests) >= moments[0]:
            moments.pop(0)
            time.sleep(dice.uniform(0, LONGEST_WAIT_BEFORE_A_KILL))
            crew.kill_one()
        if time.monotonic() >= looks:
            looks = time.monotonic() + LOOK_SECONDS
            states = sender.states()
            done = not unfinished(states) and not (redacts and legible(fake, all_of_them=True))
            if done or time.monotonic() > ends:
                return states
        time.sleep(0.005)


def unfinished(states: Mapping[tuple[str, str], int]) -> int:
    return sum(number for (status, _), number in states.items() if status in UNFINISHED)


def legible(fake: FakeTwilio, *, all_of_them: bool = False) -> int:
    """How many texts can be read at Twilio; of those that have arrived, unless `all_of_them`."""
    return sum(
        bool(message["body"]) and (all_of_them or message["status"] in FINAL)
        for message in list(fake.messages)
    )


def compare(wanted: Counter[str], copies: Counter[tuple[str, str]]) -> tuple[int, int]:
    """How many texts are lost, and how many copies are too many."""
    different = Counter(to for to, _ in copies)
    again = sum(number - 1 for number in copies.values())
    return (wanted - different).total(), again + (different - wanted).total()


@dataclass
class Crew:
    """Worker processes that die by `kill -9` and are replaced at once."""

    size: int
    command: list[str]
    environment: Mapping[str, str]
    logs: Path
    kills: int = 0
    deaths: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._started = 0
        self._workers = [self._start() for _ in range(self.size)]
        return self

    def __exit__(self, *_: object) -> None:
        for process, _ in self._workers:
            process.kill()
            process.wait()

    def kill_one(self) -> None:
        """The one that has worked longest: it is amid something, not still starting."""
        process, _ = self._workers.pop(0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1
        self._workers.append(self._start())

    def replace_the_dead(self) -> None:
        for worker in [worker for worker in self._workers if worker[0].poll() is not None]:
            self._workers.remove(worker)
            self.deaths.append(worker[1].read_text(errors="replace")[-2000:])
            self._workers.append(self._start())

    def _start(self) -> tuple[subprocess.Popen[bytes], Path]:
        self._started += 1
        log = self.logs / f"worker-{self._started}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )
        return process, log
