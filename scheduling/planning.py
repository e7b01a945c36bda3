"""A wish checked against the rules that need no lock, and what would have to be held for it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from base import clock
from base.rows import ask
from people.models import Person
from scheduling import demand, rules, selectors, setup, steps
from scheduling.demand import Demand, Need
from scheduling.errors import OfAGroup
from scheduling.hours import Hours
from scheduling.models import Allocation, Booking, Modality, Resource, Service
from scheduling.selectors import Entitlement, Party
from scheduling.setup import Setup
from scheduling.slots import Search

Part = Allocation.Part


class Known(NamedTuple):
    """The centre of a wish's service, its people's ties, and what entitles them to it."""

    house: Setup
    party: Party
    entitlements: list[Entitlement]


@dataclass(frozen=True)
class Wish:
    """A booking as asked for. What is None or empty is chosen for the caller, who may also want
    more workers than the service has, or a car, without saying which.

    `without_papers` is the stored reason when an authorised role books without an entry
    document (D7); `carer` is who is told about a child's hour.
    """

    service: Service
    starts_at: datetime
    lead: Resource
    people: tuple[Person, ...]
    modality: Modality
    room: Resource | None = None
    vehicle: Resource | None = None
    colleagues: tuple[Resource, ...] = ()
    least_workers: int = 1
    least_seats: int = 0
    """For so many, whoever they will be."""

    with_car: bool = False
    kind: Booking.Kind = Booking.Kind.CONSULTATION
    in_term_time: bool = False
    """Not on school vacations."""

    carer: Person | None = None
    hold: bool = False
    without: Resource | None = None
    """A colleague who is not to be asked."""

    again: bool = False
    """It stood there before and was only undone: papers, working hours and days off were asked
    then."""

    without_papers: str = ""

    known: Known | None = None
    """Where it has just been read."""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.service.duration


@dataclass(frozen=True)
class Plan:
    """A wish that passed the rules: what it needs, and whom it must not meet."""

    wanted: Demand
    needs: tuple[Need, ...]
    partners: frozenset[int]

    def preferring(self, resource_ids: Collection[int]) -> "Plan":
        """The plan with these first among the candidates."""
        needs = (
            replace(
                need,
                candidates=tuple(sorted(need.candidates, key=lambda r: r.pk not in resource_ids)),
            )
            for need in self.needs
        )
        return replace(self, needs=tuple(needs))


@dataclass(frozen=True)
class Facts:
    """What the rules that need no lock judge a wish by."""

    wanted: Demand
    entitlements: list[Entitlement]
    pool: list[Resource]
    """What suits the service, the preferred first; of specialists the lead alone where no
    colleague is needed."""
    party: Party
    hours: Hours


def read_facts(
    wish: Wish,
    *,
    moving: Booking | None = None,
    until: datetime | None = None,
    leads: Collection[Resource] = (),
) -> Facts:
    """Of the wish's day, or of all days `until` another; `leads` are the specialists of those.
    Raises ModalityNotOffered.
    """
    wanted = demand.demand(
        wish.service,
        wish.people,
        wish.modality,
        at=wish.starts_at,
        least_workers=max(wish.least_workers, 1 + len(wish.colleagues)),
        least_seats=wish.least_seats,
        with_car=wish.with_car or wish.vehicle is not None,
        ignoring=moving.pk if moving else None,
    )
    first, last = (clock.local(at).date() for at in (wish.starts_at, until or wish.ends_at))
    house, party, entitlements = wish.known or read_known(wish)
    alone = wanted.workers == 1 and len(leads) < 2
    pool = house.suitable(wish.service, lead=wish.lead if alone else None)
    specialists = {resource.pk for resource in pool if resource.is_specialist}
    asked = {wish.lead.pk, *(lead.pk for lead in leads)}
    hours = house.hours(specialists | asked, first, last)
    return Facts(wanted, entitlements, pool, party, hours)


def read_known(wish: Wish) -> Known:
    named = [person.public_id for person in wish.people]
    stamp, party, entitlements = ask(
        setup.stamp(),
        selectors.party_named(named),
        selectors.entitlements(wish.service.public_id, named),
    )
    return Known(setup.of_centre(wish.service.centre_id, stamp), party, entitlements)


def make_plan(wish: Wish, facts: Facts) -> Plan:
    """Check the rules that need no lock and work out what must be held.

    Raises what `book` does, NoContactConflict and ResourceUnavailable apart.
    """
    wanted, party = facts.wanted, facts.party
    rules.check_named(wish.room if not wanted.on_site else None)
    rules.check_named(wish.vehicle if not wanted.takes_car else None)
    rules.check_lead(wish.lead, facts.pool, party)
    if not wish.again:
        rules.check_hours(facts.hours, wish.lead, wanted, wish.starts_at)
        rules.check_term_time(facts.hours, wish.starts_at, asked=wish.in_term_time)
    able = [resource for resource in facts.pool if is_able(resource, wish, facts)]
    needs = demand.needs_beside_lead(wanted, able, party.resources)
    lead = demand.need_of_lead(wanted, wish.lead)
    return Plan(wanted, (lead, *(narrowed(need, wish) for need in needs)), party.partners)


def is_able(resource: Resource, wish: Wish, facts: Facts) -> bool:
    """Whether it may be asked for beside the lead: a colleague who works then and is no kin of
    the family, or anything that is no specialist."""
    if resource.id == wish.lead.id or resource == wish.without:
        return False
    if not resource.is_specialist:
        return True
    is_kin = resource.user_id in facts.party.walled_users
    return not is_kin and rules.works(facts.hours, resource, facts.wanted, wish.starts_at)


def narrowed(need: Need, wish: Wish) -> Need:
    """The need with the caller's own choice as its only candidates. Raises DoesNotFit."""
    named: dict[Part, tuple[Resource, ...]] = {
        Part.ROOM: (wish.room,) if wish.room else (),
        Part.VEHICLE: (wish.vehicle,) if wish.vehicle else (),
        Part.COLLEAGUE: wish.colleagues,
    }
    chosen = named.get(need.part, ())
    for resource in chosen:
        rules.check_fits(resource, need.candidates)
    if len(chosen) >= need.count:
        return replace(need, candidates=chosen)
    others = tuple(r for r in need.candidates if r not in chosen)
    return replace(need, candidates=(*chosen, *others))


