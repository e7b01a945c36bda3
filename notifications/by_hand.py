"""What people do about texts: sent again by hand, or held after a backup was restored."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from base import clock
from base.models import Task
from base.services import finish_task_about
from notifications import gateways, outcomes, reconciling, sending
from notifications.errors import MayHaveLeft, NobodyKnows, NothingToResend
from notifications.gateways import NoAnswer
from notifications.models import Delivery, Reminder
from notifications.soon import send_soon
from people.models import ContactCard

Status = Reminder.Status

BY_HAND = frozenset({Status.FAILED, Status.UNKNOWN, Status.HELD})
A_MOMENT = timedelta(minutes=1)


def resend(reminder: Reminder, gateway: gateways.Gateway | None = None) -> None:
    """Send it again, after the operator was asked whether it has left (DESIGN §6, step 5). When it
    leaves everything is checked as ever. Takes seconds: never in a transaction.

    Raises NothingToResend, MayHaveLeft, NobodyKnows.
    """
    if reminder.status not in BY_HAND:
        raise NothingToResend
    try:
        has_left = is_with_operator(reminder, gateway or gateways.current())
    except NoAnswer:
        raise NobodyKnows from None
    if has_left:
        raise MayHaveLeft
    moved = Reminder.objects.filter(pk=reminder.pk, status__in=BY_HAND).update(
        status=Status.PLANNED, due_at=clock.now(), why=""
    )
    was_released = reminder.status == Status.UNKNOWN  # when it was looked for and not found
    if not (moved or was_released):
        raise NothingToResend
    finish_task_about(Task.Kind.SMS_UNKNOWN, outcomes.matter_of(reminder))
    send_soon()


def is_with_operator(reminder: Reminder, gateway: gateways.Gateway) -> bool:
    """Whether the text has left; or, of one that waits since a backup was restored, whether any has
    gone to her since it was due: what the lost days did is not in our books."""
    if reminder.status == Status.UNKNOWN:
        return adopted(reminder, gateway)
    if reminder.status == Status.HELD:
        card = ContactCard.objects.filter(person=reminder.recipient_id).exclude(phone="").first()
        listed = gateway.listed(str(card.phone), since=reminder.due_at - A_MOMENT) if card else []
        ours = Delivery.objects.filter(sid__in=[one.sid for one in listed])
        return len(listed) > ours.count()
    return False


def adopted(reminder: Reminder, gateway: gateways.Gateway) -> bool:
    """Look for its last attempt now. Raises NoAnswer, also while it may not be listed yet, or when
    nobody knows what to look for."""
    delivery = reminder.deliveries.last()
    if delivery is None or delivery.parts is None:
        return False  # it was never begun
    if not reconciling.is_past_grace(delivery):
        raise NoAnswer("not listed yet")
    reconciling.find(delivery, gateway)
    delivery.refresh_from_db()
    return bool(delivery.sid)


@transaction.atomic
def quarantine() -> int:
    """After a backup was restored: whatever was due before now, or under way, may have been sent in
    the time that is lost, and waits for a person. Returns how many."""
    sending.give_up_lost_claims()
    now = clock.now()
    waiting = Q(status=Status.PLANNED, due_at__lte=now) | Q(
        status__in=[Status.SENDING, Status.UNKNOWN]
    )
    found = Reminder.objects.filter(waiting)
    Delivery.objects.filter(reminder__in=found).update(look_at=None)
    return found.update(status=Status.HELD)
