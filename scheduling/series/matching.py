"""Which date of the old rhythm becomes which of the new one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from base import clock
from scheduling.series.recurrence import Freq, Pattern, pattern_of
from scheduling.series.selectors import SeriesDate

Pair = tuple[SeriesDate | None, datetime | None]

COARSER = {Freq.DAILY: 0, Freq.WEEKLY: 1, Freq.MONTHLY: 2}


def match(dates: Sequence[SeriesDate], starts: Sequence[datetime], pattern: Pattern) -> list[Pair]:
    """In order where the rhythm stays the same; else the first date of a week (or month) becomes
    the first of that week. What has no counterpart stands alone."""
    was = pattern_of(dates[0].term.event.rule)
    if pattern.beats_like(was):
        return list(zip_longest(dates, starts))
    coarse = max(pattern, was, key=lambda one: COARSER[one.freq])
    old: dict[tuple[int, ...], list[SeriesDate]] = defaultdict(list)
    new: dict[tuple[int, ...], list[datetime]] = defaultdict(list)
    for date in dates:
        old[coarse.period(clock.local(date.original_start).date())].append(date)
    for start in starts:
        new[coarse.period(clock.local(start).date())].append(start)
    return list(pairs(old, new))


def pairs(
    old: dict[tuple[int, ...], list[SeriesDate]], new: dict[tuple[int, ...], list[datetime]]
) -> Iterator[Pair]:
    for period in sorted({*old, *new}):
        yield from zip_longest(old.get(period, ()), new.get(period, ()))
