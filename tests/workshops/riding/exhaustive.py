"""The best board found by trying every one: for small afternoons only."""

from dataclasses import replace
from itertools import combinations

from workshops.riding.checking import broken
from workshops.riding.facts import Ride, Role
from workshops.riding.scoring import score


def best_score(afternoon):
    """Of all boards with any instructor that break nothing; nothing is skipped but boards to which
    a ride was added after a rule was broken: no ride mends what another breaks."""
    named = (
        [afternoon.instructor]
        if afternoon.instructor
        else [one.key for one in afternoon.helpers if Role.INSTRUCTOR in one.roles]
    )
    boards = [[]]
    for key in named:
        boards += _boards(replace(afternoon, instructor=key), afternoon.children, [])
    return max((score(afternoon, board) for board in boards), key=lambda found: found.rank)


def _boards(afternoon, children, board):
    if not children:
        yield board
        return
    first, *rest = children
    yield from _boards(afternoon, rest, board)
    for ride in _rides(afternoon, first):
        if not broken(afternoon, [*board, ride]):
            yield from _boards(afternoon, rest, [*board, ride])


def _rides(afternoon, child):
    keys = [helper.key for helper in afternoon.helpers]
    for horse in afternoon.horses:
        for start in afternoon.starts:
            for leader in keys:
                for beside in combinations(keys, child.side_walkers):
                    yield Ride(child.key, horse.key, start, leader, beside)
