"""Horses: what each may do, how much it works, when it is away (D15)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from base import clock
from base.errors import StaleVersion
from people.models import Centre, Role, User
from people.policies import staff as staff_of
from scheduling.errors import PastStart, ResourceUnavailable
from scheduling.models import Allocation, Booking, Resource
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem, wire
from tests.workshops import building as made
from workshops import herd, stable
from workshops.models import Horse
from workshops.riding_errors import HorseLimits, HorseOverworked, StillHeld

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KG = Decimal(70)
Part = Allocation.Part


@pytest.fixture
def centre() -> Centre:
    return building.centre()


@pytest.fixture
def by(centre: Centre) -> User:
    return building.user(centre, Role.Name.COORDINATOR)


def horse(centre: Centre, name: str = "Звездел", **limits: Any) -> Horse:
    return stable.add_horse(centre, name, **{"carries_kg": KG, **limits})


def held(by: User, starts_at: Any, minutes: int, *resources: tuple[Part, Resource]) -> Booking:
    """A ride, as the core keeps it."""
    ends_at = starts_at + timedelta(minutes=minutes)
    booking = Booking.objects.create(
        kind=Booking.Kind.PLACE,
        centre=by.roles.get().centre,
        status=Booking.Status.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=by,
        created_at=clock.now(),
    )
    for part, resource in resources:
        Allocation.objects.create(
            booking=booking,
            resource=resource,
            part=part,
            period=TimestamptzRange(starts_at, ends_at),
            by_general_access=False,
        )
    return booking


def ride(one: Horse, by: User, starts_at: Any, minutes: int = 30) -> Booking:
    return held(by, starts_at, minutes, (Part.HORSE, one.resource))


# --- What a horse may do --------------------------------------------------------------------------


def test_horse_may_do_what_the_rule_allows_unless_less_is_said(centre: Centre):
    one = horse(centre)

    assert (one.name, one.resource.centre) == ("Звездел", centre)
    assert (one.most_minutes_a_day, one.most_days_a_week) == (360, 6)
    assert (one.most_minutes_on_end, one.rest_minutes) == (120, 30)


@pytest.mark.parametrize(
    "limits",
    [{"most_minutes_a_day": 361}, {"most_days_a_week": 7}, {"most_minutes_on_end": 361}],
)
def test_more_than_six_hours_or_six_days_is_refused_with_the_rule(centre: Centre, limits):
    with pytest.raises(HorseOverworked) as refused:
        horse(centre, **limits)

    assert "6 hours a day and 6 days a week" in str(refused.value)
    assert not Resource.objects.filter(kind=Resource.Kind.HORSE).exists()


@pytest.mark.parametrize(
    "limits",
    [
        {"most_minutes_a_day": 9},
        {"most_minutes_on_end": 9},
        {"most_days_a_week": 0},
        {"rest_minutes": 4},
        {"rest_minutes": 361},
        {"carries_kg": Decimal("9.9")},
        {"carries_kg": Decimal("150.1")},
    ],
)
def test_what_no_horse_is_like_is_refused(centre: Centre, limits):
    with pytest.raises(HorseLimits):
        horse(centre, **limits)


def test_limits_on_the_bound_are_welcome(centre: Centre):
    one = horse(centre, most_minutes_a_day=10, most_minutes_on_end=10, rest_minutes=5)
    one.full_clean()


def test_change_is_of_the_version_that_was_read(centre: Centre):
    one = horse(centre)

    changed = stable.change_horse(one, version=1, name="Буря", most_days_a_week=5)

    assert (changed.name, changed.most_days_a_week, changed.version) == ("Буря", 5, 2)
    with pytest.raises(StaleVersion):
        stable.change_horse(one, version=1, name="Гръм")


def test_change_above_the_rule_changes_nothing(centre: Centre):
    one = horse(centre)
    with pytest.raises(HorseOverworked):
        stable.change_horse(one, name="Буря", most_minutes_a_day=400)
    one.refresh_from_db()
    assert (one.name, one.most_minutes_a_day) == ("Звездел", 360)


def test_horse_rests_for_good_once_no_ride_holds_it(centre: Centre, by: User):
    one = horse(centre)
    ride(one, by, at(MONDAY + DAY, 14))

    with pytest.raises(StillHeld) as refused:
        stable.change_horse(one, works=False)
    with clock.frozen(at(MONDAY + DAY, 14, 30)):
        rested = stable.change_horse(one, works=False)

    assert refused.value.facts == {"name": "Звездел", "day": "02.03.2027"}
    assert list(herd.at_work(Horse.objects.all())) == []
    assert stable.change_horse(rested, works=True).resource.is_active


# --- What it works --------------------------------------------------------------------------------


def test_week_counts_minutes_and_days_from_monday_to_sunday(centre: Centre, by: User):
    one = horse(centre)
    for starts_at in (
        at(MONDAY, 9),
        at(MONDAY, 9, 30),
        at(MONDAY + 6 * DAY, 23),
        at(MONDAY - DAY, 23),  # Sunday before
        at(MONDAY + 7 * DAY, 0, 30),
    ):
        ride(one, by, starts_at)

    work = herd.work_in_week([one], MONDAY)[one.pk]

    assert (work.in_all, work.days, work.most_on_a_day) == (90, 2, 60)


def test_cancelled_ride_is_no_work(centre: Centre, by: User):
    one = horse(centre)
    Allocation.objects.filter(booking=ride(one, by, at(MONDAY, 9))).update(active=False)

    assert herd.work_in_week([one], MONDAY)[one.pk].in_all == 0


def test_vet_is_no_work(centre: Centre, by: User):
    one = horse(centre)
    away(one, by)

    assert herd.work_in_week([one], MONDAY)[one.pk].in_all == 0


# --- When it is away ------------------------------------------------------------------------------


def away(one: Horse, by: User, *, day: int = 1, reason: str = "vet") -> Booking:
    starts_at = at(MONDAY + day * DAY, 14)
    return stable.send_away(
        one,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        reason=Booking.BlockReason(reason),
        by=by,
    )


def test_absence_takes_the_horse_until_it_is_back(centre: Centre, by: User):
    one = horse(centre)
    absence = away(one, by)

    with pytest.raises(ResourceUnavailable):
        away(one, by, reason="farrier")
    stable.bring_back(absence, by=by)

    assert away(one, by, reason="farrier").block_reason == "farrier"


def test_absence_over_a_ride_names_the_horse_and_the_hour(centre: Centre, by: User):
    one = horse(centre)
    ride(one, by, at(MONDAY + DAY, 15))

    with pytest.raises(ResourceUnavailable) as refused:
        away(one, by)

    assert refused.value.facts["name"] == "Звездел"


def test_absence_is_not_of_the_past(centre: Centre, by: User):
    with pytest.raises(PastStart):
        away(horse(centre), by, day=-3)


def test_absences_ahead_are_told_soonest_first_and_once(centre: Centre, by: User):
    one, other = horse(centre), horse(centre, "Буря")
    late, soon = away(one, by, day=3), away(one, by)
    long = stable.send_away(
        other,
        starts_at=at(MONDAY, 9),
        ends_at=at(MONDAY + 9 * DAY, 9),
        reason=Booking.BlockReason.OTHER,
        by=by,
    )

    found = herd.absences_ahead([one, other])

    assert found == {one.pk: [soon, late], other.pk: [long]}
    with clock.frozen(at(MONDAY + 2 * DAY, 9)):
        assert herd.absences_ahead([one, other]) == {one.pk: [late], other.pk: [long]}


# --- Over HTTP ------------------------------------------------------------------------------------


def test_horse_is_added_changed_and_sent_to_the_farrier(centre: Centre, by: User):
    api = Api(by)

    made = api.post("horses/", {"name": "Звездел", "carries_kg": "62.5"}).json()
    path = f"horses/{made['id']}/"
    changed = api.patch(path, {"most_days_a_week": 4, "version": 1}).json()
    body = {
        "starts_at": wire(at(MONDAY + DAY, 9)),
        "ends_at": wire(at(MONDAY + DAY, 10)),
        "reason": "farrier",
    }
    absence = api.post(f"{path}absences/", body).json()

    assert (made["carries_kg"], made["works"], changed["most_days_a_week"]) == (62.5, True, 4)
    assert api.get(path).json()["absences"] == [absence]
    lifted = api.post(f"bookings/{absence['booking']}/cancel/", {"by": "centre"})
    assert lifted.status_code == 200
    assert api.get(path).json()["absences"] == []


def test_seven_hours_are_refused_over_http(by: User):
    body = {"name": "Звездел", "carries_kg": 60, "most_minutes_a_day": 420}

    assert problem(Api(by).post("horses/", body)) == (422, "horse_overworked")


def test_horse_is_away_for_its_own_reasons_alone(centre: Centre, by: User):
    body = {
        "starts_at": wire(at(MONDAY + DAY, 9)),
        "ends_at": wire(at(MONDAY + DAY, 10)),
        "reason": "leave",
    }
    path = f"horses/{horse(centre).public_id}/absences/"

    assert problem(Api(by).post(path, body))[0] == 400


def test_whoever_brings_a_horse_back_sees_to_the_centre(centre: Centre, by: User):
    absence = away(horse(centre), by)
    leader = building.user(centre, Role.Name.LEADER)

    answer = Api(leader).post(f"bookings/{absence.public_id}/cancel/", {"by": "centre"})

    assert problem(answer) == (404, "not_found")


@pytest.mark.parametrize("number", [1, 12])
def test_list_asks_as_often_for_one_as_for_many(centre: Centre, by: User, number: int):
    for place in range(number):
        one = horse(centre, f"Кон {place}")
        ride(one, by, at(MONDAY, 9))
        away(one, by)
    api = Api(by)
    api.get("horses/")
    with CaptureQueriesContext(connection) as captured:
        found = api.get("horses/").json()

    assert found["count"] == number
    assert len(captured) <= 9


def test_horses_of_other_centres_are_not_seen(centre: Centre, by: User):
    horse(building.centre())

    assert list(herd.horses_of(staff_of(by))) == []


# --- Rides of a workshop --------------------------------------------------------------------------


def test_workshop_is_ridden_and_not_any_more(centre: Centre, by: User):
    path = f"workshops/{made.workshop(centre).public_id}/riding/"
    api = Api(by)

    assert problem(api.get(path)) == (404, "not_found")
    assert api.put(path, {"ride_minutes": 20}).json()["ride_minutes"] == 20
    assert api.get(path).json()["step_minutes"] == 10
    assert problem(api.put(path, {"ride_minutes": 90})) == (422, "ride_too_long")
    assert api.delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not_found")
