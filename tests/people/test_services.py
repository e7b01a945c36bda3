"""Commands on cards and cases, where two people act at once or a paper runs out."""

from datetime import date, timedelta

import pytest

from people import services
from people.errors import NumberChanged
from people.models import AccessRecord, ContactCard, EntryBasis
from people.policies import knows_person, staff
from scheduling.models import Booking, Modality, Service
from scheduling.planning import Wish
from scheduling.services import book, cancel_booking
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, problem, wire

pytestmark = pytest.mark.django_db

TODAY = MONDAY
DOCUMENT = {
    "route": "order",
    "document_number": "88",
    "document_on": "2027-02-20",
    "valid_from": "2027-03-01",
}


# The card


def test_stale_verification_does_not_undo_an_opt_out(own):
    stale = ContactCard.objects.get(pk=own.card.pk)
    services.opt_out(ContactCard.objects.get(pk=own.card.pk))
    services.update_contact_card(own.mother, by=own.staff["coordinator"], consent=False)

    services.verify_number(stale)

    fresh = ContactCard.objects.get(pk=own.card.pk)
    assert (fresh.opted_out_on, fresh.consent_on) == (TODAY, None)


def test_stale_opt_out_does_not_bring_an_old_number_back(own):
    stale = ContactCard.objects.get(pk=own.card.pk)
    services.update_contact_card(own.mother, by=own.staff["coordinator"], phone="+359888999000")

    services.opt_out(stale)

    assert str(ContactCard.objects.get(pk=own.card.pk).phone) == "+359888999000"


def test_number_that_was_changed_meanwhile_is_not_verified(own):
    stale = ContactCard.objects.get(pk=own.card.pk)
    services.update_contact_card(own.mother, by=own.staff["coordinator"], phone="+359888999000")

    with pytest.raises(NumberChanged):
        services.verify_number(stale)
    assert ContactCard.objects.get(pk=own.card.pk).verified_at is None


def test_number_heard_is_compared_with_the_card_s(own):
    path = f"contacts/{own.card.public_id}/verify/"
    api = Api(own.staff["psychologist"])

    assert problem(api.post(path, {"phone": "+359888999000"})) == (409, "number_changed")
    assert api.post(path, {"phone": str(own.card.phone)}).status_code == 200


# Need to know


def test_hold_opens_nobody_s_page(own):
    stranger = staff(own.colleague.user)
    building.place(own.centre, [own.service])
    people, here = (own.mother,), Modality.ON_SITE
    booking = book(
        Wish(own.service, at(MONDAY, 16), own.colleague, people, here, hold=True), by=stranger.user
    )
    known_by_hold = knows_person(stranger, own.mother)
    cancel_booking(booking, by=stranger.user, party=Booking.Party.CENTRE)

    assert (known_by_hold, knows_person(stranger, own.mother)) == (False, False)


def test_session_that_stands_does(own):
    stranger = staff(own.colleague.user)
    building.place(own.centre, [own.service])
    booking = book(
        Wish(own.service, at(MONDAY, 16), own.colleague, (own.mother,), Modality.ON_SITE),
        by=own.staff["coordinator"],
    )
    before = knows_person(stranger, own.mother)
    cancel_booking(booking, by=own.staff["coordinator"], party=Booking.Party.CLIENT)

    assert (before, knows_person(stranger, own.mother)) == (True, False)


# Cases and documents


def test_each_case_of_a_list_is_kept_as_read(own):
    Api(own.staff["coordinator"]).get("cases/")

    read = AccessRecord.objects.filter(user=own.staff["coordinator"], what="case")
    assert [row.subject for row in read] == [own.case.public_id]


def test_renewed_document_lets_the_family_be_booked_again(own):
    EntryBasis.objects.update(valid_until=TODAY)
    Service.objects.update(access=Service.Access.SPECIALISED)
    api = Api(own.staff["psychologist"])
    wanted = {
        "service": own.service.public_id,
        "starts_at": wire(at(MONDAY + timedelta(days=1), 15)),
        "specialist": own.specialist.public_id,
        "people": [own.mother.public_id],
        "modality": "on_site",
    }
    before = problem(api.post("bookings/", wanted))

    made = api.post(f"cases/{own.case.public_id}/documents/", DOCUMENT).json()
    api.client.put(
        f"/api/v1/entry-bases/{made['id']}/services/",
        {"services": [str(own.service.public_id)]},
        format="json",
    )

    assert before == (422, "no_entry_basis")
    assert api.post("bookings/", wanted).status_code == 201


def test_closed_case_takes_no_document(own):
    services.close_case(own.case)
    answer = Api(own.staff["psychologist"]).post(f"cases/{own.case.public_id}/documents/", DOCUMENT)

    assert problem(answer) == (422, "case_is_closed")


@pytest.mark.parametrize(
    "wrong",
    [{"document_on": "2027-03-02"}, {"valid_until": "2027-02-28"}, {"valid_from": "0001-01-01"}],
)
def test_document_that_makes_no_sense_is_invalid(own, wrong):
    answer = Api(own.staff["psychologist"]).post(
        f"cases/{own.case.public_id}/documents/", DOCUMENT | wrong
    )

    assert problem(answer) == (400, "invalid")
    assert EntryBasis.objects.filter(case=own.case).count() == 1


def test_page_records_a_document_with_what_it_authorises(own):
    client = browser(own.staff["psychologist"])
    client.post(
        f"/cases/{own.case.public_id}/document/",
        {
            "route": "order",
            "document_number": "88",
            "document_on": "20.02.2027",
            "valid_from": "01.03.2027",
            "services": [own.service.public_id],
        },
    )

    made = EntryBasis.objects.get(document_number="88")
    assert (made.case, made.valid_from, list(made.services.all())) == (
        own.case, date(2027, 3, 1), [own.service],
    )  # fmt: skip


# Types


@pytest.mark.parametrize(
    ("field", "value"),
    [("given_name", 5), ("given_name", True), ("birth_on", "2027-03-02"), ("birth_on", 20270301)],
)
def test_wrong_type_or_a_birth_still_ahead_is_invalid(own, field, value):
    body = {"centre": own.centre.public_id, "given_name": "A", "family_name": "B", field: value}
    answer = Api(own.staff["coordinator"]).post("people/", body)

    assert problem(answer) == (400, "invalid")
