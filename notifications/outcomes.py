"""What came of an attempt, from whoever says it first: the call, a callback, or a listing."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time

from base import clock
from base.models import Task
from base.rows import fetch
from base.services import finish_task_about
from notifications import senders, troubles
from notifications.gateways import NotBegun, Outcome, Refused, Report, Sent, Unknown
from notifications.models import Delivery, Reminder

logger = logging.getLogger("notifications")

Status = Reminder.Status
DELIVERY_ORDER = ("", "accepted", "queued", "sending", "sent", "delivered", "read")
FINAL_FAILURES = frozenset({"undelivered", "failed", "canceled"})
FINAL = FINAL_FAILURES | {"delivered", "read"}


MARK_SENT = """
    WITH told AS (SELECT * FROM unnest(%(keys)s::bigint[], %(sids)s::text[]) AS told (id, sid)),
    ended AS (
        UPDATE notifications_delivery it
           SET sid = told.sid, ended_at = %(now)s, look_at = now() + %(settles)s
          FROM told
         WHERE it.id = told.id AND it.ended_at IS NULL AND it.sid = ''
        RETURNING it.id, it.reminder_id
    ), marked AS (
        UPDATE notifications_reminder it SET status = 'sent'
          FROM ended
         WHERE it.id = ended.reminder_id AND it.status = 'sending'
    )
    SELECT id FROM ended
"""


def settle_all(attempted: Iterable[tuple[Delivery, Outcome | None]], *, sender: str) -> None:
    """End these attempts: those that went well, and of which nobody has said anything yet, in one
    statement, each of the others for itself."""
    outcomes = [(delivery, outcome) for delivery, outcome in attempted if outcome is not None]
    marked = mark_sent(
        {delivery.pk: one.sid for delivery, one in outcomes if isinstance(one, Sent)}
    )
    if marked:
        senders.note_health(sender)
    for delivery, outcome in outcomes:
        if delivery.pk not in marked:
            settle_outcome(delivery, outcome, sender=sender)


def mark_sent(sids: Mapping[int, str]) -> set[int]:
    """By delivery; returns which were marked. None where one of them was adopted by another."""
    facts = {
        "keys": list(sids),
        "sids": list(sids.values()),
        "now": clock.now(),
        "settles": timedelta(seconds=settings.SMS_SETTLES),
    }
    try:
        with transaction.atomic():
            return {key for (key,) in fetch(MARK_SENT, facts)} if sids else set()
    except IntegrityError:
        return set()


def settle_outcome(delivery: Delivery, outcome: Outcome, *, sender: str) -> None:
    match outcome:
        case Sent(sid=sid):
            delivery.sid = sid
            settle(delivery, Status.SENT)
            senders.note_health(sender)
        case NotBegun():
            settle(delivery, Status.PLANNED)
        case Refused(code=code, retry_after=None):
            delivery.error_code = code
            settle_refusal(delivery, sender=sender)
        case Refused(code=code, retry_after=wait):
            delivery.error_code = code
            assert wait is not None
            senders.pause(sender, until=wait)
            settle(delivery, Status.PLANNED, due_at=clock.now() + wait)
        case Unknown(cause=cause):
            delivery.status = cause[:20]
            settle(delivery, Status.UNKNOWN)


def settle_refusal(delivery: Delivery, *, sender: str) -> None:
    """Where the sender is at fault, every text would be refused: they wait until somebody has
    seen to it. Otherwise the fault is this number's."""
    trouble = troubles.of(delivery.error_code)
    if trouble.is_senders:
        senders.note_trouble(sender, delivery.error_code or 0)
        senders.pause(sender, until=troubles.SENDER_WAITS)
        settle(delivery, Status.PLANNED, due_at=clock.now() + troubles.SENDER_WAITS)
    else:
        settle(delivery, Status.FAILED)


