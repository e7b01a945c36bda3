"""What each command does and refuses, one rule at a time; test_machine.py runs them together."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import translation
from psycopg.errors import DeadlockDetected, QueryCanceled

from base import clock
from base.errors import StaleVersion
from base.models import Task
from people.errors import Walled
from people.models import KinshipWall, Person, Role, User
from scheduling import blocking, closing, errors, services, signals, taking
from scheduling.models import (
    Allocation,
    Booking,
    Change,
    Closure,
    Modality,
    Participation,
    Resource,
    Service,
)
from scheduling.planning import Wish
from scheduling.series.making import Repetition, create_series
from scheduling.series.recurrence import Freq, Pattern
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

Kind = Task.Kind
Outcome = Participation.Outcome
Part = Allocation.Part
Party = Booking.Party
Status = Booking.Status
What = Change.What

NOW = at(MONDAY, 8)
TUESDAY, HOLIDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3, 4))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(NOW):
        yield


@dataclass
class House:
    """A centre with a service, two who give it, a room, a car, a mother and who books."""

    talk: Service
    maria: Resource
    elena: Resource
    room: Resource
    car: Resource
    mother: Person
    by: User

    def wish(self, starts_at: datetime | None = None, **fields) -> Wish:
        """Maria and the mother on Monday at ten on site, unless `fields` say otherwise."""
        plain = Wish(
            service=self.talk,
            starts_at=starts_at or at(MONDAY, 10),
            lead=self.maria,
            people=(self.mother,),
            modality=Modality.ON_SITE,
        )
        return replace(plain, **fields)

    def book(self, starts_at: datetime | None = None, **fields) -> Booking:
        return services.book(self.wish(starts_at, **fields), by=self.by)

    def visit(self, starts_at: datetime | None = None, **fields) -> Booking:
        return self.book(starts_at, modality=Modality.FIELD, **fields)

    def offer(self, service: Service, *others: Resource) -> Service:
        """Let Maria, the room and the car serve it too."""
        for resource in (self.maria, self.room, self.car, *others):
            resource.services.add(service)
        return service

    def somebody(self, **fields) -> Person:
        return building.person(self.centre, **fields)

    @property
    def centre(self):
        return self.talk.centre


@pytest.fixture
def house():
    centre = building.centre()
    talk = building.service(centre, minutes=50, buffer=10, needs_vehicle=True)
    return House(
        talk=talk,
        maria=building.specialist(centre, [talk]),
        elena=building.specialist(centre, [talk]),
        room=building.place(centre, [talk], seats=4),
        car=building.place(centre, [talk], kind=Resource.Kind.VEHICLE),
        mother=building.person(centre),
        by=building.user(centre, Role.Name.COORDINATOR),
    )


def held(booking: Booking, part: str) -> list[tuple[Resource, datetime, datetime]]:
    rows = booking.allocations.filter(part=part, active=True).order_by("pk")
    return [(row.resource, row.period.lower, row.period.upper) for row in rows]


def resources(booking: Booking, part: str) -> list[Resource]:
    return [resource for resource, _, _ in held(booking, part)]


def tasks(kind: Kind) -> list[tuple[str, date, int | None]]:
    found = Task.objects.filter(kind=kind, done_at=None).order_by("pk")
    return [(task.about, task.due_on, task.owner_id) for task in found]


def again(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def refusal(house: House, starts_at: datetime | None = None, **fields) -> str | None:
    """The code with which a booking is refused, or None; nothing is kept of either."""
    if "modality" in fields:
        fields["modality"] = Modality(fields["modality"])
    with transaction.atomic():
        try:
            house.book(starts_at, **fields)
        except errors.DomainError as refused:
            return refused.code
        transaction.set_rollback(True)
    return None


# Booking


def test_room_and_person_are_held_for_the_session_and_the_specialist_for_her_notes_too(house):
    booking = house.book(at(MONDAY, 10))

    session = at(MONDAY, 10), at(MONDAY, 10, 50)
    assert held(booking, Part.LEAD) == [(house.maria, at(MONDAY, 10), at(MONDAY, 11))]
    assert held(booking, Part.PERSON) == [(house.mother.resource, *session)]
    assert held(booking, Part.ROOM) == [(house.room, *session)]
    assert held(booking, Part.VEHICLE) == []
    assert (booking.starts_at, booking.ends_at) == session


def test_child_s_session_leaves_its_specialist_at_fifty_past(house):
    play = house.offer(building.service(house.centre, minutes=40, buffer=10, step=10))

    house.book(at(MONDAY, 10), service=play)

    with pytest.raises(errors.ResourceUnavailable):
        house.book(at(MONDAY, 10, 40), service=play, people=(house.somebody(),))
    house.book(at(MONDAY, 10, 50), service=play, people=(house.somebody(),))


@pytest.mark.parametrize(
    ("minute", "expected"), [(50, "resource_unavailable"), (59, "resource_unavailable"), (60, None)]
)
def test_buffer_is_the_specialist_s_time_too(house, minute, expected):
    house.book(at(MONDAY, 10))

    start = at(MONDAY, 10) + minute * MINUTE
    assert refusal(house, start, people=(house.somebody(),), modality="phone") == expected


def test_buffer_keeps_neither_the_room_nor_the_person(house):
    house.book(at(MONDAY, 10))

    assert refusal(house, at(MONDAY, 10, 50), lead=house.elena, room=house.room) is None


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (NOW - MINUTE, "past_start"),
        (NOW, "past_start"),
        (at(MONDAY, 8, 59), "outside_availability"),
        (at(MONDAY, 9), None),
        (at(MONDAY, 16, 10), None),
        (at(MONDAY, 16, 11), "outside_availability"),
        (at(HOLIDAY, 10), "closed"),
        (at(TUESDAY, 10), "closed"),
        (at(THURSDAY, 10), None),
        (at(MONDAY + timedelta(days=5), 10), "outside_availability"),
        (NOW + timedelta(days=367), "too_far_ahead"),
    ],
)
def test_when_a_booking_may_start(house, start, expected):
    Closure.objects.create(centre=house.centre, on=TUESDAY, name="Inventory")

    assert refusal(house, start) == expected


def test_closed_day_is_named(house):
    Closure.objects.create(centre=house.centre, on=TUESDAY, name="Inventory")

    with pytest.raises(errors.Closed) as refused:
        house.book(at(TUESDAY, 10))

    assert refused.value.facts == {"on": "02.03.2027", "name": "Inventory"}


def test_doors_bind_sessions_on_site_only(house):
    house.centre.opening_hours.filter(weekday=0).update(opens="10:00")

    assert refusal(house, at(MONDAY, 9)) == "outside_availability"
    assert refusal(house, at(MONDAY, 9), modality="phone") is None


def test_service_is_given_by_those_who_can_the_way_it_is_offered(house):
    call = house.offer(building.service(house.centre, modalities=["phone"]))

    assert refusal(house, service=call) == "modality_not_offered"
    assert refusal(house, service=call, lead=house.elena, modality="phone") == "not_skilled"
    assert refusal(house, service=call, modality="phone") is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"seats": 1}])
def test_unfit_room_is_refused_when_named_and_not_chosen_otherwise(house, change):
    Resource.objects.filter(pk=house.room.pk).update(**change)
    house.room.refresh_from_db()

    assert refusal(house, room=house.room) == "does_not_fit"
    assert refusal(house) == "resource_unavailable"


def test_room_seats_everybody(house):
    Resource.objects.filter(pk=house.room.pk).update(seats=3)

    assert refusal(house, people=(house.mother, house.somebody())) is None
    people = house.mother, house.somebody(), house.somebody()
    assert refusal(house, people=people) == "resource_unavailable"


def test_smallest_fitting_room_is_chosen_and_the_named_one_preferred(house):
    small = building.place(house.centre, [house.talk], seats=2)

    assert resources(house.book(at(MONDAY, 10)), Part.ROOM) == [small]
    assert resources(house.book(at(MONDAY, 14), room=house.room), Part.ROOM) == [house.room]


def test_two_specialists_are_held_alike(house):
    pair = house.offer(building.service(house.centre, minutes=50, buffer=10, specialists=2))
    assert refusal(house, service=pair) == "resource_unavailable"

    pair.resources.add(house.elena)
    booking = house.book(at(MONDAY, 10), service=pair)

    assert held(booking, Part.COLLEAGUE) == [(house.elena, at(MONDAY, 10), at(MONDAY, 11))]


def test_named_colleague_is_taken_or_refused(house):
    pair = house.offer(building.service(house.centre, specialists=2), house.elena)
    anna = building.specialist(house.centre, [pair])
    wanted = {"service": pair, "colleagues": (anna,)}

    assert resources(house.book(at(MONDAY, 10), **wanted), Part.COLLEAGUE) == [anna]
    house.book(at(MONDAY, 14), lead=house.elena, modality=Modality.PHONE)
    stranger = building.specialist(house.centre)
    assert refusal(house, at(MONDAY, 12), service=pair, colleagues=(stranger,)) == "does_not_fit"
    assert refusal(house, at(MONDAY, 12), service=pair, colleagues=(house.maria,)) == (
        "does_not_fit"
    )
    busy = house.somebody()
    house.book(at(MONDAY, 14), service=pair, lead=anna, people=(busy,), colleagues=(house.maria,))
    assert refusal(house, at(MONDAY, 14), **wanted) == "resource_unavailable"


def test_what_is_named_must_be_of_use(house):
    assert refusal(house, modality="phone", room=house.room) == "does_not_fit"
    assert refusal(house, vehicle=house.car) == "does_not_fit"


def test_more_colleagues_than_needed_all_come(house):
    anna = building.specialist(house.centre, [house.talk])

    booking = house.book(colleagues=(anna, house.elena))

    assert resources(booking, Part.COLLEAGUE) == [anna, house.elena]


def test_person_is_in_one_place_at_a_time(house):
    house.book(at(MONDAY, 10))

    with pytest.raises(errors.ResourceUnavailable) as refused:
        house.book(at(MONDAY, 10, 30), lead=house.elena, modality=Modality.PHONE)

    assert refused.value.facts["kind"] == "person"


# Visits by D3


def test_first_visit_holds_two_workers_and_the_car_both_ways_and_no_room(house):
    visit = house.visit(at(MONDAY, 10))

    work = at(MONDAY, 9, 30), at(MONDAY, 11, 30)  # travel, 50 minutes, travel, 10 to write up
    assert held(visit, Part.LEAD) == [(house.maria, *work)]
    assert held(visit, Part.COLLEAGUE) == [(house.elena, *work)]
    assert held(visit, Part.VEHICLE) == [(house.car, at(MONDAY, 9, 30), at(MONDAY, 11, 20))]
    assert held(visit, Part.PERSON) == [(house.mother.resource, at(MONDAY, 10), at(MONDAY, 10, 50))]
    assert held(visit, Part.ROOM) == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ((9, 30), "resource_unavailable"),  # 9:30 to 10:30 would cut into the way there
        ((11, 0), "resource_unavailable"),
        ((11, 29), "resource_unavailable"),
        ((11, 30), None),
    ],
)
@pytest.mark.parametrize("who", ["maria", "elena"])
def test_the_way_there_and_back_is_taken(house, who, start, expected):
    house.visit(at(MONDAY, 10))

    someone = {"lead": getattr(house, who), "people": (house.somebody(),), "modality": "phone"}
    assert refusal(house, at(MONDAY, *start), **someone) == expected


def test_session_may_end_when_the_way_begins(house):
    house.visit(at(MONDAY, 11))

    assert refusal(house, at(MONDAY, 9, 30), modality="phone") is None
    assert refusal(house, at(MONDAY, 9, 31), modality="phone") == "resource_unavailable"


def test_car_is_free_when_it_is_back(house):
    lead, _ = (building.specialist(house.centre, [house.talk]) for _ in range(2))
    house.visit(at(MONDAY, 11))

    def reason(hour, minute):
        return refusal(
            house, at(MONDAY, hour, minute), lead=lead, people=(house.somebody(),), modality="field"
        )

    assert [reason(12, 49), reason(12, 50)] == ["resource_unavailable", None]


@pytest.mark.parametrize(("seats", "expected"), [(1, "resource_unavailable"), (2, None)])
def test_car_seats_the_workers(house, seats, expected):
    Resource.objects.filter(pk=house.car.pk).update(seats=seats)

    assert refusal(house, modality="field") == expected


def test_unfit_car_is_refused_when_named(house):
    other = building.place(house.centre, kind=Resource.Kind.VEHICLE)

    assert refusal(house, modality="field", vehicle=other) == "does_not_fit"
    assert refusal(house, modality="field", vehicle=house.car) is None


def test_service_without_a_car_goes_on_foot(house):
    walk = house.offer(building.service(house.centre), house.elena)

    assert held(house.visit(service=walk), Part.VEHICLE) == []


def test_car_that_is_named_is_held_though_the_service_needs_none(house):
    walk = house.offer(building.service(house.centre), house.elena)

    visit = house.visit(service=walk, vehicle=house.car)

    assert resources(visit, Part.VEHICLE) == [house.car]


def test_first_visit_without_a_colleague_is_refused(house):
    house.elena.services.clear()

    with pytest.raises(errors.ResourceUnavailable) as refused:
        house.visit()

    assert refused.value.facts["kind"] == "colleague"


def test_colleague_must_work_then(house):
    house.elena.availability.update(ends="10:00")

    assert refusal(house, at(MONDAY, 10), modality="field") == "resource_unavailable"
    assert refusal(house, at(MONDAY, 9, 10), modality="field") is None


def workers(visit: Booking) -> int:
    return len(held(visit, Part.LEAD) + held(visit, Part.COLLEAGUE))


def test_second_visit_needs_one_worker(house):
    house.visit(at(MONDAY, 10))

    assert workers(house.visit(at(MONDAY, 14))) == 1


def test_visit_to_another_of_the_family_is_not_its_first(house):
    house.visit(at(MONDAY, 10))
    son = house.somebody(household=house.mother.household, birth_on=date(2020, 1, 1))

    assert workers(house.visit(at(MONDAY, 14), people=(son,))) == 1


def test_visit_is_first_when_one_of_two_families_was_never_visited(house):
    house.visit(at(MONDAY, 10))

    assert workers(house.visit(at(MONDAY, 14), people=(house.mother, house.somebody()))) == 2


@pytest.mark.parametrize("modality", [Modality.ON_SITE, Modality.PHONE, Modality.ONLINE])
def test_only_visits_count_as_visits(house, modality):
    house.book(at(MONDAY, 10), modality=modality)

    assert workers(house.visit(at(MONDAY, 14))) == 2


def test_neither_a_hold_nor_a_cancelled_visit_counts(house):
    cancelled = house.visit(at(MONDAY, 10))
    services.cancel_booking(cancelled, by=house.by, party=Party.CLIENT)
    house.visit(at(MONDAY, 10), hold=True)

    assert workers(house.visit(at(MONDAY, 14))) == 2


def test_first_visit_stays_the_first_when_it_moves(house):
    visit = house.visit(at(MONDAY, 10))

    moved = services.reschedule_booking(visit, starts_at=at(THURSDAY, 10), by=house.by)

    assert workers(moved) == 2


def test_visit_booked_before_a_later_one_is_the_first(house):
    house.visit(at(THURSDAY, 10))

    assert workers(house.visit(at(MONDAY, 14))) == 2


@pytest.mark.parametrize(("closed_on", "expected"), [(None, 2), (MONDAY, 1)])
def test_every_visit_of_a_flagged_case_needs_two_workers(house, closed_on, expected):
    house.visit(at(MONDAY, 10))
    case = building.case(house.mother, at_risk=True)
    case.closed_on = closed_on
    case.save()

    assert workers(house.visit(at(MONDAY, 14))) == expected


# Papers by D4 and D7


@pytest.fixture
def therapy(house):
    """A specialised service."""
    return house.offer(building.service(house.centre, access=Service.Access.SPECIALISED))


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "expected"),
    [
        (FRIDAY, None, "no_entry_basis"),
        (THURSDAY, None, None),
        (MONDAY, MONDAY, "no_entry_basis"),
        (MONDAY, TUESDAY, "no_entry_basis"),
        (MONDAY, THURSDAY, None),
        (THURSDAY, THURSDAY, None),
        (MONDAY, FRIDAY, None),
    ],
)
def test_document_must_be_valid_on_the_day_of_the_session(
    house, therapy, valid_from, valid_until, expected
):
    basis = building.case(house.mother, services=[therapy]).entry_bases.get()
    basis.valid_from, basis.valid_until = valid_from, valid_until
    basis.save()

    assert refusal(house, at(THURSDAY, 10), service=therapy) == expected


def test_document_must_authorise_this_service_in_an_open_case_of_this_family(house, therapy):
    assert refusal(house, service=therapy) == "no_entry_basis"
    building.case(house.somebody(), services=[therapy])
    case = building.case(house.mother, services=[house.talk])
    assert refusal(house, service=therapy) == "no_entry_basis"

    case.entry_bases.get().services.add(therapy)
    assert refusal(house, service=therapy) is None
    case.closed_on = MONDAY
    case.save()
    assert refusal(house, service=therapy) == "no_entry_basis"


def test_every_family_in_the_room_needs_its_document(house, therapy):
    building.case(house.mother, services=[therapy])
    son = house.somebody(household=house.mother.household)

    assert refusal(house, service=therapy, people=(house.mother, son)) is None
    assert refusal(house, service=therapy, people=(house.mother, house.somebody())) == (
        "no_entry_basis"
    )


def test_document_is_asked_for_again_when_a_session_moves(house, therapy):
    basis = building.case(house.mother, services=[therapy]).entry_bases.get()
    basis.valid_until = THURSDAY
    basis.save()
    booking = house.book(at(MONDAY, 10), service=therapy)

    with pytest.raises(errors.NoEntryBasis):
        services.reschedule_booking(booking, starts_at=at(FRIDAY, 10), by=house.by)


FIRST = date(2027, 1, 15)  # general access until 15.03.2027


def came_on(house: House, day: date, **fields) -> Booking:
    with clock.frozen(at(day, 6)):
        return house.book(at(day, 10), **fields)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 3, 12), None),
        (date(2027, 3, 15), None),  # the last day
        (date(2027, 3, 16), "general_access_ended"),
        (date(2027, 4, 15), "general_access_ended"),
    ],
)
def test_general_access_lasts_two_months_from_the_first_session(house, day, expected):
    came_on(house, FIRST)

    assert refusal(house, at(day, 10)) == expected


def test_two_months_from_the_end_of_december_end_with_february(house):
    came_on(house, date(2026, 12, 30))

    with pytest.raises(errors.GeneralAccessEnded) as refused:
        house.book()

    assert refused.value.facts == {"ended_on": "28.02.2027"}


def test_general_access_is_the_family_s_and_needs_no_papers_with_a_document(house):
    came_on(house, FIRST)
    son = house.somebody(household=house.mother.household)
    late = at(date(2027, 3, 16), 10)

    assert refusal(house, late, people=(son,)) == "general_access_ended"
    assert refusal(house, late, people=(house.somebody(),)) is None
    building.case(house.mother, services=[house.talk])
    assert refusal(house, late, people=(son,)) is None


def test_cancelled_session_begins_nothing(house):
    booking = came_on(house, FIRST)
    with clock.frozen(at(FIRST, 7)):
        services.cancel_booking(booking, by=house.by, party=Party.CLIENT)

    assert refusal(house, at(date(2027, 3, 16), 10)) is None


def test_specialised_sessions_do_not_use_up_general_access(house, therapy):
    building.case(house.mother, services=[therapy])
    came_on(house, FIRST, service=therapy)

    assert refusal(house, at(date(2027, 3, 16), 10)) is None


@pytest.mark.parametrize(
    ("day", "warned"), [(MONDAY - 3 * DAY, False), (MONDAY, True), (date(2027, 3, 15), True)]
)
def test_end_of_general_access_is_announced_a_fortnight_ahead(house, day, warned):
    came_on(house, FIRST)

    booking = came_on(house, day)

    expected = [(f"booking:{booking.public_id}", date(2027, 3, 15), house.by.pk)]
    assert tasks(Kind.GENERAL_ACCESS_ENDS) == (expected if warned else [])


def test_family_with_a_document_is_not_warned(house):
    came_on(house, FIRST)
    building.case(house.mother, services=[house.talk])

    house.book(at(FRIDAY, 10))

    assert tasks(Kind.GENERAL_ACCESS_ENDS) == []


def test_family_is_warned_when_its_hold_becomes_a_booking(house):
    came_on(house, FIRST)
    hold = house.book(at(FRIDAY, 10), hold=True)

    services.confirm_booking(hold, by=house.by)

    assert len(tasks(Kind.GENERAL_ACCESS_ENDS)) == 1


def test_family_is_warned_when_its_session_moves_towards_the_end(house):
    came_on(house, FIRST)
    with clock.frozen(at(FIRST, 7)):
        booking = house.book(at(FIRST + 4 * DAY, 10))

    with clock.frozen(at(FIRST, 8)):
        services.reschedule_booking(booking, starts_at=at(FRIDAY, 10), by=house.by)

    assert len(tasks(Kind.GENERAL_ACCESS_ENDS)) == 1


def test_booking_without_papers_keeps_the_reason_and_opens_a_dated_task(house, therapy):
    booking = house.book(service=therapy, without_papers="She came at night.")

    assert again(booking).without_papers == "She came at night."
    assert tasks(Kind.MISSING_PAPERS) == [
        (f"booking:{booking.public_id}", MONDAY + timedelta(days=14), house.by.pk)
    ]


def test_booking_with_papers_opens_no_task(house):
    house.book()

    assert tasks(Kind.MISSING_PAPERS) == []


def test_waiver_reaches_past_the_end_of_general_access_and_moves_along(house):
    came_on(house, FIRST)
    booking = house.book(at(date(2027, 3, 16), 10), without_papers="Referral is on its way.")

    moved = services.reschedule_booking(booking, starts_at=at(date(2027, 3, 17), 10), by=house.by)

    assert moved.starts_at == at(date(2027, 3, 17), 10)


# Outcomes and cancellations by D9


@pytest.mark.parametrize(
    ("ahead", "party", "expected"),
    [
        (timedelta(hours=24), Party.CLIENT, Outcome.CANCELLED_EARLY),
        (timedelta(hours=24) - MINUTE, Party.CLIENT, Outcome.CANCELLED_LATE),
        (MINUTE, Party.CLIENT, Outcome.CANCELLED_LATE),
        (timedelta(hours=48), Party.CENTRE, Outcome.CANCELLED_BY_CENTRE),
        (MINUTE, Party.CENTRE, Outcome.CANCELLED_BY_CENTRE),
    ],
)
def test_cancelling_says_by_whom_and_how_late(house, ahead, party, expected):
    booking = house.book(at(THURSDAY, 10))

    with clock.frozen(at(THURSDAY, 10) - ahead):
        services.cancel_booking(booking, by=house.by, party=party, reason="Ill")

    found = again(booking)
    assert (found.status, found.cancelled_by, found.cancel_reason) == (
        Status.CANCELLED,
        party,
        "Ill",
    )
    assert [p.outcome for p in found.participations.all()] == [expected]


@pytest.mark.parametrize("after", [timedelta(), MINUTE, DAY])
def test_session_that_has_begun_is_neither_cancelled_nor_moved(house, after):
    booking = house.book(at(MONDAY, 10))

    with clock.frozen(at(MONDAY, 10) + after):
        with pytest.raises(errors.AlreadyBegun):
            services.cancel_booking(booking, by=house.by, party=Party.CLIENT)
        with pytest.raises(errors.AlreadyBegun):
            services.reschedule_booking(booking, starts_at=at(FRIDAY, 10), by=house.by)


def test_no_outcome_before_the_start(house):
    booking = house.book(at(MONDAY, 10))
    outcomes = {house.mother: Outcome.ATTENDED}

    with clock.frozen(at(MONDAY, 10) - MINUTE), pytest.raises(errors.TooEarly):
        closing.record_outcomes(booking, outcomes, by=house.by)
    with clock.frozen(at(MONDAY, 10)):
        closing.record_outcomes(booking, outcomes, by=house.by)

    assert again(booking).status == Status.CLOSED


def test_outcomes_are_each_participant_s_and_the_last_closes(house):
    son = house.somebody(birth_on=date(2020, 1, 1))
    booking = house.book(at(MONDAY, 10), people=(house.mother, son))

    with clock.frozen(at(MONDAY, 11)):
        closing.record_outcomes(booking, {house.mother: Outcome.ATTENDED}, by=house.by)
        assert again(booking).status == Status.CONFIRMED
        closing.record_outcomes(booking, {son: Outcome.NOT_BROUGHT}, by=house.by)

    assert again(booking).status == Status.CLOSED
    assert dict(booking.participations.values_list("person", "outcome")) == {
        house.mother.pk: Outcome.ATTENDED,
        son.pk: Outcome.NOT_BROUGHT,
    }


def test_wrong_outcome_is_corrected_by_another(house):
    booking = house.book(at(MONDAY, 10))

    with clock.frozen(at(MONDAY, 11)):
        closing.record_outcomes(booking, {house.mother: Outcome.ATTENDED}, by=house.by)
        closing.record_outcomes(booking, {house.mother: Outcome.DID_NOT_ATTEND}, by=house.by)

    assert booking.participations.get().outcome == Outcome.DID_NOT_ATTEND


EIGHTEEN_ON_MONDAY = date(2009, 3, 1)


@pytest.mark.parametrize(
    ("birth_on", "outcome", "fits"),
    [
        (None, Outcome.DID_NOT_ATTEND, True),
        (None, Outcome.NOT_BROUGHT, False),
        (date(1990, 1, 1), Outcome.NOT_BROUGHT, False),
        (EIGHTEEN_ON_MONDAY, Outcome.DID_NOT_ATTEND, True),
        (EIGHTEEN_ON_MONDAY, Outcome.NOT_BROUGHT, False),
        (EIGHTEEN_ON_MONDAY + DAY, Outcome.DID_NOT_ATTEND, False),
        (EIGHTEEN_ON_MONDAY + DAY, Outcome.NOT_BROUGHT, True),
    ],
)
def test_adults_do_not_attend_and_children_are_not_brought(house, birth_on, outcome, fits):
    who = house.somebody(birth_on=birth_on)
    booking = house.book(at(MONDAY, 10), people=(who,))

    with clock.frozen(at(MONDAY, 11)):
        if fits:
            closing.record_outcomes(booking, {who: outcome}, by=house.by)
        else:
            with pytest.raises(errors.OutcomeMismatch):
                closing.record_outcomes(booking, {who: outcome}, by=house.by)

    assert booking.participations.get().outcome == (outcome if fits else "")


def test_only_participants_have_outcomes(house):
    booking = house.book(at(MONDAY, 10))

    with clock.frozen(at(MONDAY, 11)), pytest.raises(errors.DomainError):
        closing.record_outcomes(booking, {house.somebody(): Outcome.ATTENDED}, by=house.by)


# What the case lead hears of by D10


@pytest.fixture
def son(house):
    return house.somebody(household=house.mother.household, birth_on=date(2018, 1, 1))


def sessions(house: House, who: Person, number: int) -> list[Booking]:
    """One on each working day before NOW's week."""
    days = [MONDAY - timedelta(days=n) for n in (7, 6, 5, 4, 3)]
    return [came_on(house, day, people=(who,), modality=Modality.PHONE) for day in days[:number]]


