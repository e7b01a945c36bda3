"""What the worker would have sent by now, had there been one: no telephone hears of an invented
past, and today's worker has nothing left of it to do."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import QuerySet

from base import clock
from notifications.models import Delivery, Reminder
from people.models import ContactCard
from scheduling.models import Booking

Status = Reminder.Status


def settle_before(until: datetime, *, booking: Booking | None = None) -> None:
    """Settle what was due before that instant: sent where the card allowed it, silent otherwise."""
    due = Reminder.objects.filter(status=Status.PLANNED, due_at__lt=until)
    if booking:
        due = due.filter(booking=booking)
    sent = [reminder for reminder in with_cards(due) if settle(reminder) == Status.SENT]
    Delivery.objects.bulk_create(delivered(reminder) for reminder in sent)


def with_cards(reminders: QuerySet[Reminder]) -> list[Reminder]:
    return list(reminders.select_related("recipient__contact_card").order_by("pk"))


def settle(reminder: Reminder) -> str:
    judge(reminder, getattr(reminder.recipient, "contact_card", None))
    reminder.save(update_fields=["status", "why"])
    return reminder.status


def judge(reminder: Reminder, card: ContactCard | None) -> None:
    """Sent where the card allowed it on its day, silent otherwise."""
    day = clock.local(reminder.due_at).date()
    reminder.why = card.silence_on(day) or "" if card else "no_card"
    reminder.status = Status.SILENT if reminder.why else Status.SENT


def delivered(reminder: Reminder) -> Delivery:
    """One attempt that went well. Its operator's number is invented too."""
    attempt = uuid4()
    return Delivery(
        reminder=reminder,
        attempt=attempt,
        claimed_at=reminder.due_at,
        lease_until=reminder.due_at + timedelta(minutes=2),
        sid=f"demo-{attempt.hex}",
        status="delivered",
        parts=1,
        ended_at=reminder.due_at + timedelta(seconds=2),
    )


def go_wrong(booking: Booking, status: Reminder.Status) -> None:
    """The texts about an hour that is near failed, or may have left or not."""
    word, code = ("undelivered", 30003) if status == Status.FAILED else ("timeout", None)
    reminders = with_cards(Reminder.objects.filter(booking=booking))
    Reminder.objects.filter(booking=booking).update(status=status, why="")
    attempts = [delivered(reminder) for reminder in reminders]
    for attempt in attempts:
        attempt.status, attempt.error_code = word, code
        attempt.sid = attempt.sid if code else ""
        attempt.to = str(attempt.reminder.recipient.contact_card.phone)
    Delivery.objects.bulk_create(attempts)
