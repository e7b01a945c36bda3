"""Who goes with the riders (D16): an instructor for all, a leader for each, side-walkers."""

from collections.abc import Iterator, Sequence

from scheduling.intervals import merge
from workshops.riding.board import Board, named, overlap
from workshops.riding.breaches import Breach, Minute, Rule
from workshops.riding.facts import Helper, Role, Span
from workshops.riding.work import minutes, runs


def helper_breaches(board: Board) -> Iterator[Breach]:
    for position in range(len(board.rides)):
        yield from _crew(board, position)
    for key, positions in board.by_helper.items():
        helper = board.afternoon.helper.get(key)
        if helper is not None:
            yield from _hours(board, helper, sorted(set(positions)))
            yield from _twice(board, helper, positions)
            yield from _rest(board, helper, positions)
    if board.rides:
        yield from _instructor(board)


def _crew(board: Board, position: int) -> Iterator[Breach]:
    """Whether everybody is there, and is who the board takes them for."""
    ride, child = board.rides[position], board.child(position)
    if ride.leader is None:
        yield board.breach(Rule.NO_LEADER, position)
    needs, has = child.side_walkers if child else 0, len(set(ride.side_walkers))
    if has < needs:
        yield board.breach(Rule.SIDE_WALKERS, position, needs=needs, has=has)
    for key in dict.fromkeys(named(ride)):
        if key not in board.afternoon.helper:
            yield board.breach(Rule.UNKNOWN_HELPER, position)
    yield from _role(board, position, [ride.leader], Role.LEADER, Rule.NOT_LEADER)
    yield from _role(board, position, ride.side_walkers, Role.SIDE_WALKER, Rule.NOT_SIDE_WALKER)


def _role(
    board: Board, position: int, keys: Sequence[str | None], role: Role, rule: Rule
) -> Iterator[Breach]:
    for key in dict.fromkeys(keys):
        helper = board.afternoon.helper.get(key) if key is not None else None
        if helper is not None and role not in helper.roles:
            yield board.breach(rule, position, helper=helper.name)


def _hours(board: Board, helper: Helper, positions: Sequence[int]) -> Iterator[Breach]:
    for position in positions:
        span = board.spans[position]
        if not is_available(helper, span):
            since, until = map(Minute, span)
            yield board.breach(
                Rule.HELPER_ABSENT, position, helper=helper.name, since=since, until=until
            )
        for busy in helper.busy:
            if overlap(span, busy):
                since, until = map(Minute, busy)
                yield board.breach(
                    Rule.HELPER_BUSY, position, helper=helper.name, since=since, until=until
                )


def is_available(helper: Helper, span: Span) -> bool:
    """For all of it; what touches counts as one."""
    return any(since <= span[0] and span[1] <= until for since, until in merge(helper.available))


def can_serve(helper: Helper, span: Span) -> bool:
    """Whether available and not busy for all of it."""
    return is_available(helper, span) and not any(overlap(span, busy) for busy in helper.busy)


def _twice(board: Board, helper: Helper, positions: Sequence[int]) -> Iterator[Breach]:
    for n, position in enumerate(positions):
        for other in positions[n + 1 :]:
            if overlap(board.spans[position], board.spans[other]):
                yield board.breach(Rule.HELPER_TWICE, other, position, helper=helper.name)


def _rest(board: Board, helper: Helper, positions: Sequence[int]) -> Iterator[Breach]:
    most = helper.most_minutes_on_end
    if most is None:
        return
    for run in runs([board.spans[n] for n in positions], rest=helper.rest_minutes):
        within = [n for n in positions if run[0][0] <= board.spans[n][0] < run[-1][1]]
        if minutes(run) > most:
            yield board.breach(
                Rule.HELPER_REST,
                *within,
                helper=helper.name,
                minutes=minutes(run),
                most=most,
                rest=helper.rest_minutes,
            )


def _instructor(board: Board) -> Iterator[Breach]:
    everyone = range(len(board.rides))
    helper = board.afternoon.helper.get(board.afternoon.instructor or "")
    if helper is None:
        yield board.breach(Rule.NO_INSTRUCTOR, *everyone)
        return
    if Role.INSTRUCTOR not in helper.roles:
        yield board.breach(Rule.NOT_INSTRUCTOR, *everyone, helper=helper.name)
    yield from _hours(board, helper, everyone)
    own = set(board.by_helper.get(helper.key, ()))
    for position in sorted(own):
        meeting = [n for n in everyone if overlap(board.spans[n], board.spans[position])]
        yield board.breach(Rule.HELPER_TWICE, position, *meeting, helper=helper.name)


def crowd_breaches(board: Board) -> Iterator[Breach]:
    """More at once than the arena holds or the instructor sees, told where it begins to be so."""
    limits = (
        (Rule.ARENA_FULL, board.afternoon.arena_holds),
        (Rule.INSTRUCTOR_LOAD, board.afternoon.instructor_sees),
    )
    for at in sorted({start for start, _end in board.spans}):
        there = [n for n, (start, end) in enumerate(board.spans) if start <= at < end]
        for rule, most in limits:
            if len(there) > most:
                yield board.breach(rule, *there, at=Minute(at), count=len(there), most=most)
