"""One step of one stay: read it again under its lock, see whether it may go there, keep it."""

from collections.abc import Collection, Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from base import clock
from base.errors import StaleVersion
from people.models import Household, Person
from rooms import arranging, selectors
from rooms.errors import (
    AlreadyWaiting,
    LeavesBeforeArriving,
    NightIsPast,
    SeveralFamilies,
    StayTooLong,
    UnitTooSmall,
    UnitUnsuitable,
    WrongStay,
)
from rooms.fitting import Party
from rooms.models import Stay
from rooms.nights import Nights, latest_end, tonight
from rooms.selectors import StayLeg
from rooms.states import UnitNow
from scheduling import writing
from scheduling.errors import TooFarAhead
from scheduling.hours import FARTHEST
from scheduling.models import Booking
from scheduling.steps import hold_has_expired

Status = Stay.Status


def check_dates(nights: Nights) -> None:
    """Raises LeavesBeforeArriving, StayTooLong (D23), NightIsPast, TooFarAhead."""
    check_order(nights)
    check_length(nights)
    if nights.from_on < tonight():
        raise NightIsPast
    if nights.from_on > clock.today() + FARTHEST:
        raise TooFarAhead(days=FARTHEST.days)


def check_order(nights: Nights) -> None:
    if nights.to_on <= nights.from_on:
        raise LeavesBeforeArriving


def check_length(nights: Nights) -> None:
    latest = latest_end(nights.from_on)
    if nights.to_on > latest:
        raise StayTooLong(latest=f"{latest:%d.%m.%Y}")


def check_fits(unit: UnitNow, party: Party, nights: Nights) -> None:
    """Raises UnitUnsuitable, UnitTooSmall."""
    if not unit.suits(party):
        raise UnitUnsuitable(unit=unit.public_id, name=unit.name)
    if unit.spare_beds(party, nights) < 0:
        raise UnitTooSmall(unit=unit.public_id, name=unit.name)


def family_of(people: Collection[Person]) -> Household | None:
    """Whose stay it is (D17); None while nobody is named. Raises SeveralFamilies."""
    families = {person.household for person in people}
    if len(families) > 1:
        raise SeveralFamilies
    return families.pop() if families else None


def take(
    stay: Stay,
    *,
    units: Iterable[int] = (),
    people: Collection[Person] = (),
    version: int | None,
) -> Stay:
    """Lock what the stay holds and whatever else the step needs, then read it again.

    Raises StaleVersion, also when somebody moved it just before the locks were had.
    """
    held = selectors.held_by(stay)
    arranging.lock(units, people, also=held)
    fresh = reread(stay, version=version)
    if not set(selectors.held_by(fresh)) <= set(held):
        raise StaleVersion(version=fresh.version)
    return fresh


def reread(stay: Stay, *, version: int | None) -> Stay:
    """The stay's row, locked; a hold that ran out has become a request again by then.
    Raises StaleVersion."""
    fresh = locked(stay)
    if version is not None and version != fresh.version:
        raise StaleVersion(version=fresh.version)
    if fresh.booking and fresh.status == Status.HELD and hold_has_expired(fresh.booking):
        writing.retire(fresh.booking, now=clock.now())
        fresh = locked(stay)
    return fresh


def locked(stay: Stay) -> Stay:
    rows = Stay.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("centre", "household", "booking").get(pk=stay.pk)


def check_step(stay: Stay, target: Status) -> None:
    """Raises WrongStay."""
    if target not in Status(stay.status).moves:
        raise wrong_stay(stay)


def check_in_house(stay: Stay) -> None:
    """Raises WrongStay."""
    if stay.status != Status.IN_HOUSE:
        raise wrong_stay(stay)


def wrong_stay(stay: Stay) -> WrongStay:
    booking = stay.booking
    if stay.status == Status.HELD and booking and booking.status == Booking.Status.CONFIRMED:
        return WrongStay(state=gettext("reserved"))
    return WrongStay(state=str(Status(stay.status).label))


def keep(stay: Stay) -> Stay:
    """Save what changed, as another version."""
    stay.version += 1
    stay.save()
    return stay


def save_once(stay: Stay) -> None:
    """Save a new stay. Raises AlreadyWaiting (D26)."""
    try:
        with transaction.atomic():
            stay.save()
    except IntegrityError as error:
        if "one_open_request_per_household" not in str(error):
            raise
        raise AlreadyWaiting from error
    be_discreet(stay)


def be_discreet(stay: Stay) -> None:
    """From now on only who shelters or works with the family finds it by name (D39)."""
    if stay.household and not stay.household.is_discreet:
        stay.household.is_discreet = True
        stay.household.save(update_fields=["is_discreet"])


def cut(legs: Sequence[StayLeg], nights: Nights) -> list[StayLeg]:
    """What of the legs lies within some nights."""
    parts = (StayLeg(leg.unit, leg.nights.within(nights)) for leg in legs)
    return [part for part in parts if len(part.nights)]
