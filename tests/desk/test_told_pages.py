"""The pages about texts: what reminders bring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from scheduling import closing, services
from scheduling.models import Modality
from scheduling.planning import Wish
from tests.desk.test_pages import Reader, main
from tests.support import building
from tests.support.houses import NOW, House, two_houses

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), two_houses() as (own, _foreign):
        yield own


@pytest.fixture
def own(house: House) -> House:
    return house


def attended(house: House) -> None:
    closing.record_outcomes(house.past, {house.mother: "attended"}, by=house.staff["coordinator"])


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
