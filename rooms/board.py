"""The board: units by nights, as spans of one state, and what they add up to (D18, D40)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from base import clock
from base.rows import fetch
from people.policies import SHELTERS, Staff
from rooms import selectors, snapshot
from rooms.models import WARNINGS, UnitKind
from rooms.nights import DAY, Nights, tonight
from rooms.states import Cell, State, UnitNow


@dataclass(frozen=True)
class Span:
    """Nights in a row of one state, within the board."""

    state: State
    nights: Nights
    stay: UUID | None = None
    """For those who may open it."""
    initials: str = ""
    endangers: bool = False
    """A reservation in a unit that somebody overdue is still in."""
    ends_in: int | None = None
    """Days until the end of a stay that ends within sixty."""


@dataclass(frozen=True)
class Line:
    """A unit and its nights."""

    unit: UnitNow
    spans: Sequence[Span]

    @property
    def state(self) -> State:
        return self.unit.state


@dataclass(frozen=True)
class Board:
    """Some nights of some units. `free` counts family units that are free, night by night;
    `slept` is occupied nights among those past, of `possible`."""

    nights: Nights
    lines: Sequence[Line]
    free: Sequence[int] = field(default_factory=list)
    slept: int = 0
    possible: int = 0
    official: Mapping[str, int] = field(default_factory=dict)
    """Places in force today, by kind of unit: apart from the units (D18)."""

    @property
    def days(self) -> list[date]:
        return days_of(self.nights)


def board(centre_ids: Collection[int], nights: Nights, staff: Staff) -> Board:
    """As far as the reader may know: everybody sees the states, shelter staff also initials and
    which stay it is."""
    units = snapshot.units(centre_ids, nights)
    days = days_of(nights)
    cells = {unit.pk: unit.cells(nights) for unit in units}
    stays = {stay for row in cells.values() for _, stay in row if stay}
    shelters = bool(staff.centres_where(SHELTERS))
    known = selectors.stays_known(staff, stays) if shelters else {}
    initials = selectors.initials(staff, known) if shelters else {}
    lines = [Line(unit, spans(unit, days, cells[unit.pk], known, initials)) for unit in units]
    families = [unit for unit in units if unit.kind == UnitKind.FAMILY]
    free = [
        sum(cells[unit.pk][number][0] == State.FREE for unit in families)
        for number in range(len(days))
    ]
    past = Nights(nights.from_on, min(nights.to_on, tonight()))
    slept = sum(slept_in(unit, past) for unit in units)
    official = selectors.official_places(centre_ids)
    return Board(nights, lines, free, slept, len(past) * len(units), official)


REVISION = """
    SELECT (SELECT coalesce(sum(revision), 0) FROM scheduling_resource
             WHERE centre_id = ANY(%(centres)s) AND kind = 'unit')::bigint,
           (SELECT coalesce(sum(id), 0) FROM scheduling_booking
             WHERE status = 'held' AND kind = 'stay' AND hold_expires_at > %(now)s
               AND centre_id = ANY(%(centres)s))::bigint
"""


def revision(centre_ids: Collection[int]) -> str:
    """Changes whenever the board does: with every write that touches a unit, with holds that run
    out, and with the hour, which makes families overdue."""
    now = clock.now()
    ((written, holds),) = fetch(REVISION, {"centres": list(centre_ids), "now": now})
    return f"{written}-{holds}-{clock.local(now):%d%H}"


def slept_in(unit: UnitNow, past: Nights) -> int:
    """Nights slept in a unit: whoever is overdue sleeps there too, and the exit day does not
    count (D40)."""
    nights = 0
    for presence in unit.presences:
        until = past.to_on if presence.ended_at is None else presence.nights.to_on
        nights += len(Nights(presence.nights.from_on, until).within(past))
    return nights


def days_of(nights: Nights) -> list[date]:
    return [nights.from_on + timedelta(days=number) for number in range(len(nights))]


def spans(
    unit: UnitNow,
    days: Sequence[date],
    cells: Sequence[Cell],
    known: Mapping[int, UUID],
    initials: Mapping[int, str],
) -> list[Span]:
    """Cells side by side that say the same are one; free nights stay apart, since each can be
    asked for."""
    endangered = {leg.stay_id for leg in unit.endangered()}
    ends = {presence.stay_id: presence.stay_until for presence in unit.presences}
    found: list[Span] = []
    last: Cell | None = None
    for day, cell in zip(days, cells, strict=True):
        if found and cell == last and cell[0] != State.FREE:
            found[-1] = widened(found[-1])
        else:
            found.append(span_of(day, cell, known, initials, endangered, ends))
        last = cell
    return found


def widened(span: Span) -> Span:
    return replace(span, nights=Nights(span.nights.from_on, span.nights.to_on + DAY))


def span_of(
    day: date,
    cell: Cell,
    known: Mapping[int, UUID],
    initials: Mapping[int, str],
    endangered: set[int | None],
    ends: dict[int, date | None],
) -> Span:
    state, stay = cell
    until = ends.get(stay) if stay else None
    left = (until - tonight()).days if until and state == State.OCCUPIED else None
    return Span(
        state,
        Nights(day, day + DAY),
        known.get(stay) if stay else None,
        initials.get(stay, "") if stay else "",
        stay in endangered and state in {State.HELD, State.RESERVED},
        left if left is not None and 0 <= left <= max(WARNINGS) else None,
    )
