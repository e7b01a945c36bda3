"""Working hours and closed days that repeat, with exceptions."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from base import clock
from base.errors import StaleVersion
from people.models import OpeningHours, Role
from people.policies import staff
from scheduling import hours as hours_of_day
from scheduling import policies, repeating, setup
from scheduling.errors import PastDay, TooFarAhead
from scheduling.intervals import instant_of
from scheduling.models import RepeatingHours, Resource
from scheduling.repeating import Rhythm
from scheduling.series.errors import (
    ClocksChangeThen,
    EndsBeforeItBegins,
    NotADate,
    StartOffRule,
)
from scheduling.series.recurrence import Freq, Pattern
from tests.scheduling.test_api import Office, monday_at_eight, office
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api

__all__ = ["monday_at_eight", "office"]

pytestmark = pytest.mark.django_db
Kind = RepeatingHours.Kind
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SATURDAY = MONDAY + timedelta(days=5)
FORTNIGHTLY = Pattern(Freq.WEEKLY, 2, (5,))


def saturdays(it: Office, kind: Kind = Kind.WORKS, **changes) -> RepeatingHours:
    rhythm = {"pattern": FORTNIGHTLY, "first": SATURDAY, "starts": time(10), "ends": time(12)}
    rhythm |= {name: changes.pop(name) for name in (*rhythm, "until") if name in changes}
    return repeating.repeat_hours(
        kind,
        Rhythm(**rhythm),
        centre_id=it.centre.pk,
        specialist=None if kind.is_of_the_house else it.lead,
        by=it.coordinator,
        **changes,
    )


def open_saturdays(it: Office) -> None:
    OpeningHours.objects.create(centre=it.centre, weekday=5, opens=time(9), closes=time(17))


def days_with_slots(it: Office, *, weeks: int = 6, weekday: int = 5) -> list[int]:
    """In which of the next weeks that weekday has free hours, counted from 0."""
    first = MONDAY + timedelta(days=weekday)
    return [week for week in range(weeks) if it.starts(first + week * WEEK)]


# --- What they do --------------------------------------------------------------------------------


def test_every_second_saturday_has_free_hours(office):
    open_saturdays(office)
    saturdays(office)

    assert days_with_slots(office) == [0, 2, 4]
    assert office.starts(SATURDAY)[0] == "10:00"


def test_a_house_that_opens_every_second_saturday_lets_its_colleagues_work(office):
    saturdays(office, pattern=Pattern(Freq.WEEKLY, 1, (5,)))
    assert days_with_slots(office) == []

    saturdays(office, Kind.OPEN)

    assert days_with_slots(office) == [0, 2, 4]


def test_a_colleague_who_is_away_every_second_tuesday_has_none_then(office):
    tuesday = MONDAY + DAY
    saturdays(
        office,
        Kind.AWAY,
        pattern=Pattern(Freq.WEEKLY, 2, (1,)),
        first=tuesday,
        starts=time(8),
        ends=time(18),
    )

    assert days_with_slots(office, weekday=1) == [1, 3, 5]


def test_a_closed_day_is_named_and_refused(office):
    friday = MONDAY + timedelta(days=4)
    saturdays(
        office,
        Kind.CLOSED,
        name="Дезинфекция",
        pattern=Pattern(Freq.MONTHLY, 1, (4,), 1),
        first=friday,
    )

    refused = office.book(at(friday, 10))

    assert (refused.status_code, refused.json()["code"]) == (422, "closed")
    assert "Дезинфекция" in refused.json()["detail"]


def test_free_hours_keep_the_wall_clock_over_the_changes_of_clocks(office):
    open_saturdays(office)
    saturdays(office, pattern=Pattern(Freq.WEEKLY, 1, (5,)))

    for day in (date(2027, 3, 27), date(2027, 4, 3), date(2027, 10, 30), date(2027, 11, 6)):
        if MONDAY < day < MONDAY + hours_of_day.FARTHEST:
            assert office.starts(day)[0] == "10:00"


# --- Exceptions ----------------------------------------------------------------------------------


def test_a_date_left_out_has_none_and_put_back_has_them_again(office):
    open_saturdays(office)
    hours = saturdays(office)

    repeating.leave_out(hours, SATURDAY + 2 * WEEK)
    assert days_with_slots(office) == [0, 4]

    repeating.put_back(hours, SATURDAY + 2 * WEEK)
    assert days_with_slots(office) == [0, 2, 4]


def test_a_date_is_moved_to_another_day_and_other_hours(office):
    open_saturdays(office)
    hours = saturdays(office)

    repeating.move_date(hours, SATURDAY, to=SATURDAY + WEEK, between=(time(14), time(16)))

    assert days_with_slots(office) == [1, 2, 4]
    assert office.starts(SATURDAY + WEEK)[0] == "14:00"


def test_a_date_moved_without_hours_keeps_those_of_its_rule(office):
    open_saturdays(office)
    hours = saturdays(office)

    repeating.move_date(hours, SATURDAY, to=SATURDAY + WEEK)

    assert days_with_slots(office) == [1, 2, 4]
    assert office.starts(SATURDAY + WEEK) == office.starts(SATURDAY + 2 * WEEK)


def test_a_date_keeps_its_day_and_becomes_shorter(office):
    open_saturdays(office)
    hours = saturdays(office)

    repeating.move_date(hours, SATURDAY, to=SATURDAY, between=(time(10), time(11)))

    assert office.starts(SATURDAY) == ["10:00"]
    assert len(office.starts(SATURDAY + 2 * WEEK)) > 1


@pytest.mark.parametrize(
    "day", [SATURDAY + WEEK, SATURDAY - 2 * WEEK, SATURDAY + DAY], ids=["between", "past", "other"]
)
def test_only_dates_of_the_rule_that_are_ahead_can_be_left_out(office, day):
    with pytest.raises(NotADate):
        repeating.leave_out(saturdays(office), day)


def test_a_date_is_not_moved_to_an_hour_that_the_night_does_not_have(office):
    hours = saturdays(office)

    with pytest.raises(ClocksChangeThen):
        repeating.move_date(hours, SATURDAY, to=date(2027, 3, 28), between=(time(3, 30), time(6)))


def test_a_stale_version_changes_nothing(office):
    hours = saturdays(office)
    repeating.leave_out(hours, SATURDAY, version=1)

    with pytest.raises(StaleVersion):
        repeating.put_back(hours, SATURDAY, version=1)


# --- How long ------------------------------------------------------------------------------------


def test_it_ends_with_its_last_day_and_may_go_on(office):
    open_saturdays(office)
    hours = saturdays(office, until=SATURDAY + 2 * WEEK)
    assert days_with_slots(office) == [0, 2]

    repeating.set_last_day(hours, SATURDAY)
    assert days_with_slots(office) == [0]

    repeating.set_last_day(hours, None)
    assert days_with_slots(office) == [0, 2, 4]


def test_a_date_moved_past_the_new_end_goes_with_it(office):
    open_saturdays(office)
    hours = saturdays(office)
    repeating.move_date(
        hours, SATURDAY + 2 * WEEK, to=SATURDAY + 3 * WEEK, between=(time(10), time(12))
    )

    repeating.set_last_day(hours, SATURDAY)

    assert days_with_slots(office) == [0]


def test_open_hours_are_laid_out_a_year_ahead_for_ever(office):
    hours = saturdays(office)
    assert hours.terms.count() == 2

    for year in range(1, 6):
        with clock.frozen(at(MONDAY, 8) + year * timedelta(days=365)):
            repeating.roll_hours()
            repeating.roll_hours()
            ahead = repeating.dates_ahead(hours)[hours.pk]
            assert ahead[-1].on > clock.today() + hours_of_day.FARTHEST
            assert all((one.on - SATURDAY).days % 14 == 0 for one in ahead)
            assert len({one.on for one in ahead}) == len(ahead)

    assert hours.terms.count() == 6


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"first": MONDAY - DAY, "pattern": Pattern(Freq.DAILY)}, PastDay),
        ({"first": SATURDAY + 54 * WEEK}, TooFarAhead),
        ({"starts": time(3, 30), "ends": time(5)}, ClocksChangeThen),
        ({"starts": time(2), "ends": time(3, 30)}, ClocksChangeThen),
        ({"until": SATURDAY - DAY}, EndsBeforeItBegins),
        ({"starts": time(12), "ends": time(12)}, EndsBeforeItBegins),
        ({"first": SATURDAY + DAY}, StartOffRule),
    ],
)
def test_what_cannot_be_is_refused(office, changes, error):
    with pytest.raises(error):
        saturdays(office, **changes)
    assert not RepeatingHours.objects.exists()


# --- What it costs, and who hears of it ----------------------------------------------------------


def test_reading_the_set_up_costs_the_same_for_one_and_for_thirty(office):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            setup.read_setup(office.centre.pk)
        return len(asked)

    saturdays(office)
    for_one = queries()
    for _ in range(29):
        repeating.leave_out(saturdays(office), SATURDAY)

    assert queries() == for_one


def test_booked_hours_in_the_way_are_told(office):
    open_saturdays(office)
    saturdays(office)
    booked = office.booked(at(SATURDAY, 10))

    away = saturdays(office, Kind.AWAY, starts=time(9), ends=time(17))
    closed = saturdays(office, Kind.CLOSED, name="Ремонт")
    elsewhere = saturdays(office, Kind.AWAY, first=SATURDAY + WEEK)

    told = {
        hours.pk: [str(one.public_id) for one in repeating.booked_in(hours, known(office))]
        for hours in (away, closed, elsewhere)
    }
    assert told == {away.pk: [booked["id"]], closed.pk: [booked["id"]], elsewhere.pk: []}


def known(it: Office):
    return policies.known_bookings(staff(it.coordinator))


# --- Against plain dates -------------------------------------------------------------------------

DATES = st.integers(0, 25)


class AgainstPlainDates(TestCase):
    """Whatever is left out, put back, moved and ended: the days a colleague works are those of a
    set of dates."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.tuples(st.just("leave_out"), DATES),
                st.tuples(st.just("put_back"), DATES),
                st.tuples(st.just("move"), DATES, st.integers(0, 180)),
                st.tuples(st.just("end"), st.one_of(st.none(), st.integers(0, 400))),
            ),
            max_size=8,
        )
    )
    def test_days_worked_are_the_model_s(self, steps):
        with clock.frozen(at(MONDAY, 8)):
            centre = building.centre()
            lead = building.specialist(centre, [], weekdays=())
            by = building.user(centre, Role.Name.COORDINATOR)
            hours = repeating.repeat_hours(
                Kind.WORKS,
                Rhythm(FORTNIGHTLY, SATURDAY, time(10), time(12)),
                centre_id=centre.pk,
                specialist=lead,
                by=by,
            )
            model = Model()
            for name, *of in steps:
                model.step(hours, name, *of)

            assert days_worked(centre.pk, lead) == model.days()


