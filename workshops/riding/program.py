"""An afternoon as a program for CP-SAT.

Which child rides which horse at which start is decided by mounts, one variable for each that
`unfit` has nothing against. Around them: a path for each horse (`paths`), numbers of helpers for
each crew (`crews`), and who instructs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.intervals import merge
from workshops.riding.checking import unfit
from workshops.riding.crews import Crew, crews, instructors, served_starts
from workshops.riding.facts import Afternoon, Horse, Ride, Role
from workshops.riding.paths import Arc, Limits, Walk
from workshops.riding.work import minutes

Variable = cp_model.IntVar

CREW_ROLES = (Role.LEADER, Role.SIDE_WALKER)


class Mount(NamedTuple):
    child: str
    horse: str
    start: int


class Duty(NamedTuple):
    """Members of a crew, by its number, who begin something at a start."""

    crew: int
    role: Role
    start: int


class Path(NamedTuple):
    walk: Walk
    arcs: Mapping[Arc, Variable]
    begun: Mapping[int, list[Variable]]
    """By start: one of these is true if a ride is begun."""


def mounts_of(afternoon: Afternoon) -> list[Mount]:
    """Which child may ride which horse when, if nobody else rode and there were helpers enough."""
    every = (
        Mount(child.key, horse.key, start)
        for child in afternoon.children
        for horse in afternoon.horses
        for start in afternoon.starts
    )
    return [mount for mount in every if not unfit(afternoon, Ride(*mount))]


class Program:
    def __init__(self, afternoon: Afternoon, mounts: Sequence[Mount]) -> None:
        self.afternoon = afternoon
        self.model = cp_model.CpModel()
        self.crews = crews(afternoon)
        self.mounts = {mount: self._bool() for mount in mounts}
        self.duties = {duty: self._count(self.crews[duty.crew]) for duty in self._duties()}
        self.instructs = {helper.key: self._bool() for helper in instructors(afternoon)}
        self.paths: list[Path] = []
        self.loads: dict[str, list[Variable]] = {}
        self._add_children()
        for horse in afternoon.horses:
            self._add_horse(horse)
        for number, crew in enumerate(self.crews):
            self._add_crew(number, crew)
        self._add_crowd()
        self._add_instructor()

    def _bool(self) -> Variable:
        return self.model.new_bool_var("")

    def _count(self, crew: Crew) -> Variable:
        return self.model.new_int_var(0, len(crew.members), "")

    def _duties(self) -> Iterator[Duty]:
        for number, crew in enumerate(self.crews):
            for role in CREW_ROLES:
                if role in crew.pattern.roles:
                    yield from (Duty(number, role, start) for start in sorted(crew.starts))

    @cached_property
    def beginning(self) -> Mapping[int, Mapping[Mount, Variable]]:
        """Mounts by their start."""
        found: dict[int, dict[Mount, Variable]] = defaultdict(dict)
        for mount, variable in self.mounts.items():
            found[mount.start][mount] = variable
        return found

    def _under_way(self, start: int) -> Iterator[int]:
        """Starts of rides that are on at the minute of a start."""
        earliest = start - self.afternoon.session_minutes
        return (other for other in self.afternoon.starts if earliest < other <= start)

    def _add_children(self) -> None:
        rides = defaultdict(list)
        for mount, variable in self.mounts.items():
            rides[mount.child].append(variable)
        for variables in rides.values():
            self.model.add_at_most_one(variables)

    def _add_horse(self, horse: Horse) -> None:
        mounts: dict[int, list[Variable]] = defaultdict(list)
        for mount, variable in self.mounts.items():
            if mount.horse == horse.key:
                mounts[mount.start].append(variable)
        limits = Limits(
            horse.most_minutes_on_end,
            horse.rest_minutes,
            self.afternoon.turnaround_minutes,
            horse.worked,
        )
        self._add_path(limits, mounts)
        self._add_load(horse, [one for some in mounts.values() for one in some])

    def _add_path(self, limits: Limits, begun: Mapping[int, list[Variable]]) -> None:
        """One way through the afternoon, on which exactly these rides are begun."""
        walk = Walk(self.afternoon.starts, self.afternoon.session_minutes, limits, begun)
        arcs = {arc: self._bool() for arc in walk.arcs()}
        leaving, entering, beginning = defaultdict(list), defaultdict(list), defaultdict(list)
        for arc, variable in arcs.items():
            leaving[arc.tail].append(variable)
            entering[arc.head].append(variable)
            if arc.start is not None:
                beginning[arc.start].append(variable)
        for node in sorted((leaving.keys() | entering.keys()) - {walk.sink}):
            inflow = 1 if node == walk.source else sum(entering[node])
            self.model.add(sum(leaving[node]) == inflow)
        for start, variables in begun.items():
            self.model.add(sum(variables) == sum(beginning[start]))
        self.paths.append(Path(walk, arcs, begun))

    def _add_load(self, horse: Horse, mounts: list[Variable]) -> None:
        """Within the day's minutes. The n-th variable is true if there are more than n rides."""
        left = horse.most_minutes_a_day - minutes(merge(horse.worked))
        most = max(0, left // self.afternoon.session_minutes)
        steps = [self._bool() for _ in range(min(most, len(self.afternoon.starts)))]
        for fewer, more in pairwise(steps):
            self.model.add_implication(more, fewer)
        self.model.add(sum(mounts) == sum(steps))
        self.loads[horse.key] = steps

    def _add_crew(self, number: int, crew: Crew) -> None:
        begun = {start: self._busy(number, start) for start in sorted(crew.starts)}
        most = crew.pattern.most_minutes_on_end
        if most is not None:
            self._add_path(Limits(most, crew.pattern.rest_minutes), begun)
            return
        for start in self.afternoon.starts:
            on = [one for other in self._under_way(start) for one in begun.get(other, ())]
            self.model.add(sum(on) <= len(crew.members))

    def _busy(self, number: int, start: int) -> list[Variable]:
        duties = (Duty(number, role, start) for role in CREW_ROLES)
        return [self.duties[duty] for duty in duties if duty in self.duties]

    def _add_crowd(self) -> None:
        """Leaders and side-walkers for all who begin; not too many at once."""
        most = min(self.afternoon.arena_holds, self.afternoon.instructor_sees)
        walkers = {child.key: child.side_walkers for child in self.afternoon.children}
        for start in self.afternoon.starts:
            begun = self.beginning.get(start, {})
            self.model.add(sum(self._on_duty(Role.LEADER, start)) == sum(begun.values()))
            needed = sum(walkers[mount.child] * variable for mount, variable in begun.items())
            self.model.add(sum(self._on_duty(Role.SIDE_WALKER, start)) == needed)
            rides = (self.beginning.get(other, {}) for other in self._under_way(start))
            self.model.add(sum(one for some in rides for one in some.values()) <= most)

    def _on_duty(self, role: Role, start: int) -> Iterator[Variable]:
        duties = (Duty(number, role, start) for number in range(len(self.crews)))
        return (self.duties[duty] for duty in duties if duty in self.duties)

    def _add_instructor(self) -> None:
        """One, who is there for every ride and does nothing else."""
        candidates = instructors(self.afternoon)
        self.model.add(sum(self.instructs.values()) <= 1)
        for start, begun in self.beginning.items():
            there = [
                self.instructs[helper.key]
                for helper in candidates
                if start in served_starts(self.afternoon, helper)
            ]
            self.model.add(sum(begun.values()) <= len(self.afternoon.children) * sum(there))
        for number, crew in enumerate(self.crews):
            instructing = self.instructs.get(crew.pattern.key)
            if instructing is not None:
                for start in crew.starts:
                    self.model.add(sum(self._busy(number, start)) + instructing <= 1)
