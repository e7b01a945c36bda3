"""The real Twilio client against the fake, without Prism between: what Prism does not notice."""

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.utils.datastructures import MultiValueDict
from twilio.request_validator import RequestValidator

from base import clock
from notifications import gateways
from notifications.gateways import (
    Message,
    NoAnswer,
    NotBegun,
    Refused,
    Report,
    Sent,
    Unknown,
    masked,
    twilio,
)
from notifications.gateways.console import ConsoleGateway
from notifications.gateways.twilio import Config, TwilioGateway
from tests.notifications import twilio_fake
from tests.notifications.twilio_fake import ACCOUNT, TOKEN, FakeTwilio, Fault

NUMBER = "+359888123456"
BODY = "Напомняне: 24.11.2026 г., 10:00 ч."
ATTEMPT = UUID("6f1c2f2e-6a3c-4b7e-9c41-0d2f8a1b3c4d")


@pytest.fixture
def fake():
    with FakeTwilio() as fake:
        yield fake


def a_config(base_url="", **changes):
    facts = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "public_url": "https://pristan.example/",
        "sender": "Pristan",
        "base_url": base_url,
        "timeout": 5.0,
    }
    return Config(**{**facts, **changes})


@pytest.fixture
def gateway(fake):
    return TwilioGateway(a_config(fake.url))


def a_message(**changes):
    facts = {"to": NUMBER, "body": BODY, "attempt": ATTEMPT, "valid_for": timedelta(hours=3)}
    return Message(**{**facts, **changes})


def send(fake, *, timeout=5.0, **changes):
    return TwilioGateway(a_config(fake.url, timeout=timeout)).send(a_message(**changes))


class TestOutcome:
    def test_accepted_is_sent_under_twilios_id(self, fake):
        assert send(fake) == Sent(sid=fake.messages[0]["sid"])

    @pytest.mark.parametrize("code", [21610, 21211, 21614, 30005])
    def test_a_refusal_is_final_and_keeps_its_code(self, fake, code):
        fake.faults.append(twilio_fake.refused(code))
        assert send(fake) == Refused(code=code, retry_after=None)

    def test_wrong_credentials_are_a_refusal(self, fake):
        gateway = TwilioGateway(a_config(fake.url, auth_token="wrong"))
        assert gateway.send(a_message()) == Refused(code=20003, retry_after=None)

    @pytest.mark.parametrize(
        ("asked", "waited"),
        [
            ("7", timedelta(seconds=7)),
            ("0", timedelta(seconds=1)),
            ("600", timedelta(minutes=10)),
            ("601", timedelta(minutes=10)),
            ("9" * 40, timedelta(seconds=30)),
            ("-5", timedelta(seconds=30)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", timedelta(seconds=30)),
            ("", timedelta(seconds=30)),
            (None, timedelta(seconds=30)),
        ],
    )
    def test_too_many_requests_may_be_tried_again_later(self, fake, asked, waited):
        fake.faults.append(twilio_fake.too_many(asked))
        assert send(fake) == Refused(code=20429, retry_after=waited)

    @pytest.mark.parametrize("accepted", [False, True])
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_server_error_leaves_it_unknown(self, fake, status, accepted):
        fake.faults.append(twilio_fake.failed(status=status, accepted=accepted))
        assert send(fake) == Unknown(cause=f"HTTP {status}")

    @pytest.mark.parametrize("accepted", [False, True])
    def test_a_torn_connection_leaves_it_unknown(self, fake, accepted):
        fake.faults.append(twilio_fake.reset(accepted=accepted))
        assert send(fake) == Unknown(cause="ConnectionError")

    def test_silence_ends_after_the_timeout_and_leaves_it_unknown(self, fake):
        fake.faults.append(twilio_fake.hang(accepted=True))
        began = time.monotonic()
        outcome = send(fake, timeout=0.2)
        assert (outcome, time.monotonic() - began < 3) == (Unknown(cause="ReadTimeout"), True)

    def test_a_connection_never_made_counts_as_unknown(self):
        with socket.create_server(("127.0.0.1", 0)) as closed_soon:
            port = closed_soon.getsockname()[1]
        gateway = TwilioGateway(a_config(f"http://127.0.0.1:{port}"))
        assert gateway.send(a_message()) == Unknown(cause="ConnectionError")

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"{", b"[]", b"null", b"{}", b'{"sid": null}', b'{"sid": "SM1"}']
    )
    def test_an_unreadable_success_leaves_it_unknown(self, fake, body):
        fake.faults.append(Fault(status=201, body=body or b" ", accepted=True))
        assert isinstance(send(fake), Unknown)

    @pytest.mark.parametrize("status", [200, 202])
    def test_only_created_is_sent(self, fake, status):
        sid = b'{"sid": "SM' + b"a" * 32 + b'"}'
        fake.faults.append(Fault(status=status, body=sid))
        assert send(fake) == Unknown(cause=f"HTTP {status} without a message id")

    def test_a_redirect_is_not_followed(self, fake):
        fake.faults.append(Fault(status=307))
        assert (send(fake), len(fake.posts)) == (Unknown(cause="HTTP 307"), 1)

    def test_the_status_is_the_wires_and_not_the_bodys(self, fake):
        lie = b'{"type": "about:blank", "title": "x", "status": 400, "code": 21211}'
        fake.faults.append(Fault(status=500, body=lie, accepted=True))
        assert send(fake) == Unknown(cause="HTTP 500")

    @pytest.mark.parametrize("body", [b"<html>", b'{"code": 400}', b'{"code": "21211"}', b"[1]"])
    def test_a_refusal_without_twilios_code_has_none(self, fake, body):
        fake.faults.append(Fault(status=403, body=body))
        assert send(fake) == Refused(code=None, retry_after=None)

    @pytest.mark.parametrize(
        "fault",
        [
            twilio_fake.too_many("1"),
            twilio_fake.failed(accepted=False),
            twilio_fake.failed(accepted=True),
            twilio_fake.reset(accepted=False),
            twilio_fake.reset(accepted=True),
            twilio_fake.hang(accepted=True),
        ],
    )
    def test_whatever_happens_it_is_posted_once(self, fake, fault):
        fake.faults.append(fault)
        send(fake, timeout=0.3)
        assert len(fake.posts) == 1

    def test_threads_get_the_ids_of_their_own_messages(self, fake):
        numbers = [f"+35988812{n:04}" for n in range(80)]
        gateway = TwilioGateway(a_config(fake.url))
        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(lambda to: gateway.send(a_message(to=to)), numbers))
        received = {message["sid"]: message["to"] for message in fake.messages}
        assert [received[outcome.sid] for outcome in outcomes] == numbers


