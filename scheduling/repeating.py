"""Working hours and closed days that repeat, with exceptions: every second Saturday but this one.

They stand beside the week and the single dates that the administration keeps. What is booked
already stays booked: `booked_in` tells what would have to move.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from schedule.models import Event

from base import clock
from base.errors import StaleVersion
from base.rows import Row
from people.models import User
from scheduling.errors import PastDay, TooFarAhead
from scheduling.hours import FARTHEST
from scheduling.intervals import meeting, merge, seconds
from scheduling.models import Booking, HoursTerm, RepeatingHours, Resource
from scheduling.series import recurrence
from scheduling.series.errors import ClocksChangeThen, EndsBeforeItBegins, NotADate
from scheduling.series.recurrence import CLOCKS_CHANGE, LONGEST_TERM, Date, Pattern

Kind = RepeatingHours.Kind

LAID_OUT = FARTHEST + timedelta(days=60)
"""So far ahead there are terms: should the nightly job fail, there are two months to see it."""

NAMED_BACK = timedelta(days=366)
"""So far back pages of the past name the days on which the house was closed."""

DAY = timedelta(days=1)
WHOLE_DAY = time(0), time(23, 59)

FACTS = {Kind.WORKS: "more", Kind.AWAY: "less", Kind.OPEN: "more doors", Kind.CLOSED: "closed"}
"""What a date of each kind is among the facts of scheduling.hours."""


@dataclass(frozen=True)
class Rhythm:
    """On which days from `first` on, between which hours of the wall clock, until which day
    (inclusive; None: until somebody ends it)."""

    pattern: Pattern
    first: date
    starts: time
    ends: time
    until: date | None = None


@transaction.atomic
def repeat_hours(
    kind: Kind,
    rhythm: Rhythm,
    *,
    centre_id: int,
    by: User,
    specialist: Resource | None = None,
    name: str = "",
) -> RepeatingHours:
    """Of the specialist, or of the house where the kind is its own; `name` says why it is closed.

    Raises PastDay, TooFarAhead, EndsBeforeItBegins, StartOffRule, ClocksChangeThen.
    """
    starts, ends = WHOLE_DAY if kind == Kind.CLOSED else (rhythm.starts, rhythm.ends)
    check_ahead(rhythm.first, starts, ends)
    if rhythm.until and rhythm.until < rhythm.first:
        raise EndsBeforeItBegins
    hours = RepeatingHours(
        centre_id=centre_id,
        resource=specialist,
        kind=kind,
        name=name if kind == Kind.CLOSED else "",
        until_on=rhythm.until,
        created_by=by,
        created_at=clock.now(),
    )
    event = event_on(hours, rhythm.pattern, rhythm.first, starts, ends)
    hours.save()
    add_term(hours, event)
    lay_out(hours)
    return hours


def leave_out(hours: RepeatingHours, on: date, *, version: int | None = None) -> None:
    """Not on that date of the rule. Raises NotADate, StaleVersion."""
    with changed(hours, version=version) as hours:
        recurrence.keep_occurrences([date_ahead(hours, on)._replace(stands=False)])


def put_back(hours: RepeatingHours, on: date, *, version: int | None = None) -> None:
    """On that date of the rule as on any other. Raises NotADate, StaleVersion."""
    with changed(hours, version=version) as hours:
        recurrence.keep_occurrences([date_ahead(hours, on).as_ruled()])


def move_date(
    hours: RepeatingHours,
    on: date,
    *,
    to: date,
    between: tuple[time, time] | None = None,
    version: int | None = None,
) -> None:
    """That date of the rule on another day, or `between` other hours than its rule's.

    Raises NotADate, PastDay, TooFarAhead, EndsBeforeItBegins, ClocksChangeThen, StaleVersion.
    """
    with changed(hours, version=version) as hours:
        was = date_ahead(hours, on)
        usual = hours_of(was.event)
        starts, ends = usual if hours.kind == Kind.CLOSED else between or usual
        check_ahead(to, starts, ends)
        moved = was.moved(clock.instant(to, starts), clock.instant(to, ends))
        recurrence.keep_occurrences([moved])


def set_last_day(hours: RepeatingHours, until: date | None, *, version: int | None = None) -> None:
    """End it, or let it go on, until a day (inclusive) or, for None, until somebody ends it. What
    is over stays as it was.

    Raises PastDay, StaleVersion.
    """
    if until and until < clock.today() - DAY:
        raise PastDay
    with changed(hours, version=version) as hours:
        hours.until_on = until
        hours.save(update_fields=["until_on"])
        lay_out(hours)
        if until:
            recurrence.forget_moves(events_of(hours), clock.midnight(until + DAY))


def roll_hours() -> None:
    """Every night: lay out what has come nearer. Whoever comes second finds it laid out."""
    today = clock.today()
    for hours in RepeatingHours.objects.filter(Q(until_on=None) | Q(until_on__gte=today)):
        with transaction.atomic():
            lay_out(locked(hours))


def check_ahead(on: date, starts: time, ends: time) -> None:
    """Raises PastDay, TooFarAhead, EndsBeforeItBegins, ClocksChangeThen."""
    if on < clock.today():
        raise PastDay
    if on > clock.today() + FARTHEST:
        raise TooFarAhead(days=FARTHEST.days)
    if ends <= starts:
        raise EndsBeforeItBegins
    first, last = CLOCKS_CHANGE
    if any(first <= at < last for at in (starts, ends)):
        raise ClocksChangeThen


@contextmanager
def changed(hours: RepeatingHours, *, version: int | None) -> Iterator[RepeatingHours]:
    """The hours locked and as they are now; another version afterwards. Raises StaleVersion."""
    with transaction.atomic():
        fresh = locked(hours)
        if version is not None and version != fresh.version:
            raise StaleVersion(version=fresh.version)
        yield fresh
        fresh.version += 1
        fresh.save(update_fields=["version"])


def locked(hours: RepeatingHours) -> RepeatingHours:
    return RepeatingHours.objects.select_for_update(no_key=True).get(pk=hours.pk)


def lay_out(hours: RepeatingHours) -> None:
    """Let its terms end where they should, and add those that are missing."""
    events = events_of(hours)
    for event in events:
        longest = clock.local(event.start).date() + LONGEST_TERM
        recurrence.end_event(event, min(hours.until_on or longest, longest))
    wanted = min(hours.until_on or date.max, clock.today() + LAID_OUT)
    while recurrence.last_day(events[-1]) < wanted:
        was = events[-1]
        following = recurrence.start_after(was, recurrence.last_day(was))
        if hours.until_on and clock.local(following).date() > hours.until_on:
            break
        on, pattern = clock.local(following).date(), recurrence.pattern_of(was.rule)
        events.append(event_on(hours, pattern, on, *hours_of(was)))
        add_term(hours, events[-1])


def event_on(
    hours: RepeatingHours, pattern: Pattern, first: date, starts: time, ends: time
) -> Event:
    """Raises what `recurrence.event_of` does."""
    return recurrence.event_of(
        pattern,
        clock.instant(first, starts),
        clock.instant(first, ends),
        title=hours.kind,
        until=hours.until_on or date.max,
        by=hours.created_by,
    )


def add_term(hours: RepeatingHours, event: Event) -> None:
    recurrence.save_event(event, hours.resource or hours.centre)
    HoursTerm.objects.create(hours=hours, event=event)


# --- Questions -----------------------------------------------------------------------------------


def events_of(hours: RepeatingHours) -> list[Event]:
    """Of its terms, in order of time."""
    return [term.event for term in hours.terms.select_related("event__rule")]


def hours_of(event: Event) -> tuple[time, time]:
    """Between which hours of the wall clock."""
    return clock.local(event.start).time(), clock.local(event.end).time()


def dates_ahead(*several: RepeatingHours) -> dict[int, list[Date]]:
    """By id, from today on, as far as it is laid out: those that stand, those moved, those left
    out. Two queries, however many."""
    begins = clock.midnight(clock.today())
    terms = HoursTerm.objects.filter(hours__in=several).select_related("event__rule")
    by_event = {term.event: term.hours_id for term in terms}
    found: dict[int, list[Date]] = {hours.pk: [] for hours in several}
    for one in recurrence.dates_within(by_event, begins, begins + LAID_OUT):
        found[by_event[one.event]].append(one)
    return found


def date_ahead(hours: RepeatingHours, on: date) -> Date:
    """The date that the rule gives on that day. Raises NotADate."""
    begins, ends = clock.day_bounds(on)
    if on >= clock.today():
        for found in recurrence.dates_within(events_of(hours), begins, ends):
            if found.on == on:
                return found
    raise NotADate


def facts(centre_id: int) -> list[Row]:
    """What repeats in a centre as facts of scheduling.hours, a row a date: two queries. Of
    colleagues from yesterday on."""
    today = clock.today()
    begins, ends = clock.midnight(today - NAMED_BACK), clock.midnight(today + LAID_OUT)
    terms = HoursTerm.objects.filter(
        Q(event__end_recurring_period__gte=begins) | Q(event__occurrence__start__gte=begins),
        hours__centre=centre_id,
    )
    by_event = {
        term.event: term.hours for term in terms.select_related("hours", "event__rule").distinct()
    }
    return [
        fact_of(by_event[one.event], one)
        for one in recurrence.dates_within(by_event, begins, ends)
        if one.stands
        and (by_event[one.event].resource_id is None or one.starts_at > clock.midnight(today - DAY))
    ]


def fact_of(hours: RepeatingHours, one: Date) -> Row:
    starts, ends = clock.local(one.starts_at), clock.local(one.ends_at)
    times = starts.time(), ends.time()
    what = FACTS[Kind(hours.kind)]
    return (what, hours.resource_id, None, *times, starts.date(), None, hours.name)


def booked_in(hours: RepeatingHours, among: QuerySet[Booking]) -> list[Booking]:
    """Which of these bookings stand at a time that is not worked by it, soonest first."""
    if hours.kind not in {Kind.AWAY, Kind.CLOSED}:
        return []
    standing = Q(status__in=[Booking.Status.HELD, Booking.Status.CONFIRMED])
    ahead = among.filter(standing, centre=hours.centre_id, ends_at__gt=clock.now())
    if hours.resource_id is not None:
        held = {"allocations__resource": hours.resource_id, "allocations__active": True}
        ahead = ahead.filter(**held).distinct()
    gone = merge(
        (seconds(one.starts_at), seconds(one.ends_at))
        for one in dates_ahead(hours)[hours.pk]
        if one.stands
    )
    return [
        one
        for one in ahead.order_by("starts_at", "pk")
        if meeting(gone, (seconds(one.starts_at), seconds(one.ends_at)))
    ]
