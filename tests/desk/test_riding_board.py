"""The page of a riding board: proposed, drawn by hand, booked, called off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from scheduling.models import Booking
from tests.desk.test_pages import Reader, main
from tests.support.houses import House, two_houses
from workshops.lines import booked_rides
from workshops.models import Board, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def own(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), two_houses() as (own, _foreign):
        yield own


class Seen:
    """The board before one reader."""

    def __init__(self, own: House, role: str = "leader") -> None:
        self.own, self.reader = own, Reader(own, role)
        self.path = f"/sessions/{own.riding_session.public_id}/board/"

    @property
    def version(self) -> int:
        found = Board.objects.filter(session=self.own.riding_session).first()
        return found.version if found else 1

    def press(self, act: str, **filled: Any) -> Any:
        return self.reader.after(self.path, act=act, version=self.version, **filled)

    def draw(self, **changed: Any) -> Any:
        own = self.own
        ride = {
            "child": own.rider.public_id,
            "horse": own.horse.public_id,
            "at": "14:30",
            "leader": own.helper.resource.public_id,
        }
        return self.press("draw", **(ride | changed))

    @property
    def booked(self) -> list[str]:
        rides = booked_rides(Session.objects.get(pk=self.own.riding_session.pk))
        return [f"{ride.starts_at // 60}:{ride.starts_at % 60:02}" for ride in rides]


@pytest.fixture
def seen(own: House) -> Seen:
    return Seen(own)


def test_a_proposal_is_explained_and_booked(seen: Seen) -> None:
    page = main(seen.press("propose"))
    name = seen.own.rider.given_name
    assert f"{name}: {seen.own.horse.name}, because" in page
    assert "drawn, not booked yet" in page
    assert seen.booked == []

    page = main(seen.press("book"))
    assert "Booked: children, horses and helpers." in page
    assert seen.booked == ["14:00"]
    assert "Book the board" not in page


def test_a_hand_may_break_rules_which_are_named_and_not_booked(seen: Seen) -> None:
    page = main(seen.draw(leader="", at="17:00"))
    assert "the afternoon is from 14:00 to 16:00" in page
    assert "Nobody leads the horse" in page
    assert "Book the board" not in page
    assert "Mend the lines" in main(seen.press("book"))
    assert seen.booked == []


def test_a_line_is_changed_and_taken_off(seen: Seen) -> None:
    seen.draw()
    page = seen.reader.get(seen.path, line=0).content.decode()
    assert 'value="14:30"' in page
    rider = seen.own.rider.public_id
    seen.draw(line=0, was=rider, at="15:10")
    seen.press("book")
    assert seen.booked == ["15:10"]
    page = main(seen.press("remove", line=0, was=rider))
    assert "Booked until the drawn board is booked:" in page
    assert seen.booked == ["15:10"]
    assert "The board is as it is booked." in main(seen.press("discard"))
    assert Board.objects.get().lines is None
    seen.press("remove", line=0, was=rider)
    seen.press("book")
    assert seen.booked == []


@pytest.mark.parametrize("act", ["draw", "remove"])
def test_a_line_that_has_become_another_child_s_is_left_alone(seen: Seen, act: str) -> None:
    seen.draw()
    seen.draw(line=0, was=uuid4()) if act == "draw" else seen.press("remove", line=0, was=uuid4())
    assert [line["child"] for line in Board.objects.get().lines] == [str(seen.own.rider.public_id)]
    assert Board.objects.get().version == 2


def test_somebody_without_a_ride_is_a_link_to_the_form(seen: Seen) -> None:
    page = seen.reader.get(seen.path).content.decode()
    (link,) = re.findall(r'href="(\?child=[^"#]+)', page)
    chosen = seen.reader.get(seen.path + link).content.decode()
    assert f'<option value="{seen.own.rider.public_id}" selected>' in chosen


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"at": "half past"}, "Write the time as 14:30."),
        ({"child": "somebody"}, "Select a valid choice"),
        ({"line": 7}, "The board has no such line any more."),
        ({"version": 9}, "Somebody changed this meanwhile"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_changes_nothing(
    seen: Seen, filled: dict[str, Any], sentence: str
) -> None:
    ride = {
        "child": seen.own.rider.public_id,
        "horse": seen.own.horse.public_id,
        "at": "14:30",
        "version": 1,
        "act": "draw",
    }
    answer = seen.reader.post(seen.path, **(ride | filled))
    assert (answer.status_code, sentence in main(answer)) == (422, True)
    assert not Board.objects.exists()


def test_the_weather_calls_off_the_day(seen: Seen) -> None:
    seen.draw()
    seen.press("book")
    page = main(seen.press("call_off", reason="Буря"))
    assert "Nobody rides any more that day." in page
    booking = Booking.objects.get(session=seen.own.riding_session)
    assert (booking.status, booking.cancel_reason) == ("cancelled", "Буря")
    assert seen.booked == []


def test_a_session_without_horses_has_no_board(seen: Seen) -> None:
    answer = seen.reader.get(f"/sessions/{seen.own.session.public_id}/board/")
    assert answer.status_code == 404


def test_the_session_leads_to_its_board(seen: Seen) -> None:
    page = seen.reader.get(f"/sessions/{seen.own.riding_session.public_id}/").content.decode()
    assert seen.path in page
