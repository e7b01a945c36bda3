"""The pages of workshops, groups and sessions as a browser without scripts gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from people.models import KinshipWall, Person, Role, User
from scheduling import services
from scheduling.models import Booking, Closure, Modality, Participation, SchoolVacation
from scheduling.planning import Wish
from tests.desk.test_pages import browser
from tests.desk.test_stay_pages import plain
from tests.support import building
from tests.support.building import at
from tests.workshops import building as made
from tests.workshops.building import FIRST, MONDAY
from workshops import attendance, enrolling, sessions
from workshops.models import Enrolment, Group, Session, Step
from workshops.register import sheet_names

pytestmark = pytest.mark.django_db
S = Enrolment.Status
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


class Club:
    """A group of two places on eight Mondays at ten, and whoever runs the centre before it."""

    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.workshop = made.workshop(self.centre, capacity=2)
        self.group = made.group(self.workshop, by=self.by)
        self.client = browser(self.by)

    def reader(self, user: User | str) -> Any:
        user = building.user(self.centre, user) if isinstance(user, str) else user
        return browser(user)

    @property
    def leader(self) -> User:
        return self.group.series.terms.get().lead.user

    def sessions(self) -> list[Session]:
        return list(self.group.sessions.select_related("booking"))

    def child(self, name: str = "Mimi", **fields: Any) -> Person:
        one = made.child(self.centre, **fields)
        Person.objects.filter(pk=one.pk).update(given_name=name)
        one.refresh_from_db()
        return one

    def enrol(self, *people: Person, **fields: Any) -> list[Enrolment]:
        return made.enrol(self.group, *people, by=self.by, **fields)

    @property
    def path(self) -> str:
        return f"/groups/{self.group.public_id}/"

    def read(self, path: str = "", client: Any = None, **asked: Any) -> str:
        return plain((client or self.client).get(path or self.path, asked))

    def press(self, one: Enrolment, act: str, client: Any = None, **filled: Any) -> str:
        sent = {"enrolment": one.public_id, "version": fresh(one).version, "act": act, **filled}
        return plain((client or self.client).post(self.path, sent, follow=True))

    def enrolling(self, *people: Person, client: Any = None, **filled: Any) -> str:
        sent = {
            "act": "enrol",
            "people": [one.public_id for one in people],
            "from_on": said(MONDAY),
            "consent_on": said(MONDAY),
            **filled,
        }
        return plain((client or self.client).post(self.path, sent, follow=True))


def fresh(one: Enrolment) -> Enrolment:
    return Enrolment.objects.get(pk=one.pk)


def said(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def page_of(session: Session) -> str:
    return f"/sessions/{session.public_id}/"


def pressed(club: Club, session: Session, act: str, client: Any = None, **filled: Any) -> str:
    version = Booking.objects.get(pk=session.booking_id).version
    sent = {"act": act, "version": version, **filled}
    return plain((client or club.client).post(page_of(session), sent, follow=True))


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.frozen(at(MONDAY, 8)):
        yield


@pytest.fixture
def club() -> Club:
    return Club()


# --- The week -------------------------------------------------------------------------------------


def test_week_shows_each_session_with_its_places_and_without_names(club: Club) -> None:
    club.enrol(club.child())

    page = club.read("/workshops/", **{"from": said(FIRST)})

    assert f"10:00–11:00 {club.workshop.name} {club.group.name}" in page
    assert "1 of 2" in page
    assert "Mimi" not in page


def test_cancelled_session_is_struck_out_in_the_week_with_the_word(club: Club) -> None:
    sessions.cancel_session(club.sessions()[0], by=club.by)

    answer = club.client.get("/workshops/", {"from": said(FIRST)})

    assert "<s>10:00–11:00</s>" in answer.content.decode()
    assert "cancelled" in plain(answer)


def test_days_off_and_vacations_are_named_on_their_day(club: Club) -> None:
    Closure.objects.create(centre=club.centre, on=FIRST + DAY, name="Repairs")
    SchoolVacation.objects.create(
        centre=club.centre, from_on=FIRST + 2 * DAY, until_on=FIRST + 3 * DAY, name="Spring break"
    )

    page = club.read("/workshops/", **{"from": said(FIRST)})

    assert (page.count("Repairs"), page.count("Spring break")) == (1, 2)


def test_week_leads_to_the_weeks_beside_it(club: Club) -> None:
    content = club.client.get("/workshops/", {"from": said(FIRST + DAY)}).content.decode()

    assert f"?from={FIRST - WEEK}" in content
    assert f"?from={FIRST + WEEK}" in content


@pytest.mark.parametrize("role", ["leader", "data-officer", "shelter", "psychologist"])
def test_every_role_of_the_centre_reads_the_week(club: Club, role: str) -> None:
    page = club.read("/workshops/", club.reader(role), **{"from": said(FIRST)})

    assert club.group.name in page


def test_week_of_another_centre_is_empty(club: Club) -> None:
    other = building.user(building.centre(), "coordinator")

    page = club.read("/workshops/", club.reader(other), **{"from": said(FIRST)})

    assert club.group.name not in page


def test_week_asks_as_often_with_one_session_as_with_thirty(club: Club) -> None:
    def queries() -> int:
        club.client.get("/workshops/", {"from": said(FIRST)})
        with CaptureQueriesContext(connection) as captured:
            club.client.get("/workshops/", {"from": said(FIRST)})
        return len(captured)

    one = queries()
    for number in range(6):
        lead = building.specialist(club.centre, [club.workshop.service])
        for day in range(5):
            starts_at = at(FIRST + day * DAY, 9 + number)
            made.group(
                club.workshop, by=club.by, lead=lead, starts_at=starts_at,
                until=FIRST + day * DAY, room=building.place(
                    club.centre, [club.workshop.service], seats=40
                ),
            )  # fmt: skip

    assert queries() == one
    assert club.read("/workshops/", **{"from": said(FIRST)}).count(" of 2 places") >= 31


# --- A group --------------------------------------------------------------------------------------


def test_group_shows_its_rhythm_leader_and_places_to_everybody(club: Club) -> None:
    club.enrol(club.child())

    page = club.read(client=club.reader("data-officer"))

    assert "every Monday, 10:00" in page
    assert club.group.series.terms.get().lead.name in page
    assert "1 of 2" in page
    assert "Mimi" not in page


@pytest.mark.parametrize("role", ["psychologist", "leader", "shelter", "data-officer"])
def test_who_does_not_run_the_group_sees_no_names(club: Club, role: str) -> None:
    club.enrol(club.child())

    assert "Mimi" not in club.read(client=club.reader(role))


def test_its_leader_sees_who_comes(club: Club) -> None:
    club.enrol(club.child())

    assert "Mimi" in club.read(client=club.reader(club.leader))


def test_kin_never_sees_the_family_though_she_runs_the_centre(club: Club) -> None:
    club.enrol(mimi := club.child())
    club.enrol(club.child("Stefi"))
    kin = building.user(club.centre, "coordinator")
    KinshipWall.objects.create(user=kin, household=mimi.household)

    page = club.read(client=club.reader(kin))

    assert "Stefi" in page
    assert "Mimi" not in page


def test_names_are_no_part_of_the_group_of_another_centre(club: Club) -> None:
    other = building.user(building.centre(), "coordinator")

    assert club.reader(other).get(club.path).status_code == 404


def test_siblings_are_enrolled_together_with_who_consented(club: Club) -> None:
    mother = building.person(club.centre)
    one, two = (club.child(name, mother=mother) for name in ("Mimi", "Stefi"))

    page = club.enrolling(one, two, carer=mother.public_id, together="on")

    assert list(club.group.enrolments.values_list("person", "status", "carer")) == [
        (one.pk, S.ENROLLED, mother.pk),
        (two.pk, S.ENROLLED, mother.pk),
    ]
    assert "Mimi" in page


def test_whoever_finds_no_place_waits_and_is_told_so(club: Club) -> None:
    club.enrol(club.child())
    club.enrol(club.child())

    page = club.enrolling(late := club.child("Late"))

    assert Enrolment.objects.get(person=late).status == S.WAITING
    assert f"{late.full_name}: waiting." in page


def test_a_refusal_is_said_and_nothing_that_was_typed_is_lost(club: Club) -> None:
    club.enrol(mimi := club.child())

    page = club.client.post(
        club.path,
        {
            "act": "enrol",
            "people": [mimi.public_id],
            "from_on": said(FIRST),
            "consent_on": said(MONDAY),
        },
    )

    assert page.status_code == 422
    assert "There is a place, a proposal or a turn in this group already" in plain(page)
    assert f'value="{mimi.public_id}" checked' in page.content.decode()
    assert f'value="{said(FIRST)}"' in page.content.decode()


def test_child_who_is_elsewhere_may_be_enrolled_without_those_sessions(club: Club) -> None:
    mimi = club.child()
    talk = building.service(club.centre)
    lead = building.specialist(club.centre, [talk])
    wish = Wish(talk, at(FIRST, 10), lead, (mimi,), Modality.PHONE)
    services.book(wish, by=club.by)

    refused = club.enrolling(mimi)

    assert "Go on without those sessions" in refused
    assert not club.group.enrolments.exists()
    assert "Cannot come on March 8, 2027" in club.enrolling(mimi, leaving_out="on")


def test_doubtful_age_is_warned_about_and_not_refused(club: Club) -> None:
    club.workshop.doubtful_age = 11
    club.workshop.save()

    page = club.enrolling(club.child(age=11))

    assert "is exactly 11 on some of the dates" in page
    assert club.group.enrolments.get().status == S.ENROLLED


def test_specialist_proposes_her_own_family_and_the_leader_accepts(club: Club) -> None:
    mimi = club.child()
    psychologist = building.user(club.centre)
    case = building.case(mimi)
    case.lead = psychologist
    case.save()

    club.enrolling(mimi, client=club.reader(psychologist))
    one = club.group.enrolments.get()
    leader = club.reader(club.leader)
    assert one.status == S.PROPOSED
    assert "Proposed: decide" in club.read(client=leader)

    club.press(one, "accept", leader)
    assert fresh(one).status == S.ENROLLED


def test_nobody_proposes_a_family_that_is_not_hers_to_know(club: Club) -> None:
    answer = club.reader("psychologist").post(
        club.path,
        {
            "act": "enrol",
            "people": [club.child().public_id],
            "from_on": said(MONDAY),
            "consent_on": said(MONDAY),
        },
    )

    assert answer.status_code == 403
    assert not club.group.enrolments.exists()


def test_proposal_is_declined_with_a_reason(club: Club) -> None:
    (one,) = club.enrol(club.child(), accepted=False)

    assert "This field is required" in club.press(one, "decline")
    page = club.press(one, "decline", reason="Too young yet")

    assert fresh(one).status == S.DECLINED
    assert "Too young yet" in page


def test_offer_is_answered_and_a_refused_one_goes_to_the_next(club: Club) -> None:
    first, _, third, fourth = (club.enrol(club.child())[0] for _ in range(4))
    club.press(first, "withdraw", on=said(MONDAY), reason="Moves away")

    assert fresh(third).status == S.OFFERED
    assert "offered until" in club.read()

    club.press(third, "refuse")
    club.press(fourth, "take")
    assert (fresh(third).status, fresh(fourth).status) == (S.LAPSED, S.ENROLLED)


def test_waiting_list_stands_in_its_order_and_somebody_is_passed_over(club: Club) -> None:
    for _ in range(2):
        club.enrol(club.child("Sits"))
    late = [club.enrol(club.child(name))[0] for name in ("Zara", "Asya")]

    page = club.read()
    assert page.index("Zara") < page.index("Asya")

    page = club.press(late[0], "skip", reason="Not reached")
    assert "passed over Not reached" in page
    club.press(late[0], "unskip")
    assert fresh(late[0]).skip_reason == ""


def test_pause_and_coming_back(club: Club) -> None:
    (one,) = club.enrol(club.child())

    page = club.press(one, "pause", from_on=said(FIRST), until_on=said(FIRST + WEEK))
    assert "pause March 8, 2027 – March 15, 2027" in page

    club.press(one, "resume", on=said(FIRST))
    assert not one.pauses.exists()


def test_a_wrong_pause_is_refused_beside_the_child(club: Club) -> None:
    (one,) = club.enrol(club.child())

    page = club.press(one, "pause", from_on=said(MONDAY - WEEK), until_on=said(MONDAY))

    assert "A pause lies ahead, within the enrolment" in page


def test_stale_button_changes_nothing_and_says_so(club: Club) -> None:
    (one,) = club.enrol(club.child())
    club.press(one, "withdraw", on=said(MONDAY), version=99)

    assert fresh(one).status == S.ENROLLED


def test_button_for_a_child_of_another_group_is_not_found(club: Club) -> None:
    other = made.group(club.workshop, by=club.by, starts_at=at(FIRST + DAY, 10))
    (one,) = made.enrol(other, club.child(), by=club.by)

    sent = {"act": "withdraw", "enrolment": one.public_id, "version": 1, "on": said(MONDAY)}
    assert club.client.post(club.path, sent).status_code == 404


def test_whole_story_is_readable_with_who_and_why(club: Club) -> None:
    (one,) = club.enrol(club.child())
    page = club.press(one, "withdraw", on=said(FIRST + WEEK), reason="Moves away")

    assert f"withdrawn , from {said(FIRST + WEEK)}: Moves away" in page
    assert str(club.by) in page


def test_places_are_raised_by_who_sets_up_alone(club: Club) -> None:
    for _ in range(3):
        club.enrol(club.child())
    sent = {"act": "places", "version": club.group.version, "name": "Art", "capacity": 3}

    assert club.reader(club.leader).post(club.path, sent).status_code == 403
    club.client.post(club.path, sent)

    group = Group.objects.get(pk=club.group.pk)
    assert (group.name, group.capacity) == ("Art", 3)
    assert club.group.enrolments.filter(status=S.OFFERED).count() == 1


def test_attendance_of_the_term_is_a_table_in_words(club: Club) -> None:
    (one,) = club.enrol(club.child())
    first = club.sessions()[0]
    with clock.frozen(at(FIRST, 11)):
        outcome = Participation.Outcome.NOT_BROUGHT
        attendance.note_attendance(first, {one.person: outcome}, by=club.by)
        page = club.read()

    row = page[page.index("Attendance") :]
    assert f"{one.person.full_name} A was not brought 0" in row


def test_group_asks_as_often_with_one_child_as_with_eight(club: Club) -> None:
    Group.objects.filter(pk=club.group.pk).update(capacity=20)
    club.enrol(club.child())

    def queries() -> int:
        club.client.get(club.path)
        with CaptureQueriesContext(connection) as captured:
            club.client.get(club.path)
        return len(captured)

    one = queries()
    for _ in range(7):
        club.enrol(club.child())
    assert queries() == one


def test_task_about_a_proposal_leads_to_the_group(club: Club) -> None:
    club.enrol(club.child(), accepted=False)

    assert club.path in club.client.get("/").content.decode()


# --- A new group ----------------------------------------------------------------------------------


def timetable(club: Club, **changed: Any) -> dict[str, Any]:
    return {
        "workshop": club.workshop.public_id,
        "name": "Afternoon",
        "on": said(FIRST),
        "at": "14:00",
        "weekdays": [1, 3],
        "until": said(FIRST + 2 * WEEK),
        "lead": building.specialist(club.centre, [club.workshop.service]).public_id,
        **changed,
    }


def test_dates_of_a_new_group_are_shown_with_reasons_before_it_is_opened(club: Club) -> None:
    Closure.objects.create(centre=club.centre, on=FIRST + DAY, name="Repairs")

    page = club.read("/groups/new/", **timetable(club))

    assert "Repairs" in page
    assert "every Tuesday and every Thursday, 14:00" in page
    assert "3 of 4 dates are free" in page
    assert Group.objects.count() == 1


def test_group_is_opened_once_however_often_the_button_is_pressed(club: Club) -> None:
    sent = timetable(club, once="1", capacity=5)
    for _ in range(2):
        answer = club.client.post("/groups/new/", sent, follow=True)

    opened = Group.objects.get(name="Afternoon")
    assert answer.redirect_chain[-1][0] == f"/groups/{opened.public_id}/"
    assert (opened.capacity, opened.sessions.count()) == (5, 4)


def test_groups_skip_school_vacations_unless_they_meet_on_them(club: Club) -> None:
    SchoolVacation.objects.create(
        centre=club.centre, from_on=FIRST, until_on=FIRST + 2 * DAY, name="Spring break"
    )
    asked = timetable(club)

    assert "Spring break" in club.read("/groups/new/", **asked)
    assert "4 of 4 dates are free" in club.read("/groups/new/", **asked, on_school_vacations="on")


@pytest.mark.parametrize("role", ["psychologist", "leader", "data-officer"])
def test_only_who_sets_up_opens_groups(club: Club, role: str) -> None:
    assert club.reader(role).get("/groups/new/").status_code == 403


# --- A session ------------------------------------------------------------------------------------


def test_session_shows_who_comes_to_whoever_runs_the_group_alone(club: Club) -> None:
    club.enrol(club.child())
    first = page_of(club.sessions()[0])

    assert "Mimi" in club.read(first)
    other = club.read(first, club.reader("psychologist"))
    assert ("1 of 2" in other, "Mimi" in other) == (True, False)


def test_kin_does_not_see_the_family_in_a_session_nor_on_its_sheet(club: Club) -> None:
    club.enrol(mimi := club.child())
    kin = building.user(club.centre, "coordinator")
    KinshipWall.objects.create(user=kin, household=mimi.household)

    for path in (page_of(club.sessions()[0]), f"{page_of(club.sessions()[0])}sheet/"):
        assert "Mimi" not in club.read(path, club.reader(kin))


def outcomes(club: Club) -> list[str]:
    found = Participation.objects.filter(booking__seat__session=club.sessions()[0])
    return list(found.order_by("pk").values_list("outcome", flat=True))


def test_all_came_by_one_button_and_it_is_undone(club: Club) -> None:
    club.enrol(club.child())
    club.enrol(club.child())
    first = club.sessions()[0]

    with clock.frozen(at(FIRST, 11)):
        pressed(club, first, "all")
        assert outcomes(club) == ["attended", "attended"]
        assert "Undo" in club.read(page_of(first))
        pressed(club, first, "undo")
        assert outcomes(club) == ["", ""]
    with clock.frozen(at(FIRST, 12)):
        assert "Undo" not in club.read(page_of(first))


def test_attendance_is_noted_child_by_child(club: Club) -> None:
    for name in ("Ani", "Boyan"):
        club.enrol(club.child(name))
    first = club.sessions()[0]
    seats = [f"seat-{one.pk}" for one in first.seats.order_by("pk")]

    with clock.frozen(at(FIRST, 11)):
        pressed(club, first, "note", **{seats[0]: "not_brought", seats[1]: "attended"})

    assert outcomes(club) == ["not_brought", "attended"]


def test_no_attendance_before_the_session(club: Club) -> None:
    club.enrol(club.child())

    assert "All came" not in club.read(page_of(club.sessions()[0]))
    pressed(club, club.sessions()[0], "all")
    assert outcomes(club) == [""]


def test_cancelling_says_that_families_are_told_and_keeps_the_reason(club: Club) -> None:
    club.enrol(club.child())
    first = club.sessions()[0]
    assert "1 family will be told that it is cancelled." in club.read(page_of(first))

    page = pressed(club, first, "cancel", reason="No heating")

    assert "cancelled No heating" in page
    assert "Mimi" in page


def test_session_is_moved_with_everybody(club: Club) -> None:
    club.enrol(club.child())
    first = club.sessions()[0]

    pressed(club, first, "move", on=said(FIRST + DAY), at="11:00")

    first.booking.refresh_from_db()
    assert first.booking.starts_at == at(FIRST + DAY, 11)
    assert first.seats.get().booking.starts_at == at(FIRST + DAY, 11)


def test_move_that_somebody_cannot_follow_asks_whether_to_go_on(club: Club) -> None:
    mimi = club.child()
    club.enrol(mimi)
    talk = building.service(club.centre)
    lead = building.specialist(club.centre, [talk])
    services.book(Wish(talk, at(FIRST, 13), lead, (mimi,), Modality.PHONE), by=club.by)
    first = club.sessions()[0]

    page = pressed(club, first, "move", on=said(FIRST), at="13:00")
    assert "Go on without whoever cannot come" in page

    pressed(club, first, "move", on=said(FIRST), at="13:00", leaving_out="on")
    first.booking.refresh_from_db()
    assert first.booking.starts_at == at(FIRST, 13)


def test_cancelled_session_is_made_up_for_once(club: Club) -> None:
    club.enrol(club.child())
    first = club.sessions()[0]
    sessions.cancel_session(first, by=club.by)

    page = pressed(club, first, "make_up", on=said(FIRST + DAY), at="15:00", once="1")

    second = Session.objects.get(makes_up_for=first)
    assert second.booking.starts_at == at(FIRST + DAY, 15)
    assert "makes up" in page
    assert "Make up for it" not in club.read(page_of(first))


def test_who_does_not_run_the_group_presses_nothing(club: Club) -> None:
    first = club.sessions()[0]
    sent = {"act": "cancel", "version": first.booking.version}

    assert club.reader("psychologist").post(page_of(first), sent).status_code == 403


def test_sheet_has_given_names_alone(club: Club) -> None:
    (one,) = club.enrol(club.child())
    page = club.read(f"{page_of(club.sessions()[0])}sheet/")

    assert "Mimi" in page
    assert not re.search(rf"\b{one.person.family_name}\b", page[page.index("Name") :])


def test_sheet_tells_two_of_one_name_apart_by_a_letter() -> None:
    names = (("Мими", "Иванова"), ("мими", "Петрова"), ("Ани", "Иванова"))
    people = [Person(given_name=given, family_name=family) for given, family in names]

    assert sheet_names(people) == ["Мими И.", "мими П.", "Ани"]


def test_sheet_is_for_whoever_runs_the_group(club: Club) -> None:
    path = f"{page_of(club.sessions()[0])}sheet/"

    assert club.reader("psychologist").get(path).status_code == 403


# --- Bookings of groups ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Booking.Kind.SESSION, Booking.Kind.PLACE])
def test_booking_of_a_group_leads_to_its_session_and_is_not_changed_alone(
    club: Club, kind: str
) -> None:
    club.enrol(club.child())
    booking = Booking.objects.filter(kind=kind).order_by("starts_at")[0]
    path = f"/bookings/{booking.public_id}/"

    content = club.client.get(path).content.decode()
    assert page_of(club.sessions()[0]) in content
    assert (f"{path}move/" in content, f"{path}cancel/" in content) == (False, False)

    club.client.post(f"{path}cancel/", {"version": booking.version, "party": "centre"})
    booking.refresh_from_db()
    assert booking.status == Booking.Status.CONFIRMED


def test_the_leaders_day_leads_to_the_session(club: Club) -> None:
    day = said(FIRST)
    content = club.reader(club.leader).get("/", {"on": day}).content.decode()

    assert page_of(club.sessions()[0]) in content
    assert "/move/" not in content


def test_offered_places_are_not_among_the_held_hours(club: Club) -> None:
    first, _, _ = (club.enrol(club.child())[0] for _ in range(3))
    enrolling.withdraw(first, on=MONDAY, by=club.by)

    assert Step.objects.filter(what=Step.What.OFFERED).count() == 1
    assert "Held hours" not in club.read("/")
