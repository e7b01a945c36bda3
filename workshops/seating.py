"""Who sits in which session ahead: after any change of a group it is worked out anew.

A seat is given where the session stands, the enrolment has a place on that date, the age is right
then (D13) and the child is free, apart from those she must not meet (D11) and not led by kin (D12).
What no longer holds is taken away. The series is locked, and so are the children: `lock` before,
or with the session that was moved (scheduling.selectors.COMING_ALONG).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from psycopg.types.range import TimestamptzRange

from base import clock
from people.models import Person, User
from scheduling import rules, steps, taking, writing
from scheduling import selectors as scheduling_selectors
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.demand import Demand, Need
from scheduling.holdings import Held
from scheduling.intervals import Span
from scheduling.models import Allocation, Booking, Change, Modality
from scheduling.selectors import Party
from scheduling.series import recording
from scheduling.series.placing import Falling
from scheduling.series.recording import Written
from scheduling.signals import bookings_cancelled, bookings_confirmed, bookings_rescheduled
from scheduling.taking import Wanted
from scheduling.writing import Entry, Holding
from workshops import selectors
from workshops.models import Enrolment, Group, Seat, Session

Status = Booking.Status
Why = Seat.Why


@dataclass
class Sitting:
    """One child's seats as they are, and what is done to them."""

    enrolment: Enrolment
    party: Party
    seats: dict[int, Seat]
    """By session."""
    rows: Written = field(default_factory=Written)
    held_again: Booking | None = None
    new: list[Seat] = field(default_factory=list)
    kept: list[Seat] = field(default_factory=list)
    """Seats of which only the reason changed."""

    @property
    def person(self) -> Person:
        return self.enrolment.person


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
    parties = scheduling_selectors.parties([one.person for one in enrolments])
    missed: dict[int, list[Session]] = {}
    for enrolment in enrolments:
        enrolment.group = group
        sitting = Sitting(enrolment, parties[enrolment.person_id], seats.get(enrolment.pk, {}))
        wanted = [one for one in sessions if is_wanted(sitting, one)]
        barred = unable(sitting, group, wanted, held)
        for session in sessions:
            place(sitting, session, wanted, barred, by=by, party=party)
        write(sitting, by=by)
        if barred:
            missed[enrolment.pk] = [one for one in wanted if one.pk in barred]
    return missed


def seats_of(
    enrolments: Iterable[Enrolment], sessions: Collection[Session]
) -> dict[int, dict[int, Seat]]:
    """By enrolment and session."""
    found: dict[int, dict[int, Seat]] = {}
    seats = Seat.objects.filter(enrolment__in=list(enrolments), session__in=sessions)
    for seat in seats.select_related("booking__service"):
        found.setdefault(seat.enrolment_id, {})[seat.session_id] = seat
    return found


def is_wanted(sitting: Sitting, session: Session) -> bool:
    """Whether she should sit there, if she can."""
    return session.booking.status == Status.CONFIRMED and reason_against(sitting, session) is None


def reason_against(sitting: Sitting, session: Session) -> Why | None:
    """Why she should not, of what is known without looking at anybody's calendar."""
    enrolment, day = sitting.enrolment, day_of(session)
    if not comes_on(enrolment, session):
        return Why.ABSENT
    if not enrolment.group.workshop.is_for_age(sitting.person.age_on(day)):
        return Why.AGE
    return None


def comes_on(enrolment: Enrolment, session: Session) -> bool:
    """An offer holds one hour: the first after its expiry, or where there is none the last."""
    day = day_of(session)
    if not enrolment.covers(day) or any(one.covers(day) for one in enrolment.pauses.all()):
        return False
    if enrolment.status == Enrolment.Status.OFFERED:
        return session.pk == enrolment.offered_session_id
    return enrolment.status == Enrolment.Status.ENROLLED


def day_of(session: Session) -> date:
    return clock.local(session.booking.starts_at).date()


def unable(
    sitting: Sitting,
    group: Group,
    wanted: Sequence[Session],
    arranged: dict[int, Arrangement],
) -> set[int]:
    """Ids of the sessions at which she cannot sit: she is elsewhere, or somebody whom she must not
    meet is there, or her kin leads."""
    if not wanted:
        return set()
    held = read_held(sitting, wanted)
    there = presence(sitting, group, wanted)
    return {
        one.pk
        for one in wanted
        if not is_free(sitting, one, held)
        or rules.meets(there, one.booking.starts_at, one.booking.ends_at)
        or is_led_by_kin(sitting, arranged[one.booking_id])
    }