def record(house: House, booking: Booking, who: Person, outcome: Outcome) -> None:
    closing.record_outcomes(booking, {who: outcome}, by=house.by)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([Outcome.NOT_BROUGHT], False),
        ([Outcome.NOT_BROUGHT, Outcome.NOT_BROUGHT], True),
        ([Outcome.NOT_BROUGHT, Outcome.ATTENDED, Outcome.NOT_BROUGHT], False),
        ([Outcome.ATTENDED, Outcome.NOT_BROUGHT, Outcome.NOT_BROUGHT], True),
        ([Outcome.NOT_BROUGHT, Outcome.ATTENDED], False),
    ],
)
def test_case_lead_is_told_of_two_not_brought_in_a_row(house, son, outcomes, told):
    case = building.case(son)
    for booking, outcome in zip(sessions(house, son, len(outcomes)), outcomes, strict=True):
        record(house, booking, son, outcome)

    expected = [(f"case:{case.public_id}", MONDAY + timedelta(days=3), case.lead_id)]
    assert tasks(Kind.TWICE_NOT_BROUGHT) == (expected if told else [])


def test_cancelled_session_between_does_not_break_the_row(house, son):
    first, second, third = sessions(house, son, 3)
    with clock.frozen(second.starts_at - MINUTE):
        services.cancel_booking(second, by=house.by, party=Party.CENTRE)

    record(house, first, son, Outcome.NOT_BROUGHT)
    record(house, third, son, Outcome.NOT_BROUGHT)

    assert len(tasks(Kind.TWICE_NOT_BROUGHT)) == 1


