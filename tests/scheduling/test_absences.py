"""A specialist is ill: what may become of each of her hours, and what is done about it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from people.models import KinshipWall, Role
from scheduling import absences, blocking, services
from scheduling.absences import Absence, Decision, Way
from scheduling.errors import InvalidInterval, PastStart, ResourceUnavailable
from scheduling.models import Allocation, Booking, Modality, Resource
from scheduling.planning import Wish
from scheduling.slots import Search, free_slots
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem, wire

pytestmark = pytest.mark.django_db

TUESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (1, 3, 4))
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(at(MONDAY, 8)):
        yield


class House:
    """Maria is absent on Tuesday; Elena gives the same service, Nina another."""

    def __init__(self):
        self.centre = building.centre()
        self.talk = building.service(self.centre)
        self.maria = building.specialist(self.centre, [self.talk])
        self.elena = building.specialist(self.centre, [self.talk])
        self.nina = building.specialist(self.centre, [building.service(self.centre)])
        self.rooms = [building.place(self.centre, [self.talk]) for _ in range(3)]
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.absence = Absence(self.maria, *clock.day_bounds(TUESDAY))

    def book(self, hour, *, lead=None, day=TUESDAY, **fields) -> Booking:
        wish = Wish(
            self.talk,
            at(day, hour),
            lead or self.maria,
            (building.person(self.centre),),
            Modality.ON_SITE,
        )
        return services.book(replace(wish, **fields), by=self.by)

    def affected(self):
        return absences.affected_by(self.absence, [self.centre.pk])

    def decide(self, booking, way, **fields):
        booking.refresh_from_db()
        ((_, error),) = self.settle(Decision(booking, way, **fields))
        return error

    def settle(self, *decisions: Decision):
        results, _ = absences.settle(
            self.absence, decisions, centre_id=self.centre.pk, by=self.by, marking=False
        )
        return results

    def mark(self, absence: Absence | None = None) -> Booking | None:
        _, block = absences.settle(
            absence or self.absence, [], centre_id=self.centre.pk, by=self.by, marking=True
        )
        return block


@pytest.fixture
def house():
    return House()


def lead_of(booking) -> Resource:
    return Allocation.objects.get(booking=booking, part="lead", active=True).resource


def test_her_hours_within_the_absence_are_affected(house):
    within = [house.book(10), house.book(12)]
    house.book(10, day=MONDAY)
    house.book(10, day=THURSDAY)
    house.book(14, lead=house.elena)

    assert [one.booking for one in house.affected()] == within


def test_cancelled_and_foreign_hours_are_not(house):
    services.cancel_booking(house.book(10), by=house.by, party=Booking.Party.CLIENT)
    house.book(12)

    assert absences.affected_by(house.absence, [building.centre().pk]) == []


def test_substitute_has_the_skill_and_is_free(house):
    house.book(10)
    house.book(12)
    house.book(12, lead=house.elena)

    assert [one.substitutes for one in house.affected()] == [[house.elena], []]


@pytest.mark.parametrize(
    "why", ["works elsewhere", "is kin", "has a buffer then", "does not work then"]
)
def test_who_cannot_be_asked_is_no_substitute(house, why):
    booking = house.book(10, day=TUESDAY)
    family = booking.participations.get().person.household
    match why:
        case "works elsewhere":
            house.elena.services.clear()
        case "is kin":
            KinshipWall.objects.create(user=house.elena.user, household=family)
        case "has a buffer then":
            house.book(9, lead=house.elena, starts_at=at(TUESDAY, 9, 15))
        case "does not work then":
            house.elena.availability.all().delete()

    (one,) = house.affected()

    assert one.substitutes == []


def test_least_busy_colleague_comes_first(house):
    busy = house.elena
    idle = building.specialist(house.centre, [house.talk])
    house.book(14, lead=busy)
    house.book(10)

    (one,) = house.affected()

    assert one.substitutes == [idle, busy]


def test_first_substitutes_do_not_collide(house):
    """Elena cannot be in two places: she is offered for one of them, though free for each."""
    house.talk.duration = timedelta(minutes=50)
    house.maria.lanes = 2
    house.maria.save()
    house.book(10)
    house.book(10)

    assert [len(one.substitutes) for one in house.affected()] == [1, 0]


def test_next_hour_is_the_first_that_search_finds_after_the_absence(house):
    booking = house.book(10)
    house.elena.services.clear()

    (one,) = house.affected()

    search = Search(
        service=house.talk,
        people=one.people,
        modality=Modality.ON_SITE,
        specialist=house.maria,
        begins=house.absence.ends,
        ends=house.absence.ends + absences.LOOK_AHEAD,
        moving=booking,
    )
    assert one.next is not None
    assert one.next.starts_at == free_slots(search)[0].starts_at == at(THURSDAY, 9)


def test_next_hours_do_not_collide(house):
    house.elena.services.clear()
    house.book(10)
    house.book(12)

    first, second = house.affected()

    assert first.next
    assert second.next
    assert second.next.starts_at == first.next.starts_at + HOUR


def test_colleague_takes_over(house):
    booking = house.book(10)

    assert house.decide(booking, Way.SUBSTITUTE, lead=house.elena) is None

    booking.refresh_from_db()
    assert (lead_of(booking), booking.starts_at) == (house.elena, at(TUESDAY, 10))


def test_second_worker_is_replaced_by_anybody(house):
    third = building.specialist(house.centre, [house.talk])
    booking = house.book(10, lead=house.elena, colleagues=(house.maria,))

    assert house.decide(booking, Way.SUBSTITUTE, lead=third) is None

    parts = Allocation.objects.filter(booking=booking, active=True)
    assert parts.get(part="colleague").resource == third
    assert lead_of(booking) == house.elena


def test_hour_moves_and_hour_is_cancelled(house):
    moved, gone = house.book(10), house.book(12)

    assert house.decide(moved, Way.MOVE, starts_at=at(THURSDAY, 9)) is None
    assert house.decide(gone, Way.CANCEL) is None

    moved.refresh_from_db()
    gone.refresh_from_db()
    assert moved.starts_at == at(THURSDAY, 9)
    assert (gone.status, gone.cancelled_by) == ("cancelled", "centre")


def test_what_cannot_be_done_is_said_and_the_others_are_done(house):
    one, other = house.book(10), house.book(12)
    house.book(10, lead=house.elena)

    results = house.settle(
        Decision(one, Way.SUBSTITUTE, lead=house.elena),
        Decision(other, Way.SUBSTITUTE, lead=house.elena),
    )

    assert [type(error) for _, error in results] == [ResourceUnavailable, type(None)]


def test_marking_takes_the_gaps_and_grows_into_what_becomes_free(house):
    booking = house.book(10)
    block = house.mark()
    assert block is not None
    with pytest.raises(ResourceUnavailable):
        house.book(12)

    house.decide(booking, Way.CANCEL)
    again = house.mark()

    assert again == block
    held = block.allocations.filter(active=True).values_list("period", flat=True)
    assert [(p.lower, p.upper) for p in held] == [(house.absence.begins, house.absence.ends)]


def cost(house) -> int:
    with CaptureQueriesContext(connection) as queries:
        house.affected()
    return len(queries)


def test_options_cost_the_same_for_one_hour_and_for_seven(house):
    house.book(9)
    house.affected()
    one = cost(house)
    for hour in (10, 11, 12, 13, 14, 15):
        house.book(hour)

    assert cost(house) == one


@pytest.mark.parametrize(("first", "days"), [(-9, 3), (0, 94)])
def test_absence_that_cannot_be_is_refused_before_anything_is_done(house, first, days):
    booking = house.book(10)
    begins = clock.midnight(MONDAY + timedelta(days=first))
    absence = Absence(house.maria, begins, begins + timedelta(days=days))

    with pytest.raises((InvalidInterval, PastStart)):
        absences.settle(
            absence,
            [Decision(booking, Way.CANCEL)],
            centre_id=house.centre.pk,
            by=house.by,
            marking=True,
        )

    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize("way", ["substitute", "move", "cancel"])
def test_only_her_own_hours_are_decided(house, way):
    """Neither another's hour nor a block."""
    foreign = house.book(10, lead=house.elena)
    block = blocking.block_resource(
        house.maria,
        centre_id=house.centre.pk,
        starts_at=at(TUESDAY, 14),
        ends_at=at(TUESDAY, 15),
        reason=Booking.BlockReason.OTHER,
        by=house.by,
    )
    for booking in (foreign, block):
        body = {
            "specialist": house.maria.public_id,
            "from": wire(house.absence.begins),
            "to": wire(house.absence.ends),
            "decisions": [{"booking": booking.public_id, "way": way} | NEEDED.get(way, {})],
        }
        body["decisions"][0] |= {"specialist": house.elena.public_id} if way == "substitute" else {}
        assert problem(Api(house.by).post("absences/", body)) == (404, "not_found")


@pytest.mark.parametrize("way", ["substitute", "move"])
def test_a_decision_must_say_who_or_when(house, way):
    booking = house.book(10)

    answer = decided(house, {"booking": booking.public_id, "way": way})

    assert problem(answer) == (400, "invalid")


@pytest.mark.parametrize("way", ["substitute", "move"])
def test_an_hour_is_not_left_to_who_is_absent(house, way):
    booking = house.book(10)
    to = {"specialist": house.maria.public_id, "starts_at": wire(booking.starts_at)}

    answer = decided(house, {"booking": booking.public_id, "way": way} | to)

    line = answer.json()["results"][0]
    assert (line["done"], line["code"]) == (False, "still_absent")
    version = booking.version
    booking.refresh_from_db()
    assert booking.version == version


NEEDED = {"move": {"starts_at": wire(at(TUESDAY + timedelta(days=7), 10))}}


def decided(house, decision):
    body = {
        "specialist": house.maria.public_id,
        "from": wire(house.absence.begins),
        "to": wire(house.absence.ends),
        "decisions": [decision],
    }
    return Api(house.by).post("absences/", body)
