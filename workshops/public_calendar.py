"""The calendar of a workshop that anybody may read, where its centre allows: when its groups meet
and nothing else. Nobody's name, no number, no room, no address of the house (D39)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.urls import reverse

from base import clock
from scheduling.feed_events import CANCELLED, CONFIRMED, FeedEvent
from scheduling.models import Booking
from workshops.models import Session, Workshop

COLUMNS = ("version", "status", "starts_at", "ends_at")
BACK, AHEAD = timedelta(days=30), timedelta(days=365)

STATE = {
    Booking.Status.CONFIRMED: CONFIRMED,
    Booking.Status.CLOSED: CONFIRMED,
    Booking.Status.CANCELLED: CANCELLED,
}


def address_of(workshop: Workshop) -> str:
    path = reverse("workshop-calendar", kwargs={"public_id": workshop.public_id})
    return f"{settings.PUBLIC_URL}{path}"


def public_workshop(public_id: UUID) -> Workshop | None:
    """None where there is none, and where its centre does not allow it (any more)."""
    found = Workshop.objects.filter(public_id=public_id, is_public=True)
    return found.select_related("service", "centre").first()


def sessions_shown(workshop: Workshop) -> Sequence[FeedEvent]:
    """From thirty days back to a year ahead of Sofia's midnight, cancelled ones as such."""
    midnight = clock.midnight(clock.today())
    found = Session.objects.filter(
        group__workshop=workshop,
        booking__status__in=STATE,
        booking__starts_at__gte=midnight - BACK,
        booking__starts_at__lt=midnight + AHEAD,
    )
    changed = Coalesce(Max("booking__changes__at"), F("booking__starts_at"))
    rows = found.annotate(changed=changed).order_by("booking__starts_at", "pk")
    columns = ("public_id", *(f"booking__{name}" for name in COLUMNS), "changed")
    return [event(workshop.name, *row) for row in rows.values_list(*columns)]


def event(
    name: str,
    public_id: UUID,
    version: int,
    status: str,
    starts_at: datetime,
    ends_at: datetime,
    changed_at: datetime,
) -> FeedEvent:
    state = STATE[Booking.Status(status)]
    return FeedEvent(str(public_id), version, state, starts_at, ends_at, name, changed_at)
