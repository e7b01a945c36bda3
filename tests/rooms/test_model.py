"""The model itself, on examples worked out by hand: it judges the program, so who judges it?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.rooms.model import (
    SOFIA,
    House,
    Leg,
    Party,
    Person,
    Refused,
    Stay,
    Unit,
    departure,
    night_of,
)

ANNA = Person("Anna", date(1990, 1, 1), "A")
BABY = Person("Baby", date(2026, 6, 1), "A")
VERA = Person("Vera", None, "V")
ONE = Party(1)


def at(day: int, hour: int = 12, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=SOFIA)


def on(day: int, month: int = 3) -> date:
    return date(2027, month, day)


@pytest.fixture
def house() -> House:
    """Midday of 10 March; a small unit with a cot and a big one without."""
    house = House(at(10))
    house.add_unit(Unit("one", "family", 2), cots=1)
    house.add_unit(Unit("two", "family", 4, frozenset({"lift"})))
    return house


def held(
    house: House, unit: str, from_on: date, to_on: date, *, party: Party = ONE, reserve: bool = True
) -> Stay:
    stay = house.request(party, from_on, to_on)
    house.hold(stay, [Leg(unit, from_on, to_on)], confirmed=reserve)
    return stay


def in_house(house: House, unit: str, to_on: date, who: Person = ANNA) -> Stay:
    stay = held(house, unit, house.tonight, to_on)
    house.check_in(stay, [who])
    return stay


def code(call, *args, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **named)
    return refused.value.code


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (at(10, 5, 59), on(9)),
        (at(10, 6), on(10)),
        (at(11, 0), on(10)),
        (at(28, 5, 59), on(27)),  # the night without 03:30
        (at(28, 6), on(28)),
        (at(31, 3, 30, month=10).replace(fold=1), on(30, 10)),  # the night that has it twice
        (at(31, 5, 59, month=10), on(30, 10)),
        (at(31, 6, month=10), on(31, 10)),
    ],
)
def test_a_night_lasts_until_six_by_the_wall(moment: datetime, night: date) -> None:
    assert night_of(moment.astimezone(UTC)) == night


def test_who_comes_at_three_in_the_morning_stays_since_last_evening(house: House) -> None:
    stay = held(house, "one", on(10), on(12))
    house.now = at(11, 3)
    house.check_in(stay, [ANNA])
    assert (stay.from_on, house.state("one")) == (on(10), ("occupied", False))
    house.now = at(12, 10)
    house.check_out(stay)
    assert house.occupied_nights(on(1), on(31)) == {"one": 2, "two": 0}


def test_the_departure_day_is_free_for_another(house: House) -> None:
    held(house, "one", on(12), on(14))
    assert code(held, house, "one", on(13), on(15)) == "resource_unavailable"
    held(house, "one", on(14), on(15))
    held(house, "one", on(11), on(12))
    assert house.board(on(10), 6)["one"] == ["free", *["reserved"] * 4, "free"]
    assert house.free_counts(on(10), 6) == [2, 1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("from_on", "to_on", "refused"),
    [
        (on(12), on(12), "leaves_before_arriving"),
        (on(31), on(1, month=10), "stay_too_long"),  # until 30 September
        (on(9), on(12), "past_start"),
        (date(2028, 3, 11), date(2028, 3, 12), "too_far_ahead"),  # 367 days
    ],
)
def test_dates_are_refused(house: House, from_on: date, to_on: date, refused: str) -> None:
    assert code(house.request, ONE, from_on, to_on) == refused
    assert house.stays == []


@pytest.mark.parametrize(
    ("from_on", "to_on"),
    [(on(31), on(30, month=9)), (on(10), on(11)), (date(2028, 3, 10), date(2028, 3, 11))],
)
def test_the_farthest_dates_are_accepted(house: House, from_on: date, to_on: date) -> None:
    assert house.request(ONE, from_on, to_on).status == "requested"


def test_an_overdue_stay_takes_its_unit_for_ever(house: House) -> None:
    late = in_house(house, "one", on(12))
    next_one = held(house, "one", on(13), on(15))
    house.now = at(12, 10, 59)
    assert house.state("one") == ("occupied", False)
    assert house.availability(ONE, on(12), on(13)) == [("one", on(13)), ("two", None)]
    assert house.endangered() == []
    house.now = at(12, 11)
    assert house.state("one") == ("occupied", True)
    assert house.availability(ONE, on(1, 9), on(2, 9)) == [("two", None)]
    assert house.endangered() == [next_one]
    assert house.board(on(11), 6)["one"] == [
        "occupied", "overdue", "reserved", "reserved", "overdue", "overdue",
    ]  # fmt: skip
    house.now = at(13)
    assert code(house.check_in, next_one, [VERA]) == "resource_unavailable"
    house.check_out(late)
    assert code(house.check_in, next_one, [VERA]) == "unit_not_ready"
    house.ready("one")
    house.check_in(next_one, [VERA])
    assert house.board(on(11), 5)["one"] == [*["occupied"] * 4, "free"]


def test_cleaning_takes_tonight_only(house: House) -> None:
    stay = in_house(house, "one", on(13))
    assert code(house.ready, "one") == "unit_occupied"
    house.now = at(11)
    house.check_out(stay)
    assert house.state("one") == ("cleaning", False)
    assert code(held, house, "one", on(11), on(12)) == "resource_unavailable"
    held(house, "one", on(12), on(13))
    assert house.board(on(10), 4)["one"] == ["occupied", "cleaning", "reserved", "free"]
    house.ready("one")
    assert house.state("one") == ("free", False)
    assert code(house.ready, "one") == "nothing_to_clean"


def test_a_baby_without_a_cot_needs_a_bed(house: House) -> None:
    party = Party(1, (1, 7))
    assert house.availability(party, on(12), on(20)) == [("one", None), ("two", None)]
    house.move_cots("one", "two", 1, on(15))
    assert house.availability(party, on(12), on(15)) == [("one", None), ("two", None)]
    assert house.availability(party, on(12), on(16)) == [("two", None)]
    assert code(held, house, "one", on(14), on(16), party=party) == "unit_too_small"
    held(house, "one", on(13), on(15), party=party)


def test_a_unit_must_suit(house: House) -> None:
    lift = Party(1, needs=frozenset({"lift"}))
    assert code(held, house, "one", on(12), on(13), party=lift) == "unit_unsuitable"
    assert (
        code(held, house, "two", on(12), on(13), party=Party(1, kind="single")) == "unit_unsuitable"
    )
    assert code(held, house, "one", on(12), on(13), party=Party(3)) == "unit_too_small"


def test_two_units_do_where_none_is_free_throughout(house: House) -> None:
    held(house, "one", on(16), on(20))
    held(house, "two", on(11), on(14))
    assert house.combination(ONE, on(14), on(16)) == []
    assert house.combination(ONE, on(12), on(18)) == [
        Leg("one", on(12), on(16)),
        Leg("two", on(16), on(18)),
    ]
    held(house, "two", on(16), on(17))
    assert house.combination(ONE, on(12), on(18)) == []


def test_a_combination_has_three_legs_at_most(house: House) -> None:
    for unit, day in [("two", 12), ("one", 13), ("two", 14), ("one", 15)]:
        held(house, unit, on(day), on(day + 1))
    assert house.combination(ONE, on(12), on(15)) == [
        Leg("one", on(12), on(13)),
        Leg("two", on(13), on(14)),
        Leg("one", on(14), on(15)),
    ]
    assert house.combination(ONE, on(12), on(16)) == []


def test_nearest_is_the_next_first_night(house: House) -> None:
    held(house, "one", on(12), on(14))
    held(house, "two", on(11), on(18))
    assert house.nearest(ONE, on(12), on(14)) == on(14)
    assert house.nearest(Party(3), on(12), on(14)) == on(18)
    assert house.nearest(Party(5), on(12), on(14)) is None


def test_an_expired_hold_is_a_request_again(house: House) -> None:
    stay = house.request(ONE, on(12), on(14), "A")
    house.hold(stay, [Leg("one", on(12), on(14))], [ANNA])
    other = house.request(ONE, on(12), on(14), safety=True)
    house.now = at(11, 11, 59)
    assert house.waiting() == [other]
    house.now = at(11)
    assert code(house.confirm, stay) == "wrong_status"
    assert house.waiting() == [other, stay]
    assert house.board(on(12), 1)["one"] == ["free"]
    assert code(house.request, ONE, on(20), on(21), "A") == "already_waiting"
    house.hold(other, [Leg("one", on(12), on(14))], [ANNA], confirmed=True)
    assert code(house.hold, stay, [Leg("two", on(12), on(14))], [ANNA]) == "resource_unavailable"


@pytest.mark.parametrize(
    ("held_at", "expires_at"),
    [(at(27), at(28, 13)), (at(30, month=10), at(31, 11, month=10))],
)
def test_a_hold_lasts_24_hours_over_the_clock_change(
    held_at: datetime, expires_at: datetime
) -> None:
    house = House(held_at)
    house.add_unit(Unit("one", "family", 2))
    stay = held(house, "one", house.tonight, house.tonight + timedelta(days=3), reserve=False)
    assert stay.hold_expires_at == expires_at.astimezone(UTC)


def test_she_is_overdue_from_eleven_after_the_clock_change() -> None:
    assert departure(on(28)) == datetime(2027, 3, 28, 8, tzinfo=UTC)
    assert departure(on(31, month=10)) == datetime(2027, 10, 31, 9, tzinfo=UTC)


def test_the_nights_of_the_clock_changes_count_once() -> None:
    house = House(at(26))
    house.add_unit(Unit("one", "family", 2))
    stay = in_house(house, "one", on(1, month=4))
    house.now = at(29)
    house.check_out(stay)
    house.now = at(30, month=10)
    house.ready("one")
    in_house(house, "one", on(2, month=11))
    house.now = at(1, month=11)
    assert house.occupied_nights(on(1), on(1, month=12)) == {"one": 3 + 2}


def test_moving_tonight_leaves_a_unit_to_clean(house: House) -> None:
    stay = in_house(house, "one", on(15))
    house.now = at(12)
    house.move(stay, "two", on(12))
    assert stay.legs == [Leg("one", on(10), on(12)), Leg("two", on(12), on(15))]
    assert (house.state("one")[0], house.state("two")[0]) == ("cleaning", "occupied")
    assert code(house.move, stay, "one", on(12)) == "unit_not_ready"
    assert code(house.move, stay, "one", on(15)) == "outside_stay"
    assert house.occupied_nights(on(1), on(31)) == {"one": 2, "two": 0}


def test_a_planned_move_not_carried_out_makes_the_old_unit_overdue(house: House) -> None:
    stay = in_house(house, "one", on(15))
    house.move(stay, "two", on(12))
    assert house.board(on(11), 2) == {"one": ["occupied", "free"], "two": ["free", "occupied"]}
    house.now = at(12)
    assert house.state("one") == ("occupied", True)
    assert code(held, house, "one", on(14), on(15)) == "resource_unavailable"
    house.move(stay, "two", on(12))
    house.ready("one")
    assert house.state("one") == ("free", False)


def test_extending_stops_at_a_reservation_of_another(house: House) -> None:
    stay = in_house(house, "one", on(12))
    held(house, "one", on(15), on(17))
    assert code(house.extend, stay, on(16)) == "resource_unavailable"
    assert code(house.extend, stay, on(12)) == "leaves_before_arriving"
    assert code(house.extend, stay, on(13, month=9)) == "stay_too_long"
    house.now = at(13)
    house.extend(stay, on(15))
    assert house.state("one") == ("occupied", False)
    assert stay.documents == [(on(12), on(15))]
    assert house.board(on(12), 4)["one"] == [*["occupied"] * 3, "reserved"]


def test_coming_early_needs_the_nights_before(house: House) -> None:
    stay = held(house, "one", on(12), on(14))
    between = held(house, "one", on(11), on(12))
    assert code(house.check_in, stay, [ANNA]) == "resource_unavailable"
    house.close(between, "withdrawn")
    house.check_in(stay, [ANNA])
    assert stay.legs == [Leg("one", on(10), on(14))]


def test_coming_late_drops_what_has_passed(house: House) -> None:
    stay = house.request(ONE, on(11), on(15))
    legs = [Leg("one", on(11), on(12)), Leg("two", on(12), on(15))]
    house.hold(stay, legs, confirmed=True)
    house.now = at(13)
    assert code(house.check_in, stay) == "nobody_named"
    assert code(house.check_in, stay, [BABY]) == "nobody_named"
    assert code(house.check_in, stay, [ANNA, VERA]) == "several_families"
    house.check_in(stay, [ANNA, BABY])
    assert stay.legs == [Leg("two", on(13), on(15))]


def test_nobody_comes_after_the_last_night(house: House) -> None:
    stay = held(house, "one", on(10), on(12))
    house.now = at(12, 5, 59)
    assert code(house.check_in, stay, []) == "nobody_named"
    house.now = at(12, 6)
    assert code(house.check_in, stay, [ANNA]) == "stay_is_over"
    house.close(stay, "did_not_come")
    assert house.waiting() == []


def test_a_birth_is_never_refused_but_a_newcomer_is(house: House) -> None:
    stay = in_house(house, "one", on(12))
    house.add_member(stay, BABY)
    twins = [house.birth(stay, name) for name in ("Left", "Right")]
    assert code(house.add_member, stay, VERA) == "several_families"
    assert code(house.add_member, stay, Person("Aunt", household="A")) == "unit_too_small"
    for child in (BABY, *twins):
        house.member_leaves(stay, child)
    assert code(house.member_leaves, stay, ANNA) == "last_member"
    assert code(house.add_member, stay, ANNA) == "already_in_house"


def test_a_guest_cannot_be_expected_elsewhere(house: House) -> None:
    stay = in_house(house, "one", on(12))
    legs = [Leg("two", on(20), on(21))]
    again = house.request(ONE, on(20), on(21))
    assert code(house.hold, again, legs, [ANNA]) == "already_in_house"
    assert (again.status, again.legs) == ("requested", [])
    house.check_out(stay)
    house.hold(again, legs, [ANNA])


def test_an_expired_hold_keeps_who_is_expected(house: House) -> None:
    stay = house.request(ONE, on(12), on(14), "A", [ANNA])
    house.hold(stay, [Leg("one", on(12), on(14))])
    house.now = at(12)
    house.hold(stay, confirmed=True)
    house.check_in(stay)
    assert stay.present() == [ANNA]


def test_cots_that_babies_sleep_in_stay(house: House) -> None:
    held(house, "one", on(12), on(14), party=Party(2, (0,)))
    assert code(house.move_cots, "one", "two", 1, on(13)) == "no_cot_there"
    house.move_cots("one", "two", 1, on(14))
    assert code(house.move_cots, "one", "two", 1, on(10)) == "no_cot_there"


def test_all_that_is_wrong_is_said(house: House) -> None:
    in_house(house, "one", on(12))
    stay = house.request(Party(3), on(11), on(14))
    with pytest.raises(Refused) as refused:
        house.hold(stay, [Leg("one", on(11), on(14))], [ANNA])
    assert refused.value.codes == {"unit_too_small", "resource_unavailable", "already_in_house"}


def test_out_of_service_ends_when_told(house: House) -> None:
    held(house, "one", on(14), on(16))
    assert code(house.out_of_service, "one", on(12), on(15)) == "resource_unavailable"
    assert code(house.out_of_service, "one", on(9), on(12)) == "past_start"
    house.out_of_service("one", on(10), on(14))
    assert house.state("one") == ("out_of_service", False)
    house.now = at(12)
    house.in_service("one")
    assert house.board(on(10), 4)["one"] == ["out_of_service", "out_of_service", "free", "free"]


def test_cleaning_does_not_keep_a_unit_in_service(house: House) -> None:
    stay = in_house(house, "one", on(12))
    house.check_out(stay)
    house.out_of_service("one", on(10), on(11))
    assert house.state("one") == ("cleaning", False)
    house.ready("one")
    assert house.state("one") == ("out_of_service", False)


def test_a_planned_return_counts_once_it_has_begun(house: House) -> None:
    stay = in_house(house, "one", on(16))
    house.move(stay, "two", on(12))
    house.move(stay, "one", on(14))
    house.now = at(13)
    assert house.state("one") == ("occupied", True)
    house.now = at(14)
    assert house.state("one") == ("occupied", False)


def test_a_reservation_that_has_passed_is_not_endangered(house: House) -> None:
    in_house(house, "one", on(12))
    expected = held(house, "one", on(13), on(14))
    house.now = at(13)
    assert house.endangered() == [expected]
    house.now = at(14)
    assert house.endangered() == []


def test_the_unit_that_is_free_longest_comes_first(house: House) -> None:
    held(house, "one", on(13), on(20))
    held(house, "two", on(15), on(16))
    house.add_unit(Unit("three", "family", 1))
    held(house, "three", on(12), on(15))
    assert house.combination(ONE, on(12), on(18)) == [
        Leg("two", on(12), on(15)),
        Leg("three", on(15), on(18)),
    ]


@pytest.mark.parametrize(("until", "found"), [(12, date(2028, 3, 12)), (13, None)])
def test_nearest_looks_366_days_ahead(house: House, until: int, found: date | None) -> None:
    for unit in ("one", "two"):
        house.out_of_service(unit, on(10), date(2028, 3, until))
    assert house.nearest(ONE, on(12), on(14)) == found


@pytest.mark.parametrize(("born_on", "fits"), [(10, False), (11, True)])
def test_a_child_needs_a_bed_from_the_second_birthday(
    house: House, born_on: int, fits: bool
) -> None:
    children = [Person(name, date(2025, 3, born_on), "A") for name in ("One", "Two")]
    stay = held(house, "one", on(10), on(12))
    if fits:
        house.check_in(stay, [ANNA, *children])  # one in the cot, one in the bed
    else:
        assert code(house.check_in, stay, [ANNA, *children]) == "unit_too_small"
