"""The one clock, over both nights of 2027 on which Sofia's clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import clock
from base.errors import AmbiguousLocalTime, InvalidLocalTime

SPRING = date(2027, 3, 28)
"""03:00 is followed by 04:00, at 01:00 UTC."""

AUTUMN = date(2027, 10, 31)
"""04:00 is followed by 03:00, at 01:00 UTC."""


def utc(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), UTC)


def wall(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text))


# The present


def test_present_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_present_moves():
    assert clock.now() <= clock.now()


def test_frozen_present_stands_still():
    with clock.frozen(utc(SPRING, "01:00")):
        assert clock.now() == utc(SPRING, "01:00")


def test_frozen_present_is_in_utc_however_it_was_given():
    with clock.frozen(datetime(2027, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))):
        assert clock.now().utcoffset() == timedelta()
        assert clock.now() == datetime(2027, 3, 1, 7, tzinfo=UTC)


def test_present_moves_again_after_the_block():
    with clock.frozen(utc(SPRING, "01:00")):
        pass

    assert clock.now() != utc(SPRING, "01:00")


def test_present_moves_again_after_a_failure():
    with pytest.raises(ZeroDivisionError), clock.frozen(utc(SPRING, "01:00")):
        raise ZeroDivisionError

    assert clock.now() != utc(SPRING, "01:00")


def test_inner_present_gives_way_to_the_outer():
    with clock.frozen(utc(SPRING, "01:00")):
        with clock.frozen(utc(AUTUMN, "01:00")):
            assert clock.now() == utc(AUTUMN, "01:00")
        assert clock.now() == utc(SPRING, "01:00")


@pytest.mark.parametrize(
    ("instant", "today"),
    [
        (utc(SPRING, "00:00") - timedelta(hours=2, minutes=1), date(2027, 3, 27)),
        (utc(SPRING, "00:00") - timedelta(hours=2), SPRING),  # Sofia's midnight in winter
        (utc(SPRING, "20:59"), SPRING),
        (utc(SPRING, "21:00"), date(2027, 3, 29)),  # and in summer
        (utc(AUTUMN, "21:59"), AUTUMN),
        (utc(AUTUMN, "22:00"), date(2027, 11, 1)),
    ],
)
def test_today_changes_at_sofias_midnight(instant, today):
    with clock.frozen(instant):
        assert clock.today() == today


# From an instant to the wall clock


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (utc(SPRING, "00:59"), "2027-03-28T02:59:00+02:00"),
        (utc(SPRING, "01:00"), "2027-03-28T04:00:00+03:00"),
        (utc(AUTUMN, "00:30"), "2027-10-31T03:30:00+03:00"),
        (utc(AUTUMN, "00:59"), "2027-10-31T03:59:00+03:00"),
        (utc(AUTUMN, "01:00"), "2027-10-31T03:00:00+02:00"),
        (utc(AUTUMN, "01:30"), "2027-10-31T03:30:00+02:00"),
        (utc(AUTUMN, "02:00"), "2027-10-31T04:00:00+02:00"),
    ],
)
def test_wall_clock_of_an_instant(instant, shown):
    assert clock.local(instant).isoformat() == shown


@pytest.mark.parametrize(
    ("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2027, 3, 27), 24), (date(2027, 3, 29), 24)]
)
def test_length_of_a_day(day, hours):
    start, end = clock.day_bounds(day)

    # In UTC, so that the difference is of instants and not of wall clocks.
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "start"),
    [(SPRING, "2027-03-27T22:00:00+00:00"), (AUTUMN, "2027-10-30T21:00:00+00:00")],
)
def test_day_begins_at_sofias_midnight(day, start):
    assert clock.midnight(day).isoformat() == start


def test_days_leave_no_gap_and_do_not_overlap():
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]

    bounds = [clock.day_bounds(day) for day in days]

    assert [end for _, end in bounds[:-1]] == [start for start, _ in bounds[1:]]


# From a rule's wall clock to an instant: always one


@pytest.mark.parametrize(
    ("day", "text", "expected"),
    [
        (SPRING, "02:59", utc(SPRING, "00:59")),
        (SPRING, "03:00", utc(SPRING, "01:00")),  # skipped: on with the clocks
        (SPRING, "03:30", utc(SPRING, "01:30")),
        (SPRING, "04:00", utc(SPRING, "01:00")),
        (SPRING, "10:00", utc(SPRING, "07:00")),
        (AUTUMN, "02:59", utc(AUTUMN, "00:00") - timedelta(minutes=1)),
        (AUTUMN, "03:00", utc(AUTUMN, "00:00")),  # twice: the first
        (AUTUMN, "03:30", utc(AUTUMN, "00:30")),
        (AUTUMN, "04:00", utc(AUTUMN, "02:00")),
        (AUTUMN, "10:00", utc(AUTUMN, "08:00")),
    ],
)
def test_rule_means_something_every_night(day, text, expected):
    assert clock.instant(day, time.fromisoformat(text)) == expected


@pytest.mark.parametrize("fold", [0, 1])
def test_rule_means_the_first_of_two_whatever_its_fold(fold):
    assert clock.instant(AUTUMN, time(3, 30, fold=fold)) == utc(AUTUMN, "00:30")


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2027, 3, 27), 2), (SPRING, 3), (date(2027, 10, 30), 3), (AUTUMN, 2)]
)
def test_ten_o_clock_stays_ten_o_clock(day, offset):
    assert clock.instant(day, time(10)) == utc(day, "10:00") - timedelta(hours=offset)


# From a person's wall clock to an instant: what is unclear is asked


@pytest.mark.parametrize("text", ["03:00", "03:01", "03:30", "03:59"])
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_time_in_the_spring_gap_does_not_exist(text, fold):
    with pytest.raises(InvalidLocalTime) as refused:
        clock.chosen_instant(wall(SPRING, text), fold=fold)

    assert refused.value.facts == {"local": f"28.03.2027 {text}"}


@pytest.mark.parametrize(
    ("text", "expected"), [("02:59", utc(SPRING, "00:59")), ("04:00", utc(SPRING, "01:00"))]
)
def test_time_beside_the_spring_gap_exists(text, expected):
    assert clock.chosen_instant(wall(SPRING, text)) == expected


@pytest.mark.parametrize("text", ["03:00", "03:01", "03:30", "03:59"])
def test_time_that_happens_twice_is_asked_about(text):
    with pytest.raises(AmbiguousLocalTime) as refused:
        clock.chosen_instant(wall(AUTUMN, text))

    assert refused.value.facts == {"local": f"31.10.2027 {text}"}


@pytest.mark.parametrize(
    ("text", "fold", "expected"),
    [
        ("03:00", 0, utc(AUTUMN, "00:00")),
        ("03:00", 1, utc(AUTUMN, "01:00")),
        ("03:59", 0, utc(AUTUMN, "00:59")),
        ("03:59", 1, utc(AUTUMN, "01:59")),
        ("02:59", None, utc(AUTUMN, "00:00") - timedelta(minutes=1)),
        ("04:00", None, utc(AUTUMN, "02:00")),
    ],
)
def test_fold_says_which_of_the_two(text, fold, expected):
    assert clock.chosen_instant(wall(AUTUMN, text), fold=fold) == expected


@pytest.mark.parametrize("fold", [None, 0, 1])
def test_fold_changes_nothing_at_a_plain_hour(fold):
    assert clock.chosen_instant(wall(AUTUMN, "10:00"), fold=fold) == utc(AUTUMN, "08:00")


@given(
    st.datetimes(wall(date(1980, 1, 1), "00:00"), wall(date(2099, 1, 1), "00:00")),
    st.integers(0, 1),
)
def test_chosen_time_is_what_the_wall_clock_shows(chosen, fold):
    try:
        instant = clock.chosen_instant(chosen, fold=fold)
    except InvalidLocalTime:
        return

    assert clock.local(instant).replace(tzinfo=None, fold=0) == chosen
