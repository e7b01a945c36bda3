"""Queries over units, stays and loans: they answer, and never write.

The number of statements depends neither on the number of units nor on their history.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from base import clock
from base.rows import Row, fetch
from people import selectors as people_selectors
from people.models import Case, EntryBasis, Person
from people.policies import SHELTERS, Staff
from people.selectors import households_walled_from
from rooms.fitting import Party, party_of
from rooms.models import Absence, Loan, Member, Occupancy, Stay
from rooms.nights import Nights, nights_of, tonight
from scheduling.models import Allocation, Booking, Change, Modality, Resource
from scheduling.selectors import still_ahead


def unit_resources(staff: Staff) -> QuerySet[Resource]:
    return Resource.objects.filter(
        kind=Resource.Kind.UNIT, centre__in=staff.centre_ids, is_active=True
    )


def stays_of(staff: Staff) -> QuerySet[Stay]:
    """Stays of the centres in which she shelters, without those of her own kin (D12)."""
    return (
        Stay.objects.filter(centre__in=staff.centres_where(SHELTERS))
        .exclude(household__in=households_walled_from(staff))
        .select_related("centre", "household", "booking", "requested_by", "closed_by")
    )


def matters_of(household_ids: Collection[int]) -> list[str]:
    """What tasks about the stays of these families are about."""
    stays = Stay.objects.filter(household__in=household_ids)
    return [f"stay:{key}" for key in stays.values_list("public_id", flat=True)]


def waiting(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    """The list: safety first, then whoever asked first (D26). A hold that ran out waits again,
    though nobody has noted it yet."""
    ran_out = Q(
        status=Stay.Status.HELD,
        booking__status=Booking.Status.HELD,
        booking__hold_expires_at__lte=clock.now(),
    )
    listed = stays.filter(Q(status=Stay.Status.REQUESTED) | ran_out)
    return listed.order_by("-in_danger", "requested_at", "pk")


def with_live_hold(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    """Held and reserved ones."""
    return stays.filter(status=Stay.Status.HELD).exclude(
        booking__status=Booking.Status.HELD, booking__hold_expires_at__lte=clock.now()
    )


def in_house(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    return stays.filter(status=Stay.Status.IN_HOUSE)


class StayLeg(NamedTuple):
    """What a stay holds of one unit. Nights in a row in one unit may be several legs: no
    allocation is longer than reads look back."""

    unit: Resource
    nights: Nights


def legs_of(stay: Stay) -> list[StayLeg]:
    """In order of time."""
    return legs_by_booking([stay.booking_id])[stay.booking_id] if stay.booking_id else []


def legs_by_booking(booking_ids: Iterable[int | None]) -> Mapping[int, list[StayLeg]]:
    found: dict[int, list[StayLeg]] = defaultdict(list)
    held = Allocation.objects.filter(
        booking__in=[pk for pk in booking_ids if pk], active=True, part=Allocation.Part.UNIT
    )
    for row in held.select_related("resource").order_by("period"):
        found[row.booking_id].append(StayLeg(row.resource, nights_of(row.period)))
    return found


def changes_of(stay: Stay) -> QuerySet[Change]:
    """Everything that was done to what it holds, and to holds that ran out before."""
    held = [stay.booking_id, *stay.lapsed.values_list("pk", flat=True)]
    return Change.objects.filter(booking__in=[pk for pk in held if pk]).select_related("by")


def held_by(stay: Stay) -> list[int]:
    """Ids of what the stay holds now."""
    if stay.booking_id is None:
        return []
    held = Allocation.objects.filter(booking=stay.booking_id, active=True)
    return list(held.values_list("resource", flat=True))


def joined(legs: Iterable[StayLeg]) -> list[StayLeg]:
    """Legs in a row in one unit as one: how people speak of them."""
    found: list[StayLeg] = []
    for leg in legs:
        last = found[-1] if found else None
        if last and last.unit == leg.unit and last.nights.to_on == leg.nights.from_on:
            found[-1] = StayLeg(leg.unit, Nights(last.nights.from_on, leg.nights.to_on))
        else:
            found.append(leg)
    return found


def members_of(stay: Stay) -> list[Member]:
    """Those who are, or are expected; who left is no longer among them."""
    return list(stay.members.filter(left_on=None).select_related("person__household"))


def away(members: Iterable[Member]) -> Mapping[int, Absence]:
    """Who of them is away now, by the member's id."""
    found = Absence.objects.filter(member__in=list(members), ended_at=None)
    return {absence.member_id: absence for absence in found}


