"""Many families at once, several server processes, one database: over HTTP, as it will be."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from knox.models import AuthToken

from scheduling import verifying
from tests.scheduling.test_races import deadlocks, overlaps, using
from tests.support import building
from tests.workshops import building as made
from tests.workshops.building import MONDAY
from workshops import selectors
from workshops.models import Enrolment

pytestmark = pytest.mark.full

AT_A_TIME = 40
S = Enrolment.Status


@pytest.fixture
def door(database_clone, django_db_blocker):
    """A group of eight places on its own database, forty children, and a coordinator's token."""
    url = database_clone()
    with django_db_blocker.unblock(), using(url):
        centre = building.centre()
        by = building.user(centre, "coordinator")
        group = made.group(made.workshop(centre, capacity=8), by=by)
        children = [made.child(centre) for _ in range(AT_A_TIME)]
        return url, AuthToken.objects.create(by)[1], group, children


def test_of_forty_for_eight_places_eight_get_them_and_the_others_wait_in_order(
    door, server_processes, django_db_blocker
):
    url, token, group, children = door
    server = server_processes(url, workers=3)

    def ask(child):
        answer = requests.post(
            f"{server.url}/api/v1/enrolments/",
            json={
                "group": str(group.public_id),
                "people": [{"person": str(child.public_id)}],
                "from": MONDAY.isoformat(),
                "consent_on": "2026-11-01",
            },
            headers={"Authorization": f"Token {token}"},
            timeout=120,
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["enrolments"][0]["status"]

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = Counter(pool.map(ask, children))

    assert answers == {S.ENROLLED: 8, S.WAITING: 32}
    with django_db_blocker.unblock(), using(url):
        waiting = selectors.waiting_list(Enrolment.objects.all())
        assert waiting == sorted(waiting, key=lambda one: one.queued_at)
        sitting = Counter(Enrolment.objects.filter(status=S.ENROLLED).values_list("seats__session"))
        assert set(sitting.values()) == {8}
        assert overlaps() == []
        assert verifying.discrepancies() == []
        assert deadlocks() == 0
    assert "deadlock" not in server.log.read_text(errors="replace")
