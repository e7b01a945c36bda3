"""Commands on groups: a term's timetable is a series of its workshop's service."""

from dataclasses import dataclass
from datetime import datetime

from base.errors import StaleVersion
from people.models import User
from scheduling.models import Booking, Modality, Resource
from scheduling.planning import Wish
from scheduling.series import making
from scheduling.series.making import Repetition
from scheduling.series.placing import Place, Refusal
from scheduling.taking import deadlock_retried
from workshops import selectors, sessions
from workshops.errors import NotOffered, PlacesTaken, TooManySeats
from workshops.models import Group, Workshop
from workshops.steps import changing


@dataclass(frozen=True)
class Timetable:
    """A group as asked for: who leads it where, and when it meets. School vacations are skipped by
    name unless it meets on them too."""

    workshop: Workshop
    name: str
    starts_at: datetime
    lead: Resource
    repetition: Repetition
    colleagues: tuple[Resource, ...] = ()
    room: Resource | None = None
    capacity: int | None = None
    in_term_time: bool = True

    @property
    def places(self) -> int:
        return self.capacity or self.workshop.capacity

    @property
    def wish(self) -> Wish:
        """D14: as many adults as the workshop needs, named or chosen."""
        return Wish(
            service=self.workshop.service,
            starts_at=self.starts_at,
            lead=self.lead,
            people=(),
            modality=Modality(self.workshop.service.modalities[0]),
            room=self.room,
            colleagues=self.colleagues,
            least_workers=max(self.workshop.least_adults, 1 + len(self.colleagues)),
            least_seats=self.places,
            kind=Booking.Kind.SESSION,
            in_term_time=self.in_term_time,
        )


@deadlock_retried
def open_group(asked: Timetable, *, by: User, skipping: bool = False) -> Group:
    """Book its sessions; closed days and school vacations are skipped by name. Raises NotOffered,
    and what `create_series` does."""
    check_offered(asked.workshop)
    series = making.create_series(asked.wish, asked.repetition, by=by, skipping=skipping)
    group = Group.objects.create(
        workshop=asked.workshop, series=series, name=asked.name, capacity=asked.places
    )
    sessions.keep_sessions(group)
    return group


def preview_group(asked: Timetable, *, by: User) -> tuple[list[Place], list[Refusal]]:
    """Every date that `open_group` would book, and which could not be booked now. Raises
    NotOffered."""
    check_offered(asked.workshop)
    return making.preview_series(asked.wish, asked.repetition, by=by)


def check_offered(workshop: Workshop) -> None:
    if not workshop.is_offered:
        raise NotOffered


@deadlock_retried
def change_group(
    group: Group,
    *,
    by: User,
    capacity: int | None = None,
    name: str | None = None,
    version: int | None = None,
) -> Group:
    """More places go to the waiting list at once. Raises PlacesTaken for fewer than are taken on
    some date ahead, TooManySeats for more than its rooms seat, StaleVersion."""
    with changing(group, by) as fresh:
        if version is not None and version != fresh.version:
            raise StaleVersion(version=fresh.version)
        if capacity is not None and capacity != fresh.capacity:
            check_capacity(fresh, capacity)
            fresh.capacity = capacity
            fresh.series.least_seats = capacity
            fresh.series.save(update_fields=["least_seats"])
        fresh.name = name or fresh.name
        fresh.version += 1
        fresh.save()
    return fresh


def check_capacity(group: Group, capacity: int) -> None:
    """Raises PlacesTaken, TooManySeats."""
    taken = selectors.places_of([group])[group.pk].taken
    if capacity < taken:
        raise PlacesTaken(taken=taken)
    seats = selectors.least_seats_ahead(group)
    if seats is not None and capacity + max(selectors.adults_of(group)) > seats:
        raise TooManySeats(seats=seats)
