"""What the operator's error codes mean for a number, a text and the sender (D34).

https://www.twilio.com/docs/api/errors describes the codes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base import clock
from base.models import Task
from base.services import open_task
from notifications.models import Delivery, Reminder
from people import services as people_services
from people.models import ContactCard

Status = Reminder.Status

SENDER_WAITS: Final = timedelta(minutes=15)
ANOTHER_TRY: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Trouble:
    """`sentence` is for staff. Of a number: it asked for silence (`opts_out`), it cannot be
    written to (`suspends`), or not now (`passes`). `is_senders`: an administrator must act."""

    sentence: str | Promise
    opts_out: bool = False
    suspends: bool = False
    passes: bool = False
    is_senders: bool = False
    alerts: bool = False


TROUBLES: Final = {
    21610: Trouble(_("She answered STOP to the operator: no text reaches her."), opts_out=True),
    21211: Trouble(_("There is no such number."), suspends=True),
    21614: Trouble(_("The number is not a mobile telephone."), suspends=True),
    21635: Trouble(_("The number is a landline."), suspends=True),
    30005: Trouble(_("The number is not in use."), suspends=True),
    30006: Trouble(_("The number is a landline, or its network takes no texts."), suspends=True),
    30003: Trouble(_("The telephone was switched off or out of reach."), passes=True),
    30008: Trouble(_("The operator could not deliver it and does not say why."), passes=True),
    30007: Trouble(_("The operator took the text for unwanted mail."), alerts=True),
    21408: Trouble(_("Our account may not text that country."), alerts=True),
    21608: Trouble(_("Our account is a trial one and may not text this number."), alerts=True),
    20003: Trouble(_("The operator does not accept our password."), is_senders=True, alerts=True),
    30036: Trouble(_("It would have come too late.")),
}
OTHER: Final = Trouble(_("The operator refused it."))


def of(code: int | None) -> Trouble:
    return TROUBLES.get(code or 0, OTHER)


ARRIVED: Final = _("arrived")
ON_ITS_WAY: Final = _("on its way")
WORDS: Final = {"delivered": ARRIVED, "read": ARRIVED, "absent": _("never left")}


def what_came_of(delivery: Delivery) -> str | Promise:
    """Of one attempt, in words."""
    if delivery.error_code:
        return of(delivery.error_code).sentence
    if delivery.status in WORDS:
        return WORDS[delivery.status]
    if delivery.status in {"undelivered", "failed", "canceled"}:
        return OTHER.sentence
    return ON_ITS_WAY if delivery.sid else _("nobody knows")


def react(delivery: Delivery) -> None:
    """Do what the error asks for, in the transaction that notes it."""
    trouble = of(delivery.error_code)
    reminder = Reminder.objects.select_related("booking", "recipient").get(pk=delivery.reminder_id)
    if trouble.alerts:
        alert(reminder, delivery)
    card = ContactCard.objects.filter(person=reminder.recipient_id, phone=delivery.to).first()
    if card and trouble.opts_out:
        people_services.opt_out(card)
    if card and trouble.suspends:
        people_services.suspend(card)
    if trouble.passes and not has_passed_before(delivery):
        Reminder.objects.filter(pk=reminder.pk, status=Status.FAILED).update(
            status=Status.PLANNED, due_at=clock.now() + ANOTHER_TRY
        )


def has_passed_before(delivery: Delivery) -> bool:
    """One later try, and no more."""
    passing = [code for code, trouble in TROUBLES.items() if trouble.passes]
    earlier = Delivery.objects.filter(reminder=delivery.reminder_id, error_code__in=passing)
    return earlier.exclude(pk=delivery.pk).exists()


def alert(reminder: Reminder, delivery: Delivery) -> None:
    open_task(
        Task.Kind.SMS_SENDER,
        centre_id=reminder.centre_id,
        about=f"error:{delivery.error_code}",
        due_on=clock.today(),
        owner_id=None,
    )
