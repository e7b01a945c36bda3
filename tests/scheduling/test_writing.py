"""The constraint that has the last word, and the write path in front of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.range import TimestamptzRange

from base import clock, journeys
from people.models import Person, Role
from scheduling import blocking, services, taking, writing
from scheduling.demand import Need
from scheduling.errors import ResourceUnavailable
from scheduling.models import (
    LONGEST_HOLDING,
    Allocation,
    Booking,
    Modality,
    Resource,
)
from scheduling.planning import Wish
from scheduling.taking import by_day
from tests.support import building
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

WINK = timedelta(microseconds=1)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
Part = Allocation.Part

BOUNDARIES = [
    pytest.param((9, 0), (9, 30), True, id="before"),
    pytest.param((9, 0), (10, 0), True, id="touching the start"),
    pytest.param((9, 0), (10, 1), False, id="crossing the start"),
    pytest.param((10, 15), (10, 30), False, id="inside"),
    pytest.param((10, 0), (11, 0), False, id="equal"),
    pytest.param((9, 0), (12, 0), False, id="around"),
    pytest.param((10, 59), (12, 0), False, id="crossing the end"),
    pytest.param((11, 0), (12, 0), True, id="touching the end"),
    pytest.param((11, 30), (12, 0), True, id="after"),
]

INSERT = """
    INSERT INTO scheduling_allocation (booking_id, resource_id, part, lane, period, active)
    VALUES (%(booking)s, %(resource)s, 'room', %(lane)s, {period}, %(active)s)
"""


@pytest.fixture(autouse=True)
def _sunday_evening():
    with clock.frozen(at(MONDAY - timedelta(days=1), 20)):
        yield


@pytest.fixture
def centre():
    return building.centre()


@pytest.fixture
def talk(centre):
    return building.service(centre, minutes=50, buffer=10)


@pytest.fixture
def room(centre, talk):
    return building.place(centre, [talk])


@pytest.fixture
def by(centre):
    return building.user(centre, Role.Name.COORDINATOR)


@pytest.fixture
def agreement(centre, by):
    """A booking that holds nothing yet, as a shell might make one."""
    return Booking.objects.create(
        kind=Booking.Kind.BLOCK,
        centre=centre,
        status=Booking.Status.CONFIRMED,
        starts_at=at(MONDAY, 9),
        ends_at=at(MONDAY, 12),
        created_by=by,
        created_at=clock.now(),
    )


def insert(
    booking: Booking, resource: Resource, period: str, *, lane: int = 1, active: bool = True
) -> bool:
    """Insert an allocation in plain SQL; whether the database took it."""
    facts = {"booking": booking.pk, "resource": resource.pk, "lane": lane, "active": active}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT.format(period=period), facts)
    except IntegrityError:
        return False
    return True


def span(begins: datetime, ends: datetime) -> str:
    return f"tstzrange('{begins.isoformat()}', '{ends.isoformat()}')"


TEN_TO_ELEVEN = span(at(MONDAY, 10), at(MONDAY, 11))


def lanes_of(resource: Resource) -> list[int]:
    rows = Allocation.objects.filter(resource=resource, active=True)
    return sorted(rows.values_list("lane", flat=True))


def wish(talk, centre, **fields) -> Wish:
    """Ten o'clock with somebody new to somebody else, so that only places can clash."""
    return Wish(
        service=talk,
        starts_at=fields.pop("starts_at", at(MONDAY, 10)),
        lead=fields.pop("lead", None) or building.specialist(centre, [talk]),
        people=(building.person(centre),),
        modality=Modality.ON_SITE,
        **fields,
    )


def block(resource, centre, by, begins: datetime, ends: datetime) -> Booking:
    return blocking.block_resource(
        resource,
        centre_id=centre.pk,
        starts_at=begins,
        ends_at=ends,
        reason=Booking.BlockReason.OTHER,
        by=by,
    )


# The constraint


@pytest.mark.parametrize(("begins", "ends", "expected"), BOUNDARIES)
def test_constraint_is_half_open(agreement, room, begins, ends, expected):
    insert(agreement, room, TEN_TO_ELEVEN)

    taken = insert(agreement, room, span(at(MONDAY, *begins), at(MONDAY, *ends)))

    assert taken is expected


