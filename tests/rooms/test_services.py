"""What each command on stays does and refuses, one rule at a time; test_machine.py runs them
together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from base import clock
from base.errors import DomainError, NotFound, StaleVersion
from base.models import Task
from people.models import Centre, Person, Role, User
from people.policies import staff
from people.services import keep_apart
from rooms import errors, members, reserving, selectors, services, snapshot, upkeep
from rooms.board import Board, board
from rooms.evening import evening
from rooms.models import Absence, Extension, Occupancy, Stay
from rooms.nights import Nights
from rooms.selectors import StayLeg
from rooms.states import State, UnitNow
from scheduling import services as hours
from scheduling.errors import NoContactConflict, TooFarAhead
from scheduling.models import Booking, Modality, Resource
from scheduling.planning import Wish
from tests.rooms.building import ask, family, nights, resident, unit
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

Kind = Task.Kind
Status = Stay.Status

NOW = at(MONDAY, 15)
DAY = timedelta(days=1)


def on(days: int) -> date:
    return MONDAY + days * DAY


def later(days: int, hour: int = 15):
    """The clock some days on."""
    return clock.frozen(at(on(days), hour))


@pytest.fixture(autouse=True)
def _monday_afternoon():
    with clock.frozen(NOW):
        yield


@dataclass
class House:
    """Two units and a family: `small` has two beds and a cot, `large` four beds."""

    centre: Centre
    by: User
    small: Resource
    large: Resource
    mother: Person
    child: Person

    @property
    def people(self) -> tuple[Person, Person]:
        return self.mother, self.child

    def held(self, in_: Resource, start: int, length: int, *people: Person, **more) -> Stay:
        for_ = nights(start, length)
        asked = ask(self.centre, for_, people=people)
        return reserving.hold_unit(asked, [StayLeg(in_, for_)], by=self.by, **more)

    def requested(self, *people: Person, **more) -> Stay:
        asked = ask(self.centre, nights(1, 3), people=people, **more)
        return reserving.request_stay(asked, by=self.by)

    def resident(self, length: int = 3, in_: Resource | None = None, people=()) -> Stay:
        return resident(in_ or self.small, people or self.people, self.by, length=length)

    def now(self, resource: Resource) -> UnitNow:
        (there,) = snapshot.units([self.centre.pk], only=[resource.pk])
        return there

    def row(self, resource: Resource, length: int) -> list[str]:
        """The unit's states for so many nights from tonight."""
        there = self.now(resource)
        return [there.night(nights(n, 1).from_on)[0].value for n in range(length)]

    def board(self, shown: Nights) -> Board:
        return board([self.centre.pk], shown, staff(self.by))

    def extend(self, stay: Stay, until: date, **more) -> Stay:
        return services.extend_stay(
            stay, until, document_number="7", document_on=MONDAY, by=self.by, **more
        )

    def check_in(self, stay: Stay, *people: Person, without_papers="x", **more) -> Stay:
        return services.check_in(stay, people, without_papers=without_papers, by=self.by, **more)


@pytest.fixture
def house() -> House:
    centre = building.centre()
    mother, child = family(centre, ages=[5])
    return House(
        centre,
        building.user(centre, Role.Name.SHELTER),
        unit(centre, name="1", beds=2, cots=1),
        unit(centre, name="2", beds=4, cots=0, features=["own_bathroom"]),
        mother,
        child,
    )


def about(stay: Stay) -> str:
    return f"stay:{stay.public_id}"


def tasks(kind: str, stay: Stay) -> list[Task]:
    return list(Task.objects.filter(kind=kind, about=about(stay)))


# Refusals: each code once, by what somebody might do


def waits_twice(house: House) -> None:
    house.requested(house.mother)
    house.requested(house.child)


def is_expected_twice(house: House) -> None:
    house.held(house.small, 1, 2, house.mother)
    asked = house.requested()
    asked.members.create(person=house.mother)
    reserving.offer_unit(asked, by=house.by)


