"""Whom no text tells of an hour that is near: why, whom to call, and what came of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from base import clock
from base.models import Task
from base.services import finish_task
from notifications import calling, unreached, voice, wording
from notifications.models import Call, Reminder
from people.models import Carer, Centre, ContactCard, KinshipWall, Person, Role, User
from people.policies import staff as staff_of
from scheduling import services
from scheduling.models import Booking, Modality, Resource, Service
from scheduling.planning import Wish
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = at(MONDAY, 8)
TUESDAY = at(MONDAY + DAY, 14)
Kind = Task.Kind


@dataclass
class Office:
    """A centre on Monday at eight, and its coordinator."""

    centre: Centre
    service: Service
    coordinator: User

    @property
    def api(self) -> Api:
        return Api(self.coordinator)

    def hour(
        self, *people: Person, starts_at: datetime = TUESDAY, carer: Person | None = None
    ) -> Booking:
        lead: Resource = building.specialist(self.centre, [self.service])
        with clock.frozen(starts_at - 5 * DAY):
            wish = Wish(self.service, starts_at, lead, people, Modality.PHONE, carer=carer)
            return services.book(wish, by=lead.user)

    def untold(self, starts_at: datetime = TUESDAY, **card: Any) -> tuple[Person, Booking]:
        """Somebody who asked for no texts, with an hour on Tuesday."""
        person = building.person(self.centre)
        building.card(person, **({"opted_out_on": MONDAY - DAY} | card))
        return person, self.hour(person, starts_at=starts_at)

    def lines(self) -> list[unreached.Line]:
        return unreached.unreached(staff_of(self.coordinator))

    def listed(self) -> list[dict[str, Any]]:
        answer = self.api.get("unreached/")
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    def called(self, booking: Booking, person: Person, result: str = "reached") -> Any:
        body = {"person": person.public_id, "result": result}
        return self.api.post(f"unreached/{booking.public_id}/called/", body)

    def tasks(self) -> list[tuple[date, bool]]:
        found = Task.objects.filter(centre=self.centre, kind=Kind.UNREACHED).order_by("pk")
        return [(task.due_on, task.done_at is None) for task in found]


@pytest.fixture(autouse=True)
def monday_at_eight():
    with clock.frozen(NOW):
        yield


def office_of(centre: Centre) -> Office:
    return Office(centre, building.service(centre), building.user(centre, Role.Name.COORDINATOR))


@pytest.fixture
def office() -> Office:
    return office_of(building.centre())


def settle(booking: Booking, **fields: Any) -> None:
    booking.reminders.update(**fields)


# --- Who is on the list, and why --------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ({"phone": ""}, "no_phone"),
        ({"opted_out_on": MONDAY}, "opted_out"),
        ({"consent_on": None}, "no_consent"),
        ({"verified_at": None}, "not_verified"),
        ({"suspended_on": MONDAY}, "suspended"),
        ({"safe_to_text": False}, "not_safe"),
        ({"safety_asked_on": None}, "safety_stale"),
    ],
)
def test_card_that_allows_no_text_is_the_reason(office, card, why):
    office.untold(**({"opted_out_on": None} | card))
    assert [line.why for line in office.lines()] == [why]


def test_person_without_a_card_is_on_the_list(office):
    office.hour(building.person(office.centre))
    assert [line.why for line in office.lines()] == ["no_card"]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("failed", ["failed"]),
        ("unknown", ["unknown"]),
        ("held", ["held"]),
        ("dropped", ["not_planned"]),
        ("sent", []),
        ("sending", []),
    ],
)
def test_what_came_of_the_texts_counts(office, status, why):
    _, booking = office.untold(opted_out_on=None)
    settle(booking, status=status)
    assert [line.why for line in office.lines()] == why


def test_one_text_of_two_is_enough(office):
    _, booking = office.untold(opted_out_on=None)
    settle(booking, status="failed")
    booking.reminders.filter(kind="72h").update(status="sent")
    assert office.lines() == []


def test_text_about_an_earlier_hour_tells_nothing_of_this(office):
    _, booking = office.untold(opted_out_on=None)
    settle(booking, status="sent")
    Booking.objects.update(schedule_version=2)
    assert [line.why for line in office.lines()] == ["not_planned"]


@pytest.mark.parametrize(
    ("status", "why"),
    [("sent", []), ("planned", []), ("failed", ["too_late"]), ("dropped", ["too_late"])],
)
def test_word_of_a_move_tells_of_the_hour_as_well(office, status, why):
    """Moved within the last day: for both reminders it is too late."""
    _, booking = office.untold(opted_out_on=None)
    settle(booking, status="sent")
    with clock.frozen(NOW + timedelta(hours=6)):
        services.reschedule_booking(
            booking, starts_at=at(MONDAY + DAY, 10), by=office.coordinator, version=booking.version
        )
        Reminder.objects.filter(kind="moved").update(status=status)
        assert [line.why for line in office.lines()] == why


def test_summary_of_a_series_is_no_reminder(office):
    _, booking = office.untold(opted_out_on=None)
    reminder = booking.reminders.get(kind="24h")
    summary = Reminder.objects.get(pk=reminder.pk)
    summary.pk, summary.public_id, summary._state.adding = None, uuid4(), True
    summary.kind, summary.status = "series", "sent"
    summary.save()
    booking.reminders.filter(kind__in=["72h", "24h"]).update(status="failed", told_by=summary)
    assert [line.why for line in office.lines()] == ["failed"]


def test_who_will_be_told_is_not_on_the_list(office):
    office.untold(starts_at=at(MONDAY + 3 * DAY, 14), opted_out_on=None)
    assert office.lines() == []


def test_text_that_has_not_left_in_time_is_too_late(office):
    """The worker stood still: two hours before the start its text is worth nothing."""
    office.untold(starts_at=at(MONDAY, 14), opted_out_on=None)
    with clock.frozen(at(MONDAY, 11, 59)):
        assert office.lines() == []
    with clock.frozen(at(MONDAY, 12)):
        assert [line.why for line in office.lines()] == ["too_late"]


def tell_too_much(monkeypatch) -> None:
    """Reminders in Bulgarian, whatever their wording."""
    for level in wording.LEVELS:
        monkeypatch.setitem(
            wording.TEMPLATES, ("reminder", level, "bg"), "Психолог: {date}, {time}"
        )


def test_text_that_would_tell_too_much_is_a_reason(office, monkeypatch):
    tell_too_much(monkeypatch)
    office.untold(opted_out_on=None, wording="full")
    assert [line.why for line in office.lines()] == ["telling_text"]


@pytest.mark.parametrize("code", ["not_planned", "no_card", "too_late", "unknown", "no_carer"])
def test_every_reason_is_said_in_words(code):
    assert len(unreached.explained(code)) > 10


@pytest.mark.parametrize(
    ("starts_at", "count"),
    [
        (at(MONDAY, 7, 59), 0),
        (at(MONDAY, 8), 0),
        (at(MONDAY, 8, 1), 1),
        (at(MONDAY + 3 * DAY, 23, 59), 1),
        (at(MONDAY + 4 * DAY, 0), 0),
    ],
)
def test_list_looks_three_days_ahead(office, starts_at, count):
    _, booking = office.untold()
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    assert len(office.lines()) == count


def test_days_are_a_setting(office, settings):
    settings.UNREACHED_DAYS = 0
    office.untold()
    assert office.lines() == []


@pytest.mark.parametrize("status", ["cancelled", "held", "expired", "closed"])
def test_only_confirmed_hours_count(office, status):
    office.untold()
    Booking.objects.update(status=status, hold_expires_at=NOW + DAY)
    assert office.lines() == []


# --- Children -----------------------------------------------------------------------------


@pytest.fixture
def mother(office) -> Person:
    return building.person(office.centre)


@pytest.fixture
def child(office, mother) -> Person:
    born = date(2019, 5, 1)
    return building.person(office.centre, household=mother.household, birth_on=born)


def test_carer_named_on_a_childs_booking_is_called(office, mother, child):
    building.carer(child, mother)
    building.card(mother, opted_out_on=MONDAY)
    office.hour(child, carer=mother)
    (line,) = office.lines()
    assert (line.person, line.why, [c.person for c in line.contacts]) == (
        mother,
        "opted_out",
        [mother],
    )


def test_child_for_whom_nobody_is_named_shows_all_its_carers(office, mother, child):
    grandmother = building.person(office.centre)
    for adult in (mother, grandmother):
        building.carer(child, adult)
    building.card(mother)
    office.hour(child)
    (line,) = office.lines()
    assert (line.person, line.why, line.asks_which_carer) == (child, "no_carer", True)
    assert [(c.person, bool(c.phone), c.caution.value) for c in line.contacts] == [
        (mother, True, "which_carer"),
        (grandmother, False, "which_carer"),
    ]


def test_carer_whose_number_is_not_safe_comes_with_that_caution(office, mother, child):
    """It weighs more than that nobody was chosen."""
    for adult in (mother, building.person(office.centre)):
        building.carer(child, adult)
    building.card(mother, safe_to_text=False)
    office.hour(child)
    assert [one["caution"] for one in office.listed()[0]["contacts"]] == ["not_safe", "which_carer"]


def test_child_without_any_carer_is_on_the_list_still(office, child):
    office.hour(child)
    assert [(line.person, line.contacts) for line in office.lines()] == [(child, [])]


def test_child_that_comes_with_its_mother_is_told_through_her(office, mother, child):
    building.card(mother)
    office.hour(mother, child)
    assert office.lines() == []


# --- Before one calls ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "caution"),
    [
        ({"safe_to_text": False}, "not_safe"),
        ({"safe_to_text": False, "suspended_on": MONDAY}, "not_safe"),
        ({"opted_out_on": None, "safety_asked_on": None}, "ask_anew"),
        ({"opted_out_on": None, "suspended_on": MONDAY}, "suspended"),
        ({"phone": "", "safe_to_text": False}, ""),
        ({}, ""),
    ],
)
def test_number_that_may_not_be_safe_comes_with_a_caution(office, card, caution):
    office.untold(**card)
    assert office.listed()[0]["contacts"][0]["caution"] == caution


def test_safe_hours_stand_beside_the_number(office):
    office.untold(safe_from=time(9), safe_until=time(12))
    (contact,) = office.listed()[0]["contacts"]
    assert (contact["phone"], contact["safe_from"], contact["safe_until"]) == (
        "+359888123456",
        "09:00:00",
        "12:00:00",
    )


@pytest.mark.parametrize("card", [{"safe_to_text": False}, {"suspended_on": MONDAY}])
def test_no_hours_are_called_safe_for_a_number_that_is_not(office, card):
    office.untold(**({"opted_out_on": None} | card))
    (contact,) = office.listed()[0]["contacts"]
    assert (contact["safe_from"], contact["safe_until"]) == (None, None)


# --- Who may see it -----------------------------------------------------------------------


def test_kin_see_nothing_of_their_family(office):
    person, _ = office.untold()
    KinshipWall.objects.create(user=office.coordinator, household=person.household)
    assert office.listed() == []


def test_kin_of_a_carer_do_not_see_her_number(office, child):
    """The child's family is another one."""
    father, grandmother = building.person(office.centre), building.person(office.centre)
    for adult in (father, grandmother):
        building.carer(child, adult)
        building.card(adult)
    office.hour(child)
    KinshipWall.objects.create(user=office.coordinator, household=father.household)
    (line,) = office.listed()
    assert [one["id"] for one in line["contacts"]] == [str(grandmother.public_id)]


