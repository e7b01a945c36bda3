"""Undoing the last change of a series, as long as nobody has been told of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from base import clock
from people.models import User
from scheduling.models import Booking, Resource, Series, SeriesChange, Term
from scheduling.series import history, recurrence, selectors
from scheduling.series.errors import NothingToUndo, NoticeHasLeft, TimeTakenSince
from scheduling.series.history import What, day_in, instant_in, last_change
from scheduling.series.placing import Fate, Place, arrange
from scheduling.series.services import lock_series
from scheduling.taking import deadlock_retried

NOTICES_LEFT: list[Callable[[Sequence[Booking], datetime], Sequence[Booking]]] = []
"""Of these bookings, those of which somebody has been told since an instant. Packages above add
theirs."""


@deadlock_retried
def undo(series: Series, *, by: User, version: int | None = None) -> None:
    """Let every date that the last change touched stand as it stood before.

    Raises NothingToUndo when there is none of the last ten minutes or somebody has changed a date
    since, NoticeHasLeft, TimeTakenSince, StaleVersion.
    """
    series = lock_series(series, version=version)
    change = last_change(series)
    if change is None:
        raise NothingToUndo
    touched = touched_by(change)
    check_notices(touched, since=change.at)
    terms = {term.pk: term for term in selectors.every_term_of(series)}
    bring_back_terms(change, terms)
    places = [*places_before(change, touched, terms), *booked_since(terms, touched)]
    refusals = arrange(series, places, by=by, skipping=True)
    if refusals:
        on = f"{clock.local(refusals[0].place.starts_at):%d.%m.%Y %H:%M}"
        raise TimeTakenSince(on=on)
    series.is_open = change.before["is_open"]
    series.version += 1
    series.save(update_fields=["is_open", "version"])
    history.note(series, What.UNDONE, by=by, before={})


def touched_by(change: SeriesChange) -> dict[int, Booking]:
    """Raises NothingToUndo when one of the bookings was changed since."""
    versions = {line["booking"]: line["version"] for line in change.before["dates"]}
    found = Booking.objects.filter(pk__in=versions).select_related("service")
    touched = {booking.pk: booking for booking in found}
    if any(touched[key].version != version for key, version in versions.items()):
        raise NothingToUndo
    return touched


def check_notices(touched: dict[int, Booking], *, since: datetime) -> None:
    """Raises NoticeHasLeft for the first of them of which a notice has left."""
    bookings = list(touched.values())
    told = [booking for those_told in NOTICES_LEFT for booking in those_told(bookings, since)]
    if told:
        first = min(booking.starts_at for booking in told)
        raise NoticeHasLeft(on=f"{clock.local(first):%d.%m.%Y %H:%M}")


def bring_back_terms(change: SeriesChange, terms: Mapping[int, Term]) -> None:
    """Each ends where it did; one that the change made has no date any more."""
    for key, last in change.before["terms"].items():
        recurrence.end_event(terms[int(key)].event, day_in(last))
    for key in change.before["made"]:
        event = terms[key].event
        recurrence.forget_moves([event], event.start)
        recurrence.end_event(event, clock.local(event.start).date() - timedelta(days=1))
    Term.objects.filter(pk__in=change.before["made"]).update(is_undone=True)


def places_before(
    change: SeriesChange, touched: dict[int, Booking], terms: dict[int, Term]
) -> list[Place]:
    lines = change.before["dates"]
    leads = Resource.objects.in_bulk([line["was"]["lead"] for line in lines if line["was"]])
    now = history.states_of(list(touched.values()))
    whys = recurrence.left_out(term.event for term in terms.values())
    places = []
    for line in lines:
        booking, was = touched[line["booking"]], line["was"]
        if was is None:
            places.append(unmade(booking, terms, why=line["why"]))
        else:
            place = place_before(booking, was, terms[was["term"]], leads[was["lead"]])
            why = line["why"] or whys.get((place.term.event_id, place.original_start), "")
            place = replace(place, why="" if place.stands else why)
            stayed = all(was[fact] == now[booking.pk][fact] for fact in history.WHERE)
            places.append(replace(place, fate=Fate.KEPT) if stayed else place)
    return places


def booked_since(terms: Mapping[int, Term], touched: Mapping[int, Booking]) -> list[Place]:
    """What was rolled forward meanwhile by a rule that the change had made: no term gives those
    dates any more, and they are cancelled with the rest."""
    ahead = Booking.objects.filter(
        term__in=terms, status=Booking.Status.CONFIRMED, starts_at__gt=clock.now()
    )
    given = {key: set(recurrence.starts(term.event)) for key, term in terms.items()}
    return [
        unmade(booking, terms)
        for booking in ahead.exclude(pk__in=touched).select_related("service")
        if booking.original_start not in given[booking.term_id or 0]
    ]


def unmade(booking: Booking, terms: Mapping[int, Term], *, why: str = "") -> Place:
    """A date that the change made is taken back, or skipped again."""
    assert booking.term_id is not None
    assert booking.original_start is not None
    term = terms[booking.term_id]
    return Place(
        term,
        booking.original_start,
        booking.starts_at,
        term.lead,
        booking=booking,
        fate=Fate.DROPPED,
        why=why or recurrence.TAKEN_BACK,
    )


def place_before(booking: Booking, was: dict[str, Any], term: Term, lead: Resource) -> Place:
    stood = was["status"] != Booking.Status.CANCELLED
    return Place(
        term,
        instant_in(was["original_start"]),
        instant_in(was["starts_at"]),
        lead,
        preferred=frozenset(was["others"]),
        booking=booking,
        fate=Fate.PLACED if stood else Fate.DROPPED,
        again=True,
    )
