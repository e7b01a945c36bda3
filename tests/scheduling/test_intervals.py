"""Sets of time against sets of whole numbers, which need no cleverness."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.intervals import (
    Span,
    contains,
    instant_of,
    intersect,
    length,
    meeting,
    merge,
    seconds,
    starts_between,
    starts_within,
    subtract,
)

EDGE = st.integers(0, 30)
ANY_SPANS = st.lists(st.tuples(EDGE, EDGE), max_size=8)  # some of them empty or backwards
A_SET = ANY_SPANS.map(merge)
EVERYWHERE = range(-5, 40)


def points(spans: list[Span]) -> set[int]:
    return {second for start, end in spans for second in range(start, end)}


def is_a_set(spans: list[Span]) -> bool:
    """Sorted, none empty, no two touching."""
    edges = [edge for span in spans for edge in span]
    return edges == sorted(set(edges))


@given(ANY_SPANS)
def test_merge_keeps_every_point_once(spans):
    merged = merge(spans)

    assert points(merged) == points(spans)
    assert is_a_set(merged)


@given(A_SET, A_SET)
def test_subtract_is_set_difference(whole, gone):
    left = subtract(whole, gone)

    assert points(left) == points(whole) - points(gone)
    assert is_a_set(left)


@given(A_SET, EDGE, EDGE)
def test_meeting_is_what_has_some_of_the_window(spans, start, end):
    window = (min(start, end), max(start, end) + 1)

    assert meeting(spans, window) == [span for span in spans if intersect([span], [window])]


@given(A_SET, A_SET)
def test_intersect_is_what_both_have(one, other):
    both = intersect(one, other)

    assert points(both) == points(one) & points(other)
    assert is_a_set(both)


@given(A_SET, st.integers(0, 6), st.integers(1, 8))
def test_starts_between_what_is_held_leave_room_on_both_sides(held, before, after):
    within = (EVERYWHERE[0], EVERYWHERE[-1] + 1)

    starts = starts_between(held, within, before=before, after=after)

    free = subtract([within], held)
    assert points(starts) == points(starts_within(free, before=before, after=after))


@given(A_SET, st.integers(0, 6), st.integers(1, 8))
def test_starts_within_leave_room_on_both_sides(free, before, after):
    starts = starts_within(free, before=before, after=after)

    expected = {t for t in EVERYWHERE if set(range(t - before, t + after)) <= points(free)}
    assert points(starts) == expected


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        ([(0, 9)], []),  # too short
        ([(0, 10)], [(2, 3)]),  # just one start
        ([(0, 12)], [(2, 5)]),
        ([(0, 9), (9, 10)], []),  # two spans are not one: sets have no touching ones
        ([(0, 10), (20, 30)], [(2, 3), (22, 23)]),
    ],
)
def test_last_good_start_is_included(free, expected):
    assert starts_within(free, before=2, after=8) == expected


@given(A_SET)
def test_contains_is_membership(spans):
    assert {second for second in EVERYWHERE if contains(spans, second)} == points(spans)


@given(st.integers(0, 2**33))
def test_seconds_and_instants_are_inverse(second):
    assert seconds(instant_of(second)) == second


def test_seconds_count_from_the_epoch_and_drop_fractions():
    assert seconds(datetime(1970, 1, 2, 0, 0, 1, 999, UTC)) == 86_401


def test_length_is_in_seconds():
    assert length(timedelta(minutes=50)) == 3000
