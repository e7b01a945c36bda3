"""The families: who belongs to whom, what they come for, and by which document."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import Enum
from random import Random

from base import clock
from desk.demo import names
from desk.demo.names import Register
from desk.demo.staff import House
from people import services
from people.models import Carer, Case, EntryBasis, Household, Person, User
from scheduling.models import Modality
from scheduling.services import authorise

ON_SITE, PHONE, ONLINE, FIELD = Modality.ON_SITE, Modality.PHONE, Modality.ONLINE, Modality.FIELD
Relation = Carer.Relation
Route = EntryBasis.Route

GENERAL = "social-counselling"
"""What a family may come for without papers."""


class Who(Enum):
    CARER = "the adult"
    CHILD = "the eldest child, brought by the adult"
    COUPLE = "both adults"
    TOGETHER = "the adult and the eldest child"


@dataclass(frozen=True)
class Thread:
    """One strand of the work with a family: a service, how it is given, and to whom."""

    code: str
    modality: Modality
    who: Who


@dataclass(frozen=True)
class Shape:
    """A sort of family. `ages` are those of the first adult; `visits` are the strands that take
    the mobile team to it, `meetings` the others."""

    adults: str
    children: tuple[int, int]
    ages: tuple[int, int]
    relation: Relation
    visits: tuple[Thread, ...]
    meetings: tuple[Thread, ...]


MOTHER = Shape(
    "f",
    (1, 3),
    (24, 44),
    Relation.MOTHER,
    (
        Thread("families-at-risk", FIELD, Who.CARER),
        Thread("children-at-risk", FIELD, Who.TOGETHER),
    ),
    (
        Thread("psychological-counselling", ON_SITE, Who.CARER),
        Thread("speech-therapy", ON_SITE, Who.CHILD),
        Thread("psychological-counselling", ON_SITE, Who.CHILD),
        Thread("material-support", ON_SITE, Who.CARER),
        Thread(GENERAL, PHONE, Who.CARER),
    ),
)
COUPLE = Shape(
    "fm",
    (1, 3),
    (26, 45),
    Relation.MOTHER,
    (Thread("children-at-risk", FIELD, Who.TOGETHER),),
    (
        Thread("family-mediation", ON_SITE, Who.COUPLE),
        Thread("educational-support", ON_SITE, Who.CHILD),
        Thread("psychological-counselling", ON_SITE, Who.CHILD),
        Thread("legal-counselling", PHONE, Who.CARER),
    ),
)
GRANDMOTHER = Shape(
    "f",
    (1, 2),
    (54, 70),
    Relation.RELATIVE,
    (Thread("families-at-risk", FIELD, Who.TOGETHER), Thread("accompaniment", FIELD, Who.CARER)),
    (
        Thread("educational-support", ON_SITE, Who.CHILD),
        Thread("observation", ON_SITE, Who.TOGETHER),
        Thread("legal-counselling", ON_SITE, Who.CARER),
        Thread("psychological-counselling", ON_SITE, Who.CHILD),
    ),
)
FOSTER = Shape(
    "f",
    (1, 2),
    (38, 60),
    Relation.FOSTER,
    (Thread("children-from-institutions", FIELD, Who.TOGETHER),),
    (
        Thread("psychological-counselling", ON_SITE, Who.CHILD),
        Thread("occupational-therapy", ON_SITE, Who.CHILD),
        Thread("intermediation", PHONE, Who.CARER),
    ),
)
EXPECTANT = Shape(
    "f",
    (0, 0),
    (18, 29),
    Relation.MOTHER,
    (Thread("abandonment-prevention", FIELD, Who.CARER),),
    (
        Thread("psychological-counselling", ON_SITE, Who.CARER),
        Thread("material-support", ON_SITE, Who.CARER),
        Thread(GENERAL, ON_SITE, Who.CARER),
    ),
)
CANDIDATES = Shape(
    "fm",
    (0, 0),
    (33, 50),
    Relation.MOTHER,
    (Thread("carer-assessment", FIELD, Who.COUPLE),),
    (
        Thread("carer-assessment", ON_SITE, Who.COUPLE),
        Thread("psychological-counselling", ONLINE, Who.CARER),
    ),
)
FATHER = Shape(
    "m",
    (1, 2),
    (28, 48),
    Relation.FATHER,
    (Thread("families-at-risk", FIELD, Who.CARER),),
    (
        Thread("psychological-counselling", ON_SITE, Who.CHILD),
        Thread("legal-counselling", ON_SITE, Who.CARER),
        Thread("intermediation", ON_SITE, Who.CARER),
    ),
)
FATHER_ALONE = Shape(
    "m",
    (0, 0),
    (30, 46),
    Relation.FATHER,
    (),
    (Thread("psychological-counselling", ON_SITE, Who.CARER),),
)
VISITOR = Shape(
    "f",
    (0, 1),
    (20, 55),
    Relation.MOTHER,
    (),
    (Thread(GENERAL, ON_SITE, Who.CARER), Thread(GENERAL, PHONE, Who.CARER)),
)
"""Comes for information and short counselling, and has no case."""

SHAPES = (
    MOTHER,
    COUPLE,
    MOTHER,
    GRANDMOTHER,
    FOSTER,
    MOTHER,
    EXPECTANT,
    COUPLE,
    CANDIDATES,
    MOTHER,
    FATHER,
)
OPENED_DAYS_AGO = (390, 61, 205, 33, 152, 96, 540, 18, 128, 75, 260, 44, 110)
CLOSED_EVERY = 9
TO_TALK = ("psychological-counselling", "family-mediation")
UNPLANNED = (33, 61)
"""Of those opened so many days ago the assessment and plan are late."""


@dataclass
class Family:
    household: Household
    shape: Shape
    adults: list[Person]
    children: list[Person]
    known_since: date
    offered: Collection[str]
    visited: bool = False
    case: Case | None = None
    closed_on: date | None = None
    usual: dict[str, int] = field(default_factory=dict)
    """Who works with them, by service: a place among those who can."""

    @property
    def carer(self) -> Person:
        return self.adults[0]

    def people(self, who: Who) -> tuple[Person, ...]:
        """Empty when the family has nobody like that."""
        groups = {
            Who.CARER: self.adults[:1],
            Who.CHILD: self.children[:1],
            Who.COUPLE: self.adults[:2] if len(self.adults) > 1 else [],
            Who.TOGETHER: [*self.adults[:1], *self.children[:1]] if self.children else [],
        }
        return tuple(groups[who])

    def threads(self) -> list[Thread]:
        """A visit first where there are visits, then visits and meetings by turns: what the house
        has somebody for."""
        visits = self.shape.visits if self.visited else ()
        meetings = [
            thread
            for thread in self.shape.meetings
            if thread.code in self.offered and self.people(thread.who)
        ]
        woven: list[Thread] = []
        for place, meeting in enumerate(meetings):
            woven += [*visits[place : place + 1], meeting]
        return woven


class Founder:
    """Founds families in one house, in a fixed order from one source of chance."""

    def __init__(self, house: House, rng: Random) -> None:
        self.house = house
        self.rng = rng
        self.register = Register(rng)
        self.numbers = iter(range(1, 10_000))

    def found_all(self, count: int, *, visited: int, visitors: int) -> list[Family]:
        """So many families, `visited` of them in the field, `visitors` of them without a case."""
        cases = count - visitors
        in_field = set(self.rng.sample(range(cases), visited))
        families = []
        for place in range(cases):
            family = self.found(SHAPES[place % len(SHAPES)])
            family.visited = place in in_field
            opened = OPENED_DAYS_AGO[place % len(OPENED_DAYS_AGO)]
            self.open_case(family, days_ago=opened, at_risk=place % 7 == 3)
            if place % CLOSED_EVERY == CLOSED_EVERY - 1:
                family.closed_on = weekday_before(clock.today() - timedelta(days=12 + place % 5))
            families.append(family)
        return families + [self.found(VISITOR, days_ago=50 - 6 * n) for n in range(visitors)]

    def found(self, shape: Shape, *, surname: str = "", days_ago: int = 0) -> Family:
        """A family that knocked so many days ago."""
        surname = surname or self.register.draw(names.SURNAMES)
        household = Household.objects.create(centre=self.house.centre, name=names.plural(surname))
        adults = [self.adult(household, surname, sex, shape.ages) for sex in shape.adults]
        known_since = clock.today() - timedelta(days=days_ago)
        family = Family(household, shape, adults, [], known_since, self.house.skilled)
        for _ in range(self.rng.randint(*shape.children)):
            self.bring_up(family, surname)
        family.children.sort(key=lambda child: child.birth_on or clock.today())
        return family

    def adult(self, household: Household, surname: str, sex: str, ages: tuple[int, int]) -> Person:
        woman = sex == "f"
        return services.register_person(
            self.house.centre,
            household=household,
            given_name=self.register.draw(names.WOMEN if woman else names.MEN),
            family_name=names.feminine(surname) if woman else surname,
            birth_on=self.birthday(*ages),
        )

    def bring_up(self, family: Family, surname: str) -> None:
        """A child of the family; one in foster care keeps a name of its own."""
        shape = family.shape
        if shape.relation == Relation.FOSTER:
            surname = self.register.draw(names.SURNAMES)
        girl = self.rng.random() < 0.5
        child = services.register_person(
            self.house.centre,
            household=family.household,
            given_name=self.register.draw(names.GIRLS if girl else names.BOYS),
            family_name=names.feminine(surname) if girl else surname,
            birth_on=self.birthday(min(4, eldest_child(family) - 1), eldest_child(family)),
        )
        for adult, relation in zip(family.adults, (shape.relation, Relation.FATHER), strict=False):
            Carer.objects.create(child=child, adult=adult, relation=relation)
        family.children.append(child)

    def birthday(self, youngest: int, eldest: int) -> date:
        days = self.rng.randint(youngest * 366, eldest * 365)
        return clock.today() - timedelta(days=days)

    def open_case(
        self,
        family: Family,
        *,
        days_ago: int,
        at_risk: bool = False,
        valid_until: date | None = None,
        lead: User | None = None,
    ) -> None:
        """A case with its entry document, opened on a weekday; planned unless it is fresh or
        late."""
        opened_on = weekday_before(clock.today() - timedelta(days=days_ago))
        number = next(self.numbers)
        with clock.frozen(clock.instant(opened_on, time(10))):
            case = services.open_case(
                family.household,
                number=f"{number:03}/{opened_on.year}",
                lead=lead or self.lead_of(family),
                opened_on=opened_on,
                route=route_of(family, number),
                document_number=f"ЗД-{200 + 7 * number}",
                document_on=weekday_before(opened_on - timedelta(days=number % 4 + 1)),
                valid_until=valid_until,
                at_risk=at_risk,
            )
        shape = family.shape
        codes = (thread.code for thread in (*shape.visits, *shape.meetings))
        basis = case.entry_bases.get()
        authorise(basis, [self.house.services[c] for c in dict.fromkeys((*codes, GENERAL))])
        family.case, family.known_since = case, opened_on
        if days_ago > 20 and days_ago not in UNPLANNED:
            self.plan(case)

    def lead_of(self, family: Family) -> User:
        """Whoever logs in as the psychologist leads most of those who come to talk; of the rest
        everybody has some."""
        staff = self.house.staff
        if family.shape.meetings[0].code in TO_TALK and not family.visited:
            return staff["psychologist"]
        leads = [login for login in staff if login.startswith(("psychologist", "social"))]
        return staff[self.rng.choice(leads)]

    def plan(self, case: Case) -> None:
        """Assessment and plan came before they fell due (D6)."""
        on = weekday_before(case.opened_on + timedelta(days=self.rng.randint(9, 19)))
        with clock.frozen(clock.instant(on, time(16))):
            services.note_plan(case)


def eldest_child(family: Family) -> int:
    """How old a child of this family may be: parents were grown up when it came."""
    age = family.carer.age_on(clock.today()) or 0
    return min(15, age - 18)


def route_of(family: Family, number: int) -> Route:
    """Who sent them: for a child by order or referral, for the rest more freely."""
    if family.shape in {FOSTER, GRANDMOTHER}:
        return Route.ORDER
    if family.shape is CANDIDATES:
        return Route.REQUEST
    return (Route.REFERRAL, Route.REFERRAL, Route.INSTITUTION, Route.REQUEST)[number % 4]


def weekday_before(day: date) -> date:
    """The day itself, or the Friday before a week-end."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def close_case(family: Family) -> None:
    """The work is done. Only now: nothing could have been booked for a closed case."""
    if family.case and family.closed_on:
        with clock.frozen(clock.instant(family.closed_on, time(14))):
            services.close_case(family.case)
