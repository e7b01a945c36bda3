"""Lives through the years of the large house, day after day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from django.db import models

from base import bulk, clock
from desk.demo import centres
from desk.demo.centres import LARGE
from desk.demo.past import Past
from desk.demo.past.colleagues import Colleague, Register
from desk.demo.past.families import Client, Registry
from desk.demo.past.hours import Timetable
from desk.demo.past.ledger import Ledger
from desk.demo.past.nights import Guests
from desk.demo.past.work import Chronicle
from desk.demo.progress import Report
from desk.demo.staff import SP, House
from notifications.models import Delivery, Reminder
from people.models import Carer, Case, ContactCard, EntryBasis, Household, Person
from rooms.models import Member, Occupancy, Stay
from scheduling.models import Allocation, Booking, Change, Participation, Resource, Service

LOADED: tuple[type[models.Model], ...] = (
    Household,
    Person,
    Carer,
    ContactCard,
    Case,
    EntryBasis,
    Service.entry_bases.through,
    Booking,
    Participation,
    Allocation,
    Change,
    Reminder,
    Delivery,
    Stay,
    Member,
    Occupancy,
    *(kind.history.model for kind in (Person, Carer, ContactCard, Case, EntryBasis)),
)
WINGS = (2, 3)
CARS = ("Дачия Джогър", "Дачия Логан", "Шкода Рапид")
AHEAD = timedelta(days=24)
"""How far hours are agreed."""

LONGEST_WORK = timedelta(weeks=47)
"""A family's lead will not leave before its end, if anybody stays that long."""


def live_through(house: House, past: Past, rng: Random, report: Report) -> None:
    """All of it, checked by the database's constraints when they are built again."""
    report(0, "colleagues")
    known = Person.objects.filter(centre=house.centre).count()
    places = open_wings(house)
    ledger = Ledger()
    register = Register(house, past, rng, ledger)
    colleagues = register.hire_all()
    ledger.write()
    with bulk.built_after(LOADED):
        registry = Registry(house, rng, ledger)
        Guests(house, rng, ledger, registry, colleagues).take_in(past, register.begins)
        timetable = Timetable(house, rng, colleagues, places)
        chronicle = Chronicle(house, rng, ledger, colleagues)
        years = Years(rng, registry, timetable, chronicle, colleagues)
        for day, done in years.pass_by(register.begins, past.people - known):
            if day.day == 1:
                ledger.write()
                report(0.8 * done, f"{day:%Y-%m}")
        ledger.close()
        report(0.8, "indexes and constraints")


def open_wings(house: House) -> list[Resource]:
    """Rooms and cars for many colleagues: theirs alone."""
    known = set(Resource.objects.filter(centre=house.centre).values_list("pk", flat=True))
    for wing in WINGS:
        for place in LARGE:
            name = f"{place.name}, корпус {wing}"
            centres.furnish(house.centre, replace(place, name=name), house.services)
    for number, car in enumerate(CARS, start=3):
        centres.park(house.centre, f"Служебен автомобил {number} ({car})", house.services)
    places = Resource.objects.filter(centre=house.centre, kind__in=["room", "vehicle"])
    return list(places.exclude(pk__in=known).order_by("seats", "pk"))


class Years:
    """Days, with those who come new and those who come again."""

    def __init__(
        self,
        rng: Random,
        registry: Registry,
        timetable: Timetable,
        chronicle: Chronicle,
        colleagues: Sequence[Colleague],
    ) -> None:
        self.rng, self.registry, self.timetable = rng, registry, timetable
        self.chronicle = chronicle
        self.leads = [one for one in colleagues if one.post.role == SP]
        self.agenda: dict[date, list[Client]] = defaultdict(list)

    def pass_by(self, begins: date, wanted: int) -> Iterator[tuple[date, float]]:
        """Each day and how much of all is done; people come evenly until so many are known."""
        whole = (clock.today() + AHEAD - begins).days
        until_now = (clock.today() - begins).days
        guests = self.registry.people
        for number in range(whole):
            day = begins + timedelta(days=number)
            yield day, number / whole
            if not self.timetable.turn_to(day):
                self.agenda[day + timedelta(days=1)] += self.agenda.pop(day, [])
                continue
            if day < clock.today():
                self.receive(day, guests + (wanted - guests) * (number + 1) / until_now)
            for client in self.agenda.pop(day, ()):
                self.meet(client, day)

    def receive(self, day: date, wanted: float) -> None:
        """New families, until so many people are known."""
        while self.registry.people < wanted:
            client = self.registry.receive(day, self.lead(day))
            self.agenda[day + timedelta(days=self.rng.randint(1, 6))].append(client)

    def lead(self, day: date) -> Colleague:
        there = [one for one in self.leads if one.was_there(day, day)]
        ends = day + LONGEST_WORK
        return self.rng.choice([one for one in there if one.was_there(ends, ends)] or there)

    def meet(self, client: Client, day: date) -> None:
        """The next strand of the work, and again in a week or so; tomorrow if nothing is free."""
        if day > client.last_on:
            return
        hour = self.timetable.find(client, next(client.strands))
        if hour:
            self.chronicle.write(hour)
        again = self.rng.randint(5, 13) if hour else 1
        self.agenda[day + timedelta(days=again)].append(client)