def test_two_in_a_row_count_in_whatever_order_they_are_recorded(house, son):
    first, second = sessions(house, son, 2)

    record(house, second, son, Outcome.NOT_BROUGHT)
    record(house, first, son, Outcome.NOT_BROUGHT)

    assert len(tasks(Kind.TWICE_NOT_BROUGHT)) == 1


def test_without_a_case_whoever_booked_is_told(house, son):
    bookings = sessions(house, son, 2)
    for booking in bookings:
        record(house, booking, son, Outcome.NOT_BROUGHT)

    [(about, _, owner)] = tasks(Kind.TWICE_NOT_BROUGHT)
    assert (about, owner) == (f"booking:{bookings[-1].public_id}", house.by.pk)


def test_adults_who_stay_away_twice_are_nobody_s_task(house):
    for booking in sessions(house, house.mother, 2):
        record(house, booking, house.mother, Outcome.DID_NOT_ATTEND)

    assert Task.objects.count() == 0


def move_on(house: House, *days: date) -> Booking:
    """A session of Friday, moved an hour at eight on each of these days."""
    booking = house.book(at(FRIDAY, 9), modality=Modality.PHONE)
    for hours, day in enumerate(days, start=1):
        with clock.frozen(at(day, 8)):
            services.reschedule_booking(booking, starts_at=at(FRIDAY, 9 + hours), by=house.by)
    return booking


