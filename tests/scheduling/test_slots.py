"""Free hours against the brute-force model, and against bookings that are really tried."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base import clock
from base.errors import DomainError
from people.models import KinshipWall, Role
from scheduling import blocking, services, slots
from scheduling.errors import ModalityNotOffered
from scheduling.models import (
    Allocation,
    Availability,
    Booking,
    Closure,
    Modality,
    Resource,
    Service,
)
from scheduling.planning import Wish
from scheduling.slots import Search, Slot, free_slots
from tests.scheduling.model import MINUTE, DayException, Window, World
from tests.scheduling.test_machine import NIGHTS, House, daily, modelled
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = NIGHTS[1:]
TUESDAY, HOLIDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
DAY = timedelta(days=1)
MODALITIES = ["on_site", "phone", "field"]
Part = Allocation.Part


def examples(number: int) -> settings:
    """The house is made once a test; each example is rolled back."""
    return settings(
        max_examples=number,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def house():
    return House()


# Random worlds


def clock_at(half_hours: int) -> time:
    return time(half_hours // 2, half_hours % 2 * 30)


@st.composite
def spans(draw, shortest: int = 1, longest: int = 24) -> tuple[time, time]:
    """Hours of a day, begun by nine: the clocks change at night. Lengths are half-hours."""
    begins = draw(st.integers(0, 18))
    return clock_at(begins), clock_at(begins + draw(st.integers(shortest, longest)))


@st.composite
def weeks(draw, day: date) -> list[Window]:
    """One or two windows of every day; the second may hold only until or from `day`."""
    begins, until = draw(spans(shortest=8))
    always = [Window(weekday, begins, until) for weekday in range(7)]
    begins, until = draw(spans())
    validity = draw(st.sampled_from([{"valid_from": day}, {"valid_until": day}, {}, None]))
    if validity is None:
        return always
    return always + [Window(weekday, begins, until, **validity) for weekday in range(7)]


@st.composite
def exceptions(draw, day: date) -> list[DayException]:
    found = []
    for kind in draw(st.lists(st.sampled_from(["off", "off", "extra", "day off"]), max_size=2)):
        on = day + timedelta(days=draw(st.integers(-1, 1)))
        if kind == "day off":
            found.append(DayException("off", on))
        else:
            found.append(DayException(kind, on, *draw(spans(longest=6))))
    return found


def drawn_world(data: st.DataObject, house: House) -> World:
    """Hours, days off and some bookings of a night, as rows and in the model."""
    day = data.draw(st.sampled_from(NIGHTS), "day")
    world = house.world(at(day - DAY, 20) + data.draw(st.integers(0, 100)) * 5 * MINUTE)
    [centre] = world.centres
    centre.opening = data.draw(weeks(day), "opening hours")
    centre.closures += data.draw(st.sampled_from([[], [], [day + DAY]]), "closures")
    for specialist in world.specialists:
        specialist.availability = data.draw(weeks(day), "availability")
        specialist.exceptions = data.draw(exceptions(day), "exceptions")
    house.write_hours(world)
    for _ in range(data.draw(st.integers(0, 5), "bookings")):
        book_something(data, house, world, at(day, 0))
    for _ in range(data.draw(st.integers(0, 2), "blocks")):
        block_something(data, house, world, at(day, 0))
    return world


def some_hour(data: st.DataObject, midnight: datetime) -> datetime:
    return midnight + data.draw(st.integers(0, 84)) * 10 * MINUTE


def book_something(data: st.DataObject, house: House, world: World, midnight: datetime) -> None:
    person = data.draw(st.sampled_from(house.people))
    wish = Wish(
        service=data.draw(st.sampled_from([house.talk, house.pair])),
        starts_at=some_hour(data, midnight),
        lead=data.draw(st.sampled_from(house.specialists)),
        people=(person,),
        modality=Modality(data.draw(st.sampled_from(MODALITIES))),
        hold=data.draw(st.booleans()),
    )
    with clock.frozen(world.now):
        try:
            booking = services.book(wish, by=house.by)
        except DomainError:
            return
    colleagues = booking.allocations.filter(part=Part.COLLEAGUE)
    rooms = booking.allocations.filter(part=Part.ROOM)
    cars = booking.allocations.filter(part=Part.VEHICLE)
    world.book(
        wish.service.pk, wish.starts_at, wish.lead.pk, [person.pk], wish.modality.value,
        centre=house.centre.pk, expires_at=booking.hold_expires_at,
        room=rooms.values_list("resource", flat=True).first(),
        vehicle=cars.values_list("resource", flat=True).first(),
        colleagues=list(colleagues.values_list("resource", flat=True)) or None,
    )  # fmt: skip


def block_something(data: st.DataObject, house: House, world: World, midnight: datetime) -> None:
    kind, resource = data.draw(
        st.sampled_from(
            [
                *(("specialist", r) for r in house.specialists),
                *(("room", r) for r in house.rooms),
                *(("vehicle", r) for r in house.cars),
            ]
        )
    )
    begins = some_hour(data, midnight)
    ends = begins + data.draw(st.sampled_from([30, 120])) * MINUTE
    try:
        with clock.frozen(world.now):
            blocking.block_resource(
                resource,
                centre_id=house.centre.pk,
                starts_at=begins,
                ends_at=ends,
                reason=Booking.BlockReason.OTHER,
                by=house.by,
            )
    except DomainError:
        return
    world.block(kind, resource.pk, begins, ends)


def drawn_service(data: st.DataObject, house: House, world: World) -> Service:
    """The house's first service with other numbers, in both worlds."""
    draw = data.draw
    changed = services.change_service(
        Service.objects.get(pk=house.talk.pk),
        duration=draw(st.sampled_from([20, 40, 50, 60, 90]), "duration") * MINUTE,
        buffer_after=draw(st.sampled_from([0, 10, 25]), "buffer") * MINUTE,
        travel=draw(st.sampled_from([0, 30, 45]), "travel") * MINUTE,
        minimum_notice=draw(st.sampled_from([0, 0, 0, 90, 600]), "notice") * MINUTE,
        step=draw(st.sampled_from([10, 15, 20, 30, 45, 60, 120]), "step") * MINUTE,
        specialists=draw(st.sampled_from([1, 1, 2]), "specialists"),
        needs_vehicle=draw(st.booleans(), "needs a car"),
    )
    world.services[0] = modelled(changed)
    return changed


