"""Who counts as reminded, and what is counted of whom; what of it may leave the centre."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from base import clock
from notifications import effect as effects
from notifications.effect import Came, Cell, Effect, Lead, Line, Range, Told
from notifications.models import Delivery, Reminder
from people.models import Centre, KinshipWall, Person, Role
from scheduling import services
from scheduling.models import Booking, Modality, Participation, Resource, Service
from scheduling.planning import Wish
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem, wire

pytestmark = pytest.mark.django_db
Outcome = Participation.Outcome
DAY = timedelta(days=1)
HELD_AT = at(MONDAY, 10)
NOW = at(MONDAY + DAY, 12)


@dataclass
class Office:
    """A centre on Tuesday, counting what happened on Monday at ten."""

    centre: Centre
    service: Service
    leads: list[Resource] = field(default_factory=list)

    def hour(
        self,
        *people: Person,
        days: int = 5,
        outcome: str = Outcome.ATTENDED,
        starts_at: datetime = HELD_AT,
        carer: Person | None = None,
    ) -> Booking:
        """An hour booked so many days before, without reminders, and what came of it."""
        lead = building.specialist(self.centre, [self.service])
        those = people or (building.person(self.centre),)
        with clock.frozen(starts_at - days * DAY - timedelta(hours=2)):
            wish = Wish(self.service, starts_at, lead, those, Modality.PHONE, carer=carer)
            booking = services.book(wish, by=lead.user)
        booking.reminders.all().delete()
        booking.participations.update(outcome=outcome)
        return booking

    def counted(self, **asked: Any) -> Effect:
        with clock.frozen(NOW):
            return effects.effect(Range(self.centre, MONDAY, MONDAY + DAY), **asked)

    def line(self, lead: Lead = Lead.DAYS_3) -> Line:
        return next(line for line in self.counted().lines if line.lead == lead)

    def told(self) -> dict[str, int]:
        """How many came, by what was told."""
        return {t.value: c.attended for t, c in self.line().cells.items() if c.attended}


def text(
    booking: Booking,
    *,
    to: Person | None = None,
    status: str = "delivered",
    reminder: str = Reminder.Status.SENT,
    kind: str = Reminder.Kind.ONE_DAY,
    claimed_at: datetime = HELD_AT - DAY,
    version: int | None = None,
    sid: str = "SM1",
) -> Reminder:
    made = Reminder.objects.create(
        booking=booking,
        centre=booking.centre,
        schedule_version=version or booking.schedule_version,
        kind=kind,
        recipient=to or booking.participations.get().person,
        due_at=claimed_at,
        status=reminder,
    )
    Delivery.objects.create(
        reminder=made,
        attempt=uuid4(),
        claimed_at=claimed_at,
        lease_until=claimed_at + timedelta(minutes=2),
        sid=sid and f"{sid}{made.pk}",
        status=status,
    )
    return made


@pytest.fixture
def office() -> Office:
    centre = building.centre()
    return Office(centre, building.service(centre))


@pytest.mark.parametrize(
    ("days", "lead"),
    [
        (0, "0"),
        (1, "1-2"),
        (2, "1-2"),
        (3, "3-6"),
        (6, "3-6"),
        (7, "7-13"),
        (13, "7-13"),
        (14, "14-27"),
        (27, "14-27"),
        (28, "28-"),
        (90, "28-"),
    ],
)
def test_lead_time_is_counted_in_days_of_the_calendar(office, days, lead):
    office.hour(days=days)
    assert [line.lead.value for line in office.counted().lines if not line.is_empty] == [lead]


def test_the_evening_before_is_a_day_before(office):
    """Sofia's midnight divides, not UTC's nor 24 hours."""
    booking = office.hour()
    Booking.objects.filter(pk=booking.pk).update(created_at=at(MONDAY, 0) - timedelta(minutes=1))
    assert office.line(Lead.DAYS_1).not_reminded.attended == 1


@pytest.mark.parametrize(
    ("outcome", "cell"),
    [
        ("attended", Cell(attended=1)),
        ("did_not_attend", Cell(missed=1)),
        ("not_brought", Cell(missed=1)),
        ("cancelled_early", Cell(early=1)),
        ("cancelled_late", Cell(late=1)),
        ("cancelled_by_centre", Cell()),
        ("", Cell()),
    ],
)
def test_outcomes_are_counted_as_they_are_meant(office, outcome, cell):
    office.hour(outcome=outcome)
    assert office.line().not_reminded == cell


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"status": "delivered"}, "delivered"),
        ({"status": "sent"}, "sent"),
        ({"status": ""}, "sent"),
        ({"kind": "72h"}, "delivered"),
        ({"kind": "moved"}, "not"),
        ({"kind": "series"}, "not"),
        ({"status": "undelivered", "reminder": "failed"}, "not"),
        ({"status": "lost", "reminder": "unknown", "sid": ""}, "unclear"),
        ({"status": "", "reminder": "sending", "sid": ""}, "unclear"),
        ({"status": "", "reminder": "silent", "sid": ""}, "not"),
        ({"claimed_at": HELD_AT - timedelta(seconds=1)}, "delivered"),
        ({"claimed_at": HELD_AT}, "not"),
        ({"version": 7}, "not"),
    ],
)
def test_reminded_is_whom_a_text_about_that_hour_left_for_in_time(office, fields, told):
    text(office.hour(), **fields)
    assert office.told() == {told: 1}


def test_best_of_two_texts_counts(office):
    booking = office.hour()
    text(booking, kind="72h", status="delivered")
    text(booking, kind="24h", status="", reminder="unknown", sid="")
    assert office.told() == {"delivered": 1}


def test_text_to_another_is_none_to_her(office):
    booking = office.hour()
    text(booking, to=building.person(office.centre))
    assert office.told() == {"not": 1}


def test_child_is_reminded_by_the_carer_named_on_its_booking(office):
    mother, father = building.person(office.centre), building.person(office.centre)
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    for adult in (mother, father):
        building.carer(child, adult)
    text(office.hour(child, carer=mother), to=mother)
    text(office.hour(building.person(office.centre, birth_on=date(2019, 5, 1))), to=father)
    assert office.told() == {"delivered": 1, "not": 1}


@pytest.mark.parametrize(
    ("born", "told"),
    [(date(2009, 3, 1), "not"), (date(2009, 3, 2), "delivered"), (None, "not")],
)
def test_only_a_child_is_told_through_another(office, born, told):
    """Eighteen on the very day of the hour: an adult, as everywhere in the program."""
    mother, one = building.person(office.centre), building.person(office.centre, birth_on=born)
    booking = office.hour(one)
    Booking.objects.filter(pk=booking.pk).update(carer=mother)
    text(booking, to=mother)
    assert one.is_child_on(MONDAY) == (told == "delivered")
    assert office.told() == {told: 1}


def test_each_participant_is_counted(office):
    """One of two in the same hour is told."""
    one, other = building.person(office.centre), building.person(office.centre)
    text(office.hour(one, other), to=one)
    assert office.told() == {"delivered": 1, "not": 1}


def test_range_is_half_open_and_of_one_centre(office):
    inside, after = office.hour(), office.hour()
    for booking, when in ((inside, at(MONDAY, 0)), (after, at(MONDAY + DAY, 0))):
        Booking.objects.filter(pk=booking.pk).update(
            starts_at=when, ends_at=when + timedelta(hours=1), created_at=when - 5 * DAY
        )
    elsewhere = building.centre()
    Office(elsewhere, building.service(elsewhere)).hour()
    assert office.told() == {"not": 1}


def line(reminded: tuple[int, int], others: tuple[int, int], *, outside: bool = False) -> Line:
    cells = dict.fromkeys(Told, Cell(outside=outside))
    cells[Told.DELIVERED] = Cell(*reminded, outside=outside)
    cells[Told.NOT] = Cell(*others, outside=outside)
    return Line(Lead.DAYS_3, cells)


def test_difference_is_newcombes():
    found = line((56, 14), (48, 32)).difference
    assert [round(n, 4) for n in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]


def test_nothing_is_compared_with_nobody():
    assert line((56, 14), (0, 0)).difference is None


@pytest.mark.parametrize(
    ("counts", "shown", "has_share"),
    [((5, 5), (5, 5), True), ((40, 4), (40, None), False), ((0, 40), (None, 40), False)],
)
def test_small_counts_do_not_leave_nor_what_gives_them_away(counts, shown, has_share):
    cell = line(counts, (10, 10), outside=True).reminded
    assert (cell.counts["attended"], cell.counts["missed"]) == shown
    assert bool(cell.share) == has_share


def test_inside_the_centre_all_counts_are_told():
    assert line((1, 0), (0, 0)).reminded.counts == {
        "attended": 1,
        "missed": 0,
        "early": 0,
        "late": 0,
    }


def test_total_does_not_leave_where_it_gives_a_small_count_away(office):
    office.hour()
    assert office.counted().total.not_reminded.attended == 1
    assert office.counted(outside=True).total is None


def test_total_compares_nothing(office):
    office.hour()
    text(office.hour())
    assert office.counted().total.difference is None


@pytest.mark.parametrize("came", Came)
def test_every_count_leads_to_its_bookings(office, came):
    """What the table counts and what stands behind it are one condition, not two."""
    for days in (0, 5, 30):
        for outcome in (*effects.COUNTED, Outcome.CANCELLED_BY_CENTRE):
            for told in ("not", "delivered"):
                booking = office.hour(days=days, outcome=outcome)
                if told == "delivered":
                    text(booking)
    counted = office.counted()
    for one in counted.lines:
        for told, cell in one.cells.items():
            keys = effects.behind(counted.of, lead=one.lead, told=[told], came=came)
            assert len(keys) == getattr(cell, came.value)


# --- Cost ---------------------------------------------------------------------------------


def test_counting_is_one_question_whatever_there_is(office, django_assert_num_queries):
    office.hour()
    with django_assert_num_queries(1):
        office.counted()
    for _ in range(4):
        text(office.hour())
    with django_assert_num_queries(1):
        office.counted()


def test_only_the_range_is_read(office):
    """Three years lie behind: the index of a centre's bookings is entered at both ends, and
    everything else by the booking."""
    person = building.person(office.centre)
    first = office.hour(person)
    history = [
        Booking(
            kind=first.kind,
            centre=office.centre,
            service=office.service,
            status=Booking.Status.CLOSED,
            starts_at=HELD_AT - number * timedelta(hours=6),
            ends_at=HELD_AT - number * timedelta(hours=6) + timedelta(hours=1),
            created_by=first.created_by,
            created_at=HELD_AT - number * timedelta(hours=6) - 5 * DAY,
        )
        for number in range(1, 4000)
    ]
    Booking.objects.bulk_create(history)
    Participation.objects.bulk_create(
        Participation(booking=booking, person=person, outcome="attended") for booking in history
    )
    Reminder.objects.bulk_create(
        Reminder(
            booking=booking,
            centre=office.centre,
            schedule_version=1,
            kind=kind,
            recipient=person,
            due_at=booking.starts_at - DAY,
            status="sent",
        )
        for booking in history
        for kind in ("72h", "24h")
    )
    of = Range(office.centre, MONDAY - 30 * DAY, MONDAY + DAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE scheduling_booking, scheduling_participation, notifications_reminder"
        )
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {effects.COUNTS}", of.params)
        plan = cursor.fetchone()[0][0]["Plan"]
    read = {node["Relation Name"]: rows_of(node) for node in nodes(plan) if "Relation Name" in node}
    in_range = 30 * 4 + 1
    assert read["scheduling_booking"] <= in_range + 5
    assert read["scheduling_participation"] <= in_range + 5
    assert read["notifications_reminder"] <= 2 * in_range + 5


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def rows_of(node: dict[str, Any]) -> float:
    thrown_away = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return (node["Actual Rows"] + thrown_away) * node["Actual Loops"]


# --- Over HTTP ----------------------------------------------------------------------------


ASKED = {"from": MONDAY.isoformat(), "to": (MONDAY + DAY).isoformat()}


def api(office: Office, role: str = Role.Name.COORDINATOR) -> Api:
    return Api(building.user(office.centre, role))


def test_api_tells_counts_shares_and_differences(office):
    for outcome in ("attended", "attended", "did_not_attend"):
        office.hour(outcome=outcome)
        text(office.hour())
    with clock.frozen(NOW):
        body = api(office).get("reminders/effect/", ASKED).json()
    (found,) = [one for one in body["lines"] if one["lead"] == "3-6"]
    assert found["not_reminded"]["share"] == {"value": 0.6667, "low": 0.2077, "high": 0.9385}
    assert found["delivered"]["attended"] == 3
    assert found["difference"]["includes_zero"] is True
    assert "not an experiment" in body["note"]


def test_api_hides_small_counts_outside(office):
    office.hour()
    with clock.frozen(NOW):
        body = api(office).get("reminders/effect/", ASKED | {"outside": "true"}).json()
    assert body["total"] is None
    assert {one["not_reminded"]["attended"] for one in body["lines"]} == {None}
    assert {one["delivered"] for one in body["lines"]} == {None}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from": "2027-03-01"},
        {"from": "2027-03-01", "to": "2027-03-01"},
        {"from": "2027-03-02", "to": "2027-03-01"},
        {"from": "2026-01-01", "to": "2027-03-01"},
        {"from": "1.3.2027", "to": "2.3.2027"},
        {"from": "2027-03-01", "to": "2027-03-02", "centre": "7"},
        {"from": "2027-03-01", "to": "2027-03-02", "outside": "perhaps"},
    ],
)
def test_api_refuses_what_is_no_range(office, asked):
    assert problem(api(office).get("reminders/effect/", asked)) == (400, "invalid")


def test_a_year_may_be_asked_for(office):
    asked = {"from": "2027-01-01", "to": "2028-01-01"}
    assert api(office).get("reminders/effect/", asked).status_code == 200


def test_another_centre_is_not_found(office):
    asked = ASKED | {"centre": building.centre().public_id}
    assert problem(api(office).get("reminders/effect/", asked)) == (404, "not_found")


def test_other_roles_are_refused(office):
    asked = api(office, Role.Name.PSYCHOLOGIST).get("reminders/effect/", ASKED)
    assert problem(asked) == (403, "not_allowed")


def test_kin_count_everybody_and_learn_nothing_of_their_own(office):
    """The counts hold no names; the list behind them says "busy" of her family."""
    person = building.person(office.centre)
    office.hour(person)
    kin = building.user(office.centre, Role.Name.COORDINATOR)
    KinshipWall.objects.create(user=kin, household=person.household)
    with clock.frozen(NOW):
        answer = Api(kin).get("reminders/effect/", ASKED)
    assert person.full_name not in answer.content.decode()
    assert answer.json()["total"]["not_reminded"]["attended"] == 1
    assert wire(HELD_AT) not in answer.content.decode()
