"""What a stay holds, written through the booking core's one write path (DESIGN §3).

A stay holds legs of units, and the residence of each of its people for their nights; both follow
from the stay, so after any step they are arranged anew as a whole.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from base import clock
from people.models import Person, User
from rooms import selectors
from rooms.errors import (
    AlreadyInHouse,
    NotTogether,
    NoUnitFree,
    PersonTaken,
    UnitReserved,
    UnitTaken,
)
from rooms.fitting import Party
from rooms.models import Member, Stay
from rooms.nights import LONGEST, Nights, arrival, departure
from rooms.selectors import StayLeg
from rooms.states import UnitNow
from scheduling import holdings as scheduling_holdings
from scheduling import selectors as scheduling_selectors
from scheduling import taking, writing
from scheduling.demand import Need
from scheduling.models import Allocation, Booking, Change, Resource
from scheduling.writing import Holding

Part = Allocation.Part


def lock(unit_ids: Iterable[int], people: Collection[Person], *, also: Iterable[int] = ()) -> None:
    """Lock the union: units, everybody's nights and hours, and those of whom they must not
    meet."""
    persons = {person.pk for person in people} | scheduling_selectors.partners_of(people)
    ids = {*unit_ids, *also, *selectors.resources_of_people(persons)}
    taking.lock(ids)


def clear(unit_ids: Collection[int], nights: Nights) -> None:
    """Retire expired holds that stand in the way, under the locks."""
    units = Resource.objects.filter(pk__in=unit_ids)
    if units:
        need = Need(Part.UNIT, tuple(units))
        taking.read_again([need], arrival(nights.from_on), departure(nights.to_on), ignoring=None)


def check_people(people: Collection[Person], nights: Nights, *, stay: Stay | None = None) -> None:
    """D21 and D11, under the locks. Raises AlreadyInHouse, PersonTaken, NotTogether."""
    if not people:
        return
    elsewhere = Member.objects.filter(
        person__in=people, joined_on__isnull=False, left_on=None
    ).exclude(stay=stay)
    if elsewhere.exists():
        raise AlreadyInHouse
    begins, ends = arrival(nights.from_on), departure(nights.to_on)
    need = Need(Part.RESIDENCE, tuple(selectors.residences(people).values()))
    ignoring = stay.booking_id if stay else None
    held = taking.read_again([need], begins, ends, ignoring=ignoring)
    if any(held.values()):
        raise PersonTaken(resource=None, kind=Part.RESIDENCE, starts_at=begins, ends_at=ends)
    partners = scheduling_selectors.partners_of(people)
    if partners & {person.pk for person in people}:
        raise NotTogether
    if scheduling_holdings.on_site_holdings(
        partners, begins, ends, now=clock.now(), ignoring=ignoring, nights_only=True
    ):
        raise NotTogether


def check_free(unit: UnitNow, nights: Nights, *, stay: Stay | None = None) -> None:
    """Raises UnitTaken with the first nights that are not free; UnitReserved when a stay that is
    expected has them."""
    clash = unit.clash(nights, ignoring=stay.pk if stay else None)
    if clash is None:
        return
    facts = facts_of_taken(unit, clash.within(nights))
    expected = (leg for leg in unit.legs if leg.nights == clash and leg.status == Stay.Status.HELD)
    if leg := next(expected, None):
        assert leg.stay_id is not None
        raise UnitReserved(**facts, stay=Stay.objects.get(pk=leg.stay_id).public_id)
    raise UnitTaken(**facts)


def facts_of_taken(unit: UnitNow, nights: Nights) -> dict[str, object]:
    """What a refusal tells of a unit and the nights in which it is taken."""
    return {
        "resource": unit.public_id,
        "kind": Part.UNIT.value,
        "name": unit.name,
        "on": f"{nights.from_on:%d.%m.%Y}",
        "from_on": nights.from_on.isoformat(),
        "starts_at": arrival(nights.from_on),
        "ends_at": departure(nights.to_on),
    }


def best_unit(units: Iterable[UnitNow], party: Party, nights: Nights) -> UnitNow:
    """The best fit that is free. Raises NoUnitFree."""
    free = [u for u in units if u.fits(party, nights) and not u.clash(nights)]
    if not free:
        raise NoUnitFree(
            resource=None,
            kind=Part.UNIT.value,
            starts_at=arrival(nights.from_on),
            ends_at=departure(nights.to_on),
        )
    return min(free, key=lambda unit: unit.rank(party, nights))


def holdings(stay: Stay, legs: Sequence[StayLeg], members: Iterable[Member]) -> list[Holding]:
    """Everything a stay holds: its legs, and its people for their part of each."""
    pieces = [StayLeg(leg.unit, nights) for leg in legs for nights in in_pieces(leg.nights)]
    members = list(members)
    homes = selectors.residences([member.person for member in members])
    held = [Holding(Part.UNIT, leg.unit, 1, leg.nights.period) for leg in pieces]
    for member in members:
        own = Nights(member.joined_on or stay.from_on, member.left_on or stay.to_on)
        held += [
            Holding(Part.RESIDENCE, homes[member.person_id], 1, nights.period)
            for leg in pieces
            if len(nights := leg.nights.within(own))
        ]
    return held


def in_pieces(nights: Nights) -> Iterable[Nights]:
    """Six months at most: reads look no further back (scheduling.models.LONGEST_STAY)."""
    while len(nights):
        until = min(nights.from_on + LONGEST, nights.to_on)
        yield Nights(nights.from_on, until)
        nights = Nights(until, nights.to_on)


def write_new(
    stay: Stay,
    legs: Sequence[StayLeg],
    members: Iterable[Member],
    *,
    hold: timedelta | None,
    by: User,
) -> None:
    """Make the stay's booking with all it holds: a hold, or a reservation without an end."""
    now = clock.now()
    booking = Booking(
        kind=Booking.Kind.STAY,
        centre_id=stay.centre_id,
        status=Booking.Status.HELD if hold else Booking.Status.CONFIRMED,
        starts_at=arrival(stay.from_on),
        ends_at=departure(stay.to_on),
        hold_expires_at=now + hold if hold else None,
        created_by=by,
        created_at=now,
    )
    what = Change.What.HELD if hold else Change.What.BOOKED
    writing.add(booking, (), holdings(stay, legs, members), what=what, facts=facts_of(stay, legs))
    stay.booking = booking


