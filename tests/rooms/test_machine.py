"""The same random commands to the program and to the brute-force model: both answer alike.

Every example begins some days before a change of the clock of 2027, or in an ordinary month. It
runs on the real database, in a savepoint that is rolled back after it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from base import clock
from base.errors import DomainError
from people.models import OpeningHours, Person, Role
from people.policies import staff
from rooms import members, reserving, selectors, services, snapshot, upkeep
from rooms.availability import availability
from rooms.board import board, slept_in
from rooms.evening import evening
from rooms.fitting import Party
from rooms.models import Absence, Member, Stay
from rooms.nights import Nights
from rooms.selectors import StayLeg
from scheduling import verifying
from scheduling.models import Modality, Resource
from scheduling.planning import Wish
from scheduling.services import book, expire_holds
from tests.rooms import building as rooms_building
from tests.rooms import model
from tests.rooms.model import Leg, Refused
from tests.support import building
from tests.support.building import at

BEGINNINGS = (date(2027, 3, 25), date(2027, 10, 29), date(2027, 5, 10))
"""Before the spring change, before the autumn one, and an ordinary Monday."""

HOLIDAYS = {
    *(date(2027, 4, 30) + timedelta(days=n) for n in range(5)), date(2027, 5, 6), date(2027, 5, 24),
    *(date(2027, 12, 24) + timedelta(days=n) for n in range(5)),
}  # fmt: skip
"""Of those months: Easter with Labour Day and the day off for it, St George's, the Alphabet's,
Christmas."""

BIRTHS = {
    "baby": date(2026, 11, 3),
    "nearly two, or just two": date(2025, 3, 28),
    "twin": date(2025, 10, 31),
    "child": date(2019, 6, 1),
    "nearly grown, or just grown": date(2009, 5, 12),
}
FAMILIES = (
    ("baby",),
    ("baby", "child"),
    (),
    ("nearly two, or just two", "twin"),
    ("child", "nearly grown, or just grown"),
)
"""Each with a mother, whose birth date nobody has asked for."""

PARTIES = (
    Party(1),
    Party(1, (0,)),
    Party(1, (1, 7)),
    Party(2, (0, 1)),
    Party(1, (), frozenset({"own_bathroom"})),
    Party(1, (), frozenset(), "single"),
)
QUESTIONS = ((0, 1), (0, 4), (1, 2), (2, 9), (5, 3))
"""Of availability: how many days from tonight, and for how many nights."""

ANY = 3
WHICH = st.integers(0, ANY)
PARTY = st.sampled_from([0, 0, 1, 2])
UNIT = st.integers(0, 3)
DAYS = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5])
LENGTH = st.sampled_from([1, 2, 2, 3, 4, 6, 40])
ODD_LENGTH = st.one_of(LENGTH, st.sampled_from([0, -1, 184, 190]))
FAMILY = st.integers(0, len(FAMILIES) - 1)
UNITS = st.one_of(st.just([]), st.lists(UNIT, min_size=1, max_size=3))
"""None: the best fit; otherwise in turns."""

ASK = st.one_of(
    st.tuples(
        st.just("request"), FAMILY, st.integers(0, 5), DAYS, ODD_LENGTH, st.booleans(),
        st.booleans(),
    ),
    st.tuples(
        st.just("hold"), FAMILY, PARTY, DAYS, LENGTH, UNITS,
        st.booleans(), st.booleans(),
    ),
    st.tuples(
        st.just("hold"), FAMILY, PARTY, DAYS, ODD_LENGTH, UNITS, st.booleans(), st.booleans()
    ),
    st.tuples(st.just("admit"), FAMILY, LENGTH, UNITS, PARTY),
    st.tuples(st.just("book_an_hour"), FAMILY, st.integers(0, 3), st.integers(9, 15)),
)  # fmt: skip
CLOSE = st.tuples(st.just("close"), st.sampled_from(["refused", "withdrawn", "did_not_come"]))
MOVE = st.tuples(st.just("move"), UNIT, st.sampled_from([None, 0, 0, 1, 2, 4]))
CHECK_IN = st.one_of(
    st.tuples(
        st.just("check_in"), st.one_of(st.none(), FAMILY),
        st.sampled_from(["all", "all", "mother", "children"]),
    ),
    st.tuples(st.just("check_in"), st.just("own"), st.just("all")),
)  # fmt: skip
OFFER = st.tuples(
    st.just("offer"), UNITS, st.booleans(), st.one_of(st.none(), st.tuples(DAYS, LENGTH))
)
OF_STATUS = {
    "requested": st.one_of(OFFER, OFFER, CLOSE),
    "held": st.one_of(CHECK_IN, CHECK_IN, st.tuples(st.just("confirm")), MOVE, CLOSE),
    "in_house": st.one_of(
        st.tuples(st.just("check_out")),
        st.tuples(st.just("extend"), st.sampled_from([0, 1, 1, 2, 3, 5, 180, 190])),
        MOVE,
        MOVE,
        st.tuples(st.just("birth")),
        st.tuples(st.just("add_member"), st.integers(0, 12)),
        st.tuples(
            st.just("member_comes_and_goes"), st.integers(0, 3),
            st.sampled_from(["leaves", "away", "back"]),
        ),
    ),
}  # fmt: skip
"""What is likely to be done to a stay, by its status."""

LIKELY = st.sampled_from(["requested", "held", "held", "in_house", "in_house"]).flatmap(
    lambda status: st.tuples(st.just(status), OF_STATUS[status])
)
OF_UNIT = st.one_of(
    st.tuples(st.just("ready")),
    st.tuples(
        st.just("out_of_service"), st.sampled_from([-1, 0, 0, 1, 3]), st.sampled_from([0, 1, 2, 70])
    ),
    st.tuples(st.just("in_service")),
    st.tuples(
        st.just("move_cots"), UNIT, st.sampled_from([1, 1, 2]), st.sampled_from([-1, 0, 1, 3])
    ),
)

HOURS = st.sampled_from([1, 3, 3, 8, 8, 21, 24, 24, 48])
Status = Stay.Status


class House:
    """Rows that all examples of a test share; stays and `now` are each example's own."""

    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.SHELTER)
        unit = rooms_building.unit
        self.units = [
            unit(self.centre, name="А", beds=2, cots=1, features=["ground_floor"]),
            unit(self.centre, name="Б", beds=4, cots=0, features=["own_bathroom"]),
            unit(self.centre, name="В", beds=3, cots=2),
            unit(self.centre, name="Г", beds=1, cots=0, kind="single"),
        ]
        self.families = [self.family(children) for children in FAMILIES]
        self.talk = building.service(self.centre)
        self.worker = building.specialist(self.centre, [self.talk], weekdays=range(7))
        for _ in range(2):
            building.place(self.centre, [self.talk])
        OpeningHours.objects.filter(centre=self.centre).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(centre=self.centre, weekday=day, opens=time(8), closes=time(20))
            for day in range(7)
        )

    def family(self, children: Sequence[str]) -> list[Person]:
        mother = building.person(self.centre)
        home = mother.household
        return [
            mother,
            *(building.person(self.centre, household=home, birth_on=BIRTHS[c]) for c in children),
        ]

    def world(self, now: datetime) -> model.House:
        """The model of these rows, in which nobody lives yet."""
        world = model.House(now)
        for resource, cots in zip(self.units, (1, 0, 2, 0), strict=True):
            its = resource.unit
            unit = model.Unit(resource.name, its.kind, its.beds, frozenset(its.features))
            world.add_unit(unit, cots)
        return world

    def unit_named(self, name: str) -> Resource:
        return next(unit for unit in self.units if unit.name == name)


