"""For a date that cannot be booked, the nearest hour that is free."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from base import clock
from scheduling.errors import GeneralAccessEnded, NoEntryBasis
from scheduling.intervals import seconds
from scheduling.planning import Wish
from scheduling.series.placing import Place, Refusal
from scheduling.slots import Search, Slot, free_slots

AROUND = timedelta(days=6)
"""An hour of the same week is still that week's session."""

PAPERS = (NoEntryBasis, GeneralAccessEnded)
"""What no other hour of that week is a remedy for."""


def proposals(
    wish: Wish, places: Sequence[Place], refusals: Sequence[Refusal]
) -> dict[datetime, Slot]:
    """By the start that the rule gives: with the same specialist, within AROUND, the nearest slot
    that no other date of the series takes; none where papers are missing. One search for all."""
    curable = [refusal for refusal in refusals if not isinstance(refusal.error, PAPERS)]
    if not curable:
        return {}
    refused = [refusal.place.original_start for refusal in curable]
    found = free_slots(search_around(wish, refused))
    slots = list(found.soonest_first())
    free = [second for second, _ in slots]
    taken = {place.starts_at for place in places} - set(refused)
    proposed: dict[datetime, Slot] = {}
    for start in refused:
        near = nearest(free, start, taken, wish.service.duration + wish.service.buffer_after)
        if near is not None:
            slot = found.present(*slots[near])
            proposed[start] = slot
            taken.add(slot.starts_at)
    return proposed


def search_around(wish: Wish, starts: Sequence[datetime]) -> Search:
    return Search(
        service=wish.service,
        people=wish.people,
        modality=wish.modality,
        specialist=wish.lead,
        begins=max(min(starts) - AROUND, clock.now()),
        ends=max(starts) + AROUND,
        least_workers=wish.least_workers,
        with_car=wish.with_car,
    )


def nearest(
    free: Sequence[int], start: datetime, taken: set[datetime], apart: timedelta
) -> int | None:
    """The place in `free` of the second nearest to `start`, and at least `apart` from all that is
    taken."""
    wanted = seconds(start)
    busy = sorted(map(seconds, taken))
    margin, reach = int(apart.total_seconds()), int(AROUND.total_seconds())
    first, last = bisect_left(free, wanted - reach), bisect_left(free, wanted + reach)

    def is_clear(second: int) -> bool:
        after = bisect_left(busy, second)
        return all(abs(second - other) >= margin for other in busy[max(after - 1, 0) : after + 1])

    near = [index for index in range(first, last) if is_clear(free[index])]
    return min(near, key=lambda index: abs(free[index] - wanted), default=None)