class TestRequest:
    def test_carries_number_text_validity_sender_and_callback(self, fake):
        send(fake)
        assert fake.posts == [
            {
                "To": NUMBER,
                "From": "Pristan",
                "Body": BODY,
                "ValidityPeriod": "10800",
                "StatusCallback": f"https://pristan.example/hooks/twilio/status/{ATTEMPT}/",
            }
        ]

    def test_a_messaging_service_chooses_the_sender(self, fake):
        service = "MG" + "0" * 32
        TwilioGateway(a_config(fake.url, messaging_service_sid=service)).send(a_message())
        assert fake.posts[0].get("MessagingServiceSid") == service
        assert "From" not in fake.posts[0]

    @pytest.mark.parametrize(
        ("valid_for", "seconds"),
        [
            (timedelta(seconds=1), "1"),
            (timedelta(seconds=90.9), "90"),
            (timedelta(hours=10), "36000"),
            (timedelta(days=3), "36000"),
        ],
    )
    def test_validity_is_whole_seconds_within_twilios_bounds(self, fake, valid_for, seconds):
        send(fake, valid_for=valid_for)
        assert fake.posts[0]["ValidityPeriod"] == seconds

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"to": ""}, 21211),
            ({"to": "0888123456"}, 21211),
            ({"to": "359888123456"}, 21211),
            ({"to": "+0888123456"}, 21211),
            ({"to": "+359 888 123 456"}, 21211),
            ({"to": "+359888123456\n"}, 21211),
            ({"to": "+3٥٩٨٨٨١٢٣٤٥٦"}, 21211),
            ({"to": "+1234567890123456"}, 21211),
            ({"to": "whatsapp:+359888123456"}, 21211),
            ({"body": ""}, 21602),
            ({"body": " \n"}, 21602),
            ({"body": "x" * 1601}, 21617),
            ({"valid_for": timedelta(0)}, 30036),
            ({"valid_for": timedelta(seconds=-1)}, 30036),
        ],
    )
    def test_what_twilio_would_refuse_is_refused_here_and_never_posted(self, fake, changes, code):
        assert (send(fake, **changes), fake.posts) == (Refused(code, None), [])

    def test_the_longest_text_is_posted(self, fake):
        assert isinstance(send(fake, body="x" * 1600), Sent)

    def test_without_a_base_url_it_goes_to_twilio(self):
        http = twilio._HttpClient(base_url="", timeout=1)
        assert http._rehosted("https://api.twilio.com/x?y=1") == "https://api.twilio.com/x?y=1"

    def test_a_base_url_replaces_scheme_and_host_alone(self):
        http = twilio._HttpClient(base_url="http://127.0.0.1:4010", timeout=1)
        assert http._rehosted("https://api.twilio.com/x?y=1") == "http://127.0.0.1:4010/x?y=1"


