"""The same random commands to the program and to the brute-force model: both answer alike.

Every example is a night and the days around it: one of the two changes of the clock of 2027, or
a public holiday. It runs on the real database, in a savepoint that is rolled back after it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from base import clock
from base.errors import DomainError
from people.models import OpeningHours, Person, Role
from scheduling import blocking, closing, services
from scheduling.models import (
    Allocation,
    Availability,
    AvailabilityException,
    Booking,
    Closure,
    Modality,
    Participation,
    Resource,
    Service,
)
from scheduling.planning import Wish
from tests.scheduling import model
from tests.scheduling.model import MINUTE, DayException, Refused, Window, World
from tests.support import building
from tests.support.building import at

HOLIDAY = date(2027, 3, 3)
NIGHTS = (date(2027, 3, 2), date(2027, 3, 28), date(2027, 10, 31))
"""The day before a holiday, the spring change and the autumn one."""

PERSON = st.sampled_from([0, 0, 1, 1, 2, 3, 4])
MODALITY = st.sampled_from(["on_site", "on_site", "phone", "field"])
BUSY_HOUR = st.tuples(st.integers(18, 26), st.integers(0, 2), PERSON, MODALITY, st.booleans())
"""Start, lead and person by number, modality and whether it is a hold."""

BESIDE = st.tuples(
    st.sampled_from([-66, -65, -64, -61, -60, -50, 0, 50, 59, 60, 64, 65, 120, -120]),
    st.sampled_from(["same", "same", 0, 1, 2]),
    st.one_of(st.just("same"), PERSON),
    MODALITY,
)
"""Minutes from the start of a session to another's, lead, person and modality: about touching,
with fifty minutes, ten to write up and fifteen between those who must not meet."""

CODES = {
    "no_colleague": "resource_unavailable",
    "no_room": "resource_unavailable",
    "no_vehicle": "resource_unavailable",
    "started": "already_begun",
    "not_started": "too_early",
}
"""The program's codes where they are not the model's own words."""

BEFORE_THE_CHOICE = {"past_start", "closed", "outside_availability"}
Part = Allocation.Part
Outcome = Participation.Outcome
Holding = tuple[int, int, datetime, datetime]


class House:
    """Rows that all examples of a test share; hours, bookings and `now` are each example's own."""

    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        service = partial(building.service, self.centre)
        self.talk = service(minutes=50, buffer=10, step=15, needs_vehicle=True)
        self.child = service(
            minutes=40, buffer=10, step=10, modalities=["on_site", "phone", "field"]
        )
        self.pair = service(minutes=60, buffer=0, step=30, specialists=2)
        self.services = [self.talk, self.child, self.pair]
        self.specialists = [
            building.specialist(self.centre, self.services, weekdays=()),
            building.specialist(self.centre, self.services, weekdays=()),
            building.specialist(self.centre, [self.talk, self.pair], weekdays=()),
        ]
        self.rooms = [
            building.place(self.centre, [self.talk, self.child], seats=2),
            building.place(self.centre, self.services, seats=4),
        ]
        vehicle = Resource.Kind.VEHICLE
        self.cars = [building.place(self.centre, self.services, kind=vehicle, seats=4)]
        # Each in a household of her own: a family is visited, and the model knows persons only.
        self.people = [building.person(self.centre) for _ in range(4)]
        self.people.append(building.person(self.centre, birth_on=date(2018, 5, 1)))
        building.apart(self.people[0], self.people[1])
        building.case(self.people[2], at_risk=True)
        self.resources = {resource.pk: resource for resource in Resource.objects.all()}
        self.of_person = {person.pk: person.resource.pk for person in self.people}

    def world(self, now: datetime) -> World:
        """The model of these rows, in which nobody works yet."""
        world = World(now)
        world.centres = [model.Centre(self.centre.pk, closures=[HOLIDAY])]
        world.services = [modelled(service) for service in self.services]
        skills = {r: [s.pk for s in r.services.all()] for r in self.resources.values()}
        world.specialists = [
            model.Specialist(r.pk, skills[r], centres=(self.centre.pk,)) for r in self.specialists
        ]
        world.rooms = [model.Room(r.pk, r.seats, skills[r], self.centre.pk) for r in self.rooms]
        world.vehicles = [model.Vehicle(r.pk, r.seats, self.centre.pk) for r in self.cars]
        world.persons = [model.Person(p.pk) for p in self.people]
        world.persons[2].risk = True
        world.no_contact = [(self.people[0].pk, self.people[1].pk)]
        return world

    def write_hours(self, world: World) -> None:
        """The model's hours and days, all of this centre, as rows."""
        [centre] = world.centres
        for one in world.specialists:
            one.availability = [replace(w, centre=self.centre.pk) for w in one.availability]
        OpeningHours.objects.filter(centre=self.centre).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(centre=self.centre, weekday=w.weekday, opens=w.begins, closes=w.until)
            for w in centre.opening
        )
        Closure.objects.bulk_create(
            Closure(centre=self.centre, on=day, name="-")
            for day in centre.closures
            if day != HOLIDAY
        )
        Availability.objects.bulk_create(
            Availability(
                resource_id=one.id, centre=self.centre, weekday=w.weekday, starts=w.begins,
                ends=w.until, valid_from=w.valid_from, valid_until=w.valid_until,
            )
            for one in world.specialists
            for w in one.availability
        )  # fmt: skip
        AvailabilityException.objects.bulk_create(
            AvailabilityException(
                resource_id=one.id, centre=self.centre, on=x.day, available=x.kind == "extra",
                starts=x.begins, ends=x.until,
            )
            for one in world.specialists
            for x in one.exceptions
        )  # fmt: skip

    def person(self, person_id: int) -> Person:
        return next(person for person in self.people if person.pk == person_id)

    def holdings_of(self, world: World) -> list[Holding]:
        """What the model holds, as the database would list it."""
        held = [a for booking in world.active() for a in booking.allocations] + world.blocks
        return sorted(
            (self.of_person[a.id] if a.kind == "person" else a.id, 1, a.start, a.end) for a in held
        )


