"""What is known about an afternoon of hippotherapy, as plain values.

Times are whole minutes of one local day (14:30 is 870), intervals are `[from, until)`. A `key` is
any string that is unique among its kind; a `name` is what people see in sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

Span = tuple[int, int]
"""`[from, until)` in minutes of the day."""

DAY = 24 * 60
ALL_DAY: Span = (0, DAY)

MOST_MINUTES_A_DAY = 6 * 60
"""D15: no setting may allow more."""

MOST_DAYS_A_WEEK = 6
"""D15: no setting may allow more."""


class Role(StrEnum):
    INSTRUCTOR = "instructor"
    LEADER = "leader"
    SIDE_WALKER = "side_walker"


@dataclass(frozen=True)
class Weighing:
    on: date
    kg: Decimal


@dataclass(frozen=True)
class Clearance:
    """A doctor's word that a child may ride (D16). Both days are included."""

    issued_on: date
    expires_on: date | None = None
    """None where the paper names no day: then it holds for a year."""

    @property
    def last_day(self) -> date:
        if self.expires_on is not None:
            return self.expires_on
        return _a_year_after(self.issued_on) - timedelta(days=1)

    def holds_on(self, day: date) -> bool:
        return self.issued_on <= day <= self.last_day


def _a_year_after(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)


@dataclass(frozen=True)
class Horse:
    """D15. `ValueError` where a setting allows more than the rule does."""

    key: str
    name: str
    carries_kg: Decimal
    """The heaviest rider, that weight included."""
    most_minutes_a_day: int = MOST_MINUTES_A_DAY
    most_days_a_week: int = MOST_DAYS_A_WEEK
    """Monday to Sunday."""
    most_minutes_on_end: int = 120
    """Of work in one run. A run ends with a pause of `rest_minutes`; a shorter pause neither ends
    the run nor counts as work."""
    rest_minutes: int = 30
    absent: tuple[Span, ...] = ()
    """The vet, the farrier; `ALL_DAY` for the whole day."""
    worked: tuple[Span, ...] = ()
    """Done or booked elsewhere on the same day."""
    worked_on: frozenset[date] = frozenset()
    """Other days with work. Those of other weeks make no difference."""

    def __post_init__(self) -> None:
        if not 0 <= self.most_minutes_a_day <= MOST_MINUTES_A_DAY:
            raise ValueError("A horse works at most six hours a day.")
        if not 0 <= self.most_days_a_week <= MOST_DAYS_A_WEEK:
            raise ValueError("A horse works at most six days a week.")
        if self.rest_minutes < 1:
            raise ValueError("A rest takes at least a minute.")


@dataclass(frozen=True)
class Child:
    key: str
    name: str
    born_on: date | None = None
    weighings: tuple[Weighing, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    side_walkers: int = 0
    """How many walk beside the horse: 0 to 2, besides the leader."""
    busy: tuple[Span, ...] = ()
    """Other appointments that day, with the way there if there is one."""
    away: tuple[Span, ...] = ()
    """Hours at which this child is not to be here (D11, D12), for reasons that are not told."""
    arrives_at: int = 0
    leaves_at: int = DAY
    preferred_horse: str | None = None
    last_horse: str | None = None
    """The horse of last time."""
    avoids: frozenset[str] = frozenset()
    """Horses that this child must not ride."""

    def weighing(self, day: date) -> Weighing | None:
        """The latest that is not after the day; of two on one day the later in the list."""
        known = [weighing for weighing in self.weighings if weighing.on <= day]
        return max(reversed(known), key=lambda weighing: weighing.on) if known else None

    def age_on(self, day: date) -> int | None:
        """Whole years, or None. Who is born on 29 February has the birthday on 1 March."""
        if self.born_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    def fondness(self, horse: str) -> int:
        """How much a horse is wished for: 2 the one preferred (without one: that of last time),
        1 the one of last time where another is preferred."""
        if horse == (self.preferred_horse or self.last_horse):
            return 2
        return int(horse == self.last_horse)


@dataclass(frozen=True)
class Helper:
    key: str
    name: str
    roles: frozenset[Role]
    available: tuple[Span, ...] = (ALL_DAY,)
    busy: tuple[Span, ...] = ()
    most_minutes_on_end: int | None = None
    """As for horses; None: no limit. Only leading and walking beside count, not instructing."""
    rest_minutes: int = 15

    def __post_init__(self) -> None:
        if self.rest_minutes < 1:
            raise ValueError("A rest takes at least a minute.")


@dataclass(frozen=True)
class Afternoon:
    """Everything an afternoon's rides are judged by."""

    on: date
    starts_at: int
    ends_at: int
    horses: tuple[Horse, ...]
    children: tuple[Child, ...]
    helpers: tuple[Helper, ...]
    apart: frozenset[tuple[str, str]] = frozenset()
    """Children who must not meet (D11)."""
    instructor: str | None = None
    """One of the helpers. None lets `propose` choose, and is a broken rule on a board."""
    session_minutes: int = 30
    step_minutes: int = 10
    """Rides are proposed to begin at whole steps after `starts_at`; by hand at any minute."""
    turnaround_minutes: int = 0
    """Between two riders on one horse, and between a rider and other work. Not work itself."""
    arena_holds: int = 4
    """Horses at once."""
    instructor_sees: int = 4
    """Riders at once."""
    youngest: int = 0
    """The workshop's minimum age in years, judged on the date (D13)."""
    weighed_within_days: int = 180
    """An older weighing is a caution, not a refusal."""

    def __post_init__(self) -> None:
        if min(self.session_minutes, self.step_minutes) < 1:
            raise ValueError("Sessions and steps take at least a minute.")
        for keyed in (self.horses, self.children, self.helpers):
            if len({one.key for one in keyed}) < len(keyed):
                raise ValueError("A key is given twice.")

    @cached_property
    def horse(self) -> Mapping[str, Horse]:
        return {horse.key: horse for horse in self.horses}

    @cached_property
    def child(self) -> Mapping[str, Child]:
        return {child.key: child for child in self.children}

    @cached_property
    def helper(self) -> Mapping[str, Helper]:
        return {helper.key: helper for helper in self.helpers}

    def span(self, ride: "Ride") -> Span:
        return ride.starts_at, ride.starts_at + self.session_minutes

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """When a proposed ride may begin."""
        last = self.ends_at - self.session_minutes
        return tuple(range(self.starts_at, last + 1, self.step_minutes))


@dataclass(frozen=True)
class Ride:
    """A line of the board. All but `starts_at` are keys; what is None is still open."""

    child: str
    horse: str
    starts_at: int
    leader: str | None = None
    side_walkers: tuple[str, ...] = ()
