"""A family on the waiting list hears of the place that is held for it, and of nothing more."""

from datetime import timedelta

import pytest

from base import clock
from people.models import Role
from rooms import reserving
from rooms.models import Stay
from tests.notifications.recorder import Recorder, send_at
from tests.rooms.building import ask, family, nights, unit
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

TEN = at(MONDAY, 10)
SOON = TEN + timedelta(minutes=4)


@pytest.fixture
def offered():
    """`offered(reserve=…)` offers a unit, from tomorrow, to a mother and child who wait."""
    centre = building.centre()
    by = building.user(centre, Role.Name.SHELTER)
    people = family(centre, ages=[5])
    for person in people:
        building.card(person)
    unit(centre, beds=4, cots=0)

    def offer(*, reserve: bool = False) -> Stay:
        with clock.frozen(TEN):
            asked = reserving.request_stay(ask(centre, nights(1, 3), people=people), by=by)
            return reserving.offer_unit(asked, reserve=reserve, by=by)

    offer.by = by
    return offer


def bodies_at(instant) -> list[str]:
    gateway = Recorder()
    send_at(instant, gateway)
    return [message.body for message in gateway.sent]


def test_the_mother_is_asked_to_call_while_the_hold_lasts(offered):
    offered()
    assert bodies_at(SOON) == ["Моля, обадете се до 02.03.2027 г., 10:00 ч."]


def test_a_place_that_is_hers_is_told_with_its_day(offered):
    offered(reserve=True)
    assert bodies_at(SOON) == ["Свободен час за Вас: 02.03.2027 г., 14:00 ч."]


def test_an_offer_that_is_withdrawn_in_time_is_never_told(offered):
    stay = offered()
    with clock.frozen(TEN + timedelta(minutes=1)):
        reserving.close_stay(stay, Stay.Status.WITHDRAWN, by=offered.by)
    assert bodies_at(SOON) == []


def test_an_offer_is_not_told_at_night_or_when_it_is_over(offered):
    offered()
    assert bodies_at(at(MONDAY, 22)) == []
    assert bodies_at(at(MONDAY + timedelta(days=1), 10, 1)) == []
