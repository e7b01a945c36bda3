"""A series in the making: its first term, its dates, what stands in their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from schedule.models import Event

from base import clock
from people.models import User
from scheduling import rules, services
from scheduling.errors import TooFarAhead
from scheduling.hours import FARTHEST
from scheduling.models import Resource, Series, Term
from scheduling.planning import Wish
from scheduling.series import history, placing, recurrence
from scheduling.series.errors import EndsBeforeItBegins, NotADate, SeriesOver, SeriesTooLong
from scheduling.series.history import What
from scheduling.series.placing import Fate, Place, Refusal, arrange
from scheduling.series.recurrence import LONGEST_TERM, Pattern
from scheduling.taking import deadlock_retried

HORIZON = timedelta(days=120)
"""How far ahead the dates of an open series are booked."""

MOST_DATES = 366
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Repetition:
    """How a wish repeats: until a day (inclusive), so many times, or until somebody ends it.

    Both count what the rule gives, days that turn out to be closed among them.
    """

    pattern: Pattern
    until: date | None = None
    count: int | None = None

    @property
    def is_open(self) -> bool:
        return self.until is None and self.count is None


@deadlock_retried
def create_series(
    wish: Wish,
    repetition: Repetition,
    *,
    by: User,
    skipping: bool = False,
    moved: Mapping[datetime, datetime | None] | None = None,
) -> Series:
    """Book every date, or `skipping` those that cannot be booked; `moved` gives some dates another
    hour than the rule's from the beginning, or (None) leaves them out.

    Raises what `book` does, StartOffRule, ClocksChangeThen, SeriesTooLong, NotADate, SeriesOver.
    """
    wish = with_carer(wish)
    term = first_term(wish, repetition, by=by)
    series = term.series
    series.save()
    with history.kept(series, What.CREATED, by=by, was=history.NOTHING):
        series.people.add(*wish.people)
        save_term(term, wish.colleagues)
        places = new_places(term, moved or {})
        refusals = arrange(series, places, by=by, skipping=skipping)
        if len(refusals) == sum(place.fate == Fate.PLACED for place in places):
            raise refusals[0].error if refusals else SeriesOver
    recurrence.link_calendar(term.lead, term.event.calendar)
    if series.without_papers:
        services.ask_for_papers(term.bookings.earliest("starts_at"), by=by)
    return series


def preview_series(
    wish: Wish, repetition: Repetition, *, by: User
) -> tuple[list[Place], list[Refusal]]:
    """Every date that `create_series` would book, and which of them could not be booked now.
    Raises what concerns all of them."""
    places = new_places(first_term(with_carer(wish), repetition, by=by), {})
    return places, placing.look(places, wish.people)


def with_carer(wish: Wish) -> Wish:
    """Raises PastStart, TooFarAhead, NotACarer."""
    rules.check_start(wish.starts_at)
    day = clock.local(wish.starts_at).date()
    return replace(wish, carer=rules.carer_told(wish.carer, wish.people, on=day))


def first_term(wish: Wish, repetition: Repetition, *, by: User) -> Term:
    """Of a new series; nothing is saved."""
    series = Series(
        centre_id=wish.service.centre_id,
        service=wish.service,
        carer=wish.carer,
        modality=wish.modality,
        least_workers=wish.least_workers,
        least_seats=wish.least_seats,
        kind=wish.kind,
        in_term_time=wish.in_term_time,
        with_car=wish.with_car,
        without_papers=wish.without_papers,
        is_open=repetition.is_open,
        created_by=by,
        created_at=clock.now(),
    )
    first = clock.local(wish.starts_at).date()
    check_length(first, repetition.until)
    until = repetition.until or first + LONGEST_TERM
    event = recurrence.new_event(
        repetition.pattern, wish.starts_at, wish.service, until=until, by=by
    )
    if repetition.count:
        end_after(event, repetition.count)
        check_length(first, recurrence.last_day(event))
    elif repetition.until:
        check_dates(event)
    return Term(series=series, event=event, lead=wish.lead, room=wish.room, vehicle=wish.vehicle)


def check_length(first: date, until: date | None) -> None:
    """Raises EndsBeforeItBegins, SeriesTooLong, TooFarAhead."""
    if until and until < first:
        raise EndsBeforeItBegins
    if until and until > first + LONGEST_TERM:
        raise SeriesTooLong(dates=MOST_DATES)
    if until and until > clock.today() + FARTHEST:
        raise TooFarAhead(days=FARTHEST.days)


def check_dates(event: Event) -> None:
    """Raises SeriesTooLong where every day of a year is one too many."""
    if len(recurrence.starts(event)) > MOST_DATES:
        raise SeriesTooLong(dates=MOST_DATES)


def end_after(event: Event, count: int) -> None:
    """Let an event end with so many dates. Raises SeriesTooLong if a year does not hold them."""
    dates = recurrence.starts(event)[:count]
    if len(dates) < count:
        raise SeriesTooLong(dates=MOST_DATES)
    event.end_recurring_period = recurrence.end_of(clock.local(dates[-1]).date())


def save_term(term: Term, colleagues: Sequence[Resource]) -> None:
    recurrence.save_event(term.event, term.lead)
    # They have ids now, which the term's columns take over only so.
    term.series, term.event = term.series, term.event
    term.save()
    term.helpers = colleagues
    if colleagues:
        term.colleagues.add(*colleagues)


def new_places(term: Term, moved: Mapping[datetime, datetime | None]) -> list[Place]:
    """Raises NotADate for a `moved` one that the rule does not give."""
    starts = within_horizon(term.series, recurrence.starts(term.event))
    if not moved.keys() <= set(starts):
        raise NotADate
    places = (place_at(term, start, moved.get(start)) for start in starts)
    return [
        replace(place, fate=Fate.DROPPED, why=recurrence.LEFT_OUT)
        if moved.get(place.original_start, place.starts_at) is None
        else place
        for place in places
    ]


def within_horizon(series: Series, starts: Sequence[datetime]) -> list[datetime]:
    until = booked_until(series)
    return [start for start in starts if start <= until]


def booked_until(series: Series) -> datetime:
    """Up to when its dates are booked, whole days."""
    return recurrence.end_of(clock.today() + (HORIZON if series.is_open else FARTHEST))


def place_at(term: Term, original_start: datetime, starts_at: datetime | None = None) -> Place:
    """A new date of a term, as the term has it."""
    return Place(
        term,
        original_start,
        starts_at or original_start,
        lead=term.lead,
        room=term.room,
        vehicle=term.vehicle,
        colleagues=tuple(term.helpers),
    )
