"""What a series does and refuses, one rule at a time; test_machine.py drives them together."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from base import clock
from base.errors import StaleVersion
from base.models import Task
from scheduling import blocking, services, verifying
from scheduling.errors import OutsideAvailability, ResourceUnavailable, TooFarAhead
from scheduling.models import Allocation, Booking, Closure, SeriesChange
from scheduling.series import horizon, making, recurrence, selectors, undoing
from scheduling.series import services as series_services
from scheduling.series.errors import (
    ClocksChangeThen,
    EndsBeforeItBegins,
    EndsSooner,
    NotADate,
    NothingToUndo,
    NoticeHasLeft,
    SeriesOver,
    SeriesTooLong,
    StartOffRule,
    TimeTakenSince,
)
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.services import Changes
from tests.scheduling.series.conftest import TUESDAY, TUESDAYS, WEEK, booking, dates
from tests.support import building
from tests.support.building import MONDAY, at

HOUR = timedelta(hours=1)
THURSDAY, SUNDAY = (TUESDAY + timedelta(days=n) for n in (2, 5))

# Making


def test_series_keeps_its_hour_over_the_change_of_clocks(house):
    series = house.series(count=5)

    assert dates(series) == [
        "02.03 10:00",
        "09.03 10:00",
        "16.03 10:00",
        "23.03 10:00",
        "30.03 10:00",
    ]


def test_series_holds_everything_on_every_date(house):
    series = house.series(count=3)

    held = Allocation.objects.filter(booking__term__series=series, active=True)
    parts = [(a.booking.starts_at, a.part, a.resource_id) for a in held.select_related("booking")]
    assert sorted(parts) == sorted(
        (at(TUESDAY, 10) + n * WEEK, part, resource.pk)
        for n in range(3)
        for part, resource in (
            ("lead", house.maria),
            ("person", house.mother.resource),
            ("room", house.room),
        )
    )


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        (Pattern(Freq.DAILY, 2), TUESDAY, ["02.03", "04.03", "08.03", "10.03"]),
        (Pattern(Freq.WEEKLY, 1, (1, 3)), TUESDAY, ["02.03", "04.03", "09.03", "11.03", "16.03"]),
        (Pattern(Freq.WEEKLY, 2, (1,)), TUESDAY, ["02.03", "16.03", "30.03", "13.04", "27.04"]),
        (Pattern(Freq.MONTHLY), TUESDAY, ["02.03", "02.04", "02.06", "02.07"]),
        (Pattern(Freq.MONTHLY, 1, (1,), 1), TUESDAY, ["02.03", "06.04", "01.06", "06.07"]),
        (
            Pattern(Freq.MONTHLY, 1, (0,), -1),
            date(2027, 3, 29),
            ["29.03", "26.04", "31.05", "28.06", "26.07"],
        ),
    ],
)
def test_rhythms(house, pattern, first, expected):
    """Of five dates those stand that are no weekend and no holiday (2.05 is Easter)."""
    series = house.series(pattern, starts_at=at(first, 10), count=5, skipping=True)

    stand = [shown for shown in dates(series) if not shown.startswith("-")]
    assert [shown[:5] for shown in stand] == expected


def test_closed_days_are_skipped_by_name(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")

    series = house.series(count=3, skipping=True)

    assert dates(series) == ["02.03 10:00", "-09.03 closed", "16.03 10:00"]


def test_without_skipping_all_or_nothing(house):
    services.book(house.wish(at(TUESDAY + WEEK, 10)), by=house.by)

    with pytest.raises(ResourceUnavailable):
        house.series(count=3)

    assert Booking.objects.count() == 1


def test_dates_that_clash_are_kept_with_their_reason(house):
    other = building.person(house.talk.centre)
    building.case(other, services=[house.talk])
    services.book(house.wish(at(TUESDAY + WEEK, 10), people=(other,)), by=house.by)

    series = house.series(count=3, skipping=True)

    assert dates(series) == ["02.03 10:00", "-09.03 resource_unavailable", "16.03 10:00"]


def test_series_of_which_no_date_is_free_is_refused(house):
    services.book(house.wish(), by=house.by)

    with pytest.raises(ResourceUnavailable):
        house.series(count=1, skipping=True)


def test_a_date_may_be_given_another_hour_from_the_beginning(house):
    second = at(TUESDAY + WEEK, 10)

    series = house.series(count=3, moved={second: second + timedelta(hours=3)})

    assert dates(series) == ["02.03 10:00", "09.03 13:00", "16.03 10:00"]


def test_the_room_that_suits_most_dates_is_taken_for_all(house):
    other = building.person(house.talk.centre)
    building.case(other, services=[house.talk])
    elsewhere = house.wish(at(TUESDAY + WEEK, 10), people=(other,), lead=house.elena)
    services.book(elsewhere, by=house.by)

    series = house.series(count=3)

    rooms = Allocation.objects.filter(booking__term__series=series, part="room")
    assert {allocation.resource for allocation in rooms} == {house.hall}


def test_open_series_is_booked_as_far_as_the_horizon(house):
    series = house.series(until=None)

    assert dates(series)[-1] == "29.06 10:00"


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"pattern": Pattern(Freq.WEEKLY, 1, (2,))}, StartOffRule),
        ({"pattern": Pattern(Freq.MONTHLY, 1, (1,), 2)}, StartOffRule),
        ({"starts_at": at(TUESDAY, 3)}, ClocksChangeThen),
        ({"starts_at": at(TUESDAY, 3, 59)}, ClocksChangeThen),
        ({"count": 54}, SeriesTooLong),
        ({"until": TUESDAY + timedelta(days=367)}, SeriesTooLong),
        ({"until": TUESDAY + timedelta(days=366)}, TooFarAhead),
        ({"until": MONDAY}, EndsBeforeItBegins),
        ({"moved": {at(TUESDAY, 11): at(TUESDAY, 12)}}, NotADate),
    ],
)
def test_refused_series(house, how, error):
    with pytest.raises(error):
        house.series(**how)


def test_every_day_of_a_year_is_as_much_as_a_series_has(house):
    """From today to its day a year on are 367 dates, 366 days apart."""
    every_day = Pattern(Freq.DAILY)
    evening = at(MONDAY, 20)

    with pytest.raises(SeriesTooLong):
        house.series(every_day, starts_at=evening, until=MONDAY + timedelta(days=366))


def test_preview_names_what_stands_in_the_way(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    places, refusals = making.preview_series(
        house.wish(), Repetition(TUESDAYS, count=4), by=house.by
    )

    assert len(places) == 4
    assert [(one.place.original_start, one.error.code) for one in refusals] == [
        (at(TUESDAY + WEEK, 10), "closed"),
        (at(TUESDAY + 2 * WEEK, 10), "resource_unavailable"),
    ]


# One date


def move(house, one, starts_at):
    services.reschedule_booking(one, starts_at=starts_at, by=house.by)


def test_moved_date_keeps_its_identity(house):
    series = house.series(count=3)
    second = booking(series, 1)

    move(house, second, at(TUESDAY + WEEK, 15))

    assert dates(series) == ["02.03 10:00", "09.03 15:00", "16.03 10:00"]
    assert booking(series, 1) == second


def test_cancelled_date_comes_back(house):
    series = house.series(count=3)
    second = booking(series, 1)
    services.cancel_booking(second, by=house.by, party=Booking.Party.CLIENT)
    assert dates(series) == ["02.03 10:00", "x09.03 10:00", "16.03 10:00"]

    series_services.restore_date(series, at(TUESDAY + WEEK, 10), by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00"]
    assert booking(series, 1) == second
    assert set(second.participations.values_list("outcome", flat=True)) == {""}


def test_skipped_date_comes_back_at_another_hour(house):
    blocker = services.book(house.wish(at(TUESDAY + WEEK, 10)), by=house.by)
    series = house.series(count=3, skipping=True)
    assert blocker.term is None

    series_services.restore_date(
        series, at(TUESDAY + WEEK, 10), starts_at=at(TUESDAY + WEEK, 12), by=house.by
    )

    assert dates(series) == ["02.03 10:00", "09.03 12:00", "16.03 10:00"]


def test_only_what_does_not_stand_comes_back(house):
    series = house.series(count=3)

    with pytest.raises(NotADate):
        series_services.restore_date(series, at(TUESDAY + WEEK, 10), by=house.by)


# This and following


def split(house, series, nth=1, **changes):
    since = booking(series, nth).original_start if nth is not None else None
    series_services.split_series(series, Changes(**changes), since=since, by=house.by)
    series.refresh_from_db()


def test_following_dates_move_to_another_hour(house):
    series = house.series(count=4)
    before = [booking(series, n) for n in range(4)]

    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    assert dates(series) == ["02.03 10:00", "09.03 12:00", "16.03 12:00", "23.03 12:00"]
    assert [booking(series, n) for n in range(4)] == before


def test_following_dates_move_to_another_weekday_and_none_is_lost(house):
    series = house.series(count=4)

    split(house, series, starts_at=at(TUESDAY + WEEK + timedelta(days=2), 10))

    assert dates(series) == ["02.03 10:00", "11.03 10:00", "18.03 10:00", "25.03 10:00"]


def test_dates_given_earlier_days_lie_in_order_among_those_before(house):
    series = house.series(count=3)

    split(house, series, starts_at=at(MONDAY, 10))

    assert dates(series) == ["01.03 10:00", "02.03 10:00", "08.03 10:00"]


def test_moved_and_cancelled_dates_stay_so_through_later_changes(house):
    series = house.series(count=5)
    services.reschedule_booking(
        booking(series, 2), starts_at=at(TUESDAY + 2 * WEEK, 16), by=house.by
    )
    services.cancel_booking(booking(series, 3), by=house.by, party=Booking.Party.CLIENT)

    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    assert dates(series) == [
        "02.03 10:00",
        "09.03 12:00",
        "16.03 16:00",
        "x23.03 10:00",
        "30.03 12:00",
    ]


def test_moved_date_keeps_its_room_through_later_changes(house):
    other = building.person(house.talk.centre)
    building.case(other, services=[house.talk])
    elsewhere = house.wish(at(TUESDAY + WEEK, 12), people=(other,), lead=house.elena)
    services.book(replace(elsewhere, room=house.room), by=house.by)
    series = house.series(count=3, wish=house.wish(room=house.room))
    move(house, booking(series, 1), at(TUESDAY + WEEK, 12))

    split(house, series, nth=None, until=TUESDAY + WEEK)

    assert dates(series) == ["02.03 10:00", "09.03 12:00"]


def test_another_rhythm_keeps_the_weeks_it_has(house):
    series = house.series(count=4)
    kept = [booking(series, n) for n in (1, 3)]

    split(house, series, pattern=Pattern(Freq.WEEKLY, 2, (1,)))

    standing = Booking.objects.filter(term__series=series, status="confirmed")
    assert [one.starts_at for one in standing] == [at(TUESDAY + n * WEEK, 10) for n in (0, 1, 3)]
    assert list(standing)[1:] == kept


@pytest.mark.parametrize(("day", "nth"), [(9, 2), (23, 4), (30, -1)])
def test_following_dates_move_to_another_place_in_the_month_and_none_is_lost(house, day, nth):
    """Most months have no fifth Tuesday: the last is meant."""
    series = house.series(Pattern(Freq.MONTHLY, 1, (1,), 1), count=6)
    changes = Changes(starts_at=at(date(2027, 3, day), 10))

    series_services.split_series(series, changes, since=None, by=house.by, skipping=True)

    assert len(dates(series)) == 6
    assert recurrence.pattern_of(selectors.terms_of(series)[-1].event.rule).nth == nth


def test_another_specialist_takes_over(house):
    series = house.series(count=3)

    split(house, series, lead=house.elena)

    leads = Allocation.objects.filter(booking__term__series=series, part="lead", active=True)
    by_time = [a.resource for a in leads.order_by("period")]
    assert by_time == [house.maria, house.elena, house.elena]


def test_past_dates_never_change(house):
    series = house.series(count=3)

    with clock.frozen(at(TUESDAY, 12)):
        split(house, series, nth=None, starts_at=at(TUESDAY + WEEK, 12))

    assert dates(series) == ["02.03 10:00", "09.03 12:00", "16.03 12:00"]


def test_split_that_clashes_changes_nothing(house):
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 12)), by=house.by)
    series = house.series(count=3)

    with pytest.raises(ResourceUnavailable):
        split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00"]


def test_series_ends(house):
    series = house.series(count=4)

    series_services.end_series(series, since=at(TUESDAY + 2 * WEEK, 10), by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00"]
    assert Booking.objects.filter(status="cancelled").count() == 2


def test_ended_series_has_nothing_left_to_change(house):
    series = house.series(count=2)
    series_services.end_series(series, since=None, by=house.by)

    with pytest.raises(SeriesOver):
        series_services.end_series(series, since=None, by=house.by)


def test_series_is_extended(house):
    series = house.series(count=2)

    series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00", "23.03 10:00"]


def test_what_was_ended_stands_again_when_extended(house):
    series = house.series(count=4)
    before = [booking(series, n) for n in range(4)]
    series_services.end_series(series, since=at(TUESDAY + WEEK, 10), by=house.by)

    series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00", "23.03 10:00"]
    assert [booking(series, n) for n in range(4)] == before


def test_open_series_is_given_a_last_day(house):
    series = house.series(until=None)

    series_services.extend_series(series, until=date(2027, 7, 13), by=house.by)

    series.refresh_from_db()
    assert not series.is_open
    assert dates(series)[-2:] == ["06.07 10:00", "13.07 10:00"]


@pytest.mark.parametrize("how", [{"count": 4}, {"until": None}])
def test_series_is_not_extended_to_a_day_it_has_passed(house, how):
    series = house.series(**how)

    with pytest.raises(EndsSooner):
        series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)


def test_cancelled_date_has_no_reason_for_being_skipped(house):
    series = house.series(count=3)
    services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CLIENT)

    assert selectors.dates_of(selectors.terms_of(series))[1].why == ""


def move_to_thursdays(house, series) -> Booking:
    """The first Thursday is blocked: that date is skipped, though it had a booking."""
    block = blocking.block_resource(
        house.maria,
        centre_id=house.talk.centre_id,
        starts_at=at(THURSDAY, 9),
        ends_at=at(THURSDAY, 12),
        reason=Booking.BlockReason.OTHER,
        by=house.by,
    )
    changes = Changes(starts_at=at(THURSDAY, 10))
    series_services.split_series(series, changes, since=None, by=house.by, skipping=True)
    return block


def test_date_skipped_by_a_move_comes_back_where_the_rule_has_it(house):
    series = house.series(count=2)
    block = move_to_thursdays(house, series)
    services.cancel_booking(block, by=house.by, party=Booking.Party.CENTRE)

    series_services.restore_date(series, at(THURSDAY, 10), by=house.by)

    assert dates(series) == ["04.03 10:00", "11.03 10:00"]


def test_date_skipped_by_a_move_is_ahead_until_its_new_hour(house):
    series = house.series(count=2)
    block = move_to_thursdays(house, series)
    services.cancel_booking(block, by=house.by, party=Booking.Party.CENTRE)

    with clock.frozen(at(TUESDAY, 18)):
        series_services.restore_date(series, at(THURSDAY, 10), by=house.by)

    assert dates(series) == ["04.03 10:00", "11.03 10:00"]


def test_date_skipped_when_another_takes_over_comes_back_with_her(house):
    series = house.series(count=2)
    block = blocking.block_resource(
        house.elena,
        centre_id=house.talk.centre_id,
        starts_at=at(TUESDAY, 9),
        ends_at=at(TUESDAY, 12),
        reason=Booking.BlockReason.OTHER,
        by=house.by,
    )
    changes = Changes(lead=house.elena)
    series_services.split_series(series, changes, since=None, by=house.by, skipping=True)
    services.cancel_booking(block, by=house.by, party=Booking.Party.CENTRE)

    series_services.restore_date(series, at(TUESDAY, 10), by=house.by)

    leads = Allocation.objects.filter(booking__term__series=series, part="lead", active=True)
    assert [one.resource for one in leads] == [house.elena, house.elena]


def test_undo_keeps_why_a_date_was_skipped(house):
    series = house.series(count=2)
    move_to_thursdays(house, series)
    before = [one.why for one in selectors.dates_of(selectors.terms_of(series))]
    series_services.split_series(series, Changes(), since=None, by=house.by, skipping=True)

    undoing.undo(series, by=house.by)

    after = [one.why for one in selectors.dates_of(selectors.terms_of(series))]
    assert after == before == ["resource_unavailable", ""]


def test_date_skipped_for_a_day_off_is_booked_on_another_day(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    series = house.series(count=3)

    split(house, series, nth=None, starts_at=at(THURSDAY, 10))

    assert dates(series) == ["04.03 10:00", "11.03 10:00", "18.03 10:00"]


def test_day_off_is_skipped_at_another_hour_too(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    series = house.series(count=3)

    split(house, series, nth=None, starts_at=at(TUESDAY, 12))

    assert dates(series) == ["02.03 12:00", "-09.03 closed", "16.03 12:00"]


def skipped_second_of_three(house):
    """The second date was taken when the series was made, and is free now."""
    blocker = services.book(house.wish(at(TUESDAY + WEEK, 10)), by=house.by)
    series = house.series(count=3, skipping=True)
    services.cancel_booking(blocker, by=house.by, party=Booking.Party.CENTRE)
    return series


@pytest.mark.parametrize("what", ["hour", "lead", "room"])
def test_skipped_date_is_asked_for_anew_where_the_rest_goes(house, what):
    series = skipped_second_of_three(house)
    changes = {
        "hour": {"starts_at": at(TUESDAY, 12)},
        "lead": {"lead": house.elena},
        "room": {"room": house.hall},
    }

    split(house, series, nth=None, **changes[what])

    assert len(Booking.objects.filter(term__series=series, status="confirmed")) == 3


def test_skipped_date_stays_so_where_its_hour_stays(house):
    series = skipped_second_of_three(house)

    split(house, series, nth=None, until=TUESDAY + 3 * WEEK)

    assert dates(series) == [
        "02.03 10:00",
        "-09.03 resource_unavailable",
        "16.03 10:00",
        "23.03 10:00",
    ]


def test_undone_split_skips_again_what_it_had_booked(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    series = house.series(count=3)
    split(house, series, nth=None, starts_at=at(THURSDAY, 10))

    undoing.undo(series, by=house.by)

    assert dates(series) == ["02.03 10:00", "-09.03 closed", "16.03 10:00"]
    assert verifying.discrepancies() == []


def test_split_of_which_no_date_can_be_booked_is_refused(house):
    series = house.series(count=2)

    with pytest.raises(OutsideAvailability):
        series_services.split_series(
            series, Changes(starts_at=at(SUNDAY, 10)), since=None, by=house.by, skipping=True
        )


@pytest.mark.parametrize("what", ["split", "end"])
def test_past_date_that_was_moved_forward_stays(house, what):
    series = house.series(count=4)
    move(house, booking(series, 2), at(THURSDAY, 10))

    with clock.frozen(at(THURSDAY, 12)):
        if what == "split":
            split(house, series, nth=None, starts_at=at(TUESDAY + WEEK, 12))
            left = ["02.03 10:00", "09.03 12:00", "04.03 10:00", "23.03 12:00"]
        else:
            series_services.end_series(series, since=None, by=house.by)
            left = ["02.03 10:00", "04.03 10:00"]

        assert dates(series) == left
        assert verifying.discrepancies() == []
        undoing.undo(series, by=house.by)
        assert dates(series) == ["02.03 10:00", "09.03 10:00", "04.03 10:00", "23.03 10:00"]
        assert verifying.discrepancies() == []


@pytest.mark.parametrize("what", ["split", "end"])
def test_past_dates_keep_their_rule_when_an_earlier_one_was_moved_ahead(house, what):
    """The first date was moved beyond the second one, which is over."""
    series = house.series(count=4)
    move(house, booking(series, 0), at(THURSDAY + WEEK, 10))
    before = dates(series)

    with clock.frozen(at(TUESDAY + WEEK, 12)):
        if what == "split":
            split(house, series, nth=None, starts_at=at(TUESDAY + 2 * WEEK, 12))
            left = ["11.03 10:00", "09.03 10:00", "16.03 12:00", "23.03 12:00"]
        else:
            series_services.end_series(series, since=None, by=house.by)
            left = ["09.03 10:00"]

        assert dates(series) == left
        assert verifying.discrepancies() == []
        undoing.undo(series, by=house.by)
        assert (
            dates(series) == before == ["11.03 10:00", "09.03 10:00", "16.03 10:00", "23.03 10:00"]
        )
        assert verifying.discrepancies() == []


def test_another_specialist_takes_over_what_was_moved_out_of_the_past(house):
    """Even of a rule that is over."""
    series = house.series(count=4)
    move(house, booking(series, 0), at(THURSDAY + 3 * WEEK, 10))
    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    with clock.frozen(at(TUESDAY + WEEK, 15)):
        split(house, series, nth=None, lead=house.elena)

    leads = Allocation.objects.filter(booking__term__series=series, part="lead", active=True)
    assert [(one.booking.starts_at, one.resource) for one in leads.order_by("period")] == [
        (at(TUESDAY + WEEK, 12), house.maria),
        (at(TUESDAY + 2 * WEEK, 12), house.elena),
        (at(TUESDAY + 3 * WEEK, 12), house.elena),
        (at(THURSDAY + 3 * WEEK, 10), house.elena),
    ]


def test_date_moved_ahead_comes_back_though_its_rule_is_over(house):
    series = house.series(count=4)
    move(house, booking(series, 0), at(THURSDAY + 3 * WEEK, 10))
    split(house, series, starts_at=at(TUESDAY + WEEK, 12))
    services.cancel_booking(booking(series, 0), by=house.by, party=Booking.Party.CLIENT)

    with clock.frozen(at(TUESDAY + WEEK, 15)):
        series_services.restore_date(series, at(TUESDAY, 10), by=house.by)

    assert dates(series)[0] == "25.03 10:00"


def test_series_of_which_only_a_moved_date_is_left_has_no_other_rule(house):
    series = house.series(count=2)
    move(house, booking(series, 1), at(THURSDAY + WEEK, 10))

    with clock.frozen(at(TUESDAY + WEEK, 12)), pytest.raises(SeriesOver):
        split(house, series, nth=None, starts_at=at(TUESDAY + 2 * WEEK, 12))


def test_undo_keeps_cancelled_what_had_been_moved_ahead(house):
    series = house.series(count=4)
    move(house, booking(series, 0), at(THURSDAY + WEEK, 10))
    services.cancel_booking(booking(series, 0), by=house.by, party=Booking.Party.CLIENT)
    before = dates(series)

    with clock.frozen(at(TUESDAY + WEEK, 12)):
        split(house, series, nth=None, starts_at=at(TUESDAY + 2 * WEEK, 12))
        undoing.undo(series, by=house.by)

        assert dates(series) == before
        assert dates(series)[0] == "x11.03 10:00"


def test_open_series_that_goes_to_earlier_days_is_booked_as_far_as_before(house):
    series = house.series(until=None)

    split(house, series, nth=2, starts_at=at(MONDAY + WEEK, 10))

    assert dates(series)[-1] == "28.06 10:00"
    assert verifying.discrepancies() == []


def test_what_another_rhythm_dropped_stands_again_when_the_old_one_goes_on(house):
    series = house.series(count=4)
    third = booking(series, 2)
    split(house, series, pattern=Pattern(Freq.WEEKLY, 2, (1,)))
    series_services.end_series(series, since=at(TUESDAY + WEEK, 10), by=house.by)

    series_services.extend_series(series, until=TUESDAY + 2 * WEEK, by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00"]
    assert booking(series, 2) == third


def test_date_that_a_move_skipped_is_asked_for_again_when_the_series_goes_on(house):
    series = house.series(count=2)
    block = move_to_thursdays(house, series)
    series_services.end_series(series, since=None, by=house.by)
    services.cancel_booking(block, by=house.by, party=Booking.Party.CENTRE)

    series_services.extend_series(series, until=THURSDAY + WEEK, by=house.by)

    assert dates(series) == ["04.03 10:00", "11.03 10:00"]


def test_what_was_rolled_forward_meanwhile_is_undone_too(house):
    series = house.series(until=None)
    split(house, series, nth=3, starts_at=at(TUESDAY + 3 * WEEK, 12))
    with clock.frozen(at(MONDAY + WEEK, 1)):
        horizon.roll_all()
    SeriesChange.objects.update(at=at(MONDAY + WEEK, 1))

    with clock.frozen(at(MONDAY + WEEK, 1)):
        undoing.undo(series, by=house.by)
        horizon.roll_all()

        assert dates(series)[-2:] == ["29.06 10:00", "06.07 10:00"]
        assert verifying.discrepancies() == []


def test_split_does_not_end_before_it_begins(house):
    series = house.series(count=3)

    with pytest.raises(EndsBeforeItBegins):
        split(house, series, until=MONDAY)

    assert len(dates(series)) == 3


def test_move_past_the_end_in_another_rhythm_is_refused(house):
    series = house.series(count=1)

    with pytest.raises(EndsBeforeItBegins):
        split(house, series, nth=0, starts_at=at(THURSDAY, 10), pattern=Pattern(Freq.DAILY))

    assert dates(series) == ["02.03 10:00"]


def test_series_that_is_over_goes_on_with_the_dates_ahead(house):
    """Those between its end and today are nobody's."""
    series = house.series(count=2)

    with clock.frozen(at(TUESDAY + 4 * WEEK, 12)):
        series_services.extend_series(series, until=TUESDAY + 6 * WEEK, by=house.by)

    assert dates(series) == ["02.03 10:00", "09.03 10:00", "06.04 10:00", "13.04 10:00"]
    assert verifying.discrepancies() == []


