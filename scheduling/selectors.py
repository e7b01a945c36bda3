"""Queries over the booking core: they answer, and never write."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from psycopg.types.range import DateRange

from base import clock
from base.rows import Question, Row, columns_of, from_row
from people.models import Case, Household, Person, User
from scheduling.holdings import SITE_MARGIN
from scheduling.models import (
    Allocation,
    Booking,
    Modality,
    Resource,
)

PARTY = f"""
    SELECT ARRAY(SELECT CASE WHEN one_id = person.id THEN other_id ELSE one_id END
                   FROM people_nocontact WHERE person.id IN (one_id, other_id)),
           ARRAY(SELECT user_id FROM people_kinshipwall
                  WHERE household_id = person.household_id),
           {columns_of(Resource, "resource")}
      FROM people_person person
      JOIN scheduling_resource resource ON resource.person_id = person.id
     WHERE person.public_id = ANY(%(people)s)
     ORDER BY resource.id
"""  # noqa: S608 - our own columns

ENTITLEMENTS = """
    SELECT household,
           ARRAY(
               SELECT daterange(basis.valid_from, basis.valid_until, '[]')
                 FROM people_entrybasis basis
                 JOIN people_case work ON work.id = basis.case_id
                 JOIN scheduling_service_entry_bases authorised
                      ON authorised.entrybasis_id = basis.id
                WHERE work.household_id = household AND work.closed_on IS NULL
                  AND authorised.service_id = (
                          SELECT id FROM scheduling_service WHERE public_id = %(service)s
                      )
           ),
           (SELECT min(first.starts_at)
              FROM people_person person
              JOIN scheduling_resource resource ON resource.person_id = person.id
             CROSS JOIN LATERAL (
                       SELECT booking.starts_at
                         FROM scheduling_allocation held
                         JOIN scheduling_booking booking ON booking.id = held.booking_id
                        WHERE held.resource_id = resource.id
                          AND held.active AND held.by_general_access
                          AND booking.status IN ('confirmed', 'closed')
                        ORDER BY lower(held.period)
                        LIMIT 1
                   ) first
             WHERE person.household_id = household)
      FROM (
        SELECT DISTINCT household_id FROM people_person WHERE public_id = ANY(%(people)s)
      ) asked (household)
"""


@dataclass(frozen=True)
class Party:
    """The people of a booking as the booking core sees them."""

    resources: tuple[Resource, ...]
    partners: frozenset[int]
    """Persons whom any of them must not meet (D11)."""
    walled_users: frozenset[int]
    """Colleagues who are kin to any of their families (D12)."""


def party(people: Collection[Person]) -> Question[Party]:
    """The booking core's facts about these people."""
    return party_named([person.public_id for person in people])


def parties(people: Collection[Person]) -> dict[int, Party]:
    """Each of them by itself, by id."""
    named = [person.public_id for person in people]
    rows = Question(PARTY, {"people": named}, lambda found: found).answer()
    alone = (as_party([row]) for row in rows)
    return {one.resources[0].person_id or 0: one for one in alone}


def together(parties: Sequence[Party]) -> Party:
    """Several people as one party."""
    return Party(
        tuple(resource for one in parties for resource in one.resources),
        frozenset().union(*(one.partners for one in parties)),
        frozenset().union(*(one.walled_users for one in parties)),
    )


def partners_of(people: Collection[Person]) -> frozenset[int]:
    """Ids of the persons whom any of these must not meet (D11)."""
    return party(people).answer().partners


def party_named(public_ids: Sequence[UUID]) -> Question[Party]:
    return Question(PARTY, {"people": list(public_ids)}, as_party)


def as_party(found: list[Row]) -> Party:
    return Party(
        tuple(from_row(Resource, row[2:]) for row in found),
        frozenset(partner for row in found for partner in row[0]),
        frozenset(user for row in found for user in row[1]),
    )


def still_ahead() -> QuerySet[Booking]:
    """Bookings that are not over and hold their time. Expired holds hold nothing."""
    now = clock.now()
    standing = (Booking.Status.HELD, Booking.Status.CONFIRMED)
    ahead = Booking.objects.filter(status__in=standing, ends_at__gt=now)
    return ahead.exclude(status=Booking.Status.HELD, hold_expires_at__lte=now)


