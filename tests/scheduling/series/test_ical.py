"""The exported series, read by programs that we did not write."""

import json
import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]

from base import clock
from scheduling import services
from scheduling.models import Booking, Closure
from scheduling.series import ical, selectors
from scheduling.series import services as series_services
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.services import Changes
from tests.scheduling.series.conftest import TUESDAY, WEEK, booking
from tests.support import tools
from tests.support.building import at

HOUR = timedelta(hours=1)
READER = Path(__file__).with_name("read_series.mjs")

Times = list[tuple[datetime, datetime]]


def expanded(text: bytes) -> Times:
    """What the recurring events of a calendar amount to from 2027 to 2029."""
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        datetime(2027, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    )
    return sorted((one["DTSTART"].dt, one["DTEND"].dt) for one in events)


def expanded_by_ical_js(text: bytes) -> Times:
    done = subprocess.run(
        [str(tools.node()), str(READER), "2029-01-01T00:00:00Z"],
        input=text,
        capture_output=True,
        check=True,
        cwd=tools.ROOT,
        env=os.environ | {"TZ": "America/New_York"},
    )
    times = [[datetime.fromisoformat(at) for at in pair] for pair in json.loads(done.stdout)]
    return sorted((starts, ends) for starts, ends in times)


def standing(series) -> Times:
    found = Booking.objects.filter(term__series=series, status="confirmed").order_by("starts_at")
    return list(found.values_list("starts_at", "ends_at"))


def edit(house, series):
    """One date moved, one cancelled, the rest from the fourth on two hours later."""
    ahead = [one for one in selectors.dates_of(selectors.terms_of(series)) if one.stands]
    second, third, fourth = (one.booking for one in ahead[1:4])
    services.reschedule_booking(second, starts_at=second.starts_at + 5 * HOUR, by=house.by)
    services.cancel_booking(third, by=house.by, party=Booking.Party.CLIENT)
    later = Changes(starts_at=fourth.original_start + 2 * HOUR)
    series_services.split_series(
        series, later, since=fourth.original_start, by=house.by, skipping=True
    )


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        (Pattern(Freq.DAILY, 3), TUESDAY),
        (Pattern(Freq.WEEKLY, 1, (1,)), TUESDAY),
        (Pattern(Freq.WEEKLY, 2, (1, 3)), TUESDAY),
        (Pattern(Freq.MONTHLY), TUESDAY),
        (Pattern(Freq.MONTHLY, 1, (1,), 1), TUESDAY),
        (Pattern(Freq.MONTHLY, 1, (2,), -1), date(2027, 3, 31)),
    ],
)
@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.needs_node
def test_export_expands_to_the_bookings_over_both_changes_of_clocks(house, pattern, first, edited):
    series = house.series(pattern, starts_at=at(first, 10), until=date(2027, 11, 30), skipping=True)
    if edited:
        edit(house, series)
    series.refresh_from_db()

    times = standing(series)
    assert times[0][0] < at(date(2027, 4, 1), 0)
    assert times[-1][0] > at(date(2027, 11, 1), 0)
    assert expanded(ical.calendar(series)) == times
    assert expanded_by_ical_js(ical.calendar(series)) == times


def test_open_series_is_exported_as_far_as_it_is_booked(house):
    series = house.series(until=None)

    assert expanded(ical.calendar(series)) == standing(series)


def test_what_was_skipped_far_ahead_and_is_not_booked_yet_is_not_exported(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + 29 * WEEK, name="-")
    series = house.series(count=32)
    late = at(TUESDAY + 25 * WEEK, 10)
    series_services.split_series(series, Changes(starts_at=late + HOUR), since=late, by=house.by)
    series_services.end_series(series, since=at(TUESDAY + 2 * WEEK, 10), by=house.by)

    series_services.extend_series(series, until=None, by=house.by)

    series.refresh_from_db()
    assert expanded(ical.calendar(series)) == standing(series)


def test_exported_texts_are_as_rfc_5545_wants_them(house):
    series = house.series(until=date(2027, 4, 30))
    services.reschedule_booking(booking(series, 1), starts_at=at(TUESDAY + WEEK, 15), by=house.by)
    services.cancel_booking(booking(series, 2), by=house.by, party=Booking.Party.CLIENT)

    lines = ical.calendar(series).decode().split("\r\n")

    assert "RRULE:FREQ=WEEKLY;UNTIL=20270427T070000Z;INTERVAL=1;BYDAY=TU" in lines
    assert "EXDATE;TZID=Europe/Sofia:20270316T100000" in lines
    assert "RECURRENCE-ID;TZID=Europe/Sofia:20270309T100000" in lines


@pytest.mark.parametrize("change", ["move", "cancel", "split", "end", "roll"])
def test_sequence_grows_with_every_change(house, change):
    series = house.series(**({"until": None} if change == "roll" else {}))
    before = sequence(series)

    match change:
        case "move":
            moved = booking(series, 1)
            services.reschedule_booking(moved, starts_at=at(TUESDAY + WEEK, 15), by=house.by)
        case "cancel":
            services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CLIENT)
        case "split":
            series_services.split_series(series, Changes(lead=house.elena), since=None, by=house.by)
        case "end":
            series_services.end_series(series, since=booking(series, 2).starts_at, by=house.by)
        case "roll":
            from scheduling.series.horizon import roll_all

            with clock.frozen(at(TUESDAY + WEEK, 1)):
                roll_all()
    series.refresh_from_db()

    assert sequence(series) > before


def sequence(series) -> int:
    parsed = icalendar.Calendar.from_ical(ical.calendar(series))
    (number,) = {int(event["SEQUENCE"]) for event in parsed.walk("VEVENT")}
    return number


def test_export_says_when_and_nothing_else(house):
    series = house.series()

    text = ical.calendar(series).decode()

    assert f"SUMMARY:{house.talk.initials}" in text
    for secret in (house.mother.family_name, house.mother.given_name, house.talk.centre.name):
        assert secret not in text


def test_identity_of_a_moved_date_is_its_original_start(house):
    series = house.series()
    services.reschedule_booking(booking(series, 1), starts_at=at(TUESDAY + WEEK, 15), by=house.by)

    (moved,) = [one for one in selectors.dates_of(selectors.terms_of(series)) if one.is_moved]

    assert moved.original_start == at(TUESDAY + WEEK, 10)
