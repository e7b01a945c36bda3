"""HTTP to other calendars: what is taken in which form, who may, and what is refused."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base import clock
from scheduling.models import BusyTime, OuterCalendar
from tests.scheduling.incoming.files import calendar, event, one, published
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem

pytestmark = pytest.mark.django_db
TEN_TO_ELEVEN = one("DTSTART:20270302T080000Z", "DURATION:PT1H", "SUMMARY:secret")
NOTHING = {
    "uploaded_at": None,
    "until_on": None,
    "events": 0,
    "busy_times": 0,
    "collisions": [],
}


class Desk:
    """One specialist, and her calls."""

    def __init__(self) -> None:
        self.specialist = building.specialist(building.centre())
        self.api = Api(self.specialist.user)
        self.path = f"specialists/{self.specialist.public_id}/busy-times/"

    def put(self, body: bytes, kind: str = "text/calendar"):
        return self.api.client.generic("PUT", f"/api/v1/{self.path}", body, kind)

    def put_file(self, **files):
        return self.api.client.put(f"/api/v1/{self.path}", files, format="multipart")


@pytest.fixture
def desk():
    with clock.frozen(at(MONDAY, 8)):
        yield Desk()


def kept() -> list:
    return [*BusyTime.objects.values(), *OuterCalendar.objects.values()]


def test_body_is_the_calendar(desk):
    answer = desk.put(TEN_TO_ELEVEN)

    assert answer.status_code == 200
    assert answer.json() == {
        "uploaded_at": "2027-03-01T08:00:00+02:00",
        "until_on": "2028-03-01",
        "events": 1,
        "busy_times": 1,
        "collisions": [],
    }


@pytest.mark.parametrize("kind", ["text/calendar; charset=utf-8", "text/calendar; method=PUBLISH"])
def test_parameters_of_the_kind_change_nothing(desk, kind):
    assert desk.put(TEN_TO_ELEVEN, kind).json()["busy_times"] == 1


def test_form_with_a_file_is_the_same(desk):
    file = SimpleUploadedFile("Моят календар.ics", TEN_TO_ELEVEN, "text/calendar")

    assert desk.put_file(file=file).json() == desk.api.get(desk.path).json()
    assert BusyTime.objects.count() == 1


def test_without_a_calendar_there_is_nothing(desk):
    assert desk.api.get(desk.path).json() == NOTHING


def test_what_is_removed_is_gone(desk):
    desk.put(TEN_TO_ELEVEN)

    assert desk.api.delete(desk.path).status_code == 204
    assert desk.api.get(desk.path).json() == NOTHING


def test_removing_nothing_is_no_mistake(desk):
    assert desk.api.delete(desk.path).status_code == 204


def test_reader_asks_as_often_for_one_as_for_thirty(desk):
    desk.put(TEN_TO_ELEVEN)
    before = desk.api.queries(desk.path)

    desk.put(
        calendar(*(event(f"DTSTART:202703{n + 1:02}T080000Z", "DURATION:PT1H") for n in range(30)))
    )

    assert desk.api.queries(desk.path) == before


JUNK = {
    "nothing": b"",
    "nul": b"\x00" * 100,
    "a picture": b"\x89PNG\r\n\x1a\n",
    "a zip": b"PK\x03\x04BEGIN:VCALENDAR",
    "cut off": TEN_TO_ELEVEN[:-20],
    "year one": one("DTSTART:00000101"),
    "too long": TEN_TO_ELEVEN + b" " * 1_000_000,
    "much too long": b"x" * 5_000_000,
    "seconds": one("DTSTART:20270302T080000Z", "RRULE:FREQ=SECONDLY"),
}


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_refused_and_changes_nothing(desk, junk):
    desk.put(TEN_TO_ELEVEN)
    before = kept()
    file = SimpleUploadedFile("a.ics", JUNK[junk])

    answers = [desk.put(JUNK[junk]), desk.put_file(file=file)]

    assert {problem(answer)[0] for answer in answers} == {422}
    assert kept() == before


@pytest.mark.parametrize("kind", ["application/json", "", "text/plain", "multipart/form-data", "/"])
def test_other_kinds_are_refused(desk, kind):
    assert problem(desk.put(TEN_TO_ELEVEN, kind))[0] in {400, 415, 422}
    assert kept() == []


def test_form_without_a_file_is_refused(desk):
    assert problem(desk.put_file(other="x"))[0] == 422


def test_refusal_repeats_nothing_of_the_file(desk):
    answer = desk.put(one("SUMMARY:secret", "DTSTART;TZID=secret:20270302T080000"))

    assert problem(answer) == (422, "unknown_time_zone")
    assert "secret" not in answer.content.decode()


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(junk=st.binary(max_size=300))
def test_any_bytes_are_refused(desk, junk):
    assert problem(desk.put(junk))[0] == 422
    assert kept() == []


@pytest.mark.needs_calendars
def test_published_calendars_are_taken_or_refused(desk):
    """Never a 500, and each in two seconds of a processor."""
    answers, slowest = {}, 0.0
    for path, text in published():
        begun = time.process_time()
        answers[path] = desk.put(text).status_code
        slowest = max(slowest, time.process_time() - begun)

    assert set(answers.values()) == {200, 422}
    assert slowest < 2
    assert sum(status == 200 for status in answers.values()) > 150
