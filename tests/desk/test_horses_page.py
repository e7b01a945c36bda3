"""The stable as a browser without scripts gets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from base import clock
from people.models import Role
from scheduling.models import Booking
from tests.desk.test_pages import browser
from tests.desk.test_stay_pages import plain
from tests.support import building
from tests.support.building import MONDAY, at
from tests.workshops import building as made
from tests.workshops.test_stable import horse, ride
from workshops.models import Horse, Riding

pytestmark = pytest.mark.django_db
PATH = "/horses/"
DAY = timedelta(days=1)
LIMITS = {
    "name": "Звездел",
    "carries_kg": "62,5",
    "most_minutes_a_day": 300,
    "most_days_a_week": 5,
    "most_minutes_on_end": 90,
    "rest_minutes": 30,
}
RIDES = {
    "ride_minutes": 20,
    "step_minutes": 10,
    "turnaround_minutes": 5,
    "arena_holds": 3,
    "instructor_sees": 4,
    "weighed_within_days": 180,
}


class Yard:
    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.client = browser(self.by)

    def reader(self, role: str) -> Any:
        return browser(building.user(self.centre, role))

    def read(self, client: Any = None) -> str:
        return plain((client or self.client).get(PATH))

    def press(self, act: str, client: Any = None, **filled: Any) -> str:
        return plain((client or self.client).post(PATH, {"act": act, **filled}, follow=True))

    def press_of(self, one: Horse, act: str, **filled: Any) -> str:
        one.refresh_from_db()
        return self.press(act, horse=one.public_id, version=one.version, **filled)


@pytest.fixture
def yard() -> Iterator[Yard]:
    with clock.frozen(at(MONDAY, 8)):
        yield Yard()


def test_horse_is_shown_with_its_limits_and_this_week(yard: Yard) -> None:
    one = horse(yard.centre, carries_kg=62, most_days_a_week=5)
    ride(one, yard.by, at(MONDAY + DAY, 9))
    ride(one, yard.by, at(MONDAY + 2 * DAY, 9), minutes=45)

    page = yard.read(yard.reader("data-officer"))

    assert "Звездел" in page
    assert "up to 62 kg" in page
    assert "Works on 2 of 5 days" in page
    assert "fullest day 45 of 360 minutes" in page
    assert "75 minutes in all" in page
    assert "Works no more" not in page


def test_horse_is_added_once(yard: Yard) -> None:
    for _ in range(2):
        page = yard.press("add", once="1", **LIMITS)

    one = Horse.objects.get()
    assert (one.name, float(one.carries_kg), one.most_days_a_week) == ("Звездел", 62.5, 5)
    assert one.resource.centre == yard.centre
    assert "The horse is in the stable." in page


def test_more_than_the_rule_allows_is_said_above_the_form(yard: Yard) -> None:
    page = yard.press("add", **{**LIMITS, "most_minutes_a_day": 420})

    assert "A horse works at most 6 hours a day and 6 days a week." in page
    assert not Horse.objects.exists()


def test_horse_is_changed_and_a_stale_change_refused(yard: Yard) -> None:
    one = horse(yard.centre)
    yard.press_of(one, "change", **{**LIMITS, "name": "Буря"})

    page = yard.press("change", horse=one.public_id, version=1, **LIMITS)

    assert Horse.objects.get().name == "Буря"
    assert "Somebody changed this meanwhile" in page


def test_absence_is_marked_and_taken_back(yard: Yard) -> None:
    one = horse(yard.centre)
    on = f"{MONDAY + DAY:%d.%m.%Y}"
    filled = {"reason": "farrier", "from_on": on, "from_at": "9", "until_at": "10:30"}

    page = yard.press_of(one, "away", **filled)
    absence = Booking.objects.get()
    back = yard.press_of(one, "back", booking=absence.public_id)

    assert "the farrier" in page
    assert "09:00–10:30" in page
    assert "the farrier Tuesday" not in back
    absence.refresh_from_db()
    assert absence.status == Booking.Status.CANCELLED


def test_whole_days_are_both_included(yard: Yard) -> None:
    one = horse(yard.centre)
    first, last = (f"{MONDAY + n * DAY:%d.%m.%Y}" for n in (1, 2))

    yard.press_of(one, "away", reason="vet", from_on=first, until_on=last)

    found = Booking.objects.get()
    assert (found.starts_at, found.ends_at) == (at(MONDAY + DAY, 0), at(MONDAY + 3 * DAY, 0))


def test_absence_of_another_horse_is_not_taken_back_here(yard: Yard) -> None:
    one, other = horse(yard.centre), horse(building.centre(), "Буря")
    on = f"{MONDAY + DAY:%d.%m.%Y}"
    yard.press_of(one, "away", reason="vet", from_on=on)

    answer = yard.client.post(
        PATH, {"act": "back", "horse": other.public_id, "booking": Booking.objects.get().public_id}
    )

    assert answer.status_code == 404


def test_absence_that_ends_before_it_begins_is_refused_beside_the_field(yard: Yard) -> None:
    on = f"{MONDAY + DAY:%d.%m.%Y}"
    filled = {"reason": "vet", "from_on": on, "from_at": "10", "until_at": "9"}

    page = yard.press_of(horse(yard.centre), "away", **filled)

    assert "The end must come after the start." in page


def test_horse_rests_for_good_and_comes_back(yard: Yard) -> None:
    one = horse(yard.centre)

    page = yard.press_of(one, "retire")
    again = yard.press_of(one, "works")

    assert "Work no more" in page
    assert "Work no more" not in again


def test_leader_reads_and_changes_nothing(yard: Yard) -> None:
    horse(yard.centre)
    leader = yard.reader("leader")

    assert "Another horse" not in yard.read(leader)
    assert leader.post(PATH, {"act": "add", **LIMITS}).status_code == 403


def test_workshop_becomes_ridden_is_changed_and_is_not_any_more(yard: Yard) -> None:
    workshop = made.workshop(yard.centre, minutes=180)
    key = workshop.public_id

    page = yard.press("riding", workshop=key, **RIDES)
    changed = yard.press("riding", workshop=key, **{**RIDES, "ride_minutes": 40})
    refused = yard.press("riding", workshop=key, **{**RIDES, "ride_minutes": 200})
    gone = yard.press("no-riding", workshop=key)

    assert "20 minutes, 3 at once" in page
    assert "40 minutes, 3 at once" in changed
    assert "A ride lasts 5 to 120 minutes" in refused
    assert "None yet." in gone
    assert not Riding.objects.exists()


def test_menu_leads_to_the_stable(yard: Yard) -> None:
    assert f'href="{PATH}"' in yard.client.get("/").content.decode()
