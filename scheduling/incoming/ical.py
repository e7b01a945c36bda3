"""When a calendar of somebody's is busy, and nothing else of it (RFC 5545)."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scheduling.incoming.errors import (
    LIMITS,
    MOST_BYTES,
    MOST_EVENTS,
    CalendarTooLarge,
    RuleTooFrequent,
    TooManyRepetitions,
    UnknownTimeZone,
    UnreadableEvent,
)
from scheduling.incoming.lines import Component, Line, read
from scheduling.incoming.moments import CENTURY, Length, duration, is_date, wall_clock
from scheduling.incoming.rules import TooFrequent, Work, read_rule, starts
from scheduling.incoming.zones import UnknownZone, Zone, Zones, in_sofia, in_utc
from scheduling.intervals import Span, instant_of, intersect, merge, seconds

DAY = timedelta(days=1)
NO_TIME = Length(0, 0)
MOST_SPANS = 10_000
"""More than one an hour is no calendar of a person."""


class Moment(NamedTuple):
    """A start or an end by some wall clock. Dates and times without a zone are Sofia's."""

    wall: datetime
    zone: Zone
    is_date: bool

    @property
    def second(self) -> int:
        return self.zone(self.wall)

    def after(self, length: Length) -> int:
        """The second at which what begins then and lasts so long is over."""
        return self.zone(self.wall + timedelta(days=length.days)) + length.seconds


Occurrence = tuple[Moment, Length]


class Change(NamedTuple):
    """Every occurrence from some second on is so much later, and lasts so long (RANGE)."""

    since: int
    later: timedelta
    length: Length


class Exceptions:
    """The occurrences of one event that do not take place, or not then."""

    def __init__(self) -> None:
        self.seconds: set[int] = set()
        self.days: set[date] = set()

    def add(self, moment: Moment) -> None:
        """A date stands for whatever begins on it."""
        if moment.is_date:
            self.days.add(moment.wall.date())
        else:
            self.seconds.add(moment.second)

    def has(self, moment: Moment) -> bool:
        return moment.wall.date() in self.days or (
            bool(self.seconds) and moment.second in self.seconds
        )


class Alterations:
    """What events of their own say about the repetitions of the one with their UID."""

    def __init__(self) -> None:
        self.moved = Exceptions()
        self.changes: list[Change] = []
        self.reach = timedelta()
        """How long after its date by the rule one of them may still go on."""

    def add(self, change: Change) -> None:
        insort(self.changes, change)
        self.reach = max(self.reach, change.later + change.length.by_the_clock)

    def applied(self, moment: Moment, length: Length) -> Occurrence:
        """As the last change says that is not after it."""
        place = bisect_right(self.changes, moment.second, key=lambda change: change.since)
        if not place:
            return moment, length
        change = self.changes[place - 1]
        return moment._replace(wall=moment.wall + change.later), change.length


class Reading(NamedTuple):
    """What a file comes to: how many events are in it, and the set of the times they take."""

    events: int
    spans: list[Span]


def read_busy(calendar: bytes, begins: datetime, ends: datetime) -> Reading:
    """Within `[begins, ends)`.

    Raises UnreadableCalendar, CalendarTooLarge, TooManyRepetitions, UnreadableEvent,
    UnknownTimeZone, RuleTooFrequent.
    """
    if len(calendar) > MOST_BYTES:
        raise CalendarTooLarge(**LIMITS)
    parts = [part for one in read(calendar).parts for part in one.parts]
    events = [part for part in parts if part.name in {"VEVENT", "VFREEBUSY"}]
    if len(events) > MOST_EVENTS:
        raise CalendarTooLarge(**LIMITS)
    zones = [part for part in parts if part.name == "VTIMEZONE"]
    window = seconds(begins), seconds(ends)
    spans = intersect(merge(Reader(zones, window).spans(events)), [window])
    if len(spans) > MOST_SPANS:
        raise TooManyRepetitions
    return Reading(len(events), spans)


