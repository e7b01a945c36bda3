"""A series that goes on: changed from a date on, ended, extended, a date of it brought back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from base import clock
from base.errors import StaleVersion
from people.models import User
from scheduling import rules
from scheduling.errors import TooFarAhead
from scheduling.models import Booking, Resource, Series, Term
from scheduling.series import history, recurrence, selectors
from scheduling.series.errors import EndsBeforeItBegins, EndsSooner, NotADate, SeriesOver
from scheduling.series.history import What
from scheduling.series.making import (
    HORIZON,
    booked_until,
    check_length,
    place_at,
    save_term,
    within_horizon,
)
from scheduling.series.matching import match
from scheduling.series.placing import Falling, Fate, Place, Refusal, arrange
from scheduling.series.recurrence import LONGEST_TERM, Pattern, pattern_of
from scheduling.series.selectors import SeriesDate
from scheduling.taking import deadlock_retried

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Changes:
    """What is to be otherwise from a date on; what is None stays. `starts_at` is where that first
    date goes, and with it every later one."""

    starts_at: datetime | None = None
    lead: Resource | None = None
    room: Resource | None = None
    colleagues: tuple[Resource, ...] | None = None
    """All who are named beside the lead; those whom a date chose for itself stay."""

    pattern: Pattern | None = None
    until: date | None = None


def lock_series(series: Series, *, version: int | None = None) -> Series:
    """Before everything else, so that commands on one series come one by one. Raises
    StaleVersion."""
    fresh = (
        Series.objects.select_for_update(of=("self",), no_key=True)
        .select_related("service", "carer", "centre")
        .get(pk=series.pk)
    )
    if version is not None and version != fresh.version:
        raise StaleVersion(version=fresh.version)
    return fresh


@contextmanager
def changed(series: Series, what: What, *, by: User) -> Iterator[None]:
    """The block's change is kept, and the series, locked already, has another version then.
    Commands on one date leave that version alone: they do not lock the series."""
    with history.kept(series, what, by=by):
        yield
    series.version += 1
    series.save(update_fields=["version", "is_open"])


def dates_ahead(terms: Sequence[Term], since: datetime | None) -> list[SeriesDate]:
    """From a date of the rule on, or all of them, with those among them that were moved forward
    and are over: they have had the turn that their rule gives them later. Raises NotADate,
    SeriesOver."""
    dates = selectors.dates_of(terms, since=since)
    ahead = [date for date in dates if date.is_ahead]
    if since and since not in {date.original_start for date in ahead}:
        raise NotADate
    if not ahead:
        raise SeriesOver
    return [date for date in dates if date.is_ahead or date.original_start > turning(ahead)]


def turning(ahead: Iterable[SeriesDate]) -> datetime:
    """From when on the rule that these dates had gives none any more. A date that was moved out
    of the past does not take the past with it."""
    coming = [date.original_start for date in ahead if not has_passed(date)]
    return min(coming, default=clock.midnight(clock.today() + DAY))


def has_passed(date: SeriesDate) -> bool:
    """Whether its rule had it before now, wherever it was moved."""
    return date.original_start <= clock.now()


@deadlock_retried
def split_series(
    series: Series,
    changes: Changes,
    *,
    since: datetime | None,
    by: User,
    skipping: bool = False,
    version: int | None = None,
) -> list[Refusal]:
    """This date and all that follow (`since` is the start the rule gives it), or every date ahead.

    Dates that were moved by hand stay where they are, and those among them that their rule had
    before now stay dates of that rule; cancelled ones stay cancelled. What was skipped is asked
    for anew where it has another day, hour, specialist or room now. What is past is not touched.
    Raises what `create_series` does, SeriesOver, and StaleVersion.
    """
    series = lock_series(series, version=version)
    terms = selectors.terms_ahead(series)
    ahead = dates_ahead(terms, since)
    coming = [date for date in ahead if not has_passed(date)]
    if not coming:
        raise SeriesOver
    with changed(series, What.SPLIT, by=by):
        new, starts = following_term(series, coming, changes, by=by)
        helpers = coming[0].term.helpers if changes.colleagues is None else changes.colleagues
        save_term(new, helpers)
        places = [
            follow(date, new, start, changes)
            for date, start in match(coming, starts, pattern_of(new.event.rule))
        ]
        places += [taken_over(date, changes) for date in ahead if has_passed(date) and date.stands]
        end_terms(terms, before=coming[0].original_start)
        refusals = arrange(series, places, by=by, skipping=skipping)
        if refusals and len(refusals) == sum(place.fate == Fate.PLACED for place in places):
            raise refusals[0].error
        recurrence.forget_moves([term.event for term in terms], coming[0].original_start)
        recurrence.link_calendar(new.lead, new.event.calendar)
        series.is_open = series.is_open and changes.until is None
    return refusals


def following_term(
    series: Series, ahead: Sequence[SeriesDate], changes: Changes, *, by: User
) -> tuple[Term, list[datetime]]:
    """The term that takes over from the first of these dates, and the dates it has so far: with
    the same rhythm and no other end, as many as there were, and while it is open as many as the
    horizon holds."""
    old = ahead[0].term
    starts_at = changes.starts_at or ahead[0].original_start
    rules.check_start(starts_at)
    first = clock.local(starts_at).date()
    check_length(first, changes.until)
    was = pattern_of(old.event.rule)
    pattern = changes.pattern or was.begun_on(first)
    keeps_count = changes.until is None and pattern.beats_like(was)
    last = recurrence.last_day(ahead[-1].term.event)
    until = changes.until or (first + LONGEST_TERM if series.is_open or keeps_count else last)
    if until < first:
        raise EndsBeforeItBegins
    event = recurrence.new_event(pattern, starts_at, series.service, until=until, by=by)
    starts = recurrence.starts(event)
    if keeps_count:
        booked = within_horizon(series, starts) if series.is_open else []
        starts = starts[: max(len(ahead), len(booked))]
        if not series.is_open:
            event.end_recurring_period = recurrence.end_of(clock.local(starts[-1]).date())
    elif series.is_open and changes.until is None:
        starts = within_horizon(series, starts)
    if not starts:
        raise TooFarAhead(days=HORIZON.days)
    term = Term(
        series=series,
        event=event,
        lead=changes.lead or old.lead,
        room=changes.room or old.room,
        vehicle=old.vehicle,
    )
    return term, starts


def follow(date: SeriesDate | None, term: Term, start: datetime | None, changes: Changes) -> Place:
    """What becomes of a date that is matched with a start of the new term, or of either alone."""
    if date is None:
        assert start is not None
        return place_at(term, start)
    if start is None:
        return gone(date)
    if date.why and date.is_ahead:
        return asked_anew(date, term, start)
    place = replace(
        standing(date, term, start),
        starts_at=date.booking.starts_at if date.booking and date.is_moved else start,
    )
    if not (date.stands and date.is_ahead):
        return replace(place, fate=Fate.KEPT, why=date.why)
    if date.held and date.held.lead == date.term.lead:
        place = replace(place, lead=term.lead)
    if changes.room is not None:
        place = replace(place, room=term.room)
    return replace(place, fate=Fate.KEPT) if is_there(place, date, changes) else place


def taken_over(date: SeriesDate, changes: Changes) -> Place:
    """A date that was moved out of the past: another specialist or room has it too."""
    assert date.held is not None
    place = standing(date, date.term, date.original_start)
    if changes.lead and date.held.lead == date.term.lead:
        place = replace(place, lead=changes.lead)
    if changes.room:
        place = replace(place, room=changes.room)
    if changes.colleagues is not None:
        place = replace(place, colleagues=changes.colleagues)
    return replace(place, fate=Fate.KEPT) if is_there(place, date, changes) else place


def asked_anew(date: SeriesDate, term: Term, start: datetime) -> Place:
    """A date that was skipped: nobody decided against it, its day was off or its time was taken.
    So it is booked like any other, unless it would be just where it was."""
    place = as_ruled(date, term, start)
    was = (date.original_start, date.term.lead, date.term.room)
    if was == (start, term.lead, term.room):
        return replace(place, fate=Fate.KEPT, why=date.why)
    return place


def as_ruled(date: SeriesDate, term: Term, start: datetime) -> Place:
    """A date that was skipped, as the term would have it, whatever its booking held once."""
    return replace(place_at(term, start), booking=date.booking)


def standing(date: SeriesDate, term: Term, original_start: datetime) -> Place:
    """A date with what it holds, as a date of a term."""
    held = date.held
    return Place(
        term,
        original_start,
        date.booking.starts_at if date.booking else date.original_start,
        lead=held.lead if held else term.lead,
        room=term.room,
        vehicle=term.vehicle,
        colleagues=tuple(term.helpers),
        preferred=held.ids if held else frozenset(),
        booking=date.booking,
    )


def is_there(place: Place, date: SeriesDate, changes: Changes) -> bool:
    """Whether its booking is where the place wants it already: in whatever room, unless that is
    what changes."""
    assert date.booking is not None
    assert date.held is not None
    same_room = changes.room is None or changes.room == date.held.room
    same_hour = place.starts_at == date.booking.starts_at
    same_team = changes.colleagues is None or set(changes.colleagues) == set(date.held.colleagues)
    return same_hour and place.lead == date.held.lead and same_room and same_team


def gone(date: SeriesDate) -> Place:
    """Nobody decided against a date that goes with its rule."""
    place = standing(date, date.term, date.original_start)
    if not date.is_ahead:
        return replace(place, fate=Fate.KEPT)
    why = recurrence.TAKEN_BACK if date.stands else date.why
    return replace(place, fate=Fate.DROPPED, why=why)


def end_terms(terms: Sequence[Term], *, before: datetime) -> None:
    """None of these gives a date any more from an instant's day on."""
    last = clock.local(before).date() - DAY
    for term in terms:
        if recurrence.last_day(term.event) > last:
            recurrence.end_event(term.event, last)


