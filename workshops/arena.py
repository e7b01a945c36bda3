"""Which workshops are ridden, and how an afternoon of theirs is divided."""

from datetime import timedelta

from django.db import transaction

from base import clock
from scheduling.models import Allocation, Booking
from workshops.models import Riding, Session, Workshop
from workshops.riding_errors import GroupsMeet, RideImpossible, RidesBooked, RideTooLong

MINUTE = timedelta(minutes=1)


@transaction.atomic
def set_riding(workshop: Workshop, **fields: int) -> Riding:
    """Each child rides for a part of the session. What is not given stays, or is as usual. Who
    sits in a session already keeps that hour until its board gives her a ride.

    Raises RideImpossible, RideTooLong, and RidesBooked for another length while rides are ahead.
    """
    workshop = locked(workshop)
    found = Riding.objects.filter(workshop=workshop).first() or Riding(workshop=workshop)
    was = found.ride_minutes
    for name, value in fields.items():
        setattr(found, name, value)
    check(found)
    if found.pk and found.ride_minutes != was and rides_ahead(workshop):
        raise RidesBooked
    found.save()
    return found


def check(riding: Riding) -> None:
    """Raises RideImpossible, RideTooLong."""
    at_once = min(riding.arena_holds, riding.instructor_sees, riding.weighed_within_days)
    lasts = 5 <= riding.ride_minutes <= 120
    if not lasts or not 5 <= riding.step_minutes <= 60 or at_once < 1:
        raise RideImpossible
    if not 0 <= riding.turnaround_minutes <= 60:
        raise RideImpossible
    whole = riding.workshop.service.duration // MINUTE
    if riding.ride_minutes > whole:
        raise RideTooLong(minutes=whole)


@transaction.atomic
def stop_riding(workshop: Workshop) -> None:
    """Everybody sits in the whole session again. Raises GroupsMeet."""
    workshop = locked(workshop)
    ahead = Session.objects.filter(
        group__workshop=workshop,
        booking__ends_at__gt=clock.now(),
        booking__status__in=[Booking.Status.HELD, Booking.Status.CONFIRMED],
    )
    if ahead.exists():
        raise GroupsMeet
    Riding.objects.filter(workshop=workshop).delete()


def rides_ahead(workshop: Workshop) -> bool:
    held = Allocation.objects.filter(
        part=Allocation.Part.HORSE,
        active=True,
        booking__seat__session__group__workshop=workshop,
        booking__ends_at__gt=clock.now(),
    )
    return held.exists()


def locked(workshop: Workshop) -> Workshop:
    rows = Workshop.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("service").get(pk=workshop.pk)


def is_ridden(centre_id: int) -> bool:
    """Whether there are workshops with rides in the centre."""
    return Riding.objects.filter(workshop__centre=centre_id).exists()
