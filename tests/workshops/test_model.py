"""The model is an oracle for others, so its own boundaries are laid down here by hand."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workshops.model import (
    DECLINED,
    ENROLLED,
    HORIZON,
    LAPSED,
    OFFERED,
    PROPOSED,
    TAKES_A_PLACE,
    WAITING,
    WITHDRAWN,
    Group,
    Refused,
)

NOW = datetime(2027, 2, 1, 8, tzinfo=UTC)  # a Monday, 10:00 in Sofia


def day(number: int) -> date:
    """Today is day 0."""
    return date(2027, 2, 1) + timedelta(days=number)


def group(capacity: int = 1) -> Group:
    return Group(capacity, NOW)


def enrol(group, *ids, start=0, end=30, accepted=True, together=False):
    group.enrol(
        list(ids),
        day(start),
        None if end is None else day(end),
        accepted=accepted,
        together=together,
    )


def full_group(*waiting, accepted=True, capacity=1):
    """The places are 1, 2… and all taken from day 0 to day 30; `waiting` ask for the same."""
    full = group(capacity)
    enrol(full, *range(1, capacity + 1))
    for number in waiting:
        enrol(full, number, accepted=accepted)
    return full


def standings(group, *ids):
    return [group.standing(number) for number in ids]


def seen(group):
    """Everything that can be seen from outside."""
    return deepcopy(
        (
            group.capacity,
            group.now,
            [vars(one) | {"unit": None} for one in group.people.values()],
            group.waiting_units(),
            [group.is_skipped(number) for number in group.people],
            group.offers(),
            group.story,
        )
    )


def refused(group, operation, *args, **kwargs):
    before = seen(group)
    with pytest.raises(Refused):
        getattr(group, operation)(*args, **kwargs)
    assert seen(group) == before
    return True


# Asking for a place


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 9, ENROLLED),  # before
        (5, 10, WAITING),  # touching: both ends are included
        (5, 15, WAITING),
        (12, 14, WAITING),
        (10, 20, WAITING),
        (20, 25, WAITING),
        (21, 25, ENROLLED),  # after
        (0, None, WAITING),
        (20, None, WAITING),
        (21, None, ENROLLED),
    ],
)
def test_place_is_needed_on_every_date_asked_for(start, end, expected):
    one = group()
    enrol(one, 1, start=10, end=20)
    enrol(one, 2, start=start, end=end)
    assert one.standing(2) == expected


@pytest.mark.parametrize(("number", "taken"), [(9, 0), (10, 1), (15, 1), (20, 1), (21, 0)], ids=str)
def test_place_is_taken_from_the_first_to_the_last_day(number, taken):
    one = group()
    enrol(one, 1, start=10, end=20)
    assert one.taken_on(day(number)) == taken


def test_open_end_takes_a_place_far_ahead():
    one = group()
    enrol(one, 1, end=None)
    assert one.taken_on(day(HORIZON * 3)) == 1


def test_dates_in_the_past_need_no_place():
    one = group()
    enrol(one, 1, start=0, end=1)
    one.tick(48)
    enrol(one, 2, start=0, end=5)
    assert one.standing(2) == ENROLLED


@pytest.mark.parametrize(
    ("free", "together", "expected"),
    [
        (0, True, [WAITING] * 3),
        (0, False, [WAITING] * 3),
        (2, True, [WAITING] * 3),
        (2, False, [ENROLLED, ENROLLED, WAITING]),
        (3, True, [ENROLLED] * 3),
        (3, False, [ENROLLED] * 3),
    ],
)
def test_siblings(free, together, expected):
    one = group(1 + free)
    enrol(one, 9)
    enrol(one, 1, 2, 3, together=together)
    assert standings(one, 1, 2, 3) == expected


def test_what_a_specialist_enrols_is_proposed_and_takes_the_place():
    one = group()
    enrol(one, 1, accepted=False)
    assert (one.standing(1), one.taken_on(day(0))) == (PROPOSED, 1)


def test_newcomer_may_take_what_nobody_who_waits_can_use():
    one = group()
    enrol(one, 1, start=10, end=20)
    enrol(one, 2, start=0, end=30)
    enrol(one, 3, start=0, end=9)
    assert standings(one, 2, 3) == [WAITING, ENROLLED]


@pytest.mark.parametrize(
    ("ids", "start", "end", "is_refused"),
    [
        ([], 40, 41, True),
        ([3, 3], 40, 41, True),
        ([1], 40, 41, True),
        ([3, 1], 40, 41, True),
        ([3], 5, 4, True),
        ([3], 5, 5, False),
        ([3], -9, -1, True),
        ([3], -9, 0, False),
    ],
)
def test_what_nobody_may_ask_for(ids, start, end, is_refused):
    one = full_group(capacity=2)
    arguments = (ids, day(start), day(end))
    if is_refused:
        assert refused(one, "enrol", *arguments, accepted=True, together=False)
    else:
        one.enrol(*arguments, accepted=True, together=False)
        assert one.waiting_order() == ids


@pytest.mark.parametrize(("end", "is_seen"), [(HORIZON - 1, True), (HORIZON, False)])
def test_model_says_when_it_cannot_see_so_far(end, is_seen):
    one = group()
    if is_seen:
        enrol(one, 1, end=end)
    else:
        with pytest.raises(ValueError):
            enrol(one, 1, end=end)


# The leader


def test_leader_accepts_who_never_waited():
    one = group()
    enrol(one, 1, accepted=False)
    one.accept(1)
    assert (one.standing(1), one.offers()) == (ENROLLED, {})


def test_family_is_asked_when_the_accepted_one_came_from_the_list():
    one = full_group(2, accepted=False)
    one.withdraw(1, day(0))
    assert (one.standing(2), one.offers()) == (PROPOSED, {})
    one.tick(100)
    one.accept(2)
    assert (one.standing(2), one.offers()) == (OFFERED, {2: NOW + timedelta(hours=148)})


def test_accepted_one_goes_on_waiting_and_is_then_offered():
    one = full_group(2, accepted=False)
    one.accept(2)
    assert one.standing(2) == WAITING
    one.withdraw(1, day(0))
    assert one.standing(2) == OFFERED


@pytest.mark.parametrize(
    ("before", "operations"),
    [
        (PROPOSED, {"accept": ENROLLED, "decline": DECLINED, "withdraw": WITHDRAWN}),
        (
            WAITING,
            {
                "accept": WAITING,
                "decline": DECLINED,
                "withdraw": WITHDRAWN,
                "skip": WAITING,
                "unskip": WAITING,
            },
        ),
        (
            OFFERED,
            {"take": ENROLLED, "refuse": LAPSED, "withdraw": WITHDRAWN, "skip": WAITING},
        ),
        (ENROLLED, {"withdraw": WITHDRAWN, "pause": ENROLLED}),
        (LAPSED, {}),
        (DECLINED, {}),
        (WITHDRAWN, {}),
    ],
)
@pytest.mark.parametrize(
    "operation",
    ["accept", "decline", "take", "refuse", "withdraw", "pause", "resume", "skip", "unskip"],
)
def test_moves(before, operations, operation):
    dates = {"withdraw": [day(0)], "pause": [day(1), day(2)], "resume": [day(1)]}
    one = in_standing(before)
    assert one.standing(1) == before
    if operation in operations:
        getattr(one, operation)(1, *dates.get(operation, []))
        assert one.standing(1) == operations[operation]
    else:
        assert refused(one, operation, 1, *dates.get(operation, []))


def in_standing(standing):
    """A group whose number 1 has this standing."""
    one = group()
    if standing in {WAITING, OFFERED, LAPSED}:
        enrol(one, 2)
    enrol(one, 1, accepted=standing not in {PROPOSED, DECLINED})
    if standing in {OFFERED, LAPSED}:
        one.withdraw(2, day(0))
    if standing is LAPSED:
        one.refuse(1)
    if standing is DECLINED:
        one.decline(1)
    if standing is WITHDRAWN:
        one.withdraw(1, day(0))
    return one


@pytest.mark.parametrize("operation", ["accept", "decline", "take", "refuse", "skip", "unskip"])
def test_unknown_number_is_refused(operation):
    assert refused(group(), operation, 7)


# The list fills itself


def test_list_is_filled_in_the_order_of_asking():
    one = full_group(5, 4, 3)
    one.withdraw(1, day(0))
    assert (standings(one, 5, 4, 3), one.waiting_order()) == ([OFFERED, WAITING, WAITING], [4, 3])


@pytest.mark.parametrize(
    ("how", "args"),
    [
        ("withdraw", (1, day(0))),
        ("pause", (1, day(0), None)),
        ("pause", (1, day(0), day(30))),
        ("set_capacity", (2,)),
    ],
)
def test_place_that_frees_is_offered(how, args):
    one = full_group(2)
    getattr(one, how)(*args)
    assert one.offers() == {2: NOW + timedelta(hours=48)}


@pytest.mark.parametrize("answer", ["decline", "refuse"])
def test_no_passes_the_place_on(answer):
    one = full_group(2, 3, accepted=answer == "refuse")
    one.withdraw(1, day(0))
    getattr(one, answer)(2)
    assert one.standing(3) == (OFFERED if answer == "refuse" else PROPOSED)


def test_yes_keeps_the_place():
    one = full_group(2, 3)
    one.withdraw(1, day(0))
    one.take(2)
    assert (standings(one, 2, 3), one.offers()) == ([ENROLLED, WAITING], {})


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, [OFFERED, WAITING]),
        (47, [OFFERED, WAITING]),
        (48, [LAPSED, OFFERED]),
        (49, [LAPSED, OFFERED]),
    ],
)
def test_silence_passes_the_offer_on(hours, expected):
    one = full_group(2, 3)
    one.withdraw(1, day(0))
    one.tick(hours)
    assert standings(one, 2, 3) == expected


def test_passed_on_offer_has_its_own_two_days():
    one = full_group(2, 3)
    one.withdraw(1, day(0))
    one.tick(60)
    assert one.offers() == {3: NOW + timedelta(hours=108)}


def test_proposed_place_does_not_run_out():
    one = full_group(2, 3, accepted=False)
    one.withdraw(1, day(0))
    one.tick(500)
    assert standings(one, 2, 3) == [PROPOSED, WAITING]


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (2, [WAITING, WAITING, OFFERED, WAITING]),  # passed over: too few for two
        (3, [OFFERED, OFFERED, WAITING, WAITING]),
        (4, [OFFERED, OFFERED, OFFERED, WAITING]),
    ],
)
def test_siblings_who_wait_together_are_offered_places_together(capacity, expected):
    one = full_group()
    enrol(one, 2, 3, together=True)
    enrol(one, 4)
    enrol(one, 5)
    one.set_capacity(capacity)
    assert standings(one, 2, 3, 4, 5) == expected


def test_siblings_passed_over_keep_their_position():
    one = full_group()
    enrol(one, 2, 3, together=True)
    enrol(one, 4)
    enrol(one, 5)
    one.set_capacity(2)
    assert one.waiting_units() == [[2, 3], [5]]


def test_each_sibling_is_offered_or_proposed_as_accepted():
    one = full_group()
    enrol(one, 2, 3, together=True, accepted=False)
    one.accept(3)
    one.set_capacity(3)
    assert standings(one, 2, 3) == [PROPOSED, OFFERED]


def test_each_sibling_answers_alone():
    one = full_group()
    enrol(one, 2, 3, 4, together=True)
    one.set_capacity(4)
    one.take(2)
    one.refuse(3)
    assert standings(one, 2, 3, 4) == [ENROLLED, LAPSED, OFFERED]


def test_sibling_who_no_longer_waits_is_not_waited_for():
    one = full_group()
    enrol(one, 2, 3, together=True)
    one.set_capacity(2)
    one.decline(2)
    assert one.standing(3) == OFFERED


def test_siblings_one_by_one_are_filled_one_by_one():
    one = full_group()
    enrol(one, 2, 3, together=False)
    one.set_capacity(2)
    assert standings(one, 2, 3) == [OFFERED, WAITING]


def test_waiting_one_needs_only_the_dates_still_ahead():
    one = group()
    enrol(one, 1, end=1)
    enrol(one, 2, end=30)
    one.tick(24)
    assert one.standing(2) == WAITING
    one.tick(24)
    assert one.standing(2) == OFFERED


@pytest.mark.parametrize(("days", "expected"), [(5, WAITING), (6, LAPSED)])
@pytest.mark.parametrize("is_skipped", [False, True])
def test_waiting_lapses_after_the_last_day(days, expected, is_skipped):
    one = full_group()
    enrol(one, 2, end=5)
    if is_skipped:
        one.skip(2)
    one.tick(24 * days)
    assert one.standing(2) == expected


def test_day_begins_at_midnight_in_sofia():
    one = group()
    one.tick(13)
    assert one.today == day(0)
    one.tick(1)
    assert one.today == day(1)


# Skipping


def test_skipped_one_keeps_its_position_and_gets_no_offer():
    one = full_group(2, 3, 4)
    one.skip(2)
    one.withdraw(1, day(0))
    assert (standings(one, 2, 3), one.waiting_order()) == ([WAITING, OFFERED], [2, 4])


def test_skipped_offer_goes_back_to_its_old_position_and_is_passed_on():
    one = full_group(2, 3, 4)
    one.withdraw(1, day(0))
    one.skip(2)
    assert (one.waiting_order(), list(one.offers())) == ([2, 4], [3])


def test_unskipped_one_is_first_again():
    one = full_group(2, 3, 4)
    one.skip(2)
    one.unskip(2)
    one.set_capacity(2)
    assert standings(one, 2, 3) == [OFFERED, WAITING]


def test_unskipping_fills():
    one = full_group(2)
    one.skip(2)
    one.withdraw(1, day(0))
    assert one.standing(2) == WAITING
    one.unskip(2)
    assert one.standing(2) == OFFERED


def test_newcomer_takes_what_only_a_skipped_one_could_use():
    one = full_group(2)
    one.skip(2)
    one.withdraw(1, day(0))
    enrol(one, 3)
    assert one.standing(3) == ENROLLED


def test_siblings_who_wait_together_are_skipped_together():
    one = full_group()
    enrol(one, 2, 3, together=True)
    one.skip(3)
    one.set_capacity(3)
    assert standings(one, 2, 3) == [WAITING, WAITING]
    one.unskip(2)
    assert standings(one, 2, 3) == [OFFERED, OFFERED]


def test_skipping_one_offer_leaves_the_siblings_offer():
    one = full_group()
    enrol(one, 2, 3, together=True)
    one.set_capacity(3)
    one.skip(2)
    assert standings(one, 2, 3) == [WAITING, OFFERED]
    one.unskip(2)
    assert standings(one, 2, 3) == [OFFERED, OFFERED]


# Withdrawing


@pytest.mark.parametrize(
    ("on", "expected", "last"),
    [
        (-1, WITHDRAWN, None),
        (0, WITHDRAWN, None),
        (5, WITHDRAWN, None),
        (6, ENROLLED, 5),
        (20, ENROLLED, 19),
        (21, ENROLLED, 20),
        (25, ENROLLED, 20),  # never later than it was
    ],
)
@pytest.mark.parametrize("open_end", [False, True])
def test_withdrawal(on, expected, last, open_end):
    one = group()
    enrol(one, 1, start=5, end=None if open_end else 20)
    one.withdraw(1, day(on))
    taken = [number for number in range(40) if one.taken_on(day(number))]
    if open_end and last is not None:
        last = on - 1
    assert (one.standing(1), taken) == (expected, [] if last is None else [*range(5, last + 1)])


@pytest.mark.parametrize(("on", "expected"), [(1, WITHDRAWN), (2, WITHDRAWN), (3, ENROLLED)])
def test_withdrawal_up_to_today_ends_a_place_that_has_begun(on, expected):
    one = full_group()
    one.tick(48)
    one.withdraw(1, day(on))
    assert one.standing(1) == expected


@pytest.mark.parametrize(("start", "expected"), [(9, WAITING), (10, OFFERED), (11, OFFERED)])
def test_withdrawal_frees_its_date_and_those_after_it(start, expected):
    one = full_group()
    enrol(one, 2, start=start)
    one.withdraw(1, day(10))
    assert one.standing(2) == expected


def test_withdrawal_ends_pauses_with_it():
    one = full_group()
    one.pause(1, day(10), day(20))
    one.withdraw(1, day(15))
    enrol(one, 2, start=15)
    one.resume(1, day(12))
    assert [one.taken_on(day(number)) for number in (11, 12, 14, 15)] == [0, 1, 1, 1]


def test_pause_after_a_withdrawal_is_gone():
    one = full_group()
    one.pause(1, day(25), day(28))
    one.withdraw(1, day(15))
    assert refused(one, "resume", 1, day(12))


# Pausing


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (5, 9, WAITING),
        (9, 15, WAITING),
        (10, 15, OFFERED),
        (15, 15, OFFERED),
        (15, 20, OFFERED),
        (15, 21, WAITING),
        (21, 25, WAITING),
    ],
)
def test_bounded_pause_frees_its_dates_only(start, end, expected):
    one = full_group()
    enrol(one, 2, start=start, end=end)
    one.pause(1, day(10), day(20))
    assert one.standing(2) == expected


@pytest.mark.parametrize(("start", "expected"), [(9, WAITING), (10, OFFERED), (30, OFFERED)])
def test_open_pause_gives_the_place_up(start, expected):
    one = full_group()
    enrol(one, 2, start=start, end=None)
    one.pause(1, day(10), None)
    assert (one.standing(1), one.standing(2)) == (ENROLLED, expected)


@pytest.mark.parametrize(
    ("start", "end", "is_refused"),
    [
        (-1, 8, True),
        (4, 8, True),  # before the enrolment begins
        (5, 9, False),
        (5, 10, True),
        (9, 21, True),
        (12, 14, True),
        (10, 20, True),
        (20, 22, True),
        (21, 22, False),
        (22, 21, True),
        (21, 30, False),
        (21, 31, True),  # after it ends
        (5, None, True),
        (15, None, True),
        (20, None, True),
        (21, None, False),
        (30, None, False),
        (31, None, True),
    ],
)
def test_which_pauses_are_refused_beside_one_from_day_10_to_day_20(start, end, is_refused):
    one = group()
    enrol(one, 1, start=5, end=30)
    one.pause(1, day(10), day(20))
    dates = (day(start), None if end is None else day(end))
    if is_refused:
        assert refused(one, "pause", 1, *dates)
    else:
        one.pause(1, *dates)
        assert one.taken_on(day(start)) == 0


def test_pause_from_yesterday_is_refused():
    one = full_group()
    one.tick(48)
    assert refused(one, "pause", 1, day(1), day(5))


def test_nothing_can_be_paused_after_an_open_pause():
    one = full_group()
    one.pause(1, day(10), None)
    assert refused(one, "pause", 1, day(20), day(25))
    one.pause(1, day(5), day(9))


# Returning


@pytest.mark.parametrize(
    ("on", "away"),
    [
        (0, []),
        (9, []),
        (10, []),
        (11, [10]),
        (20, [*range(10, 20)]),
        (21, None),
        (30, None),
    ],
)
def test_return_from_a_bounded_pause(on, away):
    one = full_group()
    one.pause(1, day(10), day(20))
    if away is None:
        assert refused(one, "resume", 1, day(on))
    else:
        one.resume(1, day(on))
        assert [number for number in range(31) if not one.taken_on(day(number))] == away


@pytest.mark.parametrize(
    ("on", "is_refused"), [(10, True), (14, True), (15, True), (16, False), (20, False)]
)
def test_early_return_needs_a_place_until_the_end_of_the_pause(on, is_refused):
    one = full_group()
    one.pause(1, day(10), day(20))
    enrol(one, 2, start=12, end=15)
    if is_refused:
        assert refused(one, "resume", 1, day(on))
    else:
        one.resume(1, day(on))
        assert one.taken_on(day(on)) == 1


@pytest.mark.parametrize(
    ("on", "away"),
    [(5, []), (10, []), (11, [10]), (30, [*range(10, 30)]), (31, None)],
)
def test_return_from_an_open_pause_where_the_place_is_free(on, away):
    one = full_group()
    one.pause(1, day(10), None)
    if away is None:
        assert refused(one, "resume", 1, day(on))
    else:
        one.resume(1, day(on))
        assert one.standing(1) == ENROLLED
        assert [number for number in range(31) if not one.taken_on(day(number))] == away


@pytest.mark.parametrize(
    ("on", "expected"), [(15, WAITING), (20, WAITING), (21, ENROLLED), (30, ENROLLED)]
)
def test_return_from_an_open_pause_where_the_place_is_taken(on, expected):
    one = full_group()
    one.pause(1, day(0), None)
    enrol(one, 2, start=12, end=20)
    one.resume(1, day(on))
    assert one.standing(1) == expected


def test_returned_wait_at_the_head_in_the_order_of_their_return():
    one = full_group(capacity=2)
    one.pause(1, day(0), None)
    one.pause(2, day(0), None)
    enrol(one, 3, 4)
    enrol(one, 5)
    one.resume(2, day(3))
    one.resume(1, day(0))
    assert one.waiting_order() == [2, 1, 5]
    one.withdraw(3, day(0))
    assert standings(one, 1, 2, 5) == [WAITING, OFFERED, WAITING]


def test_returned_one_asks_from_its_return_only():
    one = group()
    enrol(one, 1)
    one.pause(1, day(0), None)
    enrol(one, 2)
    one.resume(1, day(10))
    one.withdraw(2, day(10))
    assert (one.standing(1), one.taken_on(day(9)), one.taken_on(day(10))) == (OFFERED, 1, 1)


def test_returned_sibling_waits_apart():
    one = full_group()
    enrol(one, 2, 3, together=True)
    one.set_capacity(3)
    one.take(2)
    one.pause(2, day(0), None)
    one.skip(3)
    enrol(one, 4)
    enrol(one, 5)
    one.resume(2, day(0))
    assert (one.waiting_units(), one.is_skipped(2), one.is_skipped(3)) == ([[2], [3]], False, True)


@pytest.mark.parametrize("end", [20, None])
def test_return_before_the_enrolment_begins_needs_no_earlier_place(end):
    one = group()
    enrol(one, 1, start=10)
    enrol(one, 2, start=0, end=9)
    one.pause(1, day(12), None if end is None else day(end))
    one.resume(1, day(5))
    assert [number for number in range(31) if not one.taken_on(day(number))] == []


@pytest.mark.parametrize("end", [20, None])
def test_one_may_pause_again_from_the_day_of_the_return(end):
    one = full_group()
    one.pause(1, day(10), None if end is None else day(end))
    one.resume(1, day(10))
    one.pause(1, day(10), day(11))
    assert [number for number in range(31) if not one.taken_on(day(number))] == [10, 11]


def test_places_before_an_open_pause_are_not_lost_by_thinking_again():
    one = full_group()
    one.pause(1, day(10), None)
    enrol(one, 2, start=10)
    assert refused(one, "resume", 1, day(5))
    assert standings(one, 1, 2) == [ENROLLED, ENROLLED]


@pytest.mark.parametrize(("on", "is_refused"), [(1, True), (2, False), (3, False)])
@pytest.mark.parametrize("end", [20, None])
def test_return_in_the_past_is_refused(on, is_refused, end):
    one = full_group()
    one.pause(1, day(0), None if end is None else day(end))
    one.tick(48)
    if is_refused:
        assert refused(one, "resume", 1, day(on))
    else:
        one.resume(1, day(on))
        assert one.taken_on(day(on)) == 1


def test_return_without_a_pause_is_refused():
    assert refused(full_group(), "resume", 1, day(0))


def test_first_of_two_pauses_ends():
    one = full_group()
    one.pause(1, day(20), None)
    one.pause(1, day(5), day(8))
    one.resume(1, day(3))
    assert [one.taken_on(day(number)) for number in (5, 8, 19, 20)] == [1, 1, 1, 0]


# Capacity


@pytest.mark.parametrize(("capacity", "is_refused"), [(0, True), (1, True), (2, False), (3, False)])
def test_capacity_is_not_lowered_below_what_is_taken(capacity, is_refused):
    one = group(4)
    enrol(one, 1, start=0, end=10)
    enrol(one, 2, start=10, end=20)
    if is_refused:
        assert refused(one, "set_capacity", capacity)
    else:
        one.set_capacity(capacity)
        assert one.capacity == capacity


def test_capacity_may_be_lowered_when_the_crowded_day_is_past():
    one = group(2)
    enrol(one, 1, end=0)
    enrol(one, 2)
    assert refused(one, "set_capacity", 1)
    one.tick(24)
    one.set_capacity(1)


def test_offers_and_proposals_count_as_taken():
    one = full_group(2, 3, accepted=False)
    one.accept(2)
    one.set_capacity(3)
    assert standings(one, 2, 3) == [OFFERED, PROPOSED]
    assert refused(one, "set_capacity", 2)


def test_capacity_of_none_is_refused():
    assert refused(group(), "set_capacity", 0)


def test_story_tells_everything_in_order():
    one = full_group(2)
    one.skip(2)
    one.unskip(2)
    one.withdraw(1, day(0))
    one.tick(48)
    assert [entry[1:] for entry in one.story] == [
        (1, "enrolled"),
        (2, "waiting"),
        (2, "skipped"),
        (2, "unskipped"),
        (1, "withdrawn"),
        (2, "offered"),
        (2, "lapsed"),
    ]


# Whatever happens


@pytest.mark.parametrize("seed", range(8))
def test_at_random_no_place_too_many_and_none_too_few(seed):
    chance = random.Random(seed)
    one = group(2)
    for _ in range(200):
        operation, args, kwargs = anything(chance, one)
        before = seen(one)
        try:
            getattr(one, operation)(*args, **kwargs)
        except Refused:
            assert seen(one) == before
        assert_right(one)


ABOUT = {
    "accept": (PROPOSED, WAITING),
    "decline": (PROPOSED, WAITING),
    "take": (OFFERED,),
    "refuse": (OFFERED,),
    "skip": (WAITING, OFFERED),
    "unskip": (WAITING,),
    "withdraw": (WAITING, OFFERED, ENROLLED),
    "pause": (ENROLLED,),
    "resume": (ENROLLED,),
}
DATES = {"withdraw": (False,), "pause": (False, True), "resume": (False,)}


def anything(chance, group):
    """An operation at random, oftener than not about somebody whom it may concern."""

    def some_day(*, may_be_open=False):
        if may_be_open and chance.random() < 0.5:
            return None
        return group.today + timedelta(days=chance.randint(-1, 15))

    count = len(group.people)
    operation = chance.choice(["enrol", "enrol", "enrol", "tick", "set_capacity", *ABOUT])
    if operation == "enrol":
        ids = list(range(count + 1, count + 1 + chance.choice([1, 1, 2, 3])))
        kwargs = {"accepted": chance.random() < 0.5, "together": chance.random() < 0.5}
        return operation, (ids, some_day(), some_day(may_be_open=True)), kwargs
    if operation == "tick":
        return operation, (chance.choice([1, 6, 24, 48]),), {}
    if operation == "set_capacity":
        return operation, (chance.randint(0, 5),), {}
    concerned = [one.id for one in group.people.values() if one.standing in ABOUT[operation]]
    if operation == "resume":
        concerned = [number for number in concerned if group.people[number].pauses]
    if not concerned or chance.random() < 0.1:
        concerned = range(1, count + 2)
    dates = [some_day(may_be_open=may_be_open) for may_be_open in DATES.get(operation, ())]
    return operation, (chance.choice(concerned), *dates), {}


def assert_right(group):
    """Counted apart from the model's own counting, from the raw fields alone."""
    dates = [group.today + timedelta(days=number) for number in range(60)]
    taken = dict.fromkeys(dates, 0)
    for one in group.people.values():
        for date_ in dates:
            if (
                one.standing in TAKES_A_PLACE
                and one.from_on <= date_ <= (one.until_on or date.max)
                and not any(
                    pause.from_on <= date_ <= (pause.until_on or date.max) for pause in one.pauses
                )
            ):
                taken[date_] += 1
    assert max(taken.values()) <= group.capacity
    for ids in group.waiting_units():
        first = group.people[ids[0]]
        asked = [date_ for date_ in dates if first.from_on <= date_ <= (first.until_on or date.max)]
        assert first.until_on is None or first.until_on >= group.today
        assert group.is_skipped(ids[0]) or any(
            taken[date_] + len(ids) > group.capacity for date_ in asked
        )
    assert all(expires_at > group.now for expires_at in group.offers().values())
