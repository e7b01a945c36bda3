"""What the bench's databases hold, in numbers and names: one big centre, on a day in 2027.

The clock stands at NOW. A month of 30 days without a holiday or a change of clocks is full of
events; what the bench books lies after it, and the older allocations lie long before it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from base import clock

NOW = clock.instant(date(2027, 5, 24), time(8))
FIRST, LAST = date(2027, 6, 1), date(2027, 7, 1)
"""The month that is read, the last day excluded."""

SIZES = {"small": 1_000, "large": 1_000_000}
"""Older allocations by name of the database."""

YEARS = {1_000: 1, 1_000_000: 15}
"""Of stays in each unit, by older allocations."""

OLDER_UNTIL = clock.instant(date(2027, 3, 1), time(0))
"""Before every window that anything reads."""

SPECIALISTS = 100
ROOMS = 12
CLIENTS = 10
"""Of each specialist, each of an own household."""

OPENS, CLOSES = time(8), time(20)
SESSION, HELD = timedelta(minutes=50), timedelta(minutes=60)
GRID = timedelta(minutes=30)
SEED = 20270524

SERVICE = "psychological-counselling"
GENERAL_SERVICE = "social-counselling"
SERVICE_OF_ONE = "legal-counselling"
"""Given by the first specialist alone."""
TOKEN = "bench" * 12
FEED_TOKEN = "feed-of-the-first-specialist"
NAMES = UUID("6f3f3a0e-8d4b-4a39-9c59-1b7a3d1c2f10")


def public_id(kind: str, number: int | str = 0) -> UUID:
    """The id under which a row is known outside, the same in every database of the bench."""
    return uuid5(NAMES, f"{kind} {number}")


def specialist_id(number: int) -> int:
    return 1000 + number


def room_id(number: int) -> int:
    return 2000 + number


def client_id(specialist: int, number: int) -> int:
    """The person's id, her household's and her resource's: one number for the three."""
    return 10_000 + specialist * CLIENTS + number


def child_id(specialist: int) -> int:
    """The child of the specialist's first client."""
    return 20_000 + specialist


def sessions(day: date) -> int:
    """How many a specialist has that day: 181 in the month."""
    if day.weekday() >= 5:
        return 0
    return 9 if day.day % 4 == 0 else 8


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days))


def free_hours(closed: set[date]) -> list[datetime]:
    """Starts after the month at which everybody is free, none of them on a closed day."""
    return [
        clock.instant(day, time(hour))
        for day in days(date(2027, 7, 5), date(2028, 5, 20))
        if day.weekday() < 5 and day not in closed
        for hour in range(OPENS.hour, CLOSES.hour)
    ]
