"""A specialist's other calendar blocks her, and nothing is kept of it but when."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from base import clock
from base.errors import DomainError
from scheduling import blocking, services
from scheduling.errors import OutsideAvailability
from scheduling.incoming import selectors
from scheduling.incoming.services import forget_calendar, keep_calendar
from scheduling.models import Booking, BusyTime, Modality, OuterCalendar, Resource
from scheduling.planning import Wish
from scheduling.slots import Search, free_slots
from tests.scheduling.incoming.files import calendar, event, one
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)
TEN_TO_ELEVEN = one("DTSTART:20270302T080000Z", "DURATION:PT1H")


class Office:
    def __init__(self) -> None:
        self.centre = building.centre()
        self.service = building.service(self.centre)
        self.lead = building.specialist(self.centre, [self.service])
        self.room = building.place(self.centre, [self.service])
        self.mother = building.person(self.centre)

    def free(self, day: date = TUESDAY) -> list[str]:
        """The hours at which a session may begin, of those that begin on the hour."""
        found = free_slots(
            Search(self.service, (), Modality.ON_SITE, self.lead, *clock.day_bounds(day))
        )
        starts = [clock.local(slot.starts_at) for slot in found]
        return [f"{start:%H}" for start in starts if start.minute == 0]

    def book(self, hour: int, minute: int = 0) -> Any:
        wish = Wish(
            self.service, at(TUESDAY, hour, minute), self.lead, (self.mother,), Modality.ON_SITE
        )
        return services.book(wish, by=self.lead.user)


@pytest.fixture
def office():
    with clock.frozen(at(MONDAY, 8)):
        yield Office()


def test_busy_time_is_not_offered(office):
    keep_calendar(office.lead, TEN_TO_ELEVEN)

    assert office.free() == ["09", "11", "12", "13", "14", "15", "16"]


@pytest.mark.parametrize(
    ("hour", "minute", "refused"),
    [
        (9, 0, False),
        (9, 10, False),  # its last minute is before
        (9, 15, True),
        (10, 0, True),
        (10, 45, True),
        (11, 0, False),
    ],
)
def test_busy_time_is_not_booked(office, hour, minute, refused):
    keep_calendar(office.lead, TEN_TO_ELEVEN)

    if refused:
        with pytest.raises(OutsideAvailability):
            office.book(hour, minute)
    else:
        office.book(hour, minute)


def test_busy_time_keeps_her_in_every_centre(office):
    other = building.centre()
    service = building.service(other)
    office.lead.user.roles.create(centre=other, name="psychologist", from_on=date(2020, 1, 1))
    office.lead.services.add(service)
    office.lead.availability.create(centre=other, weekday=1, starts="09:00", ends="12:00")
    building.place(other, [service])
    office.service = service
    assert office.free() == ["09", "10", "11"]

    keep_calendar(office.lead, TEN_TO_ELEVEN)

    assert office.free() == ["09", "11"]


def test_busy_time_keeps_nobody_else(office):
    office.lead, other = building.specialist(office.centre, [office.service]), office.lead
    keep_calendar(other, TEN_TO_ELEVEN)

    assert "10" in office.free()


def test_new_calendar_takes_the_place_of_the_former(office):
    keep_calendar(office.lead, TEN_TO_ELEVEN)
    keep_calendar(office.lead, one("DTSTART:20270302T110000Z", "DURATION:PT1H"))

    assert office.free() == ["09", "10", "11", "12", "14", "15", "16"]
    assert OuterCalendar.objects.count() == 1


def test_forgotten_calendar_blocks_no_more(office):
    before = office.free()
    keep_calendar(office.lead, TEN_TO_ELEVEN)

    forget_calendar(office.lead)

    assert office.free() == before
    assert not OuterCalendar.objects.exists()
    assert not BusyTime.objects.exists()


def test_busy_times_are_kept_from_yesterday_to_the_farthest_day(office):
    keep_calendar(office.lead, one("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY"))

    kept = BusyTime.objects.get()
    assert clock.local(kept.starts_at) == clock.midnight(MONDAY - timedelta(days=1))
    assert clock.local(kept.ends_at) == clock.midnight(MONDAY + timedelta(days=367))
    assert OuterCalendar.objects.get().until_on == MONDAY + timedelta(days=366)


# Sessions that were booked before


def collisions(office) -> list[str]:
    found = selectors.brought_in(office.lead).collisions
    return [f"{clock.local(one.starts_at):%d.%m %H:%M}" for one in found]


@pytest.mark.parametrize(
    ("begins", "ends", "collide"),
    [
        ("T070000", "T080000", []),  # touching
        ("T070000", "T080001", ["02.03 10:00"]),
        ("T083000", "T083500", ["02.03 10:00"]),
        ("T080000", "T085000", ["02.03 10:00"]),
        ("T000000", "T230000", ["02.03 10:00", "02.03 12:00"]),
        ("T085000", "T100000", []),  # what comes after a session is no session
    ],
)
def test_what_is_booked_stays_and_is_named(office, begins, ends, collide):
    office.book(12)
    office.book(10)

    keep_calendar(office.lead, one(f"DTSTART:20270302{begins}Z", f"DTEND:20270302{ends}Z"))

    assert collisions(office) == collide


def test_what_does_not_stand_or_is_no_session_collides_with_nothing(office):
    by = office.lead.user
    services.cancel_booking(office.book(10), by=by, party=Booking.Party.CLIENT)
    blocking.block_resource(
        office.lead,
        centre_id=office.centre.pk,
        starts_at=at(TUESDAY, 10),
        ends_at=at(TUESDAY, 11),
        reason="leave",
        by=by,
    )

    keep_calendar(office.lead, TEN_TO_ELEVEN)

    assert collisions(office) == []


def test_past_sessions_collide_no_more(office):
    office.book(10)
    keep_calendar(office.lead, TEN_TO_ELEVEN)

    with clock.frozen(at(TUESDAY, 10, 50)):
        assert collisions(office) == []


def test_number_of_questions_does_not_depend_on_how_much_there_is(
    office, django_assert_num_queries
):
    office.book(10)
    keep_calendar(office.lead, calendar(*(day(n) for n in range(30))))

    with django_assert_num_queries(3):
        selectors.brought_in(office.lead)


def day(n: int) -> str:
    return event(f"DTSTART:{MONDAY + timedelta(days=n):%Y%m%d}T080000Z", "DURATION:PT1H")


# What is kept


def test_nothing_is_kept_but_when(office):
    secrets = [
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "UID",
        "ATTENDEE",
        "ORGANIZER",
        "URL",
        "COMMENT",
    ]
    keep_calendar(
        office.lead,
        one(
            "DTSTART;TZID=Europe/Sofia;X-SECRET=Жълтопера:20270302T100000",
            "DURATION:PT1H",
            *(f"{name};X={name}-тайна:Жълтопера" for name in secrets),
        ),
    )

    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")
            assert not [row for (row,) in cursor.fetchall() if "Жълтопера" in row]


def test_how_many_events_there_were_is_kept(office):
    free = event("DTSTART:20270303T080000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")

    keep_calendar(office.lead, calendar(day(1), day(2), free))

    found = selectors.brought_in(office.lead)
    assert (found.events, found.busy_times) == (3, 2)
    assert found.uploaded_at == at(MONDAY, 8)


class Junk(TestCase):
    """Whatever is brought in instead of a calendar."""

    def setUp(self) -> None:
        self.specialist = building.specialist(building.centre())
        keep_calendar(self.specialist, TEN_TO_ELEVEN)
        self.before = contents(self.specialist)

    @given(st.binary(max_size=200), st.integers(0, 100))
    def test_junk_is_refused_and_changes_nothing(self, junk: bytes, place: int) -> None:
        for hostile in (junk, TEN_TO_ELEVEN[:place] + b"\x00" + junk):
            with pytest.raises(DomainError):
                keep_calendar(self.specialist, hostile)

        assert contents(self.specialist) == self.before


def contents(specialist: Resource) -> list[Any]:
    return [
        *BusyTime.objects.filter(resource=specialist).values(),
        *OuterCalendar.objects.filter(resource=specialist).values(),
    ]