def test_kin_of_the_named_carer_are_not_asked_to_call_her(office, child):
    """Her family is another one than the child's."""
    father = building.person(office.centre)
    building.carer(child, father)
    office.hour(child, carer=father)
    KinshipWall.objects.create(user=office.coordinator, household=father.household)
    assert office.listed() == []


def test_another_centre_sees_nothing(office):
    _, booking = office.untold()
    other = office_of(building.centre())
    assert other.listed() == []
    assert problem(other.called(booking, booking.participations.get().person)) == (404, "not_found")


@pytest.mark.parametrize("role", ["psychologist", "shelter", "leader", "data-officer"])
def test_other_roles_get_no_numbers(office, role):
    office.untold()
    assert problem(Api(building.user(office.centre, role)).get("unreached/")) == (
        403,
        "not_allowed",
    )


def test_whose_number_was_read_is_kept(office):
    from people.models import AccessRecord

    person, _ = office.untold()
    office.listed()
    found = AccessRecord.objects.filter(user=office.coordinator)
    assert list(found.values_list("what", "subject")) == [("person", person.public_id)]


# --- Calls --------------------------------------------------------------------------------


def test_reached_family_leaves_the_list(office):
    person, booking = office.untold()
    answer = office.called(booking, person)
    assert (answer.status_code, answer.json()["by"]) == (200, str(office.coordinator))
    with clock.frozen(NOW + DAY):
        (line,) = office.listed()
    assert (line["to_call"], line["last_call"]["result"]) == (False, "reached")


