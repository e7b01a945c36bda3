"""Private calendar addresses: one per user and calendar, revocable, the token kept only as a hash.

What an address shows is asked of its owner's roles every time: it is gone with the role.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from base import clock
from base.rows import fetch
from people.credentials import by_centre
from people.models import Centre, User
from people.policies import SHELTERS, Staff
from people.selectors import centres_of, not_found
from scheduling import lookup, policies
from scheduling.errors import FullElsewhere, NoCalendar, UnitOnlyBusy
from scheduling.lookup import IS_FOLLOWED, followed
from scheduling.models import Booking, Feed, Resource, Series

Detail = Feed.Detail
Calendar = Resource | Centre | Series
"""What an address is of; of a centre: its hours; of a series: a group's sessions."""

LAST_USE_STEP = timedelta(hours=1)
"""Last use is kept to this step, so that a poll is a read and seldom a write."""

FORMAT = 3
"""Part of every ETag: grows when the text of the same events changes."""


@dataclass(frozen=True)
class Subscription:
    """A feed as its token finds it at an instant."""

    feed_id: int
    user_id: int
    roles: Sequence[str]
    detail: Detail
    resource_id: int | None
    centre_id: int | None
    series_id: int | None
    is_unit: bool
    last_used_at: datetime | None
    asked_at: datetime
    stamp: UUID | None
    etag: str

    @property
    def reader(self) -> Staff:
        return Staff(User(pk=self.user_id), by_centre(self.roles))


REVISIONS = """
    SELECT count(*) || ' ' || sum(used.revision) FROM scheduling_resource used
     WHERE used.kind IN ('room', 'vehicle', 'unit') AND used.centre_id = feed.centre_id
        OR used.user_id IN (SELECT user_id FROM people_role WHERE centre_id = feed.centre_id)
"""
"""Every hour of a centre holds one of its places or somebody who has or had a role there."""

DATES = """
    SELECT {columns} FROM scheduling_booking one JOIN scheduling_term term ON term.id = one.term_id
     WHERE term.series_id = {series}
     UNION ALL
    SELECT {columns} FROM scheduling_booking one
      JOIN scheduling_series_beside beside ON beside.booking_id = one.id
     WHERE beside.series_id = {series}
"""
"""Bookings of a series, and those that make up for one of them."""

VERSIONS = f"""
    SELECT count(*) || ' ' || sum(version)
      FROM ({DATES.format(columns="one.version", series="plan.id")}) dates
"""  # noqa: S608 - constants
"""A group has some dozens of dates in a term, and every change of one is a version."""

SUBSCRIPTION = f"""
    SELECT feed.id, feed.detail, feed.resource_id, feed.centre_id, feed.series_id, it.kind = 'unit',
           feed.last_used_at, owner.id, hers.names,
           (SELECT stamp FROM scheduling_setupstamp),
           CASE WHEN plan.id IS NOT NULL THEN ({VERSIONS})
                WHEN it.id IS NOT NULL THEN it.revision::text ELSE ({REVISIONS}) END,
           ARRAY(SELECT id FROM scheduling_booking
             WHERE status = 'held' AND hold_expires_at > %(now)s),
           ARRAY(SELECT household_id FROM people_kinshipwall WHERE user_id = owner.id),
           ARRAY(SELECT household_id FROM people_case
                  WHERE lead_id = owner.id AND closed_on IS NULL)
      FROM scheduling_feed feed
      JOIN people_user owner ON owner.id = feed.user_id
      LEFT JOIN scheduling_resource it ON it.id = feed.resource_id
      LEFT JOIN scheduling_series plan ON plan.id = feed.series_id
     CROSS JOIN LATERAL (
           SELECT array_agg(centre_id::text || ' ' || name) AS names,
                  array_agg(centre_id) AS centres,
                  array_agg(centre_id) FILTER (WHERE name = ANY(%(sheltering)s)) AS shelters
             FROM people_role
            WHERE user_id = owner.id AND from_on <= %(today)s
              AND (until_on IS NULL OR until_on >= %(today)s)) hers
     WHERE feed.token_hash = %(hash)s AND owner.is_active
       AND (feed.centre_id = ANY(hers.centres)
            OR plan.kind = 'session' AND plan.centre_id = ANY(hers.centres)
            OR it.user_id = owner.id AND it.is_active AND hers.centres IS NOT NULL
            OR {IS_FOLLOWED.format(centres="hers.centres", shelters="hers.shelters")})
"""  # noqa: S608 - constants
"""After the stamp comes whatever else changes the text, or what its reader may know of it, in
whatever order: another order is another ETag, and no harm."""


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_feed(staff: Staff, of: Calendar, *, detail: Detail) -> tuple[Feed, str]:
    """The address of a calendar; an older one of the same stops working.
    Raises FullElsewhere, UnitOnlyBusy."""
    check_detail(staff, of, detail)
    token = secrets.token_urlsafe(32)
    feed, _ = Feed.objects.update_or_create(
        user=staff.user,
        resource=of if isinstance(of, Resource) else None,
        centre=of if isinstance(of, Centre) else None,
        series=of if isinstance(of, Series) else None,
        defaults={
            "detail": detail,
            "token_hash": hash_of(token),
            "created_at": clock.now(),
            "last_used_at": None,
        },
    )
    return feed, f"{settings.PUBLIC_URL}/feeds/{token}.ics"