@pytest.mark.parametrize(("times", "told"), [(2, False), (3, True), (4, True)])
def test_case_lead_is_told_of_the_third_move(house, times, told):
    case = building.case(house.mother)

    move_on(house, *[MONDAY] * times)

    expected = [(f"case:{case.public_id}", MONDAY + timedelta(days=3), case.lead_id)]
    assert tasks(Kind.SERIAL_RESCHEDULING) == (expected if told else [])


@pytest.mark.parametrize(("ago", "told"), [(60, True), (61, False)])
def test_moves_of_more_than_sixty_days_ago_are_forgotten(house, ago, told):
    building.case(house.mother)
    with clock.frozen(at(MONDAY - timedelta(days=90), 8)):
        booking = house.book(at(FRIDAY, 9), modality=Modality.PHONE, without_papers="-")
    for day, hour in [(MONDAY - timedelta(days=ago), 10), (MONDAY, 11), (MONDAY, 12)]:
        with clock.frozen(at(day, 8)):
            services.reschedule_booking(booking, starts_at=at(FRIDAY, hour), by=house.by)

    assert bool(tasks(Kind.SERIAL_RESCHEDULING)) is told


def test_moves_of_all_sessions_of_a_person_count_together(house):
    building.case(house.mother)
    with clock.frozen(at(MONDAY, 8)):
        other = house.book(at(THURSDAY, 9), modality=Modality.PHONE)
        services.reschedule_booking(other, starts_at=at(THURSDAY, 10), by=house.by)

    move_on(house, MONDAY, MONDAY)

    assert len(tasks(Kind.SERIAL_RESCHEDULING)) == 1


