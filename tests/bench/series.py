"""Target 11: what a series costs, in this process: booking 52 weeks of it, and rolling an old one.

Everything is done in a transaction that is rolled back, so each round finds the same database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from base import clock
from base.rows import fetch
from people.models import Role, User
from scheduling import services, writing
from scheduling.models import Booking, Change, Modality, Resource, Series, Service, Term
from scheduling.planning import Wish
from scheduling.series import horizon, making, recurrence
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from tests.bench import report, world
from tests.bench.measuring import Key, Subject, measure
from tests.bench.texts import Task
from tests.support import building

TARGET = 11
WEEKS = 52
SINGLES = 4
FIRST = date(2027, 6, 1)
"""A Tuesday after the bench's present."""

TABLES = {
    "scheduling_booking": "id",
    "scheduling_participation": "booking_id",
    "scheduling_change": "booking_id",
    "scheduling_allocation": "booking_id",
    "notifications_reminder": "booking_id",
}
WEEKLY = Pattern(Freq.WEEKLY, weekdays=(FIRST.weekday(),))


class House:
    """A centre apart: one specialist, a room, a child with her mother."""

    def __init__(self) -> None:
        centre = building.centre()
        self.service: Service = building.service(centre, access=Service.Access.SPECIALISED)
        self.lead: Resource = building.specialist(centre, [self.service])
        building.place(centre, [self.service])
        mother = building.person(centre)
        child = building.person(centre, household=mother.household, birth_on=date(2019, 5, 1))
        building.carer(child, mother)
        building.case(child, services=[self.service])
        building.card(mother)
        self.child, self.mother = child, mother
        self.by: User = building.user(centre, Role.Name.COORDINATOR)

    def wish(self, weeks: int = 0, hour: int = 10) -> Wish:
        starts_at = building.at(FIRST + timedelta(weeks=weeks), hour)
        people = (self.child,)
        return Wish(self.service, starts_at, self.lead, people, Modality.ON_SITE, carer=self.mother)

    def series(self) -> Series:
        year = Repetition(WEEKLY, count=WEEKS)
        return making.create_series(self.wish(), year, by=self.by, skipping=True)

    def singles(self) -> None:
        for week in range(SINGLES):
            services.book(self.wish(week), by=self.by)

    def old(self, years: int) -> Series:
        """An open series that has gone on for so long, as far as its terms tell."""
        made = making.create_series(self.wish(hour=14), Repetition(WEEKLY), by=self.by)
        now = made.terms.get()
        for year in range(1, years):
            self.add_term(made, now, timedelta(days=364 * year))
        return made

    def add_term(self, series: Series, like: Term, before: timedelta) -> None:
        starts_at = like.event.start - before
        last = clock.local(like.event.start - before).date() + timedelta(days=363)
        event = recurrence.new_event(WEEKLY, starts_at, self.service, until=last, by=self.by)
        term = Term(series=series, event=event, lead=self.lead)
        making.save_term(term, ())
        bookings = [self.past(term, start) for start in recurrence.starts(event)]
        writing.add_all(
            [writing.Entry(one, [], {}) for one in bookings],
            (self.child,),
            what=Change.What.BOOKED,
        )

    def past(self, term: Term, start: datetime) -> Booking:
        return Booking(
            kind=Booking.Kind.CONSULTATION,
            centre_id=self.service.centre_id,
            service=self.service,
            modality=Modality.ON_SITE,
            status=Booking.Status.CLOSED,
            starts_at=start,
            ends_at=start + self.service.duration,
            term=term,
            original_start=start,
            created_by=self.by,
            created_at=clock.now(),
        )


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rolled_back(do: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        with undone():
            do()

    return run


class Rows:
    """The rows that a series is, ready to be inserted from the client again."""

    def __init__(self, series: Series) -> None:
        self.statements = []
        keys = list(Booking.objects.filter(term__series=series).values_list("pk", flat=True))
        for table, column in TABLES.items():
            found = fetch(f'SELECT * FROM "{table}" WHERE {column} = ANY(%(k)s)', {"k": keys})
            rows = [tuple(map(adapted, row)) for row in found]
            self.statements.append((f'INSERT INTO "{table}" VALUES', rows))

    def insert(self) -> None:
        with connection.cursor() as cursor:
            for statement, rows in self.statements:
                line = f"({', '.join(['%s'] * len(rows[0]))})"
                values = [value for row in rows for value in row]
                cursor.execute(f"{statement} {', '.join([line] * len(rows))}", values)


def adapted(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict) else value


def lines(*, rounds: int) -> Iterator[report.Line]:
    """Within a database that is thrown away."""
    with clock.frozen(world.NOW), undone():
        house = House()
        figures = {**of_making(house, rounds), **of_rolling(house, rounds)}
    yield from report.compared(
        TARGET, "52 weeks to inserting their rows", figures, {}, "series", "insert", 6
    )
    yield from report.compared(
        TARGET, "a date of 52 to one booked alone", figures, {}, "a date", "alone", 1
    )
    yield from report.compared(
        TARGET, "rolling a series of 20 years to one of 1", figures, {}, "20 years", "1 year", 1.1
    )


Figures = dict[Key, list[float]]


def of_making(house: House, rounds: int) -> Figures:
    with undone():
        rows = Rows(house.series())
    subjects: dict[Key, Subject] = {
        ("series", "large"): Task(rolled_back(house.series)),
        ("insert", "large"): Task(rolled_back(rows.insert)),
        ("singles", "large"): Task(rolled_back(house.singles)),
    }
    found = measured(subjects, rounds)
    found["a date", "large"] = [s / WEEKS for s in found["series", "large"]]
    found["alone", "large"] = [s / SINGLES for s in found["singles", "large"]]
    return found


def of_rolling(house: House, rounds: int) -> Figures:
    old = {years: house.old(years) for years in (1,)}
    other = House()
    old[20] = other.old(20)
    later = world.NOW + timedelta(days=35)

    def roll(series: Series) -> Callable[[], object]:
        def run() -> None:
            with clock.frozen(later):
                assert horizon.roll(series)

        return rolled_back(run)

    return measured(
        {
            ("1 year", "large"): Task(roll(old[1])),
            ("20 years", "large"): Task(roll(old[20])),
        },
        rounds,
    )


def measured(subjects: dict[Key, Subject], rounds: int) -> Figures:
    for subject in subjects.values():
        subject.visit(2)
    times = {name: 3 for name, _ in subjects}
    found = measure(subjects, times, rounds=rounds, passes=2, random=Random(world.SEED))
    return {key: list(seconds) for key, seconds in found.items()}
