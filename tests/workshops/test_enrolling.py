"""Places in a group: who has one from when, who waits, and whom the list serves next."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from base import clock
from notifications.models import Reminder
from people.models import Centre, User
from scheduling.models import Booking, Modality, Participation, Service
from scheduling.planning import Wish
from scheduling.series import services as series_services
from scheduling.services import book
from scheduling.verifying import discrepancies
from tests.support import building
from tests.workshops import building as made
from tests.workshops.building import FIRST, LAST, MONDAY
from workshops import eligibility, enrolling, groups, offers, pausing, selectors, sessions
from workshops.errors import (
    AlreadyEnrolled,
    ChildElsewhere,
    GroupFull,
    NobodyToTell,
    NoSessions,
    NotTheirs,
    OfferOver,
    PlacesTaken,
    TooFewAdults,
    TooManySeats,
    WrongAge,
    WrongEnrolmentStep,
    WrongPause,
)
from workshops.models import Enrolment, Group, Step

pytestmark = pytest.mark.django_db

S = Enrolment.Status
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


class Place(NamedTuple):
    centre: Centre
    by: User
    group: Group


@pytest.fixture
def own() -> Place:
    """A group of two places, on eight Mondays."""
    centre = building.centre()
    by = building.user(centre, "coordinator")
    return Place(centre, by, made.group(made.workshop(centre, capacity=2), by=by))


def status(one: Enrolment) -> str:
    return Enrolment.objects.get(pk=one.pk).status


def seats(one: Enrolment) -> list[date]:
    """The dates on which she sits."""
    held = one.seats.filter(booking__status="confirmed").order_by("booking__starts_at")
    return [clock.local(seat.booking.starts_at).date() for seat in held]


def waiting(own: Place) -> list[Enrolment]:
    """Two with places, then three who wait."""
    people = [made.child(own.centre) for _ in range(5)]
    return [made.enrol(own.group, one, by=own.by)[0] for one in people]


def test_group_has_its_sessions_and_a_child_sits_in_each(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]

    assert one.status == S.ENROLLED
    assert seats(one) == [FIRST + WEEK * n for n in range(8)]


def test_place_is_from_date_to_date(own):
    one = made.enrol(
        own.group, made.child(own.centre), by=own.by,
        from_on=FIRST + WEEK, until_on=FIRST + 2 * WEEK,
    )[0]  # fmt: skip

    assert seats(one) == [FIRST + WEEK, FIRST + 2 * WEEK]


def test_last_place_is_given_once_and_the_next_waits(own):
    assert [status(one) for one in waiting(own)] == [S.ENROLLED] * 2 + [S.WAITING] * 3


def test_carer_of_each_child_is_told_of_that_child_alone(own):
    one, other = (made.child(own.centre) for _ in range(2))
    made.enrol(own.group, one, by=own.by)
    made.enrol(own.group, other, by=own.by)

    told = Reminder.objects.filter(booking__participations__person=one)
    assert {reminder.recipient for reminder in told} == {one.carers.get().adult}


def test_withdrawal_offers_the_place_to_the_first_who_waits_until_it_runs_out(own):
    first, _, third, *_ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)

    third.refresh_from_db()
    assert (third.status, third.offer_expires_at) == (S.OFFERED, clock.now() + timedelta(hours=48))
    held = Booking.objects.get(seat__enrolment=third, status=Booking.Status.HELD)
    assert held.hold_expires_at == third.offer_expires_at


def test_carer_is_told_of_the_offer(own):
    first, _, third, *_ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)

    told = Reminder.objects.get(kind=Reminder.Kind.OFFER)
    assert told.recipient == third.carer


def test_yes_gives_the_seats_of_the_whole_term(own):
    first, _, third, *_ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    offers.take(third, by=own.by)

    assert (status(third), len(seats(third))) == (S.ENROLLED, 8)


def test_no_passes_the_offer_on(own):
    first, _, third, fourth, _ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    offers.refuse(third, by=own.by)

    assert (status(third), status(fourth)) == (S.LAPSED, S.OFFERED)


def test_silence_passes_the_offer_on(own):
    first, _, third, fourth, _ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    with clock.frozen(clock.now() + timedelta(hours=48)):
        offers.pass_on(own.group)

        assert (status(third), status(fourth)) == (S.LAPSED, S.OFFERED)
        with pytest.raises(OfferOver):
            offers.take(third, by=own.by)


def test_more_places_go_to_those_who_wait_in_order(own):
    *_, third, fourth, fifth = waiting(own)
    groups.change_group(own.group, capacity=4, by=own.by)

    assert [status(one) for one in (third, fourth, fifth)] == [S.OFFERED, S.OFFERED, S.WAITING]


def test_fewer_places_than_are_taken_are_refused(own):
    waiting(own)
    with pytest.raises(PlacesTaken):
        groups.change_group(own.group, capacity=1, by=own.by)


def test_more_places_than_the_room_seats_are_refused(own):
    with pytest.raises(TooManySeats):
        groups.change_group(own.group, capacity=40, by=own.by)


def test_pause_with_an_end_keeps_the_place_for_afterwards(own):
    first, _, third, *_ = waiting(own)
    pausing.pause(first, from_on=FIRST, until_on=FIRST + WEEK, by=own.by)

    assert status(third) == S.WAITING
    assert seats(first) == [FIRST + WEEK * n for n in range(2, 8)]


def test_pause_with_an_end_gives_its_dates_to_who_asks_for_no_more(own):
    first, *_ = waiting(own)
    brief = made.enrol(own.group, made.child(own.centre), by=own.by, from_on=FIRST, until_on=FIRST)[
        0
    ]
    assert status(brief) == S.WAITING
    pausing.pause(first, from_on=FIRST, until_on=FIRST + DAY, by=own.by)

    assert status(brief) == S.OFFERED


def test_pause_without_an_end_gives_the_place_up(own):
    first, _, third, *_ = waiting(own)
    pausing.pause(first, from_on=MONDAY, until_on=None, by=own.by)

    assert status(third) == S.OFFERED


def test_who_paused_before_her_first_session_waits_first_too(own):
    (one,) = made.enrol(own.group, made.child(own.centre), by=own.by, from_on=FIRST)
    pausing.pause(one, from_on=FIRST, until_on=None, by=own.by)
    made.enrol(own.group, *(made.child(own.centre) for _ in range(2)), by=own.by)
    assert pausing.resume(one, on=FIRST, by=own.by).status == S.WAITING


def test_who_comes_back_to_a_full_group_waits_before_the_others(own):
    first, second, third, fourth, _ = waiting(own)
    pausing.pause(first, from_on=MONDAY, until_on=None, by=own.by)
    offers.take(third, by=own.by)
    pausing.resume(first, on=MONDAY, by=own.by)
    assert status(first) == S.WAITING
    enrolling.withdraw(second, on=MONDAY, by=own.by)

    assert (status(first), status(fourth)) == (S.OFFERED, S.WAITING)


def test_pause_is_not_cut_short_into_a_place_that_somebody_has(own):
    first, *_ = waiting(own)
    pausing.pause(first, from_on=FIRST, until_on=FIRST + DAY, by=own.by)
    brief = made.enrol(own.group, made.child(own.centre), by=own.by, from_on=FIRST, until_on=FIRST)[
        0
    ]
    assert status(brief) == S.ENROLLED
    with pytest.raises(GroupFull):
        pausing.resume(first, on=FIRST, by=own.by)


def test_who_thinks_again_before_an_open_pause_begins_keeps_what_comes_before_it(own):
    first, *_ = waiting(own)
    pausing.pause(first, from_on=FIRST + WEEK, until_on=None, by=own.by)
    made.enrol(own.group, made.child(own.centre), by=own.by, from_on=FIRST + WEEK)
    with pytest.raises(GroupFull):
        pausing.resume(first, on=FIRST, by=own.by)

    assert seats(first) == [FIRST]


def test_pauses_of_one_child_do_not_meet(own):
    first, *_ = waiting(own)
    pausing.pause(first, from_on=FIRST, until_on=FIRST + WEEK, by=own.by)
    with pytest.raises(WrongPause):
        pausing.pause(first, from_on=FIRST + WEEK, until_on=None, by=own.by)


def test_who_is_passed_over_keeps_the_turn_until_somebody_says_otherwise(own):
    first, second, third, fourth, _ = waiting(own)
    offers.skip(third, reason="on holiday", by=own.by)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    assert (status(third), status(fourth)) == (S.WAITING, S.OFFERED)
    offers.unskip(third, by=own.by)
    enrolling.withdraw(second, on=MONDAY, by=own.by)

    assert status(third) == S.OFFERED


def test_offer_passed_over_by_staff_goes_to_the_next(own):
    first, _, third, fourth, _ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    offers.skip(third, reason="not reached", by=own.by)

    assert (status(third), status(fourth)) == (S.WAITING, S.OFFERED)


def test_story_is_readable_whole(own):
    first, _, third, *_ = waiting(own)
    enrolling.withdraw(first, on=MONDAY, reason="moved away", by=own.by)
    offers.take(third, by=own.by)

    steps = Step.objects.filter(enrolment=third).values_list("what", flat=True)
    assert list(steps) == ["queued", "offered", "taken"]


# Siblings


def test_siblings_get_places_together_or_wait_together(own):
    made.enrol(own.group, made.child(own.centre), by=own.by)
    mother = building.person(own.centre)
    pair = [made.child(own.centre, mother=mother) for _ in range(2)]
    both = made.enrol(own.group, *pair, by=own.by, together=True)

    assert [one.status for one in both] == [S.WAITING, S.WAITING]


def test_siblings_not_tied_take_what_there_is(own):
    made.enrol(own.group, made.child(own.centre), by=own.by)
    mother = building.person(own.centre)
    pair = [made.child(own.centre, mother=mother) for _ in range(2)]
    both = made.enrol(own.group, *pair, by=own.by)

    assert [one.status for one in both] == [S.ENROLLED, S.WAITING]


def test_those_who_wait_together_are_passed_by_where_one_place_is_free(own):
    first, second = (made.enrol(own.group, made.child(own.centre), by=own.by)[0] for _ in range(2))
    mother = building.person(own.centre)
    pair = [made.child(own.centre, mother=mother) for _ in range(2)]
    both = made.enrol(own.group, *pair, by=own.by, together=True)
    single = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    assert [status(one) for one in (*both, single)] == [S.WAITING, S.WAITING, S.OFFERED]
    stories = [list(one.steps.values_list("what", flat=True)) for one in both]
    assert stories == [["queued", "passed"], ["queued", "passed"]]
    offers.refuse(single, by=own.by)
    enrolling.withdraw(second, on=MONDAY, by=own.by)

    assert [status(one) for one in both] == [S.OFFERED, S.OFFERED]


# A specialist proposes, the leader accepts


def test_proposal_holds_a_place_and_no_seat_until_the_leader_accepts(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by, accepted=False)[0]
    assert (one.status, seats(one)) == (S.PROPOSED, [])
    enrolling.accept(one, by=own.by)

    assert (status(one), len(seats(one))) == (S.ENROLLED, 8)


def test_place_of_a_declined_proposal_goes_on(own):
    made.enrol(own.group, made.child(own.centre), by=own.by)
    one = made.enrol(own.group, made.child(own.centre), by=own.by, accepted=False)[0]
    next_one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    enrolling.decline(one, reason="the group is for younger ones", by=own.by)

    assert (status(one), status(next_one)) == (S.DECLINED, S.OFFERED)


def test_who_is_proposed_from_the_list_is_offered_once_the_leader_accepts(own):
    first, *_ = (made.enrol(own.group, made.child(own.centre), by=own.by)[0] for _ in range(2))
    one = made.enrol(own.group, made.child(own.centre), by=own.by, accepted=False)[0]
    first = Enrolment.objects.order_by("pk").first()
    assert first is not None
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    assert status(one) == S.PROPOSED
    enrolling.accept(one, by=own.by)

    assert status(one) == S.OFFERED


def test_step_that_a_status_does_not_permit_is_refused(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    with pytest.raises(WrongEnrolmentStep):
        enrolling.decline(one, reason="late", by=own.by)


# Who may come


@pytest.mark.parametrize(("age", "refused"), [(10, True), (11, False), (12, False), (13, True)])
def test_age_is_judged_on_the_dates(own, age, refused):
    group = made.group(made.workshop(own.centre, least_age=11, most_age=12), by=own.by)
    someone = made.child(own.centre, age=age)
    if refused:
        with pytest.raises(WrongAge):
            made.enrol(group, someone, by=own.by)
    else:
        assert made.enrol(group, someone, by=own.by)[0].status == S.ENROLLED


def test_child_sits_from_the_birthday_on(own):
    group = made.group(made.workshop(own.centre, least_age=9), by=own.by)
    someone = made.child(own.centre)
    someone.birth_on = date(FIRST.year - 9, FIRST.month, FIRST.day) + 2 * WEEK
    someone.save()
    one = made.enrol(group, someone, by=own.by)[0]

    assert seats(one)[0] == FIRST + 2 * WEEK


def test_workshop_is_for_its_audiences(own):
    group = made.group(made.workshop(own.centre, audiences=["without_parental_care"]), by=own.by)
    someone = made.child(own.centre)
    with pytest.raises(NotTheirs):
        made.enrol(group, someone, by=own.by)
    made.belongs(someone, "without_parental_care", by=own.by)

    assert made.enrol(group, someone, by=own.by)[0].status == S.ENROLLED


def test_child_without_a_carer_to_tell_is_refused(own):
    orphan = building.person(own.centre, birth_on=date(2018, 1, 1))
    with pytest.raises(NobodyToTell):
        made.enrol(own.group, orphan, by=own.by)


def test_specialised_workshop_asks_for_papers(own):
    group = made.group(made.workshop(own.centre, access=Service.Access.SPECIALISED), by=own.by)
    someone = made.child(own.centre)
    from scheduling.errors import NoEntryBasis

    with pytest.raises(NoEntryBasis):
        made.enrol(group, someone, by=own.by)
    building.case(someone, services=[group.workshop.service])

    assert made.enrol(group, someone, by=own.by)[0].status == S.ENROLLED


def test_nobody_is_enrolled_twice_for_the_same_dates(own):
    someone = made.child(own.centre)
    made.enrol(own.group, someone, by=own.by)
    with pytest.raises(AlreadyEnrolled):
        made.enrol(own.group, someone, by=own.by, from_on=LAST)


def test_dates_after_the_last_session_are_refused(own):
    with pytest.raises(NoSessions):
        made.enrol(own.group, made.child(own.centre), by=own.by, from_on=LAST + DAY)


def test_one_to_one_child_needs_another_adult(own):
    candidate = enrolling.Candidate(made.child(own.centre), is_one_to_one=True)
    asked = replace(made.application(own.group), candidates=(candidate,))
    with pytest.raises(TooFewAdults):
        enrolling.enrol(asked, by=own.by, accepted=True)


def enrolled_alone(own, group):
    candidate = enrolling.Candidate(made.child(own.centre), is_one_to_one=True)
    application = replace(made.application(group), candidates=(candidate,))
    return enrolling.enrol(application, by=own.by, accepted=True)[0]


def test_one_to_one_child_on_the_waiting_list_gets_no_place_without_an_adult(own):
    group = made.group(made.workshop(own.centre, capacity=1), by=own.by)
    (first,) = made.enrol(group, made.child(own.centre), by=own.by)
    alone = enrolled_alone(own, group)
    (after,) = made.enrol(group, made.child(own.centre), by=own.by)
    enrolling.withdraw(first, on=MONDAY, by=own.by)
    for one in (alone, after):
        one.refresh_from_db()
    assert (alone.status, after.status) == (S.WAITING, S.OFFERED)


def test_as_many_one_to_one_children_are_served_as_there_are_adults_for(own):
    workshop = made.workshop(own.centre, capacity=2)
    second = building.specialist(own.centre, [workshop.service])
    group = made.group(workshop, by=own.by, colleagues=[second])
    places = made.enrol(group, *(made.child(own.centre) for _ in range(2)), by=own.by)
    alone = [enrolled_alone(own, group) for _ in range(2)]
    groups.change_group(group, capacity=4, by=own.by)
    assert [status(one) for one in (*places, *alone)] == ["enrolled"] * 2 + ["offered", "waiting"]


def test_one_to_one_child_bars_nobody_else(own):
    workshop = made.workshop(own.centre, capacity=3)
    second = building.specialist(own.centre, [workshop.service])
    group = made.group(workshop, by=own.by, colleagues=[second])
    assert enrolled_alone(own, group).status == S.ENROLLED
    workshop.least_adults = 3  # whatever became of the adults
    workshop.save()
    assert made.enrol(group, made.child(own.centre), by=own.by)[0].status == S.ENROLLED


def test_another_adult_of_the_whole_group_makes_room_for_her(own):
    second = building.specialist(own.centre, [own.group.workshop.service])
    changes = series_services.Changes(colleagues=(second,))
    series_services.split_series(own.group.series, changes, since=None, by=own.by)
    assert set(selectors.adults_of(own.group)) == {2}
    assert enrolled_alone(own, own.group).status == S.ENROLLED
    assert discrepancies() == []


def test_adults_chosen_for_a_session_count(own):
    workshop = made.workshop(own.centre, capacity=3, least_adults=2)
    building.specialist(own.centre, [workshop.service])
    group = made.group(workshop, by=own.by)
    assert set(selectors.adults_of(group)) == {2}
    with pytest.raises(TooFewAdults) as refusal:
        enrolled_alone(own, group)
    assert refusal.value.facts == {"needed": 3, "has": 2}


def test_trial_without_a_last_day_is_one_session(own):
    someone = made.child(own.centre)
    (trial,) = made.enrol(own.group, someone, by=own.by, is_trial=True)
    assert trial.until_on == FIRST
    assert trial.seats.filter(booking__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("born", "doubts"), [("2016-05-20", True), ("2014-01-01", False), ("2017-01-01", False)]
)
def test_doubtful_age_is_seen_on_the_way(own, born, doubts):
    """The term runs in spring of 2027; she turns eleven amid it, was before, or will be later."""
    workshop = made.workshop(own.centre, doubtful_age=11)
    group = made.group(workshop, by=own.by)
    someone = made.child(own.centre)
    someone.birth_on = date.fromisoformat(born)
    someone.save()
    (one,) = made.enrol(group, someone, by=own.by, until_on=date(2027, 6, 1))
    assert eligibility.is_ever_doubtful(one) is doubts


# Elsewhere at that hour


def consultation(own: Place, someone, starts_at) -> Booking:
    service = building.service(own.centre, access=Service.Access.OPEN)
    lead = building.specialist(own.centre, [service])
    building.place(own.centre, [service])
    wish = Wish(
        service=service, starts_at=starts_at, lead=lead, people=(someone,),
        modality=Modality.ON_SITE,
    )  # fmt: skip
    return book(wish, by=own.by)


def test_child_booked_by_a_psychologist_then_is_warned_of_before(own):
    someone = made.child(own.centre)
    consultation(own, someone, building.at(FIRST + WEEK, 10, 15))
    with pytest.raises(ChildElsewhere) as refusal:
        made.enrol(own.group, someone, by=own.by)
    assert refusal.value.facts["days"] == "15.03.2027"
    assert not Enrolment.objects.exists()

    one = made.enrol(own.group, someone, by=own.by, leaving_out=True)[0]
    assert seats(one) == [FIRST, *(FIRST + WEEK * n for n in range(2, 8))]


def test_who_proposes_a_child_that_is_elsewhere_then_is_warned(own):
    someone = made.child(own.centre)
    consultation(own, someone, building.at(FIRST, 10))
    with pytest.raises(ChildElsewhere):
        made.enrol(own.group, someone, by=own.by, accepted=False)


def test_leader_is_warned_of_what_was_booked_since_the_proposal(own):
    someone = made.child(own.centre)
    one = made.enrol(own.group, someone, by=own.by, accepted=False)[0]
    consultation(own, someone, building.at(FIRST, 10))
    with pytest.raises(ChildElsewhere):
        enrolling.accept(one, by=own.by)
    assert status(one) == S.PROPOSED
    enrolling.accept(one, by=own.by, leaving_out=True)

    assert (status(one), len(seats(one))) == (S.ENROLLED, 7)


def test_who_does_not_come_on_a_date_is_not_said_to_be_elsewhere_then(own):
    someone = made.child(own.centre)
    consultation(own, someone, building.at(FIRST, 10))
    one = made.enrol(own.group, someone, by=own.by, leaving_out=True)[0]
    assert one.seats.get(session__booking__starts_at=building.at(FIRST, 10)).why == "elsewhere"
    pausing.pause(one, from_on=FIRST, until_on=FIRST, by=own.by)

    assert one.seats.get(session__booking__starts_at=building.at(FIRST, 10)).why == "absent"


def test_enrolled_child_is_not_booked_over(own):
    from scheduling.errors import ResourceUnavailable

    someone = made.child(own.centre)
    made.enrol(own.group, someone, by=own.by)
    with pytest.raises(ResourceUnavailable):
        consultation(own, someone, building.at(FIRST, 10, 30))


def test_people_kept_apart_do_not_sit_in_one_group(own):
    one, other = (made.child(own.centre) for _ in range(2))
    building.apart(one, other)
    made.enrol(own.group, one, by=own.by)
    with pytest.raises(ChildElsewhere):
        made.enrol(own.group, other, by=own.by)


def test_child_is_not_led_by_kin(own):
    from people.models import KinshipWall
    from scheduling.arrangements import arrangements_of

    someone = made.child(own.centre)
    booking = own.group.sessions.first().booking
    leader = arrangements_of([booking])[booking.pk].lead
    KinshipWall.objects.create(user=leader.user, household=someone.household)
    with pytest.raises(ChildElsewhere):
        made.enrol(own.group, someone, by=own.by)


# Sessions


def test_cancelled_session_is_cancelled_for_everybody_and_told_once(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    session = own.group.sessions.first()
    Reminder.objects.update(status=Reminder.Status.SENT)
    sessions.cancel_session(session, by=own.by, reason="rain")

    assert seats(one) == [FIRST + WEEK * n for n in range(1, 8)]
    outcomes = Participation.objects.filter(booking__seat__session=session)
    assert [found.outcome for found in outcomes] == ["cancelled_by_centre"]
    assert Reminder.objects.filter(kind=Reminder.Kind.CANCELLED).count() == 1


def test_session_takes_everybody_along_when_it_moves(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    session = own.group.sessions.first()
    sessions.move_session(session, starts_at=building.at(FIRST + DAY, 11), by=own.by)

    assert seats(one)[0] == FIRST + DAY


def test_session_does_not_move_to_where_somebody_cannot_follow_unless_told_so(own):
    someone = made.child(own.centre)
    one = made.enrol(own.group, someone, by=own.by)[0]
    consultation(own, someone, building.at(FIRST + DAY, 11))
    session = own.group.sessions.first()
    target = building.at(FIRST + DAY, 11)
    with pytest.raises(ChildElsewhere):
        sessions.move_session(session, starts_at=target, by=own.by)
    sessions.move_session(session, starts_at=target, by=own.by, leaving_out=True)

    assert seats(one) == [FIRST + WEEK * n for n in range(1, 8)]


def test_cancelled_session_is_made_up_for_with_everybody(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    session = own.group.sessions.first()
    sessions.cancel_session(session, by=own.by)
    sessions.make_up(session, starts_at=building.at(FIRST + DAY, 12), by=own.by)

    assert seats(one)[0] == FIRST + DAY


def test_vacations_are_skipped_by_name(own):
    from scheduling.models import SchoolVacation

    SchoolVacation.objects.create(
        centre=own.centre, name="Пролетна ваканция", from_on=FIRST + WEEK, until_on=FIRST + 9 * DAY
    )
    asked = made.timetable(made.workshop(own.centre))
    _, refusals = groups.preview_group(asked, by=own.by)

    assert next(str(one.error) for one in refusals).count("Пролетна ваканция") == 1
    group = groups.open_group(asked, by=own.by)
    assert group.sessions.count() == 7


def test_withdrawn_child_hears_nothing_more(own):
    one = made.enrol(own.group, made.child(own.centre), by=own.by)[0]
    Reminder.objects.update(status=Reminder.Status.SENT)
    enrolling.withdraw(one, on=MONDAY, by=own.by)

    assert not Reminder.objects.filter(kind=Reminder.Kind.CANCELLED).exists()
    assert set(Participation.objects.values_list("outcome", flat=True)) == {""}