class Reader:
    """Reads the events of one file for one window."""

    def __init__(self, zones: list[Component], window: Span) -> None:
        self.work = Work()
        self.end = window[1]
        # Wall clocks run up to a day apart from UTC.
        self.since, self.before = (
            instant_of(second).replace(tzinfo=None) + margin
            for second, margin in zip(window, (-DAY, DAY), strict=True)
        )
        self.zones = Zones(zones, WINDOWS_TO_OLSON, self.before, self.work)
        self.altered: dict[str, Alterations] = defaultdict(Alterations)
        """By UID."""

    def spans(self, events: list[Component]) -> Iterator[Span]:
        for number, event in enumerate(events, 1):
            with blamed_on(number):
                self.note_alteration(event)
        for number, event in enumerate(events, 1):
            with blamed_on(number):
                yield from self.spans_of(event)

    def note_alteration(self, event: Component) -> None:
        if line := event.first("RECURRENCE-ID"):
            original, altered = self.moment(line, line.value), self.altered[event.text("UID")]
            altered.moved.add(original)
            if line.parameters.get("RANGE", "").upper() == "THISANDFUTURE":
                altered.add(self.change(event, original))

    def change(self, event: Component, original: Moment) -> Change:
        if not takes_time(event):
            return Change(original.second, timedelta(), NO_TIME)
        start = self.start(event)
        length = self.length(event, start)
        return Change(original.second, start.wall - original.wall, length)

    def spans_of(self, event: Component) -> Iterator[Span]:
        for start, length in self.times_taken(event):
            second = start.second
            if second < self.end:
                yield second, start.after(length)

    def times_taken(self, event: Component) -> Iterator[Occurrence]:
        if event.name == "VFREEBUSY":
            yield from self.periods_taken(event)
        elif takes_time(event):
            start = self.start(event)
            first = start, self.length(event, start)
            if event.first("RECURRENCE-ID"):
                yield first
            else:
                yield from self.repetitions(event, *first)

    def periods_taken(self, answer: Component) -> Iterator[Occurrence]:
        for line in answer.all("FREEBUSY"):
            if line.parameters.get("FBTYPE", "").upper() != "FREE":
                yield from (self.period(line, period) for period in line.values)

    def repetitions(self, event: Component, start: Moment, length: Length) -> Iterator[Occurrence]:
        """The first date is one of them, also where the rule does not name it."""
        cancelled, altered = self.cancelled(event), self.altered[event.text("UID")]
        for moment, lasting in (
            (start, length),
            *self.of_rules(event, start, length, reach=max(length.by_the_clock, altered.reach)),
            *self.of_dates(event, length),
        ):
            if not cancelled.has(moment) and not altered.moved.has(moment):
                yield altered.applied(moment, lasting)

    def cancelled(self, event: Component) -> Exceptions:
        found = Exceptions()
        for line in event.all("EXDATE"):
            for value in line.values:
                found.add(self.moment(line, value))
        return found

    def of_rules(
        self, event: Component, start: Moment, length: Length, *, reach: timedelta
    ) -> Iterator[Occurrence]:
        since = max(start.wall, self.since - reach)
        for line in event.all("RRULE"):
            rule = read_rule(line.value)
            if start.is_date:
                rule = replace(rule, times=((), (), ()))
            before, last = self.bounds(rule.until, start)
            for wall in starts(rule, start.wall, since, before, self.work):
                moment = start._replace(wall=wall)
                if last is None or moment.second <= last:
                    yield moment, length

    def bounds(self, until: str, start: Moment) -> tuple[datetime, int | None]:
        """Before which wall clock a rule has no more dates and, where it says a time, the last
        second at which one may be. A day is included."""
        if not until:
            return self.before, None
        wall = wall_clock(until)
        before = min(wall, self.before - DAY) + DAY
        if is_date(until):
            return before, None
        return before, (in_utc if until.endswith("Z") else start.zone)(wall)

    def of_dates(self, event: Component, length: Length) -> Iterator[Occurrence]:
        for line in event.all("RDATE"):
            for value in line.values:
                if "/" in value:
                    yield self.period(line, value)
                else:
                    yield self.moment(line, value), length

    def start(self, event: Component) -> Moment:
        line = event.first("DTSTART")
        if line is None:
            raise ValueError
        return self.moment(line, line.value)

    def length(self, event: Component, start: Moment) -> Length:
        """Of one occurrence. An end is so many seconds away, whatever the clocks do between."""
        if line := event.first("DTEND"):
            end = self.moment(line, line.value)
            if start.is_date and end.is_date:
                return Length(min(max(1, (end.wall - start.wall).days), CENTURY), 0)
            return Length(0, between(start, end))
        if event.first("DURATION"):
            return duration(event.text("DURATION"))
        return Length(1 if start.is_date else 0, 0)

    def period(self, line: Line, text: str) -> Occurrence:
        first, _, last = text.partition("/")
        start = self.moment(line, first)
        if last[:1] in {"P", "p", "+", "-"}:
            return start, duration(last)
        return start, Length(0, between(start, self.moment(line, last)))

    def moment(self, line: Line, text: str) -> Moment:
        text = text.strip()
        wall = wall_clock(text)
        if is_date(text):
            return Moment(wall, in_sofia, is_date=True)
        zone = in_utc if text.endswith("Z") else self.zones.named(line.parameters.get("TZID", ""))
        return Moment(wall, zone, is_date=False)


def between(start: Moment, end: Moment) -> int:
    """In seconds. Raises ValueError for an end that is before the start."""
    if end.second < start.second:
        raise ValueError
    return min(end.second - start.second, CENTURY * 86_400)


def takes_time(event: Component) -> bool:
    return event.word("STATUS") != "CANCELLED" and event.word("TRANSP") != "TRANSPARENT"


@contextmanager
def blamed_on(number: int) -> Iterator[None]:
    """What makes no sense, said of the event in which it stands."""
    try:
        yield
    except TooFrequent as error:
        raise RuleTooFrequent(event=number) from error
    except UnknownZone as error:
        raise UnknownTimeZone(event=number) from error
    except (ValueError, OverflowError) as error:
        raise UnreadableEvent(event=number) from error
