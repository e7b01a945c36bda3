"""Bookings and their reminders commit together or not at all."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from notifications import services
from notifications.models import Reminder
from people import signals as people_signals
from people.models import ContactCard, Person
from rooms import arranging
from rooms import selectors as room_selectors
from rooms import signals as room_signals
from rooms.models import Stay
from scheduling import signals
from scheduling.models import Booking
from workshops import signals as workshop_signals
from workshops.models import Enrolment


@receiver(signals.bookings_confirmed)
def plan(
    bookings: Sequence[Booking], people: Sequence[Person], *, is_series: bool = False, **_: Any
) -> None:
    if is_series and len(bookings) > 1:
        services.plan_series(bookings, people)
    else:
        services.plan_reminders(bookings, people)


@receiver(room_signals.unit_offered)
def offer(stay: Stay, **_: Any) -> None:
    """A hold that does not run out is no question any more, but a place."""
    booking = arranging.booking_of(stay)
    people = [member.person for member in room_selectors.members_of(stay)]
    is_held = booking.status == Booking.Status.HELD
    services.offer(Reminder.Kind.OFFER if is_held else Reminder.Kind.PLACE, booking, people)


@receiver(workshop_signals.place_offered)
def offer_place(enrolment: Enrolment, booking: Booking, **_: Any) -> None:
    services.offer(Reminder.Kind.OFFER, booking, [enrolment.carer or enrolment.person])


@receiver(people_signals.safe_hours_changed)
def plan_anew(card: ContactCard, **_: Any) -> None:
    services.plan_again_for(card)


@receiver(signals.bookings_rescheduled)
def plan_again(bookings: Sequence[Booking], people: Sequence[Person], **_: Any) -> None:
    services.plan_anew(bookings, people)


@receiver(signals.bookings_cancelled)
def drop(bookings: Sequence[Booking], **_: Any) -> None:
    services.call_off(bookings)
