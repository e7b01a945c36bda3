"""Our calls as Twilio's own description of its API sees them, by the real client."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import requests
from twilio.rest import Client

from base import clock
from notifications.gateways import Message, Refused, Sent, Unknown, twilio
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
    for remembered in (route[0].messages, route[0].requests, route[0].faults, route[0].copies):
        remembered.clear()
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


def a_client(prism):
    """Twilio's own, for calls that the gateway does not make."""
    http = twilio._HttpClient(base_url=prism, timeout=30.0)
    return Client(ACCOUNT, TOKEN, http_client=http)


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


# What the fake shows, as Twilio's own client reads it.


@pytest.fixture
def sent(fake, prism):
    """Five messages, the oldest first; another number has one, too."""
    gateway = a_gateway(prism)
    gateway.send(a_message(to="+359888999999"))
    for number in range(5):
        gateway.send(a_message(body=f"{number}"))
    return fake.messages[1:]


def test_a_listing_of_several_pages_is_read_to_its_end(fake, prism, sent):
    listed = a_client(prism).messages.list(to="+359888123456", page_size=2)
    turned = [request.fields for request in fake.requests if request.method == "GET"]
    assert [one.body for one in listed] == ["4", "3", "2", "1", "0"]
    assert [(page.get("Page"), page.get("PageToken")) for page in turned] == [
        (None, None),
        ("1", f"PA{sent[3]['sid']}"),
        ("2", f"PA{sent[1]['sid']}"),
    ]


def test_a_new_message_does_not_move_the_pages(fake, prism, sent):
    first = a_client(prism).messages.page(to="+359888123456", page_size=2)
    a_gateway(prism).send(a_message(body="new"))
    assert [one.body for one in first.next_page()] == ["2", "1"]


def test_pages_are_turned_back(fake, prism, sent):
    second = a_client(prism).messages.page(to="+359888123456", page_size=2).next_page()
    assert [one.body for one in second.previous_page()] == ["4", "3"]


def test_a_page_is_not_turned_by_its_number_alone(prism, sent):
    answer = requests.get(prism + MESSAGES, params={"Page": 1}, auth=(ACCOUNT, TOKEN), timeout=10)
    assert answer.status_code == 400


def test_a_listing_by_date_leaves_out_what_has_not_left_yet(fake, prism, sent):
    fake.progress(sent[0]["sid"], "sent")
    fake.progress(sent[1]["sid"], "delivered")

    def bodies(since):
        found = a_client(prism).messages.list(to="+359888123456", date_sent_after=since)
        return [one.body for one in found]

    present = clock.now().replace(microsecond=0)
    assert bodies(present - timedelta(minutes=1)) == ["1", "0"]
    assert bodies(present.date()) == ["1", "0"]
    assert bodies(present + timedelta(minutes=1)) == []


def test_one_message_is_shown_as_it_is_now(fake, prism, sent):
    fake.progress(sent[0]["sid"], "delivered")
    shown = a_client(prism).messages(sent[0]["sid"]).fetch()
    assert (shown.body, shown.status, shown.date_sent is None) == ("0", "delivered", False)


def test_what_is_not_there_is_not_shown(prism, sent):
    with pytest.raises(twilio._NotAccepted, match="404"):
        a_client(prism).messages("SM" + "f" * 32).fetch()


def test_a_text_is_redacted_and_the_truth_remembers_it(fake, prism, sent):
    fake.progress(sent[0]["sid"], "delivered")
    answer = a_client(prism).messages(sent[0]["sid"]).update(body="")
    assert (answer.body, fake.shown(sent[0]["sid"])["body"]) == ("", "")
    assert fake.copies["+359888123456", "0"] == 1


@pytest.mark.parametrize(("status", "body"), [("queued", ""), ("sent", ""), ("delivered", "new")])
def test_a_text_on_its_way_is_not_redacted_and_none_is_rewritten(fake, prism, sent, status, body):
    fake.progress(sent[0]["sid"], status)
    with pytest.raises(twilio._NotAccepted, match="400"):
        a_client(prism).messages(sent[0]["sid"]).update(body=body)
    assert fake.shown(sent[0]["sid"])["body"] == "0"


# The rest proves that the rig can fail.


def test_a_redaction_that_breaks_the_description_is_stopped(fake, prism, sent):
    with pytest.raises(twilio._NotAccepted, match="422"):
        a_client(prism).messages(sent[0]["sid"]).update(status="gone")


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
