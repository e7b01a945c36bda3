"""The fake's own honesty: what it is told to do at random, and what it tells of its messages."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.notifications import twilio_fake
from tests.notifications.twilio_callbacks import LIFE, Callbacks, Manner
from tests.notifications.twilio_fake import (
    ACCOUNT,
    MESSAGES,
    READING_FAULTS,
    TOKEN,
    WRITING_FAULTS,
    FakeTwilio,
    RandomFaults,
    Request,
)

NUMBERS = [f"+35988812{n:04}" for n in range(400)]


def posts():
    return [Request("POST", MESSAGES, {"To": number}) for number in NUMBERS]


# --- Faults by a seed --------------------------------------------------------------------------


def test_faults_are_the_same_for_the_same_seed_in_whatever_order_they_are_asked():
    one, other = RandomFaults(7, 0.3), RandomFaults(7, 0.3)
    forth = {request.fields["To"]: one(request) for request in posts()}
    back = {request.fields["To"]: other(request) for request in reversed(posts())}
    assert forth == back


def test_another_seed_has_other_faults():
    one, other = ([RandomFaults(seed, 0.3)(request) for request in posts()] for seed in (1, 2))
    assert one != other


@pytest.mark.parametrize(("rate", "spoilt"), [(0.0, (0, 0)), (0.15, (40, 80)), (1.0, (400, 400))])
def test_faults_come_at_their_rate(rate, spoilt):
    faults = RandomFaults(3, rate)
    number = sum(faults(request) is not None for request in posts())
    assert spoilt[0] <= number <= spoilt[1]


def test_every_fault_comes():
    faults = RandomFaults(3, 1.0)
    assert {faults(request) for request in posts()} == set(WRITING_FAULTS)
    reads = [Request("GET", MESSAGES, {"To": number}) for number in NUMBERS]
    assert {faults(request) for request in reads} == set(READING_FAULTS)


def test_a_message_spoilt_once_is_not_spoilt_for_ever():
    faults = RandomFaults(3, 0.5)
    request = posts()[0]
    assert {faults(request) is None for _ in range(20)} == {True, False}


# --- Callbacks ---------------------------------------------------------------------------------


class Listener(BaseHTTPRequestHandler):
    """Where callbacks arrive."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        signature = self.headers["X-Twilio-Signature"]
        self.server.heard.append((fields["To"], fields["MessageStatus"]))
        self.server.signed.add(RequestValidator(TOKEN).validate(url, fields, signature))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def listener():
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        server.heard, server.signed = [], set()
        server.url = f"http://127.0.0.1:{server.server_port}/hooks/it/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def a_talking_fake(*manners, pace=0.1):
    with FakeTwilio() as fake, Callbacks(fake, seed=5, pace=pace, manners=manners) as callbacks:
        yield fake, callbacks


def post(fake, listener, to=NUMBERS[0]):
    fields = {"To": to, "From": "Pristan", "Body": "Text", "StatusCallback": listener.url}
    return requests.post(fake.url + MESSAGES, data=fields, auth=(ACCOUNT, TOKEN), timeout=10)


def heard_after(listener, number):
    deadline = time.monotonic() + 10
    while len(listener.heard) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    return [status for _, status in listener.heard]


def test_callbacks_come_in_order_and_signed(listener):
    with a_talking_fake(Manner.IN_ORDER, pace=1.0) as (fake, _):
        post(fake, listener)
        assert heard_after(listener, 3) == [*LIFE]
    assert listener.signed == {True}


def test_callbacks_come_twice(listener):
    with a_talking_fake(Manner.TWICE) as (fake, _):
        post(fake, listener)
        assert Counter(heard_after(listener, 6)) == dict.fromkeys(LIFE, 2)


def test_callbacks_come_out_of_order(listener):
    with a_talking_fake(Manner.OUT_OF_ORDER, pace=1.0) as (fake, _):
        post(fake, listener)
        assert heard_after(listener, 3) == [*reversed(LIFE)]


def test_a_callback_comes_before_the_answer(listener):
    with a_talking_fake(Manner.EARLY, pace=30.0) as (fake, _):
        post(fake, listener)
        assert listener.heard == [(NUMBERS[0], "queued")]


def test_a_callback_comes_early_even_if_the_answer_never_does(listener):
    with a_talking_fake(Manner.EARLY, pace=30.0) as (fake, _):
        fake.faults.append(twilio_fake.reset(accepted=True))
        with pytest.raises(requests.ConnectionError):
            post(fake, listener)
        assert listener.heard == [(NUMBERS[0], "queued")]


def test_a_message_of_which_nobody_tells_arrives_all_the_same(listener):
    with a_talking_fake(Manner.NEVER) as (fake, _):
        sid = post(fake, listener).json()["sid"]
        deadline = time.monotonic() + 10
        while fake.shown(sid)["status"] != "delivered" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (fake.shown(sid)["status"], listener.heard) == ("delivered", [])


def test_manners_are_the_same_for_the_same_seed(listener):
    met = []
    for numbers in (NUMBERS[:30], NUMBERS[29::-1]):
        with a_talking_fake(*Manner, pace=30.0) as (fake, callbacks):
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda to, fake=fake: post(fake, listener, to), numbers))
            met.append(callbacks.met)
    assert met[0] == met[1]
    assert len(met[0]) == len(Manner)


# --- The truth ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "copies"),
    [
        (twilio_fake.too_many(), 1),
        (twilio_fake.failed(accepted=False), 1),
        (twilio_fake.failed(accepted=True), 2),
        (twilio_fake.reset(accepted=False), 1),
        (twilio_fake.reset(accepted=True), 2),
    ],
)
def test_copies_are_what_was_taken_whatever_was_answered(listener, fault, copies):
    with FakeTwilio() as fake:
        fake.faults.append(fault)
        for _ in range(2):
            try:
                post(fake, listener)
            except requests.ConnectionError:
                continue
        assert fake.copies == {(NUMBERS[0], "Text"): copies}
