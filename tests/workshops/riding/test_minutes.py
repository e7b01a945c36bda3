"""The checker against the horses' rules minute by minute."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workshops.riding.minutes import wrong_with_horses
from tests.workshops.riding.stable import (
    DAY,
    ELENA,
    FOURTEEN,
    afternoon,
    child,
    horse,
    leaders,
)
from workshops.riding.checking import broken
from workshops.riding.facts import Ride

OF_HORSES = {
    "horse_taken",
    "horse_working",
    "horse_absent",
    "horse_day",
    "horse_week",
    "horse_rest",
    "turnaround",
}

QUARTERS = st.integers(0, 40).map(lambda n: FOURTEEN - 240 + 15 * n)
LENGTHS = st.sampled_from((5, 15, 30, 45, 90, 150))
SPANS = st.lists(
    st.builds(lambda start, length: (start, start + length), QUARTERS, LENGTHS), max_size=3
).map(tuple)
WEEK = st.frozensets(st.integers(-8, 8).filter(bool).map(lambda n: DAY + timedelta(n)), max_size=9)
HORSES = st.builds(
    horse,
    st.just("zvezdel"),
    most_minutes_a_day=st.sampled_from((60, 120, 200, 360)),
    most_days_a_week=st.sampled_from((3, 6)),
    most_minutes_on_end=st.sampled_from((30, 60, 90, 120)),
    rest_minutes=st.sampled_from((10, 20, 30)),
    absent=SPANS,
    worked=SPANS,
    worked_on=WEEK,
)
TIMES = st.builds(
    dict,
    session_minutes=st.sampled_from((20, 30)),
    turnaround_minutes=st.sampled_from((0, 5, 15, 40)),
)
STARTS = st.lists(st.integers(0, 48).map(lambda n: FOURTEEN + 5 * n), min_size=1, max_size=7)


@given(one=HORSES, times=TIMES, starts=STARTS)
@settings(max_examples=400)
def test_checker_finds_what_the_minutes_show(one, times, starts):
    board = [Ride("mimi", "zvezdel", start) for start in starts]
    given_facts = afternoon(ends_at=FOURTEEN + 300, horses=(one,), **times)

    found = broken(given_facts, board)

    named = {("zvezdel", breach.code) for breach in found if breach.code in OF_HORSES}
    assert named == wrong_with_horses(given_facts, board)


def test_a_run_is_not_ended_by_pauses_that_add_up_to_a_rest():
    """Two pauses of twenty minutes are no rest of thirty."""
    facts = afternoon(
        ends_at=FOURTEEN + 240,
        horses=(horse(most_minutes_on_end=60),),
        children=tuple(child(f"child-{n}") for n in range(3)),
        helpers=(ELENA, *leaders(1)),
    )
    board = [Ride(f"child-{n}", "zvezdel", FOURTEEN + 50 * n, leader="leader-0") for n in range(3)]

    assert [breach.code for breach in broken(facts, board)] == ["horse_rest"]