def left_to_clean(stay: Stay) -> Occupancy | None:
    """The unit that the stay left and nobody has cleaned yet."""
    left = stay.occupancies.filter(ready_at=None, ended_at__isnull=False)
    return left.select_related("unit__resource").first()


def expected(stay: Stay) -> list[Person]:
    """Who is in the stay, or is to be."""
    return [member.person for member in members_of(stay)]


def party_in(stay: Stay) -> Party:
    """Who is to sleep there: those asked for, and once somebody is in house, those present."""
    if stay.status == Stay.Status.IN_HOUSE:
        people = expected(stay)
        return party_of(people, on=tonight(), needs=stay.needs, kind=stay.kind)
    return Party(stay.adults, tuple(stay.ages), frozenset(stay.needs), stay.kind)


def has_papers(household_id: int) -> bool:
    """Whether an open case of the family holds a document valid today (D4)."""
    today = clock.today()
    return EntryBasis.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today),
        case__household=household_id,
        case__closed_on=None,
        valid_from__lte=today,
    ).exists()


OVERSTAYING = """
    SELECT member.person_id, date_part('epoch', booking.ends_at)::bigint,
           date_part('epoch', %(ends)s)::bigint
      FROM rooms_member member
      JOIN rooms_stay stay ON stay.id = member.stay_id
      JOIN scheduling_booking booking ON booking.id = stay.booking_id
     WHERE member.person_id = ANY(%(people)s) AND member.left_on IS NULL
       AND stay.status = 'in_house' AND booking.ends_at <= %(now)s AND booking.ends_at < %(ends)s
       AND booking.id IS DISTINCT FROM %(ignoring)s
"""


def overstaying(person_ids: Collection[int], ends: datetime, ignoring: int | None) -> list[Row]:
    """Who of these persons is in house past the end of a stay, from when until when (D11, D24)."""
    facts = {"people": list(person_ids), "ends": ends, "ignoring": ignoring, "now": clock.now()}
    return fetch(OVERSTAYING, facts)


def resources_of_people(person_ids: Collection[int]) -> list[int]:
    """What the hours and the nights of these persons are held by: both are locked, so that an
    admission and a session of people kept apart see each other."""
    found = Resource.objects.filter(Q(person__in=person_ids) | Q(resident__in=person_ids))
    return list(found.values_list("pk", flat=True))


def residences(people: Collection[Person]) -> dict[int, Resource]:
    """By the person's id."""
    return {
        resource.resident_id: resource
        for resource in Resource.objects.filter(resident__in=people)
        if resource.resident_id is not None
    }


def hours_during(person_ids: Collection[int], until: datetime) -> QuerySet[Booking]:
    """Sessions at the centre that these persons have from now until then."""
    hours = still_ahead().filter(
        participations__person__in=person_ids, modality=Modality.ON_SITE, starts_at__lt=until
    )
    return hours.distinct()


def case_lead(household_id: int | None) -> int | None:
    """The lead of the family's newest open case."""
    open_cases = Case.objects.filter(household=household_id, closed_on=None)
    newest = open_cases.order_by("-opened_on").first() if household_id else None
    return newest.lead_id if newest else None


OFFICIAL = """
    SELECT kind, sum(places)
      FROM (SELECT DISTINCT ON (centre_id, kind) kind, places FROM rooms_officialplaces
             WHERE centre_id = ANY(%(centres)s) AND from_on <= %(today)s
             ORDER BY centre_id, kind, from_on DESC) in_force
     GROUP BY kind
"""


def official_places(centre_ids: Collection[int]) -> dict[str, int]:
    """In force today, by kind of unit (D18)."""
    facts = {"centres": list(centre_ids), "today": clock.today()}
    return {kind: int(places) for kind, places in fetch(OFFICIAL, facts)}


NAMES = """
    SELECT member.stay_id, person.given_name, person.family_name
      FROM rooms_member member
      JOIN people_person person ON person.id = member.person_id
      JOIN rooms_stay stay ON stay.id = member.stay_id
     WHERE member.stay_id = ANY(%(stays)s) AND stay.centre_id = ANY(%(shelters)s)
       AND person.household_id NOT IN (
           SELECT household_id FROM people_kinshipwall WHERE user_id = %(reader)s
       )
     ORDER BY person.birth_on NULLS FIRST, person.id
"""

