"""Texts of whose fate nobody told us: adopted, released, asked after, redacted (DESIGN §6)."""

from datetime import timedelta

import pytest

from base import clock
from base.models import Task
from notifications import outcomes, reconciling, sending, tasks
from notifications.gateways import Listed, NotBegun, Refused, Report, Sent, Unknown
from notifications.models import Delivery, Reminder, Sender
from people.models import ContactCard
from tests.notifications.recorder import FRIDAY, Recorder, looked_at, send_at
from tests.support import building
from tests.support.building import at

pytestmark = pytest.mark.django_db

THURSDAY = FRIDAY - timedelta(days=1)
NOON, LATER = at(THURSDAY, 12), at(THURSDAY, 13)
TEXT = "Напомняне: 05.03.2027 г., 10:00 ч."


@pytest.fixture
def unsure(book):
    """`unsure(number)` books so many mothers for one hour, whose texts left without an answer."""

    def make(number=1):
        booking = book(card={})
        for _ in range(number - 1):
            other = building.person(book.centre)
            building.card(other)
            booking = book(people=(other,), hour=10 + _ + 1)
        gateway = Recorder(lambda message: Unknown(cause="ReadTimeout"))
        send_at(NOON, gateway)
        gateway.booking = booking
        return gateway

    return make


def status(kind="24h"):
    return Delivery.objects.filter(reminder__kind=kind).latest("pk").reminder.status


def test_what_is_listed_is_adopted_and_not_sent_again(unsure):
    gateway = unsure()
    gateway.list = [Listed("SM1", TEXT)]
    looked_at(gateway, LATER)
    send_at(LATER, gateway)
    assert (len(gateway.sent), status()) == (1, "sent")
    assert Delivery.objects.filter(sid="SM1").count() == 1


def test_what_is_not_listed_is_sent_again_once(unsure):
    gateway = unsure()
    looked_at(gateway, LATER)
    gateway.answer = lambda message: Sent(sid="SM2")
    send_at(LATER, gateway)
    send_at(LATER, gateway)
    assert (len(gateway.sent), status()) == (2, "sent")


def test_another_text_to_the_number_is_not_taken_for_it(unsure):
    gateway = unsure()
    gateway.list = [Listed("SM1", "Напомняне: 06.03.2027 г., 10:00 ч."), Listed("SM3", "")]
    looked_at(gateway, LATER)
    assert status() == "planned"


def test_what_is_not_listed_and_of_no_use_any_more_is_not_sent(unsure):
    gateway = unsure()
    looked_at(gateway, at(FRIDAY, 9, 30))
    send_at(at(FRIDAY, 9, 30), gateway)
    assert (len(gateway.sent), status()) == (1, "silent")


def test_before_the_grace_is_over_nobody_looks(unsure):
    gateway = unsure()
    with clock.frozen(LATER):
        assert reconciling.reconcile(gateway) == 0
    send_at(LATER, gateway)
    assert (len(gateway.sent), status()) == (1, "unknown")


def test_while_the_operator_does_not_answer_it_stays_unknown_and_is_looked_for_again(unsure):
    gateway = unsure()
    gateway.list = None
    looked_at(gateway, LATER)
    assert status() == "unknown"
    gateway.list = [Listed("SM1", TEXT)]
    looked_at(gateway, LATER)
    assert status() == "sent"
    assert Task.objects.filter(kind=Task.Kind.SMS_UNKNOWN, done_at=None).count() == 0


def test_two_attempts_do_not_adopt_one_message(book):
    mother = building.person(book.centre)
    building.card(mother)
    sister = building.person(book.centre)
    building.card(sister)  # the same telephone
    book(people=(mother, sister))
    gateway = Recorder(lambda message: Unknown(cause="ReadTimeout"))
    send_at(NOON, gateway)
    gateway.list = [Listed("SM1", TEXT)]
    looked_at(gateway, LATER)
    assert len(gateway.sent) == 2
    found = Delivery.objects.filter(reminder__kind="24h")
    assert sorted(found.values_list("reminder__status", flat=True)) == ["planned", "sent"]


