"""The page of somebody who is ill, as a browser without scripts gets it."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from base import clock
from people.models import Role
from scheduling import services
from scheduling.models import Allocation, Booking
from scheduling.planning import Wish
from tests.desk.test_stay_pages import plain
from tests.scheduling.test_absences import TUESDAY, House
from tests.support import building, calling
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(at(MONDAY, 8)):
        yield


@pytest.fixture
def house():
    return House()


def address(house, **asked):
    usual = {"who": house.maria.public_id, "from_on": f"{TUESDAY:%d.%m.%Y}"}
    return f"{reverse('absence')}?{urlencode(usual | asked)}"


def settle(house, *, user=None, **told):
    client = calling.browser(user or house.by)
    return client.post(address(house), told, follow=True)


def decision(booking, told):
    return {f"decide-{booking.public_id}": told}


def lead_of(booking):
    return Allocation.objects.get(booking=booking, part="lead", active=True).resource


def test_every_affected_hour_stands_there_with_our_proposal_ticked(house):
    house.book(10)
    house.book(12)
    house.book(12, lead=house.elena)

    page = calling.browser(house.by).get(address(house)).content.decode()

    assert f'value="substitute:{house.elena.public_id}" checked' in page
    assert 'value="move:2027-03-04T07:00:00+00:00" checked' in page


def test_all_lines_are_settled_at_once(house):
    first, second, third = house.book(10), house.book(12), house.book(14)

    answer = settle(
        house,
        **decision(first, f"substitute:{house.elena.public_id}"),
        **decision(second, f"move:{at(MONDAY, 15).isoformat()}"),
        **decision(third, "cancel"),
    )

    assert "Уредени са 3 часа." in plain(answer)
    for booking in (first, second, third):
        booking.refresh_from_db()
    assert lead_of(first) == house.elena
    assert second.starts_at == at(MONDAY, 15)
    assert third.status == "cancelled"


def test_one_line_is_settled_and_the_rest_waits(house):
    first, second = house.book(10), house.book(12)
    both = {**decision(first, "cancel"), **decision(second, "cancel")}

    settle(house, only=str(first.public_id), **both)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("cancelled", "confirmed")


def test_what_could_not_be_done_is_said_beside_its_hour(house):
    booking = house.book(10)
    house.book(10, lead=house.elena)

    answer = settle(house, **decision(booking, f"substitute:{house.elena.public_id}"))

    assert answer.status_code == 422
    assert f"По това време е заето: {house.elena.name}" in plain(answer)


def test_absence_without_hours_is_marked(house):
    answer = settle(house)

    assert "Отбелязано" in plain(answer)
    assert Booking.objects.get(kind="block").allocations.filter(active=True).exists()


@pytest.mark.parametrize("told", ["", "x", "substitute:", "substitute:7", "move:", "move:x", "?:"])
def test_what_cannot_be_read_is_left_for_later(house, told):
    booking = house.book(10)

    settle(house, **decision(booking, told))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("confirmed", at(TUESDAY, 10))


@pytest.mark.parametrize(
    "asked",
    [
        {"from_on": "31.02.2027"},
        {"from_on": "1.1.0001"},
        {"until_on": "01.03.2027"},
        {"until_on": "01.01.2199"},
        {"who": "7"},
        {"who": "\x00"},
    ],
)
def test_question_that_cannot_be_read_is_refused(house, asked):
    answer = calling.browser(house.by).get(address(house, **asked))

    assert answer.status_code == 422


def test_specialist_herself_may_only_say_it_of_herself(house):
    house.book(10)
    elena = house.elena.user

    assert calling.browser(elena).get(address(house)).status_code == 422
    own = calling.browser(house.maria.user).get(address(house))
    assert "1 час е засегнат" in plain(own)


def test_hours_of_another_centre_are_not_shown(house):
    other = building.centre()
    foreign = building.service(other)
    house.maria.services.add(foreign)
    Role.objects.create(
        user=house.maria.user, centre=other, name=Role.Name.PSYCHOLOGIST, from_on=MONDAY
    )
    building.place(other, [foreign])
    house.maria.availability.create(centre=other, weekday=1, starts="09:00", ends="17:00")
    wish = Wish(foreign, at(TUESDAY, 10), house.maria, (building.person(other),), "on_site")
    services.book(wish, by=building.user(other, Role.Name.COORDINATOR))

    page = plain(calling.browser(house.by).get(address(house)))

    assert "Няма засегнати часове." in page


@pytest.mark.parametrize(
    "asked",
    [{"from_on": "01.02.2027", "until_on": "03.02.2027"}, {"until_on": "03.06.2027"}],
)
def test_absence_that_cannot_be_is_said_above(house, asked):
    """Over already, or longer than anybody may be out of use."""
    answer = calling.browser(house.by).post(address(house, **asked), {})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode().partition("<main")[2]