def test_case_has_one_open_task_of_a_kind(house):
    building.case(house.mother)
    move_on(house, *[MONDAY] * 5)

    assert len(tasks(Kind.SERIAL_RESCHEDULING)) == 1


# Kept apart by D11


@pytest.fixture
def father(house):
    """Whom the mother must not meet."""
    father = house.somebody()
    building.apart(father, house.mother)
    building.place(house.centre, [house.talk])
    return father


MARGIN = [
    # The mother is there from 12:00 to 12:50.
    ((10, 0), None),
    ((10, 55), None),  # leaves at 11:45, fifteen minutes before
    ((10, 56), "no_contact"),
    ((11, 10), "no_contact"),  # leaves when she comes
    ((12, 0), "no_contact"),
    ((12, 20), "no_contact"),
    ((12, 50), "no_contact"),
    ((13, 4), "no_contact"),
    ((13, 5), None),  # comes fifteen minutes after
    ((14, 0), None),
]


@pytest.mark.parametrize(("start", "expected"), MARGIN)
def test_pair_is_a_quarter_of_an_hour_apart(house, father, start, expected):
    house.book(at(MONDAY, 12))

    assert refusal(house, at(MONDAY, *start), lead=house.elena, people=(father,)) == expected


@pytest.mark.parametrize(("start", "expected"), MARGIN)
def test_pair_is_apart_whoever_comes_first(house, father, start, expected):
    house.book(at(MONDAY, 12), lead=house.elena, people=(father,))

    assert refusal(house, at(MONDAY, *start)) == expected


@pytest.mark.parametrize("modality", ["phone", "online", "field"])
def test_pair_is_only_kept_from_meeting_at_the_centre(house, father, modality):
    anna = building.specialist(house.centre, [house.talk])
    house.book(at(MONDAY, 12))

    assert (
        refusal(house, at(MONDAY, 12), lead=house.elena, people=(father,), modality=modality)
        is None
    )
    house.book(at(MONDAY, 14), modality=Modality(modality))
    assert refusal(house, at(MONDAY, 14), lead=anna, people=(father,)) in (
        {None, "resource_unavailable"} if modality == "field" else {None}
    )


@pytest.mark.parametrize("modality", list(Modality))
def test_pair_is_never_in_one_booking(house, father, modality):
    people = house.mother, father

    assert refusal(house, people=people, modality=modality) == "no_contact"


def test_refusal_says_nothing_of_the_other(house, father):
    house.book(at(MONDAY, 12))

    with pytest.raises(errors.NoContactConflict) as refused:
        house.book(at(MONDAY, 12), lead=house.elena, people=(father,))

    assert refused.value.facts == {}
    assert str(house.mother.pk) not in str(refused.value)


def test_hold_of_the_other_counts_until_it_expires(house, father):
    house.book(at(MONDAY, 12), hold=True)
    wanted = {"lead": house.elena, "people": (father,)}

    with clock.frozen(NOW + 29 * MINUTE):
        assert refusal(house, at(MONDAY, 12), **wanted) == "no_contact"
    with clock.frozen(NOW + 30 * MINUTE):
        assert refusal(house, at(MONDAY, 12), **wanted) is None


def test_cancelled_session_keeps_nobody_away(house, father):
    booking = house.book(at(MONDAY, 12))
    services.cancel_booking(booking, by=house.by, party=Party.CLIENT)

    assert refusal(house, at(MONDAY, 12), lead=house.elena, people=(father,)) is None


def test_pair_does_not_meet_by_moving(house, father):
    house.book(at(MONDAY, 12))
    booking = house.book(at(MONDAY, 14), lead=house.elena, people=(father,))

    with pytest.raises(errors.NoContactConflict):
        services.reschedule_booking(booking, starts_at=at(MONDAY, 13), by=house.by)


def test_session_is_not_kept_from_its_own_former_hour(house, father):
    booking = house.book(at(MONDAY, 12))

    moved = services.reschedule_booking(booking, starts_at=at(MONDAY, 12, 30), by=house.by)

    assert moved.starts_at == at(MONDAY, 12, 30)


# Walls by D12


def test_kin_never_leads(house):
    KinshipWall.objects.create(user=house.maria.user, household=house.mother.household)
    son = house.somebody(household=house.mother.household)

    assert refusal(house) == "walled"
    assert refusal(house, people=(son,)) == "walled"
    assert refusal(house, people=(house.somebody(),)) is None
    assert refusal(house, lead=house.elena) is None


def test_kin_is_never_the_second_worker(house):
    KinshipWall.objects.create(user=house.elena.user, household=house.mother.household)

    assert refusal(house, modality="field") == "resource_unavailable"
    assert refusal(house, modality="field", colleagues=(house.elena,)) == "does_not_fit"


def test_session_is_not_moved_to_kin(house):
    KinshipWall.objects.create(user=house.elena.user, household=house.mother.household)
    booking = house.book()

    with pytest.raises(Walled):
        services.reschedule_booking(
            booking, starts_at=at(MONDAY, 14), lead=house.elena, by=house.by
        )