def is_in_house_twice(house: House) -> None:
    house.resident()
    house.held(house.large, 20, 2, house.mother)


def comes_to_an_occupied_unit(house: House) -> None:
    expected = house.held(house.small, 2, 2, reserve=True)
    house.resident(length=2)
    with later(2, 12):
        house.check_in(expected, *family(house.centre))


def comes_to_a_unit_not_cleaned(house: House) -> None:
    expected = house.held(house.small, 2, 2, reserve=True)
    stay = house.resident(length=2)
    with later(2, 12):
        services.check_out(stay, by=house.by)
        house.check_in(expected, *family(house.centre))


def cleans_an_occupied_unit(house: House) -> None:
    house.resident()
    upkeep.make_ready(house.small, by=house.by)


def comes_when_it_is_over(house: House) -> None:
    stay = house.held(house.small, 0, 1, *house.people, reserve=True)
    with later(1):
        house.check_in(stay)


def moves_when_it_is_over(house: House) -> None:
    stay = house.resident(length=1)
    with later(1):
        services.move_stay(stay, house.large, by=house.by)


def leaves_twice(house: House) -> None:
    stay = house.resident()
    with_child = stay.members.get(person=house.child)
    members.part_member(with_child, by=house.by)
    members.begin_absence(with_child, Absence.Kind.HOME_LEAVE, by=house.by)


def is_away_twice(house: House) -> None:
    member = house.resident().members.first()
    for _ in range(2):
        members.begin_absence(member, Absence.Kind.HOSPITAL, by=house.by)


def everybody_leaves(house: House) -> None:
    for member in house.resident().members.all():
        members.part_member(member, by=house.by)


def crowd_of_five(house: House) -> None:
    reserving.hold_unit(ask(house.centre, nights(0, 1), adults=5), by=house.by)


def asks_for(house: House, start: int, length: int) -> None:
    reserving.request_stay(ask(house.centre, nights(start, length)), by=house.by)


def brings_an_aunt_too_many(house: House) -> None:
    stay = house.resident()
    aunt = building.person(house.centre, household=house.mother.household)
    members.add_member(stay, aunt, by=house.by)


def takes_the_babys_cot(house: House) -> None:
    reserving.hold_unit(
        ask(house.centre, for_ := nights(0, 3), adults=2, ages=[0]),
        [StayLeg(house.small, for_)],
        by=house.by,
    )
    move_cot(house, on(1))


def move_cot(house: House, night: date, count: int = 1) -> None:
    upkeep.move_cots(
        house.centre,
        taken_from=house.small,
        brought_to=house.large,
        count=count,
        on=night,
        by=house.by,
    )


