"""How a series stood before its last change, kept so that the change can be undone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from base import clock
from people.models import User
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.models import Booking, Series, SeriesChange
from scheduling.series import recurrence

UNDO_LASTS = timedelta(minutes=10)

What = SeriesChange.What


@dataclass(frozen=True)
class Snapshot:
    """The dates ahead, each as its row and what it holds tell; the last day of each term that is
    not over."""

    dates: dict[int, dict[str, Any]]
    terms: dict[str, str]
    skipped: dict[tuple[int, datetime], str]
    """Why each date without a booking was skipped, by event and start."""
    is_open: bool


def dates_ahead(series: Series) -> QuerySet[Booking]:
    now = clock.now()
    ahead = Q(starts_at__gt=now) | Q(original_start__gt=now)
    return Booking.objects.filter(ahead, term__series=series).order_by("pk")


def snapshot(series: Series) -> Snapshot:
    bookings = list(dates_ahead(series))
    now = clock.now()
    of_them = Q(event__end_recurring_period__gte=now) | Q(pk__in={one.term_id for one in bookings})
    known = list(series.terms.filter(of_them).select_related("event"))
    ends = {
        str(term.pk): recurrence.last_day(term.event).isoformat()
        for term in known
        if term.event.end_recurring_period >= now
    }
    return Snapshot(
        states_of(bookings),
        ends,
        recurrence.left_out(term.event for term in known),
        series.is_open,
    )


WHERE = ("starts_at", "status", "lead", "others")
"""Of a date's state, what says where it stands and with what; the rest says which date it is."""


def states_of(bookings: list[Booking]) -> dict[int, dict[str, Any]]:
    held = arrangements_of(bookings)
    return {booking.pk: state_of(booking, held[booking.pk]) for booking in bookings}


def state_of(booking: Booking, held: Arrangement) -> dict[str, Any]:
    assert booking.original_start is not None
    return {
        "term": booking.term_id,
        "original_start": booking.original_start.isoformat(),
        "starts_at": booking.starts_at.isoformat(),
        "status": booking.status,
        "lead": held.lead.pk,
        "others": sorted(held.ids),
        "version": booking.version,
    }


NOTHING = Snapshot({}, {}, {}, False)
"""Before a series is made."""


@contextmanager
def kept(
    series: Series, what: What, *, by: User | None, was: Snapshot | None = None
) -> Iterator[None]:
    """Keep what the block changes of the series: how each date and term was before, and the
    version that a date has since."""
    was = was or snapshot(series)
    newest = series.terms.aggregate(pk=Max("pk"))["pk"] or 0
    yield
    dates = [
        {
            "booking": key,
            "was": was.dates.get(key),
            "version": version,
            "why": was.skipped.get((event, original_start), "") if original_start else "",
        }
        for key, version, term, event, original_start in dates_ahead(series).values_list(
            "pk", "version", "term", "term__event", "original_start"
        )
        if (version, term, original_start) != identity(was.dates.get(key))
    ]
    made = list(series.terms.filter(pk__gt=newest).values_list("pk", flat=True))
    before = {"dates": dates, "terms": was.terms, "made": made, "is_open": was.is_open}
    note(series, what, by=by, before=before)


def identity(state: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """Of a date's state, what no change leaves as it was."""
    if state is None:
        return None
    return state["version"], state["term"], instant_in(state["original_start"])


def note(series: Series, what: What, *, by: User | None, before: dict[str, Any]) -> None:
    SeriesChange.objects.create(series=series, what=what, by=by, at=clock.now(), before=before)


def last_change(series: Series) -> SeriesChange | None:
    """The one that may still be undone."""
    last = series.changes.order_by("-at", "-pk").first()
    if last is None or last.what == What.UNDONE or clock.now() - last.at > UNDO_LASTS:
        return None
    return last


@contextmanager
def date_kept(booking: Booking, what: What, *, by: User | None) -> Iterator[None]:
    """The same for a command on one booking, whose resources are locked, if it is a date of a
    series; and the library's record of that date."""
    if booking.term is None:
        yield
        return
    with kept(booking.term.series, what, by=by):
        yield
        recurrence.keep_occurrences([date_of(booking)])


def date_of(booking: Booking) -> recurrence.Date:
    assert booking.term is not None
    assert booking.original_start is not None
    stands = booking.status != Booking.Status.CANCELLED
    times = booking.starts_at, booking.ends_at
    return recurrence.Date(booking.term.event, booking.original_start, *times, stands)


def day_in(text: str) -> date:
    return date.fromisoformat(text)


def instant_in(text: str) -> datetime:
    return datetime.fromisoformat(text)