def modelled(service: Service) -> model.Service:
    return model.Service(
        service.pk,
        duration=service.duration // MINUTE,
        buffer_after=service.buffer_after // MINUTE,
        travel=service.travel // MINUTE,
        minimum_notice=service.minimum_notice // MINUTE,
        step=service.step // MINUTE,
        modalities=tuple(service.modalities),
        specialists=service.specialists,
        needs_vehicle=service.needs_vehicle,
    )


def daily(begins: int, until: int) -> list[Window]:
    return [Window(day, time(begins), time(until)) for day in range(7)]


def holdings_in_database(now: datetime) -> tuple[list[Holding], list[Holding]]:
    """What is active, and what of it holds: an expired hold does not, retired yet or not."""
    rows = Allocation.objects.filter(active=True).values_list(
        "resource", "lane", "period", "booking__status", "booking__hold_expires_at"
    )
    active, holding = [], []
    for resource, lane, period, status, expires_at in rows:
        active.append((resource, lane, period.lower, period.upper))
        if status != Booking.Status.HELD or now < expires_at:
            holding.append(active[-1])
    return active, sorted(holding)


def overlaps(holdings: Iterable[Holding]) -> list[tuple[Holding, Holding]]:
    """Pairs of neighbours that hold the same lane of the same resource at once."""
    return [
        (one, other)
        for one, other in pairwise(sorted(holdings))
        if one[:2] == other[:2] and other[2] < one[3]
    ]


def attempt(now: datetime, command: Callable[[], Booking]) -> tuple[Booking | None, str | None]:
    """What the command gave, and the code of its refusal."""
    with clock.frozen(now):
        try:
            return command(), None
        except DomainError as refused:
            return None, refused.code


@dataclass(frozen=True)
class Twin:
    """One booking in the database and in the model."""

    pk: int
    modelled: model.Booking

    @property
    def row(self) -> Booking:
        return Booking.objects.get(pk=self.pk)


