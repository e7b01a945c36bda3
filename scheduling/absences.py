"""A specialist is ill: whose hours that touches, and what may become of each of them."""

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from base import clock
from base.errors import DomainError
from people.models import Person, User
from scheduling import blocking, holdings, rules, selectors, services, setup, slots
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.demand import Demand
from scheduling.errors import StillAbsent
from scheduling.holdings import Edges, Lane
from scheduling.hours import Hours
from scheduling.intervals import contains, length, seconds
from scheduling.models import Allocation, Booking, Modality, Resource
from scheduling.selectors import Party
from scheduling.setup import Setup
from scheduling.slots import Search, Slot

LOOK_AHEAD = timedelta(days=14)
"""How far past the absence her own next free hour is looked for."""

MARGIN = timedelta(days=1)
Part = Allocation.Part


@dataclass(frozen=True)
class Absence:
    """Whose, and the `[begins, ends)` of it."""

    specialist: Resource
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Affected:
    """A booking that she cannot keep, with who could take it over at its hour (the least busy
    first), and the nearest hour after the absence at which she herself could."""

    booking: Booking
    people: tuple[Person, ...]
    held: Arrangement
    substitutes: Sequence[Resource] = ()
    next: Slot | None = None

    def leads(self, absence: Absence) -> bool:
        return self.held.lead == absence.specialist


def affected_by(absence: Absence, centre_ids: Collection[int]) -> list[Affected]:
    """The hours of these centres that she has within the absence and that have not begun, in order
    of time, with what may become of each. No two of the first substitutes and hours collide."""
    hours = hours_of(absence, centre_ids)
    if not hours:
        return []
    ground = Ground(absence, hours)
    return [ground.options(one) for one in hours]


def hours_of(absence: Absence, centre_ids: Collection[int]) -> list[Affected]:
    found = (
        selectors.still_ahead()
        .filter(
            centre__in=centre_ids,
            kind__in=Booking.Kind.with_lead(),
            starts_at__gt=clock.now(),
            starts_at__lt=absence.ends,
            ends_at__gt=absence.begins,
            allocations__resource=absence.specialist,
            allocations__active=True,
        )
        .select_related("service", "centre", "carer")
        .prefetch_related("participations__person")
        .order_by("starts_at", "pk")
        .distinct()
    )
    bookings = list(found)
    held = arrangements_of(bookings)
    return [Affected(one, people_of(one), held[one.pk]) for one in bookings]


def people_of(booking: Booking) -> tuple[Person, ...]:
    people = (seat.person for seat in booking.participations.all())
    return tuple(sorted(people, key=lambda person: person.pk))


@dataclass
class Ground:
    """What the options of all affected hours are judged by, read once."""

    absence: Absence
    affected: Sequence[Affected]
    houses: dict[int, Setup] = field(init=False)
    parties: dict[int, Party] = field(init=False)
    hours: dict[int, Hours] = field(init=False)
    held: dict[Lane, Edges] = field(init=False)

    def __post_init__(self) -> None:
        present = setup.stamp().answer()
        centres = {one.booking.centre_id for one in self.affected}
        self.houses = {centre: setup.of_centre(centre, present) for centre in centres}
        everybody = {person for one in self.affected for person in one.people}
        self.parties = selectors.parties(everybody)
        first, last = (clock.local(at).date() for at in (self.absence.begins, self.absence.ends))
        self.hours = {
            centre: house.hours([one.pk for one in house.resources], first, last)
            for centre, house in self.houses.items()
        }
        resources = {one.pk for house in self.houses.values() for one in house.resources}
        resources |= {one.pk for party in self.parties.values() for one in party.resources}
        reading = holdings.holdings(
            resources | {self.absence.specialist.pk},
            min(clock.now(), self.absence.begins) - MARGIN,
            self.absence.ends + LOOK_AHEAD + MARGIN,
            now=clock.now(),
        )
        self.held = reading.answer()

    def options(self, one: Affected) -> Affected:
        substitutes = self.substitutes(one)
        if substitutes and one.leads(self.absence):
            self.reserve(substitutes[0], one.booking.starts_at, one)
            return replace(one, substitutes=substitutes, next=self.next_hour(one, reserve=False))
        return replace(one, substitutes=substitutes, next=self.next_hour(one, reserve=True))

    def substitutes(self, one: Affected) -> list[Resource]:
        booking = one.booking
        assert booking.service is not None
        walled = self.party(one).walled_users
        taken = {one.held.lead.pk, *one.held.ids}
        able = [
            resource
            for resource in self.houses[booking.centre_id].suitable(booking.service)
            if resource.is_specialist
            and resource.pk not in taken
            and resource.user_id not in walled
            and self.works(resource, one)
            and self.is_free(resource, one)
        ]
        return sorted(able, key=lambda resource: (self.load(resource, booking), resource.name))

    def works(self, resource: Resource, one: Affected) -> bool:
        wanted = demand_of(one)
        starts = self.hours[one.booking.centre_id].starts(
            resource.pk, on_site=wanted.on_site, lasting=length(wanted.service.duration)
        )
        return contains(starts, seconds(one.booking.starts_at))

    def is_free(self, resource: Resource, one: Affected) -> bool:
        begins, ends = span_of(one.booking.starts_at, one)
        starts, ends_of = self.held.get((resource.pk, 1), ([], []))
        later = bisect_left(starts, ends)
        return later == 0 or ends_of[later - 1] <= begins

    def load(self, resource: Resource, booking: Booking) -> int:
        """How many hours she has on that day."""
        first, last = clock.day_bounds(clock.local(booking.starts_at).date())
        starts, _ = self.held.get((resource.pk, 1), ([], []))
        return bisect_left(starts, seconds(last)) - bisect_left(starts, seconds(first))

    def next_hour(self, one: Affected, *, reserve: bool) -> Slot | None:
        booking = one.booking
        if booking.service is None or not one.leads(self.absence):
            return None
        search = Search(
            service=booking.service,
            people=one.people,
            modality=Modality(booking.modality),
            specialist=self.absence.specialist,
            begins=self.absence.ends,
            ends=self.absence.ends + LOOK_AHEAD,
            least_workers=1 + len(one.held.colleagues),
            with_car=one.held.vehicle is not None,
            known=(self.houses[booking.centre_id], self.party(one)),
            held=self.held,
        )
        found: list[Slot] = slots.free_slots(search)[:1]  # type: ignore[assignment]
        if found and reserve:
            self.reserve(self.absence.specialist, found[0].starts_at, one)
        return found[0] if found else None

    def reserve(self, resource: Resource, starts_at: datetime, one: Affected) -> None:
        """Nobody else is offered that hour of hers."""
        begins, ends = span_of(starts_at, one)
        starts, ends_of = self.held.setdefault((resource.pk, 1), ([], []))
        insort(starts, begins)
        insort(ends_of, ends)

    def party(self, one: Affected) -> Party:
        return selectors.together([self.parties[person.pk] for person in one.people])


