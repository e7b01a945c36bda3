"""Whole afternoons: against exhaustive search, the same twice, and within the time."""

from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workshops.riding.exhaustive import best_score
from tests.workshops.riding.stable import (
    ELENA,
    FOURTEEN,
    afternoon,
    child,
    full_afternoon,
    helper,
    horse,
    leaders,
)
from workshops.riding.checking import broken
from workshops.riding.facts import Role
from workshops.riding.proposing import propose
from workshops.riding.scoring import Score

BOTH = (Role.LEADER, Role.SIDE_WALKER)
ROLES = st.sampled_from(((Role.LEADER,), BOTH, (Role.INSTRUCTOR, *BOTH)))
WORKED = st.sampled_from(((), ((FOURTEEN - 60, FOURTEEN),), ((FOURTEEN + 30, FOURTEEN + 60),)))


@st.composite
def tiny_afternoons(draw):
    """Two to four children, two horses, three helpers, at most four starts."""
    count = draw(st.integers(2, 4))
    children = tuple(
        child(
            f"child-{n}",
            kg=draw(st.sampled_from((30, 55, 65))),
            side_walkers=draw(st.sampled_from((0, 0, 1))),
            arrives_at=draw(st.sampled_from((0, 0, FOURTEEN + 20))),
            last_horse=draw(st.sampled_from((None, "zvezdel", "vihar"))),
            preferred_horse=draw(st.sampled_from((None, None, "zvezdel", "vihar"))),
        )
        for n in range(count)
    )
    horses = (
        horse(carries_kg=50, most_minutes_on_end=draw(st.sampled_from((30, 60, 90)))),
        horse("vihar", worked=draw(WORKED), rest_minutes=draw(st.sampled_from((20, 30)))),
    )
    limit = draw(st.sampled_from((None, 30)))
    helpers = (
        helper("elena", Role.INSTRUCTOR, Role.LEADER),
        helper("ana", *draw(ROLES), most_minutes_on_end=limit, busy=draw(WORKED)),
        helper("boris", *draw(ROLES)),
    )
    return afternoon(
        ends_at=FOURTEEN + (60 if count == 4 else 90),
        step_minutes=30 if count == 4 else 20,
        turnaround_minutes=draw(st.sampled_from((0, 10))),
        arena_holds=draw(st.sampled_from((1, 2))),
        instructor=draw(st.sampled_from(("elena", None))),
        children=children,
        horses=horses,
        helpers=helpers,
    )


@given(tiny_afternoons())
@settings(max_examples=40)
def test_no_board_at_all_is_better(facts):
    found = propose(facts, seconds=10, explaining_seconds=0)

    assert found.score == best_score(facts)
    assert found.is_proven


def easy(**facts):
    """Two horses and leaders, two children; an hour."""
    usual = {
        "horses": (horse(), horse("vihar")),
        "children": (child(), child("ivo")),
        "helpers": (ELENA, *leaders(2)),
        "ends_at": FOURTEEN + 60,
    }
    return afternoon(**usual | facts)


def horses_of(found):
    return {ride.child: ride.horse for ride in found.rides}


def test_horse_of_last_time_comes_again():
    facts = easy(children=(child(last_horse="vihar"), child("ivo", last_horse="zvezdel")))

    assert horses_of(propose(facts)) == {"mimi": "vihar", "ivo": "zvezdel"}


def test_preferred_horse_before_that_of_last_time():
    facts = easy(children=(child(last_horse="vihar", preferred_horse="zvezdel"),))

    assert horses_of(propose(facts)) == {"mimi": "zvezdel"}


def test_work_is_spread_counting_what_was_done_before():
    facts = easy(horses=(horse(worked=((480, 570),)), horse("vihar")))

    assert horses_of(propose(facts)) == {"mimi": "vihar", "ivo": "vihar"}


def test_a_rider_more_is_worth_more_than_the_horse_of_last_time():
    both_like = (child(last_horse="vihar"), child("ivo", last_horse="vihar"))
    facts = easy(children=both_like, ends_at=FOURTEEN + 30)

    assert len(propose(facts).rides) == 2


def test_same_question_same_answer():
    facts = full_afternoon(children=9, horses=3, helpers=5, hours=2)

    first, second = (propose(facts, seconds=30, explaining_seconds=30) for _ in range(2))

    assert first == second
    assert first.is_proven


def test_same_question_same_answer_where_many_are_as_good():
    alike = tuple(child(f"child-{n}") for n in range(7))
    facts = afternoon(
        children=alike,
        horses=tuple(horse(f"horse-{n}") for n in range(3)),
        helpers=(ELENA, *leaders(3)),
        ends_at=FOURTEEN + 120,
    )

    found = [propose(facts, seconds=30) for _ in range(3)]

    assert found[0] == found[1] == found[2]
    assert found[0].is_proven


def test_without_any_time_there_is_still_a_board():
    facts = full_afternoon()

    found = propose(facts, seconds=0)

    assert len(found.rides) > 12
    assert broken(replace(facts, instructor=found.instructor), found.rides) == []
    assert not found.is_proven
    assert found.undecided == "riders"
    assert 0 < found.gap < 1
    assert [one.is_certain for one in found.left_out] == [False] * (24 - len(found.rides))


def test_bound_is_never_below_what_was_found():
    found = propose(full_afternoon(), seconds=1)

    assert found.score.rank <= found.bound.rank


def test_instructor_is_chosen_where_none_is_named():
    facts = easy(helpers=(helper("ana", Role.LEADER), ELENA), instructor=None)

    found = propose(facts)

    assert found.instructor == "elena"
    assert found.score.riders == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"children": ()},
        {"horses": ()},
        {"helpers": ()},
        {"ends_at": FOURTEEN + 29},
        {"children": (child(clearances=()),)},
    ],
)
def test_nobody_can_ride(facts):
    found = propose(afternoon(**facts))

    assert (found.rides, found.score, found.is_proven) == ((), Score(0, 0, 0, 0), True)


def test_leader_stays_with_a_horse():
    """Though two others have been free for longer."""
    facts = easy(horses=(horse(),), helpers=(ELENA, *leaders(3)))

    found = propose(facts)

    assert len(found.rides) == 2
    assert len({ride.leader for ride in found.rides}) == 1


def test_why_this_horse():
    facts = afternoon(
        horses=(horse(name="Звездел", carries_kg=40),),
        children=(child(name="Мими", last_horse="zvezdel"),),
    )

    with translation.override("en"):
        sentences = [why.sentence for why in propose(facts).whys]

    assert sentences == [
        "Мими: Звездел, because it was the horse of last time, no other horse can at that time, it "
        "carries up to 40 kg and it is rested."
    ]


def test_why_says_how_long_the_horse_has_worked():
    facts = afternoon(horses=(horse(worked=((FOURTEEN - 80, FOURTEEN - 20),)),))

    assert propose(facts).whys[0].minutes_on_end == 60
