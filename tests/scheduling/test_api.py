"""The booking core over HTTP: hours, bookings and their lives, blocks, calendars, feeds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from rest_framework.response import Response

from base import clock
from base.models import IdempotencyKey, Task
from people.models import Centre, KinshipWall, Person, Role, User
from scheduling.models import Allocation, Booking, Closure, Feed, Resource, Service
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, problem, wire

NOW = at(MONDAY, 8)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
"""Wednesday is the third of March, a public holiday."""

TEN = at(TUESDAY, 10)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
SPECIALISED = Service.Access.SPECIALISED
CYRILLIC = re.compile("[А-Яа-я]")


@dataclass
class Office:
    """A centre in which a specialist gives a service of 50 + 10 minutes in one room, Monday to
    Friday from nine to five; `api` speaks for its coordinator."""

    centre: Centre
    service: Service
    lead: Resource
    room: Resource
    mother: Person
    coordinator: User
    api: Api

    def wish(self, when: datetime = TEN, **changes: Any) -> dict[str, Any]:
        """The body of a POST; what is changed to None is left out."""
        wanted = {
            "service": self.service.public_id,
            "specialist": self.lead.public_id,
            "people": [self.mother.public_id],
            "modality": "on_site",
            "starts_at": wire(when),
        }
        return {name: value for name, value in (wanted | changes).items() if value is not None}

    def book(self, when: datetime = TEN, **changes: Any) -> Response:
        return self.api.post("bookings/", self.wish(when, **changes))

    def booked(self, when: datetime = TEN, **changes: Any) -> dict[str, Any]:
        answer = self.book(when, **changes)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def move(self, booking: dict[str, Any], step: str, body: Any = None) -> Response:
        return self.api.post(f"bookings/{booking['id']}/{step}/", body)

    def slots(self, begins: datetime, ends: datetime, **query: Any) -> dict[str, Any]:
        asked = {"service": self.service.public_id, "from": wire(begins), "to": wire(ends)}
        answer = self.api.get("slots/", asked | query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def starts(self, day: date, **query: Any) -> list[str]:
        """The wall-clock starts that are free on a day."""
        found = self.slots(*clock.day_bounds(day), page_size=500, **query)
        return [slot["starts_at"][11:16] for slot in found["results"]]

    def calendar(self, begins: datetime, ends: datetime, **query: Any) -> list[dict[str, Any]]:
        answer = self.api.get("calendar/", {"from": wire(begins), "to": wire(ends)} | query)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]


@pytest.fixture(autouse=True)
def monday_at_eight(db) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def office() -> Office:
    centre = building.centre()
    service = building.service(centre)
    coordinator = building.user(centre, Role.Name.COORDINATOR)
    return Office(
        centre=centre,
        service=service,
        lead=building.specialist(centre, [service]),
        room=building.place(centre, [service], seats=4),
        mother=building.person(centre),
        coordinator=coordinator,
        api=Api(coordinator),
    )


def shown(instant: datetime) -> str:
    return clock.local(instant).isoformat()


def fresh(booking: dict[str, Any]) -> Booking:
    return Booking.objects.get(public_id=booking["id"])


# Free hours


def test_slot_names_the_hour_and_what_would_be_held(office):
    slot = office.slots(at(TUESDAY, 9), at(TUESDAY, 10))["results"][0]

    assert slot == {
        "starts_at": "2027-03-02T09:00:00+02:00",
        "ends_at": "2027-03-02T09:50:00+02:00",
        "specialist": str(office.lead.public_id),
        "colleagues": [],
        "room": str(office.room.public_id),
        "vehicle": None,
    }


def test_slots_come_soonest_first(office):
    building.specialist(office.centre, [office.service], hours=(8, 12))

    starts = [slot["starts_at"] for slot in office.slots(NOW, at(THURSDAY, 17))["results"]]

    assert starts == sorted(starts)


def test_taken_hour_and_its_buffer_are_not_offered(office):
    office.booked()

    starts = office.starts(TUESDAY)

    assert starts[:3] == ["09:00", "11:00", "11:15"]


def test_taken_room_is_not_offered(office):
    colleague = building.specialist(office.centre, [office.service])
    office.booked()

    starts = office.starts(TUESDAY, specialist=colleague.public_id)

    # The room has no buffer: the session ends at 10:50.
    assert starts[:4] == ["09:00", "11:00", "11:15", "11:30"]


def test_busy_family_is_not_offered_that_hour(office):
    colleague = building.specialist(office.centre, [office.service])
    office.booked(modality="phone")

    query = {"specialist": colleague.public_id, "modality": "phone"}

    assert "10:00" in office.starts(TUESDAY, **query)
    assert "10:00" not in office.starts(TUESDAY, **query, person=office.mother.public_id)


def test_hours_beside_somebody_kept_apart_are_not_offered(office):
    """D11: fifteen minutes on each side, and only where both would come."""
    building.place(office.centre, [office.service])
    colleague = building.specialist(office.centre, [office.service])
    building.apart(office.mother, father := building.person(office.centre))
    office.booked(people=[father.public_id])

    query = {"specialist": colleague.public_id, "person": office.mother.public_id}

    assert office.starts(TUESDAY, **query)[0] == "11:15"
    assert office.starts(TUESDAY, **query, modality="phone")[0] == "09:00"


@pytest.mark.parametrize(("minute", "first"), [(59, "10:00"), (60, "10:15"), (61, "10:15")])
def test_slot_begins_after_now(office, minute, first):
    with clock.frozen(at(TUESDAY, 9) + timedelta(minutes=minute)):
        starts = office.starts(TUESDAY)

    assert starts[0] == first


def test_minimum_notice_is_kept(office):
    Service.objects.update(minimum_notice=timedelta(hours=26))

    assert office.starts(TUESDAY)[0] == "10:00"


def test_no_fitting_room_leaves_no_hour_on_site(office):
    Resource.objects.filter(pk=office.room.pk).update(seats=1)

    assert office.starts(TUESDAY) == []
    assert office.starts(TUESDAY, modality="phone") != []


def test_home_visit_is_offered_with_a_car_and_travel(office):
    Service.objects.update(needs_vehicle=True)
    building.specialist(office.centre, [office.service])
    car = building.place(office.centre, [office.service], kind=Resource.Kind.VEHICLE)

    found = office.slots(
        at(TUESDAY, 9), at(TUESDAY, 17), modality="field", person=office.mother.public_id
    )

    slot = found["results"][0]
    assert (slot["vehicle"], slot["room"]) == (str(car.public_id), None)
    assert len(slot["colleagues"]) == 1  # D3: a first visit takes two


def test_window_without_hours_names_the_first_day_after_it(office):
    found = office.slots(*clock.day_bounds(WEDNESDAY))

    assert (found["count"], found["results"]) == (0, [])
    assert found["first_day_after"] == "2027-03-04"


def test_window_with_hours_names_no_later_day(office):
    assert office.slots(*clock.day_bounds(TUESDAY))["first_day_after"] is None


def test_window_without_any_hour_to_come_names_no_day(office):
    office.room.delete()

    assert office.slots(*clock.day_bounds(TUESDAY))["first_day_after"] is None


def test_pages_of_slots_join_without_a_seam(office):
    building.specialist(office.centre, [office.service])
    window = at(TUESDAY, 9), at(TUESDAY, 12)
    whole = office.slots(*window, page_size=500)["results"]

    pages = [office.slots(*window, page_size=5, page=n)["results"] for n in (1, 2, 3, 4)]

    assert [slot for page in pages for slot in page] == whole[:20]


def test_page_of_slots_says_where_the_next_is(office):
    found = office.slots(at(TUESDAY, 9), at(TUESDAY, 12), page_size=2)

    assert found["count"] == len(office.slots(at(TUESDAY, 9), at(TUESDAY, 12))["results"])
    assert "page=2" in found["next"]
    assert found["previous"] is None


def test_every_slot_of_a_day_can_be_booked(office):
    for start in office.starts(TUESDAY):
        answer = office.book(clock.instant(TUESDAY, time.fromisoformat(start)), hold=True)
        assert answer.status_code == 201, (start, answer.content)
        office.move(answer.json(), "cancel")


@pytest.mark.parametrize(
    "changes",
    [
        {"from": "2027-03-02"},
        {"to": wire(NOW - timedelta(days=1))},
        {"to": wire(NOW + timedelta(days=94))},
        {"modality": "by-pigeon"},
        {"person": "1"},
        {"service": ""},
        {"specialist": "nobody"},
    ],
)
def test_question_that_makes_no_sense_is_invalid(office, changes):
    asked = {"service": office.service.public_id, "from": wire(NOW), "to": wire(at(TUESDAY, 17))}

    assert problem(office.api.get("slots/", asked | changes)) == (400, "invalid")


def test_modality_that_is_not_offered_is_refused(office):
    Service.objects.update(modalities=["phone"])
    asked = {"service": office.service.public_id, "from": wire(NOW), "to": wire(at(TUESDAY, 17))}

    assert problem(office.api.get("slots/", asked)) == (422, "modality_not_offered")


def test_slots_cost_the_same_for_one_specialist_and_for_thirty(office):
    asked = {
        "service": office.service.public_id,
        "from": wire(NOW),
        "to": wire(at(THURSDAY, 17)),
        "person": office.mother.public_id,
    }
    one = office.api.queries("slots/", asked)
    for _ in range(29):
        building.specialist(office.centre, [office.service])

    assert office.api.queries("slots/", asked) == one


# Booking


def test_booked_hour_is_confirmed_and_a_room_is_chosen(office):
    answer = office.booked()

    assert {name: answer[name] for name in ("status", "kind", "version", "schedule_version")} == {
        "status": "confirmed",
        "kind": "consultation",
        "version": 1,
        "schedule_version": 1,
    }
    assert answer["starts_at"] == "2027-03-02T10:00:00+02:00"
    assert answer["ends_at"] == "2027-03-02T10:50:00+02:00"
    assert answer["room"] == str(office.room.public_id)
    assert answer["specialist"] == str(office.lead.public_id)
    assert answer["people"] == [{"id": str(office.mother.public_id), "outcome": None}]


def test_smallest_fitting_room_is_chosen(office):
    building.place(office.centre, [office.service], seats=9)
    small = building.place(office.centre, [office.service], seats=2)
    building.place(office.centre, [office.service], seats=1)

    assert office.booked()["room"] == str(small.public_id)


def test_named_room_is_taken(office):
    large = building.place(office.centre, [office.service], seats=9)

    assert office.booked(room=large.public_id)["room"] == str(large.public_id)


def test_another_room_is_chosen_when_the_first_is_taken(office):
    second = building.place(office.centre, [office.service], seats=5)
    colleague = building.specialist(office.centre, [office.service])
    other = building.person(office.centre)
    office.booked()

    answer = office.booked(specialist=colleague.public_id, people=[other.public_id])

    assert answer["room"] == str(second.public_id)


def test_call_needs_no_room(office):
    assert office.booked(modality="phone")["room"] is None


def test_home_visit_takes_a_car_and_two_workers(office):
    Service.objects.update(needs_vehicle=True)
    car = building.place(office.centre, [office.service], kind=Resource.Kind.VEHICLE)
    colleague = building.specialist(office.centre, [office.service])

    answer = office.booked(modality="field")

    assert answer["vehicle"] == str(car.public_id)
    assert answer["colleagues"] == [str(colleague.public_id)]
    assert answer["room"] is None


def test_written_booking_can_be_read_again(office):
    answer = office.booked()

    assert office.api.get(f"bookings/{answer['id']}/").json() == answer


def test_second_booking_of_an_hour_clashes_naming_resource_and_interval(office):
    office.booked()
    other = building.person(office.centre)

    answer = office.book(people=[other.public_id])

    assert problem(answer) == (409, "resource_unavailable")
    facts = {name: answer.json()[name] for name in ("resource", "kind", "starts_at", "ends_at")}
    assert facts == {
        "resource": str(office.lead.public_id),
        "kind": "lead",
        "starts_at": wire(at(TUESDAY, 10)),
        "ends_at": wire(at(TUESDAY, 10, 50)),
    }


def test_clash_over_a_named_room_names_it(office):
    colleague = building.specialist(office.centre, [office.service])
    other = building.person(office.centre)
    office.booked()

    answer = office.book(
        specialist=colleague.public_id, people=[other.public_id], room=office.room.public_id
    )

    assert answer.json()["resource"] == str(office.room.public_id)
    assert office.room.name in answer.json()["detail"]


def test_clash_over_a_person_tells_no_name(office):
    colleague = building.specialist(office.centre, [office.service])
    building.place(office.centre, [office.service])
    office.booked()

    answer = office.book(specialist=colleague.public_id)

    assert problem(answer) == (409, "resource_unavailable")
    assert office.mother.family_name not in answer.json()["detail"]
    assert office.mother.given_name not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("hour", "minute", "status"),
    [
        (9, 0, 201),  # touching: 09:00 + 50 + 10
        (9, 1, 409),  # crossing the start
        (9, 30, 409),
        (10, 0, 409),  # equal
        (10, 30, 409),  # inside
        (10, 59, 409),  # within the buffer
        (11, 0, 201),  # touching the buffer's end
        (12, 0, 201),
    ],
)
def test_intervals_are_half_open(office, hour, minute, status):
    office.booked()
    other = building.person(office.centre)

    assert office.book(at(TUESDAY, hour, minute), people=[other.public_id]).status_code == status


def test_clash_writes_nothing(office):
    office.booked()
    before = Booking.objects.count(), Allocation.objects.count()

    office.book()

    assert (Booking.objects.count(), Allocation.objects.count()) == before


def test_person_named_twice_comes_once(office):
    twice = [office.mother.public_id] * 2

    assert len(office.booked(people=twice)["people"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"people": []},
        {"people": None},
        {"people": "everybody"},
        {"service": None},
        {"specialist": "7"},
        {"modality": "by-pigeon"},
        {"starts_at": "2027-03-02T10:00"},
        {"starts_at": None},
        {"starts_at_local": "2027-03-02T10:00"},  # besides starts_at
        {"hold": "perhaps"},
        {"without_papers": "x" * 201},
    ],
)
def test_wish_that_makes_no_sense_is_invalid(office, changes):
    assert problem(office.book(**changes)) == (400, "invalid")


def test_wall_clock_time_is_sofias(office):
    answer = office.booked(starts_at=None, starts_at_local="2027-03-02T10:00")

    assert answer["starts_at"] == "2027-03-02T10:00:00+02:00"


def test_time_in_the_spring_gap_is_refused(office):
    answer = office.book(starts_at=None, starts_at_local="2027-03-28T03:30")

    assert problem(answer) == (422, "nonexistent_local_time")


def test_time_that_happens_twice_asks_which(office):
    answer = office.book(starts_at=None, starts_at_local="2027-10-31T03:30")

    assert problem(answer) == (422, "ambiguous_local_time")


def test_both_hours_of_the_autumn_night_can_be_booked(office):
    night = building.specialist(office.centre, [office.service], hours=(0, 23), weekdays=range(7))
    wish = {
        "specialist": night.public_id,
        "modality": "phone",
        "starts_at": None,
        "starts_at_local": "2027-10-31T03:30",
    }

    starts = [office.booked(**wish, fold=fold)["starts_at"] for fold in (0, 1)]

    assert starts == ["2027-10-31T03:30:00+03:00", "2027-10-31T03:30:00+02:00"]


def test_fold_is_first_or_second(office):
    answer = office.book(starts_at=None, starts_at_local="2027-10-31T03:30", fold=2)

    assert problem(answer) == (400, "invalid")


# What the house refuses: a code, a sentence in either language, nothing about anybody else


def other_person(office: Office) -> Person:
    return building.person(office.centre)


def past(office: Office) -> dict[str, Any]:
    return office.wish(NOW - timedelta(hours=1))


def begins_now(office: Office) -> dict[str, Any]:
    return office.wish(NOW)


def over_a_year_ahead(office: Office) -> dict[str, Any]:
    return office.wish(NOW + timedelta(days=367))


def on_a_holiday(office: Office) -> dict[str, Any]:
    return office.wish(at(WEDNESDAY, 10))


def on_a_closed_day(office: Office) -> dict[str, Any]:
    Closure.objects.create(centre=office.centre, on=THURSDAY, name="Ремонт")
    return office.wish(at(THURSDAY, 10))


def before_work(office: Office) -> dict[str, Any]:
    return office.wish(at(TUESDAY, 8, 59))


def past_the_end_of_work(office: Office) -> dict[str, Any]:
    return office.wish(at(TUESDAY, 16, 11))


def on_a_sunday(office: Office) -> dict[str, Any]:
    return office.wish(at(MONDAY + timedelta(days=6), 10))


def without_a_document(office: Office) -> dict[str, Any]:
    Service.objects.update(access=SPECIALISED)
    return office.wish()


def with_a_document_for_something_else(office: Office) -> dict[str, Any]:
    Service.objects.update(access=SPECIALISED)
    building.case(office.mother, services=[building.service(office.centre)])
    return office.wish()


def two_months_after_the_first_session(office: Office) -> dict[str, Any]:
    office.booked()
    return office.wish(at(date(2027, 5, 5), 10))


def with_a_relative(office: Office) -> dict[str, Any]:
    KinshipWall.objects.create(user=office.lead.user, household=office.mother.household)
    return office.wish()


def beside_somebody_kept_apart(office: Office) -> dict[str, Any]:
    colleague = building.specialist(office.centre, [office.service])
    building.place(office.centre, [office.service])
    building.apart(office.mother, father := other_person(office))
    office.booked(at(TUESDAY, 11), people=[father.public_id], specialist=colleague.public_id)
    return office.wish()


def together_with_somebody_kept_apart(office: Office) -> dict[str, Any]:
    building.apart(office.mother, father := other_person(office))
    return office.wish(people=[office.mother.public_id, father.public_id])


def in_a_way_not_offered(office: Office) -> dict[str, Any]:
    Service.objects.update(modalities=["phone"])
    return office.wish()


def with_somebody_unskilled(office: Office) -> dict[str, Any]:
    return office.wish(specialist=building.specialist(office.centre).public_id)


def in_a_room_too_small(office: Office) -> dict[str, Any]:
    return office.wish(room=building.place(office.centre, [office.service], seats=1).public_id)


def in_a_room_for_other_things(office: Office) -> dict[str, Any]:
    return office.wish(room=building.place(office.centre).public_id)


def in_a_room_by_phone(office: Office) -> dict[str, Any]:
    return office.wish(room=office.room.public_id, modality="phone")


def telling_a_stranger(office: Office) -> dict[str, Any]:
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    return office.wish(people=[child.public_id], carer=office.mother.public_id)


REFUSALS: list[tuple[Callable[[Office], dict[str, Any]], str]] = [
    (past, "past_start"),
    (begins_now, "past_start"),
    (over_a_year_ahead, "too_far_ahead"),
    (on_a_holiday, "closed"),
    (on_a_closed_day, "closed"),
    (before_work, "outside_availability"),
    (past_the_end_of_work, "outside_availability"),
    (on_a_sunday, "outside_availability"),
    (without_a_document, "no_entry_basis"),
    (with_a_document_for_something_else, "no_entry_basis"),
    (two_months_after_the_first_session, "general_access_ended"),
    (with_a_relative, "walled"),
    (beside_somebody_kept_apart, "no_contact"),
    (together_with_somebody_kept_apart, "no_contact"),
    (in_a_way_not_offered, "modality_not_offered"),
    (with_somebody_unskilled, "not_skilled"),
    (in_a_room_too_small, "does_not_fit"),
    (in_a_room_for_other_things, "does_not_fit"),
    (in_a_room_by_phone, "does_not_fit"),
    (telling_a_stranger, "not_a_carer"),
]


@pytest.mark.parametrize(("wish", "code"), REFUSALS)
def test_house_refuses(office, wish, code):
    assert problem(office.api.post("bookings/", wish(office))) == (422, code)


@pytest.mark.parametrize(("wish", "code"), REFUSALS)
def test_refusal_writes_nothing(office, wish, code):
    body = wish(office)
    before = Booking.objects.count(), Allocation.objects.count(), Task.objects.count()

    office.api.post("bookings/", body)

    assert (Booking.objects.count(), Allocation.objects.count(), Task.objects.count()) == before


@pytest.mark.parametrize(("wish", "code"), REFUSALS)
def test_refusal_speaks_both_languages(office, wish, code):
    body = wish(office)

    english, bulgarian = (
        Api(office.coordinator, language=language).post("bookings/", body).json()
        for language in ("en", "bg")
    )

    # Names of rooms, services and holidays are what they are; the sentence is translated.
    assert CYRILLIC.search(bulgarian["detail"])
    assert bulgarian["detail"] != english["detail"]
    assert bulgarian["code"] == english["code"] == code


@pytest.mark.parametrize(("wish", "code"), REFUSALS)
def test_refusal_names_nobody(office, wish, code):
    body = wish(office)
    names = {p.given_name for p in Person.objects.all()} | {
        p.family_name for p in Person.objects.all()
    }

    detail = office.api.post("bookings/", body).json()["detail"]

    assert {name for name in names if re.search(rf"\b{name}\b", detail)} == set()


@pytest.mark.parametrize(
    "wish",
    [beside_somebody_kept_apart, together_with_somebody_kept_apart],
    ids=lambda f: f.__name__,
)
def test_refusal_of_no_contact_holds_no_fact(office, wish):
    answer = office.api.post("bookings/", wish(office))

    assert answer.json().keys() == {"type", "title", "status", "code", "detail"}


@pytest.mark.parametrize(
    ("hour", "minute", "status"),
    [
        (8, 54, 201),
        (8, 55, 201),  # she leaves at 09:45, he comes at 10:00
        (8, 56, 422),
        (10, 0, 422),
        (11, 4, 422),
        (11, 5, 201),  # he leaves at 10:50
    ],
)
def test_people_kept_apart_pass_each_other_by_a_quarter_of_an_hour(office, hour, minute, status):
    early = building.specialist(office.centre, [office.service], hours=(8, 17))
    building.place(office.centre, [office.service])
    building.apart(office.mother, father := other_person(office))
    office.booked(people=[father.public_id])

    answer = office.book(at(TUESDAY, hour, minute), specialist=early.public_id)

    assert answer.status_code == status


def test_last_hour_of_work_can_be_booked(office):
    """The buffer after it is the specialist's own affair."""
    assert office.book(at(TUESDAY, 16, 10)).status_code == 201