def modelled(person: Person) -> model.Person:
    return model.Person(str(person.pk), person.birth_on, str(person.household_id))


def modelled_party(party: Party) -> model.Party:
    return model.Party(party.adults, party.ages, party.needs, str(party.kind))


def in_turns(units: Sequence, from_on: date, to_on: date) -> list[tuple]:
    """The units, each for its part of the nights; the last takes what is left."""
    units = units[: max(1, (to_on - from_on).days)]
    part = (to_on - from_on) // max(1, len(units))
    edges = [from_on + n * part for n in range(len(units))] + [to_on]
    return [(unit, *edge) for unit, edge in zip(units, pairwise(edges), strict=True)]


@dataclass(frozen=True)
class Twin:
    """One stay in the database and in the model."""

    pk: int
    modelled: model.Stay

    @property
    def row(self) -> Stay:
        return Stay.objects.select_related("booking").get(pk=self.pk)


class SideBySide(RuleBasedStateMachine):
    """The program and the model, given the same commands at the same frozen time."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize(
        day=st.sampled_from(BEGINNINGS),
        hour=st.sampled_from([3, 10, 12, 15, 22]),
        first=st.lists(st.tuples(FAMILY, UNIT, LENGTH), min_size=1, max_size=3),
    )
    def evening_falls(self, day: date, hour: int, first):
        self.world = self.house.world(at(day, hour))
        self.begun_on = self.world.tonight
        self.twins: list[Twin] = []
        self.families = [list(family) for family in self.house.families]
        self.sessions: set[datetime] = set()
        self.steps = 0
        for family, unit, length in first:
            self.admit(family, length, [unit], party=0)

    # One rule for all that is likely, lest most steps be refused

    @rule(asked=ASK)
    def somebody_asks(self, asked):
        step, *details = asked
        getattr(self, step)(*details)

    @rule(which=WHICH, likely=LIKELY)
    def a_stay_goes_on(self, which, likely):
        status, (step, *details) = likely
        self.world.settle()
        likely = [twin for twin in self.twins if twin.modelled.status == status]
        among = self.twins if which == ANY or not likely else likely
        if among:
            getattr(self, step)(among[which % len(among)], *details)

    @rule(unit=UNIT, step=OF_UNIT)
    def a_unit_is_seen_to(self, unit, step):
        step, *details = step
        to_clean = [n for n in range(4) if self.world.is_cleaned(self.house.units[n].name)]
        if step == "ready" and unit != ANY and to_clean:
            unit = to_clean[unit % len(to_clean)]
        getattr(self, step)(unit, *details)

    @rule(hours=HOURS, swept=st.booleans())
    def time_passes(self, hours, swept):
        """And the worker comes by, or has not yet."""
        self.world.now += timedelta(hours=hours)
        if swept:
            with clock.frozen(self.world.now):
                expire_holds()

    # What is done before they come

    def request(self, family, party, start, length, named, in_danger):
        ask = self.ask(family, party, start, length, named, in_danger)
        made = self.both(
            lambda: reserving.request_stay(ask, by=self.house.by), lambda: self.request_of(ask)
        )
        self.know(made)

    def hold(self, family, party, start, length, units, named, reserve):
        ask = self.ask(family, party, start, length, named)
        legs, wanted = self.turns(units, ask.nights)
        self.know(
            self.both(
                lambda: reserving.hold_unit(ask, wanted, reserve=reserve, by=self.house.by),
                lambda: self.world.at_once(
                    self.request_of(ask), lambda s: self.world.hold(s, legs, confirmed=reserve)
                ),
            )
        )

    def admit(self, family, length, units, party):
        """At the door, and in at once."""
        ask = self.ask(family, party, 0, length, True)
        legs, wanted = self.turns(units[:1], ask.nights)
        self.know(
            self.both(
                lambda: services.admit(ask, wanted, without_papers="x", by=self.house.by),
                lambda: self.world.at_once(
                    self.request_of(ask),
                    lambda stay: self.world.hold(stay, legs),
                    self.world.check_in,
                ),
            )
        )

    def offer(self, twin, units, reserve, other):
        stay = twin.modelled
        dates = (stay.from_on, stay.to_on) if other is None else self.dates(*other)
        legs, wanted = self.turns(units, Nights(*dates))
        self.both(
            lambda: reserving.offer_unit(
                twin.row,
                wanted,
                nights=Nights(*dates) if other else None,
                reserve=reserve,
                by=self.house.by,
            ),
            lambda: self.world.hold(stay, legs, confirmed=reserve, dates=other and dates),
        )

    def confirm(self, twin):
        self.both(
            lambda: reserving.confirm_stay(twin.row, by=self.house.by),
            lambda: self.world.confirm(twin.modelled),
        )

    def close(self, twin, outcome):
        self.both(
            lambda: reserving.close_stay(
                twin.row, Status(outcome), refusal="other", by=self.house.by
            ),
            lambda: self.world.close(twin.modelled, outcome),
        )

    # What is done while they are here

    def check_in(self, twin, family, only):
        people = self.own_family(twin) if family == "own" else []
        people = self.families[family] if isinstance(family, int) else people
        people = {"all": people, "mother": people[:1], "children": people[1:]}[only]
        self.both(
            lambda: services.check_in(twin.row, people, without_papers="x", by=self.house.by),
            lambda: self.world.check_in(twin.modelled, map(modelled, people)),
        )

    def birth(self, twin):
        with clock.frozen(self.world.now):
            code, born = None, None
            try:
                born = members.record_birth(
                    twin.row, given_name="N", family_name="N", by=self.house.by
                )
            except DomainError as refused:
                code = refused.code
        name = str(born.person_id) if born else "-"
        self.agree(code, lambda: self.world.birth(twin.modelled, name))
        if born:
            self.family_of(born.person).append(born.person)

    def add_member(self, twin, who):
        own = self.own_family(twin)
        everybody = [*own, *own, *(p for family in self.families for p in family)]
        person = everybody[who * 5 % len(everybody)]
        self.both(
            lambda: members.add_member(twin.row, person, by=self.house.by),
            lambda: self.world.add_member(twin.modelled, modelled(person)),
        )

    def member_comes_and_goes(self, twin, who, step):
        if twin.modelled.status != "in_house":
            return
        present = twin.modelled.present()
        gone = present[who % len(present)]
        member = Member.objects.get(stay=twin.pk, person=int(gone.name), left_on=None)
        by = self.house.by
        program, modelled_step = {
            "leaves": (lambda: members.part_member(member, by=by), self.world.member_leaves),
            "away": (
                lambda: members.begin_absence(member, Absence.Kind.HOSPITAL, by=by),
                self.world.absence,
            ),
            "back": (lambda: members.end_absence(member, by=by), self.world.back),
        }[step]
        self.both(program, lambda: modelled_step(twin.modelled, gone))

    def move(self, twin, unit, on):
        where = self.house.units[unit]
        night = None if on is None else self.night(on)
        self.both(
            lambda: services.move_stay(twin.row, where, on=night, by=self.house.by),
            lambda: self.world.move(twin.modelled, where.name, night or self.world.tonight),
        )

    def extend(self, twin, days):
        until = twin.modelled.to_on + timedelta(days=days)
        self.both(
            lambda: services.extend_stay(
                twin.row, until, document_number="1", document_on=self.begun_on, by=self.house.by
            ),
            lambda: self.world.extend(twin.modelled, until),
        )

    def check_out(self, twin):
        self.both(
            lambda: services.check_out(twin.row, by=self.house.by),
            lambda: self.world.check_out(twin.modelled),
        )

    # What is done to units

    def ready(self, unit):
        where = self.house.units[unit]
        self.both(
            lambda: upkeep.make_ready(where, by=self.house.by),
            lambda: self.world.ready(where.name),
        )

    def out_of_service(self, unit, start, length):
        where, nights = self.house.units[unit], Nights(*self.dates(start, length))
        self.both(
            lambda: upkeep.take_out_of_service(where, nights, by=self.house.by),
            lambda: self.world.out_of_service(where.name, nights.from_on, nights.to_on),
        )

    def in_service(self, unit):
        where = self.house.units[unit]
        self.both(
            lambda: upkeep.put_in_service(where, by=self.house.by),
            lambda: self.world.in_service(where.name),
        )

    def move_cots(self, unit, to, count, start):
        if unit == to:
            return
        one, other = self.house.units[unit], self.house.units[to]
        on = self.night(start)
        self.both(
            lambda: upkeep.move_cots(
                self.house.centre, taken_from=one, brought_to=other, count=count, on=on,
                by=self.house.by,
            ),
            lambda: self.world.move_cots(one.name, other.name, count, on),
        )  # fmt: skip

    def book_an_hour(self, family, days, hour):
        """Whoever sleeps here has her hours as before: only another hour is in the way of one."""
        starts_at = at(self.night(days), hour)
        wish = Wish(
            self.house.talk,
            starts_at,
            self.house.worker,
            (self.families[family][0],),
            Modality.ON_SITE,
            without_papers="x",
        )
        expected = None
        if starts_at <= self.world.now:
            expected = "past_start"
        elif starts_at.astimezone(clock.SOFIA).date() in HOLIDAYS:
            expected = "closed"
        elif starts_at in self.sessions:
            expected = "resource_unavailable"

        with clock.frozen(self.world.now):
            try:
                book(wish, by=self.house.by)
                code = None
            except DomainError as refused:
                code = refused.code

        assert code == expected
        if code is None:
            self.sessions.add(starts_at)

    # What is true after each

    @invariant()
    def stays_stand_alike(self):
        self.world.settle()
        self.steps += 1
        rows = list(Stay.objects.select_related("booking"))
        legs = selectors.legs_by_booking(stay.booking_id for stay in rows)
        people: dict[int, list[int]] = defaultdict(list)
        for member in Member.objects.filter(stay__in=rows, left_on=None):
            people[member.stay_id].append(member.person_id)
        found = {s.pk: self.stands(s, legs[s.booking_id], people[s.pk]) for s in rows}
        assert found == {
            twin.pk: (
                twin.modelled.status,
                twin.modelled.from_on,
                twin.modelled.to_on,
                twin.modelled.hold_expires_at,
                model.joined(twin.modelled.legs),
                sorted(int(person.name) for person in self.here_or_expected(twin.modelled)),
            )
            for twin in self.twins
        }

    @invariant()
    def every_night_is_alike(self):
        from_on, days = self.world.tonight - timedelta(days=3), 15
        nights = Nights(from_on, from_on + timedelta(days=days))
        with clock.frozen(self.world.now):
            found = board([self.house.centre.pk], nights, staff(self.house.by))
            past = Nights(self.begun_on, self.world.tonight)
            slept = {
                unit.name: slept_in(unit, past)
                for unit in snapshot.units([self.house.centre.pk], past)
            }
        cells = {
            line.unit.name: [
                span.state.value for span in line.spans for _ in range(len(span.nights))
            ]
            for line in found.lines
        }
        expected = self.world.board(from_on, days)
        assert cells == expected
        family = [row for unit, row in expected.items() if unit != "Г"]
        assert found.free == [sum(row[n] == "free" for row in family) for n in range(days)]
        assert slept == self.world.occupied_nights(past.from_on, past.to_on)

    @invariant()
    def the_same_is_available(self):
        party = PARTIES[self.steps % len(PARTIES)]
        from_on, to_on = self.dates(*QUESTIONS[self.steps % len(QUESTIONS)])
        with clock.frozen(self.world.now):
            answer = availability([self.house.centre.pk], party, Nights(from_on, to_on))
        asked = modelled_party(party), from_on, to_on
        vacancies = self.world.availability(*asked)
        assert [(one.unit.name, one.free_until) for one in answer.vacancies] == vacancies
        turns = [] if vacancies else self.world.combination(*asked)
        assert [
            Leg(t.unit.name, t.nights.from_on, t.nights.to_on) for t in answer.in_turns
        ] == turns
        nearest = None if vacancies or turns else self.world.nearest(*asked)
        assert answer.nearest == nearest

    @invariant()
    def the_evening_is_alike(self):
        with clock.frozen(self.world.now):
            waiting = list(selectors.waiting(Stay.objects.all()).values_list("pk", flat=True))
            units = snapshot.units([self.house.centre.pk])
            endangered = {leg.stay_id for unit in units for leg in unit.endangered()}
            states = {unit.name: STATES[unit.state.value] for unit in units}
        assert states == {unit.name: self.world.state(unit.name) for unit in units}
        pks = {id(twin.modelled): twin.pk for twin in self.twins}
        assert waiting == [pks[id(stay)] for stay in self.world.waiting()]
        assert endangered == {pks[id(stay)] for stay in self.world.endangered()}

    @invariant()
    def tonight_reads_alike(self):
        numbers = {twin.pk: twin.modelled.number for twin in self.twins}
        with clock.frozen(self.world.now):
            page = evening(staff(self.house.by))

        def placed(found) -> dict[int, str | None]:
            return {numbers[one.stay.pk]: one.unit and one.unit.name for one in found}

        assert {
            "free": {free.unit.name: free.until for free in page.free},
            "arrivals": placed(page.arrivals),
            "leavers": placed(page.leavers),
            "overdue": placed(page.overdue),
            "to_move": placed(page.to_move),
            "to_clean": [unit.name for unit in page.to_clean],
            "holds": list(placed(page.holds)),
            "endangered": set(placed(page.endangered)),
        } == self.world.evening()

    @invariant()
    def what_is_held_agrees(self):
        assert verifying.discrepancies() == []

    # Helpers

    def both(self, program: Callable[[], object], modelled: Callable[[], object]):
        """Give both a command; what the program and the model made, unless it was refused."""
        with clock.frozen(self.world.now):
            try:
                made, code = program(), None
            except DomainError as refused:
                made, code = None, refused.code
        return made, self.agree(code, modelled)

    def agree(self, code: str | None, modelled: Callable[[], object]):
        expected: set[str | None] = {None}
        made = None
        try:
            made = modelled()
        except Refused as refused:
            expected = {*refused.codes}
        except ValueError:
            raise
        assert code in expected
        return made

    def know(self, made: tuple) -> None:
        row, stay = made
        if row is not None:
            self.twins.append(Twin(row.pk, stay))

    def own_family(self, twin: Twin) -> list[Person]:
        """Theirs, whose stay it is; the first that nobody has named yet."""
        home = twin.modelled.household
        return next((f for f in self.families if str(f[0].household_id) == home), self.families[0])

    def night(self, days: int) -> date:
        return self.world.tonight + timedelta(days=days)

    def dates(self, start: int, length: int) -> tuple[date, date]:
        return self.night(start), self.night(start + length)

    def ask(self, family, party, start, length, named, in_danger=False) -> reserving.Ask:
        """For the family as it is (0), or for whoever was said on the phone."""
        people = tuple(self.families[family])
        asked = PARTIES[party]
        if party == 0:
            today = self.world.today
            ages = [person.age_on(today) for person in people if person.is_child_on(today)]
            asked = Party(len(people) - len(ages), tuple(ages))
        nights = Nights(*self.dates(start, length))
        named_people = people if named else ()
        return reserving.Ask(self.house.centre, nights, asked, named_people, in_danger=in_danger)

    def request_of(self, ask: reserving.Ask) -> model.Stay:
        return self.world.request(
            modelled_party(ask.party),
            ask.nights.from_on,
            ask.nights.to_on,
            str(ask.people[0].household_id) if ask.people else None,
            map(modelled, ask.people),
            safety=ask.in_danger,
        )

    def turns(self, units: list[int], nights: Nights) -> tuple[list[Leg], list[StayLeg]]:
        named = [self.house.units[number] for number in units]
        turns = in_turns(named, nights.from_on, nights.to_on) if units else []
        return (
            [Leg(unit.name, begins, ends) for unit, begins, ends in turns],
            [StayLeg(unit, Nights(begins, ends)) for unit, begins, ends in turns],
        )

    def family_of(self, person: Person) -> list[Person]:
        return next(f for f in self.families if f[0].household_id == person.household_id)

    def here_or_expected(self, stay: model.Stay) -> list[model.Person]:
        return stay.present() if stay.status == "in_house" else stay.people

    def stands(self, stay: Stay, legs: list[StayLeg], people: list[int]) -> tuple:
        expires_at = stay.booking.hold_expires_at if stay.booking else None
        ran_out = expires_at is not None and expires_at <= self.world.now
        shown = [Leg(leg.unit.name, leg.nights.from_on, leg.nights.to_on) for leg in legs]
        open_ones = (Status.REQUESTED, Status.HELD, Status.IN_HOUSE)
        return (
            "requested" if ran_out else stay.status,
            stay.from_on,
            stay.to_on,
            None if ran_out else expires_at,
            [] if ran_out else model.joined(shown),
            sorted(people) if stay.status in open_ones else [],
        )


STATES = {
    "occupied": ("occupied", False),
    "overdue": ("occupied", True),
    "cleaning": ("cleaning", False),
    "out_of_service": ("out_of_service", False),
    "held": ("held", False),
    "reserved": ("held", False),
    "free": ("free", False),
}


@pytest.mark.django_db
def test_program_and_model_answer_alike():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house), settings=settings(max_examples=6, stateful_step_count=25)
    )


@pytest.mark.full
@pytest.mark.django_db
def test_program_and_model_answer_alike_for_long():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house), settings=settings(max_examples=100, stateful_step_count=60)
    )