def demand_of(one: Affected) -> Demand:
    assert one.booking.service is not None
    return Demand(
        one.booking.service,
        one.people,
        Modality(one.booking.modality),
        1 + len(one.held.colleagues),
        one.held.vehicle is not None,
    )


def span_of(starts_at: datetime, one: Affected) -> tuple[int, int]:
    """What a specialist is held for, margins included."""
    wanted = demand_of(one)
    before, after = wanted.margins
    return seconds(starts_at - before), seconds(starts_at + wanted.service.duration + after)


class Way(StrEnum):
    """What becomes of an affected hour."""

    SUBSTITUTE = "substitute"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Decision:
    """Of one booking: a colleague takes it over (`lead`; where the absent one was second, whoever
    is free), it moves to `starts_at`, or it is cancelled."""

    booking: Booking
    way: Way
    lead: Resource | None = None
    starts_at: datetime | None = None


Settled = list[tuple[Decision, DomainError | None]]
"""Each decision, with the error of one that could not be carried out."""


def settle(
    absence: Absence, decisions: Sequence[Decision], *, centre_id: int, by: User, marking: bool
) -> tuple[Settled, Booking | None]:
    """Carry out each decision by itself, and take her out of use for whatever of the absence nobody
    holds: what is decided later joins it when it is marked again. The block is None when nothing
    was left.

    Raises InvalidInterval and PastStart, before anything is done.
    """
    begins = max(absence.begins, clock.now())
    rules.check_start(absence.ends)
    blocking.check_length(begins, absence.ends)
    results = [(decision, carried_out(absence, decision, by=by)) for decision in decisions]
    if not marking:
        return results, None
    block = blocking.block_gaps(
        absence.specialist,
        centre_id=centre_id,
        starts_at=begins,
        ends_at=absence.ends,
        reason=Booking.BlockReason.LEAVE,
        by=by,
    )
    return results, block


def carried_out(absence: Absence, decision: Decision, *, by: User) -> DomainError | None:
    booking = decision.booking
    if leaves_her(absence, decision):
        return StillAbsent()
    try:
        if decision.way == Way.CANCEL:
            party = Booking.Party.CENTRE
            services.cancel_booking(booking, by=by, party=party, version=booking.version)
        else:
            is_hers = arrangements_of([booking])[booking.pk].lead == absence.specialist
            services.reschedule_booking(
                booking,
                starts_at=decision.starts_at or booking.starts_at,
                lead=decision.lead if is_hers else None,
                without=absence.specialist if decision.way == Way.SUBSTITUTE else None,
                version=booking.version,
                by=by,
            )
    except DomainError as error:
        return error
    return None


def leaves_her(absence: Absence, decision: Decision) -> bool:
    """Whether the hour would still be hers while she is away."""
    if decision.way == Way.SUBSTITUTE:
        return decision.lead == absence.specialist
    starts_at = decision.starts_at
    return (
        decision.way == Way.MOVE
        and starts_at is not None
        and starts_at < absence.ends
        and absence.begins < starts_at + (decision.booking.ends_at - decision.booking.starts_at)
    )


def is_marked(absence: Absence) -> bool:
    """Whether she is out of use then already, as far as nobody holds her."""
    begins = max(absence.begins, clock.now())
    return blocking.standing_block(absence.specialist, begins, absence.ends) is not None
