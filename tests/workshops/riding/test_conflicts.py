"""Why somebody cannot ride: the child's own reasons, and the rules that meet."""

from dataclasses import replace

import pytest
from django.utils import translation

from tests.workshops.riding.stable import (
    ELENA,
    FOURTEEN,
    afternoon,
    child,
    horse,
    leaders,
    walkers,
)
from workshops.riding.breaches import Rule
from workshops.riding.conflicts import REASONS, WITH, WITHOUT, Remedy
from workshops.riding.facts import ALL_DAY, DAY
from workshops.riding.proposing import propose


def children(count, **facts):
    return tuple(child(f"child-{n}", **facts) for n in range(count))


def horses(count, **facts):
    return tuple(horse(f"horse-{n}", **facts) for n in range(count))


def roomy(**facts):
    """Four children, four horses and leaders, half an hour: all ride at once."""
    usual = {
        "children": children(4),
        "horses": horses(4),
        "helpers": (ELENA, *leaders(4)),
        "ends_at": FOURTEEN + 30,
    }
    return afternoon(**usual | facts)


def test_where_all_can_ride_nothing_is_in_conflict():
    found = propose(roomy())

    assert (found.score.riders, found.conflict, found.left_out) == (4, None, ())


IMPOSSIBLE = {
    "no leader": (roomy(helpers=(ELENA,)), {"no_leader"}, {"leader"}),
    "one leader": (roomy(helpers=(ELENA, *leaders(1))), {"no_leader"}, {"leader"}),
    "no instructor": (roomy(helpers=leaders(4), instructor=None), {"no_instructor"}, set()),
    "instructor elsewhere": (
        roomy(helpers=(replace(ELENA, busy=(ALL_DAY,)), *leaders(4))),
        {"no_instructor"},
        set(),
    ),
    "side-walkers": (
        roomy(children=children(4, side_walkers=1), helpers=(ELENA, *leaders(4), *walkers(3))),
        {"side_walkers"},
        {"side_walker"},
    ),
    "arena": (roomy(arena_holds=3), {"arena_full"}, {"arena"}),
    "instructor's eyes": (roomy(instructor_sees=3), {"instructor_load"}, {"instructor"}),
    "arena and leaders": (
        roomy(arena_holds=3, helpers=(ELENA, *leaders(3))),
        {"no_leader", "arena_full"},
        set(),
    ),
    "too few horses": (roomy(horses=horses(3)), {"horse_taken"}, {"horse"}),
    "horses' rest": (
        roomy(
            horses=horses(1, most_minutes_on_end=60),
            ends_at=FOURTEEN + 120,
        ),
        {"horse_rest"},
        {"horse"},
    ),
    "horses' day": (
        roomy(horses=horses(1, most_minutes_a_day=90), ends_at=FOURTEEN + 180),
        {"horse_day"},
        {"horse"},
    ),
    "turnaround": (
        roomy(horses=horses(1), ends_at=FOURTEEN + 125, turnaround_minutes=10),
        {"turnaround"},
        {"horse", "longer"},
    ),
    "helpers' rest": (
        roomy(
            helpers=(ELENA, *leaders(1, most_minutes_on_end=60, rest_minutes=30)),
            ends_at=FOURTEEN + 120,
        ),
        {"helper_rest", "no_leader"},
        {"leader", "longer"},
    ),
}
"""Afternoon, rules in conflict, remedies that must be among those named."""


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_rules_in_conflict_are_named(case):
    facts, rules, remedies = IMPOSSIBLE[case]

    found = propose(facts, seconds=10, explaining_seconds=20)

    assert found.score.riders < 4
    assert found.conflict.is_complete
    assert {str(rule) for rule in found.conflict.rules} == rules
    assert remedies <= {str(remedy) for remedy in found.conflict.remedies}
    assert all(not one.breaches for one in found.left_out)


def test_without_time_no_rule_is_blamed():
    facts = roomy(arena_holds=3)

    conflict = propose(facts, seconds=10, explaining_seconds=0).conflict

    assert (conflict.rules, conflict.remedies, conflict.is_complete) == ((), (), False)
    with translation.override("en"):
        assert "with these helpers" in conflict.sentence


@pytest.mark.parametrize("language", ["en", "bg"])
def test_conflict_can_be_said(language):
    found = propose(roomy(helpers=(ELENA, *leaders(1))))

    with translation.override(language):
        sentences = [found.conflict.sentence, *(one.sentence for one in found.left_out)]

    assert all(sentence.endswith(".") and "%" not in sentence for sentence in sentences)


def test_every_rule_and_remedy_has_words():
    assert {*WITHOUT, Rule.HORSE_TAKEN, *Remedy} == set(REASONS)
    assert set(WITH) == set(Remedy)


OWN_REASONS = {
    "no_clearance": {"clearances": ()},
    "no_weight": {"weighings": ()},
    "too_heavy": {"kg": 61},
    "too_young": {"born_on": child().born_on.replace(year=2024)},
    "child_busy": {"busy": (ALL_DAY,)},
    "child_not_here": {"leaves_at": FOURTEEN},
    "horse_avoided": {"avoids": frozenset(f"horse-{n}" for n in range(4))},
}


@pytest.mark.parametrize("code", OWN_REASONS)
def test_own_reason_of_a_child_is_named(code):
    cannot = child("mimi", **OWN_REASONS[code])
    facts = roomy(children=(*children(2), cannot), youngest=4)

    found = propose(facts)

    assert [one.child for one in found.left_out] == ["mimi"]
    assert [breach.code for breach in found.left_out[0].breaches] == [code]
    assert found.conflict is None


def test_heavy_child_whose_only_horse_is_away():
    facts = roomy(
        children=(child(kg=70),), horses=(horse(absent=((0, DAY),), carries_kg=80), *horses(1))
    )

    (left_out,) = propose(facts).left_out

    assert len(left_out.breaches) == 1
