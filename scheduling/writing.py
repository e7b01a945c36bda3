"""The only way allocations are written (DESIGN §3): lock the union in id order, read again,
choose, write. Nothing is locked later: whoever finds nothing free under the locks gives up.

Every command on a booking locks resources before the booking's own row, so that two commands
never wait for each other.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, ExclusionViolation
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

from base import clock
from base.models import Task
from base.rows import Question, ask, fetch, insert, is_stored, values_of
from base.services import open_task
from people.models import Person
from scheduling import signals
from scheduling.demand import Need
from scheduling.errors import ResourceUnavailable
from scheduling.holdings import Held, held_and_expired
from scheduling.intervals import Span, instant_of, seconds
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Booking,
    Change,
    Resource,
    Service,
)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Holding:
    """One lane of one resource, chosen for a part in a booking."""

    part: Allocation.Part
    resource: Resource
    lane: int
    period: TimestamptzRange


LOCK = """
    SELECT id FROM scheduling_resource WHERE id = ANY(%(resources)s)
     ORDER BY id FOR NO KEY UPDATE
"""

HELD = """
    INSERT INTO scheduling_allocation
           (booking_id, resource_id, part, lane, period, active, by_general_access)
    SELECT {booking}, resource, part, lane, tstzrange(begins, ends), true,
           part = 'person' AND %(general)s
      FROM unnest(%(resources)s::bigint[], %(parts)s::text[], %(lanes)s::int[],
                  %(begins)s::timestamptz[], %(ends)s::timestamptz[])
           AS wanted (resource, part, lane, begins, ends)
"""

REVISED = """
    UPDATE scheduling_resource SET revision = revision + 1 WHERE id = ANY(%(resources)s)
"""

HOLD = f"WITH held AS ({HELD.format(booking='%(booking)s')}) {REVISED} RETURNING id"

BOOK = f"""
    WITH booking AS (
        INSERT INTO scheduling_booking ({{columns}}) VALUES ({{values}}) RETURNING id
    ), seats AS (
        INSERT INTO scheduling_participation (booking_id, person_id, outcome)
        SELECT booking.id, person, '' FROM booking, unnest(%(people)s::bigint[]) person
    ), kept AS (
        INSERT INTO scheduling_change (booking_id, what, by_id, at, version, facts)
        SELECT id, %(what)s, %(created_by_id)s::bigint, %(created_at)s, 1, %(facts)s FROM booking
    ), held AS ({HELD.format(booking="booking.id")} CROSS JOIN booking),
    revised AS ({REVISED})
    SELECT id FROM booking
"""  # noqa: S608 - constants
"""A new booking with everything that belongs to it, in one journey to the server."""


def deadlock_retried(command: Callable[P, T]) -> Callable[P, T]:
    """Runs a whole command again, once, when the server chose it as a deadlock's victim."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction.atomic():
                return command(*args, **kwargs)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        with transaction.atomic():
            return command(*args, **kwargs)

    return run


def lock(resource_ids: Iterable[int]) -> None:
    """Take these resources for the rest of the transaction, in id order."""
    locked(resource_ids).answer()


def locked(resource_ids: Iterable[int]) -> Question[None]:
    return Question(LOCK, {"resources": sorted(set(resource_ids))}, lambda _: None)


def take(
    needs: Sequence[Need],
    starts_at: datetime,
    ends_at: datetime,
    *,
    also: Iterable[int] = (),
    ignoring: int | None = None,
) -> Held:
    """Lock every candidate and the resources of `also`, in id order, and read under the locks
    what holds the candidates. Holds that had expired before the wait are retired; one that runs
    out during it is still in the way."""
    candidates = {resource.pk for need in needs for resource in need.candidates}
    reading = held_then(needs, starts_at, ends_at, ignoring=ignoring)
    _, (held, expired) = ask(locked(candidates.union(also)), reading)
    retire_all(expired, now=clock.now())
    return held


def read_again(
    needs: Sequence[Need], starts_at: datetime, ends_at: datetime, *, ignoring: int | None
) -> Held:
    """The same under locks that the caller holds already."""
    held, expired = held_then(needs, starts_at, ends_at, ignoring=ignoring).answer()
    retire_all(expired, now=clock.now())
    return held


def held_then(
    needs: Sequence[Need], starts_at: datetime, ends_at: datetime, *, ignoring: int | None
) -> Question[tuple[Held, set[int]]]:
    kinds = {Resource.Kind(resource.kind) for need in needs for resource in need.candidates}
    return held_and_expired(
        {resource.pk for need in needs for resource in need.candidates},
        starts_at - max(need.before for need in needs),
        ends_at + max(need.after for need in needs),
        now=clock.now(),
        ignoring=ignoring,
        longest=max((kind.longest_holding for kind in kinds), default=LONGEST_HOLDING),
    )


def choose(
    needs: Sequence[Need], starts_at: datetime, ends_at: datetime, held: Held
) -> list[Holding]:
    """The first free candidates of every need, by what `take` read.

    Raises ResourceUnavailable for the first need that cannot be met.
    """
    chosen: list[Holding] = []
    for need in needs:
        period = TimestamptzRange(starts_at - need.before, ends_at + need.after)
        taken = {holding.resource.pk for holding in chosen}
        free = (
            Holding(need.part, resource, lane, period)
            for resource in need.candidates
            if resource.pk not in taken and (lane := free_lane(resource, period, held))
        )
        found = [holding for holding, _ in zip(free, range(need.count), strict=False)]
        if len(found) < need.count:
            raise unavailable(need, starts_at, ends_at)
        chosen += found
    return chosen


