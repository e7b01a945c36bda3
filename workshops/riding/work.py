"""How long without a rest: the one reading of "on end" (D15).

A run is work that no pause of at least a rest interrupts. Shorter pauses do not end the run, and
do not count as work: 60 minutes, 20 of pause, 60 minutes are a run of 120 under a rest of 30.
"""

from collections.abc import Iterator, Sequence

from scheduling.intervals import Spans, merge
from workshops.riding.facts import Span


def runs(work: Sequence[Span], *, rest: int) -> Iterator[Spans]:
    """The runs of a day, in order. Work that overlaps counts once."""
    run: list[Span] = []
    for span in merge(work):
        if run and span[0] - run[-1][1] >= rest:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def minutes(spans: Spans) -> int:
    """Of disjoint spans."""
    return sum(end - start for start, end in spans)