@pytest.mark.parametrize(("begins", "ends", "expected"), BOUNDARIES)
def test_reads_and_constraint_agree_on_boundaries(agreement, room, begins, ends, expected):
    insert(agreement, room, TEN_TO_ELEVEN)

    clash = taking.clash(room, at(MONDAY, *begins), at(MONDAY, *ends))

    assert clash == (None if expected else (at(MONDAY, 10), at(MONDAY, 11)))


def test_other_resources_other_lanes_and_released_rows_do_not_clash(agreement, room, centre):
    insert(agreement, room, TEN_TO_ELEVEN)
    other = building.place(centre)
    Resource.objects.filter(pk=room.pk).update(lanes=2)

    assert insert(agreement, other, TEN_TO_ELEVEN)
    assert insert(agreement, room, TEN_TO_ELEVEN, lane=2)
    assert insert(agreement, room, TEN_TO_ELEVEN, active=False)


def test_released_row_cannot_come_back_over_another(agreement, room):
    insert(agreement, room, TEN_TO_ELEVEN, active=False)
    insert(agreement, room, TEN_TO_ELEVEN)

    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(active=False).update(active=True)


@pytest.mark.parametrize(
    "period",
    [
        "NULL",
        "'empty'",
        "tstzrange('2027-03-01 10:00+02', '2027-03-01 10:00+02')",
        "tstzrange(NULL, '2027-03-01 10:00+02')",
        "tstzrange('2027-03-01 10:00+02', NULL)",
        "tstzrange(NULL, NULL)",
        "tstzrange('2027-03-01 10:00+02', 'infinity')",
        "tstzrange('-infinity', '2027-03-01 10:00+02')",
    ],
)
@pytest.mark.parametrize("active", [True, False])
def test_empty_and_endless_periods_are_refused(agreement, room, period, active):
    assert not insert(agreement, room, period, active=active)


@pytest.mark.parametrize(
    "lane",
    [
        0,
        -1,
        2,
    ],
)
def test_lane_is_one_of_the_resource_s(agreement, room, lane):
    assert not insert(agreement, room, TEN_TO_ELEVEN, lane=lane)


# Days


def test_by_day_cuts_at_midnight_in_sofia():
    days = list(by_day(at(MONDAY, 22), at(MONDAY + timedelta(days=2), 6)))

    tuesday, wednesday = (clock.midnight(MONDAY + timedelta(days=n)) for n in (1, 2))
    assert days == [
        TimestamptzRange(at(MONDAY, 22), tuesday),
        TimestamptzRange(tuesday, wednesday),
        TimestamptzRange(wednesday, at(MONDAY + timedelta(days=2), 6)),
    ]