def test_undone_extension_can_be_extended_again(house):
    series = house.series(count=2)
    for _ in range(2):
        series_services.extend_series(series, until=TUESDAY + 3 * WEEK, by=house.by)
        extended = dates(series)
        undoing.undo(series, by=house.by)

    assert extended == ["02.03 10:00", "09.03 10:00", "16.03 10:00", "23.03 10:00"]
    assert dates(series) == extended[:2]


def test_undone_split_keeps_dates_that_were_skipped(house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + 2 * WEEK, name="Ремонт")
    series = house.series(count=6)
    before = dates(series)
    changes = Changes(until=TUESDAY + 3 * WEEK)
    series_services.split_series(series, changes, since=None, by=house.by, skipping=True)

    undoing.undo(series, by=house.by)

    assert dates(series) == before
    assert verifying.discrepancies() == []


def test_stale_version_is_refused(house):
    series = house.series(count=3)
    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    with pytest.raises(StaleVersion):
        series_services.end_series(series, since=None, by=house.by, version=1)


# Undoing


def test_last_change_is_undone(house):
    series = house.series(count=4)
    before = dates(series)
    split(house, series, starts_at=at(TUESDAY + WEEK, 12))

    undoing.undo(series, by=house.by)

    assert dates(series) == before


@pytest.mark.parametrize("what", ["move", "cancel", "end", "extend", "create"])
def test_every_change_is_undone(house, what):
    series = house.series(count=3)
    before = dates(series)
    if what == "move":
        services.reschedule_booking(
            booking(series, 1), starts_at=at(TUESDAY + WEEK, 15), by=house.by
        )
    elif what == "cancel":
        services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CENTRE)
    elif what == "end":
        series_services.end_series(series, since=at(TUESDAY + WEEK, 10), by=house.by)
    elif what == "extend":
        series_services.extend_series(series, until=TUESDAY + 4 * WEEK, by=house.by)
    else:
        before = []

    undoing.undo(series, by=house.by)

    assert dates(series) == before
    standing = Booking.objects.filter(status="confirmed")
    assert len(standing) == len(before)


