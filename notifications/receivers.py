"""Bookings and their reminders commit together or not at all."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from notifications import services
from people import signals as people_signals
from people.models import ContactCard, Person
from scheduling import signals
from scheduling.models import Booking


@receiver(signals.booking_confirmed)
def plan(booking: Booking, people: Sequence[Person], **_: Any) -> None:
    services.plan_reminders(booking, people)


@receiver(people_signals.safe_hours_changed)
def plan_anew(card: ContactCard, **_: Any) -> None:
    services.plan_again_for(card)


@receiver(signals.booking_rescheduled)
def plan_again(booking: Booking, people: Sequence[Person], **_: Any) -> None:
    services.drop_reminders(booking)
    services.plan_reminders(booking, people)


@receiver(signals.booking_cancelled)
def drop(booking: Booking, **_: Any) -> None:
    services.drop_reminders(booking)
