import pytest
from django.db import connection
from psycopg.types.range import TimestamptzRange

from base import clock
from scheduling import services, verifying
from scheduling.models import Allocation, Booking, Modality, Resource
from scheduling.planning import Wish
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    centre = building.centre()
    service = building.service(centre)
    specialist = building.specialist(centre, [service])
    building.place(centre, [service])
    with clock.frozen(at(MONDAY, 8)):
        return services.book(
            Wish(
                service,
                at(MONDAY, 10),
                specialist,
                (building.person(centre),),
                Modality.ON_SITE,
            ),
            by=specialist.user,
        )


def test_what_the_services_write_agrees(booking):
    assert verifying.discrepancies() == []


def take_lanes_away() -> None:
    Resource.objects.update(lanes=2)
    Allocation.objects.update(lane=2)
    Resource.objects.update(lanes=1)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (
            lambda b: take_lanes_away(),
            "a lane beyond the resource's lanes is held",
        ),
        (
            lambda b: Booking.objects.update(status="cancelled"),
            "a booking that is over still holds something",
        ),
        (
            lambda b: Allocation.objects.update(active=False),
            "a standing booking holds nothing",
        ),
        (
            lambda b: Booking.objects.update(starts_at=at(MONDAY, 9)),
            "an allocation does not cover its session",
        ),
        (
            lambda b: Allocation.objects.filter(part="person").delete(),
            "a person in a booking is not held by it",
        ),
        (
            lambda b: building.person(b.centre).resource.delete(),
            "a person has no resource",
        ),
    ],
)
def test_what_a_shell_spoiled_is_named(booking, spoil, rule):
    spoil(booking)
    assert rule in {found.rule for found in verifying.discrepancies()}


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [(8, 10, False), (9, 11, True), (10, 11, True), (8, 13, True), (11, 12, False)],
)
def test_a_lane_held_twice_is_named(booking, begins, ends, wrong):
    """After a shell took the constraint away. A room, which has no margins: 10:00 to 10:50."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE scheduling_allocation DROP CONSTRAINT resource_held_once")
    room = booking.allocations.get(part="room")
    room.pk, room.period = None, TimestamptzRange(at(MONDAY, begins), at(MONDAY, ends))
    room.save()
    rules = {found.rule for found in verifying.discrepancies()}
    assert ("a lane is held twice at a time" in rules) == wrong
