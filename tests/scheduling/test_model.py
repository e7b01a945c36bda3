"""The brute-force model itself, on cases small enough to work out by hand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.scheduling.model import (
    SOFIA,
    Allocation,
    Centre,
    DayException,
    Person,
    Refused,
    Room,
    Service,
    Specialist,
    Vehicle,
    Window,
    World,
)

TALK, CHILD = 1, 2
MARIA, ELENA = 10, 11
SMALL, LARGE = 20, 21
MOTHER, FATHER, SON = 30, 31, 32
CAR = 40
MONDAY = date(2027, 1, 11)
SPRING = date(2027, 3, 28)  # a Sunday; 03:00 is followed by 04:00
AUTUMN = date(2027, 10, 31)  # a Sunday; 04:00 is followed by 03:00


def at(clock: str, day: date = MONDAY, fold: int = 0) -> datetime:
    wall = datetime.combine(day, time.fromisoformat(clock), SOFIA).replace(fold=fold)
    return wall.astimezone(UTC)


def daily(begins: str, until: str, **fields) -> list[Window]:
    span = time.fromisoformat(begins), time.fromisoformat(until)
    return [Window(weekday, *span, **fields) for weekday in range(7)]


@pytest.fixture
def world() -> World:
    """Everyone works 09:00–17:00 every day; a session lasts an hour, without buffers."""
    world = World(now=at("08:00"))
    world.centres = [
        Centre(1, opening=daily("09:00", "17:00")),
        Centre(2, opening=daily("09:00", "17:00")),
    ]
    world.services = [Service(TALK, duration=60, step=30), Service(CHILD, duration=60)]
    world.specialists = [
        Specialist(MARIA, [TALK], daily("09:00", "17:00"), centres=(1, 2)),
        Specialist(ELENA, [TALK], daily("09:00", "17:00")),
    ]
    world.specialists[0].availability += daily("09:00", "17:00", centre=2)
    world.rooms = [Room(SMALL, 2, [TALK]), Room(LARGE, 6, [TALK]), Room(22, 6, [TALK], centre=2)]
    world.vehicles = [Vehicle(CAR, 4)]
    world.persons = [Person(MOTHER), Person(FATHER), Person(SON)]
    return world


def refusal(call, *args, **kwargs) -> str | None:
    try:
        call(*args, **kwargs)
    except Refused as refused:
        return refused.reason
    return None


# What is held


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("09:00", "09:30", True),  # before
        ("09:00", "10:00", True),  # touching the start
        ("09:00", "10:01", False),  # crossing the start
        ("10:15", "10:30", False),  # inside
        ("10:00", "11:00", False),  # equal
        ("09:00", "12:00", False),  # around
        ("10:59", "12:00", False),  # crossing the end
        ("11:00", "12:00", True),  # touching the end
        ("11:30", "12:00", True),  # after
    ],
)
def test_intervals_are_half_open(world, start, end, expected):
    world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")

    assert world.free("specialist", MARIA, at(start), at(end)) is expected


def test_ignored_booking_leaves_its_resources_free(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")

    assert world.free("person", MOTHER, at("10:00"), at("11:00"), ignoring=booking.id)


def test_buffer_is_held_by_the_specialist_alone(world):
    world.services[0].buffer_after = 10

    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "on_site", room=SMALL)

    assert booking.allocations == [
        Allocation("specialist", MARIA, at("10:00"), at("11:10")),
        Allocation("person", MOTHER, at("10:00"), at("11:00")),
        Allocation("room", SMALL, at("10:00"), at("11:00")),
    ]


def test_field_visit_holds_two_workers_and_a_car_on_the_way_too(world):
    world.services[0].travel = 30
    world.services[0].buffer_after = 10
    world.services[0].needs_vehicle = True

    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "field")

    assert booking.allocations == [
        Allocation("specialist", MARIA, at("09:30"), at("11:40")),
        Allocation("person", MOTHER, at("10:00"), at("11:00")),
        Allocation("specialist", ELENA, at("09:30"), at("11:40")),
        Allocation("vehicle", CAR, at("09:30"), at("11:30")),
    ]


def test_travel_may_lie_outside_working_hours_but_not_on_another_booking(world):
    world.services[0].travel = 30
    world.services[0].buffer_after = 10

    assert world.why_not(TALK, at("09:00"), MARIA, [MOTHER], "field") is None

    world.book(TALK, at("10:00"), MARIA, [FATHER], "phone")

    assert world.why_not(TALK, at("11:39"), MARIA, [MOTHER], "field") == "resource_unavailable"
    assert world.why_not(TALK, at("11:40"), MARIA, [MOTHER], "field") is None


def test_second_visit_needs_one_worker_unless_risk_is_flagged(world):
    world.book(TALK, at("10:00"), MARIA, [MOTHER], "field")

    def needed():
        return world.workers_needed(TALK, [MOTHER], "field", 1, at("12:00"))

    assert needed() == 1
    world.persons[0].risk = True
    assert needed() == 2


def test_visit_is_first_when_one_of_the_people_was_never_visited(world):
    world.book(TALK, at("10:00"), MARIA, [MOTHER], "field")

    assert world.workers_needed(TALK, [MOTHER, SON], "field", 1, at("12:00")) == 2


def test_only_earlier_visits_at_the_centre_count(world):
    world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")
    world.specialists[1].centres = (1, 2)
    world.specialists[1].availability += daily("09:00", "17:00", centre=2)
    world.book(TALK, at("12:00"), MARIA, [MOTHER], "field", centre=2)

    def needed(clock, centre):
        return world.workers_needed(TALK, [MOTHER], "field", centre, at(clock))

    assert [needed("14:00", 1), needed("14:00", 2), needed("11:00", 2)] == [2, 1, 2]


def test_colleague_must_have_the_skill_and_serve_the_centre(world):
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field", centre=2) == "no_colleague"

    world.specialists[1].skills = [CHILD]
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field") == "no_colleague"


def test_colleague_must_work_then_and_be_free(world):
    world.book(TALK, at("10:00"), ELENA, [FATHER], "phone")
    world.specialists[1].exceptions = [DayException("off", MONDAY, time(15), time(17))]

    def reason(clock):
        return world.why_not(TALK, at(clock), MARIA, [MOTHER], "field")

    assert [reason("10:30"), reason("11:00"), reason("14:30")] == [
        "no_colleague",
        None,
        "no_colleague",
    ]


def test_named_colleague_is_held_to_the_lead_s_rules(world):
    world.book(TALK, at("10:00"), ELENA, [FATHER], "phone")
    world.specialists[1].exceptions = [DayException("off", MONDAY, time(15), time(17))]

    def reason(clock):
        return world.why_not(TALK, at(clock), MARIA, [MOTHER], "field", colleagues=[ELENA])

    assert [reason("10:30"), reason("11:00"), reason("14:30")] == [
        "resource_unavailable",
        None,
        "outside_availability",
    ]


def test_room_seats_people_and_specialists_and_suits_the_service(world):
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "on_site", room=SMALL) is None
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER, SON], "on_site", room=SMALL) == (
        "no_room"
    )
    world.rooms[0].suits = [CHILD]
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "on_site", room=SMALL) == "no_room"


def test_taken_room_is_refused_when_named_and_replaced_when_not(world):
    world.book(TALK, at("10:00"), ELENA, [FATHER], "on_site", room=SMALL)

    def reason(**named):
        return world.why_not(TALK, at("10:30"), MARIA, [MOTHER], "on_site", **named)

    assert reason(room=SMALL) == "resource_unavailable"
    assert reason() is None
    world.block("room", LARGE, at("09:00"), at("17:00"))
    assert reason() == "no_room"


def test_vehicle_must_seat_the_workers_and_be_free(world):
    world.services[0].needs_vehicle = True
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field") is None

    world.vehicles[0].seats = 1
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field") == "no_vehicle"

    world.vehicles[0].seats = 2
    world.block("vehicle", CAR, at("10:59"), at("12:00"))
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field") == "no_vehicle"
    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "field", vehicle=CAR) == (
        "resource_unavailable"
    )


# When someone may be booked


def test_start_must_be_later_than_now(world):
    world.now = at("10:00")

    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], "phone") == "past_start"
    assert world.why_not(TALK, at("10:01"), MARIA, [MOTHER], "phone") is None


def test_reasons_come_in_their_order(world):
    world.no_contact = [(MOTHER, FATHER)]
    world.centres[0].closures = [MONDAY]
    world.specialists[0].exceptions = [DayException("off", MONDAY)]
    world.block("specialist", MARIA, at("09:00"), at("17:00"))
    world.rooms = []
    world.now = at("12:00")
    people = [MOTHER, FATHER]

    def reason():
        return world.why_not(TALK, at("11:00"), MARIA, people, "on_site")

    seen = [reason()]
    world.now = at("08:00")
    seen.append(reason())
    world.centres[0].closures = []
    seen.append(reason())
    world.specialists[0].exceptions = []
    seen.append(reason())
    people.remove(FATHER)
    seen.append(reason())
    world.blocks = []
    seen.append(reason())

    assert seen == [
        "past_start",
        "closed",
        "outside_availability",
        "no_contact",
        "resource_unavailable",
        "no_room",
    ]


@pytest.mark.parametrize(
    ("second_begins", "expected"),
    [("11:59", None), ("12:00", None), ("12:01", "outside_availability")],
)
def test_touching_windows_are_one(world, second_begins, expected):
    world.specialists[0].availability = daily("09:00", "12:00") + daily(second_begins, "17:00")

    assert world.why_not(TALK, at("11:30"), MARIA, [MOTHER], "phone") == expected


def test_session_must_end_by_the_end_of_the_window(world):
    assert world.why_not(TALK, at("16:00"), MARIA, [MOTHER], "phone") is None
    assert world.why_not(TALK, at("16:01"), MARIA, [MOTHER], "phone") == "outside_availability"


def test_last_day_of_validity_is_included(world):
    world.specialists[0].availability = daily(
        "09:00", "17:00", valid_from=date(2027, 1, 12), valid_until=date(2027, 1, 13)
    )
    days = [date(2027, 1, day) for day in (11, 12, 13, 14)]

    def reason(day):
        return world.why_not(TALK, at("10:00", day), MARIA, [MOTHER], "phone")

    assert [reason(day) is None for day in days] == [False, True, True, False]


def test_windows_and_days_off_keep_to_their_day(world):
    tuesday = MONDAY + timedelta(days=1)
    world.specialists[0].availability = [
        Window(0, time(9), time(17)),
        Window(1, time(10), time(17)),
    ]
    world.specialists[0].exceptions = [DayException("off", MONDAY + timedelta(days=7))]

    def works(clock, day):
        return world.works(MARIA, 1, at(clock, day), at("11:00", day))

    assert [works("09:00", MONDAY), works("09:00", tuesday), works("10:00", tuesday)] == [
        True,
        False,
        True,
    ]
    assert not works("10:00", MONDAY + timedelta(days=7))


def test_hours_count_at_their_own_centre_only(world):
    world.specialists[0].availability = daily("09:00", "12:00") + daily("13:00", "17:00", centre=2)

    def reason(clock, centre):
        return world.why_not(TALK, at(clock), MARIA, [MOTHER], "phone", centre=centre)

    assert [reason("10:00", 1), reason("10:00", 2)] == [None, "outside_availability"]
    assert [reason("14:00", 1), reason("14:00", 2)] == ["outside_availability", None]


def test_exceptions_add_and_remove_hours_and_time_off_wins(world):
    world.specialists[0].exceptions = [
        DayException("off", MONDAY, time(12), time(13)),
        DayException("extra", MONDAY, time(17), time(19)),
        DayException("off", MONDAY, time(18), time(19)),
    ]

    def works(clock):
        return world.works(MARIA, 1, at(clock), at(clock) + timedelta(minutes=1))

    clocks = ["11:59", "12:00", "12:59", "13:00", "17:00", "17:59", "18:00"]
    assert [works(clock) for clock in clocks] == [True, False, False, True, True, True, False]
    assert world.works(MARIA, 1, at("16:00"), at("18:00"))


@pytest.mark.parametrize("modality", ["on_site", "phone", "online", "field"])
def test_closure_removes_the_whole_local_day_whatever_the_modality(world, modality):
    world.centres[0].closures = [MONDAY]

    assert world.why_not(TALK, at("10:00"), MARIA, [MOTHER], modality) == "closed"


def test_closure_follows_the_local_date_to_the_minute(world):
    world.centres[0].closures = [MONDAY]
    sunday = MONDAY - timedelta(days=1)

    assert not world.closed(1, at("23:00", sunday), at("00:00"))
    assert world.closed(1, at("23:00", sunday), at("00:01"))


def test_opening_hours_bind_sessions_on_site_only(world):
    world.centres[0].opening = daily("09:00", "12:00")

    assert world.why_not(TALK, at("11:01"), MARIA, [MOTHER], "on_site") == "outside_availability"
    assert world.why_not(TALK, at("11:00"), MARIA, [MOTHER], "on_site") is None
    assert world.why_not(TALK, at("11:01"), MARIA, [MOTHER], "phone") is None


# No-contact pairs


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("10:45", None),
        ("10:46", "no_contact"),
        ("12:00", "no_contact"),
        ("13:14", "no_contact"),
        ("13:15", None),
    ],
)
@pytest.mark.parametrize("pair", [(MOTHER, FATHER), (FATHER, MOTHER)])
def test_no_contact_keeps_a_quarter_of_an_hour_on_both_sides(world, pair, clock, expected):
    world.no_contact = [pair]
    world.book(TALK, at("12:00"), MARIA, [MOTHER], "on_site")

    assert world.why_not(TALK, at(clock), ELENA, [FATHER], "on_site") == expected


def test_no_contact_binds_sessions_on_site_at_one_centre(world):
    world.no_contact = [(MOTHER, FATHER)]
    world.specialists[1].centres = (1, 2)
    world.specialists[1].availability += daily("09:00", "17:00", centre=2)
    booking = world.book(TALK, at("12:00"), MARIA, [MOTHER], "on_site")

    def reason(modality, centre):
        return world.why_not(TALK, at("12:00"), ELENA, [FATHER], modality, centre=centre)

    assert [reason("on_site", 1), reason("on_site", 2), reason("phone", 1)] == [
        "no_contact",
        None,
        None,
    ]
    world.cancel(booking.id)
    assert reason("on_site", 1) is None


def test_no_contact_pair_is_never_in_one_booking(world):
    world.no_contact = [(FATHER, MOTHER)]

    assert world.why_not(TALK, at("12:00"), MARIA, [MOTHER, FATHER], "phone") == "no_contact"


# The life of a booking


def test_hold_frees_its_hour_at_the_moment_it_expires(world):
    hold = world.hold(TALK, at("10:00"), MARIA, [MOTHER], "phone", expires_at=at("08:30"))

    world.now = at("08:29")
    assert world.why_not(TALK, at("10:00"), MARIA, [FATHER], "phone") == "resource_unavailable"
    assert world.expire(world.now) == []
    world.now = at("08:30")
    assert world.why_not(TALK, at("10:00"), MARIA, [FATHER], "phone") is None
    assert refusal(world.confirm, hold.id) == "wrong_status"
    assert world.expire(world.now) == [hold.id]
    assert hold.status == "expired"


def test_confirmed_hold_does_not_expire(world):
    hold = world.hold(TALK, at("10:00"), MARIA, [MOTHER], "phone", expires_at=at("08:30"))

    world.confirm(hold.id)
    world.now = at("09:00")

    assert world.expire(world.now) == []
    assert not world.free("person", MOTHER, at("10:00"), at("11:00"))


def test_cancelled_booking_holds_nothing_and_stays_cancelled(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")

    world.cancel(booking.id)

    assert world.free("specialist", MARIA, at("10:00"), at("11:00"))
    assert refusal(world.cancel, booking.id) == "wrong_status"
    assert refusal(world.move, booking.id, at("12:00")) == "wrong_status"


def test_confirmed_booking_is_neither_moved_nor_cancelled_from_its_start_on(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")

    world.now = at("10:00")

    assert refusal(world.move, booking.id, at("12:00")) == "started"
    assert refusal(world.cancel, booking.id) == "started"


def test_outcomes_start_with_the_session_and_the_last_one_closes_it(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER, SON], "phone")

    world.now = at("09:59")
    assert refusal(world.outcome, booking.id, MOTHER, "attended") == "not_started"
    world.now = at("10:00")
    assert refusal(world.outcome, booking.id, FATHER, "attended") == "not_a_participant"
    world.outcome(booking.id, MOTHER, "attended")
    assert booking.status == "confirmed"
    world.outcome(booking.id, SON, "was_not_brought")
    assert booking.status == "closed"
    assert not world.free("specialist", MARIA, at("10:00"), at("11:00"))


def test_booking_may_move_onto_part_of_its_own_hour(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "on_site", room=SMALL)

    world.move(booking.id, at("10:30"), specialist=ELENA, room=LARGE)

    assert (booking.start, booking.end, booking.specialist) == (at("10:30"), at("11:30"), ELENA)
    assert booking.allocations == [
        Allocation("specialist", ELENA, at("10:30"), at("11:30")),
        Allocation("person", MOTHER, at("10:30"), at("11:30")),
        Allocation("room", LARGE, at("10:30"), at("11:30")),
    ]


def test_refused_move_changes_nothing(world):
    booking = world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")
    world.block("person", MOTHER, at("12:30"), at("12:31"))

    assert refusal(world.move, booking.id, at("12:00")) == "resource_unavailable"
    assert (booking.start, booking.allocations[0].start) == (at("10:00"), at("10:00"))


def test_block_needs_a_free_resource(world):
    world.book(TALK, at("10:00"), MARIA, [MOTHER], "phone")

    assert refusal(world.block, "specialist", MARIA, at("10:59"), at("12:00")) == (
        "resource_unavailable"
    )
    with pytest.raises(ValueError):
        world.block("specialist", MARIA, at("12:00"), at("12:00"))
    assert refusal(world.block, "specialist", MARIA, at("11:00"), at("12:00")) is None
    assert refusal(world.block, "specialist", MARIA, at("11:59"), at("13:00")) == (
        "resource_unavailable"
    )


# Slots


def test_slots_are_on_the_grid_inside_the_window_and_sorted(world):
    world.specialists.reverse()
    world.book(TALK, at("10:00"), MARIA, [FATHER], "phone")

    found = world.slots(TALK, [MOTHER], "on_site", at("09:50"), at("12:00"))

    assert found == [
        (at("10:00"), ELENA),
        (at("10:30"), ELENA),
        (at("11:00"), MARIA),
        (at("11:00"), ELENA),
    ]


def test_slots_keep_the_notice_and_the_specialist_asked_for(world):
    world.services[0].minimum_notice = 120
    world.now = at("08:00")

    found = world.slots(TALK, [MOTHER], "phone", at("09:00"), at("11:30"), specialist=ELENA)

    assert found == [(at("10:00"), ELENA), (at("10:30"), ELENA)]
    assert world.why_not(TALK, at("09:00"), ELENA, [MOTHER], "phone") is None


def test_slots_are_of_those_who_give_the_service_here(world):
    world.specialists[0].skills = [CHILD]

    found = world.slots(TALK, [MOTHER], "phone", at("10:00"), at("11:00"))

    assert found == [(at("10:00"), ELENA)]


def test_first_day_has_a_slot_that_starts_on_it_even_if_it_ends_on_the_next(world):
    world.specialists[0].availability = daily("00:00", "00:30")
    world.specialists[0].exceptions = [
        DayException("extra", date(2027, 1, 12)),
        DayException("off", date(2027, 1, 12), time(0, 30), time(23, 30)),
    ]

    found = world.first_day_after(TALK, [MOTHER], "phone", at("17:00"), MARIA)

    assert found == date(2027, 1, 12)


def test_first_day_is_of_the_specialist_asked_for(world):
    world.specialists[1].exceptions = [DayException("off", date(2027, 1, 12))]

    assert world.first_day_after(TALK, [MOTHER], "phone", at("17:00"), ELENA) == date(2027, 1, 13)


def test_first_day_after_the_window_is_a_local_date(world):
    world.centres[0].closures = [date(2027, 1, 12), date(2027, 1, 13)]

    assert world.first_day_after(TALK, [MOTHER], "phone", at("17:00")) == date(2027, 1, 14)
    midnight = at("00:00", date(2027, 1, 14))
    assert world.first_day_after(TALK, [MOTHER], "phone", midnight) == date(2027, 1, 14)


@pytest.mark.parametrize(("days", "expected"), [(90, date(2027, 4, 11)), (91, None)])
def test_first_day_is_searched_for_ninety_days(world, days, expected):
    back = MONDAY + timedelta(days=days)
    hours = daily("09:00", "10:00", valid_from=back)
    for specialist in world.specialists:
        specialist.availability = hours

    assert world.first_day_after(TALK, [MOTHER], "phone", at("17:00")) == expected


# Both changes of the clock in 2027


def night(world, day, *spans):
    """Slot starts of a sleepless Maria around the change, in UTC."""
    world.now = at("12:00", day - timedelta(days=1))
    world.specialists[0].availability = [w for span in spans for w in daily(*span)]
    found = world.slots(TALK, [MOTHER], "phone", at("00:00", day), at("12:00", day), MARIA)
    return [f"{start:%H:%M}" for start, _ in found]


def test_spring_night_is_an_hour_shorter(world):
    # 01:30 to 05:00 by the clock is two and a half hours: 23:30Z to 02:00Z.
    assert night(world, SPRING, ("01:30", "05:00")) == ["23:30", "00:00", "00:30", "01:00"]


def test_window_touches_the_one_after_the_spring_gap(world):
    assert night(world, SPRING, ("02:00", "03:00"), ("04:00", "05:00")) == [
        "00:00",
        "00:30",
        "01:00",
    ]


def test_window_inside_the_spring_gap_moves_forward_or_vanishes(world):
    # 03:00 and 03:30 do not exist and mean 04:00 and 04:30, 01:00Z and 01:30Z.
    assert night(world, SPRING, ("03:30", "05:30")) == ["01:30"]
    assert night(world, SPRING, ("02:00", "03:30")) == ["00:00", "00:30"]
    assert night(world, SPRING, ("03:00", "04:00")) == []


def test_autumn_night_is_an_hour_longer(world):
    # 02:30 to 05:00 by the clock is three and a half hours: 23:30Z to 03:00Z.
    assert night(world, AUTUMN, ("02:30", "05:00")) == [
        "23:30", "00:00", "00:30", "01:00", "01:30", "02:00",
    ]  # fmt: skip


def test_window_edge_in_the_autumn_overlap_is_its_first_occurrence(world):
    assert night(world, AUTUMN, ("03:30", "04:00")) == ["00:30", "01:00"]
    assert night(world, AUTUMN, ("02:00", "03:30")) == ["23:00", "23:30"]
    assert night(world, AUTUMN, ("03:00", "03:59")) == []


def test_grid_is_counted_on_the_clock_after_the_change(world):
    world.services[0].step = 120  # 02:00, 04:00, 06:00 by the clock

    assert night(world, SPRING, ("01:00", "07:00")) == ["00:00", "01:00", "03:00"]
    assert night(world, AUTUMN, ("01:00", "07:00")) == ["23:00", "02:00", "04:00"]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_working_day_keeps_its_clock_across_the_change(world, day):
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    world.now = at("00:00", before)

    found = world.slots(TALK, [MOTHER], "on_site", at("00:00", before), at("23:00", after), MARIA)
    starts = [start.astimezone(SOFIA) for start, _ in found]

    assert len(starts) == 3 * 15
    assert {s.date() for s in starts if f"{s:%H:%M}" == "09:00"} == {before, day, after}
    assert {s.date() for s in starts if f"{s:%H:%M}" == "16:00"} == {before, day, after}


def test_session_through_the_autumn_overlap_lasts_its_minutes(world):
    world.now = at("12:00", AUTUMN - timedelta(days=1))
    world.specialists[0].availability = daily("00:00", "09:00")

    booking = world.book(TALK, at("03:30", AUTUMN), MARIA, [MOTHER], "phone")

    assert booking.end == at("03:30", AUTUMN, fold=1)


# The limits of the model


@pytest.mark.parametrize(
    ("modality", "named"),
    [
        ("phone", {"room": SMALL}),
        ("on_site", {"vehicle": CAR}),
        ("phone", {"colleagues": [ELENA]}),
        ("field", {"colleagues": [MARIA]}),
        ("field", {"colleagues": []}),
    ],
)
def test_senseless_requests_are_outside_the_model(world, modality, named):
    with pytest.raises(ValueError):
        world.why_not(TALK, at("10:00"), MARIA, [MOTHER], modality, **named)


def test_nobody_is_booked_twice_at_once(world):
    with pytest.raises(ValueError):
        world.why_not(TALK, at("10:00"), MARIA, [MOTHER, MOTHER], "phone")


@pytest.mark.parametrize(
    "start",
    [datetime(2027, 1, 11, 10), at("10:00").astimezone(SOFIA), at("10:00:30")],  # noqa: DTZ001 - naive on purpose
)
def test_instants_are_whole_minutes_in_utc(world, start):
    with pytest.raises(ValueError):
        world.why_not(TALK, start, MARIA, [MOTHER], "phone")