class Model:
    def __init__(self) -> None:
        self.until: date | None = None
        self.out: set[date] = set()
        self.at: dict[date, date] = {}

    def rule(self) -> list[date]:
        dates = [SATURDAY + n * 2 * WEEK for n in range(26)]
        return [day for day in dates if self.until is None or day <= self.until]

    def step(self, hours: RepeatingHours, name: str, number: int | None, to: int = 0) -> None:
        hours.refresh_from_db()
        if name == "end":
            self.until = None if number is None else MONDAY + timedelta(days=number)
            repeating.set_last_day(hours, self.until)
            if self.until:
                self.at = {day: at for day, at in self.at.items() if day <= self.until}
            return
        day = SATURDAY + number * 2 * WEEK
        if day not in self.rule():
            with pytest.raises(NotADate):
                repeating.leave_out(hours, day)
            return
        self.out.discard(day)
        self.at.pop(day, None)
        if name == "leave_out":
            self.out.add(day)
            repeating.leave_out(hours, day)
        elif name == "put_back":
            repeating.put_back(hours, day)
        else:
            self.at[day] = MONDAY + timedelta(days=to)
            repeating.move_date(hours, day, to=self.at[day], between=(time(10), time(12)))

    def days(self) -> set[date]:
        return {self.at.get(day, day) for day in self.rule() if day not in self.out}


