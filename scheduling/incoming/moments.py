"""Dates, times and durations as iCalendar writes them (RFC 5545 3.3.4 to 3.3.6)."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

WALL_CLOCK = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?", re.ASCII)
DURATION = re.compile(
    r"([+-]?)P(?=[\dT])(?:(\d{1,7})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
CENTURY = 36_525
"""In days. Nothing lasts longer."""


class Length(NamedTuple):
    """How long something lasts: days of the calendar, then seconds of the clock. None of it, or
    less, takes no time."""

    days: int
    seconds: int

    @property
    def by_the_clock(self) -> timedelta:
        return timedelta(days=self.days, seconds=self.seconds)


def is_date(text: str) -> bool:
    return len(text) == 8


def wall_clock(text: str) -> datetime:
    """As it is written, without its zone; a date is its midnight. Raises ValueError."""
    found = WALL_CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime.combine(date(year, month, day), time(hour, minute, min(second, 59)))


def duration(text: str) -> Length:
    """Raises ValueError."""
    found = DURATION.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    if found[1] == "-":
        return Length(0, 0)
    return Length(
        min(weeks * 7 + days, CENTURY),
        min(hours * 3600 + minutes * 60 + seconds, CENTURY * 86_400),
    )
