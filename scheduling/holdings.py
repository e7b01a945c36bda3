"""What holds which resource when: the questions about allocations that slots and bookings ask."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from base.rows import Question, Row, fetch
from scheduling.intervals import Span
from scheduling.models import LONGEST_HOLDING, LONGEST_STAY

SITE_MARGIN = timedelta(minutes=15)
"""People kept apart pass each other by at least this (D11)."""

Lane = tuple[int, int]
"""A resource's id and one of its lanes."""

Held = dict[Lane, list[Span]]
"""What holds each lane, in order of time."""

Windows = Sequence[tuple[datetime, datetime]]
"""Several `[begins, ends)`."""

Edges = tuple[list[int], list[int]]
"""The starts and the ends of what holds a lane, in order of time."""

EXPIRED_HOLDS = """
    SELECT id FROM scheduling_booking WHERE status = 'held' AND hold_expires_at <= %(now)s
"""
"""A handful of rows behind a partial index: cheaper to name than to join every allocation."""

HELD_THEN = """
      FROM scheduling_allocation
     WHERE resource_id = ANY(%(resources)s)
       AND lower(period) > %(earliest)s AND lower(period) < %(ends)s
       AND upper(period) > %(begins)s
       AND active
       AND booking_id <> ALL(%(ignoring)s)
"""
START = "date_part('epoch', lower(period))::bigint"
END = "date_part('epoch', upper(period))::bigint"


def packed(number: str) -> str:
    """All values of a group, as the bytes of int8s, which `unpacked` reads: the
    driver makes an object of every element of an array at some length."""
    return f"string_agg(int8send({number}), ''::bytea)"


def unpacked(numbers: bytes) -> list[int]:
    found = array("q", numbers)
    if sys.byteorder == "little":
        found.byteswap()
    return found.tolist()


HELD = f"""
    SELECT resource_id, {packed("begun")} FILTER (WHERE lane = 1),
           {packed("ended")} FILTER (WHERE lane = 1),
           array_agg(ARRAY[lane, begun, ended]) FILTER (WHERE lane > 1)
      FROM (
        SELECT resource_id, lane, {START} AS begun, {END} AS ended
        {HELD_THEN} AND booking_id NOT IN ({EXPIRED_HOLDS})
         ORDER BY resource_id, lower(period)
      ) held
     GROUP BY resource_id
"""  # noqa: S608 - constants
"""A row for each resource: a month of a centre's rooms is thousands of spans, nearly all of the
first lane. They come as the index has them, so nothing is sorted."""

HELD_OR_EXPIRED = f"""
    SELECT resource, lane, {START}, {END},
           CASE WHEN booking_id IN ({EXPIRED_HOLDS}) THEN booking_id END
      FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS wanted (begins, ends)
     CROSS JOIN unnest(%(resources)s::bigint[]) AS resource
     CROSS JOIN LATERAL (
        SELECT lane, period, booking_id
          FROM scheduling_allocation
         WHERE resource_id = resource
           AND lower(period) > begins - %(longest)s::interval AND lower(period) < ends
           AND upper(period) > begins
           AND active
           AND booking_id <> ALL(%(ignoring)s)
        OFFSET 0
     ) held
"""  # noqa: S608 - constants
"""Window by window and resource by resource: few rows each, by the b-tree. Without OFFSET 0 the
planner, which does not know how many windows come, would read all that a resource ever did."""


ON_SITE = f"""
    SELECT person, date_part('epoch', lower(period))::bigint,
           date_part('epoch', upper(period))::bigint
      FROM (
        SELECT resource.person_id AS person, held.period, held.booking_id
          FROM scheduling_resource resource
          JOIN scheduling_allocation held ON held.resource_id = resource.id
          JOIN scheduling_booking booking ON booking.id = held.booking_id
         WHERE resource.person_id = ANY(%(people)s) AND held.active
           AND booking.modality = 'on_site'
           AND lower(held.period) > %(earliest)s AND lower(held.period) < %(ends)s
           AND upper(held.period) > %(begins)s
         UNION ALL
        SELECT resource.resident_id, held.period, held.booking_id
          FROM scheduling_resource resource
          JOIN scheduling_allocation held ON held.resource_id = resource.id
         WHERE resource.resident_id = ANY(%(residents)s) AND held.active
           AND lower(held.period) > %(stays_from)s AND lower(held.period) < %(ends)s
           AND upper(held.period) > %(begins)s
      ) there
     WHERE booking_id <> ALL(%(ignoring)s) AND booking_id NOT IN ({EXPIRED_HOLDS})
"""  # noqa: S608 - constants
"""Her sessions at the centre and her nights in residence."""


