"""The texts of a centre, as whoever answers for them looks at them: trouble first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time

from base import clock
from base.errors import NotFound
from notifications import gateways, planning, troubles
from notifications.models import Delivery, Reminder, Sender
from people.policies import SEES_EVERYTHING, Staff, require
from people.selectors import households_walled_from

Status = Reminder.Status

SOON = timedelta(days=1)
RECENT = timedelta(days=14)
TROUBLE = (Status.UNKNOWN, Status.FAILED, Status.HELD, Status.SENDING)
LATE = timedelta(minutes=5)
DAY = timedelta(days=1)


def texts_of(staff: Staff, centre_ids: Collection[int]) -> QuerySet[Reminder]:
    """Of these centres; of a family she is kin to nothing."""
    return (
        Reminder.objects.filter(centre__in=centre_ids)
        .exclude(recipient__household__in=households_walled_from(staff))
        .select_related("booking", "recipient")
    )


def in_order(staff: Staff) -> QuerySet[Reminder]:
    """Trouble of the last two weeks first, then what leaves within a day. Each with its
    `attempts`, and the `error_code` of the last."""
    now = clock.now()
    trouble = Q(status__in=TROUBLE, due_at__gte=now - RECENT)
    soon = Q(status=Status.PLANNED, due_at__lte=now + SOON)
    place = Case(
        *(When(status=status, then=Value(n)) for n, status in enumerate(TROUBLE)),
        default=Value(len(TROUBLE)),
    )
    found = texts_of(staff, staff.centres_where(SEES_EVERYTHING)).filter(trouble | soon)
    return with_attempts(found).order_by(place, "due_at", "pk")


def with_attempts(found: QuerySet[Reminder]) -> QuerySet[Reminder]:
    last = Delivery.objects.filter(reminder=OuterRef("pk")).order_by("-pk")
    return found.annotate(
        attempts=Count("deliveries"), error_code=Subquery(last.values("error_code")[:1])
    )


def text(staff: Staff, public_id: UUID) -> Reminder:
    """Raises NotFound (unknown, foreign and walled are one), NotAllowed."""
    texts = texts_of(staff, staff.centre_ids)
    found = with_attempts(texts).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(what="reminder")
    require(staff.may(SEES_EVERYTHING, found.centre_id))
    return found


def explanation(reminder: Any) -> str:
    """Why it is where it is, in words; of one that came `with_attempts`."""
    if reminder.why:
        return planning.explained(reminder.why)
    return str(troubles.of(reminder.error_code).sentence) if reminder.error_code else ""


@dataclass(frozen=True)
class Health:
    """How the sender fares. `late`: texts that should have left minutes ago; the counts are of the
    last day's attempts."""

    late: int
    sent: int
    failed: int
    unknown: int
    paused_until: datetime | None
    trouble: str


def health() -> Health:
    """Of the gateway's sender, for all centres together."""
    name = gateways.current().name
    sender = Sender.objects.filter(name=name).first()
    attempts = Delivery.objects.filter(claimed_at__gte=Now() - DAY)
    counted = attempts.aggregate(
        sent=Count("pk", filter=~Q(sid="")),
        failed=Count("pk", filter=Q(error_code__isnull=False)),
        unknown=Count("pk", filter=Q(reminder__status=Status.UNKNOWN)),
    )
    now = clock.now()
    paused = sender.paused_until if sender else None
    code = sender.trouble_code if sender else None
    return Health(
        late=Reminder.objects.filter(status=Status.PLANNED, due_at__lt=now - LATE).count(),
        **counted,
        paused_until=paused if paused and paused > now else None,
        trouble=str(troubles.of(code).sentence) if code else "",
    )
