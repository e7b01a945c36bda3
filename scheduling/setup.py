"""What a centre has set up, kept by each process until the database says that it changed.

Services, rooms, cars, who gives what, doors, working hours, what keeps her busy elsewhere and
closures are asked for by every search and every booking, and change a few times a month. Whatever
changes one of them, a page, a shell or an import, gives the stamp another value in the same
transaction (migrations 0008, 0012): who reads the stamp knows whether what it keeps still holds. A
change that is rolled back takes its stamp back with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from uuid import UUID

from base import clock
from base.rows import Question, Row, ask, rows_where
from scheduling import repeating
from scheduling.hours import FACTS, Hours, as_hours, day_span
from scheduling.intervals import Span, meeting
from scheduling.models import Resource, Service

STAMP = "SELECT stamp FROM scheduling_setupstamp"

SUITING = """
    SELECT suits.service_id, suits.resource_id
      FROM scheduling_resource_services suits
      JOIN scheduling_service service ON service.id = suits.service_id
     WHERE service.centre_id = %(centre)s
"""

ROLES = """
    SELECT role.user_id, role.from_on, coalesce(role.until_on, '9999-12-31')
      FROM people_role role JOIN people_user colleague ON colleague.id = role.user_id
     WHERE role.centre_id = %(centre)s AND colleague.is_active
"""

BUSY = """
    SELECT busy.resource_id,
           extract(epoch FROM busy.starts_at)::bigint, extract(epoch FROM busy.ends_at)::bigint
      FROM scheduling_busytime busy JOIN scheduling_resource it ON it.id = busy.resource_id
     WHERE busy.ends_at > %(since)s
       AND it.user_id IN (SELECT user_id FROM people_role WHERE centre_id = %(centre)s)
     ORDER BY busy.starts_at
"""

USED_THERE = """
    it.is_active AND (
        it.kind = 'specialist' AND it.user_id IN (
            SELECT user_id FROM people_role WHERE centre_id = %(centre)s
        ) OR it.kind <> 'specialist' AND it.id IN (
            SELECT suits.resource_id FROM scheduling_resource_services suits
              JOIN scheduling_service service ON service.id = suits.service_id
             WHERE service.centre_id = %(centre)s
        )
    ) ORDER BY it.seats, it.id
"""


@dataclass(frozen=True, eq=False)
class Setup:
    """One centre's. Its rows are shared by everybody who asks: nobody changes them."""

    centre_id: int
    services: dict[UUID, Service]
    resources: Sequence[Resource]
    """Active specialists with a role there, whenever, and whatever suits one of the services;
    the smallest first."""
    specialists: dict[UUID, Resource]
    """The specialists among them, as the API names them."""
    givers: dict[int, list[Resource]]
    """Specialists by the service they give."""
    places: dict[int, list[Resource]]
    """What else suits a service, the smallest first."""
    roles: dict[int, list[tuple[date, date]]]
    """Between which dates, both inclusive, a user has some role."""
    facts: dict[int | None, list[Row]]
    """Of hours, by resource; None for the house's own."""
    busy: dict[int, list[Span]]
    """Elsewhere, by specialist; in order and disjoint."""

    def works_there(self, specialist: Resource, on: date) -> bool:
        periods = self.roles.get(specialist.user_id or 0, ())
        return any(first <= on <= last for first, last in periods)

    def specialist(self, public_id: UUID, *, on: date) -> Resource | None:
        found = self.specialists.get(public_id)
        return found if found and self.works_there(found, on) else None

    def suitable(self, service: Service, *, lead: Resource | None = None) -> list[Resource]:
        """Every specialist of the centre today who gives the service (or `lead` alone, if she
        does), and every active room and car that suits it, the smallest first."""
        today = clock.today()
        asked = (
            one for one in self.givers.get(service.id, ()) if lead is None or one.id == lead.id
        )
        givers = [one for one in asked if self.works_there(one, today)]
        return [*givers, *self.places.get(service.id, ())]

    def hours(self, resource_ids: Iterable[int], first: date, last: date) -> Hours:
        """Of the house and of these specialists over the days `first`..`last`."""
        return hours_under(self, tuple(sorted(resource_ids)), first, last)


@lru_cache(maxsize=32)
def hours_under(house: Setup, resource_ids: tuple[int, ...], first: date, last: date) -> Hours:
    """The same months are asked for again and again, and laying out their days costs as much as
    asking what holds them."""
    keys: Sequence[int | None] = (None, *resource_ids)
    hours = as_hours(first, last, chain.from_iterable(house.facts.get(key, ()) for key in keys))
    whole = day_span(first)[0], day_span(last)[1]
    for key in house.busy.keys() & keys:
        hours.less[key] += meeting(house.busy[key], whole)
    return hours


kept: dict[int, tuple[object, Setup]] = {}
"""By centre, each with the stamp and the day it was read under."""


def stamp() -> Question[UUID | None]:
    """Identifies the present set-up of all centres; None in a database that has none yet."""
    return Question(STAMP, {}, lambda found: found[0][0] if found else None)


def of_centre(centre_id: int, present: UUID | None) -> Setup:
    """As it is under the `present` stamp."""
    key = (present, clock.today())
    was, known = kept.get(centre_id, (None, None))
    if known is not None and present is not None and was == key:
        return known
    read = read_setup(centre_id)
    kept[centre_id] = key, read
    return read


def now_of(centre_id: int) -> Setup:
    return of_centre(centre_id, stamp().answer())


def read_setup(centre_id: int) -> Setup:
    """Of colleagues' hours that differ on single dates only those from yesterday on, lest they
    grow."""
    facts = {"centre": centre_id, "since": clock.today() - timedelta(days=1)}
    services, resources, suiting, roles, written, busy = ask(
        rows_where(Service, "it.centre_id = %(centre)s", facts),
        rows_where(Resource, USED_THERE, facts),
        Question(SUITING, facts, grouped),
        Question(ROLES, facts, grouped),
        Question(FACTS, facts, list),
        Question(BUSY, facts, grouped),
    )
    specialists = [one for one in resources if one.is_specialist]
    places = [one for one in resources if not one.is_specialist]
    return Setup(
        centre_id,
        {service.public_id: service for service in services},
        resources,
        {one.public_id: one for one in specialists},
        among(specialists, suiting),
        among(places, suiting),
        roles,
        by_resource([*written, *repeating.facts(centre_id)]),
        busy,
    )


def among(
    resources: Sequence[Resource], suiting: Mapping[int, Collection[Row]]
) -> dict[int, list[Resource]]:
    """Those of these that suit each service, in their order."""
    keys = {service: {key for (key,) in found} for service, found in suiting.items()}
    return {service: [one for one in resources if one.id in ids] for service, ids in keys.items()}


def grouped(found: list[Row]) -> dict[int, list[Row]]:
    """The rest of each row, by its first column."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for key, *rest in found:
        groups[key].append(tuple(rest))
    return dict(groups)


def by_resource(found: list[Row]) -> dict[int | None, list[Row]]:
    groups: dict[int | None, list[Row]] = defaultdict(list)
    for row in found:
        groups[row[1]].append(row)
    return dict(groups)
