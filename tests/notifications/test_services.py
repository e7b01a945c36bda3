"""From a booking to one text on a phone, or to the reason why there is none."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from django.conf import settings
from django.db import connection

from base import clock
from base.models import Task
from notifications import links, outcomes, planning, selectors, sending
from notifications.gateways import (
    Message,
    Outcome,
    Refused,
    Report,
    Sent,
    Unknown,
)
from notifications.models import Delivery, Reminder
from notifications.wording import LEVELS, TEMPLATES
from people.models import ContactCard
from scheduling import services as scheduling_services
from scheduling.models import Booking
from tests.notifications.recorder import FRIDAY, NOW, Recorder, looked_at, send_at
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db


def statuses(booking: Booking) -> dict[str, str]:
    return {
        r.kind: r.status
        for r in booking.reminders.filter(schedule_version=booking.schedule_version)
    }


# --- When (D30, D31) ------------------------------------------------------------------------


def card_with(hours: tuple[int, int] = (9, 20)) -> ContactCard:
    return ContactCard(safe_from=time(hours[0]), safe_until=time(hours[1]))


@pytest.mark.parametrize(
    ("starts", "hours", "due"),
    [
        ((FRIDAY, 10, 0), (9, 20), (FRIDAY - timedelta(1), 10, 0)),  # inside
        ((FRIDAY, 9, 0), (9, 20), (FRIDAY - timedelta(1), 9, 0)),  # as it opens
        ((FRIDAY, 8, 30), (9, 20), (FRIDAY - timedelta(2), 19, 45)),  # before: the evening earlier
        ((FRIDAY, 20, 0), (9, 20), (FRIDAY - timedelta(1), 19, 45)),  # as it closes
        ((FRIDAY, 18, 0), (10, 12), (FRIDAY - timedelta(1), 11, 45)),  # her window is shorter
        ((FRIDAY, 9, 0), (6, 23), (FRIDAY - timedelta(1), 9, 0)),  # hers is wider than the day's
    ],
)
def test_a_reminder_is_due_a_day_before_or_at_the_last_safe_moment_earlier(starts, hours, due):
    day, hour, minute = starts
    found = planning.due_at(at(day, hour, minute), Reminder.Kind.ONE_DAY, card_with(hours))
    assert found == at(*due)


def test_a_person_without_a_safe_hour_in_the_day_has_no_moment():
    assert planning.due_at(at(FRIDAY, 10), Reminder.Kind.ONE_DAY, card_with((21, 23))) is None


def test_two_reminders_are_planned_and_no_more(book):
    assert statuses(book(card={})) == {"72h": "planned", "24h": "planned"}


def test_what_would_be_late_is_not_planned(book):
    booking = book(day=MONDAY + timedelta(days=1), hour=16, card={})
    assert statuses(booking) == {"72h": "silent", "24h": "planned"}


def test_a_hold_plans_nothing_until_it_is_confirmed(book):
    booking = book(card={}, hold=True)
    assert statuses(booking) == {}
    with clock.frozen(NOW):
        scheduling_services.confirm_booking(booking, by=booking.created_by)
    assert statuses(booking) == {"72h": "planned", "24h": "planned"}


# --- To whom (D27, D36) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ({"phone": ""}, "no_phone"),
        ({"consent_on": None}, "no_consent"),
        ({"verified_at": None}, "not_verified"),
        ({"safe_to_text": False}, "not_safe"),
        ({"safety_asked_on": None}, "safety_stale"),
        ({"safety_asked_on": MONDAY - timedelta(days=91)}, "safety_stale"),
        ({"opted_out_on": MONDAY}, "opted_out"),
        ({"suspended_on": MONDAY}, "suspended"),
        ({"safe_from": time(21), "safe_until": time(22)}, "outside_hours"),
    ],
)
def test_nothing_is_ever_sent_to_whom_it_is_not_allowed_and_staff_see_why(book, card, why):
    booking, gateway = book(card=card), Recorder()
    with clock.frozen(NOW):
        assert {prospect.why for prospect in selectors.of_booking(booking)} == {why}
    for hour in range(0, 24 * 5, 3):
        send_at(NOW + timedelta(hours=hour), gateway)
    assert gateway.sent == []
    assert set(booking.reminders.values_list("status", "why")) == {("silent", why)}


def test_nothing_is_sent_without_a_card(book):
    booking, gateway = book(), Recorder()
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert gateway.sent == []
    assert set(booking.reminders.values_list("why", flat=True)) == {"no_card"}


def test_safety_is_good_for_ninety_days_and_not_a_day_longer(book):
    day_before = FRIDAY - timedelta(days=1)
    gateway = Recorder()
    book(card={"safety_asked_on": day_before - timedelta(days=90)})
    send_at(at(day_before, 12), gateway)
    assert len(gateway.sent) == 1


def test_a_childs_hour_is_told_only_to_the_carer_named_on_the_booking(book):
    child = building.person(book.centre, birth_on=date(2019, 1, 1))
    carers = [building.person(book.centre) for _ in range(2)]
    for carer in carers:
        building.carer(child, carer)
        building.card(carer)
    booking = book(people=(child,), carer=carers[1])
    assert set(booking.reminders.values_list("recipient", flat=True)) == {carers[1].pk}


def test_of_two_carers_neither_is_told_unless_one_is_named(book):
    child = building.person(book.centre, birth_on=date(2019, 1, 1))
    for _ in range(2):
        building.carer(child, building.person(book.centre))
    assert book(people=(child,)).reminders.count() == 0


# --- At the moment of sending (D32) ------------------------------------------------------------


def test_the_discreet_text_says_when_and_nothing_more(book):
    gateway = Recorder()
    book(card={})
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert [message.body for message in gateway.sent] == ["Напомняне: 05.03.2027 г., 10:00 ч."]
    assert [message.to for message in gateway.sent] == ["+359888123456"]


def test_each_reminder_leaves_once_however_often_the_worker_looks(book):
    booking, gateway = book(card={}), Recorder()
    for hour in range(0, 24 * 5, 2):
        send_at(NOW + timedelta(hours=hour), gateway)
    assert len(gateway.sent) == 2
    assert statuses(booking) == {"72h": "sent", "24h": "sent"}


def test_a_move_drops_what_was_planned_and_plans_anew(book):
    booking, gateway = book(card={}), Recorder()
    with clock.frozen(NOW):
        moved = scheduling_services.reschedule_booking(
            booking, starts_at=at(FRIDAY, 14), by=booking.created_by
        )
    assert set(booking.reminders.filter(schedule_version=1).values_list("status", flat=True)) == {
        "dropped"
    }
    send_at(at(FRIDAY - timedelta(days=1), 15), gateway)
    assert [message.body for message in gateway.sent] == [
        "Нов час: 05.03.2027 г., 14:00 ч.",
        "Напомняне: 05.03.2027 г., 14:00 ч.",
    ]
    assert statuses(moved)["24h"] == "sent"


def test_a_cancelled_booking_is_followed_by_silence(book):
    booking, gateway = book(card={}), Recorder()
    with clock.frozen(NOW):
        scheduling_services.cancel_booking(
            booking, by=booking.created_by, party=Booking.Party.CLIENT
        )
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert gateway.sent == []


def test_consent_withdrawn_after_planning_is_heard(book):
    booking, gateway = book(card={}), Recorder()
    ContactCard.objects.update(opted_out_on=MONDAY)
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert gateway.sent == []
    assert "opted_out" in booking.reminders.values_list("why", flat=True)


def test_consent_that_comes_after_planning_counts(book):
    book(card={"consent_on": None})
    ContactCard.objects.update(consent_on=MONDAY)
    gateway = Recorder()
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert len(gateway.sent) == 1


def test_a_worker_that_wakes_at_night_waits_for_her_morning(book):
    booking, gateway = book(hour=16, card={}), Recorder()
    send_at(at(FRIDAY - timedelta(days=1), 21), gateway)
    assert gateway.sent == []
    reminder = booking.reminders.get(kind="24h")
    assert (reminder.status, reminder.due_at) == ("planned", at(FRIDAY, 9))
    send_at(at(FRIDAY, 9), gateway)
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("hour", [13, 14, 15, 16, 17, 23])
def test_nothing_leaves_within_two_hours_of_the_start_or_after_it(book, hour):
    booking, gateway = book(hour=14, card={}), Recorder()
    send_at(at(FRIDAY, hour), gateway)
    assert gateway.sent == []
    assert set(booking.reminders.values_list("why", flat=True)) == {"too_late"}


def test_a_full_text_that_would_name_someone_says_less(book):
    """A person may be called what the centre calls itself."""
    booking = book(card={"wording": "full"})
    book.centre.public_name = "Person"
    book.centre.save()
    gateway = Recorder()
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    when = f"{clock.local(booking.starts_at):%d.%m.%Y г., %H:%M}"
    assert [message.body for message in gateway.sent] == [f"Напомняне: среща на {when} ч."]


def test_a_text_that_would_tell_in_every_wording_is_not_sent(book, monkeypatch):
    for wording in LEVELS:
        text = "Психолог: {date}, {time}"
        monkeypatch.setitem(TEMPLATES, ("reminder", wording, "bg"), text)
    booking = book(card={})
    gateway = Recorder()
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    assert gateway.sent == []
    assert "telling_text" in booking.reminders.values_list("why", flat=True)


# --- What came of it (D33) ---------------------------------------------------------------------


def sent_with(book, outcome: Outcome) -> tuple[Booking, Recorder]:
    booking, gateway = book(card={}), Recorder(lambda message: outcome)
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    return booking, gateway


def test_an_unknown_outcome_is_not_resent_and_someone_is_told_when_nobody_answers(book):
    booking, gateway = sent_with(book, Unknown(cause="timeout"))
    send_at(at(FRIDAY - timedelta(days=1), 13), gateway)
    gateway.list = None
    for minutes in range(3):
        looked_at(gateway, at(FRIDAY - timedelta(days=1), 13, minutes))
    assert len(gateway.sent) == 1
    assert statuses(booking)["24h"] == "unknown"
    assert Task.objects.filter(kind=Task.Kind.SMS_UNKNOWN).count() == 1


def test_a_refusal_is_final_and_keeps_the_operators_code(book):
    booking, gateway = sent_with(book, Refused(code=21610, retry_after=None))
    send_at(at(FRIDAY - timedelta(days=1), 13), gateway)
    assert len(gateway.sent) == 1
    assert statuses(booking)["24h"] == "failed"
    assert Delivery.objects.get(error_code=21610).ended_at is not None


def test_too_many_requests_alone_is_tried_again_after_the_wait(book):
    answers = iter([Refused(code=20429, retry_after=timedelta(minutes=5)), Sent(sid="SM1")])
    booking, gateway = book(card={}), Recorder(lambda message: next(answers))
    noon = at(FRIDAY - timedelta(days=1), 12)
    send_at(noon, gateway)
    send_at(noon + timedelta(minutes=4), gateway)
    assert len(gateway.sent) == 1
    send_at(noon + timedelta(minutes=5), gateway)
    assert statuses(booking)["24h"] == "sent"
    assert len({message.attempt for message in gateway.sent}) == 2


def test_a_claim_without_a_living_worker_becomes_unknown_and_is_not_resent(book):
    booking, gateway = book(card={}), Recorder()
    noon = at(FRIDAY - timedelta(days=1), 12)
    with clock.frozen(noon):
        claims = [*sending.claim("one", 1).deliveries, *sending.claim("one", 1).deliveries]
    Delivery.objects.update(
        claimed_at=noon - timedelta(days=9000), lease_until=noon - timedelta(days=8999)
    )
    send_at(noon, gateway)
    assert gateway.sent == []
    assert len(claims) == 2
    assert set(statuses(booking).values()) == {"unknown"}


def test_a_worker_whose_lease_ran_out_does_not_send(book):
    book(card={})
    gateway = Recorder()
    with clock.frozen(at(FRIDAY - timedelta(days=1), 12)):
        (delivery,) = sending.claim("one", 1).deliveries
        Delivery.objects.update(
            claimed_at=NOW - timedelta(days=9000), lease_until=NOW - timedelta(days=8999)
        )
        sending.attempt(delivery, gateway, float("inf"))
    assert gateway.sent == []


def test_a_callback_may_come_before_the_sid_and_never_turns_a_status_back(book):
    booking, _ = sent_with(book, Unknown(cause="timeout"))
    delivery = Delivery.objects.get(reminder__kind="24h")
    note = lambda status: outcomes.note_status(  # noqa: E731
        delivery.attempt, Report("SM7", status, None)
    )
    assert note("delivered")
    assert note("sent")
    assert note("delivered")
    delivery.refresh_from_db()
    assert (delivery.sid, delivery.status) == ("SM7", "delivered")
    assert statuses(booking)["24h"] == "sent"


def test_what_a_callback_said_before_the_answer_came_stays_said(book):
    def answer(message: Message) -> Outcome:
        outcomes.note_status(message.attempt, Report("SM7", "delivered", None))
        return Unknown(cause="timeout")

    booking, gateway = book(card={}), Recorder(answer)
    send_at(at(FRIDAY - timedelta(days=1), 12), gateway)
    delivery = Delivery.objects.get(reminder__kind="24h")
    assert (delivery.sid, delivery.status) == ("SM7", "delivered")
    assert statuses(booking)["24h"] == "sent"
    assert Task.objects.filter(kind=Task.Kind.SMS_UNKNOWN).count() == 0


def test_a_callback_with_another_sid_is_not_ours(book):
    sent_with(book, Sent(sid="SM1"))
    delivery = Delivery.objects.get(sid="SM1")
    assert not outcomes.note_status(delivery.attempt, Report("SM2", "delivered", None))


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_the_work_and_send_each_once(book):
    for hour in range(9, 17):
        book(hour=hour, card={})
    gateway = Recorder()

    def work(_: int) -> None:
        with clock.frozen(at(FRIDAY - timedelta(days=1), 16)):
            sending.send_due(gateway)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len(gateway.sent) == len({message.attempt for message in gateway.sent}) == 8


# A link, where the card allows it ----------------------------------------------------------------

ADDRESS = re.compile(re.escape(settings.PUBLIC_URL) + r"/v/([2-9b-z]{16})/$")


def token_in(body: str) -> str:
    found = ADDRESS.search(body)
    return found[1] if found else ""


@pytest.mark.parametrize("allows", [True, False])
@pytest.mark.parametrize("wording", ContactCard.Wording.values)
def test_text_holds_a_link_only_where_the_card_allows_it(book, allows, wording):
    booking, gateway = book(card={"allows_link": allows, "wording": wording}), Recorder()

    send_at(at(FRIDAY - timedelta(1), 10), gateway)

    (message,) = gateway.sent
    assert bool(token_in(message.body)) is allows
    assert ("://" in message.body) is allows
    assert booking.links.count() == allows


def test_link_in_a_text_is_the_recipients_and_its_hours(book):
    booking, gateway = book(card={"allows_link": True, "wording": "plain"}), Recorder()

    send_at(at(FRIDAY - timedelta(1), 10), gateway)

    with clock.frozen(at(FRIDAY - timedelta(1), 11)):
        link = links.known(token_in(gateway.sent[0].body))
    (reminder,) = booking.reminders.filter(status="sent")
    assert (link.booking, link.recipient, link.wording, link.schedule_version) == (
        booking,
        reminder.recipient,
        "plain",
        1,
    )


def test_each_text_has_a_link_of_its_own(book):
    booking, gateway = book(card={"allows_link": True}), Recorder()
    for ahead in (3, 1):
        send_at(at(FRIDAY - timedelta(ahead), 10), gateway)

    tokens = {token_in(message.body) for message in gateway.sent}
    assert (len(tokens), booking.links.count()) == (2, 2)


def test_what_is_not_sent_makes_no_link(book):
    booking = book(card={"allows_link": True, "safe_to_text": False})

    send_at(at(FRIDAY - timedelta(1), 10), Recorder())

    assert booking.links.count() == 0


@pytest.mark.parametrize(
    "host", ["https://shelter.example", "https://krizisen-centur.bg", "https://service-1.bg"]
)
def test_address_of_ours_that_would_be_telling_stays_away(book, settings, host):
    settings.PUBLIC_URL = host
    booking, gateway = book(card={"allows_link": True}), Recorder()
    booking.service.name = "Service-1"
    booking.service.save()

    send_at(at(FRIDAY - timedelta(1), 10), gateway)

    assert [host in message.body for message in gateway.sent] == [False]
    assert booking.links.count() == 0


def test_no_other_link_comes_along_with_ours(book):
    booking, gateway = book(card={"allows_link": True, "wording": "full"}), Recorder()
    booking.centre.public_name = "www.else.bg"
    booking.centre.save()
    ContactCard.objects.update(script="latin")

    send_at(at(FRIDAY - timedelta(1), 10), gateway)

    (message,) = gateway.sent
    assert message.body.startswith("Napomnyane: sreshta na ")
    assert "else" not in message.body


def test_what_a_token_happens_to_spell_is_no_matter(book, monkeypatch):
    monkeypatch.setattr(links, "new_token", lambda: "2345678923456789")
    book(card={"allows_link": True})
    gateway = Recorder()

    send_at(at(FRIDAY - timedelta(1), 10), gateway)

    assert token_in(gateway.sent[0].body) == "2345678923456789"
