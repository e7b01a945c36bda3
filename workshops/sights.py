"""A riding session's board as one reader sees it: every line with its reasons and broken rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from base import clock
from people.policies import Staff, is_walled
from workshops.afternoons import Cast, cast_of
from workshops.errors import BoardOfAColleague
from workshops.lines import as_ride, board_of, booked_rides
from workshops.models import Board, Session
from workshops.riding.breaches import Breach, Minute
from workshops.riding.checking import broken, cautions
from workshops.riding.explaining import Why, why
from workshops.riding.facts import Afternoon, Child, Ride
from workshops.riding.proposing import against


@dataclass(frozen=True)
class Line:
    """One ride. Names are those that the reader may know; an unknown key has none."""

    number: int
    ride: Ride
    child: str
    horse: str
    leader: str
    side_walkers: Sequence[str]
    starts: Minute
    ends: Minute
    why: Why | None
    """None where a rule is broken."""
    breaches: Sequence[Breach]
    cautions: Sequence[Breach]


@dataclass(frozen=True)
class Waiting:
    """A child without a line; what forbids every ride, if anything does."""

    child: Child
    breaches: Sequence[Breach]


@dataclass(frozen=True)
class Sight:
    session: Session
    board: Board
    cast: Cast
    rides: Sequence[Ride]
    booked: Sequence[Ride]
    """What stands, whatever is drawn over it."""

    @property
    def afternoon(self) -> Afternoon:
        return self.cast.afternoon

    @property
    def is_booked(self) -> bool:
        return self.rides == self.booked

    @cached_property
    def breaches(self) -> list[Breach]:
        return broken(self.afternoon, self.rides)

    @cached_property
    def cautions(self) -> list[Breach]:
        return cautions(self.afternoon, self.rides)

    @cached_property
    def lines(self) -> list[Line]:
        return [self.line(n) for n in range(len(self.rides))]

    def line(self, number: int) -> Line:
        ride, afternoon = self.rides[number], self.afternoon
        breaches = [one for one in self.breaches if number in one.rides]
        child, horse = afternoon.child.get(ride.child), afternoon.horse.get(ride.horse)
        start, end = afternoon.span(ride)
        return Line(
            number,
            ride,
            child.name if child else "",
            horse.name if horse else "",
            self.helper(ride.leader),
            [self.helper(one) for one in ride.side_walkers],
            Minute(start),
            Minute(end),
            None if breaches else why(afternoon, self.rides, number),
            breaches,
            [one for one in self.cautions if number in one.rides],
        )

    def helper(self, key: str | None) -> str:
        found = self.afternoon.helper.get(key or "")
        return found.name if found else ""

    @cached_property
    def undrawn(self) -> list[Line]:
        """What is booked and is not on the board that is drawn."""
        if self.is_booked:
            return []
        standing = Sight(self.session, self.board, self.cast, self.booked, self.booked)
        return [line for line in standing.lines if line.ride not in self.rides]

    @cached_property
    def waiting(self) -> list[Waiting]:
        riding = {ride.child for ride in self.rides}
        return [
            Waiting(child, against(self.afternoon, child))
            for child in self.afternoon.children
            if child.key not in riding
        ]

    def known_keys(self) -> set[str]:
        """Whatever a line may name: of this afternoon, or already on the board."""
        named = {
            key
            for ride in self.rides
            for key in (ride.child, ride.horse, ride.leader, *ride.side_walkers)
            if key
        }
        cast = self.cast
        return named | cast.enrolments.keys() | cast.horses.keys() | cast.helpers.keys()


def sight(staff: Staff, session: Session) -> Sight:
    """Raises NotRidden, and BoardOfAColleague to kin of somebody who rides (D12)."""
    board = board_of(session)
    cast = cast_of(session)
    if is_walled(staff, [one.person for one in cast.enrolments.values()]):
        raise BoardOfAColleague
    booked = booked_rides(session)
    is_open = session.booking.starts_at > clock.now()
    drawn = (
        [as_ride(line) for line in board.lines] if is_open and board.lines is not None else booked
    )
    return Sight(session, board, cast, drawn, booked)
