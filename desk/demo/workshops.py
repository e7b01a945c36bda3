"""The groups of a term: who comes, who waits, who is offered a place, and what was cancelled.

They meet after school, in hours and rooms that nothing else takes. All is made on the days on which
staff would have made it, so nothing depends on the hour of loading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from base import clock
from desk.demo.families import EXPECTANT, FOSTER, GRANDMOTHER, Family
from desk.demo.staff import House
from people.models import Person, User, Weekday
from rooms.models import Room
from scheduling.hours import days
from scheduling.models import Availability, Booking, Participation, Resource, SchoolVacation
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from scheduling.services import authorise
from scheduling.setup import now_of
from workshops import attendance, catalogue, enrolling, groups, selectors, services, sessions
from workshops.enrolling import Application, Candidate
from workshops.groups import Timetable
from workshops.models import Audience, Enrolment, Group, Session, Workshop
from workshops.week import monday_of

WEEK = timedelta(weeks=1)
BACK, AHEAD = 4 * WEEK, 8 * WEEK
"""How long the groups have met, and will."""

OPENED_DAYS_BEFORE = 5
Outcome = Participation.Outcome
Feature = Room.Feature

# Of 2026/2027, after the pattern of the year before: the Ministry's order for this one was not at
# hand, so the centre should check every date.
VACATIONS = (
    ("Есенна ваканция", date(2026, 10, 31), date(2026, 11, 3)),
    ("Коледна ваканция", date(2026, 12, 24), date(2027, 1, 3)),
    ("Междусрочна ваканция", date(2027, 2, 2), date(2027, 2, 2)),
    ("Пролетна ваканция", date(2027, 4, 3), date(2027, 4, 11)),
)


@dataclass(frozen=True)
class Plan:
    """A group to be: the workshop, its weekday, and how many children begin in it."""

    code: str
    name: str
    weekday: int
    beginning: int
    waiting: int = 0


PLANS = {
    "stara-zagora": (
        Plan("art-atelier", "Арт-ателие, понеделник", 0, 5, waiting=2),
        Plan("man-and-nature", "Човек и природа, вторник", 1, 4),
        Plan("fitness", "Фитнес, сряда", 2, 3),
        Plan("school-for-future-parents", "Училище за бъдещи родители, есен", 3, 3),
    ),
    "kazanlak": (
        Plan("psychomotor", "Психомоторика, понеделник", 0, 4),
        Plan("culture", "Култура, вторник", 1, 3),
        Plan("school-for-future-parents", "Училище за бъдещи родители", 3, 2),
    ),
}
HALLS = (("Ателие", 16, (Feature.STEP_FREE,)), ("Зала за движение", 20, (Feature.STEP_FREE,)))


def settle(house: House, families: Sequence[Family]) -> None:
    """The workshops of a house; in the two large ones groups meet."""
    workshops = {one.service.code: one for one in catalogue.offer_workshops(house.centre)}
    SchoolVacation.objects.bulk_create(
        SchoolVacation(centre=house.centre, name=name, from_on=first, until_on=last)
        for name, first, last in VACATIONS
    )
    if plans := PLANS.get(house.centre.slug):
        Term(house, families, workshops).tell(plans)


class Term:
    """Tells one term of one house."""

    def __init__(
        self, house: House, families: Sequence[Family], workshops: dict[str, Workshop]
    ) -> None:
        self.house, self.workshops = house, workshops
        self.begins = monday_of(clock.today()) - BACK
        self.opened_at = at(self.begins - timedelta(days=OPENED_DAYS_BEFORE), 14)
        known_since = clock.local(self.opened_at).date()
        self.families = [
            one for one in families if one.closed_on is None and one.known_since <= known_since
        ]
        self.taken = {code: self.may_come(code) for code in workshops}

    @property
    def by(self) -> User:
        return self.house.staff["coordinator"]

    def tell(self, plans: Sequence[Plan]) -> None:
        self.make_room()
        with clock.frozen(self.opened_at):
            opened = [(plan, self.open(plan)) for plan in plans]
        for plan, group in opened:
            self.fill(plan, group)
        full, open_group, *_ = [group for _, group in opened]
        self.note_attendance([group for _, group in opened])
        self.free_a_place(full)
        self.propose([group for _, group in opened if group != full])
        self.cancel_and_make_up(open_group)

    def make_room(self) -> None:
        """Halls, and two colleagues who stay until the evening."""
        services_of_all = [one.service for one in self.workshops.values()]
        for name, seats, features in HALLS:
            hall = Resource.objects.create(
                kind=Resource.Kind.ROOM, name=name, centre=self.house.centre, seats=seats
            )
            hall.services.set(services_of_all)
            Room.objects.create(resource=hall, floor=0, features=list(features))
        for who in self.leaders:
            who.services.add(*services_of_all)
            Availability.objects.bulk_create(
                Availability(
                    resource=who,
                    centre=self.house.centre,
                    weekday=weekday,
                    starts=time(16),
                    ends=time(19),
                )
                for weekday in range(5)
            )

    @property
    def leaders(self) -> list[Resource]:
        return [self.house.staff[login].resource for login in ("leader", "pedagogue")]

    def open(self, plan: Plan) -> Group:
        workshop = self.workshops[plan.code]
        lead, second = self.leaders
        first = self.begins + timedelta(days=plan.weekday)
        timetable = Timetable(
            workshop=workshop,
            name=plan.name,
            starts_at=at(first, 16, 15),
            lead=lead,
            repetition=Repetition(
                Pattern(Freq.WEEKLY, 1, (plan.weekday,)), until=first + BACK + AHEAD
            ),
            colleagues=(second,) if workshop.least_adults > 1 else (),
        )
        return groups.open_group(timetable, by=self.by, skipping=True)

    # --- Who comes ----------------------------------------------------------------------------

    def may_come(self, code: str) -> Iterator[tuple[Family, Person]]:
        """Those for whom it is, each once, in the families' order."""
        workshop = self.workshops[code]
        for family in self.families:
            for person in self.able(workshop, family):
                yield family, person

    def able(self, workshop: Workshop, family: Family) -> list[Person]:
        if Audience.FUTURE_PARENTS in workshop.audiences:
            return [family.carer] if family.shape is EXPECTANT else []
        if workshop.audiences and audience_of(family) not in workshop.audiences:
            return []
        least = max(workshop.least_age or 0, 5)
        return [one for one in family.children if (one.age_on(self.begins) or 0) >= least]

    def fill(self, plan: Plan, group: Group) -> None:
        """Places on the day it was opened, turns some days later."""
        found = self.next_ones(plan, plan.beginning)
        with clock.frozen(self.opened_at + timedelta(hours=1)):
            self.enrol(group, found)
        for day in range(plan.waiting):
            with clock.frozen(at(self.begins + timedelta(days=day), 10)):
                self.enrol(group, self.next_ones(plan, 1))

    def next_ones(self, plan: Plan, count: int) -> list[tuple[Family, Person]]:
        return [one for one, _ in zip(self.taken[plan.code], range(count), strict=False)]

    def enrol(
        self, group: Group, found: Sequence[tuple[Family, Person]], *, by: User | None = None
    ) -> list[Enrolment]:
        """Those sessions at which somebody has another hour are left out. `by` who only
        proposes."""
        if not found:
            return []
        for family, person in found:
            self.allow(family, person, group.workshop)
        asked = Application(
            group=group,
            candidates=tuple(
                Candidate(person, None if person == family.carer else family.carer)
                for family, person in found
            ),
            from_on=clock.today(),
            until_on=None,
            consent_on=clock.today(),
            leaving_out=True,
        )
        return enrolling.enrol(asked, by=by or self.by, accepted=by is None)

    def allow(self, family: Family, person: Person, workshop: Workshop) -> None:
        """To whom she belongs, and the papers of the family."""
        if workshop.audiences:
            audience = workshop.audiences[0]
            if person != family.carer:
                audience = audience_of(family)
            services.note_belonging(
                person, audience, from_on=clock.today(), until_on=None, by=self.by
            )
        if family.case:
            basis = family.case.entry_bases.get()
            authorise(basis, [*basis.services.all(), workshop.service])

    # --- What became of it --------------------------------------------------------------------

    def note_attendance(self, opened: Sequence[Group]) -> None:
        """Of every session before today; one child is not brought now and then."""
        until = clock.midnight(clock.today())
        held = Session.objects.filter(
            group__in=opened,
            booking__starts_at__lt=until,
            booking__status=Booking.Status.CONFIRMED,
        )
        for place, session in enumerate(held.order_by("booking__starts_at", "pk")):
            seats = attendance.standing(selectors.seats_in(session))
            if not seats:
                continue  # everybody was elsewhere then
            outcomes = {
                seat.enrolment.person: self.outcome(seat.enrolment.person, session, place + number)
                for number, seat in enumerate(seats)
            }
            with clock.frozen(attendance.booking_of(seats[0]).ends_at + timedelta(minutes=5)):
                attendance.note_attendance(session, outcomes, by=self.leaders[0].user or self.by)

    def outcome(self, person: Person, session: Session, number: int) -> Outcome:
        if number % 9 != 8:
            return Outcome.ATTENDED
        is_child = person.is_child_on(clock.local(session.booking.starts_at).date())
        return Outcome.NOT_BROUGHT if is_child else Outcome.DID_NOT_ATTEND

    def free_a_place(self, group: Group) -> None:
        """Somebody stopped coming yesterday: the first who waits has until tomorrow to say yes."""
        placed = group.enrolments.filter(status=Enrolment.Status.ENROLLED).order_by("pk")
        if group.enrolments.filter(status=Enrolment.Status.WAITING).exists():
            with clock.frozen(yesterday(15)):
                enrolling.withdraw(placed[0], on=clock.today(), by=self.by)

    def propose(self, opened: Sequence[Group]) -> None:
        """The psychologist proposed somebody yesterday; the leader has not said anything yet."""
        for group in opened:
            if found := next(self.taken[group.workshop.service.code], None):
                with clock.frozen(yesterday(11)):
                    self.enrol(group, [found], by=self.house.staff["psychologist"])
                return

    def cancel_and_make_up(self, group: Group) -> None:
        """Next week's session is off, and there is another hour for it some days later."""
        next_monday = monday_of(clock.today()) + WEEK
        sessions_then = selectors.between(
            group.sessions.filter(booking__status=Booking.Status.CONFIRMED),
            clock.midnight(next_monday),
            clock.midnight(next_monday + 4 * WEEK),
        )
        session = sessions_then.select_related("booking", "group__series").first()
        if session is None:
            return
        with clock.frozen(yesterday(16)):
            sessions.cancel_session(session, by=self.by, reason="Ремонт на отоплението")
            day = self.open_friday_after(clock.local(session.booking.starts_at).date())
            sessions.make_up(session, starts_at=at(day, 16, 15), by=self.by, leaving_out=True)

    def open_friday_after(self, day: date) -> date:
        """No group meets on Fridays, so its leaders are free."""
        first, last = day + timedelta(days=1), day + 4 * WEEK
        closed = now_of(self.house.centre.pk).hours((), first, last).closures
        fridays = (one for one in days(first, last) if one.weekday() == Weekday.FRIDAY)
        return next(one for one in fridays if one not in closed)


def audience_of(family: Family) -> Audience:
    """Children in foster care or with relatives have no parents' care; of the others we invent
    that they learn more slowly."""
    without = family.shape in {FOSTER, GRANDMOTHER}
    return Audience.WITHOUT_PARENTAL_CARE if without else Audience.INTELLECTUAL_DISABILITY


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.instant(day, time(hour, minute))


def yesterday(hour: int) -> datetime:
    return at(clock.today() - timedelta(days=1), hour)
