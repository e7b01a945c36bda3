"""A board of rides, indexed for judging."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workshops.riding.breaches import Breach, Fact, Minute, Rule
from workshops.riding.facts import Afternoon, Child, Horse, Ride, Span


@dataclass(frozen=True)
class Board:
    afternoon: Afternoon
    rides: Sequence[Ride]

    @cached_property
    def spans(self) -> Sequence[Span]:
        return [self.afternoon.span(ride) for ride in self.rides]

    @cached_property
    def by_child(self) -> Mapping[str, Sequence[int]]:
        """Positions of a child's rides."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, ride in enumerate(self.rides):
            found[ride.child].append(position)
        return found

    @cached_property
    def by_horse(self) -> Mapping[str, Sequence[int]]:
        """Positions of a horse's rides, in order of time."""
        found: dict[str, list[int]] = defaultdict(list)
        for position in sorted(range(len(self.rides)), key=lambda n: self.spans[n]):
            found[self.rides[position].horse].append(position)
        return found

    @cached_property
    def by_helper(self) -> Mapping[str, Sequence[int]]:
        """Positions of what a leader or side-walker does, in order of time; a ride in which one
        person is named twice comes twice."""
        found: dict[str, list[int]] = defaultdict(list)
        for position in sorted(range(len(self.rides)), key=lambda n: self.spans[n]):
            for helper in named(self.rides[position]):
                found[helper].append(position)
        return found

    def child(self, position: int) -> Child | None:
        return self.afternoon.child.get(self.rides[position].child)

    def horse(self, position: int) -> Horse | None:
        return self.afternoon.horse.get(self.rides[position].horse)

    def breach(self, rule: Rule, *rides: int, **facts: Fact) -> Breach:
        """With what its sentence may want to know of the first ride."""
        first = rides[0]
        child = self.child(first)
        known: dict[str, Fact] = {
            "at": Minute(self.rides[first].starts_at),
            "child": child.name if child else "?",
        }
        return Breach(rule, tuple(sorted(set(rides))), known | facts)


def named(ride: Ride) -> Iterator[str]:
    """Who leads and who walks beside, as often as named."""
    if ride.leader is not None:
        yield ride.leader
    yield from ride.side_walkers


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
