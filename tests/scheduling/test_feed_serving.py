"""A great feed from a real server: whole, and nobody who hangs up keeps anything open."""

import socket
import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.request import urlopen

import psycopg
import pytest

from base import clock
from people.policies import staff
from scheduling import feeds
from scheduling.models import Feed
from tests.scheduling.test_feed_texts import crowd
from tests.support import building, clusters

EVENTS = 20_000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


@pytest.fixture
def served(database_clone, server_processes):
    """A server, its database, and the path of a feed of so many events."""
    url = database_clone()
    with clusters.using(url.rsplit("/", 1)[1].partition("?")[0]):
        centre = building.centre()
        lead = building.specialist(centre)
        office = SimpleNamespace(centre=centre, coordinator=lead.user, lead=lead)
        crowd(office, EVENTS, first=clock.midnight(clock.today() + timedelta(days=1)))
        _, address = feeds.open_feed(staff(lead.user), lead, detail=Feed.Detail.BUSY)
    return server_processes(url, workers=1), url, address[address.index("/feeds/") :]


def test_a_great_feed_comes_whole(served):
    server, _, path = served
    for _ in range(2):
        with urlopen(server.url + path) as answer:
            assert answer.read().count(b"BEGIN:VEVENT") == EVENTS


def test_who_hangs_up_keeps_no_connection(served):
    server, url, path = served
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(12):  # more than the pool has
        with socket.create_connection((host, int(port)), timeout=30) as caller:
            caller.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert caller.recv(1000).startswith(b"HTTP/1.1 200")
    with urlopen(server.url + path) as answer:
        assert answer.read().count(b"BEGIN:VEVENT") == EVENTS
    assert waiting_in_a_transaction(url) == 0


def waiting_in_a_transaction(url: str) -> int:
    """After a second or two, in which they may end."""
    question = """
        SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    """
    for _ in range(20):
        with psycopg.connect(url) as connection:
            found = connection.execute(question).fetchone()
        if found == (0,):
            return 0
        time.sleep(0.1)
    return int(found[0]) if found else 0
