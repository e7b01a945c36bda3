"""Tonight, on one page: what is free and for how long, who comes, who leaves, what waits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from base import clock
from people.models import Centre
from people.policies import SHELTERS, Staff
from rooms import availability, selectors, snapshot
from rooms.arranging import booking_of
from rooms.models import Stay, UnitKind
from rooms.nights import DAY, tonight
from rooms.states import State, UnitNow


@dataclass(frozen=True)
class Free:
    """A unit that is free this minute, and until when."""

    unit: UnitNow
    until: date | None

    @property
    def nights(self) -> int | None:
        return (self.until - tonight()).days if self.until else None


@dataclass(frozen=True)
class Placed:
    """A stay and the unit it is in, or is to be in, tonight."""

    stay: Stay
    unit: UnitNow | None


@dataclass(frozen=True)
class Evening:
    free: Sequence[Free]
    arrivals: Sequence[Placed]
    leavers: Sequence[Placed]
    overdue: Sequence[Placed]
    to_move: Sequence[Placed]
    to_clean: Sequence[UnitNow]
    holds: Sequence[Placed]
    endangered: Sequence[Placed]

    @property
    def families(self) -> int:
        """Free family units: what is told on the phone."""
        return sum(free.unit.kind == UnitKind.FAMILY for free in self.free)


def evening(staff: Staff) -> Evening:
    """Of the centres in which she shelters."""
    units = snapshot.units(staff.centres_where(SHELTERS))
    stays = selectors.stays_of(staff)
    held = list(selectors.held_longest(stays))
    here = list(selectors.in_house(stays).order_by("to_on", "pk"))
    night = tonight()
    by_stay = {presence.stay_id: unit for unit in units if (presence := unit.present)}
    held_in = next_units(units, night)
    overdue = [stay for stay in here if booking_of(stay).ends_at <= clock.now()]
    endangered = {leg.stay_id for unit in units for leg in unit.endangered()}
    return Evening(
        free=[
            Free(unit, availability.free_until(unit, night))
            for unit in units
            if unit.state == State.FREE
        ],
        arrivals=[
            # Also those whose nights are over: somebody is to say that they did not come.
            Placed(stay, held_in.get(stay.pk))
            for stay in held
            if stay.from_on <= night
        ],
        leavers=[
            Placed(stay, by_stay.get(stay.pk))
            for stay in here
            if stay not in overdue and stay.to_on <= night + DAY
        ],
        overdue=[Placed(stay, by_stay.get(stay.pk)) for stay in overdue],
        to_move=[
            Placed(stay, held_in.get(stay.pk))
            for stay in here
            if stay not in overdue and is_to_move(stay, by_stay)
        ],
        to_clean=[unit for unit in units if unit.to_clean],
        holds=[
            Placed(stay, held_in.get(stay.pk))
            for stay in held
            if stay.booking and stay.booking.hold_expires_at
        ],
        endangered=[Placed(stay, held_in.get(stay.pk)) for stay in held if stay.pk in endangered],
    )


def next_units(units: Sequence[UnitNow], night: date) -> dict[int, UnitNow]:
    """The unit that each stay holds for that night, or first after it, by the stay's id."""
    ahead = [(leg, unit) for unit in units for leg in unit.legs if leg.nights.to_on > night]
    found: dict[int, UnitNow] = {}
    for leg, unit in sorted(ahead, key=lambda held: held[0].nights.from_on):
        if leg.stay_id is not None:
            found.setdefault(leg.stay_id, unit)
    return found


def is_to_move(stay: Stay, by_stay: Mapping[int, UnitNow]) -> bool:
    """Whether her nights in the unit she is in are over, though her stay is not."""
    unit = by_stay.get(stay.pk)
    return bool(unit and unit.overdue)


@dataclass(frozen=True)
class Sister:
    """Another centre as far as anybody may know it: how many units are free, and whom to call
    (D26, D39)."""

    centre: Centre
    free: int


def sisters(staff: Staff) -> list[Sister]:
    others = list(Centre.objects.exclude(pk__in=staff.centre_ids).order_by("name"))
    free = free_by_centre([centre.pk for centre in others])
    return [Sister(centre, free[centre.pk]) for centre in others if centre.pk in free]


def free_by_centre(centre_ids: Collection[int]) -> dict[int, int]:
    """Family units free this minute, of centres that have any."""
    found: dict[int, int] = {}
    for unit in snapshot.units(centre_ids, kind=UnitKind.FAMILY):
        found[unit.centre_id] = found.get(unit.centre_id, 0) + (unit.state == State.FREE)
    return found
