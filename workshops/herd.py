"""Queries over horses: how much they work, and when they are away. Minutes are of rides, merged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from base import clock
from people.policies import Staff
from scheduling.intervals import instant_of, merge, seconds
from scheduling.models import LONGEST_HOLDING, Allocation, Booking, Resource
from workshops.models import Horse

WEEK = timedelta(days=7)


def horses_of(staff: Staff) -> QuerySet[Horse]:
    """Of the caller's centres, those that work no more among them."""
    found = Horse.objects.filter(resource__centre__in=staff.centre_ids)
    return found.select_related("resource__centre").order_by("resource__name", "pk")


def at_work(horses: QuerySet[Horse]) -> QuerySet[Horse]:
    return horses.filter(resource__is_active=True)


@dataclass(frozen=True)
class Work:
    """Of a week, Monday to Sunday: what is done and what is booked."""

    minutes: dict[date, int]

    @property
    def days(self) -> int:
        return len(self.minutes)

    @property
    def in_all(self) -> int:
        return sum(self.minutes.values())

    @property
    def most_on_a_day(self) -> int:
        return max(self.minutes.values(), default=0)


def work_in_week(horses: Collection[Horse], monday: date) -> dict[int, Work]:
    """By horse, in one query for all."""
    spans = spans_held(
        [one.resource_id for one in horses], Allocation.Part.HORSE, monday, monday + WEEK
    )
    return {one.pk: Work(by_day(spans.get(one.resource_id, []))) for one in horses}


def spans_held(
    resource_ids: Collection[int], part: Allocation.Part, first: date, end: date
) -> dict[int, list[tuple[int, int]]]:
    """What is held between two midnights, in epoch seconds and merged; by resource."""
    begins, ends = clock.midnight(first), clock.midnight(end)
    held = Allocation.objects.filter(
        resource__in=resource_ids,
        part=part,
        active=True,
        period__startswith__gt=begins - LONGEST_HOLDING,
        period__startswith__lt=ends,
        period__endswith__gt=begins,
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for resource, period in held.values_list("resource", "period"):
        span = seconds(max(period.lower, begins)), seconds(min(period.upper, ends))
        found.setdefault(resource, []).append(span)
    return {key: merge(spans) for key, spans in found.items()}


def by_day(spans: Iterable[tuple[int, int]]) -> dict[date, int]:
    """Minutes by the local date on which each span begins."""
    found: dict[date, int] = {}
    for start, end in spans:
        day = clock.local(instant_of(start)).date()
        found[day] = found.get(day, 0) + (end - start) // 60
    return found


def absences_ahead(horses: Collection[Horse]) -> dict[int, list[Booking]]:
    """By horse, soonest first; those that go on now among them."""
    by_resource = {one.resource_id: one.pk for one in horses}
    blocks = Allocation.objects.filter(
        resource__in=by_resource,
        part=Allocation.Part.BLOCKED,
        active=True,
        booking__kind=Booking.Kind.BLOCK,
        booking__status=Booking.Status.CONFIRMED,
        booking__ends_at__gt=clock.now(),
    ).select_related("booking")
    found: dict[int, dict[int, Booking]] = {one.pk: {} for one in horses}
    for held in blocks.order_by("booking__starts_at", "booking"):
        found[by_resource[held.resource_id]].setdefault(held.booking_id, held.booking)
    return {key: list(bookings.values()) for key, bookings in found.items()}


def first_ahead(resource: Resource, *parts: Allocation.Part) -> datetime | None:
    """When it is next needed in one of these parts; None if it is not."""
    held = Allocation.objects.filter(
        resource=resource, part__in=parts, active=True, period__endswith__gt=clock.now()
    )
    first = held.order_by("period").values_list("period", flat=True).first()
    return first.lower if first else None
