"""The score of a board (`scoring`) as expressions of the program's variables."""

from collections.abc import Iterable
from typing import NamedTuple

from ortools.sat.python import cp_model

from workshops.riding.program import Program
from workshops.riding.scoring import unevenness


class Aim(NamedTuple):
    """One part of a score."""

    name: str
    expression: cp_model.LinearExpr
    upwards: bool


def aims(program: Program) -> list[Aim]:
    """In the order of `Score`."""
    return [
        Aim("riders", _sum(program.mounts.values()), upwards=True),
        Aim("fondness", _fondness(program), upwards=True),
        Aim("unevenness", _unevenness(program), upwards=False),
        Aim("lateness", _lateness(program), upwards=False),
    ]


def _fondness(program: Program) -> cp_model.LinearExpr:
    children = program.afternoon.child
    return _sum(
        children[mount.child].fondness(mount.horse) * variable
        for mount, variable in program.mounts.items()
    )


def _unevenness(program: Program) -> cp_model.LinearExpr:
    """The n-th ride of a horse costs what it adds to the squares."""
    afternoon = program.afternoon
    return _sum(
        (unevenness(afternoon, horse, rides=n + 1) - unevenness(afternoon, horse, rides=n))
        * variable
        for horse in afternoon.horses
        for n, variable in enumerate(program.loads[horse.key])
    )


def _lateness(program: Program) -> cp_model.LinearExpr:
    since = program.afternoon.starts_at
    return _sum((mount.start - since) * variable for mount, variable in program.mounts.items())


def _sum(terms: Iterable[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """Python's own would be an int where there is nothing to add."""
    return cp_model.LinearExpr.sum([*terms])
