"""Who came: the whole group on one screen, and undone at once (D9)."""

from datetime import timedelta
from itertools import count
from typing import NamedTuple

import pytest

from base import clock
from base.errors import NotFound, StaleVersion
from base.models import Task
from people.models import Person, User
from people.policies import staff
from scheduling.arrangements import arrangements_of
from scheduling.errors import OutcomeMismatch, WrongStep
from scheduling.models import Booking, Participation
from tests.support import building
from tests.workshops import building as made
from tests.workshops.building import FIRST
from workshops import attendance, policies, selectors, sessions
from workshops.errors import NothingToUndo, SessionAhead
from workshops.models import Group, Session

pytestmark = pytest.mark.django_db

Outcome = Participation.Outcome
BEGUN = building.at(FIRST, 10, 5)


class Place(NamedTuple):
    by: User
    group: Group
    children: list[Person]

    @property
    def session(self) -> Session:
        return self.group.sessions.order_by("booking__starts_at")[0]


@pytest.fixture
def own() -> Place:
    centre = building.centre()
    by = building.user(centre, "coordinator")
    group = made.group(made.workshop(centre), by=by)
    children = [made.child(centre) for _ in range(3)]
    made.enrol(group, *children, by=by)
    return Place(by, group, children)


def outcomes(session: Session) -> list[str]:
    return [selectors.outcome_of(seat) for seat in selectors.seats_in(session)]


def came(own: Place) -> dict[Person, Outcome]:
    return dict.fromkeys(own.children, Outcome.ATTENDED)


def test_attendance_of_the_whole_group_closes_the_session(own):
    with clock.frozen(BEGUN):
        session = attendance.note_attendance(own.session, came(own), by=own.by)

    assert outcomes(session) == ["attended"] * 3
    assert session.booking.status == Booking.Status.CLOSED


def test_attendance_of_some_leaves_the_session_open(own):
    with clock.frozen(BEGUN):
        some = {own.children[0]: Outcome.ATTENDED}
        session = attendance.note_attendance(own.session, some, by=own.by)

    assert sorted(outcomes(session)) == ["", "", "attended"]
    assert session.booking.status == Booking.Status.CONFIRMED


def test_nothing_is_noted_before_the_session_begins(own):
    with pytest.raises(SessionAhead):
        attendance.note_attendance(own.session, came(own), by=own.by)


def test_undo_takes_back_what_was_noted_last(own):
    one, *_ = own.children
    with clock.frozen(BEGUN):
        attendance.note_attendance(own.session, {one: Outcome.NOT_BROUGHT}, by=own.by)
    with clock.frozen(BEGUN + timedelta(minutes=1)):
        attendance.note_attendance(own.session, came(own), by=own.by)
        session = attendance.undo_attendance(own.session, by=own.by)

    assert sorted(outcomes(session)) == ["", "", "not_brought"]
    assert session.booking.status == Booking.Status.CONFIRMED


def test_undo_takes_back_all_of_one_note_while_the_clock_runs(own, monkeypatch):
    ticks = count()
    monkeypatch.setattr(clock, "now", lambda: BEGUN + timedelta(milliseconds=next(ticks)))
    attendance.note_attendance(own.session, came(own), by=own.by)
    session = attendance.undo_attendance(own.session, by=own.by)
    assert outcomes(session) == ["", "", ""]


def test_nothing_is_noted_of_a_session_that_did_not_take_place(own):
    sessions.cancel_session(own.session, by=own.by)
    with clock.frozen(BEGUN):
        for lines in ({}, came(own)):
            with pytest.raises(WrongStep):
                attendance.note_attendance(own.session, lines, by=own.by)
        with pytest.raises(WrongStep):
            attendance.undo_attendance(own.session, by=own.by)
    assert own.session.booking.status == Booking.Status.CANCELLED


def test_undo_lasts_ten_minutes(own):
    with clock.frozen(BEGUN):
        attendance.note_attendance(own.session, came(own), by=own.by)
    with clock.frozen(BEGUN + timedelta(minutes=10)), pytest.raises(NothingToUndo):
        attendance.undo_attendance(own.session, by=own.by)


def test_children_are_not_brought_rather_than_do_not_attend(own):
    with clock.frozen(BEGUN), pytest.raises(OutcomeMismatch):
        attendance.note_attendance(
            own.session, {own.children[0]: Outcome.DID_NOT_ATTEND}, by=own.by
        )


def test_somebody_else_has_no_outcome_there(own):
    stranger = made.child(own.group.workshop.centre)
    with clock.frozen(BEGUN), pytest.raises(NotFound):
        attendance.note_attendance(own.session, {stranger: Outcome.ATTENDED}, by=own.by)


def test_stale_version_is_refused(own):
    version = own.session.booking.version
    with clock.frozen(BEGUN):
        attendance.note_attendance(own.session, came(own), by=own.by)
        with pytest.raises(StaleVersion):
            attendance.note_attendance(own.session, came(own), by=own.by, version=version)


def test_twice_not_brought_in_a_row_is_a_task(own):
    one = own.children[0]
    for session in own.group.sessions.order_by("booking__starts_at")[:2]:
        with clock.frozen(session.booking.starts_at):
            attendance.note_attendance(session, {one: Outcome.NOT_BROUGHT}, by=own.by)

    assert Task.objects.filter(kind=Task.Kind.TWICE_NOT_BROUGHT).count() == 1


def test_leader_notes_the_last_session_after_the_term_too(own):
    last = own.group.sessions.order_by("-booking__starts_at")[0]
    leader = arrangements_of([last.booking])[last.booking_id].lead.user
    with clock.frozen(last.booking.ends_at + timedelta(days=3)):
        assert policies.may_run(staff(leader), own.group)
    with clock.frozen(last.booking.ends_at + timedelta(days=200)):
        assert not policies.may_run(staff(leader), own.group)


@pytest.mark.parametrize("count", [1, 20])
def test_noting_costs_the_same_for_one_child_as_for_many(own, count, django_assert_num_queries):
    centre = own.group.workshop.centre
    group = made.group(made.workshop(centre, capacity=30), by=own.by)
    children = [made.child(centre) for _ in range(count)]
    made.enrol(group, *children, by=own.by)
    session = group.sessions.order_by("booking__starts_at")[0]
    with clock.frozen(BEGUN), django_assert_num_queries(16):
        attendance.note_attendance(session, dict.fromkeys(children, Outcome.ATTENDED), by=own.by)
