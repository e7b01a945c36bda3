"""The same random commands to the program's series and to a model in plain lists.

Every example stands at the end of a winter or of a summer of 2027, so that its series cross the
changes of the clock, beside bookings, blocks and closed days of others. It runs on the real
database, in a savepoint that is rolled back after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    get_state_machine_test,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from base import clock
from base.errors import DomainError
from people.models import OpeningHours, Role
from scheduling import blocking, closing, services, verifying
from scheduling.hours import holidays_of
from scheduling.models import (
    Allocation,
    Booking,
    Closure,
    Modality,
    Participation,
    Resource,
    Series,
    Service,
)
from scheduling.planning import Wish
from scheduling.series import horizon, making, recurrence, selectors, undoing
from scheduling.series import services as series_services
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.services import Changes
from tests.scheduling.series import model
from tests.scheduling.series.model import DAY, MINUTE, Refused, Single, World
from tests.support import building

BEGINNINGS = (datetime(2027, 3, 1, 8), datetime(2027, 9, 20, 8))  # noqa: DTZ001 - on the wall
YEARS = (2027, 2028, 2029)

HOUR = st.sampled_from([time(9), time(10), time(10), time(10, 30), time(11), time(3, 30)])
AHEAD = st.one_of(st.integers(0, 9), st.integers(0, 60))
WHO = st.integers(0, 1)
WEEKLY = st.sampled_from([(0,), (1,), (3,), (1, 3), (0, 2, 4), (0, 1, 2, 3, 4, 5)])
PATTERN = st.one_of(
    st.builds(model.Pattern, st.just("daily"), st.integers(1, 3)),
    st.builds(model.Pattern, st.just("weekly"), st.integers(1, 2), WEEKLY),
    st.builds(model.Pattern, st.just("monthly"), st.integers(1, 2)),
    st.just("of its place in the month"),
)
"""The last one takes the weekday of the first date, and its place."""

LENGTH = st.one_of(
    st.just({"until": None, "count": None}),
    st.builds(lambda n: {"until": None, "count": n}, st.integers(1, 12)),
    st.builds(lambda n: {"until": None, "count": n}, st.integers(20, 45)),
    st.builds(lambda days: {"until": days, "count": None}, st.integers(0, 70)),
)


class House:
    """Rows that all examples of a test share; series, bookings and `now` are each example's own."""

    def __init__(self) -> None:
        self.centre = building.centre()
        OpeningHours.objects.create(centre=self.centre, weekday=5, opens=time(8), closes=time(20))
        self.talk = building.service(self.centre, access=Service.Access.SPECIALISED)
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.leads = [
            building.specialist(self.centre, [self.talk], weekdays=range(6)) for _ in range(2)
        ]
        self.rooms = [building.place(self.centre, [self.talk], seats=2) for _ in range(2)]
        self.people = [building.person(self.centre) for _ in range(3)]
        for person in self.people:
            building.case(person, services=[self.talk])

    def world(self, now: datetime) -> World:
        closed = [day for year in YEARS for day in holidays_of(year)]
        return World(now, [room.pk for room in self.rooms], closed)

    def held_by(self, person: int) -> int:
        """A person is a resource."""
        return self.people[person].resource.pk


def instant(wall_clock: datetime) -> datetime:
    return clock.instant(wall_clock.date(), wall_clock.time())


def wall_clock(instant: datetime) -> datetime:
    return clock.local(instant).replace(tzinfo=None)


def as_told(pattern: model.Pattern) -> Pattern:
    return Pattern(Freq(pattern.freq), pattern.interval, pattern.weekdays, pattern.nth)


def place_in_month(day: date) -> model.Pattern:
    return model.Pattern("monthly", 1, (day.weekday(),), model.places(day)[-1])


SKIPPED = {"closed", "outside_availability", "resource_unavailable", "past_start", "too_far_ahead"}


@dataclass
class Twin:
    """One series in the database and in the model."""

    pk: int
    modelled: model.Series

    @property
    def row(self) -> Series:
        return Series.objects.get(pk=self.pk)

    def date(self, n: int) -> model.Date | None:
        dates = self.modelled.sorted()
        return dates[n % len(dates)] if dates else None

    def dates_of_program(self) -> list[selectors.SeriesDate]:
        return selectors.dates_of(selectors.terms_of(self.row))


Shown = tuple[datetime, datetime, str, str, int | None]