STAY_IDS = """
    SELECT stay.id, stay.public_id FROM rooms_stay stay
     WHERE stay.id = ANY(%(stays)s) AND stay.centre_id = ANY(%(shelters)s)
       AND (stay.household_id IS NULL OR stay.household_id NOT IN (
           SELECT household_id FROM people_kinshipwall WHERE user_id = %(reader)s
       ))
"""


def stays_known(staff: Staff, stay_ids: Collection[int]) -> Mapping[int, UUID]:
    """Of these stays the public ids of those the reader may open."""
    return dict(fetch(STAY_IDS, reader_of(staff, stay_ids)))


def initials(staff: Staff, stay_ids: Collection[int]) -> dict[int, str]:
    """For shelter staff alone: the eldest of each stay by her initials."""
    found: dict[int, str] = {}
    for stay, given, family in fetch(NAMES, reader_of(staff, stay_ids)):
        found.setdefault(stay, f"{given[:1]}. {family[:1]}.")
    return found


def reader_of(staff: Staff, stay_ids: Collection[int]) -> dict[str, object]:
    return {
        "stays": list(stay_ids),
        "shelters": staff.centres_where(SHELTERS),
        "reader": staff.user.pk,
    }


@dataclass(frozen=True)
class TurnedAway:
    """How many requests ended how, in a period, by reason (D26)."""

    refused: Mapping[str, int]
    withdrawn: int
    did_not_come: int


def turned_away(stays: QuerySet[Stay], begins: datetime, ends: datetime) -> TurnedAway:
    refused: dict[str, int] = dict.fromkeys(Stay.Refusal.values, 0)
    others = {Stay.Status.WITHDRAWN: 0, Stay.Status.DID_NOT_COME: 0}
    closed = stays.filter(
        status__in=[Stay.Status.REFUSED, *others], closed_at__gte=begins, closed_at__lt=ends
    )
    for status, refusal in closed.values_list("status", "refusal"):
        if status == Stay.Status.REFUSED:
            refused[refusal] += 1
        else:
            others[Stay.Status(status)] += 1
    return TurnedAway(refused, others[Stay.Status.WITHDRAWN], others[Stay.Status.DID_NOT_COME])


def toys(staff: Staff) -> QuerySet[Resource]:
    return Resource.objects.filter(
        kind=Resource.Kind.TOY, centre__in=staff.centre_ids, is_active=True
    ).select_related("centre")


def loans_of(staff: Staff) -> QuerySet[Loan]:
    """Loans in her centres to families that she may know by name."""
    return Loan.objects.filter(
        toy__centre__in=staff.centre_ids, person__in=people_selectors.people_of(staff)
    ).select_related("toy", "person", "booking")


def with_loans(toys: QuerySet[Resource]) -> QuerySet[Resource]:
    """Toys with the day each is due, as `due_on`; None on the shelf."""
    due = Loan.objects.filter(toy=OuterRef("pk"), returned_on=None).values("due_on")
    return toys.annotate(due_on=Subquery(due)).order_by("name", "pk")


def toys_lent(toys: QuerySet[Resource]) -> set[int]:
    """Ids of those that are with families."""
    return set(Loan.objects.filter(toy__in=toys, returned_on=None).values_list("toy", flat=True))


def lent(loans: QuerySet[Loan]) -> QuerySet[Loan]:
    return loans.filter(returned_on=None).order_by("due_on", "pk")


def ending_within(stays: QuerySet[Stay], days: int) -> QuerySet[Stay]:
    """In house, and to leave within so many days from today."""
    today = clock.today()
    return in_house(stays).filter(to_on__gte=today, to_on__lte=today + timedelta(days=days))


def overdue(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    """In house past the hour of leaving of their last day (D24)."""
    return in_house(stays).filter(booking__ends_at__lte=clock.now())


def held_longest(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    """Holds by how soon they run out; reserved ones, which do not, at the end."""
    expiry = F("booking__hold_expires_at").asc(nulls_last=True)
    return with_live_hold(stays).order_by(expiry, "pk")