def write_again(stay: Stay, legs: Sequence[StayLeg], *, what: Change.What, by: User) -> None:
    """Hold what the stay holds now, instead of what it held, and keep who changed it."""
    booking = booking_of(stay)
    booking.starts_at, booking.ends_at = arrival(stay.from_on), departure(stay.to_on)
    if booking.ends_at <= booking.starts_at:
        # Nobody slept here: the agreement was for an afternoon.
        booking.ends_at = booking.starts_at + timedelta(minutes=1)
    booking.version += 1
    booking.save()
    if held := holdings(stay, legs, stay.members.select_related("person")):
        writing.rearrange(booking, held)
    else:
        writing.release(booking)
    writing.record(booking, what, by=by.pk, facts=facts_of(stay, legs))


def set_booking(stay: Stay, status: Booking.Status) -> None:
    """Saved with whatever is held by it (arranging.write_again), or here."""
    booking = booking_of(stay)
    booking.status, booking.hold_expires_at = status, None
    booking.version += 1
    booking.save()


def booking_of(stay: Stay) -> Booking:
    """What a stay that is held, in house or left holds by."""
    assert stay.booking is not None
    return stay.booking


def facts_of(stay: Stay, legs: Sequence[StayLeg]) -> dict[str, object]:
    return {
        "from_on": stay.from_on.isoformat(),
        "to_on": stay.to_on.isoformat(),
        "units": [str(leg.unit.public_id) for leg in legs],
    }
