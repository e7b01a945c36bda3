# ruff: noqa: A002, C901 - `id` is what it is called, and a list of reasons is best read in one go
"""The booking rules again, in plain lists and as naively as possible.

A second opinion for the tests: the same random commands go to the program and to a
`World`, and both must answer alike. So nothing here is clever or fast: time is looked
at minute by minute, candidates are tried one by one, and no code of the program is used.

Instants are aware UTC datetimes with whole minutes, lengths are minutes, intervals are
`[start, end)`. Days, windows and the grid are wall-clock time in Europe/Sofia. A refusal
is `Refused(reason)`; a `ValueError` means that a call lies outside what is modelled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

SOFIA = ZoneInfo("Europe/Sofia")
MINUTE = timedelta(minutes=1)
NO_CONTACT_MARGIN = 15
SEARCH_DAYS = 90
MODALITIES = ("on_site", "phone", "online", "field")


class Refused(Exception):
    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@cache
def utc(day: date, at: time) -> datetime:
    """The first such moment in the autumn overlap; in the spring gap, an hour later."""
    return datetime.combine(day, at.replace(fold=0), SOFIA).astimezone(UTC)


@cache
def local(instant: datetime) -> datetime:
    return instant.astimezone(SOFIA)


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    return (start + n * MINUTE for n in range((end - start) // MINUTE))


def check_instants(*instants: datetime) -> None:
    for instant in instants:
        if instant.utcoffset() != timedelta(0) or instant.second or instant.microsecond:
            raise ValueError(f"{instant!r} is not a whole minute in UTC")


@dataclass
class Window:
    """Every week on `weekday` (Monday is 0). One that ends before it begins is empty."""

    weekday: int
    begins: time
    until: time
    valid_from: date | None = None
    valid_until: date | None = None  # inclusive
    centre: int = 1

    def covers(self, minute: datetime) -> bool:
        day = local(minute).date()
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
            and utc(day, self.begins) <= minute < utc(day, self.until)
        )


@dataclass
class DayException:
    kind: str  # "off" | "extra"
    day: date
    begins: time | None = None  # None: the whole day
    until: time | None = None
    centre: int | None = None  # None: at every centre

    def covers(self, minute: datetime) -> bool:
        if local(minute).date() != self.day:
            return False
        if self.begins is None or self.until is None:
            return True
        return utc(self.day, self.begins) <= minute < utc(self.day, self.until)


@dataclass
class Centre:
    id: int = 1
    opening: list[Window] = field(default_factory=list)
    closures: list[date] = field(default_factory=list)


@dataclass
class Service:
    id: int
    duration: int = 50
    buffer_after: int = 0
    travel: int = 0  # each way, field visits only
    minimum_notice: int = 0
    step: int = 30
    modalities: tuple[str, ...] = MODALITIES
    specialists: int = 1
    needs_room: bool = True  # on site only
    needs_vehicle: bool = False  # field visits only


@dataclass
class Specialist:
    id: int
    skills: list[int] = field(default_factory=list)
    availability: list[Window] = field(default_factory=list)
    exceptions: list[DayException] = field(default_factory=list)
    centres: tuple[int, ...] = (1,)


@dataclass
class Room:
    id: int
    seats: int
    suits: list[int] = field(default_factory=list)
    centre: int = 1


@dataclass
class Vehicle:
    id: int
    seats: int
    centre: int = 1


@dataclass
class Person:
    id: int
    risk: bool = False


@dataclass
class Allocation:
    kind: str  # "specialist" | "person" | "room" | "vehicle"
    id: int
    start: datetime
    end: datetime


@dataclass
class Booking:
    id: int
    status: str  # "held" | "confirmed" | "cancelled" | "expired" | "closed"
    service: int
    modality: str
    centre: int
    specialist: int
    people: list[int]
    start: datetime
    end: datetime
    allocations: list[Allocation]
    expires_at: datetime | None = None
    outcomes: dict[int, str] = field(default_factory=dict)

    def ids(self, kind: str) -> list[int]:
        """The resources of one kind that it holds; of specialists the lead comes first."""
        return [a.id for a in self.allocations if a.kind == kind]


def find(rows, id):
    for row in rows:
        if row.id == id:
            return row
    raise ValueError(f"no such id: {id}")


class World:
    def __init__(self, now: datetime):
        self.now = now
        self.centres: list[Centre] = []
        self.services: list[Service] = []
        self.specialists: list[Specialist] = []
        self.rooms: list[Room] = []
        self.vehicles: list[Vehicle] = []
        self.persons: list[Person] = []
        self.no_contact: list[tuple[int, int]] = []
        self.bookings: list[Booking] = []
        self.blocks: list[Allocation] = []

    # Facts

    def active(self, ignoring=None) -> list[Booking]:
        kept = [b for b in self.bookings if b.id != ignoring]
        held = [b for b in kept if b.expires_at and b.status == "held" and self.now < b.expires_at]
        return held + [b for b in kept if b.status in ("confirmed", "closed")]

    def free(self, kind, id, start, end, ignoring=None) -> bool:
        taken = [a for b in self.active(ignoring) for a in b.allocations] + self.blocks
        mine = [a for a in taken if (a.kind, a.id) == (kind, id)]
        return not any(a.start <= m < a.end for a in mine for m in minutes(start, end))

    def closed(self, centre, start, end) -> bool:
        closures = find(self.centres, centre).closures
        return any(local(m).date() in closures for m in minutes(start, end))

    def open(self, centre, start, end) -> bool:
        opening = find(self.centres, centre).opening
        return all(any(w.covers(m) for w in opening) for m in minutes(start, end))

    def works(self, specialist, centre, start, end) -> bool:
        """Time off wins over extra hours. Bookings and closures are not looked at."""
        who = find(self.specialists, specialist)
        here = [x for x in who.exceptions if x.centre in (None, centre)]
        on = [w for w in who.availability if w.centre == centre]
        on += [x for x in here if x.kind == "extra"]
        off = [x for x in here if x.kind == "off"]
        return all(
            any(w.covers(m) for w in on) and not any(x.covers(m) for x in off)
            for m in minutes(start, end)
        )

    def can_do(self, specialist, service, centre) -> bool:
        who = find(self.specialists, specialist)
        return service in who.skills and centre in who.centres

    def kept_apart(self, people, modality, centre, start, end, ignoring=None) -> bool:
        pairs = self.no_contact + [(b, a) for a, b in self.no_contact]
        if any(a in people and b in people for a, b in pairs):
            return True
        margin = NO_CONTACT_MARGIN * MINUTE
        return modality == "on_site" and any(
            a in people
            and b in other.people
            and any(other.start <= m < other.end for m in minutes(start - margin, end + margin))
            for other in self.active(ignoring)
            if (other.modality, other.centre) == ("on_site", centre)
            for a, b in pairs
        )

    def is_first_visit(self, person, centre, start, ignoring=None) -> bool:
        """No confirmed visit to this person at the centre starts earlier; a hold may yet expire."""
        return not any(
            b.modality == "field" and b.centre == centre and person in b.people and b.start < start
            for b in self.active(ignoring)
            if b.status != "held"
        )

    def workers_needed(self, service, people, modality, centre, start, ignoring=None) -> int:
        """Two at least when one of the people is at risk or is visited for the first time."""
        two = modality == "field" and any(
            find(self.persons, p).risk or self.is_first_visit(p, centre, start, ignoring)
            for p in people
        )
        return max(2 if two else 1, find(self.services, service).specialists)

    # The decision

    def why_not(self, *booking, **named) -> str | None:
        """The first reason to refuse, or None; arguments as for `decide`."""
        return self.decide(*booking, **named)[0]

    def decide(
        self, service, start, specialist, people, modality, *,
        room=None, vehicle=None, colleagues=None, least=1, ignoring=None, centre=1,
    ) -> tuple[str | None, list[Allocation]]:  # fmt: skip
        """(None, what the booking would hold), or (the first reason to refuse, []).

        `least` is how many specialists are wanted, should fewer be needed.

        The order of the reasons: past_start, closed, outside_availability, no_contact,
        resource_unavailable (someone or something asked for by id is taken), no_colleague,
        no_room, no_vehicle (none fits and is free, or the one asked for does not fit).
        """
        check_instants(start, self.now)
        wants = find(self.services, service)
        needed = self.workers_needed(service, people, modality, centre, start, ignoring)
        needed = max(needed, least)
        crew = [specialist, *(colleagues or [])]
        use_room = modality == "on_site" and wants.needs_room
        use_vehicle = modality == "field" and wants.needs_vehicle
        if modality not in wants.modalities or len(set(people)) < len(people):
            raise ValueError("the service is not given this way, or a person is named twice")
        if len(set(crew)) < len(crew) or not all(self.can_do(s, service, centre) for s in crew):
            raise ValueError("a specialist is named twice, or does not give this service here")
        if colleagues is not None and len(crew) != needed:
            raise ValueError(f"{needed} specialists are needed, {len(crew)} are named")
        if (room is not None and not use_room) or (vehicle is not None and not use_vehicle):
            raise ValueError("a room or vehicle is named where none is used")

        end = start + wants.duration * MINUTE
        travel = wants.travel * MINUTE if modality == "field" else 0 * MINUTE
        session, ride = (start, end), (start - travel, end + travel)
        work = (start - travel, end + travel + wants.buffer_after * MINUTE)

        if start <= self.now:
            return "past_start", []
        if self.closed(centre, *session):
            return "closed", []
        if not all(self.works(s, centre, *session) for s in crew):
            return "outside_availability", []
        if modality == "on_site" and not self.open(centre, *session):
            return "outside_availability", []
        if self.kept_apart(people, modality, centre, *session, ignoring):
            return "no_contact", []

        holds = [Allocation("specialist", s, *work) for s in crew]
        holds += [Allocation("person", p, *session) for p in people]
        asked = [Allocation("room", room, *session)] if room is not None else []
        asked += [Allocation("vehicle", vehicle, *ride)] if vehicle is not None else []
        if not all(self.free(a.kind, a.id, a.start, a.end, ignoring) for a in holds + asked):
            return "resource_unavailable", []

        more = self._choose("specialist", needed - len(crew), work, ignoring, (
            s for s in self.specialists
            if s.id not in crew and self.can_do(s.id, service, centre)
            and self.works(s.id, centre, *session)
        ))  # fmt: skip
        rooms = self._choose("room", int(use_room), session, ignoring, (
            r for r in self.rooms
            if r.centre == centre and room in (None, r.id)
            and service in r.suits and r.seats >= len(people) + needed
        ))  # fmt: skip
        vehicles = self._choose("vehicle", int(use_vehicle), ride, ignoring, (
            v for v in self.vehicles
            if v.centre == centre and vehicle in (None, v.id) and v.seats >= needed
        ))  # fmt: skip
        if len(crew) + len(more) < needed:
            return "no_colleague", []
        if use_room and not rooms:
            return "no_room", []
        if use_vehicle and not vehicles:
            return "no_vehicle", []
        return None, holds + more + rooms + vehicles

    def _choose(self, kind, count, span, ignoring, fitting) -> list[Allocation]:
        start, end = span
        free = (one for one in fitting if self.free(kind, one.id, start, end, ignoring))
        return [Allocation(kind, one.id, *span) for one in islice(free, count)]

    # Commands

    def book(
        self, service, start, specialist, people, modality, *, centre=1, expires_at=None, **named
    ) -> Booking:
        """Name the room, vehicle and colleagues that the program chose, to follow it."""
        reason, holds = self.decide(
            service, start, specialist, people, modality, centre=centre, **named
        )
        if reason:
            raise Refused(reason)
        end = start + find(self.services, service).duration * MINUTE
        status = "held" if expires_at else "confirmed"
        booking = Booking(
            len(self.bookings) + 1, status, service, modality, centre, specialist, list(people),
            start, end, holds, expires_at,
        )  # fmt: skip
        self.bookings.append(booking)
        return booking

    def hold(self, *booking, expires_at, **named) -> Booking:
        check_instants(expires_at)
        return self.book(*booking, expires_at=expires_at, **named)

    def _active(self, id, *statuses) -> Booking:
        booking = find(self.bookings, id)
        if booking.status not in statuses or booking not in self.active():
            raise Refused("wrong_status")
        return booking

    def confirm(self, id) -> None:
        self._active(id, "held").status = "confirmed"

    def cancel(self, id) -> None:
        booking = self._active(id, "held", "confirmed")
        if booking.status == "confirmed" and booking.start <= self.now:
            raise Refused("started")
        booking.status = "cancelled"

    def move(self, id, start, specialist=None, **named) -> Booking:
        """The people stay, the lead unless named, and the number of specialists; room and the
        rest are chosen anew. A hold ends at its new start at the latest."""
        booking = self._active(id, "held", "confirmed")
        if booking.start <= self.now:
            raise Refused("started")
        lead = booking.specialist if specialist is None else specialist
        reason, holds = self.decide(
            booking.service, start, lead, booking.people, booking.modality,
            centre=booking.centre, ignoring=id, least=len(booking.ids("specialist")), **named,
        )  # fmt: skip
        if reason:
            raise Refused(reason)
        booking.end += start - booking.start
        booking.start, booking.specialist, booking.allocations = start, lead, holds
        booking.expires_at = booking.expires_at and min(booking.expires_at, start)
        return booking

    def expire(self, now) -> list[int]:
        gone = [b for b in self.bookings if b.status == "held" and b.expires_at <= now]
        for booking in gone:
            booking.status = "expired"
        return [b.id for b in gone]

    def block(self, kind, id, start, end) -> Allocation:
        check_instants(start, end)
        if end <= start:
            raise ValueError("a block needs a length")
        if not self.free(kind, id, start, end):
            raise Refused("resource_unavailable")
        self.blocks.append(Allocation(kind, id, start, end))
        return self.blocks[-1]

    def outcome(self, id, person, outcome) -> None:
        """Recording again corrects."""
        booking = self._active(id, "confirmed", "closed")
        if person not in booking.people:
            raise Refused("not_a_participant")
        if self.now < booking.start:
            raise Refused("not_started")
        booking.outcomes[person] = outcome
        if len(booking.outcomes) == len(booking.people):
            booking.status = "closed"

    # Queries

    def slots(self, service, people, modality, from_, to, specialist=None, centre=1):
        """(start, specialist id) of all that could be booked and is on offer, soonest first."""
        check_instants(from_, to)
        wants = find(self.services, service)
        offered = [
            m
            for m in minutes(from_, to)
            if m + wants.duration * MINUTE <= to
            and self.now + wants.minimum_notice * MINUTE <= m
            and (local(m).hour * 60 + local(m).minute) % wants.step == 0
        ]
        return [
            (start, who)
            for start in offered
            for who in sorted(s.id for s in self.specialists)
            if specialist in (None, who)
            and self.can_do(who, service, centre)
            and self.why_not(service, start, who, people, modality, centre=centre) is None
        ]

    def first_day_after(self, service, people, modality, to, specialist=None, centre=1):
        """The first date, after that of the window's last minute, on which some slot starts."""
        last_day = local(to - MINUTE).date()
        over_midnight = (find(self.services, service).duration - 1) * MINUTE
        for n in range(1, SEARCH_DAYS + 1):
            day = last_day + timedelta(days=n)
            from_ = utc(day, time(0))
            until = utc(day + timedelta(days=1), time(0)) + over_midnight
            if self.slots(service, people, modality, from_, until, specialist, centre):
                return day
        return None