# Who is told about a child by D36


def test_only_carer_of_a_child_is_told(house, son):
    building.carer(son, house.mother)

    assert house.book(people=(son,)).carer == house.mother


def test_of_several_carers_the_named_one_is_told_or_nobody(house, son):
    aunt = house.somebody()
    building.carer(son, house.mother)
    building.carer(son, aunt)

    assert house.book(at(MONDAY, 10), people=(son,)).carer is None
    assert house.book(at(MONDAY, 14), people=(son,), carer=aunt).carer == aunt


def test_stranger_is_never_told(house, son):
    building.carer(son, house.mother)

    assert refusal(house, people=(son,), carer=house.somebody()) == "not_a_carer"
    assert refusal(house, carer=house.mother) == "not_a_carer"


# Holds


@pytest.mark.parametrize(
    ("start", "expires_at"),
    [(at(MONDAY, 10), NOW + timedelta(minutes=30)), (at(MONDAY, 9), NOW + timedelta(minutes=30))],
)
def test_hold_lasts_half_an_hour(house, start, expires_at):
    hold = house.book(start, hold=True)

    assert (hold.status, hold.hold_expires_at) == (Status.HELD, expires_at)


def test_hold_ends_with_its_start(house):
    with clock.frozen(at(MONDAY, 9, 50)):
        hold = house.book(at(MONDAY, 10), hold=True)

    assert hold.hold_expires_at == at(MONDAY, 10)


def test_moved_hold_ends_with_its_start_too(house):
    with clock.frozen(at(MONDAY, 9, 50)):
        hold = house.book(at(MONDAY, 14), hold=True)
        services.reschedule_booking(hold, starts_at=at(MONDAY, 10), by=house.by)

    assert again(hold).hold_expires_at <= at(MONDAY, 10)


def test_confirmed_hold_is_a_booking(house):
    hold = house.book(hold=True)

    confirmed = services.confirm_booking(hold, by=house.by)

    assert (confirmed.status, confirmed.hold_expires_at) == (Status.CONFIRMED, None)


def test_expired_hold_tells_its_owner_and_frees_its_hour(house):
    hold = house.book(hold=True)

    with clock.frozen(NOW + timedelta(minutes=30)):
        expired = services.expire_holds()

    assert expired == 1
    assert again(hold).status == Status.EXPIRED
    assert tasks(Kind.HOLD_EXPIRED) == [(f"booking:{hold.public_id}", MONDAY, house.by.pk)]
    assert not hold.allocations.filter(active=True).exists()


def test_holds_expire_once_and_not_before_their_time(house):
    house.book(hold=True)

    with clock.frozen(NOW + timedelta(minutes=30) - MINUTE):
        assert services.expire_holds() == 0
    with clock.frozen(NOW + timedelta(minutes=31)):
        assert [services.expire_holds(), services.expire_holds()] == [1, 0]


def test_expired_hold_is_retired_by_whoever_wants_its_hour(house):
    hold = house.book(hold=True)

    with clock.frozen(NOW + timedelta(minutes=30)):
        house.book(people=(house.somebody(),))

    assert again(hold).status == Status.EXPIRED
    assert [owner for _, _, owner in tasks(Kind.HOLD_EXPIRED)] == [house.by.pk]


def test_expired_hold_in_the_way_of_a_block_is_retired(house):
    hold = house.book(hold=True)

    with clock.frozen(NOW + timedelta(minutes=30)):
        block(house, at(MONDAY, 9), at(MONDAY, 12))

    assert again(hold).status == Status.EXPIRED


def test_refused_booking_retires_no_hold(house):
    hold = house.book(hold=True)
    block(house, at(MONDAY, 10), at(MONDAY, 11), resource=house.elena)

    with clock.frozen(NOW + timedelta(minutes=30)):
        assert refusal(house, lead=house.elena) == "resource_unavailable"

    assert again(hold).status == Status.HELD


# Each status and the commands it permits


def act(house: House, booking: Booking, command: str) -> None:
    match command:
        case "confirm":
            services.confirm_booking(booking, by=house.by)
        case "move":
            services.reschedule_booking(booking, starts_at=at(FRIDAY, 14), by=house.by)
        case "cancel":
            services.cancel_booking(booking, by=house.by, party=Party.CLIENT)
        case "outcome":
            with clock.frozen(at(MONDAY, 11)):
                record(house, booking, house.mother, Outcome.ATTENDED)


def in_status(house: House, status: Status) -> Booking:
    hold = status in {Status.HELD, Status.EXPIRED}
    booking = house.book(at(FRIDAY if status != Status.CLOSED else MONDAY, 10), hold=hold)
    if status == Status.CANCELLED:
        act(house, booking, "cancel")
    elif status == Status.CLOSED:
        act(house, booking, "outcome")
    elif status == Status.EXPIRED:
        with clock.frozen(NOW + timedelta(minutes=30)):
            services.expire_holds()
    return booking


PERMITTED = {
    Status.HELD: {"confirm", "move", "cancel"},
    Status.CONFIRMED: {"move", "cancel"},
    Status.CLOSED: {"outcome"},
    Status.CANCELLED: set(),
    Status.EXPIRED: set(),
}


@pytest.mark.parametrize("command", ["confirm", "move", "cancel", "outcome"])
@pytest.mark.parametrize("status", list(PERMITTED))
def test_status_permits_its_own_steps_only(house, status, command):
    booking = in_status(house, status)
    if status == Status.CONFIRMED and command == "outcome":
        with pytest.raises(errors.TooEarly):
            act(house, booking, command)
        return

    if command in PERMITTED[status]:
        act(house, booking, command)
    else:
        with pytest.raises(errors.WrongStep):
            act(house, booking, command)


def test_expired_hold_that_nobody_retired_yet_takes_no_step(house):
    hold = house.book(at(FRIDAY, 10), hold=True)

    with clock.frozen(NOW + timedelta(minutes=30)):
        for command in ("confirm", "move", "cancel"):
            with pytest.raises(errors.WrongStep):
                act(house, hold, command)


def test_wrong_step_names_the_status(house):
    booking = in_status(house, Status.CANCELLED)

    with translation.override("en"), pytest.raises(errors.WrongStep) as refused:
        act(house, booking, "cancel")

    assert refused.value.facts == {"state": "cancelled"}


# Moving


def test_moved_booking_keeps_its_people_lead_and_room(house):
    building.place(house.centre, [house.talk], seats=2)
    booking = house.book(at(MONDAY, 10), room=house.room)

    moved = services.reschedule_booking(booking, starts_at=at(MONDAY, 14), by=house.by)

    session = at(MONDAY, 14), at(MONDAY, 14, 50)
    assert held(moved, Part.LEAD) == [(house.maria, at(MONDAY, 14), at(MONDAY, 15))]
    assert held(moved, Part.PERSON) == [(house.mother.resource, *session)]
    assert held(moved, Part.ROOM) == [(house.room, *session)]
    assert (moved.starts_at, moved.ends_at) == session


def test_moved_booking_takes_another_room_when_its_own_is_taken(house):
    other = building.place(house.centre, [house.talk])
    booking = house.book(at(MONDAY, 10), room=house.room)
    block(house, at(MONDAY, 13), at(MONDAY, 16), resource=house.room)

    moved = services.reschedule_booking(booking, starts_at=at(MONDAY, 14), by=house.by)

    assert resources(moved, Part.ROOM) == [other]


