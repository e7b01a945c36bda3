"""Children who must not meet come at different times, and no line says why (D11)."""

import pytest

from tests.workshops.riding.stable import ELENA, FOURTEEN, afternoon, child, horse, leaders
from workshops.riding.checking import broken
from workshops.riding.facts import Ride
from workshops.riding.proposing import propose

MIMI, IVO = child("mimi"), child("ivo")
HORSES = (horse("zvezdel"), horse("vihra"))


def two(**facts):
    usual = {
        "children": (MIMI, IVO),
        "horses": HORSES,
        "helpers": (ELENA, *leaders(2)),
        "apart": frozenset({("mimi", "ivo")}),
    }
    return afternoon(**usual | facts)


def rides(second_at):
    return [
        Ride("mimi", "zvezdel", FOURTEEN, leader="leader-0"),
        Ride("ivo", "vihra", second_at, leader="leader-1"),
    ]


@pytest.mark.parametrize(("minutes", "rules"), [(0, 1), (30, 1), (44, 1), (45, 0)])
def test_a_quarter_of_an_hour_lies_between_them(minutes, rules):
    found = broken(two(), rides(FOURTEEN + minutes))
    assert [breach.code for breach in found] == ["not_then"] * rules
    assert all(breach.rides == (1,) and "Mimi" not in breach.sentence for breach in found)


def test_they_are_proposed_at_different_times():
    proposal = propose(two())
    assert {ride.child for ride in proposal.rides} == {"mimi", "ivo"}
    assert broken(two(), proposal.rides) == []


def test_who_can_be_at_no_time_is_left_out():
    third = child("ani")
    pairs = frozenset({("mimi", "ivo"), ("ani", "ivo"), ("ani", "mimi")})
    asked = two(children=(MIMI, IVO, third), apart=pairs)
    proposal = propose(asked)
    assert len(proposal.rides) == 2
    (left_out,) = proposal.left_out
    assert (left_out.breaches, left_out.is_certain, proposal.is_proven) == ((), False, False)


@pytest.mark.parametrize("early", ["mimi", "ivo"])
def test_who_can_come_only_early_comes_early(early):
    late = {"mimi": MIMI, "ivo": IVO}
    late[early] = child(early, leaves_at=FOURTEEN + 45)
    proposal = propose(two(children=tuple(late.values())))
    assert {ride.child for ride in proposal.rides} == {"mimi", "ivo"}


def test_nobody_rides_while_kept_away():
    asked = two(children=(child("mimi", away=((FOURTEEN, FOURTEEN + 60),)),), apart=frozenset())
    (ride,) = propose(asked).rides
    assert ride.starts_at >= FOURTEEN + 60
