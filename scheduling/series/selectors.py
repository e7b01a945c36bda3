"""What a series is made of: its terms, its dates, and what became of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from base import clock
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.models import Booking, Series, Term
from scheduling.series import recurrence


@dataclass(frozen=True)
class SeriesDate:
    """A date that the rule of a term gives: booked (perhaps moved or cancelled since), or skipped
    for the reason whose code is `why`."""

    term: Term
    original_start: datetime
    booking: Booking | None
    held: Arrangement | None
    why: str = ""

    @property
    def starts_at(self) -> datetime:
        """Where it stands or stood; where its rule has it if it was skipped, though a booking of
        it may have stood elsewhere before."""
        return self.original_start if self.why or not self.booking else self.booking.starts_at

    @property
    def is_skipped(self) -> bool:
        return self.booking is None or self.why != ""

    @property
    def is_ahead(self) -> bool:
        """Whether it may still be changed: it stands or stood in the future, unclosed."""
        changeable = (Booking.Status.CONFIRMED, Booking.Status.CANCELLED)
        is_open = self.booking is None or self.booking.status in changeable
        return is_open and self.starts_at > clock.now()

    @property
    def stands(self) -> bool:
        return self.booking is not None and self.booking.status != Booking.Status.CANCELLED

    @property
    def is_moved(self) -> bool:
        return self.booking is not None and self.booking.starts_at != self.original_start


def terms_of(series: Series) -> list[Term]:
    """In order of time. Without those from which a change has taken every date, unless there are
    no others: then the last that was made, by which the series would go on, and which shows one
    that was undone."""
    terms = every_term_of(series)
    standing = [term for term in terms if not is_empty(term)]
    return standing or [max(terms, key=lambda term: (not term.is_undone, term.pk))]


def terms_ahead(series: Series) -> list[Term]:
    """Those that are not over, those of which a date was moved ahead, and the last one: what is
    done to a series costs the same however old it is."""
    now = clock.now()
    moved = Booking.objects.filter(term__series=series, starts_at__gt=now)
    last = series.terms.filter(event__end_recurring_period__gte=F("event__start"))
    found = every_term_of(
        series,
        Q(event__end_recurring_period__gte=now)
        | Q(pk__in=moved.values("term"))
        | Q(pk__in=last.order_by("-event__start", "-pk").values("pk")[:1]),
    )
    return [term for term in found if not is_empty(term)] or terms_of(series)


def is_empty(term: Term) -> bool:
    return recurrence.last_day(term.event) < clock.local(term.event.start).date()


def every_term_of(series: Series, condition: Q | None = None) -> list[Term]:
    """Each with its event, rule, lead, places and helpers, and with this very series."""
    found = (
        series.terms.filter(condition or Q())
        .select_related("event__rule", "lead", "room", "vehicle")
        .prefetch_related("colleagues")
        .order_by("event__start", "pk")
    )
    terms = list(found)
    for term in terms:
        term.series, term.helpers = series, list(term.colleagues.all())
    return terms


def dates_of(terms: Sequence[Term], *, since: datetime | None = None) -> list[SeriesDate]:
    """The dates of these terms, or those whose rule gives them from an instant on, that have been
    booked or skipped, in order. What an open series will book later is not among them, nor what
    was taken back."""
    bookings = list(Booking.objects.filter(term__in=terms).select_related("service"))
    if since:
        bookings = [one for one in bookings if one.original_start and one.original_start >= since]
    held = arrangements_of(bookings)
    by_date = {(booking.term_id, booking.original_start): booking for booking in bookings}
    skipped = recurrence.left_out(term.event for term in terms)
    found = [
        SeriesDate(
            term,
            start,
            booking := by_date.get((term.pk, start)),
            held[booking.pk] if booking else None,
            skipped.get((term.event_id, start), ""),
        )
        for term in terms
        for start in sorted({*recurrence.starts(term.event), *strays_of(term, bookings)})
        if not since or start >= since
        if (term.pk, start) in by_date or (term.event_id, start) in skipped
        if skipped.get((term.event_id, start)) != recurrence.TAKEN_BACK
    ]
    # Dates that were given earlier days may lie between those of the rule before.
    return sorted(found, key=lambda date: date.original_start)


def strays_of(term: Term, bookings: Iterable[Booking]) -> list[datetime]:
    """Original starts of a term's bookings that stand although its rule no longer gives them: a
    date that was moved forward, and was over before the rest was changed."""
    return [
        one.original_start
        for one in bookings
        if one.term_id == term.pk
        and one.original_start is not None
        and one.status != Booking.Status.CANCELLED
    ]


def undecided(
    terms: Sequence[Term], until: datetime
) -> list[tuple[Term, datetime, Booking | None]]:
    """Dates ahead, up to an instant, that have neither been booked nor skipped, each with the
    booking that was taken back."""
    now = clock.now()
    known = {(date.term.pk, date.original_start) for date in dates_of(terms)}
    taken_back = Booking.objects.filter(term__in=terms, status=Booking.Status.CANCELLED)
    was = {(one.term_id, one.original_start): one for one in taken_back.select_related("service")}
    return [
        (term, start, was.get((term.pk, start)))
        for term in terms
        for start in recurrence.starts(term.event)
        if now < start <= until and (term.pk, start) not in known
    ]