def days_worked(centre_id: int, lead: Resource) -> set[date]:
    last = SATURDAY + 25 * 2 * WEEK
    found = setup.now_of(centre_id).hours([lead.pk], MONDAY, last)
    spans = found.more[lead.pk]
    return {clock.local(instant_of(start)).date() for start, _ in spans}


# --- Over HTTP -----------------------------------------------------------------------------------

BODY = {
    "kind": "works",
    "first_on": SATURDAY.isoformat(),
    "starts_local": "10:00",
    "ends_local": "12:00",
    "rule": {"freq": "weekly", "interval": 2},
}


def test_set_read_and_changed_over_http(office):
    open_saturdays(office)
    made = office.api.post("hours/", BODY | {"specialist": office.lead.public_id})
    assert made.status_code == 201, made.content
    path = f"hours/{made.json()['id']}/"

    left_out = office.api.post(f"{path}except/", {"on": SATURDAY.isoformat(), "version": 1}).json()
    assert left_out["dates"][0]["state"] == "left_out"
    body = {"on": SATURDAY.isoformat(), "moved_to": (SATURDAY + WEEK).isoformat(), "version": 2}
    moved = office.api.post(f"{path}except/", body).json()
    assert moved["dates"][0]["state"] == "moved"
    assert moved["dates"][0]["starts_at"].startswith((SATURDAY + WEEK).isoformat() + "T10:00")
    back = office.api.post(f"{path}restore/", {"on": SATURDAY.isoformat(), "version": 3}).json()
    assert back["dates"][0]["state"] == "planned"
    ended = office.api.post(f"{path}last-day/", {"until": SATURDAY.isoformat(), "version": 4})
    assert [one["on"] for one in ended.json()["dates"]] == [SATURDAY.isoformat()]
    assert office.api.get(path).json() == ended.json()
    assert [one["id"] for one in office.api.get("hours/").json()["results"]] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "closed", "specialist": None, "name": ""}, "name"),
        ({"kind": "open"}, "specialist"),
        ({"specialist": None}, "specialist"),
        ({"ends_local": "09:00"}, "ends_local"),
        ({"starts_local": None, "ends_local": None}, "starts_local"),
        ({"rule": {"freq": "weekly", "count": 3}}, "rule"),
        ({"rule": {"freq": "hourly"}}, "rule"),
    ],
)
def test_nonsense_is_refused_with_its_field(office, changes, field):
    body = BODY | {"specialist": office.lead.public_id} | changes

    answer = office.api.post("hours/", {k: v for k, v in body.items() if v is not None})

    assert answer.status_code == 400
    assert field in answer.content.decode()
    assert not RepeatingHours.objects.exists()


def test_another_centre_s_colleague_and_hours_are_unknown(office):
    elsewhere = building.centre()
    stranger = building.specialist(elsewhere, [])
    theirs = repeating.repeat_hours(
        Kind.WORKS,
        Rhythm(FORTNIGHTLY, SATURDAY, time(10), time(12)),
        centre_id=elsewhere.pk,
        specialist=stranger,
        by=building.user(elsewhere, Role.Name.MANAGER),
    )

    answers = [
        office.api.post("hours/", BODY | {"specialist": stranger.public_id}),
        office.api.get(f"hours/{theirs.public_id}/"),
        Api(office.lead.user).post("hours/", BODY | {"specialist": office.lead.public_id}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 403]