def wish_of(
    booking: Booking, *, starts_at: datetime, lead: Resource | None, room: Resource | None
) -> Wish:
    """The wish that would make this booking at another time. Raises WrongStep for a block, OfAGroup
    for somebody's place."""
    if booking.kind == Booking.Kind.PLACE:
        raise OfAGroup
    if booking.service is None:
        raise steps.wrong_step(booking)
    held = booking.allocations.filter(active=True).select_related("resource")
    parts = [allocation.part for allocation in held]
    leads = [allocation.resource for allocation in held if allocation.part == Part.LEAD]
    if not leads:
        raise steps.wrong_step(booking)
    return Wish(
        service=booking.service,
        starts_at=starts_at,
        lead=lead or leads[0],
        people=selectors.people_in(booking),
        modality=Modality(booking.modality),
        room=room,
        least_workers=1 + parts.count(Part.COLLEAGUE),
        least_seats=booking.term.series.least_seats if booking.term else 0,
        with_car=Part.VEHICLE in parts,
        carer=booking.carer,
        without_papers=booking.without_papers,
    )


def search_to_move(
    booking: Booking, *, lead: Resource | None, begins: datetime, ends: datetime
) -> Search:
    """The search for another hour of a booking, with what it has beyond its service's defaults.
    Raises WrongStep for a block."""
    wish = wish_of(booking, starts_at=begins, lead=lead, room=None)
    return Search(
        service=wish.service,
        people=wish.people,
        modality=wish.modality,
        specialist=wish.lead,
        begins=begins,
        ends=ends,
        moving=booking,
        least_workers=wish.least_workers,
        with_car=wish.with_car,
    )