def test_family_that_was_not_reached_is_to_be_called_again_tomorrow(office):
    person, booking = office.untold(starts_at=at(MONDAY + 3 * DAY, 14))
    office.called(booking, person, "not_reached")
    assert [line["to_call"] for line in office.listed()] == [False]
    with clock.frozen(clock.midnight(MONDAY + DAY)):
        assert [line["to_call"] for line in office.listed()] == [True]


def test_moved_hour_has_to_be_told_again(office):
    person, booking = office.untold()
    office.called(booking, person)
    Booking.objects.update(schedule_version=2)
    assert [line["to_call"] for line in office.listed()] == [True]


def test_reached_twice_is_one_call(office):
    person, booking = office.untold()
    first = office.called(booking, person).json()
    with clock.frozen(NOW + timedelta(minutes=1)):
        assert office.called(booking, person).json() == first
        assert office.called(booking, person, "not_reached").json() == first
    assert Call.objects.count() == 1


def test_reached_at_last_after_two_tries(office):
    person, booking = office.untold()
    for result in ("not_reached", "not_reached", "reached"):
        office.called(booking, person, result)
    assert [call.result for call in Call.objects.all()] == ["not_reached", "not_reached", "reached"]
    assert office.listed()[0]["last_call"]["result"] == "reached"


