"""Helpers who can stand in for each other.

The solver decides only how many of a crew lead and walk beside at each time; who of them does is
settled afterwards. Sessions are equally long, so whoever is free at a start can be found in order.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from workshops.riding.assisting import can_serve
from workshops.riding.facts import Afternoon, Helper, Role


@dataclass(frozen=True)
class Crew:
    members: tuple[Helper, ...]
    starts: frozenset[int]
    """When a member can serve for a whole session."""

    @property
    def pattern(self) -> Helper:
        """What goes for one goes for all."""
        return self.members[0]


def instructors(afternoon: Afternoon) -> list[Helper]:
    """Who may instruct the afternoon: the one named, or whoever can."""
    if afternoon.instructor is None:
        return [helper for helper in afternoon.helpers if Role.INSTRUCTOR in helper.roles]
    named = afternoon.helper.get(afternoon.instructor)
    return [named] if named and Role.INSTRUCTOR in named.roles else []


def crews(afternoon: Afternoon) -> list[Crew]:
    """Of all but the named instructor. Candidates, and whoever must rest, are crews of one."""
    apart = {helper.key for helper in instructors(afternoon)}
    groups: dict[object, list[Helper]] = defaultdict(list)
    for helper in afternoon.helpers:
        single = helper.key in apart or helper.most_minutes_on_end is not None
        alike = (helper.roles, helper.available, helper.busy)
        if helper.key != afternoon.instructor:
            groups[helper.key if single else alike].append(helper)
    return [Crew(tuple(group), served_starts(afternoon, group[0])) for group in groups.values()]


def served_starts(afternoon: Afternoon, helper: Helper) -> frozenset[int]:
    session = afternoon.session_minutes
    return frozenset(t for t in afternoon.starts if can_serve(helper, (t, t + session)))


def first_free(
    members: Sequence[Helper], free_at: dict[str, int], start: int, liked: Collection[str | None]
) -> Helper:
    """Of a crew with somebody free: who is liked, else who has been free for longest."""
    free = [helper for helper in members if free_at.get(helper.key, 0) <= start]
    return min(free, key=lambda helper: (helper.key not in liked, free_at.get(helper.key, 0)))
