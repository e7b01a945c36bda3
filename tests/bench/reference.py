"""What PostgreSQL itself needs for the free time of all specialists: multiranges, in one query."""

from collections.abc import Sequence

import psycopg

from base import clock
from scheduling.models import LONGEST_HOLDING
from tests.bench import world

FREE = """
    WITH hours AS (
        SELECT weekday, starts, ends,
               tstzrange((day + starts) AT TIME ZONE 'Europe/Sofia',
                         (day + ends) AT TIME ZONE 'Europe/Sofia') AS span
          FROM generate_series(%(first)s::timestamp, %(last)s::timestamp - interval '1 day',
                               interval '1 day') AS day
          JOIN (SELECT DISTINCT weekday, starts, ends
                  FROM scheduling_availability
                 WHERE resource_id = ANY(%(specialists)s)) windows
               ON weekday = extract(isodow FROM day) - 1
    ), working AS (
        SELECT resource_id, range_agg(span) AS spans
          FROM scheduling_availability JOIN hours USING (weekday, starts, ends)
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
    SELECT resource_id,
           date_part('epoch', lower(free))::bigint, date_part('epoch', upper(free))::bigint
      FROM working LEFT JOIN held USING (resource_id),
           LATERAL unnest(working.spans - coalesce(held.spans, '{}')) free
"""
"""Over the rows that the program reads of the specialists, by the same index. Whatever is said
here is to PostgreSQL's advantage: wall clocks are turned into instants once for all, nobody asks
about rooms, doors or holidays, and whole numbers come back."""

FACTS = {
    "first": world.FIRST,
    "last": world.LAST,
    "earliest": clock.midnight(world.FIRST) - LONGEST_HOLDING,
    "ends": clock.midnight(world.LAST),
    "specialists": [world.specialist_id(n) for n in range(world.SPECIALISTS)],
}


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, options="-c jit=off")


def free_time(connection: psycopg.Connection) -> Sequence[tuple]:
    """Prepared, in binary, as base.rows reads."""
    cursor = connection.cursor(binary=True)
    return cursor.execute(FREE, FACTS, prepare=True).fetchall()
