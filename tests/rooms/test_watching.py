"""What time alone brings about: ends that come near, ends that pass, units that are not free."""

from datetime import timedelta

import pytest

from base import clock
from base.models import Task
from base.services import finish_task
from people.models import Role
from rooms import reserving, services
from rooms.models import Stay
from rooms.nights import DAY
from rooms.selectors import StayLeg
from rooms.watching import watch_stays
from tests.rooms.building import ask, family, nights, resident, unit
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

Kind = Task.Kind
WARNINGS = (Kind.STAY_ENDS_60, Kind.STAY_ENDS_30, Kind.STAY_ENDS_7)
LENGTH = 100


@pytest.fixture(autouse=True)
def _monday_afternoon():
    with clock.frozen(at(MONDAY, 15)):
        yield


@pytest.fixture
def centre(db):
    return building.centre()


@pytest.fixture
def by(centre):
    return building.user(centre, Role.Name.SHELTER)


@pytest.fixture
def room(centre):
    return unit(centre)


@pytest.fixture
def stay(centre, by, room) -> Stay:
    """A family with a case, in house for a hundred nights."""
    people = family(centre)
    building.case(people[0])
    return resident(room, people, by, length=LENGTH)


def before_the_end(days: int, hour: int = 9):
    """The clock so many days before the hundred nights are over."""
    return clock.frozen(at(MONDAY + (LENGTH - days) * DAY, hour))


def watched(*days_before: int) -> None:
    for days in days_before:
        with before_the_end(days):
            watch_stays()


def tasks(stay: Stay, *kinds: str, **more) -> list[Task]:
    return list(
        Task.objects.filter(kind__in=kinds, about=f"stay:{stay.public_id}", **more).order_by("id")
    )


def opened(stay: Stay) -> list[str]:
    """The warnings that are still to be answered."""
    return [task.kind for task in tasks(stay, *WARNINGS, done_at=None)]


@pytest.mark.parametrize(
    ("days", "warned"),
    [
        (61, []),
        (60, [Kind.STAY_ENDS_60]),
        (31, [Kind.STAY_ENDS_60]),
        (30, [Kind.STAY_ENDS_30]),
        (8, [Kind.STAY_ENDS_30]),
        (7, [Kind.STAY_ENDS_7]),
        (0, [Kind.STAY_ENDS_7]),
        (-1, []),
    ],
)
def test_end_that_comes_near_is_told_in_its_time(stay, days, warned):
    watched(days)

    assert opened(stay) == warned


def test_each_warning_comes_once(stay):
    watched(60, 60, 59, 30, 30, 29, 7, 7, 6)

    assert [task.kind for task in tasks(stay, *WARNINGS)] == list(WARNINGS)


def test_case_lead_is_warned(stay):
    watched(60)

    assert [task.owner for task in tasks(stay, *WARNINGS)] == [stay.household.cases.get().lead]


def test_family_without_a_case_is_everybodys(stay):
    stay.household.cases.update(closed_on=MONDAY)

    watched(60)

    assert [task.owner for task in tasks(stay, *WARNINGS)] == [None]


def test_warning_that_was_ticked_off_is_not_opened_again(stay):
    watched(60)
    finish_task(tasks(stay, Kind.STAY_ENDS_60)[0])

    watched(59)

    assert opened(stay) == []


def test_later_warning_answers_the_one_before(stay):
    watched(60, 30)

    assert opened(stay) == [Kind.STAY_ENDS_30]


def test_new_end_is_warned_of_anew(stay, by):
    watched(60)
    with before_the_end(60):
        services.extend_stay(
            stay, stay.to_on + 10 * DAY, document_number="1", document_on=MONDAY, by=by
        )

    watched(50)

    assert [task.due_on - stay.to_on for task in tasks(stay, Kind.STAY_ENDS_60)] == [
        timedelta(),
        10 * DAY,
    ]


def test_who_has_left_is_not_warned_of(stay, by):
    watched(60)

    with before_the_end(59):
        services.check_out(stay, by=by)
        watch_stays()

    assert opened(stay) == []


@pytest.mark.parametrize(("hour", "told"), [(10, 0), (11, 1)])
def test_end_that_has_passed_is_told_from_the_hour_of_leaving(stay, hour, told):
    with before_the_end(0, hour):
        watch_stays()

    assert len(tasks(stay, Kind.STAY_OVERDUE)) == told


def test_overdue_is_told_once(stay):
    watched(-1, -2, -3)

    assert len(tasks(stay, Kind.STAY_OVERDUE)) == 1


def test_overdue_is_over_when_they_leave(stay, by):
    watched(-1)

    with before_the_end(-2):
        services.check_out(stay, by=by)

    assert tasks(stay, Kind.STAY_OVERDUE, done_at=None) == []


def reserved(centre, by, room, start: int) -> Stay:
    wanted = nights(start, 3)
    return reserving.hold_unit(ask(centre, wanted), [StayLeg(room, wanted)], reserve=True, by=by)


def test_who_reserved_a_unit_learns_that_it_is_not_free(centre, by, room, stay):
    expected = reserved(centre, other := building.user(centre, Role.Name.SHELTER), room, LENGTH)

    watched(1, -1, -2)

    assert [task.owner for task in tasks(expected, Kind.STAY_ENDANGERED)] == [other]


def test_danger_is_over_when_they_leave(centre, by, room, stay):
    expected = reserved(centre, by, room, LENGTH)
    watched(-1)

    with before_the_end(-2):
        services.check_out(stay, by=by)
        watch_stays()

    assert tasks(expected, Kind.STAY_ENDANGERED, done_at=None) == []


def test_reservation_of_another_unit_is_not_endangered(centre, by, stay):
    expected = reserved(centre, by, unit(centre), LENGTH)

    watched(-1)

    assert tasks(expected, Kind.STAY_ENDANGERED) == []


def test_family_that_has_not_moved_as_planned_endangers_a_reservation_too(centre, by, room, stay):
    services.move_stay(stay, unit(centre), on=MONDAY + 50 * DAY, by=by)
    expected = reserved(centre, by, room, 50)

    watched(50 - 1)

    assert len(tasks(expected, Kind.STAY_ENDANGERED)) == 1


def test_stays_are_counted_that_tasks_are_about(centre, by, room, stay):
    reserved(centre, by, room, LENGTH)
    counts = []
    for days in (61, 60, -1):
        with before_the_end(days):
            counts.append(watch_stays())

    assert counts == [0, 1, 2]
