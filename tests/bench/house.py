"""Fills the shelter of a bench database: many units, their years of stays, and the present, which
is the same in every database."""

from django.db import connection

from people.models import Centre
from rooms.models import Building, CotMove, Unit
from scheduling.models import Resource
from tests.bench import world

UNITS = 300
FIRST_UNIT = 3000
PAST, PRESENT = 20_000_000, 30_000_000
"""Ids of bookings and stays from here on."""

STAYS = """
    CREATE TEMPORARY TABLE nights AS
    SELECT %(past)s + (unit * 10000 + turn) AS id, %(first)s + unit AS unit, 'left' AS status,
           timestamp '2027-02-20 14:00' - (turn + 1) * interval '110 days'
             - unit %% 20 * interval '1 day' AS arrives,
           timestamp '2027-02-20 11:00' - (turn + 1) * interval '110 days'
             - unit %% 20 * interval '1 day' + interval '100 days' AS leaves
      FROM generate_series(0, %(units)s - 1) unit,
           generate_series(0, %(years)s * 365 / 110 - 1) turn
     UNION ALL
    SELECT %(present)s + unit, %(first)s + unit, CASE WHEN unit %% 4 = 0 THEN 'held'
                                                      ELSE 'in_house' END,
           timestamp '2027-05-24 14:00' + CASE WHEN unit %% 4 = 0 THEN 3 + unit %% 30
                                               ELSE - 5 - unit %% 60 END * interval '1 day',
           timestamp '2027-05-24 11:00' + (40 + unit %% 70) * interval '1 day'
      FROM generate_series(0, %(units)s - 1) unit
     WHERE unit %% 3 <> 0
"""
"""In Sofia's wall clock. Two units of three are taken now or soon, one is free."""

BOOKINGS = """
    INSERT INTO scheduling_booking
           (id, public_id, kind, centre_id, modality, status, version, schedule_version, starts_at,
            ends_at, without_papers, block_reason, cancelled_by, cancel_reason, created_by_id,
            created_at)
    SELECT id, md5('stay booking ' || id)::uuid, 'stay', %(centre)s, '',
           CASE status WHEN 'left' THEN 'closed' WHEN 'held' THEN 'confirmed' ELSE 'ongoing' END,
           1, 1, arrives AT TIME ZONE 'Europe/Sofia', leaves AT TIME ZONE 'Europe/Sofia',
           '', '', '', '', %(by)s, arrives AT TIME ZONE 'Europe/Sofia' - interval '1 day'
      FROM nights
"""
ALLOCATIONS = """
    INSERT INTO scheduling_allocation
           (booking_id, resource_id, part, lane, period, active, by_general_access)
    SELECT id, unit, 'unit', 1, tstzrange(arrives AT TIME ZONE 'Europe/Sofia',
                                          leaves AT TIME ZONE 'Europe/Sofia'), true, false
      FROM nights ORDER BY id
"""
ROWS = """
    INSERT INTO rooms_stay
           (id, public_id, centre_id, kind, status, booking_id, adults, ages, needs, from_on, to_on,
            in_danger, reason, version, requested_at, requested_by_id, refusal)
    SELECT id, md5('stay ' || id)::uuid, %(centre)s, 'family', status, id, 1, '{0,5}', '{}',
           arrives::date, leaves::date, false, '', 1, arrives, %(by)s, ''
      FROM nights
"""
OCCUPANCIES = """
    INSERT INTO rooms_occupancy
           (unit_id, stay_id, began_at, began_by_id, ended_at, ended_by_id, ready_at, ready_by_id)
    SELECT unit, id, arrives AT TIME ZONE 'Europe/Sofia', %(by)s, ended_at, by, ended_at, by
      FROM (SELECT *, CASE status WHEN 'left' THEN leaves AT TIME ZONE 'Europe/Sofia' END ended_at,
                   CASE status WHEN 'left' THEN %(by)s::bigint END AS by
              FROM nights WHERE status <> 'held') here
"""


def fill(centre: Centre, *, years: int, by: int) -> None:
    """Units of four sizes, and so many years of stays in each, one every 110 days."""
    building = Building.objects.create(centre=centre, name="House", address="Nowhere 1")
    numbers = range(UNITS)
    Resource.objects.bulk_create(
        Resource(
            id=FIRST_UNIT + n,
            public_id=world.public_id("unit", n),
            kind=Resource.Kind.UNIT,
            name=f"Unit {n}",
            centre=centre,
            seats=2 + n % 4,
        )
        for n in numbers
    )
    units = Unit.objects.bulk_create(
        Unit(resource_id=FIRST_UNIT + n, building=building, beds=2 + n % 4, features=[])
        for n in numbers
    )
    CotMove.objects.bulk_create(
        CotMove(centre=centre, brought_to=unit, on=world.FIRST.replace(year=2010)) for unit in units
    )
    facts = {
        "past": PAST,
        "present": PRESENT,
        "first": FIRST_UNIT,
        "units": UNITS,
        "years": years,
        "centre": centre.pk,
        "by": by,
    }
    with connection.cursor() as cursor:
        for statement in (STAYS, BOOKINGS, ALLOCATIONS, ROWS, OCCUPANCIES):
            cursor.execute(statement, facts)
