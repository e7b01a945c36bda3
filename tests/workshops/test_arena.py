"""Which workshops are ridden."""

from datetime import timedelta

import pytest

from base import clock
from people.models import Role
from tests.support import building
from tests.workshops import building as made
from workshops import arena
from workshops.models import Riding, Workshop
from workshops.riding_errors import GroupsMeet, RideImpossible, RideTooLong

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    return made.workshop(building.centre(), minutes=180)


def test_workshop_is_ridden_with_the_usual_rides(workshop: Workshop):
    riding = arena.set_riding(workshop)

    assert Workshop.objects.get().is_ridden
    assert (riding.ride_minutes, riding.step_minutes, riding.turnaround_minutes) == (30, 10, 5)


def test_what_is_not_given_stays(workshop: Workshop):
    arena.set_riding(workshop, ride_minutes=45)
    arena.set_riding(workshop, arena_holds=2)

    riding = Riding.objects.get()
    assert (riding.ride_minutes, riding.arena_holds) == (45, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"ride_minutes": 4},
        {"ride_minutes": 121},
        {"step_minutes": 4},
        {"step_minutes": 61},
        {"turnaround_minutes": 61},
        {"arena_holds": 0},
        {"instructor_sees": 0},
        {"weighed_within_days": 0},
    ],
)
def test_what_cannot_be_is_refused_before_the_database_does(workshop: Workshop, fields):
    with pytest.raises(RideImpossible):
        arena.set_riding(workshop, **fields)


@pytest.mark.parametrize("minutes", [5, 120])
def test_shortest_and_longest_ride(workshop: Workshop, minutes: int):
    assert arena.set_riding(workshop, ride_minutes=minutes).ride_minutes == minutes


def test_ride_is_no_longer_than_the_session():
    workshop = made.workshop(building.centre(), minutes=60)
    assert arena.set_riding(workshop, ride_minutes=60).ride_minutes == 60

    with pytest.raises(RideTooLong) as refused:
        arena.set_riding(workshop, ride_minutes=65)

    assert refused.value.facts == {"minutes": 60}


def test_riding_stops_once_no_group_meets_any_more(workshop: Workshop):
    by = building.user(workshop.centre, Role.Name.COORDINATOR)
    arena.set_riding(workshop)
    made.group(workshop, by=by)

    with pytest.raises(GroupsMeet):
        arena.stop_riding(workshop)
    with clock.frozen(building.at(made.LAST + timedelta(days=1), 8)):
        arena.stop_riding(workshop)

    assert not Workshop.objects.get().is_ridden


def test_stopping_twice_changes_nothing(workshop: Workshop):
    arena.stop_riding(workshop)

    assert not Riding.objects.exists()
