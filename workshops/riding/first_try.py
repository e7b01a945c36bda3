"""Boards put together child by child, as one would by hand: never wrong, seldom the best.

The best of them is the solver's first hint, and is proposed if the solver finds nothing in time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from workshops.riding.board import named, overlap
from workshops.riding.checking import broken
from workshops.riding.crews import instructors, served_starts
from workshops.riding.facts import Afternoon, Child, Helper, Ride, Role, Span
from workshops.riding.scoring import score


def first_try(afternoon: Afternoon, mounts: Sequence[Ride]) -> tuple[list[Ride], str | None]:
    """Rides and the instructor. The mounts say which child may ride which horse when."""
    chosen = _instructor(afternoon)
    if chosen is None:
        return [], None
    afternoon = replace(afternoon, instructor=chosen.key)
    attempts = (_attempt(afternoon, mounts, order) for order in ORDERS)
    return max(attempts, key=lambda rides: score(afternoon, rides).rank), chosen.key


Order = Callable[[Child, int], tuple[int, ...]]
"""Of a child and the number of mounts: who has the least is seated first."""

ORDERS: Sequence[Order] = (
    lambda child, mounts: (mounts,),
    lambda child, mounts: (-child.side_walkers, mounts),
    lambda child, mounts: (child.side_walkers, mounts),
    lambda child, mounts: (child.leaves_at, mounts),
    lambda child, mounts: (child.leaves_at, -child.side_walkers, mounts),
    lambda child, mounts: (child.arrives_at, child.leaves_at, mounts),
    lambda child, mounts: (mounts // 20, -child.side_walkers),
    lambda child, mounts: (mounts // 20, child.side_walkers),
)


def _attempt(afternoon: Afternoon, mounts: Sequence[Ride], order: Order) -> list[Ride]:
    attempt = _Attempt(afternoon)
    choices: dict[str, list[Ride]] = defaultdict(list)
    for mount in mounts:
        choices[mount.child].append(mount)
    for key in sorted(
        choices, key=lambda key: (*order(afternoon.child[key], len(choices[key])), key)
    ):
        attempt.seat(choices[key])
    return attempt.rides


def _instructor(afternoon: Afternoon) -> Helper | None:
    """Who is there longest; of several, who can do least else."""
    return max(
        instructors(afternoon),
        key=lambda helper: (len(served_starts(afternoon, helper)), -len(helper.roles)),
        default=None,
    )


class _Attempt:
    def __init__(self, afternoon: Afternoon) -> None:
        self.afternoon = afternoon
        self.rides: list[Ride] = []
        self.starts = {one.key: served_starts(afternoon, one) for one in afternoon.helpers}
        """When each helper can serve, but for what the board gives her to do."""
        self.helpers = sorted(
            (one for one in afternoon.helpers if one.key != afternoon.instructor),
            key=lambda one: (len(one.roles), one.key),
        )

    def seat(self, mounts: Iterable[Ride]) -> None:
        """On the first mount that breaks nothing: the earliest, then the horse wished for."""
        fondness = self.afternoon.child
        for mount in sorted(
            mounts, key=lambda one: (one.starts_at, -fondness[one.child].fondness(one.horse))
        ):
            ride = self._crewed(mount)
            if ride and not broken(self.afternoon, [*self.rides, ride]):
                self.rides.append(ride)
                return

    def _crewed(self, ride: Ride) -> Ride | None:
        span = self.afternoon.span(ride)
        if any(one.horse == ride.horse and overlap(span, other) for one, other in self._spans()):
            return None
        needed = self.afternoon.child[ride.child].side_walkers
        leader = next(self._free(Role.LEADER, ride, ()), None)
        if leader is None:
            return None
        beside = islice(self._free(Role.SIDE_WALKER, ride, (leader,)), needed)
        return replace(ride, leader=leader, side_walkers=tuple(beside))

    def _spans(self) -> Iterator[tuple[Ride, Span]]:
        return ((ride, self.afternoon.span(ride)) for ride in self.rides)

    def _free(self, role: Role, ride: Ride, taken: Sequence[str]) -> Iterator[str]:
        """Who can do least else comes first."""
        span = self.afternoon.span(ride)
        busy = {key for one, other in self._spans() if overlap(span, other) for key in named(one)}
        for helper in self.helpers:
            free = helper.key not in busy and helper.key not in taken
            if free and role in helper.roles and ride.starts_at in self.starts[helper.key]:
                yield helper.key
