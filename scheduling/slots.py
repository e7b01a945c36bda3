"""Free hours: computed from facts, never stored (DESIGN §3).

Each specialist has a set of instants at which she could begin; on the service's grid within it, a
slot is where everything else that is needed is free too. That is asked start by start, once for all
specialists: a month of a hundred of them has fifty thousand slots, but only some hundred starts.
Facts are read with one query per kind, whatever the number of specialists.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import merge as merge_sorted
from itertools import chain, islice

from base import clock
from base.rows import ask
from people.models import Person
from scheduling import demand, holdings, selectors, setup
from scheduling.demand import Demand, Need
from scheduling.holdings import SITE_MARGIN, Edges, Lane
from scheduling.hours import FARTHEST
from scheduling.intervals import (
    Span,
    contains,
    instant_of,
    intersect,
    length,
    merge,
    seconds,
    starts_between,
    subtract,
)
from scheduling.models import Booking, Modality, Resource, Service
from scheduling.selectors import Party
from scheduling.setup import Setup

HORIZON = timedelta(days=90)
"""How far past an empty window the first free day is looked for."""

DAY = 86_400


@dataclass(slots=True)
class Slot:
    """An hour that is still free, with what would be held for it."""

    starts_at: datetime
    ends_at: datetime
    specialist: Resource
    colleagues: tuple[Resource, ...] = ()
    room: Resource | None = None
    vehicle: Resource | None = None


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

    known: tuple[Setup, Party] | None = None
    """The service's centre and the people, where they have just been read."""

    held: dict[Lane, Edges] | None = None
    """What holds everything that may be needed, likewise; a day more on both sides."""


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


class Choice:
    """A need beside the specialist, and which of its candidates are free when: `free` gives
    those for a session that starts at some second."""

    def __init__(self, need: Need, free: Callable[[int], Iterator[Resource]]) -> None:
        self.need = need
        self.free = free
        # The lead stands among the colleagues' candidates, and is free wherever it counts.
        self.wanted = need.count + (need.part == demand.Part.COLLEAGUE)
        self.known: dict[int, tuple[Resource, ...]] = {}

    def at(self, second: int) -> tuple[Resource, ...]:
        """As many of the first free candidates as are wanted, or fewer."""
        found = self.known.get(second)
        if found is None:
            found = self.known[second] = tuple(islice(self.free(second), self.wanted))
        return found

    def met_at(self, second: int) -> bool:
        return len(self.at(second)) == self.wanted

    def beside(self, lead: Resource, second: int) -> tuple[Resource, ...]:
        others = [one for one in self.at(second) if one.id != lead.id]
        return tuple(others[: self.need.count])


