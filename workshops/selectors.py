"""Queries over workshops: they answer, and never write."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from base import clock
from people.models import Person
from people.policies import SEES_EVERYTHING, Staff
from people.selectors import households_walled_from, people_of
from scheduling import selectors as scheduling_selectors
from scheduling.arrangements import Arrangement, arrangements_of
from scheduling.models import Allocation, Booking, Resource
from scheduling.policies import KNOWLEDGE_LASTS
from scheduling.writing import Holding
from workshops.models import Enrolment, Group, Seat, Session, Workshop
from workshops.places import Claim, claim_of, in_line, most_taken

Status = Enrolment.Status
Part = Allocation.Part
LEADS = (Part.LEAD, Part.COLLEAGUE)


def workshops_of(staff: Staff) -> QuerySet[Workshop]:
    found = Workshop.objects.filter(centre__in=staff.centre_ids)
    return found.select_related("service", "centre")


def groups_of(staff: Staff) -> QuerySet[Group]:
    found = Group.objects.filter(workshop__centre__in=staff.centre_ids)
    return found.select_related(
        "workshop__service", "workshop__centre", "workshop__riding", "series__service"
    )


def sessions_of(staff: Staff) -> QuerySet[Session]:
    return in_full(Session.objects.filter(group__workshop__centre__in=staff.centre_ids))


def in_full(found: QuerySet[Session]) -> QuerySet[Session]:
    """With what a session is asked for everywhere."""
    return found.select_related(
        "group__workshop__service", "group__workshop__riding", "group__series", "booking__service"
    )


def enrolments_of(staff: Staff) -> QuerySet[Enrolment]:
    found = Enrolment.objects.filter(group__workshop__centre__in=staff.centre_ids)
    return found.select_related(
        "person", "carer", "group__workshop__service", "group__workshop__centre", "group__series"
    )


def led_by(staff: Staff) -> QuerySet[Group]:
    """Groups that have her as leader or second adult: ahead, or not long past."""
    return Group.objects.filter(
        Exists(
            Allocation.objects.filter(
                resource__user=staff.user,
                part__in=LEADS,
                active=True,
                booking__session__group=OuterRef("pk"),
                period__endswith__gt=clock.now() - KNOWLEDGE_LASTS,
            )
        )
    )


def families_in_her_groups(staff: Staff) -> QuerySet[Any, Any]:
    """The households of those who come to groups that she leads: she must find them by name."""
    live = Enrolment.objects.filter(group__in=led_by(staff), status__in=Status.live())
    return live.values_list("person__household", flat=True)


def resources_along(series_id: int) -> set[int]:
    """Ids of what stands for whoever has a place in the group of a series, or is offered one, and
    for those whom they must not meet; and of what is ridden with."""
    people = Person.objects.filter(
        enrolments__group__series=series_id, enrolments__status__in=Status.with_place()
    ).distinct()
    found = list(people)
    if not found:
        return set()
    rides = Seat.objects.filter(
        session__group__series=series_id,
        session__group__workshop__riding__isnull=False,
        session__booking__starts_at__gt=clock.now(),
        booking__status__in=COMING,
    )
    return scheduling_selectors.resources_of(
        found,
        partners=scheduling_selectors.partners_of(found),
        bookings=list(rides.values_list("booking", flat=True)),
    )


def sessions_ahead(group: Group) -> list[Session]:
    """That have not begun, cancelled ones among them, in order of time."""
    ahead = group.sessions.filter(booking__starts_at__gt=clock.now())
    return list(ahead.select_related("booking__service").order_by("booking__starts_at", "pk"))


def live_enrolments(group: Group) -> list[Enrolment]:
    """Those who have a place or wait for one, with their pauses."""
    found = group.enrolments.filter(status__in=Status.live()).select_related("person", "carer")
    return list(found.prefetch_related("pauses").order_by("pk"))


def claims_of(enrolments: Iterable[Enrolment]) -> list[Claim]:
    """What those take who have a place."""
    today = clock.today()
    return [
        claim_of(one, one.pauses.all(), today=today)
        for one in enrolments
        if one.status in Status.with_place()
    ]


@dataclass(frozen=True)
class Places:
    """How full a group is from today on."""

    capacity: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return max(self.capacity - self.taken, 0)


def places_of(groups: Collection[Group]) -> dict[int, Places]:
    """By group, in one query for all."""
    live = Enrolment.objects.filter(group__in=groups, status__in=Status.live())
    by_group: dict[int, list[Enrolment]] = {group.pk: [] for group in groups}
    for one in live.prefetch_related("pauses"):
        by_group[one.group_id].append(one)
    return {
        group.pk: Places(
            group.capacity,
            most_taken(claims_of(by_group[group.pk])),
            sum(one.status == Status.WAITING for one in by_group[group.pk]),
        )
        for group in groups
    }


def waiting_list(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """In its order."""
    waiting = [one for one in enrolments if one.status == Status.WAITING]
    return [one for unit in in_line(waiting) for one in unit]


def adults_of(group: Group) -> list[int]:
    """How many lead each session ahead that stands, named or chosen; where none is ahead, as its
    latest term has it."""
    standing = [one.booking for one in sessions_ahead(group) if one.booking.status in COMING]
    held = arrangements_of(standing)
    if standing:
        return [1 + len(held[one.pk].colleagues) for one in standing]
    term = group.series.terms.order_by("-event__start", "-pk").first()
    return [1 + term.colleagues.count() if term else 1]


def one_to_one(group: Group) -> int:
    """How many children with a place need an adult of their own (D14)."""
    return group.enrolments.filter(status__in=Status.with_place(), is_one_to_one=True).count()


@dataclass(frozen=True)
class Line:
    """One session as a timetable shows it."""

    session: Session
    held: Arrangement
    places: int
    coming: int

    @property
    def starts_at(self) -> datetime:
        return self.session.booking.starts_at

    @property
    def is_off(self) -> bool:
        return self.session.booking.status == Booking.Status.CANCELLED


COMING = (Booking.Status.CONFIRMED, Booking.Status.CLOSED)


def timetable(sessions: QuerySet[Session]) -> list[Line]:
    """With who leads, where, and how many come; so many queries for few sessions as for many."""
    seated = Count("seats", filter=Q(seats__booking__status__in=COMING))
    found = list(sessions.annotate(coming=seated).order_by("booking__starts_at", "pk"))
    held = arrangements_of([one.booking for one in found])
    return [Line(one, held[one.booking_id], one.group.capacity, one.coming) for one in found]


def between(sessions: QuerySet[Session], begins: datetime, ends: datetime) -> QuerySet[Session]:
    return sessions.filter(booking__starts_at__lt=ends, booking__ends_at__gt=begins)


def seats_in(session: Session) -> list[Seat]:
    """Of those who come or were to come, by given name."""
    found = session.seats.filter(booking__isnull=False).exclude(why__in=[Seat.Why.ABSENT])
    found = found.select_related("enrolment__person", "enrolment__carer", "booking")
    return list(
        found.prefetch_related("booking__participations").order_by(
            "enrolment__person__given_name", "pk"
        )
    )


def resources_in(sessions: Collection[Session]) -> set[int]:
    """Ids of what these sessions hold."""
    held = Allocation.objects.filter(booking__session__in=sessions, active=True)
    return set(held.values_list("resource", flat=True))


def held_beside(bookings: Collection[Booking]) -> dict[int, tuple[Holding, ...]]:
    """What bookings hold now beside the people, the lead first; by booking."""
    held = Allocation.objects.filter(booking__in=bookings, active=True).exclude(part=Part.PERSON)
    found: dict[int, list[Holding]] = {}
    for row in held.select_related("resource").order_by("booking", "pk"):
        holding = Holding(Part(row.part), row.resource, row.lane, row.period)
        found.setdefault(row.booking_id, []).append(holding)
    return {key: tuple(holdings) for key, holdings in found.items()}


def offers_over() -> QuerySet[Group]:
    """Groups with an offer that ran out."""
    over = Enrolment.objects.filter(
        group=OuterRef("pk"), status=Status.OFFERED, offer_expires_at__lte=clock.now()
    )
    return Group.objects.filter(Exists(over)).order_by("pk")


def least_seats_ahead(group: Group) -> int | None:
    """Seats of the smallest room that a session ahead holds; None where none holds a room."""
    rooms = Resource.objects.filter(
        kind=Resource.Kind.ROOM,
        allocations__active=True,
        allocations__booking__session__group=group,
        allocations__period__endswith__gt=clock.now(),
    )
    least: int | None = rooms.aggregate(least=Min("seats"))["least"]
    return least


def outcome_of(seat: Seat) -> str:
    """What was noted for whoever sits there; empty while nothing is."""
    assert seat.booking is not None
    return next((one.outcome for one in seat.booking.participations.all()), "")


def seats_seen_by(staff: Staff, session: Session) -> list[Seat]:
    """Without families she is walled off from (D12)."""
    walled = set(households_walled_from(staff))
    return [one for one in seats_in(session) if one.enrolment.person.household_id not in walled]


def enrolments_seen_by(staff: Staff) -> QuerySet[Enrolment]:
    """Of groups that she runs, and of people whom she needs to know by their case; never of kin
    (D12)."""
    runs = Q(group__workshop__centre__in=staff.centres_where(SEES_EVERYTHING))
    leads = Q(group__in=led_by(staff))
    case = Q(person__household__cases__lead=staff.user, person__household__cases__closed_on=None)
    return (
        enrolments_of(staff)
        .filter(runs | leads | case, person__in=people_of(staff))
        .distinct()
        .order_by("pk")
    )


def groups_ahead(staff: Staff) -> QuerySet[Group]:
    """Those that still meet."""
    ahead = Session.objects.filter(group=OuterRef("pk"), booking__ends_at__gt=clock.now())
    return groups_of(staff).filter(Exists(ahead)).order_by("workshop__service__name", "name", "pk")


def sessions_of_bookings(booking_ids: Collection[int]) -> dict[int, Session]:
    """The session that a booking is, or that somebody's booking is a place in; by booking."""
    own = Session.objects.filter(booking__in=booking_ids).select_related("group__workshop__riding")
    seats = Seat.objects.filter(booking__in=booking_ids).select_related("session")
    found: dict[int, Session] = {one.booking_id: one for one in own}
    return found | {one.booking_id: one.session for one in seats if one.booking_id}


