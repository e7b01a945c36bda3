"""A board as the program's variables, and back."""

from dataclasses import replace

import pytest
from ortools.sat.python import cp_model

from tests.workshops.riding.stable import full_afternoon
from workshops.riding.casting import instructor_of, rides_of, values_of
from workshops.riding.checking import broken
from workshops.riding.facts import Ride
from workshops.riding.first_try import first_try
from workshops.riding.program import Program, mounts_of
from workshops.riding.solving import hint


@pytest.mark.parametrize("instructor", ["elena", None])
@pytest.mark.parametrize("seed", range(3))
def test_a_board_that_keeps_the_rules_is_a_solution(seed, instructor):
    facts = replace(full_afternoon(seed=seed), instructor=instructor)
    mounts = mounts_of(facts)
    program = Program(facts, mounts)
    rides, chosen = first_try(facts, [Ride(*mount) for mount in mounts])
    hint(program.model, values_of(program, rides, chosen))
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True

    status = solver.solve(program.model)

    assert status == cp_model.OPTIMAL
    assert instructor_of(program, solver.value) == chosen
    again = rides_of(program, solver.value)
    assert {(one.child, one.horse, one.starts_at) for one in again} == {
        (one.child, one.horse, one.starts_at) for one in rides
    }
    assert broken(replace(facts, instructor=chosen), again) == []
