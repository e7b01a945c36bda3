"""What PostgreSQL itself needs for the free time of all specialists: multiranges, in one query."""

from collections.abc import Sequence

import psycopg

from base import clock
from scheduling.models import LONGEST_HOLDING
from tests.bench import world

FREE = """
    WITH working AS (
        SELECT resource_id,
               range_agg(tstzrange((day + starts) AT TIME ZONE 'Europe/Sofia',
                                   (day + ends) AT TIME ZONE 'Europe/Sofia')) AS spans
          FROM generate_series(%(first)s::timestamp, %(last)s::timestamp - interval '1 day',
                               interval '1 day') AS day
          JOIN scheduling_availability ON weekday = extract(isodow FROM day) - 1
         WHERE resource_id = ANY(%(specialists)s)
         GROUP BY resource_id
    ), held AS (
        SELECT resource_id, range_agg(period) AS spans
          FROM scheduling_allocation
         WHERE resource_id = ANY(%(specialists)s)
           AND lower(period) > %(earliest)s AND lower(period) < %(ends)s
           AND active
         GROUP BY resource_id
    )
    SELECT resource_id, lower(free), upper(free)
      FROM working LEFT JOIN held USING (resource_id),
           LATERAL unnest(working.spans - coalesce(held.spans, '{}')) free
"""
"""The same rows as the program reads of the specialists, by the same index."""

FACTS = {
    "first": world.FIRST,
    "last": world.LAST,
    "earliest": clock.midnight(world.FIRST) - LONGEST_HOLDING,
    "ends": clock.midnight(world.LAST),
    "specialists": [world.specialist_id(n) for n in range(world.SPECIALISTS)],
}


def connect(url: str) -> psycopg.Connection:
    """As Django connects: unprepared, parameters bound by the client, jit off."""
    return psycopg.connect(
        url,
        autocommit=True,
        options="-c jit=off",
        prepare_threshold=None,
        cursor_factory=psycopg.ClientCursor,
    )


def free_time(connection: psycopg.Connection) -> Sequence[tuple]:
    return connection.execute(FREE, FACTS).fetchall()
