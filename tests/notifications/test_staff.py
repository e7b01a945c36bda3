"""What people do about texts: codes read back, texts sent again, replies, and a restored backup."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from twilio.request_validator import RequestValidator

from base import clock
from base.models import Task
from notifications import asking, by_hand, codes, inbound, queue, verifying
from notifications.errors import (
    MayHaveLeft,
    MayNotText,
    NobodyKnows,
    NoCodeAsked,
    NothingToResend,
    TooManyCodes,
    WrongCode,
)
from notifications.gateways import Listed, Refused, Sent, Unknown
from notifications.models import Delivery, Reminder, Verification
from people.errors import NumberChanged
from people.models import ContactCard, Role
from people.policies import staff as staff_of
from people.selectors import others_with_number_of
from tests.notifications.recorder import FRIDAY, NOW, Recorder, send_at
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import browser

pytestmark = pytest.mark.django_db

THURSDAY = FRIDAY - timedelta(days=1)
NOON = at(THURSDAY, 12)


@pytest.fixture
def monday():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def card(monday):
    person = building.person(building.centre())
    return building.card(person, verified_at=None, safe_to_text=False, safety_asked_on=None)


@pytest.fixture
def staff(card):
    return building.user(card.person.centre)


# --- Codes (D27) ---------------------------------------------------------------------------------


def test_an_unverified_number_gets_the_bare_code_and_nothing_else(card, staff):
    reminder = verifying.ask_code(card, by=staff)
    gateway = Recorder()
    send_at(NOW, gateway)
    assert [(one.to, one.body) for one in gateway.sent] == [
        ("+359888123456", codes.code_of(reminder))
    ]
    assert len(gateway.sent[0].body) == 6


def test_the_code_leaves_also_at_night_for_she_has_the_telephone_in_her_hand(card, staff):
    with clock.frozen(at(MONDAY, 22)):
        verifying.ask_code(card, by=staff)
    gateway = Recorder()
    send_at(at(MONDAY, 22, 1), gateway)
    assert len(gateway.sent) == 1


def test_what_she_reads_back_verifies_the_number(card, staff):
    reminder = verifying.ask_code(card, by=staff)
    assert verifying.read_back(card, codes.code_of(reminder)).verified_at == NOW


def test_a_number_that_came_back_to_life_is_verified_anew_by_its_code(card, staff):
    ContactCard.objects.update(suspended_on=MONDAY)
    reminder = verifying.ask_code(card, by=staff)
    fresh = verifying.read_back(card, codes.code_of(reminder))
    assert (fresh.suspended_on, fresh.verified_at) == (None, NOW)


def test_a_code_is_good_for_one_reading(card, staff):
    code = codes.code_of(verifying.ask_code(card, by=staff))
    verifying.read_back(card, code)
    with pytest.raises(NoCodeAsked):
        verifying.read_back(card, code)


def test_a_new_code_ends_the_older_one(card, staff):
    older = codes.code_of(verifying.ask_code(card, by=staff))
    verifying.ask_code(card, by=staff)
    with pytest.raises(WrongCode):
        verifying.read_back(card, older)


def test_a_code_that_has_not_left_when_another_is_asked_for_never_does(card, staff):
    verifying.ask_code(card, by=staff)
    newer = verifying.ask_code(card, by=staff)
    gateway = Recorder()
    send_at(NOW, gateway)
    assert [one.body for one in gateway.sent] == [codes.code_of(newer)]


def test_a_code_never_goes_to_another_number_than_it_was_asked_for(card, staff):
    verifying.ask_code(card, by=staff)
    ContactCard.objects.update(phone="+359888999999")
    gateway = Recorder()
    send_at(NOW, gateway)
    assert gateway.sent == []


def test_a_code_holds_for_a_quarter_of_an_hour(card, staff):
    code = codes.code_of(verifying.ask_code(card, by=staff))
    with clock.frozen(NOW + timedelta(minutes=15)), pytest.raises(NoCodeAsked):
        verifying.read_back(card, code)


def test_after_five_wrong_tries_even_the_right_code_is_refused(card, staff):
    code = codes.code_of(verifying.ask_code(card, by=staff))
    for _ in range(5):
        with pytest.raises(WrongCode):
            verifying.read_back(card, "x")
    with pytest.raises(NoCodeAsked):
        verifying.read_back(card, code)


def test_a_code_says_nothing_of_another_number(card, staff):
    code = codes.code_of(verifying.ask_code(card, by=staff))
    ContactCard.objects.update(phone="+359888999999")
    with pytest.raises(NumberChanged):
        verifying.read_back(card, code)
    assert ContactCard.objects.get().verified_at is None


def test_no_more_than_three_codes_an_hour(card, staff):
    for _ in range(3):
        verifying.ask_code(card, by=staff)
    with pytest.raises(TooManyCodes):
        verifying.ask_code(card, by=staff)
    with clock.frozen(NOW + timedelta(minutes=61)):
        verifying.ask_code(card, by=staff)
    assert Verification.objects.count() == 4


@pytest.mark.parametrize(
    "gone", [{"phone": ""}, {"consent_on": None}, {"opted_out_on": MONDAY}], ids=str
)
def test_not_even_a_code_goes_where_nothing_may(card, staff, gone):
    ContactCard.objects.update(**gone)
    with pytest.raises(MayNotText):
        verifying.ask_code(card, by=staff)
    assert Reminder.objects.count() == 0


# --- By hand -------------------------------------------------------------------------------------


def last(kind="24h"):
    return Reminder.objects.get(kind=kind)


def long_ago():
    Delivery.objects.update(claimed_at=NOW - timedelta(9000), lease_until=NOW - timedelta(8999))


def test_what_failed_is_sent_again_by_hand(book):
    book(card={})
    answers = iter([Refused(30036, None), Sent(sid="SM1")])
    gateway = Recorder(lambda message: next(answers))
    send_at(NOON, gateway)
    with clock.frozen(NOON):
        by_hand.resend(last(), gateway)
    send_at(NOON, gateway)
    assert (len(gateway.sent), last().status) == (2, "sent")


def test_what_is_unknown_is_first_looked_for(book):
    book(card={})
    gateway = Recorder(lambda message: Unknown("ReadTimeout"))
    send_at(NOON, gateway)
    long_ago()
    gateway.list = [Listed("SM1", "Напомняне: 05.03.2027 г., 10:00 ч.")]
    with clock.frozen(NOON), pytest.raises(MayHaveLeft):
        by_hand.resend(last(), gateway)
    assert last().status == "sent"


def test_what_is_unknown_and_not_listed_leaves_again_by_hand(book):
    book(card={})
    answers = iter([Unknown("ReadTimeout"), Sent(sid="SM1")])
    gateway = Recorder(lambda message: next(answers))
    send_at(NOON, gateway)
    long_ago()
    with clock.frozen(NOON):
        by_hand.resend(last(), gateway)
    send_at(NOON, gateway)
    assert (len(gateway.sent), last().status) == (2, "sent")


def test_what_may_not_be_listed_yet_is_not_sent_again(book):
    book(card={})
    gateway = Recorder(lambda message: Unknown("ReadTimeout"))
    send_at(NOON, gateway)
    with clock.frozen(NOON), pytest.raises(NobodyKnows):
        by_hand.resend(last(), gateway)
    assert last().status == "unknown"


def test_while_the_operator_does_not_answer_nothing_is_sent_again(book):
    book(card={})
    gateway = Recorder(lambda message: Unknown("ReadTimeout"))
    send_at(NOON, gateway)
    long_ago()
    gateway.list = None
    with clock.frozen(NOON), pytest.raises(NobodyKnows):
        by_hand.resend(last(), gateway)


@pytest.mark.parametrize("status", ["planned", "sent", "sending", "dropped", "silent"])
def test_only_what_is_in_trouble_is_sent_by_hand(book, status):
    book(card={})
    Reminder.objects.update(status=status)
    with clock.frozen(NOON), pytest.raises(NothingToResend):
        by_hand.resend(last(), Recorder())


def test_after_a_backup_was_restored_what_was_due_waits_for_a_person(book, capsys):
    book(card={})
    book(card={}, hour=12, day=FRIDAY + timedelta(days=7))
    with clock.frozen(NOON):
        call_command("restore_quarantine")
    assert capsys.readouterr().out.startswith("2 texts wait for a person")
    gateway = Recorder()
    send_at(NOON, gateway)
    assert gateway.sent == []
    assert sorted(Reminder.objects.values_list("status", flat=True)) == [
        *["held"] * 2,
        *["planned"] * 2,
    ]


def test_what_was_held_leaves_by_hand_unless_the_lost_days_have_told_her(book):
    book(card={})
    with clock.frozen(NOON):
        by_hand.quarantine()
    gateway = Recorder()
    gateway.list = [Listed("SM9", "")]
    with clock.frozen(NOON), pytest.raises(MayHaveLeft):
        by_hand.resend(last(), gateway)
    gateway.list = []
    with clock.frozen(NOON):
        by_hand.resend(last(), gateway)
    send_at(NOON, gateway)
    assert len(gateway.sent) == 1


def test_the_queue_shows_unknown_and_failed_before_what_leaves_next(
    book, django_assert_num_queries
):
    booking = book(card={})
    staff = staff_of(building.user(booking.centre, Role.Name.COORDINATOR))
    for hour, status in ((11, "failed"), (12, "unknown"), (13, "held"), (14, "sent")):
        other = book(card={}, hour=hour)
        other.reminders.filter(kind="24h").update(status=status)
    with clock.frozen(at(THURSDAY, 9)):
        found = [one.status for one in queue.in_order(staff) if one.kind == "24h"]
    assert found == ["unknown", "failed", "held", "planned"]


# --- Replies and asking again --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["СТОП", "стоп", " Stop. ", "„СТОП“", "STOP!", "спри", "Отказ", "ＳＴＯＰ", "UNSUBSCRIBE"],
)
def test_stop_opts_out_every_card_with_the_number_at_once(monday, text):
    cards = [building.card(building.person(building.centre(slug))) for slug in ("one", "two")]
    inbound.hear("+359888123456", text)
    for card in cards:
        card.refresh_from_db()
    assert {card.opted_out_on for card in cards} == {MONDAY}


@pytest.mark.parametrize("text", ["Не мога утре", "", "stop it please", "STOP\x00 now", "🙂"])
def test_any_other_reply_is_a_task_to_call_and_is_kept_nowhere(monday, text):
    card = building.card(building.person(building.centre()))
    inbound.hear("+359888123456", text)
    card.refresh_from_db()
    assert card.opted_out_on is None
    assert Task.objects.get().about == f"person:{card.person.public_id}"


def test_of_an_unknown_number_nothing_comes(monday):
    inbound.hear("+359888000000", "СТОП")
    assert Task.objects.count() == 0


URL = "http://127.0.0.1:8000/hooks/twilio/inbound/"


def inbound_post(settings, fields, *, token="t" * 32, signed=None):
    settings.TWILIO_AUTH_TOKEN, settings.PUBLIC_URL = "t" * 32, "http://127.0.0.1:8000"
    signature = RequestValidator(token).compute_signature(URL, signed or fields)
    return browser().post(
        "/hooks/twilio/inbound/", fields, headers={"X-Twilio-Signature": signature}
    )


def test_the_answer_to_known_and_unknown_numbers_is_the_same(settings, monday):
    building.card(building.person(building.centre()))
    answers = [
        inbound_post(settings, {"From": number, "Body": "СТОП"})
        for number in ("+359888123456", "+359888000000")
    ]
    assert {(one.status_code, one.content) for one in answers} == {(200, b"<Response/>")}
    assert ContactCard.objects.get().opted_out_on == MONDAY


REPLY = {"AccountSid": "AC1", "Body": "СТОП", "From": "+359888123456"}
WHAT_TWILIO_ADDS = {
    "ApiVersion": "2010-04-01",
    "FromCountry": "BG",
    "MessagingServiceSid": "MG" + "0" * 32,
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsStatus": "received",
    "To": "+359700000000",
    "ToCountry": "BG",
    **dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), "SM" + "0" * 32),
    **dict.fromkeys(("FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"), ""),
}


def test_a_reply_is_heard_with_all_that_twilio_says_of_its_number(settings, monday):
    building.card(building.person(building.centre()))
    assert inbound_post(settings, {**REPLY, **WHAT_TWILIO_ADDS}).status_code == 200
    assert ContactCard.objects.get().opted_out_on == MONDAY


def test_a_reply_may_hold_the_word_from(settings, monday):
    building.card(building.person(building.centre()))
    fields = {**REPLY, **WHAT_TWILIO_ADDS, "Body": "From Monday I am away"}
    assert inbound_post(settings, fields).status_code == 200
    assert Task.objects.get().kind == Task.Kind.SMS_REPLY


@pytest.mark.parametrize(
    ("fields", "signed", "token"),
    [
        (REPLY, None, "x" * 32),
        (REPLY, {"From": "+359888123456"}, "t" * 32),
        # A stranger's own words, cut in two so that the first half comes from her number.
        (
            {**REPLY, "From+359888000000": ""},
            {**REPLY, "Body": "СТОПFrom+359888123456", "From": "+359888000000"},
            "t" * 32,
        ),
        (
            {**REPLY, **WHAT_TWILIO_ADDS, "From+359888000000": ""},
            {
                **REPLY,
                **WHAT_TWILIO_ADDS,
                "Body": "СТОПFrom+359888123456",
                "From": "+359888000000",
            },
            "t" * 32,
        ),
    ],
    ids=["stranger", "other fields", "split", "split among many"],
)
def test_a_forged_reply_changes_nothing(settings, monday, fields, signed, token):
    building.card(building.person(building.centre()))
    assert inbound_post(settings, fields, signed=signed, token=token).status_code == 403
    assert ContactCard.objects.get().opted_out_on is None


@pytest.mark.parametrize("signature", [None, "подпис", "", "x" * 5000])
def test_a_reply_without_a_good_signature_is_forbidden(settings, signature):
    settings.TWILIO_AUTH_TOKEN = "t" * 32
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    assert browser().post("/hooks/twilio/inbound/", REPLY, headers=headers).status_code == 403


def test_a_reply_without_a_number_is_a_bad_request(settings, monday):
    assert inbound_post(settings, {"From": "Vivacom", "Body": "СТОП"}).status_code == 400


def test_safety_is_asked_again_a_week_before_the_answer_ends(monday):
    centre = building.centre()
    person = building.person(centre)
    building.case(person)
    building.card(person, safety_asked_on=MONDAY - timedelta(days=83))
    assert asking.ask_again() == 1
    assert asking.ask_again() == 1
    task = Task.objects.get(kind=Task.Kind.SAFETY_DUE)
    assert (task.about, task.due_on) == (f"person:{person.public_id}", MONDAY + timedelta(days=7))


@pytest.mark.parametrize(
    "card",
    [
        {"safety_asked_on": MONDAY - timedelta(days=82)},
        {"safety_asked_on": MONDAY - timedelta(days=83), "opted_out_on": MONDAY},
        {"safety_asked_on": MONDAY - timedelta(days=83), "consent_on": None},
    ],
    ids=str,
)
def test_nobody_is_asked_before_time_or_where_nothing_may_be_sent(monday, card):
    person = building.person(building.centre())
    building.case(person)
    building.card(person, **card)
    assert asking.ask_again() == 0


def test_an_answer_ends_the_asking(monday):
    person = building.person(building.centre())
    building.case(person)
    card = building.card(person, safety_asked_on=MONDAY - timedelta(days=85))
    asking.ask_again()
    card.safety_asked_on = MONDAY
    card.save()
    asking.ask_again()
    assert Task.objects.filter(done_at=None).count() == 0


def test_a_number_that_others_of_the_centre_have_is_counted_and_no_other_centres(monday):
    ours, theirs = building.centre("ours"), building.centre("theirs")
    mother, sister, stranger = (building.person(centre) for centre in (ours, ours, theirs))
    card = building.card(mother)
    building.card(stranger)
    assert others_with_number_of(card) == 0
    building.card(sister)
    assert others_with_number_of(card) == 1
    card.phone = ""
    assert others_with_number_of(card) == 0
