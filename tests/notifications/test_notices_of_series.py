"""Of many dates that one change touches, one text tells (and of none that were not touched)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from notifications.models import Delivery, Reminder
from notifications.services import call_off
from scheduling import services as scheduling_services
from scheduling.models import Booking
from scheduling.series import horizon, making, services, undoing
from scheduling.series.errors import NoticeHasLeft
from scheduling.series.making import Repetition
from scheduling.series.services import Changes
from tests.notifications.recorder import Recorder, send_at
from tests.scheduling.series.conftest import NOW, TUESDAY, TUESDAYS, WEEK, booking, make_house
from tests.support import building
from tests.support.building import at

pytestmark = pytest.mark.django_db

TEN = NOW + timedelta(hours=2)


@pytest.fixture
def house():
    with clock.frozen(NOW):
        house = make_house()
        building.card(house.mother)
        yield house


@pytest.fixture
def gateway():
    return Recorder()


def bodies(gateway, kinds=("series", "moved", "off")):
    wanted = set(
        Reminder.objects.filter(kind__in=kinds).values_list("deliveries__attempt", flat=True)
    )
    return [message.body for message in gateway.sent if message.attempt in wanted]


def told(gateway, *, minutes=4):
    send_at(TEN + timedelta(minutes=minutes), gateway)
    return bodies(gateway)


@pytest.fixture
def known(house, gateway):
    """A series whose summary the mother has had."""
    series = house.series()
    send_at(TEN, gateway)
    gateway.sent.clear()
    return series


def change(command, *args, minutes=0, **how):
    with clock.frozen(TEN + timedelta(minutes=minutes)):
        command(*args, **how)


def test_a_new_series_is_summed_up_in_one_text(house, gateway):
    house.series()
    assert told(gateway) == ["От 02.03.2027 г., 10:00 ч., 5 пъти до 30.03.2027 г."]


def test_the_nightly_roll_tells_nothing(house, gateway):
    series = making.create_series(house.wish(), Repetition(TUESDAYS), by=house.by)
    told(gateway)
    booked = Booking.objects.filter(term__series=series).count()
    with clock.frozen(TEN + timedelta(days=30)):
        horizon.roll_all()
    assert Booking.objects.filter(term__series=series).count() == booked + 4
    assert Reminder.objects.filter(kind__in=Reminder.Kind.notices()).count() == 1


def test_many_dates_that_move_are_told_in_one_text(house, gateway, known):
    change(
        services.split_series,
        known,
        Changes(starts_at=at(TUESDAY + WEEK, 12)),
        since=at(TUESDAY + WEEK, 10),
        by=house.by,
    )
    assert told(gateway) == ["Нов час: от 09.03.2027 г., 12:00 ч., 4 пъти до 30.03.2027 г."]


def test_many_dates_that_we_cancel_are_told_in_one_text(house, gateway, known):
    change(services.end_series, known, since=at(TUESDAY + WEEK, 10), by=house.by)
    assert told(gateway) == ["Отменено: от 09.03.2027 г., 10:00 ч., до 30.03.2027 г."]


def test_dates_that_the_family_cancels_are_not_told(house, gateway, known):
    change(
        services.end_series,
        known,
        since=at(TUESDAY + WEEK, 10),
        by=house.by,
        party=Booking.Party.CLIENT,
    )
    assert told(gateway) == []


def test_a_change_that_is_undone_in_time_tells_nothing(house, gateway, known):
    change(
        services.split_series,
        known,
        Changes(starts_at=at(TUESDAY, 12)),
        since=at(TUESDAY, 10),
        by=house.by,
    )
    change(undoing.undo, known, by=house.by, minutes=2)
    assert told(gateway, minutes=9) == []


def test_a_cancelling_that_is_undone_in_time_tells_nothing(house, gateway, known):
    change(services.end_series, known, since=at(TUESDAY, 10), by=house.by)
    change(undoing.undo, known, by=house.by, minutes=2)
    assert told(gateway, minutes=9) == []


def test_what_was_told_cannot_be_undone(house, gateway, known):
    change(services.end_series, known, since=at(TUESDAY, 10), by=house.by)
    assert len(told(gateway)) == 1
    Delivery.objects.filter(reminder__kind="off").update(
        claimed_at=TEN + timedelta(minutes=4), lease_until=TEN + timedelta(minutes=6)
    )
    with pytest.raises(NoticeHasLeft):
        change(undoing.undo, known, by=house.by, minutes=5)


def test_one_date_of_a_change_that_changes_again_leaves_the_text_to_the_others(
    house, gateway, known
):
    change(
        services.split_series,
        known,
        Changes(starts_at=at(TUESDAY, 12)),
        since=at(TUESDAY, 10),
        by=house.by,
    )
    change(
        scheduling_services.reschedule_booking,
        booking(known, 0),
        starts_at=at(TUESDAY, 15),
        by=house.by,
        minutes=1,
    )
    assert told(gateway) == [
        "Нов час: от 09.03.2027 г., 12:00 ч., 4 пъти до 30.03.2027 г.",
        "Нов час: 02.03.2027 г., 15:00 ч.",
    ]


def test_a_date_that_is_restored_after_its_cancelling_was_told_is_told(house, gateway, known):
    second = booking(known, 1)
    change(scheduling_services.cancel_booking, second, by=house.by, party=Booking.Party.CENTRE)
    assert told(gateway) == ["Отменено: 09.03.2027 г., 10:00 ч."]
    change(
        services.restore_date,
        known,
        at(TUESDAY + WEEK, 10),
        by=house.by,
        minutes=20,
    )
    assert told(gateway, minutes=24)[1:] == ["Нов час: 09.03.2027 г., 10:00 ч."]


def test_cancelling_many_dates_asks_no_more_of_the_texts_than_cancelling_two(house, known):
    def questions(bookings):
        for one in bookings:
            one.cancelled_by = Booking.Party.CENTRE
        with CaptureQueriesContext(connection) as asked, clock.frozen(TEN):
            call_off(bookings)
        return len(asked)

    dates = list(Booking.objects.filter(term__series=known).order_by("starts_at"))
    assert questions(dates[:2]) == questions(dates[2:])
