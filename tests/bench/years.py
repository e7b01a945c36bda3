"""Target 9: who reads one month of a specialist pays nothing for the fifteen years around it.

Two clones of the demo of that size, in one of which only that month's bookings are left.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import psycopg
from knox.crypto import hash_token
from knox.models import AuthToken

from base import clock
from config import postgres
from desk.demo import loading
from people.models import User
from tests.bench import report, world
from tests.bench.load import Client, Request
from tests.bench.measuring import Alone, differing, measure
from tests.bench.requests import API, AUTHORISED, repeated
from tests.bench.stages import port_of, tell, wake
from tests.bench.templates import SETTINGS, Databases
from tests.support import servers

TARGET = 9
SIZE = "stara-zagora"
READER = "coordinator@stara-zagora.example"
MONTH = {
    "begins": clock.midnight(date(2027, 4, 1)),
    "ends": clock.midnight(date(2027, 5, 1)),
}
"""The last whole month before the bench's present."""

BUSIEST = """
    SELECT resource.public_id FROM scheduling_resource resource
      JOIN scheduling_allocation held ON held.resource_id = resource.id
     WHERE resource.kind = 'specialist' AND held.part = 'lead'
       AND lower(held.period) >= %(begins)s AND upper(held.period) < %(ends)s
       AND held.booking_id IN (SELECT booking.id FROM scheduling_booking booking
                                 JOIN people_centre centre ON centre.id = booking.centre_id
                                WHERE centre.slug = 'stara-zagora')
     GROUP BY resource.id ORDER BY count(*) DESC, resource.id LIMIT 1
"""
ALL_BUT_THE_MONTH = (
    "TRUNCATE rooms_stay, rooms_loan, notifications_reminder CASCADE",
    """
    CREATE TEMPORARY TABLE gone AS SELECT id FROM scheduling_booking
     WHERE kind <> 'consultation' OR starts_at < %(begins)s OR starts_at >= %(ends)s
    """,
    "DELETE FROM scheduling_change WHERE booking_id IN (SELECT id FROM gone)",
    "DELETE FROM scheduling_participation WHERE booking_id IN (SELECT id FROM gone)",
    "DELETE FROM scheduling_allocation WHERE booking_id IN (SELECT id FROM gone)",
    "DELETE FROM scheduling_booking WHERE id IN (SELECT id FROM gone)",
    "VACUUM (FULL, ANALYZE)",
)


def fill() -> None:
    """The demo as it would be at the bench's present, and a token for who reads it."""
    with clock.frozen(world.NOW):
        loading.load(SIZE)
    reader = User.objects.get(username=READER)
    AuthToken(
        digest=hash_token(world.TOKEN), token_key=world.TOKEN[:15], user=reader, expiry=None
    ).save()


def lines(
    databases: Databases, server: postgres.Server, *, rounds: int, passes: int
) -> Iterator[report.Line]:
    tell("a month of fifteen years")
    with databases.clones({"large": SIZE, "small": SIZE}) as urls:
        leave_the_month(urls["small"])
        yield from compare(urls, Path(server.directory), rounds=rounds, passes=passes)


def leave_the_month(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in ALL_BUT_THE_MONTH:
            connection.execute(statement, MONTH if "%(" in statement else None)


def compare(
    urls: Mapping[str, str], logs: Path, *, rounds: int, passes: int
) -> Iterator[report.Line]:
    request = month_of(busiest(urls["large"]))
    with ExitStack() as stack:
        subjects = {}
        for size, url in urls.items():
            log = logs / f"web-years-{size}.log"
            web = servers.running(url, log=log, workers=1, environment=SETTINGS)
            port = port_of(stack.enter_context(web))
            wake(port)
            client = stack.enter_context(Client(port))
            subjects["month", size] = Alone(client, repeated(request))
        for subject in subjects.values():
            subject.visit(20)
        figures = measure(
            subjects, {"month": 10}, rounds=rounds, passes=passes, random=Random(world.SEED)
        )
        different = differing(subjects)
    yield from report.compared(
        TARGET,
        "a month of one specialist in 15 years, to it alone",
        figures,
        {},
        "month",
        "month",
        1.2,
        under="small",
    )
    yield report.Line(
        TARGET, "answers that differ", f"{len(different)}", "", "", "0", not different
    )


def busiest(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(BUSIEST, MONTH).fetchone()
    assert row
    return str(row[0])


def month_of(specialist: str) -> Request:
    asked = {
        "from": MONTH["begins"].isoformat(),
        "to": MONTH["ends"].isoformat(),
        "resource": specialist,
    }
    return Request("GET", f"{API}/calendar/?{urlencode(asked)}", AUTHORISED)
