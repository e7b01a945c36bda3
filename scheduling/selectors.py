"""Queries over the booking core: they answer, and never write."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from psycopg.types.range import TimestamptzRange

from people.models import Case, EntryBasis, KinshipWall, NoContact, Person
from scheduling.intervals import Span, seconds
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Booking,
    Modality,
    Resource,
    Service,
)

Lane = tuple[int, int]
"""A resource's id and one of its lanes."""

EXPIRED_HOLDS = """
    SELECT id FROM scheduling_booking WHERE status = 'held' AND hold_expires_at <= %(now)s
"""
"""A handful of rows behind a partial index: cheaper to name than to join every allocation."""

HOLDINGS = f"""
    SELECT resource_id, lane,
           extract(epoch FROM lower(period))::bigint, extract(epoch FROM upper(period))::bigint
      FROM scheduling_allocation
     WHERE resource_id = ANY(%(resources)s)
       AND lower(period) > %(earliest)s AND lower(period) < %(ends)s
       AND upper(period) > %(begins)s
       AND active
       AND booking_id <> ALL(%(ignoring)s)
       AND booking_id NOT IN ({EXPIRED_HOLDS})
     ORDER BY resource_id, lane, lower(period)
"""  # noqa: S608 - both parts are constants


def holdings(
    resource_ids: Iterable[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None = None,
) -> Mapping[Lane, list[Span]]:
    """What holds each lane within `[begins, ends)`, sorted. Expired holds hold nothing.

    Bounded on both sides by the b-tree on starts, so its cost does not grow with history.
    """
    held: dict[Lane, list[Span]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            HOLDINGS,
            {
                "resources": list(resource_ids),
                "begins": begins,
                "ends": ends,
                "earliest": begins - LONGEST_HOLDING,
                "ignoring": [ignoring] if ignoring else [],
                "now": now,
            },
        )
        for resource_id, lane, start, end in cursor.fetchall():
            held[resource_id, lane].append((start, end))
    return held


def suitable(service: Service) -> QuerySet[Resource]:
    """Every active resource that gives or suits the service, the smallest first."""
    return Resource.objects.filter(services=service, is_active=True).order_by("seats", "id")


def walled_specialists(people: Collection[Person]) -> set[int]:
    """User ids of colleagues who are kin to any of these families (D12)."""
    return set(
        KinshipWall.objects.filter(
            household_id__in={person.household_id for person in people}
        ).values_list("user_id", flat=True)
    )


def partners_kept_apart(people: Collection[Person]) -> set[int]:
    """Ids of persons whom any of these must not meet (D11)."""
    ids = {person.pk for person in people}
    pairs = NoContact.objects.filter(Q(one__in=ids) | Q(other__in=ids)).values_list("one", "other")
    return {other if one in ids else one for one, other in pairs}


def on_site_holdings(
    person_ids: Collection[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None = None,
) -> list[Span]:
    """When any of these persons is booked at the centre within `[begins, ends)`."""
    if not person_ids:
        return []
    rows = (
        Allocation.objects.filter(
            resource__person__in=person_ids,
            active=True,
            booking__modality=Modality.ON_SITE,
            period__startswith__gt=begins - LONGEST_HOLDING,
            period__overlap=TimestamptzRange(begins, ends),
        )
        .exclude(booking__status=Booking.Status.HELD, booking__hold_expires_at__lte=now)
        .exclude(booking=ignoring)
        .values_list("period", flat=True)
    )
    return sorted((seconds(period.lower), seconds(period.upper)) for period in rows)


def visit_is_risky(people: Collection[Person], *, ignoring: int | None = None) -> bool:
    """Whether a visit to these people is their family's first, or its case is flagged (D3)."""
    households = {person.household_id for person in people}
    if not households:
        return False
    visited = Booking.objects.filter(
        modality=Modality.FIELD,
        status__in=[Booking.Status.CONFIRMED, Booking.Status.CLOSED],
        participations__person__household=OuterRef("household"),
    )
    if ignoring is not None:
        visited = visited.exclude(pk=ignoring)
    cases = Case.objects.filter(household__in=households, closed_on=None)
    if cases.filter(at_risk=True).exists():
        return True
    known = (
        Person.objects.filter(household__in=households)
        .filter(Exists(visited))
        .values_list("household", flat=True)
        .distinct()
    )
    return set(known) != households


def households_with_basis(
    service: Service, household_ids: Collection[int], *, on: date
) -> set[int]:
    """Households whose open case holds a document that authorises the service that day (D4)."""
    return set(
        EntryBasis.objects.filter(
            Q(valid_until=None) | Q(valid_until__gte=on),
            case__household__in=household_ids,
            case__closed_on=None,
            valid_from__lte=on,
            services=service,
        ).values_list("case__household", flat=True)
    )


def first_general_sessions(household_ids: Collection[int]) -> dict[int, datetime]:
    """When each household's first session by general access was or will be (D4)."""
    rows = (
        Person.objects.filter(
            household__in=household_ids,
            participations__booking__service__access=Service.Access.GENERAL,
            participations__booking__status__in=[
                Booking.Status.CONFIRMED,
                Booking.Status.CLOSED,
            ],
        )
        .order_by()
        .values("household")
        .annotate(first=Min("participations__booking__starts_at"))
        .values_list("household", "first")
    )
    return dict(rows)


def resources_of(people: Sequence[Person]) -> list[Resource]:
    return list(Resource.objects.filter(person__in=people).order_by("id"))


def open_case_of(booking: Booking) -> Case | None:
    """The open case of the booking's families, the newest if several."""
    return (
        Case.objects.filter(household__members__participations__booking=booking, closed_on=None)
        .order_by("-opened_on")
        .first()
    )


def resources_held(booking: Booking) -> list[int]:
    """Ids of what the booking holds now."""
    return list(
        booking.allocations.filter(active=True).values_list("resource", flat=True).distinct()
    )
