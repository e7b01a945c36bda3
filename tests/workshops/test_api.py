"""Workshops, groups, sessions and enrolments as programs call them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from rest_framework.response import Response

from base import clock
from people.models import KinshipWall, Person, Role, User
from scheduling.models import Booking, SchoolVacation, Service
from tests.support import building
from tests.support.calling import Api, problem, wire
from tests.workshops import building as made
from tests.workshops.building import FIRST, LAST, MONDAY
from workshops.models import Audience, Enrolment, Group, Session, Step, Workshop

pytestmark = pytest.mark.django_db

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
BEGUN = building.at(FIRST, 10, 5)


class Place(NamedTuple):
    """A group of two places, with a child in one of them."""

    by: User
    leader: User
    psychologist: User
    workshop: Workshop
    group: Group
    child: Person

    @property
    def api(self) -> Api:
        return Api(self.by)

    @property
    def sessions(self) -> list[Session]:
        return list(self.group.sessions.order_by("booking__starts_at"))

    @property
    def enrolment(self) -> Enrolment:
        return Enrolment.objects.get(person=self.child)

    def another(self, **fields: Any) -> Person:
        return made.child(self.workshop.centre, **fields)

    def enrol(self, *people: Person, by: User | None = None, **fields: Any) -> Response:
        return Api(by or self.by).post("enrolments/", self.asked(*people, **fields))

    def asked(self, *people: Person, **fields: Any) -> dict[str, Any]:
        return {
            "group": self.group.public_id,
            "people": [{"person": one.public_id} for one in people],
            "from": FIRST.isoformat(),
            "consent_on": MONDAY.isoformat(),
        } | fields


@pytest.fixture
def own() -> Place:
    centre = building.centre()
    by = building.user(centre, Role.Name.COORDINATOR)
    leader = building.user(centre, Role.Name.LEADER)
    workshop = made.workshop(centre, capacity=2)
    group = made.group(workshop, by=by, lead=made.leader(leader, workshop))
    child = made.child(centre)
    made.enrol(group, child, by=by)
    return Place(by, leader, building.user(centre), workshop, group, child)


def statuses(answer: Response) -> list[str]:
    assert answer.status_code == 201, answer.content
    return [one["status"] for one in answer.json()["enrolments"]]


def offered(own: Place) -> Enrolment:
    """A place freed by a withdrawal, offered to who waited."""
    other, waiting = own.another(), own.another()
    made.enrol(own.group, other, by=own.by)
    (turn,) = made.enrol(own.group, waiting, by=own.by)
    body = {"on": MONDAY.isoformat()}
    assert own.api.post(f"enrolments/{own.enrolment.public_id}/withdraw/", body).status_code == 200
    turn.refresh_from_db()
    return turn


# Enrolling


def test_who_runs_the_group_enrols(own: Place):
    assert statuses(own.enrol(own.another())) == ["enrolled"]


def test_full_group_puts_on_the_waiting_list(own: Place):
    own.enrol(own.another())

    assert statuses(own.enrol(own.another())) == ["waiting"]


def test_siblings_are_answered_in_the_order_asked(own: Place):
    one, other = own.another(), own.another()

    answer = own.enrol(other, one)

    assert [e["person"] for e in answer.json()["enrolments"]] == [
        str(other.public_id),
        str(one.public_id),
    ]
    assert statuses(answer) == ["enrolled", "waiting"]


def test_who_only_knows_the_child_proposes_and_the_leader_accepts(own: Place):
    child = own.another()
    case = building.case(child)
    case.lead = own.psychologist
    case.save()

    answer = own.enrol(child, by=own.psychologist)
    (proposal,) = answer.json()["enrolments"]
    path = f"enrolments/{proposal['id']}/accept/"

    assert statuses(answer) == ["proposed"]
    assert problem(Api(own.psychologist).post(path)) == (403, "not_allowed")
    accepted = Api(own.leader).post(path).json()
    assert (accepted["status"], accepted["accepted"]) == ("enrolled", True)


def test_declined_proposal_leaves_its_reason_in_the_story(own: Place):
    (proposal,) = made.enrol(own.group, own.another(), by=own.by, accepted=False)
    path = f"enrolments/{proposal.public_id}/"

    declined = Api(own.leader).post(f"{path}decline/", {"reason": "next term"}).json()

    story = own.api.get(f"{path}steps/").json()["results"]
    assert declined["status"] == "declined"
    assert [(one["what"], one["facts"]) for one in story] == [
        ("proposed", {}),
        ("declined", {"reason": "next term"}),
    ]


def test_repeated_request_enrols_once(own: Place):
    body = own.asked(own.another())

    first, second = (own.api.post("enrolments/", body, idempotency_key="1") for _ in range(2))

    assert first.json() == second.json()
    assert own.group.enrolments.count() == 2


def test_key_of_another_request_is_refused(own: Place):
    own.api.post("enrolments/", own.asked(own.another()), idempotency_key="1")

    answer = own.api.post("enrolments/", own.asked(own.another()), idempotency_key="1")

    assert problem(answer) == (422, "idempotency_key_reused")


def no_carer(own: Place) -> Response:
    orphan = building.person(own.workshop.centre, birth_on=date(2018, 1, 1))
    return own.enrol(orphan)


def for_others(own: Place) -> Response:
    Workshop.objects.update(audiences=[Audience.WITHOUT_PARENTAL_CARE])
    return own.enrol(own.another())


def too_young(own: Place) -> Response:
    Workshop.objects.update(least_age=12)
    return own.enrol(own.another(age=9))


def no_papers(own: Place) -> Response:
    Service.objects.update(access=Service.Access.SPECIALISED)
    return own.enrol(own.another())


def at_that_hour_elsewhere(own: Place) -> Response:
    child = own.another()
    other = made.group(made.workshop(own.workshop.centre), by=own.by)
    made.enrol(other, child, by=own.by)
    return own.enrol(child)


def alone(own: Place) -> Response:
    one = own.another()
    return own.enrol(people=[{"person": one.public_id, "one_to_one": True}])


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda own: own.enrol(own.child), "already_enrolled"),
        (lambda own: own.enrol(own.another(), consent_on=FIRST.isoformat()), "consent_ahead"),
        (lambda own: own.enrol(own.another(), **{"from": "2027-02-01"}), "past_day"),
        (
            lambda own: own.enrol(own.another(), **{"from": (LAST + DAY).isoformat()}),
            "no_sessions",
        ),
        (no_carer, "carer_not_named"),
        (for_others, "not_the_audience"),
        (too_young, "wrong_age"),
        (no_papers, "no_entry_basis"),
        (at_that_hour_elsewhere, "elsewhere_then"),
        (alone, "too_few_adults"),
    ],
)
def test_refusal_has_its_code_and_a_sentence(own: Place, ask: Any, code: str):
    answer = ask(own)

    assert problem(answer) == (422, code)
    assert answer.json()["detail"].endswith(".")


def test_step_that_cannot_be_taken_is_refused(own: Place):
    offer = offered(own)

    answer = own.api.post(f"enrolments/{offer.public_id}/accept/")

    assert problem(answer) == (422, "wrong_status")


def test_hour_of_a_leader_who_is_elsewhere_is_a_clash_that_says_when(own: Place):
    answer = own.api.post(
        "groups/", a_group(own, starts_at=wire(building.at(FIRST, 10)), rule=MONDAYS)
    )

    assert problem(answer) == (409, "resource_unavailable")
    assert answer.json()["resource"] == str(own.leader.resource.public_id)


def test_sessions_at_which_the_child_is_elsewhere_may_be_left_out(own: Place):
    child = own.another()
    other = made.group(made.workshop(own.workshop.centre), by=own.by, until=FIRST)
    made.enrol(other, child, by=own.by)

    assert statuses(own.enrol(child, leaving_out=True)) == ["enrolled"]
    seat = Enrolment.objects.get(group=own.group, person=child).seats.get(why="elsewhere")
    assert seat.session == own.sessions[0]


def test_nobody_without_the_right_waives_papers(own: Place):
    answer = own.enrol(own.another(), by=own.leader, without_papers="tomorrow")

    assert problem(answer) == (403, "not_allowed")


# One enrolment


def test_offer_is_taken(own: Place):
    offer = offered(own)

    answer = own.api.post(f"enrolments/{offer.public_id}/answer/", {"yes": True})

    assert (offer.status, answer.json()["status"]) == ("offered", "enrolled")
    assert answer.json()["offer_expires_at"] is None


def test_offer_that_ran_out_is_refused_with_its_own_code(own: Place):
    offer = offered(own)
    with clock.frozen(offer.offer_expires_at):
        answer = own.api.post(f"enrolments/{offer.public_id}/answer/", {"yes": True})

    assert problem(answer) == (422, "offer_over")


def test_pause_and_return(own: Place):
    path = f"enrolments/{own.enrolment.public_id}/"
    pause = {"from": FIRST.isoformat(), "to": (FIRST + WEEK).isoformat()}

    paused = own.api.post(f"{path}pause/", pause)
    resumed = own.api.post(f"{path}resume/", {"on": (FIRST + DAY).isoformat()})

    assert (paused.status_code, resumed.status_code) == (200, 200)
    seated = own.enrolment.seats.filter(booking__status=Booking.Status.CONFIRMED)
    assert seated.count() == 7  # all but the first


def test_pause_in_the_past_is_refused(own: Place):
    pause = {"from": (MONDAY - DAY).isoformat(), "to": FIRST.isoformat()}

    answer = own.api.post(f"enrolments/{own.enrolment.public_id}/pause/", pause)

    assert problem(answer) == (422, "wrong_pause")


def test_passed_over_with_a_reason_and_no_longer(own: Place):
    made.enrol(own.group, own.another(), by=own.by)
    (turn,) = made.enrol(own.group, own.another(), by=own.by)
    path = f"enrolments/{turn.public_id}/skip/"

    skipped = own.api.post(path, {"reason": "is away"}).json()
    back = own.api.post(path, {}).json()

    assert (skipped["skipped"], back["skipped"]) == ("is away", "")


STEPS = [
    ("withdraw", {"on": MONDAY.isoformat()}),
    ("pause", {"from": FIRST.isoformat(), "to": None}),
    ("accept", {}),
    ("decline", {"reason": "x"}),
    ("answer", {"yes": True}),
    ("skip", {"reason": "x"}),
]


@pytest.mark.parametrize(("step", "body"), STEPS)
def test_stale_version_is_refused(own: Place, step: str, body: dict[str, Any]):
    path = f"enrolments/{own.enrolment.public_id}/{step}/"

    answer = own.api.post(path, body | {"version": 7})

    assert problem(answer) == (409, "stale_version")
    assert answer.json()["version"] == 1


@pytest.mark.parametrize(("step", "body"), STEPS)
def test_foreign_and_unknown_enrolments_are_not_found(own: Place, step: str, body: Any):
    stranger = Api(building.user(building.centre(), Role.Name.MANAGER))

    answer = stranger.post(f"enrolments/{own.enrolment.public_id}/{step}/", body)

    assert problem(answer) == (404, "not_found")


# Who sees whom


def test_who_leads_no_group_sees_no_names(own: Place):
    session = own.sessions[0]
    Person.objects.filter(pk=own.child.pk).update(family_name="Непознайкова")

    shown = Api(own.psychologist).get(f"sessions/{session.public_id}/")

    assert (shown.json()["coming"], shown.json()["seats"]) == (1, None)
    assert "Непознайкова" not in shown.content.decode()
    assert Api(own.psychologist).get("enrolments/").json()["count"] == 0
    path = f"enrolments/{own.enrolment.public_id}/"
    assert problem(Api(own.psychologist).get(path)) == (404, "not_found")


def test_leader_sees_who_comes(own: Place):
    shown = Api(own.leader).get(f"sessions/{own.sessions[0].public_id}/").json()

    assert [seat["person"] for seat in shown["seats"]] == [str(own.child.public_id)]


def test_walled_colleague_sees_nothing_of_the_family(own: Place):
    kin = building.user(own.workshop.centre, Role.Name.COORDINATOR)
    KinshipWall.objects.create(user=kin, household=own.child.household)
    api, path = Api(kin), f"enrolments/{own.enrolment.public_id}/"

    shown = api.get(f"sessions/{own.sessions[0].public_id}/").json()

    assert (shown["coming"], shown["seats"]) == (1, [])
    assert api.get("enrolments/").json()["count"] == 0
    for answer in (
        api.get(path),
        api.get(f"{path}steps/"),
        api.post(f"{path}withdraw/", {"on": MONDAY.isoformat()}),
        api.get(f"people/{own.child.public_id}/belongings/"),
        own.enrol(own.child, by=kin),
    ):
        assert problem(answer) == (404, "not_found")


def test_walled_colleague_marks_no_attendance_of_the_family(own: Place):
    kin = building.user(own.workshop.centre, Role.Name.COORDINATOR)
    KinshipWall.objects.create(user=kin, household=own.child.household)
    body = {"lines": [{"person": own.child.public_id, "outcome": "attended"}]}
    with clock.frozen(BEGUN):
        answer = Api(kin).post(f"sessions/{own.sessions[0].public_id}/attendance/", body)

    assert problem(answer) == (404, "not_found")


# Lists


def sends(api: Api, path: str, query: dict[str, Any] | None = None) -> tuple[int, int]:
    return api.get(path, query).json()["count"], api.queries(path, query)


def test_lists_cost_the_same_for_one_and_for_thirty(own: Place):
    window = {"from": MONDAY.isoformat(), "to": (FIRST + DAY).isoformat()}
    person = {"group": own.group.public_id}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("workshops/", {}),
        ("groups/", {}),
        ("sessions/", window),
        ("enrolments/", person),
        (f"people/{own.child.public_id}/belongings/", {}),
        (f"enrolments/{own.enrolment.public_id}/steps/", {}),
    ]
    belong(own, [Audience.WITHOUT_PARENTAL_CARE])
    few = {path: sends(own.api, path, query) for path, query in asked}

    for _ in range(29):
        made.group(made.workshop(own.workshop.centre), by=own.by, until=FIRST)
    made.enrol(own.group, *(own.another() for _ in range(29)), by=own.by)
    Step.objects.bulk_create(
        Step(enrolment=own.enrolment, what=Step.What.PAUSED, by=own.by, at=clock.now())
        for _ in range(29)
    )
    belong(own, list(Audience))
    many = {path: sends(own.api, path, query | {"page_size": 100}) for path, query in asked}

    assert {path: count for path, (count, _) in few.items()} == dict.fromkeys(few, 1)
    assert min(count for count, _ in many.values()) >= 6
    assert {p: queries for p, (_, queries) in many.items()} == {
        p: queries for p, (_, queries) in few.items()
    }


def belong(own: Place, audiences: Sequence[str]) -> None:
    for audience in audiences:
        body = {"audience": audience, "from": MONDAY.isoformat()}
        answer = own.api.post(f"people/{own.child.public_id}/belongings/", body)
        assert answer.status_code == 201


def test_enrolments_are_filtered(own: Place):
    other = own.another()
    made.enrol(own.group, other, by=own.by, accepted=False)

    found = own.api.get("enrolments/", {"status": "proposed"}).json()["results"]

    assert [one["person"] for one in found] == [str(other.public_id)]


# Groups and workshops


MONDAYS = {"freq": "weekly", "until": LAST.isoformat()}


def a_group(own: Place, **fields: Any) -> dict[str, Any]:
    return {
        "workshop": own.workshop.public_id,
        "name": "Thursdays",
        "starts_at": wire(building.at(date(2027, 4, 23), 10)),
        "specialist": own.leader.resource.public_id,
        "rule": {"freq": "weekly", "until": "2027-05-28"},
    } | fields


def test_dry_run_names_holidays_and_school_vacations(own: Place):
    SchoolVacation.objects.create(
        centre=own.workshop.centre,
        name="Spring vacation",
        from_on=date(2027, 5, 6),
        until_on=date(2027, 5, 8),
    )
    answer = own.api.post("groups/", a_group(own, dry_run=True))

    assert answer.status_code == 200, answer.content
    closed = {
        one["starts_at"][:10]: (one["code"], one["detail"])
        for one in answer.json()["dates"]
        if one["code"]
    }
    assert {day: code for day, (code, _) in closed.items()} == {
        "2027-04-30": "closed",  # Good Friday
        "2027-05-07": "closed",
    }
    assert "Spring vacation" in closed["2027-05-07"][1]
    assert "петък" in closed["2027-04-30"][1]
    assert Group.objects.count() == 1


def test_group_skips_them_and_meets_on_vacations_where_it_is_asked_to(own: Place):
    SchoolVacation.objects.create(
        centre=own.workshop.centre,
        name="Spring vacation",
        from_on=date(2027, 5, 6),
        until_on=date(2027, 5, 8),
    )
    in_term, always = (
        own.api.post("groups/", a_group(own, on_school_vacations=asked, starts_at=wire(at)))
        for asked, at in (
            (False, building.at(date(2027, 4, 23), 10)),
            (True, building.at(date(2027, 4, 23), 14)),
        )
    )

    met = [
        Session.objects.filter(group__public_id=answer.json()["id"]).count()
        for answer in (in_term, always)
    ]
    assert met == [4, 5]  # Fridays until the 28th of May, without Good Friday


def test_workshop_is_changed(own: Place):
    body = {
        "audiences": [Audience.FAMILY_TYPE_CENTRE],
        "least_age": 7,
        "most_age": 12,
        "capacity": 6,
        "offer_hours": 12,
    }
    shown = own.api.patch(f"workshops/{own.workshop.public_id}/", body).json()

    assert {name: shown[name] for name in body} == body


def test_ages_out_of_order_are_refused(own: Place):
    answer = own.api.patch(f"workshops/{own.workshop.public_id}/", {"least_age": 12, "most_age": 7})

    assert problem(answer) == (422, "ages_out_of_order")


def test_raised_places_go_to_who_waits(own: Place):
    made.enrol(own.group, own.another(), by=own.by)
    (turn,) = made.enrol(own.group, own.another(), by=own.by)

    answer = own.api.patch(f"groups/{own.group.public_id}/", {"capacity": 3, "version": 1})

    turn.refresh_from_db()
    assert turn.status == "offered"
    assert answer.json()["places"] == {"capacity": 3, "taken": 3, "free": 0, "waiting": 0}
    assert answer.json()["version"] == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"capacity": 1}, 422, "places_taken"),
        ({"capacity": 60}, 422, "room_too_small"),
        ({"capacity": 3, "version": 4}, 409, "stale_version"),
        ({"capacity": 0}, 400, "invalid"),
    ],
)
def test_places_that_cannot_be(own: Place, body: dict[str, Any], status: int, code: str):
    made.enrol(own.group, own.another(), by=own.by)

    answer = own.api.patch(f"groups/{own.group.public_id}/", body)

    assert problem(answer) == (status, code)


# Sessions


def test_cancelled_session_is_made_up_for_once(own: Place):
    session = own.sessions[0]
    path = f"sessions/{session.public_id}/"
    body = {"starts_at": wire(building.at(FIRST + DAY, 10))}

    cancelled = own.api.post(f"{path}cancel/", {"reason": "heating", "version": 1})
    made_up = own.api.post(f"{path}make-up/", body)
    again = own.api.post(f"{path}make-up/", body)

    assert (cancelled.json()["status"], cancelled.json()["coming"]) == ("cancelled", 0)
    assert (made_up.status_code, made_up.json()["coming"]) == (201, 1)
    assert made_up.json()["makes_up_for"] == str(session.public_id)
    assert problem(again) == (422, "wrong_status")


def test_make_up_moves_only_to_a_room_for_everybody(own: Place):
    """A make-up session has no term, which would say how many seats it needs."""
    session = own.sessions[0]
    own.api.post(f"sessions/{session.public_id}/cancel/", {})
    body = {"starts_at": wire(building.at(FIRST + DAY, 10))}
    made_up = own.api.post(f"sessions/{session.public_id}/make-up/", body).json()
    cupboard = building.place(own.workshop.centre, [own.workshop.service], seats=2)

    answer = own.api.post(
        f"sessions/{made_up['id']}/move/",
        {"starts_at": wire(building.at(FIRST + DAY, 14)), "room": cupboard.public_id},
    )

    assert problem(answer) == (422, "does_not_fit")


def test_stale_version_of_a_session_is_refused(own: Place):
    path = f"sessions/{own.sessions[0].public_id}/"
    body = {"starts_at": wire(building.at(FIRST, 14)), "version": 7}

    answers = [own.api.post(f"{path}move/", body), own.api.post(f"{path}cancel/", {"version": 7})]

    assert [problem(answer) for answer in answers] == [(409, "stale_version")] * 2


def test_attendance_of_the_whole_group_and_its_undo(own: Place):
    other = own.another()
    made.enrol(own.group, other, by=own.by)
    path = f"sessions/{own.sessions[0].public_id}/attendance/"
    lines = [
        {"person": own.child.public_id, "outcome": "attended"},
        {"person": other.public_id, "outcome": "not_brought"},
    ]
    with clock.frozen(BEGUN):
        noted = Api(own.leader).post(path, {"lines": lines})
        undone = Api(own.leader).post(path, {"undo": True})

    assert noted.status_code == 200, noted.content
    assert (noted.json()["status"], {s["outcome"] for s in noted.json()["seats"]}) == (
        "closed",
        {"attended", "not_brought"},
    )
    assert (undone.json()["status"], [s["outcome"] for s in undone.json()["seats"]]) == (
        "confirmed",
        [None, None],
    )


def test_attendance_before_the_hour_is_refused(own: Place):
    body = {"lines": [{"person": own.child.public_id, "outcome": "attended"}]}

    answer = own.api.post(f"sessions/{own.sessions[0].public_id}/attendance/", body)

    assert problem(answer) == (422, "session_ahead")


# Through the doors of consultations


def test_place_does_not_leave_its_session_by_another_door(own: Place):
    seat = own.enrolment.seats.earliest("session__booking__starts_at")
    path = f"bookings/{seat.booking.public_id}/"

    answer = own.api.post(f"{path}reschedule/", {"starts_at": wire(building.at(FIRST, 14))})

    assert problem(answer) == (422, "of_a_group")


def test_place_given_up_by_another_door_stays_given_up(own: Place):
    seat = own.enrolment.seats.earliest("session__booking__starts_at")
    assert own.api.post(f"bookings/{seat.booking.public_id}/cancel/", {}).status_code == 200

    made.enrol(own.group, own.another(), by=own.by)
    own.api.post(
        f"sessions/{own.sessions[0].public_id}/move/",
        {"starts_at": wire(building.at(FIRST, 14))},
    )

    seat.booking.refresh_from_db()
    assert seat.booking.status == Booking.Status.CANCELLED


def test_series_of_a_group_moves_everybody(own: Place):
    series = own.group.series
    body = {"starts_at": wire(building.at(FIRST + WEEK + DAY, 11))}

    answer = own.api.post(f"series/{series.public_id}/split/", body)

    assert answer.status_code == 200, answer.content
    standing = own.group.sessions.filter(booking__status=Booking.Status.CONFIRMED)
    assert {one.booking.starts_at.hour for one in standing} == {8, 9}  # ten and eleven in Sofia
    for session in standing:
        seat = session.seats.get(booking__status=Booking.Status.CONFIRMED)
        assert seat.booking.starts_at == session.booking.starts_at


def test_series_of_a_group_says_who_else_leads_it(own: Place):
    series = own.group.series
    other = str(building.specialist(series.centre, [series.service]).public_id)

    answer = own.api.post(f"series/{series.public_id}/split/", {"colleagues": [other]})

    assert answer.status_code == 200, answer.content
    assert answer.json()["colleagues"] == [other]
    assert own.api.get(f"series/{series.public_id}/").json()["colleagues"] == [other]
