"""A mother, and hours booked for her."""

from datetime import date

import pytest

from base import clock
from people.models import Person
from scheduling import services as scheduling_services
from scheduling.models import Booking, Modality
from scheduling.planning import Wish
from tests.notifications.recorder import FRIDAY, NOW
from tests.support import building
from tests.support.building import at


@pytest.fixture
def book():
    """`book(hour=…, card={…})` books a mother for Friday and returns the booking."""
    centre = building.centre()
    service = building.service(centre)
    specialist = building.specialist(centre, [service])
    building.place(centre, [service])

    def make(
        *, day: date = FRIDAY, hour: int = 10, people: tuple[Person, ...] = (), card=None, **more
    ) -> Booking:
        mother = building.person(centre)
        if card is not None:
            building.card(mother, **card)
        wish = Wish(
            service, at(day, hour), specialist, people or (mother,), Modality.ON_SITE, **more
        )
        with clock.frozen(NOW):
            return scheduling_services.book(wish, by=specialist.user)

    make.centre = centre
    return make
