"""What the pages need to know at once, in a number of queries that does not depend on how much
there is to show."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from base import clock
from base.models import Task
from notifications import unreached
from notifications.policies import WORDS_TEXTS
from people import selectors as people_selectors
from people.models import AccessRecord, Case, Centre, Household, NoContact, Person, User
from people.policies import (
    BOOKS,
    READS_ACCESS_LOG,
    SEES_EVERYTHING,
    SEES_NAMES,
    SHELTERS,
    Staff,
    may_keep_apart,
)
from rooms import selectors as rooms_selectors
from rooms.models import Stay
from scheduling import calendars, holdings, lookup, policies, setup, slots
from scheduling.feeds import Calendar
from scheduling.intervals import Span, instant_of, intersect, merge, seconds, subtract
from scheduling.models import Allocation, Booking, Modality, Resource, Series, Service, Term
from scheduling.policies import known_series
from workshops import selectors as workshops_selectors
from workshops.models import Group, Session

SHORTEST_GAP = 30 * 60
PAST_SHOWN = 12
NEAREST = 8


@dataclass(frozen=True)
class Viewer:
    """What the frame of every page shows of its reader: her centres and what she may open."""

    staff: Staff
    centres: Sequence[Centre]

    @property
    def books(self) -> bool:
        return bool(self.staff.centres_where(BOOKS))

    @property
    def sees_names(self) -> bool:
        return bool(self.staff.centres_where(SEES_NAMES))

    @property
    def runs(self) -> bool:
        return bool(self.staff.centres_where(SEES_EVERYTHING))

    @property
    def shelters(self) -> bool:
        return bool(self.staff.centres_where(SHELTERS))

    @property
    def words_texts(self) -> bool:
        return bool(self.staff.centres_where(WORDS_TEXTS))

    @property
    def reads_access_log(self) -> bool:
        return bool(self.staff.centres_where(READS_ACCESS_LOG))


def viewer(staff: Staff) -> Viewer:
    return Viewer(staff, list(people_selectors.centres_of(staff)))


def own_calendar(staff: Staff) -> Resource | None:
    """None for whoever only installs."""
    return Resource.objects.filter(user=staff.user).first()


def colleagues(staff: Staff) -> QuerySet[Resource]:
    """Specialists with working hours in the caller's centres."""
    return (
        lookup.specialists_of(staff)
        .filter(availability__centre__in=staff.centre_ids)
        .order_by("name", "pk")
        .distinct()
    )


def own_id(staff: Staff, centre_id: int) -> UUID | None:
    """The caller's own public id, if she is one of the centre's specialists."""
    own = colleagues(staff).filter(user=staff.user, availability__centre=centre_id)
    return own.values_list("public_id", flat=True).first()


def kept_apart_from(staff: Staff, person: Person) -> list[tuple[NoContact, Person]]:
    """Whom a person must not meet, for those who run her centre; nothing for others."""
    if not may_keep_apart(staff, person.centre_id):
        return []
    pairs = people_selectors.pairs_with(staff, person)
    return [(pair, pair.other if pair.one == person else pair.one) for pair in pairs]


def givers(staff: Staff, service: Service | None) -> QuerySet[Resource]:
    """Specialists who give the service; every colleague while none is chosen."""
    found = lookup.specialists_of(staff).order_by("name", "pk")
    return found.filter(services=service) if service else found


def holders(events: Iterable[calendars.Event]) -> Mapping[int, list[Resource]]:
    """Whose time, room or car each event takes, also where its reader sees only "busy"."""
    found: dict[int, list[Resource]] = defaultdict(list)
    rows = (
        Allocation.objects.filter(
            booking__in=[event.key for event in events],
            part__in=policies.OWN_PARTS,
            active=True,
        )
        .select_related("resource")
        .order_by("pk")
    )
    for row in rows:
        if row.resource not in found[row.booking_id]:
            found[row.booking_id].append(row.resource)
    return found


def expiries(events: Iterable[calendars.Event]) -> Mapping[int, datetime]:
    """When the holds among the events expire."""
    held = [event.key for event in events if event.status == Booking.Status.HELD]
    rows = Booking.objects.filter(pk__in=held).values_list("pk", "hold_expires_at")
    return {key: at for key, at in rows if at is not None}


def group_sessions(events: Iterable[calendars.Event]) -> Mapping[int, Session]:
    """The sessions of groups among the events, and those that somebody has a place in."""
    of_groups = {Booking.Kind.SESSION, Booking.Kind.PLACE}
    keys = [event.key for event in events if event.known and event.kind in of_groups]
    return workshops_selectors.sessions_of_bookings(keys) if keys else {}


