"""A riding afternoon in the database: proposed, changed by hand, booked, moved, called off."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from base import clock
from base.errors import NotAllowed, StaleVersion
from base.models import Task
from base.services import finish_task
from notifications.models import Reminder
from people.models import Centre, KinshipWall, NoContact, Person, User
from people.policies import knows_person, staff
from scheduling import blocking, services
from scheduling.errors import AlreadyBegun, OfAGroup, ResourceUnavailable
from scheduling.models import Allocation, Booking, Modality
from scheduling.planning import Wish
from scheduling.policies import knows_booking
from scheduling.series import services as series_services
from scheduling.verifying import discrepancies
from tests.support import building
from tests.workshops import building as made
from tests.workshops.building import FIRST, MONDAY
from workshops import (
    arena,
    boards,
    enrolling,
    groups,
    offers,
    riders,
    selectors,
    sessions,
    watching,
)
from workshops.afternoons import cast_of
from workshops.errors import BoardFallsApart, NothingToCallOff, NotRidden, RulesBroken
from workshops.lines import board_of, booked_rides, lines_of
from workshops.models import Board, Enrolment, Group, Helper, Horse, Seat, Session
from workshops.riding.checking import broken
from workshops.riding.facts import Ride
from workshops.riding_errors import RidesBooked
from workshops.sights import sight

pytestmark = pytest.mark.django_db

TEN = 10 * 60


class Stable(NamedTuple):
    centre: Centre
    by: User
    group: Group
    session: Session
    children: list[Person]
    horses: list[Horse]
    helpers: list[Helper]


@pytest.fixture
def own() -> Stable:
    """Three children, two horses and three who lead and walk, on Mondays from ten to twelve."""
    centre = building.centre()
    by = building.user(centre, "coordinator")
    group = made.group(made.riding(centre), by=by)
    children = [made.ready_to_ride(made.child(centre), by=by) for _ in range(3)]
    for child in children:
        made.enrol(group, child, by=by)
    horses = [made.horse(centre, name) for name in ("Звездел", "Вихра")]
    helpers = [made.volunteer(centre) for _ in range(3)]
    session = group.sessions.order_by("booking__starts_at")[0]
    return Stable(centre, by, group, read(session), children, horses, helpers)


def read(session: Session) -> Session:
    return sessions.reread(session)


def rides_of(own: Stable, *starts: int) -> list[Ride]:
    """Each child after the other, on the two horses in turn, each led by another."""
    return [
        Ride(
            str(own.children[n].public_id),
            str(own.horses[n % 2].public_id),
            start,
            leader=str(own.helpers[n].resource.public_id),
        )
        for n, start in enumerate(starts)
    ]


def book(own: Stable, rides: list[Ride]) -> Board:
    board = boards.draw(own.session, rides, by=own.by, version=board_of(own.session).version)
    return boards.book_board(own.session, by=own.by, version=board.version)


def ride_booking(own: Stable, n: int) -> Booking:
    return Seat.objects.get(session=own.session, enrolment__person=own.children[n]).booking


def held_at(resource, hour: int, minute: int = 0) -> bool:
    return Allocation.objects.filter(
        resource=resource, active=True, period__contains=building.at(FIRST, hour, minute)
    ).exists()


def test_who_is_enrolled_holds_nothing_before_the_board_is_booked(own):
    assert not Seat.objects.exclude(booking=None).exists()
    assert lines_of(board_of(own.session)) == []


def test_whole_afternoon_is_proposed_and_booked(own):
    board, proposal = boards.propose_board(own.session, by=own.by, version=1)
    assert {ride.child for ride in proposal.rides} == {str(one.public_id) for one in own.children}
    assert all(why.sentence for why in proposal.whys)
    assert not Seat.objects.exclude(booking=None).exists()

    boards.book_board(own.session, by=own.by, version=board.version)
    assert booked_rides(own.session) == lines_of(board)
    assert Board.objects.get().lines is None
    for ride in proposal.rides:
        booking = ride_booking(own, [str(one.public_id) for one in own.children].index(ride.child))
        local = clock.local(booking.starts_at)
        assert (local.hour * 60 + local.minute, booking.status) == (ride.starts_at, "confirmed")
        assert booking.ends_at - booking.starts_at == timedelta(minutes=30)
        parts = booking.allocations.filter(active=True).order_by("pk")
        assert [one.part for one in parts] == ["handler", "horse", "person"]
    assert discrepancies() == []


def test_nobody_rides_where_nothing_is_ridden(own):
    group = made.group(made.workshop(own.centre), by=own.by)
    session = group.sessions.first()
    with pytest.raises(NotRidden):
        boards.propose_board(session, by=own.by, version=1)


def test_broken_rules_are_named_and_nothing_is_booked(own):
    heavy = replace(rides_of(own, TEN)[0], leader=None)
    with pytest.raises(RulesBroken) as refused:
        book(own, [heavy, replace(rides_of(own, TEN, TEN)[1], horse=heavy.horse)])
    assert refused.value.facts["rules"] == {"no_leader": 1, "horse_taken": 1}
    assert not Seat.objects.exclude(booking=None).exists()


def test_stale_board_is_refused(own):
    boards.draw(own.session, rides_of(own, TEN), by=own.by, version=1)
    with pytest.raises(StaleVersion):
        boards.draw(own.session, [], by=own.by, version=1)
    with pytest.raises(StaleVersion):
        boards.book_board(own.session, by=own.by, version=1)


def test_board_is_closed_once_the_afternoon_begins(own):
    board = boards.draw(own.session, rides_of(own, TEN), by=own.by, version=1)
    with clock.frozen(building.at(FIRST, 10, 1)), pytest.raises(AlreadyBegun):
        boards.book_board(own.session, by=own.by, version=board.version)


def test_two_children_change_places(own):
    book(own, rides_of(own, TEN, TEN))
    first, second, _ = rides_of(own, TEN, TEN, TEN)
    book(own, [replace(first, horse=second.horse), replace(second, horse=first.horse)])
    assert {ride.child: ride.horse for ride in booked_rides(own.session)} == {
        first.child: second.horse,
        second.child: first.horse,
    }
    assert discrepancies() == []


def test_another_horse_at_the_same_hour_is_no_news(own):
    card_of_mother(own, 0)
    book(own, rides_of(own, TEN))
    told = Reminder.objects.count()
    (ride,) = rides_of(own, TEN)
    book(own, [replace(ride, horse=str(own.horses[1].public_id))])
    assert not Reminder.objects.filter(kind=Reminder.Kind.MOVED).exists()
    assert Reminder.objects.exclude(status="dropped").count() == told > 0


def card_of_mother(own: Stable, n: int) -> Person:
    (carer,) = own.children[n].carers.all()
    building.card(carer.adult)
    return carer.adult


def test_horse_and_helper_are_taken_for_everybody_else(own):
    book(own, rides_of(own, TEN))
    horse, helper = own.horses[0].resource, own.helpers[0].resource
    assert held_at(horse, 10)
    assert held_at(helper, 10, 29)
    assert not held_at(horse, 10, 30)
    with pytest.raises(ResourceUnavailable):
        blocking.block_resource(
            horse,
            centre_id=own.centre.pk,
            starts_at=building.at(FIRST, 9),
            ends_at=building.at(FIRST, 11),
            reason=Booking.BlockReason.VET,
            by=own.by,
        )


def keep_away(own: Stable, begins: int, ends: int) -> None:
    """The first horse, between these hours."""
    blocking.block_resource(
        own.horses[0].resource,
        centre_id=own.centre.pk,
        starts_at=building.at(FIRST, begins),
        ends_at=building.at(FIRST, ends),
        reason=Booking.BlockReason.VET,
        by=own.by,
    )


def test_vet_keeps_the_horse_off_the_board(own):
    keep_away(own, 9, 11)
    with pytest.raises(RulesBroken) as refused:
        book(own, rides_of(own, TEN))
    assert refused.value.facts["rules"] == {"horse_absent": 1}


def test_child_with_another_appointment_rides_around_it(own):
    therapy = building.service(own.centre, minutes=60)
    therapist = building.specialist(own.centre, [therapy])
    building.place(own.centre, [therapy])
    building.case(own.children[0], services=[therapy])
    wish = Wish(therapy, building.at(FIRST, 10), therapist, (own.children[0],), Modality.ON_SITE)
    services.book(wish, by=own.by)
    with pytest.raises(RulesBroken) as refused:
        book(own, rides_of(own, TEN + 30))
    assert refused.value.facts["rules"] == {"child_busy": 1}

    _, proposal = boards.propose_board(
        own.session, by=own.by, version=board_of(own.session).version
    )
    starts = {ride.child: ride.starts_at for ride in proposal.rides}
    assert starts[str(own.children[0].public_id)] >= TEN + 60


def test_who_must_not_meet_rides_at_another_time_and_nobody_reads_why(own):
    NoContact.objects.create(one=own.children[0], other=own.children[1], since_on=MONDAY)
    with pytest.raises(RulesBroken) as refused:
        book(own, rides_of(own, TEN, TEN + 40))
    assert refused.value.facts["rules"] == {"not_then": 1}
    book(own, rides_of(own, TEN, TEN + 45))


def test_presence_for_another_reason_counts_too(own):
    other = building.person(own.centre)
    NoContact.objects.create(one=own.children[0], other=other, since_on=MONDAY)
    therapy = building.service(own.centre, minutes=60)
    building.place(own.centre, [therapy])
    building.case(other, services=[therapy])
    therapist = building.specialist(own.centre, [therapy])
    wish = Wish(therapy, building.at(FIRST, 11), therapist, (other,), Modality.ON_SITE)
    services.book(wish, by=own.by)
    with pytest.raises(RulesBroken) as refused:
        book(own, rides_of(own, TEN + 20))
    assert refused.value.facts["rules"] == {"not_then": 1}
    book(own, rides_of(own, TEN + 15))


def test_kin_neither_instructs_nor_helps(own):
    lead = Allocation.objects.get(booking=own.session.booking, part="lead").resource.user
    helper = building.specialist(own.centre, [own.group.workshop.service])
    Helper.objects.create(resource=helper, centre=own.centre, skills=["leads_horses"])
    assert helper.public_id in {one.public_id for one in cast_of(own.session).helpers.values()}
    household = own.children[0].household
    KinshipWall.objects.create(user=helper.user, household=household)
    assert helper.public_id not in {one.public_id for one in cast_of(own.session).helpers.values()}
    KinshipWall.objects.create(user=lead, household=household)
    found = broken(cast_of(own.session).afternoon, rides_of(own, TEN))
    assert [breach.code for breach in found] == ["not_then"]


def test_who_leads_the_horse_learns_nothing_of_the_family(own):
    colleague = building.specialist(own.centre, [own.group.workshop.service])
    Helper.objects.create(resource=colleague, centre=own.centre, skills=["leads_horses"])
    (ride,) = rides_of(own, TEN)
    book(own, [replace(ride, leader=str(colleague.public_id))])
    reader = staff(colleague.user)
    assert held_at(colleague, 10)
    assert not knows_person(reader, own.children[0])
    assert not knows_booking(reader, ride_booking(own, 0))
    with clock.frozen(building.at(FIRST, 12)):
        assert not knows_person(reader, own.children[0])


def test_work_elsewhere_in_the_week_counts(own):
    horse = own.horses[0]
    Horse.objects.filter(pk=horse.pk).update(most_days_a_week=1)
    made_on = made.group(
        own.group.workshop, by=own.by, starts_at=building.at(FIRST + timedelta(days=1), 10)
    )
    made.enrol(made_on, own.children[0], by=own.by)
    tuesday = read(made_on.sessions.order_by("booking__starts_at")[0])
    book(own._replace(session=tuesday), rides_of(own, TEN))
    found = broken(cast_of(own.session).afternoon, rides_of(own, TEN))
    assert [breach.code for breach in found] == ["horse_week"]
    assert cast_of(own.session).afternoon.children[0].last_horse is None
    later = read(own.group.sessions.order_by("booking__starts_at")[1])
    lasts = {one.key: one.last_horse for one in cast_of(later).afternoon.children}
    assert lasts[str(own.children[0].public_id)] == str(horse.public_id)


def test_who_leaves_or_pauses_falls_off_the_board(own):
    book(own, rides_of(own, TEN, TEN))
    enrolment = Enrolment.objects.get(person=own.children[0])
    enrolling.withdraw(enrolment, on=MONDAY, by=own.by)
    assert [ride.child for ride in booked_rides(own.session)] == [str(own.children[1].public_id)]
    assert not held_at(own.horses[0].resource, 10)


def test_who_comes_from_the_waiting_list_holds_the_afternoon_until_the_board_is_booked(own):
    groups.change_group(own.group, capacity=3, by=own.by)
    newcomer = made.ready_to_ride(made.child(own.centre), by=own.by)
    (turn,) = made.enrol(own.group, newcomer, by=own.by)
    enrolling.withdraw(Enrolment.objects.get(person=own.children[2]), on=MONDAY, by=own.by)
    turn.refresh_from_db()
    hour = Seat.objects.get(enrolment=turn).booking
    assert (turn.status, hour.status, hour.ends_at - hour.starts_at) == (
        "offered",
        "held",
        timedelta(hours=2),
    )
    offers.take(turn, by=own.by)
    hour.refresh_from_db()
    assert hour.status == "confirmed"

    session = Session.objects.get(seats__booking=hour)
    ride = Ride(
        str(newcomer.public_id),
        str(own.horses[0].public_id),
        TEN + 30,
        leader=str(own.helpers[0].resource.public_id),
    )
    book(own._replace(session=read(session)), [ride])
    hour.refresh_from_db()
    assert (clock.local(hour.starts_at).minute, hour.ends_at - hour.starts_at) == (
        30,
        timedelta(minutes=30),
    )
    assert discrepancies() == []


def test_ride_taken_off_frees_horse_and_helper_and_tells_the_family(own):
    card_of_mother(own, 0)
    book(own, rides_of(own, TEN, TEN))
    book(own, rides_of(own, TEN, TEN)[1:])
    assert ride_booking(own, 0).status == "cancelled"
    assert Seat.objects.get(enrolment__person=own.children[0]).why == Seat.Why.NO_RIDE
    assert not held_at(own.horses[0].resource, 10)
    book(own, rides_of(own, TEN, TEN))
    assert len(booked_rides(own.session)) == 2
    assert discrepancies() == []


def test_ride_moves_with_its_session_alone(own):
    book(own, rides_of(own, TEN))
    with pytest.raises(OfAGroup):
        services.reschedule_booking(
            ride_booking(own, 0), starts_at=building.at(FIRST, 15), by=own.by
        )
    assert booked_rides(own.session) == rides_of(own, TEN)


def test_board_that_does_not_fit_any_more_is_a_task_until_it_is_mended(own):
    book(own, rides_of(own, TEN, TEN))
    watching.watch_boards()
    assert not Task.objects.filter(kind=Task.Kind.BOARD_BROKEN).exists()
    riders.withdraw_clearance(own.children[0].clearances.get())
    for _ in range(2):
        watching.watch_boards()
    task = Task.objects.get(kind=Task.Kind.BOARD_BROKEN, done_at=None)
    assert task.about == f"session:{own.session.public_id}"
    book(own, rides_of(own, TEN, TEN)[1:])
    watching.watch_boards()
    task.refresh_from_db()
    assert task.done_at is not None


def unbooked() -> set[str]:
    watching.watch_boards()
    tasks = Task.objects.filter(kind=Task.Kind.BOARD_UNBOOKED, done_at=None)
    return set(tasks.values_list("about", flat=True))


def test_board_is_asked_for_four_days_before_unless_it_is_booked(own):
    about = {f"session:{own.session.public_id}"}
    with clock.frozen(building.at(FIRST - timedelta(days=5), 9)):
        assert unbooked() == set()
    with clock.frozen(building.at(FIRST - timedelta(days=4), 9)):
        assert unbooked() == about
        task = Task.objects.get(kind=Task.Kind.BOARD_UNBOOKED)
        assert task.due_on == FIRST - timedelta(days=3)
        assert task.owner == own.group.series.terms.get().lead.user
        book(own, rides_of(own, TEN))
        assert unbooked() == set()
    with clock.frozen(building.at(FIRST - timedelta(days=2), 9)):
        boards.draw(own.session, rides_of(own, TEN, TEN), by=own.by, version=3)
        assert unbooked() == about
        finish_task(Task.objects.get(kind=Task.Kind.BOARD_UNBOOKED, done_at=None))
        assert unbooked() == set()


def test_no_board_is_asked_for_where_nobody_rides(own):
    for enrolment in own.group.enrolments.all():
        enrolling.withdraw(enrolment, on=MONDAY, by=own.by)
    with clock.frozen(building.at(FIRST - timedelta(days=2), 9)):
        assert unbooked() == set()


def test_colleague_who_falls_ill_is_missed_on_the_board(own):
    colleague = building.specialist(own.centre, [own.group.workshop.service])
    Helper.objects.create(resource=colleague, centre=own.centre, skills=["leads_horses"])
    (ride,) = rides_of(own, TEN)
    book(own, [replace(ride, leader=str(colleague.public_id))])
    blocking.block_gaps(
        colleague,
        centre_id=own.centre.pk,
        starts_at=building.at(FIRST, 0),
        ends_at=building.at(FIRST, 23),
        reason=Booking.BlockReason.LEAVE,
        by=own.by,
    )
    watching.watch_boards()
    assert Task.objects.filter(kind=Task.Kind.BOARD_BROKEN).count() == 1
    found = broken(cast_of(own.session).afternoon, booked_rides(own.session))
    assert [breach.code for breach in found] == ["helper_busy"]


def test_length_of_rides_stays_while_some_are_booked(own):
    book(own, rides_of(own, TEN))
    with pytest.raises(RidesBooked):
        arena.set_riding(own.group.workshop, ride_minutes=60)
    arena.set_riding(own.group.workshop, ride_minutes=30, arena_holds=1)
    book(own, [])
    assert arena.set_riding(own.group.workshop, ride_minutes=60).ride_minutes == 60


def test_weather_cancels_the_day_and_tells_each_family_once(own):
    card_of_mother(own, 0)
    book(own, rides_of(own, TEN))
    second = made.group(own.group.workshop, by=own.by, starts_at=building.at(FIRST, 14))
    done = boards.call_off_day(own.centre, FIRST, by=own.by, reason="Буря")
    assert {one.group_id for one in done} == {own.group.pk, second.pk}
    assert ride_booking(own, 0).cancelled_by == Booking.Party.CENTRE
    told = Reminder.objects.filter(kind=Reminder.Kind.CANCELLED).exclude(status="dropped")
    assert [one.booking for one in told] == [ride_booking(own, 0)]
    assert not held_at(own.horses[0].resource, 10)
    with pytest.raises(NothingToCallOff):
        boards.call_off_day(own.centre, FIRST, by=own.by, reason="Буря")


def test_weather_in_the_middle_leaves_what_was_ridden(own):
    book(own, rides_of(own, TEN, TEN + 60))
    with clock.frozen(building.at(FIRST, 10, 20)):
        boards.call_off_day(own.centre, FIRST, by=own.by, reason="Буря")
        assert ride_booking(own, 0).status == "confirmed"
        assert ride_booking(own, 1).status == "cancelled"


def test_session_that_comes_back_has_its_lines_as_a_draft(own):
    book(own, rides_of(own, TEN))
    cancelled = sessions.cancel_session(own.session, by=own.by, reason="Буря")
    assert lines_of(board_of(cancelled)) == rides_of(own, TEN)
    assert booked_rides(cancelled) == []


def split(own: Stable, **changes) -> None:
    series_services.split_series(
        own.group.series, series_services.Changes(**changes), since=None, by=own.by
    )


@pytest.mark.parametrize(
    ("starts_at", "later"),
    [
        (building.at(FIRST, 14, 30), 270),
        (building.at(FIRST, 11), 60),
        (building.at(FIRST + timedelta(days=1), 10), 0),
    ],
)
def test_everybody_rides_at_the_same_distance_when_the_whole_group_moves(own, starts_at, later):
    mother = card_of_mother(own, 0)
    book(own, rides_of(own, TEN, TEN + 60))
    second = read(own.group.sessions.order_by("booking__starts_at")[1])
    boards.draw(second, rides_of(own, TEN), by=own.by, version=1)
    split(own, starts_at=starts_at)
    moved = [replace(one, starts_at=one.starts_at + later) for one in rides_of(own, TEN, TEN + 60)]
    assert booked_rides(read(own.session)) == moved
    assert board_of(read(own.session)).lines is None
    assert lines_of(board_of(read(second))) == moved[:1]
    told = Reminder.objects.filter(kind__in=["moved", "off"], recipient=mother)
    assert [(one.kind, one.starts_at) for one in told] == [("moved", starts_at)]
    assert not held_at(own.horses[0].resource, 10)
    assert discrepancies() == []


def test_lines_wait_as_a_draft_when_the_board_falls_apart_at_the_group_s_new_hour(own):
    mother = card_of_mother(own, 0)
    book(own, rides_of(own, TEN, TEN + 60))
    keep_away(own, 14, 17)
    split(own, starts_at=building.at(FIRST, 14))
    later = [replace(one, starts_at=one.starts_at + 240) for one in rides_of(own, TEN, TEN + 60)]
    assert booked_rides(read(own.session)) == []
    assert lines_of(board_of(read(own.session))) == later
    told = Reminder.objects.filter(kind__in=["moved", "off"], recipient=mother)
    assert [one.kind for one in told] == ["off"]
    assert discrepancies() == []


def test_rides_stay_where_they_are_when_the_group_has_another_leader(own):
    book(own, rides_of(own, TEN))
    other = building.specialist(own.centre, [own.group.workshop.service])
    split(own, lead=other)
    assert booked_rides(read(own.session)) == rides_of(own, TEN)
    assert board_of(read(own.session)).lines is None


def test_what_is_ridden_with_is_locked_with_the_group(own):
    book(own, rides_of(own, TEN))
    along = selectors.resources_along(own.group.series_id)
    assert {own.horses[0].resource_id, own.helpers[0].resource_id} <= along
    assert own.horses[1].resource_id not in along


def test_draft_stays_where_it_is_when_a_session_has_another_leader(own):
    boards.draw(own.session, rides_of(own, TEN), by=own.by, version=1)
    other = building.specialist(own.centre, [own.group.workshop.service])
    start = own.session.booking.starts_at
    sessions.move_session(own.session, starts_at=start, lead=other, by=own.by)
    assert lines_of(board_of(read(own.session))) == rides_of(own, TEN)


def test_everybody_rides_at_the_same_distance_in_a_moved_session(own):
    mother = card_of_mother(own, 0)
    book(own, rides_of(own, TEN, TEN + 60))
    moved = sessions.move_session(own.session, starts_at=building.at(FIRST, 11), by=own.by)
    later = [replace(ride, starts_at=ride.starts_at + 60) for ride in rides_of(own, TEN, TEN + 60)]
    assert booked_rides(moved) == later
    assert Board.objects.get().lines is None
    told = Reminder.objects.filter(kind__in=["moved", "off"], recipient=mother)
    assert [(one.kind, clock.local(one.starts_at).hour) for one in told] == [("moved", 11)]
    assert discrepancies() == []


@pytest.mark.parametrize("rides", [0, 1])
def test_who_holds_the_whole_afternoon_goes_along(own, rides):
    groups.change_group(own.group, capacity=3, by=own.by)
    (turn,) = made.enrol(own.group, made.child(own.centre), by=own.by)
    if rides:
        book(own, rides_of(own, TEN))
    enrolling.withdraw(Enrolment.objects.get(person=own.children[2]), on=MONDAY, by=own.by)
    turn.refresh_from_db()
    offers.take(turn, by=own.by)

    moved = sessions.move_session(own.session, starts_at=building.at(FIRST, 14), by=own.by)
    hers = Seat.objects.get(session=moved, enrolment=turn).booking
    assert (hers.status, hers.starts_at) == ("confirmed", moved.booking.starts_at)
    assert hers.ends_at == moved.booking.ends_at
    assert len(booked_rides(moved)) == rides
    assert discrepancies() == []


def test_nobody_rides_in_a_moved_session_whose_board_fits_no_more(own):
    book(own, rides_of(own, TEN))
    keep_away(own, 14, 17)
    at = building.at(FIRST, 14)
    with pytest.raises(BoardFallsApart) as refusal:
        sessions.move_session(own.session, starts_at=at, by=own.by)
    assert refusal.value.facts["rules"] == {"horse_absent": 1}
    assert booked_rides(read(own.session)) == rides_of(own, TEN)
    moved = sessions.move_session(own.session, starts_at=at, by=own.by, leaving_out=True)
    assert booked_rides(moved) == []
    (line,) = lines_of(board_of(moved))
    assert line == replace(rides_of(own, TEN)[0], starts_at=TEN + 4 * 60)
    assert discrepancies() == []


def test_kin_of_who_rides_does_not_read_the_board(own):
    reader = staff(building.user(own.centre, "coordinator"))
    assert sight(reader, own.session).waiting
    KinshipWall.objects.create(user=reader.user, household=own.children[0].household)
    with pytest.raises(NotAllowed):
        sight(reader, own.session)


@pytest.mark.parametrize("more", [0, 12])
def test_afternoon_is_read_in_as_many_queries(own, more, django_assert_num_queries):
    for _ in range(more):
        child = made.ready_to_ride(made.child(own.centre), by=own.by)
        made.enrol(own.group, child, by=own.by)
        made.horse(own.centre, f"Horse {child.pk}")
        made.volunteer(own.centre)
    cast_of(own.session)
    with django_assert_num_queries(QUERIES):
        cast_of(own.session)


@pytest.mark.parametrize("pairs", [1, 8])
def test_so_it_is_however_many_must_not_meet(own, pairs, django_assert_num_queries):
    for _ in range(pairs):
        riding = [made.ready_to_ride(made.child(own.centre), by=own.by) for _ in range(2)]
        for child in riding:
            made.enrol(own.group, child, by=own.by)
        for other in (riding[1], made.child(own.centre)):
            NoContact.objects.create(one=riding[0], other=other, since_on=MONDAY)
    cast_of(own.session)
    with django_assert_num_queries(QUERIES + THOSE_THERE):
        cast_of(own.session)


QUERIES = 15
THOSE_THERE = 4
"""By day and by night; of who rides the nights alone."""
