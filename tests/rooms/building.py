"""A house for tests: units, families and stays, made the way the program makes them."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count

from base import clock
from people.models import Centre, Household, Person, User
from rooms import reserving, services
from rooms.fitting import Party
from rooms.models import Building, CotMove, Stay, Unit, UnitKind
from rooms.nights import Nights, tonight
from rooms.selectors import StayLeg
from scheduling.models import Resource
from tests.support import building

_numbers = count(1)

ADDRESS = "ул. Незнайна 17, вход Ж"
"""Nobody but shelter staff may ever read it."""


def house(of: Centre) -> Building:
    found, _ = Building.objects.get_or_create(
        centre=of, name="Къщата", defaults={"address": ADDRESS}
    )
    return found


def unit(
    of: Centre,
    *,
    name: str = "",
    beds: int = 3,
    cots: int = 1,
    features: Iterable[str] = (),
    kind: str = UnitKind.FAMILY,
) -> Resource:
    resource = Resource.objects.create(
        kind=Resource.Kind.UNIT, name=name or f"Unit {next(_numbers)}", centre=of, seats=beds
    )
    made = Unit.objects.create(
        resource=resource, building=house(of), kind=kind, beds=beds, features=list(features)
    )
    if cots:
        CotMove.objects.create(centre=of, brought_to=made, count=cots, on=date(2020, 1, 1))
    return resource


def family(of: Centre, *, ages: Iterable[int] = ()) -> tuple[Person, ...]:
    """A mother, and a child of each age today."""
    mother = building.person(of)
    today = clock.today()
    return (
        mother,
        *(
            building.person(
                of,
                household=mother.household,
                birth_on=date(today.year - age, today.month, 1) - timedelta(days=1),
            )
            for age in ages
        ),
    )


def nights(start: int, length: int) -> Nights:
    """So many nights, the first so many days after tonight."""
    first = tonight() + timedelta(days=start)
    return Nights(first, first + timedelta(days=length))


def ask(
    of: Centre,
    for_: Nights,
    *,
    people: Iterable[Person] = (),
    adults: int = 1,
    ages: Iterable[int] = (),
    needs: Iterable[str] = (),
    in_danger: bool = False,
) -> reserving.Ask:
    party = Party(adults, tuple(ages), frozenset(needs))
    return reserving.Ask(of, for_, party, people=tuple(people), in_danger=in_danger)


def resident(
    in_: Resource,
    people: Iterable[Person],
    by: User,
    *,
    length: int = 30,
) -> Stay:
    """A family in house from tonight."""
    people = tuple(people)
    wanted = nights(0, length)
    assert in_.centre is not None
    stay = reserving.hold_unit(
        ask(in_.centre, wanted, people=people), [StayLeg(in_, wanted)], by=by
    )
    return services.check_in(stay, people, without_papers="late at night", by=by)


def household_of(people: Iterable[Person]) -> Household:
    return next(iter(people)).household
