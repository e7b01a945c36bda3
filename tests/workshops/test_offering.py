"""What a centre offers: by the interface, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from people.models import Centre, Role
from scheduling.models import Modality, Resource, Service
from tests.support import building
from tests.support.calling import Api, problem
from tests.workshops import building as made
from workshops import groups, offering
from workshops.catalogue import ATELIERS, BY_CODE
from workshops.errors import NotOffered
from workshops.models import Audience, Workshop
from workshops.offering import initials_of

pytestmark = pytest.mark.django_db

OWN = {"name": "Театър", "duration": "01:00:00", "capacity": 6}


@pytest.fixture
def centre() -> Centre:
    return building.centre()


@pytest.fixture
def api(centre: Centre) -> Api:
    return Api(building.user(centre, Role.Name.MANAGER))


def offer(api: Api, **asked: Any) -> dict[str, Any]:
    answer = api.post("workshops/", asked)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


# From the catalogue


@pytest.mark.parametrize("one", ATELIERS, ids=lambda one: one.code)
def test_one_of_the_catalogue_is_taken_as_it_stands_there(api: Api, one) -> None:
    found = offer(api, code=one.code)

    same = ("code", "name", "initials", "capacity", "least_age", "doubtful_age", "least_adults")
    assert {name: found[name] for name in same} == {name: getattr(one, name) for name in same}
    assert found["audiences"] == list(one.audiences)
    assert found["needs_document"] == (one.access == Service.Access.SPECIALISED)
    assert Workshop.objects.get().service.duration == timedelta(minutes=one.duration)


def test_only_that_one_is_taken(api: Api) -> None:
    offer(api, code="culture")

    assert [one.service.code for one in Workshop.objects.all()] == ["culture"]
    assert not Service.objects.get().is_offered


def test_it_may_be_taken_otherwise(api: Api) -> None:
    found = offer(api, code="culture", name="Култура и сцена", capacity=12, most_age=17)

    assert (found["code"], found["name"], found["capacity"]) == ("culture", "Култура и сцена", 12)
    assert found["initials"] == "КУ"


def test_what_somebody_set_is_no_longer_ours(api: Api) -> None:
    offer(api, code="culture", duration="00:45:00")

    ours = Service.objects.get().our_defaults
    assert ("duration" in ours, "buffer_after" in ours) == (False, True)


def test_it_is_taken_once(api: Api) -> None:
    offer(api, code="culture")

    assert problem(api.post("workshops/", {"code": "culture"})) == (422, "already_offered")
    assert Workshop.objects.count() == 1


def test_the_catalogue_says_which_are_offered(api: Api, centre: Centre) -> None:
    offer(api, code="culture")

    found = api.get("workshops/catalogue/").json()

    offered = {one["code"]: one["offered_in"] for one in found["results"]}
    assert offered == {key: [] for key in BY_CODE} | {"culture": [str(centre.public_id)]}
    assert found["count"] == len(ATELIERS) == 12


def test_another_centres_are_not_marked(api: Api) -> None:
    offer(Api(building.user(building.centre(), Role.Name.MANAGER)), code="culture")

    found = api.get("workshops/catalogue/").json()["results"]

    assert {tuple(one["offered_in"]) for one in found} == {()}


# Of its own


def test_a_centre_makes_one_of_its_own(api: Api, centre: Centre) -> None:
    leader = building.specialist(centre, [])
    room = building.place(centre, [])
    said = {
        "initials": "ТР",
        "buffer_after": "00:10:00",
        "needs_document": False,
        "audiences": ["without_parental_care"],
        "least_age": 7,
        "most_age": 14,
        "doubtful_age": 7,
        "least_adults": 3,
        "offer_hours": 24,
        "is_public": True,
    }
    found = offer(api, **OWN, **said, leaders=[leader.public_id], rooms=[room.public_id])

    assert {name: found[name] for name in (*OWN, *said)} == {**OWN, **said}
    assert (found["leaders"], found["rooms"]) == ([str(leader.public_id)], [str(room.public_id)])
    assert (found["is_offered"], found["version"]) == (True, 1)
    service = Service.objects.get()
    assert (service.modalities, service.is_offered) == ([Modality.ON_SITE], False)


def test_a_group_is_opened_for_it(api: Api, centre: Centre) -> None:
    leader, room = building.specialist(centre, []), building.place(centre, [], seats=20)
    offer(api, **OWN, least_adults=1, leaders=[leader.public_id], rooms=[room.public_id])
    workshop = Workshop.objects.get()

    group = groups.open_group(
        made.timetable(workshop, lead=leader), by=building.user(centre, Role.Name.MANAGER)
    )

    assert group.sessions.count() == 8


@pytest.mark.parametrize("missing", OWN)
def test_what_must_be_said_of_ones_own(api: Api, missing: str) -> None:
    said = {name: value for name, value in OWN.items() if name != missing}

    answer = api.post("workshops/", said)

    assert problem(answer) == (400, "invalid")
    assert [one["field"] for one in answer.json()["errors"]] == [missing]


@pytest.mark.parametrize("name", ["Театър", "ТЕАТЪР", " театър "])
def test_two_workshops_of_a_centre_have_two_names(api: Api, name: str) -> None:
    offer(api, **OWN)

    assert problem(api.post("workshops/", {**OWN, "name": name})) == (422, "name_taken")
    assert Service.objects.count() == 1


def test_two_centres_may_have_one_name(api: Api) -> None:
    offer(api, **OWN)
    offer(Api(building.user(building.centre(), Role.Name.COORDINATOR)), **OWN)

    assert Workshop.objects.count() == 2


@pytest.mark.parametrize(
    ("ages", "code"),
    [
        ({"least_age": 9, "most_age": 8}, "ages_out_of_order"),
        ({"least_age": 9, "doubtful_age": 8}, "doubtful_age_outside"),
        ({"most_age": 9, "doubtful_age": 10}, "doubtful_age_outside"),
    ],
)
def test_ages_that_make_no_sense(api: Api, ages: dict[str, int], code: str) -> None:
    assert problem(api.post("workshops/", {**OWN, **ages})) == (422, code)
    assert (Workshop.objects.count(), Service.objects.count()) == (0, 0)


@pytest.mark.parametrize("ages", [{"least_age": 9, "most_age": 9, "doubtful_age": 9}, {}])
def test_ages_that_do(api: Api, ages: dict[str, int]) -> None:
    offer(api, **OWN, **ages)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Театър", "ТЕ"),
        ("Човек и природа", "ЧИП"),
        ("Арт-ателие", "АА"),
        ("Ё", "Ё"),
        ("!!!", "!!"),
        ("ßß ßß ßß", "SSSSSS"),
        ("едно две три четири", "ЕДТ"),
    ],
)
def test_initials_of_a_name(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@pytest.mark.parametrize("what", ["leaders", "rooms"])
@pytest.mark.parametrize("whose", ["foreign", "unknown", "of another kind"])
def test_who_is_not_of_the_centre_is_not_found(api: Api, centre: Centre, what, whose) -> None:
    other = building.centre()
    of = centre if whose == "of another kind" else other
    leader, room = building.specialist(of, []), building.place(of, [])
    named = {"leaders": leader, "rooms": room}[what].public_id
    if whose == "unknown":
        named = uuid4()
    if whose == "of another kind":
        named = {"leaders": room, "rooms": leader}[what].public_id

    assert problem(api.post("workshops/", {**OWN, what: [named]})) == (404, "not_found")
    assert Service.objects.filter(name="Театър").count() == 0


def test_the_same_key_offers_once(api: Api) -> None:
    again = [api.post("workshops/", OWN, idempotency_key="a") for _ in range(2)]

    assert [one.status_code for one in again] == [201, 201]
    assert again[0].json() == again[1].json()
    assert Workshop.objects.count() == 1


# Changed, and offered no more


@pytest.fixture
def workshop(centre: Centre) -> Workshop:
    return offering.offer_workshop(centre, code="culture")


def change(api: Api, workshop: Workshop, **asked: Any) -> Any:
    return api.patch(f"workshops/{workshop.public_id}/", asked)


def test_whatever_is_named_is_changed_and_nothing_else(api: Api, workshop: Workshop) -> None:
    before = api.get(f"workshops/{workshop.public_id}/").json()
    asked = {"name": "Култура", "duration": "00:45:00", "audiences": [], "offer_hours": 12}

    found = change(api, workshop, **asked).json()

    assert found == before | asked | {"version": 2}
    assert found == api.get(f"workshops/{workshop.public_id}/").json()


def test_a_stale_version_changes_nothing(api: Api, workshop: Workshop) -> None:
    assert change(api, workshop, capacity=4, version=1).status_code == 200

    assert problem(change(api, workshop, capacity=5, version=1)) == (409, "stale_version")
    workshop.refresh_from_db()
    assert workshop.capacity == 4


def test_its_own_name_is_not_taken(api: Api, workshop: Workshop) -> None:
    assert change(api, workshop, name="култура").status_code == 200


def test_another_ones_name_is(api: Api, centre: Centre, workshop: Workshop) -> None:
    offering.offer_workshop(centre, code="fitness")

    assert problem(change(api, workshop, name="Фитнес")) == (422, "name_taken")
    workshop.service.refresh_from_db()
    assert workshop.service.name == "Култура"


def test_leaders_and_rooms_replace_those_there_were(api: Api, centre, workshop) -> None:
    first, second = (building.specialist(centre, []) for _ in range(2))
    room = building.place(centre, [workshop.service])
    change(api, workshop, leaders=[first.public_id])

    found = change(api, workshop, leaders=[second.public_id]).json()

    assert (found["leaders"], found["rooms"]) == ([str(second.public_id)], [str(room.public_id)])
    assert not Resource.objects.get(pk=first.pk).services.exists()


def test_no_group_is_opened_for_what_is_offered_no_more(api: Api, centre: Centre) -> None:
    by = building.user(centre, Role.Name.MANAGER)
    workshop = made.workshop(centre)
    group = made.group(workshop, by=by)
    change(api, workshop, is_offered=False)
    workshop.refresh_from_db()

    for attempt in (groups.open_group, groups.preview_group):
        with pytest.raises(NotOffered):
            attempt(made.timetable(workshop, lead=group.series.terms.get().lead), by=by)
    assert group.sessions.count() == 8


def test_it_is_offered_again(api: Api, workshop: Workshop) -> None:
    change(api, workshop, is_offered=False)

    assert change(api, workshop, is_offered=True).json()["is_offered"] is True


def test_groups_that_meet_keep_their_hour(api: Api, centre: Centre) -> None:
    workshop = made.workshop(centre, minutes=60)
    group = made.group(workshop, by=building.user(centre, Role.Name.MANAGER))

    change(api, workshop, duration="01:30:00")

    session = group.sessions.select_related("booking").first()
    assert session is not None
    assert session.booking.ends_at - session.booking.starts_at == timedelta(hours=1)


def test_audiences_are_kept_in_the_order_that_was_given(api: Api, workshop: Workshop) -> None:
    asked = [Audience.FOSTER_PARENTS, Audience.ADOPTIVE_PARENTS]

    assert change(api, workshop, audiences=asked).json()["audiences"] == asked


@pytest.mark.parametrize("count", [1, 5])
def test_so_many_queries_for_few_as_for_many(
    api: Api, centre: Centre, count: int, django_assert_num_queries: Any
) -> None:
    for one in ATELIERS[:count]:
        offering.offer_workshop(centre, code=one.code)
    with django_assert_num_queries(4):  # who asks, the count, the page, its resources
        api.get("workshops/")
