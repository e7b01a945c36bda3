"""What is proposed for small afternoons of any kind keeps every rule."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workshops.riding.minutes import wrong_with_horses
from tests.workshops.riding.stable import ELENA, FOURTEEN, afternoon, child, helper, horse
from tests.workshops.riding.test_minutes import HORSES, TIMES
from workshops.riding.checking import broken
from workshops.riding.facts import Role
from workshops.riding.proposing import propose

HELPERS = st.lists(
    st.builds(
        lambda roles, most, rest: (roles, {"most_minutes_on_end": most, "rest_minutes": rest}),
        st.sampled_from(((Role.LEADER,), (Role.SIDE_WALKER,), (Role.LEADER, Role.SIDE_WALKER))),
        st.sampled_from((None, None, 30, 60)),
        st.sampled_from((10, 30)),
    ),
    min_size=1,
    max_size=3,
)
CHILDREN = st.lists(
    st.builds(
        dict,
        kg=st.integers(20, 70),
        side_walkers=st.sampled_from((0, 0, 1, 2)),
        busy=st.sampled_from(((), ((FOURTEEN, FOURTEEN + 45),))),
        arrives_at=st.sampled_from((0, FOURTEEN + 30)),
        last_horse=st.sampled_from((None, "zvezdel", "vihar")),
        preferred_horse=st.sampled_from((None, None, "vihar")),
        avoids=st.sampled_from((frozenset(), frozenset({"vihar"}))),
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def small_afternoons(draw):
    crew = [
        helper(f"helper-{n}", *roles, **facts) for n, (roles, facts) in enumerate(draw(HELPERS))
    ]
    children = [child(f"child-{n}", **facts) for n, facts in enumerate(draw(CHILDREN))]
    return afternoon(
        ends_at=FOURTEEN + draw(st.sampled_from((60, 120, 200))),
        horses=(draw(HORSES), replace(draw(HORSES), key="vihar", name="Vihar")),
        helpers=(ELENA, *crew),
        children=tuple(children),
        step_minutes=draw(st.sampled_from((10, 15))),
        arena_holds=draw(st.integers(1, 3)),
        instructor=draw(st.sampled_from(("elena", None))),
        **draw(TIMES),
    )


@given(small_afternoons())
@settings(max_examples=40)
def test_what_is_proposed_keeps_every_rule(facts):
    found = propose(facts, seconds=1, explaining_seconds=0)

    board = replace(facts, instructor=found.instructor)
    assert broken(board, found.rides) == []
    assert wrong_with_horses(board, found.rides) == set()


def test_a_rest_that_ends_between_two_starts_is_a_rest():
    """Other work begins half an hour after the ride, at a time that is no start."""
    ride_ends = FOURTEEN + 35
    facts = afternoon(
        horses=(horse(worked=((ride_ends + 30, ride_ends + 120),), most_minutes_on_end=90),),
        children=(child(leaves_at=ride_ends),),
        session_minutes=35,
    )

    assert propose(facts).score.riders == 1
