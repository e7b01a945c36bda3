"""Concrete events as their readers may see them: API and pages read these alone.

A `Scope` says which bookings; one statement fetches them with their people and the reader's
reasons to know of each, so the number of queries does not depend on the number of events.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

from base import clock
from base.rows import Question, fetch
from people.models import Person
from people.policies import SEES_EVERYTHING, SEES_NAMES, Staff
from scheduling.models import LONGEST_HOLDING, Booking

LONGEST_BOOKING = timedelta(days=92)


class Scope(NamedTuple):
    """A condition on `booking`, in SQL, with its parameters."""

    condition: str
    params: dict[str, Any]


class Participant(NamedTuple):
    """A person in an event, and what came of it for her."""

    pk: int
    public_id: UUID
    given_name: str
    family_name: str
    birth_on: date | None
    outcome: str

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def is_child_on(self, day: date) -> bool:
        return Person(birth_on=self.birth_on).is_child_on(day)


class Held(NamedTuple):
    """A resource that an event holds."""

    public_id: UUID
    name: str


class Glance(NamedTuple):
    """A booking by its row's id, its version, and whether the reader knows of it."""

    key: int
    version: int
    known: bool


@dataclass(frozen=True, slots=True)
class Glances:
    """Those of a window in order of time, by bytes: equal ones show the same."""

    packed: bytes

    @property
    def count(self) -> int:
        return len(self.packed) // GLANCE.size

    def each(self) -> list[Glance]:
        return [Glance._make(fields) for fields in GLANCE.iter_unpack(self.packed)]


@dataclass(slots=True)
class Event:
    """One booking in a calendar. `known` tells whether the reader may see more than "busy"."""

    key: int
    id: UUID
    kind: str
    status: str
    version: int
    starts_at: datetime
    ends_at: datetime
    centre: int
    modality: str
    block_reason: str
    service_id: UUID | None
    service: str
    initials: str
    known: bool
    people: list[Participant] = field(default_factory=list)
    held: dict[str, list[Held]] = field(default_factory=dict)


EVENT_COLUMNS = 14
"""What of a row is the event's; the rest is a person's."""

STANDING = """
    booking.status IN ('held', 'confirmed', 'closed')
    AND NOT (booking.status = 'held' AND booking.hold_expires_at <= %(now)s)
"""
"""Those that hold their time now: cancelled ones and expired holds are out."""

KNOWN_BY_ITSELF = """
    booking.centre_id = ANY(%(runs)s) OR booking.centre_id = ANY(%(names)s) AND (
        booking.created_by_id = %(reader)s OR coalesce((
            SELECT true FROM scheduling_allocation own
             WHERE own.booking_id = booking.id AND own.resource_id = (
                       SELECT id FROM scheduling_resource WHERE user_id = %(reader)s)
               AND own.part IN ('lead', 'colleague', 'blocked')
             LIMIT 1
        ), false)
    )
"""
"""Whether the reader knows of a booking whoever comes. Her own part is asked for booking by
booking: as an EXISTS it would be a list of everything she ever did."""

EVENTS = f"""
    SELECT booking.id, booking.public_id, booking.kind, booking.status, booking.version,
           booking.starts_at, booking.ends_at, booking.centre_id, booking.modality,
           booking.block_reason, service.public_id, coalesce(service.name, ''),
           coalesce(service.initials, ''),
           {KNOWN_BY_ITSELF},
           person.centre_id = ANY(%(names)s) AND person.household_id IN (
               SELECT household_id FROM people_case
                WHERE lead_id = %(reader)s AND closed_on IS NULL
           ),
           person.household_id IN (
               SELECT household_id FROM people_kinshipwall WHERE user_id = %(reader)s
           ),
           person.id, person.public_id, person.given_name, person.family_name, person.birth_on,
           seat.outcome
      FROM scheduling_booking booking
      LEFT JOIN scheduling_service service ON service.id = booking.service_id
      LEFT JOIN scheduling_participation seat ON seat.booking_id = booking.id
      LEFT JOIN people_person person ON person.id = seat.person_id
"""  # noqa: S608 - constants
"""A row for each person in each booking."""

OF_HER_FAMILIES = """
    coalesce((
        SELECT true FROM scheduling_participation seat
          JOIN people_person person ON person.id = seat.person_id
         WHERE seat.booking_id = booking.id AND {condition}
         LIMIT 1
    ), false)
"""
"""Asked for booking by booking, lest it become a list of all the sessions her families ever had."""

LEADS = OF_HER_FAMILIES.format(
    condition="""person.centre_id = ANY(%(names)s) AND person.household_id IN (
        SELECT household_id FROM people_case WHERE lead_id = %(reader)s AND closed_on IS NULL
    )"""
)
IS_KIN = OF_HER_FAMILIES.format(
    condition="""person.household_id IN (
        SELECT household_id FROM people_kinshipwall WHERE user_id = %(reader)s
    )"""
)

KNOWN = f"""
    ({KNOWN_BY_ITSELF} OR {LEADS}) AND NOT (
        EXISTS (SELECT FROM people_kinshipwall WHERE user_id = %(reader)s) AND {IS_KIN}
    )
"""
"""The same reasons to know, without anything that is known. Families are asked for only where
nothing else tells, or where the reader has kin at all."""

