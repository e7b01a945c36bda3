"""Rows first, indexes and constraints after: nothing is lost by it, and nothing slips through."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.types.range import TimestamptzRange

from base import bulk, clock
from base.rows import next_ids
from people.models import Household
from scheduling.models import Allocation, Booking, Resource

MONDAY = date(2027, 3, 15)
LOADED = (Booking, Allocation)
DEFINED = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid IN ('scheduling_booking'::regclass, 'scheduling_allocation'::regclass)
     UNION ALL
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid IN ('scheduling_booking'::regclass, 'scheduling_allocation'::regclass)
"""


def defined():
    with connection.cursor() as cursor:
        cursor.execute(DEFINED)
        return sorted(cursor.fetchall())


def booking(own):
    return Booking.objects.create(
        kind=Booking.Kind.BLOCK,
        centre=own.centre,
        status=Booking.Status.CONFIRMED,
        starts_at=clock.instant(MONDAY, time(10)),
        ends_at=clock.instant(MONDAY, time(11)),
        created_by=own.specialist.user,
        created_at=clock.now(),
    )


def held(by, resource, hour):
    begins = clock.instant(MONDAY, time(hour))
    return Allocation(
        pk=next_ids(Allocation, 1).answer()[0],
        booking=by,
        resource=resource,
        part=Allocation.Part.BLOCKED,
        period=TimestamptzRange(begins, begins + timedelta(hours=2)),
        by_general_access=False,
    )


@pytest.fixture
def room(own):
    return Resource.objects.create(kind=Resource.Kind.ROOM, name="Another", centre=own.centre)


def test_what_was_dropped_is_built_again(own):
    before = defined()
    with bulk.built_after(LOADED):
        assert len(defined()) < len(before)
    assert defined() == before


@pytest.mark.parametrize(("hour", "refused"), [(8, False), (9, True), (10, True), (12, False)])
def test_the_constraint_judges_rows_that_came_while_it_was_away(own, room, hour, refused):
    by = booking(own)

    def load():
        with transaction.atomic(), bulk.built_after(LOADED):
            bulk.copy([held(by, room, 10), held(by, room, hour)])

    if refused:
        with pytest.raises(IntegrityError, match="resource_held_once"):
            load()
    else:
        load()
    assert Allocation.objects.filter(booking=by).count() == (0 if refused else 2)


def test_a_row_of_nobody_is_refused(own, room):
    stranger = Booking(pk=10**9)
    with (
        pytest.raises(IntegrityError, match="booking_id"),
        transaction.atomic(),
        bulk.built_after(LOADED),
    ):
        bulk.copy([held(stranger, room, 10)])


def test_numbers_go_on_after_those_that_rows_brought(own):
    [first] = next_ids(Household, 1).answer()
    bulk.copy([Household(pk=first + 5, centre=own.centre, name="Липови")])
    bulk.set_sequences([Household])
    assert Household.objects.create(centre=own.centre, name="Дъбови").pk == first + 6


def test_copied_rows_are_read_back_as_they_were(own):
    copied = Household(
        pk=next_ids(Household, 1).answer()[0], centre=own.centre, name="Ела\t\\N\n„Смърч“"
    )
    bulk.copy([copied])
    assert Household.objects.get(pk=copied.pk).name == copied.name
