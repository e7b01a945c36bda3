"""What came of a session for everybody in it (D9): the whole group at once, and undone at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from base import clock
from base.errors import NotFound, StaleVersion
from people.models import Person, User
from scheduling import closing, steps, taking, writing
from scheduling import selectors as scheduling_selectors
from scheduling.models import Booking, Change, Participation
from scheduling.taking import deadlock_retried
from scheduling.writing import Entry
from workshops import selectors
from workshops.errors import NothingToUndo, SessionAhead
from workshops.models import Seat, Session
from workshops.sessions import reread

UNDO_LASTS = timedelta(minutes=10)
Outcome = Participation.Outcome
Status = Booking.Status
TOOK_PLACE = (Status.CONFIRMED, Status.CLOSED)


@deadlock_retried
def note_attendance(
    session: Session, outcomes: Mapping[Person, Outcome], *, by: User, version: int | None = None
) -> Session:
    """For some or all of those who have a seat; a wrong outcome is corrected by another. With the
    last of them the session is closed.

    Raises SessionAhead, OutcomeMismatch, StaleVersion, WrongStep, and NotFound for somebody else.
    """
    session = lock(session, version=version)
    if clock.now() < session.booking.starts_at:
        raise SessionAhead
    seats = {one.enrolment.person: one for one in standing(selectors.seats_in(session))}
    for person, outcome in outcomes.items():
        if person not in seats:
            raise NotFound
        child = person.is_child_on(clock.local(session.booking.starts_at).date())
        closing.check_outcome(person, outcome, child=child)
    was = {
        person: selectors.outcome_of(seat) for person, seat in seats.items() if person in outcomes
    }
    changed = {one: outcome for one, outcome in outcomes.items() if was[one] != outcome}
    write(session, seats, changed, was, by=by)
    close(session, by=by)
    for person, outcome in changed.items():
        if outcome == Outcome.NOT_BROUGHT:
            closing.notice_twice_not_brought(booking_of(seats[person]), {person: outcome})
    return reread(session)


def lock(session: Session, *, version: int | None) -> Session:
    """What the session holds and its children; as it is under the locks. Raises StaleVersion, and
    WrongStep for one that did not take place."""
    bookings = [
        session.booking_id,
        *session.seats.exclude(booking=None).values_list("booking", flat=True),
    ]
    taking.lock(scheduling_selectors.resources_of((), partners=(), bookings=bookings))
    fresh = reread(session)
    if version is not None and version != fresh.booking.version:
        raise StaleVersion(version=fresh.booking.version)
    if fresh.booking.status not in TOOK_PLACE:
        raise steps.wrong_step(fresh.booking)
    return fresh


def standing(seats: Sequence[Seat]) -> list[Seat]:
    return [one for one in seats if booking_of(one).status in TOOK_PLACE]


def booking_of(seat: Seat) -> Booking:
    assert seat.booking is not None
    return seat.booking


def write(
    session: Session,
    seats: Mapping[Person, Seat],
    outcomes: Mapping[Person, str],
    was: Mapping[Person, str],
    *,
    by: User,
) -> None:
    """Outcomes may be empty again: then the place stands as if nothing had been said."""
    entries = []
    for person, outcome in outcomes.items():
        booking = booking_of(seats[person])
        booking.status = Status.CLOSED if outcome else Status.CONFIRMED
        booking.version += 1
        facts = {"outcomes": {str(person.public_id): outcome}, "was": was[person]}
        entries.append(Entry(booking, [], facts))
    for outcome in set(outcomes.values()):
        alike = [booking_of(seats[one]) for one, its in outcomes.items() if its == outcome]
        Participation.objects.filter(booking__in=alike).update(outcome=outcome)
    writing.update_all([entry.booking for entry in entries])
    writing.record_all(entries, Change.What.OUTCOME, by=by.pk)


def close(session: Session, *, by: User) -> None:
    """Closed once everybody has an outcome, open again when one is taken back."""
    seats = standing(selectors.seats_in(session))
    is_complete = bool(seats) and all(selectors.outcome_of(one) for one in seats)
    booking = session.booking
    booking.status = Status.CLOSED if is_complete else Status.CONFIRMED
    booking.version += 1
    writing.update_all([booking])
    writing.record(booking, Change.What.OUTCOME, by=by.pk)


@deadlock_retried
def undo_attendance(session: Session, *, by: User, version: int | None = None) -> Session:
    """What was noted last, for everybody it was noted for. Raises NothingToUndo, StaleVersion,
    WrongStep."""
    session = lock(session, version=version)
    seats = {one.enrolment.person: one for one in standing(selectors.seats_in(session))}
    last = last_noted(seats)
    if not last:
        raise NothingToUndo
    was = {person: selectors.outcome_of(seats[person]) for person in last}
    write(session, seats, last, was, by=by)
    close(session, by=by)
    return reread(session)


def may_undo(session: Session) -> bool:
    """Whether something was noted that may still be taken back."""
    seats = standing(selectors.seats_in(session))
    return bool(last_noted({one.enrolment.person: one for one in seats}))


def last_noted(seats: Mapping[Person, Seat]) -> dict[Person, str]:
    """What everybody of whom the last note tells had before it."""
    changes = Change.objects.filter(
        booking__in=[booking_of(one) for one in seats.values()],
        what=Change.What.OUTCOME,
        at__gt=clock.now() - UNDO_LASTS,
    )
    by_booking = {one.booking_id: one for one in changes.order_by("at", "pk")}
    at = max((one.at for one in by_booking.values()), default=None)
    return {
        person: by_booking[key].facts.get("was", "")
        for person, seat in seats.items()
        if (key := booking_of(seat).pk) in by_booking and by_booking[key].at == at
    }