def test_document_entitles_to_the_service_it_names(office):
    Service.objects.update(access=SPECIALISED)
    building.case(office.mother, services=[office.service])

    assert office.book().status_code == 201


def test_coordinator_books_without_papers_and_a_task_opens(office):
    """D7: the reason is kept, and somebody is to complete the papers."""
    Service.objects.update(access=SPECIALISED)

    answer = office.booked(without_papers="Спешно, документът идва в петък")

    assert answer["without_papers"] == "Спешно, документът идва в петък"
    assert list(Task.objects.values_list("kind", "about", "owner")) == [
        ("missing_papers", f"booking:{answer['id']}", office.coordinator.pk)
    ]


def test_psychologist_may_not_waive_papers(office):
    Service.objects.update(access=SPECIALISED)

    answer = Api(office.lead.user).post("bookings/", office.wish(without_papers="Спешно"))

    assert problem(answer) == (403, "not_allowed")


@pytest.mark.parametrize(("on", "status"), [(date(2027, 5, 11), 201), (date(2027, 5, 12), 422)])
def test_general_access_lasts_two_months_from_the_first_session(office, on, status):
    office.booked(at(date(2027, 3, 11), 10))

    assert office.book(at(on, 10)).status_code == status


def test_only_recorded_carer_is_told_of_a_childs_hour(office):
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    building.carer(child, office.mother)

    answer = office.booked(people=[child.public_id], carer=office.mother.public_id)

    assert answer["carer"] == str(office.mother.public_id)


