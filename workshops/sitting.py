"""One child's seats in a group, and whether she can take them: judged, never written."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime

from psycopg.types.range import TimestamptzRange

from base import clock
from people.models import Person
from scheduling import rules, taking, writing
from scheduling.arrangements import Arrangement
from scheduling.demand import Demand, Need
from scheduling.holdings import Held
from scheduling.intervals import Span
from scheduling.models import Allocation, Booking, Modality
from scheduling.selectors import Party
from scheduling.series.recording import Written
from scheduling.taking import Wanted
from scheduling.writing import Holding
from workshops import selectors
from workshops.models import Enrolment, Group, Seat, Session

Status = Booking.Status
Why = Seat.Why


@dataclass(frozen=True)
class Hour:
    """When somebody sits in a session, and what is held for her beside herself."""

    starts_at: datetime
    ends_at: datetime
    beside: tuple[Holding, ...] = ()

    @property
    def period(self) -> TimestamptzRange:
        return TimestamptzRange(self.starts_at, self.ends_at)

    @property
    def key(self) -> tuple[datetime, datetime, frozenset[int]]:
        """The same for hours of which nothing differs."""
        return self.starts_at, self.ends_at, frozenset(one.resource.pk for one in self.beside)


@dataclass
class Sitting:
    """One child's seats as they are, and what is done to them."""

    enrolment: Enrolment
    party: Party
    seats: dict[int, Seat]
    """By session."""
    hours: Mapping[int, Hour]
    """By session, where there is one for her."""
    standing: Mapping[int, Hour] = field(default_factory=dict)
    """By session, what her bookings hold, where they hold more than her."""
    rows: Written = field(default_factory=Written)
    held_again: Booking | None = None
    new: list[Seat] = field(default_factory=list)
    kept: list[Seat] = field(default_factory=list)
    """Seats of which only the reason changed."""

    @property
    def person(self) -> Person:
        return self.enrolment.person


_moving: ContextVar[frozenset[int]] = ContextVar("sessions that rides follow", default=frozenset())


def are_moving() -> frozenset[int]:
    """Ids of the bookings of sessions that move just now."""
    return _moving.get()


@contextmanager
def moving(sessions: Iterable[Session]) -> Iterator[None]:
    """While sessions move, what is ridden in them stands; afterwards it is seen to (`rides`)."""
    token = _moving.set(_moving.get() | {one.booking_id for one in sessions})
    try:
        yield
    finally:
        _moving.reset(token)


def whole_hours(sessions: Iterable[Session]) -> dict[int, Hour]:
    return {one.pk: Hour(one.booking.starts_at, one.booking.ends_at) for one in sessions}


def rides_of(
    sessions: Collection[Session], seats: Mapping[int, Mapping[int, Seat]]
) -> dict[int, dict[int, Hour]]:
    """What the bookings of riders hold, by enrolment and session. A ride that lies outside its
    session, which was moved, is none any more; who holds no horse holds the session, wherever it
    is."""
    standing = [
        seat.booking
        for by_session in seats.values()
        for seat in by_session.values()
        if seat.booking and seat.booking.status in {Status.HELD, Status.CONFIRMED}
    ]
    beside = selectors.held_beside(standing)
    hours = whole_hours(sessions)
    moved = {one.pk for one in sessions if one.booking_id in are_moving()}
    return {
        enrolment: {
            session: Hour(booking.starts_at, booking.ends_at, held)
            if (held := beside.get(booking.pk, ()))
            else hours[session]
            for session, seat in by_session.items()
            if (booking := seat.booking) in standing
            and (
                booking.pk not in beside or session in moved or lies_within(booking, hours[session])
            )
        }
        for enrolment, by_session in seats.items()
    }


def lies_within(booking: Booking, hour: Hour) -> bool:
    return hour.starts_at <= booking.starts_at and booking.ends_at <= hour.ends_at


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
    stands = session.booking.status == Status.CONFIRMED and session.pk in sitting.hours
    return stands and reason_against(sitting, session) is None


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
        or rules.meets(there, sitting.hours[one.pk].starts_at, sitting.hours[one.pk].ends_at)
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
    period = sitting.hours[session.pk].period
    return taking.free_lane(sitting.party.resources[0], period, held) is not None


def holdings_of(sitting: Sitting, session: Session) -> list[Holding]:
    hour = sitting.hours[session.pk]
    hers = Holding(Allocation.Part.PERSON, sitting.party.resources[0], 1, hour.period)
    return [*hour.beside, hers]


def presence(sitting: Sitting, group: Group, wanted: Sequence[Session]) -> list[Span]:
    modality = Modality(group.series.modality)
    demand = Demand(group.series.service, (sitting.person,), modality, 1, takes_car=False)
    begins = min(one.booking.starts_at for one in wanted)
    ends = max(one.booking.ends_at for one in wanted)
    return rules.presence(demand, sitting.party.partners, begins, ends)


def is_led_by_kin(sitting: Sitting, held: Arrangement) -> bool:
    leaders = {held.lead.user_id, *(one.user_id for one in held.colleagues)}
    return not leaders.isdisjoint(sitting.party.walled_users)
