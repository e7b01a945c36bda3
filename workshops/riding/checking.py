"""The one statement of the rules of riding (D13, D15, D16): what a board breaks, and what to mind.

`broken` names every broken rule of any board, however it came about. What is proposed passes it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from workshops.riding.apart import apart_breaches
from workshops.riding.assisting import crowd_breaches, helper_breaches
from workshops.riding.board import Board
from workshops.riding.breaches import Breach, Minute, Rule
from workshops.riding.facts import Afternoon, Ride
from workshops.riding.horses import horse_breaches
from workshops.riding.riders import old_weighing, rider_breaches, twice_breaches


def broken(afternoon: Afternoon, rides: Sequence[Ride]) -> list[Breach]:
    """Every broken rule, in the order of the board; an empty list is a board that may be ridden."""
    board = Board(afternoon, rides)
    found = [
        *_mount_breaches(board),
        *twice_breaches(board),
        *apart_breaches(board),
        *helper_breaches(board),
        *crowd_breaches(board),
    ]
    return sorted(found, key=lambda breach: breach.rides)


def counted(breaches: Sequence[Breach]) -> dict[str, int]:
    """How often each rule is broken, by its code."""
    return dict(Counter(one.code for one in breaches))


def unfit(afternoon: Afternoon, ride: Ride) -> list[Breach]:
    """What forbids this child this horse at this time, were the afternoon otherwise empty and
    there helpers enough."""
    return list(_mount_breaches(Board(afternoon, [ride])))


def cautions(afternoon: Afternoon, rides: Sequence[Ride]) -> list[Breach]:
    """What forbids nothing but should be seen to."""
    board = Board(afternoon, rides)
    return [breach for n in range(len(rides)) for breach in old_weighing(board, n)]


def _mount_breaches(board: Board) -> Iterator[Breach]:
    """All of children and horses, but for children who ride twice."""
    for position in range(len(board.rides)):
        yield from _outside(board, position)
        yield from rider_breaches(board, position)
    yield from horse_breaches(board)


def _outside(board: Board, position: int) -> Iterator[Breach]:
    since, until = board.afternoon.starts_at, board.afternoon.ends_at
    start, end = board.spans[position]
    if start < since or end > until:
        yield board.breach(
            Rule.OUTSIDE_AFTERNOON, position, since=Minute(since), until=Minute(until)
        )
