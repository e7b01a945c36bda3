"""The stays of the years, before those that the demo tells call by call (D17-D24)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random

from base import clock
from desk.demo import shelter
from desk.demo.families import MOTHER
from desk.demo.past import Past
from desk.demo.past.colleagues import Colleague
from desk.demo.past.families import Client, Registry
from desk.demo.past.ledger import Ledger
from desk.demo.shelter import at
from desk.demo.staff import House, R
from people.models import Person, User
from rooms import arranging
from rooms.models import Member, Occupancy, Stay, Unit, UnitKind
from rooms.nights import Nights, arrival, departure
from rooms.selectors import StayLeg
from scheduling.models import Allocation, Booking, Change, Resource

What = Change.What
PEOPLE_IN_A_STAY = 2.6
"""About: a mother and one to three children, as the beds allow."""


class Guests:
    """Writes down who stayed, when and where: unit by unit, each a while after the last."""

    def __init__(
        self,
        house: House,
        rng: Random,
        ledger: Ledger,
        registry: Registry,
        colleagues: Sequence[Colleague],
    ) -> None:
        self.house, self.rng, self.ledger, self.registry = house, rng, ledger, registry
        self.hosts = [one for one in colleagues if one.post.role == R.SHELTER]
        self.lengths = cycle(shelter.LENGTHS)

    def take_in(self, past: Past, since: date) -> None:
        """As many as are wanted beside those whom the house has sheltered since."""
        wanted = past.sheltered - sheltered_in(self.house)
        before = self.registry.people
        for unit, nights in self.turns(since, wanted):
            if self.registry.people - before >= wanted:
                return
            self.stay(unit, nights)

    def turns(self, since: date, wanted: int) -> Iterator[tuple[Resource, Nights]]:
        """Units by turns, evenly over the time until the demo's own stays."""
        units = family_units(self.house)
        until = clock.today() - shelter.YEARS_BACK - timedelta(days=7)
        rounds = max(1, round(wanted / PEOPLE_IN_A_STAY / len(units)))
        step = (until - since).days // rounds
        for turn in range(rounds + 1):
            for unit in units:
                nights = self.nights(since + timedelta(days=turn * step), step)
                if nights.to_on < until and len(nights) > 1:
                    yield unit, nights

    def nights(self, begins: date, step: int) -> Nights:
        """Somewhere within so many days, with some left to clean in."""
        length = min(next(self.lengths), step - 4)
        arrives = begins + timedelta(days=self.rng.randint(0, max(0, step - length - 4)))
        return Nights(arrives, arrives + timedelta(days=length))

    def stay(self, unit: Resource, nights: Nights) -> None:
        host = self.host(nights.from_on)
        client = self.family(unit, nights, host)
        stay = self.agree(client, nights, by=host.user)
        self.hold(stay, client, unit, nights)
        self.live(stay, unit, nights, by=host.user)
        legs = [StayLeg(unit, nights)]
        for version, (what, when) in enumerate(steps_of(nights), start=1):
            change = Change(
                booking=stay.booking,
                what=what,
                by=host.user,
                at=when,
                version=min(2 * version - 1, 5),
                facts=arranging.facts_of(stay, legs),
            )
            self.ledger.enter(change)

    def host(self, on: date) -> Colleague:
        return self.rng.choice([one for one in self.hosts if one.was_there(on, on)])

    def family(self, unit: Resource, nights: Nights, host: Colleague) -> Client:
        """A mother with children for whom there is a bed each."""
        children = self.rng.randint(1, max(1, unit.unit.beds - 1))
        client = self.registry.enter(MOTHER, nights.from_on, children=children, youngest=0)
        client.household.is_discreet = True
        client.last_on = nights.to_on - timedelta(days=1)
        self.registry.open_case(client, host)
        return client

    def agree(self, client: Client, nights: Nights, *, by: User) -> Stay:
        """The stay and its booking, as they stand now that the family has left."""
        booking = self.ledger.enter(
            Booking(
                kind=Booking.Kind.STAY,
                centre=self.house.centre,
                status=Booking.Status.CLOSED,
                version=5,
                starts_at=arrival(nights.from_on),
                ends_at=departure(nights.to_on),
                created_by=by,
                created_at=at(nights.from_on, 14),
            )
        )
        ages = [child.age_on(nights.from_on) or 0 for child in client.children]
        return self.ledger.enter(
            Stay(
                centre=self.house.centre,
                status=Stay.Status.LEFT,
                household=client.household,
                booking=booking,
                ages=ages,
                from_on=nights.from_on,
                to_on=nights.to_on,
                version=4,
                requested_at=at(nights.from_on, 14),
                requested_by=by,
                closed_at=at(nights.to_on, 10),
                closed_by=by,
            )
        )

    def hold(self, stay: Stay, client: Client, unit: Resource, nights: Nights) -> None:
        people = [client.carer, *client.children]
        held = [(Allocation.Part.UNIT, unit)]
        held += [(Allocation.Part.RESIDENCE, client.nights[person.pk]) for person in people]
        self.ledger.enter_all(
            Allocation(
                booking=stay.booking,
                resource=resource,
                part=part,
                period=nights.period,
                by_general_access=False,
            )
            for part, resource in held
        )
        self.ledger.enter_all(
            Member(stay=stay, person=person, joined_on=nights.from_on, left_on=nights.to_on)
            for person in people
        )

    def live(self, stay: Stay, unit: Resource, nights: Nights, *, by: User) -> None:
        """From the keys to the cleaned unit (D20)."""
        self.ledger.enter(
            Occupancy(
                unit_id=unit.pk,
                stay=stay,
                began_at=at(nights.from_on, 16),
                began_by=by,
                ended_at=at(nights.to_on, 10),
                ended_by=by,
                ready_at=at(nights.to_on, 15),
                ready_by=by,
            )
        )


def steps_of(nights: Nights) -> tuple[tuple[What, datetime], ...]:
    return (
        (What.HELD, at(nights.from_on, 14)),
        (What.BEGUN, at(nights.from_on, 16)),
        (What.ENDED, at(nights.to_on, 10)),
    )


def family_units(house: House) -> list[Resource]:
    units = Unit.objects.filter(resource__centre=house.centre, kind=UnitKind.FAMILY)
    return [unit.resource for unit in units.select_related("resource").order_by("pk")]


def sheltered_in(house: House) -> int:
    """How many people ever slept there."""
    slept = Person.objects.filter(centre=house.centre, memberships__joined_on__isnull=False)
    return slept.distinct().count()
