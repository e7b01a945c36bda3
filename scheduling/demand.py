"""What a booking demands, before anyone asks when: the one idea behind slots and bookings.

A `Need` is resources of one sort, so many of them, held from so long before the start to so
long past the end. A consultation needs its specialist, every person, and a room; a visit needs
travel on both sides, perhaps a car and a colleague. Slots are the hours at which every need can
be met; a booking meets them at one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from people.models import Person
from scheduling import selectors
from scheduling.errors import ModalityNotOffered, ResourceUnavailable
from scheduling.models import Allocation, Modality, Resource, Service

Part = Allocation.Part
VISIT_WORKERS = 2  # D3: a first or risk-flagged visit


@dataclass(frozen=True)
class Need:
    """`count` different resources of `candidates`, the preferred first, for the session and
    its margins."""

    part: Part
    candidates: tuple[Resource, ...]
    count: int = 1
    before: timedelta = timedelta()
    after: timedelta = timedelta()


@dataclass(frozen=True)
class Demand:
    """Who wants what, without when: the input of a plan."""

    service: Service
    people: tuple[Person, ...]
    modality: Modality
    workers: int
    takes_car: bool
    least_seats: int = 0

    @property
    def on_site(self) -> bool:
        return self.modality == Modality.ON_SITE

    @property
    def seats(self) -> int:
        """Seats a room must have: everyone is in it."""
        return max(len(self.people), self.least_seats, 1) + self.workers

    @property
    def margins(self) -> tuple[timedelta, timedelta]:
        """How long a specialist is held before and after the session (D2, D3)."""
        travel = self.service.travel if self.modality == Modality.FIELD else timedelta()
        return travel, travel + self.service.buffer_after


def demand(
    service: Service,
    people: Sequence[Person],
    modality: Modality,
    *,
    at: datetime,
    least_workers: int = 1,
    least_seats: int = 0,
    with_car: bool = False,
    ignoring: int | None = None,
) -> Demand:
    """What a booking of this service for these people asks for: at least its defaults, and
    whatever the caller wants beside.

    `at` is when, or no later than when; `ignoring` is the id of the booking being moved, which
    is not its own predecessor. Raises ModalityNotOffered.
    """
    if modality not in service.modalities:
        raise ModalityNotOffered
    workers = max(service.specialists, least_workers)
    if modality == Modality.FIELD and selectors.visit_is_risky(people, at=at, ignoring=ignoring):
        workers = max(workers, VISIT_WORKERS)
    takes_car = modality == Modality.FIELD and (service.needs_vehicle or with_car)
    return Demand(service, tuple(people), modality, workers, takes_car, least_seats)


def need_of_lead(wanted: Demand, lead: Resource) -> Need:
    before, after = wanted.margins
    return Need(Part.LEAD, (lead,), before=before, after=after)


def needs_beside_lead(
    wanted: Demand, pool: Iterable[Resource], people: Iterable[Resource]
) -> list[Need]:
    """All needs but the lead's. `pool` is everything active that suits the service, in order of
    preference; colleagues are its specialists."""
    pool = list(pool)
    before, after = wanted.margins
    needs = [Need(Part.PERSON, (person,)) for person in people]
    if wanted.workers > 1:
        colleagues = of_kind(pool, Resource.Kind.SPECIALIST)
        needs.append(Need(Part.COLLEAGUE, colleagues, wanted.workers - 1, before, after))
    if wanted.on_site:
        needs.append(Need(Part.ROOM, of_kind(pool, Resource.Kind.ROOM, seats=wanted.seats)))
    if wanted.takes_car:
        cars = of_kind(pool, Resource.Kind.VEHICLE, seats=wanted.workers)
        needs.append(Need(Part.VEHICLE, cars, 1, before, wanted.service.travel))
    return needs


def of_kind(pool: Iterable[Resource], kind: str, *, seats: int = 0) -> tuple[Resource, ...]:
    return tuple(r for r in pool if r.kind == kind and (seats == 0 or r.seats >= seats))


def unavailable(need: Need, starts_at: datetime, ends_at: datetime) -> ResourceUnavailable:
    """Names the resource where there was no choice, and the sort of thing where there was."""
    only = need.candidates[0] if len(need.candidates) == 1 else None
    several = {
        Allocation.Part.COLLEAGUE: _("Every colleague for a second worker"),
        Allocation.Part.ROOM: _("Every fitting room"),
        Allocation.Part.VEHICLE: _("Every car"),
    }
    if only is None:
        name = several.get(need.part, need.part.label)
    else:
        name = only.name or _("One of the people")
    return ResourceUnavailable(
        resource=only.public_id if only else None,
        kind=need.part.value,
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
    )