def drawn_search(
    data: st.DataObject, house: House, world: World, service: Service, *, longest: int
) -> Search:
    """A window of that night and morning, `longest` in tens of minutes, for one or two people."""
    [night] = [day for day in NIGHTS if at(day - DAY, 0) < world.now < at(day, 12)]
    begins = at(night, 0) + data.draw(st.integers(-12, 100), "window") * 5 * MINUTE
    return Search(
        service=service,
        people=tuple(
            data.draw(st.lists(st.sampled_from(house.people), min_size=1, max_size=2, unique=True))
        ),
        modality=Modality(data.draw(st.sampled_from(MODALITIES), "modality")),
        specialist=data.draw(st.sampled_from([None, None, *house.specialists]), "specialist"),
        begins=begins,
        ends=begins + data.draw(st.integers(longest // 3, longest), "length") * 10 * MINUTE,
    )


def expected_slots(world: World, search: Search) -> list[tuple[datetime, int]]:
    return world.slots(
        search.service.pk,
        [person.pk for person in search.people],
        search.modality.value,
        search.begins,
        search.ends,
        search.specialist and search.specialist.pk,
        search.service.centre_id,
    )


def found_slots(search: Search, now: datetime) -> list[tuple[datetime, int]]:
    with clock.frozen(now):
        return [(slot.starts_at, slot.specialist.pk) for slot in free_slots(search)[:]]


def compare_with_model(house: House, data: st.DataObject) -> None:
    with rolled_back():
        world = drawn_world(data, house)
        search = drawn_search(data, house, world, drawn_service(data, house, world), longest=48)

        assert found_slots(search, world.now) == expected_slots(world, search)


@examples(60)
@given(data=st.data())
def test_slots_are_the_model_s(house, data):
    compare_with_model(house, data)


@pytest.mark.full
@examples(500)
@given(data=st.data())
def test_slots_are_the_model_s_for_long(house, data):
    compare_with_model(house, data)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_weekend_of_the_change_is_the_model_s(house, day, modality):
    world = house.world(at(day - DAY, 20, 3))
    world.centres[0].opening = daily(2, 6)
    one, two, three = world.specialists
    one.availability, two.availability, three.availability = daily(1, 5), daily(3, 7), daily(2, 4)
    house.write_hours(world)
    search = Search(
        service=house.talk,
        people=(house.people[3],),
        modality=Modality(modality),
        specialist=None,
        begins=at(day, 0),
        ends=at(day, 8),
    )

    found = found_slots(search, world.now)

    assert found == expected_slots(world, search)
    assert len(found) >= 4


# Offered means bookable, and nothing else is


def wish_for(search: Search, slot: Slot) -> Wish:
    """What the slot offers, by name."""
    return Wish(
        service=search.service,
        starts_at=slot.starts_at,
        lead=slot.specialist,
        people=search.people,
        modality=search.modality,
        room=slot.room,
        vehicle=slot.vehicle,
        colleagues=slot.colleagues,
    )


def would_book(wish: Wish, house: House) -> dict[str, list[Resource]] | None:
    """What would be held for the wish, by part, or None if it is refused."""
    with rolled_back():
        try:
            booking = services.book(wish, by=house.by)
        except DomainError:
            return None
        held: dict[str, list[Resource]] = {}
        for allocation in booking.allocations.select_related("resource").order_by("pk"):
            held.setdefault(allocation.part, []).append(allocation.resource)
        return held


def grid_of(search: Search, now: datetime) -> list[datetime]:
    """Every start in the window that could be on offer."""
    begins = max(search.begins, now + search.service.minimum_notice)
    minutes = range(int((search.ends - search.service.duration - begins) / MINUTE) + 1)
    step = search.service.step // MINUTE
    starts = [begins + n * MINUTE for n in minutes]
    walls = [clock.local(start) for start in starts]
    return [s for s, w in zip(starts, walls, strict=True) if (w.hour * 60 + w.minute) % step == 0]


def compare_with_bookings(house: House, data: st.DataObject) -> None:
    with rolled_back():
        world = drawn_world(data, house)
        for resource in (*house.rooms, *house.cars):
            lanes = data.draw(st.integers(1, 2), "lanes")
            Resource.objects.filter(pk=resource.pk).update(lanes=lanes)
        search = drawn_search(data, house, world, drawn_service(data, house, world), longest=24)
        with clock.frozen(world.now):
            offered = free_slots(search)[:]
            for slot in offered:
                wish = wish_for(search, slot)
                held = would_book(wish, house)
                assert held is not None
                assert held.get(Part.ROOM, []) == [slot.room] * (slot.room is not None)
                assert held.get(Part.VEHICLE, []) == [slot.vehicle] * (slot.vehicle is not None)
                assert held.get(Part.COLLEAGUE, []) == list(slot.colleagues)
            known = {(slot.starts_at, slot.specialist) for slot in offered}
            leads = [search.specialist] if search.specialist else house.specialists
            for start, lead in product(grid_of(search, world.now), leads):
                if (start, lead) not in known:
                    wish = Wish(search.service, start, lead, search.people, search.modality)
                    assert would_book(wish, house) is None


@examples(20)
@given(data=st.data())
def test_offered_hours_can_be_booked_and_no_others(house, data):
    compare_with_bookings(house, data)


@pytest.mark.full
@examples(150)
@given(data=st.data())
def test_offered_hours_can_be_booked_and_no_others_for_long(house, data):
    compare_with_bookings(house, data)


# One thing at a time


@pytest.fixture
def talk():
    return building.service(building.centre(), minutes=50, buffer=10, step=30)


@pytest.fixture
def maria(talk):
    return building.specialist(talk.centre, [talk])


@pytest.fixture
def room(talk):
    return building.place(talk.centre, [talk])


@pytest.fixture
def by(talk):
    return building.user(talk.centre, Role.Name.COORDINATOR)


@pytest.fixture(autouse=True)
def _sunday_evening():
    with clock.frozen(at(MONDAY - DAY, 20, 3)):
        yield


@pytest.fixture
def morning(talk, maria, room):
    """Maria, a mother and a room, on Monday from nine to noon."""
    return Search(
        service=talk,
        people=(building.person(talk.centre),),
        modality=Modality.ON_SITE,
        specialist=None,
        begins=at(MONDAY, 9),
        ends=at(MONDAY, 12),
    )


def starts(search: Search, day: date = MONDAY) -> list[str]:
    """Wall-clock starts on offer; those of another day with their date."""
    found = [clock.local(slot.starts_at) for slot in free_slots(search)[:]]
    return [f"{s:%H:%M}" if s.date() == day else f"{s:%d.%m. %H:%M}" for s in found]


def taken(search: Search, by, start: datetime, **fields) -> Booking:
    """The same people and specialist, booked."""
    plain = Wish(
        search.service,
        start,
        Resource.objects.get(kind="specialist", services=search.service),
        search.people,
        search.modality,
    )
    return services.book(replace(plain, **fields), by=by)


def test_slots_fill_the_window(morning):
    assert starts(morning) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_slot_says_what_would_be_held(morning, maria, room):
    assert free_slots(morning)[0] == Slot(
        at(MONDAY, 9), at(MONDAY, 9, 50), maria, colleagues=(), room=room, vehicle=None
    )


def test_slots_can_be_counted_indexed_and_sliced(morning):
    found = free_slots(morning)

    assert len(found) == 5
    assert found[3].starts_at == at(MONDAY, 10, 30)
    assert [slot.starts_at for slot in found[1:3]] == [at(MONDAY, 9, 30), at(MONDAY, 10)]
    assert found[5:] == []


def test_slots_can_be_listed_whole(morning):
    assert len(list(free_slots(morning))) == 5


def test_of_two_specialists_at_the_same_hour_both_are_offered(morning, talk, maria):
    elena = building.specialist(talk.centre, [talk])

    found = [(slot.starts_at, slot.specialist) for slot in free_slots(morning)[:3]]

    assert found == [(at(MONDAY, 9), maria), (at(MONDAY, 9), elena), (at(MONDAY, 9, 30), maria)]
    only = free_slots(replace(morning, specialist=elena))
    assert {slot.specialist for slot in only[:]} == {elena}


@pytest.mark.parametrize(
    "who",
    ["specialist", "person", "room"],
)
def test_whoever_is_taken_takes_the_hour_away(morning, by, who, talk, maria, room):
    resource = {
        "specialist": maria, "person": morning.people[0].resource, "room": room
    }[who]  # fmt: skip
    blocking.block_resource(
        resource,
        centre_id=talk.centre_id,
        starts_at=at(MONDAY, 10),
        ends_at=at(MONDAY, 10, 30),
        reason=Booking.BlockReason.OTHER,
        by=by,
    )

    assert starts(morning) == ["09:00", "10:30", "11:00"]


def test_without_people_nobody_s_own_time_counts(morning, by):
    taken(morning, by, at(MONDAY, 9), modality=Modality.PHONE)
    anybody = replace(morning, people=())

    assert starts(morning) == starts(anybody) == ["10:00", "10:30", "11:00"]
    building.specialist(morning.service.centre, [morning.service])
    assert starts(morning)[0] == "10:00"
    assert starts(anybody)[0] == "09:00"


def test_expired_hold_is_free_again(morning, by):
    taken(morning, by, at(MONDAY, 10), hold=True)
    assert starts(morning) == ["09:00", "11:00"]

    with clock.frozen(at(MONDAY - DAY, 20, 33)):
        assert starts(morning) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_notice_counts_from_now(morning):
    services.change_service(morning.service, minimum_notice=timedelta(hours=2))

    with clock.frozen(at(MONDAY, 7, 30)):
        assert starts(morning) == ["09:30", "10:00", "10:30", "11:00"]
    with clock.frozen(at(MONDAY, 7, 31)):
        assert starts(morning) == ["10:00", "10:30", "11:00"]


@pytest.mark.parametrize(
    "now",
    [
        at(MONDAY, 10),
        at(MONDAY, 10) + timedelta(milliseconds=1),
        at(MONDAY, 10) + timedelta(seconds=1),
        at(MONDAY, 10, 29),
    ],
)
def test_hour_that_begins_now_is_not_offered(morning, now):
    with clock.frozen(now):
        assert starts(morning) == ["10:30", "11:00"]


def test_past_window_is_empty(morning):
    with clock.frozen(at(MONDAY, 12)):
        found = free_slots(morning)

    assert (len(found), found[:], found.first_day()) == (0, [], None)


def test_backward_window_is_empty(morning):
    assert starts(replace(morning, begins=morning.ends, ends=morning.begins)) == []


def test_way_that_is_not_offered_is_refused(morning):
    services.change_service(morning.service, modalities=["phone"])

    with pytest.raises(ModalityNotOffered):
        free_slots(morning)


def test_holidays_and_closures_have_no_slots_in_any_modality(morning):
    Closure.objects.create(centre=morning.service.centre, on=TUESDAY, name="-")
    days = replace(morning, begins=at(TUESDAY, 0), ends=at(THURSDAY, 10))

    assert starts(days, THURSDAY) == ["09:00"]
    assert starts(replace(days, modality=Modality.PHONE), THURSDAY) == ["09:00"]


def test_kin_is_neither_offered_nor_sent_along(morning, maria, talk):
    household = morning.people[0].household
    KinshipWall.objects.create(user=maria.user, household=household)
    assert starts(morning) == []
    assert starts(replace(morning, specialist=maria)) == []

    building.specialist(talk.centre, [talk])
    assert starts(morning) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert starts(replace(morning, modality=Modality.FIELD)) == []


def test_those_kept_apart_are_offered_no_hour_in_which_they_meet(morning, by, talk, maria):
    elena = building.specialist(talk.centre, [talk])
    building.place(talk.centre, [talk])
    father = building.person(talk.centre)
    building.apart(morning.people[0], father)
    services.change_service(talk, step=timedelta(minutes=5))
    # He is there from 10:15 to 11:05.
    services.book(Wish(talk, at(MONDAY, 10, 15), elena, (father,), Modality.ON_SITE), by=by)
    hers = replace(morning, specialist=maria, ends=at(MONDAY, 12, 15))

    assert starts(hers) == ["09:00", "09:05", "09:10", "11:20", "11:25"]
    assert len(starts(replace(hers, modality=Modality.PHONE))) == 30


def test_those_kept_apart_are_offered_nothing_together(morning, talk):
    father = building.person(talk.centre)
    building.apart(morning.people[0], father)

    for modality in Modality:
        together = replace(morning, people=(*morning.people, father), modality=modality)
        assert starts(together) == []


def test_first_visit_offers_both_workers_and_the_car(morning, talk, maria):
    services.change_service(talk, needs_vehicle=True)
    visits = replace(morning, modality=Modality.FIELD)
    assert starts(visits) == []

    elena = building.specialist(talk.centre, [talk], hours=(10, 17))
    assert starts(visits) == []
    car = building.place(talk.centre, [talk], kind=Resource.Kind.VEHICLE, seats=2)

    found = free_slots(visits)[:]
    assert [(s.starts_at, s.specialist, s.colleagues, s.vehicle, s.room) for s in found[:2]] == [
        (at(MONDAY, 10), maria, (elena,), car, None),
        (at(MONDAY, 10), elena, (maria,), car, None),
    ]


def test_visit_leaves_time_for_the_way_both_ways(morning, by, talk, maria):
    elena = building.specialist(talk.centre, [talk])
    services.change_service(talk, step=timedelta(minutes=5))
    for hour in (9, 12):
        other = building.person(talk.centre)
        services.book(Wish(talk, at(MONDAY, hour), maria, (other,), Modality.PHONE), by=by)
    visits = replace(morning, modality=Modality.FIELD, ends=at(MONDAY, 13))

    # Free at ten, half an hour there; fifty minutes, half an hour back and ten to write up.
    assert starts(replace(visits, specialist=maria)) == ["10:30"]
    # She goes with her.
    assert starts(replace(visits, specialist=elena)) == ["10:30"]


def test_hours_after_the_first_visit_need_one_worker(morning, by, talk, maria):
    elena = building.specialist(talk.centre, [talk], hours=(9, 10))
    first = Wish(talk, at(MONDAY, 9), maria, morning.people, Modality.FIELD, colleagues=(elena,))
    services.book(first, by=by)

    # Back at 10:20 and done at 10:30; half an hour there.
    assert starts(replace(morning, modality=Modality.FIELD)) == ["11:00"]


# Lanes


def test_room_of_two_lanes_is_offered_until_both_are_taken(morning, by, talk, maria, room):
    Resource.objects.filter(pk=room.pk).update(lanes=2)
    services.change_service(talk, step=timedelta(minutes=10))
    for minute in (0, 30):  # 10:00 to 10:50 in one lane, 10:30 to 11:20 in the other
        other = building.specialist(talk.centre, [talk])
        who = (building.person(talk.centre),)
        services.book(Wish(talk, at(MONDAY, 10, minute), other, who, Modality.ON_SITE), by=by)

    assert starts(replace(morning, specialist=maria)) == [
        "09:00", "09:10", "09:20", "09:30", "09:40", "10:50", "11:00", "11:10",
    ]  # fmt: skip


# The first day after the window


def day_after(search: Search, day: date) -> date | None:
    window = replace(search, begins=clock.midnight(day), ends=clock.midnight(day + DAY))
    return slots.first_day_after(window)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (MONDAY, TUESDAY),
        (TUESDAY, THURSDAY),  # a holiday between
        (date(2027, 3, 5), date(2027, 3, 8)),  # a weekend
        (date(2027, 3, 26), date(2027, 3, 29)),  # the spring change
        (date(2027, 4, 29), date(2027, 5, 5)),  # Easter
        (date(2027, 10, 29), date(2027, 11, 1)),  # the autumn change
    ],
)
def test_first_day_after_the_window(morning, day, expected):
    assert day_after(morning, day) == expected


