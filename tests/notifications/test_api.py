"""Reminders over HTTP: what was and will be sent, why not, and the operator's callbacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from twilio.request_validator import RequestValidator

from base import clock
from notifications import links, sending
from notifications.gateways import Sent
from notifications.models import AppointmentLink, Delivery, Reminder
from people.models import ContactCard, KinshipWall, Person, Role
from scheduling.models import Booking, Resource, Service
from tests.notifications.recorder import Recorder
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, problem, wire

NOW = at(MONDAY, 8)
FRIDAY = MONDAY + timedelta(days=4)
TWO_ON_FRIDAY = at(FRIDAY, 14)
SID = "SM" + "0" * 32
AUTH_TOKEN = "a-token-of-nobody"


@dataclass
class Office:
    """A centre in which a mother may be texted; `api` speaks for its coordinator."""

    service: Service
    lead: Resource
    mother: Person
    card: ContactCard
    api: Api

    def booked(self, when: datetime = TWO_ON_FRIDAY, **changes: Any) -> dict[str, Any]:
        wish = {
            "service": self.service.public_id,
            "specialist": self.lead.public_id,
            "people": [self.mother.public_id],
            "modality": "phone",
            "starts_at": wire(when),
        }
        answer = self.api.post("bookings/", wish | changes)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def reminders(self, booking: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.api.get("reminders/", {"booking": booking["id"]})
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    def expected(self, booking: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(r["kind"], r["status"], r["why"]) for r in self.reminders(booking)]


@pytest.fixture(autouse=True)
def monday_at_eight(db) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def office() -> Office:
    centre = building.centre()
    service = building.service(centre)
    mother = building.person(centre)
    return Office(
        service=service,
        lead=building.specialist(centre, [service]),
        mother=mother,
        card=building.card(mother),
        api=Api(building.user(centre, Role.Name.COORDINATOR)),
    )


def local(day: date, hour: int, minute: int = 0) -> str:
    return clock.local(at(day, hour, minute)).isoformat()


# What will be sent


def test_booking_has_two_reminders_three_days_and_one_day_before(office):
    found = office.reminders(office.booked())

    assert [
        {name: row[name] for name in ("kind", "due_at", "status", "why", "recipient")}
        for row in found
    ] == [
        {
            "kind": kind,
            "due_at": local(day, 14),
            "status": "planned",
            "why": "",
            "recipient": str(office.mother.public_id),
        }
        for kind, day in (
            ("72h", FRIDAY - timedelta(days=3)),
            ("24h", FRIDAY - timedelta(days=1)),
        )
    ]


def test_hold_has_no_reminders_until_it_is_confirmed(office):
    hold = office.booked(hold=True)
    before = office.reminders(hold)

    office.api.post(f"bookings/{hold['id']}/confirm/")

    assert (before, len(office.reminders(hold))) == ([], 2)


def test_reminder_that_would_come_too_late_is_not_sent(office):
    booking = office.booked(at(MONDAY + timedelta(days=1), 14))

    assert office.expected(booking) == [
        ("72h", "silent", "too_late"),
        ("24h", "planned", ""),
    ]


def test_reminder_comes_earlier_rather_than_outside_safe_hours(office):
    """D30: her hours end at noon, so both texts leave before noon."""
    ContactCard.objects.update(safe_from=time(9), safe_until=time(12))

    due = [row["due_at"][11:16] for row in office.reminders(office.booked())]

    assert due == ["11:45", "11:45"]


def test_no_reminder_where_no_hour_is_safe(office):
    ContactCard.objects.update(safe_from=time(21), safe_until=time(23))

    assert office.expected(office.booked()) == [
        ("72h", "silent", "outside_hours"),
        ("24h", "silent", "outside_hours"),
    ]


# Why not: default deny (D27)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"phone": ""}, "no_phone"),
        ({"opted_out_on": MONDAY}, "opted_out"),
        ({"consent_on": None}, "no_consent"),
        ({"verified_at": None}, "not_verified"),
        ({"suspended_on": MONDAY}, "suspended"),
        ({"safe_to_text": False}, "not_safe"),
        ({"safety_asked_on": None}, "safety_stale"),
        ({"safety_asked_on": MONDAY - timedelta(days=89)}, "safety_stale"),
    ],
)
def test_card_that_forbids_says_why(office, fields, why):
    ContactCard.objects.update(**fields)

    found = office.expected(office.booked())

    assert found[-1] == ("24h", "planned", why)


def test_person_without_a_card_is_not_texted(office):
    office.card.delete()

    assert {why for _, _, why in office.expected(office.booked())} == {"no_card"}


def test_why_is_explained_in_both_languages(office):
    ContactCard.objects.update(safe_to_text=False)
    booking = office.booked()
    bulgarian = Api(office.lead.user, language="bg")

    english = office.reminders(booking)[0]["explanation"]
    explained = bulgarian.get("reminders/", {"booking": booking["id"]}).json()["results"][0]

    assert english == "it is not marked safe to text"
    assert explained["explanation"] not in ("", english)


def test_reason_disappears_when_the_card_allows(office):
    ContactCard.objects.update(safe_to_text=False)
    booking = office.booked()

    office.api.patch(f"people/{office.mother.public_id}/contact/", {"safe_to_text": True})

    assert {why for _, _, why in office.expected(booking)} == {""}


@pytest.mark.parametrize(
    ("wording", "name"), [("discreet", "Кризисен център"), ("full", "Кризисен център")]
)
def test_text_that_would_tell_too_much_is_foretold(office, wording, name):
    """What the list promises is what the worker does: the rendered text is judged (D28)."""
    ContactCard.objects.update(wording=wording)
    office.card.person.centre.public_name = name
    office.card.person.centre.save()
    booking = office.booked()
    foretold = office.expected(booking)

    with clock.frozen(at(FRIDAY - timedelta(days=1), 14)):
        sending.send_due(Recorder(lambda message: Sent(sid=SID)))
    done = office.expected(booking)

    assert (foretold[-1][2], done[-1][1]) in {("", "sent"), ("telling_text", "silent")}


# Who is told


def test_only_the_named_carer_is_told_of_a_childs_hour(office):
    """D36."""
    father = building.person(office.mother.centre)
    child = building.person(office.mother.centre, birth_on=date(2019, 5, 1))
    building.carer(child, office.mother)
    building.carer(child, father)

    booking = office.booked(people=[child.public_id], carer=office.mother.public_id)

    assert {row["recipient"] for row in office.reminders(booking)} == {str(office.mother.public_id)}


def test_nobody_is_told_when_several_might_be(office):
    child = building.person(office.mother.centre, birth_on=date(2019, 5, 1))
    building.carer(child, office.mother)
    building.carer(child, building.person(office.mother.centre))

    assert office.reminders(office.booked(people=[child.public_id])) == []


def test_each_adult_who_comes_is_told(office):
    grandmother = building.person(office.mother.centre)

    booking = office.booked(people=[office.mother.public_id, grandmother.public_id])

    assert [row["why"] for row in office.reminders(booking)].count("no_card") == 2
    assert len(office.reminders(booking)) == 4


# What changes (D32)


def test_moved_booking_drops_its_reminders_and_plans_new_ones(office):
    booking = office.booked()

    office.api.post(f"bookings/{booking['id']}/reschedule/", {"starts_at": wire(at(FRIDAY, 15))})

    assert sorted(
        (row["schedule_version"], row["status"]) for row in office.reminders(booking)
    ) == [(1, "dropped"), (1, "dropped"), *[(2, "planned")] * 3]


def test_cancelled_booking_drops_its_reminders(office):
    booking = office.booked()

    office.api.post(f"bookings/{booking['id']}/cancel/")

    assert {status for _, status, _ in office.expected(booking)} == {"dropped"}


def test_sent_reminder_stays_sent(office):
    booking = office.booked()
    with clock.frozen(at(FRIDAY - timedelta(days=3), 14)):
        sending.send_due(Recorder(lambda message: Sent(sid=SID)))
        office.api.post(f"bookings/{booking['id']}/cancel/")
        found = office.expected(booking)

    assert found == [("72h", "sent", ""), ("24h", "dropped", "")]


def test_list_holds_neither_number_nor_text(office):
    booking = office.booked()
    with clock.frozen(at(FRIDAY - timedelta(days=3), 14)):
        sending.send_due(Recorder(lambda message: Sent(sid=SID)))

    text = office.api.get("reminders/", {"booking": booking["id"]}).content.decode()

    assert str(office.card.phone) not in text
    assert office.mother.full_name not in text
    assert "Напомняне" not in text


# Who may look


def test_reminders_come_in_pages(office):
    booking = office.booked()

    answer = office.api.get("reminders/", {"booking": booking["id"], "page_size": 1}).json()

    assert (answer["count"], len(answer["results"])) == (2, 1)
    assert "page=2" in answer["next"]


@pytest.mark.parametrize("query", [{}, {"booking": "7"}, {"booking": ""}])
def test_question_without_a_booking_is_invalid(office, query):
    assert problem(office.api.get("reminders/", query)) == (400, "invalid")


def test_stranger_does_not_learn_of_reminders(office):
    booking = office.booked()
    stranger = Api(building.user(office.mother.centre))

    assert problem(stranger.get("reminders/", {"booking": booking["id"]})) == (404, "not_found")


def test_walled_coordinator_does_not_learn_of_reminders(office):
    booking = office.booked()
    kin = building.user(office.mother.centre, Role.Name.COORDINATOR)
    KinshipWall.objects.create(user=kin, household=office.mother.household)

    assert problem(Api(kin).get("reminders/", {"booking": booking["id"]})) == (404, "not_found")


def test_reminders_cost_the_same_for_two_and_for_twenty(office):
    alone = office.booked()
    people = [building.person(office.mother.centre) for _ in range(9)]
    for person in people:
        building.card(person)
    together = office.booked(at(FRIDAY, 9), people=[person.public_id for person in people])

    few, many = (
        office.api.queries("reminders/", {"booking": booking["id"], "page_size": 500})
        for booking in (alone, together)
    )

    assert len(office.reminders(together)) == 18
    assert many == few


# The operator's callbacks (D35)


@pytest.fixture
def twilio() -> Iterator[None]:
    with override_settings(TWILIO_AUTH_TOKEN=AUTH_TOKEN, PUBLIC_URL="https://pristan.example"):
        yield


@pytest.fixture
def delivery(office, twilio) -> Delivery:
    office.booked()
    with clock.frozen(at(FRIDAY - timedelta(days=3), 14)):
        sending.send_due(Recorder(lambda message: Sent(sid=SID)))
    return Delivery.objects.get()


def signature(attempt: Any, fields: dict[str, str], *, token: str = AUTH_TOKEN) -> str:
    url = f"https://pristan.example/hooks/twilio/status/{attempt}/"
    return str(RequestValidator(token).compute_signature(url, fields))


def call_back(attempt: Any, *, sign: str | None = None, **fields: str) -> int:
    fields = {"MessageSid": SID, "MessageStatus": "delivered"} | fields
    given = signature(attempt, fields) if sign is None else sign
    answer = browser().post(
        f"/hooks/twilio/status/{attempt}/",
        fields,
        headers={"X-Twilio-Signature": given} if given else {},
    )
    return answer.status_code


def test_signed_callback_is_kept(delivery):
    assert call_back(delivery.attempt) == 204

    delivery.refresh_from_db()
    assert delivery.status == "delivered"


@pytest.mark.parametrize("sign", ["", "nonsense", "подпис", "A" * 10_000])
def test_callback_without_a_good_signature_is_forbidden(delivery, sign):
    assert call_back(delivery.attempt, sign=sign) == 403

    delivery.refresh_from_db()
    assert delivery.status == ""


def test_signature_of_another_attempt_is_forbidden(delivery):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}

    assert call_back(delivery.attempt, sign=signature(uuid4(), fields)) == 403


def test_callback_signed_by_a_stranger_is_forbidden(delivery):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    forged = signature(delivery.attempt, fields, token="somebody-elses")

    assert call_back(delivery.attempt, sign=forged) == 403


@override_settings(TWILIO_AUTH_TOKEN="")
def test_nothing_is_believed_without_a_token(office):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    attempt = uuid4()

    assert call_back(attempt, sign=signature(attempt, fields, token="")) == 403


def test_callback_about_an_unknown_attempt_is_not_found(delivery):
    assert call_back(uuid4()) == 404


@pytest.mark.parametrize(
    "fields", [{"MessageStatus": "teleported"}, {"MessageSid": "7"}, {"ErrorCode": "many"}]
)
def test_signed_nonsense_is_a_bad_request(delivery, fields):
    assert call_back(delivery.attempt, **fields) == 400


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),  # never backwards
        (["delivered", "delivered"], "delivered"),
        (["sent", "undelivered"], "undelivered"),
        (["undelivered", "sent"], "undelivered"),
    ],
)
def test_status_never_goes_backwards(delivery, said, kept):
    assert {call_back(delivery.attempt, MessageStatus=status) for status in said} == {204}

    delivery.refresh_from_db()
    assert delivery.status == kept


@pytest.mark.parametrize(("said", "shown"), [("delivered", "sent"), ("undelivered", "failed")])
def test_reminder_follows_its_last_status(delivery, office, said, shown):
    call_back(delivery.attempt, MessageStatus=said)

    assert Reminder.objects.get(deliveries=delivery).status == shown


def test_what_the_family_answered_is_told_beside_its_reminders(office):
    booked = office.booked()
    before = office.reminders(booked)
    booking = Booking.objects.get(public_id=booked["id"])
    links.link_for(booking, office.mother, "discreet")
    link = AppointmentLink.objects.get()

    links.confirm(link, version=1)
    links.please_call(link, version=1)

    keys = ("said", "said_at", "call_asked_at")
    told = [tuple(reminder[key] for key in keys) for reminder in office.reminders(booked)]
    assert [tuple(reminder[key] for key in keys) for reminder in before] == [(None,) * 3] * 2
    assert told == [("will_come", *["2027-03-01T08:00:00+02:00"] * 2)] * 2
