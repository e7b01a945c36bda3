"""The toy library: each toy with one family at a time."""

from datetime import timedelta

import pytest

from base import clock
from people.models import Person, Role
from people.policies import staff
from rooms import errors, lending, selectors
from rooms.models import Loan
from scheduling import verifying
from scheduling.errors import InvalidInterval, ResourceUnavailable
from scheduling.models import Resource
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday_morning():
    with clock.frozen(at(MONDAY, 10)):
        yield


def day(number: int, hour: int = 10):
    return clock.frozen(at(MONDAY + number * DAY, hour))


@pytest.fixture
def centre(db):
    return building.centre()


@pytest.fixture
def by(centre):
    return building.user(centre, Role.Name.COORDINATOR)


@pytest.fixture
def toy(centre) -> Resource:
    return building.place(centre, kind=Resource.Kind.TOY)


@pytest.fixture
def mother(centre) -> Person:
    return building.person(centre)


@pytest.fixture
def lent(toy, mother, by) -> Loan:
    """For a week."""
    return lending.lend(toy, mother, due_on=MONDAY + 7 * DAY, by=by)


def lend_again(loan: Loan, by) -> Loan:
    other = building.person(loan.person.centre)
    return lending.lend(loan.toy, other, due_on=clock.today() + DAY, by=by)


def overdue(by) -> list[Loan]:
    today = clock.today()
    loans = selectors.lent(selectors.loans_of(staff(by)))
    return [loan for loan in loans if loan.is_overdue_on(today)]


@pytest.mark.parametrize("number", [0, 6, 7, 8, 300])
def test_toy_is_with_one_family_at_a_time(lent, by, number):
    """Also when it should have come back."""
    with day(number, 12), pytest.raises(ResourceUnavailable):
        lend_again(lent, by)


def test_two_toys_are_lent_at_once(centre, lent, mother, by):
    other = building.place(centre, kind=Resource.Kind.TOY)

    lending.lend(other, mother, due_on=MONDAY + DAY, by=by)

    assert selectors.lent(Loan.objects.all()).count() == 2


@pytest.mark.parametrize("number", [0, 2, 7, 30])
def test_toy_that_came_back_can_be_lent_at_once(lent, by, number):
    with day(number):
        lending.take_back(lent, by=by)
        again = lend_again(lent, by)

    assert again.lent_on == MONDAY + number * DAY


def test_loan_keeps_the_day_it_ended(lent, by):
    with day(3):
        lending.take_back(lent, by=by)

    lent.refresh_from_db()
    assert lent.returned_on == MONDAY + 3 * DAY


def test_toy_is_not_returned_twice(lent, by):
    lending.take_back(lent, by=by)

    with pytest.raises(errors.NotLent):
        lending.take_back(lent, by=by)


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_loan_lasts_a_day_at_least_and_sixty_at_most(toy, mother, by, days):
    with pytest.raises(InvalidInterval):
        lending.lend(toy, mother, due_on=MONDAY + days * DAY, by=by)


@pytest.mark.parametrize("days", [1, 60])
def test_shortest_and_longest_loans_are_lent(toy, mother, by, days):
    loan = lending.lend(toy, mother, due_on=MONDAY + days * DAY, by=by)

    assert loan.due_on == MONDAY + days * DAY


@pytest.mark.parametrize(("number", "late"), [(6, False), (7, False), (8, True)])
def test_loan_is_overdue_after_its_day(lent, by, number, late):
    with day(number):
        assert overdue(by) == [lent] * late


def test_returned_loan_is_not_overdue(lent, by):
    with day(9):
        lending.take_back(lent, by=by)
        assert overdue(by) == []


def test_loans_come_by_the_day_they_are_due(centre, mother, by):
    made = [
        lending.lend(
            building.place(centre, kind=Resource.Kind.TOY), mother, due_on=MONDAY + n * DAY, by=by
        )
        for n in (5, 2, 9)
    ]

    assert list(selectors.lent(selectors.loans_of(staff(by)))) == [made[1], made[0], made[2]]


@pytest.mark.parametrize("number", [0, 3, 9])
def test_what_a_loan_holds_agrees(lent, by, number):
    with day(number):
        lending.take_back(lent, by=by)

    assert verifying.discrepancies() == []
