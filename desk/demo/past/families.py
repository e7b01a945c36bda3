"""The families of the years: who they are, why they came, by which papers, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, count, cycle
from random import Random

from base import clock
from base.models import Task
from desk.demo import cards, names
from desk.demo.cards import State
from desk.demo.families import (
    CANDIDATES,
    COUPLE,
    EXPECTANT,
    FATHER,
    FOSTER,
    GENERAL,
    GRANDMOTHER,
    MOTHER,
    VISITOR,
    Family,
    Shape,
    Thread,
    eldest_child,
    route_of,
    weekday_before,
)
from desk.demo.past.colleagues import Colleague
from desk.demo.past.ledger import Ledger
from desk.demo.staff import House
from people.models import Carer, Case, ContactCard, EntryBasis, Household, Person
from people.services import PLAN_DUE
from scheduling.models import Resource, Service

SHAPES = (
    MOTHER,
    COUPLE,
    VISITOR,
    MOTHER,
    GRANDMOTHER,
    FOSTER,
    MOTHER,
    EXPECTANT,
    COUPLE,
    VISITOR,
    MOTHER,
    CANDIDATES,
    FATHER,
)
WEEKS = (4, 6, 8, 10, 12, 15, 18, 22, 31, 46)
"""How long the work with a family of the past lasted, by chance."""

VISITORS_WEEKS = 5
"""General access is far from its end then (D4): nobody need be warned."""

PHONES = range(4, 10)
"""Houses that no demo has, whose numbers are ours."""


@dataclass
class Client(Family):
    """A family of the past, with what stands for its people and what was told of it."""

    last_on: date = date.max
    """No hour of theirs is later; the case, if there is one, was closed the day after."""

    hours: dict[int, Resource] = field(default_factory=dict)
    nights: dict[int, Resource] = field(default_factory=dict)
    cards: dict[int, ContactCard] = field(default_factory=dict)
    """By person's id."""

    strands: Iterator[Thread] = field(init=False)
    was_visited: bool = False
    stayed_away: set[int] = field(default_factory=set)
    """Ids of those who did not come the last time."""

    was_moved: bool = False


