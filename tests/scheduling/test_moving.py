"""Another hour for a booking: its own time is not in the way."""

import re
from datetime import datetime, timedelta

import pytest

from base import clock
from scheduling import planning, slots
from scheduling.models import Modality, Resource
from tests.support import building
from tests.support.calling import Api, browser, problem, wire
from tests.support.houses import NOW, House, house

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def own() -> House:
    return house("own")


def starts(own: House, **more: object) -> set[str]:
    asked = {
        "service": own.service.public_id,
        "specialist": own.specialist.public_id,
        "person": own.mother.public_id,
        "from": wire(NOW),
        "to": wire(NOW + timedelta(hours=6)),
        "page_size": 100,
        **more,
    }
    answer = Api(own.staff["psychologist"]).get("slots/", asked)
    assert answer.status_code == 200, answer.content
    return {slot["starts_at"] for slot in answer.json()["results"]}


def test_hour_that_overlaps_the_booking_s_own_is_free_for_it_alone(own):
    overlapping = wire(clock.local(own.booking.starts_at + timedelta(minutes=30)))

    assert overlapping not in starts(own)
    assert overlapping in starts(own, moving=own.booking.public_id)


def test_booking_of_another_centre_cannot_be_named(own):
    foreign = house("foreign")
    asked = {
        "service": own.service.public_id,
        "from": wire(NOW),
        "to": wire(NOW + timedelta(hours=6)),
        "moving": foreign.booking.public_id,
    }

    assert problem(Api(own.staff["manager"]).get("slots/", asked)) == (404, "not_found")


def test_page_offers_hours_that_overlap_but_not_the_very_same(own):
    text = browser(own.staff["psychologist"]).get(f"/bookings/{own.booking.public_id}/move/").text
    offered = {
        datetime.fromisoformat(at) for at in re.findall(r'name="starts_at" value="(.*?)"', text)
    }

    assert own.booking.starts_at + timedelta(minutes=30) in offered
    assert own.booking.starts_at not in offered


def test_search_keeps_the_car_and_colleagues_the_booking_has(own):
    building.place(own.centre, [own.service], kind=Resource.Kind.VEHICLE)
    own.booking.allocations.filter(part="room").update(part="vehicle")

    search = planning.search_to_move(
        own.booking, lead=None, begins=NOW, ends=NOW + timedelta(hours=6)
    )
    assert (search.with_car, search.least_workers, search.modality) == (
        True, 1, Modality(own.booking.modality),
    )  # fmt: skip
    assert isinstance(search, slots.Search)
