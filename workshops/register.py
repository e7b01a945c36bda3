"""Who came when: the attendance of a term as a table, and the sheet that is filled in by hand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from base import clock
from people.models import Person
from people.policies import Staff
from scheduling.models import Booking
from workshops import selectors
from workshops.models import Enrolment, Group, Seat, Session

COLUMNS = 16
"""Sessions on one page of the table."""

EMPTY = {Booking.Status.HELD, Booking.Status.EXPIRED}


@dataclass(frozen=True)
class Cell:
    """`code` is an outcome, or `absent` (not expected), `off` (the session is cancelled), `gone`
    (the place was given up by hand), `open` (nothing is noted)."""

    code: str


@dataclass(frozen=True)
class Row:
    person: Person
    cells: Sequence[Cell]
    came: int


@dataclass(frozen=True)
class Register:
    sessions: Sequence[Session]
    rows: Sequence[Row]
    earlier: date | None
    """Before which there are more sessions."""


def register(staff: Staff, group: Group, *, before: date | None = None) -> Register:
    """The latest sessions that have begun (before a day), and everybody who had a seat in one of
    them, without families she is walled off from."""
    limit = min(clock.now(), clock.midnight(before)) if before else clock.now()
    begun = group.sessions.filter(booking__starts_at__lte=limit).select_related("booking")
    latest = list(begun.order_by("-booking__starts_at", "-pk")[: COLUMNS + 1])
    sessions = latest[:COLUMNS][::-1]
    first = clock.local(sessions[0].booking.starts_at).date() if sessions else None
    seats = seats_of(staff, group, sessions)
    return Register(
        sessions,
        [row(enrolments, sessions, seats) for enrolments in by_person(seats)],
        first if len(latest) > COLUMNS else None,
    )


Seats = dict[tuple[Enrolment, int], Seat]


def seats_of(staff: Staff, group: Group, sessions: Sequence[Session]) -> Seats:
    """By enrolment and session."""
    known = selectors.enrolments_seen_by(staff).filter(group=group)
    found = Seat.objects.filter(enrolment__in=known.values("pk"), session__in=sessions)
    found = found.select_related("enrolment__person", "booking")
    return {
        (one.enrolment, one.session_id): one
        for one in found.prefetch_related("booking__participations")
        if one.booking is None or one.booking.status not in EMPTY
    }


def by_person(seats: Seats) -> list[list[Enrolment]]:
    """Who left and came again stands in one row."""
    found: dict[Person, list[Enrolment]] = {}
    for enrolment in dict.fromkeys(enrolment for enrolment, _ in seats):
        found.setdefault(enrolment.person, []).append(enrolment)
    people = sorted(found, key=lambda one: (one.given_name, one.family_name, one.pk))
    return [found[person] for person in people]


def row(enrolments: Sequence[Enrolment], sessions: Sequence[Session], seats: Seats) -> Row:
    cells = [cell([seats.get((one, its.pk)) for one in enrolments], its) for its in sessions]
    return Row(enrolments[0].person, cells, sum(one.code == "attended" for one in cells))


def cell(seats: Sequence[Seat | None], session: Session) -> Cell:
    if session.booking.status == Booking.Status.CANCELLED:
        return Cell("off")
    codes = [code for seat in seats if (code := code_of(seat)) != "absent"]
    return Cell(codes[0] if codes else "absent")


def code_of(seat: Seat | None) -> str:
    if seat is None or seat.booking is None or seat.why:
        return "absent"
    if seat.booking.status == Booking.Status.CANCELLED:
        return "gone"
    return selectors.outcome_of(seat) or "open"


def sheet_names(people: Sequence[Person]) -> list[str]:
    """Given names; where two are alike, with the first letter of the family name."""
    alike = Counter(one.given_name.casefold() for one in people)
    return [
        f"{one.given_name} {one.family_name[:1]}."
        if alike[one.given_name.casefold()] > 1 and one.family_name
        else one.given_name
        for one in people
    ]
