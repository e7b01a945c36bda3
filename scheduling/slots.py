"""Free hours: computed from facts, never stored (DESIGN §3).

For every need there is a set of instants at which it can be met; a slot starts where all those
sets meet, on the service's grid. Facts are read with one query per kind, whatever the number of
specialists, and the sets stay sets until the page that is asked for: counting a month of a
hundred specialists makes no list of its fifty thousand slots.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import merge as merge_sorted
from itertools import chain, islice

from base import clock
from people.models import Person
from scheduling import demand, selectors
from scheduling import hours as house_hours
from scheduling.demand import Demand, Need
from scheduling.intervals import (
    Span,
    Spans,
    contains,
    covered,
    instant_of,
    intersect,
    length,
    merge,
    seconds,
    starts_between,
    starts_within,
    subtract,
)
from scheduling.models import Booking, Modality, Resource, Service
from scheduling.selectors import SITE_MARGIN

FARTHEST = timedelta(days=366)
"""Nothing is booked farther ahead."""

HORIZON = timedelta(days=90)
"""How far past an empty window the first free day is looked for."""

DAY = 86_400

StartSets = Mapping[int, Spans]
"""When each resource, by its id, could begin a session."""


@dataclass(frozen=True)
class Slot:
    """An hour that is still free, with what would be held for it."""

    starts_at: datetime
    ends_at: datetime
    specialist: Resource
    colleagues: tuple[Resource, ...]
    room: Resource | None
    vehicle: Resource | None


@dataclass(frozen=True)
class Search:
    """What is looked for: `people` may be empty (then nobody's own time is considered),
    `specialist` None means any who gives the service."""

    service: Service
    people: tuple[Person, ...]
    modality: Modality
    specialist: Resource | None
    begins: datetime
    ends: datetime
    moving: Booking | None = None
    """The booking for which another hour is looked for: it stands in nobody's way."""

    least_workers: int = 1
    with_car: bool = False
    """What is wanted beyond the service's defaults."""


class FreeSlots(Sequence[Slot], ABC):
    """The slots of a search, soonest first: a lazy sequence that counts without listing."""

    @abstractmethod
    def soonest_first(self) -> Iterator[tuple[int, Resource]]:
        """The second at which each begins, and its specialist."""

    @abstractmethod
    def present(self, second: int, lead: Resource) -> Slot:
        """The slot at that second, with the first of the candidates that are free then."""

    def __getitem__(self, place: int | slice) -> "Slot | list[Slot]":  # type: ignore[override]
        if isinstance(place, slice):
            start, stop, _ = place.indices(len(self))
            return [self.present(*found) for found in islice(self.soonest_first(), start, stop)]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self.present(*next(islice(self.soonest_first(), place % len(self), None)))

    def first_day(self) -> date | None:
        """The Sofia date of the soonest slot."""
        soonest = next(self.soonest_first(), None)
        return clock.local(instant_of(soonest[0])).date() if soonest else None


class OneAfterAnother(FreeSlots):
    """The slots of two searches, all of the first before all of the second."""

    def __init__(self, one: FreeSlots, other: FreeSlots, *, boundary: int) -> None:
        self.one, self.other, self.boundary = one, other, boundary

    def __len__(self) -> int:
        return len(self.one) + len(self.other)

    def soonest_first(self) -> Iterator[tuple[int, Resource]]:
        return chain(self.one.soonest_first(), self.other.soonest_first())

    def present(self, second: int, lead: Resource) -> Slot:
        return (self.one if second <= self.boundary else self.other).present(second, lead)


class Found(FreeSlots):
    """What one search found."""

    def __init__(
        self,
        starts: Mapping[Resource, Spans],
        wanted: Demand,
        choices: Sequence[tuple[Need, StartSets]],
    ) -> None:
        self.starts = starts
        self.wanted = wanted
        self.choices = choices
        self.step = length(wanted.service.step)

        self.total = sum(grid_count(spans, self.step) for spans in starts.values())

    def __len__(self) -> int:
        return self.total

    def soonest_first(self) -> Iterator[tuple[int, Resource]]:
        rows = (self.starts_of(specialist) for specialist in self.starts)
        return ((second, specialist) for second, _, specialist in merge_sorted(*rows))

    def starts_of(self, specialist: Resource) -> Iterator[tuple[int, int, Resource]]:
        """One specialist's starts, with her id to settle ties."""
        for second in grid(self.starts[specialist], self.step):
            yield second, specialist.pk, specialist

    def present(self, second: int, lead: Resource) -> Slot:
        chosen = {need.part: self.choose(need, sets, second, lead) for need, sets in self.choices}
        part = demand.Part
        return Slot(
            starts_at=instant_of(second),
            ends_at=instant_of(second) + self.wanted.service.duration,
            specialist=lead,
            colleagues=chosen.get(part.COLLEAGUE, ()),
            room=next(iter(chosen.get(part.ROOM, ())), None),
            vehicle=next(iter(chosen.get(part.VEHICLE, ())), None),
        )

    def choose(
        self, need: Need, sets: StartSets, second: int, lead: Resource
    ) -> tuple[Resource, ...]:
        free = (
            candidate
            for candidate in need.candidates
            if candidate.pk != lead.pk and contains(sets[candidate.pk], second)
        )
        return tuple(islice(free, need.count))


def free_slots(search: Search) -> FreeSlots:
    """The hours that are free for everyone and everything the search needs. Whether the family
    has papers (D4) is asked when one of them is booked: an authorised role may do without.

    Raises ModalityNotOffered.
    """
    found = _Finder(search)
    visited = found.first_visit_is_at()
    if visited is None:
        return found.find()
    until = replace(search, ends=min(search.ends, visited + search.service.duration))
    after = replace(search, begins=visited + timedelta(seconds=1))
    one, other = _Finder(until).find(), _Finder(after).find()
    return OneAfterAnother(one, other, boundary=seconds(visited))


def first_day_after(search: Search) -> date | None:
    """The first date after the window on which there is a slot, within HORIZON of its end, or
    of today when the window is past."""
    begins = max(search.ends, clock.now())
    later = replace(search, begins=begins, ends=begins + HORIZON)
    return free_slots(later).first_day()


class _Finder:
    """One search at work: the facts it read, and the sets made of them."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.now = clock.now()
        self.begins = max(search.begins, self.now + search.service.minimum_notice)
        self.ends = min(search.ends, self.now + FARTHEST)
        self.ignoring = search.moving.pk if search.moving else None
        self.wanted = demand.demand(
            search.service,
            search.people,
            search.modality,
            at=self.begins,
            least_workers=search.least_workers,
            with_car=search.with_car,
            ignoring=self.ignoring,
        )
        self.duration = length(search.service.duration)

    def first_visit_is_at(self) -> datetime | None:
        """When this window's first visit to the family is, after which another needs fewer
        workers (D3); None when the same holds for the whole window."""
        if self.search.modality != Modality.FIELD or self.wanted.workers == 1:
            return None
        visited = selectors.visited_since(self.search.people, ignoring=self.ignoring)
        return visited if visited and self.begins <= visited < self.ends else None

    def find(self) -> FreeSlots:
        if self.begins >= self.ends:
            return Found({}, self.wanted, [])
        self.read_facts()
        common = self.common_starts()
        leads = [self.search.specialist] if self.search.specialist else self.specialists
        starts = {
            lead: found
            for lead in leads
            if lead.pk in self.able and (found := intersect(self.able[lead.pk], common))
        }
        choices = [(need, sets) for need, sets in self.met if need.part != demand.Part.PERSON]
        return Found(starts, self.wanted, choices)

    def read_facts(self) -> None:
        """Five queries at most, whatever the number of specialists, rooms and days."""
        self.party = selectors.party(self.search.people)
        walled = self.party.walled_users
        alone = self.search.specialist if self.wanted.workers == 1 else None
        suitable = selectors.suitable(self.search.service, lead=alone)
        pool = [resource for resource in suitable if resource.user_id not in walled]
        self.specialists = demand.of_kind(pool, Resource.Kind.SPECIALIST)
        self.needs = demand.needs_beside_lead(self.wanted, pool, self.party.resources)
        needed = {r.pk for need in self.needs for r in need.candidates}
        needed |= {specialist.pk for specialist in self.worth_reading()}
        margin = timedelta(seconds=DAY)
        self.held = selectors.holdings(
            needed,
            self.begins - margin,
            self.ends + margin,
            now=self.now,
            ignoring=self.ignoring,
        )
        self.horizon = (seconds(self.begins - margin), seconds(self.ends + margin))
        self.hours = house_hours.read_hours(
            self.search.service.centre_id,
            [resource.pk for resource in self.worth_reading()],
            clock.local(self.begins).date(),
            clock.local(self.ends).date(),
        )
        self.apart = self.site_taken()

    def worth_reading(self) -> Sequence[Resource]:
        """The specialists whose time matters: all of them only if a colleague may be needed."""
        lead = self.search.specialist
        if lead is None or self.wanted.workers > 1:
            return self.specialists
        return [lead] if lead in self.specialists else []

    def common_starts(self) -> list[Span]:
        """Where everything but the lead can be met. Leaves the sets in `able` and `met`."""
        # An hour that begins now is no longer ahead: it starts a second after the present one.
        opens = max(-int(-self.begins.timestamp() // 1), seconds(self.now) + 1)
        window = [(opens, seconds(self.ends) - self.duration + 1)]
        before, after = (length(margin) for margin in self.wanted.margins)
        self.able = {
            specialist.pk: intersect(
                self.starts_of(specialist, before, after), self.working_starts(specialist)
            )
            for specialist in self.worth_reading()
        }
        self.met = [(need, self.sets_of(need)) for need in self.needs]
        common = subtract(window, self.apart)
        for need, sets in self.met:
            # The lead stands among the colleagues' candidates, and is able wherever it counts.
            wanted = need.count + (need.part == demand.Part.COLLEAGUE)
            common = intersect(common, covered(sets.values(), at_least=wanted))
        return common

    def sets_of(self, need: Need) -> StartSets:
        if need.part == demand.Part.COLLEAGUE:
            return {resource.pk: self.able[resource.pk] for resource in need.candidates}
        before, after = length(need.before), length(need.after)
        return {r.pk: self.starts_of(r, before, after) for r in need.candidates}

    def starts_of(self, resource: Resource, before: int, after: int) -> list[Span]:
        """When a session could start as far as the resource's holdings go: in any of its lanes."""
        lanes = [
            starts_between(
                self.held.get((resource.pk, lane), ()),
                self.horizon,
                before=before,
                after=self.duration + after,
            )
            for lane in range(1, resource.lanes + 1)
        ]
        return lanes[0] if len(lanes) == 1 else covered(lanes, at_least=1)

    def working_starts(self, specialist: Resource) -> list[Span]:
        working = self.hours.working(specialist.pk, on_site=self.wanted.on_site)
        return starts_within(working, before=0, after=self.duration)

    def site_taken(self) -> list[Span]:
        """Starts at which someone kept apart would be at the centre too (D11). Everything, if
        they are in this very search."""
        partners = self.party.partners
        if partners & {person.pk for person in self.search.people}:
            return [self.horizon]
        if not self.wanted.on_site:
            return []
        margin = length(SITE_MARGIN)
        around = timedelta(seconds=DAY)
        others = selectors.on_site_holdings(
            partners,
            self.begins - around,
            self.ends + around,
            now=self.now,
            ignoring=self.ignoring,
        )
        return merge((start - margin - self.duration + 1, end + margin) for start, end in others)


def grid(spans: Iterable[Span], step: int) -> Iterator[int]:
    """The seconds of the set at which Sofia's clocks show a multiple of `step` past midnight.

    Sofia is a whole number of hours from UTC, so for steps that divide the hour the grid of
    the wall clock is the grid of the epoch; others are counted from each local midnight.
    """
    for start, end in spans:
        if 3600 % step == 0:
            yield from range(-(-start // step) * step, end, step)
        else:
            yield from local_grid(start, end, step)


def grid_count(spans: Spans, step: int) -> int:
    """How many seconds `grid` gives, without giving them where that can be reckoned."""
    if 3600 % step == 0:
        return sum((end - 1) // step - (start - 1) // step for start, end in spans)
    return sum(1 for _ in grid(spans, step))


def local_grid(start: int, end: int, step: int) -> Iterator[int]:
    first = -(-start // 60) * 60
    for second in range(first, end, 60):
        wall = clock.local(instant_of(second))
        if (wall.hour * 3600 + wall.minute * 60) % step == 0:
            yield second
