"""The page of one visit for several services, as a browser without scripts gets it."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from base import clock
from scheduling.models import Booking
from tests.desk.test_stay_pages import plain
from tests.scheduling.test_visits import DAYS, Centre
from tests.support import building, calling
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(at(MONDAY, 8)):
        yield


@pytest.fixture
def centre():
    return Centre()


@pytest.fixture
def client(centre):
    return calling.browser(centre.by)


def address(centre, **asked):
    usual = {
        "person": centre.mother.public_id,
        "service-1": centre.talk.public_id,
        "people-1": centre.mother.public_id,
        "service-2": centre.game.public_id,
        "people-2": centre.child.public_id,
        "begins": f"{DAYS[0]:%d.%m.%Y}",
    }
    told = {name: value for name, value in (usual | asked).items() if value is not None}
    return f"{reverse('visit')}?{urlencode(told)}"


def test_shortest_visit_stands_first_with_who_does_what(client, centre):
    page = plain(client.get(address(centre)))

    first = page[page.index("60 мин общо") :][:400]
    assert centre.talk.name in first
    assert centre.game.name in first
    assert centre.child.full_name in first


def test_whole_visit_is_booked_by_one_button(client, centre):
    page = client.get(address(centre))
    offer = page.context["offers"][0]
    sessions = [query for _, query in offer.sessions]

    answer = client.post(address(centre), {"session": sessions, "once": "1"}, follow=True)
    client.post(address(centre), {"session": sessions, "once": "1"})

    assert "Цялото идване е запазено." in plain(answer)
    booked = Booking.objects.filter(kind="consultation").order_by("starts_at")
    assert [one.starts_at for one in booked] == [s.starts_at for s, _ in offer.sessions]


def test_visit_that_has_gone_meanwhile_is_refused_whole(client, centre):
    offer = client.get(address(centre)).context["offers"][0]
    last = offer.visit.sessions[1]
    centre.block(last.lead, last.starts_at, 30)

    sessions = [query for _, query in offer.sessions]
    answer = client.post(address(centre), {"session": sessions, "once": "1"})

    assert answer.status_code == 422
    assert "По това време е заето" in plain(answer)
    assert not Booking.objects.filter(kind="consultation").exists()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"service-2": ""}, "Едно идване е от две до 4 услуги"),
        ({"people-1": None}, "Кажете за кого от семейството е."),
        ({"people-1": "7"}, "Това не е сред възможностите."),
        ({"service-1": "\x00"}, "Това не е сред възможностите."),
        ({"begins": "31.02.2027"}, "Напишете датата"),
        ({"ends": "01.01.2199"}, "най-много 31 дни"),
        ({"ends": "01.03.2027"}, "Последната дата"),
        ({"wait": "-1"}, "по-голяма или равна на 0"),
    ],
)
def test_what_cannot_be_asked_is_said(client, centre, asked, sentence):
    answer = client.get(address(centre, **asked))

    assert answer.status_code == 422
    assert sentence in plain(answer)


@pytest.mark.parametrize("session", ["", "x", "service=7", "starts_at=2027-03-02T08:00Z"])
def test_session_that_cannot_be_read_books_nothing(client, centre, session):
    answer = client.post(address(centre), {"session": [session]})

    assert answer.status_code == 422
    assert "не можа да се прочете" in plain(answer)


def test_nobody_outside_the_family_can_be_named(client, centre):
    stranger = building.person(centre.centre)

    answer = client.get(address(centre, **{"people-1": stranger.public_id}))

    assert answer.status_code == 422
