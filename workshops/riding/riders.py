"""What a child must bring (D13, D16), judged ride by ride."""

from collections.abc import Iterator

from workshops.riding.board import Board, overlap
from workshops.riding.breaches import Breach, Minute, Rule
from workshops.riding.facts import Child


def rider_breaches(board: Board, position: int) -> Iterator[Breach]:
    """Of one ride: the child, and the child on this horse at this time."""
    child = board.child(position)
    if child is None:
        yield board.breach(Rule.UNKNOWN_CHILD, position)
        return
    yield from _papers(board, position, child)
    yield from _weight(board, position, child)
    yield from _time(board, position, child)
    horse = board.horse(position)
    if horse is not None and horse.key in child.avoids:
        yield board.breach(Rule.HORSE_AVOIDED, position, horse=horse.name)


def _papers(board: Board, position: int, child: Child) -> Iterator[Breach]:
    day, youngest = board.afternoon.on, board.afternoon.youngest
    if not any(clearance.holds_on(day) for clearance in child.clearances):
        yield board.breach(Rule.NO_CLEARANCE, position, on=day)
    age = child.age_on(day)
    if age is None and youngest > 0:
        yield board.breach(Rule.AGE_UNKNOWN, position, youngest=youngest)
    if age is not None and age < youngest:
        yield board.breach(Rule.TOO_YOUNG, position, on=day, age=age, youngest=youngest)


def _weight(board: Board, position: int, child: Child) -> Iterator[Breach]:
    weighing, horse = child.weighing(board.afternoon.on), board.horse(position)
    if weighing is None:
        yield board.breach(Rule.NO_WEIGHT, position, on=board.afternoon.on)
    elif horse is not None and weighing.kg > horse.carries_kg:
        yield board.breach(
            Rule.TOO_HEAVY, position, kg=weighing.kg, horse=horse.name, limit=horse.carries_kg
        )


def _time(board: Board, position: int, child: Child) -> Iterator[Breach]:
    span = board.spans[position]
    if span[0] < child.arrives_at or span[1] > child.leaves_at:
        yield board.breach(
            Rule.CHILD_NOT_HERE,
            position,
            since=Minute(child.arrives_at),
            until=Minute(child.leaves_at),
        )
    for busy in child.busy:
        if overlap(span, busy):
            since, until = map(Minute, busy)
            yield board.breach(Rule.CHILD_BUSY, position, since=since, until=until)
    if any(overlap(span, away) for away in child.away):
        yield board.breach(Rule.NOT_THEN, position)


def twice_breaches(board: Board) -> Iterator[Breach]:
    for key, positions in board.by_child.items():
        if len(positions) > 1 and key in board.afternoon.child:
            yield board.breach(Rule.CHILD_TWICE, *positions)


def old_weighing(board: Board, position: int) -> Iterator[Breach]:
    child = board.child(position)
    weighing = child.weighing(board.afternoon.on) if child else None
    if weighing is None:
        return
    if (board.afternoon.on - weighing.on).days > board.afternoon.weighed_within_days:
        yield board.breach(Rule.OLD_WEIGHING, position, on=weighing.on)
