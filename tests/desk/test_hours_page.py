"""The pages of working hours, as a browser without scripts gets them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from people.models import Role
from scheduling.models import RepeatingHours
from tests.desk.test_stay_pages import plain
from tests.scheduling.test_api import Office, monday_at_eight, office
from tests.scheduling.test_repeating import SATURDAY, WEEK, open_saturdays, saturdays
from tests.support import building, calling
from tests.support.building import at

__all__ = ["monday_at_eight", "office"]

pytestmark = pytest.mark.django_db
SUNDAY = SATURDAY + timedelta(days=1)
TYPED = f"{SATURDAY:%d.%m.%Y}"


@pytest.fixture
def client(office: Office):
    return calling.browser(office.coordinator)


def asked(office: Office, **changes):
    usual = {
        "who": office.lead.public_id,
        "kind": "works",
        "first_on": TYPED,
        "starts": "10",
        "ends": "12",
        "rhythm": "weekly",
        "interval": "2",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def test_every_second_saturday_is_set_by_one_form(client, office):
    answer = client.post(reverse("hours-page"), asked(office), follow=True)

    assert "на всеки 2 седмици: събота" in plain(answer).lower()
    assert "10:00–12:00" in plain(answer)


def test_the_same_form_sent_twice_sets_it_once(client, office):
    for _ in range(2):
        client.post(reverse("hours-page"), asked(office, once="7"))

    assert RepeatingHours.objects.count() == 1


def test_the_week_and_what_repeats_are_told_to_everybody(client, office):
    saturdays(office)

    page = plain(calling.browser(office.lead.user).get(reverse("hours-page")))

    assert "09:00–17:00" in page
    assert office.lead.name in page
    assert "Задайте" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first_on": "31.02.2027"}, "Напишете датата така"),
        (
            {"first_on": f"{SATURDAY + timedelta(days=1):%d.%m.%Y}", "weekdays": "5"},
            "Изберете друга",
        ),
        ({"starts": None, "ends": None}, "от кога до кога"),
        ({"ends": "9"}, "след началото"),
        ({"kind": "closed", "who": None}, "защо"),
        ({"kind": "open"}, "Специалист"),
        ({"who": "7"}, "не е сред"),
    ],
)
def test_what_cannot_be_is_said_in_the_form(client, office, changes, said):
    answer = client.post(reverse("hours-page"), asked(office, **changes))

    assert answer.status_code == 422
    assert said in plain(answer)
    assert not RepeatingHours.objects.exists()


def test_a_date_is_left_out_put_back_and_moved_by_its_buttons(client, office):
    hours = saturdays(office)
    address = reverse("hours-of", kwargs={"public_id": hours.public_id})

    def press(**fields):
        hours.refresh_from_db()
        body = {"on": TYPED, "version": hours.version} | fields
        return plain(client.post(address, body, follow=True))

    assert "пропусната" in press(act="leave-out")
    assert "пропусната" not in press(act="put-back")
    moved = press(act="move", to=f"{SATURDAY + WEEK:%d.%m.%Y}", starts="14", ends="16")
    assert "14:00–16:00" in moved
    assert "преместена" in moved


def test_a_move_backwards_is_refused_and_stays_in_the_form(client, office):
    hours = saturdays(office)
    address = reverse("hours-of", kwargs={"public_id": hours.public_id})
    body = {"on": TYPED, "version": 1, "act": "move", "to": TYPED, "starts": "16", "ends": "14"}

    answer = client.post(address, body)

    assert answer.status_code == 422
    assert "след началото" in plain(answer)


def test_booked_hours_in_the_way_are_named_to_who_may_know(client, office):
    open_saturdays(office)
    saturdays(office)
    booked = office.booked(at(SATURDAY, 10))
    away = saturdays(office, RepeatingHours.Kind.AWAY)
    address = reverse("hours-of", kwargs={"public_id": away.public_id})
    stranger = building.user(office.centre, Role.Name.PSYCHOLOGIST)

    assert booked["id"] in client.get(address).content.decode()
    assert booked["id"] not in calling.browser(stranger).get(address).content.decode()