def gaps(
    resource: Resource, centre_ids: Iterable[int], day: date
) -> list[tuple[datetime, datetime]]:
    """Stretches of the specialist's working day, from now on, in which nothing is held."""
    begins, ends = clock.day_bounds(day)
    working: list[Span] = []
    for centre_id in centre_ids:
        read = setup.now_of(centre_id).hours([resource.pk], day, day)
        working += read.working(resource.pk, on_site=False)
    now = clock.now()
    held = holdings.holdings([resource.pk], begins, ends, now=now).answer()
    taken = merge(span for edges in held.values() for span in zip(*edges, strict=True))
    ahead = [(max(seconds(begins), seconds(now)), seconds(ends))]
    free = subtract(intersect(merge(working), [s for s in ahead if s[0] < s[1]]), taken)
    return [
        (instant_of(start), instant_of(end)) for start, end in free if end - start >= SHORTEST_GAP
    ]


def closure(centre_ids: Iterable[int], day: date) -> str:
    """The name of a day on which all of these centres are closed; empty when one is open."""
    read = [setup.now_of(centre).hours([], day, day) for centre in centre_ids]
    names = [one.closures.get(day) for one in read]
    return next((name for name in names if name), "") if names and all(names) else ""


def live_holds(staff: Staff) -> list[calendars.Event]:
    """Holds that wait for somebody, of the bookings the caller needs to know of. Places that are
    offered wait on the page of their group."""
    waiting = policies.known_bookings(staff).filter(
        status=Booking.Status.HELD, hold_expires_at__gt=clock.now()
    )
    waiting = waiting.exclude(kind=Booking.Kind.PLACE)
    return events_of(waiting.values_list("pk", flat=True), staff)


@dataclass(frozen=True)
class Matter:
    """What a task is about, as far as its reader may know: an address and a few words."""

    booking: Booking | None = None
    stay: Stay | None = None
    case: Case | None = None
    person: Person | None = None
    group: Group | None = None
    session: Session | None = None
    families: int | None = None
    """Of a centre: how many wait for a call."""


def matters(staff: Staff, tasks: Sequence[Task]) -> Mapping[str, Matter]:
    """By `Task.about`. What the reader may not know of is missing."""
    ids = defaultdict(list)
    for task in tasks:
        kind, _, key = task.about.partition(":")
        ids[kind].append(key)
    bookings = policies.known_bookings(staff).filter(public_id__in=ids["booking"])
    found = {f"booking:{b.public_id}": Matter(booking=b) for b in bookings}
    stays = rooms_selectors.stays_of(staff).filter(public_id__in=ids["stay"])
    found |= {f"stay:{stay.public_id}": Matter(stay=stay) for stay in stays}
    cases = people_selectors.cases_of(staff).filter(public_id__in=ids["case"])
    found |= {f"case:{key}": matter for key, matter in with_person(cases).items()}
    people = people_selectors.people_of(staff).filter(public_id__in=ids["person"])
    found |= {f"person:{person.public_id}": Matter(person=person) for person in people}
    groups = workshops_selectors.groups_of(staff).filter(public_id__in=ids["group"])
    found |= {f"group:{group.public_id}": Matter(group=group) for group in groups}
    sessions = workshops_selectors.sessions_of(staff).filter(public_id__in=ids["session"])
    found |= {f"session:{session.public_id}": Matter(session=session) for session in sessions}
    if ids["centre"]:
        found |= waiting_for_a_call(staff)
    return found


def waiting_for_a_call(staff: Staff) -> dict[str, Matter]:
    """By centre, as many of the families as the reader may know of."""
    lines = unreached.to_call(unreached.unreached(staff))
    centres = people_selectors.centres_of(staff).filter(pk__in=staff.centres_where(SEES_EVERYTHING))
    return {
        f"centre:{centre.public_id}": Matter(
            families=unreached.families(
                line for line in lines if line.booking.centre_id == centre.pk
            )
        )
        for centre in centres
    }


def with_person(cases: Iterable[Case]) -> Mapping[UUID, Matter]:
    """Each case with the family's first member, on whose page it stands."""
    cases = list(cases)
    members: dict[int, Person] = {}
    rows = Person.objects.filter(household__in=[case.household_id for case in cases])
    for person in rows.order_by("birth_on", "pk"):
        members.setdefault(person.household_id, person)
    return {
        case.public_id: Matter(case=case, person=members.get(case.household_id)) for case in cases
    }


def cases_of_person(staff: Staff, person: Person) -> list[Case]:
    """The family's cases that the caller needs to know of, the open ones first."""
    cases = people_selectors.cases_of(staff).filter(household=person.household_id)
    return sorted(cases, key=lambda case: case.closed_on is not None)


def events_of(booking_ids: Collection[int], staff: Staff) -> list[calendars.Event]:
    return calendars.events(calendars.of_bookings(booking_ids), staff, detailed=True)


