"""Planning reminders with their bookings, and sending what is due: at most once (DESIGN §6)."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time

from base import clock
from base.models import Task
from base.rows import insert
from base.services import open_task
from notifications import gateways, planning, texts
from notifications.gateways import Message, Outcome, Refused, Sent, Unknown
from notifications.models import Delivery, Reminder
from notifications.selectors import cards_of
from people.models import ContactCard, Person
from scheduling.models import Booking

logger = logging.getLogger("notifications")

LEASE = timedelta(minutes=2)
"""Longer than any gateway's timeout: a claim older than this has no living worker."""

Status = Reminder.Status
DELIVERY_ORDER = ("", "accepted", "queued", "sending", "sent", "delivered")
FINAL_FAILURES = frozenset({"undelivered", "failed", "canceled"})


def plan_reminders(bookings: Sequence[Booking], people: Sequence[Person]) -> None:
    """One row per kind and recipient for the present schedule of each of these people's bookings,
    in their transaction.

    A row is made also where nothing can be sent: consent may come before it is due, and staff
    see why it would not leave.
    """
    told = [
        (booking, recipient) for booking in bookings for recipient in recipients_of(booking, people)
    ]
    if not told:
        return
    cards = cards_of({recipient for _, recipient in told})
    insert(
        [
            planned(booking, kind, recipient, cards.get(recipient.pk))
            for booking, recipient in told
            for kind in Reminder.Kind
        ],
        ignore_conflicts=True,
    )


def planned(
    booking: Booking, kind: Reminder.Kind, recipient: Person, card: ContactCard | None
) -> Reminder:
    due_at = planning.due_at(booking.starts_at, kind, card)
    why = "" if due_at else planning.Hindrance.OUTSIDE_HOURS.value
    if due_at and due_at <= clock.now():
        why = planning.Hindrance.TOO_LATE.value
    return Reminder(
        booking=booking,
        schedule_version=booking.schedule_version,
        kind=kind,
        recipient=recipient,
        due_at=due_at or booking.starts_at - planning.AHEAD[kind],
        status=Status.SILENT if why else Status.PLANNED,
        why=why,
    )


def recipients_of(booking: Booking, people: Sequence[Person]) -> list[Person]:
    """The adults who come, and for a child only the carer named on the booking (D36)."""
    day = clock.local(booking.starts_at).date()
    adults = [person for person in people if not person.is_child_on(day)]
    if booking.carer and len(adults) < len(people) and booking.carer not in adults:
        adults.append(booking.carer)
    return adults


def plan_again_for(card: ContactCard) -> None:
    """Her safe hours are others now: what has not begun to leave is due at another time, can
    no longer leave, or can at last (D30)."""
    waiting = Reminder.objects.filter(
        Q(status=Status.PLANNED) | Q(status=Status.SILENT, why=planning.Hindrance.OUTSIDE_HOURS),
        recipient=card.person_id,
        booking__status=Booking.Status.CONFIRMED,
        booking__starts_at__gt=clock.now(),
        schedule_version=F("booking__schedule_version"),
    ).select_related("booking", "recipient")
    for was in waiting:
        now = planned(was.booking, Reminder.Kind(was.kind), was.recipient, card)
        is_impossible = now.why == planning.Hindrance.OUTSIDE_HOURS
        if was.status == Status.PLANNED and now.due_at == was.due_at and not is_impossible:
            continue  # as planned, though perhaps already due
        Reminder.objects.filter(pk=was.pk, status=was.status).update(
            due_at=now.due_at, status=now.status, why=now.why
        )


def drop_reminders(bookings: Sequence[Booking]) -> None:
    """What was planned and has not begun to leave is dropped (D32)."""
    planned = Reminder.objects.filter(booking__in=bookings, status=Status.PLANNED)
    planned.update(status=Status.DROPPED)


def send_due(gateway: gateways.Gateway | None = None) -> int:
    """Attempt everything that is due, one claim at a time; returns how many were attempted."""
    gateway = gateway or gateways.current()
    give_up_lost_claims()
    attempted = 0
    while delivery := claim():
        attempt(delivery, gateway)
        attempted += 1
    return attempted


@transaction.atomic
def claim() -> Delivery | None:
    """Take the reminder that is due longest and commit before anything is sent. The lease is
    on database time, so workers with wrong clocks agree about it."""
    due = (
        Reminder.objects.filter(status=Status.PLANNED, due_at__lte=clock.now())
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True)
        .first()
    )
    if due is None:
        return None
    due.status = Status.SENDING
    due.save(update_fields=["status"])
    return Delivery.objects.create(
        reminder=due, attempt=uuid4(), claimed_at=Now(), lease_until=Now() + LEASE
    )