REFUSALS: list[tuple[type[DomainError], Callable[[House], object]]] = [
    (errors.LeavesBeforeArriving, lambda h: asks_for(h, 1, 0)),
    (errors.EndsNoLater, lambda h: h.extend(h.resident(), on(3))),
    (
        errors.BirthOutsideStay,
        lambda h: members.record_birth(
            h.resident(), given_name="Ива", family_name="Н", birth_on=on(-1), by=h.by
        ),
    ),
    (errors.StayTooLong, lambda h: asks_for(h, 0, 185)),
    (errors.NightIsPast, lambda h: asks_for(h, -1, 2)),
    (
        errors.ArrivesLater,
        lambda h: services.admit(ask(h.centre, nights(1, 2), people=h.people), by=h.by),
    ),
    (TooFarAhead, lambda h: asks_for(h, 367, 2)),
    (errors.UnitReserved, lambda h: [h.held(h.small, n, 2) for n in (0, 1)]),
    (errors.UnitTaken, comes_to_an_occupied_unit),
    (errors.NoUnitFree, crowd_of_five),
    (errors.PersonTaken, is_expected_twice),
    (errors.AlreadyInHouse, is_in_house_twice),
    (errors.AlreadyWaiting, waits_twice),
    (
        errors.UnitTooSmall,
        lambda h: reserving.offer_unit(
            h.requested(adults=3), [StayLeg(h.small, nights(1, 3))], by=h.by
        ),
    ),
    (errors.UnitTooSmall, brings_an_aunt_too_many),
    (
        errors.UnitUnsuitable,
        lambda h: reserving.offer_unit(
            h.requested(needs=["own_bathroom"]), [StayLeg(h.small, nights(1, 3))], by=h.by
        ),
    ),
    (errors.UnitOccupied, cleans_an_occupied_unit),
    (errors.UnitNotReady, comes_to_a_unit_not_cleaned),
    (errors.NothingToClean, lambda h: upkeep.make_ready(h.small, by=h.by)),
    (errors.WrongStay, lambda h: services.check_out(h.requested(), by=h.by)),
    (errors.StayIsOver, comes_when_it_is_over),
    (errors.OutsideStay, moves_when_it_is_over),
    (
        errors.OutsideStay,
        lambda h: reserving.offer_unit(
            h.requested(), [StayLeg(h.small, nights(1, 2))], by=h.by
        ),
    ),
    (errors.NobodyNamed, lambda h: h.check_in(h.held(h.small, 0, 1))),
    (errors.NobodyNamed, lambda h: h.check_in(h.held(h.small, 0, 1), h.child)),
    (
        errors.SeveralFamilies,
        lambda h: h.check_in(h.held(h.small, 0, 1), h.mother, *family(h.centre)),
    ),
    (errors.LastMember, everybody_leaves),
    (errors.NotAMember, leaves_twice),
    (errors.AlreadyAway, is_away_twice),
    (errors.NotAway, lambda h: members.end_absence(h.resident().members.first(), by=h.by)),
    (
        errors.NoPapers,
        lambda h: h.check_in(h.held(h.small, 0, 1, h.mother), without_papers=""),
    ),
    (errors.NoCotThere, lambda h: move_cot(h, on(1), count=2)),
    (errors.NoCotThere, takes_the_babys_cot),
    (
        StaleVersion,
        lambda h: reserving.confirm_stay(h.held(h.small, 0, 1), version=7, by=h.by),
    ),
    (
        NotFound,
        lambda h: reserving.offer_unit(
            h.requested(), [StayLeg(unit(building.centre()), nights(1, 3))], by=h.by
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "command"), REFUSALS, ids=[f"{n}-{r.__name__}" for n, (r, _) in enumerate(REFUSALS)]
)
def test_refusal_is_said_by_its_own_error(house, refusal, command):
    with pytest.raises(DomainError) as raised:
        command(house)

    assert type(raised.value) is refusal


def test_every_error_of_stays_is_said_somewhere():
    own = {
        error
        for error in vars(errors).values()
        if isinstance(error, type) and error.__module__ == errors.__name__
    }
    assert own - {refusal for refusal, _ in REFUSALS} == {
        errors.NotLent,  # test_lending.py
        errors.ToyTaken,
        errors.NotTogether,  # below, by what it is to the booking core
    }


def test_refusal_changes_nothing(house):
    stay = house.held(house.small, 0, 2, *house.people)

    with pytest.raises(errors.NoPapers):
        house.check_in(stay, without_papers="")

    stay.refresh_from_db()
    assert (stay.status, stay.version, Occupancy.objects.count()) == (Status.HELD, 2, 0)


# Nights


def test_exit_day_is_anothers_day_of_arrival(house):
    house.held(house.small, 2, 2)

    before, after = house.held(house.small, 0, 2), house.held(house.small, 4, 2)

    assert {before.status, after.status} == {Status.HELD}


@pytest.mark.parametrize(
    ("start", "length", "free"),
    [
        (3, 2, True),  # before, touching
        (3, 3, False),  # crossing
        (6, 1, False),  # inside
        (5, 3, False),  # equal
        (4, 6, False),  # around
        (8, 2, True),  # after, touching
    ],
)
def test_unit_is_free_only_beside_what_is_held(house, start, length, free):
    house.held(house.small, 5, 3)

    clash = house.now(house.small).clash(nights(start, length))

    assert (clash is None) == free


def test_who_comes_at_three_in_the_morning_came_last_evening(house):
    stay = house.held(house.small, 0, 2, *house.people)

    with later(1, 3):
        house.check_in(stay)

    stay.refresh_from_db()
    assert stay.from_on == MONDAY


def test_best_fit_is_held_where_no_unit_is_named(house):
    stay = reserving.hold_unit(ask(house.centre, nights(0, 2), adults=2), by=house.by)

    assert [leg.unit for leg in selectors.legs_of(stay)] == [house.small]


def test_units_are_held_in_turns(house):
    legs = [StayLeg(house.small, nights(0, 2)), StayLeg(house.large, nights(2, 3))]

    stay = reserving.hold_unit(ask(house.centre, nights(0, 5)), legs, by=house.by)

    assert selectors.legs_of(stay) == legs


def test_coming_sooner_than_planned_goes_around_no_hold_that_ran_out(house):
    """Nobody has retired it yet: it holds nothing, and must not turn a family away."""
    stay = house.held(house.small, 3, 2, *house.people, reserve=True)
    house.held(house.small, 0, 3)

    with later(2):
        house.check_in(stay)

    stay.refresh_from_db()
    assert stay.status == Status.IN_HOUSE


def test_family_is_not_turned_away_for_a_unit_it_is_to_move_to_later(house):
    """The other unit may well be empty by Friday: tonight she needs the first one (D24)."""
    house.resident(length=1, in_=house.large)
    who = family(house.centre)
    legs = [StayLeg(house.small, nights(1, 2)), StayLeg(house.large, nights(3, 2))]
    asked = ask(house.centre, nights(1, 4), people=who)
    stay = reserving.hold_unit(asked, legs, reserve=True, by=house.by)

    with later(1):
        assert house.now(house.large).state == State.OVERDUE
        house.check_in(stay)

    stay.refresh_from_db()
    assert stay.status == Status.IN_HOUSE


# Holds


def test_hold_runs_out_after_a_day(house):
    house.held(house.small, 0, 2)

    states = []
    for hour in (14, 15):
        with later(1, hour):
            states.append(house.now(house.small).state)

    assert states == [State.HELD, State.FREE]


def test_hold_that_ran_out_waits_again(house):
    stay = house.held(house.small, 0, 2)

    with later(1):
        waiting = list(selectors.waiting(Stay.objects.all()))

    assert waiting == [stay]


def test_hold_that_ran_out_tells_its_owner(house):
    stay = house.held(house.small, 0, 2)

    with later(1):
        hours.expire_holds()

    (task,) = Task.objects.filter(kind=Kind.HOLD_EXPIRED)
    assert (task.about, task.owner) == (f"stay:{stay.public_id}", house.by)


def test_hold_that_ran_out_stays_in_the_history(house):
    stay = house.held(house.small, 0, 2)

    with later(1):
        hours.expire_holds()

    stay.refresh_from_db()
    assert [change.what for change in selectors.changes_of(stay)] == ["held", "expired"]


def test_retired_hold_is_a_request(house):
    stay = house.held(house.small, 0, 2)

    with later(1):
        hours.expire_holds()

    stay.refresh_from_db()
    assert (stay.status, stay.booking) == (Status.REQUESTED, None)


def test_confirmed_hold_does_not_run_out(house):
    stay = house.held(house.small, 0, 20)
    reserving.confirm_stay(stay, by=house.by)

    with later(10):
        assert house.now(house.small).state == State.RESERVED


def test_hold_that_ran_out_cannot_be_confirmed(house):
    stay = house.held(house.small, 0, 2)

    with later(1), pytest.raises(errors.WrongStay):
        reserving.confirm_stay(stay, by=house.by)


def test_another_family_may_take_what_a_hold_left(house):
    house.held(house.small, 0, 4)

    with later(1):
        assert house.held(house.small, 0, 2).status == Status.HELD


def test_waiting_list_puts_safety_first_and_then_who_asked_first(house):
    made = []
    for minutes, in_danger in enumerate([False, False, True]):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            made.append(house.requested(in_danger=in_danger))

    assert list(selectors.waiting(Stay.objects.all())) == [made[2], made[0], made[1]]


def test_closed_request_waits_no_longer(house):
    stay = house.requested()
    reserving.close_stay(stay, Status.REFUSED, refusal=Stay.Refusal.NO_PLACE, by=house.by)

    assert list(selectors.waiting(Stay.objects.all())) == []


# In house


def test_check_in_gives_the_family_the_unit(house):
    stay = house.resident()

    assert house.now(house.small).night(MONDAY) == (State.OCCUPIED, stay.pk)


def test_check_out_leaves_a_unit_to_clean(house):
    stay = house.resident()

    services.check_out(stay, by=house.by)

    assert house.now(house.small).state == State.CLEANING


def test_check_out_frees_the_nights_that_are_left(house):
    stay = house.resident(length=5)

    with later(2):
        services.check_out(stay, by=house.by)
        assert house.row(house.small, 3) == ["cleaning", "free", "free"]


def test_ready_makes_the_unit_free(house):
    services.check_out(house.resident(), by=house.by)

    upkeep.make_ready(house.small, by=house.by)

    assert house.now(house.small).state == State.FREE


def test_overdue_family_still_has_its_unit(house):
    stay = house.resident(length=2)

    with later(9):
        assert house.now(house.small).night(on(9)) == (State.OVERDUE, stay.pk)


@pytest.mark.parametrize(("hour", "state"), [(10, State.OCCUPIED), (11, State.OVERDUE)])
def test_stay_is_overdue_from_the_hour_of_leaving(house, hour, state):
    house.resident(length=2)

    with later(2, hour):
        assert house.now(house.small).state == state


def test_nobody_is_put_where_somebody_is_overdue(house):
    house.resident(length=2)

    with later(2), pytest.raises(errors.UnitTaken):
        house.held(house.small, 100, 1)


def test_overdue_nights_are_not_added_to_the_stay(house):
    stay = house.resident(length=2)

    with later(5):
        services.check_out(stay, by=house.by)

    stay.refresh_from_db()
    assert stay.to_on == on(2)


def test_overdue_unit_is_cleaned_after_it(house):
    stay = house.resident(length=2)

    with later(5):
        services.check_out(stay, by=house.by)
        assert house.now(house.small).state == State.CLEANING


def test_reservation_behind_an_overdue_stay_is_endangered(house):
    house.resident(length=2)
    expected = house.held(house.small, 3, 2, reserve=True)

    with later(2):
        assert [leg.stay_id for leg in house.now(house.small).endangered()] == [expected.pk]


def test_extension_makes_an_overdue_stay_a_stay_again(house):
    stay = house.resident(length=2)

    with later(5):
        house.extend(stay, on(8))
        assert house.row(house.small, 4) == ["occupied", "occupied", "occupied", "free"]


def test_extension_stops_at_a_reservation_and_says_so(house):
    stay = house.resident(length=2)
    expected = house.held(house.small, 3, 2)

    with pytest.raises(errors.UnitReserved) as raised:
        house.extend(stay, on(4))

    assert raised.value.facts["stay"] == expected.public_id


def test_extension_up_to_a_reservation_is_granted(house):
    stay = house.resident(length=2)
    house.held(house.small, 3, 2)

    house.extend(stay, on(3))

    assert house.row(house.small, 4) == ["occupied", "occupied", "occupied", "held"]


def test_extension_may_be_for_six_months(house):
    stay = house.extend(house.resident(length=2), date(2027, 9, 3))

    assert stay.to_on == date(2027, 9, 3)


def test_extension_is_for_six_months_at_most(house):
    with pytest.raises(errors.StayTooLong):
        house.extend(house.resident(length=2), date(2027, 9, 4))


def test_extension_keeps_its_document(house):
    house.extend(house.resident(length=2), on(4))

    (kept,) = Extension.objects.all()
    assert (kept.was_until, kept.until, kept.document_number) == (on(2), on(4), "7")


def test_board_counts_the_days_until_the_end_that_was_agreed_last(house):
    stay = house.resident(length=2)
    house.extend(stay, on(30))

    found = house.board(nights(0, 1))

    assert found.lines[0].spans[0].ends_in == 30


def test_board_of_the_past_still_says_what_the_unit_is_now(house):
    with later(10):
        house.resident()
        found = house.board(Nights(on(2), on(5)))
        assert found.lines[0].state == State.OCCUPIED


def test_planned_move_that_nobody_made_is_overdue(house):
    stay = house.resident(length=5)
    services.move_stay(stay, house.large, on=on(2), by=house.by)

    with later(2):
        assert house.now(house.small).state == State.OVERDUE
        assert house.now(house.large).state == State.RESERVED


@pytest.mark.parametrize(("days", "unit"), [(0, "2"), (1, "1"), (2, "2")])
def test_who_is_late_is_told_tonight_s_unit(house, days, unit):
    for_ = nights(0, 4)
    turns = [
        StayLeg(house.large, nights(0, 1)),
        StayLeg(house.small, nights(1, 1)),
        StayLeg(house.large, nights(2, 2)),
    ]
    reserving.hold_unit(ask(house.centre, for_), turns, reserve=True, by=house.by)

    with later(days):
        (arrival,) = evening(staff(house.by)).arrivals

    assert arrival.unit.name == unit


def test_who_is_late_moves_for_the_nights_ahead(house):
    """The cots of nights that are over are nobody's concern."""
    asked = ask(house.centre, nights(0, 5), people=house.people, adults=2, ages=(0,))
    stay = reserving.hold_unit(
        asked, [StayLeg(house.large, nights(0, 5))], reserve=True, by=house.by
    )

    with later(2):
        moved = services.move_stay(stay, house.small, by=house.by)

    legs = [(leg.unit, leg.nights) for leg in selectors.legs_of(moved)]
    assert legs == [
        (house.large, Nights(on(0), on(2))),
        (house.small, Nights(on(2), on(5))),
    ]


def test_reservation_that_is_over_is_not_moved(house):
    stay = house.held(house.large, 0, 2, *house.people, reserve=True)

    with later(2), pytest.raises(errors.OutsideStay):
        services.move_stay(stay, house.small, by=house.by)


def test_unit_nobody_moved_to_was_not_slept_in(house):
    """The stay held it, but they stayed where they were until they left."""
    stay = house.resident(length=5)
    services.move_stay(stay, house.large, on=on(1), by=house.by)

    with later(3):
        services.check_out(stay, by=house.by)
        found = house.board(Nights(MONDAY, on(3)))

    row = [(span.state.value, len(span.nights)) for span in found.lines[1].spans]
    assert row == [("free", 1)] * 3


def test_move_tonight_leaves_the_old_unit_to_clean(house):
    stay = house.resident()

    services.move_stay(stay, house.large, by=house.by)

    assert (house.now(house.small).state, house.now(house.large).state) == (
        State.CLEANING,
        State.OCCUPIED,
    )


def test_repair_that_is_over_sooner_was_a_repair_till_then(house):
    upkeep.take_out_of_service(house.small, nights(0, 6), by=house.by)

    with later(2):
        upkeep.put_in_service(house.small, by=house.by)
        found = house.board(Nights(MONDAY, on(4)))

    row = [span.state.value for span in found.lines[0].spans for _ in range(len(span.nights))]
    assert row == ["out_of_service", "out_of_service", "free", "free"]


# Who is in it


def test_birth_is_never_refused_for_want_of_a_bed(house):
    stay = house.resident()

    for name in ("Лъчо", "Ясен", "Ива"):
        members.record_birth(stay, given_name=name, family_name="Н", by=house.by)

    assert len(selectors.members_of(stay)) == 5


def test_newborn_is_of_the_family_from_tonight(house):
    stay = house.resident()

    with later(1):
        born = members.record_birth(stay, given_name="Ива", family_name="Н", by=house.by)

    assert (born.person.household, born.joined_on) == (house.mother.household, on(1))


@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, True), (2, True), (3, False)])
def test_birth_lies_between_arriving_and_today(house, days, fits):
    stay = house.resident(length=5)

    with later(2):
        told = {"given_name": "Ива", "family_name": "Н", "birth_on": on(days)}
        if fits:
            assert members.record_birth(stay, **told, by=house.by).person.birth_on == on(days)
        else:
            with pytest.raises(errors.BirthOutsideStay):
                members.record_birth(stay, **told, by=house.by)


