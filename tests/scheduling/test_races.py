"""Many bookers, several server processes, one database: over HTTP, as it will be."""

import random
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

import psutil
import pytest
import requests
from django.db import connection
from environ import Env
from knox.models import AuthToken

from base import clock
from config import postgres
from notifications.models import Reminder
from people.models import Centre, Person
from scheduling.hours import holidays_of
from scheduling.models import Allocation, Booking, Resource, Service
from tests.support import building, clusters, servers

pytestmark = pytest.mark.full

AT_A_TIME = 60


@dataclass
class Town:
    """A busy centre on its own database, and a coordinator's token."""

    database: str
    token: str
    centre: Centre
    service: Service
    visit: Service
    specialists: list[Resource]
    rooms: list[Resource]
    people: list[Person]

    def body(self, *, hour: int = 10, lead: int = 0, people: tuple[int, ...] = (0,), **more):
        day = next_weekday()
        return {
            "service": str(self.service.public_id),
            "starts_at": building.at(day, hour).isoformat(),
            "specialist": str(self.specialists[lead].public_id),
            "people": [str(self.people[n].public_id) for n in people],
            "modality": "on_site",
        } | more


def next_weekday():
    """A working day at least nine days away."""
    ahead = (clock.today() + timedelta(days=n) for n in range(9, 40))
    return next(day for day in ahead if day.weekday() < 5 and day not in holidays_of(day.year))


@pytest.fixture
def town(database_clone, django_db_blocker):
    return build_town(database_clone(), django_db_blocker)


@pytest.fixture
def old_town(database_clone, django_db_blocker, postgres15):
    """The same on PostgreSQL 15."""
    return build_town(database_clone(postgres15), django_db_blocker, postgres15)


def build_town(url, blocker, cluster=None) -> Town:
    with blocker.unblock(), using(url):
        centre = building.centre()
        service, visit = (building.service(centre, needs_vehicle=n > 0) for n in (0, 1))
        coordinator = building.user(centre, "coordinator")
        town = Town(
            database=url,
            token=AuthToken.objects.create(coordinator)[1],
            centre=centre,
            service=service,
            visit=visit,
            specialists=[building.specialist(centre, [service, visit]) for _ in range(6)],
            rooms=[building.place(centre, [service]) for _ in range(4)],
            people=[building.person(centre) for _ in range(80)],
        )
        for _ in range(2):
            building.place(centre, [visit], kind=Resource.Kind.VEHICLE)
        for person in town.people:
            building.card(person)
    return town


@contextmanager
def using(url):
    """Django's own connection on that database, for looking and building."""
    before = dict(connection.settings_dict)
    facts = Env.db_url_config(url)
    connection.close()
    connection.settings_dict.update({k: facts[k] for k in ("NAME", "HOST", "USER", "PORT")})
    connection.settings_dict["OPTIONS"] = {
        **{k: v for k, v in before["OPTIONS"].items() if k not in {"pool", "host"}},
        **facts.get("OPTIONS", {}),
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def post_all(server, town, bodies):
    """POST every body, AT_A_TIME at once; the (status, code) pairs in the bodies' order."""

    def post(body):
        answer = requests.post(
            f"{server.url}/api/v1/bookings/",
            json=body,
            headers={"Authorization": f"Token {town.token}"},
            timeout=120,
        )
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(post, bodies))


def overlaps() -> list[tuple[Allocation, Allocation]]:
    """Pairs of active allocations of one lane that share time: found the slow way."""
    held = list(Allocation.objects.filter(active=True))
    return [
        (one, other)
        for one, other in combinations(held, 2)
        if (one.resource_id, one.lane) == (other.resource_id, other.lane)
        and one.period.lower < other.period.upper
        and other.period.lower < one.period.upper
    ]


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def one_hour_for_a_thousand(town, server_processes, blocker):
    server = server_processes(town.database, workers=3)
    # Everybody brings another family, so that only the specialist and her hour are contended.
    bodies = [town.body(people=(n % len(town.people),)) for n in range(1000)]
    answers = Counter(post_all(server, town, bodies))
    assert answers == {(201, ""): 1, (409, "resource_unavailable"): 999}
    with blocker.unblock(), using(town.database):
        assert Booking.objects.count() == 1
        assert overlaps() == []
        assert deadlocks() == 0


def test_a_thousand_bookers_of_one_hour_leave_one_booking(
    town, server_processes, django_db_blocker
):
    one_hour_for_a_thousand(town, server_processes, django_db_blocker)


@pytest.mark.needs_postgres15
def test_a_thousand_bookers_leave_one_booking_on_postgresql_15(
    old_town, server_processes, django_db_blocker
):
    one_hour_for_a_thousand(old_town, server_processes, django_db_blocker)


