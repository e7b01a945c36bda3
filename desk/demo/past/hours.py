"""The hours of the years: day by day, each with whom, where and when the booking core would let."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from base.rows import fetch
from desk.demo.families import Thread
from desk.demo.past.colleagues import Colleague
from desk.demo.past.families import Client
from desk.demo.staff import SP, House
from people.models import Person
from scheduling import taking
from scheduling.demand import VISIT_WORKERS, Demand, need_of_lead, needs_beside_lead
from scheduling.errors import ResourceUnavailable
from scheduling.holdings import Held
from scheduling.hours import FACTS, Hours, as_hours, day_span
from scheduling.intervals import Span, contains, instant_of, intersect, length, seconds
from scheduling.models import Modality, Resource
from scheduling.taking import bounds
from scheduling.writing import Holding

MOST_ASKED = 3
"""Colleagues who are asked for an hour before another day is tried."""


@dataclass(frozen=True)
class Hour:
    """An hour that was found: what it holds, and when else that day the lead would have had one."""

    client: Client
    thread: Thread
    lead: Colleague
    starts_at: datetime
    ends_at: datetime
    holdings: Sequence[Holding]
    instead_of: datetime

    @property
    def people(self) -> tuple[Person, ...]:
        return self.client.people(self.thread.who)


class Timetable:
    """Finds free hours. What a day holds is forgotten with it: nothing lasts over a night."""

    def __init__(
        self,
        house: House,
        rng: Random,
        colleagues: Iterable[Colleague],
        places: Sequence[Resource],
    ) -> None:
        self.house, self.rng = house, rng
        self.specialists = [one for one in colleagues if one.post.role == SP]
        self.places = {
            service.pk: [place for place in places if service in set(place.services.all())]
            for service in house.services.values()
        }
        self.facts = fetch(FACTS, {"centre": house.centre.pk, "since": date.min})
        self.skilled: dict[str, list[Colleague]] = {}
        self.hours = Hours(date.min, date.min)
        self.day = date.min
        self.held: Held = {}

    def turn_to(self, day: date) -> bool:
        """Whether the house works that day."""
        if not self.hours.first <= day <= self.hours.last:
            self.turn_page(day)
        self.day, self.held = day, defaultdict(list)
        return day.weekday() < 5 and day not in self.hours.closures

    def turn_page(self, day: date) -> None:
        """The month of that day: who works in it, and when."""
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        there = [one for one in self.specialists if one.was_there(first, last)]
        keys = {None, *(one.resource.pk for one in there)}
        self.hours = as_hours(first, last, (fact for fact in self.facts if fact[1] in keys))
        self.skilled = {
            code: [one for one in there if code in one.post.skills] for code in self.house.services
        }

    def find(self, client: Client, thread: Thread) -> Hour | None:
        """An hour that day, with the usual colleague or another."""
        wanted = self.wanted(client, thread)
        for lead in self.able(client, thread)[:MOST_ASKED]:
            starts = list(self.starts(lead, wanted))
            for start in starts:
                if holdings := self.holdings(client, lead, wanted, instant_of(start)):
                    self.take(holdings)
                    return Hour(
                        client,
                        thread,
                        lead,
                        instant_of(start),
                        instant_of(start) + wanted.service.duration,
                        holdings,
                        instant_of(starts[-1]),
                    )
        return None

    def wanted(self, client: Client, thread: Thread) -> Demand:
        """D3: a first or risk-flagged visit needs two workers."""
        service = self.house.services[thread.code]
        in_field = thread.modality == Modality.FIELD
        at_risk = client.case is not None and client.case.at_risk
        risky = in_field and (at_risk or not client.was_visited)
        return Demand(
            service,
            client.people(thread.who),
            thread.modality,
            max(service.specialists, VISIT_WORKERS if risky else 1),
            in_field and service.needs_vehicle,
        )

    def able(self, client: Client, thread: Thread) -> list[Colleague]:
        """Who gives this service then, beginning with the one who has given it to this family."""
        able = [one for one in self.skilled[thread.code] if one.was_there(self.day, self.day)]
        if not able:
            return []
        usual = client.usual.get(thread.code)
        place = next((n for n, one in enumerate(able) if one.resource.pk == usual), None)
        if place is None:
            place = self.rng.randrange(len(able))
            client.usual[thread.code] = able[place].resource.pk
        return [*able[place:], *able[:place]]

    def starts(self, lead: Colleague, wanted: Demand) -> Iterator[int]:
        """When she may begin that day, from an hour by chance on and then from the morning."""
        step = length(wanted.service.step)
        today = [day_span(self.day)]
        starts = [
            start
            for begins, ends in intersect(self.spans(lead, wanted), today)
            for start in range(-(-begins // step) * step, ends, step)
        ]
        if starts:
            place = self.rng.randrange(len(starts))
            yield from starts[place:]
            yield from starts[:place]

    def spans(self, specialist: Colleague, wanted: Demand) -> list[Span]:
        lasting = length(wanted.service.duration)
        return self.hours.starts(specialist.resource.pk, on_site=wanted.on_site, lasting=lasting)

    def holdings(
        self, client: Client, lead: Colleague, wanted: Demand, starts_at: datetime
    ) -> list[Holding] | None:
        """What the hour would hold; None when something is not to be had."""
        ends_at = starts_at + wanted.service.duration
        leading = need_of_lead(wanted, lead.resource)
        if not taking.free_lane(
            lead.resource, taking.period_of(leading, starts_at, ends_at), self.held
        ):
            return None
        people = [client.hours[person.pk] for person in wanted.people]
        beside = needs_beside_lead(wanted, self.pool(lead, wanted, starts_at), people)
        try:
            return taking.choose([leading, *beside], starts_at, ends_at, self.held)
        except ResourceUnavailable:
            return None

    def pool(self, lead: Colleague, wanted: Demand, starts_at: datetime) -> list[Resource]:
        """Places that suit, and colleagues who work then, where one is needed."""
        places = self.places[wanted.service.pk]
        if wanted.workers == 1:
            return places
        start = seconds(starts_at)
        colleagues = [
            one.resource
            for one in self.skilled[wanted.service.code]
            if one is not lead and contains(self.spans(one, wanted), start)
        ]
        return [*colleagues, *places]

    def take(self, holdings: Iterable[Holding]) -> None:
        for holding in holdings:
            spans = self.held[holding.resource.pk, holding.lane]
            span = bounds(holding.period)
            spans.insert(bisect_left(spans, span), span)
