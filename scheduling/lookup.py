"""From public ids to rows the caller may name: unknown, foreign and walled are one NotFound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet

from base import clock
from base.rows import Question, Row, ask, rows
from people.models import Centre, EntryBasis, Person
from people.policies import SEES_NAMES, SHELTERS, Staff, require
from people.selectors import cases_of, centres_of, in_order, not_found, people_named
from scheduling import policies, setup
from scheduling.models import Booking, RepeatingHours, Resource, Series, Service
from scheduling.planning import Known
from scheduling.selectors import Entitlement, Party, entitlements, party_named
from scheduling.setup import Setup

Kept = TypeVar("Kept", Booking, RepeatingHours, Resource, Series, Service)


def services_of(staff: Staff) -> QuerySet[Service]:
    return Service.objects.filter(centre__in=staff.centre_ids, is_offered=True)


def service(staff: Staff, public_id: UUID, *, centre_id: int | None = None) -> Service:
    """A service of one centre, or of any of the caller's. Raises NotFound."""
    found = services_of(staff).filter(public_id=public_id)
    if centre_id is not None:
        found = found.filter(centre=centre_id)
    return found.first() or not_found("service")


def entry_basis(staff: Staff, public_id: UUID) -> EntryBasis:
    """Raises NotFound."""
    found = EntryBasis.objects.filter(case__in=cases_of(staff), public_id=public_id)
    return found.select_related("case").first() or not_found("entry basis")


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


WORKS_THERE = """
    EXISTS (
        SELECT FROM people_role role
          JOIN people_user colleague ON colleague.id = role.user_id
         WHERE role.user_id = it.user_id AND role.centre_id = ANY({centres})
           AND role.from_on <= %(today)s
           AND (role.until_on IS NULL OR role.until_on >= %(today)s)
           AND colleague.is_active
    )
"""

IS_LOOKED_INTO = f"""
    it.is_active AND (
        it.kind IN ('room', 'vehicle') AND it.centre_id = ANY({{centres}})
        OR it.kind = 'specialist' AND {WORKS_THERE}
    )
"""
"""Of a resource in these centres: whether others may look into its calendar."""

IS_FOLLOWED = f"""
    ({IS_LOOKED_INTO} OR it.is_active AND it.kind = 'unit' AND it.centre_id = ANY({{shelters}}))
"""
"""The same for a private address, and where she shelters for the units as well."""

HAS_CALENDAR = f"it.public_id = %(id)s AND {IS_LOOKED_INTO.format(centres='%(centres)s')}"

STAMP_BESIDE = f"""
    SELECT coalesce((SELECT stamp::text FROM scheduling_setupstamp), '')
      FROM scheduling_resource it WHERE {HAS_CALENDAR}
"""  # noqa: S608 - constants
"""Empty where nothing is stamped yet; no row where she may not look."""


def specialist(staff: Staff, public_id: UUID) -> Resource:
    """Raises NotFound."""
    return specialists_of(staff).filter(public_id=public_id).first() or not_found("specialist")


@dataclass(frozen=True)
class Named:
    """The service, people and specialist that a search or a booking names, read in one journey.
    Each raises NotFound when it is asked for."""

    staff: Staff
    houses: Sequence[Setup]
    """Of the caller's centres."""
    found: Sequence[Person]
    party: Party
    entitlements: list[Entitlement]
    service_id: UUID
    people_ids: Sequence[UUID]

    @property
    def service(self) -> Service:
        known = (house.services.get(self.service_id) for house in self.houses)
        found = next((service for service in known if service and service.is_offered), None)
        return found or not_found("service")

    @property
    def house(self) -> Setup:
        """What the service's centre has set up."""
        centre_id = self.service.centre_id
        return next(house for house in self.houses if house.centre_id == centre_id)

    @property
    def people(self) -> tuple[Person, ...]:
        return in_order(self.found, self.staff, self.service.centre_id, self.people_ids)

    @property
    def known(self) -> Known:
        return Known(self.house, self.party, self.entitlements)

    def specialist(self, public_id: UUID) -> Resource:
        known = (house.specialist(public_id, on=clock.today()) for house in self.houses)
        return next(filter(None, known), None) or not_found("specialist")


def named(staff: Staff, *, service: UUID, people: Sequence[UUID], to_book: bool = False) -> Named:
    """Whoever is `to_book` asks as well what entitles the people to the service."""
    asked: list[Question[Any]] = [setup.stamp(), people_named(staff, people), party_named(people)]
    if to_book:
        asked.append(entitlements(service, people))
    stamp, found, party, *entitled = ask(*asked)
    houses = [setup.of_centre(centre_id, stamp) for centre_id in staff.centre_ids]
    return Named(staff, houses, found, party, next(iter(entitled), []), service, people)


