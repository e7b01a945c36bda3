"""One horse, two afternoons at the same hour: whoever books first has it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from knox.models import AuthToken

from scheduling import verifying
from tests.scheduling.test_races import deadlocks, overlaps, using
from tests.support import building
from tests.workshops import building as made
from workshops import boards
from workshops.lines import booked_rides
from workshops.riding.facts import Ride

pytestmark = pytest.mark.full

AT_A_TIME = 8
TEN = 10 * 60


@pytest.fixture
def door(database_clone, django_db_blocker):
    """Two groups with the same horse, and the same leader, drawn on both boards at ten."""
    url = database_clone()
    with django_db_blocker.unblock(), using(url):
        centre = building.centre()
        by = building.user(centre, "coordinator")
        riding = made.riding(centre)
        for _ in range(2):
            building.place(centre, [riding.service], seats=40)
        horse, helper = made.horse(centre, "Звездел"), made.volunteer(centre)
        sessions = []
        for _ in range(2):
            group = made.group(riding, by=by)
            child = made.ready_to_ride(made.child(centre), by=by)
            made.enrol(group, child, by=by)
            session = group.sessions.order_by("booking__starts_at")[0]
            leader = str(helper.resource.public_id)
            ride = Ride(str(child.public_id), str(horse.public_id), TEN, leader=leader)
            boards.draw(session, [ride], by=by, version=1)
            sessions.append(session)
        return url, AuthToken.objects.create(by)[1], sessions


def test_of_two_boards_with_one_horse_one_is_booked(door, server_processes, django_db_blocker):
    url, token, sessions = door
    server = server_processes(url, workers=3)

    def book(session):
        return requests.post(
            f"{server.url}/api/v1/sessions/{session.public_id}/board/book/",
            json={"version": 2},
            headers={"Authorization": f"Token {token}"},
            timeout=120,
        )

    with ThreadPoolExecutor(2 * AT_A_TIME) as pool:
        answers = list(pool.map(book, sessions * AT_A_TIME))

    counted = Counter(answer.status_code for answer in answers)
    assert counted[200] == 1
    assert set(counted) <= {200, 409, 422}
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 200}
    assert codes <= {"rules_broken", "stale_version"}
    with django_db_blocker.unblock(), using(url):
        assert sorted(len(booked_rides(session)) for session in sessions) == [0, 1]
        assert overlaps() == []
        assert verifying.discrepancies() == []
        assert deadlocks() == 0
    assert "deadlock" not in server.log.read_text(errors="replace")
