"""Loading the demo as a whole, or not at all; and refusing where real data is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from base import bulk, clock
from desk.demo import cards, centres, riding, shelter, staff, stories, told, work, workshops
from desk.demo.diary import Diary
from desk.demo.families import Founder, close_case
from desk.demo.past import Past, years
from desk.demo.progress import Report, silent
from desk.demo.staff import House
from desk.demo.work import Figures
from notifications import calling
from people.models import Centre
from scheduling.models import Resource

SEED = 1868
SMALL = {
    "stara-zagora": Figures(families=15, consultations=32, visited=8, visitors=2),
    "kazanlak": Figures(families=12, consultations=26, visited=7, visitors=1),
    "radnevo": Figures(families=6, consultations=8, visited=3, visitors=1),
    "chirpan": Figures(families=6, consultations=8, visited=3, visitors=1),
}
LARGE = "stara-zagora"


@dataclass(frozen=True)
class Size:
    """What the houses do now, and what lies behind the large one."""

    figures: dict[str, Figures]
    past: Past | None = None


SIZES = {
    "small": Size(SMALL),
    "kazanlak": Size(
        {**SMALL, "kazanlak": Figures(families=55, consultations=255, visited=30, visitors=4)}
    ),
    LARGE: Size(SMALL, Past()),
}
OUTSIDE_APPS = ("account", "knox", "mfa", "schedule", "sessions")
"""Apps of others whose rows are about our people and their log-ins."""


class RealData(Exception):
    """There is a centre that is not a demo: nothing here may be removed or mixed with."""


class AlreadyThere(Exception):
    """There is a demo already."""


@transaction.atomic
def load(size: str, *, reset: bool = False, report: Report = silent) -> None:
    """Invent all four centres. Raises RealData, or AlreadyThere unless `reset`."""
    keep_others_out()
    if Centre.objects.filter(is_demo=False).exists():
        raise RealData
    if Centre.objects.exists():
        if not reset:
            raise AlreadyThere
        wipe()
    invent(SIZES[size], report)


def keep_others_out() -> None:
    """Two loads at once would both find the table empty."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE people_centre IN SHARE ROW EXCLUSIVE MODE")


def wipe() -> None:
    """Empty all tables of ours and those about our people; migrations and the like stay."""
    tables = ", ".join(connection.ops.quote_name(table) for table in tables_of_ours())
    bulk.settle_checks()
    with connection.cursor() as cursor:
        # Numbers go on where they were: a job that is still queued must not find a namesake.
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def tables_of_ours() -> Iterator[str]:
    for app in apps.get_app_configs():
        ours = Path(app.path).parent == settings.BASE_DIR
        if ours or app.label in OUTSIDE_APPS:
            for model in app.get_models(include_auto_created=True):
                if model._meta.managed and not model._meta.proxy:
                    yield model._meta.db_table


def invent(size: Size, report: Report = silent) -> None:
    houses = {plot.slug: House(*centres.build(plot)) for plot in centres.PLOTS}
    staff.installer()
    staff.hire_all(houses)
    for place, (slug, house) in enumerate(houses.items()):
        settle_house(house, size.figures[slug], cards.phone_numbers(place))
    told.settle_before(clock.midnight(clock.today()))
    if size.past:
        rng = Random(f"{SEED} years")  # noqa: S311 - invention, not secrets
        years.live_through(houses[LARGE], size.past, rng, report)
    with clock.frozen(clock.midnight(clock.today())):
        calling.renew_tasks()
    report(0.97, "statistics")
    bulk.analyze()
    report(1, "done")


def settle_house(house: House, figures: Figures, phones: Iterator[str]) -> None:
    """The families of one house and the work with them. Its chance is its own, so that a larger
    neighbour changes nothing here."""
    rng = Random(f"{SEED} {house.centre.slug}")  # noqa: S311 - invention, not secrets
    founder, diary = Founder(house, rng), Diary(house, rng)
    staff.put_on_duty_today(house)
    stories.take_out_of_use(diary, places(house, "room"), places(house, "vehicle"))
    families = founder.found_all(
        figures.families, visited=figures.visited, visitors=figures.visitors
    )
    cards.fill_all(families, diary.coordinator, phones)
    work.miss_appointments(diary, families)
    work.hold_consultations(diary, families, figures)
    work.cancel_appointments(diary, families)
    if house.centre.slug == LARGE:
        stories.tell_all(stories.Teller(founder, diary, phones), families)
    work.look_ahead(diary, families)
    stories.hold_and_let_go(diary, *families[:2])
    stories.leave_traces(diary, families)
    for family in families:
        close_case(family)
    shelter.settle(house, founder)
    workshops.settle(house, families)
    if house.centre.slug == LARGE:
        riding.settle(house, families)


def places(house: House, kind: str) -> list[Resource]:
    return list(Resource.objects.filter(centre=house.centre, kind=kind).order_by("pk"))