def free_lane(
    resource: Resource,
    period: TimestamptzRange,
    held: Held,
) -> int | None:
    start, end = bounds(period)
    return next(
        (
            lane
            for lane in range(1, resource.lanes + 1)
            if all(e <= start or s >= end for s, e in held.get((resource.pk, lane), ()))
        ),
        None,
    )


def bounds(period: TimestamptzRange) -> Span:
    """A finite period in epoch seconds."""
    assert period.lower is not None
    assert period.upper is not None
    return seconds(period.lower), seconds(period.upper)


def unavailable(need: Need, starts_at: datetime, ends_at: datetime) -> ResourceUnavailable:
    """Names the resource where there was no choice, and the sort of thing where there was."""
    only = need.candidates[0] if len(need.candidates) == 1 else None
    several = {
        Allocation.Part.COLLEAGUE: _("Every colleague for a second worker"),
        Allocation.Part.ROOM: _("Every fitting room"),
        Allocation.Part.VEHICLE: _("Every car"),
    }
    if only is None:
        name = several.get(need.part, need.part.label)
    else:
        name = only.name or _("One of the people")
    return ResourceUnavailable(
        resource=only.public_id if only else None,
        kind=need.part.value,
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def add(
    booking: Booking,
    people: Sequence[Person],
    holdings: Sequence[Holding],
    *,
    what: Change.What,
    facts: Mapping[str, object],
) -> None:
    """Write a new booking, its people, what it holds and the first of its changes.

    Raises ResourceUnavailable when the constraint objects, to what a shell or an import wrote.
    """
    row = values_of(booking)
    columns = ", ".join(f'"{column}"' for column in row)
    statement = BOOK.format(columns=columns, values=", ".join(f"%({column})s" for column in row))
    known = {
        "people": [person.pk for person in people],
        "what": what.value,
        "facts": Jsonb(facts),
    }
    with refused(booking, holdings):
        ((pk,),) = fetch(statement, row | known | held_by(booking, holdings))
    is_stored(booking, pk)
    booking.just_held = [(holding.part.value, holding.resource) for holding in holdings]


def rearrange(booking: Booking, holdings: Sequence[Holding]) -> None:
    """Make these the active allocations of a booking that was moved.

    Rows of resources that it lets go stay, inactive: their calendars show it cancelled.
    Raises what `add` does.
    """
    booking.allocations.filter(resource__in=[h.resource.pk for h in holdings]).delete()
    release(booking)
    with refused(booking, holdings):
        fetch(HOLD, {"booking": booking.pk} | held_by(booking, holdings))


def held_by(booking: Booking, holdings: Sequence[Holding]) -> dict[str, object]:
    return {
        "general": is_general(booking.service),
        "resources": [holding.resource.pk for holding in holdings],
        "parts": [holding.part.value for holding in holdings],
        "lanes": [holding.lane for holding in holdings],
        "begins": [holding.period.lower for holding in holdings],
        "ends": [holding.period.upper for holding in holdings],
    }


@contextmanager
def refused(booking: Booking, holdings: Sequence[Holding]) -> Iterator[None]:
    """The constraint's objection as ResourceUnavailable. The command's transaction is over by
    then; the refusal only travels through it."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        need = Need(holdings[0].part, (holdings[0].resource,))
        raise unavailable(need, booking.starts_at, booking.ends_at) from error


def is_general(service: Service | None) -> bool:
    return service is not None and service.access == Service.Access.GENERAL


def release(booking: Booking) -> None:
    """Let go of everything the booking holds; the rows stay as history."""
    freed = booking.allocations.filter(active=True)
    revise(list(freed.values_list("resource", flat=True)))
    freed.update(active=False)


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
    change = Change(
        booking=booking,
        what=what,
        by_id=by,
        at=clock.now(),
        version=version or booking.version,
        facts=facts or {},
    )
    insert([change])


def every_lane(resource: Resource, starts_at: datetime, ends_at: datetime) -> list[Holding]:
    """The whole of a resource, day by day."""
    return [
        Holding(Allocation.Part.BLOCKED, resource, lane, period)
        for period in by_day(starts_at, ends_at)
        for lane in range(1, resource.lanes + 1)
    ]


def by_day(starts_at: datetime, ends_at: datetime) -> Iterator[TimestamptzRange]:
    """`[starts_at, ends_at)` cut at Sofia's midnights, so that no allocation is long."""
    day: date = clock.local(starts_at).date()
    while starts_at < ends_at:
        day += timedelta(days=1)
        until = min(clock.midnight(day), ends_at)
        yield TimestamptzRange(starts_at, until)
        starts_at = until


def clash(
    resource: Resource, starts_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime] | None:
    """The first interval in which a lane of the resource is already held, once expired holds
    are out of the way; under the resource's lock."""
    need = Need(Allocation.Part.BLOCKED, (resource,))
    held = read_again([need], starts_at, ends_at, ignoring=None)
    first = min((span for spans in held.values() for span in spans), default=None)
    return (instant_of(first[0]), instant_of(first[1])) if first else None