def meetings_ahead(one: Person, other: Person) -> QuerySet[Booking]:
    """Coming hours of `one` at the centre at which `other` would be there too (D11)."""
    meanwhile = still_ahead().filter(
        participations__person=other,
        modality=Modality.ON_SITE,
        starts_at__lt=OuterRef("ends_at") + SITE_MARGIN,
        ends_at__gt=OuterRef("starts_at") - SITE_MARGIN,
    )
    return still_ahead().filter(
        Exists(meanwhile), participations__person=one, modality=Modality.ON_SITE
    )


def hours_ahead(colleague: User, household: Household) -> QuerySet[Booking]:
    """Coming hours of a colleague with a family."""
    hers = still_ahead().filter(
        allocations__active=True,
        allocations__resource__user=colleague,
        participations__person__household=household,
    )
    return hers.distinct()


def visit_is_risky(
    people: Collection[Person], *, at: datetime, ignoring: int | None = None
) -> bool:
    """Whether a visit to these people at that time would be their family's first, or its case
    is flagged (D3)."""
    households = {person.household_id for person in people}
    if not households:
        return False
    if families_at_risk(households):
        return True
    visits = visits_to(OuterRef("household"), ignoring).filter(starts_at__lt=at)
    known = (
        Person.objects.filter(household__in=households)
        .filter(Exists(visits))
        .values_list("household", flat=True)
        .distinct()
    )
    return set(known) != households


def visited_since(people: Collection[Person], *, ignoring: int | None) -> datetime | None:
    """The visit after which none to these people is their family's first; None when there is
    no such visit yet, or every visit is risky."""
    households = {person.household_id for person in people}
    if not households or families_at_risk(households):
        return None
    first = visits_to(OuterRef("pk"), ignoring).order_by("starts_at").values("starts_at")[:1]
    firsts = Household.objects.filter(pk__in=households).annotate(first=Subquery(first))
    found = list(firsts.values_list("first", flat=True))
    return None if None in found else max(found)


def families_at_risk(households: Collection[int]) -> bool:
    """Whether an open case of theirs is flagged."""
    return Case.objects.filter(household__in=households, closed_on=None, at_risk=True).exists()


def visits_to(household: OuterRef, ignoring: int | None) -> QuerySet[Booking]:
    """Standing visits to the household that an outer query is about."""
    visits = Booking.objects.filter(
        modality=Modality.FIELD,
        status__in=[Booking.Status.CONFIRMED, Booking.Status.CLOSED],
        participations__person__household=household,
    )
    return visits.exclude(pk=ignoring) if ignoring is not None else visits


@dataclass(frozen=True)
class Entitlement:
    """What lets a household use a service (D4)."""

    household_id: int
    authorised: list[DateRange]
    """When a document of its open case authorises the service."""
    first_general_at: datetime | None
    """The first session by general access, whenever it was or will be."""

    def has_basis(self, on: date) -> bool:
        return any(on in period for period in self.authorised)


def entitlements(service: UUID, people: Sequence[UUID]) -> Question[list[Entitlement]]:
    """Of these people's households to a service, by public ids."""
    facts = {"service": service, "people": list(people)}
    return Question(ENTITLEMENTS, facts, lambda found: [Entitlement(*row) for row in found])


def people_in(booking: Booking) -> tuple[Person, ...]:
    return tuple(Person.objects.filter(participations__booking=booking).order_by("pk"))


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


def resources_of(
    people: Collection[Person], *, partners: Collection[int], bookings: Collection[int]
) -> set[int]:
    """Ids of what stands for these people and their partners (by id), and of what these bookings
    hold now."""
    held = Allocation.objects.filter(booking__in=bookings, active=True)
    persons = resources_of_persons([*(person.pk for person in people), *partners])
    return {*persons, *held.values_list("resource", flat=True)}


COMING_ALONG: list[Callable[[int], Collection[int]]] = []
"""Ids of the resources that go where the sessions of a series go. Packages above add theirs."""


def resources_along(booking: Booking) -> set[int]:
    """Ids of what stands for those who go where this session goes: whoever moves it locks them
    too."""
    if booking.kind != Booking.Kind.SESSION or booking.term is None:
        return set()
    return resources_along_series(booking.term.series_id)


def resources_along_series(series_id: int) -> set[int]:
    return {one for along in COMING_ALONG for one in along(series_id)}


def resources_of_persons(person_ids: Collection[int]) -> set[int]:
    found = Resource.objects.filter(person__in=person_ids)
    return set(found.values_list("pk", flat=True))