@transaction.atomic
def settle(delivery: Delivery, status: Status, **fields: object) -> bool:
    """End the attempt; False when somebody else had already said what became of it. What a
    callback said stays."""
    kept = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if kept.ended_at is not None:
        if delivery.sid and not kept.sid:  # it was given up for dead, and was only slow
            give_back(delivery.sid, but=kept)
            note_progress(kept, Report(delivery.sid, "accepted", None))
        return False
    if delivery.sid and not kept.sid:
        give_back(delivery.sid, but=kept)
    kept.sid = kept.sid or delivery.sid
    kept.status = kept.status or delivery.status
    kept.error_code = kept.error_code or delivery.error_code
    kept.parts, kept.ended_at = delivery.parts, clock.now()
    kept.look_at = next_look(kept, status)
    kept.save()
    moved = Reminder.objects.filter(pk=kept.reminder_id, status=Status.SENDING).update(
        status=status, **fields
    )
    if moved and (status == Status.FAILED or kept.error_code):
        troubles.react(kept)
    logger.info("attempt %s: %s", kept.attempt, status.value)
    return bool(moved)


def next_look(delivery: Delivery, status: Status) -> Any:
    """When to ask the operator about it, on database time. A text that may have left is looked for
    when it must be listed by then (the grace counts from the claim), one that has left when it
    should have arrived."""
    if status == Status.UNKNOWN and not delivery.sid:
        return F("claimed_at") + timedelta(seconds=settings.SMS_GRACE)
    if delivery.sid:
        ended = delivery.status in FINAL
        return Now() + timedelta(seconds=0 if ended else settings.SMS_SETTLES)
    return None


@transaction.atomic
def note_status(attempt: UUID, report: Report) -> bool:
    """Keep what the operator says of an attempt (D35): idempotent, never backwards, and also
    before the SID was stored. False when no such attempt is known."""
    delivery = Delivery.objects.select_for_update(of=("self",)).filter(attempt=attempt).first()
    if delivery is None or (delivery.sid and delivery.sid != report.sid):
        return False
    if is_progress(delivery.status, report.status):
        give_back(report.sid, but=delivery)
        note_progress(delivery, report)
    return True


def note_progress(delivery: Delivery, report: Report) -> None:
    """The row is locked."""
    delivery.sid, delivery.status = report.sid, report.status
    delivery.error_code = report.error_code or delivery.error_code
    delivery.look_at = next_look(delivery, Status.SENT)
    delivery.save(update_fields=["sid", "status", "error_code", "look_at"])
    reached = Status.FAILED if report.status in FINAL_FAILURES else Status.SENT
    open_ones = Reminder.objects.filter(pk=delivery.reminder_id, status__in=Status.open())
    if reached == Status.FAILED and is_superseded(delivery):
        return
    if open_ones.update(status=reached):
        finish_task_about(Task.Kind.SMS_UNKNOWN, matter_of(delivery.reminder))
        if reached == Status.FAILED:
            troubles.react(delivery)


def matter_of(reminder: Reminder) -> str:
    """What a task about this text is about."""
    if reminder.booking:
        return f"booking:{reminder.booking.public_id}"
    return f"person:{reminder.recipient.public_id}"


def is_superseded(delivery: Delivery) -> bool:
    """Whether there is a later attempt: that one's fate is the reminder's."""
    return Delivery.objects.filter(reminder=delivery.reminder_id, pk__gt=delivery.pk).exists()


def give_back(sid: str, *, but: Delivery) -> None:
    """A callback, or the answer to a call, knows better than a listing whose message it is: of two
    that look alike, the other attempt had taken this one for its own, and has to look again."""
    taken = Delivery.objects.filter(sid=sid).exclude(pk=but.pk).first()
    if taken is None:
        return
    taken.sid, taken.status, taken.look_at = "", "mistaken", clock.now()
    taken.save(update_fields=["sid", "status", "look_at"])
    Reminder.objects.filter(pk=taken.reminder_id, status=Status.SENT).update(status=Status.UNKNOWN)


def is_progress(was: str, now: str) -> bool:
    if was in FINAL_FAILURES or was in {"delivered", "read"}:
        return was == "delivered" and now == "read"
    if now in FINAL_FAILURES:
        return True
    known = was if was in DELIVERY_ORDER else ""
    return now in DELIVERY_ORDER and DELIVERY_ORDER.index(now) > DELIVERY_ORDER.index(known)
