"""Before anything is written (DESIGN §3): lock the union in id order, read again, choose. Nothing
is locked later: whoever finds nothing free under the locks gives up.

Every command on a booking locks resources before the booking's own row, so that two commands
never wait for each other.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from django.db import OperationalError
from psycopg.errors import DeadlockDetected
from psycopg.types.range import TimestamptzRange

from base import clock
from base.journeys import transaction_at_once
from base.rows import Question, ask, next_ids
from scheduling.demand import Need, unavailable
from scheduling.holdings import Held, held_and_expired
from scheduling.intervals import Span, instant_of, merge, seconds, subtract
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Booking,
    Resource,
)
from scheduling.writing import Holding, retire_all

P = ParamSpec("P")

T = TypeVar("T")

LOCK = """
    SELECT id FROM scheduling_resource WHERE id = ANY(%(resources)s)
     ORDER BY id FOR NO KEY UPDATE
"""


def deadlock_retried(command: Callable[P, T]) -> Callable[P, T]:
    """Runs a whole command again, once, when the server chose it as a deadlock's victim."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction_at_once():
                return command(*args, **kwargs)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        with transaction_at_once():
            return command(*args, **kwargs)

    return run


def lock(resource_ids: Iterable[int]) -> None:
    """Take these resources for the rest of the transaction, in id order."""
    locked(resource_ids).answer()


def locked(resource_ids: Iterable[int]) -> Question[None]:
    return Question(LOCK, {"resources": sorted(set(resource_ids))}, lambda _: None)


class Wanted(NamedTuple):
    """What a session at some time needs."""

    needs: Sequence[Need]
    starts_at: datetime
    ends_at: datetime

    @property
    def candidates(self) -> dict[int, Resource]:
        """By id."""
        return {resource.id: resource for need in self.needs for resource in need.candidates}

    @property
    def window(self) -> tuple[datetime, datetime]:
        """With all margins."""
        before, after = (max(getattr(need, m) for need in self.needs) for m in ("before", "after"))
        return self.starts_at - before, self.ends_at + after


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
    ignored = () if ignoring is None else (ignoring,)
    return take_all([Wanted(needs, starts_at, ends_at)], also=also, ignoring=ignored)


def take_all(
    sessions: Sequence[Wanted], *, also: Iterable[int] = (), ignoring: Collection[int] = ()
) -> Held:
    """The same for several sessions, for one journey."""
    locking, reading = locked_for(sessions, also=also), held_then(sessions, ignoring=ignoring)
    _, (held, expired) = ask(locking, reading)
    retire_all(expired, now=clock.now())
    return held


def take_to_book(sessions: Sequence[Wanted], *, also: Iterable[int] = ()) -> tuple[Held, list[int]]:
    """The same, and an id for a new booking of each session: written with it, the booking can leave
    with the COMMIT."""
    locking, reading = locked_for(sessions, also=also), held_then(sessions, ignoring=())
    _, (held, expired), ids = ask(locking, reading, next_ids(Booking, len(sessions)))
    retire_all(expired, now=clock.now())
    return held, ids


def locked_for(sessions: Sequence[Wanted], *, also: Iterable[int]) -> Question[None]:
    candidates = {key for session in sessions for key in session.candidates}
    return locked(candidates.union(also))


def read_again(
    needs: Sequence[Need], starts_at: datetime, ends_at: datetime, *, ignoring: int | None
) -> Held:
    """The same under locks that the caller holds already."""
    ignored = () if ignoring is None else (ignoring,)
    held, expired = held_then([Wanted(needs, starts_at, ends_at)], ignoring=ignored).answer()
    retire_all(expired, now=clock.now())
    return held


def held_then(
    sessions: Sequence[Wanted], *, ignoring: Collection[int]
) -> Question[tuple[Held, set[int]]]:
    candidates: dict[int, Resource] = {}
    for session in sessions:
        candidates |= session.candidates
    kinds = map(Resource.Kind, {resource.kind for resource in candidates.values()})
    return held_and_expired(
        candidates,
        [session.window for session in sessions],
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
        period = period_of(need, starts_at, ends_at)
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


def hold(holdings: Iterable[Holding], held: Held) -> None:
    """Let what is chosen after these find them held."""
    for holding in holdings:
        lane = held.setdefault((holding.resource.pk, holding.lane), [])
        insort(lane, bounds(holding.period))


def period_of(need: Need, starts_at: datetime, ends_at: datetime) -> TimestamptzRange:
    """How long a session holds what meets this need."""
    return TimestamptzRange(starts_at - need.before, ends_at + need.after)


def free_lane(
    resource: Resource,
    period: TimestamptzRange,
    held: Held,
) -> int | None:
    start, end = bounds(period)
    for lane in range(1, resource.lanes + 1):
        spans = held.get((resource.pk, lane), ())
        later = bisect_left(spans, (end,))
        if later == 0 or spans[later - 1][1] <= start:
            return lane
    return None


def bounds(period: TimestamptzRange) -> Span:
    """A finite period in epoch seconds."""
    assert period.lower is not None
    assert period.upper is not None
    return seconds(period.lower), seconds(period.upper)


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


def gaps(
    resource: Resource, starts_at: datetime, ends_at: datetime, *, ignoring: int | None
) -> list[tuple[datetime, datetime]]:
    """What of the interval no lane of the resource is held for; under the resource's lock."""
    need = Need(Allocation.Part.BLOCKED, (resource,))
    held = read_again([need], starts_at, ends_at, ignoring=ignoring)
    taken = merge(span for spans in held.values() for span in spans)
    free = subtract([(seconds(starts_at), seconds(ends_at))], taken)
    return [(instant_of(begins), instant_of(ends)) for begins, ends in free]


def clash(
    resource: Resource, starts_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime] | None:
    """The first interval in which a lane of the resource is already held, once expired holds
    are out of the way; under the resource's lock."""
    need = Need(Allocation.Part.BLOCKED, (resource,))
    held = read_again([need], starts_at, ends_at, ignoring=None)
    first = min((span for spans in held.values() for span in spans), default=None)
    return (instant_of(first[0]), instant_of(first[1])) if first else None
