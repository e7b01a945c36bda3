"""Who sits in which session ahead: after any change of a group it is worked out anew.

A seat is given where the session stands, the enrolment has a place on that date, the age is right
then (D13) and the child is free, apart from those she must not meet (D11) and not led by kin (D12).
What no longer holds is taken away. The series is locked, and so are the children: `lock` before,
or with the session that was moved (scheduling.selectors.COMING_ALONG); with them the horses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from base import clock
from people.models import Person, User
from scheduling import selectors as scheduling_selectors
from scheduling import steps, taking, writing
from scheduling.arrangements import arrangements_of
from scheduling.models import Booking, Change
from scheduling.series import recording
from scheduling.series.placing import Falling
from scheduling.series.recording import Written
from scheduling.signals import bookings_cancelled, bookings_confirmed, bookings_rescheduled
from scheduling.writing import Entry
from workshops import selectors
from workshops.models import Enrolment, Group, Seat, Session
from workshops.sitting import (
    Hour,
    Sitting,
    holdings_of,
    is_wanted,
    reason_against,
    rides_of,
    seats_of,
    unable,
    whole_hours,
)

Status = Booking.Status
Why = Seat.Why
OFFERED = Enrolment.Status.OFFERED


def lock(group: Group, people: Collection[Person], *, also: Iterable[int] = ()) -> None:
    """Everything that decides where these may sit: they, whom they must not meet, and what the
    sessions ahead hold; and the resources of `also`."""
    partners = scheduling_selectors.partners_of(people)
    theirs = scheduling_selectors.resources_of(people, partners=partners, bookings=())
    held = selectors.resources_in(selectors.sessions_ahead(group))
    taking.lock({*theirs, *held, *also})


def settle(
    group: Group,
    enrolments: Sequence[Enrolment],
    *,
    by: User | None,
    party: Booking.Party = Booking.Party.CLIENT,
) -> dict[int, list[Session]]:
    """Let these enrolments sit where they should; returns the sessions, by enrolment, at which
    somebody who should cannot. What is taken away with the place itself `party` gave up; what falls
    with its session the centre did."""
    sessions = selectors.sessions_ahead(group)
    held = arrangements_of([one.booking for one in sessions])
    seats = seats_of(enrolments, sessions)
    whole, rides = whole_hours(sessions), {}
    if group.workshop.is_ridden:
        rides = rides_of(sessions, seats)
    parties = scheduling_selectors.parties([one.person for one in enrolments])
    missed: dict[int, list[Session]] = {}
    for enrolment in enrolments:
        enrolment.group = group
        hers = rides.get(enrolment.pk, {})
        sitting = Sitting(
            enrolment,
            parties[enrolment.person_id],
            seats.get(enrolment.pk, {}),
            hours=hours_of(enrolment, whole, hers),
            standing=with_horses(hers),
        )
        wanted = [one for one in sessions if is_wanted(sitting, one)]
        barred = unable(sitting, group, wanted, held)
        for session in sessions:
            place(sitting, session, wanted, barred, by=by, party=party)
        write(sitting, by=by)
        if barred:
            missed[enrolment.pk] = [one for one in wanted if one.pk in barred]
    return missed


def seat_riders(
    session: Session, enrolments: Sequence[Enrolment], hours: Mapping[int, Hour], *, by: User | None
) -> None:
    """Let each of these ride at the hour given, by enrolment, and the others not at all in this
    session. All change at once, so that two may change places. Whatever is held for it is locked,
    and known to be free."""
    seats = seats_of(enrolments, [session])
    rides = rides_of([session], seats)
    parties = scheduling_selectors.parties([one.person for one in enrolments])
    sittings = []
    for enrolment in enrolments:
        enrolment.group = session.group
        sitting = Sitting(
            enrolment,
            parties[enrolment.person_id],
            seats.get(enrolment.pk, {}),
            hours={session.pk: hours[enrolment.pk]} if enrolment.pk in hours else {},
            standing=with_horses(rides.get(enrolment.pk, {})),
        )
        wanted = [session] if is_wanted(sitting, session) else []
        place(sitting, session, wanted, (), by=by, party=Booking.Party.CENTRE)
        sittings.append(sitting)
    write_together(sittings, by=by)


def with_horses(hours: Mapping[int, Hour]) -> dict[int, Hour]:
    return {session: hour for session, hour in hours.items() if hour.beside}


def hours_of(
    enrolment: Enrolment, whole: Mapping[int, Hour], rides: Mapping[int, Hour]
) -> Mapping[int, Hour]:
    """Who rides has an hour where the board gave her one; until then an offer holds the whole."""
    if not enrolment.group.workshop.is_ridden:
        return whole
    offered = enrolment.offered_session_id
    if enrolment.status == OFFERED and offered is not None and offered in whole:
        return {**rides, offered: rides.get(offered, whole[offered])}
    return rides


def place(
    sitting: Sitting,
    session: Session,
    wanted: Collection[Session],
    barred: Collection[int],
    *,
    by: User | None,
    party: Booking.Party,
) -> None:
    """Sort one session into what is done."""
    seat = sitting.seats.get(session.pk)
    if session in wanted and session.pk not in barred:
        give(sitting, session, seat, by=by)
        return
    why = why_not(sitting, session, barred)
    if seat is None:
        if why in {Why.ELSEWHERE, Why.AGE}:
            sitting.new.append(Seat(enrolment=sitting.enrolment, session=session, why=why))
        return
    take_away(sitting, seat, why, party=party)


def why_not(sitting: Sitting, session: Session, barred: Collection[int]) -> Why:
    if session.pk in barred:
        return Why.ELSEWHERE
    against = reason_against(sitting, session)
    if against is None and session.pk not in sitting.hours:
        against = Why.NO_RIDE
    is_off = session.booking.status == Status.CANCELLED
    return Why.OFF if is_off and against in {None, Why.NO_RIDE} else against or Why.ABSENT


def give(sitting: Sitting, session: Session, seat: Seat | None, *, by: User | None) -> None:
    booking = seat.booking if seat else None
    if seat is None or booking is None or is_over(sitting, booking):
        make(sitting, session, seat, by=by)
    elif booking.status == Status.CANCELLED:
        if seat.why:  # what the family or a colleague cancelled by hand stays so
            bring_back(sitting, seat, session)
    elif booking.status == Status.HELD and sitting.enrolment.status != OFFERED:
        sitting.held_again = booking
    elif differs(sitting, booking, session):
        sitting.rows.moved.append(moved(sitting, booking, session))


def differs(sitting: Sitting, booking: Booking, session: Session) -> bool:
    stands = sitting.standing.get(session.pk, Hour(booking.starts_at, booking.ends_at))
    return stands.key != sitting.hours[session.pk].key


def is_over(sitting: Sitting, booking: Booking) -> bool:
    """Whether another booking is needed: a hold does not come back, nor does a place come back as
    a hold."""
    is_hold = sitting.enrolment.status == OFFERED or booking.hold_expires_at is not None
    return booking.status == Status.EXPIRED or (booking.status == Status.CANCELLED and is_hold)


def make(sitting: Sitting, session: Session, seat: Seat | None, *, by: User | None) -> None:
    booking = new_booking(sitting.enrolment, sitting.hours[session.pk], by=by)
    holdings = holdings_of(sitting, session)
    sitting.rows.made.append(Entry(booking, holdings, writing.described(booking, holdings)))
    seat = seat or Seat(enrolment=sitting.enrolment, session=session)
    seat.booking, seat.why = booking, ""
    sitting.new.append(seat)


def bring_back(sitting: Sitting, seat: Seat, session: Session) -> None:
    assert seat.booking is not None
    seat.booking.status = Status.CONFIRMED
    seat.booking.cancelled_by = seat.booking.cancel_reason = ""
    seat.why = ""
    sitting.kept.append(seat)
    sitting.rows.restored.append(moved(sitting, seat.booking, session))


def moved(sitting: Sitting, booking: Booking, session: Session) -> Entry:
    was = booking.starts_at
    hour = sitting.hours[session.pk]
    booking.starts_at, booking.ends_at = hour.starts_at, hour.ends_at
    booking.version += 1
    booking.schedule_version += 1
    holdings = holdings_of(sitting, session)
    facts = {"was": was.isoformat(), **writing.described(booking, holdings)}
    return Entry(booking, holdings, facts)


def take_away(sitting: Sitting, seat: Seat, why: Why, *, party: Booking.Party) -> None:
    booking = seat.booking
    is_empty = booking is None or booking.status in {Status.CANCELLED, Status.EXPIRED}
    if is_empty and not seat.why:
        return  # given up by hand
    seat.why = why
    sitting.kept.append(seat)
    if is_empty or booking is None:
        return
    falls = Booking.Party.CENTRE if why != Why.ABSENT else party
    recording.cancel(booking, Falling(falls))
    entry = Entry(booking, [], {"party": falls.value})
    (sitting.rows.given_up if why == Why.ABSENT else sitting.rows.dropped).append(entry)


def new_booking(enrolment: Enrolment, hour: Hour, *, by: User | None) -> Booking:
    series = enrolment.group.series
    is_offer = enrolment.status == OFFERED
    return Booking(
        kind=Booking.Kind.PLACE,
        centre_id=series.centre_id,
        service=series.service,
        modality=series.modality,
        status=Status.HELD if is_offer else Status.CONFIRMED,
        starts_at=hour.starts_at,
        ends_at=hour.ends_at,
        hold_expires_at=enrolment.offer_expires_at if is_offer else None,
        carer=enrolment.carer,
        without_papers=enrolment.without_papers,
        created_by=by or enrolment.created_by,
        created_at=clock.now(),
    )


def write(sitting: Sitting, *, by: User | None) -> None:
    rows, people = sitting.rows, (sitting.person,)
    recording.carry_out(rows, people, by=by, party=Booking.Party.CENTRE)
    if sitting.held_again:
        confirm(sitting.held_again, by=by)
    save_seats(sitting)
    tell(sitting, people)


def write_together(sittings: Sequence[Sitting], *, by: User | None) -> None:
    """What is let go first, then what is held anew."""
    rows = Written()
    for one in sittings:
        rows.moved += one.rows.moved
        rows.restored += one.rows.restored
        rows.dropped += one.rows.dropped
        rows.given_up += one.rows.given_up
    recording.carry_out(rows, (), by=by, party=Booking.Party.CENTRE)
    for one in sittings:
        if one.rows.made:
            made = Written(made=one.rows.made)
            recording.carry_out(made, (one.person,), by=by, party=Booking.Party.CENTRE)
        if one.held_again:
            confirm(one.held_again, by=by)
        save_seats(one)
        tell(one, (one.person,), is_series=False)


def confirm(booking: Booking, *, by: User | None) -> None:
    booking.hold_expires_at = None
    steps.move_to(booking, Status.CONFIRMED)
    writing.record(booking, Change.What.CONFIRMED, by=by.pk if by else None)


def save_seats(sitting: Sitting) -> None:
    """A booking that was just made has its id now, which the seat takes over only so."""
    for seat in sitting.new:
        seat.booking = seat.booking
        seat.save()
    Seat.objects.bulk_update(sitting.kept, ["why"])


def tell(sitting: Sitting, people: tuple[Person, ...], *, is_series: bool = True) -> None:
    """Whoever listens, of what concerns this child: one text sums up the dates of a term."""
    rows = sitting.rows
    made = [one for one in recording.bookings_of(rows.made) if one.status == Status.CONFIRMED]
    if sitting.held_again:
        made.append(sitting.held_again)
    if made:
        bookings_confirmed.send(Booking, bookings=made, people=people, is_series=is_series)
    again = recording.bookings_of([*rows.moved, *rows.restored])
    if standing := [one for one in again if one.status == Status.CONFIRMED]:
        bookings_rescheduled.send(Booking, bookings=standing, people=people)
    if gone := recording.bookings_of([*rows.dropped, *rows.given_up]):
        bookings_cancelled.send(Booking, bookings=gone)


def first_possible(group: Group, enrolment: Enrolment, *, after: datetime) -> Session | None:
    """The first session at which she could sit that begins after an instant; where there is none,
    the last."""
    wanted, barred = if_enrolled(group, enrolment)
    possible = [one for one in wanted if one.pk not in barred]
    later = (one for one in possible if one.booking.starts_at >= after)
    return next(later, possible[-1] if possible else None)


def missed_if_enrolled(group: Group, enrolments: Iterable[Enrolment]) -> dict[int, list[Session]]:
    """What `settle` would return, were they enrolled; nothing is written. Who rides misses nothing:
    the board finds her an hour in which she can."""
    if group.workshop.is_ridden:
        return {}
    looked = {one.pk: if_enrolled(group, one) for one in enrolments}
    return {
        key: [one for one in wanted if one.pk in barred]
        for key, (wanted, barred) in looked.items()
        if barred
    }


def if_enrolled(group: Group, enrolment: Enrolment) -> tuple[list[Session], set[int]]:
    """Where she would sit, and the ids of those sessions at which she cannot. The locks are
    held."""
    was, enrolment.status, enrolment.group = enrolment.status, Enrolment.Status.ENROLLED, group
    sessions = selectors.sessions_ahead(group)
    party = scheduling_selectors.parties([enrolment.person])[enrolment.person_id]
    seats = seats_of([enrolment], sessions).get(enrolment.pk, {})
    sitting = Sitting(enrolment, party, seats, hours=whole_hours(sessions))
    wanted = [one for one in sessions if is_wanted(sitting, one)]
    barred = unable(sitting, group, wanted, arrangements_of([one.booking for one in wanted]))
    enrolment.status = was
    return wanted, barred
