"""What makes one board better than another, all rules kept."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from scheduling.intervals import merge
from workshops.riding.facts import Afternoon, Horse, Ride
from workshops.riding.work import minutes


class Score(NamedTuple):
    """In order of importance: none is ever given up for a later one."""

    riders: int
    """As many as possible."""
    fondness: int
    """As high as possible: `Child.fondness` over all rides."""
    unevenness: int
    """As low as possible: `unevenness` over all horses."""
    lateness: int
    """As low as possible: minutes from the afternoon's beginning to each ride, summed."""

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The higher, the better."""
        return self.riders, self.fondness, -self.unevenness, -self.lateness


def score(afternoon: Afternoon, rides: Sequence[Ride]) -> Score:
    """Of a board whose children and horses are all of this afternoon."""
    loads = Counter(ride.horse for ride in rides)
    return Score(
        riders=len(rides),
        fondness=sum(afternoon.child[ride.child].fondness(ride.horse) for ride in rides),
        unevenness=sum(
            unevenness(afternoon, horse, rides=loads[horse.key]) for horse in afternoon.horses
        ),
        lateness=sum(ride.starts_at - afternoon.starts_at for ride in rides),
    )


def unevenness(afternoon: Afternoon, horse: Horse, *, rides: int) -> int:
    """How much a horse's rides add to the square of its minutes that day, over one session.

    Squares, because their sum is least where work is spread evenly, the day's other work included.
    """
    worked = minutes(merge(horse.worked))
    return rides * (2 * worked + rides * afternoon.session_minutes)
