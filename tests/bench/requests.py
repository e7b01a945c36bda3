"""What is asked: the program's requests, the floors', and the control's."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import cycle
from urllib.parse import urlencode

from base import clock
from scheduling.hours import public_holidays
from tests.bench import world
from tests.bench.load import Request

API = "/api/v1"
AUTHORISED = (("Authorization", f"Token {world.TOKEN}"),)
WINDOW = {
    "from": clock.midnight(world.FIRST).isoformat(),
    "to": clock.midnight(world.LAST).isoformat(),
}
KINDS_OF_HOURS = 10
"""Each kind of POST, and each of eight clients, has hours of its own: a tenth of all."""


def get(path: str, **query: str) -> Request:
    return Request("GET", f"{API}/{path}?{urlencode(query)}", AUTHORISED)


FLOOR = Request("GET", "/bench/floor/")
MONTH = get("calendar/", **WINDOW, resource=str(world.public_id("specialist", 0)))
SLOTS = get(
    "slots/",
    **WINDOW,
    service=str(world.public_id("service", world.SERVICE)),
    specialist=str(world.public_id("specialist", 0)),
    person=str(world.public_id("client", "0 0")),
    page_size="500",
)
SLOTS_OF_ONE = get(
    "slots/", **WINDOW, service=str(world.public_id("service", world.SERVICE_OF_ONE))
)
SLOTS_OF_ALL = get("slots/", **WINDOW, service=str(world.public_id("service", world.SERVICE)))


AVAILABILITY = get(
    "units/availability/", **{"from": "2027-05-24", "to": "2027-06-10"}, adults="1", ages="0,5"
)
BOARD = get("board/", **{"from": "2027-05-01"}, days="90")


def feed(etag: str = "") -> Request:
    known = (("If-None-Match", etag),) if etag else ()
    return Request("GET", f"/feeds/{world.FEED_TOKEN}.ics", known, expects=304 if etag else 200)


def booking(starts_at: datetime, *, of: int = 0, service: str = world.SERVICE) -> Request:
    """The specialist of that number and her first client, at the centre; the room is chosen."""
    body = {
        "service": str(world.public_id("service", service)),
        "starts_at": clock.local(starts_at).isoformat(),
        "specialist": str(world.public_id("specialist", of)),
        "people": [str(world.public_id("client", f"{of} 0"))],
        "modality": "on_site",
    }
    return Request("POST", f"{API}/bookings/", AUTHORISED, json.dumps(body).encode(), expects=201)


def floor_post() -> Request:
    """With a booking's body, which it parses."""
    body = booking(world.NOW).body
    return Request("POST", "/bench/floor/", (), body, expects=201)


def control(rows: Sequence[int]) -> Request:
    path = f"/bench/control/?rows={','.join(map(str, rows))}"
    return Request("POST", path, AUTHORISED, booking(world.NOW).body, expects=201)


class Hours:
    """Free hours of one database, each given once. Those of different kinds never meet, so that
    no booking is refused and the room does not depend on who comes first."""

    def __init__(self) -> None:
        closed = set(public_holidays(world.LAST, date(2028, 6, 1)))
        hours = world.free_hours(closed)
        self.trials, ours = hours[:60], hours[60:]
        self.kinds = [iter(ours[place::KINDS_OF_HOURS]) for place in range(KINDS_OF_HOURS)]

    def bookings(
        self, kind: int, *, of: int = 0, service: str = world.SERVICE
    ) -> Iterator[Request]:
        return (booking(hour, of=of, service=service) for hour in self.kinds[kind])


def repeated(request: Request) -> Iterator[Request]:
    return cycle([request])
