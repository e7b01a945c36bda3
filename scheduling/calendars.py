"""Concrete events as their readers may see them: API, pages and feeds read these alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from base import clock
from people.models import Person
from people.policies import SEES_EVERYTHING, SEES_NAMES, Staff
from people.selectors import households_walled_from
from scheduling.models import LONGEST_HOLDING, Allocation, Booking, Participation, Resource
from scheduling.policies import OWN_PARTS, households_led

LONGEST_BOOKING = timedelta(days=92)
Status = Booking.Status
SHOWN = (Status.HELD, Status.CONFIRMED, Status.CLOSED)


@dataclass
class Event:
    """One booking in a calendar. `known` tells whether the reader may see more than "busy"."""

    id: UUID
    key: int
    kind: str
    status: str
    version: int
    starts_at: datetime
    ends_at: datetime
    modality: str
    service_id: UUID | None
    service: str
    initials: str
    block_reason: str
    centre: int
    known: bool = False
    people: list[Person] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    held: dict[str, list[Resource]] = field(default_factory=dict)


FIELDS = {
    "id": "public_id",
    "key": "pk",
    "kind": "kind",
    "status": "status",
    "version": "version",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "modality": "modality",
    "service_id": "service__public_id",
    "service": "service__name",
    "initials": "service__initials",
    "block_reason": "block_reason",
    "centre": "centre",
}
COLUMNS = tuple(FIELDS.values())


def standing(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those that hold their time now: expired holds, cancelled ones are out."""
    return bookings.filter(status__in=SHOWN).exclude(
        status=Status.HELD, hold_expires_at__lte=clock.now()
    )


def of_resource(resource: Resource, begins: datetime, ends: datetime) -> QuerySet[Booking]:
    """Standing bookings that hold the resource within `[begins, ends)`, by the b-tree."""
    held = Allocation.objects.filter(
        resource=resource,
        active=True,
        period__startswith__gt=begins - LONGEST_HOLDING,
        period__startswith__lt=ends,
        period__endswith__gt=begins,
    )
    return standing(Booking.objects.filter(pk__in=held.values("booking")))


def of_centres(centre_ids: Collection[int], begins: datetime, ends: datetime) -> QuerySet[Booking]:
    return standing(
        Booking.objects.filter(
            centre__in=centre_ids,
            starts_at__gt=begins - LONGEST_BOOKING,
            starts_at__lt=ends,
            ends_at__gt=begins,
        )
    )


def of_people(people: Collection[Person]) -> QuerySet[Booking]:
    """Every booking of these people, cancelled ones too: for their own page."""
    return Booking.objects.filter(participations__person__in=people).distinct()


def events(bookings: QuerySet[Booking], staff: Staff, *, detailed: bool = False) -> list[Event]:
    """The bookings in order of time, masked for this reader. The number of queries does not
    depend on the number of events. `detailed` adds what is held beside the people."""
    rows = bookings.order_by("starts_at", "pk").values_list(*COLUMNS)
    found = [Event(*row) for row in rows]
    if not found:
        return []
    seats = taken_by(found)
    for event in found:
        for participation in seats[event.key]:
            event.people.append(participation.person)
            event.outcomes[participation.person_id] = participation.outcome
    mask(found, staff)
    if detailed:
        add_holdings(found)
    return found


def taken_by(found: Iterable[Event]) -> dict[int, list[Participation]]:
    seats: dict[int, list[Participation]] = defaultdict(list)
    rows = Participation.objects.filter(booking__in=[event.key for event in found])
    for row in rows.select_related("person").order_by("pk"):
        seats[row.booking_id].append(row)
    return seats


def mask(found: Sequence[Event], staff: Staff) -> None:
    """Set `known`, and empty what the reader has no need to know (D12)."""
    own = own_bookings(found, staff)
    led = households_led(staff)
    walled = set(households_walled_from(staff))
    for event in found:
        households = {person.household_id for person in event.people}
        event.known = not households & walled and (
            staff.may(SEES_EVERYTHING, event.centre)
            or event.key in own
            or (staff.may(SEES_NAMES, event.centre) and bool(households & led))
        )
        if not event.known:
            event.people, event.outcomes = [], {}
            event.service_id, event.service, event.initials = None, "", ""
            event.block_reason = event.modality = ""


def own_bookings(found: Iterable[Event], staff: Staff) -> set[int]:
    return set(
        Allocation.objects.filter(
            booking__in=[event.key for event in found],
            resource__user=staff.user,
            part__in=OWN_PARTS,
        ).values_list("booking", flat=True)
    )


def add_holdings(found: Iterable[Event]) -> None:
    """What each known event holds; of a cancelled one, what it held at the end."""
    by_key = {event.key: event for event in found if event.known}
    over = Q(booking__status__in=[Status.CANCELLED, Status.EXPIRED])
    rows = (
        Allocation.objects.filter(Q(active=True) | over, booking__in=by_key)
        .exclude(part=Allocation.Part.PERSON)
        .select_related("resource")
        .order_by("pk")
    )
    for row in rows:
        parts = by_key[row.booking_id].held.setdefault(row.part, [])
        if row.resource not in parts:
            parts.append(row.resource)
