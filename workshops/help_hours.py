"""Queries over who helps, and for how long: what bookings tell, and what was noted by hand.

Nothing here knows for whom the help was: of a booking only its time and its workshop is read.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg.types.range import TimestamptzRange

from base import clock
from people.policies import SEES_NAMES, Staff
from scheduling.intervals import Span, instant_of, merge, seconds
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Availability,
    AvailabilityException,
    Booking,
    Participation,
    Resource,
)
from workshops.models import Help, Helper

Part = Allocation.Part
DAY = timedelta(days=1)


def helpers_of(staff: Staff) -> QuerySet[Helper]:
    """Of the centres in which she may find people by name: volunteers have telephones."""
    found = Helper.objects.filter(centre__in=staff.centres_where(SEES_NAMES))
    return found.select_related("resource", "centre").order_by("resource__name", "pk")


def who_help(helpers: QuerySet[Helper]) -> QuerySet[Helper]:
    """Those who still do."""
    volunteer = Q(resource__kind=Resource.Kind.VOLUNTEER)
    return helpers.filter(volunteer | ~Q(skills=[]), resource__is_active=True)


def still_helps(helper: Helper) -> bool:
    return helper.resource.is_active and (helper.is_volunteer or bool(helper.skills))


@dataclass(frozen=True)
class Line:
    """Of one day: what bookings tell of it, or one note."""

    on: date
    minutes: int
    what: str
    note: Help | None = None


@dataclass(frozen=True)
class Hours:
    """Somebody's help between two days, by day."""

    lines: Sequence[Line]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def noted(self) -> int:
        return sum(line.minutes for line in self.lines if line.note)

    @property
    def booked(self) -> int:
        return self.minutes - self.noted

    @property
    def by_month(self) -> list[tuple[date, int]]:
        """The first of each month with help, and its minutes; the latest first."""
        found: dict[date, int] = {}
        for line in self.lines:
            month = line.on.replace(day=1)
            found[month] = found.get(month, 0) + line.minutes
        return sorted(found.items(), reverse=True)

    def within(self, first: date, last: date) -> "Hours":
        return Hours([line for line in self.lines if first <= line.on <= last])


def hours_of(helpers: Collection[Helper], first: date, last: date) -> dict[int, Hours]:
    """Of the days `first` to `last`, both included, by helper; two queries for any number."""
    by_resource = {one.resource_id: one.pk for one in helpers}
    lines: dict[int, list[Line]] = {one.pk: [] for one in helpers}
    for resource, held in taken_place(by_resource, first, last).items():
        lines[by_resource[resource]] += booked_lines(held)
    notes = Help.objects.filter(helper__in=helpers, on__range=(first, last))
    for note in notes.order_by("on", "pk"):
        lines[note.helper_id].append(Line(note.on, note.minutes, note.what, note))
    return {key: Hours(sorted(found, key=lambda line: line.on)) for key, found in lines.items()}


Held = list[tuple[Span, str]]


def taken_place(resource_ids: Iterable[int], first: date, last: date) -> dict[int, Held]:
    """What these led or walked beside in that time and is over, with the workshop's name. What a
    colleague does besides is her work. Where a
    child did not come nobody rode."""
    begins, ends = clock.midnight(first), clock.midnight(last + DAY)
    missed = Participation.objects.filter(booking=OuterRef("booking")).exclude(
        outcome__in=["", Participation.Outcome.ATTENDED]
    )
    rows = Allocation.objects.filter(
        ~Exists(missed),
        resource__in=list(resource_ids),
        part__in=[Part.HANDLER, Part.WALKER],
        active=True,
        booking__status__in=[Booking.Status.CONFIRMED, Booking.Status.CLOSED],
        period__startswith__gt=begins - LONGEST_HOLDING,
        period__startswith__lt=ends,
        period__endswith__gt=begins,
        period__endswith__lte=clock.now(),
    )
    found: dict[int, Held] = {}
    for resource, period, name in rows.order_by("period").values_list(
        "resource", "period", "booking__service__name"
    ):
        found.setdefault(resource, []).append((clipped(period, begins, ends), name))
    return found


def clipped(period: TimestamptzRange, begins: Any, ends: Any) -> Span:
    return seconds(max(period.lower, begins)), seconds(min(period.upper, ends))


def booked_lines(held: Held) -> list[Line]:
    """One for each day, with the names of its workshops."""
    spans: dict[date, list[Span]] = {}
    names: dict[date, dict[str, None]] = {}
    for span, name in held:
        day = clock.local(instant_of(span[0])).date()
        spans.setdefault(day, []).append(span)
        names.setdefault(day, {})[name] = None
    return [
        Line(
            day,
            sum(end - start for start, end in merge(several)) // 60,
            ", ".join(names[day]),
        )
        for day, several in spans.items()
    ]


@dataclass(frozen=True)
class Times:
    """When somebody can come: every week, and on dates from today on."""

    weekly: Sequence[Availability]
    dates: Sequence[AvailabilityException]


def times_of(helper: Helper) -> Times:
    whose = {"resource": helper.resource_id, "centre": helper.centre_id}
    weekly = Availability.objects.filter(**whose).order_by("weekday", "starts", "pk")
    dates = AvailabilityException.objects.filter(**whose, on__gte=clock.today())
    return Times(list(weekly), list(dates.order_by("on", "starts", "pk")))