class TestSilence:
    @pytest.mark.parametrize(
        "fault",
        [
            None,
            twilio_fake.refused(21211),
            twilio_fake.too_many(),
            twilio_fake.failed(accepted=True),
            twilio_fake.reset(accepted=True),
            twilio_fake.hang(accepted=True),
        ],
    )
    def test_no_log_line_holds_number_text_or_token(self, fake, caplog, fault):
        caplog.set_level(logging.DEBUG)
        fake.faults.extend([fault] if fault else [])
        outcome = send(fake, timeout=0.3)
        said = caplog.text + repr(outcome)
        assert [secret for secret in (NUMBER[1:], NUMBER[-9:], BODY, TOKEN) if secret in said] == []

    def test_a_listing_by_the_same_client_logs_nothing_of_ours_either(self, fake, caplog):
        caplog.set_level(logging.INFO)
        gateway = TwilioGateway(a_config(fake.url))
        gateway.send(a_message())
        listed = gateway._client.messages.list(to=NUMBER)
        assert ([message.to for message in listed], NUMBER[1:] in caplog.text) == ([NUMBER], False)

    @pytest.mark.parametrize("thing", [a_message(), a_config()])
    def test_reprs_hide_number_text_and_token(self, thing):
        assert [s for s in (NUMBER, BODY, TOKEN) if s in repr(thing)] == []


class TestConfig:
    @pytest.mark.parametrize(
        "changes",
        [
            {"account_sid": ""},
            {"auth_token": ""},
            {"sender": ""},
            {"timeout": 0},
            {"timeout": -1.0},
            {"timeout": float("inf")},
            {"timeout": float("nan")},
            {"base_url": "127.0.0.1:4010"},
            {"base_url": "ftp://127.0.0.1"},
        ],
    )
    def test_nonsense_is_refused(self, changes):
        with pytest.raises(ValueError):
            a_config(**changes)

    def settings(self, **changes):
        facts = {
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "Pristan",
            "TWILIO_MESSAGING_SERVICE_SID": "",
            "TWILIO_BASE_URL": "",
            "TWILIO_TIMEOUT": 5.0,
            "PUBLIC_URL": "https://pristan.example/",
        }
        return SimpleNamespace(**{**facts, **changes})

    def choose(self, monkeypatch, **changes):
        settings = self.settings(**changes)
        monkeypatch.setattr(gateways, "settings", settings)
        monkeypatch.setattr(twilio, "settings", settings)
        return gateways.current()

    def test_settings_choose_twilio(self, monkeypatch):
        chosen = self.choose(monkeypatch)
        assert (type(chosen), chosen._config) == (TwilioGateway, a_config())

    def test_settings_choose_the_console(self, monkeypatch):
        assert self.choose(monkeypatch, SMS_GATEWAY="console") == ConsoleGateway()

    def test_one_gateway_is_kept_while_settings_stay(self, monkeypatch):
        first, again = self.choose(monkeypatch), self.choose(monkeypatch)
        other = self.choose(monkeypatch, TWILIO_FROM="Other")
        assert (first is again, first is other) == (True, False)


class TestConsole:
    def line(self, **changes):
        out = StringIO()
        ConsoleGateway(out).send(a_message(**changes))
        return out.getvalue()

    def test_shows_the_text_and_its_size_and_masks_the_number(self):
        assert self.line() == f"SMS to •••••••••••56 (1 part, UCS-2): {BODY}\n"

    def test_a_text_stays_on_its_line(self):
        assert self.line(body="Reminder\r\nERROR root") == (
            "SMS to •••••••••••56 (1 part, GSM-7): Reminder ERROR root\n"
        )

    def test_a_console_without_cyrillic_stops_nothing(self, tmp_path):
        with (tmp_path / "out").open("w", encoding="ascii") as out:
            ConsoleGateway(out).send(a_message(body="Час: 10:00"))
        assert (tmp_path / "out").read_text().endswith("???: 10:00\n")

    def test_gives_an_id_as_long_as_twilios_and_of_another_shape(self):
        sid = ConsoleGateway(StringIO()).send(a_message()).sid
        assert (len(sid), twilio.MESSAGE_SID.fullmatch(sid)) == (34, None)

    def test_logs_nothing(self, caplog):
        caplog.set_level(logging.DEBUG)
        self.line()
        assert caplog.text == ""

    @pytest.mark.parametrize(
        ("number", "shown"),
        [(NUMBER, "•••••••••••56"), ("1234", "••••"), ("12345", "•••45"), ("", "")],
    )
    def test_masks(self, number, shown):
        assert masked(number) == shown


