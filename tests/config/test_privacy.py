"""Nothing that happens writes a name, a number or a token where somebody else may read it.

A canary family lives in the centre: its names, phone and reasons are words that occur nowhere
else, so finding one of them in a log, an address or a text is finding a leak.
"""

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from rest_framework.response import Response

from base import clock
from config.logs import RedactSecrets
from notifications import links, reconciling, sending
from notifications.gateways import Message, Outcome, Sent, Unknown
from notifications.gateways.console import ConsoleGateway
from notifications.gateways.twilio import Config, TwilioGateway
from notifications.models import Delivery, Reminder
from people.languages import LANGUAGES
from people.models import Centre, ContactCard, Household, KinshipWall, Person, Role, User
from scheduling.models import Booking, Resource, Service
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, token, wire

NOW = at(MONDAY, 8)
FRIDAY = MONDAY + timedelta(days=4)
GIVEN, FAMILY, PHONE = "Канарина", "Жълтопера", "+359888777666"
REASON = "насилникът-звъни"
OURS = ("base", "people", "scheduling", "rooms", "workshops", "notifications", "desk")


@dataclass
class Nest:
    """The canary family and who works with it."""

    centre: Centre
    service: Service
    lead: Resource
    canary: Person
    chick: Person
    coordinator: User
    stranger: User
    tokens: list[str] = field(default_factory=list)

    def api(self, user: User) -> Api:
        self.tokens.append(token(user))
        return Api(authorization=f"Token {self.tokens[-1]}")

    def wish(self, when: Any = None, **changes: Any) -> dict[str, Any]:
        return {
            "service": self.service.public_id,
            "specialist": self.lead.public_id,
            "people": [self.canary.public_id],
            "modality": "on_site",
            "starts_at": wire(when or at(FRIDAY, 14)),
        } | changes

    def book(self, **changes: Any) -> dict[str, Any]:
        answer = self.api(self.coordinator).post("bookings/", self.wish(**changes))
        assert answer.status_code == 201, answer.content
        return answer.json()

    def feed(self) -> str:
        """A new feed's token."""
        url = self.api(self.lead.user).post("feeds/", {}).json()["url"]
        self.tokens.append(url.rsplit("/", 1)[1].removesuffix(".ics"))
        return self.tokens[-1]

    def song(self) -> list[str]:
        """What must be found nowhere."""
        return [GIVEN, FAMILY, PHONE, PHONE[1:], f"0{PHONE[4:]}", REASON, *self.tokens]


@pytest.fixture(autouse=True)
def monday_at_eight(db) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def nest() -> Nest:
    centre = building.centre()
    service = building.service(centre)
    building.place(centre, [service])
    canary = building.person(centre)
    chick = building.person(centre, household=canary.household, birth_on=date(2019, 5, 1))
    Person.objects.update(given_name=GIVEN, family_name=FAMILY)
    Household.objects.update(name=FAMILY)
    building.card(canary, phone=PHONE)
    building.carer(chick, canary)
    return Nest(
        centre=centre,
        service=service,
        lead=building.specialist(centre, [service]),
        canary=Person.objects.get(pk=canary.pk),
        chick=Person.objects.get(pk=chick.pk),
        coordinator=building.user(centre, Role.Name.COORDINATOR),
        stranger=building.user(centre),
    )


@dataclass
class Logs:
    """`told` is what callers said, at any level; `written` is what the handler makes of it."""

    told: io.StringIO = field(default_factory=io.StringIO)
    written: io.StringIO = field(default_factory=io.StringIO)


