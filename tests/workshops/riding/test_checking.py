"""Each rule broken alone, and each at its boundary."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from tests.workshops.riding.stable import (
    DAY,
    ELENA,
    FOURTEEN,
    afternoon,
    child,
    helper,
    horse,
    leaders,
    walkers,
)
from workshops.riding.breaches import SENTENCES, Rule
from workshops.riding.checking import broken, cautions
from workshops.riding.facts import ALL_DAY, Clearance, Ride, Role, Weighing
from workshops.riding.facts import DAY as MIDNIGHT

RIDE = Ride("mimi", "zvezdel", FOURTEEN, leader="leader-0")
LATER = FOURTEEN + 30


def codes(facts, *rides):
    return [breach.code for breach in broken(facts, rides or [RIDE])]


def of_child(**facts):
    return afternoon(children=(child(**facts),))


def of_horse(**facts):
    return afternoon(ends_at=MIDNIGHT, horses=(horse(**facts),))


def of_leader(*roles, **facts):
    return afternoon(helpers=(ELENA, helper("leader-0", *(roles or (Role.LEADER,)), **facts)))


def pair(**facts):
    """Two children, horses and leaders."""
    usual = {
        "children": (child(), child("ivo")),
        "horses": (horse(), horse("vihar")),
        "helpers": (ELENA, *leaders(2)),
    }
    return afternoon(**usual | facts)


IVO = Ride("ivo", "vihar", FOURTEEN, leader="leader-1")


def test_board_without_fault():
    assert codes(pair(), RIDE, IVO) == []


def test_empty_board_needs_nobody():
    assert broken(afternoon(instructor=None), []) == []


BROKEN = {
    "unknown_child": (afternoon(), replace(RIDE, child="nobody")),
    "unknown_horse": (afternoon(), replace(RIDE, horse="nobody")),
    "unknown_helper": (afternoon(), replace(RIDE, leader="nobody")),
    "outside_afternoon": (afternoon(), replace(RIDE, starts_at=FOURTEEN - 1)),
    "no_clearance": (of_child(clearances=()), RIDE),
    "age_unknown": (replace(of_child(born_on=None), youngest=4), RIDE),
    "too_young": (replace(afternoon(), youngest=11), RIDE),
    "no_weight": (of_child(weighings=()), RIDE),
    "too_heavy": (of_child(kg="60.1"), RIDE),
    "horse_avoided": (of_child(avoids=frozenset({"zvezdel"})), RIDE),
    "child_busy": (of_child(busy=((LATER - 1, LATER + 60),)), RIDE),
    "child_not_here": (of_child(leaves_at=LATER - 1), RIDE),
    "child_twice": (afternoon(), RIDE, replace(RIDE, starts_at=LATER)),
    "not_then": (of_child(away=((LATER - 1, LATER),)), RIDE),
    "horse_absent": (of_horse(absent=(ALL_DAY,)), RIDE),
    "horse_working": (of_horse(worked=((FOURTEEN - 60, FOURTEEN + 1),)), RIDE),
    "horse_taken": (pair(), RIDE, replace(IVO, horse="zvezdel")),
    "turnaround": (
        pair(turnaround_minutes=5),
        RIDE,
        replace(IVO, horse="zvezdel", starts_at=LATER + 4),
    ),
    "horse_day": (of_horse(most_minutes_a_day=29), RIDE),
    "horse_week": (of_horse(most_days_a_week=0), RIDE),
    "horse_rest": (of_horse(most_minutes_on_end=29), RIDE),
    "no_instructor": (afternoon(instructor=None), RIDE),
    "no_leader": (afternoon(), replace(RIDE, leader=None)),
    "side_walkers": (of_child(side_walkers=1), RIDE),
    "not_instructor": (afternoon(helpers=(helper("elena"), *leaders(1))), RIDE),
    "not_leader": (of_leader(Role.SIDE_WALKER), RIDE),
    "not_side_walker": (pair(), replace(RIDE, side_walkers=("leader-1",))),
    "helper_absent": (of_leader(available=((0, LATER - 1),)), RIDE),
    "helper_busy": (of_leader(busy=((LATER - 1, LATER),)), RIDE),
    "helper_twice": (pair(), RIDE, replace(IVO, leader="leader-0")),
    "helper_rest": (of_leader(most_minutes_on_end=29), RIDE),
    "arena_full": (pair(arena_holds=1), RIDE, IVO),
    "instructor_load": (pair(instructor_sees=1), RIDE, IVO),
}


@pytest.mark.parametrize("code", BROKEN)
def test_each_rule_is_named_alone(code):
    facts, *board = BROKEN[code]

    assert codes(facts, *board) == [code]


def test_all_rules_are_tried():
    assert {*BROKEN, Rule.OLD_WEIGHING} == set(Rule) == set(SENTENCES)


@pytest.mark.parametrize("language", ["en", "bg"])
@pytest.mark.parametrize("code", BROKEN)
def test_each_sentence_can_be_said(code, language):
    facts, *board = BROKEN[code]

    with translation.override(language):
        sentence = broken(facts, board)[0].sentence

    assert sentence.endswith(".")
    assert "%" not in sentence


def test_every_broken_rule_is_named():
    facts = afternoon(
        children=(child(kg=99, clearances=(), busy=(ALL_DAY,)),),
        horses=(horse(absent=(ALL_DAY,)),),
    )

    assert sorted(codes(facts)) == ["child_busy", "horse_absent", "no_clearance", "too_heavy"]


def test_breach_names_the_rides_it_concerns():
    facts = pair(helpers=(ELENA, *leaders(3)), children=(child(), child("ivo"), child("ana")))
    ana = Ride("ana", "zvezdel", FOURTEEN + 10, leader="leader-2")

    assert [breach.rides for breach in broken(facts, [RIDE, IVO, ana])] == [(0, 2)]


def test_instructor_cannot_lead_besides():
    both = helper("elena", Role.INSTRUCTOR, Role.LEADER)

    assert codes(afternoon(helpers=(both,)), replace(RIDE, leader="elena")) == ["helper_twice"]


def test_instructor_must_be_there_for_every_ride():
    away = replace(ELENA, busy=((LATER, LATER + 60),))
    facts = pair(helpers=(away, *leaders(2)))

    found = broken(facts, [RIDE, replace(IVO, starts_at=LATER)])

    assert [(breach.code, breach.rides) for breach in found] == [("helper_busy", (1,))]


def test_same_helper_on_both_sides_counts_once():
    facts = afternoon(children=(child(side_walkers=2),), helpers=(ELENA, *leaders(1), *walkers(1)))
    ride = replace(RIDE, side_walkers=("walker-0", "walker-0"))

    assert codes(facts, ride) == ["side_walkers", "helper_twice"]


def before(length, pause):
    """Work of so many minutes, over so many minutes before the ride."""
    return ((FOURTEEN - pause - length, FOURTEEN - pause),)


def week(count):
    """So many of the other days of the week, from Monday on."""
    monday = DAY - timedelta(DAY.weekday())
    others = [day for n in range(7) if (day := monday + timedelta(n)) != DAY]
    return frozenset(others[:count])


def years_before(years, days=0):
    return DAY.replace(year=DAY.year - years) + timedelta(days)


BOUNDARIES = {
    "six hours exactly": (of_horse(worked=((0, 330),)), False, "horse_day"),
    "six hours and a minute": (of_horse(worked=((0, 331),)), True, "horse_day"),
    "two hours exactly": (of_horse(worked=before(90, 0)), False, "horse_rest"),
    "two hours and a minute": (of_horse(worked=before(91, 0)), True, "horse_rest"),
    "rest of 30 exactly": (of_horse(worked=before(120, 30)), False, "horse_rest"),
    "rest of 29": (of_horse(worked=before(120, 29)), True, "horse_rest"),
    "a short pause is no work": (of_horse(worked=before(90, 29)), False, "horse_rest"),
    "six days with this": (of_horse(worked_on=week(5)), False, "horse_week"),
    "seven days with this": (of_horse(worked_on=week(6)), True, "horse_week"),
    "last week's days": (
        of_horse(worked_on=frozenset(day - timedelta(7) for day in week(6))),
        False,
        "horse_week",
    ),
    "weight at the limit": (of_child(kg="60.0"), False, "too_heavy"),
    "weight above the limit": (of_child(kg="60.1"), True, "too_heavy"),
    "clearance's last day": (
        of_child(clearances=(Clearance(date(2026, 1, 1), DAY),)),
        False,
        "no_clearance",
    ),
    "day after clearance": (
        of_child(clearances=(Clearance(date(2026, 1, 1), DAY - timedelta(1)),)),
        True,
        "no_clearance",
    ),
    "clearance of today": (of_child(clearances=(Clearance(DAY),)), False, "no_clearance"),
    "clearance of tomorrow": (
        of_child(clearances=(Clearance(DAY + timedelta(1)),)),
        True,
        "no_clearance",
    ),
    "last day of the year": (
        of_child(clearances=(Clearance(years_before(1, 1)),)),
        False,
        "no_clearance",
    ),
    "a year later": (of_child(clearances=(Clearance(years_before(1)),)), True, "no_clearance"),
    "birthday": (replace(of_child(born_on=years_before(4)), youngest=4), False, "too_young"),
    "eve of birthday": (
        replace(of_child(born_on=years_before(4, 1)), youngest=4),
        True,
        "too_young",
    ),
    "busy until the ride": (of_child(busy=((0, FOURTEEN),)), False, "child_busy"),
    "busy from the ride's end": (of_child(busy=((LATER, LATER + 9),)), False, "child_busy"),
    "busy for its last minute": (of_child(busy=((LATER - 1, LATER),)), True, "child_busy"),
    "arrives in time": (of_child(arrives_at=FOURTEEN), False, "child_not_here"),
    "arrives late": (of_child(arrives_at=FOURTEEN + 1), True, "child_not_here"),
    "leaves at once": (of_child(leaves_at=LATER), False, "child_not_here"),
    "turnaround after other work": (
        replace(of_horse(worked=before(30, 5)), turnaround_minutes=5),
        False,
        "turnaround",
    ),
    "hurried after other work": (
        replace(of_horse(worked=before(30, 4)), turnaround_minutes=5),
        True,
        "turnaround",
    ),
    "end of the afternoon": (afternoon(ends_at=LATER), False, "outside_afternoon"),
    "afternoon too short": (afternoon(ends_at=LATER - 1), True, "outside_afternoon"),
    "two availabilities that touch": (
        of_leader(available=((0, FOURTEEN + 5), (FOURTEEN + 5, LATER))),
        False,
        "helper_absent",
    ),
}


@pytest.mark.parametrize("case", BOUNDARIES)
def test_boundary(case):
    facts, is_broken, code = BOUNDARIES[case]

    assert codes(facts) == ([code] if is_broken else [])


def test_latest_weighing_not_after_the_day_counts():
    weighings = (
        Weighing(DAY + timedelta(1), Decimal(70)),
        Weighing(DAY, Decimal(60)),
        Weighing(DAY - timedelta(1), Decimal(70)),
    )

    assert codes(of_child(weighings=weighings)) == []


@pytest.mark.parametrize(("days", "expected"), [(180, []), (181, ["old_weighing"])])
def test_old_weighing_is_a_caution_only(days, expected):
    facts = of_child(weighings=(Weighing(DAY - timedelta(days), Decimal(30)),))

    assert [one.code for one in cautions(facts, [RIDE])] == expected
    assert codes(facts) == []


def test_clearance_of_the_leap_day_holds_a_year():
    assert Clearance(date(2028, 2, 29)).last_day == date(2029, 2, 28)


@pytest.mark.parametrize(
    "facts", [{"most_minutes_a_day": 361}, {"most_days_a_week": 7}, {"rest_minutes": 0}]
)
def test_no_setting_allows_more_than_the_rule(facts):
    with pytest.raises(ValueError):
        horse(**facts)


def test_figures_are_said_as_people_write_them():
    facts = of_child(kg="60.50")

    with translation.override("bg"):
        sentence = broken(facts, [RIDE])[0].sentence

    assert "60,5" in sentence