def test_call_counts_though_a_text_got_through_meanwhile(office):
    person, booking = office.untold(opted_out_on=None)
    settle(booking, status="sent")
    assert office.called(booking, person).status_code == 200


def test_call_about_somebody_who_does_not_come_is_refused(office, mother):
    _, booking = office.untold()
    assert problem(office.called(booking, mother)) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"person": "7", "result": "reached"}, {"result": "perhaps"}])
def test_call_that_says_nothing_is_invalid(office, body):
    _, booking = office.untold()
    answer = office.api.post(f"unreached/{booking.public_id}/called/", body)
    assert problem(answer) == (400, "invalid")
    assert not Call.objects.exists()


# --- The daily task -----------------------------------------------------------------------


def test_task_is_opened_at_eight_once_a_day(office):
    office.untold(starts_at=at(MONDAY + 3 * DAY, 14))
    for instant in (at(MONDAY, 7, 59), at(MONDAY, 8), at(MONDAY, 8, 15), at(MONDAY + DAY, 7, 45)):
        with clock.frozen(instant):
            calling.open_daily_tasks()
    assert office.tasks() == [(MONDAY, True)]


def test_tomorrows_task_takes_the_place_of_todays(office):
    office.untold(starts_at=at(MONDAY + 3 * DAY, 14))
    for day in (MONDAY, MONDAY + DAY):
        with clock.frozen(at(day, 8)):
            calling.open_daily_tasks()
    assert office.tasks() == [(MONDAY, False), (MONDAY + DAY, True)]