@pytest.fixture
def logs() -> Iterator[Logs]:
    """Every logger at DEBUG, seen as it is told and as the program's own handler writes it."""
    seen = Logs()
    formatter = logging.Formatter(settings.LOGGING["formatters"]["line"]["format"])
    told, written = logging.StreamHandler(seen.told), logging.StreamHandler(seen.written)
    # The filter of ours rewrites the record, so it comes second.
    written.addFilter(RedactSecrets())
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    before = [(logger, logger.level, logger.disabled) for logger in (logging.root, *known)]
    tops = [logging.root, *(logger for logger in known if not logger.propagate)]
    for logger, _, _ in before:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    for handler in (told, written):
        handler.setFormatter(formatter)
        for logger in tops:
            logger.addHandler(handler)
    yield seen
    for logger in tops:
        logger.removeHandler(told)
        logger.removeHandler(written)
    for logger, level, disabled in before:
        logger.setLevel(level)
        logger.disabled = disabled


def leaks(nest: Nest, text: str) -> list[str]:
    return [word for word in nest.song() if word in text]


def names_in(nest: Nest, logs: Logs) -> list[str]:
    """Names, numbers and reasons that anybody told a logger: the filter does not know those."""
    told = logs.told.getvalue()
    return [word for word in nest.song() if word in told and word not in nest.tokens]


def test_capture_hears_every_logger(nest, logs):
    """Otherwise the tests below would prove nothing."""
    for name in ("", "django.request", "notifications", "a.new.one"):
        logging.getLogger(name).debug("heard %s", name or "root")

    assert [line.split("heard ")[1] for line in logs.written.getvalue().splitlines()] == [
        "root",
        "django.request",
        "notifications",
        "a.new.one",
    ]


# Logs


def test_booking_and_its_life_leave_no_trace_in_logs(nest, logs):
    booking = nest.book(hold=True)
    api, path = nest.api(nest.coordinator), f"bookings/{booking['id']}/"
    for step, body in [
        ("confirm/", {}),
        ("reschedule/", {"starts_at": wire(at(FRIDAY, 15))}),
        ("cancel/", {"reason": REASON}),
    ]:
        assert api.post(path + step, body).status_code == 200
    for read in (path, f"{path}changes/", f"people/{nest.canary.public_id}/", "calendar/"):
        api.get(read, {"from": wire(NOW), "to": wire(at(FRIDAY, 20))})

    assert leaks(nest, logs.written.getvalue()) == []
    assert names_in(nest, logs) == []


def refusals(nest: Nest) -> dict[str, Response]:
    """Calls that are refused, each to whom it should be."""
    nest.book()
    coordinator, stranger = nest.api(nest.coordinator), nest.api(nest.stranger)
    father = building.person(nest.centre)
    building.apart(father, nest.canary)
    other = building.specialist(nest.centre, [nest.service])
    building.place(nest.centre, [nest.service])
    with_father = {"specialist": other.public_id, "people": [father.public_id]}
    person = f"people/{nest.canary.public_id}/"
    return {
        "clash": stranger.post("bookings/", nest.wish()),
        "clash of a person": stranger.post("bookings/", nest.wish(specialist=other.public_id)),
        "no contact": stranger.post("bookings/", nest.wish(**with_father)),
        "invalid": coordinator.post("bookings/", nest.wish(without_papers=[REASON])),
        "invalid card": coordinator.patch(f"{person}contact/", {"phone": f"{PHONE}{FAMILY}"}),
        "invalid person": coordinator.post("people/", {"given_name": [GIVEN], "birth_on": FAMILY}),
        "not allowed": stranger.get(person),
        "not found": stranger.get(f"people/{FAMILY}/"),
        "no login": Api(authorization=f"Token {PHONE}").get(person),
        "too large": coordinator.post("people/", {"given_name": GIVEN * 100_000}),
    }


def test_refusals_leave_no_trace_in_logs(nest, logs):
    found = refusals(nest)

    assert {name for name, answer in found.items() if not 400 <= answer.status_code < 500} == set()
    # An address that a caller made up of a name is told as it came.
    assert [w for w in leaks(nest, logs.written.getvalue()) if w != FAMILY] == []


@pytest.mark.parametrize("name", ["clash", "clash of a person", "no contact", "not allowed"])
def test_refusal_tells_a_stranger_nothing(nest, name):
    answer = refusals(nest)[name]

    assert leaks(nest, answer.content.decode()) == []