def as_modelled(one: model.Date) -> Shown:
    lead = one.lead if one.state == "stands" else None
    return one.original, one.start, one.state, one.why, lead


def as_found(one: selectors.SeriesDate) -> Shown:
    original = wall_clock(one.original_start)
    if one.booking is None:
        return original, original, "skipped", one.why, None
    start = wall_clock(one.booking.starts_at)
    if one.booking.status == Booking.Status.CANCELLED:
        if one.why in SKIPPED:
            return original, original, "skipped", one.why, None
        return original, start, "cancelled", "", None
    assert one.held is not None
    return original, start, "stands", "", one.held.lead.pk


class SideBySide(RuleBasedStateMachine):
    """The program and the model, given the same commands at the same frozen time."""

    twins = Bundle("twins")

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.known: list[Twin] = []
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize(target=twins, beginning=st.sampled_from(BEGINNINGS), lead=WHO, hour=HOUR)
    def a_series_stands(self, beginning, lead, hour):
        self.world = self.house.world(beginning)
        return self.create(1, hour, lead, 0, model.Pattern("weekly", 1, (1,)), {"count": 10}, True)

    # What is done

    @rule(
        target=twins, days=AHEAD, hour=HOUR, lead=WHO, person=WHO, pattern=PATTERN,
        length=LENGTH, skipping=st.booleans(),
    )  # fmt: skip
    def create(self, days, hour, lead, person, pattern, length, skipping):
        first = self.hour_of_day(days, hour)
        rhythm = place_in_month(first.date()) if isinstance(pattern, str) else pattern
        until, count = length.get("until"), length.get("count")
        until = None if until is None else first.date() + until * DAY
        wish = self.wish(first, lead, person)

        made, modelled = self.both(
            lambda: making.create_series(
                wish,
                Repetition(as_told(rhythm), until=until, count=count),
                by=self.house.by,
                skipping=skipping,
            ),
            lambda: self.world.create(
                lead=wish.lead.pk, person=self.house.held_by(person), pattern=rhythm,
                first=first, until=until, count=count, skipping=skipping,
            ),
        )  # fmt: skip

        if made is None:
            return multiple()
        twin = Twin(made.pk, modelled)
        self.known.append(twin)
        self.adopt(twin)
        return twin

    @rule(twin=twins, n=st.integers(0, 60), days=st.integers(-8, 8), hour=HOUR)
    def move_one(self, twin, n, days, hour):
        one = twin.date(n)
        if one is None or one.booking is None:
            return
        start = datetime.combine(one.start.date() + days * DAY, hour)
        self.both(
            lambda: services.reschedule_booking(
                self.booking(one), starts_at=instant(start), by=self.house.by
            ),
            lambda: self.world.move(twin.modelled, one, start),
        )
        self.adopt(twin)

    @rule(twin=twins, n=st.integers(0, 60))
    def cancel_one(self, twin, n):
        one = twin.date(n)
        if one is None or one.booking is None:
            return
        self.both(
            lambda: services.cancel_booking(
                self.booking(one), by=self.house.by, party=Booking.Party.CLIENT
            ),
            lambda: self.world.cancel(twin.modelled, one),
        )

    @rule(twin=twins, n=st.integers(0, 60), elsewhere=st.one_of(st.none(), HOUR))
    def restore_one(self, twin, n, elsewhere):
        left_out = [one for one in twin.modelled.sorted() if one.state != "stands"]
        one = left_out[n % len(left_out)] if left_out else twin.date(n)
        if one is None:
            return
        start = elsewhere and datetime.combine(one.start.date(), elsewhere)
        self.both(
            lambda: series_services.restore_date(
                twin.row,
                instant(one.original),
                by=self.house.by,
                starts_at=start and instant(start),
            ),
            lambda: self.world.restore(twin.modelled, one, start),
        )
        self.adopt(twin)

    @rule(
        twin=twins,
        n=st.one_of(st.none(), st.integers(0, 60)),
        move=st.one_of(st.none(), st.tuples(st.integers(-3, 8), HOUR)),
        lead=st.one_of(st.none(), WHO),
        room=st.one_of(st.none(), st.none(), WHO),
        pattern=st.one_of(st.none(), st.none(), PATTERN),
        days=st.one_of(st.none(), st.none(), st.integers(0, 90)),
        skipping=st.booleans(),
    )
    def split(self, twin, n, move, lead, room, pattern, days, skipping):
        one = twin.date(n) if n is not None else self.next_date(twin)
        if one is None:
            return
        since = None if n is None else one.original
        start = move and datetime.combine(one.original.date() + move[0] * DAY, move[1])
        first = start or one.original
        rhythm = place_in_month(first.date()) if isinstance(pattern, str) else pattern
        until = None if days is None else first.date() + days * DAY
        who = None if lead is None else self.house.leads[lead]
        where = None if room is None else self.house.rooms[room]
        self.both(
            lambda: series_services.split_series(
                twin.row,
                Changes(
                    starts_at=start and instant(start),
                    lead=who,
                    room=where,
                    pattern=rhythm and as_told(rhythm),
                    until=until,
                ),
                since=since and instant(since),
                by=self.house.by,
                skipping=skipping,
            ),
            lambda: self.world.split(
                twin.modelled, since=since, start=start, lead=who and who.pk,
                room=where and where.pk, pattern=rhythm, until=until, skipping=skipping,
            ),
        )  # fmt: skip
        self.adopt(twin)

    @rule(twin=twins, n=st.one_of(st.none(), st.integers(0, 60)))
    def end(self, twin, n):
        one = twin.date(n or 0)
        if one is None:
            return
        since = None if n is None else one.original
        self.both(
            lambda: series_services.end_series(
                twin.row, since=since and instant(since), by=self.house.by
            ),
            lambda: self.world.end(twin.modelled, since),
        )

    @rule(twin=twins, days=st.one_of(st.none(), st.integers(-3, 60)), skipping=st.booleans())
    def extend(self, twin, days, skipping):
        if not twin.modelled.terms:
            return
        until = None if days is None else model.booked_to(twin.modelled) + days * DAY
        self.both(
            lambda: series_services.extend_series(
                twin.row, until=until, by=self.house.by, skipping=skipping
            ),
            lambda: self.world.extend(twin.modelled, until, skipping=skipping),
        )
        self.adopt(twin)

    @rule(twin=twins)
    def undo(self, twin):
        self.both(
            lambda: undoing.undo(twin.row, by=self.house.by),
            lambda: self.world.undo(twin.modelled),
        )
        self.adopt(twin)

    @rule()
    def roll(self):
        with clock.frozen(instant(self.world.now)):
            horizon.roll_all()
        self.world.roll()
        for twin in self.known:
            self.adopt(twin)

    @rule(time=st.sampled_from([9 * MINUTE, 12 * MINUTE, 4 * 60 * MINUTE, DAY, 6 * DAY, 40 * DAY]))
    def time_passes(self, time: timedelta):
        """The horizon follows: it rolls every night."""
        before = self.world.now
        self.world.now += time
        if self.world.now.date() != before.date():
            self.roll()

    @rule(twin=twins, n=st.integers(0, 60))
    def record_outcome(self, twin, n):
        dates = [one for one in twin.modelled.sorted() if one.booking and not one.is_closed]
        if not dates:
            return
        one = dates[min(n, 3) % len(dates)]
        person = self.booking(one).participations.get().person
        self.both(
            lambda: closing.record_outcomes(
                self.booking(one), {person: Participation.Outcome.ATTENDED}, by=self.house.by
            ),
            lambda: self.world.outcome(one),
        )

    # What others do

    @rule(days=AHEAD, hour=HOUR, lead=WHO, person=st.sampled_from([0, 1, 2, 2]))
    def book_one(self, days, hour, lead, person):
        start = self.hour_of_day(days, hour)
        wish = self.wish(start, lead, person)
        who = self.house.held_by(person)

        booking, _ = self.both(
            lambda: services.book(wish, by=self.house.by),
            lambda: self.world.book(start, wish.lead.pk, who),
        )

        if booking is not None:
            self.world.singles.append(Single(self.holdings_of(booking.pk)))

    @rule(days=AHEAD, hour=HOUR, what=st.integers(0, 3))
    def block(self, days, hour, what):
        resource: Resource = [*self.house.leads, *self.house.rooms][what]
        start = self.hour_of_day(days, hour)
        holding = (resource.pk, start, start + 60 * MINUTE)
        self.both(
            lambda: blocking.block_resource(
                resource,
                centre_id=self.house.centre.pk,
                starts_at=instant(start),
                ends_at=instant(start) + 60 * MINUTE,
                reason=Booking.BlockReason.OTHER,
                by=self.house.by,
            ),
            lambda: self.world.block(holding),
        )

    @rule(days=AHEAD)
    def close(self, days):
        """What stands on that day stands."""
        day = self.world.now.date() + days * DAY
        if day not in self.world.closed:
            Closure.objects.create(centre=self.house.centre, on=day, name="-")
            self.world.closed.add(day)

    # What is true after each

    @invariant()
    def every_date_stands_alike(self):
        for twin in self.known:
            found = [as_found(one) for one in twin.dates_of_program()]
            assert found == [as_modelled(one) for one in twin.modelled.sorted()]

    @invariant()
    def the_same_is_held_and_nothing_twice(self):
        held = sorted(self.holdings_of())
        assert held == sorted(self.world.held())
        assert [
            (one, other)
            for one, other in pairwise(held)
            if one[0] == other[0] and other[1] < one[2]
        ] == []

    @invariant()
    def the_library_expands_to_what_stands(self):
        for twin in self.known:
            found = sorted(wall_clock(o.start) for o in self.decided_occurrences(twin))
            standing = [one.start for one in twin.modelled.dates if one.state == "stands"]
            assert found == sorted(standing)

    @invariant()
    def nothing_disagrees(self):
        if self.known:
            with clock.frozen(instant(self.world.now)):
                assert verifying.discrepancies() == []

    # How both are asked

    def both(self, program: Callable[[], object], modelled: Callable[[], object]):
        """The same command to both; either gave something, or the model names the refusal."""
        twin, expected = None, {None}
        try:
            twin = modelled()
        except Refused as refused:
            expected = refused.codes
        with clock.frozen(instant(self.world.now)):
            try:
                done, code = program(), None
            except DomainError as refused:
                done, code = None, refused.code
        assert code in expected
        return done, twin

    def adopt(self, twin: Twin) -> None:
        """The program chooses rooms and numbers; a date keeps the number it has."""
        found = {wall_clock(d.original_start): d for d in twin.dates_of_program()}
        for one in twin.modelled.dates:
            date = found.get(one.original)
            if date is None or date.booking is None:
                continue
            assert one.booking in {None, date.booking.pk}
            one.booking = date.booking.pk
            if date.held is not None and date.held.room is not None:
                one.room = date.held.room.pk

    def decided_occurrences(self, twin: Twin):
        """Of an open series, those beyond the horizon wait for their night."""
        first, last = instant(datetime(2026, 1, 1)), instant(datetime(2031, 1, 1))  # noqa: DTZ001
        decided = max((one.original for one in twin.modelled.dates), default=self.world.now)
        return [
            one
            for term in selectors.terms_of(twin.row)
            for one in recurrence.occurrences(term.event, first, last)
            if not twin.modelled.is_open or wall_clock(one.original_start) <= decided
        ]

    def next_date(self, twin: Twin) -> model.Date | None:
        dates = twin.modelled.sorted()
        return next((one for one in dates if self.world.is_ahead(one)), None)

    def hour_of_day(self, days: int, hour: time) -> datetime:
        return datetime.combine(self.world.now.date() + days * DAY, hour)

    def wish(self, start: datetime, lead: int, person: int) -> Wish:
        who, whom = self.house.leads[lead], (self.house.people[person],)
        return Wish(self.house.talk, instant(start), who, whom, Modality.ON_SITE)

    def booking(self, one: model.Date) -> Booking:
        return Booking.objects.get(pk=one.booking)

    def holdings_of(self, booking: int | None = None) -> list[model.Holding]:
        rows = Allocation.objects.filter(active=True)
        rows = rows if booking is None else rows.filter(booking=booking)
        return [
            (resource, wall_clock(period.lower), wall_clock(period.upper))
            for resource, period in rows.values_list("resource", "period")
        ]


ALIKE = settings(max_examples=8, stateful_step_count=30, derandomize=True)
"""Always the same scripts; others are a seed away."""


@pytest.mark.django_db
def test_program_and_model_answer_alike():
    house = House()
    run_state_machine_as_test(lambda: SideBySide(house), settings=ALIKE)


LONG = settings(
    max_examples=10,
    stateful_step_count=40,
    derandomize=False,
    database=None,
    phases=[Phase.generate, Phase.shrink],
)


@pytest.mark.full
@pytest.mark.django_db
@pytest.mark.parametrize("number", range(1, 6))
def test_program_and_model_answer_alike_for_long(number):
    """Longer scripts, each number its own; together they take about three minutes."""
    house = House()
    scripts = get_state_machine_test(lambda: SideBySide(house), settings=LONG)
    seed(number)(scripts)()
