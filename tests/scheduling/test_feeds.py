"""Feeds as calendar programs read them, by parsers that we did not write."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from base import clock
from scheduling import blocking, services
from scheduling.models import Booking, Modality
from scheduling.planning import Wish
from tests.support import building, tools
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, wire

NOW = at(MONDAY, 8)
READER = Path(__file__).with_name("read_feed.mjs")
SUMMER = date(2027, 3, 29)
"""The first working day after the clocks have gone forward."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy():
    """A specialist with sessions on both sides of a change of clocks, a move, a cancellation
    and a hold; and the address of her feed."""
    centre = building.centre()
    service = building.service(centre)
    specialist = building.specialist(centre, [service])
    building.place(centre, [service])
    person = building.person(centre)
    user = specialist.user
    with clock.frozen(NOW):
        book = lambda day, hour, **more: services.book(  # noqa: E731
            Wish(service, at(day, hour), specialist, (person,), Modality.ON_SITE, **more), by=user
        )
        book(MONDAY, 9)
        book(SUMMER, 9)
        services.reschedule_booking(
            book(MONDAY, 11), starts_at=at(MONDAY + timedelta(days=1), 11), by=user
        )
        services.cancel_booking(book(MONDAY, 13), by=user, party=Booking.Party.CLIENT)
        book(MONDAY, 15, hold=True)
        blocking.block_resource(
            specialist,
            centre_id=centre.pk,
            starts_at=at(MONDAY + timedelta(days=3), 0),
            ends_at=at(MONDAY + timedelta(days=5), 0),
            reason=Booking.BlockReason.LEAVE,
            by=user,
        )
        url = Api(user).post("feeds/").json()["url"]
    return user, specialist, url[url.index("/feeds/") :]


def text_of(address) -> bytes:
    with clock.frozen(NOW):
        return browser().get(address).getvalue()


def by_icalendar(text):
    return [
        (
            str(event["UID"]),
            str(event["STATUS"]),
            event["DTSTART"].dt.astimezone(UTC),
            event["DTEND"].dt.astimezone(UTC),
        )
        for event in Calendar.from_ical(text).walk("VEVENT")
    ]


def by_ical_js(text):
    done = subprocess.run(
        [str(tools.node()), str(READER)],
        input=text,
        capture_output=True,
        check=True,
        cwd=tools.ROOT,
        env=os.environ | {"TZ": "America/New_York"},
    )
    return [
        (
            event["uid"],
            event["status"],
            datetime.fromisoformat(event["starts_at"]),
            datetime.fromisoformat(event["ends_at"]),
        )
        for event in json.loads(done.stdout)
    ]


def by_the_api(user, specialist):
    with clock.frozen(NOW):
        query = {
            "resource": specialist.public_id,
            "from": wire(NOW - timedelta(days=30)),
            "to": wire(NOW + timedelta(days=60)),
        }
        answer = Api(user).get("calendar/", query)
    return [
        (
            f"{event['id']}@pristan",
            "TENTATIVE" if event["status"] == "held" else "CONFIRMED",
            datetime.fromisoformat(event["starts_at"]).astimezone(UTC),
            datetime.fromisoformat(event["ends_at"]).astimezone(UTC),
        )
        for event in answer.json()["results"]
    ]


def standing(events):
    return [event for event in events if event[1] != "CANCELLED"]


def test_icalendar_reads_what_the_calendar_says(busy):
    user, specialist, address = busy
    assert standing(by_icalendar(text_of(address))) == by_the_api(user, specialist)


@pytest.mark.needs_node
def test_ical_js_reads_what_the_calendar_says(busy):
    user, specialist, address = busy
    assert standing(by_ical_js(text_of(address))) == by_the_api(user, specialist)


def test_a_cancelled_event_stays_for_thirty_days_as_cancelled(busy):
    *_, address = busy
    assert [event[1] for event in by_icalendar(text_of(address))].count("CANCELLED") == 1
    with clock.frozen(NOW + timedelta(days=31)):
        later = by_icalendar(browser().get(address).getvalue())
    assert [event[1] for event in later].count("CANCELLED") == 0


def test_a_move_keeps_the_uid_and_raises_the_sequence(busy):
    user, _, address = busy
    before = {
        str(event["UID"]): event["SEQUENCE"]
        for event in Calendar.from_ical(text_of(address)).walk("VEVENT")
    }
    booking = Booking.objects.get(starts_at=at(SUMMER, 9))
    with clock.frozen(NOW):
        services.reschedule_booking(booking, starts_at=at(SUMMER, 13), by=user)
    after = {
        str(event["UID"]): event["SEQUENCE"]
        for event in Calendar.from_ical(text_of(address)).walk("VEVENT")
    }
    uid = f"{booking.public_id}@pristan"
    assert after.keys() == before.keys()
    assert after[uid] > before[uid]


