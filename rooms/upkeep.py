"""Commands on units: cleaned, out of service and back, and the cots that move between them."""

from datetime import date, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from base import clock
from people.models import Centre, User
from rooms import arranging, selectors, snapshot, steps
from rooms.errors import NightIsPast, NoCotThere, NothingToClean, UnitOccupied
from rooms.models import Building, CotMove, Occupancy, Stay
from rooms.nights import FOREVER, Nights, arrival, departure, tonight
from rooms.states import UnitNow
from scheduling import blocking, taking, writing
from scheduling import services as scheduling_services
from scheduling.errors import TooFarAhead
from scheduling.hours import FARTHEST
from scheduling.models import Booking, Resource
from scheduling.taking import deadlock_retried


@deadlock_retried
def make_ready(unit: Resource, *, by: User) -> Occupancy:
    """Cleaned: the unit is free again (D20). Raises UnitOccupied, NothingToClean."""
    taking.lock([unit.pk])
    last = Occupancy.objects.filter(unit=unit.pk, ready_at=None).first()
    if last is None:
        raise NothingToClean(name=unit.name)
    if last.ended_at is None:
        raise UnitOccupied(name=unit.name)
    last.ready_at, last.ready_by = clock.now(), by
    last.save()
    writing.revise([unit.pk])
    return last


@deadlock_retried
def ready_after(stay: Stay, *, by: User) -> Occupancy:
    """The same for the unit that a stay left last. Raises UnitOccupied, NothingToClean."""
    mine = stay.occupancies.select_related("unit__resource")
    left_last = mine.order_by(F("ended_at").desc(nulls_last=True))
    waiting = left_last.filter(ready_at=None).first()
    if waiting is None:
        last = left_last.first()
        raise NothingToClean(name=last.unit.resource.name if last else _("This stay"))
    return make_ready(waiting.unit.resource, by=by)


@deadlock_retried
def take_out_of_service(unit: Resource, nights: Nights, *, by: User) -> list[Booking]:
    """Nobody sleeps there for some nights, a repair for instance.

    Raises LeavesBeforeArriving, NightIsPast, TooFarAhead, UnitTaken.
    """
    steps.check_order(nights)
    if nights.from_on < tonight():
        raise NightIsPast
    if nights.to_on > clock.today() + FARTHEST:
        raise TooFarAhead(days=FARTHEST.days)
    taking.lock([unit.pk])
    arranging.clear([unit.pk], nights)
    there = as_is(unit)
    there.presences = [one for one in there.presences if one.ended_at is None]
    arranging.check_free(there, nights)
    return [
        blocking.block_resource(
            unit,
            centre_id=there.centre_id,
            starts_at=arrival(part.from_on),
            ends_at=departure(part.to_on),
            reason=Booking.BlockReason.MAINTENANCE,
            by=by,
        )
        for part in in_blocks(nights)
    ]


LONGEST_BLOCK = timedelta(days=60)


def in_blocks(nights: Nights) -> list[Nights]:
    """A long repair is several blocks, each no longer than the booking core takes."""
    if len(nights) * timedelta(days=1) <= LONGEST_BLOCK:
        return [nights]
    until = nights.from_on + LONGEST_BLOCK
    return [Nights(nights.from_on, until), *in_blocks(Nights(until, nights.to_on))]


@deadlock_retried
def put_in_service(unit: Resource, *, by: User) -> int:
    """Blocks that are not over end tonight; returns how many. Nights that were out of service
    stay so."""
    blocks = Booking.objects.filter(
        kind=Booking.Kind.BLOCK,
        status=Booking.Status.CONFIRMED,
        ends_at__gt=clock.now(),
        allocations__resource=unit,
    ).distinct()
    for block in blocks:
        if block.starts_at < arrival(tonight()):
            blocking.end_block(block, unit, ends_at=departure(tonight()), by=by)
        else:
            scheduling_services.cancel_booking(block, by=by, party=Booking.Party.CENTRE)
    return len(blocks)


@deadlock_retried
def move_cots(
    centre: Centre,
    *,
    taken_from: Resource | None,
    brought_to: Resource | None,
    count: int,
    on: date,
    by: User,
) -> CotMove:
    """Cots change units from a night on; from or to the store when one is not named (D17).

    Raises NightIsPast, NoCotThere: the unit has not that many then or later, or a baby who is
    there, or expected, would be left without.
    """
    if on < tonight():
        raise NightIsPast
    taking.lock([unit.pk for unit in (taken_from, brought_to) if unit])
    if taken_from:
        there = as_is(taken_from)
        there.cots = sorted([*there.cots, (on, -count)])
        if there.cots_on(Nights(on, FOREVER)) < 0 or not all_fit(there, on):
            raise NoCotThere(on=f"{on:%d.%m.%Y}")
    move = CotMove.objects.create(
        centre=centre,
        taken_from_id=taken_from and taken_from.pk,
        brought_to_id=brought_to and brought_to.pk,
        count=count,
        on=on,
        by=by,
    )
    writing.revise([unit.pk for unit in (taken_from, brought_to) if unit])
    return move


def write_address(building: Building, address: str) -> Building:
    """Where the house is: shelter staff write it down, nobody else ever reads it (D39)."""
    building.address = address
    building.save()
    return building


def all_fit(unit: UnitNow, on: date) -> bool:
    """Whether everybody who is, or is to be, in the unit from a night on still has a bed."""
    ahead = Nights(on, FOREVER)
    slept = {
        (leg.stay_id, leg.nights.within(ahead))
        for leg in unit.legs
        if leg.stay_id and leg.nights.to_on > on
    }
    if late := unit.overdue:
        slept.add((late.stay_id, ahead))
    stays = Stay.objects.in_bulk({stay for stay, _ in slept})
    parties = {pk: selectors.party_in(stay) for pk, stay in stays.items()}
    return all(unit.spare_beds(parties[stay], nights) >= 0 for stay, nights in slept)


def as_is(unit: Resource) -> UnitNow:
    assert unit.centre_id is not None
    (there,) = snapshot.units([unit.centre_id], only=[unit.pk])
    return there
