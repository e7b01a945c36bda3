"""The rows of a series' change: bookings, what they hold, and the library's own occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base import clock
from people.models import Person, User
from scheduling import closing, signals, writing
from scheduling.models import Booking, Change, Series
from scheduling.series import recurrence
from scheduling.writing import Entry, Holding

if TYPE_CHECKING:
    from scheduling.series.placing import Falling, Place

Status = Booking.Status


@dataclass
class Written:
    """Bookings by what is done to them."""

    made: list[Entry] = field(default_factory=list)
    moved: list[Entry] = field(default_factory=list)
    restored: list[Entry] = field(default_factory=list)
    dropped: list[Entry] = field(default_factory=list)
    given_up: list[Entry] = field(default_factory=list)
    """Cancelled with the whole of which they were a part: nothing has come of them."""

    renamed: list[Booking] = field(default_factory=list)
    """They become another date of the rule, and stay what they are."""

    @property
    def changed(self) -> list[Booking]:
        entries = (*self.moved, *self.restored, *self.dropped, *self.given_up)
        return [*bookings_of(entries), *self.renamed]


def write(
    series: Series,
    placed: Sequence[tuple[Place, list[Holding]]],
    others: Sequence[Place],
    people: tuple[Person, ...],
    *,
    by: User | None,
    falling: Falling,
) -> None:
    """The locks are held, and `placed` says what each date that stands anew is to hold."""
    rows = Written()
    for place, holdings in placed:
        sort_placed(rows, series, place, holdings, by=by)
    for place in others:
        sort_other(rows, place, falling)
    carry_out(rows, people, by=by, party=falling.party)
    recurrence.keep_occurrences(
        [date_of(place) for place in (*(place for place, _ in placed), *others)]
    )
    tell(rows, people, is_planned=by is not None)


def carry_out(
    rows: Written, people: tuple[Person, ...], *, by: User | None, party: Booking.Party
) -> None:
    """Everything that is done to these bookings of one service, which are changed already."""
    writing.update_all(rows.changed)
    writing.release_all(bookings_of([*rows.dropped, *rows.given_up]))
    writing.rearrange_all([*rows.moved, *rows.restored])
    if rows.made:
        is_hold = rows.made[0].booking.status == Status.HELD
        what = Change.What.HELD if is_hold else Change.What.BOOKED
        writing.add_all(rows.made, people, what=what)
    closing.forget(bookings_of(rows.restored))
    closing.note_cancelling(bookings_of(rows.dropped), party)
    keep_changes(rows, by=by)


def sort_placed(
    rows: Written, series: Series, place: Place, holdings: list[Holding], *, by: User | None
) -> None:
    if place.booking is None:
        made = new_booking(series, place, by=by)
        rows.made.append(Entry(made, holdings, writing.described(made, holdings)))
        return
    was = place.booking
    before = {"was": was.starts_at.isoformat()}
    entries = rows.restored if was.status == Status.CANCELLED else rows.moved
    moved = moved_to(was, place)
    entries.append(Entry(moved, holdings, before | writing.described(moved, holdings)))


def sort_other(rows: Written, place: Place, falling: Falling) -> None:
    booking = place.booking
    if booking is None:
        return
    stood = booking.status != Status.CANCELLED
    booking.term, booking.original_start = place.term, place.original_start
    if stood and not place.stands:
        booking.starts_at, booking.ends_at = place.starts_at, place.ends_at
        cancel(booking, falling)
        rows.dropped.append(Entry(booking, [], {"party": falling.party.value}))
    else:
        rows.renamed.append(booking)


def new_booking(series: Series, place: Place, *, by: User | None) -> Booking:
    return Booking(
        kind=series.kind,
        centre_id=series.centre_id,
        service=series.service,
        modality=series.modality,
        status=Status.CONFIRMED,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        term=place.term,
        original_start=place.original_start,
        carer=series.carer,
        without_papers=series.without_papers,
        created_by=by or series.created_by,
        created_at=clock.now(),
    )


def moved_to(booking: Booking, place: Place) -> Booking:
    booking.status = Status.CONFIRMED
    booking.starts_at, booking.ends_at = place.starts_at, place.ends_at
    booking.term, booking.original_start = place.term, place.original_start
    booking.cancelled_by = booking.cancel_reason = ""
    booking.version += 1
    booking.schedule_version += 1
    return booking


def cancel(booking: Booking, falling: Falling) -> None:
    booking.status = Status.CANCELLED
    booking.cancelled_by, booking.cancel_reason = falling.party, falling.reason
    booking.version += 1


def date_of(place: Place) -> recurrence.Date:
    """Of a date that is kept, its booking tells where it stands."""
    starts_at, ends_at = place.starts_at, place.ends_at
    if place.booking:
        starts_at, ends_at = place.booking.starts_at, place.booking.ends_at
    return recurrence.Date(
        place.term.event, place.original_start, starts_at, ends_at, place.stands, place.why
    )


def keep_changes(rows: Written, *, by: User | None) -> None:
    who = by.pk if by else None
    writing.record_all(rows.moved, Change.What.RESCHEDULED, by=who)
    writing.record_all(rows.restored, Change.What.RESTORED, by=who)
    writing.record_all([*rows.dropped, *rows.given_up], Change.What.CANCELLED, by=who)


def tell(rows: Written, people: tuple[Person, ...], *, is_planned: bool) -> None:
    """`is_planned`: somebody decides on these dates just now; the nightly roll only lays out what
    was decided long ago."""
    if rows.made:
        made = bookings_of(rows.made)
        signals.bookings_confirmed.send(Booking, bookings=made, people=people, is_series=is_planned)
    if moved := bookings_of([*rows.moved, *rows.restored]):
        signals.bookings_rescheduled.send(Booking, bookings=moved, people=people)
    if dropped := bookings_of([*rows.dropped, *rows.given_up]):
        signals.bookings_cancelled.send(Booking, bookings=dropped)


def bookings_of(entries: Iterable[Entry]) -> list[Booking]:
    return [entry.booking for entry in entries]