def test_newborn_leaves_no_bed_for_another(house):
    aunt = building.person(house.centre, household=house.mother.household)
    stay = house.resident(people=[house.mother])
    for name in ("Лъчо", "Ясен"):
        members.record_birth(stay, given_name=name, family_name="Н", by=house.by)

    with pytest.raises(errors.UnitTooSmall):
        members.add_member(stay, aunt, by=house.by)


def test_overdue_unit_has_no_more_beds_than_before(house):
    aunt = building.person(house.centre, household=house.mother.household)
    stay = house.resident(length=1)

    with later(2), pytest.raises(errors.UnitTooSmall):
        members.add_member(stay, aunt, by=house.by)


def test_no_child_is_left_alone(house):
    stay = house.resident(people=family(house.centre, ages=[7]))
    mother = next(m for m in selectors.members_of(stay) if not m.person.is_child_on(MONDAY))

    with pytest.raises(errors.LastMember):
        members.part_member(mother, by=house.by)


def test_extension_ends_after_tonight(house):
    stay = house.resident(length=1)

    with later(3), pytest.raises(errors.LeavesBeforeArriving):
        house.extend(stay, on(3))


def test_cot_of_an_overdue_baby_stays_where_it_is(house):
    """No night of the unit is hers any more by the agreement, and she sleeps there still."""
    unit_of_two = unit(house.centre, beds=1)
    house.resident(length=1, in_=unit_of_two, people=family(house.centre, ages=[0]))

    with later(3), pytest.raises(errors.NoCotThere):
        upkeep.move_cots(
            house.centre, taken_from=unit_of_two, brought_to=None, count=1, on=on(3), by=house.by
        )


