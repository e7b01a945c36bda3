"""Reminders of the years, planned as they would have been, and what became of them."""

from collections.abc import Iterable
from datetime import datetime

from base import clock
from desk.demo import told
from desk.demo.past.hours import Hour
from desk.demo.past.ledger import Ledger
from notifications.models import Reminder
from notifications.services import planned, recipients_of
from scheduling.models import Booking

Status = Reminder.Status


def plan(ledger: Ledger, booking: Booking, hour: Hour, *, at: datetime) -> list[Reminder]:
    """Those of the booking's present schedule, planned at that instant."""
    with clock.frozen(at):
        return [
            ledger.enter(planned(booking, kind, one, hour.client.cards.get(one.pk)))
            for one in recipients_of(booking, hour.people)
            for kind in Reminder.Kind.ahead()
        ]


def tell(ledger: Ledger, reminders: Iterable[Reminder], hour: Hour, *, until: datetime) -> None:
    """What was due before that instant was sent, or was silent."""
    for reminder in reminders:
        if reminder.status == Status.PLANNED and reminder.due_at < until:
            told.judge(reminder, hour.client.cards.get(reminder.recipient_id))
            if reminder.status == Status.SENT:
                ledger.enter(told.delivered(reminder))


def drop(ledger: Ledger, reminders: Iterable[Reminder], hour: Hour, *, at: datetime) -> None:
    """The hour is another one, or none, from that instant on (D32)."""
    reminders = list(reminders)
    tell(ledger, reminders, hour, until=at)
    for reminder in reminders:
        if reminder.status == Status.PLANNED:
            reminder.status = Status.DROPPED