def holdings(
    resource_ids: Iterable[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None = None,
    longest: timedelta = LONGEST_HOLDING,
) -> Question[dict[Lane, Edges]]:
    """What holds each lane within `[begins, ends)`. Expired holds hold nothing.

    Bounded on both sides by the b-tree on starts, so its cost does not grow with history.
    """
    facts = within(resource_ids, begins, ends, now=now, ignoring=ignoring, longest=longest)
    return Question(HELD, facts, by_lane)


def by_lane(found: list[Row]) -> dict[Lane, Edges]:
    held: dict[Lane, Edges] = {}
    for resource, starts, ends, others in found:
        if starts:
            held[resource, 1] = unpacked(starts), unpacked(ends)
        for lane, start, end in others or ():
            begun, ended = held.setdefault((resource, lane), ([], []))
            begun.append(start)
            ended.append(end)
    return held


def held_and_expired(
    resource_ids: Iterable[int],
    windows: Windows,
    *,
    now: datetime,
    ignoring: Collection[int] = (),
    longest: timedelta = LONGEST_HOLDING,
) -> Question[tuple[Held, set[int]]]:
    """What holds each lane in any of these windows, in order of time, and the ids of expired holds
    that were passed over."""
    facts = {
        "resources": list(resource_ids),
        "begins": [begins for begins, _ in windows],
        "ends": [ends for _, ends in windows],
        "longest": longest,
        "ignoring": list(ignoring),
        "now": now,
    }
    return Question(HELD_OR_EXPIRED, facts, apart_from_expired)


def apart_from_expired(found: list[Row]) -> tuple[Held, set[int]]:
    held: dict[Lane, set[Span]] = defaultdict(set)
    expired: set[int] = set()
    for resource_id, lane, start, end, over in found:
        if over is None:
            held[resource_id, lane].add((start, end))
        else:
            expired.add(over)
    return {lane: sorted(spans) for lane, spans in held.items()}, expired


def within(
    resource_ids: Iterable[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None,
    longest: timedelta,
) -> dict[str, Any]:
    return {
        "resources": list(resource_ids),
        "begins": begins,
        "ends": ends,
        "earliest": begins - longest,
        "ignoring": [ignoring] if ignoring else [],
        "now": now,
    }


def on_site_holdings(
    person_ids: Collection[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None = None,
    nights_only: bool = False,
) -> list[Span]:
    """When any of these persons is at the centre within `[begins, ends)`: booked, or in
    residence, overdue included (D11, D24); by `nights_only` in residence."""
    by_person = on_site_by_person(
        person_ids, begins, ends, now=now, ignoring=ignoring, nights_only=nights_only
    )
    return sorted(span for spans in by_person.values() for span in spans)


def on_site_by_person(
    person_ids: Collection[int],
    begins: datetime,
    ends: datetime,
    *,
    now: datetime,
    ignoring: int | None = None,
    nights_only: bool = False,
) -> dict[int, list[Span]]:
    """The same, for each of them."""
    if not person_ids:
        return {}
    facts = within((), begins, ends, now=now, ignoring=ignoring, longest=LONGEST_HOLDING)
    there = {
        "people": [] if nights_only else list(person_ids),
        "residents": list(person_ids),
        "stays_from": begins - LONGEST_STAY,
    }
    found = fetch(ON_SITE, facts | there)
    for reason in ON_SITE_BESIDES:
        found += reason(person_ids, ends, ignoring)
    by_person: dict[int, list[Span]] = defaultdict(list)
    for person, start, end in found:
        by_person[person].append((start, end))
    return by_person


ON_SITE_BESIDES: list[Callable[[Collection[int], datetime, int | None], list[Row]]] = []
"""Presence that no allocation tells of, until an instant, without a booking's own: who, from when,
until when. Packages above add theirs."""