@pytest.mark.parametrize("kind", Absence.Kind)
def test_unit_stays_theirs_while_somebody_is_away(house, kind):
    stay = house.resident()
    for member in stay.members.all():
        members.begin_absence(member, kind, by=house.by)

    assert house.row(house.small, 4) == ["occupied", "occupied", "occupied", "free"]


def test_check_out_ends_absences(house):
    stay = house.resident()
    members.begin_absence(stay.members.first(), Absence.Kind.HOSPITAL, by=house.by)

    services.check_out(stay, by=house.by)

    assert Absence.objects.get().ended_at == NOW


def test_who_left_may_come_back_the_same_day(house):
    stay = house.resident()
    members.part_member(stay.members.get(person=house.child), by=house.by)

    members.add_member(stay, house.child, by=house.by)

    assert {member.person for member in selectors.members_of(stay)} == set(house.people)


def test_who_was_expected_and_did_not_come_is_not_in_house(house):
    stay = house.held(house.small, 0, 2, *house.people)

    house.check_in(stay, house.mother)

    assert [member.person for member in selectors.members_of(stay)] == [house.mother]


def test_family_is_discreet_from_its_request_on(house):
    house.requested(house.mother)

    house.mother.household.refresh_from_db()
    assert house.mother.household.is_discreet


