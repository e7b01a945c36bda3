"""The board of a riding session: proposed, changed by hand, booked, and called off.

Lines are worked on as a draft, which may break rules and holds nothing. Booked, each is the child's
own booking, which holds the horse and those who help. Without a draft the board is what is booked.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from base import clock
from base.errors import StaleVersion
from people.models import Centre, User
from scheduling import steps
from scheduling.errors import AlreadyBegun
from scheduling.models import Booking
from scheduling.taking import deadlock_retried
from workshops import rides, riding_selectors, seating, sessions
from workshops.afternoons import cast_of
from workshops.errors import NothingToCallOff, RulesBroken
from workshops.lines import board_of, booked_rides, draft_of, in_order, lines_of
from workshops.models import Board, Session
from workshops.riding.checking import broken, counted
from workshops.riding.facts import Ride
from workshops.riding.proposing import Proposal, propose

Status = Booking.Status


@transaction.atomic
def draw(session: Session, wanted: Sequence[Ride], *, by: User, version: int) -> Board:
    """Keep these lines as the draft, whatever rules they break. Raises NotRidden, StaleVersion,
    AlreadyBegun."""
    board = locked(session, version)
    lines = in_order(wanted)
    same = lines == in_order(booked_rides(session))
    board.lines = None if same else draft_of(lines)
    board.version += 1
    board.changed_by = by
    board.save()
    return board


def locked(session: Session, version: int | None) -> Board:
    """The board of a session that is still ahead, for the rest of the transaction."""
    board = board_of(session)
    if board.version == 1:
        Board.objects.bulk_create([board], ignore_conflicts=True)
    board = Board.objects.select_for_update().get(session=session)
    board.session = session
    booking = Booking.objects.get(pk=session.booking_id)
    if booking.status != Status.CONFIRMED:
        raise steps.wrong_step(booking)
    if booking.starts_at <= clock.now():
        raise AlreadyBegun
    if version is not None and version != board.version:
        raise StaleVersion(version=board.version)
    return board


def propose_board(session: Session, *, by: User, version: int) -> tuple[Board, Proposal]:
    """A whole afternoon, as a draft in place of the lines there are. Nothing is locked while it is
    sought. Raises what `draw` does."""
    board_of(session)
    proposal = propose(cast_of(session).afternoon)
    return draw(session, proposal.rides, by=by, version=version), proposal


@deadlock_retried
def book_board(session: Session, *, by: User, version: int) -> Board:
    """Book every line: the child, the horse and who helps. Those who ride at another hour than
    booked before are told; of another horse nobody is.

    Raises NotRidden, RulesBroken with their codes, StaleVersion, AlreadyBegun.
    """
    session.group = sessions.lock_group(session.group)
    board = locked(session, version)
    lines = lines_of(board)
    cast = rides.lock_cast(session)
    if breaches := broken(cast.afternoon, lines):
        raise RulesBroken(rules=counted(breaches))
    rides.seat(session, cast, lines, by=by)
    board.lines = None
    board.version += 1
    board.changed_by = by
    board.save()
    return board


@deadlock_retried
def call_off_day(centre: Centre, day: date, *, by: User, reason: str) -> list[Session]:
    """The weather: nobody rides any more on that day, and whoever was to is told once (D16).
    Sessions ahead are cancelled, and keep their lines for when they come back; of one that has
    begun the rides ahead fall. Raises NothingToCallOff."""
    done = []
    for session in riding_selectors.rides_on(centre, day):
        if session.booking.starts_at > clock.now():
            sessions.cancel_session(session, by=by, reason=reason)
            done.append(session)
        elif take_down_ahead(session, by=by):
            done.append(session)
    if not done:
        raise NothingToCallOff
    return done


def take_down_ahead(session: Session, *, by: User) -> bool:
    """Whether any ride was still ahead."""
    session.group = sessions.lock_group(session.group)
    cast = rides.lock_cast(session)
    ahead = session.seats.filter(
        booking__starts_at__gt=clock.now(), booking__status=Status.CONFIRMED
    )
    riding = set(ahead.values_list("enrolment", flat=True))
    falling = [one for one in cast.enrolments.values() if one.pk in riding]
    seating.seat_riders(session, falling, {}, by=by)
    return bool(falling)