def test_undoing_twice_is_refused(house):
    series = house.series(count=3)
    undoing.undo(series, by=house.by)

    with pytest.raises(NothingToUndo):
        undoing.undo(series, by=house.by)


def test_undo_does_not_ask_again_whether_the_house_is_open(house):
    series = house.series(count=3)
    before = dates(series)
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    series_services.end_series(series, since=None, by=house.by)

    undoing.undo(series, by=house.by)

    assert dates(series) == before


def test_after_ten_minutes_nothing_is_undone(house):
    series = house.series(count=3)

    with clock.frozen(at(MONDAY, 8, 11)), pytest.raises(NothingToUndo):
        undoing.undo(series, by=house.by)


def test_undo_says_which_time_is_taken(house):
    series = house.series(count=3)
    series_services.end_series(series, since=at(TUESDAY + WEEK, 10), by=house.by)
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    with pytest.raises(TimeTakenSince) as refused:
        undoing.undo(series, by=house.by)

    assert refused.value.facts["on"] == "16.03.2027 10:00"
    assert dates(series) == ["02.03 10:00"]


def test_what_somebody_was_told_is_not_undone(house, monkeypatch):
    series = house.series(count=3)
    monkeypatch.setattr(undoing, "NOTICES_LEFT", [lambda bookings, since: bookings[1:2]])

    with pytest.raises(NoticeHasLeft) as refused:
        undoing.undo(series, by=house.by)

    assert refused.value.facts["on"] == "09.03.2027 10:00"