# The same request twice


def test_same_key_and_body_give_the_same_answer(office):
    body = office.wish()

    first, second = (office.api.post("bookings/", body, idempotency_key="a") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Booking.objects.count() == 1


def test_same_key_with_another_body_is_refused(office):
    office.api.post("bookings/", office.wish(), idempotency_key="a")

    answer = office.api.post("bookings/", office.wish(at(TUESDAY, 14)), idempotency_key="a")

    assert problem(answer) == (422, "idempotency_key_reused")
    assert Booking.objects.count() == 1


def test_same_key_at_another_address_is_refused(office):
    office.api.post("bookings/", office.wish(), idempotency_key="a")

    answer = office.api.post("blocks/", block(office.lead), idempotency_key="a")

    assert problem(answer) == (422, "idempotency_key_reused")


def test_order_of_the_bodys_fields_does_not_matter(office):
    body = office.wish()
    turned = dict(reversed(body.items()))

    first, second = (office.api.post("bookings/", b, idempotency_key="a") for b in (body, turned))

    assert first.json() == second.json()


def test_keys_of_two_users_do_not_meet(office):
    office.api.post("bookings/", office.wish(), idempotency_key="a")

    answer = Api(office.lead.user).post(
        "bookings/", office.wish(at(TUESDAY, 14)), idempotency_key="a"
    )

    assert answer.status_code == 201


def test_refusal_is_not_kept_under_its_key(office):
    booking = office.booked()
    body = office.wish(people=[building.person(office.centre).public_id])

    refused = office.api.post("bookings/", body, idempotency_key="a")
    office.move(booking, "cancel")
    repeated = office.api.post("bookings/", body, idempotency_key="a")

    assert (refused.status_code, repeated.status_code) == (409, 201)


def test_two_keys_are_two_requests(office):
    office.api.post("bookings/", office.wish(), idempotency_key="a")

    answer = office.api.post("bookings/", office.wish(), idempotency_key="b")

    assert problem(answer) == (409, "resource_unavailable")


@pytest.mark.parametrize("key", ["", "x" * 201, "ключ", "a\tb"])
def test_key_is_short_and_printable(office, key):
    answer = office.api.post("bookings/", office.wish(), idempotency_key=key)

    assert problem(answer) == (400, "invalid")


def test_longest_key_is_taken(office):
    answer = office.api.post("bookings/", office.wish(), idempotency_key="x" * 200)

    assert answer.status_code == 201


def test_block_under_a_key_is_made_once(office):
    body = block(office.lead)

    first, second = (office.api.post("blocks/", body, idempotency_key="a") for _ in range(2))

    assert first.json() == second.json()


# Holds


def test_hold_expires_after_half_an_hour(office):
    answer = office.booked(hold=True)

    assert (answer["status"], answer["hold_expires_at"]) == (
        "held",
        shown(NOW + timedelta(minutes=30)),
    )


def test_hold_keeps_the_hour(office):
    office.booked(hold=True)
    other = building.person(office.centre)

    assert problem(office.book(people=[other.public_id]))[0] == 409
    assert "10:00" not in office.starts(TUESDAY)


def test_confirmed_hold_is_a_booking(office):
    hold = office.booked(hold=True)

    answer = office.move(hold, "confirm", {"version": 1}).json()

    assert (answer["status"], answer["hold_expires_at"], answer["version"]) == (
        "confirmed",
        None,
        2,
    )


@pytest.mark.parametrize(("seconds", "status"), [(1799, 200), (1800, 422), (1801, 422)])
def test_hold_is_confirmed_before_it_expires(office, seconds, status):
    hold = office.booked(hold=True)

    with clock.frozen(NOW + timedelta(seconds=seconds)):
        answer = office.move(hold, "confirm")

    assert answer.status_code == status


def test_expired_hold_is_in_nobodys_way(office):
    hold = office.booked(hold=True)
    other = building.person(office.centre)

    with clock.frozen(NOW + timedelta(minutes=30)):
        assert "10:00" in office.starts(TUESDAY)
        assert office.calendar(NOW, at(TUESDAY, 20)) == []
        assert office.book(people=[other.public_id]).status_code == 201

    assert fresh(hold).status == "expired"


def test_owner_is_told_of_her_expired_hold(office):
    hold = office.booked(hold=True)

    with clock.frozen(NOW + timedelta(minutes=30)):
        office.book(people=[building.person(office.centre).public_id])

    assert list(Task.objects.values_list("kind", "about", "owner")) == [
        ("hold_expired", f"booking:{hold['id']}", office.coordinator.pk)
    ]


@pytest.mark.parametrize("step", ["confirm", "reschedule", "cancel"])
def test_expired_hold_takes_no_step(office, step):
    hold = office.booked(hold=True)

    with clock.frozen(NOW + timedelta(minutes=31)):
        answer = office.move(hold, step, {"starts_at": wire(at(TUESDAY, 14))})

    assert problem(answer) == (422, "wrong_status")


# Moving


def test_moved_booking_keeps_its_people_and_room(office):
    booking = office.booked()

    answer = office.move(booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14))})

    assert answer.status_code == 200
    changed = {name for name in booking if booking[name] != answer.json()[name]}
    assert changed == {"starts_at", "ends_at", "version", "schedule_version"}
    assert answer.json()["starts_at"] == shown(at(THURSDAY, 14))


