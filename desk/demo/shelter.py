"""The Mother and Baby Unit: nine units with years of stays, and a night like any other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from base import clock
from desk.demo.families import MOTHER, Family, Founder
from desk.demo.staff import House
from people import services as people_services
from people.models import Person, User
from rooms import lending, members, reserving, services, upkeep
from rooms.fitting import Party, party_of
from rooms.models import (
    Absence,
    Building,
    CotMove,
    Member,
    Need,
    OfficialPlaces,
    Stay,
    Unit,
    UnitKind,
)
from rooms.nights import DAY, Nights, tonight
from rooms.selectors import StayLeg
from rooms.watching import watch_stays
from scheduling.models import Resource

YEARS_BACK = timedelta(days=2 * 365)
OPENED_ON = date(2010, 3, 1)
PHONED = "Обажда се полицията, ще ги доведат"


@dataclass(frozen=True)
class Plan:
    """A unit to be: beds, cots, what it offers."""

    name: str
    beds: int
    cots: int
    features: tuple[Need, ...] = ()
    kind: UnitKind = UnitKind.FAMILY


G, B, P, D = Need.GROUND_FLOOR, Need.OWN_BATHROOM, Need.PREGNANCY, Need.DISABILITY
NINE = (
    Plan("Звено 1", 3, 1, (G, B, P, D)),
    Plan("Звено 2", 2, 1, (G, P)),
    Plan("Звено 3", 2, 1, (G,)),
    Plan("Звено 4", 4, 1, (B,)),
    Plan("Звено 5", 3, 1),
    Plan("Звено 6", 2, 1, (P,)),
    Plan("Звено 7", 3, 0, (B,)),
    Plan("Звено 8", 2, 2),
    Plan("Звено 9", 4, 0, (B,)),
    Plan("Наблюдавано жилище 1", 1, 0, kind=UnitKind.SINGLE),
    Plan("Наблюдавано жилище 2", 1, 0, kind=UnitKind.SINGLE),
)
TWO = (Plan("Звено 1", 3, 1, (G, B)), Plan("Звено 2", 2, 1))
TOYS = (
    *("Дървени кубчета", "Влакче с релси", "Кукленска къща", "Сензорна топка"),
    *("Пъзел „Градина“", "Ксилофон", "Конструктор", "Люлеещо конче"),
)
LENGTHS = (120, 34, 171, 62, 15, 96, 45, 150, 80, 7)
"""Nights of the stays of the past, in turn."""

PLACES = {"stara-zagora": NINE, "kazanlak": TWO}


def settle(house: House, founder: Founder) -> None:
    """Units, and in the large centre the families of two years. Kazanlak has two, both free."""
    plans = PLACES.get(house.centre.slug)
    if plans is None:
        return
    units = build(house, plans)
    if plans is NINE:
        Shelter(house, founder, units).tell()


def build(house: House, plans: Sequence[Plan]) -> list[Resource]:
    centre = house.centre
    building = Building.objects.create(
        centre=centre,
        name="Къщата",
        address=f"гр. {centre.municipality}, ул. „Измислена“ 7 (адресът не се съобщава)",
    )
    for kind, places in ((UnitKind.FAMILY, 8), (UnitKind.SINGLE, 2)):
        if any(plan.kind == kind for plan in plans):
            OfficialPlaces.objects.create(
                centre=centre, kind=kind, places=places, from_on=OPENED_ON
            )
    return [raise_unit(building, plan) for plan in plans]


def raise_unit(building: Building, plan: Plan) -> Resource:
    resource = Resource.objects.create(
        kind=Resource.Kind.UNIT, name=plan.name, centre=building.centre, seats=plan.beds
    )
    unit = Unit.objects.create(
        resource=resource,
        building=building,
        kind=plan.kind,
        beds=plan.beds,
        features=list(plan.features),
    )
    if plan.cots:
        CotMove.objects.create(
            centre=building.centre, brought_to=unit, count=plan.cots, on=OPENED_ON
        )
    return resource


class Shelter:
    """Tells what happened in the units of one house."""

    def __init__(self, house: House, founder: Founder, units: Sequence[Resource]) -> None:
        self.house, self.founder, self.units = house, founder, units
        self.by: User = house.staff["shelter"]
        self.lengths = self.turns()

    def turns(self) -> Iterator[int]:
        while True:
            yield from LENGTHS

    def tell(self) -> None:
        for place, unit in enumerate(self.units[:9]):
            self.live_through(unit, clock.today() - YEARS_BACK + timedelta(days=11 * place))
        self.tonight()
        self.waiting_list()
        self.toys()
        with clock.frozen(this_morning()):
            watch_stays()

    # --- Years -------------------------------------------------------------------------------

    def live_through(self, unit: Resource, since: date) -> None:
        """Stay after stay, with some days between; the last ends three months ago or so."""
        until = clock.today() - timedelta(days=180)
        arrives = since
        while arrives < until:
            leaves = min(arrives + timedelta(days=next(self.lengths)), until)
            if (leaves - arrives).days < 2:
                break
            family = self.family(unit, arrives)
            stay = self.take_in(unit, family, Nights(arrives, leaves))
            with clock.frozen(at(leaves, 10)):
                services.check_out(stay, by=self.by)
                if family.case:
                    people_services.close_case(family.case)
            with clock.frozen(at(leaves, 15)):
                upkeep.make_ready(unit, by=self.by)
            arrives = leaves + timedelta(days=3 + leaves.day % 17)

    def family(self, unit: Resource, arrives: date) -> Family:
        """A mother with as many children as the unit has beds and cots for, and a case."""
        family = self.founder.found(MOTHER)
        keep = max(0, unit.unit.beds - 1)
        for place, child in enumerate(family.children[keep:]):
            self.grow_down(child, arrives, months=place + arrives.toordinal() % 14)
        self.founder.open_case(family, days_ago=(clock.today() - arrives).days + 1, lead=self.by)
        if family.case:
            people_services.note_plan(family.case)
        return family

    def grow_down(self, child: Person, arrives: date, *, months: int) -> None:
        """A baby instead: there is a cot, or there is no room for it at all."""
        child.birth_on = arrives - timedelta(days=40 + 30 * months)
        child.save()

    def take_in(self, unit: Resource, family: Family, nights: Nights, *, hour: int = 16) -> Stay:
        """Whoever fits comes: where there is neither bed nor cot, the grandmother keeps one."""
        with clock.frozen(at(nights.from_on, hour)):
            people = self.who_fit(unit, [family.carer, *family.children])
            party = party_of(people, on=tonight(), needs=(), kind=unit.unit.kind)
            ask = reserving.Ask(self.house.centre, nights, party, tuple(people))
            stay = reserving.hold_unit(ask, [StayLeg(unit, nights)], by=self.by)
            return services.check_in(stay, people, by=self.by)

    def who_fit(self, unit: Resource, people: Sequence[Person]) -> list[Person]:
        there = upkeep.as_is(unit)
        people = list(people)
        night = Nights(tonight(), tonight() + DAY)
        while len(people) > 1:
            party = party_of(people, on=tonight(), needs=(), kind=unit.unit.kind)
            if there.spare_beds(party, night) >= 0:
                break
            people.pop()
        return people

    # --- Tonight -----------------------------------------------------------------------------

    def tonight(self) -> None:
        """Five families at home, one past its end, one just left, one expected, one unit free."""
        today = clock.today()
        ends = {0: 6, 1: 25, 2: 55, 3: 101, 4: 130}
        at_home = [
            self.come(self.units[place], since=20 + 5 * place, until=days)
            for place, days in ends.items()
        ]
        self.come(self.units[5], since=70, until=-3)
        gone = self.come(self.units[6], since=90, until=2)
        with clock.frozen(this_morning()):
            services.check_out(gone, by=self.by)
        self.events(at_home)
        with clock.frozen(at(today - timedelta(days=10), 11)):
            nights = Nights(today + DAY, today + timedelta(days=40))
            reserving.hold_unit(
                self.ask(nights, ages=(3,)),
                [StayLeg(self.units[5], nights)],
                reserve=True,
                by=self.by,
            )
        with clock.frozen(this_morning()):
            nights = Nights(tonight(), tonight() + timedelta(days=14))
            reserving.hold_unit(
                self.ask(nights, ages=(0,), reason=PHONED),
                [StayLeg(self.units[7], nights)],
                by=self.by,
            )
            repair = Nights(today + timedelta(days=10), today + timedelta(days=13))
            upkeep.take_out_of_service(self.units[8], repair, by=self.house.staff["manager"])
        self.come(self.units[9], since=60, until=80)

    def come(self, unit: Resource, *, since: int, until: int) -> Stay:
        today = clock.today()
        arrives = today - timedelta(days=since)
        family = self.family(unit, arrives)
        return self.take_in(unit, family, Nights(arrives, today + timedelta(days=until)))

    def events(self, stays: Sequence[Stay]) -> None:
        """A child born, a mother in hospital, a stay that lasts longer."""
        yesterday = clock.today() - timedelta(days=1)
        with clock.frozen(at(yesterday, 13)):
            mother = Member.objects.select_related("stay").filter(stay=stays[0])[0]
            members.begin_absence(mother, Absence.Kind.HOSPITAL, by=self.by)
            members.record_birth(
                Stay.objects.get(pk=stays[4].pk),
                given_name="Надежда",
                family_name=stays[4].members.select_related("person")[0].person.family_name,
                by=self.by,
            )
            services.extend_stay(
                Stay.objects.get(pk=stays[3].pk),
                stays[3].to_on + timedelta(days=30),
                document_number="ЗД-77",
                document_on=yesterday,
                by=self.house.staff["manager"],
            )

    def ask(
        self,
        nights: Nights,
        *,
        ages: tuple[int, ...] = (),
        people: Iterable[Person] = (),
        in_danger: bool = False,
        reason: str = "",
    ) -> reserving.Ask:
        return reserving.Ask(
            self.house.centre,
            nights,
            Party(1, ages),
            tuple(people),
            in_danger=in_danger,
            reason=reason,
        )

    # --- The waiting list, and the toys ---------------------------------------------------------

    def waiting_list(self) -> None:
        """Three wait, one of them in danger; some of the year were turned away."""
        today = clock.today()
        soon = Nights(today + timedelta(days=3), today + timedelta(days=60))
        for days, danger in ((9, False), (4, False), (1, True)):
            family = self.founder.found(MOTHER)
            ages = tuple(child.age_on(today) or 0 for child in family.children)
            with clock.frozen(at(today - timedelta(days=days), 12)):
                reserving.request_stay(
                    self.ask(
                        soon, ages=ages, people=[family.carer, *family.children], in_danger=danger
                    ),
                    by=self.by,
                )
        reasons = (Stay.Refusal.NO_PLACE, Stay.Refusal.NO_PLACE, Stay.Refusal.FAMILY_DECLINED)
        for number, refusal in enumerate(reasons):
            day = today - timedelta(days=30 + 25 * number)
            with clock.frozen(at(day, 20)):
                ask = self.ask(Nights(day, day + timedelta(days=20)), ages=(4, 6))
                stay = reserving.request_stay(ask, by=self.by)
                reserving.close_stay(stay, Stay.Status.REFUSED, refusal=refusal, by=self.by)

    def toys(self) -> None:
        """Eight toys; two with families, one of them late."""
        shelf = Resource.objects.bulk_create(
            Resource(kind=Resource.Kind.TOY, name=name, centre=self.house.centre) for name in TOYS
        )
        readers = Person.objects.filter(
            centre=self.house.centre, household__is_discreet=False
        ).order_by("pk")[:2]
        for person, toy, days in zip(readers, shelf, (20, 3), strict=False):
            lent_on = clock.today() - timedelta(days=days)
            with clock.frozen(at(lent_on, 16)):
                lending.lend(toy, person, due_on=lent_on + timedelta(days=14), by=self.by)


def at(day: date, hour: int) -> datetime:
    return clock.instant(day, time(hour))


def this_morning() -> datetime:
    """Eight o'clock, unless it is earlier: the demo is the same whenever in the day it is made."""
    return min(at(clock.today(), 8), clock.now())
