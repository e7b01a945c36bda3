"""What a feed shows of its calendar, and how much of each event.

A *mark* is one number that names a text: which booking, in which version, how it stands and how
much of it is shown. The marks come in pages, out of one snapshot; the rest is read of those alone
whose text nobody has written yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from base import clock
from base.rows import fetch, stream
from scheduling.calendars import KNOWN, facts_of
from scheduling.feeds import DATES, Subscription
from scheduling.models import LONGEST_STAY, Feed

BACK, AHEAD = timedelta(days=30), timedelta(days=365)
CANCELLED_KEPT = timedelta(days=30)

PAGE, PAGES = 500, 4
"""Marks in a page, and pages that are fetched at a time."""

CANCELLED, TENTATIVE, CONFIRMED = range(3)
"""States."""

BUSY, DISCREET, FULL = range(3)
"""Levels."""

LEVEL = {Feed.Detail.BUSY: BUSY, Feed.Detail.DISCREET: DISCREET, Feed.Detail.FULL: FULL}

VERSION_BIT, STATE_BIT, LEVEL_BIT = 40, 58, 60
"""Where in a mark they begin; the booking's id comes first, so that marks spread well."""


@dataclass(frozen=True)
class FeedEvent:
    """What a calendar client gets: an interval, a state, and no more than the level allows."""

    uid: str
    sequence: int
    state: int
    starts_at: datetime
    ends_at: datetime
    title: str
    """Empty for "busy"."""
    changed_at: datetime


EXPIRED = "booking.status = 'held' AND booking.hold_expires_at <= %(now)s"

VERSION = f"booking.version + ({EXPIRED})::int"
"""An expired hold gets its next version when somebody retires it; its text is the same before."""

STATE = f"""
    CASE WHEN NOT {{held}} OR booking.status IN ('cancelled', 'expired') OR {EXPIRED}
              THEN {CANCELLED}
         WHEN booking.status = 'held' THEN {TENTATIVE} ELSE {CONFIRMED} END
"""

CHANGED = f"""
    CASE WHEN booking.status = 'expired' OR {EXPIRED} THEN booking.hold_expires_at
         ELSE (SELECT max(at) FROM scheduling_change WHERE booking_id = booking.id) END
"""  # noqa: S608 - constants

SHOWN = f"(state <> {CANCELLED} OR changed >= %(kept)s)"

MARKS = f"""
    SELECT array_agg(mark ORDER BY place) FROM (
        SELECT id + (version::bigint << {VERSION_BIT}) + (state::bigint << {STATE_BIT})
                  + (level::bigint << {LEVEL_BIT}) AS mark,
               row_number() OVER (ORDER BY starts_at, id) - 1 AS place
          FROM (SELECT booking.id, {VERSION} AS version, {STATE} AS state, {{level}} AS level,
                       {CHANGED} AS changed, booking.starts_at
                  FROM {{source}}) found
         WHERE {SHOWN}) told
     GROUP BY place / {PAGE} ORDER BY place / {PAGE}
"""  # noqa: S608 - constants

LEVELS = {
    BUSY: str(BUSY),
    **{level: f"CASE WHEN {KNOWN} THEN {level} ELSE {BUSY} END" for level in (DISCREET, FULL)},
}

MARKS_OF_RESOURCE = {
    level: MARKS.format(
        held="mine.held",
        level=shown,
        source="""
            (SELECT booking_id, bool_or(active) AS held FROM scheduling_allocation
              WHERE resource_id = %(resource)s
                AND lower(period) > %(begins)s AND lower(period) < %(ends)s
              GROUP BY booking_id) mine
            JOIN scheduling_booking booking ON booking.id = mine.booking_id
        """,
    )
    for level, shown in LEVELS.items()
}

MARKS_OF_CENTRE = {
    level: MARKS.format(
        held="true",
        level=shown,
        source="""
            scheduling_booking booking
            WHERE booking.centre_id = %(centre)s
              AND booking.kind IN ('consultation', 'block', 'session')
              AND booking.starts_at > %(begins)s AND booking.starts_at < %(ends)s
        """,
    )
    for level, shown in LEVELS.items()
}

MARKS_OF_SERIES = {
    level: MARKS.format(
        held="true",
        level=str(level),
        source=f"""
            ({DATES.format(columns="one.*", series="%(series)s")}) booking
            WHERE booking.starts_at > %(begins)s AND booking.starts_at < %(ends)s
        """,
    )
    for level in (BUSY, DISCREET)
}
"""When a group meets is known to whoever may have its address at all."""