def test_moved_booking_frees_its_hour(office):
    booking = office.booked()

    office.move(booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14))})

    assert office.book(people=[building.person(office.centre).public_id]).status_code == 201


def test_booking_may_move_into_its_own_hour(office):
    booking = office.booked()

    answer = office.move(booking, "reschedule", {"starts_at": wire(at(TUESDAY, 10, 15))})

    assert answer.status_code == 200


def test_move_to_another_specialist_and_room(office):
    booking = office.booked()
    colleague = building.specialist(office.centre, [office.service])
    room = building.place(office.centre, [office.service])

    answer = office.move(
        booking,
        "reschedule",
        {
            "starts_at": wire(at(TUESDAY, 14)),
            "specialist": colleague.public_id,
            "room": room.public_id,
        },
    ).json()

    assert (answer["specialist"], answer["room"]) == (
        str(colleague.public_id),
        str(room.public_id),
    )


def test_move_by_sofias_wall_clock(office):
    booking = office.booked()

    answer = office.move(booking, "reschedule", {"starts_at_local": "2027-03-04T14:00"})

    assert answer.json()["starts_at"] == shown(at(THURSDAY, 14))


def test_move_onto_a_taken_hour_leaves_the_booking_where_it_was(office):
    booking = office.booked()
    office.booked(at(TUESDAY, 14), people=[building.person(office.centre).public_id])

    answer = office.move(booking, "reschedule", {"starts_at": wire(at(TUESDAY, 14))})

    assert problem(answer) == (409, "resource_unavailable")
    assert office.api.get(f"bookings/{booking['id']}/").json() == booking


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (NOW - timedelta(hours=1), "past_start"),
        (at(WEDNESDAY, 10), "closed"),
        (at(TUESDAY, 7), "outside_availability"),
    ],
)
def test_move_obeys_the_rules_of_booking(office, to, code):
    booking = office.booked()

    answer = office.move(booking, "reschedule", {"starts_at": wire(to)})

    assert problem(answer) == (422, code)
    assert office.api.get(f"bookings/{booking['id']}/").json() == booking


def test_session_that_has_begun_is_not_moved(office):
    booking = office.booked()

    with clock.frozen(TEN):
        answer = office.move(booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14))})

    assert problem(answer) == (422, "already_begun")


def test_third_move_in_two_months_is_the_case_leads_task(office):
    """D10: nothing is said to the family."""
    case = building.case(office.mother)
    booking = office.booked()

    for hour in (11, 12, 13):
        tasks = Task.objects.count()
        office.move(booking, "reschedule", {"starts_at": wire(at(TUESDAY, hour))})

    assert tasks == 0
    assert list(Task.objects.values_list("kind", "about", "owner")) == [
        ("serial_rescheduling", f"case:{case.public_id}", case.lead_id)
    ]


# Cancelling


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (timedelta(hours=24, seconds=1), "cancelled_early"),
        (timedelta(hours=24), "cancelled_early"),
        (timedelta(hours=24) - timedelta(seconds=1), "cancelled_late"),
        (timedelta(seconds=1), "cancelled_late"),
    ],
)
def test_family_cancels_early_or_late(office, before, outcome):
    booking = office.booked()

    with clock.frozen(TEN - before):
        answer = office.move(booking, "cancel", {"by": "client", "reason": "болно дете"}).json()

    assert (answer["status"], answer["cancelled_by"]) == ("cancelled", "client")
    assert [person["outcome"] for person in answer["people"]] == [outcome]


def test_centre_cancels(office):
    answer = office.move(office.booked(), "cancel", {"by": "centre"}).json()

    assert [person["outcome"] for person in answer["people"]] == ["cancelled_by_centre"]


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=5), timedelta(days=2)])
def test_session_that_has_begun_is_not_cancelled(office, late):
    booking = office.booked()

    with clock.frozen(TEN + late):
        assert problem(office.move(booking, "cancel")) == (422, "already_begun")


