"""Nights: how a stay's dates become an interval, and whose a night is.

A stay is spoken of in dates and held from the arrival hour of the first to the departure hour of
the last, so the day one leaves can be the day another comes. `[from_on, to_on)` are its nights;
the exit day does not count (D40).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from psycopg.types.range import TimestamptzRange

from base import clock

NIGHT_ENDS = time(6)
"""Until then it is still last night: whoever comes at three in the morning slept that night here,
and whoever left by then did not."""

LONGEST = relativedelta(months=6)  # D23
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Nights:
    """Some nights in a row, `[from_on, to_on)`."""

    from_on: date
    to_on: date

    def __len__(self) -> int:
        return max(0, (self.to_on - self.from_on).days)

    def __contains__(self, night: date) -> bool:
        return self.from_on <= night < self.to_on

    @property
    def period(self) -> TimestamptzRange:
        """The interval for which they are held."""
        return TimestamptzRange(arrival(self.from_on), departure(self.to_on))

    def overlaps(self, other: "Nights") -> bool:
        return self.from_on < other.to_on and other.from_on < self.to_on

    def within(self, other: "Nights") -> "Nights":
        """What both have in common; of no length when that is nothing."""
        return Nights(max(self.from_on, other.from_on), min(self.to_on, other.to_on))


FOREVER = date(2300, 1, 1)
"""Until nobody knows when."""


def arrival(day: date) -> datetime:
    return clock.instant(day, settings.ARRIVAL_HOUR)


def departure(day: date) -> datetime:
    return clock.instant(day, settings.DEPARTURE_HOUR)


def night_of(instant: datetime) -> date:
    """The night an instant belongs to, by its evening's date."""
    local = clock.local(instant)
    return local.date() - DAY if local.time() < NIGHT_ENDS else local.date()


def tonight() -> date:
    return night_of(clock.now())


def nights_of(period: TimestamptzRange) -> Nights:
    """The nights that a period touches; of `Nights.period` the same nights again."""
    assert period.lower is not None
    assert period.upper is not None
    begins, ends = clock.local(period.lower), clock.local(period.upper)
    before = begins.time() < settings.DEPARTURE_HOUR
    after = ends.time() > settings.ARRIVAL_HOUR
    return Nights(begins.date() - DAY * before, ends.date() + DAY * after)


def latest_end(from_on: date) -> date:
    """Six calendar months after (D23)."""
    return from_on + LONGEST
