"""From rides to the program's variables and back."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from workshops.riding.crews import first_free
from workshops.riding.facts import Ride, Role
from workshops.riding.program import Duty, Mount, Path, Program, Variable

Valued = tuple[Variable, int]
Value = Callable[[Variable], int]


def rides_of(program: Program, value: Value) -> list[Ride]:
    """The board of a solution, in order of time, everybody named."""
    mounts = sorted(
        (mount for mount, variable in program.mounts.items() if value(variable)),
        key=lambda mount: (mount.start, mount.horse, mount.child),
    )
    casting = _Casting(program, value)
    return [casting.crewed(Ride(*mount)) for mount in mounts]


def instructor_of(program: Program, value: Value) -> str | None:
    chosen = (key for key, variable in program.instructs.items() if value(variable))
    return next(chosen, None)


class _Casting:
    """Gives names to the numbers of each crew, start by start."""

    def __init__(self, program: Program, value: Value) -> None:
        self.program = program
        self.left = Counter({duty: value(one) for duty, one in program.duties.items()})
        self.free_at: dict[str, int] = {}
        self.led: dict[str, str] = {}
        """Who led a horse last."""

    def crewed(self, ride: Ride) -> Ride:
        leader = self._take(Role.LEADER, ride)
        self.led[ride.horse] = leader
        needed = self.program.afternoon.child[ride.child].side_walkers
        beside = tuple(self._take(Role.SIDE_WALKER, ride) for _ in range(needed))
        return replace(ride, leader=leader, side_walkers=beside)

    def _take(self, role: Role, ride: Ride) -> str:
        """From a crew that still owes this duty; where one may choose, who led this horse last."""
        numbers = range(len(self.program.crews))
        owing = [n for n in numbers if self.left[Duty(n, role, ride.starts_at)] > 0]
        last = self.led.get(ride.horse) if role == Role.LEADER else None
        crew = min(owing, key=lambda n: last not in self._keys(n))
        self.left[Duty(crew, role, ride.starts_at)] -= 1
        members = self.program.crews[crew].members
        helper = first_free(members, self.free_at, ride.starts_at, (last,))
        self.free_at[helper.key] = self.program.afternoon.span(ride)[1]
        return helper.key

    def _keys(self, crew: int) -> set[str]:
        return {helper.key for helper in self.program.crews[crew].members}


def values_of(program: Program, rides: Sequence[Ride], instructor: str | None) -> list[Valued]:
    """Of all variables, for a board that keeps the rules and whose rides the program knows."""
    begun = {Mount(ride.child, ride.horse, ride.starts_at) for ride in rides}
    duties = _duties(program, rides)
    values: dict[int, int] = {}
    values |= {one.index: mount in begun for mount, one in program.mounts.items()}
    values |= {one.index: duties[duty] for duty, one in program.duties.items()}
    values |= {one.index: key == instructor for key, one in program.instructs.items()}
    loads = Counter(ride.horse for ride in rides)
    for horse, steps in program.loads.items():
        values |= {one.index: n < loads[horse] for n, one in enumerate(steps)}
    valued = [*_known(program, values)]
    for path in program.paths:
        valued += _along(path, values)
    return valued


def _duties(program: Program, rides: Sequence[Ride]) -> Mapping[Duty, int]:
    crew_of = {one.key: n for n, crew in enumerate(program.crews) for one in crew.members}
    found: Counter[Duty] = Counter()
    for ride in rides:
        if ride.leader is not None:
            found[Duty(crew_of[ride.leader], Role.LEADER, ride.starts_at)] += 1
        for key in ride.side_walkers:
            found[Duty(crew_of[key], Role.SIDE_WALKER, ride.starts_at)] += 1
    return found


def _known(program: Program, values: Mapping[int, int]) -> Iterator[Valued]:
    groups = [
        program.mounts.values(),
        program.duties.values(),
        program.instructs.values(),
        *program.loads.values(),
    ]
    for group in groups:
        for variable in group:
            yield variable, values[variable.index]


def _along(path: Path, values: Mapping[int, int]) -> Iterator[Valued]:
    """The one way on which exactly these rides are begun."""
    begun = {start for start, ones in path.begun.items() if any(values[v.index] for v in ones)}
    taken, node = set(), path.walk.source
    for arc in path.arcs:
        start = path.walk.starts[arc.tail.step]
        if arc.tail == node and (arc.start is not None) == (start in begun):
            taken.add(arc)
            node = arc.head
    for arc, variable in path.arcs.items():
        yield variable, int(arc in taken)
