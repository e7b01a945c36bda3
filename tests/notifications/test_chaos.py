"""None lost and no copy, whatever Twilio does and whoever is killed (DESIGN §6).

First the rig itself, with senders so small that one knows what must come of them.
"""

import os
import signal
import time
from collections import Counter
from dataclasses import replace

import pytest

from tests.notifications.chaos import reference, rig
from tests.notifications.chaos.program import Program
from tests.notifications.chaos.rig import Plan
from tests.notifications.prism import running_prism
from tests.notifications.twilio_callbacks import Manner
from tests.notifications.twilio_fake import FakeTwilio

FEW = Plan(messages=20, faults=0.2, kills=1, timeout=0.3, lease=0.9, listing_lag=0.3, grace=2.0)
"""In seconds, and straight to the fake."""

MANY = Plan(messages=500, faults=0.15, kills=10)
"""As in DESIGN §6, through Prism."""

SEVERAL = replace(MANY, messages=200)
"""Enough to see whether the rig counts right."""

HASTY = replace(SEVERAL, faults=0.3, listing_lag=60.0, grace=0.5)
"""The control: what is not listed yet counts as not taken. The lag outlasts most of the run, so
that it does not matter when a worker comes to look."""


@pytest.fixture
def fake():
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def prism(fake, tmp_path):
    with running_prism(fake.url, tmp_path / "prism.log") as proxy:
        yield proxy


@pytest.fixture
def run_reference(database_clone, fake, tmp_path):
    """`run_reference(plan, naive=…, via=…)` returns the tally."""

    def run(plan, *, naive=False, via=None):
        with reference.prepared(database_clone(), plan.messages, naive=naive) as sender:
            tally = rig.run(
                sender, plan, fake=fake, twilio_url=via or fake.url, logs=tmp_path, redacts=False
            )
        print(tally)
        assert (tally.kills, tally.deaths) == (plan.kills, ())
        return tally

    return run


def counted(tally):
    return tally.lost, tally.extra, tally.unfinished


@pytest.mark.parametrize(
    ("copies", "counted"),
    [
        ({}, (3, 0)),
        ({("a", "1"): 1, ("a", "2"): 1, ("b", "1"): 1}, (0, 0)),
        ({("a", "1"): 1, ("b", "1"): 1}, (1, 0)),  # one of hers is missing
        ({("a", "1"): 2, ("b", "1"): 1}, (1, 1)),  # a copy is not the other text
        ({("a", "1"): 3, ("a", "2"): 2, ("b", "1"): 1}, (0, 3)),
        ({("a", "1"): 1, ("a", "2"): 1, ("a", "3"): 1, ("b", "1"): 1}, (0, 1)),  # one too many
        ({("a", "1"): 1, ("a", "2"): 1, ("b", "1"): 1, ("c", "1"): 1}, (0, 1)),  # to a stranger
    ],
)
def test_lost_and_extra_are_counted_by_number_and_text(copies, counted):
    assert rig.compare(Counter({"a": 2, "b": 1}), Counter(copies)) == counted


def test_the_rig_sees_none_lost_and_no_copy_of_the_protocol(run_reference):
    assert counted(run_reference(FEW)) == (0, 0, 0)


def test_the_rig_sees_the_copies_of_a_naive_sender(run_reference):
    tally = run_reference(replace(FEW, kills=0), naive=True)
    assert (tally.lost, tally.extra > 0) == (0, True)


def test_the_rig_sees_what_is_lost_while_nobody_works(run_reference):
    tally = run_reference(replace(FEW, workers=0, kills=0, patience=0.5))
    assert counted(tally) == (20, 0, 20)


@pytest.mark.full
@pytest.mark.needs_prism
@pytest.mark.parametrize("faults", [0.15, 0.3])
def test_of_many_the_protocol_loses_none_and_copies_none(run_reference, prism, faults):
    assert MANY.is_safe
    assert counted(run_reference(replace(SEVERAL, faults=faults), via=prism)) == (0, 0, 0)


