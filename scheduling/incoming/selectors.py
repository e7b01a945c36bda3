"""What a calendar that was brought in comes to."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from base import clock
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Booking,
    BusyTime,
    OuterCalendar,
    Resource,
)

SESSION_PARTS = (Allocation.Part.LEAD, Allocation.Part.COLLEAGUE)


@dataclass(frozen=True)
class BroughtIn:
    """A specialist's calendar; `uploaded_at` is None where she has brought none."""

    uploaded_at: datetime | None
    until_on: date | None
    events: int
    busy_times: int
    collisions: list[Booking]
    """Her sessions ahead in her busy times, soonest first."""


def brought_in(specialist: Resource) -> BroughtIn:
    kept = OuterCalendar.objects.filter(resource=specialist).first()
    if kept is None:
        return BroughtIn(None, None, 0, 0, [])
    busy = BusyTime.objects.filter(resource=specialist)
    return BroughtIn(
        kept.uploaded_at, kept.until_on, kept.events, busy.count(), list(collisions(specialist))
    )


def collisions(specialist: Resource) -> QuerySet[Booking]:
    now = clock.now()
    busy_then = BusyTime.objects.filter(
        resource=specialist, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    sessions = Booking.objects.filter(
        Exists(busy_then),
        allocations__resource=specialist,
        allocations__active=True,
        allocations__part__in=SESSION_PARTS,
        allocations__period__startswith__gt=now - LONGEST_HOLDING,
        ends_at__gt=now,
    )
    run_out = Booking.objects.filter(status=Booking.Status.HELD, hold_expires_at__lte=now)
    return sessions.exclude(pk__in=run_out).order_by("starts_at", "pk")
