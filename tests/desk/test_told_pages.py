"""The pages about texts: what reminders bring, and whom they do not reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from notifications import calling
from notifications.models import Call
from people.models import ContactCard
from scheduling import closing, services
from scheduling.models import Booking, Modality
from scheduling.planning import Wish
from tests.desk.test_pages import Reader, main, text
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.houses import NOW, TUESDAY, House, two_houses

pytestmark = pytest.mark.django_db
PHONE = "+359888123456"


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), two_houses() as (own, _foreign):
        yield own


@pytest.fixture
def own(house: House) -> House:
    return house


def attended(house: House) -> None:
    closing.record_outcomes(house.past, {house.mother: "attended"}, by=house.staff["coordinator"])


@pytest.fixture
def untold(own: House) -> Booking:
    """The mother asked for no more texts; her hour is this afternoon."""
    ContactCard.objects.filter(person=own.mother).update(opted_out_on=MONDAY)
    own.booking.reminders.update(status="planned")
    return own.booking


def called(reader: Reader, house: House, booking: Booking, result: str) -> Any:
    path = f"/unreached/{booking.public_id}/called/"
    return reader.after(path, person=house.mother.public_id, result=result)


# --- What reminders bring -----------------------------------------------------------------


def test_effect_shows_each_count_with_a_link_to_its_hours(own: House) -> None:
    attended(own)
    reader = Reader(own, "manager")
    content = reader.get("/effect/").content.decode()
    (link,) = re.findall(r'href="(/effect/behind/[^"]*)"', content)
    page = main(reader.client.get(link.replace("&amp;", "&")))
    assert "1 hour." in page
    assert own.mother.full_name in page


def test_kin_see_busy_behind_a_count(own: House) -> None:
    attended(own)
    asked = {"lead": "3-6", "group": "not", "came": "attended"}
    page = main(Reader(own, "kin").get("/effect/behind/", **asked))
    assert "busy" in page
    assert own.mother.full_name not in page
    assert own.service.name not in page


def test_effect_says_what_it_cannot_say(own: House) -> None:
    attended(own)
    page = main(Reader(own, "manager").get("/effect/"))
    assert "This is not an experiment" in page
    assert "There is nothing to compare here." in page


def test_effect_as_it_leaves_shows_no_small_count_and_no_link(own: House) -> None:
    attended(own)
    answer = Reader(own, "manager").get("/effect/", outside="on")
    assert "/effect/behind/" not in answer.content.decode()
    assert "reminded <5 <5" in main(answer).replace("&lt;", "<")


@pytest.mark.parametrize(
    "asked",
    [
        {"from_on": "?"},
        {"from_on": "02.03.2027", "until_on": "01.03.2027"},
        {"from_on": "01.01.2026", "until_on": "01.03.2027"},
        {"centre": "7"},
    ],
)
def test_effect_refuses_what_is_no_range(asked: dict[str, str], own: House) -> None:
    answer = Reader(own, "manager").get("/effect/", **asked)
    assert (answer.status_code, 'class="errorlist' in answer.content.decode()) == (422, True)


def test_effect_costs_the_same_for_one_hour_and_for_thirty(own: House) -> None:
    attended(own)
    paths = ("/effect/", "/effect/behind/?lead=3-6&group=not&came=attended")
    reader = Reader(own, "manager")
    few = [queries(reader, path) for path in paths]
    for _ in range(29):
        an_hour_that_was(own)
    assert "30 hours." in main(reader.client.get(paths[1]))
    assert [queries(reader, path) for path in paths] == few


def an_hour_that_was(house: House) -> None:
    lead = building.specialist(house.centre, [house.service])
    starts_at = NOW - timedelta(hours=3)
    with clock.frozen(starts_at - timedelta(days=5)):
        person = building.person(house.centre)
        wish = Wish(house.service, starts_at, lead, (person,), Modality.PHONE)
        booking = services.book(wish, by=house.staff["coordinator"])
    booking.participations.update(outcome="attended")


def queries(reader: Reader, path: str) -> int:
    reader.client.get(path)  # what the house has set up is read once
    with CaptureQueriesContext(connection) as captured:
        reader.client.get(path)
    return len(captured)


# --- Whom texts do not reach --------------------------------------------------------------


def test_family_is_listed_with_reason_and_number(own: House, untold: Booking) -> None:
    answer = Reader(own, "coordinator").get("/unreached/")
    page = main(answer)
    assert "No text, because she asked for no messages." in page
    assert f'href="tel:{PHONE}"' in answer.content.decode()
    assert own.mother.full_name in page


def test_who_was_told_is_not_listed(own: House) -> None:
    own.booking.reminders.update(status="sent")
    assert "Nobody waits for a call" in main(Reader(own, "coordinator").get("/unreached/"))


def test_kin_are_shown_nothing(own: House, untold: Booking) -> None:
    answer = Reader(own, "kin").get("/unreached/")
    assert "Nobody waits for a call" in main(answer)
    assert PHONE not in answer.content.decode()


def test_reached_family_leaves_the_list(own: House, untold: Booking) -> None:
    page = text(called(Reader(own, "coordinator"), own, untold, "reached"))
    assert "Noted: the family knows." in page
    assert "Nobody waits for a call" in page
    assert (Call.objects.get().by, Call.objects.get().at) == (own.staff["coordinator"], NOW)


def test_family_not_reached_stands_apart_with_who_tried(own: House, untold: Booking) -> None:
    page = main(called(Reader(own, "coordinator"), own, untold, "not_reached"))
    assert "Called today, not reached" in page
    assert f"Last called, not reached: {own.staff['coordinator']}" in page


def test_call_that_cannot_be_read_is_said(own: House, untold: Booking) -> None:
    page = text(called(Reader(own, "coordinator"), own, untold, "perhaps"))
    assert "This could not be read." in page
    assert not Call.objects.exists()


def test_no_address_holds_a_number(own: House, untold: Booking) -> None:
    content = Reader(own, "coordinator").get("/unreached/").content.decode()
    addresses = re.findall(r'(?:href|action|src)="(?!tel:)([^"]*)"', content)
    assert not [one for one in addresses if "888123456" in re.sub(r"\D", "", one)]


def test_page_is_kept_by_no_browser(own: House) -> None:
    assert "no-store" in Reader(own, "coordinator").get("/unreached/")["Cache-Control"]


def test_task_of_the_day_leads_to_the_list(own: House, untold: Booking) -> None:
    calling.open_daily_tasks()
    answer = Reader(own, "coordinator").get("/")
    assert "Families could not be told by text: call them 1 family" in main(answer)
    assert 'href="/unreached/"' in answer.content.decode()


def test_task_tells_kin_no_number_of_their_own(own: House, untold: Booking) -> None:
    calling.open_daily_tasks()
    assert "call them 0 families" in main(Reader(own, "kin").get("/"))


def test_list_costs_the_same_for_one_family_and_for_thirty(
    own: House,
    untold: Booking,
) -> None:
    calling.open_daily_tasks()
    reader = Reader(own, "coordinator")
    few = [queries(reader, path) for path in ("/unreached/", "/")]
    for _ in range(29):
        lead = building.specialist(own.centre, [own.service])
        person = building.person(own.centre)
        with clock.frozen(NOW - timedelta(days=4)):
            wish = Wish(own.service, at(TUESDAY, 14), lead, (person,), Modality.PHONE)
            services.book(wish, by=lead.user)
    assert main(reader.get("/unreached/")).count("No text, because") == 30
    assert [queries(reader, path) for path in ("/unreached/", "/")] == few
