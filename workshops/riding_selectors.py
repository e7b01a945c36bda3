"""Queries over riding: horses and their work, who rides, who helps."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Q

from base import clock
from people.models import Centre, Person
from scheduling.models import LONGEST_HOLDING, Allocation, Booking
from workshops import selectors
from workshops.models import Enrolment, Helper, Horse, Session
from workshops.sitting import day_of


def helpers_with(centre_id: int, skills: Collection[str]) -> Iterable[Helper]:
    """Who still helps and has any of these skills."""
    found = Helper.objects.filter(
        centre=centre_id, resource__is_active=True, skills__overlap=list(skills)
    )
    return found.select_related("resource").order_by("resource__name", "pk")


def own_bookings(session: Session) -> list[int]:
    """The session's, and those of whoever rides in it."""
    rides = session.seats.filter(booking__isnull=False).values_list("booking", flat=True)
    return [session.booking_id, *rides]


def riders(session: Session) -> list[Enrolment]:
    """Who comes on that day: enrolled, not paused, and not too old; with how they ride."""
    day, workshop = day_of(session), session.group.workshop
    found = session.group.enrolments.filter(
        Q(until_on=None) | Q(until_on__gte=day),
        status=Enrolment.Status.ENROLLED,
        from_on__lte=day,
    )
    found = found.select_related("person__rider__preferred_horse", "carer").prefetch_related(
        "pauses", "person__weighings", "person__clearances", "person__rider__avoids"
    )
    return [
        one
        for one in found.order_by("person__given_name", "pk")
        if not any(pause.covers(day) for pause in one.pauses.all())
        and not is_too_old(one.person.age_on(day), workshop.most_age)
    ]


def is_too_old(age: int | None, most: int | None) -> bool:
    return age is not None and most is not None and age > most


def horses_of(centre_id: int) -> Iterable[Horse]:
    found = Horse.objects.filter(resource__centre=centre_id, resource__is_active=True)
    return found.select_related("resource").order_by("resource__name", "pk")


def work_of(
    resource_ids: Collection[int], window: tuple[datetime, datetime], *, besides: Collection[int]
) -> dict[int, list[Allocation]]:
    """What horses are held for, by resource, without some bookings."""
    held = Allocation.objects.filter(
        resource__in=resource_ids,
        active=True,
        period__startswith__gte=window[0],
        period__startswith__lt=window[1],
    ).exclude(booking__in=besides)
    found: dict[int, list[Allocation]] = {}
    for one in held.order_by("period"):
        found.setdefault(one.resource_id, []).append(one)
    return found


def last_horses(people: Collection[Person], *, before: datetime) -> dict[int, str]:
    """The horse of each person's latest ride before an instant, by person."""
    rides = Allocation.objects.filter(
        part=Allocation.Part.HORSE,
        booking__seat__enrolment__person__in=people,
        booking__status__in=[Booking.Status.CONFIRMED, Booking.Status.CLOSED],
        booking__starts_at__lt=before,
        active=True,
    )
    found = rides.order_by(
        "booking__seat__enrolment__person", "-booking__starts_at", "-pk"
    ).distinct("booking__seat__enrolment__person")
    return {
        person: str(horse)
        for person, horse in found.values_list(
            "booking__seat__enrolment__person", "resource__horse__public_id"
        )
    }


def keys_of_horses(resource_ids: Collection[int]) -> dict[int, str]:
    """Public ids, by resource."""
    found = Horse.objects.filter(resource__in=resource_ids)
    return {pk: str(key) for pk, key in found.values_list("resource", "public_id")}


def rides_on(centre: Centre, day: date) -> list[Session]:
    """Riding sessions of that day that stand, in order of time."""
    begins, ends = clock.day_bounds(day)
    found = Session.objects.filter(
        group__workshop__centre=centre,
        group__workshop__riding__isnull=False,
        booking__status=Booking.Status.CONFIRMED,
        booking__starts_at__gte=begins,
        booking__starts_at__lt=ends,
        booking__ends_at__gt=clock.now(),
    )
    return list(selectors.in_full(found).order_by("booking__starts_at", "pk"))


def riding_until(last: datetime) -> list[Session]:
    """Riding sessions ahead that stand, in order of time."""
    found = Session.objects.filter(
        group__workshop__riding__isnull=False,
        booking__status=Booking.Status.CONFIRMED,
        booking__starts_at__gt=clock.now(),
        booking__starts_at__lte=last,
    )
    return list(selectors.in_full(found).order_by("booking__starts_at", "pk"))


def absences_of(
    resource_ids: Collection[int], bounds: tuple[datetime, datetime]
) -> list[tuple[int, datetime, datetime]]:
    """Whole blocks that touch a time, by resource: what is held around other hours is one absence
    with them."""
    held = Allocation.objects.filter(
        resource__in=resource_ids,
        part=Allocation.Part.BLOCKED,
        active=True,
        period__startswith__gt=bounds[0] - LONGEST_HOLDING,
        period__startswith__lt=bounds[1],
        period__endswith__gt=bounds[0],
    )
    return list(held.values_list("resource", "booking__starts_at", "booking__ends_at").distinct())
