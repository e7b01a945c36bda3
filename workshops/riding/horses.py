"""What a horse may do (D15), judged horse by horse.

Only what the board adds can be wrong: a day that other work has already overfilled is nobody's
breach until a ride is added.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from scheduling.intervals import merge
from workshops.riding.board import Board, overlap
from workshops.riding.breaches import Breach, Minute, Rule
from workshops.riding.facts import Horse, Span
from workshops.riding.work import minutes, runs


def horse_breaches(board: Board) -> Iterator[Breach]:
    for key, positions in board.by_horse.items():
        horse = board.afternoon.horse.get(key)
        if horse is None:
            for position in positions:
                yield board.breach(Rule.UNKNOWN_HORSE, position)
            continue
        yield from _away(board, horse, positions)
        yield from _between(board, horse, positions)
        yield from _day(board, horse, positions)
        yield from _week(board, horse, positions)
        yield from _rest(board, horse, positions)


def _away(board: Board, horse: Horse, positions: Sequence[int]) -> Iterator[Breach]:
    elsewhere = [(Rule.HORSE_ABSENT, span) for span in horse.absent]
    elsewhere += [(Rule.HORSE_WORKING, span) for span in horse.worked]
    for position in positions:
        for rule, span in elsewhere:
            if overlap(board.spans[position], span):
                since, until = map(Minute, span)
                yield board.breach(rule, position, horse=horse.name, since=since, until=until)


def _between(board: Board, horse: Horse, positions: Sequence[int]) -> Iterator[Breach]:
    """Two riders at once, or too soon after each other or other work. All pairs, for on a board
    made by hand rides may overlap in any way."""
    for one, other in combinations(positions, 2):
        first, second = board.spans[one], board.spans[other]
        if overlap(first, second):
            yield board.breach(Rule.HORSE_TAKEN, other, one, horse=horse.name)
        yield from _turnaround(board, horse, first, second, (other, one))
    for position in positions:
        for work in merge(horse.worked):
            first, second = sorted((board.spans[position], work))
            yield from _turnaround(board, horse, first, second, (position,))


def _turnaround(
    board: Board, horse: Horse, first: Span, second: Span, positions: tuple[int, ...]
) -> Iterator[Breach]:
    pause, needs = second[0] - first[1], board.afternoon.turnaround_minutes
    if 0 <= pause < needs:
        at = Minute(second[0])
        yield board.breach(
            Rule.TURNAROUND, *positions, at=at, horse=horse.name, pause=pause, needs=needs
        )


def _day(board: Board, horse: Horse, positions: Sequence[int]) -> Iterator[Breach]:
    worked = minutes(merge([*horse.worked, *(board.spans[n] for n in positions)]))
    most = horse.most_minutes_a_day
    if worked > most:
        yield board.breach(Rule.HORSE_DAY, *positions, horse=horse.name, minutes=worked, most=most)


def _week(board: Board, horse: Horse, positions: Sequence[int]) -> Iterator[Breach]:
    days = len({day for day in horse.worked_on if same_week(day, board.afternoon.on)})
    days += board.afternoon.on not in horse.worked_on
    most = horse.most_days_a_week
    if days > most:
        yield board.breach(Rule.HORSE_WEEK, *positions, horse=horse.name, days=days, most=most)


def same_week(one: date, other: date) -> bool:
    """Monday to Sunday."""
    return one - timedelta(one.weekday()) == other - timedelta(other.weekday())


def _rest(board: Board, horse: Horse, positions: Sequence[int]) -> Iterator[Breach]:
    rides = [board.spans[n] for n in positions]
    for run in runs([*horse.worked, *rides], rest=horse.rest_minutes):
        within = [n for n in positions if run[0][0] <= board.spans[n][0] < run[-1][1]]
        worked, most = minutes(run), horse.most_minutes_on_end
        if within and worked > most:
            yield board.breach(
                Rule.HORSE_REST,
                *within,
                horse=horse.name,
                minutes=worked,
                most=most,
                rest=horse.rest_minutes,
            )
