"""Commands on what a specialist brings in of her other calendar."""

from datetime import timedelta

from django.db import transaction

from base import clock
from scheduling import taking
from scheduling.hours import FARTHEST
from scheduling.incoming import ical
from scheduling.intervals import instant_of
from scheduling.models import BusyTime, OuterCalendar, Resource

DAY = timedelta(days=1)


def keep_calendar(specialist: Resource, calendar: bytes) -> OuterCalendar:
    """Block her while it is busy, from yesterday to the farthest day that can be booked, in place
    of any former one. What is booked already stays.

    Raises what `ical.read_busy` does; then nothing changes.
    """
    today = clock.today()
    until_on = today + FARTHEST
    begins, ends = clock.midnight(today - DAY), clock.midnight(until_on + DAY)
    reading = ical.read_busy(calendar, begins, ends)
    with transaction.atomic():
        taking.lock([specialist.pk])
        BusyTime.objects.filter(resource=specialist).delete()
        BusyTime.objects.bulk_create(
            BusyTime(resource=specialist, starts_at=instant_of(start), ends_at=instant_of(end))
            for start, end in reading.spans
        )
        kept, _ = OuterCalendar.objects.update_or_create(
            resource=specialist,
            defaults={
                "uploaded_at": clock.now(),
                "events": reading.events,
                "until_on": until_on,
            },
        )
    return kept


@transaction.atomic
def forget_calendar(specialist: Resource) -> None:
    """Also where there is none."""
    taking.lock([specialist.pk])
    BusyTime.objects.filter(resource=specialist).delete()
    OuterCalendar.objects.filter(resource=specialist).delete()