@pytest.mark.parametrize(("day", "hours"), [(MONDAY, 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_is_as_long_as_the_clocks_make_it(day, hours):
    [period] = by_day(*clock.day_bounds(day))

    assert period.upper - period.lower == timedelta(hours=hours)


def test_by_day_of_nothing_is_nothing():
    assert list(by_day(at(MONDAY, 9), at(MONDAY, 9))) == []


@given(
    day=st.sampled_from([SPRING, AUTUMN]),
    from_=st.integers(-5000, 5000),
    minutes=st.integers(1, 20_000),
)
def test_by_day_leaves_no_gap_and_no_overlap(day, from_, minutes):
    begins = clock.midnight(day) + timedelta(minutes=from_)
    ends = begins + timedelta(minutes=minutes)

    days = list(by_day(begins, ends))

    assert [days[0].lower, *(d.upper for d in days)] == [*(d.lower for d in days), ends]
    assert days[0].lower == begins
    assert all(d.lower < d.upper for d in days)
    assert all(clock.local(d.lower).date() == clock.local(d.upper - WINK).date() for d in days)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (clock.midnight(date(2027, 3, 15)), clock.midnight(date(2027, 4, 5)), 21),
        (at(date(2027, 3, 15), 12), at(date(2027, 4, 5), 12), 22),
        (clock.midnight(date(2027, 10, 18)), clock.midnight(date(2027, 11, 8)), 21),
    ],
)
def test_three_weeks_of_leave_are_held_day_by_day(centre, by, begins, ends, expected):
    specialist = building.specialist(centre)

    leave = block(specialist, centre, by, begins, ends)

    periods = list(leave.allocations.order_by("period").values_list("period", flat=True))
    assert len(periods) == expected
    assert (periods[0].lower, periods[-1].upper) == (begins, ends)
    assert max(p.upper - p.lower for p in periods) <= LONGEST_HOLDING


@pytest.mark.parametrize("hour", [0, 12, 23])
@pytest.mark.parametrize("day", [date(2027, 3, 15), SPRING, date(2027, 4, 4)])
def test_every_hour_of_a_leave_is_seen_as_held(centre, by, day, hour):
    specialist = building.specialist(centre)
    block(
        specialist,
        centre,
        by,
        clock.midnight(date(2027, 3, 15)),
        clock.midnight(date(2027, 4, 5)),
    )

    assert taking.clash(specialist, at(day, hour), at(day, hour, 10)) == clock.day_bounds(day)


# Choosing under the locks


def needing(*candidates: Resource, count: int = 1, **margins: timedelta) -> Need:
    return Need(Part.ROOM, candidates, count, **margins)


def holdings(*needs: Need, ignoring: int | None = None) -> list[writing.Holding]:
    hour = at(MONDAY, 10), at(MONDAY, 11)
    return taking.choose(needs, *hour, taking.take(needs, *hour, ignoring=ignoring))


def chosen(*needs: Need) -> list[tuple[Resource, int]]:
    return [(holding.resource, holding.lane) for holding in holdings(*needs)]


def test_first_free_candidate_is_chosen(agreement, centre):
    taken, free, another = (building.place(centre) for _ in range(3))
    insert(agreement, taken, TEN_TO_ELEVEN)

    assert chosen(needing(taken, free, another)) == [(free, 1)]


def test_no_resource_serves_two_needs(centre):
    one, other = building.place(centre), building.place(centre)

    assert chosen(needing(one), needing(one, other)) == [(one, 1), (other, 1)]


def test_a_need_of_two_takes_two_resources_not_two_lanes(centre):
    one, other = building.place(centre), building.place(centre)
    Resource.objects.update(lanes=2)
    one.refresh_from_db()

    assert chosen(needing(one, other, count=2)) == [(one, 1), (other, 1)]


def test_margins_are_held_and_must_be_free(agreement, room):
    insert(agreement, room, span(at(MONDAY, 11, 9), at(MONDAY, 11, 30)))
    margin = timedelta(minutes=10)

    assert chosen(needing(room, after=timedelta(minutes=9))) == [(room, 1)]
    with pytest.raises(ResourceUnavailable):
        chosen(needing(room, after=margin))
    [holding] = holdings(needing(room, before=margin))
    assert holding.period == TimestamptzRange(at(MONDAY, 9, 50), at(MONDAY, 11))


def test_refusal_names_the_only_candidate_and_the_interval(agreement, room):
    insert(agreement, room, TEN_TO_ELEVEN)

    with pytest.raises(ResourceUnavailable) as refused:
        chosen(needing(room))

    assert refused.value.facts == {
        "resource": room.public_id,
        "kind": "room",
        "name": room.name,
        "starts_at": at(MONDAY, 10),
        "ends_at": at(MONDAY, 11),
    }


def test_refusal_among_several_names_none_of_them(agreement, room, centre):
    other = building.place(centre)
    insert(agreement, room, TEN_TO_ELEVEN)
    insert(agreement, other, TEN_TO_ELEVEN)

    with pytest.raises(ResourceUnavailable) as refused:
        chosen(needing(room, other))

    assert refused.value.facts["resource"] is None
    assert room.name not in str(refused.value)
    assert other.name not in str(refused.value)


def test_own_booking_is_not_in_its_own_way(agreement, room):
    insert(agreement, room, TEN_TO_ELEVEN)

    found = holdings(needing(room), ignoring=agreement.pk)

    assert [holding.resource for holding in found] == [room]


# Lanes


def test_lanes_fill_one_by_one_and_not_one_more(talk, room, centre, by):
    Resource.objects.filter(pk=room.pk).update(lanes=3)
    for _ in range(3):
        services.book(wish(talk, centre), by=by)

    assert lanes_of(room) == [1, 2, 3]
    with pytest.raises(ResourceUnavailable) as refused:
        services.book(wish(talk, centre), by=by)
    assert refused.value.facts["resource"] == room.public_id


def test_a_freed_lane_is_filled_again(talk, room, centre, by):
    Resource.objects.filter(pk=room.pk).update(lanes=3)
    _, second, _ = [services.book(wish(talk, centre), by=by) for _ in range(3)]
    services.cancel_booking(second, by=by, party=Booking.Party.CLIENT)

    services.book(wish(talk, centre), by=by)

    assert lanes_of(room) == [1, 2, 3]


def test_lanes_may_be_out_of_step(talk, room, centre, by):
    Resource.objects.filter(pk=room.pk).update(lanes=2)
    for minute in (0, 30, 50):  # the third follows the first in its lane
        services.book(wish(talk, centre, starts_at=at(MONDAY, 10, minute)), by=by)

    assert lanes_of(room) == [1, 1, 2]
    with pytest.raises(ResourceUnavailable):
        services.book(wish(talk, centre, starts_at=at(MONDAY, 11)), by=by)


def test_block_takes_every_lane(room, centre, by):
    Resource.objects.filter(pk=room.pk).update(lanes=2)
    room.refresh_from_db()

    block(room, centre, by, at(MONDAY, 10), at(MONDAY, 11))

    assert lanes_of(room) == [1, 2]


def test_one_busy_lane_refuses_a_block(talk, room, centre, by):
    Resource.objects.filter(pk=room.pk).update(lanes=2)
    room.refresh_from_db()
    services.book(wish(talk, centre), by=by)

    with pytest.raises(ResourceUnavailable) as refused:
        block(room, centre, by, at(MONDAY, 9), at(MONDAY, 12))

    facts = refused.value.facts
    assert (facts["starts_at"], facts["ends_at"]) == (at(MONDAY, 10), at(MONDAY, 10, 50))


# Past the locks


@pytest.mark.django_db(transaction=True)
def test_what_a_shell_wrote_is_refused_with_the_commit(talk, room, centre, by, monkeypatch):
    wanted = wish(talk, centre)
    services.book(wish(talk, centre), by=by)
    monkeypatch.setattr(taking, "free_lane", lambda *_: 1)  # as if nobody held it

    with pytest.raises(ResourceUnavailable) as refused:
        services.book(wanted, by=by)

    assert refused.value.facts["resource"] == room.public_id
    assert Booking.objects.count() == 1
    assert lanes_of(room) == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("age", [7, 30])
def test_nothing_is_asked_between_writing_and_the_commit(talk, room, centre, by, monkeypatch, age):
    person = building.person(centre, birth_on=date(2027 - age, 1, 1))
    building.carer(person, building.person(centre))
    wanted = replace(wish(talk, centre), people=(Person.objects.get(pk=person.pk),))
    gone = []
    leave = journeys.leave

    def noted(waiting, *, committing):
        gone.append((len(waiting.questions), committing))
        leave(waiting, committing=committing)

    monkeypatch.setattr(journeys, "leave", noted)
    services.book(wanted, by=by)

    assert [one for one in gone if one[0]] == [(2, True)]  # the booking and its reminders


def test_bookings_made_together_are_numbered_in_their_order(talk, room, centre, by):
    wishes = [wish(talk, centre, starts_at=at(MONDAY, hour)) for hour in (10, 13)]

    bookings = services.book_together(wishes, by=by)

    assert [booking.starts_at for booking in Booking.objects.order_by("pk")] == [
        wish.starts_at for wish in wishes
    ]
    assert [booking.pk for booking in bookings] == sorted(booking.pk for booking in bookings)


# Letting go


def test_what_is_let_go_stays_as_history_and_blocks_nobody(talk, room, centre, by):
    booking = services.book(wish(talk, centre), by=by)
    held = booking.allocations.count()
    services.cancel_booking(booking, by=by, party=Booking.Party.CLIENT)

    services.book(wish(talk, centre, room=room), by=by)

    assert booking.allocations.filter(active=False).count() == held


def test_moving_keeps_one_row_per_kept_resource_and_the_old_row_of_a_dropped_one(
    talk, room, centre, by
):
    first, second = building.specialist(centre, [talk]), building.specialist(centre, [talk])
    booking = services.book(wish(talk, centre, lead=first), by=by)

    services.reschedule_booking(booking, starts_at=at(MONDAY, 14), lead=second, by=by)

    rows = booking.allocations.exclude(part=Part.PERSON).order_by("pk")
    assert [(r.resource, r.active, r.period.lower) for r in rows] == [
        (first, False, at(MONDAY, 10)),
        (second, True, at(MONDAY, 14)),
        (room, True, at(MONDAY, 14)),
    ]


def revisions(*resources: Resource) -> list[int]:
    return [Resource.objects.get(pk=resource.pk).revision for resource in resources]


def test_calendars_of_all_that_is_touched_are_revised(talk, room, centre, by):
    first, second, idle = (building.specialist(centre, [talk]) for _ in range(3))
    seen = [revisions(first, second, room, idle)]
    booking = services.book(wish(talk, centre, lead=first), by=by)
    seen.append(revisions(first, second, room, idle))
    services.reschedule_booking(booking, starts_at=at(MONDAY, 14), lead=second, by=by)
    seen.append(revisions(first, second, room, idle))
    services.cancel_booking(booking, by=by, party=Booking.Party.CLIENT)
    seen.append(revisions(first, second, room, idle))

    changed = [
        [now > was for was, now in zip(before, after, strict=True)]
        for before, after in pairwise(seen)
    ]
    assert changed == [
        [True, False, True, False],
        [True, True, True, False],
        [False, True, True, False],
    ]


# Locks


def test_locks_are_taken_once_each_in_id_order(room, centre):
    others = [building.place(centre).pk for _ in range(3)]
    seen = []

    def note(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        taking.lock([others[2], room.pk, others[0], others[2]])

    [(statement, facts)] = seen
    assert facts["resources"] == f"{{{room.pk},{others[0]},{others[2]}}}"
    assert " ".join(statement.split()).endswith("ORDER BY id FOR NO KEY UPDATE")


@pytest.mark.parametrize(
    "command",
    [
        "book",
        "block",
        "expire",
        "confirm",
        "move",
        "cancel",
    ],
)
def test_nothing_is_updated_that_was_not_locked_first(talk, room, centre, by, monkeypatch, command):
    lead = building.specialist(centre, [talk])
    hold = services.book(wish(talk, centre, lead=lead, hold=True), by=by)
    locked, revised = spied(monkeypatch)
    later = clock.now() + timedelta(hours=1)

    match command:
        case "book":
            with clock.frozen(later):
                services.book(wish(talk, centre, lead=lead), by=by)
        case "block":
            with clock.frozen(later):
                block(room, centre, by, at(MONDAY, 9), at(MONDAY, 12))
        case "expire":
            with clock.frozen(later):
                services.expire_holds()
        case "confirm":
            services.confirm_booking(hold, by=by)
        case "move":
            other = building.specialist(centre, [talk])
            services.reschedule_booking(hold, starts_at=at(MONDAY, 14), lead=other, by=by)
        case "cancel":
            services.cancel_booking(hold, by=by, party=Booking.Party.CLIENT)

    assert revised
    assert revised <= locked


def spied(monkeypatch) -> tuple[set[int], set[int]]:
    """Ids of the resources that are locked and that are updated, from now on."""
    lock, revise = taking.locked, writing.revise
    holdings_of, release_all = writing.holdings_of, writing.release_all
    locked: set[int] = set()
    revised: set[int] = set()

    def noting_lock(ids):
        locked.update(ids)
        return lock(ids)

    def noting_revise(ids):
        revised.update(ids)
        revise(ids)

    def noting_holdings(entries):
        held = holdings_of(entries)
        revised.update(held["resources"])
        return held

    def noting_release(bookings):
        held = Allocation.objects.filter(booking__in=bookings, active=True)
        revised.update(held.values_list("resource", flat=True))
        release_all(bookings)

    monkeypatch.setattr(writing, "release_all", noting_release)
    monkeypatch.setattr(writing, "holdings_of", noting_holdings)
    monkeypatch.setattr(taking, "locked", noting_lock)
    monkeypatch.setattr(writing, "revise", noting_revise)
    return locked, revised
