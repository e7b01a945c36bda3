"""The only way bookings and allocations are written, by commands that hold the locks (taking)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import NamedTuple

import orjson
from django.db import IntegrityError
from django.db.models import F
from psycopg.errors import ExclusionViolation
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

from base import clock
from base.journeys import leave_soon
from base.models import Task
from base.rows import Question, fetch, insert, is_stored, next_ids, values_of
from base.services import open_task
from people.models import Person
from scheduling import signals
from scheduling.demand import Need, unavailable
from scheduling.models import (
    Allocation,
    Booking,
    Change,
    Resource,
    Service,
)


@dataclass(frozen=True)
class Holding:
    """One lane of one resource, chosen for a part in a booking."""

    part: Allocation.Part
    resource: Resource
    lane: int
    period: TimestamptzRange


class Entry(NamedTuple):
    """A booking as it is to be written, what it is to hold, and the facts of that change."""

    booking: Booking
    holdings: Sequence[Holding]
    facts: Mapping[str, object]


HELD = """
    INSERT INTO scheduling_allocation
           (booking_id, resource_id, part, lane, period, active, by_general_access)
    SELECT of, resource, part, lane, tstzrange(begins, ends), true, part = 'person' AND %(general)s
      FROM ROWS FROM (jsonb_to_recordset(%(held)s) AS (
               of bigint, resource bigint, part text, lane int, begins timestamptz, ends timestamptz
           )) WITH ORDINALITY AS wanted (of, resource, part, lane, begins, ends, nth)
     ORDER BY nth
"""
"""In the order given: what belongs to one arrangement stands together, the lead first."""

REVISED = """
    UPDATE scheduling_resource SET revision = revision + 1
     WHERE id = ANY(%(resources)s) RETURNING id
"""

HOLD = f"WITH held AS ({HELD}) {REVISED}"

LET_GO = """
    WITH freed AS (
        UPDATE scheduling_allocation SET active = false
         WHERE booking_id = ANY(%(bookings)s) AND active RETURNING resource_id
    )
    UPDATE scheduling_resource SET revision = revision + 1
     WHERE id IN (SELECT resource_id FROM freed) RETURNING id
"""

TAKEN_AGAIN = """
    DELETE FROM scheduling_allocation held
     USING jsonb_to_recordset(%(held)s) AS again (of bigint, resource bigint)
     WHERE held.booking_id = again.of AND held.resource_id = again.resource RETURNING held.id
"""

PARTICULAR = {
    "id": "bigint",
    "public_id": "uuid",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "term_id": "bigint",
    "original_start": "timestamptz",
}
"""In what bookings that are written together differ."""

BOOK = f"""
    WITH particular AS (
        SELECT * FROM jsonb_to_recordset(%(particulars)s) AS it ({{particulars}}, facts jsonb)
    ), booking AS (
        INSERT INTO scheduling_booking ({{names}}, {{columns}})
        SELECT {{names}}, {{values}} FROM particular
    ), seats AS (
        INSERT INTO scheduling_participation (booking_id, person_id, outcome)
        SELECT particular.id, person, '' FROM particular, unnest(%(people)s::bigint[]) person
    ), kept AS (
        INSERT INTO scheduling_change (booking_id, what, by_id, at, version, facts)
        SELECT id, %(what)s, %(created_by_id)s::bigint, %(created_at)s, 1, facts FROM particular
    ), held AS ({HELD}) {REVISED}
"""  # noqa: S608 - constants
"""New bookings with everything that belongs to them, in one journey to the server. What there are
several of travels as JSON: the driver takes longer over one array than over all of it."""

CHANGED = {
    "status": "text",
    "version": "int",
    "schedule_version": "int",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "term_id": "bigint",
    "original_start": "timestamptz",
    "cancelled_by": "text",
    "cancel_reason": "text",
}

UPDATE = f"""
    UPDATE scheduling_booking booking SET {", ".join(f"{name} = it.{name}" for name in CHANGED)}
      FROM unnest(%(id)s::bigint[], {", ".join(f"%({n})s::{t}[]" for n, t in CHANGED.items())})
           AS it (id, {", ".join(CHANGED)})
     WHERE booking.id = it.id RETURNING booking.id
