"""Commands on stays before anybody has come: asked for, held, offered, reserved, come to nothing
(D22, D26)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from base import clock
from base.errors import NotFound
from people.models import Centre, Person, User
from rooms import arranging, selectors, signals, snapshot, steps
from rooms.arranging import booking_of
from rooms.errors import OutsideStay
from rooms.fitting import Party
from rooms.models import Member, Stay, Unit
from rooms.nights import Nights, tonight
from rooms.selectors import StayLeg
from scheduling import writing
from scheduling.models import Booking, Change, Resource
from scheduling.taking import deadlock_retried

Status = Stay.Status
What = Change.What

HOLD_LASTS = timedelta(hours=24)  # D22


@dataclass(frozen=True)
class Ask:
    """A place as asked for: how many, how old, with what needs, and when. Who they are may be
    unknown until somebody stands at the door."""

    centre: Centre
    nights: Nights
    party: Party
    people: tuple[Person, ...] = ()
    in_danger: bool = False
    reason: str = ""


Wanted = Sequence[StayLeg]
"""Units in turn, each for its nights; empty: the best fit for all of them."""


@deadlock_retried
def request_stay(ask: Ask, *, by: User) -> Stay:
    """Put a family on the waiting list (D26).

    Raises LeavesBeforeArriving, StayTooLong, NightIsPast, TooFarAhead, SeveralFamilies,
    AlreadyWaiting.
    """
    steps.check_dates(ask.nights)
    return written(stay_of(ask, by=by), ask.people)


@deadlock_retried
def hold_unit(ask: Ask, wanted: Wanted = (), *, reserve: bool = False, by: User) -> Stay:
    """Hold a unit for a day (D22), or until they come when it is a reservation.

    Raises what `request_stay` does, and UnitUnsuitable, UnitTooSmall, UnitTaken, NoUnitFree,
    AlreadyInHouse, PersonTaken, NotTogether, OutsideStay, and NotFound for a unit of
    another centre.
    """
    steps.check_dates(ask.nights)
    stay = stay_of(ask, by=by)
    units = candidates(stay, wanted)
    arranging.lock(units, ask.people)
    stay = written(stay, ask.people)
    return held(stay, wanted, units, reserve=reserve, by=by)


@deadlock_retried
def offer_unit(
    stay: Stay,
    wanted: Wanted = (),
    *,
    nights: Nights | None = None,
    reserve: bool = False,
    by: User,
    version: int | None = None,
) -> Stay:
    """Hold a unit for a family on the waiting list, for other nights if need be.

    Raises what `hold_unit` does, and WrongStay, StaleVersion.
    """
    units = candidates(stay, wanted)
    stay = steps.take(stay, units=units, people=selectors.expected(stay), version=version)
    steps.check_step(stay, Status.HELD)
    nights = nights or stay.nights
    steps.check_dates(nights)
    stay.from_on, stay.to_on = nights.from_on, nights.to_on
    stay = held(stay, wanted, units, reserve=reserve, by=by)
    signals.unit_offered.send(Stay, stay=stay)
    return stay


def held(stay: Stay, wanted: Wanted, units: Sequence[int], *, reserve: bool, by: User) -> Stay:
    """Under the locks: read again, choose, write."""
    members = selectors.members_of(stay)
    arranging.clear(units, stay.nights)
    legs = chosen(stay, wanted, units)
    arranging.check_people([member.person for member in members], stay.nights, stay=stay)
    arranging.write_new(stay, legs, members, hold=None if reserve else HOLD_LASTS, by=by)
    stay.status = Status.HELD
    return steps.keep(stay)


def chosen(stay: Stay, wanted: Wanted, unit_ids: Sequence[int]) -> list[StayLeg]:
    """The wanted units, each checked, or the best fit."""
    party = selectors.party_in(stay)
    units = {unit.pk: unit for unit in snapshot.units([stay.centre_id], only=unit_ids)}
    if not wanted:
        best = arranging.best_unit(units.values(), party, stay.nights)
        return [StayLeg(Resource.objects.get(pk=best.pk), stay.nights)]
    edges = [leg.nights.from_on for leg in wanted] + [stay.to_on]
    if edges != [stay.from_on] + [leg.nights.to_on for leg in wanted]:
        raise OutsideStay
    for leg in wanted:
        steps.check_order(leg.nights)
        if leg.unit.pk not in units:
            raise NotFound(what="unit")
        steps.check_fits(units[leg.unit.pk], party, leg.nights)
        arranging.check_free(units[leg.unit.pk], leg.nights, stay=stay)
    return list(wanted)


def stay_of(ask: Ask, *, by: User) -> Stay:
    """The stay of a new request, not yet written. Raises SeveralFamilies."""
    return Stay(
        centre=ask.centre,
        kind=ask.party.kind,
        status=Status.REQUESTED,
        household=steps.family_of(ask.people),
        adults=ask.party.adults,
        ages=list(ask.party.ages),
        needs=sorted(ask.party.needs),
        from_on=ask.nights.from_on,
        to_on=ask.nights.to_on,
        in_danger=ask.in_danger,
        reason=ask.reason,
        requested_at=clock.now(),
        requested_by=by,
    )


def written(stay: Stay, people: Iterable[Person]) -> Stay:
    """Save a new request and who is expected. Raises AlreadyWaiting."""
    steps.save_once(stay)
    Member.objects.bulk_create(Member(stay=stay, person=person) for person in people)
    return stay


def candidates(stay: Stay, wanted: Wanted) -> list[int]:
    """Ids of the units to choose among: the wanted ones, or all of the centre's of that kind."""
    if wanted:
        return sorted({leg.unit.pk for leg in wanted})
    units = Unit.objects.filter(
        resource__centre=stay.centre_id, resource__is_active=True, kind=stay.kind
    )
    return sorted(units.values_list("pk", flat=True))


@deadlock_retried
def confirm_stay(stay: Stay, *, by: User, version: int | None = None) -> Stay:
    """Turn a hold into a reservation, which does not run out. Raises WrongStay, StaleVersion."""
    stay = steps.take(stay, version=version)
    if stay.status != Status.HELD or booking_of(stay).status != Booking.Status.HELD:
        raise steps.wrong_stay(stay)
    arranging.set_booking(stay, Booking.Status.CONFIRMED)
    writing.record(booking_of(stay), What.CONFIRMED, by=by.pk)
    writing.revise(selectors.held_by(stay))
    return steps.keep(stay)


@deadlock_retried
def close_stay(
    stay: Stay,
    outcome: Status,
    *,
    refusal: str = "",
    reason: str = "",
    by: User,
    version: int | None = None,
) -> Stay:
    """Nobody came, or is to come: refused (with the reason that is counted, D26), withdrawn, or
    did not come. Raises WrongStay, StaleVersion."""
    stay = steps.take(stay, version=version)
    steps.check_step(stay, outcome)
    if outcome == Status.DID_NOT_COME and stay.from_on > tonight():
        raise steps.wrong_stay(stay)
    if stay.status == Status.HELD:
        arranging.set_booking(stay, Booking.Status.CANCELLED)
        writing.release(booking_of(stay))
        writing.record(booking_of(stay), What.CANCELLED, by=by.pk)
    stay.status, stay.refusal = outcome, refusal if outcome == Status.REFUSED else ""
    stay.reason = reason or stay.reason
    stay.closed_at, stay.closed_by = clock.now(), by
    return steps.keep(stay)
