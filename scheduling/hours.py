"""When specialists work and doors are open: wall-clock promises, expanded in Sofia (DESIGN §4)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property, lru_cache
from typing import Any

import holidays

from base import clock
from base.rows import Row
from scheduling.intervals import Span, intersect, merge, seconds, starts_within, subtract

FARTHEST = timedelta(days=366)
"""Nothing is booked farther ahead."""

Window = tuple[int, time, time, date, date]
"""Weekday, from, until, and the inclusive dates between which it holds."""

FACTS = """
    SELECT 'open', NULL::bigint, weekday, opens, closes, NULL::date, NULL::date, NULL::text
      FROM people_openinghours WHERE centre_id = %(centre)s
    UNION ALL
    SELECT 'closed', NULL, NULL, NULL, NULL, "on", NULL, name
      FROM scheduling_closure WHERE centre_id = %(centre)s
    UNION ALL
    SELECT 'vacation', NULL, NULL, NULL, NULL, vacation.day::date, NULL, name
      FROM scheduling_schoolvacation, generate_series(from_on, until_on, '1 day') AS vacation (day)
     WHERE centre_id = %(centre)s
    UNION ALL
    SELECT 'works', resource_id, weekday, starts, ends, valid_from, valid_until, NULL
      FROM scheduling_availability
     WHERE centre_id = %(centre)s AND (valid_until IS NULL OR valid_until >= %(since)s)
    UNION ALL
    SELECT CASE WHEN available THEN 'more' ELSE 'less' END,
           resource_id, NULL, starts, ends, "on", NULL, NULL
      FROM scheduling_availabilityexception
     WHERE centre_id = %(centre)s AND "on" >= %(since)s
"""
"""Of one centre and everybody who works there. What holds for single dates of colleagues only from
a day on: the house's own closed days are few, and pages of the past name them."""


@dataclass
class Hours:
    """The hours of one centre and of some of its specialists over the days `first`..`last`."""

    first: date
    last: date
    doors: list[Window] = field(default_factory=list)
    more_doors: list[Span] = field(default_factory=list)
    closures: dict[date, str] = field(default_factory=dict)
    vacations: dict[date, str] = field(default_factory=dict)
    """School vacations, on which the house itself is open."""

    work: dict[int, list[Window]] = field(default_factory=lambda: defaultdict(list))
    more: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    less: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    known_starts: dict[tuple[int, bool, int], list[Span]] = field(default_factory=dict)
    """Worked out once: a series asks for every date of a year."""

    def working(self, resource_id: int, *, on_site: bool) -> list[Span]:
        """When the specialist works; on site also within opening hours. Closed days are out."""
        spans = self.expand(self.work[resource_id]) + self.more[resource_id]
        spans = subtract(merge(spans), merge(self.less[resource_id]))
        return intersect(spans, self.open_doors if on_site else self.open_days)

    def starts(self, resource_id: int, *, on_site: bool, lasting: int) -> list[Span]:
        """When something that lasts so many seconds may begin in one stretch of her work."""
        asked = resource_id, on_site, lasting
        found = self.known_starts.get(asked)
        if found is None:
            working = self.working(resource_id, on_site=on_site)
            found = self.known_starts[asked] = starts_within(working, before=0, after=lasting)
        return found

    @cached_property
    def open_days(self) -> list[Span]:
        whole = [(day_span(self.first)[0], day_span(self.last)[1])]
        return subtract(whole, merge(day_span(day) for day in self.closures))

    @cached_property
    def open_doors(self) -> list[Span]:
        return intersect(merge(self.expand(self.doors) + self.more_doors), self.open_days)

    def expand(self, windows: Iterable[Window]) -> list[Span]:
        """The spans of weekly windows over the days of these hours."""
        by_weekday = defaultdict(list)
        for window in windows:
            by_weekday[window[0]].append(window)
        return [
            span
            for day in days(self.first, self.last)
            for _, starts, ends, valid_from, valid_until in by_weekday[day.weekday()]
            if valid_from <= day <= valid_until
            for span in [span_of(day, starts, ends)]
        ]


def as_hours(first: date, last: date, facts: Iterable[Row]) -> Hours:
    hours = Hours(first, last, closures=public_holidays(first, last))
    for fact in facts:
        add_fact(hours, *fact)
    return hours


def add_fact(hours: Hours, *fact: Any) -> None:
    kind, resource_id, weekday, starts, ends, from_on, until_on, name = fact
    if kind == "open":
        hours.doors.append((weekday, starts, ends, date.min, date.max))
    elif kind == "works":
        window = (weekday, starts, ends, from_on or date.min, until_on or date.max)
        hours.work[resource_id].append(window)
    elif not hours.first <= from_on <= hours.last:
        return
    elif kind == "closed":
        hours.closures[from_on] = name
    elif kind == "vacation":
        hours.vacations[from_on] = name
    elif kind == "more doors":
        hours.more_doors.append(span_of(from_on, starts, ends))
    elif kind == "more":
        hours.more[resource_id].append(span_of(from_on, starts, ends))
    else:
        span = span_of(from_on, starts, ends) if starts else day_span(from_on)
        hours.less[resource_id].append(span)


@lru_cache(maxsize=100_000)
def span_of(day: date, starts: time, ends: time) -> Span:
    return seconds(clock.instant(day, starts)), seconds(clock.instant(day, ends))


def day_span(day: date) -> Span:
    start, end = clock.day_bounds(day)
    return seconds(start), seconds(end)


def days(first: date, last: date) -> Iterable[date]:
    """Every date from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def public_holidays(first: date, last: date) -> dict[date, str]:
    """Bulgarian public holidays by date, under their Bulgarian names."""
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in holidays_of(year).items()
        if first <= day <= last
    }


@lru_cache(maxsize=64)
def holidays_of(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("BG", years=year, language="bg"))
