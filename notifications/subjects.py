"""What a reminder is about as things stand now: read again before it is sent, never remembered."""

from datetime import datetime

from django.db.models import F

from notifications import codes
from notifications.models import Reminder
from notifications.wording import Facts
from scheduling.models import Booking

Kind = Reminder.Kind


def of(reminder: Reminder, *, now: datetime) -> Facts | None:
    """None when there is nothing left to tell (D32)."""
    if reminder.kind == Kind.CODE:
        return codes.facts(reminder)
    if reminder.kind in Kind.notices():
        return of_notice(reminder, now=now)
    booking = reminder.booking
    assert booking is not None
    if booking.schedule_version != reminder.schedule_version:
        return None
    if reminder.kind == Kind.OFFER:
        return of_offer(booking)
    return Facts(booking.starts_at) if booking.status == Booking.Status.CONFIRMED else None


def of_offer(booking: Booking) -> Facts | None:
    """An offer holds until its hold does."""
    is_held = booking.status == Booking.Status.HELD and booking.hold_expires_at
    return Facts(booking.hold_expires_at) if is_held and booking.hold_expires_at else None


def of_notice(reminder: Reminder, *, now: datetime) -> Facts | None:
    """Of the dates it was to tell of, those that still are as it would say, and lie ahead."""
    is_off = reminder.kind == Kind.CANCELLED
    covered = Reminder.objects.filter(
        told_by=reminder,
        kind=Kind.ONE_DAY,
        schedule_version=F("booking__schedule_version"),
        booking__status=Booking.Status.CANCELLED if is_off else Booking.Status.CONFIRMED,
    )
    hours = covered.values_list("knew_at" if is_off else "starts_at", flat=True)
    ahead = sorted(hour for hour in hours if hour and hour > now)
    return Facts(ahead[0], last_at=ahead[-1], dates=len(ahead)) if ahead else None