def test_named_lead_and_room_take_over(house):
    other = building.place(house.centre, [house.talk])
    booking = house.book(at(MONDAY, 10), room=house.room)

    moved = services.reschedule_booking(
        booking, starts_at=at(MONDAY, 10, 15), lead=house.elena, room=other, by=house.by
    )

    assert resources(moved, Part.LEAD) == [house.elena]
    assert resources(moved, Part.ROOM) == [other]
    assert refusal(house, at(MONDAY, 10), people=(house.somebody(),), room=house.room) is None


def test_moved_visit_keeps_its_colleague_and_car(house):
    anna = building.specialist(house.centre, [house.talk])
    other = building.place(house.centre, [house.talk], kind=Resource.Kind.VEHICLE)
    visit = house.visit(at(MONDAY, 10), colleagues=(anna,), vehicle=other)

    moved = services.reschedule_booking(visit, starts_at=at(MONDAY, 14), by=house.by)

    assert resources(moved, Part.COLLEAGUE) == [anna]
    assert resources(moved, Part.VEHICLE) == [other]


def test_moved_visit_keeps_what_was_named_for_it(house):
    walk = house.offer(building.service(house.centre), house.elena)
    anna = building.specialist(house.centre, [walk])
    visit = house.visit(
        at(MONDAY, 10), service=walk, vehicle=house.car, colleagues=(anna, house.elena)
    )

    moved = services.reschedule_booking(visit, starts_at=at(MONDAY, 14), by=house.by)

    assert resources(moved, Part.VEHICLE) == [house.car]
    assert set(resources(moved, Part.COLLEAGUE)) == {anna, house.elena}


def test_moving_counts_versions_and_other_steps_leave_the_schedule_alone(house):
    booking = house.book(hold=True)
    seen = [(booking.version, booking.schedule_version)]
    for command in ("confirm", "move", "cancel"):
        act(house, booking, command)
        found = again(booking)
        seen.append((found.version, found.schedule_version))

    assert seen == [(1, 1), (2, 1), (3, 2), (4, 2)]


def test_refused_move_changes_nothing(house):
    booking = house.book(at(MONDAY, 10))
    block(house, at(MONDAY, 14), at(MONDAY, 15))
    before = sorted(map(str, booking.allocations.values_list("resource", "period", "active")))

    with pytest.raises(errors.ResourceUnavailable):
        services.reschedule_booking(booking, starts_at=at(MONDAY, 14), by=house.by)

    found = again(booking)
    assert (found.starts_at, found.version) == (at(MONDAY, 10), 1)
    assert before == sorted(map(str, found.allocations.values_list("resource", "period", "active")))


# Stale edits


@pytest.mark.parametrize(
    "command",
    [
        lambda house, hold: services.confirm_booking(hold, by=house.by, version=1),
        lambda house, hold: services.reschedule_booking(
            hold, starts_at=at(FRIDAY, 14), by=house.by, version=1
        ),
        lambda house, hold: services.cancel_booking(
            hold, by=house.by, party=Party.CLIENT, version=1
        ),
        lambda house, hold: closing.record_outcomes(
            hold, {house.mother: Outcome.ATTENDED}, by=house.by, version=1
        ),
    ],
    ids=["confirm", "move", "cancel", "outcome"],
)
def test_stale_version_is_refused_and_named(house, command):
    hold = house.book(at(FRIDAY, 10), hold=True)
    services.reschedule_booking(hold, starts_at=at(FRIDAY, 12), by=house.by, version=1)

    with pytest.raises(StaleVersion) as refused:
        command(house, hold)

    assert refused.value.facts == {"version": 2}
    assert again(hold).version == 2


# Blocks


def block(
    house: House, begins: datetime, ends: datetime, *, resource: Resource | None = None
) -> Booking:
    return blocking.block_resource(
        resource or house.maria,
        centre_id=house.centre.pk,
        starts_at=begins,
        ends_at=ends,
        reason=Booking.BlockReason.LEAVE,
        by=house.by,
    )


def test_blocked_resource_is_not_booked(house):
    block(house, at(MONDAY, 10), at(MONDAY, 11))

    assert refusal(house, at(MONDAY, 9, 1)) == "resource_unavailable"  # its buffer reaches in
    assert refusal(house, at(MONDAY, 9)) is None
    assert refusal(house, at(MONDAY, 11)) is None


def test_block_is_refused_over_a_session_and_names_its_interval(house):
    house.book(at(MONDAY, 10))
    house.book(at(MONDAY, 14))

    with pytest.raises(errors.ResourceUnavailable) as refused:
        block(house, at(MONDAY, 8), at(MONDAY, 18))

    facts = refused.value.facts
    assert facts["resource"] == house.maria.public_id
    assert (facts["starts_at"], facts["ends_at"]) == (at(MONDAY, 10), at(MONDAY, 11))


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (at(MONDAY, 10), at(MONDAY, 10), errors.InvalidInterval),
        (at(MONDAY, 10), at(MONDAY, 9), errors.InvalidInterval),
        (NOW, NOW + timedelta(days=92), None),
        (NOW, NOW + timedelta(days=92, minutes=1), errors.InvalidInterval),
        (NOW - DAY, NOW, errors.PastStart),
        (NOW - DAY, NOW + MINUTE, None),
    ],
)
def test_block_has_a_length_and_a_future(house, begins, ends, expected):
    if expected is None:
        assert block(house, begins, ends).ends_at == ends
    else:
        with pytest.raises(expected):
            block(house, begins, ends)


def test_block_is_lifted_even_after_it_began(house):
    leave = block(house, at(MONDAY, 7), at(THURSDAY, 12))

    with clock.frozen(at(TUESDAY, 8)):
        services.cancel_booking(leave, by=house.by, party=Party.CENTRE)
        assert refusal(house, at(TUESDAY, 10)) is None


def test_block_is_not_moved(house):
    leave = block(house, at(MONDAY, 10), at(MONDAY, 11))

    with pytest.raises(errors.WrongStep):
        services.reschedule_booking(leave, starts_at=at(MONDAY, 12), by=house.by)


def test_block_has_no_outcome(house):
    leave = block(house, at(MONDAY, 9), at(MONDAY, 11))

    with clock.frozen(at(MONDAY, 10)), pytest.raises(errors.WrongStep):
        closing.record_outcomes(leave, {}, by=house.by)


# Who and when


def changes(booking: Booking) -> list[tuple[str, int | None, datetime, int]]:
    return list(booking.changes.values_list("what", "by", "at", "version"))


def test_every_step_is_kept_with_who_and_when(house):
    other = building.user(house.centre)
    one, two, three = (NOW + n * MINUTE for n in (1, 2, 3))
    booking = house.book(at(MONDAY, 10), hold=True)
    with clock.frozen(one):
        services.confirm_booking(booking, by=other)
    with clock.frozen(two):
        services.reschedule_booking(booking, starts_at=at(MONDAY, 12), by=house.by)
    with clock.frozen(three):
        services.cancel_booking(booking, by=other, party=Party.CLIENT)

    assert changes(booking) == [
        (What.HELD, house.by.pk, NOW, 1),
        (What.CONFIRMED, other.pk, one, 2),
        (What.RESCHEDULED, house.by.pk, two, 3),
        (What.CANCELLED, other.pk, three, 4),
    ]


def test_booking_and_outcome_are_kept_with_who_and_when(house):
    booking = house.book(at(MONDAY, 10))
    with clock.frozen(at(MONDAY, 11)):
        record(house, booking, house.mother, Outcome.ATTENDED)

    assert changes(booking) == [
        (What.BOOKED, house.by.pk, NOW, 1),
        (What.OUTCOME, house.by.pk, at(MONDAY, 11), 2),
    ]


