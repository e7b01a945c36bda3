"""Staff hear by e-mail that there is something to do, and nothing about whom."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import Mock

import pytest
from django.core import mail

from base import clock
from base.models import Task
from base.services import finish_task, open_task
from notifications import mailing
from people.models import Role, User
from tests.notifications.recorder import NOW
from tests.support import building
from tests.support.building import MONDAY

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def office(settings):
    settings.EMAIL_URL = "smtp://localhost"
    settings.PUBLIC_URL = "https://pristan.example"
    centre = building.centre()
    for role in (Role.Name.COORDINATOR, Role.Name.MANAGER, Role.Name.PSYCHOLOGIST):
        user = building.user(centre, role)
        User.objects.filter(pk=user.pk).update(email=f"{role.value}@office.example")
    return centre


def asked(centre, about="case:1", owner=None, kind=Task.Kind.ASSESSMENT_DUE):
    with clock.frozen(NOW):
        owner_id = User.objects.get(email=f"{owner}@office.example").pk if owner else None
        open_task(kind, centre_id=centre.pk, about=about, due_on=MONDAY, owner_id=owner_id)


def mailed(at=LATER):
    mail.outbox.clear()
    with clock.frozen(at):
        mailing.mail_tasks()
    return {letter.to[0]: letter.body for letter in mail.outbox}


def test_a_task_is_mailed_to_its_owner_once(office):
    asked(office, owner="psychologist")
    assert list(mailed()) == ["psychologist@office.example"]
    assert mailed() == {}


def test_a_task_without_an_owner_goes_to_the_coordinator(office):
    asked(office)
    assert list(mailed()) == ["coordinator@office.example"]


def test_the_letter_says_what_and_until_when_and_nothing_else(office):
    asked(office, about="case:secret", owner="psychologist")
    asked(office, about="person:secret", owner="psychologist", kind=Task.Kind.SMS_REPLY)
    (body,) = mailed().values()
    assert body.splitlines() == [
        "– Оценката и планът са за предаване (срок 01.03.2027)",
        "– Някой отговори на съобщение: обадете се (срок 01.03.2027)",
        "",
        "https://pristan.example",
    ]


def test_what_is_done_at_once_is_not_mailed(office):
    asked(office)
    with clock.frozen(NOW):
        finish_task(Task.objects.get())
    assert mailed() == {}


def test_a_task_settles_before_it_is_mailed(office):
    asked(office)
    assert mailed(NOW + timedelta(seconds=119)) == {}


def test_a_letter_that_does_not_leave_is_tried_again_after_the_lease(office, monkeypatch):
    asked(office)
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "send_mail", Mock(side_effect=SMTPServerDisconnected))
        assert mailed() == {}
    assert mailed() == {}  # another worker may be at it
    Task.objects.update(mail_lease_until=NOW - timedelta(days=9000))
    assert len(mailed()) == 1


def test_one_person_without_an_address_stops_nobody_elses_letter(office):
    asked(office, owner="psychologist")
    asked(office, about="case:2", owner="manager")
    User.objects.filter(email__startswith="psy").update(email="")
    assert list(mailed()) == ["manager@office.example"]
    assert Task.objects.filter(mailed_at=None).count() == 0


def test_without_a_mail_server_nobody_is_written_to(office, settings):
    settings.EMAIL_URL = ""
    asked(office)
    assert mailed() == {}
