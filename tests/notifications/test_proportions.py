"""Intervals against the examples of Newcombe's two papers of 1998, and against plain search."""

from math import sqrt

import pytest

from notifications.proportions import Estimate, Z, newcombe, wilson

# Statistics in Medicine 17, 857-872, Table I, method 3.
ONE = [
    ((81, 263), (0.2553, 0.3662)),
    ((15, 148), (0.0624, 0.1605)),
    ((0, 20), (0.0000, 0.1611)),
    ((1, 29), (0.0061, 0.1718)),
]
# Statistics in Medicine 17, 873-890, Table II, method 10.
TWO = [
    ((56, 70, 48, 80), (0.2000, 0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.6000, 0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.5714, 0.0582, 0.8062)),
    ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
    ((0, 10, 0, 20), (0.0000, -0.1611, 0.2775)),
    ((0, 10, 0, 10), (0.0000, -0.2775, 0.2775)),
    ((10, 10, 0, 20), (1.0000, 0.6791, 1.0000)),
    ((10, 10, 0, 10), (1.0000, 0.6075, 1.0000)),
]
SMALL = [(those, of) for of in range(1, 13) for those in range(of + 1)]


def shares(a: int, m: int, b: int, n: int) -> tuple[Estimate, Estimate]:
    one, other = wilson(a, m), wilson(b, n)
    assert one
    assert other
    return one, other


@pytest.mark.parametrize(("table", "published"), ONE)
def test_share_has_the_published_interval(table, published):
    found = wilson(*table)
    assert (round(found.low, 4), round(found.high, 4)) == published


@pytest.mark.parametrize(("table", "published"), TWO)
def test_difference_has_the_published_interval(table, published):
    found = newcombe(*shares(*table))
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == published


def test_share_of_nothing_is_none():
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("those", "of"), SMALL)
def test_interval_is_all_shares_that_the_counts_do_not_refute(those, of):
    """Wilson's interval by its meaning: the score test of each share, one by one."""
    found, steps = wilson(those, of), 20_000
    kept = [
        share
        for share in (step / steps for step in range(steps + 1))
        if abs(those / of - share) <= Z * sqrt(share * (1 - share) / of)
    ]
    assert found.low == pytest.approx(min(kept), abs=1 / steps)
    assert found.high == pytest.approx(max(kept), abs=1 / steps)


def test_intervals_of_all_small_tables_lie_where_they_may():
    for one in SMALL:
        for other in SMALL:
            first, second = shares(*one, *other)
            found, back = newcombe(first, second), newcombe(second, first)
            assert -1 <= found.low <= found.value <= found.high <= 1 + 1e-12
            assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_an_interval_that_touches_zero_claims_nothing():
    assert [Estimate(0.1, low, 0.2).includes_zero for low in (-0.01, 0.0, 0.01)] == [
        True,
        True,
        False,
    ]
