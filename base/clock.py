"""The one clock, and the passage between instants and Sofia's wall clock (D38, DESIGN §4).

Instants are aware and in UTC; wall-clock values are what people read. Every other clock is
banned by the linter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from base.errors import AmbiguousLocalTime, InvalidLocalTime

SOFIA = ZoneInfo("Europe/Sofia")

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen_at.get() or datetime.now(UTC)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Let `instant` be the present within the block: for invented histories and for tests."""
    token = _frozen_at.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.reset(token)


def today() -> date:
    """The date on Sofia's calendars."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant on Sofia's wall clock."""
    return instant.astimezone(SOFIA)


@lru_cache(maxsize=50_000)
def instant(day: date, wall_clock: time) -> datetime:
    """The UTC instant of a house rule's wall-clock time (opening hours, availability).

    In the spring gap the time moves forward with the clocks, in the autumn overlap the first
    of the two is meant: a rule must mean something every night. What a person types goes
    through `chosen_instant`, which asks instead.
    """
    return datetime.combine(day, wall_clock, SOFIA).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The instant a Sofia day begins."""
    return instant(day, time.min)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """`[start, end)` of a Sofia day: 23, 24 or 25 hours."""
    return midnight(day), midnight(day + timedelta(days=1))


def chosen_instant(wall_clock: datetime, *, fold: int | None = None) -> datetime:
    """The UTC instant of a naive wall-clock time that a person chose.

    Raises InvalidLocalTime in the spring gap, AmbiguousLocalTime in the autumn overlap unless
    `fold` says which of the two (0 first, 1 second).
    """
    first, second = (wall_clock.replace(tzinfo=SOFIA, fold=n).astimezone(UTC) for n in (0, 1))
    spoken = f"{wall_clock:%d.%m.%Y %H:%M}"
    if first.astimezone(SOFIA).replace(tzinfo=None) != wall_clock:
        raise InvalidLocalTime(local=spoken)
    if first != second and fold is None:
        raise AmbiguousLocalTime(local=spoken)
    return second if fold else first
