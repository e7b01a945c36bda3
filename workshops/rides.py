"""Rides as bookings: what each holds, and how they follow a session that moves."""

from collections.abc import Iterable, Sequence
from datetime import time

from psycopg.types.range import TimestamptzRange

from base import clock
from people.models import User
from scheduling.models import Allocation
from scheduling.writing import Holding
from workshops import seating
from workshops.afternoons import Cast, cast_of
from workshops.errors import BoardFallsApart
from workshops.lines import board_of, in_order, lines_of
from workshops.models import Board, Session
from workshops.riding.checking import broken, counted
from workshops.riding.facts import Ride
from workshops.sitting import Hour, day_of

Part = Allocation.Part


def lock_cast(session: Session, *, also: Iterable[int] = ()) -> Cast:
    """Lock whoever may ride, lead and walk, and the resources of `also`; and read them again."""
    cast = cast_of(session)
    helping = {one.pk for one in cast.helpers.values()}
    horses = {one.resource_id for one in cast.horses.values()}
    people = [one.person for one in cast.enrolments.values()]
    seating.lock(session.group, people, also=helping | horses | set(also))
    return cast_of(session)


def hour_of(session: Session, cast: Cast, ride: Ride) -> Hour:
    """Of a line that breaks no rule."""
    day, (start, end) = day_of(session), cast.afternoon.span(ride)
    begins, ends = (clock.instant(day, time(*divmod(minute, 60))) for minute in (start, end))
    period = TimestamptzRange(begins, ends)
    assert ride.leader is not None
    parts = [
        (Part.HANDLER, cast.helpers[ride.leader]),
        *((Part.WALKER, cast.helpers[one]) for one in ride.side_walkers),
        (Part.HORSE, cast.horses[ride.horse].resource),
    ]
    return Hour(begins, ends, tuple(Holding(part, one, 1, period) for part, one in parts))


def seat(session: Session, cast: Cast, rides: Sequence[Ride], *, by: User) -> None:
    """Book these lines, which break no rule, and no others. The cast is locked."""
    hours = hours_of(session, cast, rides)
    seating.seat_riders(session, list(cast.enrolments.values()), hours, by=by)


def hours_of(session: Session, cast: Cast, rides: Sequence[Ride]) -> dict[int, Hour]:
    """By enrolment."""
    return {cast.enrolments[one.child].pk: hour_of(session, cast, one) for one in rides}


def carry_over(
    session: Session, rides: Sequence[Ride], *, by: User | None, leaving_out: bool
) -> None:
    """After a session moved: what was ridden in it, as much later, is booked anew. Where that
    breaks a rule now it raises BoardFallsApart, or (`leaving_out`) nobody rides, and the lines
    wait on the board for somebody to look at them. Whoever rides, and what with, is locked."""
    if not rides:
        return
    cast = cast_of(session)
    breaches = broken(cast.afternoon, rides)
    if breaches and not leaving_out:
        raise BoardFallsApart(rules=counted(breaches))
    fits = not breaches
    riding = [one for key, one in cast.enrolments.items() if key in {each.child for each in rides}]
    hours = hours_of(session, cast, rides) if fits else {}
    seating.seat_riders(session, riding, hours, by=by)
    board = board_of(session)
    if fits and lines_of(board) == in_order(rides):
        Board.objects.filter(session=session).update(lines=None, version=board.version + 1)