# The horizon


def test_open_series_rolls_forward(house):
    series = house.series(until=None)
    ahead = len(dates(series))

    with clock.frozen(at(MONDAY + 2 * WEEK, 2)):
        assert horizon.roll_all() == 1
        assert horizon.roll_all() == 0

    assert len(dates(series)) == ahead + 2


def test_open_series_outlives_its_year(house):
    series = house.series(until=None)

    for months in range(1, 18):
        with clock.frozen(at(MONDAY + timedelta(days=30 * months), 2)):
            horizon.roll_all()

    originals = [one.original_start for one in selectors.dates_of(selectors.terms_of(series))]
    assert originals == [at(TUESDAY + n * WEEK, 10) for n in range(90)]
    assert series.terms.count() == 2


def test_date_that_rolling_cannot_book_is_somebodys_task(house):
    series = house.series(until=None)
    services.book(house.wish(at(date(2027, 7, 6), 10)), by=house.by)

    with clock.frozen(at(MONDAY + WEEK, 2)):
        horizon.roll_all()

    assert dates(series)[-1] == "-06.07 resource_unavailable"
    assert Task.objects.get(kind="series_date_skipped").about == f"series:{series.public_id}"


def test_no_date_is_cut_off_in_silence(house):
    """Twelve months from the end of April on end more than a year ahead."""
    with pytest.raises(TooFarAhead):
        house.series(Pattern(Freq.MONTHLY), starts_at=at(date(2027, 4, 27), 10), count=12)