def test_cancelled_hour_is_free_again(office):
    office.move(office.booked(), "cancel")

    assert "10:00" in office.starts(TUESDAY)
    assert office.calendar(NOW, at(TUESDAY, 20)) == []
    assert office.book().status_code == 201


@pytest.mark.parametrize("step", ["confirm", "reschedule", "cancel", "outcome"])
def test_cancelled_booking_takes_no_step(office, step):
    booking = office.booked()
    office.move(booking, "cancel")

    body = {"starts_at": wire(at(THURSDAY, 10))} | outcomes(office.mother, "attended")
    answer = office.move(booking, step, body)

    assert problem(answer) == (422, "wrong_status")


def test_confirmed_booking_is_not_confirmed_again(office):
    assert problem(office.move(office.booked(), "confirm")) == (422, "wrong_status")


# What came of it (D9)


def outcomes(person: Person, outcome: str) -> dict[str, Any]:
    return {"outcomes": [{"person": person.public_id, "outcome": outcome}]}


@pytest.fixture
def child(office) -> Person:
    made = building.person(
        office.centre, household=office.mother.household, birth_on=date(2019, 5, 1)
    )
    building.carer(made, office.mother)
    return made


@pytest.mark.parametrize(("seconds", "status"), [(-1, 422), (0, 200), (1, 200)])
def test_no_outcome_before_the_start(office, seconds, status):
    booking = office.booked()

    with clock.frozen(TEN + timedelta(seconds=seconds)):
        answer = office.move(booking, "outcome", outcomes(office.mother, "attended"))

    assert answer.status_code == status
    if status == 422:
        assert problem(answer) == (422, "too_early")


def test_outcome_closes_the_session(office):
    booking = office.booked()

    with clock.frozen(at(TUESDAY, 11)):
        answer = office.move(booking, "outcome", outcomes(office.mother, "attended")).json()

    assert (answer["status"], answer["version"]) == ("closed", 2)
    assert answer["people"] == [{"id": str(office.mother.public_id), "outcome": "attended"}]


@pytest.mark.parametrize(
    ("who", "outcome", "status"),
    [
        ("mother", "did_not_attend", 200),
        ("mother", "not_brought", 422),
        ("child", "not_brought", 200),
        ("child", "did_not_attend", 422),
    ],
)
def test_adults_attend_and_children_are_brought(office, child, who, outcome, status):
    person = {"mother": office.mother, "child": child}[who]
    booking = office.booked(people=[person.public_id])

    with clock.frozen(at(TUESDAY, 11)):
        answer = office.move(booking, "outcome", outcomes(person, outcome))

    assert answer.status_code == status
    if status == 422:
        assert problem(answer) == (422, "outcome_mismatch")
        assert fresh(booking).status == "confirmed"


def test_session_closes_with_the_last_outcome(office, child):
    booking = office.booked(people=[office.mother.public_id, child.public_id])

    with clock.frozen(at(TUESDAY, 11)):
        first = office.move(booking, "outcome", outcomes(office.mother, "attended")).json()
        last = office.move(booking, "outcome", outcomes(child, "not_brought")).json()

    assert (first["status"], last["status"]) == ("confirmed", "closed")


def test_wrong_outcome_is_corrected(office):
    booking = office.booked()

    with clock.frozen(at(TUESDAY, 11)):
        office.move(booking, "outcome", outcomes(office.mother, "did_not_attend"))
        answer = office.move(booking, "outcome", outcomes(office.mother, "attended")).json()

    assert [person["outcome"] for person in answer["people"]] == ["attended"]


def test_outcome_of_who_was_not_booked_is_not_found(office, child):
    booking = office.booked()

    with clock.frozen(at(TUESDAY, 11)):
        answer = office.move(booking, "outcome", outcomes(child, "attended"))

    assert problem(answer) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcomes": []},
        {"outcomes": [{"person": "x", "outcome": "attended"}]},
        {"outcomes": [{"outcome": "attended"}]},
        {"outcomes": {"person": "x"}},
    ],
)
def test_outcome_that_makes_no_sense_is_invalid(office, body):
    booking = office.booked()

    with clock.frozen(at(TUESDAY, 11)):
        assert problem(office.move(booking, "outcome", body)) == (400, "invalid")


def test_outcome_is_one_of_the_known(office):
    booking = office.booked()

    with clock.frozen(at(TUESDAY, 11)):
        answer = office.move(booking, "outcome", outcomes(office.mother, "came late"))

    assert problem(answer) == (400, "invalid")


@pytest.mark.parametrize(
    ("told", "tasks"),
    [
        (["not_brought"], 0),
        (["not_brought", "not_brought"], 1),
        (["not_brought", "attended", "not_brought"], 0),
        (["attended", "not_brought", "not_brought"], 1),
        (["not_brought", "not_brought", "not_brought"], 1),  # one open task is enough
    ],
)
def test_twice_not_brought_in_a_row_is_the_case_leads_task(office, child, told, tasks):
    case = building.case(office.mother)
    for hour, outcome in enumerate(told, start=9):
        booking = office.booked(at(TUESDAY, hour), people=[child.public_id])
        with clock.frozen(at(TUESDAY, 20)):
            assert office.move(booking, "outcome", outcomes(child, outcome)).status_code == 200

    assert (
        list(Task.objects.values_list("kind", "about", "owner"))
        == [("twice_not_brought", f"case:{case.public_id}", case.lead_id)] * tasks
    )


# Stale edits


@pytest.mark.parametrize("step", ["confirm", "reschedule", "cancel", "outcome"])
def test_stale_version_is_a_conflict_and_changes_nothing(office, step):
    booking = office.booked(hold=step == "confirm")
    body = {"version": 7, "starts_at": wire(at(THURSDAY, 14))}
    body |= outcomes(office.mother, "attended")

    with clock.frozen(at(TUESDAY, 11) if step == "outcome" else NOW):
        answer = office.move(booking, step, body)

    assert problem(answer) == (409, "stale_version")
    assert answer.json()["version"] == 1
    assert office.api.get(f"bookings/{booking['id']}/").json() == booking


def test_present_version_is_not_stale(office):
    booking = office.booked()

    moved = office.move(
        booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14)), "version": 1}
    ).json()

    assert office.move(booking, "cancel", {"version": 1}).status_code == 409
    assert office.move(booking, "cancel", {"version": moved["version"]}).status_code == 200


@pytest.mark.parametrize("version", [0, -1, 2**31, "one", 1.5, True])
def test_version_is_a_positive_number(office, version):
    answer = office.move(office.booked(), "cancel", {"version": version})

    assert answer.status_code == 400 or (version is True and answer.status_code == 200)


# History


def test_history_says_who_did_what_and_when(office):
    booking = office.booked()
    with clock.frozen(NOW + timedelta(minutes=1)):
        Api(office.lead.user).post(
            f"bookings/{booking['id']}/reschedule/", {"starts_at": wire(at(THURSDAY, 14))}
        )
    with clock.frozen(NOW + timedelta(minutes=2)):
        office.move(booking, "cancel", {"by": "centre"})

    found = office.api.get(f"bookings/{booking['id']}/changes/").json()["results"]

    assert [(one["what"], one["by"], one["at"], one["version"]) for one in found] == [
        ("booked", str(office.coordinator), shown(NOW), 1),
        ("rescheduled", str(office.lead.user), shown(NOW + timedelta(minutes=1)), 2),
        ("cancelled", str(office.coordinator), shown(NOW + timedelta(minutes=2)), 3),
    ]


def test_history_remembers_where_a_booking_was(office):
    booking = office.booked()
    office.move(booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14))})

    last = office.api.get(f"bookings/{booking['id']}/changes/").json()["results"][-1]

    assert (last["facts"]["was"], last["facts"]["starts_at"]) == (
        wire(TEN),
        wire(at(THURSDAY, 14)),
    )


def test_history_holds_no_name_and_no_reason(office):
    booking = office.booked()
    office.move(booking, "cancel", {"reason": "болно дете"})

    text = office.api.get(f"bookings/{booking['id']}/changes/").content.decode()

    assert office.mother.full_name not in text
    assert "болно" not in text