def test_family_unknown_till_the_door_is_discreet_from_there_on(house):
    house.check_in(house.held(house.small, 0, 1), house.mother)

    house.mother.household.refresh_from_db()
    assert house.mother.household.is_discreet


# Papers, as D7 has it


def test_stay_without_papers_is_a_task_for_two_weeks(house):
    stay = house.resident()

    (task,) = tasks(Kind.MISSING_PAPERS, stay)
    assert (task.due_on, task.owner) == (on(14), house.by)


def test_papers_are_the_case_leads_to_complete(house):
    case = building.case(house.mother)

    stay = house.resident()

    assert [task.owner for task in tasks(Kind.MISSING_PAPERS, stay)] == [case.lead]


def test_stay_with_papers_is_no_task(house):
    building.case(house.mother)

    stay = house.check_in(house.held(house.small, 0, 1, *house.people), without_papers="")

    assert tasks(Kind.MISSING_PAPERS, stay) == []


# Those who must not meet, as D11 has it


@dataclass
class Site:
    """A father who must not meet the mother, and an hour on site for him."""

    father: Person
    wish: Callable[[int], Wish]
    by: User

    def book(self, day: int) -> Booking:
        return hours.book(self.wish(day), by=self.by)


@pytest.fixture
def site(house: House) -> Site:
    talk = building.service(house.centre)
    lead = building.specialist(house.centre, [talk])
    building.place(house.centre, [talk])
    father = building.person(house.centre)
    building.apart(father, house.mother)

    def wish(day: int) -> Wish:
        when = at(on(day), 10)
        return Wish(talk, when, lead, (father,), Modality.ON_SITE, without_papers="x")

    return Site(father, wish, house.by)


