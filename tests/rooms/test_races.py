"""Many at the door at once, several server processes, one database: over HTTP, as it will be."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
from knox.models import AuthToken

from people.models import Centre, Person, Role, User
from rooms import services, snapshot
from rooms.models import Occupancy, Stay
from rooms.nights import tonight
from rooms.states import State
from scheduling import verifying
from scheduling.models import Resource
from tests.rooms.building import family, resident, unit
from tests.scheduling.test_races import deadlocks, overlaps, using
from tests.support import building, servers

pytestmark = pytest.mark.full

AT_A_TIME = 40


@dataclass
class Shelter:
    """A shelter on its own database, and a token of somebody who admits."""

    database: str
    token: str
    centre: Centre
    by: User
    units: list[Resource]
    mothers: list[Person]

    def admission(self, mother: Person, **more):
        night = tonight()
        return {
            "status": "in_house",
            "without_papers": "x",
            "people": [str(mother.public_id)],
            "from": night.isoformat(),
            "to": (night + timedelta(days=20)).isoformat(),
        } | more


def build_shelter(url, blocker, *, units: int, mothers: int) -> Shelter:
    with blocker.unblock(), using(url):
        centre = building.centre()
        by = building.user(centre, Role.Name.SHELTER)
        return Shelter(
            database=url,
            token=AuthToken.objects.create(by)[1],
            centre=centre,
            by=by,
            units=[unit(centre) for _ in range(units)],
            mothers=[family(centre)[0] for _ in range(mothers)],
        )


@pytest.fixture
def shelter(database_clone, django_db_blocker):
    """Three units for forty."""
    return build_shelter(database_clone(), django_db_blocker, units=3, mothers=AT_A_TIME)


def post(server, shelter, path, body):
    answer = requests.post(
        f"{server.url}/api/v1/{path}",
        json=body,
        headers={"Authorization": f"Token {shelter.token}"},
        timeout=120,
    )
    return answer.status_code, answer.json().get("code", "")


def post_all(server, shelter, bodies):
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return Counter(pool.map(lambda body: post(server, shelter, "stays/", body), bodies))


def states(shelter) -> list[State]:
    return [there.state for there in snapshot.units([shelter.centre.pk])]


def check_whole(shelter, *, admitted: int) -> None:
    """As many families as units they got, each in one of her own."""
    assert Stay.objects.filter(status=Stay.Status.IN_HOUSE).count() == admitted
    assert Occupancy.objects.values("unit").distinct().count() == admitted
    assert states(shelter).count(State.OCCUPIED) == admitted
    assert Stay.objects.count() == admitted
    assert overlaps() == []
    assert verifying.discrepancies() == []
    assert deadlocks() == 0


def test_of_forty_at_the_door_three_get_the_three_units(
    shelter, server_processes, django_db_blocker
):
    server = server_processes(shelter.database, workers=3)
    bodies = [shelter.admission(mother) for mother in shelter.mothers]

    answers = post_all(server, shelter, bodies)

    assert answers == {(201, ""): 3, (409, "resource_unavailable"): 37}
    with django_db_blocker.unblock(), using(shelter.database):
        check_whole(shelter, admitted=3)
    assert "deadlock" not in server.log.read_text(errors="replace")


def test_forty_who_name_the_same_units_in_turns_never_deadlock(
    shelter, server_processes, django_db_blocker
):
    """Each wants two units one after another, in any order of the three."""
    server = server_processes(shelter.database, workers=3)
    night = tonight()
    edges = [(night + timedelta(days=n)).isoformat() for n in (0, 5, 20)]
    bodies = []
    for number, mother in enumerate(shelter.mothers):
        first, second = (shelter.units[(number + n) % 3] for n in (0, 1 + number % 2))
        turns = [
            {"unit": str(first.public_id), "from": edges[0], "to": edges[1]},
            {"unit": str(second.public_id), "from": edges[1], "to": edges[2]},
        ]
        bodies.append(shelter.admission(mother, turns=turns))

    answers = post_all(server, shelter, bodies)

    assert set(answers) == {(201, ""), (409, "resource_unavailable")}
    assert 1 <= answers[201, ""] <= 3
    with django_db_blocker.unblock(), using(shelter.database):
        check_whole(shelter, admitted=answers[201, ""])
    assert "deadlock" not in server.log.read_text(errors="replace")


def test_one_family_at_forty_doors_is_admitted_once(shelter, server_processes, django_db_blocker):
    server = server_processes(shelter.database, workers=3)

    answers = post_all(server, shelter, [shelter.admission(shelter.mothers[0])] * AT_A_TIME)

    assert answers.pop((201, "")) == 1
    assert {code for _, code in answers} <= {"already_in_house", "already_waiting"}
    with django_db_blocker.unblock(), using(shelter.database):
        check_whole(shelter, admitted=1)


def test_a_kill_amid_check_outs_leaves_units_occupied_or_to_clean(
    database_clone, server_processes, django_db_blocker
):
    shelter = build_shelter(database_clone(), django_db_blocker, units=30, mothers=30)
    with django_db_blocker.unblock(), using(shelter.database):
        stays = [
            resident(there, [mother], shelter.by)
            for there, mother in zip(shelter.units, shelter.mothers, strict=True)
        ]
    server = server_processes(shelter.database, workers=3)
    done = []

    def leave(stay):
        try:
            done.append(post(server, shelter, f"stays/{stay.public_id}/check-out/", {}))
        except servers.TORN:
            return
        if len(done) == 8:
            server.kill()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(leave, stays))

    assert len(done) < len(stays)
    with django_db_blocker.unblock(), using(shelter.database):
        found = Counter(states(shelter))
        assert found.keys() <= {State.OCCUPIED, State.CLEANING}
        assert found[State.CLEANING] >= done.count((200, ""))
        assert found.total() == 30
        for stay in Stay.objects.prefetch_related("occupancies", "members"):
            (there,) = stay.occupancies.all()
            has_left = stay.status == Stay.Status.LEFT
            assert (there.ended_at is not None) == has_left
            assert all((member.left_on is not None) == has_left for member in stay.members.all())
        assert overlaps() == []
        assert verifying.discrepancies() == []
        stay = Stay.objects.filter(status=Stay.Status.IN_HOUSE).first()
        assert services.check_out(stay, by=shelter.by).status == Stay.Status.LEFT