def test_eight_is_sofias_in_summer_too(office, settings):
    summer = date(2027, 7, 5)
    office.untold(starts_at=at(summer + DAY, 14))
    with clock.frozen(datetime.fromisoformat("2027-07-05T04:59:00+00:00")):
        assert calling.open_daily_tasks() == 0
    with clock.frozen(datetime.fromisoformat("2027-07-05T05:00:00+00:00")):
        assert calling.open_daily_tasks() == 1


def test_task_that_was_ticked_off_is_not_opened_again_that_day(office):
    office.untold(starts_at=at(MONDAY + 3 * DAY, 14))
    calling.open_daily_tasks()
    finish_task(Task.objects.get(kind=Kind.UNREACHED))
    calling.open_daily_tasks()
    assert office.tasks() == [(MONDAY, False)]


def test_no_task_where_everybody_is_told(office):
    office.untold(opted_out_on=None)
    assert (calling.open_daily_tasks(), office.tasks()) == (0, [])


def test_last_call_finishes_the_task(office):
    calls = [office.untold(), office.untold()]
    calling.open_daily_tasks()
    open_after = []
    for person, booking in calls:
        office.called(booking, person)
        open_after.append(office.tasks()[0][1])
    assert open_after == [True, False]


def test_task_says_nothing_of_families(office):
    person, booking = office.untold()
    calling.open_daily_tasks()
    task = Task.objects.get(kind=Kind.UNREACHED)
    assert task.about == f"centre:{office.centre.public_id}"
    text = office.api.get("tasks/").content.decode()
    assert "unreached" in text
    for secret in (person.full_name, str(person.public_id), str(booking.public_id), "+359888"):
        assert secret not in text


def test_families_are_counted_not_hours(office):
    person, _ = office.untold()
    office.hour(person, starts_at=at(MONDAY + DAY, 16))
    office.untold()
    assert unreached.families_by_centre() == {office.centre.pk: 2}


@pytest.mark.django_db(transaction=True)
def test_two_workers_open_one_task(office, monkeypatch):
    """Both look before either writes: the second waits for the lock, and finds it done."""
    office.untold(starts_at=at(MONDAY + 3 * DAY, 14))
    both, opened = threading.Barrier(2), []
    real = unreached.families_by_centre

    def meet() -> dict[int, int]:
        found = real()
        both.wait(10)
        return found

    def work() -> None:
        with clock.frozen(NOW):
            opened.append(calling.open_daily_tasks())
        connection.close()

    monkeypatch.setattr(unreached, "families_by_centre", meet)
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (sorted(opened), len(office.tasks())) == ([0, 1], 1)


# --- Cost ---------------------------------------------------------------------------------


def everybody(office: Office, number: int) -> None:
    """So many of each sort, also those whose rendered text has to be judged."""
    for _ in range(number):
        office.untold()
        office.untold(opted_out_on=None, wording="full")
        child = building.person(office.centre, birth_on=date(2019, 5, 1))
        building.carer(child, building.person(office.centre))
        office.hour(child)
        person, booking = office.untold()
        Call.objects.create(
            booking=booking,
            schedule_version=1,
            person=person,
            result="not_reached",
            by=office.coordinator,
            at=NOW,
        )


def test_list_costs_the_same_for_one_of_each_and_for_eight(office, monkeypatch):
    tell_too_much(monkeypatch)
    everybody(office, 1)
    few = office.api.queries("unreached/", {"page_size": 500})
    everybody(office, 7)
    assert len(office.listed()) == 32
    assert office.api.queries("unreached/", {"page_size": 500}) == few


def test_job_asks_the_same_for_one_family_and_for_many(office, django_assert_max_num_queries):
    everybody(office, 1)
    voice.now_of(office.centre.pk)
    with django_assert_max_num_queries(9):
        unreached.families_by_centre()
    everybody(office, 7)
    voice.now_of(office.centre.pk)
    with django_assert_max_num_queries(9):
        unreached.families_by_centre()
    assert ContactCard.objects.exists()
    assert Carer.objects.exists()
    assert Reminder.objects.exists()
