"""A unit as it is and will be: what takes which nights, and the state that follows (D19, D20).

Nothing here asks the database; `rooms.selectors` reads the facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from base import clock
from rooms.fitting import Party, fewest_cots
from rooms.models import Need
from rooms.nights import DAY, FOREVER, Nights, departure, night_of, tonight


class State(StrEnum):
    """What one night of a unit is. The first that applies, in this order."""

    OCCUPIED = "occupied"
    HELD = "held"
    RESERVED = "reserved"
    OUT_OF_SERVICE = "out_of_service"
    OVERDUE = "overdue"
    CLEANING = "cleaning"
    FREE = "free"


STATES = [state.value for state in State]


@dataclass(frozen=True, slots=True)
class Leg:
    """Nights of a unit that a live stay, or a block, holds."""

    nights: Nights
    booking_id: int
    stay_id: int | None
    status: str
    """Of the stay; empty for a block."""
    hold_expires_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.stay_id is None:
            return State.OUT_OF_SERVICE
        if self.status == "held":
            return State.HELD if self.hold_expires_at else State.RESERVED
        return State.OCCUPIED


@dataclass(frozen=True, slots=True)
class Presence:
    """A family in a unit: from its keys to the cleaning after it."""

    stay_id: int
    began_at: datetime
    ended_at: datetime | None
    ready_at: datetime | None
    agreed_until: date | None
    """Of one that goes on: the end of what the stay holds of this unit."""
    stay_until: date | None = None
    """Of one that goes on: the end of the stay, in whatever unit."""

    @property
    def is_overdue(self) -> bool:
        """Past its end, and nobody checked her out (D24); also out of a unit to be moved from."""
        return self.agreed_until is not None and departure(self.agreed_until) <= clock.now()

    @property
    def nights(self) -> Nights:
        """Those slept here; of one that goes on, those agreed."""
        began = night_of(self.began_at)
        if self.ended_at is not None:
            return Nights(began, night_of(self.ended_at))
        return Nights(began, self.agreed_until or FOREVER)


Cell = tuple[State, int | None]
FREE: Cell = (State.FREE, None)


@dataclass(slots=True)
class UnitNow:
    """One unit with everything that decides whether it is free."""

    pk: int
    public_id: UUID
    name: str
    kind: str
    beds: int
    features: frozenset[str]
    building: str
    centre_id: int
    cots: list[tuple[date, int]] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)

    @property
    def offers(self) -> list[str]:
        """What it has for a family's needs, in the order they are spoken of."""
        return [need for need in Need.values if need in self.features]

    @property
    def present(self) -> Presence | None:
        """Whoever is in it now."""
        return next((one for one in self.presences if one.ended_at is None), None)

    @property
    def to_clean(self) -> Presence | None:
        return next((one for one in self.presences if one.ended_at and not one.ready_at), None)

    @property
    def overdue(self) -> Presence | None:
        present = self.present
        return present if present and present.is_overdue else None

    def taken(self, *, ignoring: int | None = None) -> Iterator[Nights]:
        """What is not free, in any order; `ignoring` one stay's own."""
        yield from (leg.nights for leg in self.legs if leg.stay_id != ignoring or not ignoring)
        for presence in self.presences:
            if ignoring and presence.stay_id == ignoring:
                continue
            yield presence.nights
            if presence.is_overdue and presence.agreed_until:
                yield Nights(presence.agreed_until, FOREVER)
        if self.to_clean:
            yield Nights(tonight(), tonight() + DAY)

    def clash(self, nights: Nights, *, ignoring: int | None = None) -> Nights | None:
        """The first of what takes some of these nights."""
        return min((t for t in self.taken(ignoring=ignoring) if t.overlaps(nights)), default=None)

    def leg_at(self, night: date) -> Leg | None:
        return next((leg for leg in self.legs if night in leg.nights), None)

    def cells(self, nights: Nights) -> list[Cell]:
        """Each of these nights: its state, and the stay that makes it so."""
        cells = [FREE] * len(nights)
        for stretch, cell in self.layers():
            shown = stretch.within(nights)
            first = (shown.from_on - nights.from_on).days
            for place in range(first, first + len(shown)):
                cells[place] = cell
        return cells

    def layers(self) -> Iterator[tuple[Nights, Cell]]:
        """What lies over its nights, the deepest first: who is there covers who is expected, and
        who is expected covers who should be gone."""
        if last := self.to_clean:
            yield Nights(tonight(), tonight() + DAY), (State.CLEANING, last.stay_id)
        if (late := self.overdue) and late.agreed_until:
            yield Nights(late.agreed_until, FOREVER), (State.OVERDUE, late.stay_id)
        for leg in self.legs:
            if leg.status != "left":  # who was there is among the presences
                yield leg.nights, (leg.state, leg.stay_id)
        for presence in self.presences:
            yield presence.nights, (State.OCCUPIED, presence.stay_id)

    def night(self, night: date) -> Cell:
        (cell,) = self.cells(Nights(night, night + DAY))
        return cell

    @property
    def state(self) -> State:
        """What it is this minute."""
        if self.present:
            return State.OVERDUE if self.overdue else State.OCCUPIED
        if self.to_clean:
            return State.CLEANING
        leg = self.leg_at(tonight())
        if leg is None:
            return State.FREE
        # A family that is to move in from another unit has not done so yet.
        return State.RESERVED if leg.state == State.OCCUPIED else leg.state

    def endangered(self) -> Iterator[Leg]:
        """Reservations that whoever is overdue stands in the way of (D24)."""
        if self.overdue:
            for leg in self.legs:
                counts = leg.state in {State.HELD, State.RESERVED}
                if counts and leg.nights.to_on > tonight():
                    yield leg

    def cots_on(self, nights: Nights) -> int:
        return fewest_cots(self.cots, nights)

    def spare_beds(self, party: Party, nights: Nights) -> int:
        """Beds left over; negative when the party does not fit."""
        return self.beds - party.beds_needed(self.cots_on(nights))

    def suits(self, party: Party) -> bool:
        return self.kind == party.kind and party.needs <= self.features

    def fits(self, party: Party, nights: Nights) -> bool:
        return self.suits(party) and self.spare_beds(party, nights) >= 0

    def rank(self, party: Party, nights: Nights) -> tuple[int, int, str, int]:
        """Best fit first: the smallest that suffices, with the fewest features to spare."""
        unneeded = len(self.features - party.needs)
        return self.spare_beds(party, nights), unneeded, self.name, self.pk
