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


# The window of a search


def test_window_that_is_past_is_followed_by_the_first_free_day_from_today(own):
    search = replace_window(own, NOW - timedelta(days=300), NOW - timedelta(days=290))

    assert slots.first_day_after(search) == clock.today()


def test_nothing_is_offered_beyond_what_can_be_booked(own):
    begins = NOW + timedelta(days=366)

    assert len(slots.free_slots(replace_window(own, begins, begins + timedelta(days=7)))) == 0


def replace_window(own: House, begins: datetime, ends: datetime) -> slots.Search:
    return slots.Search(
        own.service, (own.mother,), Modality.ON_SITE, own.specialist, begins=begins, ends=ends
    )


@pytest.mark.parametrize("resource", ["room", "specialist"])
def test_bookings_are_filtered_by_specialist_and_nothing_else(own, resource):
    asked = {"specialist": getattr(own, resource).public_id}
    found = Api(own.staff["manager"]).get("bookings/", asked).json()["count"]

    assert found == (6 if resource == "specialist" else 0)


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "1899-12-31"])
def test_bookings_of_a_senseless_day_are_not_asked(own, on):
    assert problem(Api(own.staff["manager"]).get("bookings/", {"on": on})) == (400, "invalid")


@pytest.mark.parametrize("version", ["1", True, 1.5])
def test_version_is_a_number(own, version):
    path = f"bookings/{own.booking.public_id}/cancel/"

    assert problem(Api(own.staff["manager"]).post(path, {"version": version})) == (400, "invalid")
