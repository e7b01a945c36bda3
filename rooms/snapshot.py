"""Units as they are, read from the database in a number of statements that depends neither on how
many there are nor on their history."""

from collections.abc import Collection, Mapping
from itertools import groupby
from operator import itemgetter

from base import clock
from base.rows import fetch
from rooms.nights import DAY, FOREVER, Nights, arrival, nights_of, tonight
from rooms.states import Leg, Presence, UnitNow
from scheduling.holdings import EXPIRED_HOLDS
from scheduling.models import LONGEST_STAY

UNITS = """
    SELECT resource.id, resource.public_id, resource.name, unit.kind, unit.beds, unit.features,
           building.name, resource.centre_id
      FROM rooms_unit unit
      JOIN scheduling_resource resource ON resource.id = unit.resource_id
      JOIN rooms_building building ON building.id = unit.building_id
     WHERE resource.centre_id = ANY(%(centres)s) AND resource.is_active
       AND (%(kind)s::text IS NULL OR unit.kind = %(kind)s)
       AND (%(units)s::bigint[] IS NULL OR resource.id = ANY(%(units)s))
     ORDER BY building.name, resource.name, resource.id
"""

LEGS = f"""
    SELECT held.resource_id, held.period, booking.id, stay.id, coalesce(stay.status, ''),
           booking.hold_expires_at
      FROM scheduling_allocation held
      JOIN scheduling_booking booking ON booking.id = held.booking_id
      LEFT JOIN rooms_stay stay ON stay.booking_id = booking.id
     WHERE held.resource_id = ANY(%(units)s) AND held.active
       AND lower(held.period) > %(earliest)s AND lower(held.period) < %(ends)s
       AND upper(held.period) > %(begins)s
       AND booking.id NOT IN ({EXPIRED_HOLDS})
     ORDER BY lower(held.period)
"""  # noqa: S608 - constants

PRESENCES = """
    SELECT there.unit_id, there.stay_id, there.began_at, there.ended_at, there.ready_at,
           CASE WHEN there.ended_at IS NULL THEN (
               SELECT max(upper(held.period))
                 FROM rooms_stay stay
                 JOIN scheduling_allocation held
                   ON held.booking_id = stay.booking_id AND held.resource_id = there.unit_id
                WHERE stay.id = there.stay_id AND held.active
                  AND lower(held.period) <= %(arrival)s
           ) END,
           CASE WHEN there.ended_at IS NULL THEN (
               SELECT to_on FROM rooms_stay WHERE id = there.stay_id
           ) END
      FROM rooms_occupancy there
     WHERE there.unit_id = ANY(%(units)s) AND there.began_at < %(ends)s
       AND (there.ready_at IS NULL OR there.ended_at > %(begins)s)
     ORDER BY there.began_at
"""

COTS = """
    SELECT unit, greatest("on", %(from_on)s::date) AS day, sum(change)
      FROM (SELECT brought_to_id AS unit, "on", count AS change FROM rooms_cotmove
             WHERE brought_to_id = ANY(%(units)s)
             UNION ALL
            SELECT taken_from_id, "on", -count FROM rooms_cotmove
             WHERE taken_from_id = ANY(%(units)s)) moves
     GROUP BY unit, day ORDER BY unit, day
"""


def units(
    centre_ids: Collection[int],
    nights: Nights | None = None,
    *,
    kind: str | None = None,
    only: Collection[int] | None = None,
) -> list[UnitNow]:
    """Units with all that decides their state over some nights, tonight's always among them; by
    building and name. Without `nights`: from tonight on, however far.

    Bounded by the longest stay behind and, for who is in house, by the open occupancies: the cost
    does not grow with history.
    """
    nights = nights or Nights(tonight(), FOREVER)
    asked = {
        "centres": list(centre_ids),
        "kind": kind,
        "units": None if only is None else list(only),
    }
    found: dict[int, UnitNow] = {}
    for pk, public_id, name, unit_kind, beds, features, building, centre_id in fetch(UNITS, asked):
        found[pk] = UnitNow(
            pk, public_id, name, unit_kind, beds, frozenset(features), building, centre_id
        )
    if not found:
        return []
    for window in windows(nights):
        read_into(found, window)
    return list(found.values())


def windows(nights: Nights) -> list[Nights]:
    """These nights with tonight; apart when they lie so far from it that the time between would
    be read for nothing."""
    now = Nights(tonight(), tonight() + DAY)
    both = Nights(min(nights.from_on, now.from_on), max(nights.to_on, now.to_on))
    return [nights, now] if nights.to_on + LONGEST_STAY < now.from_on else [both]


def read_into(found: Mapping[int, UnitNow], nights: Nights) -> None:
    """Legs, presences and cots of these units that matter for some nights."""
    begins = arrival(nights.from_on)
    facts = {
        "units": list(found),
        "begins": begins,
        "ends": arrival(nights.to_on),
        "earliest": begins - LONGEST_STAY,
        "arrival": arrival(tonight()),
        "from_on": nights.from_on,
        "now": clock.now(),
    }
    for unit, period, *leg in fetch(LEGS, facts):
        found[unit].legs.append(Leg(nights_of(period), *leg))
    for unit, stay, began_at, ended_at, ready_at, until, to_on in fetch(PRESENCES, facts):
        agreed = clock.local(until).date() if until else None
        presence = Presence(stay, began_at, ended_at, ready_at, agreed, to_on)
        if presence not in found[unit].presences:
            found[unit].presences.append(presence)
    for unit, cots in groupby(fetch(COTS, facts), key=itemgetter(0)):
        found[unit].cots = [(day, int(change)) for _, day, change in cots]