class Found(FreeSlots):
    """What one search found: each specialist's starts in order of time."""

    def __init__(
        self,
        starts: Mapping[Resource, Sequence[int]],
        wanted: Demand,
        choices: Sequence[Choice],
    ) -> None:
        self.starts = starts
        self.wanted = wanted
        self.choices = choices

    def __len__(self) -> int:
        return sum(map(len, self.starts.values()))

    def soonest_first(self) -> Iterator[tuple[int, Resource]]:
        rows = (self.starts_of(specialist) for specialist in self.starts)
        return ((second, specialist) for second, _, specialist in merge_sorted(*rows))

    def starts_of(self, specialist: Resource) -> Iterator[tuple[int, int, Resource]]:
        """One specialist's starts, with her id to settle ties."""
        return ((second, specialist.id, specialist) for second in self.starts[specialist])

    def present(self, second: int, lead: Resource) -> Slot:
        starts_at = instant_of(second)
        slot = Slot(starts_at, starts_at + self.wanted.service.duration, lead)
        for choice in self.choices:
            found = choice.beside(lead, second)
            if choice.need.part == demand.Part.ROOM:
                slot.room = found[0]
            elif choice.need.part == demand.Part.VEHICLE:
                slot.vehicle = found[0]
            elif choice.need.part == demand.Part.COLLEAGUE:
                slot.colleagues = found
        return slot


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
        self.ignoring = search.moving.id if search.moving else None
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
        choices = [Choice(need, self.free_for(need)) for need in self.chosen]
        leads = [self.search.specialist] if self.search.specialist else self.specialists
        starts = {
            lead: found
            for lead in leads
            if lead.id in self.able and (found := self.starts_with(lead, choices))
        }
        return Found(starts, self.wanted, choices)

    def starts_with(self, lead: Resource, choices: Sequence[Choice]) -> list[int]:
        found: Iterable[int] = grid(
            intersect(self.able[lead.id], self.open_starts), length(self.search.service.step)
        )
        for choice in choices:
            found = filter(choice.met_at, found)
        return list(found)

    def read_facts(self) -> None:
        """Four questions at most, and five for a set-up that is not known yet, whatever the number
        of specialists, rooms and days."""
        house, self.party = self.search.known or self.read_known()
        alone = self.search.specialist if self.wanted.workers == 1 else None
        walled = self.party.walled_users
        suitable = house.suitable(self.search.service, lead=alone)
        pool = [resource for resource in suitable if resource.user_id not in walled]
        self.specialists = demand.of_kind(pool, Resource.Kind.SPECIALIST)
        needs = demand.needs_beside_lead(self.wanted, pool, self.party.resources)
        self.chosen = [need for need in needs if need.part != demand.Part.PERSON]
        workers = {specialist.id for specialist in self.worth_reading()}
        needed = workers | {r.id for need in needs for r in need.candidates}
        margin = timedelta(seconds=DAY)
        begins, ends = self.begins - margin, self.ends + margin
        reading = holdings.holdings(needed, begins, ends, now=self.now, ignoring=self.ignoring)
        self.held = reading.answer() if self.search.held is None else self.search.held
        first, last = (clock.local(at).date() for at in (self.begins, self.ends))
        self.hours = house.hours(workers, first, last)
        self.horizon = (seconds(begins), seconds(ends))
        self.open_starts = self.starts_in_window()
        self.able = {
            specialist.id: intersect(
                self.unheld_starts(specialist, *self.wanted.margins),
                self.hours.starts(
                    specialist.id, on_site=self.wanted.on_site, lasting=self.duration
                ),
            )
            for specialist in self.worth_reading()
        }

    def read_known(self) -> tuple[Setup, Party]:
        stamp, party = ask(setup.stamp(), selectors.party(self.search.people))
        return setup.of_centre(self.search.service.centre_id, stamp), party

    def worth_reading(self) -> Sequence[Resource]:
        """The specialists whose time matters: all of them only if a colleague may be needed."""
        lead = self.search.specialist
        if lead is None or self.wanted.workers > 1:
            return self.specialists
        return [lead] if lead in self.specialists else []

    def starts_in_window(self) -> list[Span]:
        """Starts at which the people are free, and nobody is kept apart from anybody."""
        # An hour that begins now is no longer ahead: it starts a second after the present one.
        opens = max(-int(-self.begins.timestamp() // 1), seconds(self.now) + 1)
        window = [(opens, seconds(self.ends) - self.duration + 1)]
        starts = subtract(window, self.site_taken())
        for person in self.party.resources:
            starts = intersect(starts, self.unheld_starts(person))
        return starts

    def free_for(self, need: Need) -> Callable[[int], Iterator[Resource]]:
        """The candidates that are free for a session that starts at some second, the preferred
        first."""
        if need.part == demand.Part.COLLEAGUE:
            return lambda second: (
                one for one in need.candidates if contains(self.able[one.id], second)
            )
        before, after = length(need.before), self.duration + length(need.after)
        candidates = [(one, self.lanes_of(one)) for one in need.candidates]

        def free(second: int) -> Iterator[Resource]:
            start, end = second - before, second + after
            for resource, lanes in candidates:
                for starts, ends in lanes:
                    position = bisect_left(starts, end)
                    if position == 0 or ends[position - 1] <= start:
                        yield resource
                        break

        return free

    def lanes_of(self, resource: Resource) -> list[Edges]:
        """What holds each of its lanes."""
        lanes = range(1, resource.lanes + 1)
        return [self.held.get((resource.id, lane), ([], [])) for lane in lanes]

    def unheld_starts(
        self, resource: Resource, before: timedelta = timedelta(), after: timedelta = timedelta()
    ) -> list[Span]:
        """When a session could start as far as what holds the resource goes, if it is held from
        so long before to so long past the session."""
        lanes = [
            starts_between(
                zip(*held, strict=True),
                self.horizon,
                before=length(before),
                after=self.duration + length(after),
            )
            for held in self.lanes_of(resource)
        ]
        return lanes[0] if len(lanes) == 1 else merge(chain.from_iterable(lanes))

    def site_taken(self) -> list[Span]:
        """Starts at which someone kept apart would be at the centre too (D11). Everything, if
        they are in this very search."""
        partners = self.party.partners
        if partners & {person.id for person in self.search.people}:
            return [self.horizon]
        if not self.wanted.on_site:
            return []
        margin = length(SITE_MARGIN)
        around = timedelta(seconds=DAY)
        others = holdings.on_site_holdings(
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


def local_grid(start: int, end: int, step: int) -> Iterator[int]:
    first = -(-start // 60) * 60
    for second in range(first, end, 60):
        wall = clock.local(instant_of(second))
        if (wall.hour * 3600 + wall.minute * 60) % step == 0:
            yield second