class Registry:
    """Enters families in a fixed order from one source of chance."""

    def __init__(self, house: House, rng: Random, ledger: Ledger) -> None:
        self.house, self.rng, self.ledger = house, rng, ledger
        self.numbers, self.shapes = count(1), cycle(SHAPES)
        self.phones = chain.from_iterable(map(cards.phone_numbers, PHONES))
        self.states = cycle(cards.STATES)
        self.people = 0

    def receive(self, day: date, lead: Colleague) -> Client:
        """Whoever knocked that day, with all that was noted of the work until its end."""
        client = self.enter(next(self.shapes), day)
        weeks = VISITORS_WEEKS if client.shape is VISITOR else self.rng.choice(WEEKS)
        client.last_on = day + timedelta(weeks=weeks)
        client.visited = bool(client.shape.visits) and self.rng.random() < 0.55
        if client.shape is not VISITOR:
            self.open_case(client, lead, at_risk=self.rng.random() < 0.12)
        self.give_card(client, next(self.states), by=lead)
        client.strands = cycle(client.threads())
        return client

    # --- Who they are --------------------------------------------------------------------------

    def enter(
        self, shape: Shape, day: date, *, children: int | None = None, youngest: int = 4
    ) -> Client:
        """A family as it was that day."""
        surname = self.rng.choice(names.SURNAMES)
        household = self.ledger.enter(
            Household(centre=self.house.centre, name=names.plural(surname))
        )
        client = Client(household, shape, [], [], day, self.house.skilled)
        with clock.frozen(clock.instant(day, time(9))):
            for sex in shape.adults:
                client.adults.append(self.adult(client, surname, sex))
            number = self.rng.randint(*shape.children) if children is None else children
            for _ in range(number):
                client.children.append(self.child(client, surname, youngest))
        client.children.sort(key=lambda child: child.birth_on or day)
        return client

    def adult(self, client: Client, surname: str, sex: str) -> Person:
        woman = sex == "f"
        return self.person(
            client,
            self.rng.choice(names.WOMEN if woman else names.MEN),
            names.feminine(surname) if woman else surname,
            client.shape.ages,
        )

    def child(self, client: Client, surname: str, youngest: int) -> Person:
        """A child of the family; one in foster care keeps a name of its own."""
        if client.shape.relation == Carer.Relation.FOSTER:
            surname = self.rng.choice(names.SURNAMES)
        girl = self.rng.random() < 0.5
        child = self.person(
            client,
            self.rng.choice(names.GIRLS if girl else names.BOYS),
            names.feminine(surname) if girl else surname,
            (min(youngest, eldest_child(client)), eldest_child(client)),
        )
        relations = (client.shape.relation, Carer.Relation.FATHER)
        for adult, relation in zip(client.adults, relations, strict=False):
            carer = Carer(child=child, adult=adult, relation=relation)
            self.ledger.enter_known(carer, at=clock.now())
        return child

    def person(
        self, client: Client, given_name: str, family_name: str, ages: tuple[int, int]
    ) -> Person:
        youngest, eldest = ages
        days = self.rng.randint(youngest * 366, max(youngest * 366, eldest * 365))
        person = Person(
            centre=self.house.centre,
            household=client.household,
            given_name=given_name,
            family_name=family_name,
            birth_on=clock.today() - timedelta(days=days),
        )
        self.ledger.enter_known(person, at=clock.now())
        kind = Resource.Kind
        client.hours[person.pk] = self.ledger.enter(
            Resource(kind=kind.PERSON, person=person, centre=self.house.centre)
        )
        client.nights[person.pk] = self.ledger.enter(
            Resource(kind=kind.RESIDENCE, resident=person, centre=self.house.centre)
        )
        self.people += 1
        return person

    # --- Why they come, and how they may be told -------------------------------------------------

    def open_case(self, client: Client, lead: Colleague, *, at_risk: bool = False) -> None:
        """The case with its entry document, planned in time, closed when the work was over."""
        opened_on, number = weekday_before(client.known_since), next(self.numbers)
        at = clock.instant(opened_on, time(10))
        case = Case(
            number=f"{number:04}/{opened_on.year}",
            centre=self.house.centre,
            household=client.household,
            lead=lead.user,
            opened_on=opened_on,
            plan_due_on=opened_on + PLAN_DUE,
            at_risk=at_risk,
        )
        self.ledger.enter_known(case, at=at)
        client.case, client.known_since = case, opened_on
        self.file(client, case, number, at=at)
        self.plan(client, case, at=at)
        closed_on = client.last_on + timedelta(days=1)
        if closed_on < clock.today():
            client.closed_on = case.closed_on = closed_on
            self.ledger.note(case, "~", at=clock.instant(closed_on, time(14)))

    def file(self, client: Client, case: Case, number: int, *, at: datetime) -> None:
        basis = EntryBasis(
            case=case,
            route=route_of(client, number),
            document_number=f"ЗД-{2000 + 7 * number}",
            document_on=weekday_before(case.opened_on - timedelta(days=number % 4 + 1)),
            valid_from=case.opened_on,
        )
        self.ledger.enter_known(basis, at=at)
        authorised = Service.entry_bases.through
        self.ledger.enter_all(
            authorised(service_id=service.pk, entrybasis_id=basis.pk)
            for service in self.services_for(client.shape)
        )

    def services_for(self, shape: Shape) -> list[Service]:
        codes = (thread.code for thread in (*shape.visits, *shape.meetings))
        return [self.house.services[code] for code in dict.fromkeys((*codes, GENERAL))]

    def plan(self, client: Client, case: Case, *, at: datetime) -> None:
        """Assessment and plan came before they fell due (D6), or are still a task."""
        days = min(self.rng.randint(9, 19), (client.last_on - case.opened_on).days)
        planned_on = max(case.opened_on, weekday_before(case.opened_on + timedelta(days=days)))
        is_planned = planned_on < clock.today()
        planned_at = clock.instant(planned_on, time(16))
        self.ledger.enter(
            Task(
                kind=Task.Kind.ASSESSMENT_DUE,
                centre=self.house.centre,
                owner=case.lead,
                about=f"case:{case.public_id}",
                due_on=case.plan_due_on,
                created_at=at,
                done_at=planned_at if is_planned else None,
            )
        )
        if is_planned:
            case.planned_on = planned_on
            self.ledger.note(case, "~", at=planned_at)

    def give_card(self, client: Client, state: State | None, *, by: Colleague) -> None:
        """The first adult's, as it stood when it was last asked about; of a couple the second
        only has a telephone."""
        known = clock.instant(client.known_since, time(10, 30))
        given = [] if state is None else [self.card(client, state, known, by)]
        given += [ContactCard(person=one, phone=next(self.phones)) for one in client.adults[1:]]
        for card in given:
            client.cards[card.person_id] = self.ledger.enter_known(card, at=known)

    def card(self, client: Client, state: State, known: datetime, by: Colleague) -> ContactCard:
        latest = min(client.last_on, clock.today())
        asked_on = max(client.known_since, latest - timedelta(days=state.asked))
        safe_from, safe_until = state.hours or (time(9), time(20))
        card = ContactCard(
            person=client.carer,
            phone=next(self.phones),
            consent_on=client.known_since if state.consent else None,
            consent_by=by.user if state.consent else None,
            verified_at=known if state.verified else None,
            safe_to_text=bool(state.safe),
            safety_asked_on=None if state.safe is None else asked_on,
            safe_from=safe_from,
            safe_until=safe_until,
            **state.wording,
        )
        if state is cards.OPTED_OUT:
            card.opted_out_on = latest
        if state is cards.SUSPENDED:
            card.suspended_on = latest
        return card