"""  # noqa: S608 - constants


def add(
    booking: Booking,
    people: Sequence[Person],
    holdings: Sequence[Holding],
    *,
    what: Change.What,
    facts: Mapping[str, object],
) -> None:
    """Write a new booking, its people, what it holds and the first of its changes, with whatever is
    asked next or with the COMMIT.

    That raises ResourceUnavailable when the constraint objects, to what a shell or an import wrote.
    """
    add_all([Entry(booking, holdings, facts)], people, what=what)


def add_all(entries: Sequence[Entry], people: Sequence[Person], *, what: Change.What) -> None:
    """The same for bookings of one service that differ in their PARTICULARs alone."""
    number([entry.booking for entry in entries if not entry.booking.pk])
    rows = [{"id": entry.booking.pk, **values_of(entry.booking)} for entry in entries]
    shared = {name: value for name, value in rows[0].items() if name not in PARTICULAR}
    known = {
        "people": [person.pk for person in people],
        "what": what.value,
        "particulars": as_json(
            {"facts": entry.facts, **{name: row[name] for name in PARTICULAR}}
            for row, entry in zip(rows, entries, strict=True)
        ),
        **holdings_of(entries),
    }
    booked = Question(booking_statement(tuple(shared)), shared | known, list)
    leave_soon(booked, refused=partial(refused, entries))
    for booking, holdings, _ in entries:
        is_stored(booking, booking.pk)
        booking.just_held = [(holding.part.value, holding.resource) for holding in holdings]


def number(bookings: Sequence[Booking]) -> None:
    """Give new bookings their ids, where the journey that locked did not bring them along."""
    if bookings:
        for booking, pk in zip(bookings, next_ids(Booking, len(bookings)).answer(), strict=True):
            booking.pk = pk


@lru_cache
def booking_statement(shared: tuple[str, ...]) -> str:
    return BOOK.format(
        particulars=", ".join(f"{name} {kind}" for name, kind in PARTICULAR.items()),
        names=", ".join(PARTICULAR),
        columns=", ".join(f'"{name}"' for name in shared),
        values=", ".join(f"%({name})s" for name in shared),
    )


def rearrange(booking: Booking, holdings: Sequence[Holding]) -> None:
    """Make these the active allocations of a booking that was moved.

    Rows of resources that it lets go stay, inactive: their calendars show it cancelled.
    Raises ResourceUnavailable as `add` may.
    """
    rearrange_all([Entry(booking, holdings, {})])


def rearrange_all(entries: Sequence[Entry]) -> None:
    """The same for bookings of one service, which may change places with each other."""
    if not entries:
        return
    release_all([entry.booking for entry in entries])
    held = holdings_of(entries)
    fetch(TAKEN_AGAIN, held)
    with refused(entries):
        fetch(HOLD, held)


def holdings_of(entries: Sequence[Entry]) -> dict[str, object]:
    """What they are to hold."""
    held = [(booking.pk, holding) for booking, holdings, _ in entries for holding in holdings]
    return {
        "general": is_general(entries[0].booking.service),
        "resources": [holding.resource.pk for _, holding in held],
        "held": as_json(
            {
                "of": booking,
                "resource": holding.resource.pk,
                "part": holding.part.value,
                "lane": holding.lane,
                "begins": holding.period.lower,
                "ends": holding.period.upper,
            }
            for booking, holding in held
        ),
    }


def as_json(rows: Iterable[Mapping[str, object]]) -> Jsonb:
    """For jsonb_to_recordset, which reads ids and instants back from their texts."""
    return Jsonb(list(rows), dumps=orjson.dumps)


def described(booking: Booking, holdings: Sequence[Holding]) -> dict[str, object]:
    """The facts of a change: when, and what is held beside the people."""
    return {
        "starts_at": booking.starts_at.isoformat(),
        **{
            holding.part.value: str(holding.resource.public_id)
            for holding in holdings
            if holding.part != Allocation.Part.PERSON
        },
    }


@contextmanager
def refused(entries: Sequence[Entry]) -> Iterator[None]:
    """The constraint's objection as ResourceUnavailable. The command's transaction is over by
    then; the refusal only travels through it."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        booking, holding = clashing(entries, error.__cause__.diag.message_detail or "")
        need = Need(holding.part, (holding.resource,))
        raise unavailable(need, booking.starts_at, booking.ends_at) from error


