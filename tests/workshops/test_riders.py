"""Who rides: weight, medical clearance, how, and who may know of it (D16)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from base.models import Task
from base.services import finish_task
from people.models import AccessRecord, KinshipWall, Person, Role, User
from tests.desk.test_pages import browser
from tests.desk.test_stay_pages import plain
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem
from tests.workshops import building as made
from tests.workshops.test_stable import horse
from workshops import arena, clearances, enrolling, riders
from workshops.clearances import Lack
from workshops.models import Clearance, Rider, Riding, Weighing
from workshops.riding_errors import (
    ClearanceAhead,
    ClearanceTooLong,
    ClearanceWithdrawn,
    PrefersAvoided,
    WeighedAhead,
    WeightImplausible,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
A_YEAR_LATER = date(2028, 2, 29)
"""The last day of what was written on 1 March 2027."""


class School:
    """A group that rides, with a child in it."""

    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.leader = building.user(self.centre, Role.Name.LEADER)
        self.workshop = made.workshop(self.centre, minutes=180)
        arena.set_riding(self.workshop)
        self.group = made.group(
            self.workshop, by=self.by, lead=made.leader(self.leader, self.workshop)
        )
        self.child = made.child(self.centre)
        made.enrol(self.group, self.child, by=self.by)

    @property
    def api(self) -> Api:
        return Api(self.leader)

    @property
    def path(self) -> str:
        return f"riders/{self.child.public_id}/"

    @property
    def page(self) -> str:
        return f"/people/{self.child.public_id}/riding/"

    def cleared(self, issued_on: date, expires_on: date | None = None) -> Clearance:
        return riders.note_clearance(
            self.child, issued_on=issued_on, expires_on=expires_on, by=self.by
        )

    def weighed(self, kg: str = "30", on: date = MONDAY) -> Weighing:
        return riders.weigh(self.child, Decimal(kg), on=on, by=self.by)

    @property
    def lacks(self) -> list[Lack]:
        return list(clearances.fitness_of(self.child).lacks)


@pytest.fixture
def school() -> Iterator[School]:
    with clock.frozen(at(MONDAY, 8)):
        yield School()


# --- Weight ---------------------------------------------------------------------------------------


def test_weight_is_kept_with_its_day_and_who_noted_it(school: School):
    noted = school.weighed("31.5")
    assert (noted.on, noted.kg, noted.noted_by) == (MONDAY, Decimal("31.5"), school.by)


def test_weight_of_a_day_to_come_is_refused(school: School):
    with pytest.raises(WeighedAhead):
        school.weighed(on=MONDAY + DAY)


@pytest.mark.parametrize(("kg", "allowed"), [("4.9", 0), ("5", 1), ("200", 1), ("200.1", 0)])
def test_weight_of_a_person(school: School, kg: str, allowed: int):
    if allowed:
        school.weighed(kg).full_clean()
    else:
        with pytest.raises(WeightImplausible):
            school.weighed(kg)
    assert Weighing.objects.count() == allowed


# --- Clearance ------------------------------------------------------------------------------------


def test_clearance_without_an_end_holds_for_a_year(school: School):
    assert clearances.last_day(school.cleared(MONDAY)) == A_YEAR_LATER


@pytest.mark.parametrize(
    ("issued_on", "expires_on", "error"),
    [
        (MONDAY + DAY, None, ClearanceAhead),
        (MONDAY, A_YEAR_LATER, None),
        (MONDAY, A_YEAR_LATER + DAY, ClearanceTooLong),
        (MONDAY, MONDAY, None),
        (MONDAY, MONDAY - DAY, ClearanceTooLong),
    ],
)
def test_clearance_holds_a_year_at_most(school: School, issued_on, expires_on, error):
    if error is None:
        assert clearances.last_day(school.cleared(issued_on, expires_on)) == expires_on
        return
    with pytest.raises(error):
        school.cleared(issued_on, expires_on)


def test_withdrawn_clearance_held_until_yesterday(school: School):
    found = riders.withdraw_clearance(school.cleared(MONDAY - 9 * DAY))

    assert clearances.last_day(found) == MONDAY - DAY
    with pytest.raises(ClearanceWithdrawn):
        riders.withdraw_clearance(found)


def test_clearance_that_continues_another_lengthens_it(school: School):
    school.cleared(MONDAY - 30 * DAY, MONDAY + 5 * DAY)
    school.cleared(MONDAY - 2 * DAY, MONDAY + 60 * DAY)

    assert clearances.fitness_of(school.child).until == MONDAY + 60 * DAY


def test_clearance_that_ran_out_does_not_count(school: School):
    school.cleared(MONDAY - 30 * DAY, MONDAY - DAY)

    assert clearances.fitness_of(school.child).until is None


# --- What is missing ------------------------------------------------------------------------------


def test_everything_is_missing_at_first(school: School):
    assert school.lacks == [Lack.NO_CLEARANCE, Lack.NO_WEIGHT]


@pytest.mark.parametrize(
    ("days", "lacks"), [(31, []), (30, [Lack.CLEARANCE_ENDS]), (0, [Lack.CLEARANCE_ENDS])]
)
def test_clearance_is_about_to_end_thirty_days_before(school: School, days: int, lacks):
    school.weighed()
    school.cleared(MONDAY, MONDAY + days * DAY)

    assert school.lacks == lacks


@pytest.mark.parametrize(("days", "lacks"), [(60, []), (61, [Lack.OLD_WEIGHT])])
def test_weight_is_good_for_as_long_as_the_workshop_says(school: School, days: int, lacks):
    Riding.objects.update(weighed_within_days=60)
    school.cleared(MONDAY)
    school.weighed(on=MONDAY - days * DAY)

    assert school.lacks == lacks


# --- How she rides --------------------------------------------------------------------------------


def test_who_is_not_noted_rides_with_one_beside(school: School):
    rider = riders.rider_of(school.child)
    assert rider.pk is None
    assert (rider.side_walkers, rider.preferred_horse) == (1, None)


def test_rider_is_changed(school: School):
    one, other = horse(school.centre), horse(school.centre, "Буря")
    for side_walkers in (0, 2):
        riders.change_rider(
            school.child, side_walkers=side_walkers, preferred_horse=one, avoids=[other]
        )
    rider = Rider.objects.get()
    assert (rider.side_walkers, rider.preferred_horse) == (2, one)
    assert list(rider.avoids.all()) == [other]


def test_avoided_horse_cannot_be_preferred(school: School):
    one = horse(school.centre)
    with pytest.raises(PrefersAvoided):
        riders.change_rider(school.child, side_walkers=1, preferred_horse=one, avoids=[one])
    assert not Rider.objects.exists()


# --- Reminders ------------------------------------------------------------------------------------


def open_tasks() -> list[tuple[str, date]]:
    found = Task.objects.filter(kind=Task.Kind.CLEARANCE_ENDS, done_at=None)
    return [(one.about, one.due_on) for one in found]


@pytest.mark.parametrize(("days", "asked"), [(31, 0), (30, 1), (0, 1)])
def test_clearance_that_runs_out_within_thirty_days_is_a_task(school: School, days, asked):
    school.cleared(MONDAY, MONDAY + days * DAY)

    for _ in range(2):
        assert clearances.ask_for_renewal() == asked

    about = f"person:{school.child.public_id}"
    assert open_tasks() == [(about, MONDAY + days * DAY)] * asked


def test_task_is_the_case_leads(school: School):
    case = building.case(school.child)
    case.lead = building.user(school.centre)
    case.save()
    school.cleared(MONDAY, MONDAY + DAY)
    clearances.ask_for_renewal()

    assert Task.objects.get(kind=Task.Kind.CLEARANCE_ENDS).owner == case.lead


def test_new_clearance_finishes_the_task(school: School):
    school.cleared(MONDAY, MONDAY + DAY)
    clearances.ask_for_renewal()

    school.cleared(MONDAY)

    assert open_tasks() == []
    assert clearances.ask_for_renewal() == 0


def test_task_that_was_ticked_off_is_not_asked_again(school: School):
    school.cleared(MONDAY, MONDAY + DAY)
    clearances.ask_for_renewal()
    finish_task(Task.objects.get(kind=Task.Kind.CLEARANCE_ENDS))

    clearances.ask_for_renewal()

    assert open_tasks() == []


def test_who_rides_no_more_is_not_asked_about(school: School):
    school.cleared(MONDAY, MONDAY + DAY)
    clearances.ask_for_renewal()
    enrolling.withdraw(school.child.enrolments.get(), on=MONDAY, by=school.by)

    clearances.ask_for_renewal()

    assert open_tasks() == []


def test_who_sits_in_another_workshop_is_not_asked_about(school: School):
    school.cleared(MONDAY, MONDAY + DAY)
    Riding.objects.all().delete()

    assert clearances.ask_for_renewal() == 0


def test_reminding_asks_as_often_for_one_as_for_many(school: School):
    Task.objects.all().delete()

    def asked(children: int) -> int:
        for _ in range(children):
            child = made.child(school.centre)
            made.enrol(school.group, child, by=school.by)
            riders.note_clearance(child, issued_on=MONDAY - 400 * DAY, by=school.by)
        with CaptureQueriesContext(connection) as captured:
            clearances.running_out()
        return len(captured)

    assert asked(1) == asked(4) == 1


# --- Who may know ---------------------------------------------------------------------------------


def test_leader_of_the_rides_sees_and_notes(school: School):
    one = horse(school.centre)

    weighed = school.api.post(f"{school.path}weighings/", {"kg": "31.5"})
    cleared = school.api.post(f"{school.path}clearances/", {"issued_on": MONDAY.isoformat()})
    school.api.patch(school.path, {"side_walkers": 2, "preferred_horse": one.public_id})
    school.api.patch(school.path, {"avoids": []})

    found = school.api.get(school.path).json()
    assert (weighed.status_code, cleared.status_code) == (201, 201)
    assert (found["side_walkers"], found["preferred_horse"]) == (2, str(one.public_id))
    assert (found["rides_until"], found["lacks"]) == (A_YEAR_LATER.isoformat(), [])
    assert [one["kg"] for one in found["weighings"]] == [31.5]


def test_leader_of_another_group_sees_nothing(school: School):
    other = building.user(school.centre, Role.Name.LEADER)
    ridden = made.workshop(school.centre, minutes=180)
    arena.set_riding(ridden)
    made.group(ridden, by=school.by, lead=made.leader(other, ridden))

    assert problem(Api(other).get(school.path)) == (403, "not_allowed")
    assert browser(other).get(school.page).status_code == 403


def test_leader_of_a_group_that_does_not_ride_sees_nothing(school: School):
    Riding.objects.all().delete()

    assert problem(school.api.get(school.path)) == (403, "not_allowed")


def test_kin_finds_no_rider(school: School):
    KinshipWall.objects.create(user=school.leader, household=school.child.household)

    assert problem(school.api.get(school.path)) == (404, "not_found")
    assert browser(school.leader).get(school.page).status_code == 404


def test_other_centre_finds_no_rider(school: School):
    stranger = building.user(building.centre(), Role.Name.COORDINATOR)

    assert problem(Api(stranger).get(school.path)) == (404, "not_found")
    assert browser(stranger).get(school.page).status_code == 404


def test_horse_of_another_centre_is_not_found(school: School):
    one = horse(building.centre())

    for body in ({"preferred_horse": one.public_id}, {"avoids": [one.public_id]}):
        assert problem(school.api.patch(school.path, body)) == (404, "not_found")


def test_reading_is_kept(school: School):
    before = AccessRecord.objects.count()
    school.api.get(school.path)

    last = AccessRecord.objects.latest("pk")
    assert AccessRecord.objects.count() == before + 1
    assert (last.user, last.subject) == (school.leader, school.child.public_id)


# --- The page -------------------------------------------------------------------------------------


def press(school: School, act: str, user: User | None = None, **filled: Any) -> str:
    client = browser(user or school.leader)
    return plain(client.post(school.page, {"act": act, **filled}, follow=True))


def said(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def test_page_says_what_is_missing_until_it_is_noted(school: School):
    before = plain(browser(school.leader).get(school.page))
    press(school, "weigh", kg="31,5", on=said(MONDAY))
    after = press(school, "clear", issued_on=said(MONDAY))

    assert "There is no medical clearance that holds today." in before
    assert "Nobody has noted a weight yet." in before
    assert "Nothing is missing for riding." in after


def test_weight_of_tomorrow_is_refused_above_the_form(school: School):
    page = press(school, "weigh", kg="31", on=said(MONDAY + DAY))

    assert "Nobody was weighed on a day to come." in page


def test_clearance_is_withdrawn_on_the_page(school: School):
    one = school.cleared(MONDAY - DAY)

    page = press(school, "withdraw", clearance=one.public_id)

    assert "The clearance holds no more." in page
    assert Clearance.objects.get().withdrawn_on == MONDAY


def test_clearance_of_another_child_is_not_withdrawn_here(school: School):
    other = riders.note_clearance(made.child(school.centre), issued_on=MONDAY, by=school.by)

    answer = browser(school.leader).post(
        school.page, {"act": "withdraw", "clearance": other.public_id}
    )

    assert answer.status_code == 404


def test_how_she_rides_is_kept(school: School):
    one, other = horse(school.centre), horse(school.centre, "Буря")

    press(
        school,
        "ride",
        side_walkers=2,
        preferred_horse=one.public_id,
        avoids=[other.public_id],
    )

    rider = Rider.objects.get()
    assert (rider.side_walkers, rider.preferred_horse, list(rider.avoids.all())) == (
        *(2, one),
        [other],
    )


def links(user: User, child: Person) -> bool:
    page = browser(user).get(f"/people/{child.public_id}/").content.decode()
    return f"/people/{child.public_id}/riding/" in page


def test_person_page_leads_there_where_somebody_rides(school: School):
    assert links(school.by, school.child)
    assert links(school.leader, school.child)  # though the rest of the page is not hers
    Riding.objects.all().delete()
    assert not links(school.by, school.child)


def test_task_leads_to_what_is_to_be_renewed(school: School):
    school.cleared(MONDAY, MONDAY + DAY)
    clearances.ask_for_renewal()

    assert school.page in browser(school.by).get("/").content.decode()
