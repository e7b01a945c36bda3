"""Time zones as calendar files name them: by city, by Windows, or written out (RFC 5545 3.6.5)."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from base.clock import SOFIA
from scheduling.incoming.lines import Component
from scheduling.incoming.moments import wall_clock
from scheduling.incoming.rules import Work, read_rule, starts

Zone = Callable[[datetime], int]
"""The epoch second of a wall clock time. In the gap of spring the clocks are taken as before it,
in the overlap of autumn the first time is meant (RFC 5545 3.3.5)."""

OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
DAY = timedelta(days=1)
MOST_PARTS = 6
"""As of /citadel.org/20260101_1/America/Argentina/Tucuman."""


class UnknownZone(ValueError):
    """Neither a city's nor Windows', nor written out."""


def of_city(zone: ZoneInfo) -> Zone:
    return lambda wall: int(wall.replace(tzinfo=zone).timestamp())


def in_utc(wall: datetime) -> int:
    return int(wall.replace(tzinfo=UTC).timestamp())


in_sofia = of_city(SOFIA)


@lru_cache(maxsize=1)
def cities() -> set[str]:
    return available_timezones()


class Zones:
    """Those of one file."""

    def __init__(
        self, written: Iterable[Component], aliases: Mapping[str, str], before: datetime, work: Work
    ) -> None:
        self.written = {zone.text("TZID"): zone for zone in written}
        self.aliases, self.before, self.work = aliases, before, work
        self.known: dict[str, Zone] = {"": in_sofia}

    def named(self, name: str) -> Zone:
        """Raises UnknownZone; ValueError, TooManyRepetitions for what is written badly."""
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = self.look_up(name)
        return found

    def look_up(self, name: str) -> Zone:
        """A city's own rules are better than what most programs write out about it."""
        if city := self.city(name):
            return of_city(ZoneInfo(city))
        if name in self.written:
            return Written(self.written[name], self.before, self.work)
        parts = name.split("/")[-MOST_PARTS:]
        for left_out in range(1, len(parts)):
            if city := self.city("/".join(parts[left_out:])):
                return of_city(ZoneInfo(city))
        raise UnknownZone(name)

    def city(self, name: str) -> str | None:
        named = self.aliases.get(name, name)
        return named if named in cities() else None


class Written:
    """By the rules in the file itself."""

    def __init__(self, zone: Component, before: datetime, work: Work) -> None:
        changes = sorted(change for part in zone.parts for change in changes_of(part, before, work))
        if not changes:
            raise ValueError
        _, offset_before, _ = changes[0]
        self.onsets = [onset for onset, _, _ in changes]
        self.offsets = [offset_before, *(after for _, _, after in changes)]

    def __call__(self, wall: datetime) -> int:
        return in_utc(wall) - self.offsets[bisect_right(self.onsets, wall)]


def changes_of(
    part: Component, before: datetime, work: Work
) -> Iterator[tuple[datetime, int, int]]:
    """When, by the clock that is behind, the new offset holds, and the offsets before and after
    in seconds: forward, the hour that is left out is still of the old one."""
    earlier, later = offset(part.text("TZOFFSETFROM")), offset(part.text("TZOFFSETTO"))
    first = wall_clock(part.text("DTSTART"))
    forward = timedelta(seconds=max(0, later - earlier))
    yield first + forward, earlier, later
    for line in part.all("RDATE"):
        for value in line.values:
            yield wall_clock(value) + forward, earlier, later
    for line in part.all("RRULE"):
        rule = read_rule(line.value)
        until = min(wall_clock(rule.until), before - DAY) + DAY if rule.until else before
        for onset in starts(rule, first, first, until, work):
            yield onset + forward, earlier, later


def offset(text: str) -> int:
    """In seconds, less than a day. Raises ValueError."""
    found = OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    if hours > 23:
        raise ValueError(text)
    return (hours * 3600 + minutes * 60 + seconds) * (-1 if found[1] == "-" else 1)
