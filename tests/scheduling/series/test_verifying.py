"""What `verify_allocations` says of series that were spoilt behind the program's back."""

from datetime import timedelta

import pytest
from schedule.models import Event, Occurrence

from scheduling import services, verifying
from scheduling.models import Booking
from scheduling.series import services as series_services
from scheduling.series.services import Changes
from scheduling.series.verifying import DIFFERENT, FOREIGN, UNBOOKED
from tests.scheduling.series.conftest import TUESDAY, WEEK, booking
from tests.support.building import at


def rules() -> set[str]:
    return {found.rule for found in verifying.discrepancies()}


def test_whatever_was_done_to_a_series_agrees(house):
    series = house.series(count=8)
    services.reschedule_booking(booking(series, 1), starts_at=at(TUESDAY + WEEK, 15), by=house.by)
    services.reschedule_booking(
        booking(series, 5), starts_at=at(TUESDAY + 5 * WEEK, 9), by=house.by
    )
    services.cancel_booking(booking(series, 2), by=house.by, party=Booking.Party.CLIENT)
    fourth = booking(series, 3).original_start
    series_services.split_series(
        series, Changes(starts_at=fourth + timedelta(hours=2)), since=fourth, by=house.by
    )
    series_services.end_series(series, since=booking(series, 7).original_start, by=house.by)

    assert rules() == set()


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda: Booking.objects.filter(starts_at=at(TUESDAY + WEEK, 10)).delete(), UNBOOKED),
        (lambda: Occurrence.objects.all().delete(), DIFFERENT),
        (lambda: Occurrence.objects.update(cancelled=True), DIFFERENT),
        (
            lambda: Event.objects.update(end_recurring_period=at(TUESDAY + WEEK, 23)),
            FOREIGN,
        ),
    ],
)
def test_what_disagrees_is_named(house, spoil, rule):
    series = house.series()
    moved = booking(series, 3)
    services.reschedule_booking(moved, starts_at=at(TUESDAY + 3 * WEEK, 15), by=house.by)

    spoil()

    assert rule in rules()
