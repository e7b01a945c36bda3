"""A series as one recurring event for each of its terms (RFC 5545 3.8.5)."""

from collections.abc import Sequence
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from base.clock import local
from scheduling.ical import new_calendar
from scheduling.models import Booking, Series, Term
from scheduling.series import recurrence
from scheduling.series.recurrence import WEEKDAYS, pattern_of
from scheduling.series.selectors import SeriesDate, dates_of, terms_of


def calendar(series: Series) -> bytes:
    """RRULE, EXDATE for what does not stand, RECURRENCE-ID for what was moved: it expands to the
    dates that are booked now, and says no more than when. UIDs are the terms', for ever."""
    made = new_calendar()
    terms = terms_of(series)
    dates = dates_of(terms)
    edition = Edition(series, dates)
    for term in terms:
        own = [date for date in dates if date.term == term]
        if own:
            edition.add_term(made, term, own)
    text: bytes = made.to_ical()
    return text


class Edition:
    """The series as it is after its last change: SEQUENCE and DTSTAMP of everything in it."""

    def __init__(self, series: Series, dates: Sequence[SeriesDate]) -> None:
        self.service = series.service
        bookings = Booking.objects.filter(term__series=series)
        self.sequence = series.version + sum(bookings.values_list("version", flat=True))
        last = series.changes.order_by("-at").first()
        self.changed_at = last.at if last else series.created_at

    def add_term(self, made: Calendar, term: Term, dates: Sequence[SeriesDate]) -> None:
        first = term.event.start
        master = self.event(term)
        master.add("dtstart", local(first))
        master.add("dtend", local(first + self.service.duration))
        master.add("rrule", rule(term, dates))
        standing = {date.original_start for date in dates if date.stands}
        given = recurrence.starts_until(term.event, dates[-1].original_start)
        if out := [local(start) for start in given if start not in standing]:
            master.add("exdate", out)
        made.add_component(master)
        for date in dates:
            if date.stands and (date.is_moved or lasts_otherwise(date, self.service.duration)):
                made.add_component(self.moved(term, date))

    def moved(self, term: Term, date: SeriesDate) -> Event:
        assert date.booking is not None
        override = self.event(term)
        override.add("recurrence-id", local(date.original_start))
        override.add("dtstart", local(date.booking.starts_at))
        override.add("dtend", local(date.booking.ends_at))
        return override

    def event(self, term: Term) -> Event:
        made = Event()
        made.add("uid", f"{term.public_id}@pristan")
        made.add("sequence", self.sequence)
        made.add("dtstamp", self.changed_at)
        made.add("summary", self.service.initials)
        made.add("class", "PRIVATE")
        return made


def lasts_otherwise(date: SeriesDate, duration: timedelta) -> bool:
    """A booking keeps its length when the service's default changes."""
    return date.booking is not None and date.booking.ends_at - date.booking.starts_at != duration


def rule(term: Term, dates: Sequence[SeriesDate]) -> dict[str, object]:
    """Until the last date that has been decided, in UTC as RFC 5545 3.3.10 wants it."""
    pattern = pattern_of(term.event.rule)
    told: dict[str, object] = {
        "freq": pattern.freq.value,
        "interval": pattern.interval,
        "until": dates[-1].original_start.astimezone(UTC),
    }
    days = [WEEKDAYS[day] for day in pattern.weekdays]
    if pattern.nth is not None:
        told["byday"] = f"{pattern.nth}{days[0]}"
    elif days:
        told["byday"] = days
    return told
