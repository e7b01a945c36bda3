"""One visit for several services: the shortest there is, compared with looking at every one."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import product

import pytest

from base import clock
from people.models import Role
from scheduling import blocking, services
from scheduling.errors import ResourceUnavailable, VisitDoesNotFit
from scheduling.models import Allocation, Booking, Modality, Resource
from scheduling.planning import Wish
from scheduling.visits import LONGEST_WAIT, MOST_SHOWN, Part, find_visits
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

DAYS = [MONDAY + timedelta(days=n) for n in (1, 3, 4, 7)]
"""Four working days; the third of March is a holiday."""

STEP = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(at(MONDAY, 8)):
        yield


class Centre:
    """Talks and games: two talk, one of whom also plays; three small rooms, one for games only."""

    def __init__(self):
        self.centre = building.centre()
        of = self.centre
        self.talk = building.service(of, minutes=60, buffer=10, step=30)
        self.game = building.service(of, minutes=30, buffer=0, step=30)
        self.advice = building.service(of, minutes=30, buffer=15, step=30)
        self.maria = building.specialist(of, [self.talk, self.game], hours=(9, 13))
        self.elena = building.specialist(of, [self.talk, self.advice], hours=(10, 14))
        self.nina = building.specialist(of, [self.game], hours=(9, 12))
        self.staff = [self.maria, self.elena, self.nina]
        self.rooms = [
            building.place(of, [self.talk, self.advice], seats=3),
            building.place(of, [self.talk, self.game], seats=3),
            building.place(of, [self.game], seats=3),
        ]
        self.mother = building.person(of)
        home = self.mother.household
        self.child = building.person(of, household=home)
        self.other = building.person(of, household=home)
        self.by = building.user(of, Role.Name.COORDINATOR)

    def block(self, resource: Resource, starts_at: datetime, minutes: int) -> None:
        blocking.block_resource(
            resource,
            centre_id=self.centre.pk,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            reason=Booking.BlockReason.OTHER,
            by=self.by,
        )

    def trouble(self, seed: int) -> None:
        """Some things are taken on some days, as chance has it."""
        chance = random.Random(seed)
        for _ in range(40):
            resource = chance.choice([*self.staff, *self.rooms])
            starts_at = at(chance.choice(DAYS), chance.randrange(9, 14), chance.choice([0, 30]))
            try:
                self.block(resource, starts_at, chance.choice([30, 60, 90]))
            except ResourceUnavailable:
                continue


@pytest.fixture
def centre():
    return Centre()


def window():
    return clock.midnight(DAYS[0]), clock.midnight(DAYS[-1] + timedelta(days=1))


# Every visit there is, in plain lists

Choice = tuple[datetime, Resource, Resource]
"""A start, a specialist and a room."""


def is_free(resource: Resource, begins: datetime, ends: datetime, held) -> bool:
    return not any(b < ends and begins < e for b, e in held.get(resource.pk, ()))


def choices(centre: Centre, part: Part, held) -> list[Choice]:
    length, buffer = part.service.duration, part.service.buffer_after
    found = []
    for day, lead, room in product(DAYS, centre.staff, centre.rooms):
        if part.service not in lead.services.all() or part.service not in room.services.all():
            continue
        hours = lead.availability.first()
        start = clock.instant(day, hours.starts)
        while start + length <= clock.instant(day, hours.ends):
            if is_free(lead, start, start + length + buffer, held) and is_free(
                room, start, start + length, held
            ):
                found.append((start, lead, room))
            start += STEP
    return found


def fit(one: Part, other: Part, here: Choice, there: Choice) -> bool:
    begins, ends = here[0], here[0] + one.service.duration
    other_begins, other_ends = there[0], there[0] + other.service.duration
    together = begins < other_ends and other_begins < ends
    if together and (set(one.people) & set(other.people) or here[2] == there[2]):
        return False
    if here[1] != there[1]:
        return True
    rested, other_rested = ends + one.service.buffer_after, other_ends + other.service.buffer_after
    return not (begins < other_rested and other_begins < rested)


def every_visit(centre: Centre, parts: list[Part], wait: timedelta) -> list[tuple]:
    """(stay, start, starts) of every visit, the shortest first, each once."""
    rows = Allocation.objects.filter(active=True).values_list("resource", "period")
    held: dict[int, list] = {}
    for resource, period in rows:
        held.setdefault(resource, []).append((period.lower, period.upper))
    found = set()
    for combination in product(*(choices(centre, part, held) for part in parts)):
        starts = tuple(choice[0] for choice in combination)
        if len({clock.local(start).date() for start in starts}) > 1:
            continue
        pairs = [(i, j) for i in range(len(parts)) for j in range(i)]
        if not all(fit(parts[i], parts[j], combination[i], combination[j]) for i, j in pairs):
            continue
        spans = sorted((s, s + p.service.duration) for s, p in zip(starts, parts, strict=True))
        latest, gaps = spans[0][1], [timedelta()]
        for begins, ends in spans[1:]:
            gaps.append(begins - latest)
            latest = max(latest, ends)
        if max(gaps) <= wait:
            found.add((latest - spans[0][0], spans[0][0], starts))
    return sorted(found)


def told(answer) -> list[tuple]:
    return [
        (visit.stay, visit.starts_at, tuple(session.starts_at for session in visit.sessions))
        for visit in answer.visits
    ]


@pytest.mark.parametrize("seed", range(12))
def test_answer_is_the_best_of_all_visits_three_services_four_days(centre, seed):
    centre.trouble(seed)
    everybody = [(centre.mother,), (centre.child,), (centre.mother, centre.child), (centre.other,)]
    chance = random.Random(seed)
    parts = [
        Part(service, chance.choice(everybody))
        for service in (centre.talk, centre.game, centre.advice)
    ]
    wait = chance.choice([timedelta(), timedelta(minutes=30), LONGEST_WAIT])

    answer = find_visits(parts, *window(), longest_wait=wait)

    assert answer.proven
    assert told(answer) == best_of_each_day(every_visit(centre, parts, wait))


def best_of_each_day(visits: list[tuple]) -> list[tuple]:
    """Three of each of the four days at most, the shortest of all first."""
    by_day = defaultdict(list)
    for visit in visits:
        by_day[clock.local(visit[1]).date()].append(visit)
    return sorted(visit for day in by_day.values() for visit in day[:3])[:MOST_SHOWN]


def test_every_day_has_something_to_choose(centre):
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]

    visits = find_visits(parts, *window()).visits

    days = Counter(clock.local(visit.starts_at).date() for visit in visits)
    assert set(days.values()) == {3}
    assert len(days) == 4


def test_mother_talks_while_her_child_plays(centre):
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]

    best = find_visits(parts, *window()).visits[0]

    assert best.stay == timedelta(minutes=60)


def test_nobody_is_in_two_places(centre):
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.mother, centre.child))]

    best = find_visits(parts, *window()).visits[0]

    assert best.stay == timedelta(minutes=90)


def test_named_specialist_is_kept_to(centre):
    parts = [
        Part(centre.talk, (centre.mother,), centre.elena),
        Part(centre.game, (centre.child,), centre.maria),
    ]

    for visit in find_visits(parts, *window()).visits:
        assert [session.lead for session in visit.sessions] == [centre.elena, centre.maria]


def test_long_search_says_that_the_best_is_not_proven(centre):
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]

    answer = find_visits(parts, *window(), most_steps=3)

    assert not answer.proven


@pytest.mark.parametrize("count", [0, 1, 5])
def test_number_of_services(centre, count):
    with pytest.raises(VisitDoesNotFit):
        find_visits([Part(centre.talk, (centre.mother,))] * count, *window())


def test_two_families_are_no_visit(centre):
    stranger = building.person(centre.centre)

    with pytest.raises(VisitDoesNotFit):
        find_visits(
            [Part(centre.talk, (centre.mother,)), Part(centre.game, (stranger,))], *window()
        )


def wishes(visit) -> list[Wish]:
    return [
        Wish(
            session.part.service,
            session.starts_at,
            session.lead,
            session.part.people,
            Modality.ON_SITE,
            room=session.room,
        )
        for session in visit.sessions
    ]


@pytest.mark.parametrize("seed", range(4))
def test_every_visit_shown_can_be_booked_whole(centre, seed):
    centre.trouble(seed)
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]

    for visit in find_visits(parts, *window()).visits:
        made = services.book_together(wishes(visit), by=centre.by)
        assert [booking.starts_at for booking in made] == [s.starts_at for s in visit.sessions]
        for booking in made:
            services.cancel_booking(booking, by=centre.by, party=Booking.Party.CENTRE)


def test_visit_is_booked_whole_or_not_at_all(centre):
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]
    visit = find_visits(parts, *window()).visits[0]
    second = visit.sessions[1]
    centre.block(second.lead, second.starts_at, 30)

    with pytest.raises(ResourceUnavailable):
        services.book_together(wishes(visit), by=centre.by)

    assert not Booking.objects.filter(kind="consultation").exists()


def test_sessions_of_one_visit_do_not_take_each_other_s_room(centre):
    """Neither names a room; each gets another."""
    parts = [Part(centre.talk, (centre.mother,)), Part(centre.game, (centre.child,))]
    visit = find_visits(parts, *window()).visits[0]
    loose = [Wish(w.service, w.starts_at, w.lead, w.people, w.modality) for w in wishes(visit)]

    made = services.book_together(loose, by=centre.by)

    rooms = Allocation.objects.filter(booking__in=made, part="room", active=True)
    assert len({row.resource_id for row in rooms}) == len(made)
