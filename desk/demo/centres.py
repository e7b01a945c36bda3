"""The four centres: doors, official places, rooms, cars and the days they are closed."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from base import clock
from people.models import Capacity, Centre, OpeningHours, Weekday
from rooms.models import Room
from scheduling import catalogue
from scheduling.models import Closure, Resource, Service

Feature = Room.Feature

TALKS = (
    "social-counselling",
    "psychological-counselling",
    "legal-counselling",
    "intermediation",
    "families-at-risk",
    "children-at-risk",
    "children-from-institutions",
    "abandonment-prevention",
)
WITH_CHILDREN = (
    "psychological-counselling",
    "children-at-risk",
    "children-from-institutions",
    "educational-support",
    "speech-therapy",
    "observation",
)
WITH_FAMILIES = (*TALKS, *WITH_CHILDREN, "family-mediation", "carer-assessment")


@dataclass(frozen=True)
class Place:
    """A room: its floor, how many fit, what it offers, and the services it suits."""

    name: str
    floor: int
    seats: int
    features: tuple[Feature, ...]
    suits: tuple[str, ...]


@dataclass(frozen=True)
class Plot:
    """A centre to be. `places` are official places with the years they are in force for.

    Subscribers' numbers never begin with a zero in Bulgaria: these telephones ring nowhere.
    """

    slug: str
    town: str
    phone: str
    public_name: str
    places: tuple[tuple[int, int], ...]
    rooms: tuple[Place, ...]
    cars: tuple[str, ...]
    open_on_saturday: bool = False


LARGE = (
    Place("Кабинет за консултиране 1", 0, 3, (Feature.STEP_FREE, Feature.SOUNDPROOF), TALKS),
    Place("Кабинет за консултиране 2", 1, 3, (Feature.SOUNDPROOF,), TALKS),
    Place(
        "Логопедичен кабинет", 0, 3, (Feature.STEP_FREE,), ("speech-therapy", "educational-support")
    ),
    Place(
        "Стая за игра", 0, 5, (Feature.STEP_FREE, Feature.PLAY, Feature.OBSERVATION), WITH_CHILDREN
    ),
    Place("Стая за семейни срещи", 1, 8, (Feature.PLAY,), WITH_FAMILIES),
    Place("Сензорна стая", 0, 4, (Feature.STEP_FREE, Feature.SENSORY), ("occupational-therapy",)),
    Place(
        "Работилница", 0, 6, (Feature.STEP_FREE,), ("occupational-therapy", "educational-support")
    ),
    Place("Стая за дарения", 0, 3, (Feature.STEP_FREE,), ("material-support",)),
)
SMALL = (
    Place("Кабинет", 0, 3, (Feature.STEP_FREE, Feature.SOUNDPROOF), (*TALKS, "material-support")),
    Place(
        "Стая за игра",
        0,
        5,
        (Feature.STEP_FREE, Feature.PLAY),
        (*WITH_CHILDREN, "occupational-therapy"),
    ),
    Place("Стая за семейни срещи", 1, 8, (), WITH_FAMILIES),
)
PLOTS = (
    Plot(
        "stara-zagora",
        "Стара Загора",
        "+35942000001",
        "Изгрев",
        ((6, 120), (1, 150)),
        LARGE,
        ("Дачия Логан", "Дачия Докер"),
        open_on_saturday=True,
    ),
    Plot(
        "kazanlak",
        "Казанлък",
        "+35943100001",
        "Извор",
        ((5, 40), (2, 60)),
        LARGE,
        ("Дачия Сандеро", "Опел Комбо"),
    ),
    Plot("radnevo", "Раднево", "+35941700001", "Бряст", ((3, 30),), SMALL, ("Дачия Логан",)),
    Plot("chirpan", "Чирпан", "+35941600001", "Люляк", ((3, 25), (1, 30)), SMALL, ("Шкода Фабия",)),
)


def build(plot: Plot) -> tuple[Centre, dict[str, Service]]:
    """The centre with all it owns, and its services by code."""
    centre = Centre.objects.create(
        slug=plot.slug,
        name=f"Комплекс за социални услуги – {plot.town}",
        municipality=plot.town,
        phone=plot.phone,
        public_name=plot.public_name,
        is_demo=True,
    )
    open_doors(centre, plot)
    Capacity.objects.bulk_create(
        Capacity(centre=centre, places=places, from_on=years_ago(years))
        for years, places in plot.places
    )
    services = {service.code: service for service in catalogue.offer_catalogue(centre)}
    for place in plot.rooms:
        furnish(centre, place, services)
    for number, car in enumerate(plot.cars, start=1):
        park(centre, f"Служебен автомобил {number} ({car})", services)
    close_for_a_day(centre)
    return centre, services


def years_ago(years: int) -> date:
    """The first of January of so many years before this one; this year's for 0."""
    return date(clock.today().year - years, 1, 1)


def open_doors(centre: Centre, plot: Plot) -> None:
    hours = {Weekday(day): (time(8), time(19)) for day in range(5)}
    if plot.open_on_saturday:
        hours[Weekday.SATURDAY] = (time(9), time(14))
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens=opens, closes=closes)
        for day, (opens, closes) in hours.items()
    )


def furnish(centre: Centre, place: Place, services: dict[str, Service]) -> None:
    resource = Resource.objects.create(
        kind=Resource.Kind.ROOM, name=place.name, centre=centre, seats=place.seats
    )
    resource.services.set(services[code] for code in place.suits)
    Room.objects.create(resource=resource, floor=place.floor, features=list(place.features))


def park(centre: Centre, name: str, services: dict[str, Service]) -> None:
    car = Resource.objects.create(kind=Resource.Kind.VEHICLE, name=name, centre=centre, seats=5)
    car.services.set(service for service in services.values() if service.needs_vehicle)


def close_for_a_day(centre: Centre) -> None:
    """A Friday two or three weeks ahead, so that free hours have something to step over."""
    today = clock.today()
    friday = today + timedelta(days=14 + (Weekday.FRIDAY - today.weekday()) % 7)
    Closure.objects.create(centre=centre, on=friday, name="Обучение на екипа")
