"""Arithmetic on sets of time, as sorted disjoint lists of `[start, end)` in epoch seconds.

Whole numbers, because a month of a hundred specialists is tens of thousands of comparisons.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter

Span = tuple[int, int]
Spans = Sequence[Span]

FAR = 2**62
"""After every end."""


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def instant_of(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def length(duration: timedelta) -> int:
    """A duration in whole seconds."""
    return int(duration.total_seconds())


def merge(spans: Iterable[Span]) -> list[Span]:
    """Any spans as a set: sorted, touching ones joined, empty ones gone."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(whole: Spans, gone: Spans) -> list[Span]:
    """What of `whole` is not in `gone`; both are sets."""
    left: list[Span] = []
    position = 0
    for start, end in whole:
        while position < len(gone) and gone[position][1] <= start:
            position += 1
        ahead, kept_to = position, start
        while kept_to < end and ahead < len(gone) and gone[ahead][0] < end:
            if gone[ahead][0] > kept_to:
                left.append((kept_to, gone[ahead][0]))
            kept_to = gone[ahead][1]
            ahead += 1
        if kept_to < end:
            left.append((kept_to, end))
    return left


def intersect(one: Spans, other: Spans) -> list[Span]:
    """What is in both sets."""
    both: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if start < end:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def meeting(spans: Spans, window: Span) -> Spans:
    """Those of a set that are in the window, with all of those at its edges."""
    first = bisect_right(spans, window[0], key=itemgetter(1))
    return spans[first : bisect_left(spans, window[1], key=itemgetter(0))]


def starts_within(free: Spans, *, before: int, after: int) -> list[Span]:
    """The instants t for which `[t - before, t + after)` lies inside one span of `free`.

    As a set of seconds: the last good second is included, so ends are one second past it.
    """
    return [
        (start + before, end - after + 1) for start, end in free if start + before <= end - after
    ]


def starts_between(held: Iterable[Span], within: Span, *, before: int, after: int) -> list[Span]:
    """The instants t for which `[t - before, t + after)` lies in `within` and meets nothing of
    `held`, which comes in order.

    What `starts_within` says of the rest of `subtract`, in one pass over the longest lists.
    """
    starts: list[Span] = []
    needed = before + after
    free_from, end_of_all = within
    for start, end in held:
        if start >= end_of_all:
            break
        if start - free_from >= needed:
            starts.append((free_from + before, start - after + 1))
        if end > free_from:
            free_from = end
    if end_of_all - free_from >= needed:
        starts.append((free_from + before, end_of_all - after + 1))
    return starts


def contains(spans: Spans, second: int) -> bool:
    """Whether the set holds that second."""
    position = bisect_right(spans, (second, FAR)) - 1
    return position >= 0 and second < spans[position][1]
