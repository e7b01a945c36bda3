"""Undoing, ending and extending one after another: what the machine once found."""

from datetime import timedelta

import pytest

from base import clock
from base.errors import DomainError
from scheduling import services, verifying
from scheduling.models import Booking, Closure, Series
from scheduling.series import horizon, selectors, undoing
from scheduling.series import services as series_services
from scheduling.series.services import Changes
from tests.scheduling.series.conftest import TUESDAY, WEEK, booking, dates
from tests.support.building import MONDAY, at

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def split(house, series: Series, **changes) -> None:
    changed = Changes(**changes)
    series_services.split_series(series, changed, since=None, by=house.by, skipping=True)
    series.refresh_from_db()


def undo(house, series: Series) -> None:
    undoing.undo(series, by=house.by)
    series.refresh_from_db()


def close(house, *weeks: int) -> None:
    for week in weeks:
        Closure.objects.create(centre=house.talk.centre, on=TUESDAY + week * WEEK, name="-")


def test_what_was_ended_is_booked_when_the_series_is_extended(house):
    series = house.series(count=4)
    before = dates(series)
    series_services.end_series(series, since=at(TUESDAY + WEEK, 10), by=house.by)

    series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)

    assert dates(series) == before


def test_what_was_extended_and_undone_is_booked_when_extended_again(house):
    series = house.series(count=2)
    series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)
    undo(house, series)

    series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00", "23.03 10:00"]


def test_extending_what_is_over_leaves_no_date_between_undecided(house):
    series = house.series(count=2)

    with clock.frozen(at(TUESDAY + 4 * WEEK, 12)):
        series_services.extend_series(series, until=TUESDAY + 6 * WEEK, by=house.by)

        assert verifying.discrepancies() == []


def test_undone_split_brings_skipped_dates_back(house):
    close(house, 2)
    series = house.series(count=6)
    before = dates(series)
    split(house, series, until=TUESDAY + 3 * WEEK)

    undo(house, series)

    assert dates(series) == before


def test_undoing_keeps_why_a_date_was_skipped(house):
    close(house, 2)
    series = house.series(count=2)
    split(house, series, starts_at=at(TUESDAY + WEEK, 10))
    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    undo(house, series)

    [_, skipped] = selectors.dates_of(selectors.terms_of(series))
    assert skipped.why == "closed"


def test_date_that_was_cancelled_has_no_reason_to_have_been_skipped(house):
    series = house.series(count=2)

    services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CLIENT)

    assert [date.why for date in selectors.dates_of(selectors.terms_of(series))] == ["", ""]


def test_undoing_leaves_nothing_of_what_was_rolled_since(house):
    series = house.series(until=None)
    night = at(TUESDAY + WEEK, 0, 45)
    with clock.frozen(night):
        split(house, series, starts_at=at(TUESDAY + WEEK, 12))
    with clock.frozen(night + 2 * MINUTE):
        horizon.roll_all()

    with clock.frozen(night + 4 * MINUTE):
        undo(house, series)
        horizon.roll_all()

        assert verifying.discrepancies() == []


@pytest.mark.parametrize("change", ["split", "end"])
def test_past_date_stays_that_had_been_moved_before_its_day(house, change):
    series = house.series(count=4)
    third = booking(series, 2)
    services.reschedule_booking(third, starts_at=at(TUESDAY + 2 * DAY, 10), by=house.by)

    with clock.frozen(at(TUESDAY + 3 * DAY, 9)):
        if change == "split":
            split(house, series, starts_at=at(TUESDAY + WEEK, 12))
        else:
            series_services.end_series(series, since=None, by=house.by)

    assert "04.03 10:00" in dates(series)


def test_series_that_ends_before_it_begins_is_refused(house):
    with pytest.raises(DomainError):
        house.series(until=MONDAY)


def test_undone_restoring_leaves_the_date_where_it_stood(house):
    series = house.series(count=2)
    second = at(TUESDAY + WEEK, 10)
    services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CLIENT)
    elsewhere = second + 60 * MINUTE
    series_services.restore_date(series, second, by=house.by, starts_at=elsewhere)

    undo(house, series)

    assert dates(series) == ["02.03 10:00", "x09.03 10:00"]


def test_undone_restoring_of_a_skipped_date_leaves_why_it_was_skipped(house):
    close(house, 1)
    series = house.series(count=3)
    second = at(TUESDAY + WEEK, 10)
    series_services.restore_date(series, second, by=house.by, starts_at=second + DAY)

    undo(house, series)

    [_, skipped, _] = selectors.dates_of(selectors.terms_of(series))
    assert skipped.why == "closed"


DAY = timedelta(days=1)


def after_rolling(series: Series, days: int) -> list[str]:
    with clock.frozen(at(TUESDAY + days * DAY, 3)):
        horizon.roll_all()
        series.refresh_from_db()
        return dates(series)


def test_dates_beyond_the_horizon_come_back_when_what_was_ended_goes_on(house):
    series = house.series(count=30)
    series_services.end_series(series, since=at(TUESDAY + 2 * WEEK, 10), by=house.by)

    series_services.extend_series(series, until=None, by=house.by)

    assert not [shown for shown in after_rolling(series, 60) if shown.startswith("x")]
    assert list(verifying.broken_rules()) == []


def test_dates_of_an_undone_extension_are_booked_as_they_come_nearer(house):
    series = house.series(until=None)
    series_services.extend_series(series, until=clock.today() + 200 * DAY, by=house.by)

    undoing.undo(series, by=house.by)

    assert not [shown for shown in after_rolling(series, 60) if shown.startswith("x")]


def test_what_a_family_cancelled_alone_stays_cancelled_when_the_series_goes_on(house):
    series = house.series(count=8)
    services.cancel_booking(booking(series, 5), by=house.by, party=Booking.Party.CLIENT)
    series_services.end_series(series, since=at(TUESDAY + 3 * WEEK, 10), by=house.by)

    series_services.extend_series(series, until=TUESDAY + 7 * WEEK, by=house.by)

    assert [shown[0] for shown in dates(series)].count("x") == 1
    assert len(dates(series)) == 8