URL = f"https://pristan.example/hooks/twilio/status/{ATTEMPT}/"
SID = "SM" + "0123456789abcdef" * 2
UNDELIVERED = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "ErrorCode": "30003",
    "From": "Pristan",
    "MessageSid": SID,
    "MessageStatus": "undelivered",
    "SmsSid": SID,
    "SmsStatus": "undelivered",
    "To": NUMBER,
}


def signed(params, url=URL, token=TOKEN):
    return RequestValidator(token).compute_signature(url, params)


def verified(params, signature, url=URL, token=TOKEN):
    return twilio.verify_signature(url, params, signature, token=token)


def a_form(fields):
    return MultiValueDict({name: [value] for name, value in fields.items()})


class TestSignature:
    def test_twilios_own_is_good(self):
        assert verified(UNDELIVERED, signed(UNDELIVERED))

    def test_a_field_new_to_us_is_let_be(self):
        params = {**UNDELIVERED, "RawDlrDoneDate": "2611241000"}
        assert verified(params, signed(params))

    def test_a_form_is_read_as_django_gives_it(self):
        assert verified(a_form(UNDELIVERED), signed(UNDELIVERED))

    @pytest.mark.parametrize(
        "signature", [None, "", "nonsense", "Ж" * 28, "é" * 28, "\x00", signed(UNDELIVERED)[:-1]]
    )
    def test_anything_else_in_the_header_is_bad(self, signature):
        assert not verified(UNDELIVERED, signature)

    def test_another_token_is_bad(self):
        assert not verified(UNDELIVERED, signed(UNDELIVERED, token="another"))

    def test_an_empty_token_verifies_nothing(self):
        assert not verified(UNDELIVERED, signed(UNDELIVERED, token=""), token="")

    def test_another_attempts_address_is_bad(self):
        other = twilio.status_url("https://pristan.example", uuid4())
        assert not verified(UNDELIVERED, signed(UNDELIVERED, url=other))

    def test_a_changed_value_is_bad(self):
        changed = {**UNDELIVERED, "MessageStatus": "delivered"}
        assert not verified(changed, signed(UNDELIVERED))

    def test_a_text_that_cannot_be_encoded_is_bad(self):
        assert not verified({**UNDELIVERED, "To": "\ud800"}, signed(UNDELIVERED))

    def test_a_field_given_twice_is_bad_whichever_is_signed(self):
        form = a_form(UNDELIVERED)
        form.appendlist("MessageStatus", "delivered")
        assert not verified(form, signed(form))

    @pytest.mark.parametrize(
        "resplit",
        [
            # The same text, cut elsewhere: the error hidden in a neighbour, ...
            {"ApiVersion": "2010-04-01ErrorCode30003", "ErrorCode": None},
            {"E": "rrorCode30003", "ErrorCode": None},
            {"ErrorCod": "e30003", "ErrorCode": None},
            {"ApiVersion": "2010-04-01Error", "Code30003": "", "ErrorCode": None},
            # ... the status run into the id, the id into the sender.
            {"MessageSid": f"{SID}MessageStatusundelivered", "MessageStatus": None},
            {"From": f"PristanMessageSid{SID}", "MessageSid": None},
        ],
    )
    def test_a_field_cannot_be_hidden_by_cutting_elsewhere(self, resplit):
        params = {k: v for k, v in {**UNDELIVERED, **resplit}.items() if v is not None}
        assert not verified(params, signed(params))

    def test_what_is_hidden_would_have_had_a_good_signature(self):
        hidden = {**UNDELIVERED, "ApiVersion": "2010-04-01ErrorCode30003"}
        del hidden["ErrorCode"]
        assert signed(hidden) == signed(UNDELIVERED)

    def test_no_status_begins_another(self):
        pairs = [(a, b) for a in twilio.STATUSES for b in twilio.STATUSES if a != b]
        assert [pair for pair in pairs if pair[1].startswith(pair[0])] == []