@deadlock_retried
def end_series(
    series: Series,
    *,
    since: datetime | None,
    by: User,
    party: Booking.Party = Booking.Party.CENTRE,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Cancel this date and all that follow, or every date ahead. Raises SeriesOver, NotADate,
    StaleVersion."""
    series = lock_series(series, version=version)
    terms = selectors.terms_ahead(series)
    ahead = dates_ahead(terms, since)
    with changed(series, What.ENDED, by=by):
        end_terms(terms, before=turning(ahead))
        places = [gone(date) for date in ahead if date.stands and date.is_ahead]
        arrange(series, places, by=by, falling=Falling(party, reason))
        series.is_open = False


@deadlock_retried
def extend_series(
    series: Series,
    *,
    until: date | None,
    by: User,
    skipping: bool = False,
    version: int | None = None,
) -> list[Refusal]:
    """Go on until another day, or (None) until somebody ends it: whatever the rule gives after
    what is booked now is booked, and what was cancelled by ending it stands again; a date that was
    cancelled alone stays so.

    Raises what `create_series` does, and EndsSooner.
    """
    series = lock_series(series, version=version)
    terms = selectors.terms_ahead(series)
    check_length(clock.today(), until)
    dates = selectors.dates_of(terms)
    if until and until <= last_day_of(series, terms, [date for date in dates if date.stands]):
        raise EndsSooner
    decided_to = last_day_of(series, terms, dates)
    with changed(series, What.EXTENDED, by=by):
        series.is_open = until is None
        lengthen(series, terms, until or (clock.today() + HORIZON), by=by)
        _, refusals = book_undecided(series, by=by, skipping=skipping, again_after=decided_to)
    return refusals


def last_day_of(series: Series, terms: Sequence[Term], dates: Sequence[SeriesDate]) -> date:
    """The last day of its rule, or while it is open that of the last of these dates."""
    if not series.is_open:
        return recurrence.last_day(terms[-1].event)
    return clock.local(dates[-1].original_start).date() if dates else clock.today()


def lengthen(series: Series, terms: Sequence[Term], until: date, *, by: User) -> None:
    """Let the last term go on, and when it has had its year, another like it."""
    last = terms[-1]
    longest = clock.local(last.event.start).date() + LONGEST_TERM
    end = longest if series.is_open else min(until, longest)
    is_over = recurrence.last_day(last.event) < clock.today()
    if not is_over:
        recurrence.end_event(last.event, end)
    if is_over or until > end:
        begin_again(series, last, until, by=by)


def begin_again(series: Series, last: Term, until: date, *, by: User) -> None:
    """Another term like the last one, from the first date ahead that its rule would give."""
    over_on = max(recurrence.last_day(last.event), clock.today() - DAY)
    first = recurrence.start_after(last.event, over_on)
    if first <= clock.now():
        first = recurrence.start_after(last.event, clock.today())
    pattern = pattern_of(last.event.rule)
    event = recurrence.new_event(pattern, first, series.service, until=until, by=by)
    term = Term(series=series, event=event, lead=last.lead, room=last.room, vehicle=last.vehicle)
    save_term(term, last.helpers)
    lengthen(series, [term], until, by=by)


def book_undecided(
    series: Series, *, by: User | None, skipping: bool, again_after: date | None = None
) -> tuple[int, list[Refusal]]:
    """How many dates had neither been booked nor skipped yet, or were skipped and lie
    `again_after` a day; and those that are skipped now."""
    terms = selectors.terms_ahead(series)
    until = booked_until(series)
    places = [
        replace(place_at(term, start), booking=was)
        for term, start, was in selectors.undecided(terms, until)
    ]
    if again_after:
        since = recurrence.end_of(again_after)
        places += [
            as_ruled(date, date.term, date.original_start)
            for date in selectors.dates_of(terms, since=since)
            if date.is_ahead and date.is_skipped and date.original_start <= until
        ]
    return len(places), arrange(series, places, by=by, skipping=skipping) if places else []


@deadlock_retried
def restore_date(
    series: Series,
    original_start: datetime,
    *,
    by: User,
    starts_at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Bring back a date ahead that was cancelled or skipped: where it was, or at another hour.
    Raises NotADate, StaleVersion, and what `book` does."""
    series = lock_series(series, version=version)
    terms = selectors.terms_ahead(series)
    found = [
        date
        for date in selectors.dates_of(terms, since=original_start)
        if date.original_start == original_start and date.is_ahead and not date.stands
    ]
    if not found:
        raise NotADate
    date = found[0]
    restored = as_ruled if date.why else standing
    place = restored(date, date.term, original_start)
    with changed(series, What.RESTORED, by=by):
        arrange(series, [replace(place, starts_at=starts_at or place.starts_at)], by=by)
