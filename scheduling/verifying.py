"""Whether series, bookings and allocations agree: what the constraint does not see (DESIGN §3)."""

from dataclasses import dataclass

from base.rows import fetch
from scheduling.models import LONGEST_HOLDING, LONGEST_STAY
from scheduling.series.verifying import RULES, broken_rules


@dataclass(frozen=True)
class Discrepancy:
    """One row that should not be: which rule, and the id of its booking or resource."""

    rule: str
    about: str


CHECKS = {
    "a lane is held twice at a time": """
        SELECT DISTINCT booking_id FROM (
               SELECT booking_id, lower(period) < max(upper(period)) OVER (
                          PARTITION BY resource_id, lane ORDER BY lower(period), id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS begins_too_early
                 FROM scheduling_allocation WHERE active) held
         WHERE begins_too_early
    """,
    "a lane beyond the resource's lanes is held": """
        SELECT held.booking_id FROM scheduling_allocation held
          JOIN scheduling_resource resource ON resource.id = held.resource_id
         WHERE held.active AND held.lane > resource.lanes
    """,
    "an allocation is longer than reads look back": """
        SELECT held.booking_id FROM scheduling_allocation held
          JOIN scheduling_resource resource ON resource.id = held.resource_id
         WHERE upper(held.period) - lower(held.period) > CASE
               WHEN resource.kind IN ('residence', 'unit', 'toy') THEN %(longest_stay)s
               ELSE %(longest)s END
    """,
    "a booking that is over still holds something": """
        SELECT booking.id FROM scheduling_booking booking
         WHERE booking.status IN ('cancelled', 'expired') AND EXISTS (
               SELECT FROM scheduling_allocation WHERE booking_id = booking.id AND active)
    """,
    "a standing booking holds nothing": """
        SELECT booking.id FROM scheduling_booking booking
         WHERE booking.status IN ('held', 'confirmed', 'ongoing', 'closed')
           AND NOT (booking.kind IN ('stay', 'loan') AND booking.status = 'closed')
           AND NOT EXISTS (
               SELECT FROM scheduling_allocation WHERE booking_id = booking.id AND active)
    """,
    "an allocation does not cover its session": """
        SELECT booking.id FROM scheduling_allocation held
          JOIN scheduling_booking booking ON booking.id = held.booking_id
         WHERE held.active AND booking.kind = 'consultation'
           AND NOT held.period @> tstzrange(booking.starts_at, booking.ends_at)
    """,
    "a person in a booking is not held by it": """
        SELECT seat.booking_id FROM scheduling_participation seat
          JOIN scheduling_booking booking ON booking.id = seat.booking_id
          JOIN scheduling_resource resource ON resource.person_id = seat.person_id
         WHERE booking.status IN ('held', 'confirmed', 'closed') AND NOT EXISTS (
               SELECT FROM scheduling_allocation held
                WHERE held.booking_id = seat.booking_id AND held.resource_id = resource.id
                  AND held.active)
    """,
    "a person has no resource": """
        SELECT person.id FROM people_person person
         WHERE NOT EXISTS (SELECT FROM scheduling_resource WHERE person_id = person.id)
    """,
    "a person has no residence": """
        SELECT person.id FROM people_person person
         WHERE NOT EXISTS (SELECT FROM scheduling_resource WHERE resident_id = person.id)
    """,
}

ALL_RULES = (*CHECKS, *RULES)


def discrepancies() -> list[Discrepancy]:
    """Everything that differs, by rule; empty when all is well."""
    facts = {"longest": LONGEST_HOLDING, "longest_stay": LONGEST_STAY}
    rows = [
        Discrepancy(rule, str(key))
        for rule, statement in CHECKS.items()
        for (key,) in fetch(statement, facts)
    ]
    return [*rows, *(Discrepancy(rule, about) for rule, about in broken_rules())]