def test_first_day_is_not_the_window_s_own(morning):
    assert starts(replace(morning, begins=clock.midnight(MONDAY))) != []
    assert day_after(morning, MONDAY) == TUESDAY


@pytest.mark.parametrize(("ahead", "found"), [(90, True), (91, False)])
def test_first_day_is_looked_for_ninety_days_ahead(morning, maria, ahead, found):
    back = MONDAY + timedelta(days=ahead)
    maria.availability.all().delete()
    Availability.objects.create(
        resource=maria, centre=morning.service.centre, weekday=back.weekday(),
        starts=time(9), ends=time(17), valid_from=back, valid_until=back,
    )  # fmt: skip

    search = replace(morning, modality=Modality.PHONE)
    assert day_after(search, MONDAY) == (back if found else None)


@pytest.mark.parametrize("day", [NIGHTS[0] - 2 * DAY, SPRING - 2 * DAY, AUTUMN - 2 * DAY])
@pytest.mark.parametrize("modality", ["on_site", "field"])
def test_first_day_after_is_the_model_s(house, day, modality):
    world = house.world(at(day, 6, 3))
    world.centres[0].opening = daily(8, 20)
    one, two, three = world.specialists
    for specialist, hours in ((one, (9, 17)), (two, (13, 15)), (three, (10, 12))):
        specialist.availability = daily(*hours)
        specialist.exceptions = [DayException("off", day + DAY)]
    one.exceptions.append(DayException("off", day + 2 * DAY))
    three.exceptions.append(DayException("off", day + 2 * DAY))
    house.write_hours(world)
    search = Search(
        service=house.pair if modality == "on_site" else house.talk,
        people=(house.people[3],),
        modality=Modality(modality),
        specialist=None,
        begins=clock.midnight(day),
        ends=clock.midnight(day + DAY),
    )

    with clock.frozen(world.now):
        found = slots.first_day_after(search)

    expected = world.first_day_after(
        search.service.pk, [house.people[3].pk], modality, search.ends, centre=house.centre.pk
    )
    assert found == expected
    assert found >= day + 3 * DAY


# The cost


def queries(search: Search) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        free_slots(search)[:20]
    return len(captured)


@pytest.mark.parametrize("modality", list(Modality))
def test_ten_specialists_and_thirty_days_cost_as_many_queries_as_one(morning, modality, talk):
    one = queries(replace(morning, modality=modality))
    for _ in range(9):
        building.specialist(talk.centre, [talk])
        building.place(talk.centre, [talk])

    month = replace(morning, modality=modality, ends=at(MONDAY + timedelta(days=30), 9))
    assert queries(month) == one