GLANCES = f"""
    SELECT coalesce(
               string_agg(int8send(id) || int4send(version) || boolsend(known), ''::bytea),
               ''::bytea
           )
      FROM (
        SELECT booking.id, booking.version, {KNOWN} AS known
          FROM scheduling_booking booking
         WHERE {{condition}}
         ORDER BY booking.starts_at, booking.id
      ) seen
"""  # noqa: S608 - constants
"""One row, whose bytes name what a reader sees of a window."""

GLANCE = Struct("!qi?")

HELD = """
    SELECT booking.id, allocation.part, resource.public_id, resource.name
      FROM scheduling_allocation allocation
      JOIN scheduling_booking booking ON booking.id = allocation.booking_id
      JOIN scheduling_resource resource ON resource.id = allocation.resource_id
     WHERE booking.id = ANY(%(bookings)s) AND allocation.part <> 'person'
       AND (allocation.active OR booking.status IN ('cancelled', 'expired'))
     GROUP BY booking.id, allocation.part, resource.id
     ORDER BY min(allocation.id)
"""


def of_resource(resource_id: UUID, begins: datetime, ends: datetime) -> Scope:
    """Standing bookings that hold the resource within `[begins, ends)`, by the b-tree. Whether
    the reader may see that calendar at all is not asked here."""
    return Scope(
        f"""booking.id = ANY(ARRAY(
                SELECT booking_id FROM scheduling_allocation
                 WHERE resource_id = (
                           SELECT id FROM scheduling_resource WHERE public_id = %(resource)s
                       ) AND active
                   AND lower(period) > %(earliest)s AND lower(period) < %(ends)s
                   AND upper(period) > %(begins)s
            )) AND {STANDING}""",  # noqa: S608 - constants
        {
            "resource": resource_id,
            "earliest": begins - LONGEST_HOLDING,
            "begins": begins,
            "ends": ends,
        },
    )


def of_centres(centre_ids: Collection[int], begins: datetime, ends: datetime) -> Scope:
    """Standing bookings of these centres within `[begins, ends)`."""
    return Scope(
        f"""booking.centre_id = ANY(%(centres)s)
            AND booking.starts_at > %(earliest)s AND booking.starts_at < %(ends)s
            AND booking.ends_at > %(begins)s
            AND booking.kind IN ('consultation', 'block', 'session')
            AND {STANDING}""",
        {
            "centres": list(centre_ids),
            "earliest": begins - LONGEST_BOOKING,
            "begins": begins,
            "ends": ends,
        },
    )


def of_bookings(booking_ids: Collection[int]) -> Scope:
    return Scope("booking.id = ANY(%(bookings)s)", {"bookings": list(booking_ids)})


def events(scope: Scope, staff: Staff, *, detailed: bool = False) -> list[Event]:
    """The bookings of a scope in order of time, masked for this reader (D12): known to who runs
    the centre, who made the booking, its specialists and the families' case leads, never to kin
    walled off.

    `detailed` adds what is held beside the people.
    """
    statement = f"{EVENTS} WHERE {scope.condition} ORDER BY booking.starts_at, booking.id, seat.id"
    found: dict[int, Event] = {}
    walled: set[int] = set()
    for row in fetch(statement, scope.params | facts_of(staff)):
        event = found.get(row[0])
        if event is None:
            event = found[row[0]] = Event(*row[:EVENT_COLUMNS])
        leads, is_kin, *person = row[EVENT_COLUMNS:]
        if person[0] is not None:
            event.people.append(Participant._make(person))
            event.known = event.known or leads
        if is_kin:
            walled.add(event.key)
    for event in found.values():
        if not event.known or event.key in walled:
            mask(event)
    events = list(found.values())
    if detailed:
        add_holdings(events)
    return events


def glances(scope: Scope, staff: Staff) -> Question["Glances"]:
    """Which bookings `events` would return for this reader, and of which she knows more than
    that the time is taken."""
    statement = GLANCES.format(condition=scope.condition)
    return Question(statement, scope.params | facts_of(staff), lambda found: Glances(*found[0]))


def facts_of(staff: Staff) -> dict[str, Any]:
    """Parameters about the reader."""
    return {
        "reader": staff.user.pk,
        "runs": staff.centres_where(SEES_EVERYTHING),
        "names": staff.centres_where(SEES_NAMES),
        "now": clock.now(),
    }


def just_made(booking: Booking, people: Collection[Person]) -> Event:
    """The event of a new booking, for whoever made it: she knows what she asked for."""
    service = booking.service
    event = Event(
        booking.pk,
        booking.public_id,
        booking.kind,
        booking.status,
        booking.version,
        booking.starts_at,
        booking.ends_at,
        booking.centre_id,
        booking.modality,
        booking.block_reason,
        service.public_id if service else None,
        service.name if service else "",
        service.initials if service else "",
        True,
        [
            Participant(p.pk, p.public_id, p.given_name, p.family_name, p.birth_on, "")
            for p in people
        ],
    )
    for part, resource in booking.just_held:
        held = Held(resource.public_id, resource.name)
        if part != "person" and held not in event.held.setdefault(part, []):
            event.held[part].append(held)
    return event


def mask(event: Event) -> None:
    """Of an event that stays unknown only time, kind and status are left: that is "busy"."""
    event.known, event.people = False, []
    event.modality = event.block_reason = event.service = event.initials = ""
    event.service_id = None


def add_holdings(found: Iterable[Event]) -> None:
    """What each known event holds; of a cancelled one, what it held at the end."""
    by_key = {event.key: event for event in found if event.known}
    for key, part, public_id, name in fetch(HELD, {"bookings": list(by_key)}):
        by_key[key].held.setdefault(part, []).append(Held(public_id, name))
