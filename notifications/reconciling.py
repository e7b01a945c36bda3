"""Learning from the operator what nobody told us: whether a text left, what became of it; and then
taking it away from there (DESIGN §6, steps 5 and 6)."""

import hmac
import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time

from base import clock
from base.models import Task
from base.services import finish_task_about, open_task
from notifications import gateways, outcomes
from notifications.crew import at_once
from notifications.gateways import Listed, NoAnswer
from notifications.models import Delivery, Reminder

Status = Reminder.Status

PASS = timedelta(seconds=20)
CLOCKS_DIFFER = timedelta(hours=1)
ASKED_FOR = timedelta(days=3)
"""What has no final status by then will never have one."""


def fingerprint(body: str) -> str:
    """By what a text is known again without being kept."""
    return hmac.new(settings.SECRET_KEY.encode(), body.encode(), sha256).hexdigest()


def reconcile(gateway: gateways.Gateway | None = None) -> int:
    """Look at every delivery whose time has come; returns how many. Bounded, so that sending is
    not kept waiting."""
    gateway = gateway or gateways.current()
    ends = time.monotonic() + PASS.total_seconds()
    looked = 0
    while time.monotonic() < ends and (batch := take(settings.SMS_THREADS)):
        at_once(lambda one: look(one, gateway), batch)
        looked += len(batch)
    return looked


@transaction.atomic
def take(size: int) -> list[Delivery]:
    """Those to look at, put off meanwhile: who dies over one leaves it for a later look."""
    found = (
        Delivery.objects.filter(look_at__lte=Now())
        .order_by("look_at", "pk")
        .select_for_update(skip_locked=True)
    )
    batch = list(found[:size])
    Delivery.objects.filter(pk__in=[one.pk for one in batch]).update(
        look_at=Now() + timedelta(seconds=settings.SMS_GRACE)
    )
    return batch


def look(delivery: Delivery, gateway: gateways.Gateway) -> None:
    try:
        if not delivery.sid:
            find(delivery, gateway)
        elif delivery.status in outcomes.FINAL:
            redact(delivery, gateway)
        else:
            learn(delivery, gateway)
    except NoAnswer:
        if not delivery.sid:
            tell_someone(delivery.reminder)


def find(delivery: Delivery, gateway: gateways.Gateway) -> None:
    """Adopt it if it is listed; if it is not, it never left and may leave again. Raises NoAnswer,
    also when what to look for was forgotten: with a message that turned out to be another's."""
    if delivery.parts is not None and not delivery.to:
        raise NoAnswer("nothing to look for")
    since = delivery.claimed_at - CLOCKS_DIFFER
    listed = gateway.listed(delivery.to, since=since) if delivery.to else []
    if not any(adopt(delivery, one) for one in alike(delivery, listed)):
        release(delivery)


def alike(delivery: Delivery, listed: Sequence[Listed]) -> list[Listed]:
    """The messages with its very text that belong to no attempt yet, the oldest first."""
    found = [one for one in listed if fingerprint(one.body) == delivery.fingerprint]
    ours = set(
        Delivery.objects.filter(sid__in=[one.sid for one in found]).values_list("sid", flat=True)
    )
    return [one for one in reversed(found) if one.sid not in ours]


def adopt(delivery: Delivery, message: Listed) -> bool:
    """False when another attempt was quicker to adopt it."""
    try:
        with transaction.atomic():
            fresh = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
            if fresh.sid:
                return True
            outcomes.note_progress(fresh, gateways.Report(message.sid, "accepted", None))
    except IntegrityError:
        return False
    return True


@transaction.atomic
def release(delivery: Delivery) -> None:
    """It is not listed after the grace: nobody has it. Due again; whether it is still of use is
    judged when it leaves."""
    fresh = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if fresh.sid:
        return
    fresh.status, fresh.look_at = "absent", None
    fresh.save(update_fields=["status", "look_at"])
    Reminder.objects.filter(pk=fresh.reminder_id, status=Status.UNKNOWN).update(
        status=Status.PLANNED, due_at=clock.now()
    )
    finish_task_about(Task.Kind.SMS_UNKNOWN, outcomes.matter_of(delivery.reminder))


def learn(delivery: Delivery, gateway: gateways.Gateway) -> None:
    """No callback came: ask what became of it."""
    report = gateway.report(delivery.sid)
    if report is None or (report.status not in outcomes.FINAL and is_long_ago(delivery)):
        forget(delivery, redacted=False)
        return
    with transaction.atomic():
        fresh = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if outcomes.is_progress(fresh.status, report.status):
            outcomes.note_progress(fresh, report)


def is_past_grace(delivery: Delivery) -> bool:
    """Whether it must be listed by now, if it has left."""
    grace = timedelta(seconds=settings.SMS_GRACE)
    return Delivery.objects.filter(pk=delivery.pk, claimed_at__lt=Now() - grace).exists()


def is_long_ago(delivery: Delivery) -> bool:
    return Delivery.objects.filter(pk=delivery.pk, claimed_at__lt=Now() - ASKED_FOR).exists()


def redact(delivery: Delivery, gateway: gateways.Gateway) -> None:
    if gateway.redact(delivery.sid):
        forget(delivery, redacted=True)


def forget(delivery: Delivery, *, redacted: bool) -> None:
    """Nothing more is to be asked, and nothing to be known again by."""
    Delivery.objects.filter(pk=delivery.pk).update(
        to="", fingerprint="", look_at=None, redacted_at=Now() if redacted else None
    )


def tell_someone(reminder: Reminder) -> None:
    """The operator cannot be asked either: it stays unknown, and a person should know (D33)."""
    booking = reminder.booking
    open_task(
        Task.Kind.SMS_UNKNOWN,
        centre_id=reminder.centre_id,
        about=outcomes.matter_of(reminder),
        due_on=clock.today(),
        owner_id=booking.created_by_id if booking else None,
    )
