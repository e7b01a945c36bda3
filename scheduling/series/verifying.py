"""Whether a series' events, occurrences and bookings tell the same: asked of django-scheduler
itself, not of our reading of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from base import clock
from scheduling.models import Booking, Series, Term
from scheduling.series import recurrence
from scheduling.series.making import HORIZON
from scheduling.series.selectors import dates_of, every_term_of

DAY = timedelta(days=1)

UNBOOKED = "a series has a date that was neither booked nor left out"
DIFFERENT = "a series and its bookings stand at different times"
FOREIGN = "a booking ahead is no date of its series' rule"

RULES = (UNBOOKED, DIFFERENT, FOREIGN)


def broken_rules() -> Iterator[tuple[str, str]]:
    """Each rule that does not hold, with the term or booking of which."""
    for series in Series.objects.order_by("pk").iterator():
        for term in every_term_of(series):
            yield from of_term(term)


def of_term(term: Term) -> Iterator[tuple[str, str]]:
    event, about = term.event, f"term {term.public_id}"
    decided_until = decided(term)
    rule = set(recurrence.starts(event))
    known = {date.original_start for date in dates_of([term])}
    if any(clock.now() < start <= decided_until for start in rule - known):
        yield UNBOOKED, about
    standing = [one for one in Booking.objects.filter(term=term) if is_standing(one)]
    begins, ends = event.start - HORIZON, event.end_recurring_period + 4 * HORIZON
    expanded = {
        (occurrence.start, occurrence.end)
        for occurrence in recurrence.occurrences(event, begins, ends)
        if occurrence.original_start in known
    }
    if expanded != {
        (one.starts_at, one.ends_at) for one in standing if one.original_start in known
    }:
        yield DIFFERENT, about
    for booking in standing:
        if booking.starts_at > clock.now() and booking.original_start not in rule:
            yield FOREIGN, f"booking {booking.pk}"


def is_standing(booking: Booking) -> bool:
    return booking.status != Booking.Status.CANCELLED


def decided(term: Term) -> datetime:
    """Up to when every date must have been booked or left out: an open series rolls at night."""
    if not term.series.is_open:
        return recurrence.end_of(recurrence.last_day(term.event))
    return recurrence.end_of(clock.today() + HORIZON - DAY)