def test_a_session_given_to_a_colleague_is_cancelled_in_the_feed(busy):
    user, _, address = busy
    booking = Booking.objects.get(starts_at=at(SUMMER, 9))
    colleague = building.specialist(booking.centre, [booking.service])
    with clock.frozen(NOW):
        services.reschedule_booking(booking, starts_at=at(SUMMER, 9), lead=colleague, by=user)
    found = {event[0]: event[1] for event in by_icalendar(text_of(address))}
    assert found[f"{booking.public_id}@pristan"] == "CANCELLED"


def test_the_same_events_are_the_same_bytes(busy):
    *_, address = busy
    first = text_of(address)
    with clock.frozen(NOW + timedelta(minutes=20)):
        assert browser().get(address).getvalue() == first


def test_an_expired_hold_changes_the_tag(busy):
    *_, address = busy
    with clock.frozen(NOW):
        tag = browser().get(address).headers["ETag"]
    with clock.frozen(NOW + timedelta(minutes=31)):
        answer = browser().get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "TENTATIVE" not in answer.getvalue().decode()


def test_every_local_time_names_sofia_and_its_rules_come_along(busy):
    *_, address = busy
    calendar = Calendar.from_ical(text_of(address))
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Sofia"]
    zones = {
        event[name].params["TZID"]
        for event in calendar.walk("VEVENT")
        for name in ("DTSTART", "DTEND")
    }
    assert zones == {"Europe/Sofia"}


@pytest.mark.parametrize(
    "utc",
    [
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 59, tzinfo=UTC),
        datetime(2027, 10, 31, 0, 0, tzinfo=UTC),
        datetime(2027, 10, 31, 2, 0, tzinfo=UTC),
        datetime(2026, 7, 1, 12, 0, tzinfo=UTC),
    ],
)
def test_rules_of_the_feed_turn_the_clocks_when_sofia_does(busy, utc):
    """As dateutil reads them, which has an iCalendar parser of its own. It does not know the
    second of two equal hours, so none of those is asked."""
    *_, address = busy
    zone = tzical(StringIO(text_of(address).decode())).get("Europe/Sofia")
    sofia = clock.local(utc)

    assert sofia.replace(tzinfo=zone).utcoffset() == sofia.utcoffset()


def test_any_tag_at_all_is_enough_for_a_star(busy):
    *_, address = busy
    with clock.frozen(NOW):
        assert browser().get(address, headers={"If-None-Match": "*"}).status_code == 304


def test_a_hold_in_another_s_place_changes_the_tag(busy):
    """One hold expires and one is made: as many as before, and another calendar."""
    user, specialist, address = busy
    with clock.frozen(NOW):
        tag = browser().get(address).headers["ETag"]
        service, person = specialist.services.get(), building.person(user.roles.get().centre)
        other = building.specialist(service.centre, [service])
        building.place(service.centre, [service])
    with clock.frozen(NOW + timedelta(minutes=31)):
        people = (person,)
        wish = Wish(service, at(MONDAY, 16), other, people, Modality.ON_SITE, hold=True)
        services.book(wish, by=user)
        answer = browser().get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200


KHAL = """
[calendars]
[[feed]]
path = {directory}/events
[locale]
local_timezone = America/New_York
default_timezone = America/New_York
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {directory}/khal.db
"""
LINE = "{uid}|{start-long}|{end-long}|{title}"


def by_khal(text, directory):
    """As a program for a terminal imports and lists it, in another zone; what lasts over midnight
    it lists on each of its days."""
    (directory / "events").mkdir()
    (directory / "config").write_text(KHAL.format(directory=directory))
    (directory / "feed.ics").write_bytes(text)

    def khal(*arguments):
        command = [sys.executable, "-m", "khal", "-c", str(directory / "config"), *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            check=True,
            text=True,
            env=os.environ | {"HOME": str(directory), "TZ": "America/New_York"},
        )
        return done.stdout

    khal("import", "--batch", "-a", "feed", str(directory / "feed.ics"))
    lines = khal("list", "--day-format", "", "--format", LINE, "2027-01-01", "2027-12-31")
    return {tuple(line.split("|")) for line in lines.splitlines() if line}


def test_khal_lists_the_same(busy, tmp_path):
    *_, address = busy
    text = text_of(address)
    there = ZoneInfo("America/New_York")
    told = {
        (
            str(event["UID"]),
            f"{event['DTSTART'].dt.astimezone(there):%Y-%m-%d %H:%M}",
            f"{event['DTEND'].dt.astimezone(there):%Y-%m-%d %H:%M}",
            str(event["SUMMARY"]),
        )
        for event in Calendar.from_ical(text).walk("VEVENT")
    }
    assert by_khal(text, tmp_path) == told
