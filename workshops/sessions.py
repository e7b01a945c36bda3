"""Sessions of a group: they follow its series, and are moved, cancelled, restored and made up for
alone. Whoever comes goes with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from people.models import User
from scheduling import services, setup, steps
from scheduling.arrangements import arrangements_of
from scheduling.models import Booking, Modality, Resource, Series
from scheduling.planning import Wish
from scheduling.series import services as series_services
from scheduling.taking import deadlock_retried
from workshops import rides, seating, selectors
from workshops.errors import ChildElsewhere
from workshops.lines import booked_rides, keep_lines, minutes_between, rides_to_follow, shifted
from workshops.models import Enrolment, Group, Seat, Session
from workshops.riding.facts import Ride
from workshops.sitting import are_moving, day_of, moving


def lock_group(group: Group) -> Group:
    """Before everything else, so that commands on one group, and on its series, come one by
    one."""
    series = series_services.lock_series(group.series)
    fresh = Group.objects.select_related(
        "workshop__service", "workshop__centre", "workshop__riding"
    ).get(pk=group.pk)
    fresh.series = series
    return fresh


def follow(
    group: Group, changed: Sequence[Booking] = (), *, by: User | None = None
) -> dict[int, list[Session]]:
    """After some of its sessions changed: every booking of the series is a session, and everybody
    sits where she should. Who rides in one that moved rides as much later; where the board would
    fall apart nobody does."""
    keep_sessions(group)
    ridden: dict[Session, list[Ride]] = {}
    if group.workshop.is_ridden:
        ridden = rides_to_follow([one for one in changed if one.pk not in are_moving()])
        keep_lines(changed)
    placed = [one for one in selectors.live_enrolments(group) if one.status in with_seats()]
    with moving(ridden):
        missed = seating.settle(group, placed, by=by, party=Booking.Party.CENTRE)
    for session, lines in ridden.items():
        rides.carry_over(reread(session), lines, by=by, leaving_out=True)
    return missed


def with_seats() -> tuple[Enrolment.Status, ...]:
    return Enrolment.Status.OFFERED, Enrolment.Status.ENROLLED


def keep_sessions(group: Group) -> None:
    missing = Booking.objects.filter(term__series=group.series_id, session=None)
    Session.objects.bulk_create(
        [Session(group=group, booking=one) for one in missing.order_by("starts_at")],
        ignore_conflicts=True,
    )


def check_everybody_can(missed: dict[int, list[Session]]) -> None:
    """Raises ChildElsewhere with the days; nobody is told who, or why."""
    days = sorted({day_of(one) for sessions in missed.values() for one in sessions})
    if days:
        raise ChildElsewhere(days=", ".join(f"{day:%d.%m.%Y}" for day in days))


def missed_at(group: Group, bookings: Sequence[Booking]) -> dict[int, list[Session]]:
    """Who would sit in these sessions and cannot, by enrolment."""
    empty = Seat.objects.filter(
        session__booking__in=bookings,
        why=Seat.Why.ELSEWHERE,
        enrolment__group=group,
        enrolment__status__in=with_seats(),
    )
    missed: dict[int, list[Session]] = {}
    for seat in empty.select_related("session__booking"):
        missed.setdefault(seat.enrolment_id, []).append(seat.session)
    return missed


@deadlock_retried
def cancel_session(
    session: Session, *, by: User, reason: str = "", version: int | None = None
) -> Session:
    """Those who would have come are told, once. Raises AlreadyBegun, WrongStep, StaleVersion."""
    lock_group(session.group)
    cancelled = services.cancel_booking(
        session.booking, by=by, party=Booking.Party.CENTRE, reason=reason, version=version
    )
    if cancelled.term_id is None:
        follow(session.group, [cancelled], by=by)
    return reread(session)


@deadlock_retried
def move_session(
    session: Session,
    *,
    starts_at: datetime,
    by: User,
    room: Resource | None = None,
    lead: Resource | None = None,
    leaving_out: bool = False,
    version: int | None = None,
) -> Session:
    """Everybody goes along, or (`leaving_out`) whoever can. Raises ChildElsewhere,
    BoardFallsApart, and what `reschedule_booking` does."""
    group = lock_group(session.group)
    later = minutes_between(session.booking.starts_at, starts_at)
    ridden = shifted(booked_rides(session), later) if group.workshop.is_ridden else []
    if ridden:
        pool = setup.now_of(group.workshop.centre_id).suitable(group.workshop.service)
        rides.lock_cast(session, also=[one.pk for one in (*pool, lead) if one])
    with moving([session]):
        moved = services.reschedule_booking(
            session.booking,
            starts_at=starts_at,
            by=by,
            room=room,
            lead=lead,
            least_seats=group.capacity,  # one that makes up for another has no term to say so
            version=version,
        )
        if moved.term_id is None:
            follow(group, [moved], by=by)
    rides.carry_over(reread(session), ridden, by=by, leaving_out=leaving_out)
    if not leaving_out:
        check_everybody_can(missed_at(group, [moved]))
    return reread(session)


@deadlock_retried
def make_up(
    session: Session,
    *,
    starts_at: datetime,
    by: User,
    room: Resource | None = None,
    leaving_out: bool = False,
) -> Session:
    """Another hour for a cancelled session, with the same leaders. Raises ChildElsewhere,
    WrongStep, and what `book` does."""
    group = lock_group(session.group)
    session = reread(session)
    is_made_up = Session.objects.filter(makes_up_for=session).exists()
    if session.booking.status != Booking.Status.CANCELLED or is_made_up:
        raise steps.wrong_step(session.booking)
    wish = replace(wish_again(group.series, session), starts_at=starts_at, room=room)
    lock_for(group, wish)
    booking = services.book(wish, by=by)
    group.series.beside.add(booking)
    made = Session.objects.create(group=group, booking=booking, makes_up_for=session)
    follow(group, by=by)
    if not leaving_out:
        check_everybody_can(missed_at(group, [booking]))
    return made


def lock_for(group: Group, wish: Wish) -> None:
    """Whatever might be held, and whoever comes, at once: nothing is locked later."""
    pool = setup.now_of(wish.service.centre_id).suitable(wish.service)
    people = [one.person for one in selectors.live_enrolments(group)]
    seating.lock(group, people, also=[wish.lead.pk, *(one.pk for one in pool)])


def wish_again(series: Series, session: Session) -> Wish:
    """The wish that made a session, whatever it holds now."""
    held = arrangements_of([session.booking])[session.booking_id]
    return Wish(
        service=series.service,
        starts_at=session.booking.starts_at,
        lead=held.lead,
        people=(),
        modality=Modality(series.modality),
        colleagues=held.colleagues,
        least_workers=series.least_workers,
        least_seats=series.least_seats,
        kind=Booking.Kind.SESSION,
    )


def reread(session: Session) -> Session:
    found = Session.objects.select_related("group__workshop__service", "booking__service")
    return found.get(pk=session.pk)
