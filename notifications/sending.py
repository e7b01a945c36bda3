"""Sending what is due: at most once (DESIGN §6, D33).

A worker takes reminders and commits before it calls anybody. What comes of the call, and what a
callback says of it meanwhile, is in `outcomes`; what stays unknown is for `reconciling`.
"""

import time
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time

from base import clock
from base.rows import fetch, is_stored
from notifications import gateways, links, outcomes, planning, reconciling, senders, texts, twins
from notifications.crew import at_once
from notifications.gateways import Message, Outcome
from notifications.models import Delivery, Reminder
from people.models import ContactCard

Status = Reminder.Status

PASS = timedelta(seconds=50)
"""A pass ends before the next is due, so that work is shared anew."""


DUE = """
    SELECT id FROM notifications_reminder WHERE status = 'planned' AND due_at <= %(now)s
     ORDER BY due_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED
"""
CLAIM = """
    WITH taken AS (
        UPDATE notifications_reminder SET status = 'sending' WHERE id = ANY(%(keys)s) RETURNING id
    )
    INSERT INTO notifications_delivery (reminder_id, attempt, claimed_at, lease_until, "to",
                                        fingerprint, sid, status)
    SELECT id, gen_random_uuid(), now(), now() + %(lease)s, '', '', '', '' FROM taken
    RETURNING id, reminder_id, attempt
"""


class Batch(NamedTuple):
    """What one worker has taken: to be begun before `send_by`, in monotonic seconds. With nothing
    in it, more may be taken after `wait`; None: nothing is due."""

    deliveries: list[Delivery]
    send_by: float
    wait: timedelta | None = None


def send_due(gateway: gateways.Gateway | None = None) -> int:
    """Attempt what is due, as many at once as there are threads; returns how many."""
    gateway = gateway or gateways.current()
    give_up_lost_claims()
    ends = time.monotonic() + PASS.total_seconds()
    attempted = 0
    while time.monotonic() < ends:
        batch = claim(gateway.name, settings.SMS_THREADS)
        if batch.wait is None and not batch.deliveries:
            break
        if not batch.deliveries:
            if time.monotonic() + wait_of(batch) >= ends:
                break
            time.sleep(wait_of(batch))
        do = partial(attempt, gateway=gateway, send_by=batch.send_by)
        outcomes.settle_all(
            zip(batch.deliveries, at_once(do, batch.deliveries), strict=True), sender=gateway.name
        )
        attempted += len(batch.deliveries)
    return attempted


def wait_of(batch: Batch) -> float:
    return batch.wait.total_seconds() if batch.wait else 0.0


@transaction.atomic
def claim(sender: str, size: int) -> Batch:
    """Take the reminders that are due longest, as far as the sender's allowance goes, and commit
    before anything is sent. The lease is on database time, so workers with wrong clocks agree
    about it."""
    send_by = time.monotonic() + settings.SMS_LEASE - 2 * settings.TWILIO_TIMEOUT
    found = [key for (key,) in fetch(DUE, {"now": clock.now(), "size": size})]
    if not found:
        return Batch([], send_by)
    allowance = senders.take(sender, len(found))
    taken = found[: allowance.texts]
    if not taken:
        return Batch([], send_by, allowance.wait)
    lease = timedelta(seconds=settings.SMS_LEASE)
    made = [
        Delivery(pk=key, reminder_id=reminder, attempt=attempt)
        for key, reminder, attempt in fetch(CLAIM, {"keys": taken, "lease": lease})
    ]
    for delivery in made:
        is_stored(delivery, delivery.pk)
    return Batch(sorted(made, key=lambda one: taken.index(one.reminder_id)), send_by)


def attempt(delivery: Delivery, gateway: gateways.Gateway, send_by: float) -> Outcome | None:
    """Check everything again, then make the one call, and return what came of it; None when there
    was none to be made. Never inside a transaction."""
    reminder = claimed(delivery)
    if reminder is None:
        return None
    card = ContactCard.objects.filter(person=reminder.recipient_id).first()
    token = links.new_token()
    verdict = planning.verdict(reminder, card, now=clock.now(), link=links.address_of(token))
    if isinstance(verdict, planning.Send):
        verdict = twins.once_for_all(reminder, verdict)
    match verdict:
        case planning.Drop():
            outcomes.settle(delivery, Status.DROPPED)
        case planning.Keep(why=why):
            outcomes.settle(delivery, Status.SILENT, why=why)
        case planning.Wait(until=until):
            outcomes.settle(delivery, Status.PLANNED, due_at=until)
        case planning.Send(to=to, body=body, until=until, link=link):
            if link and card and reminder.booking:
                links.link_for(reminder.booking, reminder.recipient, card.wording, token=token)
            note_what_leaves(delivery, to, body)
            message = Message(to, body, delivery.attempt, until - clock.now(), send_by)
            return gateway.send(message)
    return None


def claimed(delivery: Delivery) -> Reminder | None:
    """The reminder, as it is now, if this worker's lease still runs."""
    return (
        Reminder.objects.select_related(
            "centre", "booking__centre", "booking__service", "recipient"
        )
        .filter(
            status=Status.SENDING,
            deliveries=delivery,
            deliveries__ended_at=None,
            deliveries__lease_until__gt=Now(),
        )
        .first()
    )


def note_what_leaves(delivery: Delivery, to: str, body: str) -> None:
    """By what it can be found in the operator's list, should nobody learn what became of it."""
    delivery.to, delivery.fingerprint = to, reconciling.fingerprint(body)
    delivery.parts = texts.parts(body).parts
    delivery.save(update_fields=["to", "fingerprint", "parts"])


def give_up_lost_claims() -> None:
    """Claims whose lease ran out belong to dead workers: the text may have left or not, so it
    is unknown and never resent on that alone."""
    lost = Delivery.objects.filter(
        ended_at=None, lease_until__lt=Now(), reminder__status=Status.SENDING
    ).select_related("reminder")
    for delivery in lost:
        delivery.status = "lost"
        outcomes.settle(delivery, Status.UNKNOWN)