def test_a_callback_knows_better_than_a_listing_whose_message_it_is(book):
    mother, sister = (building.person(book.centre) for _ in range(2))
    building.card(mother)
    building.card(sister)
    book(people=(mother, sister))
    gateway = Recorder(lambda message: Unknown(cause="ReadTimeout"))
    send_at(NOON, gateway)
    gateway.list = [Listed("SM1", TEXT)]
    looked_at(gateway, LATER)
    adopted = Delivery.objects.get(sid="SM1")
    other = Delivery.objects.exclude(pk=adopted.pk).get(reminder__kind="24h")

    assert outcomes.note_status(other.attempt, Report("SM1", "delivered", None))

    adopted.refresh_from_db()
    other.refresh_from_db()
    assert (other.sid, other.reminder.status) == ("SM1", "sent")
    assert (adopted.sid, adopted.reminder.status) == ("", "unknown")
    assert adopted.look_at is not None


def test_what_was_redacted_as_anothers_cannot_be_looked_for_and_is_not_sent_again(book):
    mother, sister = (building.person(book.centre) for _ in range(2))
    building.card(mother)
    building.card(sister)
    book(people=(mother, sister))
    gateway = Recorder(lambda message: Unknown(cause="ReadTimeout"))
    send_at(NOON, gateway)
    first, second = Delivery.objects.filter(reminder__kind="24h").order_by("pk")
    gateway.list, gateway.reports["SM1"] = [Listed("SM1", TEXT)], Report("SM1", "delivered", None)
    with clock.frozen(LATER):
        reconciling.find(first, gateway)
        for step in (reconciling.learn, reconciling.redact):
            step(Delivery.objects.get(sid="SM1"), gateway)
        assert outcomes.note_status(second.attempt, Report("SM1", "delivered", None))
    gateway.list = [Listed("SM2", TEXT), Listed("SM1", "")]
    looked_at(gateway, LATER)
    send_at(LATER, gateway)

    assert len(gateway.sent) == 2
    first.refresh_from_db()
    assert (first.sid, first.reminder.status) == ("", "unknown")
    assert Task.objects.filter(kind=Task.Kind.SMS_UNKNOWN, done_at=None).count() == 1


def test_the_answer_to_a_call_knows_better_than_a_listing_too(book):
    """Another attempt adopted the message while its own worker still waited for the answer."""
    mother, sister = (building.person(book.centre) for _ in range(2))
    building.card(mother)
    building.card(sister)
    book(people=(mother, sister))

    def answer(message):
        if len(gateway.sent) == 1:
            return Unknown(cause="ReadTimeout")
        Delivery.objects.filter(attempt=gateway.sent[0].attempt).update(sid="SM1")
        Reminder.objects.filter(deliveries__attempt=gateway.sent[0].attempt).update(status="sent")
        return Sent(sid="SM1")

    gateway = Recorder(answer)
    send_at(NOON, gateway)
    found = Delivery.objects.filter(reminder__kind="24h").order_by("pk")
    assert [(one.sid, one.reminder.status) for one in found] == [("", "unknown"), ("SM1", "sent")]


def test_a_callback_after_it_was_given_up_keeps_it_from_being_sent_again(unsure):
    gateway = unsure()
    looked_at(gateway, LATER)
    attempt = gateway.sent[0].attempt
    assert outcomes.note_status(attempt, Report("SM1", "sent", None))
    send_at(LATER, gateway)
    assert (len(gateway.sent), status()) == (1, "sent")


