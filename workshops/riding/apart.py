"""Children who must not meet (D11): told to come at another time, never why."""

from collections.abc import Iterator
from dataclasses import replace

from workshops.riding.board import Board, overlap
from workshops.riding.breaches import Breach, Rule
from workshops.riding.facts import ALL_DAY, DAY, Afternoon, Span

APART_MINUTES = 15


def apart_breaches(board: Board) -> Iterator[Breach]:
    """At the later of two rides that are too near; so no line tells of the other."""
    for one, other in board.afternoon.apart:
        for first in board.by_child.get(one, ()):
            for second in board.by_child.get(other, ()):
                if overlap(widened(board.spans[first]), board.spans[second]):
                    later = max(first, second, key=lambda n: (board.spans[n], n))
                    yield board.breach(Rule.NOT_THEN, later)


def widened(span: Span) -> Span:
    return span[0] - APART_MINUTES, span[1] + APART_MINUTES


def parted(afternoon: Afternoon, first: str = "early") -> Afternoon:
    """The same with one of each such pair in its first part and one in its last, or (`late`) the
    other way round; who would have to be in both stays away."""
    middle = (afternoon.starts_at + afternoon.ends_at) // 2
    away = {"early": (middle, DAY), "late": (0, middle + APART_MINUTES)}
    opposite = {"early": "late", "late": "early"}
    sides: dict[str, str] = {}
    barred: dict[str, Span] = {}
    for one, other in sorted(afternoon.apart):
        if one not in afternoon.child or other not in afternoon.child:
            continue
        sides.setdefault(one, opposite[sides[other]] if other in sides else first)
        if sides.setdefault(other, opposite[sides[one]]) == sides[one]:
            barred[other] = ALL_DAY
    for child, side in sides.items():
        barred.setdefault(child, away[side])
    children = (
        replace(child, away=(*child.away, barred[child.key])) if child.key in barred else child
        for child in afternoon.children
    )
    return replace(afternoon, children=tuple(children))