def test_refusal_does_not_repeat_what_was_sent(nest):
    """A phone or a name in a body does not come back in the error, which callers may log."""
    echoed = {name: leaks(nest, answer.content.decode()) for name, answer in refusals(nest).items()}

    assert {name: words for name, words in echoed.items() if words} == {}


def explode(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("boom")


def break_a_rule_of_the_database(*args: Any, **kwargs: Any) -> Any:
    """PostgreSQL answers with the failing row, names and all."""
    Person.objects.update(centre=None)


def break_a_check(*args: Any, **kwargs: Any) -> Any:
    ContactCard.objects.update(safe_from=time(23))


def misread_a_number(*args: Any, **kwargs: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_name::int FROM people_person")


@pytest.mark.parametrize(
    "failure", [explode, break_a_rule_of_the_database, break_a_check, misread_a_number]
)
def test_what_breaks_is_logged_without_names(nest, logs, monkeypatch, failure):
    monkeypatch.setattr("scheduling.services.book", failure)
    api = nest.api(nest.coordinator)

    answer = api.post("bookings/", nest.wish(without_papers=REASON), idempotency_key="a")

    assert answer.status_code == 500
    assert "Traceback" in logs.written.getvalue()
    assert leaks(nest, logs.written.getvalue()) == []


@pytest.mark.parametrize("failure", [explode, break_a_rule_of_the_database, misread_a_number])
def test_what_breaks_tells_the_caller_nothing(nest, monkeypatch, failure):
    monkeypatch.setattr("scheduling.services.book", failure)

    answer = nest.api(nest.coordinator).post("bookings/", nest.wish())

    assert answer.json() == {
        "type": "urn:pristan:problem:failed",
        "title": answer.json()["title"],
        "status": 500,
        "code": "failed",
        "detail": answer.json()["detail"],
    }
    assert leaks(nest, answer.content.decode()) == []
    assert "boom" not in answer.content.decode()


def test_polling_a_feed_leaves_no_token_in_logs(nest, logs):
    nest.book()
    feed = nest.feed()
    etag = browser().get(f"/feeds/{feed}.ics").headers["ETag"]
    browser().get(f"/feeds/{feed}.ics", headers={"If-None-Match": etag})
    browser().post(f"/feeds/{feed}.ics")  # 405 is a warning of Django's
    nest.feed()
    browser().get(f"/feeds/{feed}.ics")  # revoked: 404 is one, too

    assert leaks(nest, logs.written.getvalue()) == []


def test_feed_that_breaks_leaves_no_token_in_logs(nest, logs, monkeypatch):
    monkeypatch.setattr("scheduling.feed_events.marks", explode)

    answer = browser().get(f"/feeds/{nest.feed()}.ics")

    assert answer.status_code == 500
    assert "boom" in logs.written.getvalue()
    assert leaks(nest, logs.written.getvalue()) == []


def test_link_of_a_text_leaves_no_token_in_logs(nest, logs):
    ContactCard.objects.update(allows_link=True)
    gateway = Recorder()
    nest.book()
    send_all(gateway)
    nest.tokens += [token for m in gateway.sent for token in re.findall(r"/v/(\w+)/", m.body)]
    token = nest.tokens[-1]
    client = browser()
    for path in (f"/v/{token}/", f"/v/{token}/stop/", f"/v/{token}/c.ics", f"/v/{token}"):
        client.get(path)
    client.put(f"/v/{token}/")  # 405 is a warning of Django's
    client.post(f"/v/{token}/", {"answer": "cannot", "of": 1})
    gone = client.get(f"/v/{token}/")
    ContactCard.objects.update(allows_link=False)
    unknown = client.get(f"/v/{token}/")

    assert (len(gateway.sent), gone.status_code, unknown.status_code) == (2, 410, 404)
    assert leaks(nest, logs.written.getvalue()) == []
    assert names_in(nest, logs) == []


def test_link_that_breaks_tells_nobody_anything(nest, logs, monkeypatch):
    ContactCard.objects.update(allows_link=True)
    monkeypatch.setattr("notifications.links.answers_to", explode)
    booking = Booking.objects.get(public_id=nest.book()["id"])
    token = links.link_for(booking, nest.canary, "discreet").rsplit("/", 2)[1]
    nest.tokens.append(token)

    answer = browser().get(f"/v/{token}/")

    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert "boom" in logs.written.getvalue()
    assert leaks(nest, logs.written.getvalue()) == []


# Messages


@dataclass
class Recorder:
    """A gateway that answers what it is told to."""

    name = "recorder"
    outcome: Outcome | None = None
    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.outcome or Sent(sid="SM" + message.attempt.hex)


def send_all(gateway: Any) -> None:
    """Everything that falls due in the week."""
    for day in range(5):
        with clock.frozen(at(MONDAY + timedelta(days=day), 14)):
            sending.send_due(gateway)


def unreachable() -> TwilioGateway:
    return TwilioGateway(
        Config(
            account_sid="AC" + "0" * 32,
            auth_token="secret-of-ours",
            public_url="https://pristan.example",
            sender="+359880000000",
            base_url="http://127.0.0.1:9",
            timeout=1,
        )
    )


@pytest.mark.parametrize(
    "gateway",
    [
        pytest.param(lambda: ConsoleGateway(io.StringIO()), id="console"),
        pytest.param(lambda: Recorder(Unknown(cause="Timeout")), id="failing"),
        pytest.param(unreachable, id="unreachable"),
    ],
)
def test_sending_leaves_no_trace_in_logs(nest, logs, gateway: Callable[[], Any]):
    nest.book()

    send_all(gateway())

    assert {r.status for r in Reminder.objects.all()} <= {"sent", "unknown"}
    assert leaks(nest, logs.told.getvalue() + logs.written.getvalue()) == []
    assert "secret-of-ours" not in logs.told.getvalue()


def test_asking_the_operator_leaves_no_trace_in_logs(nest, logs):
    nest.book()
    send_all(Recorder(Unknown(cause="Timeout")))
    Delivery.objects.filter(look_at__isnull=False).update(
        look_at=at(MONDAY - timedelta(days=9000), 8)
    )

    with clock.frozen(at(MONDAY + timedelta(days=4), 15)):
        assert reconciling.reconcile(unreachable()) > 0

    assert leaks(nest, logs.told.getvalue() + logs.written.getvalue()) == []
    assert "secret-of-ours" not in logs.told.getvalue()


def test_gateway_that_breaks_leaves_no_trace_in_logs(nest, logs):
    class Broken:
        name = "broken"

        def send(self, message: Message) -> Outcome:
            raise RuntimeError(f"cannot send {message!r}")

    nest.book()
    try:
        send_all(Broken())
    except RuntimeError:
        logging.getLogger("notifications").exception("the job broke")

    assert leaks(nest, logs.told.getvalue()) == []


def test_console_shows_two_digits_of_the_number(nest):
    out = io.StringIO()
    nest.book()

    send_all(ConsoleGateway(out))

    assert leaks(nest, out.getvalue()) == []
    assert out.getvalue().startswith("SMS to •••••••••••66 (")


@pytest.mark.parametrize("wording", ContactCard.Wording.values)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", ContactCard.Script.values)
def test_text_says_when_and_little_more(nest, wording, language, script):
    ContactCard.objects.update(wording=wording, language=language, script=script)
    Centre.objects.update(public_name="Пристан")
    gateway = Recorder()
    nest.book(people=[nest.canary.public_id, nest.chick.public_id], without_papers=REASON)

    send_all(gateway)

    telling = [*nest.song(), nest.centre.name, nest.centre.municipality, nest.service.name]
    telling += [nest.service.initials, nest.lead.name]
    bodies = [message.body for message in gateway.sent]
    assert len(bodies) == 2
    assert [word for word in telling for body in bodies if word in body] == []


def test_number_goes_to_the_gateway_alone(nest):
    """What is printed of a message does not hold it, and what is kept of an attempt only as long as
    the operator may have to be asked."""
    gateway = Recorder()
    nest.book()

    send_all(gateway)

    (message, *_) = gateway.sent
    assert message.to == PHONE
    assert PHONE not in repr(message)
    cards = {"people_contactcard", "people_historicalcontactcard"}
    assert tables_with(PHONE) == {*cards, "notifications_delivery"}
    for delivery in Delivery.objects.all():
        reconciling.forget(delivery, redacted=True)
    assert tables_with(PHONE) == cards


# What is kept


def tables_with(text: str) -> set[str]:
    with connection.cursor() as cursor:
        return {
            table
            for table in connection.introspection.table_names()
            if cursor.execute(
                f"SELECT 1 FROM {table} t WHERE strpos(t::text, %s) > 0 LIMIT 1", [text]
            ).fetchone()
        }


def test_names_are_kept_with_persons_and_households_alone(nest):
    nest.book()
    nest.feed()
    send_all(Recorder())

    assert tables_with(GIVEN) == {"people_person"}
    assert tables_with(FAMILY) == {"people_person", "people_household"}


def test_tokens_are_kept_nowhere(nest):
    nest.feed()
    nest.book()

    assert {text: tables_with(text) for text in nest.tokens if tables_with(text)} == {}


def test_reason_is_kept_with_its_booking_alone(nest):
    booking = nest.book()
    nest.api(nest.coordinator).post(f"bookings/{booking['id']}/cancel/", {"reason": REASON})

    assert tables_with(REASON) == {"scheduling_booking"}


def test_kept_answer_of_an_idempotent_call_holds_no_name(nest):
    nest.api(nest.coordinator).post("bookings/", nest.wish(), idempotency_key="a")

    assert [word for word in nest.song() if "base_idempotencykey" in tables_with(word)] == []


# Addresses


def test_address_of_a_page_of_results_repeats_no_name(nest):
    """Only who searches by name has it in the question, and gets it back in the next page's."""
    api = nest.api(nest.coordinator)
    nest.book()

    answers = [
        api.get(path, {"page_size": 1, "person": nest.canary.public_id}).json()
        for path in ("bookings/", "people/", "cases/", "tasks/")
    ]

    assert leaks(nest, str([(a["next"], a["previous"]) for a in answers])) == []


def test_feed_holds_no_canary(nest):
    nest.book(without_papers=REASON)
    text = browser().get(f"/feeds/{nest.feed()}.ics").getvalue().decode().replace("\r\n ", "")

    assert leaks(nest, text) == []


# Rows


def ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and not model.__name__.startswith("Historical")
    ]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_model_says_whether_it_holds_personal_data(model):
    assert isinstance(model.__dict__.get("holds_personal_data"), bool)


def test_row_in_a_message_is_its_id(nest):
    """Rows turn up in logs and tracebacks as text; staff alone go by their names."""
    KinshipWall.objects.create(user=nest.stranger, household=nest.canary.household)
    building.apart(building.person(nest.centre), nest.canary)
    building.case(nest.canary)
    nest.book(without_papers=REASON)

    texts = "\n".join(f"{row} {row!r}" for model in ours() for row in model._base_manager.all())

    assert leaks(nest, texts) == []


# The filter


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /feeds/abc-DEF_1.ics 404", "GET /feeds/[redacted].ics 404"),
        ("Authorization: Token 0123abc", "Authorization: Token [redacted]"),
        ("to +359888777666.", "to [redacted]."),
        ("to 359 888 777 666", "to [redacted]"),
        ("to 0888777666", "to [redacted]"),
        ("to 0888 77 76 66", "to [redacted]"),
        ("reminder 3f2a: sent", "reminder 3f2a: sent"),
    ],
)
def test_filter_takes_out_what_opens_a_door(line, expected):
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s", (line,), None)

    RedactSecrets().filter(record)

    assert record.getMessage() == expected
