"""Private calendar addresses: one per user, revocable, the token kept only as a hash."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from base import clock
from base.rows import fetch
from people.models import User
from people.selectors import not_found
from scheduling.errors import NoCalendar
from scheduling.models import Booking, Feed, Resource

BACK, AHEAD = timedelta(days=30), timedelta(days=365)
CANCELLED_KEPT = timedelta(days=30)
LAST_USE_STEP = timedelta(hours=1)
"""Last use is kept to this step, so that a poll is a read and seldom a write."""

FORMAT = 2
"""Part of every ETag: grows when the text of the same events changes."""


@dataclass(frozen=True)
class Subscription:
    """A feed as its token finds it, with what its ETag is made of."""

    feed_id: int
    resource_id: int
    detail: Feed.Detail
    last_used_at: datetime | None
    etag: str


@dataclass(frozen=True)
class FeedEvent:
    """What a calendar client gets: an interval, a state, and no more than the detail allows."""

    id: UUID
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    initials: str
    changed_at: datetime


SUBSCRIPTION = """
    SELECT feed.id, feed.resource_id, feed.detail, feed.last_used_at, resource.revision,
           (SELECT max(updated_at) FROM scheduling_service),
           (SELECT string_agg(id::text, ',' ORDER BY id) FROM scheduling_booking
             WHERE status = 'held' AND hold_expires_at > %(now)s)
      FROM scheduling_feed feed
      JOIN scheduling_resource resource ON resource.id = feed.resource_id
      JOIN people_user owner ON owner.id = feed.user_id
     WHERE feed.token_hash = %(hash)s AND owner.is_active
"""

EVENTS = """
    SELECT booking.public_id, booking.version, booking.status,
           booking.hold_expires_at <= %(now)s AS expired,
           booking.starts_at, booking.ends_at, coalesce(service.initials, ''),
           bool_or(allocation.active),
           (SELECT max(at) FROM scheduling_change WHERE booking_id = booking.id)
      FROM scheduling_allocation allocation
      JOIN scheduling_booking booking ON booking.id = allocation.booking_id
      LEFT JOIN scheduling_service service ON service.id = booking.service_id
     WHERE allocation.resource_id = %(resource)s
       AND lower(allocation.period) > %(begins)s AND lower(allocation.period) < %(ends)s
     GROUP BY booking.id, service.initials
     ORDER BY booking.starts_at, booking.id
"""


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def open_feed(user: User, *, detail: Feed.Detail) -> tuple[Feed, str]:
    """The user's feed and its address; an older address stops working. Raises NoCalendar."""
    resource = Resource.objects.filter(user=user).first()
    if resource is None:
        raise NoCalendar
    token = secrets.token_urlsafe(32)
    feed, _ = Feed.objects.update_or_create(
        user=user,
        defaults={
            "resource": resource,
            "detail": detail,
            "token_hash": hash_of(token),
            "created_at": clock.now(),
            "last_used_at": None,
        },
    )
    return feed, f"{settings.PUBLIC_URL}/feeds/{token}.ics"


def close_feed(user: User, public_id: UUID) -> None:
    """Raises NotFound."""
    deleted, _ = Feed.objects.filter(user=user, public_id=public_id).delete()
    if not deleted:
        not_found("feed")


def feeds_of(user: User) -> QuerySet[Feed]:
    return Feed.objects.filter(user=user).order_by("pk")


def subscription(token: str) -> Subscription | None:
    """The feed of a token and its present ETag, in one query."""
    now = clock.now()
    found = fetch(SUBSCRIPTION, {"hash": hash_of(token), "now": now})
    if not found:
        return None
    feed_id, resource_id, detail, last_used_at, *state = found[0]
    seed = "|".join(map(str, [FORMAT, clock.today(), feed_id, detail, resource_id, *state]))
    etag = f'"{hashlib.sha256(seed.encode()).hexdigest()[:32]}"'
    return Subscription(feed_id, resource_id, Feed.Detail(detail), last_used_at, etag)


def note_use(found: Subscription) -> None:
    now = clock.now()
    if found.last_used_at is None or now - found.last_used_at > LAST_USE_STEP:
        Feed.objects.filter(pk=found.feed_id).update(last_used_at=now)


def feed_events(resource_id: int, *, today: date | None = None) -> Sequence[FeedEvent]:
    """30 days back to 365 ahead of Sofia's midnight, so that the text changes once a day at
    most; cancelled ones, and those given to a colleague, for 30 days more."""
    midnight = clock.midnight(today or clock.today())
    facts: dict[str, int | datetime] = {
        "resource": resource_id,
        "begins": midnight - BACK,
        "ends": midnight + AHEAD,
        "now": clock.now(),
    }
    found = fetch(EVENTS, facts)
    return [event for row in found if (event := event_of(*row, midnight=midnight))]


def event_of(
    public_id: UUID,
    version: int,
    status: str,
    expired: bool | None,
    starts_at: datetime,
    ends_at: datetime,
    initials: str,
    held: bool,
    changed_at: datetime,
    *,
    midnight: datetime,
) -> FeedEvent | None:
    if status == Booking.Status.HELD and expired:
        status = Booking.Status.EXPIRED
    standing = held and status not in {Booking.Status.CANCELLED, Booking.Status.EXPIRED}
    shown = status if standing else Booking.Status.CANCELLED
    if not standing and changed_at < midnight - CANCELLED_KEPT:
        return None
    return FeedEvent(public_id, version, shown, starts_at, ends_at, initials, changed_at)
