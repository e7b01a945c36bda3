"""A house in which something repeats."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from base import clock
from people.models import Person, Role, User
from scheduling.models import Booking, Modality, Resource, Series, Service
from scheduling.planning import Wish
from scheduling.series import making, selectors
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from tests.support import building
from tests.support.building import MONDAY, at

NOW = at(MONDAY, 8)
TUESDAY = MONDAY + timedelta(days=1)
WEEK = timedelta(weeks=1)
TUESDAYS = Pattern(Freq.WEEKLY, weekdays=(1,))


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(NOW):
        yield


@dataclass
class House:
    """A centre with a service whose documents the mother has, two who give it, two rooms."""

    talk: Service
    maria: Resource
    elena: Resource
    room: Resource
    hall: Resource
    mother: Person
    by: User

    def wish(self, starts_at: datetime | None = None, **fields) -> Wish:
        """Maria and the mother on Tuesday at ten on site, unless `fields` say otherwise."""
        plain = Wish(
            service=self.talk,
            starts_at=starts_at or at(TUESDAY, 10),
            lead=self.maria,
            people=(self.mother,),
            modality=Modality.ON_SITE,
        )
        return replace(plain, **fields)

    def series(self, pattern: Pattern = TUESDAYS, *, starts_at=None, wish=None, **how) -> Series:
        """Five Tuesdays, unless told otherwise."""
        length = {key: how.pop(key) for key in ("until", "count") if key in how} or {"count": 5}
        wish = wish or self.wish(starts_at)
        return making.create_series(wish, Repetition(pattern, **length), by=self.by, **how)


def make_house() -> House:
    centre = building.centre()
    talk = building.service(centre, access=Service.Access.SPECIALISED)
    mother = building.person(centre)
    building.case(mother, services=[talk])
    return House(
        talk=talk,
        maria=building.specialist(centre, [talk]),
        elena=building.specialist(centre, [talk]),
        room=building.place(centre, [talk], seats=2),
        hall=building.place(centre, [talk], seats=3),
        mother=mother,
        by=building.user(centre, Role.Name.COORDINATOR),
    )


@pytest.fixture
def house(db):
    return make_house()


def dates(series: Series) -> list[str]:
    """Every date as the wall shows it: where it stands, or `-` and why not."""
    return [shown(date) for date in selectors.dates_of(selectors.terms_of(series))]


def shown(date: selectors.SeriesDate) -> str:
    if date.booking is None:
        return f"-{clock.local(date.original_start):%d.%m} {date.why}"
    sign = "" if date.booking.status != Booking.Status.CANCELLED else "x"
    return f"{sign}{clock.local(date.booking.starts_at):%d.%m %H:%M}"


def booking(series: Series, nth: int) -> Booking:
    found = selectors.dates_of(selectors.terms_of(series))[nth].booking
    assert found is not None
    return found