@pytest.mark.full
@pytest.mark.needs_prism
def test_of_many_a_naive_sender_copies_some(run_reference, prism):
    tally = run_reference(SEVERAL, naive=True, via=prism)
    assert (tally.lost, tally.extra > 0) == (0, True)


@pytest.mark.full
@pytest.mark.needs_prism
def test_kills_alone_make_a_naive_sender_copy_some(run_reference, prism):
    """Most of them strike amid a call: the text was taken, and the worker never learns of it."""
    plan = replace(SEVERAL, faults=0.0, manners=(Manner.NEVER,))
    tally = run_reference(plan, naive=True, via=prism)
    assert (tally.lost, tally.extra > plan.kills // 2) == (0, True)


@pytest.mark.full
@pytest.mark.needs_prism
def test_a_grace_shorter_than_the_listing_lag_makes_copies(run_reference, prism):
    assert not HASTY.is_safe
    tally = run_reference(HASTY, via=prism)
    assert (tally.lost, tally.extra > 0) == (0, True)


# --- The program -------------------------------------------------------------------------------


@pytest.fixture
def run_program(database_clone, server_processes, django_db_blocker, fake, tmp_path):
    """The same for our workers and our web server; what `redacts` waits for that, too."""

    def run(plan, *, via=None, redacts=False):
        with django_db_blocker.unblock():
            program = Program(database_clone(), plan.messages)
            server = server_processes(
                program.database_url, workers=1, environment=program.server_environment(plan)
            )
            program.public_url = server.url
            url = via or fake.url
            tally = rig.run(
                program, plan, fake=fake, twilio_url=url, logs=tmp_path, redacts=redacts
            )
        print(tally)
        assert (tally.kills, tally.deaths, set(tally.callbacks) - {204}) == (plan.kills, (), set())
        return tally

    return run


def test_few_reminders_reach_each_phone_once_and_are_redacted_though_a_worker_is_killed(
    run_program,
):
    tally = run_program(FEW, redacts=True)
    assert (*counted(tally), tally.legible) == (0, 0, 0, 0)


@pytest.mark.full
@pytest.mark.needs_prism
@pytest.mark.parametrize("faults", [0.15, 0.3])
def test_many_reminders_reach_each_phone_once_though_workers_are_killed(run_program, prism, faults):
    assert counted(run_program(replace(MANY, faults=faults), via=prism)) == (0, 0, 0)


@pytest.mark.full
def test_a_worker_stopped_past_its_lease_sends_nothing_twice(
    database_clone, server_processes, django_db_blocker, fake, tmp_path
):
    """It is stopped amid its call; another takes it for dead, and finds what it has sent."""
    plan = replace(FEW, messages=1, faults=0, kills=0, latency=0.2, manners=(Manner.NEVER,))
    with django_db_blocker.unblock():
        program = Program(database_clone(), plan.messages)
        program.public_url = "http://127.0.0.1:1"
        fake.latency = 1.0
        environment = os.environ | program.environment(plan, fake.url) | {"TWILIO_TIMEOUT": "5"}
        environment |= {"CHAOS_LEASE": "11", "CHAOS_GRACE": "12"}
        with rig.Crew(1, program.command(), environment, tmp_path) as stopped:
            until(lambda: fake.requests)
            ((process, _),) = stopped._workers
            process.send_signal(signal.SIGSTOP)
            (tmp_path / "other").mkdir()
            with rig.Crew(1, program.command(), environment, tmp_path / "other"):
                until(lambda: {status for status, _ in program.states()} == {"sent"})
                process.send_signal(signal.SIGCONT)
                until(lambda: {status for status, _ in program.states()} == {"sent"})
    assert rig.compare(program.wanted, fake.copies) == (0, 0)


def until(true, *, seconds=60):
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.1)


@pytest.mark.full
@pytest.mark.needs_prism
def test_reminders_are_copied_when_the_grace_is_shorter_than_the_listing_lag(run_program, prism):
    tally = run_program(HASTY, via=prism)
    assert (tally.lost, tally.extra > 0) == (0, True)