def test_history_is_kept_of_an_expired_hold(office):
    hold = office.booked(hold=True)
    with clock.frozen(NOW + timedelta(minutes=30)):
        office.book(people=[building.person(office.centre).public_id])
        found = office.api.get(f"bookings/{hold['id']}/changes/").json()["results"]

    assert [(one["what"], one["by"]) for one in found] == [
        ("held", str(office.coordinator)),
        ("expired", None),
    ]


# Blocks


def block(resource: Resource, **changes: Any) -> dict[str, Any]:
    return {
        "resource": resource.public_id,
        "starts_at": wire(at(TUESDAY, 9)),
        "ends_at": wire(at(TUESDAY, 12)),
        "reason": "leave",
    } | changes


def test_vet_and_farrier_come_to_horses_alone(office):
    answer = office.api.post("blocks/", block(office.lead, reason="vet"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_block_takes_the_resource_out_of_use(office):
    answer = office.api.post("blocks/", block(office.lead))

    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["blocked"]) == (
        "block",
        str(office.lead.public_id),
    )
    assert office.starts(TUESDAY)[0] == "12:00"
    assert problem(office.book()) == (409, "resource_unavailable")


def test_blocked_room_leaves_no_hour_on_site(office):
    office.api.post("blocks/", block(office.room, reason="maintenance"))

    assert office.starts(TUESDAY)[0] == "12:00"
    assert office.starts(TUESDAY, modality="phone")[0] == "09:00"


def test_own_leave_is_taken_by_oneself(office):
    assert Api(office.lead.user).post("blocks/", block(office.lead)).status_code == 201


def test_leave_of_three_weeks_is_one_block(office):
    answer = office.api.post("blocks/", block(office.lead, ends_at=wire(at(date(2027, 3, 23), 9))))

    assert answer.status_code == 201
    assert Booking.objects.count() == 1
    assert office.starts(date(2027, 3, 22)) == []


@pytest.mark.parametrize(
    ("begins", "ends", "status"),
    [
        ((8, 0), (10, 0), 201),  # touching
        ((8, 0), (10, 1), 409),
        ((10, 0), (10, 50), 409),
        ((10, 20), (10, 30), 409),
        ((8, 0), (18, 0), 409),
        ((10, 59), (12, 0), 409),  # within the buffer
        ((11, 0), (12, 0), 201),  # touching the buffer's end
    ],
)
def test_block_does_not_cover_a_booking(office, begins, ends, status):
    office.booked()

    answer = office.api.post(
        "blocks/",
        block(office.lead, starts_at=wire(at(TUESDAY, *begins)), ends_at=wire(at(TUESDAY, *ends))),
    )

    assert answer.status_code == status


def test_refused_block_names_the_interval_in_the_way(office):
    office.booked()

    answer = office.api.post("blocks/", block(office.lead)).json()

    assert (answer["code"], answer["starts_at"], answer["ends_at"]) == (
        "resource_unavailable",
        wire(TEN),
        wire(at(TUESDAY, 11)),
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_at": wire(at(TUESDAY, 9))}, "invalid_interval"),
        ({"ends_at": wire(at(TUESDAY, 8))}, "invalid_interval"),
        ({"ends_at": wire(at(TUESDAY, 9) + timedelta(days=92, minutes=1))}, "invalid_interval"),
        ({"starts_at": wire(NOW - timedelta(days=2)), "ends_at": wire(NOW)}, "past_start"),
    ],
)
def test_block_that_makes_no_sense_is_refused(office, changes, code):
    assert problem(office.api.post("blocks/", block(office.lead, **changes))) == (422, code)


def test_block_may_be_lifted_at_any_time(office):
    made = office.api.post("blocks/", block(office.lead)).json()

    with clock.frozen(at(TUESDAY, 10, 5)):
        answer = office.move(made, "cancel", {"by": "centre"})
        starts = office.starts(TUESDAY)

    assert answer.status_code == 200
    assert starts[0] == "10:15"


@pytest.mark.parametrize("step", ["reschedule", "confirm"])
def test_block_is_neither_moved_nor_confirmed(office, step):
    made = office.api.post("blocks/", block(office.lead)).json()

    answer = office.move(made, step, {"starts_at": wire(at(THURSDAY, 9))})

    assert problem(answer) == (422, "wrong_status")


def test_block_has_no_outcome(office):
    made = office.api.post("blocks/", block(office.lead)).json()

    with clock.frozen(TEN):
        answer = office.move(made, "outcome", outcomes(office.mother, "attended"))

    assert problem(answer) == (404, "not_found")


# The calendar


@pytest.mark.parametrize(
    ("begins", "ends", "seen"),
    [
        ((8, 0), (10, 0), 0),  # touching the start
        ((8, 0), (10, 1), 1),
        ((10, 0), (10, 50), 1),
        ((10, 20), (10, 30), 1),
        ((10, 49), (12, 0), 1),
        ((11, 0), (12, 0), 0),
    ],
)
@pytest.mark.parametrize("of_resource", [True, False])
def test_calendar_shows_what_meets_its_window(office, begins, ends, seen, of_resource):
    office.booked()
    query = {"resource": office.lead.public_id} if of_resource else {}

    found = office.calendar(at(TUESDAY, *begins), at(TUESDAY, *ends), **query)

    assert len(found) == seen


@pytest.mark.parametrize("kind", ["lead", "room"])
def test_calendar_of_a_resource_shows_it_alone(office, kind):
    booking = office.booked()
    other = building.specialist(office.centre, [office.service])
    office.booked(
        modality="phone",
        specialist=other.public_id,
        people=[building.person(office.centre).public_id],
    )

    found = office.calendar(NOW, at(TUESDAY, 20), resource=getattr(office, kind).public_id)

    assert [event["id"] for event in found] == [booking["id"]]


def test_calendar_of_a_person_served_is_not_found(office):
    resource = office.mother.resource
    window = {"from": wire(NOW), "to": wire(at(TUESDAY, 20)), "resource": resource.public_id}

    assert problem(office.api.get("calendar/", window)) == (404, "not_found")


def test_calendar_comes_in_order_of_time(office):
    for hour in (15, 9, 12):
        office.booked(at(TUESDAY, hour))

    starts = [event["starts_at"] for event in office.calendar(NOW, at(TUESDAY, 20))]

    assert starts == [shown(at(TUESDAY, hour)) for hour in (9, 12, 15)]


def test_busy_is_said_in_the_readers_language(office):
    office.booked()
    leader = building.user(office.centre, Role.Name.LEADER)
    window = {"from": wire(NOW), "to": wire(at(TUESDAY, 20))}

    titles = [
        Api(leader, language=language).get("calendar/", window).json()["results"][0]["title"]
        for language in ("en", "bg")
    ]

    assert titles == ["busy", "заето"]


def test_busy_event_says_nothing_but_when(office):
    booking = office.booked()
    leader = building.user(office.centre, Role.Name.LEADER)
    window = {"from": wire(NOW), "to": wire(at(TUESDAY, 20))}

    (event,) = Api(leader).get("calendar/", window).json()["results"]

    assert event == {
        "id": booking["id"],
        "known": False,
        "title": "busy",
        "kind": "consultation",
        "status": "confirmed",
        "starts_at": booking["starts_at"],
        "ends_at": booking["ends_at"],
        "service": None,
        "modality": "",
        "people": [],
        "version": 1,
    }


def test_calendar_window_is_at_most_three_months(office):
    window = {"from": wire(NOW), "to": wire(NOW + timedelta(days=93, minutes=1))}

    assert problem(office.api.get("calendar/", window)) == (400, "invalid")


def test_calendar_of_a_week_across_the_spring_night(office):
    """Ten o'clock is ten o'clock on both sides of it."""
    office.booked(at(SPRING - timedelta(days=2), 10))
    office.booked(at(SPRING + timedelta(days=1), 10))

    found = office.calendar(
        clock.midnight(SPRING - timedelta(days=3)), clock.midnight(SPRING + timedelta(days=3))
    )

    assert [event["starts_at"] for event in found] == [
        "2027-03-26T10:00:00+02:00",
        "2027-03-29T10:00:00+03:00",
    ]


# Lists