def test_a_worker_that_was_only_slow_still_says_what_it_was_told(book):
    book(card={})

    def slow(message):
        Delivery.objects.update(
            claimed_at=NOON - timedelta(9000), lease_until=NOON - timedelta(8999)
        )
        sending.give_up_lost_claims()
        return Sent(sid="SM1")

    gateway = Recorder(slow)
    send_at(NOON, gateway)
    assert Delivery.objects.get(sid="SM1").reminder.status == "sent"
    looked_at(gateway, LATER)
    send_at(LATER, gateway)
    assert len(gateway.sent) == 1


def test_what_was_not_begun_in_time_is_due_again(book):
    book(card={})
    answers = iter([NotBegun(), Sent(sid="SM1")])
    gateway = Recorder(lambda message: next(answers))
    send_at(NOON, gateway)
    assert status() == "sent"


def test_what_was_never_begun_is_not_looked_for(book):
    """Its worker died before it had written down what it was about to send."""
    book(card={})
    with clock.frozen(NOON):
        assert len(sending.claim("one", 9).deliveries) == 2
    Delivery.objects.update(claimed_at=NOON - timedelta(9000), lease_until=NOON - timedelta(8999))
    gateway = Recorder()
    gateway.list = None
    with clock.frozen(NOON):
        sending.give_up_lost_claims()
    looked_at(gateway, LATER)
    assert status() == "planned"


# --- What became of it, and its end at the operator's ---------------------------------------------


def test_without_a_callback_the_operator_is_asked(book):
    book(card={})
    gateway = Recorder(lambda message: Sent(sid="SM1"))
    send_at(NOON, gateway)
    gateway.reports["SM1"] = Report("SM1", "undelivered", 30005)
    looked_at(gateway, LATER)
    assert (status(), Delivery.objects.get(sid="SM1").error_code) == ("failed", 30005)


@pytest.mark.parametrize("word", ["delivered", "undelivered", "failed"])
def test_after_its_final_status_a_text_is_redacted_and_forgotten(book, word):
    book(card={})
    gateway = Recorder(lambda message: Sent(sid="SM1"))
    send_at(NOON, gateway)
    gateway.reports["SM1"] = Report("SM1", word, None)
    looked_at(gateway, LATER)
    looked_at(gateway, LATER)
    delivery = Delivery.objects.get(sid="SM1")
    assert gateway.redacted == ["SM1"]
    assert (delivery.to, delivery.fingerprint, delivery.look_at) == ("", "", None)
    assert delivery.redacted_at is not None


def test_a_text_on_its_way_is_not_redacted(book):
    book(card={})
    gateway = Recorder(lambda message: Sent(sid="SM1"))
    send_at(NOON, gateway)
    gateway.reports["SM1"] = Report("SM1", "sent", None)
    for _ in range(3):
        looked_at(gateway, LATER)
    assert gateway.redacted == []
    assert Delivery.objects.get(sid="SM1").to == "+359888123456"


# --- What an error means (D34) --------------------------------------------------------------------


def told(book, code):
    book(card={})
    gateway = Recorder(lambda message: Sent(sid="SM1"))
    send_at(NOON, gateway)
    with clock.frozen(LATER):
        outcomes.note_status(gateway.sent[0].attempt, Report("SM1", "undelivered", code))
    return gateway, ContactCard.objects.get()


@pytest.mark.parametrize("code", [21211, 21614, 21635, 30005, 30006])
def test_a_dead_number_is_suspended_and_staff_are_asked_for_another(book, code):
    _, card = told(book, code)
    assert (card.suspended_on, card.verified_at) == (THURSDAY, None)
    assert Task.objects.get(kind=Task.Kind.SMS_SUSPENDED).about == f"person:{card.person.public_id}"


def test_stop_said_to_the_operator_is_an_opt_out(book):
    _, card = told(book, 21610)
    assert (card.opted_out_on, card.suspended_on) == (THURSDAY, None)


