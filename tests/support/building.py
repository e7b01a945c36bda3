"""Rows for tests, made the way the program makes them: one plain function per thing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count

from base import clock
from people.models import (
    Carer,
    Case,
    Centre,
    ContactCard,
    EntryBasis,
    Household,
    NoContact,
    OpeningHours,
    Person,
    Role,
    User,
)
from scheduling.models import Availability, Modality, Resource, Service

MONDAY = date(2027, 3, 1)
"""An ordinary working Monday, in winter time, with no holiday around but the third of March."""

_numbers = count(1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a Sofia wall-clock time."""
    return clock.instant(day, time(hour, minute))


def centre(slug: str = "") -> Centre:
    number = next(_numbers)
    made = Centre.objects.create(
        slug=slug or f"centre-{number}",
        name=f"Centre {number}",
        municipality="Stara Zagora",
        phone="+35942600000",
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=made, weekday=day, opens=time(8), closes=time(20)) for day in range(5)
    )
    return made


def service(
    of: Centre,
    *,
    minutes: int = 50,
    buffer: int = 10,
    modalities: Iterable[str] = tuple(Modality),
    access: str = Service.Access.GENERAL,
    step: int = 15,
    specialists: int = 1,
    needs_vehicle: bool = False,
) -> Service:
    number = next(_numbers)
    return Service.objects.create(
        centre=of,
        code=f"service-{number}",
        name=f"Service {number}",
        initials=f"S{number % 10_000}",
        duration=timedelta(minutes=minutes),
        buffer_after=timedelta(minutes=buffer),
        step=timedelta(minutes=step),
        modalities=list(modalities),
        access=access,
        specialists=specialists,
        needs_vehicle=needs_vehicle,
    )


def user(of: Centre, role: str = Role.Name.PSYCHOLOGIST) -> User:
    number = next(_numbers)
    made = User.objects.create(
        username=f"user-{number}@{of.slug}.example", first_name="Staff", last_name=f"{number}"
    )
    Role.objects.create(user=made, centre=of, name=role, from_on=date(2020, 1, 1))
    return made


def specialist(
    of: Centre,
    services: Sequence[Service] = (),
    *,
    hours: tuple[int, int] = (9, 17),
    weekdays: Iterable[int] = range(5),
) -> Resource:
    resource = user(of).resource
    resource.services.set(services)
    Availability.objects.bulk_create(
        Availability(
            resource=resource, centre=of, weekday=day, starts=time(hours[0]), ends=time(hours[1])
        )
        for day in weekdays
    )
    return resource


def place(
    of: Centre, services: Sequence[Service] = (), *, kind: str = Resource.Kind.ROOM, seats: int = 4
) -> Resource:
    made = Resource.objects.create(
        kind=kind, name=f"{kind} {next(_numbers)}", centre=of, seats=seats
    )
    made.services.set(services)
    return made


def person(
    of: Centre, *, household: Household | None = None, birth_on: date | None = None
) -> Person:
    number = next(_numbers)
    return Person.objects.create(
        centre=of,
        household=household or Household.objects.create(centre=of, name=f"H{number}"),
        given_name="Person",
        family_name=str(number),
        birth_on=birth_on,
    )


def carer(child: Person, adult: Person) -> Carer:
    return Carer.objects.create(child=child, adult=adult, relation=Carer.Relation.MOTHER)


def apart(one: Person, other: Person) -> NoContact:
    return NoContact.objects.create(one=one, other=other, since_on=date(2026, 1, 1))


def card(of: Person, **fields: object) -> ContactCard:
    """A card that allows texts, unless `fields` say otherwise."""
    allowed: dict[str, object] = {
        "phone": "+359888123456",
        "consent_on": MONDAY - timedelta(days=60),
        "consent_by": user(of.centre),
        "verified_at": at(MONDAY - timedelta(days=60), 10),
        "safe_to_text": True,
        "safety_asked_on": MONDAY - timedelta(days=10),
    }
    return ContactCard.objects.create(person=of, **(allowed | fields))


def case(of: Person, *, services: Sequence[Service] = (), at_risk: bool = False) -> Case:
    made = Case.objects.create(
        number=f"C-{next(_numbers)}",
        centre=of.centre,
        household=of.household,
        lead=user(of.centre),
        opened_on=date(2026, 12, 1),
        plan_due_on=date(2026, 12, 21),
        at_risk=at_risk,
    )
    basis = EntryBasis.objects.create(
        case=made,
        route=EntryBasis.Route.REFERRAL,
        document_number="1",
        document_on=date(2026, 12, 1),
        valid_from=date(2026, 12, 1),
    )
    basis.services.set(services)
    return made
