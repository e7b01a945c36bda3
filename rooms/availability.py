"""Can we take them, and until when: units that fit, combinations, the nearest date."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rooms import snapshot
from rooms.fitting import Party
from rooms.nights import DAY, FOREVER, Nights
from rooms.states import UnitNow
from scheduling.hours import FARTHEST

MOST_LEGS = 3
"""Nobody is to move more than twice in one stay."""


@dataclass(frozen=True)
class Vacancy:
    """A unit that fits, free for all the nights asked for, and until when; None: as far as
    anybody knows."""

    unit: UnitNow
    free_until: date | None


@dataclass(frozen=True)
class Turn:
    """A unit for a part of the nights."""

    unit: UnitNow
    nights: Nights


@dataclass(frozen=True)
class Answer:
    """What to say on the phone. `in_turns` when no unit is free for all the nights, but some are
    one after another; `nearest` when that fails too: the first date on which one is."""

    vacancies: Sequence[Vacancy]
    in_turns: Sequence[Turn]
    nearest: date | None


def availability(centre_ids: Collection[int], party: Party, nights: Nights) -> Answer:
    units = snapshot.units(centre_ids, Nights(nights.from_on, FOREVER), kind=party.kind)
    fitting = [unit for unit in units if unit.suits(party)]
    vacancies = free_for_all(fitting, party, nights)
    in_turns = [] if vacancies else in_one_centre(fitting, party, nights)
    nearest = None if vacancies or in_turns else nearest_date(fitting, party, nights)
    return Answer(vacancies, in_turns, nearest)


def free_for_all(units: Iterable[UnitNow], party: Party, nights: Nights) -> list[Vacancy]:
    """Best fit first."""
    free = [unit for unit in units if unit.fits(party, nights) and not unit.clash(nights)]
    free.sort(key=lambda unit: unit.rank(party, nights))
    return [Vacancy(unit, free_until(unit, nights.from_on)) for unit in free]


def free_until(unit: UnitNow, night: date) -> date | None:
    """The first night from `night` on that is taken."""
    ahead = (max(taken.from_on, night) for taken in unit.taken() if taken.to_on > night)
    return min(ahead, default=None)


def in_one_centre(units: Sequence[UnitNow], party: Party, nights: Nights) -> list[Turn]:
    """A stay is in one centre: the one with the fewest moves, of those that reach the end."""
    centres = {unit.centre_id for unit in units}
    answers = [
        one_after_another([unit for unit in units if unit.centre_id == centre], party, nights)
        for centre in sorted(centres)
    ]
    return min((answer for answer in answers if answer), key=len, default=[])


def one_after_another(units: Sequence[UnitNow], party: Party, nights: Nights) -> list[Turn]:
    """From the first night always the unit that serves longest; nothing when they do not reach
    the end, or only by too many moves."""
    turns: list[Turn] = []
    night = nights.from_on
    while night < nights.to_on:
        rest = Nights(night, nights.to_on)
        turn = max(
            (Turn(unit, served) for unit in units if len(served := serves(unit, party, rest))),
            key=lambda turn: (
                turn.nights.to_on,
                [-n for n in turn.unit.rank(party, turn.nights)[:2]],
            ),
            default=None,
        )
        if turn is None or len(turns) == MOST_LEGS:
            return []
        turns.append(turn)
        night = turn.nights.to_on
    return turns


def serves(unit: UnitNow, party: Party, nights: Nights) -> Nights:
    """The first of these nights, as many in a row as the unit is free for and has beds for."""
    until = min(free_until(unit, nights.from_on) or nights.to_on, nights.to_on)
    # The cots may go before the family does.
    changes = [on for on, _ in unit.cots if nights.from_on < on < until]
    for end in sorted([*changes, until], reverse=True):
        if unit.fits(party, served := Nights(nights.from_on, end)) and len(served):
            return served
    return Nights(nights.from_on, nights.from_on)


def nearest_date(units: Iterable[UnitNow], party: Party, nights: Nights) -> date | None:
    """The first day after which one unit is free for as many nights."""
    starts = (start for unit in units if (start := next_start(unit, party, nights)))
    return min(starts, default=None)


def next_start(unit: UnitNow, party: Party, nights: Nights) -> date | None:
    """The unit's own: on the end of something that takes it, or when cots come."""
    turns = {taken.to_on for taken in unit.taken()} | {on for on, _ in unit.cots}
    last = nights.from_on + FARTHEST
    length = timedelta(days=len(nights))
    for start in sorted(on for on in turns | {nights.from_on + DAY} if nights.from_on < on <= last):
        wanted = Nights(start, start + length)
        if unit.fits(party, wanted) and not unit.clash(wanted):
            return start
    return None
