"""Units, stays and toys over HTTP: what answers look like, what is refused, what it costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from base import clock
from base.models import IdempotencyKey
from people.models import AccessRecord, Centre, Person, Role, User
from rooms import lending, reserving, services, upkeep
from rooms.models import Absence, Loan, Stay
from rooms.nights import Nights
from rooms.selectors import StayLeg
from scheduling.models import Resource
from tests.rooms import building as rooms_building
from tests.rooms.building import family, nights
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem

NOW = at(MONDAY, 20)
Status = Stay.Status


@dataclass
class Shelter:
    """A centre without units; `api` speaks for a worker of its shelter."""

    centre: Centre
    worker: User
    api: Api

    def unit(self, **fields: Any) -> Resource:
        return rooms_building.unit(self.centre, **fields)

    def held(self, unit: Resource, for_: Nights, *people: Person, reserve: bool = False) -> Stay:
        ask = rooms_building.ask(self.centre, for_, people=people)
        return reserving.hold_unit(ask, [StayLeg(unit, for_)], reserve=reserve, by=self.worker)

    def resident(self, unit: Resource, *people: Person, length: int = 30) -> Stay:
        return rooms_building.resident(
            unit, people or family(self.centre), self.worker, length=length
        )

    def left(self, unit: Resource) -> Stay:
        return services.check_out(self.resident(unit), by=self.worker)

    def waiting(self, *people: Person, **changes: Any) -> Stay:
        ask = rooms_building.ask(self.centre, nights(1, 5), people=people, **changes)
        return reserving.request_stay(ask, by=self.worker)

    def toy(self, name: str = "") -> Resource:
        made = building.place(self.centre, kind=Resource.Kind.TOY)
        Resource.objects.filter(pk=made.pk).update(name=name or made.name)
        return Resource.objects.get(pk=made.pk)

    def lent(self, toy: Resource, days: int = 7) -> Loan:
        due_on = clock.today() + timedelta(days=days)
        return lending.lend(toy, building.person(self.centre), due_on=due_on, by=self.worker)

    def colleague(self, role: str) -> Api:
        return Api(building.user(self.centre, role))


@pytest.fixture(autouse=True)
def monday_at_eight_in_the_evening(db) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def shelter() -> Shelter:
    centre = building.centre()
    worker = building.user(centre, Role.Name.SHELTER)
    return Shelter(centre, worker, Api(worker))


def on(number: int) -> str:
    """The date so many days from tonight, as it is written."""
    return (MONDAY + timedelta(days=number)).isoformat()


def spell(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def results(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ids(api: Api, path: str, **query: Any) -> list[str]:
    return [row["id"] for row in results(api, path, **query)]


def free(shelter: Shelter, start: int, length: int, **query: Any) -> dict[str, Any]:
    sent = {"from": on(start), "to": on(start + length)} | query
    answer = shelter.api.get("units/availability/", sent)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refusal(answer: Any) -> tuple[str, str]:
    """Code and sentence."""
    _, code = problem(answer)
    return code, answer.json()["detail"]


# Units


def test_unit_says_what_it_is_and_never_where(shelter):
    unit = shelter.unit(name="2", beds=3, cots=1, features=["own_bathroom", "ground_floor"])

    assert results(shelter.api, "units/") == [
        {
            "id": str(unit.public_id),
            "name": "2",
            "kind": "family",
            "building": "Къщата",
            "beds": 3,
            "cots": 1,
            "features": ["ground_floor", "own_bathroom"],
            "state": "free",
        }
    ]


@pytest.mark.parametrize(
    ("state", "make"),
    [
        ("free", lambda s, unit: None),
        ("occupied", lambda s, unit: s.resident(unit)),
        ("held", lambda s, unit: s.held(unit, nights(0, 2))),
        ("reserved", lambda s, unit: s.held(unit, nights(0, 2), reserve=True)),
        ("free", lambda s, unit: s.held(unit, nights(1, 2))),
        ("cleaning", lambda s, unit: s.left(unit)),
        (
            "out_of_service",
            lambda s, unit: upkeep.take_out_of_service(unit, nights(0, 1), by=s.worker),
        ),
    ],
)
def test_unit_has_the_state_of_this_minute(shelter, state: str, make: Callable[..., Any]):
    make(shelter, shelter.unit())

    (row,) = results(shelter.api, "units/")

    assert row["state"] == state


def test_unit_no_longer_used_is_left_out(shelter):
    unit = shelter.unit()
    Resource.objects.filter(pk=unit.pk).update(is_active=False)

    assert ids(shelter.api, "units/") == []


def test_unit_out_of_service_and_back(shelter):
    unit = shelter.unit()
    path = f"units/{unit.public_id}/out-of-service/"

    states = [shelter.api.post(path, {"from": on(0), "to": on(100)}).json()["state"]]
    shelter.api.delete(path)
    states.append(results(shelter.api, "units/")[0]["state"])

    assert states == ["out_of_service", "free"]


def test_cleaned_unit_is_free_by_unit_or_by_the_stay_that_left_it(shelter):
    unit, other = shelter.unit(), shelter.unit()
    shelter.left(unit)
    left = shelter.left(other)

    by_unit = shelter.api.post(f"units/{unit.public_id}/ready/").json()["state"]
    by_stay = shelter.api.post(f"stays/{left.public_id}/ready/").json()["status"]

    assert (by_unit, by_stay) == ("free", "left")
    assert {row["state"] for row in results(shelter.api, "units/")} == {"free"}


def test_cleaned_is_the_unit_that_the_stay_left_last(shelter):
    first, second = shelter.unit(), shelter.unit()
    stay = shelter.resident(first)
    path = f"stays/{stay.public_id}/"
    shelter.api.post(f"{path}move/", {"unit": second.public_id})
    with clock.frozen(NOW + timedelta(minutes=1)):
        shelter.api.post(f"units/{first.public_id}/ready/")
        shelter.api.post(f"{path}check-out/")

    with clock.frozen(NOW + timedelta(minutes=2)):
        answer = shelter.api.post(f"{path}ready/")

    assert answer.status_code == 200, answer.content
    assert {row["state"] for row in results(shelter.api, "units/")} == {"free"}


def test_cleaned_is_no_unit_that_another_family_left_since(shelter):
    first, second = shelter.unit(name="A"), shelter.unit(name="B")
    stay = shelter.resident(first)
    path = f"stays/{stay.public_id}/"
    shelter.api.post(f"{path}move/", {"unit": second.public_id})
    with clock.frozen(NOW + timedelta(minutes=1)):
        shelter.api.post(f"units/{first.public_id}/ready/")
        shelter.left(first)
        shelter.api.post(f"{path}check-out/")

    with clock.frozen(NOW + timedelta(minutes=2)):
        shelter.api.post(f"{path}ready/")

    states = {row["name"]: row["state"] for row in results(shelter.api, "units/")}
    assert states == {"A": "cleaning", "B": "free"}


def test_cots_move_from_one_unit_to_another(shelter):
    one, other = shelter.unit(cots=2), shelter.unit(cots=0)
    body = {"taken_from": str(one.public_id), "brought_to": str(other.public_id), "on": on(0)}

    answer = shelter.api.post("cots/", body)

    assert (answer.status_code, answer.json()) == (201, body | {"count": 1})
    assert [row["cots"] for row in results(shelter.api, "units/")] == [1, 1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"on": on(0)}, (400, "invalid")),  # neither from nor to
        ({"brought_to": "own", "on": on(0), "count": 0}, (400, "invalid")),
        ({"brought_to": "own", "on": on(-1)}, (422, "past_start")),
        ({"taken_from": "own", "on": on(0), "count": 2}, (422, "no_cot_there")),
        ({"taken_from": "own", "brought_to": "foreign", "on": on(0)}, (404, "not_found")),
        ({"taken_from": "own", "on": on(0), "count": 1}, None),  # back to the store
    ],
)
def test_cots_that_cannot_move(shelter, body, expected):
    units = {"own": shelter.unit(cots=1), "foreign": rooms_building.unit(building.centre())}
    named = {k: units[v].public_id if v in units else v for k, v in body.items()}

    answer = shelter.api.post("cots/", named)

    assert (answer.status_code == 201) if expected is None else (problem(answer) == expected)


def test_cots_go_between_two_centres_of_one_worker_by_no_way(shelter):
    other = building.centre()
    Role.objects.create(
        user=shelter.worker, centre=other, name=Role.Name.SHELTER, from_on=date(2020, 1, 1)
    )
    body = {
        "taken_from": shelter.unit().public_id,
        "brought_to": rooms_building.unit(other).public_id,
        "on": on(0),
    }

    assert problem(shelter.api.post("cots/", body)) == (404, "not_found")


# Availability


def test_free_unit_says_until_when_and_with_how_many_beds_to_spare(shelter):
    unit = shelter.unit(beds=3)
    shelter.held(unit, nights(10, 5))

    (row,) = free(shelter, 1, 2)["results"]

    found = {key: row[key] for key in ("id", "free_until", "spare_beds")}
    assert found == {"id": str(unit.public_id), "free_until": on(10), "spare_beds": 2}


def test_answer_is_whole(shelter):
    shelter.unit()

    answer = free(shelter, 0, 1)

    (row,) = answer.pop("results")
    assert answer == {"count": 1, "next": None, "previous": None, "in_turns": [], "nearest": None}
    assert set(row) - {"free_until", "spare_beds"} == set(results(shelter.api, "units/")[0])


@pytest.mark.parametrize(
    ("asked", "spare"),
    [
        ({"adults": 1}, 2),
        ({"adults": 3}, 0),
        ({"adults": 4}, None),
        ({"adults": 1, "ages": "0"}, 2),  # in the cot
        ({"adults": 1, "ages": "0,1"}, 1),  # two babies, one cot
        ({"adults": 1, "ages": "1,2"}, 1),  # two years: a bed
        ({"adults": 1, "ages": [0, 5]}, 1),  # ages=0&ages=5
        ({"adults": 1, "children": 1}, 1),  # of no known age
        ({"adults": 1, "children": 2, "ages": "0"}, 1),
        ({"adults": 1, "children": 3}, None),
        ({"adults": 0, "ages": "5,6,7"}, 0),
        ({"adults": 1, "ages": ""}, 2),
    ],
)
def test_children_sleep_in_cots_or_beds_by_their_age(shelter, asked, spare):
    shelter.unit(beds=3, cots=1)

    found = [row["spare_beds"] for row in free(shelter, 0, 1, **asked)["results"]]

    assert found == ([] if spare is None else [spare])


def test_best_fit_comes_first(shelter):
    shelter.unit(name="big", beds=5)
    shelter.unit(name="fine", beds=2, features=["own_bathroom"])
    shelter.unit(name="plain", beds=2)
    shelter.unit(name="small", beds=1)
    shelter.unit(name="single", beds=2, kind="single")

    answer = free(shelter, 0, 1, adults=2)

    assert [row["name"] for row in answer["results"]] == ["plain", "fine", "big"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"needs": "own_bathroom"}, ["fine"]),
        ({"needs": ["own_bathroom", "disability"]}, []),
        ({"kind": "single"}, ["single"]),
    ],
)
def test_unit_is_asked_for_by_need_and_kind(shelter, query, found):
    shelter.unit(name="fine", features=["own_bathroom"])
    shelter.unit(name="plain")
    shelter.unit(name="single", kind="single")

    assert [row["name"] for row in free(shelter, 0, 1, **query)["results"]] == found


def test_units_serve_in_turns_when_none_is_free_for_all_nights(shelter):
    first, second = shelter.unit(name="A"), shelter.unit(name="B")
    shelter.held(first, nights(5, 5))
    shelter.held(second, nights(0, 5))

    answer = free(shelter, 0, 9)

    turns = [(turn["unit"], turn["from_on"], turn["to_on"]) for turn in answer["in_turns"]]
    assert turns == [(str(first.public_id), on(0), on(5)), (str(second.public_id), on(5), on(9))]
    assert (answer["results"], answer["nearest"]) == ([], None)


def test_turns_that_were_offered_can_be_held(shelter):
    first, second = shelter.unit(), shelter.unit()
    shelter.held(first, nights(5, 5))
    shelter.held(second, nights(0, 5))
    turns = [
        {"unit": turn["unit"], "from": turn["from_on"], "to": turn["to_on"]}
        for turn in free(shelter, 0, 9)["in_turns"]
    ]

    answer = shelter.api.post("stays/", {"from": on(0), "to": on(9), "turns": turns})

    assert answer.status_code == 201
    assert [turn["unit"] for turn in answer.json()["turns"]] == [
        str(first.public_id),
        str(second.public_id),
    ]


def test_units_in_turns_are_of_one_centre(shelter):
    """A stay is in one house, so what is offered can be held."""
    other = building.centre()
    Role.objects.create(
        user=shelter.worker, centre=other, name=Role.Name.SHELTER, from_on=date(2020, 1, 1)
    )
    theirs, dates = rooms_building.unit(other), nights(0, 5)
    shelter.held(shelter.unit(), nights(5, 5))
    reserving.hold_unit(
        rooms_building.ask(other, dates), [StayLeg(theirs, dates)], by=shelter.worker
    )

    assert free(shelter, 0, 9)["in_turns"] == []


def test_nearest_date_is_told_when_nothing_serves(shelter):
    shelter.held(shelter.unit(), nights(0, 5))
    shelter.held(shelter.unit(), nights(0, 7))

    answer = free(shelter, 0, 3)

    assert (answer["results"], answer["in_turns"], answer["nearest"]) == ([], [], on(5))


def test_centre_without_a_fitting_unit_has_no_nearest_date(shelter):
    shelter.unit(beds=1)

    assert free(shelter, 0, 3, adults=2)["nearest"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": on(3), "to": on(3)}, (422, "leaves_before_arriving")),
        ({"from": on(0), "to": on(185)}, (422, "stay_too_long")),
        ({"from": on(-1), "to": on(3)}, (422, "past_start")),
        ({"from": on(400), "to": on(401)}, (422, "too_far_ahead")),
        ({"from": on(0)}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "adults": 0}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "adults": 11}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "children": 1, "ages": "1,2"}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "ages": "18"}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "ages": "x"}, (400, "invalid")),
        ({"from": on(0), "to": on(1), "needs": "sauna"}, (400, "invalid")),
    ],
)
def test_question_that_makes_no_sense_is_refused(shelter, query, expected):
    assert problem(shelter.api.get("units/availability/", query)) == expected


# The board, and tonight


def test_board_says_what_each_night_of_each_unit_is(shelter):
    unit = shelter.unit()
    stay = shelter.resident(unit, length=2)
    held = shelter.held(unit, nights(3, 1))

    board = shelter.api.get("board/", {"days": 5}).json()

    (line,) = board.pop("units")
    assert board == {
        "from_on": on(0),
        "to_on": on(5),
        "free": [0, 0, 1, 0, 1],
        "nights_slept": 0,
        "nights_possible": 0,
        "official_places": {},
    }
    assert line["unit"]["id"] == str(unit.public_id)
    spans = [(s["state"], s["from_on"], s["to_on"], s["stay"]) for s in line["spans"]]
    assert spans == [
        ("occupied", on(0), on(2), str(stay.public_id)),
        ("free", on(2), on(3), None),
        ("held", on(3), on(4), str(held.public_id)),
        ("free", on(4), on(5), None),
    ]


@pytest.mark.parametrize("role", ["psychologist", "leader", "data-officer"])
def test_board_shows_others_the_states_alone(shelter, role):
    unit = shelter.unit()
    shelter.resident(unit, length=2)
    shelter.held(unit, nights(3, 1))

    (line,) = shelter.colleague(role).get("board/", {"days": 5}).json()["units"]

    assert [span["state"] for span in line["spans"]] == ["occupied", "free", "held", "free"]
    assert {span["stay"] for span in line["spans"]} == {None}


def test_board_hides_the_stay_from_kin_and_shows_the_others(shelter):
    stay, other = shelter.resident(shelter.unit()), shelter.resident(shelter.unit())
    shelter.worker.walls.create(household=stay.household)

    lines = shelter.api.get("board/", {"days": 1}).json()["units"]

    assert [line["spans"][0]["stay"] for line in lines] == [None, str(other.public_id)]


@pytest.mark.parametrize("query", [{"days": 0}, {"days": 121}, {"days": "x"}, {"from": "x"}])
def test_board_of_no_sensible_days_is_invalid(shelter, query):
    assert problem(shelter.api.get("board/", query)) == (400, "invalid")


def test_evening_says_what_is_free_and_who_comes_leaves_or_waits(shelter):
    unit, to_clean = shelter.unit(name="free"), shelter.unit(name="to clean")
    held = shelter.held(shelter.unit(name="held"), nights(0, 3))
    leaver = shelter.resident(shelter.unit(name="leaving"), length=1)
    with clock.frozen(NOW - timedelta(days=3)):
        late = shelter.resident(shelter.unit(name="late"), length=2)
    shelter.left(to_clean)

    evening = shelter.api.get("tonight/").json()

    assert [(one["unit"]["id"], one["until"]) for one in evening["free"]] == [
        (str(unit.public_id), None)
    ]
    assert [one["id"] for one in evening["to_clean"]] == [str(to_clean.public_id)]
    placed = {
        name: [(one["stay"], one["unit"]) for one in evening[name]]
        for name in ("arrivals", "holds", "leavers", "overdue", "to_move", "endangered")
    }
    assert placed == {
        "arrivals": [(str(held.public_id), "held")],
        "holds": [(str(held.public_id), "held")],
        "leavers": [(str(leaver.public_id), "leaving")],
        "overdue": [(str(late.public_id), "late")],
        "to_move": [],
        "endangered": [],
    }
    assert evening["night"] == on(0)


def test_sister_centre_is_a_name_a_phone_and_a_count(shelter):
    sister, without_units = building.centre(), building.centre()
    rooms_building.unit(sister)
    rooms_building.unit(sister, kind="single")
    rooms_building.resident(
        rooms_building.unit(sister),
        family(sister),
        building.user(sister, Role.Name.SHELTER),
    )

    sisters = shelter.api.get("tonight/").json()["sisters"]

    assert sisters == [{"name": sister.name, "phone": "+35942600000", "free": 1}]
    assert without_units.name not in {one["name"] for one in sisters}


def test_sisters_units_are_on_no_other_answer(shelter):
    sister = building.centre()
    unit = rooms_building.unit(sister, name="theirs")
    sent = {"from": on(0), "to": on(1)}

    texts = [
        shelter.api.get(path, query).content.decode()
        for path, query in [("units/", {}), ("board/", {}), ("units/availability/", sent)]
    ]

    assert [text for text in texts if "theirs" in text or str(unit.public_id) in text] == []


def test_addresses_are_told_to_shelter_staff_alone(shelter):
    shelter.unit()

    (row,) = results(shelter.api, "buildings/")

    assert (row["name"], row["address"]) == ("Къщата", rooms_building.ADDRESS)
    assert problem(shelter.colleague("leader").get("buildings/")) == (403, "not_allowed")


# Stays


def test_stay_says_everything_about_itself(shelter):
    unit = shelter.unit(name="2")
    mother, baby = family(shelter.centre, ages=[0])
    body = {
        "from": on(0),
        "to": on(10),
        "unit": unit.public_id,
        "people": [mother.public_id, baby.public_id],
        "ages": [0],
        "in_danger": True,
        "reason": "sent by the police",
    }

    answer = shelter.api.post("stays/", body)

    stay = Stay.objects.get()
    nobody = {"joined_on": None, "left_on": None, "away": None}
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": str(stay.public_id),
            "centre": str(shelter.centre.public_id),
            "kind": "family",
            "status": "held",
            "from_on": on(0),
            "to_on": on(10),
            "overdue": False,
            "adults": 1,
            "ages": [0],
            "needs": [],
            "turns": [
                {"unit": str(unit.public_id), "name": "2", "from_on": on(0), "to_on": on(10)}
            ],
            "members": [
                {"person": str(mother.public_id)} | nobody,
                {"person": str(baby.public_id)} | nobody,
            ],
            "hold_expires_at": f"{on(1)}T20:00:00+02:00",
            "in_danger": True,
            "reason": "sent by the police",
            "without_papers": "",
            "refusal": "",
            "requested_at": f"{on(0)}T20:00:00+02:00",
            "version": 2,
        },
    )
    assert shelter.api.get(f"stays/{stay.public_id}/").json() == answer.json()


def test_reading_one_stay_is_kept(shelter):
    stay = shelter.resident(shelter.unit())

    shelter.api.get(f"stays/{stay.public_id}/")

    (record,) = AccessRecord.objects.filter(what="stay")
    assert (record.subject, record.user) == (stay.public_id, shelter.worker)


@pytest.mark.parametrize(
    ("sent", "status", "turns"),
    [
        ({"status": "requested"}, "requested", 0),
        ({}, "held", 1),
        ({"reserve": True}, "held", 1),
        ({"status": "in_house", "without_papers": "late at night"}, "in_house", 1),
    ],
)
def test_stay_begins_where_the_caller_says(shelter, sent, status, turns):
    shelter.unit()
    (mother,) = family(shelter.centre)
    body = {"from": on(0), "to": on(5), "people": [mother.public_id]} | sent

    answer = shelter.api.post("stays/", body)

    found = answer.json()
    assert (answer.status_code, found["status"], len(found["turns"])) == (201, status, turns)


def test_reservation_does_not_run_out(shelter):
    shelter.unit()

    answer = shelter.api.post("stays/", {"from": on(0), "to": on(5), "reserve": True})

    assert answer.json()["hold_expires_at"] is None


def test_hold_that_ran_out_waits_again(shelter):
    stay = shelter.held(shelter.unit(), nights(2, 5), *family(shelter.centre))

    with clock.frozen(NOW + timedelta(hours=24)):
        (row,) = results(shelter.api, "stays/", waiting="true")

    found = [row[key] for key in ("id", "status", "turns", "hold_expires_at")]
    assert found == [str(stay.public_id), "requested", [], None]


def test_stay_goes_from_the_list_to_the_day_of_leaving(shelter):
    shelter.unit()
    other = shelter.unit()
    mother, child = family(shelter.centre, ages=[4])
    stay = shelter.waiting(mother, child, ages=[4])
    path = f"stays/{stay.public_id}/"
    manager = shelter.colleague(Role.Name.MANAGER)
    longer = {"to": on(60), "document_number": "12", "document_on": on(0)}

    steps = [
        shelter.api.post(f"{path}offer/", {"from": on(0), "to": on(7)}),
        shelter.api.post(f"{path}confirm/"),
        shelter.api.post(f"{path}check-in/", {"without_papers": "late at night"}),
        shelter.api.post(f"{path}move/", {"unit": other.public_id, "on": on(3)}),
        manager.post(f"{path}extend/", longer),
        shelter.api.post(f"{path}check-out/"),
    ]

    assert [(one.status_code, one.json()["status"]) for one in steps] == [
        (200, "held"),
        (200, "held"),
        (200, "in_house"),
        (200, "in_house"),
        (200, "in_house"),
        (200, "left"),
    ]
    assert [len(one.json()["turns"]) for one in steps] == [1, 1, 1, 2, 2, 0]
    assert steps[4].json()["to_on"] == on(60)


def test_changes_of_a_stay_are_kept_in_order(shelter):
    stay = shelter.resident(shelter.unit())
    shelter.api.post(f"stays/{stay.public_id}/check-out/")

    found = results(shelter.api, f"stays/{stay.public_id}/changes/")

    assert sorted(change["what"] for change in found) == ["begun", "ended", "held"]
    assert {change["by"] for change in found} == {str(shelter.worker)}


def test_stay_on_the_list_has_no_changes_yet(shelter):
    shelter.resident(shelter.unit())
    stay = shelter.waiting()

    assert results(shelter.api, f"stays/{stay.public_id}/changes/") == []


def test_member_goes_to_hospital_and_comes_back(shelter):
    mother, child = family(shelter.centre, ages=[4])
    stay = shelter.resident(shelter.unit(), mother, child)
    path, person = f"stays/{stay.public_id}/absence/", {"person": child.public_id}

    away = shelter.api.post(path, person | {"kind": Absence.Kind.HOSPITAL}).json()
    back = shelter.api.post(path, person | {"back": True}).json()

    assert [[one["away"] for one in found["members"]] for found in (away, back)] == [
        [None, "hospital"],
        [None, None],
    ]


def test_member_is_born_another_joins_and_leaves(shelter):
    mother, child = family(shelter.centre, ages=[4])
    stay = shelter.resident(shelter.unit(), mother)
    path = f"stays/{stay.public_id}/members/"

    counts = [
        len([one for one in answer.json()["members"] if one["left_on"] is None])
        for answer in (
            shelter.api.post(path, {"born": {"given_name": "А", "family_name": "Б"}}),
            shelter.api.post(path, {"joins": child.public_id}),
            shelter.api.post(path, {"leaves": child.public_id}),
        )
    ]

    assert counts == [2, 3, 2]


def test_waiting_list_is_safety_first_then_who_asked_first(shelter):
    first = shelter.waiting(*family(shelter.centre))
    with clock.frozen(NOW + timedelta(hours=1)):
        second = shelter.waiting(*family(shelter.centre))
        urgent = shelter.waiting(*family(shelter.centre), in_danger=True)
    shelter.resident(shelter.unit())

    expected = [str(stay.public_id) for stay in (urgent, first, second)]
    assert ids(shelter.api, "stays/", waiting="true") == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"waiting", "held", "in_house", "left"}),
        ({"status": "held"}, {"held"}),
        ({"status": ["held", "left"]}, {"held", "left"}),
        ({"kind": "single"}, set()),
        ({"waiting": "true"}, {"waiting"}),
        ({"waiting": "true", "status": "held"}, set()),
    ],
)
def test_stays_are_found_by_status_and_kind(shelter, query, found):
    stays = {
        "waiting": shelter.waiting(),
        "held": shelter.held(shelter.unit(), nights(0, 3)),
        "in_house": shelter.resident(shelter.unit()),
        "left": shelter.left(shelter.unit()),
    }
    names = {str(stay.public_id): name for name, stay in stays.items()}

    assert {names[found] for found in ids(shelter.api, "stays/", **query)} == found


@pytest.mark.parametrize("query", [{"status": "x"}, {"kind": "x"}])
def test_filter_that_makes_no_sense_is_invalid(shelter, query):
    assert problem(shelter.api.get("stays/", query)) == (400, "invalid")


def test_worker_of_two_centres_says_in_which_one(shelter):
    other = building.centre()
    rooms_building.unit(other)
    Role.objects.create(
        user=shelter.worker, centre=other, name=Role.Name.SHELTER, from_on=date(2020, 1, 1)
    )
    dates = {"from": on(0), "to": on(2)}

    unnamed = shelter.api.post("stays/", dates)
    named = shelter.api.post("stays/", dates | {"centre": other.public_id})

    assert problem(unnamed) == (404, "not_found")
    assert (named.status_code, named.json()["centre"]) == (201, str(other.public_id))


# What is refused


@pytest.mark.parametrize("path", ["stays/", "units/availability/"])
def test_longer_than_six_months_is_refused(shelter, path):
    shelter.unit()
    last = MONDAY + relativedelta(months=6)
    dates = {"from": on(0), "to": (last + timedelta(days=1)).isoformat()}

    answer = shelter.api.post(path, dates) if path == "stays/" else shelter.api.get(path, dates)

    assert refusal(answer) == (
        "stay_too_long",
        f"That is longer than six months: until {spell(last)} at most.",
    )


def test_six_months_are_taken(shelter):
    shelter.unit()
    last = MONDAY + relativedelta(months=6)

    answer = shelter.api.post("stays/", {"from": on(0), "to": last.isoformat()})

    assert (answer.status_code, answer.json()["to_on"]) == (201, last.isoformat())


@pytest.mark.parametrize("number", [0, -1])
@pytest.mark.parametrize("status", ["requested", "held", "in_house"])
def test_leaving_before_arriving_is_refused(shelter, number, status):
    shelter.unit()

    answer = shelter.api.post("stays/", {"from": on(0), "to": on(number), "status": status})

    assert refusal(answer) == (
        "leaves_before_arriving",
        "The day of leaving must come after the day of arriving.",
    )


@pytest.mark.parametrize("status", ["held", "in_house"])
def test_person_already_in_house_is_refused(shelter, status):
    (mother,) = family(shelter.centre)
    shelter.resident(shelter.unit(), mother)
    shelter.unit()
    body = {"from": on(0), "to": on(3), "people": [mother.public_id], "status": status}

    answer = shelter.api.post("stays/", body | {"without_papers": "late at night"})

    assert refusal(answer) == (
        "already_in_house",
        "Somebody of this family is in house already. Check out of that stay first.",
    )
    assert Stay.objects.count() == 1


def test_family_that_waits_already_is_refused(shelter):
    (mother,) = family(shelter.centre)
    shelter.waiting(mother)
    body = {"from": on(0), "to": on(3), "people": [mother.public_id], "status": "requested"}

    assert refusal(shelter.api.post("stays/", body)) == (
        "already_waiting",
        "This family is on the waiting list or has a unit held already. Go on from there.",
    )


def test_more_people_than_the_unit_holds_are_refused(shelter):
    unit = shelter.unit(name="2", beds=2, cots=0)
    body = {"from": on(0), "to": on(3), "unit": unit.public_id, "adults": 1, "ages": [0, 5]}

    assert refusal(shelter.api.post("stays/", body)) == (
        "unit_too_small",
        "2 does not hold this many people. Choose a larger unit.",
    )


def test_more_people_than_were_asked_for_are_refused_at_the_door(shelter):
    unit = shelter.unit(name="2", beds=1, cots=0)
    people = family(shelter.centre, ages=[5])
    stay = shelter.held(unit, nights(0, 3), people[0])
    body = {"people": [one.public_id for one in people], "without_papers": "late at night"}

    answer = shelter.api.post(f"stays/{stay.public_id}/check-in/", body)

    assert problem(answer) == (422, "unit_too_small")


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda s: s.waiting(), "waiting"),
        (lambda s: s.held(s.unit(), nights(0, 3)), "held"),
        (lambda s: s.left(s.unit()), "left"),
    ],
)
def test_check_out_of_nobody_is_refused(shelter, make, state):
    stay = make(shelter)

    answer = shelter.api.post(f"stays/{stay.public_id}/check-out/")

    assert refusal(answer) == (
        "wrong_status",
        f"A stay that is “{state}” cannot take this step.",
    )


def test_occupied_unit_cannot_be_made_ready(shelter):
    unit = shelter.unit(name="2")
    stay = shelter.resident(unit)

    answers = [
        shelter.api.post(path)
        for path in (f"units/{unit.public_id}/ready/", f"stays/{stay.public_id}/ready/")
    ]

    sentence = "2 is still occupied. Check the family out first."
    assert [refusal(answer) for answer in answers] == [("unit_occupied", sentence)] * 2


def test_free_unit_is_not_waiting_to_be_cleaned(shelter):
    unit = shelter.unit(name="2")

    assert refusal(shelter.api.post(f"units/{unit.public_id}/ready/")) == (
        "nothing_to_clean",
        "2 is not waiting to be cleaned.",
    )


@pytest.mark.parametrize("make", [lambda s: s.waiting(), lambda s: s.held(s.unit(), nights(0, 3))])
def test_stay_that_was_never_in_a_unit_leaves_nothing_to_clean(shelter, make):
    stay = make(shelter)

    code, sentence = refusal(shelter.api.post(f"stays/{stay.public_id}/ready/"))

    assert code == "nothing_to_clean"
    assert sentence[0] != " ", sentence


@pytest.mark.parametrize("reserve", [True, False])
def test_extending_over_a_reservation_is_refused(shelter, reserve):
    unit = shelter.unit(name="2")
    stay = shelter.resident(unit, length=5)
    expected = shelter.held(unit, nights(7, 3), reserve=reserve)
    manager = shelter.colleague(Role.Name.MANAGER)
    path, paper = f"stays/{stay.public_id}/extend/", {"document_number": "1", "document_on": on(0)}

    answer = manager.post(path, paper | {"to": on(8)})

    assert refusal(answer) == (
        "resource_unavailable",
        f"2 is reserved from {spell(MONDAY + timedelta(days=7))}. "
        "Move that reservation to another unit first, or choose another unit or other dates.",
    )
    assert answer.json()["stay"] == str(expected.public_id)
    assert manager.post(path, paper | {"to": on(7)}).status_code == 200


@pytest.mark.parametrize("role", ["shelter", "coordinator"])
def test_only_a_manager_extends(shelter, role):
    stay = shelter.resident(shelter.unit())
    body = {"to": on(60), "document_number": "12", "document_on": on(0)}

    answer = shelter.colleague(role).post(f"stays/{stay.public_id}/extend/", body)

    assert refusal(answer) == (
        "not_allowed",
        "Your role does not include this. Ask your coordinator.",
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"status": "in_house", "without_papers": "x"}, (422, "nobody_named")),
        ({"status": "left"}, (400, "invalid")),
        ({"from": on(-1)}, (422, "past_start")),
        ({"from": on(400), "to": on(401)}, (422, "too_far_ahead")),
        ({"needs": ["disability"]}, (409, "resource_unavailable")),
        ({"unit": "small", "adults": 4}, (422, "unit_too_small")),
        ({"unit": "small", "needs": ["disability"]}, (422, "unit_unsuitable")),
        ({"unit": "taken"}, (409, "resource_unavailable")),
        ({"adults": 0}, (400, "invalid")),
        ({"reason": "x" * 201}, (400, "invalid")),
        ({"turns": [{"unit": "small", "from": on(0), "to": on(2)}]}, (422, "outside_stay")),
    ],
)
def test_stay_that_cannot_begin_is_refused_and_not_written(shelter, sent, expected):
    units = {"small": shelter.unit(), "taken": shelter.unit()}
    shelter.held(units["taken"], nights(0, 9))
    ids = {name: str(unit.public_id) for name, unit in units.items()}
    sent = {key: ids.get(value, value) if key == "unit" else value for key, value in sent.items()}
    for leg in sent.get("turns", []):
        leg["unit"] = ids.get(leg["unit"], leg["unit"])

    answer = shelter.api.post("stays/", {"from": on(0), "to": on(3)} | sent)

    assert problem(answer) == expected
    assert Stay.objects.count() == 1


def test_admission_without_papers_needs_a_reason(shelter):
    shelter.unit()
    (mother,) = family(shelter.centre)
    body = {
        "from": on(0),
        "to": on(3),
        "people": [mother.public_id],
        "status": "in_house",
    }

    assert problem(shelter.api.post("stays/", body)) == (422, "no_entry_basis")


def test_two_families_in_one_stay_are_refused(shelter):
    shelter.unit()
    people = [*family(shelter.centre), *family(shelter.centre)]
    body = {"from": on(0), "to": on(3), "people": [one.public_id for one in people]}

    assert problem(shelter.api.post("stays/", body)) == (422, "several_families")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("offer", {}),
        ("confirm", {}),
        ("close", {"outcome": "withdrawn"}),
        ("check-in", {"without_papers": "x"}),
        ("move", {}),
    ],
)
def test_step_that_the_status_does_not_permit_is_refused(shelter, step, body):
    stay = shelter.left(shelter.unit())
    if step == "move":
        body = {"unit": shelter.unit().public_id}

    answer = shelter.api.post(f"stays/{stay.public_id}/{step}/", body)

    assert problem(answer) == (422, "wrong_status")


STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("waiting", "offer", {}),
    ("held", "confirm", {}),
    ("held", "close", {"outcome": "withdrawn"}),
    ("held", "check-in", {"without_papers": "x"}),
    ("in_house", "check-out", {}),
    ("in_house", "extend", {"to": on(60), "document_number": "1", "document_on": on(0)}),
    ("in_house", "move", {"unit": "unit"}),
    ("in_house", "absence", {"person": "child", "kind": "hospital"}),
    ("in_house", "members", {"leaves": "child"}),
    ("in_house", "members", {"born": {"given_name": "А", "family_name": "Б"}}),
]


@pytest.mark.parametrize(("status", "step", "body"), STEPS)
def test_step_on_a_version_of_the_past_is_refused(shelter, status, step, body):
    people = family(shelter.centre, ages=[4])
    if status == "waiting":
        stay = shelter.waiting(*people)
    elif status == "held":
        stay = shelter.held(shelter.unit(), nights(0, 5), *people)
    else:
        stay = shelter.resident(shelter.unit(), *people)
    ids = {"unit": shelter.unit().public_id, "child": people[1].public_id}
    body = {k: ids.get(v, v) if isinstance(v, str) else v for k, v in body.items()}
    manager, path = shelter.colleague(Role.Name.MANAGER), f"stays/{stay.public_id}/{step}/"

    stale = manager.post(path, body | {"version": stay.version + 1})
    fresh = manager.post(path, body | {"version": stay.version})

    assert problem(stale) == (409, "stale_version")
    assert (fresh.status_code, fresh.json()["version"] > stay.version) == (200, True)


def test_people_of_no_stay_are_not_found_in_it(shelter):
    stay, other = shelter.resident(shelter.unit()), building.person(shelter.centre)
    path = f"stays/{stay.public_id}/"

    answers = [
        shelter.api.post(f"{path}absence/", {"person": other.public_id, "kind": "hospital"}),
        shelter.api.post(f"{path}members/", {"leaves": other.public_id}),
    ]

    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"joins": "one", "leaves": "one"},
        {"born": {"given_name": "А"}},
        {"born": {"given_name": " ", "family_name": "Б"}},
    ],
)
def test_members_change_one_at_a_time(shelter, body):
    (mother,) = family(shelter.centre)
    stay = shelter.resident(shelter.unit(), mother)
    body = {key: mother.public_id if value == "one" else value for key, value in body.items()}

    answer = shelter.api.post(f"stays/{stay.public_id}/members/", body)

    assert problem(answer) == (400, "invalid")


@pytest.mark.parametrize("body", [{}, {"kind": "hospital", "back": True}, {"kind": "x"}])
def test_absence_says_where_to_or_back(shelter, body):
    (mother,) = family(shelter.centre)
    stay = shelter.resident(shelter.unit(), mother)

    answer = shelter.api.post(
        f"stays/{stay.public_id}/absence/", {"person": mother.public_id} | body
    )

    assert problem(answer) == (400, "invalid")


def test_last_member_checks_out_instead(shelter):
    (mother,) = family(shelter.centre)
    stay = shelter.resident(shelter.unit(), mother)

    answer = shelter.api.post(f"stays/{stay.public_id}/members/", {"leaves": mother.public_id})

    assert problem(answer) == (422, "last_member")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"from": on(2), "to": on(2)}, (422, "leaves_before_arriving")),
        ({"from": on(-1), "to": on(2)}, (422, "past_start")),
        ({"from": on(4), "to": on(6)}, (409, "resource_unavailable")),
        ({"from": on(5), "to": "2199-12-31"}, (422, "too_far_ahead")),
    ],
)
def test_unit_cannot_be_out_of_service_then(shelter, dates, expected):
    unit = shelter.unit()
    shelter.resident(unit, length=5)

    answer = shelter.api.post(f"units/{unit.public_id}/out-of-service/", dates)

    assert problem(answer) == expected


# The same call twice


@pytest.mark.parametrize("status", ["requested", "held", "in_house"])
def test_same_key_is_one_stay(shelter, status):
    shelter.unit()
    shelter.unit()
    (mother,) = family(shelter.centre)
    body = {
        "from": on(0),
        "to": on(3),
        "people": [str(mother.public_id)],
        "status": status,
        "without_papers": "late at night",
    }

    first, again = (shelter.api.post("stays/", body, idempotency_key="k") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Stay.objects.count() == 1


def test_same_key_with_another_body_is_refused(shelter):
    shelter.unit()
    shelter.api.post("stays/", {"from": on(0), "to": on(3)}, idempotency_key="k")

    again = shelter.api.post("stays/", {"from": on(0), "to": on(4)}, idempotency_key="k")

    assert problem(again) == (422, "idempotency_key_reused")


def test_refused_stay_leaves_its_key_free(shelter):
    body = {"from": on(0), "to": on(3)}
    first = shelter.api.post("stays/", body, idempotency_key="k")
    shelter.unit()

    again = shelter.api.post("stays/", body, idempotency_key="k")

    assert (first.status_code, again.status_code) == (409, 201)
    assert IdempotencyKey.objects.count() == 1


def test_same_key_is_one_loan(shelter):
    body = {
        "toy": shelter.toy().public_id,
        "person": building.person(shelter.centre).public_id,
        "due_on": on(7),
    }
    body = {key: str(value) for key, value in body.items()}

    first, again = (shelter.api.post("loans/", body, idempotency_key="k") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


# Turned away


def closed(shelter: Shelter, outcome: str, *, hours: int = 0, **body: Any) -> None:
    with clock.frozen(NOW + timedelta(hours=hours)):
        if outcome == "did_not_come":
            stay = shelter.held(shelter.unit(), nights(0, 3))
        else:
            stay = shelter.waiting()
        answer = shelter.api.post(f"stays/{stay.public_id}/close/", {"outcome": outcome} | body)
    assert answer.status_code == 200, answer.content


def test_turned_away_are_counted_by_reason(shelter):
    closed(shelter, "refused", refusal="no_place")
    closed(shelter, "refused", refusal="no_place")
    closed(shelter, "refused", refusal="family_declined")
    closed(shelter, "withdrawn")
    closed(shelter, "did_not_come")
    shelter.waiting()

    answer = shelter.api.get("turned-away/", {"from": on(0), "to": on(1)})

    assert answer.json() == {
        "refused": {"no_place": 2, "unsuitable": 0, "family_declined": 1, "other": 0},
        "withdrawn": 1,
        "did_not_come": 1,
    }


@pytest.mark.parametrize(
    ("dates", "count"),
    [((-1, 0), 0), ((0, 1), 1), ((0, 2), 2), ((1, 2), 1), ((2, 3), 0), ((1, 1), 0)],
)
def test_turned_away_count_in_a_half_open_period(shelter, dates, count):
    closed(shelter, "withdrawn")
    closed(shelter, "withdrawn", hours=4)  # midnight: the next day's first moment
    query = {"from": on(dates[0]), "to": on(dates[1])}

    assert shelter.api.get("turned-away/", query).json()["withdrawn"] == count


def test_turned_away_of_another_centre_are_not_counted(shelter):
    closed(shelter, "withdrawn")
    other = building.centre()

    answer = Api(building.user(other, Role.Name.MANAGER)).get(
        "turned-away/", {"from": on(0), "to": on(1)}
    )

    assert answer.json()["withdrawn"] == 0


def test_refusal_needs_its_reason(shelter):
    stay = shelter.waiting()

    answer = shelter.api.post(f"stays/{stay.public_id}/close/", {"outcome": "refused"})

    assert problem(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["field"] == "refusal"


def test_who_is_not_due_yet_did_not_fail_to_come(shelter):
    stay = shelter.held(shelter.unit(), nights(1, 3))

    answer = shelter.api.post(f"stays/{stay.public_id}/close/", {"outcome": "did_not_come"})

    assert problem(answer) == (422, "wrong_status")


# Toys


def test_toy_says_whether_it_is_there(shelter):
    there, lent, late = (shelter.toy(name) for name in ("a", "b", "c"))
    shelter.lent(lent)
    with clock.frozen(NOW - timedelta(days=10)):
        shelter.lent(late)

    found = {row["id"]: row for row in results(shelter.colleague("leader"), "toys/")}

    assert [found[str(toy.public_id)] for toy in (there, lent, late)] == [
        {
            "id": str(toy.public_id),
            "name": toy.name,
            "lent": due is not None,
            "due_on": due,
            "overdue": overdue,
        }
        for toy, due, overdue in ((there, None, False), (lent, on(7), False), (late, on(-3), True))
    ]


def test_loan_is_lent_and_returned(shelter):
    toy, person = shelter.toy(), building.person(shelter.centre)
    body = {"toy": toy.public_id, "person": person.public_id, "due_on": on(7)}

    lent = shelter.api.post("loans/", body)
    returned = shelter.api.post(f"loans/{lent.json()['id']}/return/")

    expected = {
        "id": str(Loan.objects.get().public_id),
        "toy": str(toy.public_id),
        "person": str(person.public_id),
        "lent_on": on(0),
        "due_on": on(7),
        "returned_on": None,
        "overdue": False,
    }
    assert (lent.status_code, lent.json()) == (201, expected)
    assert (returned.status_code, returned.json()) == (200, expected | {"returned_on": on(0)})
    assert [row["lent"] for row in results(shelter.api, "toys/")] == [False]


def test_loans_are_those_lent_now_the_overdue_first(shelter):
    soon, later = shelter.lent(shelter.toy(), 3), shelter.lent(shelter.toy(), 9)
    with clock.frozen(NOW - timedelta(days=10)):
        late = shelter.lent(shelter.toy())
    lending.take_back(shelter.lent(shelter.toy()), by=shelter.worker)

    expected = [str(loan.public_id) for loan in (late, soon, later)]
    assert ids(shelter.api, "loans/") == expected


@pytest.mark.parametrize(
    ("due", "expected"),
    [(0, (422, "invalid_interval")), (61, (422, "invalid_interval")), (60, None), (1, None)],
)
def test_loan_lasts_a_day_to_sixty(shelter, due, expected):
    body = {
        "toy": shelter.toy().public_id,
        "person": building.person(shelter.centre).public_id,
        "due_on": on(due),
    }

    answer = shelter.api.post("loans/", body)

    assert (answer.status_code == 201) if expected is None else (problem(answer) == expected)


def test_toy_that_somebody_has_is_not_lent_again(shelter):
    toy = shelter.toy()
    with clock.frozen(NOW - timedelta(days=10)):
        shelter.lent(toy)  # and overdue
    person = building.person(shelter.centre)

    answer = shelter.api.post(
        "loans/", {"toy": toy.public_id, "person": person.public_id, "due_on": on(7)}
    )

    assert problem(answer) == (409, "resource_unavailable")


def test_returned_toy_is_not_returned_again(shelter):
    loan = lending.take_back(shelter.lent(shelter.toy()), by=shelter.worker)

    answer = shelter.api.post(f"loans/{loan.public_id}/return/")

    assert refusal(answer) == ("not_lent", "This toy has been returned already.")


def test_loan_of_a_sheltered_family_is_for_shelter_staff_to_see(shelter):
    (mother,) = family(shelter.centre)
    shelter.resident(shelter.unit(), mother)
    loan = lending.lend(shelter.toy(), mother, due_on=MONDAY + timedelta(days=7), by=shelter.worker)
    leader = shelter.colleague("leader")

    seen = [ids(api, "loans/") for api in (shelter.api, leader)]

    assert seen == [[str(loan.public_id)], []]
    assert problem(leader.post(f"loans/{loan.public_id}/return/")) == (404, "not_found")


# What it costs


def test_answers_cost_the_same_for_one_row_and_for_thirty(shelter):
    def grow() -> None:
        """A unit of each state, one more on the list, and a toy there and one lent."""
        shelter.resident(shelter.unit(), *family(shelter.centre, ages=[0]))
        shelter.held(shelter.unit(), nights(0, 3), *family(shelter.centre))
        shelter.waiting(*family(shelter.centre))
        shelter.left(shelter.unit())
        shelter.unit()
        shelter.toy()
        shelter.lent(shelter.toy())

    questions: list[tuple[str, dict[str, Any]]] = [
        ("units/", {}),
        ("units/availability/", {"from": on(0), "to": on(3)}),
        ("board/", {"days": 30}),
        ("tonight/", {}),
        ("stays/", {"page_size": 500}),
        ("stays/", {"waiting": "true"}),
        ("toys/", {"page_size": 500}),
        ("loans/", {}),
    ]

    def costs() -> list[tuple[str, int]]:
        return [(path, shelter.api.queries(path, query)) for path, query in questions]

    grow()
    few = costs()
    for _ in range(29):
        grow()

    assert costs() == few
    assert len(results(shelter.api, "stays/", waiting="true")) == 30


def test_evening_costs_the_same_for_one_sister_and_for_ten(shelter):
    rooms_building.unit(building.centre())
    few = shelter.api.queries("tonight/")
    for _ in range(9):
        rooms_building.unit(building.centre())

    assert shelter.api.queries("tonight/") == few