CLASH = re.compile(r"\), \[(?P<resource>\d+),\d+\), \[\d+,\d+\)\) conflicts with")
"""The constraint names what it objects to by its key: a period, a resource, a lane."""


def clashing(entries: Sequence[Entry], detail: str) -> tuple[Booking, Holding]:
    found = CLASH.search(detail)
    held = [(booking, holding) for booking, holdings, _ in entries for holding in holdings]
    named = (one for one in held if found and one[1].resource.pk == int(found["resource"]))
    return next(named, held[0])


def is_general(service: Service | None) -> bool:
    return service is not None and service.access == Service.Access.GENERAL


def release(booking: Booking) -> None:
    """Let go of everything the booking holds; the rows stay as history."""
    release_all([booking])


def release_all(bookings: Sequence[Booking]) -> None:
    if bookings:
        fetch(LET_GO, {"bookings": [booking.pk for booking in bookings]})


def update_all(bookings: Sequence[Booking]) -> None:
    """Save what commands CHANGED of these bookings."""
    if not bookings:
        return
    rows = [values_of(booking) for booking in bookings]
    changed = {name: [row[name] for row in rows] for name in CHANGED}
    fetch(UPDATE, {"id": [booking.pk for booking in bookings], **changed})


def revise(resource_ids: Collection[int]) -> None:
    """Mark these resources' calendars as changed."""
    Resource.objects.filter(pk__in=resource_ids).update(revision=F("revision") + 1)


def retire_all(booking_ids: Collection[int], *, now: datetime) -> None:
    """Retire expired holds that stand in the way, in id order like everybody else; the caller
    holds the resources' locks."""
    if booking_ids:
        for booking in Booking.objects.filter(pk__in=booking_ids).order_by("pk"):
            retire(booking, now=now)


def retire(booking: Booking, *, now: datetime) -> bool:
    """Expire one hold, unless somebody confirmed it meanwhile, and tell its owner.

    Its other resources are not locked here, so their revision is left alone: calendars judge a
    hold's expiry by the clock, and so do their ETags.
    """
    moved = Booking.objects.filter(
        pk=booking.pk, status=Booking.Status.HELD, hold_expires_at__lte=now
    ).update(status=Booking.Status.EXPIRED, version=F("version") + 1)
    if moved:
        booking.allocations.filter(active=True).update(active=False)
        if booking.kind != Booking.Kind.PLACE:  # its group passes the offer on
            open_task(
                Task.Kind.HOLD_EXPIRED,
                centre_id=booking.centre_id,
                about=f"booking:{booking.public_id}",
                due_on=clock.today(),
                owner_id=booking.created_by_id,
            )
        record(booking, Change.What.EXPIRED, by=None, version=booking.version + 1)
        signals.hold_expired.send(Booking, booking=booking)
    return bool(moved)


def record(
    booking: Booking,
    what: Change.What,
    *,
    by: int | None,
    facts: Mapping[str, object] | None = None,
    version: int | None = None,
) -> None:
    """Keep who did what, when; `facts` are ids and instants."""
    insert([change_of(booking, what, by=by, facts=facts or {}, version=version)])


def record_all(entries: Iterable[Entry], what: Change.What, *, by: int | None) -> None:
    """At one time: it was one act."""
    at = clock.now()
    changes = [change_of(booking, what, by=by, facts=facts, at=at) for booking, _, facts in entries]
    if changes:
        insert(changes)


def change_of(
    booking: Booking,
    what: Change.What,
    *,
    by: int | None,
    facts: Mapping[str, object],
    version: int | None = None,
    at: datetime | None = None,
) -> Change:
    return Change(
        booking=booking,
        what=what,
        by_id=by,
        at=at or clock.now(),
        version=version or booking.version,
        facts=facts,
    )
