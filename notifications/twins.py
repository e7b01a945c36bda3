"""Children of one family at one hour: whoever is told of them is told once (D31).

Their texts are alike, so of those that come due together the first to leave speaks for all.
"""

from datetime import timedelta

from base import clock
from notifications import reconciling
from notifications.models import Reminder
from notifications.planning import Hindrance, Keep, Send, Wait

Kind = Reminder.Kind
Status = Reminder.Status

ALIKE = (Kind.THREE_DAYS, Kind.ONE_DAY, Kind.MOVED, Kind.CANCELLED, Kind.SERIES)
TOGETHER = timedelta(minutes=2)
"""Due so near each other they are of one change, or of one hour."""

LOOKS_AGAIN = timedelta(minutes=1)


def once_for_all(reminder: Reminder, verdict: Send) -> Send | Keep | Wait:
    """The verdict, unless another of these has left; while an earlier one is just being sent, this
    one waits for what comes of it. A text with a link is its own booking's, and leaves."""
    if verdict.link or reminder.kind not in ALIKE or reminder.booking is None:
        return verdict
    twins = Reminder.objects.filter(
        recipient=reminder.recipient_id,
        kind=reminder.kind,
        starts_at=reminder.starts_at,
        booking__service=reminder.booking.service_id,
        due_at__range=(reminder.due_at - TOGETHER, reminder.due_at + TOGETHER),
    ).exclude(booking=reminder.booking_id)
    told = twins.filter(status__in=[Status.SENT, Status.UNKNOWN])
    if reminder.kind == Kind.SERIES:  # from one day on, but perhaps not on all the same days
        told = told.filter(deliveries__fingerprint=reconciling.fingerprint(verdict.body))
    if told.exists():
        return Keep(Hindrance.TOLD_ALREADY)
    if twins.filter(status=Status.SENDING, pk__lt=reminder.pk).exists():
        return Wait(clock.now() + LOOKS_AGAIN)
    return verdict