def ids(office: Office, path: str, **query: Any) -> list[str]:
    answer = office.api.get(path, query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_bookings_come_soonest_first_in_pages(office):
    made = [office.booked(at(TUESDAY, hour))["id"] for hour in (14, 9, 12)]
    soonest_first = [made[1], made[2], made[0]]

    pages = [ids(office, "bookings/", page_size=2, page=n) for n in (1, 2)]

    assert pages == [soonest_first[:2], soonest_first[2:]]


def test_bookings_are_found_by_status_person_specialist_service_and_day(office):
    mine = office.booked()["id"]
    colleague = building.specialist(office.centre, [office.service])
    other = building.person(office.centre)
    theirs = office.booked(
        at(THURSDAY, 10), specialist=colleague.public_id, people=[other.public_id], hold=True
    )["id"]

    assert ids(office, "bookings/", status="confirmed") == [mine]
    assert ids(office, "bookings/", status=["confirmed", "held"]) == [mine, theirs]
    assert ids(office, "bookings/", person=other.public_id) == [theirs]
    assert ids(office, "bookings/", specialist=office.lead.public_id) == [mine]
    assert ids(office, "bookings/", service=office.service.public_id) == [mine, theirs]
    assert ids(office, "bookings/", on="2027-03-04") == [theirs]


def test_day_of_the_filter_is_sofias(office):
    """Half past midnight in Sofia is still the day before in UTC."""
    night = building.specialist(office.centre, [office.service], hours=(0, 8))
    booking = office.booked(at(TUESDAY, 0, 30), specialist=night.public_id, modality="phone")["id"]

    assert ids(office, "bookings/", on="2027-03-02") == [booking]
    assert ids(office, "bookings/", on="2027-03-01") == []


@pytest.mark.parametrize(
    "query",
    [{"status": "lost"}, {"person": "1"}, {"service": "x"}, {"on": "tomorrow"}, {"on": "x" * 999}],
)
def test_filter_that_makes_no_sense_is_invalid(office, query):
    assert problem(office.api.get("bookings/", query)) == (400, "invalid")


def test_specialist_finds_her_own_bookings_alone(office):
    mine = office.booked()["id"]
    colleague = building.specialist(office.centre, [office.service])
    office.booked(
        at(THURSDAY, 10),
        specialist=colleague.public_id,
        people=[building.person(office.centre).public_id],
    )

    found = Api(office.lead.user).get("bookings/").json()["results"]

    assert [row["id"] for row in found] == [mine]


def test_services_and_specialists_say_what_they_give(office):
    service = office.api.get("services/").json()["results"][0]
    by_id = {row["id"]: row for row in office.api.get("specialists/").json()["results"]}

    assert service["duration"] == "00:50:00"
    assert by_id[str(office.lead.public_id)]["services"] == [service["id"]]


def test_services_are_found_by_code_and_access(office):
    other = building.service(office.centre, access=SPECIALISED)

    assert ids(office, "services/", code=office.service.code) == [str(office.service.public_id)]
    assert ids(office, "services/", access="specialised") == [str(other.public_id)]


def test_service_no_longer_offered_is_not_found(office):
    Service.objects.update(is_offered=False)

    assert ids(office, "services/") == []
    assert problem(office.book()) == (404, "not_found")


def test_colleague_who_left_is_not_found(office):
    office.lead.user.roles.update(until_on=MONDAY - timedelta(days=1))

    assert str(office.lead.public_id) not in ids(office, "specialists/")
    assert problem(office.book()) == (404, "not_found")


def test_changed_default_is_no_longer_ours(office):
    Service.objects.update(our_defaults=["initials", "step"])
    path = f"services/{office.service.public_id}/"

    answer = office.api.patch(path, {"initials": "ПК"}).json()

    assert (answer["initials"], answer["our_defaults"]) == ("ПК", ["step"])


def test_changed_duration_leaves_bookings_as_they_were(office):
    booking = office.booked()

    office.api.patch(f"services/{office.service.public_id}/", {"duration": "01:30:00"})

    assert office.api.get(f"bookings/{booking['id']}/").json() == booking
    assert office.booked(at(TUESDAY, 12))["ends_at"] == shown(at(TUESDAY, 13, 30))


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": "00:00:00"},
        {"duration": "-00:10:00"},
        {"duration": "12:00:01"},
        {"duration": "00:50:00.5"},
        {"duration": "999999999 00:00:00"},
        {"buffer_after": "-00:10:00"},
        {"buffer_after": "05:00:00"},
        {"travel": "05:00:00"},
        {"minimum_notice": "-1 00:00:00"},
        {"minimum_notice": "999999999 00:00:00"},
        {"step": "00:01:00"},
        {"step": "00:00:00"},
        {"specialists": 0},
        {"specialists": 32768},
        {"modalities": []},
        {"modalities": ["by-pigeon"]},
        {"initials": ""},
        {"initials": "TOOLONG"},
        {"access": "free"},
    ],
)
def test_default_that_makes_no_sense_is_invalid(office, changes):
    answer = office.api.patch(f"services/{office.service.public_id}/", changes)

    assert problem(answer) == (400, "invalid")


def test_no_default_that_is_taken_breaks_the_search(office):
    office.api.patch(
        f"services/{office.service.public_id}/", {"minimum_notice": "999999999 00:00:00"}
    )
    asked = {"service": office.service.public_id, "from": wire(NOW), "to": wire(at(TUESDAY, 17))}

    assert office.api.get("slots/", asked).status_code == 200


def test_code_and_name_of_a_service_stay(office):
    path = f"services/{office.service.public_id}/"

    answer = office.api.patch(path, {"code": "x", "name": "x"}).json()

    assert (answer["code"], answer["name"]) == (office.service.code, office.service.name)


