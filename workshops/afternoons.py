"""What is known of a riding session, read for `workshops.riding`: horses, who rides, who helps.

Keys are public ids: of persons, horses and resources that help.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from base import clock
from people.models import Person
from scheduling import selectors as scheduling_selectors
from scheduling import setup
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.holdings import SITE_MARGIN, held_and_expired, on_site_by_person
from scheduling.hours import Hours
from scheduling.intervals import Span, instant_of, length, merge, seconds
from scheduling.models import Allocation, Resource
from workshops import riding_selectors
from workshops.models import Enrolment, Helper, Horse, Rider, Session, Skill
from workshops.register import sheet_names
from workshops.riding import facts
from workshops.riding.facts import ALL_DAY, DAY, Afternoon, Role
from workshops.sitting import day_of

ROLES = {Skill.LEADS_HORSES.value: Role.LEADER, Skill.WALKS_BESIDE.value: Role.SIDE_WALKER}
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cast:
    """Everybody of an afternoon by key, beside what the rules know of them."""

    afternoon: Afternoon
    enrolments: Mapping[str, Enrolment]
    horses: Mapping[str, Horse]
    helpers: Mapping[str, Resource]
    """Who may lead and walk beside; the instructor, who does neither, is not among them."""


def cast_of(session: Session) -> Cast:
    """Read anew; under the locks of all whom it names nothing of it changes any more."""
    return Reading(session).cast()


class Reading:
    """One afternoon being read: so many queries for few riders as for many."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.workshop = session.group.workshop
        self.centre_id = self.workshop.centre_id
        self.day = day_of(session)
        self.bounds = clock.day_bounds(self.day)
        self.own = riding_selectors.own_bookings(session)
        self.held: Arrangement = arrangements_of([session.booking])[session.booking_id]
        self.enrolments = riding_selectors.riders(session)
        self.people = [one.person for one in self.enrolments]
        self.parties = scheduling_selectors.parties(self.people) if self.people else {}
        self.horses = list(riding_selectors.horses_of(self.centre_id))
        self.helpers = self.those_who_help()
        self.busy = self.read_busy()

    def cast(self) -> Cast:
        riding, booking = self.workshop.riding, self.session.booking
        afternoon = Afternoon(
            on=self.day,
            starts_at=self.minute(booking.starts_at),
            ends_at=self.minute(booking.ends_at),
            horses=self.horse_facts(),
            children=self.children(),
            helpers=self.helper_facts(),
            apart=self.pairs(),
            instructor=str(self.held.lead.public_id),
            session_minutes=riding.ride_minutes,
            step_minutes=riding.step_minutes,
            turnaround_minutes=riding.turnaround_minutes,
            arena_holds=riding.arena_holds,
            instructor_sees=riding.instructor_sees,
            youngest=self.workshop.least_age or 0,
            weighed_within_days=riding.weighed_within_days,
        )
        return Cast(
            afternoon,
            {str(one.person.public_id): one for one in self.enrolments},
            {str(horse.public_id): horse for horse in self.horses},
            {str(one.resource.public_id): one.resource for one in self.helpers},
        )

    # --- Hours of the day -----------------------------------------------------------------------

    def minute(self, instant: datetime) -> int:
        """Of this day by the clock on the wall; what lies before or after it is its edge."""
        local = clock.local(instant)
        if local.date() != self.day:
            return 0 if local.date() < self.day else DAY
        return local.hour * 60 + local.minute

    def spans(self, found: Iterable[Span]) -> tuple[Span, ...]:
        """Of epoch seconds, as minutes of this day, outward to whole ones."""
        spans = (
            (self.minute(instant_of(start)), self.minute(instant_of(end + 59)))
            for start, end in found
        )
        return tuple(span for span in spans if span[0] < span[1])

    def read_busy(self) -> dict[int, list[Span]]:
        """What holds people and helpers that day besides this session, by resource."""
        hers = [party.resources[0].pk for party in self.parties.values()]
        resources = [*hers, *(one.resource_id for one in self.helpers), self.held.lead.pk]
        held, _expired = held_and_expired(
            resources, [self.bounds], now=clock.now(), ignoring=self.own
        ).answer()
        found: dict[int, list[Span]] = {}
        for (resource, _lane), spans in held.items():
            found.setdefault(resource, []).extend(spans)
        for resource, begins, ends in riding_selectors.absences_of(resources, self.bounds):
            found.setdefault(resource, []).append((seconds(begins), seconds(ends)))
        return {resource: merge(spans) for resource, spans in found.items()}

    # --- Horses ---------------------------------------------------------------------------------

    def horse_facts(self) -> tuple[facts.Horse, ...]:
        monday = self.day - timedelta(days=self.day.weekday())
        week = clock.midnight(monday), clock.midnight(monday + WEEK)
        work = riding_selectors.work_of(
            [one.resource_id for one in self.horses], week, besides=self.own
        )
        return tuple(self.horse(one, work.get(one.resource_id, ())) for one in self.horses)

    def horse(self, horse: Horse, work: Sequence[Allocation]) -> facts.Horse:
        today = [
            (one.part, (self.minute(one.period.lower), self.minute(one.period.upper)))
            for one in work
            if clock.local(one.period.lower).date() == self.day
        ]
        return facts.Horse(
            str(horse.public_id),
            horse.name,
            carries_kg=horse.carries_kg,
            most_minutes_a_day=horse.most_minutes_a_day,
            most_days_a_week=horse.most_days_a_week,
            most_minutes_on_end=horse.most_minutes_on_end,
            rest_minutes=horse.rest_minutes,
            absent=tuple(span for part, span in today if part == Allocation.Part.BLOCKED),
            worked=tuple(span for part, span in today if part == Allocation.Part.HORSE),
            worked_on=frozenset(
                clock.local(one.period.lower).date()
                for one in work
                if one.part == Allocation.Part.HORSE
            )
            - {self.day},
        )

    # --- Children -------------------------------------------------------------------------------

    def children(self) -> tuple[facts.Child, ...]:
        names = names_of(self.people)
        last = riding_selectors.last_horses(self.people, before=self.session.booking.starts_at)
        away = self.away()
        return tuple(
            self.child(person, names[person.pk], last.get(person.pk), away.get(person.pk, ()))
            for person in self.people
        )

    def child(
        self, person: Person, name: str, last: str | None, away: tuple[Span, ...]
    ) -> facts.Child:
        rider = getattr(person, "rider", None) or Rider(person=person)
        preferred = rider.preferred_horse
        resource = self.parties[person.pk].resources[0]
        return facts.Child(
            str(person.public_id),
            name,
            born_on=person.birth_on,
            weighings=tuple(facts.Weighing(one.on, one.kg) for one in person.weighings.all()),
            clearances=tuple(
                facts.Clearance(one.issued_on, one.expires_on)
                for one in person.clearances.all()
                if one.withdrawn_on is None or self.day < one.withdrawn_on
            ),
            side_walkers=rider.side_walkers,
            busy=self.spans(self.busy.get(resource.pk, ())),
            away=away,
            preferred_horse=str(preferred.public_id) if preferred else None,
            last_horse=last,
            avoids=frozenset(str(one.public_id) for one in rider.avoids.all())
            if rider.pk
            else frozenset(),
        )

    def away(self) -> dict[int, tuple[Span, ...]]:
        """Hours at which somebody whom a child must not meet is at the centre for another reason
        (D11), and all day where kin instructs (D12); by person."""
        there = self.partners_there()
        found: dict[int, tuple[Span, ...]] = {}
        for person, party in self.parties.items():
            if self.held.lead.user_id in party.walled_users:
                found[person] = (ALL_DAY,)
            elif party.partners:
                found[person] = self.kept_away(
                    span for one in party.partners for span in there[one]
                )
        return found

    def partners_there(self) -> Mapping[int, list[Span]]:
        """When each of those whom the riders must not meet is at the centre; of a rider, without
        this very session."""
        partners = {one for party in self.parties.values() for one in party.partners}
        riding = partners & self.parties.keys()
        begins, ends = self.bounds[0] - SITE_MARGIN, self.bounds[1] + SITE_MARGIN
        now = clock.now()
        there = defaultdict(list, on_site_by_person(partners - riding, begins, ends, now=now))
        there |= on_site_by_person(riding, begins, ends, now=now, nights_only=True)
        for one in riding:
            there[one] += self.busy.get(self.parties[one].resources[0].pk, ())
        return there

    def kept_away(self, there: Iterable[Span]) -> tuple[Span, ...]:
        margin = length(SITE_MARGIN)
        return self.spans(merge((start - margin, end + margin) for start, end in there))

    def pairs(self) -> frozenset[tuple[str, str]]:
        keys = {one.pk: str(one.public_id) for one in self.people}
        return frozenset(
            (keys[person], keys[partner])
            for person, party in self.parties.items()
            for partner in party.partners & keys.keys()
            if person < partner
        )

    # --- Helpers --------------------------------------------------------------------------------

    def those_who_help(self) -> list[Helper]:
        """Whoever leads or walks beside; neither whom the session holds, nor kin of who rides."""
        kin = {user for party in self.parties.values() for user in party.walled_users}
        taken = {self.held.lead.pk, *(one.pk for one in self.held.colleagues)}
        return [
            one
            for one in riding_selectors.helpers_with(self.centre_id, list(ROLES))
            if one.resource_id not in taken and one.resource.user_id not in kin
        ]

    def helper_facts(self) -> tuple[facts.Helper, ...]:
        ids = {one.resource_id for one in self.helpers}
        hours = setup.now_of(self.centre_id).hours(ids, self.day, self.day)
        return (self.instructor(), *(self.helper(one, hours) for one in self.helpers))

    def helper(self, helper: Helper, hours: Hours) -> facts.Helper:
        resource = helper.resource
        return facts.Helper(
            str(resource.public_id),
            resource.name,
            frozenset(ROLES[skill] for skill in helper.skills if skill in ROLES),
            available=self.spans(hours.working(resource.pk, on_site=True)),
            busy=self.spans(self.busy.get(resource.pk, ())),
            most_minutes_on_end=helper.most_minutes_on_end,
        )

    def instructor(self) -> facts.Helper:
        """Who leads the session: it holds her for all of it."""
        lead = self.held.lead
        return facts.Helper(
            str(lead.public_id),
            lead.name,
            frozenset({Role.INSTRUCTOR}),
            busy=self.spans(self.busy.get(lead.pk, ())),
        )


def names_of(people: Sequence[Person]) -> dict[int, str]:
    """Given names, as on the sheet for the door; by person."""
    return {one.pk: name for one, name in zip(people, sheet_names(people), strict=True)}