class SideBySide(RuleBasedStateMachine):
    """The program and the model, given the same commands at the same frozen time."""

    bookings = Bundle("bookings")
    blocks = Bundle("blocks")

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize(
        target=bookings,
        day=st.sampled_from(NIGHTS),
        hours=st.sampled_from([-2, -2, 2]),
        busy=st.lists(BUSY_HOUR, min_size=2, max_size=5),
    )
    def night_falls(self, day: date, hours: int, busy):
        after = day + timedelta(days=1)
        self.world = world = self.house.world(at(day, 0) + hours * 60 * MINUTE)
        world.centres[0].opening = daily(2, 12)
        one, two, three = world.specialists
        one.availability = daily(1, 7) + daily(9, 17)
        two.availability = daily(0, 3) + daily(3, 6) + daily(9, 12)
        two.exceptions = [
            DayException("off", day, time(5), time(10)),
            DayException("extra", day, time(7), time(8)),
        ]
        three.availability = daily(2, 12)
        three.availability += [Window(after.weekday(), time(12), time(14), valid_until=day)]
        three.exceptions = [DayException("off", after)]
        self.house.write_hours(world)
        ten = 10 * MINUTE
        self.starts = [at(day, 1) + n * ten for n in range(36)]  # six hours by the watch
        self.starts += [at(day, 9) + n * ten for n in range(18)]
        self.starts += [at(after, 9) + n * ten for n in range(18)]
        self.twins: list[Twin] = []
        made = [self.book_at_a_busy_hour(one) for one in busy]
        return multiple(*(twin for twin in made if isinstance(twin, Twin)))

    # What is done

    @rule(
        target=bookings,
        service=st.integers(0, 2),
        modality=st.sampled_from(["on_site", "phone", "field"]),
        start=st.integers(0, 71),
        lead=st.integers(0, 2),
        people=st.sets(st.integers(0, 4), min_size=1, max_size=2),
        hold=st.booleans(),
        room=st.sampled_from([None, None, 0, 1]),
        colleague=st.sampled_from([None, None, 0, 1, 2]),
    )
    def book_anything(self, service, modality, start, lead, people, hold, room, colleague):
        return self.book(service, modality, self.starts[start], lead, people, hold, room, colleague)

    def book(self, service, modality, start, lead, people, hold=False, room=None, colleague=None):
        kind = self.house.services[service]
        who = self.house.specialists[lead]
        persons = tuple(self.house.people[n] for n in sorted(people))
        ids = [person.pk for person in persons]
        wish = Wish(
            service=kind,
            starts_at=start,
            lead=who,
            people=persons,
            modality=Modality(modality),
            room=None if room is None or modality != "on_site" else self.house.rooms[room],
            colleagues=self.nameable(colleague, kind, who),
            hold=hold,
        )
        expected = self.refusals(wish, ids)

        booking, code = attempt(self.world.now, lambda: services.book(wish, by=self.house.by))

        assert code in (expected or {None})
        if booking is None:
            return multiple()
        expires_at = booking.hold_expires_at
        assert expires_at == (min(self.world.now + 30 * MINUTE, start) if hold else None)
        twin = Twin(
            booking.pk,
            self.world.book(
                kind.pk, start, who.pk, ids, modality,
                centre=self.house.centre.pk, expires_at=expires_at,
                least=1 + len(wish.colleagues), **self.chosen(booking),
            ),
        )  # fmt: skip
        self.twins.append(twin)
        return twin

    @rule(target=bookings, one=BUSY_HOUR)
    def book_at_a_busy_hour(self, one):
        """All work then: what refuses is what the others hold."""
        start, lead, person, modality, hold = one
        return self.book(0, modality, self.starts[start], lead, {person}, hold)

    @rule(target=bookings, twin=bookings, tries=st.lists(BESIDE, min_size=1, max_size=5))
    def book_beside(self, twin, tries):
        """Just before, upon or just after another."""
        beside = twin.modelled
        leads = [resource.pk for resource in self.house.specialists]
        people = [person.pk for person in self.house.people]
        made = [
            self.book(
                0,
                modality,
                beside.start + minutes * MINUTE,
                leads.index(beside.specialist) if lead == "same" else lead,
                {people.index(beside.people[0]) if person == "same" else person},
            )
            for minutes, lead, person, modality in tries
        ]
        return multiple(*(one for one in made if isinstance(one, Twin)))

    @rule(
        twin=bookings,
        start=st.integers(0, 71),
        lead=st.sampled_from([None, None, 0, 1, 2]),
        room=st.sampled_from([None, None, 0, 1]),
    )
    def move_anywhere(self, twin, start, lead, room):
        self.move(twin, self.starts[start], lead, room)

    @rule(twin=bookings, minutes=st.sampled_from([-60, -10, 10, 50, 60]))
    def move_a_little(self, twin, minutes):
        """Upon its own former hour, or just beside it."""
        self.move(twin, twin.modelled.start + minutes * MINUTE)

    def move(self, twin, start, lead=None, room=None):
        booking = twin.modelled
        who = None if lead is None else self.house.specialists[lead]
        where = None if room is None or booking.modality != "on_site" else self.house.rooms[room]
        wish = Wish(
            service=next(s for s in self.house.services if s.pk == booking.service),
            starts_at=start,
            lead=who or self.house.resources[booking.specialist],
            people=tuple(self.house.person(p) for p in booking.people),
            modality=Modality(booking.modality),
            room=where,
            least_workers=len(booking.ids("specialist")),
        )
        # Several things may be wrong at once, and no order among them is laid down.
        expected = self.wrong_state(twin, "held", "confirmed", begun=True)
        expected |= self.refusals(wish, booking.people, ignoring=booking.id)

        moved, code = attempt(
            self.world.now,
            lambda: services.reschedule_booking(
                twin.row, starts_at=start, by=self.house.by, lead=who, room=where
            ),
        )

        assert code in (expected or {None})
        if moved is not None:
            self.world.move(booking.id, start, who and who.pk, **self.chosen(moved))

    def confirm(self, twin):
        expected = self.wrong_state(twin, "held")

        _, code = attempt(
            self.world.now, lambda: services.confirm_booking(twin.row, by=self.house.by)
        )

        assert code in (expected or {None})
        if code is None:
            self.world.confirm(twin.modelled.id)

    def cancel(self, twin):
        _, code = attempt(
            self.world.now,
            lambda: services.cancel_booking(twin.row, by=self.house.by, party=Booking.Party.CLIENT),
        )

        assert code == self.model_refuses(lambda: self.world.cancel(twin.modelled.id))

    @rule(
        twin=bookings,
        person=st.integers(0, 1),
        outcome=st.sampled_from([Outcome.ATTENDED, Outcome.DID_NOT_ATTEND, Outcome.NOT_BROUGHT]),
        step=st.sampled_from(["confirm", "confirm", "cancel", "outcome"]),
    )
    def take_a_step(self, twin, person, outcome, step):
        """One rule for all, lest most bookings be cancelled."""
        match step:
            case "confirm":
                self.confirm(twin)
            case "cancel":
                self.cancel(twin)
            case "outcome":
                self.record_outcome(twin, person, outcome)

    def record_outcome(self, twin, person, outcome):
        person_id = twin.modelled.people[person % len(twin.modelled.people)]
        person = self.house.person(person_id)
        is_child = person is self.house.people[4]
        misnamed = outcome == (Outcome.DID_NOT_ATTEND if is_child else Outcome.NOT_BROUGHT)
        before = dict(twin.modelled.outcomes), twin.modelled.status
        expected = self.model_refuses(
            lambda: self.world.outcome(twin.modelled.id, person_id, outcome)
        )
        if expected is None and misnamed:
            expected = "outcome_mismatch"
            twin.modelled.outcomes, twin.modelled.status = before

        _, code = attempt(
            self.world.now,
            lambda: closing.record_outcomes(twin.row, {person: outcome}, by=self.house.by),
        )

        assert code == expected

    @rule(
        target=blocks,
        what=st.integers(0, 5),
        start=st.integers(0, 71),
        minutes=st.sampled_from([10, 60, 180]),
    )
    def block(self, what, start, minutes):
        kind, resource = [
            *(("specialist", r) for r in self.house.specialists),
            *(("room", r) for r in self.house.rooms),
            *(("vehicle", r) for r in self.house.cars),
        ][what]
        begins = self.starts[start]
        ends = begins + minutes * MINUTE

        block, code = attempt(
            self.world.now,
            lambda: blocking.block_resource(
                resource,
                centre_id=self.house.centre.pk,
                starts_at=begins,
                ends_at=ends,
                reason=Booking.BlockReason.OTHER,
                by=self.house.by,
            ),
        )

        if ends <= self.world.now:
            assert code == "past_start"
            return multiple()
        refused = self.model_refuses(lambda: self.world.block(kind, resource.pk, begins, ends))
        assert code == refused
        return multiple() if block is None else (block.pk, self.world.blocks[-1])

    @rule(block=consumes(blocks))
    def lift(self, block):
        pk, holding = block
        _, code = attempt(
            self.world.now,
            lambda: services.cancel_booking(
                Booking.objects.get(pk=pk), by=self.house.by, party=Booking.Party.CENTRE
            ),
        )

        assert code is None
        self.world.blocks.remove(holding)

    @rule(minutes=st.sampled_from([1, 10, 29, 30, 90, 240]))
    def time_passes(self, minutes):
        self.world.now += minutes * MINUTE

    @precondition(lambda self: any(twin.modelled.expires_at for twin in self.twins))
    @rule()
    def expire(self):
        self.world.expire(self.world.now)

        with clock.frozen(self.world.now):
            services.expire_holds()

        rows = Booking.objects.values_list("pk", "status")
        statuses = dict(rows)
        assert [statuses[t.pk] for t in self.twins] == [t.modelled.status for t in self.twins]

    # What is true after each

    @invariant()
    def the_same_is_held_and_nothing_twice(self):
        active, holding = holdings_in_database(self.world.now)

        assert holding == self.house.holdings_of(self.world)
        assert overlaps(active) == []

    @invariant()
    def bookings_stand_alike(self):
        rows = Booking.objects.filter(kind=Booking.Kind.CONSULTATION)
        found = {b.pk: (b.starts_at, b.ends_at, b.status) for b in rows}
        assert found.keys() == {twin.pk for twin in self.twins}
        for twin in self.twins:
            booking, status = twin.modelled, found[twin.pk][2]
            assert found[twin.pk][:2] == (booking.start, booking.end)
            # A hold may have been retired by whoever wanted its hour, before `expire` came.
            if booking.status == "held" and booking.expires_at <= self.world.now:
                assert status in {"held", "expired"}
            else:
                assert status == booking.status

    # What the model says

    def refusals(self, wish: Wish, ids: list[int], ignoring: int | None = None) -> set[str]:
        """The codes with which the program may refuse; none: it must accept."""
        world, centre, lead = self.world, self.house.centre.pk, wish.lead.pk
        late = wish.starts_at <= world.now
        if wish.modality not in wish.service.modalities:
            return {"past_start" if late else "modality_not_offered"}
        if not world.can_do(lead, wish.service.pk, centre):
            return {"past_start" if late else "not_skilled"}
        least = max(wish.least_workers, 1 + len(wish.colleagues))
        decide = partial(
            world.why_not, wish.service.pk, wish.starts_at, lead, ids, wish.modality.value,
            least=least, ignoring=ignoring, centre=centre,
        )  # fmt: skip
        crew = [colleague.pk for colleague in wish.colleagues]
        reason = decide(room=wish.room and wish.room.pk, colleagues=crew or None)
        if reason is None:
            return set()
        if reason == "outside_availability" and crew and decide() != reason:
            return {"does_not_fit"}  # the lead works then, the named colleague does not
        if reason not in BEFORE_THE_CHOICE and not self.room_fits(wish, ids, least, ignoring):
            return {"does_not_fit"}
        return {CODES.get(reason, reason)}

    def room_fits(self, wish: Wish, ids: list[int], least: int, ignoring: int | None) -> bool:
        if wish.room is None:
            return True
        room = model.find(self.world.rooms, wish.room.pk)
        workers = self.world.workers_needed(
            wish.service.pk,
            ids,
            wish.modality.value,
            self.house.centre.pk,
            wish.starts_at,
            ignoring,
        )
        return wish.service.pk in room.suits and len(ids) + max(workers, least) <= room.seats

    def nameable(self, colleague, service: Service, lead: Resource) -> tuple[Resource, ...]:
        """The colleague, if she gives the service; she comes also where nobody else is needed."""
        if colleague is None:
            return ()
        who = self.house.specialists[colleague]
        able = self.world.can_do(who.pk, service.pk, self.house.centre.pk)
        return (who,) if able and who != lead else ()

    def wrong_state(self, twin: Twin, *statuses: str, begun: bool = False) -> set[str]:
        """What its status has against a step, and that it has `begun` where that matters."""
        booking = twin.modelled
        found = set()
        if booking.status not in statuses or booking not in self.world.active():
            found.add("wrong_status")
        if begun and booking.start <= self.world.now:
            found.add("already_begun")
        return found

    def model_refuses(self, command: Callable[[], object]) -> str | None:
        try:
            command()
        except Refused as refused:
            return CODES.get(refused.reason, refused.reason)
        return None

    def chosen(self, booking: Booking) -> dict[str, object]:
        """Room, vehicle and colleagues that the program took, by the model's names."""
        rows = list(booking.allocations.filter(active=True).values_list("part", "resource"))
        return {
            "room": next((r for part, r in rows if part == Part.ROOM), None),
            "vehicle": next((r for part, r in rows if part == Part.VEHICLE), None),
            "colleagues": [r for part, r in rows if part == Part.COLLEAGUE] or None,
        }


@pytest.mark.django_db
def test_program_and_model_answer_alike():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house), settings=settings(max_examples=15, stateful_step_count=40)
    )


@pytest.mark.full
@pytest.mark.django_db
def test_program_and_model_answer_alike_for_long():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house), settings=settings(max_examples=150, stateful_step_count=60)
    )
