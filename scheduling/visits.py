"""One visit, several services: a family from a village comes once, and as shortly as possible.

Each session needs a specialist, a room and its people; the mother may talk while her child plays
elsewhere, but nobody is in two places. Days are searched one by one, start by start, without any
branch that is already longer than the visits found; up to MOST_STEPS of it, so that the answer
says whether the best is proven.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, pairwise
from operator import itemgetter

from base import clock
from people.models import Person
from scheduling import demand
from scheduling.errors import VisitDoesNotFit
from scheduling.intervals import Span, instant_of, length, merge, seconds
from scheduling.models import Modality, Resource, Service
from scheduling.slots import Found, Search, free_slots

MOST_SERVICES = 4
MOST_SHOWN = 12
LEAST_A_DAY = 3
MOST_STEPS = 400_000
"""Three services on four days need a few thousand."""

LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Part:
    """A service for some of the family, with one specialist or (None) any who gives it."""

    service: Service
    people: tuple[Person, ...]
    specialist: Resource | None = None


@dataclass(frozen=True)
class Session:
    """A part at its hour."""

    part: Part
    starts_at: datetime
    lead: Resource
    room: Resource | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.part.service.duration


@dataclass(frozen=True)
class Visit:
    """Its sessions, in the order of the parts that were asked for."""

    sessions: tuple[Session, ...]

    @property
    def starts_at(self) -> datetime:
        return min(session.starts_at for session in self.sessions)

    @property
    def ends_at(self) -> datetime:
        return max(session.ends_at for session in self.sessions)

    @property
    def stay(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def waiting(self) -> timedelta:
        """The longest time within it in which nobody of the family is in a session."""
        return timedelta(seconds=longest_gap([span_of(session) for session in self.sessions]))


@dataclass(frozen=True)
class Answer:
    """The shortest visits, of equally short ones the soonest first; `proven` when no shorter one
    exists."""

    visits: Sequence[Visit]
    proven: bool


def find_visits(
    parts: Sequence[Part],
    begins: datetime,
    ends: datetime,
    *,
    longest_wait: timedelta = LONGEST_WAIT,
    most_steps: int = MOST_STEPS,
) -> Answer:
    """Visits within `[begins, ends)`, each on one day.

    Raises VisitDoesNotFit for other than two to MOST_SERVICES parts, or people of two families.
    """
    check_parts(parts)
    lines = [line_of(part, begins, ends) for part in parts]
    days = sorted(set.intersection(*(set(line.starts_by_day) for line in lines)))
    search = _Search(lines, length(longest_wait), most_steps, shown_a_day(begins, ends))
    found = sorted(chain.from_iterable(map(search.look, days)), key=itemgetter(0))[:MOST_SHOWN]
    return Answer([search.visit(*one) for one in found], search.steps < most_steps)


def shown_a_day(begins: datetime, ends: datetime) -> int:
    """Of a window: a family that cannot come on the best day has others to choose from."""
    days = -(-(ends - begins) // timedelta(days=1))
    return max(LEAST_A_DAY, MOST_SHOWN // max(days, 1))


def check_parts(parts: Sequence[Part]) -> None:
    families = {person.household_id for part in parts for person in part.people}
    if not 2 <= len(parts) <= MOST_SERVICES or len(families) != 1:
        raise VisitDoesNotFit(most=MOST_SERVICES)


@dataclass(frozen=True)
class Line:
    """What one part could be: its starts by day, and who and which rooms are free at each."""

    part: Part
    lasts: int
    buffer: int
    starts_by_day: dict[date, list[int]]
    leads: dict[int, list[Resource]]
    found: Found
    people: frozenset[int]

    def rooms(self, second: int) -> list[Resource | None]:
        for choice in self.found.choices:
            if choice.need.part == demand.Part.ROOM:
                return list(choice.free(second))
        return [None]


def line_of(part: Part, begins: datetime, ends: datetime) -> Line:
    found = free_slots(
        Search(part.service, part.people, Modality.ON_SITE, part.specialist, begins, ends)
    )
    assert isinstance(found, Found)  # only visits in the field are searched in two halves
    by_day: dict[date, list[int]] = {}
    leads: dict[int, list[Resource]] = {}
    for second, lead in found.soonest_first():
        if second not in leads:
            by_day.setdefault(clock.local(instant_of(second)).date(), []).append(second)
        leads.setdefault(second, []).append(lead)
    return Line(
        part,
        length(part.service.duration),
        length(part.service.buffer_after),
        by_day,
        leads,
        found,
        frozenset(person.pk for person in part.people),
    )


Starts = tuple[int, ...]
"""The second at which each part begins."""

Key = tuple[int, int, Starts]
"""How long a visit is, when it begins, and its starts."""

Cast = tuple[tuple[Resource, Resource | None], ...]
"""The specialist and the room of each part."""


@dataclass
class _Search:
    """At work on a day: the best visits of it found so far, at most `shown`."""

    lines: Sequence[Line]
    longest_wait: int
    most_steps: int
    shown: int
    steps: int = 0
    best: list[tuple[Key, Cast]] = field(default_factory=list)

    def look(self, day: date) -> list[tuple[Key, Cast]]:
        self.best = []
        self.extend((), self.lines, day)
        return self.best

    def extend(self, starts: Starts, left: Sequence[Line], day: date) -> None:
        if not left:
            self.keep(starts)
            return
        line = left[0]
        for second in line.starts_by_day[day]:
            if self.steps >= self.most_steps:
                return
            self.steps += 1
            further = (*starts, second)
            if self.is_promising(further) and self.is_possible(further):
                self.extend(further, left[1:], day)

    def is_promising(self, starts: Starts) -> bool:
        """Whether it may still be among the best: a visit only grows with every session."""
        return len(self.best) < self.shown or self.stay(starts) <= self.best[-1][0][0]

    def is_possible(self, starts: Starts) -> bool:
        """Whether the people of the last session are free of the others' then."""
        new = len(starts) - 1
        begins, ends = self.span(starts, new)
        return not any(
            self.lines[other].people & self.lines[new].people
            and begins < self.span(starts, other)[1]
            and self.span(starts, other)[0] < ends
            for other in range(new)
        )

    def keep(self, starts: Starts) -> None:
        key: Key = self.stay(starts), min(starts), starts
        is_better = len(self.best) < self.shown or key < self.best[-1][0]
        if not is_better or longest_gap(self.spans(starts)) > self.longest_wait:
            return
        cast = next(self.casts(starts), None)
        if cast is not None:
            insort(self.best, (key, cast), key=lambda found: found[0])
            del self.best[self.shown :]

    def casts(self, starts: Starts, chosen: Cast = ()) -> Iterator[Cast]:
        """Every way to give each session a specialist and a room of its own while it needs them."""
        new = len(chosen)
        if new == len(starts):
            yield chosen
            return
        line = self.lines[new]
        for lead in line.leads[starts[new]]:
            for room in line.rooms(starts[new]):
                if self.is_free(starts, chosen, lead, room):
                    yield from self.casts(starts, (*chosen, (lead, room)))

    def is_free(self, starts: Starts, chosen: Cast, lead: Resource, room: Resource | None) -> bool:
        new = len(chosen)
        begins, ends = self.span(starts, new)
        for other, (busy, taken) in enumerate(chosen):
            other_begins, other_ends = self.span(starts, other)
            if room is not None and room == taken and begins < other_ends and other_begins < ends:
                return False
            is_rested = begins >= other_ends + self.lines[other].buffer
            if lead == busy and not is_rested and other_begins < ends + self.lines[new].buffer:
                return False
        return True

    def stay(self, starts: Starts) -> int:
        spans = self.spans(starts)
        return max(end for _, end in spans) - min(starts)

    def spans(self, starts: Starts) -> list[Span]:
        return [self.span(starts, place) for place in range(len(starts))]

    def span(self, starts: Starts, place: int) -> Span:
        return starts[place], starts[place] + self.lines[place].lasts

    def visit(self, key: Key, cast: Cast) -> Visit:
        return Visit(
            tuple(
                Session(line.part, instant_of(second), lead, room)
                for line, second, (lead, room) in zip(self.lines, key[2], cast, strict=True)
            )
        )


def span_of(session: Session) -> Span:
    return seconds(session.starts_at), seconds(session.ends_at)


def longest_gap(spans: Sequence[Span]) -> int:
    merged = merge(spans)
    return max((later[0] - sooner[1] for sooner, later in pairwise(merged)), default=0)
