"""Rules of recurrence (RFC 5545 3.3.10), expanded between two days with counted work.

dateutil's rrule looks at its bounds only when it has found a date: one that never comes, such as
the thirtieth of February, keeps it busy until the year 9999. Here every day that is looked at
counts, and what came to pass before the days that are asked for is jumped over.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from itertools import product

from scheduling.incoming.errors import TooManyRepetitions

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
TOO_FREQUENT = ("HOURLY", "MINUTELY", "SECONDLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_OF_WEEK = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)

MOST_STEPS = 200_000
"""How many days and hours are looked at for one calendar: half a second's work."""


class TooFrequent(ValueError):
    """A rule of hours, minutes or seconds."""


class Work:
    """What a calendar may still cost."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Raises TooManyRepetitions."""
        self.left -= steps
        if self.left < 0:
            raise TooManyRepetitions


@dataclass(frozen=True)
class Rule:
    """What the text says; empty for what it leaves to the first date."""

    freq: str
    interval: int
    count: int | None
    until: str
    months: frozenset[int]
    weeks: frozenset[int]
    yeardays: frozenset[int]
    monthdays: frozenset[int]
    weekdays: frozenset[tuple[int, int]]
    """Which one of the month or year (0 for every one), and the weekday."""
    positions: frozenset[int]
    times: tuple[Collection[int], Collection[int], Collection[int]]
    """Hours, minutes and seconds."""
    week_start: int

    @cached_property
    def days_of_week(self) -> set[int]:
        return {weekday for _, weekday in self.weekdays}


def read_rule(text: str) -> Rule:
    """Raises ValueError, TooFrequent."""
    parts = dict(part.split("=", 1) for part in text.strip().upper().split(";") if part)
    freq = parts.get("FREQ", "")
    if freq in TOO_FREQUENT:
        raise TooFrequent(freq)
    if freq not in FREQUENCIES:
        raise ValueError(freq)
    return Rule(
        freq,
        number(parts.get("INTERVAL", "1"), 1, 999_999_999),
        number(parts["COUNT"], 1, 999_999_999) if "COUNT" in parts else None,
        parts.get("UNTIL", ""),
        numbers(parts, "BYMONTH", 1, 12),
        numbers(parts, "BYWEEKNO", -53, 53),
        numbers(parts, "BYYEARDAY", -366, 366),
        numbers(parts, "BYMONTHDAY", -31, 31),
        frozenset(day_of_week(day) for day in listed(parts, "BYDAY")),
        numbers(parts, "BYSETPOS", -366, 366),
        (
            numbers(parts, "BYHOUR", 0, 23),
            numbers(parts, "BYMINUTE", 0, 59),
            numbers(parts, "BYSECOND", 0, 59),
        ),
        WEEKDAYS.index(parts.get("WKST", "MO")),
    )


def listed(parts: dict[str, str], name: str) -> list[str]:
    return [value.strip() for value in parts[name].split(",")] if name in parts else []


def numbers(parts: dict[str, str], name: str, least: int, most: int) -> frozenset[int]:
    return frozenset(number(value, least, most) for value in listed(parts, name))


def number(text: str, least: int, most: int) -> int:
    """Raises ValueError; zero counts nothing from either end."""
    if not NUMBER.fullmatch(text) or not least <= int(text) <= most or (least < 0 == int(text)):
        raise ValueError(text)
    return int(text)


def day_of_week(text: str) -> tuple[int, int]:
    found = DAY_OF_WEEK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def starts(
    rule: Rule, first: datetime, since: datetime, before: datetime, work: Work
) -> Iterator[datetime]:
    """By the wall clock, from `first` on, those of `[since, before)`, in order.

    What counts its dates is counted from the first. Raises TooManyRepetitions.
    """
    left = rule.count
    for period in periods(rule, first, first if rule.count else since, before):
        for start in starts_within(rule, period, first, work):
            if start < first:
                continue
            if start >= before or left == 0:
                return
            if left is not None:
                left -= 1
            if start >= since:
                yield start
        if left == 0:
            return


def periods(rule: Rule, first: datetime, since: datetime, before: datetime) -> range:
    """The numbers of the years, months, weeks or days of the rule that reach into the window."""
    begin = period_of(rule, first)
    skipped = max(0, period_of(rule, since) - begin) // rule.interval * rule.interval
    return range(begin + skipped, period_of(rule, before) + 1, rule.interval)


def period_of(rule: Rule, day: date) -> int:
    match rule.freq:
        case "YEARLY":
            return day.year
        case "MONTHLY":
            return day.year * 12 + day.month - 1
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.week_start) // 7
    return day.toordinal()


