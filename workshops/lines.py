"""The lines of a riding session's board: as they are booked, and as somebody is drawing them."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db.models import F

from base import clock
from scheduling.models import Allocation, Booking, Change, Resource
from scheduling.writing import Holding
from workshops import riding_selectors, selectors
from workshops.errors import NotRidden
from workshops.models import Board, Seat, Session
from workshops.riding.facts import Ride

Part = Allocation.Part
Status = Booking.Status
MOST_LINES = 200


def booked_rides(session: Session) -> list[Ride]:
    """In order of time."""
    seats = session.seats.filter(booking__status__in=selectors.COMING)
    riding = {one.booking_id: one for one in seats.select_related("booking", "enrolment__person")}
    held = selectors.held_beside([one.booking for one in riding.values() if one.booking])
    keys = horse_keys(held)
    rides = [
        ride_of(riding[booking], holdings, keys)
        for booking, holdings in held.items()
        if any(one.part == Part.HORSE for one in holdings)
    ]
    return sorted(rides, key=lambda ride: (ride.starts_at, ride.horse))


def horse_keys(held: dict[int, tuple[Holding, ...]]) -> dict[int, str]:
    """By resource."""
    resources = {
        one.resource.pk for holdings in held.values() for one in holdings if one.part == Part.HORSE
    }
    return riding_selectors.keys_of_horses(resources)


def ride_of(seat: Seat, holdings: Sequence[Holding], keys: dict[int, str]) -> Ride:
    def those(part: Part) -> list[Resource]:
        return [one.resource for one in holdings if one.part == part]

    assert seat.booking is not None
    begins = clock.local(seat.booking.starts_at)
    leaders = those(Part.HANDLER)
    return Ride(
        child=str(seat.enrolment.person.public_id),
        horse=keys[those(Part.HORSE)[0].pk],
        starts_at=begins.hour * 60 + begins.minute,
        leader=str(leaders[0].public_id) if leaders else None,
        side_walkers=tuple(str(one.public_id) for one in those(Part.WALKER)),
    )


def board_of(session: Session) -> Board:
    """As it is kept, or one on which nothing was done yet. Raises NotRidden."""
    if not session.group.workshop.is_ridden:
        raise NotRidden
    found = Board.objects.filter(session=session).first()
    return found or Board(session=session, lines=None, version=1)


def lines_of(board: Board) -> list[Ride]:
    """The draft, or what is booked."""
    if board.lines is None:
        return booked_rides(board.session)
    return [as_ride(line) for line in board.lines]


def as_ride(line: dict[str, Any]) -> Ride:
    return Ride(**(line | {"side_walkers": tuple(line["side_walkers"])}))


def in_order(rides: Sequence[Ride]) -> list[Ride]:
    return sorted(rides, key=lambda ride: (ride.starts_at, ride.horse, ride.child))


def draft_of(rides: Sequence[Ride]) -> list[dict[str, Any]]:
    return [asdict(ride) for ride in in_order(rides)]


def keep_lines(bookings: Sequence[Booking]) -> None:
    """These sessions moved or were cancelled, and what is ridden in them may fall: the lines stay
    as a draft, as much later as each session."""
    boards = Board.objects.filter(session__booking__in=bookings)
    later = minutes_later(bookings)
    for board in boards.select_related("session__booking", "session__group__workshop"):
        booking = board.session.booking
        if booking.status == Status.CANCELLED or booking.pk in later:
            keep(board, shifted(lines_of(board), later.get(booking.pk, 0)))


def keep(board: Board, lines: Sequence[Ride]) -> None:
    if lines:
        board.lines = draft_of(lines)
        board.version += 1
        board.save(update_fields=["lines", "version"])


def minutes_later(bookings: Sequence[Booking]) -> dict[int, int]:
    """By booking, by how much its last change moved it, by the clock on the wall, whatever the
    days; of those alone that it moved."""
    moves = Change.objects.filter(
        booking__in=bookings,
        what__in=[Change.What.RESCHEDULED, Change.What.RESTORED],
        version=F("booking__version"),
    )
    begun = {
        one.booking: datetime.fromisoformat(one.facts["was"])
        for one in moves.select_related("booking")
    }
    return {
        booking.pk: minutes_between(was, booking.starts_at)
        for booking, was in begun.items()
        if was != booking.starts_at
    }


def rides_to_follow(bookings: Sequence[Booking]) -> dict[Session, list[Ride]]:
    """What is booked in those of these sessions that moved, as much later as each of them."""
    later = minutes_later(bookings)
    sessions = Session.objects.filter(booking__in=later, booking__status=Status.CONFIRMED)
    rides = {one: shifted(booked_rides(one), later[one.booking_id]) for one in sessions}
    return {session: found for session, found in rides.items() if found}


def minutes_between(one: datetime, other: datetime) -> int:
    was, now = (clock.local(at) for at in (one, other))
    return 60 * (now.hour - was.hour) + now.minute - was.minute


def shifted(rides: Sequence[Ride], later: int) -> list[Ride]:
    return [replace(one, starts_at=one.starts_at + later) for one in rides]