def hours_to_move() -> set[str]:
    return set(Task.objects.filter(kind=Kind.KEPT_APART).values_list("about", flat=True))


@pytest.mark.parametrize("length", [10, 3])
def test_nobody_gets_an_hour_where_the_other_lives(house, site, length):
    """Also when her stay should have ended, and nobody checked her out."""
    house.resident(length=length)

    with later(4), pytest.raises(NoContactConflict):
        site.book(8)


def test_hour_is_given_after_the_other_has_left(house, site):
    stay = house.resident(length=10)

    with later(4):
        services.check_out(stay, by=house.by)
        assert site.book(8).status == Booking.Status.CONFIRMED


def test_who_joined_an_overdue_stay_is_there_too(house, site):
    who = family(house.centre)
    building.apart(site.father, sister := building.person(house.centre, household=who[0].household))
    stay = house.resident(length=2, people=who)

    with later(3):
        members.add_member(stay, sister, by=house.by)
        with pytest.raises(NoContactConflict):
            site.book(8)


def test_two_kept_apart_never_live_there_at_once(house, site):
    house.resident()

    with pytest.raises(NoContactConflict):
        house.held(house.large, 1, 2, site.father)


def test_two_kept_apart_may_live_there_one_after_the_other(house, site):
    house.resident(length=3)

    assert house.held(house.large, 3, 2, site.father).status == Status.HELD


def test_nobody_moves_in_while_the_other_is_overdue(house, site):
    house.resident(length=2)

    with later(4), pytest.raises(NoContactConflict):
        house.held(house.large, 2, 2, site.father)


def test_two_kept_apart_are_no_family_of_one_stay(house, site):
    site.father.household = house.mother.household
    site.father.save()

    with pytest.raises(NoContactConflict):
        house.held(house.large, 0, 1, house.mother, site.father)


def test_hours_of_the_other_are_to_be_moved(house, site):
    during, _after = site.book(3), site.book(9)

    house.resident(length=5)

    assert hours_to_move() == {f"booking:{during.public_id}"}


def test_hours_during_an_extension_are_to_be_moved(house, site):
    stay = house.resident(length=2)
    during = site.book(3)

    house.extend(stay, on(5))

    assert hours_to_move() == {f"booking:{during.public_id}"}


def test_hours_are_to_be_moved_when_the_two_are_kept_apart_later(house, site):
    other = building.person(house.centre)
    during = site.book(3)
    house.resident(length=5, people=(other,))

    keep_apart(site.father, other)

    assert hours_to_move() == {f"booking:{during.public_id}"}
