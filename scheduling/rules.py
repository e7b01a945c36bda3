"""The house's rules about who may be booked for what, and when: checks that only read.

They run before the locks; what another booking could change meanwhile (what is held, who is at
the centre) is checked again under them.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from base import clock
from people.errors import Walled
from people.models import Person
from scheduling.demand import Demand
from scheduling.errors import (
    Closed,
    DoesNotFit,
    GeneralAccessEnded,
    NoContactConflict,
    NoEntryBasis,
    NotACarer,
    NotSkilled,
    OutsideAvailability,
    PastStart,
    TooFarAhead,
)
from scheduling.holdings import SITE_MARGIN, on_site_holdings
from scheduling.hours import FARTHEST, Hours
from scheduling.intervals import FAR, Span, contains, intersect, length, merge, seconds
from scheduling.models import Resource, Service
from scheduling.selectors import Entitlement, Party

GENERAL_ACCESS = relativedelta(months=2)  # D4
ACCESS_WARNING = timedelta(days=14)


def check_start(starts_at: datetime) -> None:
    """Raises PastStart or TooFarAhead."""
    if starts_at <= clock.now():
        raise PastStart(starts_at=starts_at)
    if clock.local(starts_at).date() > clock.today() + FARTHEST:
        raise TooFarAhead(days=FARTHEST.days)


def check_hours(hours: Hours, lead: Resource, wanted: Demand, starts_at: datetime) -> None:
    """Raises Closed or OutsideAvailability."""
    day = clock.local(starts_at).date()
    if day in hours.closures:
        raise Closed(on=f"{day:%d.%m.%Y}", name=hours.closures[day])
    if not works(hours, lead, wanted, starts_at):
        raise OutsideAvailability(starts_at=starts_at)


def check_term_time(hours: Hours, starts_at: datetime, *, asked: bool) -> None:
    """Raises Closed on a school vacation, by its name, for what is held in term time."""
    day = clock.local(starts_at).date()
    if asked and day in hours.vacations:
        raise Closed(on=f"{day:%d.%m.%Y}", name=hours.vacations[day])


def works(hours: Hours, specialist: Resource, wanted: Demand, starts_at: datetime) -> bool:
    """Whether the session lies within one stretch of the specialist's working time."""
    starts = hours.starts(
        specialist.pk, on_site=wanted.on_site, lasting=length(wanted.service.duration)
    )
    return contains(starts, seconds(starts_at))


def check_lead(lead: Resource, pool: Collection[Resource], party: Party) -> None:
    """Raises NotSkilled or Walled (D12)."""
    if lead not in pool:
        raise NotSkilled(specialist=lead.public_id)
    if lead.user_id in party.walled_users:
        raise Walled(specialist=lead.public_id)


def check_fits(resource: Resource | None, candidates: Collection[Resource]) -> None:
    """Raises DoesNotFit for a named room or car that is not among the fitting ones."""
    if resource is not None and resource not in candidates:
        raise DoesNotFit(resource=resource.public_id, name=resource.name)


def check_named(superfluous: Resource | None) -> None:
    """Raises DoesNotFit for a room or car that this way of meeting has no use for."""
    check_fits(superfluous, ())


def carer_told(carer: Person | None, people: Sequence[Person], *, on: date) -> Person | None:
    """Who is told about the children among `people`: the named carer, or the only one recorded
    for them; with several and none named, nobody (D36).

    Raises NotACarer unless the named one is recorded for a child among them.
    """
    children = [person for person in people if person.is_child_on(on)]
    if carer is None and not children:
        return None
    recorded = Person.objects.filter(wards__child__in=children).select_related("contact_card")
    by_key = {one.pk: one for one in recorded}
    if carer is None:
        return by_key.popitem()[1] if len(by_key) == 1 else None
    if carer.pk not in by_key:
        raise NotACarer
    return by_key[carer.pk]


def check_apart(
    wanted: Demand, partners: Set[int], starts_at: datetime, *, ignoring: int | None = None
) -> None:
    """D11, under the locks of the people and their partners. Raises NoContactConflict."""
    ends_at = starts_at + wanted.service.duration
    there = presence(wanted, partners, starts_at, ends_at, ignoring=ignoring)
    check_absence(there, starts_at, ends_at)


def presence(
    wanted: Demand,
    partners: Set[int],
    begins: datetime,
    ends: datetime,
    *,
    ignoring: int | None = None,
) -> list[Span]:
    """When somebody whom these people must not meet is, or will be, where they are wanted within
    `[begins, ends)`, margins included: disjoint and in order."""
    if partners & {person.pk for person in wanted.people}:
        return [(0, FAR)]
    if not (wanted.on_site and partners):
        return []
    margin = length(SITE_MARGIN)
    found = on_site_holdings(
        partners, begins - SITE_MARGIN, ends + SITE_MARGIN, now=clock.now(), ignoring=ignoring
    )
    return merge((start - margin, end + margin) for start, end in found)


def check_absence(there: Sequence[Span], starts_at: datetime, ends_at: datetime) -> None:
    """Raises NoContactConflict for a session that meets that presence."""
    if meets(there, starts_at, ends_at):
        raise NoContactConflict


def meets(there: Sequence[Span], starts_at: datetime, ends_at: datetime) -> bool:
    return bool(intersect(there, [(seconds(starts_at), seconds(ends_at))]))


def check_entry(
    service: Service,
    entitlements: Iterable[Entitlement],
    *,
    starts_at: datetime,
    first_at: datetime | None = None,
) -> date | None:
    """D4: papers for a specialised service, two months for general access, which begins with
    what is already booked or with `first_at`. Returns the last day of general access of the family
    without papers that reaches it first; None with papers.

    Raises NoEntryBasis or GeneralAccessEnded.
    """
    day = clock.local(starts_at).date()
    bare = [entitlement for entitlement in entitlements if not entitlement.has_basis(day)]
    if not bare or service.access == Service.Access.OPEN:
        return None
    if service.access == Service.Access.SPECIALISED:
        raise NoEntryBasis(service=service.public_id)
    known = (starts_at, first_at, *(entitlement.first_general_at for entitlement in bare))
    ends_on = clock.local(min(filter(None, known))).date() + GENERAL_ACCESS
    if ends_on < day:
        raise GeneralAccessEnded(ended_on=f"{ends_on:%d.%m.%Y}")
    return ends_on
