"""Every change of a series is one thing: a list of its dates as they should stand.

Making a series places dates that have no booking yet; moving it places those that have one
elsewhere; ending it drops them; restoring, rolling forward and undoing are the same. All dates of
a change are locked, read again and written together.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from base.errors import DomainError, StaleVersion
from people.models import Person, User
from scheduling import rules, selectors, taking
from scheduling.demand import Need
from scheduling.errors import Closed, NoContactConflict
from scheduling.holdings import Held
from scheduling.models import Allocation, Booking, Modality, Resource, Series, Term
from scheduling.planning import Plan, Wish
from scheduling.series import recording
from scheduling.series.judging import Judge, judge_of
from scheduling.taking import Wanted
from scheduling.writing import Holding

Part = Allocation.Part


class Fate(Enum):
    """What becomes of a date."""

    PLACED = "placed"
    """It stands where its place says."""
    KEPT = "kept"
    """It stays as it is, moved, cancelled or skipped, perhaps as another date of the rule."""
    DROPPED = "dropped"
    """It is cancelled."""


@dataclass(frozen=True)
class Place:
    """A date of a series and what is to become of it.

    `booking` is what it has so far. `room`, `vehicle` and `colleagues` are those that must be; of
    others the `preferred` come first.
    """

    term: Term
    original_start: datetime
    starts_at: datetime
    lead: Resource
    room: Resource | None = None
    vehicle: Resource | None = None
    colleagues: tuple[Resource, ...] = ()
    preferred: frozenset[int] = frozenset()
    booking: Booking | None = None
    fate: Fate = Fate.PLACED
    why: str = ""
    """The code of why a date without a booking was skipped."""

    again: bool = False
    """It stood there before: only whether everybody is free is asked."""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.term.series.service.duration

    @property
    def stands(self) -> bool:
        if self.fate == Fate.KEPT:
            return self.booking is not None and self.booking.status != Booking.Status.CANCELLED
        return self.fate == Fate.PLACED

    def wish(self, people: tuple[Person, ...]) -> Wish:
        series = self.term.series
        return Wish(
            service=series.service,
            starts_at=self.starts_at,
            lead=self.lead,
            people=people,
            modality=Modality(series.modality),
            room=self.room,
            vehicle=self.vehicle,
            colleagues=self.colleagues,
            least_workers=series.least_workers,
            least_seats=series.least_seats,
            kind=Booking.Kind(series.kind),
            in_term_time=series.in_term_time,
            with_car=series.with_car,
            carer=series.carer,
            without_papers=series.without_papers,
            again=self.again,
        )


@dataclass(frozen=True)
class Refusal:
    """A date that cannot stand as it should, and why."""

    place: Place
    error: DomainError


@dataclass(frozen=True)
class Session:
    """A date that may stand, with what it needs."""

    place: Place
    wish: Wish
    plan: Plan

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.plan.needs, self.wish.starts_at, self.wish.ends_at)


@dataclass(frozen=True)
class Falling:
    """By whom dates are cancelled, and why."""

    party: Booking.Party = Booking.Party.CENTRE
    reason: str = ""


def look(places: Sequence[Place], people: tuple[Person, ...]) -> list[Refusal]:
    """Which of these dates could not stand now; nothing is locked or written."""
    judge = judge_of([place.wish(people) for place in places])
    sessions, refusals = judged(places, judge, people)
    if not sessions:
        return refusals
    held, _ = taking.held_then([s.wanted for s in sessions], ignoring=()).answer()
    return by_date([*refusals, *choose(sessions, held)[1]])


def arrange(
    series: Series,
    places: Sequence[Place],
    *,
    by: User | None,
    skipping: bool = False,
    falling: Falling | None = None,
) -> list[Refusal]:
    """Let the dates stand like that: all of them, or `skipping` those that cannot. Days on which
    the centre is closed are skipped in any case (D8). What is skipped is recorded with the reason.
    The series is locked already.

    Raises what `book` does, for the first date that cannot stand, and StaleVersion when
    somebody changed one of the bookings since it was read.
    """
    people = tuple(series.people.order_by("pk"))
    wanted = [place for place in places if place.fate == Fate.PLACED]
    sessions: list[Session] = []
    refusals: list[Refusal] = []
    if wanted:
        judge = judge_of([place.wish(people) for place in wanted])
        sessions, refusals = judged(wanted, judge, people)
    held = take(places, sessions, people)
    check_unchanged(places)
    if sessions:
        sessions, meeting = still_apart(sessions, judge)
        refusals += meeting
    chosen, unmet = choose(sessions, held)
    refusals = by_date([*refusals, *unmet])
    if not skipping:
        check_possible(refusals, nothing_stands=not chosen)
    skipped = [dropped(refusal) for refusal in refusals]
    others = [place for place in places if place.fate != Fate.PLACED]
    recording.write(
        series,
        [(session.place, holdings) for session, holdings in chosen],
        [*others, *skipped],
        people,
        by=by,
        falling=falling or Falling(),
    )
    return refusals


def dropped(refusal: Refusal) -> Place:
    """What becomes of a date that cannot stand as it should: what it had is cancelled, where it
    was."""
    place = refusal.place
    starts_at = place.booking.starts_at if place.booking else place.starts_at
    return replace(place, fate=Fate.DROPPED, starts_at=starts_at, why=refusal.error.code)


def check_possible(refusals: Iterable[Refusal], *, nothing_stands: bool) -> None:
    """Raises the first reason that is more than a day off, or any if nothing is left."""
    for refusal in refusals:
        if nothing_stands or not isinstance(refusal.error, Closed):
            raise refusal.error


def judged(
    places: Iterable[Place], judge: Judge, people: tuple[Person, ...]
) -> tuple[list[Session], list[Refusal]]:
    """In order of time: what one date allows the next ones depends on it."""
    sessions: list[Session] = []
    refusals: list[Refusal] = []
    for place in sorted(places, key=lambda place: place.starts_at):
        wish = place.wish(people)
        try:
            plan = judge.plan(wish)
        except DomainError as error:
            refusals.append(Refusal(place, error))
            continue
        judge.accept(wish)
        sessions.append(Session(place, wish, plan.preferring(place.preferred)))
    return sessions, refusals


def take(places: Sequence[Place], sessions: Sequence[Session], people: Sequence[Person]) -> Held:
    """Lock the union of what all dates need and of what their bookings hold now."""
    bookings = [place.booking.pk for place in places if place.booking]
    partners = {one for session in sessions for one in session.plan.partners}
    also = selectors.resources_of(people, partners=partners, bookings=bookings)
    also |= along(places)
    if not sessions:
        taking.lock(also)
        return {}
    moved = [place.booking.pk for place in places if place.booking and place.fate != Fate.KEPT]
    return taking.take_all([s.wanted for s in sessions], also=also, ignoring=moved)


def along(places: Sequence[Place]) -> set[int]:
    """What stands for those who go where the sessions of a group go."""
    groups = {
        place.term.series_id for place in places if place.term.series.kind == Booking.Kind.SESSION
    }
    return {one for group in groups for one in selectors.resources_along_series(group)}


def check_unchanged(places: Iterable[Place]) -> None:
    """Under the locks, which whoever changes one of the bookings needs too: its people's at
    least. Raises StaleVersion."""
    known = {place.booking.pk: place.booking.version for place in places if place.booking}
    for pk, version in Booking.objects.filter(pk__in=known).values_list("pk", "version"):
        if version != known[pk]:
            raise StaleVersion(version=version)


def still_apart(sessions: Sequence[Session], judge: Judge) -> tuple[list[Session], list[Refusal]]:
    """D11 once more, under the locks of the people and of those they must not meet."""
    judge.look(sessions[0].wish.starts_at, max(session.wish.ends_at for session in sessions))
    apart: list[Session] = []
    refusals: list[Refusal] = []
    for session in sessions:
        if rules.meets(judge.there, session.wish.starts_at, session.wish.ends_at):
            refusals.append(Refusal(session.place, NoContactConflict()))
        else:
            apart.append(session)
    return apart, refusals


def choose(
    sessions: Sequence[Session], held: Held
) -> tuple[list[tuple[Session, list[Holding]]], list[Refusal]]:
    """What each date is to hold, the same room for as many as possible; no two of them hold
    one thing at one time."""
    chosen: list[tuple[Session, list[Holding]]] = []
    refusals: list[Refusal] = []
    taken = times_taken(sessions, held)
    for session in sessions:
        needs = [steady(need, taken, session.place) for need in session.plan.needs]
        try:
            holdings = taking.choose(needs, session.wish.starts_at, session.wish.ends_at, held)
        except DomainError as error:
            refusals.append(Refusal(session.place, error))
            continue
        chosen.append((session, holdings))
        taking.hold(holdings, held)
    return chosen, refusals


def times_taken(sessions: Sequence[Session], held: Held) -> dict[int, int]:
    """On how many of the dates each room is taken, by its id."""
    taken: dict[int, int] = {}
    for session in sessions:
        for need in session.plan.needs:
            for room in need.candidates if need.part == Part.ROOM else ():
                period = taking.period_of(need, session.wish.starts_at, session.wish.ends_at)
                is_free = taking.free_lane(room, period, held) is not None
                taken[room.pk] = taken.get(room.pk, 0) + (not is_free)
    return taken


def steady(need: Need, taken: dict[int, int], place: Place) -> Need:
    """The need of a room with the one first that suits most dates, unless one is preferred."""
    if need.part != Part.ROOM or place.preferred:
        return need
    return replace(need, candidates=tuple(sorted(need.candidates, key=lambda r: taken[r.pk])))


def by_date(refusals: Collection[Refusal]) -> list[Refusal]:
    return sorted(refusals, key=lambda refusal: refusal.place.original_start)