def attempt(delivery: Delivery, gateway: gateways.Gateway) -> None:
    """Check everything again, then make the one call. Never inside a transaction."""
    reminder = claimed(delivery)
    if reminder is None:
        return
    card = ContactCard.objects.filter(person=reminder.recipient_id).first()
    match planning.verdict(reminder, card, now=clock.now()):
        case planning.Drop():
            settle(delivery, Status.DROPPED)
        case planning.Keep(why=why):
            settle(delivery, Status.SILENT, why=why)
        case planning.Wait(until=until):
            settle(delivery, Status.PLANNED, due_at=until)
        case planning.Send(to=to, body=body):
            delivery.parts = texts.parts(body).parts
            valid_for = reminder.booking.starts_at - clock.now()
            settle_outcome(delivery, gateway.send(Message(to, body, delivery.attempt, valid_for)))


def claimed(delivery: Delivery) -> Reminder | None:
    """The reminder, as it is now, if this worker's lease still runs."""
    return (
        Reminder.objects.select_related("booking__centre", "booking__service")
        .filter(
            status=Status.SENDING,
            deliveries=delivery,
            deliveries__ended_at=None,
            deliveries__lease_until__gt=Now(),
        )
        .first()
    )


def settle_outcome(delivery: Delivery, outcome: Outcome) -> None:
    match outcome:
        case Sent(sid=sid):
            delivery.sid = sid
            settle(delivery, Status.SENT)
        case Refused(code=code, retry_after=wait):
            delivery.error_code = code
            if wait is None:
                settle(delivery, Status.FAILED)
            else:
                settle(delivery, Status.PLANNED, due_at=clock.now() + wait)
        case Unknown(cause=cause):
            delivery.status = cause[:20]
            if settle(delivery, Status.UNKNOWN):
                tell_someone(delivery.reminder)


@transaction.atomic
def settle(delivery: Delivery, status: Status, **fields: object) -> bool:
    """End the attempt; False when a callback had already said what became of it. What a
    callback said stays."""
    kept = Delivery.objects.select_for_update().get(pk=delivery.pk)
    kept.sid = kept.sid or delivery.sid
    kept.status = kept.status or delivery.status
    kept.error_code = kept.error_code or delivery.error_code
    kept.parts, kept.ended_at = delivery.parts, clock.now()
    kept.save()
    moved = Reminder.objects.filter(pk=kept.reminder_id, status=Status.SENDING).update(
        status=status, **fields
    )
    logger.info("reminder %s: %s", delivery.reminder.public_id, status.value)
    return bool(moved)


def give_up_lost_claims() -> None:
    """Claims whose lease ran out belong to dead workers: the text may have left or not, so it
    is unknown and never resent on that alone."""
    lost = Delivery.objects.filter(
        ended_at=None, lease_until__lt=Now(), reminder__status=Status.SENDING
    ).select_related("reminder__booking")
    for delivery in lost:
        delivery.status = "lost"
        if settle(delivery, Status.UNKNOWN):
            tell_someone(delivery.reminder)


def tell_someone(reminder: Reminder) -> None:
    open_task(
        Task.Kind.SMS_UNKNOWN,
        centre_id=reminder.booking.centre_id,
        about=f"booking:{reminder.booking.public_id}",
        due_on=clock.today(),
        owner_id=reminder.booking.created_by_id,
    )


@transaction.atomic
def note_status(attempt: UUID, *, sid: str, status: str, error_code: int | None) -> bool:
    """Keep what the operator says of an attempt (D35): idempotent, never backwards, and also
    before the SID was stored. False when no such attempt is known."""
    delivery = Delivery.objects.select_for_update().filter(attempt=attempt).first()
    if delivery is None or (delivery.sid and delivery.sid != sid):
        return False
    if not is_progress(delivery.status, status):
        return True
    delivery.sid, delivery.status, delivery.error_code = sid, status, error_code
    delivery.save(update_fields=["sid", "status", "error_code"])
    reached = Status.FAILED if status in FINAL_FAILURES else Status.SENT
    Reminder.objects.filter(
        pk=delivery.reminder_id, status__in=[Status.SENDING, Status.UNKNOWN, Status.SENT]
    ).update(status=reached)
    return True


def is_progress(was: str, now: str) -> bool:
    if was in FINAL_FAILURES or was == "delivered":
        return False
    if now in FINAL_FAILURES:
        return True
    known = was if was in DELIVERY_ORDER else ""
    return now in DELIVERY_ORDER and DELIVERY_ORDER.index(now) > DELIVERY_ORDER.index(known)