def test_split_to_a_first_date_beyond_the_horizon_is_refused(house):
    series = house.series(until=None)
    far = at(TUESDAY + 26 * WEEK, 10)
    changes = Changes(starts_at=far, pattern=Pattern(Freq.WEEKLY, 2, (1,)))

    with pytest.raises(TooFarAhead):
        series_services.split_series(series, changes, since=None, by=house.by)

    assert len([shown for shown in dates(series) if not shown.startswith("x")]) > 10


def test_a_date_skipped_last_is_not_asked_for_again_when_an_open_series_is_given_an_end(house):
    series = house.series(until=None)
    services.book(house.wish(at(date(2027, 7, 6), 10)), by=house.by)
    with clock.frozen(at(MONDAY + WEEK, 2)):
        horizon.roll_all()
        series.refresh_from_db()

        series_services.extend_series(series, until=date(2027, 7, 13), by=house.by)

    assert dates(series)[-2:] == ["-06.07 resource_unavailable", "13.07 10:00"]


def test_an_open_series_may_end_on_the_day_of_a_date_that_was_skipped(house):
    """Nothing is booked beyond it."""
    series = house.series(until=None)
    services.book(house.wish(at(date(2027, 7, 6), 10)), by=house.by)
    with clock.frozen(at(MONDAY + WEEK, 2)):
        horizon.roll_all()
        series.refresh_from_db()

        series_services.extend_series(series, until=date(2027, 7, 6), by=house.by)

    assert dates(series)[-1] == "-06.07 resource_unavailable"
