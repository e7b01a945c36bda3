"""What is set up, kept by a process as long as the database says that it still holds."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection, transaction

from base import clock
from people.models import Centre, OpeningHours, Person, Role
from scheduling import blocking, setup
from scheduling.models import (
    Availability,
    AvailabilityException,
    BusyTime,
    Closure,
    Modality,
    Resource,
    Service,
)
from scheduling.slots import Search, free_slots
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


class Office:
    def __init__(self) -> None:
        self.centre = building.centre()
        self.service = building.service(self.centre)
        self.lead = building.specialist(self.centre, [self.service])
        self.room = building.place(self.centre, [self.service])


@pytest.fixture
def office() -> Office:
    with clock.frozen(at(MONDAY, 8)):
        yield Office()


def starts(office: Office) -> int:
    """How many hours are free on Tuesday, as a search finds it: with what the process kept."""
    day = clock.day_bounds(TUESDAY)
    return len(free_slots(Search(office.service, (), Modality.ON_SITE, None, *day)))


def close(office: Office) -> None:
    Closure.objects.create(centre=office.centre, on=TUESDAY, name="repairs")


CHANGES: dict[str, Callable[[Office], object]] = {
    "service": lambda it: Service.objects.filter(pk=it.service.pk).update(
        duration=timedelta(hours=2)
    ),
    "another specialist": lambda it: building.specialist(it.centre, [it.service]),
    "a skill less": lambda it: it.lead.services.clear(),
    "working hours": lambda it: Availability.objects.filter(resource=it.lead).update(ends=time(12)),
    "no working hours": lambda it: Availability.objects.filter(resource=it.lead).delete(),
    "a day off": lambda it: AvailabilityException.objects.create(
        resource=it.lead, centre=it.centre, on=TUESDAY, available=False
    ),
    "busy elsewhere": lambda it: BusyTime.objects.create(
        resource=it.lead, starts_at=at(TUESDAY, 10), ends_at=at(TUESDAY, 12)
    ),
    "a day closed": close,
    "doors": lambda it: OpeningHours.objects.filter(centre=it.centre).update(opens=time(13)),
    "role over": lambda it: Role.objects.filter(user=it.lead.user).update(
        until_on=MONDAY - timedelta(days=1)
    ),
    "colleague gone": lambda it: (
        type(it.lead.user).objects.filter(pk=it.lead.user_id).update(is_active=False)
    ),
    "room out of use": lambda it: Resource.objects.filter(pk=it.room.pk).update(is_active=False),
    "room too small": lambda it: Resource.objects.filter(pk=it.room.pk).update(seats=1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_search_sees_at_once_what_was_set_up_otherwise(office, change):
    before = starts(office)

    CHANGES[change](office)
    if change == "service":
        office.service.refresh_from_db()

    assert starts(office) != before


def test_what_is_rolled_back_was_never_set_up(office):
    before, stamped = starts(office), setup.stamp().answer()

    with transaction.atomic():
        close(office)
        assert starts(office) == 0
        transaction.set_rollback(True)

    assert setup.stamp().answer() == stamped
    assert starts(office) == before


def test_an_emptied_table_is_seen_too(office):
    stamped = setup.stamp().answer()

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE scheduling_closure")

    assert setup.stamp().answer() != stamped


def test_bookings_and_families_are_no_set_up(office):
    stamped = setup.stamp().answer()

    mother = building.person(office.centre)
    blocking.block_resource(
        office.lead,
        centre_id=office.centre.pk,
        starts_at=at(TUESDAY, 9),
        ends_at=at(TUESDAY, 10),
        reason="leave",
        by=office.lead.user,
    )
    Person.objects.filter(pk=mother.pk).update(given_name="Другояче")
    office.lead.user.save(update_fields=["last_login"])

    assert setup.stamp().answer() == stamped


def test_what_is_kept_is_read_once(office, django_assert_num_queries):
    setup.now_of(office.centre.pk)

    with django_assert_num_queries(1):
        setup.now_of(office.centre.pk)


def test_another_day_is_another_set_up(office):
    with clock.frozen(at(MONDAY + timedelta(days=8), 8)):
        AvailabilityException.objects.create(
            resource=office.lead, centre=office.centre, on=date(2027, 3, 20), available=True,
            starts=time(9), ends=time(10),
        )  # fmt: skip
        kept = setup.now_of(office.centre.pk)

    with clock.frozen(at(MONDAY + timedelta(days=30), 8)):
        assert setup.now_of(office.centre.pk) is not kept


def test_centres_keep_their_own(office):
    other = building.centre()

    assert setup.now_of(other.pk).services == {}
    assert list(setup.now_of(office.centre.pk).services) == [office.service.public_id]
    assert Centre.objects.count() == 2
