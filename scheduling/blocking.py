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
    if not timedelta() < ends_at - starts_at <= LONGEST_BLOCK:
        raise InvalidInterval(days=LONGEST_BLOCK.days)
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
    booking = Booking(
        kind=Booking.Kind.BLOCK,
        centre_id=centre_id,
        status=Status.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        block_reason=reason,
        created_by=by,
        created_at=clock.now(),
    )
    facts = {
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "resource": str(resource.public_id),
    }
    whole = taking.every_lane(resource, starts_at, ends_at)
    writing.add(booking, (), whole, what=Change.What.BLOCKED, facts=facts)
    return booking


@deadlock_retried
def end_block(block: Booking, resource: Resource, *, ends_at: datetime, by: User) -> Booking:
    """Let a block that has begun end sooner; the past keeps its share. Raises WrongStep."""
    block = steps.take(block, Status.CLOSED, version=None)
    block.ends_at = min(block.ends_at, ends_at)
    steps.move_to(block, Status.CLOSED)
    writing.rearrange(block, taking.every_lane(resource, block.starts_at, block.ends_at))
    writing.record(block, Change.What.ENDED, by=by.pk, facts={"ends_at": ends_at.isoformat()})
    return block