def test_expiry_is_nobody_s_doing(house):
    hold = house.book(hold=True)
    later = NOW + timedelta(minutes=45)
    with clock.frozen(later):
        services.expire_holds()

    assert changes(hold)[1:] == [(What.EXPIRED, None, later, 2)]
    assert again(hold).version == 2


def test_block_is_kept_with_who_and_when(house):
    assert changes(block(house, at(MONDAY, 10), at(MONDAY, 11))) == [
        (What.BLOCKED, house.by.pk, NOW, 1)
    ]


def test_facts_of_a_change_are_ids_and_instants(house):
    booking = house.book(at(MONDAY, 10))
    services.reschedule_booking(booking, starts_at=at(MONDAY, 14), by=house.by)

    lead, room = str(house.maria.public_id), str(house.room.public_id)
    booked, moved = booking.changes.values_list("facts", flat=True)
    ten, two = at(MONDAY, 10).isoformat(), at(MONDAY, 14).isoformat()
    assert booked == {"starts_at": ten, "lead": lead, "room": room}
    assert moved == {"was": ten, "starts_at": two, "lead": lead, "room": room}


def test_refused_command_leaves_no_trace(house):
    booking = house.book(at(FRIDAY, 10))

    for command in ("confirm", "outcome"):
        with pytest.raises(errors.DomainError):
            act(house, booking, command)
    assert refusal(house, at(FRIDAY, 10)) == "resource_unavailable"

    assert [what for what, *_ in changes(booking)] == [What.BOOKED]
    assert Booking.objects.count() == 1


# What listeners hear


@pytest.fixture
def heard():
    """Names of the signals sent, in order."""
    names: list[str] = []
    listeners = {
        name: lambda name=name, **_: names.append(name)
        for name in ("bookings_confirmed", "bookings_rescheduled", "bookings_cancelled")
    }
    for name, listener in listeners.items():
        getattr(signals, name).connect(listener, weak=False)
    yield names
    for name, listener in listeners.items():
        getattr(signals, name).disconnect(listener)


def test_listeners_hear_of_bookings_and_not_of_holds(house, heard):
    hold = house.book(at(FRIDAY, 10), hold=True)
    services.reschedule_booking(hold, starts_at=at(FRIDAY, 12), by=house.by)
    assert heard == []

    for command in ("confirm", "move", "cancel"):
        act(house, hold, command)
    assert heard == ["bookings_confirmed", "bookings_rescheduled", "bookings_cancelled"]


# Faults of the database


def test_clash_that_only_the_constraint_saw_is_a_refusal(house, monkeypatch):
    house.book(at(MONDAY, 10))
    monkeypatch.setattr(taking, "take", lambda *_, **__: {})

    assert refusal(house, at(MONDAY, 10), people=(house.somebody(),)) == "resource_unavailable"
    assert Booking.objects.count() == 1  # and the connection still works


def test_another_broken_constraint_is_a_bug(house, monkeypatch):
    monkeypatch.setattr(taking, "free_lane", lambda *_: -1)

    with pytest.raises(Exception, match="lane") as raised:
        house.book()

    assert not isinstance(raised.value, errors.DomainError)


def failing(times: int, cause: type[Exception]):
    """A stand-in for `taking.locked` that fails so often, and counts its calls."""
    locked = taking.locked
    calls = []

    def lock(resource_ids):
        calls.append(connection.in_atomic_block)
        if len(calls) <= times:
            error = OperationalError("the server said no")
            raise error from cause()
        return locked(resource_ids)

    return lock, calls


def test_deadlock_is_retried_once(house, monkeypatch):
    lock, calls = failing(1, DeadlockDetected)
    monkeypatch.setattr(taking, "locked", lock)

    booking = house.book()

    assert len(calls) == 2
    assert list(Booking.objects.all()) == [booking]


def test_second_deadlock_is_raised(house, monkeypatch):
    lock, calls = failing(2, DeadlockDetected)
    monkeypatch.setattr(taking, "locked", lock)

    with pytest.raises(OperationalError):
        house.book()

    assert len(calls) == 2
    assert Booking.objects.count() == 0


def test_other_faults_of_the_server_are_not_retried(house, monkeypatch):
    lock, calls = failing(1, QueryCanceled)
    monkeypatch.setattr(taking, "locked", lock)

    with pytest.raises(OperationalError):
        house.book()

    assert len(calls) == 1


@pytest.mark.parametrize("command", ["confirm", "move", "cancel", "expire", "block"])
def test_every_command_is_retried(house, monkeypatch, command):
    hold = house.book(at(FRIDAY, 10), hold=True)
    lock, calls = failing(1, DeadlockDetected)
    monkeypatch.setattr(taking, "locked", lock)

    if command == "expire":
        with clock.frozen(NOW + timedelta(minutes=30)):
            services.expire_holds()
    elif command == "block":
        block(house, at(MONDAY, 10), at(MONDAY, 11))
    else:
        act(house, hold, command)

    assert len(calls) == 2


# Services


def test_what_somebody_set_is_no_longer_our_default(house):
    house.talk.our_defaults = ["step", "access"]
    house.talk.save()

    changed = services.change_service(house.talk, step=timedelta(minutes=20))

    assert Service.objects.get(pk=changed.pk).our_defaults == ["access"]
    assert changed.step == timedelta(minutes=20)


def test_bookings_keep_their_times_when_a_service_changes(house):
    booking = house.book(at(MONDAY, 10))

    services.change_service(house.talk, duration=timedelta(minutes=30))

    assert again(booking).ends_at == at(MONDAY, 10, 50)


# The family itself, through its link


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(timedelta(hours=25), Outcome.CANCELLED_EARLY), (timedelta(hours=3), Outcome.CANCELLED_LATE)],
)
def test_family_cancels_early_or_late_like_anybody(house, ahead, expected):
    booking = house.book(at(TUESDAY, 14))

    with clock.frozen(booking.starts_at - ahead):
        services.cancel_booking(booking, by=None, party=Party.CLIENT)

    assert [seat.outcome for seat in booking.participations.all()] == [expected]


def test_what_the_family_does_is_said_to_be_its_own(house):
    booking = house.book(at(TUESDAY, 14))

    services.reschedule_booking(booking, starts_at=at(TUESDAY, 11), by=None)
    services.cancel_booking(booking, by=None, party=Party.CLIENT)

    told = [(change.what, change.by, change.is_by_family) for change in booking.changes.all()]
    assert told == [
        (What.BOOKED, house.by, False),
        (What.RESCHEDULED, None, True),
        (What.CANCELLED, None, True),
    ]


def test_hold_that_expires_is_nobodys_doing(house):
    booking = house.book(at(TUESDAY, 14), hold=True)

    with clock.frozen(NOW + timedelta(hours=1)):
        services.expire_holds()

    assert [change.is_by_family for change in booking.changes.filter(by=None)] == [False]


def test_family_moves_one_date_of_a_series_and_the_series_knows(house):
    weekly = Repetition(Pattern(Freq.WEEKLY, weekdays=(TUESDAY.weekday(),)), count=3)
    series = create_series(house.wish(at(TUESDAY, 10)), weekly, by=house.by)
    booking = Booking.objects.filter(term__series=series).earliest("starts_at")

    services.reschedule_booking(booking, starts_at=at(TUESDAY, 14), by=None)

    assert list(series.changes.values_list("what", "by")) == [
        ("created", house.by.pk),
        ("moved", None),
    ]