def missed_ahead(enrolments: Collection[Enrolment]) -> dict[int, list[datetime]]:
    """When each will have no seat though she is enrolled: elsewhere, or of another age."""
    why = [Seat.Why.ELSEWHERE, Seat.Why.AGE]
    seats = Seat.objects.filter(
        enrolment__in=enrolments,
        why__in=why,
        session__booking__starts_at__gt=clock.now(),
        session__booking__status=Booking.Status.CONFIRMED,
    )
    found: dict[int, list[datetime]] = {}
    rows = seats.order_by("session__booking__starts_at")
    for enrolment, starts_at in rows.values_list("enrolment", "session__booking__starts_at"):
        found.setdefault(enrolment, []).append(starts_at)
    return found


def enrolments_shown_to(staff: Staff, group: Group) -> list[Enrolment]:
    """Those of the group that she may know of, with their pauses and their story."""
    found = enrolments_seen_by(staff).filter(group=group)
    return list(found.prefetch_related("pauses", "steps__by"))


def codes_offered(staff: Staff) -> dict[str, list[str]]:
    """In which of her centres each workshop is, or was, offered; by its code, with public ids."""
    found: dict[str, list[str]] = {}
    rows = workshops_of(staff).values_list("service__code", "centre__public_id")
    for code, centre in rows.order_by("centre__name"):
        found.setdefault(code, []).append(str(centre))
    return found