class TestStatus:
    def test_tells_id_status_and_error(self):
        assert twilio.parse_status(UNDELIVERED) == Report(SID, "undelivered", 30003)

    @pytest.mark.parametrize("code", ["", "0"])
    def test_no_error_is_none(self, code):
        params = {**UNDELIVERED, "MessageStatus": "delivered", "ErrorCode": code}
        assert twilio.parse_status(params) == Report(SID, "delivered", None)

    @pytest.mark.parametrize(
        "changes",
        [
            {"MessageSid": ""},
            {"MessageSid": SID + "0"},
            {"MessageSid": "CO" + "0" * 32},
            {"MessageStatus": ""},
            {"MessageStatus": "undelivere"},
            {"MessageStatus": "Delivered"},
            {"ErrorCode": "none"},
            {"ErrorCode": "٣"},
            {"ErrorCode": "3" * 5000},
        ],
    )
    def test_anything_else_is_no_report(self, changes):
        with pytest.raises(ValueError):
            twilio.parse_status({**UNDELIVERED, **changes})

    def test_no_fields_are_no_report(self):
        with pytest.raises(ValueError):
            twilio.parse_status({})


class TestFake:
    """The fake's own promises, which other tests lean on."""

    def test_lists_late_what_it_took_at_once(self, fake):
        fake.listing_lag = 0.2
        send(fake)
        at_once = fake.listed(NUMBER)
        until = time.monotonic() + 5
        while not fake.listed(NUMBER) and time.monotonic() < until:
            threading.Event().wait(0.02)
        assert (at_once, fake.listed(NUMBER)) == ([], fake.messages)

    @pytest.mark.parametrize("accepted", [True, False])
    @pytest.mark.parametrize("fault", [twilio_fake.failed, twilio_fake.reset, twilio_fake.hang])
    def test_keeps_what_it_took_before_failing(self, fake, fault, accepted):
        fake.faults.append(fault(accepted=accepted))
        send(fake, timeout=0.2)
        assert len(fake.messages) == accepted

    def test_lists_page_by_page_to_twilios_client(self, fake):
        gateway = TwilioGateway(a_config(fake.url))
        sent = [gateway.send(a_message()).sid for _ in range(5)]
        gateway.send(a_message(to="+359888000000"))
        listed = gateway._client.messages.list(to=NUMBER, page_size=2)
        assert [message.sid for message in listed] == sent[::-1]


# --- Asking about what has left -------------------------------------------------------------------


def sent_to(gateway, number, body="Напомняне"):
    outcome = gateway.send(Message(number, body, uuid4(), timedelta(hours=1)))
    assert isinstance(outcome, Sent)
    return outcome.sid


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_lists_what_left_for_the_number_however_many_pages(fake, gateway, monkeypatch):
    monkeypatch.setattr(twilio, "PAGE", 2)
    sids = [sent_to(gateway, "+359888111111", f"Напомняне {n}") for n in range(5)]
    sent_to(gateway, "+359888222222")
    listed = gateway.listed("+359888111111", since=LONG_AGO)
    assert [one.sid for one in listed] == sids[::-1]
    assert {one.body for one in listed} == {f"Напомняне {n}" for n in range(5)}


def test_lists_nothing_older_than_asked_for(fake, gateway):
    sent_to(gateway, "+359888111111")
    assert gateway.listed("+359888111111", since=clock.now() + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    "fault",
    [twilio_fake.failed(accepted=False), twilio_fake.too_many(), twilio_fake.reset(accepted=False)],
)
def test_a_listing_that_fails_says_so_and_quotes_no_number(fake, gateway, fault):
    fake.next_fault = lambda request: fault
    with pytest.raises(NoAnswer) as caught:
        gateway.listed("+359888111111", since=LONG_AGO)
    assert "359888" not in str(caught.value)


def test_reports_the_last_state_and_none_of_what_does_not_exist(fake, gateway):
    sid = sent_to(gateway, "+359888111111")
    fake.progress(sid, "delivered")
    assert gateway.report(sid) == Report(sid, "delivered", None)
    assert gateway.report("SM" + "f" * 32) is None


def test_redacts_what_has_arrived_and_not_what_is_on_its_way(fake, gateway):
    sid = sent_to(gateway, "+359888111111")
    assert gateway.redact(sid) is False
    fake.progress(sid, "delivered")
    assert gateway.redact(sid) is True
    assert fake.shown(sid)["body"] == ""


def test_a_worker_that_was_asleep_too_long_does_not_begin(fake, gateway):
    message = Message("+359888111111", "Напомняне", uuid4(), timedelta(hours=1), send_by=0.0)
    assert gateway.send(message) == NotBegun()
    assert fake.requests == []