@pytest.mark.parametrize("code", [30003, 30008])
def test_out_of_reach_is_tried_once_more_and_not_twice(book, code):
    gateway, card = told(book, code)
    assert (status(), card.suspended_on) == ("planned", None)
    gateway.answer = lambda message: Sent(sid="SM2")
    send_at(LATER + timedelta(minutes=59), gateway)
    assert len(gateway.sent) == 1
    send_at(LATER + timedelta(minutes=61), gateway)
    with clock.frozen(LATER + timedelta(minutes=62)):
        outcomes.note_status(gateway.sent[1].attempt, Report("SM2", "undelivered", code))
    send_at(LATER + timedelta(hours=4), gateway)
    assert (len(gateway.sent), status()) == (2, "failed")


@pytest.mark.parametrize("code", [30007, 21408, 21608])
def test_what_is_the_senders_fault_alerts_the_administrator(book, code):
    _, card = told(book, code)
    assert (card.suspended_on, card.opted_out_on) == (None, None)
    assert Task.objects.filter(kind=Task.Kind.SMS_SENDER, about=f"error:{code}").count() == 1


def test_with_a_wrong_password_texts_wait_and_are_not_lost(book):
    book(card={})
    answers = iter([Refused(code=20003, retry_after=None), Sent(sid="SM1")])
    gateway = Recorder(lambda message: next(answers))
    send_at(NOON, gateway)
    assert status() == "planned"
    assert Sender.objects.get(name="recorder").trouble_code == 20003
    send_at(NOON + timedelta(minutes=10), gateway)
    assert len(gateway.sent) == 1
    send_at(NOON + timedelta(minutes=16), gateway)
    assert (len(gateway.sent), status()) == (2, "sent")
    assert Sender.objects.get(name="recorder").trouble_code is None


def test_a_card_with_another_number_by_now_is_not_suspended(book):
    book(card={})
    gateway = Recorder(lambda message: Sent(sid="SM1"))
    send_at(NOON, gateway)
    ContactCard.objects.update(phone="+359888999999")
    with clock.frozen(LATER):
        outcomes.note_status(gateway.sent[0].attempt, Report("SM1", "undelivered", 30005))
    assert ContactCard.objects.get().suspended_on is None


# --- Workers whose clock is wrong ----------------------------------------------------------------


@pytest.mark.parametrize("off", [timedelta(days=2), timedelta(days=-2), timedelta(minutes=2)])
def test_a_worker_whose_clock_jumps_sends_nothing(book, off, monkeypatch):
    now = clock.now()
    gateway = Recorder()
    monkeypatch.setattr("notifications.gateways.current", lambda: gateway)
    book(card={})
    Reminder.objects.update(due_at=now - timedelta(days=3))
    with clock.frozen(now + off):
        tasks.send_due(timestamp=0)
    assert not Delivery.objects.exists()


def test_what_is_two_days_late_expires_unsent(book):
    book(card={})
    gateway = Recorder()
    send_at(at(FRIDAY + timedelta(days=1), 10), gateway)
    assert gateway.sent == []
    assert set(Reminder.objects.values_list("status", "why")) == {("silent", "too_late")}


def test_one_person_without_a_phone_stops_nobody_else(book):
    for hour, card in ((9, {"phone": ""}), (10, {"phone": "+359"}), (11, {})):
        book(hour=hour, card=card)
    gateway = Recorder()
    send_at(NOON, gateway)
    assert gateway.sent[-1].body == "Напомняне: 05.03.2027 г., 11:00 ч."


# --- One allowance for all workers ---------------------------------------------------------------


def test_no_worker_exceeds_what_the_sender_may_send(book, settings):
    for hour in range(9, 17):
        book(hour=hour, card={})
    settings.SMS_PER_SECOND = 3.0
    with clock.frozen(at(THURSDAY, 16)):
        first, second = sending.claim("one", 100), sending.claim("one", 100)
        another = sending.claim("another", 2)
    assert [len(batch.deliveries) for batch in (first, second, another)] == [3, 0, 2]
    assert timedelta() < second.wait < timedelta(seconds=1)
