"""Our calls as Twilio's own description of its API sees them, by the real client."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import requests

from notifications.gateways import Message, Refused, Sent, Unknown
from notifications.gateways.twilio import Config, TwilioGateway
from tests.notifications import twilio_fake
from tests.notifications.prism import running_prism
from tests.notifications.twilio_fake import ACCOUNT, MESSAGES, TOKEN, FakeTwilio, Fault

pytestmark = pytest.mark.needs_prism

SERVICE = "MG" + "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def route(tmp_path_factory):
    """The fake, and the address of a proxy to it: one for the module, as it is slow to start."""
    with FakeTwilio() as fake:
        log = tmp_path_factory.mktemp("prism") / "log"
        with running_prism(fake.url, log) as proxy:
            yield fake, proxy


@pytest.fixture
def fake(route):
    route[0].messages.clear()
    route[0].requests.clear()
    route[0].faults.clear()
    return route[0]


@pytest.fixture
def prism(route):
    return route[1]


def a_gateway(prism, **changes):
    settings = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "public_url": "https://pristan.example",
        "sender": "Pristan",
        "base_url": prism,
        "timeout": 30.0,  # a busy machine is not a silent Twilio
    }
    return TwilioGateway(Config(**{**settings, **changes}))


def a_message(**changes):
    facts = {
        "to": "+359888123456",
        "body": "Напомняне: 24.11.2026 г., 10:00 ч.",
        "attempt": uuid4(),
        "valid_for": timedelta(hours=3),
    }
    return Message(**{**facts, **changes})


def test_sends_by_the_description(fake, prism):
    outcome = a_gateway(prism).send(a_message())
    assert outcome == Sent(sid=fake.messages[0]["sid"])


def test_sends_the_text_once_with_all_it_must_carry(fake, prism):
    attempt = UUID("6f1c2f2e-6a3c-4b7e-9c41-0d2f8a1b3c4d")
    a_gateway(prism).send(a_message(attempt=attempt))
    assert fake.posts == [
        {
            "To": "+359888123456",
            "From": "Pristan",
            "Body": "Напомняне: 24.11.2026 г., 10:00 ч.",
            "ValidityPeriod": "10800",
            "StatusCallback": f"https://pristan.example/hooks/twilio/status/{attempt}/",
        }
    ]


def test_sends_through_a_messaging_service(fake, prism):
    outcome = a_gateway(prism, sender="", messaging_service_sid=SERVICE).send(a_message())
    assert (outcome, fake.posts[0]["MessagingServiceSid"]) == (
        Sent(sid=fake.messages[0]["sid"]),
        SERVICE,
    )


def test_prism_passes_on_how_long_to_wait(fake, prism):
    fake.faults.append(twilio_fake.too_many("7"))
    assert a_gateway(prism).send(a_message()) == Refused(20429, timedelta(seconds=7))


def test_prism_passes_on_refusals(fake, prism):
    fake.faults.append(twilio_fake.refused(21610))
    assert a_gateway(prism).send(a_message()) == Refused(21610, None)


def test_prism_passes_on_failures(fake, prism):
    fake.faults.append(twilio_fake.failed(accepted=True, status=503))
    assert a_gateway(prism).send(a_message()) == Unknown("HTTP 503")


# The rest proves that the rig can fail.


def test_prism_stops_a_request_that_breaks_the_description(fake, prism):
    answer = requests.post(
        prism + MESSAGES,
        data={"To": "+359888123456", "ValidityPeriod": "three hours"},
        auth=(ACCOUNT, TOKEN),
        timeout=10,
    )
    named = [violation["location"] for violation in answer.json()["validation"]]
    assert (answer.status_code, named, fake.posts) == (422, [["body", "ValidityPeriod"]], [])


def test_our_own_request_is_stopped_when_it_breaks_the_description(fake, prism):
    gateway = a_gateway(prism, sender="", messaging_service_sid="not a service")
    assert (gateway.send(a_message()), fake.posts) == (Refused(None, None), [])


def test_an_answer_that_breaks_the_description_is_no_success(fake, prism):
    fake.faults.append(Fault(status=201, body=b'{"sid": 12, "status": "queued"}', accepted=True))
    assert a_gateway(prism).send(a_message()) == Unknown("HTTP 500")


def test_the_fakes_listing_keeps_to_the_description(fake, prism):
    for _ in range(3):
        a_gateway(prism).send(a_message())
    answer = requests.get(
        prism + MESSAGES,
        params={"To": "+359888123456", "PageSize": 3},
        auth=(ACCOUNT, TOKEN),
        timeout=10,
    )
    listed = [message["sid"] for message in answer.json()["messages"]]
    assert (answer.status_code, listed) == (200, [one["sid"] for one in reversed(fake.messages)])
