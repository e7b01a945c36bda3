"""Rooms and cars over HTTP."""

from typing import Any

import pytest

from people.models import Centre, Role
from rooms.models import Room
from scheduling.models import Resource
from tests.support import building
from tests.support.calling import Api, problem

VEHICLE = Resource.Kind.VEHICLE


@pytest.fixture
def centre(db) -> Centre:
    return building.centre()


@pytest.fixture
def api(centre) -> Api:
    return Api(building.user(centre, Role.Name.SHELTER))


def room(centre: Centre, *services, seats: int = 4, **fields: Any) -> Resource:
    resource = building.place(centre, services, seats=seats)
    Room.objects.create(resource=resource, **fields)
    return resource


def ids(api: Api, path: str, **query: Any) -> list[str]:
    answer = api.get(path, query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_room_says_what_it_offers(api, centre):
    service = building.service(centre)
    made = room(centre, service, seats=6, floor=2, features=["play", "soundproof"])

    (row,) = api.get("rooms/").json()["results"]

    assert row == {
        "id": str(made.public_id),
        "name": made.name,
        "centre": str(centre.public_id),
        "seats": 6,
        "services": [str(service.public_id)],
        "floor": 2,
        "features": ["play", "soundproof"],
    }


def test_cars_stand_in_a_list_of_their_own(api, centre):
    made = room(centre)
    car = building.place(centre, kind=VEHICLE)

    assert ids(api, "rooms/") == [str(made.public_id)]
    assert ids(api, "vehicles/") == [str(car.public_id)]


@pytest.mark.parametrize(("path", "kind"), [("rooms/", "room"), ("vehicles/", "vehicle")])
def test_places_no_longer_used_are_left_out(api, centre, path, kind):
    made = room(centre) if kind == "room" else building.place(centre, kind=VEHICLE)
    Resource.objects.filter(pk=made.pk).update(is_active=False)

    assert ids(api, path) == []


@pytest.mark.parametrize(("seats", "found"), [(3, 1), (4, 1), (5, 0), (0, 1)])
@pytest.mark.parametrize("path", ["rooms/", "vehicles/"])
def test_places_have_at_least_the_seats_asked_for(api, centre, path, seats, found):
    room(centre, seats=4)
    building.place(centre, kind=VEHICLE, seats=4)

    assert len(ids(api, path, seats=seats)) == found


def test_places_are_found_by_the_service_they_suit(api, centre):
    service, other = building.service(centre), building.service(centre)
    made = room(centre, service)
    room(centre, other)

    assert ids(api, "rooms/", service=service.public_id) == [str(made.public_id)]


def test_rooms_come_by_name_in_pages(api, centre):
    made = [room(centre) for _ in range(3)]
    for name, one in zip("вба", made, strict=True):
        Resource.objects.filter(pk=one.pk).update(name=name)
    by_name = [str(one.public_id) for one in reversed(made)]

    pages = [ids(api, "rooms/", page_size=2, page=n) for n in (1, 2)]

    assert pages == [by_name[:2], by_name[2:]]


@pytest.mark.parametrize(
    "query",
    [{"seats": "many"}, {"seats": -1}, {"seats": "1e400"}, {"seats": 10_001}, {"service": "x"}],
)
@pytest.mark.parametrize("path", ["rooms/", "vehicles/"])
def test_filter_that_makes_no_sense_is_invalid(api, path, query):
    assert problem(api.get(path, query)) == (400, "invalid")


@pytest.mark.parametrize("path", ["rooms/", "vehicles/"])
def test_lists_cost_the_same_for_one_place_and_for_thirty(api, centre, path):
    def grow() -> None:
        room(centre, building.service(centre))
        building.place(centre, [building.service(centre)], kind=VEHICLE)

    grow()
    few = api.queries(path)
    for _ in range(29):
        grow()

    assert api.queries(path) == few