def starts_within(rule: Rule, period: int, first: datetime, work: Work) -> list[datetime]:
    """Those of one period, in order, whether before the first date or not."""
    hours, minutes, seconds = (
        sorted(given) or [own]
        for given, own in zip(rule.times, (first.hour, first.minute, first.second), strict=True)
    )
    candidates = days_within(rule, period, first)
    work.spend(1 + len(candidates) + len(rule.positions))
    days = [day for day in map(date.fromordinal, candidates) if fits(rule, day)]
    work.spend(len(days) * len(hours) * len(minutes) * len(seconds))
    clocks = [time(*parts) for parts in product(hours, minutes, seconds)]
    found = [datetime.combine(day, clock) for day in days for clock in clocks]
    return chosen(found, rule.positions)


def chosen(found: list[datetime], positions: Collection[int]) -> list[datetime]:
    if not positions:
        return found
    size = len(found)
    places = {place - 1 if place > 0 else size + place for place in positions}
    return [found[place] for place in sorted(places) if 0 <= place < size]


def days_within(rule: Rule, period: int, first: date) -> list[int]:
    """The days, by ordinal, among which the rule's in one period are: each part of a rule either
    names days or, where another has named them, takes some away."""
    match rule.freq:
        case "YEARLY":
            return days_of_year(rule, period, first)
        case "MONTHLY":
            return days_of_months(rule, period // 12, [period % 12 + 1], first)
        case "WEEKLY":
            monday = period * 7 + 1
            days = rule.days_of_week or {first.weekday()}
            return sorted(
                day
                for weekday in days
                if (day := monday + weekday + 7 * (weekday < rule.week_start)) > 0
            )
    return [period]


def days_of_year(rule: Rule, year: int, first: date) -> list[int]:
    begin, length = date(year, 1, 1).toordinal(), 366 if isleap(year) else 365
    if rule.yeardays:
        return numbered(rule.yeardays, begin, length)
    if rule.monthdays or (rule.weekdays and rule.months and not rule.weeks):
        return days_of_months(rule, year, sorted(rule.months) or range(1, 13), first)
    if rule.weekdays or rule.weeks:
        return on_weekdays(rule.days_of_week or {first.weekday()}, begin, length)
    return days_of_months(rule, year, sorted(rule.months) or [first.month], first)


def days_of_months(rule: Rule, year: int, months: Iterable[int], first: date) -> list[int]:
    found: list[int] = []
    for month in months:
        begin, length = date(year, month, 1).toordinal(), monthrange(year, month)[1]
        if rule.weekdays and not rule.monthdays:
            found += on_weekdays(rule.days_of_week, begin, length)
        else:
            found += numbered(rule.monthdays or [first.day], begin, length)
    return found


def numbered(places: Iterable[int], begin: int, length: int) -> list[int]:
    """Counted from the first day or, below zero, from the last."""
    days = {place if place > 0 else length + 1 + place for place in places}
    return [begin + day - 1 for day in sorted(days) if 0 < day <= length]


def on_weekdays(weekdays: Iterable[int], begin: int, length: int) -> list[int]:
    """Ordinal 1 is a Monday."""
    return sorted(
        day
        for weekday in weekdays
        for day in range(begin + (weekday - begin + 1) % 7, begin + length, 7)
    )


def fits(rule: Rule, day: date) -> bool:
    """Whether no part of the rule takes the day away."""
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.monthdays or day.day in rule.monthdays or from_end(day) in rule.monthdays)
        and (not rule.weekdays or on_weekday(rule, day))
        and (not rule.yeardays or not set(places_in_year(day)).isdisjoint(rule.yeardays))
        and (not rule.weeks or not set(week_numbers(rule, day)).isdisjoint(rule.weeks))
    )


def from_end(day: date) -> int:
    return day.day - monthrange(day.year, day.month)[1] - 1


def places_in_year(day: date) -> tuple[int, int]:
    """From its beginning, and from its end below zero."""
    place = day.timetuple().tm_yday
    return place, place - (366 if isleap(day.year) else 365) - 1


def on_weekday(rule: Rule, day: date) -> bool:
    if rule.freq in {"WEEKLY", "DAILY"}:
        return day.weekday() in rule.days_of_week
    by_month = rule.freq == "MONTHLY" or bool(rule.months)
    ahead, behind = (day.day, from_end(day)) if by_month else places_in_year(day)
    places = {0, (ahead - 1) // 7 + 1, -((-behind - 1) // 7 + 1)}
    return any((place, day.weekday()) in rule.weekdays for place in places)


def week_numbers(rule: Rule, day: date) -> tuple[int, int]:
    """A week is of the year that has its fourth day."""
    fourth = day.toordinal() - (day.weekday() - rule.week_start) % 7 + 3
    ahead, behind = places_in_year(date.fromordinal(fourth))
    return (ahead - 1) // 7 + 1, -((-behind - 1) // 7 + 1)
