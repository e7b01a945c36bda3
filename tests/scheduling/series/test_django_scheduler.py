"""What django-scheduler is known to get wrong does not reach us: one trap, one test (DESIGN §3).

Where it is cheap, a test shows first that the library itself still falls into it: on the day it
no longer does, ours is a precaution that may go.
"""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import schedule
from dateutil import rrule
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.template.loader import get_template
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from schedule import urls
from schedule.models import Event, Occurrence, Rule

from base import clock
from scheduling import services
from scheduling.models import Booking, Series
from scheduling.series import horizon, recurrence
from scheduling.series import services as series_services
from scheduling.series.errors import StartOffRule
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.services import Changes
from tests.scheduling.series.conftest import TUESDAY, WEEK, booking
from tests.support.building import MONDAY, at
from tests.support.clusters import ROOT

DAY = timedelta(days=1)
FIRST, LAST = at(MONDAY, 0), at(MONDAY + 60 * WEEK, 0)


def event_of(series: Series) -> Event:
    return series.terms.get().event


def shown(event: Event, begins=FIRST, ends=LAST) -> list[str]:
    """Where our expansion has its dates."""
    found = recurrence.occurrences(event, begins, ends)
    return [f"{clock.local(one.start):%d.%m %H:%M}" for one in sorted(found)]


def days(event: Event) -> list[str]:
    return [f"{clock.local(start):%a %d.%m}" for start in recurrence.starts(event)]


# The zone


def test_expansion_asked_in_utc_keeps_the_hour_over_the_change_of_clocks(house):
    """Issue 109: the library expands in the zone of the query, so that in UTC ten o'clock
    becomes eleven after 28.03.2027."""
    event = event_of(house.series(count=5))
    begins, ends = FIRST.astimezone(UTC), LAST.astimezone(UTC)
    theirs = [clock.local(one.start).hour for one in event.get_occurrences(begins, ends)]
    assert theirs == [10, 10, 10, 10, 11]

    assert [hour for _, hour in map(str.split, shown(event, begins, ends))] == ["10:00"] * 5


def test_dates_moved_on_both_sides_of_the_change_are_not_copied(house):
    """Issue 509: with the clocks changed between, a moved date stood at its former hour too."""
    series = house.series(count=6)
    for nth in (1, 4):
        one = booking(series, nth)
        services.reschedule_booking(one, starts_at=one.starts_at + DAY, by=house.by)

    assert shown(event_of(series), FIRST.astimezone(UTC), LAST.astimezone(UTC)) == [
        "02.03 10:00",
        "10.03 10:00",
        "16.03 10:00",
        "23.03 10:00",
        "31.03 10:00",
        "06.04 10:00",
    ]


# The rule


def test_several_weekdays_are_all_kept(house):
    """Issue 231: of weekdays given by number the library keeps that of the start."""
    event = event_of(house.series(Pattern(Freq.WEEKLY, 1, (1, 3, 4)), count=4))

    assert days(event) == ["Tue 02.03", "Thu 04.03", "Fri 05.03", "Tue 09.03"]


def test_nth_weekday_recurs_monthly(house):
    """Issue 29: TU(+2) is not understood, and the event recurs daily."""
    second = at(TUESDAY + WEEK, 10)
    event = event_of(house.series(Pattern(Freq.MONTHLY, 1, (1,), 2), starts_at=second, count=3))

    assert days(event) == ["Tue 09.03", "Tue 13.04", "Tue 11.05"]


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern(Freq.DAILY, 3),
        Pattern(Freq.WEEKLY, 2, (1, 4)),
        Pattern(Freq.MONTHLY),
        Pattern(Freq.MONTHLY, 1, (1,), 1),
    ],
)
def test_rules_hold_only_params_that_the_library_knows(house, pattern):
    """An unknown param breaks every read of every event of that rule."""
    rule = event_of(house.series(pattern, until=TUESDAY)).rule

    assert set(rule.get_params()) <= {"interval", "byweekday", "bysetpos", "bymonthday"}
    assert recurrence.pattern_of(rule) == pattern


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        (Pattern(Freq.WEEKLY, 1, (0, 2)), TUESDAY),
        (Pattern(Freq.MONTHLY, 1, (1,), 2), TUESDAY),
        (Pattern(Freq.MONTHLY, 1, (0,), -1), MONDAY),
    ],
)
def test_start_that_is_none_of_the_rule_is_refused(house, pattern, first):
    """The library returns such a start in some methods and not in others."""
    with pytest.raises(StartOffRule):
        house.series(pattern, starts_at=at(first, 10))


# The end


@pytest.mark.parametrize(("last", "expected"), [(6, 1), (7, 2), (8, 2)])
def test_last_day_of_a_series_is_one_of_it_whoever_asks(house, last, expected):
    """The end is exclusive in one method of the library, and inclusive in another."""
    event = event_of(house.series(until=TUESDAY + last * DAY))

    theirs = list(event.occurrences_after(FIRST.astimezone(clock.SOFIA)))
    asked = len(recurrence.starts(event)), len(shown(event)), len(theirs)
    assert asked == (expected, expected, expected)


