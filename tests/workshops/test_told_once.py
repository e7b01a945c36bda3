"""Of several children of one family in a session, their mother is told once (D31)."""

from datetime import timedelta
from typing import NamedTuple

import pytest

from base import clock
from notifications.gateways import Refused
from notifications.models import Reminder
from people.models import ContactCard, Person, User
from scheduling import services
from scheduling.models import Booking
from tests.notifications.recorder import Recorder, send_at
from tests.support import building
from tests.workshops import building as made
from tests.workshops.building import FIRST
from workshops import sessions
from workshops.models import Group, Seat, Session

pytestmark = pytest.mark.django_db

WHEN = building.at(FIRST - timedelta(days=5), 10)
THREE = timedelta(minutes=3)


class Family(NamedTuple):
    by: User
    group: Group
    session: Session
    children: list[Person]
    card: ContactCard


@pytest.fixture
def family() -> Family:
    """Three sisters who come to one group, and their mother, who may be texted."""
    centre = building.centre()
    by = building.user(centre, "coordinator")
    group = made.group(made.workshop(centre), by=by)
    mother = building.person(centre)
    card = building.card(mother)
    children = [made.child(centre, mother=mother) for _ in range(3)]
    made.enrol(group, *children, by=by, carer=mother)
    session = group.sessions.order_by("booking__starts_at")[0]
    return Family(by, group, session, children, card)


def off(gateway: Recorder) -> list[str]:
    return [one.body for one in gateway.sent if one.body.startswith("Отменено")]


def cancel(family: Family) -> None:
    with clock.frozen(WHEN):
        sessions.cancel_session(family.session, by=family.by, reason="-")


def send(gateway: Recorder, *, passes: int = 4) -> None:
    for minutes in range(passes):
        send_at(WHEN + THREE + timedelta(minutes=minutes), gateway)


def test_the_dates_of_a_term_are_one_text(family: Family):
    gateway = Recorder()
    for minutes in range(5):
        send_at(building.at(made.MONDAY, 9) + timedelta(minutes=minutes), gateway)
    told = Reminder.objects.filter(kind=Reminder.Kind.SERIES)
    assert (told.count(), len(gateway.sent)) == (3, 1)


def test_a_cancelled_session_is_one_text(family: Family):
    gateway = Recorder()
    cancel(family)
    send(gateway)
    assert len(off(gateway)) == 1
    told = Reminder.objects.filter(kind=Reminder.Kind.CANCELLED)
    assert sorted(told.values_list("status", "why")) == [
        ("sent", ""),
        ("silent", "told_already"),
        ("silent", "told_already"),
    ]


def test_reminders_of_one_hour_are_one_text(family: Family):
    gateway = Recorder()
    begins = family.session.booking.starts_at
    for hours in (72, 24):
        for minutes in range(0, 6 * 60, 5):
            send_at(begins - timedelta(hours=hours) - timedelta(minutes=minutes - 300), gateway)
    day = f"{FIRST:%d.%m.%Y}"
    about = Reminder.objects.filter(starts_at=begins, kind__in=["72h", "24h"], status="sent")
    assert sorted(about.values_list("kind", flat=True)) == ["24h", "72h"]
    assert any(day in one.body for one in gateway.sent)


def test_where_the_first_does_not_get_through_the_next_is_tried(family: Family):
    gateway = Recorder()
    usual = gateway.answer
    gateway.answer = lambda message: (
        Refused(code=None, retry_after=None) if len(off(gateway)) == 1 else usual(message)
    )
    cancel(family)
    send(gateway)
    assert len(off(gateway)) == 2
    assert Reminder.objects.filter(kind="off", status="sent").count() == 1


def test_who_stays_away_alone_leaves_the_others_their_reminder(family: Family):
    gateway = Recorder()
    seat = Seat.objects.get(session=family.session, enrolment__person=family.children[0])
    with clock.frozen(WHEN):
        services.cancel_booking(seat.booking, by=family.by, party=Booking.Party.CLIENT)
    begins = family.session.booking.starts_at
    for minutes in range(0, 6 * 60, 5):
        send_at(begins - timedelta(hours=24) + timedelta(minutes=minutes - 300), gateway)
    sent = Reminder.objects.filter(starts_at=begins, kind="24h", status="sent")
    assert sent.count() == 1


def test_texts_with_a_link_are_each_child_s_own(family: Family):
    ContactCard.objects.filter(pk=family.card.pk).update(allows_link=True, wording="full")
    gateway = Recorder()
    begins = family.session.booking.starts_at
    for minutes in range(0, 6 * 60, 5):
        send_at(begins - timedelta(hours=24) + timedelta(minutes=minutes - 300), gateway)
    linked = Reminder.objects.filter(starts_at=begins, kind="24h", status="sent")
    assert linked.count() == 3