def grow_bookings(office: Office) -> None:
    for n in range(30):
        day = date(2027, 3, 8) + timedelta(days=n // 6 + (n // 6 >= 5) * 2)
        office.booked(at(day, 9 + n % 6), people=[building.person(office.centre).public_id])


def test_lists_cost_the_same_for_one_booking_and_for_thirty(office):
    office.booked()
    window = {"from": wire(NOW), "to": wire(NOW + timedelta(days=60))}
    asked = [
        ("bookings/", {}),
        ("calendar/", window),
        ("calendar/", window | {"resource": office.lead.public_id}),
    ]
    few = [office.api.queries(*question) for question in asked]
    grow_bookings(office)

    assert [office.api.queries(*question) for question in asked] == few
    assert office.api.get("bookings/").json()["count"] == 31


def test_lists_cost_the_same_for_one_service_and_for_thirty(office):
    asked = ("services/", "specialists/")
    few = [office.api.queries(path) for path in asked]
    for _ in range(29):
        building.specialist(office.centre, [office.service, building.service(office.centre)])

    assert [office.api.queries(path) for path in asked] == few


def test_history_costs_the_same_for_one_change_and_for_ten(office):
    booking = office.booked()
    path = f"bookings/{booking['id']}/changes/"
    few = office.api.queries(path)
    for hour in (11, 12, 13, 14, 15, 9, 10, 11, 12):
        office.move(booking, "reschedule", {"starts_at": wire(at(TUESDAY, hour))})

    assert office.api.queries(path) == few


# The private calendar address


@dataclass
class Subscription:
    """A feed of the specialist's, as her telephone polls it."""

    id: str
    url: str

    @property
    def token(self) -> str:
        return self.url.rsplit("/", 1)[1].removesuffix(".ics")

    def poll(self, **headers: str) -> Response:
        path = self.url.removeprefix(self.url.split("/feeds/")[0])
        return browser().get(path, headers=headers)

    def events(self) -> list[Any]:
        return Calendar.from_ical(self.poll().getvalue()).walk("VEVENT")


def subscribe(office: Office, detail: str = "discreet") -> Subscription:
    answer = Api(office.lead.user).post("feeds/", {"detail": detail})
    assert answer.status_code == 201, answer.content
    return Subscription(answer.json()["id"], answer.json()["url"])


def test_feed_is_a_calendar(office):
    booking = office.booked()
    answer = subscribe(office).poll()

    (event,) = Calendar.from_ical(answer.getvalue()).walk("VEVENT")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert event["UID"] == f"{booking['id']}@pristan"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (TEN, at(TUESDAY, 10, 50))
    assert event["DTSTART"].params["TZID"] == "Europe/Sofia"


def test_feed_carries_sofias_timezone(office):
    office.booked()

    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Sofia" in subscribe(office).poll().getvalue()


@pytest.mark.parametrize(
    ("hold", "step", "status"),
    [(False, "", "CONFIRMED"), (True, "", "TENTATIVE"), (False, "cancel", "CANCELLED")],
)
def test_feed_tells_the_status(office, hold, step, status):
    booking = office.booked(hold=hold)
    if step:
        office.move(booking, step)

    (event,) = subscribe(office).events()

    assert event["STATUS"] == status


def test_sequence_grows_with_every_change(office):
    booking, feed = office.booked(), subscribe(office)
    sequence = [event["SEQUENCE"] for event in feed.events()]

    office.move(booking, "reschedule", {"starts_at": wire(at(THURSDAY, 14))})

    (event,) = feed.events()
    assert event["UID"] == f"{booking['id']}@pristan"
    assert [event["SEQUENCE"]] > sequence
    assert event["DTSTART"].dt == at(THURSDAY, 14)


@pytest.mark.parametrize(
    ("days", "seen"), [(-32, False), (-29, True), (0, True), (364, True), (366, False)]
)
def test_feed_reaches_thirty_days_back_and_a_year_ahead(office, days, seen):
    start = at(MONDAY + timedelta(days=days), 12)
    daily = building.specialist(office.centre, [office.service], weekdays=range(7))
    office.lead = daily
    with clock.frozen(start - timedelta(days=2)):
        booking = office.booked(start, modality="phone", specialist=daily.public_id)
    feed = subscribe(office)

    assert [event["UID"] for event in feed.events()] == [f"{booking['id']}@pristan"] * seen


@pytest.mark.parametrize(("days", "seen"), [(29, 1), (30, 1), (32, 0)])
def test_cancelled_event_is_kept_for_thirty_days(office, days, seen):
    booking = office.booked(at(date(2027, 4, 20), 10))
    office.move(booking, "cancel")
    feed = subscribe(office)

    with clock.frozen(NOW + timedelta(days=days)):
        assert len(feed.events()) == seen


@pytest.mark.parametrize("detail", ["busy", "discreet"])
def test_feed_holds_no_name_address_or_reason(office, detail):
    Service.objects.update(name="Психологическо консултиране", initials="ПК")
    Person.objects.update(given_name="Канарина", family_name="Певчева")
    booking = office.booked(without_papers="тайна причина")
    office.move(booking, "cancel", {"reason": "болно дете"})
    office.booked()
    feed = subscribe(office, detail)

    text = feed.poll().getvalue().decode().replace("\r\n ", "")

    telling = [
        *("Канарина", "Певчева", "Психологическо", "причина", "болно"),
        *(office.centre.name, office.centre.municipality, office.room.name),
        *(office.lead.name, "LOCATION", "DESCRIPTION", "ATTENDEE", "ORGANIZER"),
    ]
    assert [word for word in telling if word in text] == []


@pytest.mark.parametrize(("detail", "summary"), [("busy", "заето"), ("discreet", "ПК")])
def test_detail_decides_the_title(office, detail, summary):
    Service.objects.update(initials="ПК")
    office.booked()

    assert [event["SUMMARY"] for event in subscribe(office, detail).events()] == [summary]


def test_feed_has_no_other_detail(office):
    answer = Api(office.lead.user).post("feeds/", {"detail": "everything"})

    assert problem(answer) == (400, "invalid")


def test_feed_shows_its_owners_events_alone(office):
    colleague = building.specialist(office.centre, [office.service])
    office.booked(specialist=colleague.public_id)

    assert subscribe(office).events() == []


def test_unchanged_feed_is_not_sent_again(office):
    office.booked()
    feed = subscribe(office)
    etag = feed.poll().headers["ETag"]

    answer = feed.poll(if_none_match=etag)

    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert re.fullmatch(r'"[^"]+"', etag)  # strong


@pytest.mark.parametrize("given", ["W/{}", '"old", {}'])
def test_any_known_tag_will_do(office, given):
    feed = subscribe(office)
    etag = feed.poll().headers["ETag"]

    assert feed.poll(if_none_match=given.format(etag)).status_code == 304


@pytest.mark.parametrize(
    "step", ["booked", "moved", "cancelled", "initials", "expired", "next day"]
)
def test_changed_feed_is_sent_again(office, step):
    booking, hold = office.booked(), office.booked(at(TUESDAY, 14), hold=True)
    feed, now = subscribe(office), NOW
    etag = feed.poll().headers["ETag"]

    match step:
        case "booked":
            office.booked(at(TUESDAY, 12))
        case "moved":
            office.move(booking, "reschedule", {"starts_at": wire(at(TUESDAY, 12))})
        case "cancelled":
            office.move(hold, "cancel")
        case "initials":
            office.api.patch(f"services/{office.service.public_id}/", {"initials": "ХХ"})
        case "expired":
            now = NOW + timedelta(minutes=30)
        case "next day":
            now = NOW + timedelta(days=1)

    with clock.frozen(now):
        assert feed.poll(if_none_match=etag).status_code == 200


def test_change_of_somebody_elses_leaves_the_feed_as_it_was(office):
    colleague = building.specialist(office.centre, [office.service])
    feed = subscribe(office)
    etag = feed.poll().headers["ETag"]
    office.booked(specialist=colleague.public_id)

    assert feed.poll(if_none_match=etag).status_code == 304


def test_same_events_are_the_same_bytes(office):
    office.booked()
    feed = subscribe(office)

    first = feed.poll().getvalue()
    with clock.frozen(NOW + timedelta(hours=5)):
        assert feed.poll().getvalue() == first


def test_revoked_feed_is_not_found(office):
    feed = subscribe(office)

    revoked = Api(office.lead.user).delete(f"feeds/{feed.id}/")

    assert revoked.status_code == 204
    assert feed.poll().status_code == 404


def test_new_feed_ends_the_old_one(office):
    old, new = subscribe(office), subscribe(office)

    assert (old.poll().status_code, new.poll().status_code) == (404, 200)
    assert Feed.objects.count() == 1


def test_feed_of_an_inactive_user_is_not_found(office):
    feed = subscribe(office)
    User.objects.filter(pk=office.lead.user_id).update(is_active=False)

    assert feed.poll().status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "..%2F", "ключ"])
def test_unknown_feed_is_not_found(db, token):
    assert browser().get(f"/feeds/{token}.ics").status_code == 404


def test_token_is_kept_as_a_hash_alone(office):
    feed = subscribe(office)

    row = Feed.objects.values().get()

    assert feed.token not in str(row)
    assert len(row["token_hash"]) == 64


def test_token_is_shown_only_once(office):
    feed = subscribe(office)

    answer = Api(office.lead.user).get("feeds/")

    assert [row["id"] for row in answer.json()["results"]] == [feed.id]
    assert feed.token not in answer.content.decode()
    assert "url" not in answer.json()["results"][0]


def test_token_is_not_kept_under_an_idempotency_key(office):
    answer = Api(office.lead.user).post("feeds/", {}, idempotency_key="a")

    token = answer.json()["url"].rsplit("/", 1)[1]
    assert [row for row in IdempotencyKey.objects.values() if token in str(row)] == []


def test_last_use_is_shown_to_the_hour(office):
    feed, api = subscribe(office), Api(office.lead.user)
    uses = [api.get("feeds/").json()["results"][0]["last_used_at"]]

    for minutes in (0, 59, 61):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            feed.poll()
        uses.append(api.get("feeds/").json()["results"][0]["last_used_at"])

    # At eight, one minute to nine is still "eight", one past it is not.
    assert uses == [None, shown(NOW), shown(NOW), shown(NOW + timedelta(minutes=61))]


def test_feed_costs_the_same_for_one_event_and_for_thirty(office, django_assert_num_queries):
    office.booked()
    feed = subscribe(office)
    feed.poll()
    grow_bookings(office)

    with django_assert_num_queries(3):
        assert len(feed.events()) == 31
    with django_assert_num_queries(2):
        assert len(feed.events()) == 31


def test_feed_that_has_not_changed_costs_one_query(office, django_assert_num_queries):
    feed = subscribe(office)
    etag = feed.poll().headers["ETag"]

    with django_assert_num_queries(1):
        feed.poll(if_none_match=etag)


def test_user_without_a_calendar_has_no_feed(office):
    installer = User.objects.create(username="installer", is_superuser=True)

    assert problem(Api(installer).post("feeds/")) == (422, "no_calendar")