def test_mixed_orders_of_people_rooms_cars_and_two_specialists_never_deadlock(
    town, server_processes, django_db_blocker
):
    random.seed(20270301)
    bodies = [mixed(town) for _ in range(600)]
    answers = post_all(server_processes(town.database, workers=3), town, bodies)
    assert {status for status, _ in answers} == {201, 409}
    with django_db_blocker.unblock(), using(town.database):
        booked = Booking.objects.count()
        assert booked == sum(status == 201 for status, _ in answers)
        assert booked > 10
        assert overlaps() == []
        assert deadlocks() == 0


def mixed(town):
    """A booking of random people in random order, on site or in the field by two workers."""
    people = tuple(random.sample(range(6), random.randint(1, 3)))
    lead, colleague = random.sample(range(len(town.specialists)), 2)
    body = town.body(hour=random.randint(9, 15), lead=lead, people=people)
    if random.random() < 0.5:
        body |= {
            "service": str(town.visit.public_id),
            "modality": "field",
            "colleagues": [str(town.specialists[colleague].public_id)],
        }
    elif random.random() < 0.5:
        body["room"] = str(random.choice(town.rooms).public_id)
    return body


def test_of_two_simultaneous_bookings_of_a_pair_kept_apart_one_wins(
    town, server_processes, django_db_blocker
):
    with django_db_blocker.unblock(), using(town.database):
        for n in range(0, 42, 2):
            building.apart(town.people[n], town.people[n + 1])
    server = server_processes(town.database, workers=3)
    for n in range(0, 42, 2):
        # Different specialists and rooms: nothing is shared but the site.
        pair = [
            town.body(lead=n // 14 * 2 + side, people=(n + side,), hour=9 + n // 2 % 7)
            for side in (0, 1)
        ]
        assert sorted(post_all(server, town, pair)) == [(201, ""), (422, "no_contact")]


def test_a_kill_amid_bookings_leaves_whole_ones_or_none(town, server_processes, django_db_blocker):
    server = server_processes(town.database, workers=3)
    bodies = [town.body(hour=9 + n % 7, lead=n % 6, people=(n % 80,)) for n in range(AT_A_TIME * 4)]
    done = []

    def post(body):
        try:
            answer = requests.post(
                f"{server.url}/api/v1/bookings/",
                json=body,
                headers={"Authorization": f"Token {town.token}"},
                timeout=60,
            )
        except servers.TORN:
            return
        done.append(answer.status_code)
        if len(done) == 20:
            server.kill()

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(post, bodies))
    assert len(done) < len(bodies)
    with django_db_blocker.unblock(), using(town.database):
        bookings = list(Booking.objects.prefetch_related("allocations", "participations"))
        assert len(bookings) >= done.count(201)
        for booking in bookings:
            parts = sorted(allocation.part for allocation in booking.allocations.all())
            assert parts == ["lead", "person", "room"]
            assert booking.participations.count() == 1
            assert booking.changes.count() == 1
            assert Reminder.objects.filter(booking=booking).count() == 2
        assert overlaps() == []


def test_an_immediate_stop_of_the_database_is_503_and_then_forgotten(
    tmp_path, server_processes, django_db_blocker
):
    external = postgres.start(tmp_path / "external", fsync=False)
    cluster = clusters.Cluster(external.url("postgres"))
    name = cluster.copy()
    town = build_town(cluster.url(name), django_db_blocker)
    server = server_processes(town.database)
    assert post_all(server, town, [town.body(hour=9)]) == [(201, "")]

    stop_immediately(external)
    answers = post_all(server, town, [town.body(hour=11)] * 3)
    assert set(answers) == {(503, "temporarily_unavailable")}

    external.ensure()
    assert post_all(server, town, [town.body(hour=11)]) == [(201, "")]

    # Nobody asks anything while it is away.
    fill_pools(server, town)
    stop_immediately(external)
    external.ensure()
    assert {get_services(server, town) for _ in range(20)} == {200}


def stop_immediately(server: postgres.Server) -> None:
    """What `pg_ctl stop -m immediate` sends: every server process ends without a word."""
    postmaster = psutil.Process(
        int((server.data_dir / "postmaster.pid").read_text().splitlines()[0])
    )
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(60)


def fill_pools(server, town) -> None:
    """So many at once that each process opens several connections, all of which lie idle then."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = list(pool.map(lambda _: get_services(server, town), range(200)))
    assert set(answers) == {200}


def get_services(server, town) -> int:
    url = f"{server.url}/api/v1/services/"
    headers = {"Authorization": f"Token {town.token}"}
    return requests.get(url, headers=headers, timeout=60).status_code
