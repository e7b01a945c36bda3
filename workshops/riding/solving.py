"""Asks CP-SAT: always the same way, so that the same question has the same answer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from ortools.sat.python import cp_model

from workshops.riding.aims import Aim, aims
from workshops.riding.casting import Valued, instructor_of, rides_of, values_of
from workshops.riding.facts import Ride
from workshops.riding.program import Program
from workshops.riding.scoring import Score, score

SEATING_SHARE = 0.7
"""Of the time, for who rides which horse; the rest is for when."""


class Found(NamedTuple):
    rides: list[Ride]
    instructor: str | None
    bound: Score
    """No board has a better score: proven."""


@dataclass
class Clock:
    """Seconds that are left of a limit."""

    limit: float

    def __post_init__(self) -> None:
        self.began_at = perf_counter()

    @property
    def left(self) -> float:
        return max(0.0, self.limit - (perf_counter() - self.began_at))


def solver(seconds: float) -> cp_model.CpSolver:
    """Stops after so much work as usually takes so many seconds, or by the clock if that is
    earlier. One thread and one seed: only the clock can make two answers differ.

    A full linear relaxation proves in two seconds what the default does not in eight; probing
    and cuts took longer than they saved.
    """
    made = cp_model.CpSolver()
    made.parameters.num_workers = 1
    made.parameters.random_seed = 1
    made.parameters.linearization_level = 2
    made.parameters.cp_model_probing_level = 0
    made.parameters.cut_level = 0
    made.parameters.max_time_in_seconds = seconds
    made.parameters.max_deterministic_time = seconds
    return made


class Solving:
    """First who rides which horse, then when: each with the parts of the score that it decides.

    Two parts are put into one number, of which the less important stays below one unit of the
    other. All four in one would be numbers too large for the linear relaxation.
    """

    def __init__(self, program: Program, hint: tuple[list[Ride], str | None]) -> None:
        self.program = program
        self.rides, self.instructor = hint

    def solve(self, clock: Clock) -> Found:
        riders, fondness, unevenness, lateness = aims(self.program)
        afternoon = self.program.afternoon
        most_fond = 2 * len(afternoon.children) + 1
        bound = self._stage(riders, fondness, most_fond, clock.left * SEATING_SHARE)
        bound = min(bound, self._fondest(most_fond))
        best_seats = divmod(bound, most_fond)
        reached = score(afternoon, self.rides)
        for aim, value in ((riders, reached.riders), (fondness, reached.fondness)):
            self.program.model.add(aim.expression == value)
        latest = len(afternoon.children) * (afternoon.ends_at - afternoon.starts_at) + 1
        bound = self._stage(unevenness, lateness, latest, clock.left)
        seats_proven = best_seats == (reached.riders, reached.fondness)
        best_times = divmod(bound, latest) if seats_proven else (0, 0)
        return Found(self.rides, self.instructor, Score(*best_seats, *best_times))

    def _stage(self, first: Aim, second: Aim, unit: int, seconds: float) -> int:
        """Improves the rides; the bound of `unit * first + second`."""
        model = self.program.model
        hint(model, values_of(self.program, self.rides, self.instructor))
        goal = unit * first.expression + second.expression
        (model.maximize if first.upwards else model.minimize)(goal)
        asked = solver(seconds)
        if asked.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.rides = rides_of(self.program, asked.value)
            self.instructor = instructor_of(self.program, asked.value)
            return round(asked.best_objective_bound)
        return unit * unit if first.upwards else 0

    def _fondest(self, unit: int) -> int:
        """The bound of everybody on the horse she likes best."""
        best: dict[str, int] = defaultdict(int)
        for mount in self.program.mounts:
            fondness = self.program.afternoon.child[mount.child].fondness(mount.horse)
            best[mount.child] = max(best[mount.child], fondness)
        return sum(unit + fondness for fondness in best.values())


def hint(model: cp_model.CpModel, values: Iterable[Valued]) -> None:
    model.clear_hints()  # type: ignore[no-untyped-call]
    for variable, value in values:
        model.add_hint(variable, value)


def has_more_riders(program: Program, than: int, seconds: float) -> bool | None:
    """Whether more can ride; None if that was not found out in time."""
    model = program.model
    model.add(sum(program.mounts.values()) > than)
    status = solver(seconds).solve(model)
    if status == cp_model.INFEASIBLE:
        return False
    return True if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
