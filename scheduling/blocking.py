"""Commands that take a resource out of use: leave, maintenance, other work."""

from datetime import datetime, timedelta

from base import clock
from people.models import User
from scheduling import rules, steps, taking, writing
from scheduling.errors import InvalidInterval, ResourceUnavailable
from scheduling.models import Booking, Change, Resource
from scheduling.taking import deadlock_retried

LONGEST_BLOCK = timedelta(days=92)
Status = Booking.Status


@deadlock_retried
def block_resource(
    resource: Resource,
    *,
    centre_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: Booking.BlockReason,
    by: User,
) -> Booking:
    """Take a resource out of use (leave, maintenance): every lane of it, day by day.

    Raises InvalidInterval, PastStart (when it is over already), ResourceUnavailable with the
    first interval that is held.
    """
    check_length(starts_at, ends_at)
    rules.check_start(ends_at)
    taking.lock([resource.pk])
    if held := taking.clash(resource, starts_at, ends_at):
        raise ResourceUnavailable(
            resource=resource.public_id,
            kind=resource.kind,
            name=resource.name,
            starts_at=held[0],
            ends_at=held[1],
        )
    booking = new_block(centre_id, starts_at, ends_at, reason, by=by)
    whole = taking.every_lane(resource, starts_at, ends_at)
    writing.add(booking, (), whole, what=Change.What.BLOCKED, facts=facts_of(booking, resource))
    return booking


def check_length(starts_at: datetime, ends_at: datetime) -> None:
    """Raises InvalidInterval."""
    if not timedelta() < ends_at - starts_at <= LONGEST_BLOCK:
        raise InvalidInterval(days=LONGEST_BLOCK.days)


def new_block(
    centre_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: Booking.BlockReason,
    *,
    by: User,
) -> Booking:
    return Booking(
        kind=Booking.Kind.BLOCK,
        centre_id=centre_id,
        status=Status.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        block_reason=reason,
        created_by=by,
        created_at=clock.now(),
    )


def facts_of(block: Booking, resource: Resource) -> dict[str, object]:
    return {
        "starts_at": block.starts_at.isoformat(),
        "ends_at": block.ends_at.isoformat(),
        "resource": str(resource.public_id),
    }


@deadlock_retried
def block_gaps(
    resource: Resource,
    *,
    centre_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: Booking.BlockReason,
    by: User,
) -> Booking | None:
    """The same around whatever holds the resource now. Asked again, the block that is there grows
    into what has become free since. None when there is no gap.

    Raises InvalidInterval, PastStart.
    """
    check_length(starts_at, ends_at)
    rules.check_start(ends_at)
    taking.lock([resource.pk])
    block = standing_block(resource, starts_at, ends_at)
    starts_at = block.starts_at if block else starts_at
    ignoring = block.pk if block else None
    whole = [
        holding
        for begins, ends in taking.gaps(resource, starts_at, ends_at, ignoring=ignoring)
        for holding in taking.every_lane(resource, begins, ends)
    ]
    if not whole:
        return block
    if block is None:
        block = new_block(centre_id, starts_at, ends_at, reason, by=by)
        writing.add(block, (), whole, what=Change.What.BLOCKED, facts=facts_of(block, resource))
    else:
        writing.rearrange(block, whole)
    return block


def standing_block(resource: Resource, starts_at: datetime, ends_at: datetime) -> Booking | None:
    """The block of this resource that reaches to the same end and began no later."""
    return Booking.objects.filter(
        kind=Booking.Kind.BLOCK,
        status=Status.CONFIRMED,
        starts_at__lte=starts_at,
        ends_at=ends_at,
        allocations__resource=resource,
        allocations__active=True,
    ).first()


@deadlock_retried
def end_block(block: Booking, resource: Resource, *, ends_at: datetime, by: User) -> Booking:
    """Let a block that has begun end sooner; the past keeps its share. Raises WrongStep."""
    block = steps.take(block, Status.CLOSED, version=None)
    block.ends_at = min(block.ends_at, ends_at)
    steps.move_to(block, Status.CLOSED)
    writing.rearrange(block, taking.every_lane(resource, block.starts_at, block.ends_at))
    writing.record(block, Change.What.ENDED, by=by.pk, facts={"ends_at": ends_at.isoformat()})
    return block