def bookings_of_person(
    staff: Staff, person: Person, *, all_past: bool
) -> tuple[list[calendars.Event], list[calendars.Event], bool]:
    """What is ahead, soonest first; what is past, latest first; whether more lies behind."""
    now = clock.now()
    status = Booking.Status
    mine = Booking.objects.filter(participations__person=person)
    standing = mine.filter(ends_at__gt=now).exclude(status__in=[status.CANCELLED, status.EXPIRED])
    ahead = list(
        standing.exclude(status=status.HELD, hold_expires_at__lte=now).values_list("pk", flat=True)
    )
    past = mine.exclude(pk__in=ahead).order_by("-starts_at", "-pk").values_list("pk", flat=True)
    keys = list(past[: None if all_past else PAST_SHOWN + 1])
    shown = keys if all_past else keys[:PAST_SHOWN]
    behind = events_of(shown, staff)
    for event in behind:
        if event.status == Booking.Status.HELD:
            event.status = status.EXPIRED
    return events_of(ahead, staff), behind[::-1], len(keys) > len(shown)


def carers_for(staff: Staff, people: Collection[Person], *, on: date) -> list[Person]:
    """The recorded carers of the children among these people."""
    children = [person for person in people if person.is_child_on(on)]
    if not children:
        return []
    found = people_selectors.people_of(staff).filter(wards__child__in=children).distinct()
    return list(found)


def blocks_ahead(staff: Staff, resource: Resource) -> list[calendars.Event]:
    """When the resource is out of use, from now on."""
    blocks = Booking.objects.filter(
        kind=Booking.Kind.BLOCK,
        status=Booking.Status.CONFIRMED,
        ends_at__gt=clock.now(),
        allocations__resource=resource,
    )
    return events_of(blocks.values_list("pk", flat=True).distinct(), staff)


def access_records(staff: Staff) -> QuerySet[AccessRecord]:
    centres = staff.centres_where(READS_ACCESS_LOG)
    return AccessRecord.objects.filter(centre__in=centres).select_related("user", "centre")


def staff_of(staff: Staff, centre_id: int) -> QuerySet[User]:
    """Colleagues who may lead a case of the centre today."""
    specialists = lookup.specialists_of(staff).filter(user__roles__centre=centre_id)
    return User.objects.filter(resource__in=specialists).order_by("first_name", "last_name", "pk")


@dataclass(frozen=True)
class Day:
    """The free hours of a date, by specialist."""

    on: date
    lines: Sequence[tuple[Resource, Sequence[slots.Slot]]]


def days_of(found: Sequence[slots.Slot]) -> list[Day]:
    by_day: dict[date, dict[Resource, list[slots.Slot]]] = {}
    for slot in found:
        lines = by_day.setdefault(clock.local(slot.starts_at).date(), {})
        lines.setdefault(slot.specialist, []).append(slot)
    return [
        Day(day, sorted(lines.items(), key=lambda line: line[0].name))
        for day, lines in by_day.items()
    ]


def nearest(search: slots.Search, wanted: datetime) -> list[slots.Slot]:
    """The free hours of the search that lie closest to an instant, in order of time."""
    found = slots.free_slots(search)
    target = seconds(wanted)
    closest = sorted(found.soonest_first(), key=lambda at: (abs(at[0] - target), at[1].pk))
    chosen = sorted(closest[:NEAREST], key=lambda at: (at[0], at[1].pk))
    return [found.present(*at) for at in chosen]


def search_for(
    service: Service,
    people: Sequence[Person],
    modality: str,
    specialist: Resource | None,
    begins: datetime,
    ends: datetime,
) -> slots.Search:
    return slots.Search(
        service=service,
        people=tuple(people),
        modality=Modality(modality),
        specialist=specialist,
        begins=begins,
        ends=ends,
    )


def named(staff: Staff, q: str, *, most: int = 8) -> list[Person]:
    """The first people who are called so; nobody for no name."""
    seen = people_selectors.people_of(staff)
    return list(people_selectors.matching(seen, q)[:most]) if q else []


def families(
    staff: Staff, q: str, picked: Iterable[Person] = ()
) -> list[tuple[Household, list[Person]]]:
    """Whole families of whoever is called so, or is chosen already: a mother comes with her
    children."""
    found = {person.household_id for person in (*named(staff, q), *picked)}
    households = Household.objects.filter(pk__in=found).prefetch_related("members")
    return [(one, list(one.members.all())) for one in households]


def series_of(staff: Staff, person: Person) -> list[tuple[Series, Term]]:
    """The series of a person that still go on, each with its last term."""
    known = known_series(staff).filter(people=person)
    terms = Term.objects.filter(series__in=known, event__end_recurring_period__gte=clock.now())
    found = terms.select_related("series__service", "event__rule", "lead").order_by("event__start")
    return [(term.series, term) for term in {term.series_id: term for term in found}.values()]


def names_of(followed: Iterable[Calendar]) -> dict[Calendar, str]:
    """What each calendar is called; a group's has the group's name."""
    found = list(followed)
    plans = [one for one in found if isinstance(one, Series)]
    groups = dict(Group.objects.filter(series__in=plans).values_list("series", "name"))
    return {
        one: groups.get(one.pk, one.service.name) if isinstance(one, Series) else one.name
        for one in found
    }