HOURS = f"""
    SELECT booking.id, booking.public_id, {VERSION}, booking.starts_at, booking.ends_at,
           coalesce(service.initials, ''), coalesce(service.name, ''), {CHANGED}
      FROM scheduling_booking booking
      LEFT JOIN scheduling_service service ON service.id = booking.service_id
     WHERE booking.id = ANY(%(bookings)s)
"""  # noqa: S608 - constants

NIGHTS = f"""
    SELECT public_id, nth, version, state, arrives, leaves, changed FROM (
        SELECT booking.public_id, {VERSION} AS version, {STATE.format(held="held.active")} AS state,
               {CHANGED} AS changed, lower(held.period) AS arrives,
               CASE WHEN booking.status = 'ongoing' AND upper(held.period) >= booking.ends_at
                    THEN greatest(upper(held.period), %(tomorrow)s) ELSE upper(held.period)
                END AS leaves,
               row_number() OVER (PARTITION BY booking.id ORDER BY lower(held.period)) AS nth
          FROM scheduling_allocation held
          JOIN scheduling_booking booking ON booking.id = held.booking_id
         WHERE held.resource_id = %(resource)s
           AND lower(held.period) > %(earliest)s AND lower(held.period) < %(ends)s) found
     WHERE {SHOWN} AND leaves > %(begins)s ORDER BY arrives, public_id
"""  # noqa: S608 - constants
"""A stay holds its unit piece by piece. While it goes on past its end, it is busy today (D24)."""


def marks(found: Subscription) -> Iterator[list[int]]:
    """Pages of marks, 30 days back to 365 ahead of Sofia's midnight, so that the text changes once
    a day at most; of what is cancelled or given to a colleague, for 30 days more."""
    statement = statements_for(found)[LEVEL[found.detail]]
    for pages in stream(statement, facts_of(found.reader) | window(found), size=PAGES):
        for (page,) in pages:
            yield page


def statements_for(found: Subscription) -> Mapping[int, str]:
    if found.series_id is not None:
        return MARKS_OF_SERIES
    return MARKS_OF_CENTRE if found.resource_id is None else MARKS_OF_RESOURCE


def hours(wanted: Sequence[int], *, at: datetime) -> dict[int, FeedEvent]:
    """The events of these marks as they are now: under another mark if it has changed since."""
    facts = {"bookings": [booking_of(mark) for mark in wanted], "now": at}
    rows = {key: row for key, *row in fetch(HOURS, facts)}
    known = ((mark, rows[booking_of(mark)]) for mark in wanted if booking_of(mark) in rows)
    return dict(hour(mark, *row) for mark, row in known)


def hour(
    mark: int,
    public_id: UUID,
    version: int,
    starts_at: datetime,
    ends_at: datetime,
    initials: str,
    name: str,
    changed_at: datetime,
) -> tuple[int, FeedEvent]:
    state, level = mark >> STATE_BIT & 0b11, mark >> LEVEL_BIT
    title = ("", initials, name)[level]
    event = FeedEvent(str(public_id), version, state, starts_at, ends_at, title, changed_at)
    present = booking_of(mark) | version << VERSION_BIT | state << STATE_BIT | level << LEVEL_BIT
    return present, event


def booking_of(mark: int) -> int:
    return mark & (1 << VERSION_BIT) - 1


def nights(found: Subscription) -> list[FeedEvent]:
    """When a unit is taken; some dozens a year."""
    return [night(*row) for row in fetch(NIGHTS, window(found))]


def night(
    public_id: UUID,
    nth: int,
    version: int,
    state: int,
    arrives: datetime,
    leaves: datetime,
    changed_at: datetime,
) -> FeedEvent:
    uid = str(public_id) if nth == 1 else f"{public_id}-{nth}"
    return FeedEvent(uid, version, state, arrives, leaves, "", changed_at)


def window(found: Subscription) -> dict[str, Any]:
    midnight, tomorrow = clock.day_bounds(clock.local(found.asked_at).date())
    return {
        "now": found.asked_at,
        "resource": found.resource_id,
        "centre": found.centre_id,
        "series": found.series_id,
        "begins": midnight - BACK,
        "ends": midnight + AHEAD,
        "kept": midnight - CANCELLED_KEPT,
        "earliest": midnight - BACK - 2 * LONGEST_STAY,
        "tomorrow": tomorrow,
    }
