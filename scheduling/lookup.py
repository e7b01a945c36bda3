"""From public ids to rows the caller may name: unknown, foreign and walled are one NotFound."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from base import clock
from people.policies import SEES_NAMES, Staff
from people.selectors import centres_of, not_found
from scheduling.models import Booking, Resource, Service

Row = TypeVar("Row", Booking, Resource, Service)


def services_of(staff: Staff) -> QuerySet[Service]:
    return Service.objects.filter(centre__in=staff.centre_ids, is_offered=True)


def service(staff: Staff, public_id: UUID) -> Service:
    return one(services_of(staff).select_related("centre"), public_id, "service")


def specialists_of(staff: Staff) -> QuerySet[Resource]:
    """Colleagues who have a role today in one of the caller's centres."""
    today = clock.today()
    return Resource.objects.filter(
        Q(user__roles__until_on=None) | Q(user__roles__until_on__gte=today),
        kind=Resource.Kind.SPECIALIST,
        is_active=True,
        user__is_active=True,
        user__roles__centre__in=staff.centre_ids,
        user__roles__from_on__lte=today,
    ).distinct()


def specialist(staff: Staff, public_id: UUID) -> Resource:
    return one(specialists_of(staff), public_id, "specialist")


def places_of(staff: Staff, kind: Resource.Kind) -> QuerySet[Resource]:
    """Rooms or cars of the caller's centres."""
    return Resource.objects.filter(kind=kind, centre__in=staff.centre_ids, is_active=True)


def place(staff: Staff, kind: Resource.Kind, public_id: UUID | None) -> Resource | None:
    """None for None."""
    return one(places_of(staff, kind), public_id, kind.value) if public_id else None


def resource(staff: Staff, public_id: UUID) -> Resource:
    """Anything the caller may see the calendar of: colleagues, rooms, cars; never a person
    served, whose bookings stand on her own page."""
    found = specialists_of(staff).filter(public_id=public_id).first()
    if found is not None:
        return found
    places = Resource.objects.filter(
        kind__in=[Resource.Kind.ROOM, Resource.Kind.VEHICLE],
        centre__in=staff.centre_ids,
        is_active=True,
    )
    return one(places, public_id, "resource")


def bookings_of(staff: Staff) -> QuerySet[Booking]:
    """Bookings of centres in which she may see names; need to know is asked of each."""
    return Booking.objects.filter(centre__in=staff.centres_where(SEES_NAMES)).select_related(
        "service", "centre", "carer", "created_by"
    )


def booking(staff: Staff, public_id: UUID) -> Booking:
    return one(bookings_of(staff), public_id, "booking")


def one(rows: QuerySet[Row], public_id: UUID, what: str) -> Row:
    """Raises NotFound."""
    return rows.filter(public_id=public_id).first() or not_found(what)


def centre_for(staff: Staff, resource: Resource, public_id: UUID | None) -> int:
    """The centre a block belongs to: the resource's, or for a specialist, who may work in two,
    the named or the caller's only one. Raises NotFound."""
    if resource.centre_id is not None:
        return resource.centre_id
    centres = centres_of(staff)
    if public_id is not None:
        centres = centres.filter(public_id=public_id)
    shared = centres.filter(roles__user=resource.user_id).first()
    return shared.pk if shared else not_found("centre")