def repeating_hours_of(staff: Staff) -> QuerySet[RepeatingHours]:
    """Of the caller's centres: of the house first, then of colleagues by name."""
    return (
        RepeatingHours.objects.filter(centre__in=staff.centre_ids)
        .select_related("resource", "centre")
        .order_by(F("resource__name").asc(nulls_first=True), "created_at", "pk")
    )


def repeating_hours(staff: Staff, public_id: UUID) -> RepeatingHours:
    """Raises NotFound."""
    return one(repeating_hours_of(staff), public_id, "hours")


def changeable_hours(staff: Staff, public_id: UUID) -> RepeatingHours:
    """Raises NotFound, NotAllowed."""
    found = repeating_hours(staff, public_id)
    require(policies.may_set_hours(staff, found.centre_id))
    return found


def places_of(staff: Staff, kind: Resource.Kind) -> QuerySet[Resource]:
    """Rooms or cars of the caller's centres."""
    return Resource.objects.filter(kind=kind, centre__in=staff.centre_ids, is_active=True)


def place(staff: Staff, kind: Resource.Kind, public_id: UUID | None) -> Resource | None:
    """None for None."""
    return one(places_of(staff, kind), public_id, kind.value) if public_id else None


def resource(staff: Staff, public_id: UUID) -> Resource:
    """Anything the caller may see the calendar of: colleagues, rooms, cars; never a person
    served, whose bookings stand on her own page. Raises NotFound."""
    found = rows(Resource, HAS_CALENDAR, calendar_named(staff, public_id))
    return found[0] if found else not_found("resource")


def followed(staff: Staff) -> list[Resource]:
    """Everything that she may have a private calendar address of, by name."""
    condition = IS_FOLLOWED.format(centres="%(centres)s", shelters="%(shelters)s")
    facts = {
        "centres": staff.centre_ids,
        "shelters": staff.centres_where(SHELTERS),
        "today": clock.today(),
    }
    return rows(Resource, f"{condition} ORDER BY it.name, it.id", facts)


def stamp_beside(staff: Staff, public_id: UUID) -> Question[UUID | None]:
    """The stamp of the set-up, for whoever may see this resource's calendar. Raises NotFound."""

    def stamp_of(found: list[Row]) -> UUID | None:
        text = found[0][0] if found else not_found("resource")
        return UUID(text) if text else None

    return Question(STAMP_BESIDE, calendar_named(staff, public_id), stamp_of)


def calendar_named(staff: Staff, public_id: UUID) -> dict[str, Any]:
    """Parameters of HAS_CALENDAR."""
    return {"id": public_id, "centres": staff.centre_ids, "today": clock.today()}


def bookings_of(staff: Staff) -> QuerySet[Booking]:
    """Bookings of centres in which she may see names; need to know is asked of each."""
    return Booking.objects.filter(
        centre__in=staff.centres_where(SEES_NAMES), kind__in=Booking.Kind.of_hours()
    ).select_related(
        "service", "centre", "carer", "created_by", "term__series", "term__event__rule"
    )


def booking(staff: Staff, public_id: UUID) -> Booking:
    return one(bookings_of(staff), public_id, "booking")


def known_booking(staff: Staff, public_id: UUID) -> Booking:
    """Raises NotFound: also to whoever does not need to know of it."""
    found = booking(staff, public_id)
    return found if policies.knows_booking(staff, found) else not_found("booking")


def changeable_booking(staff: Staff, public_id: UUID) -> Booking:
    """Raises NotFound, NotAllowed."""
    found = known_booking(staff, public_id)
    require(policies.may_change(staff, found))
    return found


def series(staff: Staff, public_id: UUID) -> Series:
    """Raises NotFound: also to whoever does not need to know of it."""
    return one(policies.known_series(staff), public_id, "series")


def changeable_series(staff: Staff, public_id: UUID) -> Series:
    """Raises NotFound, NotAllowed."""
    found = series(staff, public_id)
    require(policies.may_book(staff, found.centre_id))
    return found


def timetable(staff: Staff, public_id: UUID) -> Series:
    """Of a group of her centres. Raises NotFound."""
    return one(policies.timetables_of(staff), public_id, "series")


def one(rows: QuerySet[Kept], public_id: UUID, what: str) -> Kept:
    """Raises NotFound."""
    return rows.filter(public_id=public_id).first() or not_found(what)


def house(staff: Staff, public_id: UUID | None) -> Centre:
    """The named one of the caller's centres, or the only one she has. Raises NotFound."""
    centres = centres_of(staff)
    found = list(centres.filter(public_id=public_id) if public_id else centres)
    return found[0] if len(found) == 1 else not_found("centre")


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
