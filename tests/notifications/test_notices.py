"""News of a change: told once, to whoever knows otherwise, and not of what was undone (D32)."""

from datetime import date, timedelta

import pytest

from base import clock
from notifications import services
from notifications.gateways import Unknown
from notifications.models import Reminder
from people.models import ContactCard
from scheduling import services as scheduling_services
from scheduling.models import Booking
from tests.notifications.recorder import FRIDAY, NOW, Recorder, send_at
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

TEN = at(MONDAY, 10)


@pytest.fixture
def gateway():
    return Recorder()


def move(booking, hour, *, when=TEN, day=FRIDAY):
    with clock.frozen(when):
        return scheduling_services.reschedule_booking(
            booking, starts_at=at(day, hour), by=booking.created_by
        )


def cancel(booking, party=Booking.Party.CENTRE, *, when=TEN):
    with clock.frozen(when):
        return scheduling_services.cancel_booking(booking, by=booking.created_by, party=party)


def bodies(gateway):
    return [message.body for message in gateway.sent]


def test_a_move_is_told_after_three_minutes_and_not_before(book, gateway):
    move(book(card={}), 14)
    send_at(TEN + timedelta(minutes=2, seconds=59), gateway)
    assert bodies(gateway) == []
    send_at(TEN + timedelta(minutes=3), gateway)
    assert bodies(gateway) == ["Нов час: 05.03.2027 г., 14:00 ч."]


def test_a_move_that_is_undone_in_time_is_never_told(book, gateway):
    booking = move(book(card={}), 14)
    move(booking, 10, when=TEN + timedelta(minutes=2))
    for minutes in range(0, 60, 3):
        send_at(TEN + timedelta(minutes=minutes), gateway)
    assert bodies(gateway) == []


def test_a_move_that_is_undone_too_late_is_told_too(book, gateway):
    booking = move(book(card={}), 14)
    send_at(TEN + timedelta(minutes=3), gateway)
    move(booking, 10, when=TEN + timedelta(minutes=5))
    send_at(TEN + timedelta(minutes=8), gateway)
    assert bodies(gateway) == [
        "Нов час: 05.03.2027 г., 14:00 ч.",
        "Нов час: 05.03.2027 г., 10:00 ч.",
    ]


def test_of_two_quick_moves_only_the_last_is_told(book, gateway):
    booking = move(book(card={}), 14)
    move(booking, 15, when=TEN + timedelta(minutes=1))
    send_at(TEN + timedelta(minutes=10), gateway)
    assert bodies(gateway) == ["Нов час: 05.03.2027 г., 15:00 ч."]


def test_what_may_have_left_counts_as_told(book):
    gateway = Recorder(lambda message: Unknown(cause="ReadTimeout"))
    booking = move(book(card={}), 14)
    send_at(TEN + timedelta(minutes=3), gateway)
    move(booking, 10, when=TEN + timedelta(minutes=5))
    send_at(TEN + timedelta(minutes=8), gateway)
    assert bodies(gateway)[1:] == ["Нов час: 05.03.2027 г., 10:00 ч."]


def test_a_move_at_night_is_told_in_the_morning(book, gateway):
    move(book(card={}), 14, when=at(MONDAY, 21))
    send_at(at(MONDAY, 22), gateway)
    assert bodies(gateway) == []
    send_at(at(MONDAY + timedelta(days=1), 9), gateway)
    assert bodies(gateway) == ["Нов час: 05.03.2027 г., 14:00 ч."]


def test_a_change_of_specialist_alone_is_no_news(book, gateway):
    booking = book(card={})
    other = building.specialist(book.centre, [booking.service])
    with clock.frozen(TEN):
        scheduling_services.reschedule_booking(
            booking, starts_at=booking.starts_at, lead=other, by=booking.created_by
        )
    send_at(TEN + timedelta(minutes=10), gateway)
    assert bodies(gateway) == []


def test_what_the_centre_cancels_is_told(book, gateway):
    cancel(book(card={}))
    send_at(TEN + timedelta(minutes=3), gateway)
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert bodies(gateway) == ["Отменено: 05.03.2027 г., 10:00 ч."]


def test_what_the_family_cancels_is_followed_by_silence(book, gateway):
    cancel(book(card={}), Booking.Party.CLIENT)
    for hours in range(0, 100, 3):
        send_at(TEN + timedelta(hours=hours, minutes=5), gateway)
    assert bodies(gateway) == []


def test_of_a_move_that_was_not_told_before_the_cancelling_the_hour_she_knows_is_off(book, gateway):
    booking = move(book(card={}), 14)
    cancel(booking, when=TEN + timedelta(minutes=1))
    send_at(TEN + timedelta(minutes=10), gateway)
    assert bodies(gateway) == ["Отменено: 05.03.2027 г., 10:00 ч."]


def test_a_hold_that_is_let_go_tells_nobody(book, gateway):
    cancel(book(card={}, hold=True), when=NOW + timedelta(minutes=5))
    send_at(TEN + timedelta(minutes=10), gateway)
    assert bodies(gateway) == []


def test_nobody_is_told_of_an_hour_that_is_over(book, gateway):
    cancel(book(card={}), when=at(FRIDAY, 9, 58))
    send_at(at(FRIDAY, 10, 1), gateway)
    assert bodies(gateway) == []
    assert Reminder.objects.get(kind="off").status in {"dropped", "silent"}


def test_a_cancelling_is_told_to_the_carer_and_not_to_the_child(book, gateway):
    child = building.person(book.centre, birth_on=date(2019, 1, 1))
    carer = building.person(book.centre)
    building.carer(child, carer)
    building.card(carer)
    cancel(book(people=(child,), carer=carer))
    send_at(TEN + timedelta(minutes=3), gateway)
    assert len(gateway.sent) == 1
    assert Reminder.objects.get(kind="off").recipient == carer


@pytest.mark.parametrize("card", [{"safe_to_text": False}, {"opted_out_on": MONDAY}])
def test_news_needs_a_card_that_allows_it_and_staff_see_why_it_stays(book, gateway, card):
    cancel(book(card=card))
    send_at(TEN + timedelta(minutes=3), gateway)
    assert bodies(gateway) == []
    notice = Reminder.objects.get(kind="off")
    assert (notice.status, bool(notice.why)) == ("silent", True)


def offered(book):
    booking = book(card={}, hold=True)
    booking.hold_expires_at = at(MONDAY, 18)
    booking.save()
    (mother,) = [one.person for one in booking.participations.all()]
    with clock.frozen(at(MONDAY, 9)):
        services.offer(Reminder.Kind.OFFER, booking, [mother])
    return booking


def test_an_offer_is_told_while_it_holds(book, gateway):
    offered(book)
    send_at(at(MONDAY, 9, 5), gateway)
    assert bodies(gateway) == ["Моля, обадете се до 01.03.2027 г., 18:00 ч."]


def test_an_offer_that_is_over_is_not_told(book, gateway):
    cancel(offered(book), Booking.Party.CLIENT, when=at(MONDAY, 9, 1))
    send_at(at(MONDAY, 9, 5), gateway)
    assert bodies(gateway) == []


def test_a_plain_card_hears_it_in_plain_words(book, gateway):
    booking = book(card={"wording": "plain"})
    ContactCard.objects.update(script="latin")
    cancel(booking, when=NOW + timedelta(hours=2))
    send_at(NOW + timedelta(hours=3), gateway)
    assert bodies(gateway) == ["Sreshtata na 05.03.2027 g., 10:00 ch., otpada."]