def check_detail(staff: Staff, of: Calendar, detail: Detail) -> None:
    if detail == Detail.FULL and not is_own(staff, of):
        raise FullElsewhere
    if is_of_unit(of) and detail != Detail.BUSY:
        raise UnitOnlyBusy


def is_own(staff: Staff, of: Calendar) -> bool:
    return isinstance(of, Resource) and of.user_id == staff.user.pk


def is_of_unit(of: Calendar) -> bool:
    return isinstance(of, Resource) and of.kind == Resource.Kind.UNIT


def calendars(staff: Staff) -> list[Calendar]:
    """Everything that she may have an address of; of groups those that still meet."""
    return [*followed(staff), *centres_of(staff), *timetables_ahead(staff)]


def timetables_ahead(staff: Staff) -> QuerySet[Series]:
    ahead = Booking.objects.filter(term__series=OuterRef("pk"), ends_at__gt=clock.now())
    return policies.timetables_of(staff).filter(Exists(ahead))


def still_hers(staff: Staff, feeds: Sequence[Feed]) -> list[Calendar]:
    """Which of the calendars of these addresses she may still see."""
    of_groups = [one.series_id for one in feeds if one.series_id]
    timetables = policies.timetables_of(staff).filter(pk__in=of_groups)
    return [*followed(staff), *centres_of(staff), *timetables]


def calendar(
    staff: Staff,
    *,
    resource: UUID | None = None,
    centre: UUID | None = None,
    series: UUID | None = None,
) -> Calendar:
    """The named resource, centre or group's series; the caller's own calendar when nothing is
    named. Raises NotFound, NoCalendar."""
    if series is not None:
        return lookup.timetable(staff, series)
    if centre is not None:
        return centres_of(staff).filter(public_id=centre).first() or not_found("centre")
    if resource is not None:
        found = (one for one in followed(staff) if one.public_id == resource)
        return next(found, None) or not_found("resource")
    return own_calendar(staff)


def own_calendar(staff: Staff) -> Resource:
    """Raises NoCalendar."""
    own = Resource.objects.filter(user=staff.user).first()
    if own is None:
        raise NoCalendar
    return own


def usual_detail(of: Calendar) -> Detail:
    return Detail.BUSY if is_of_unit(of) else Detail.DISCREET


def close_feed(user: User, public_id: UUID) -> None:
    """Raises NotFound."""
    deleted, _ = Feed.objects.filter(user=user, public_id=public_id).delete()
    if not deleted:
        not_found("feed")


def feeds_of(user: User) -> QuerySet[Feed]:
    return (
        Feed.objects.filter(user=user)
        .select_related("resource", "centre", "series__service")
        .order_by("pk")
    )


def subscription(token: str) -> Subscription | None:
    """The feed of a token and its present ETag, in one query; None when there is no such feed,
    or what it shows is not its owner's to see any more."""
    now = clock.now()
    facts = {
        "hash": hash_of(token),
        "now": now,
        "today": clock.local(now).date(),
        "sheltering": sorted(SHELTERS),
    }
    found = fetch(SUBSCRIPTION, facts)
    return as_subscription(*found[0], asked_at=now) if found else None


def as_subscription(
    feed_id: int,
    detail: str,
    resource_id: int | None,
    centre_id: int | None,
    series_id: int | None,
    is_unit: bool | None,
    last_used_at: datetime | None,
    user_id: int,
    roles: list[str],
    stamp: UUID | None,
    *state: object,
    asked_at: datetime,
) -> Subscription:
    seed = (FORMAT, clock.local(asked_at).date(), feed_id, detail, roles, stamp, *state)
    digest = hashlib.sha256("|".join(map(str, seed)).encode()).hexdigest()
    return Subscription(
        feed_id,
        user_id,
        roles,
        Detail(detail),
        resource_id,
        centre_id,
        series_id,
        bool(is_unit),
        last_used_at,
        asked_at,
        stamp,
        f'"{digest[:32]}"',
    )


def note_use(found: Subscription) -> None:
    now = clock.now()
    if found.last_used_at is None or now - found.last_used_at > LAST_USE_STEP:
        Feed.objects.filter(pk=found.feed_id).update(last_used_at=now)