@pytest.mark.parametrize("hour", [9, 10])
def test_moved_date_that_ends_as_the_query_begins_is_not_in_it(house, hour):
    """Issue 362: an edited occurrence fills the slot after its own as well."""
    series = house.series(count=2)
    moved = booking(series, 0)
    services.reschedule_booking(moved, starts_at=at(TUESDAY, hour), by=house.by)
    moved.refresh_from_db()

    after = shown(event_of(series), moved.ends_at, moved.ends_at + DAY)

    assert after == []


# What became of single dates


def test_cancelled_date_is_not_returned(house):
    """The library returns cancelled occurrences among the others."""
    series = house.series(count=3)
    services.cancel_booking(booking(series, 1), by=house.by, party=Booking.Party.CLIENT)
    event = event_of(series)
    theirs = event.get_occurrences(FIRST.astimezone(clock.SOFIA), LAST.astimezone(clock.SOFIA))
    assert len(theirs) == 3

    assert shown(event) == ["02.03 10:00", "16.03 10:00"]


def test_moved_date_is_not_doubled_when_the_series_moves(house):
    """Issue 123: when the event's hour changes, a saved occurrence stays beside its new twin."""
    series = house.series(count=4)
    second = booking(series, 1)
    services.reschedule_booking(second, starts_at=at(TUESDAY + WEEK, 15), by=house.by)

    series_services.split_series(
        series, Changes(starts_at=at(TUESDAY, 12)), since=None, by=house.by
    )

    everywhere = [one for event in Event.objects.all() for one in shown(event)]
    assert sorted(everywhere) == ["02.03 12:00", "09.03 15:00", "16.03 12:00", "23.03 12:00"]


def test_start_of_an_event_is_never_edited(house):
    """Occurrences are known by the start their event gave them: who edits it loses them all."""
    series = house.series(count=4)
    event = event_of(series)

    services.reschedule_booking(booking(series, 0), starts_at=at(TUESDAY, 15), by=house.by)
    series_services.split_series(
        series, Changes(starts_at=at(TUESDAY + WEEK, 12)), since=at(TUESDAY + WEEK, 10), by=house.by
    )
    series_services.split_series(series, Changes(starts_at=at(TUESDAY, 9)), since=None, by=house.by)

    assert Event.objects.get(pk=event.pk).start == at(TUESDAY, 10)


def test_one_date_has_one_occurrence(house):
    """Of two for the same original start the library raises MultipleObjectsReturned."""
    series = house.series(count=2)
    for hour in (12, 13):
        services.reschedule_booking(booking(series, 0), starts_at=at(TUESDAY, hour), by=house.by)

    [occurrence] = Occurrence.objects.all()

    occurrence.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        occurrence.save()


# Age


@pytest.fixture
def steps(monkeypatch) -> Iterator[list[None]]:
    """One entry for each date that any rule has given."""
    taken: list[None] = []
    iterate = rrule.rrule._iter

    def counted(self):
        for one in iterate(self):
            taken.append(None)
            yield one

    monkeypatch.setattr(rrule.rrule, "_iter", counted)
    return taken


def roll(months: range) -> None:
    for month in months:
        with clock.frozen(at(MONDAY + month * 30 * DAY, 2)):
            horizon.roll_all()


def test_what_rolling_costs_does_not_grow_with_age(house, steps):
    """The library counts from the first date of an event on, whatever it is asked for; so no
    event is longer than a year, and those that are over are left alone."""
    house.series(until=None)
    roll(range(1, 14))
    steps.clear()
    roll(range(14, 15))
    young = len(steps)
    roll(range(15, 38))
    steps.clear()

    roll(range(38, 39))

    assert len(steps) <= young


# Its pages


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def test_none_of_the_librarys_views_has_an_address():
    """Through them anonymous visitors read and create events, and one has an XSS."""
    modules = {one.callback.__module__ for one in patterns(get_resolver())}
    assert len(modules) > 10

    assert [name for name in modules if name.split(".")[0] == "schedule"] == []


@pytest.mark.parametrize("name", sorted({one.name for one in urls.urlpatterns}))
def test_none_of_the_librarys_names_leads_anywhere(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_none_of_the_librarys_templates_is_used():
    """They load a CDN; and where ours has the same name, ours is found."""
    library = Path(schedule.__file__).parent / "templates"
    theirs = {str(path.relative_to(library)) for path in library.rglob("*.html")}
    found = {n for n in theirs if get_template(n).origin.name.startswith(str(library))}
    assert found > {"schedule/calendar.html"}
    code = [*ROOT.glob("*/templates/**/*.html"), *ROOT.glob("[a-z]*/**/web*.py")]
    assert len(code) > 20

    assert [n for n in found for path in code if f'"{n}"' in path.read_text()] == []


@pytest.mark.parametrize("model", [Event, Occurrence, Rule])
def test_what_a_series_is_made_of_has_no_form(model):
    """In the library's admin anybody could edit a start, or write a param that breaks reads."""
    assert not admin.site.is_registered(model)