def read_held(sitting: Sitting, wanted: Sequence[Session]) -> Held:
    """What she holds then, her own seats aside."""
    need = Need(Allocation.Part.PERSON, sitting.party.resources)
    own = [seat.booking_id for seat in sitting.seats.values() if seat.booking_id]
    hours = [Wanted([need], one.booking.starts_at, one.booking.ends_at) for one in wanted]
    held, expired = taking.held_then(hours, ignoring=own).answer()
    writing.retire_all(expired, now=clock.now())
    return held


def is_free(sitting: Sitting, session: Session, held: Held) -> bool:
    period = holding_of(sitting, session).period
    return taking.free_lane(sitting.party.resources[0], period, held) is not None


def presence(sitting: Sitting, group: Group, wanted: Sequence[Session]) -> list[Span]:
    modality = Modality(group.series.modality)
    demand = Demand(group.series.service, (sitting.person,), modality, 1, takes_car=False)
    begins = min(one.booking.starts_at for one in wanted)
    ends = max(one.booking.ends_at for one in wanted)
    return rules.presence(demand, sitting.party.partners, begins, ends)


def is_led_by_kin(sitting: Sitting, held: Arrangement) -> bool:
    leaders = {held.lead.user_id, *(one.user_id for one in held.colleagues)}
    return not leaders.isdisjoint(sitting.party.walled_users)


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
    is_off = session.booking.status == Status.CANCELLED
    return Why.OFF if is_off and against is None else against or Why.ABSENT


def give(sitting: Sitting, session: Session, seat: Seat | None, *, by: User | None) -> None:
    booking = seat.booking if seat else None
    if seat is None or booking is None or is_over(sitting, booking):
        make(sitting, session, seat, by=by)
    elif booking.status == Status.CANCELLED:
        if seat.why:  # what the family or a colleague cancelled by hand stays so
            bring_back(sitting, seat, session)
    elif booking.status == Status.HELD and sitting.enrolment.status != OFFERED:
        sitting.held_again = booking
    elif booking.starts_at != session.booking.starts_at:
        sitting.rows.moved.append(moved(sitting, booking, session))


def is_over(sitting: Sitting, booking: Booking) -> bool:
    """Whether another booking is needed: a hold does not come back, nor does a place come back as
    a hold."""
    is_hold = sitting.enrolment.status == OFFERED or booking.hold_expires_at is not None
    return booking.status == Status.EXPIRED or (booking.status == Status.CANCELLED and is_hold)


OFFERED = Enrolment.Status.OFFERED


def make(sitting: Sitting, session: Session, seat: Seat | None, *, by: User | None) -> None:
    booking = new_booking(sitting.enrolment, session, by=by)
    holdings = [holding_of(sitting, session)]
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
    booking.starts_at, booking.ends_at = session.booking.starts_at, session.booking.ends_at
    booking.version += 1
    booking.schedule_version += 1
    holdings = [holding_of(sitting, session)]
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


def new_booking(enrolment: Enrolment, session: Session, *, by: User | None) -> Booking:
    series, hour = enrolment.group.series, session.booking
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


def holding_of(sitting: Sitting, session: Session) -> Holding:
    hour = session.booking
    period = TimestamptzRange(hour.starts_at, hour.ends_at)
    return Holding(Allocation.Part.PERSON, sitting.party.resources[0], 1, period)


def write(sitting: Sitting, *, by: User | None) -> None:
    rows, people = sitting.rows, (sitting.person,)
    recording.carry_out(rows, people, by=by, party=Booking.Party.CENTRE)
    if sitting.held_again:
        confirm(sitting.held_again, by=by)
    save_seats(sitting)
    tell(sitting, people)


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


def tell(sitting: Sitting, people: tuple[Person, ...]) -> None:
    """Whoever listens, of what concerns this child: one text sums up the dates of a term."""
    rows = sitting.rows
    made = [one for one in recording.bookings_of(rows.made) if one.status == Status.CONFIRMED]
    if sitting.held_again:
        made.append(sitting.held_again)
    if made:
        bookings_confirmed.send(Booking, bookings=made, people=people, is_series=True)
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
    """What `settle` would return, were they enrolled; nothing is written."""
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
    sitting = Sitting(enrolment, party, seats_of([enrolment], sessions).get(enrolment.pk, {}))
    wanted = [one for one in sessions if is_wanted(sitting, one)]
    barred = unable(sitting, group, wanted, arrangements_of([one.booking for one in wanted]))
    enrolment.status = was
    return wanted, barred
