"""Horses, children and helpers to put afternoons together from."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from workshops.riding.facts import Afternoon, Child, Clearance, Helper, Horse, Role, Weighing

DAY = date(2026, 11, 26)  # a Thursday
FOURTEEN = 14 * 60
HOUR = 60


def horse(key="zvezdel", **facts):
    return Horse(key, **{"name": key.title(), "carries_kg": Decimal(60), **facts})


def child(key="mimi", *, kg=30, **facts):
    ready = {
        "name": key.title(),
        "born_on": date(2016, 5, 1),
        "weighings": (Weighing(DAY, Decimal(kg)),),
        "clearances": (Clearance(DAY),),
    }
    return Child(key, **ready | facts)


def helper(key, *roles, **facts):
    return Helper(key, key.title(), frozenset(roles), **facts)


ELENA = helper("elena", Role.INSTRUCTOR)


def leaders(count, **facts):
    return tuple(helper(f"leader-{n}", Role.LEADER, **facts) for n in range(count))


def walkers(count, **facts):
    return tuple(helper(f"walker-{n}", Role.SIDE_WALKER, **facts) for n in range(count))


def afternoon(**facts):
    """From 14:00, one instructor, one leader, one horse, one child; all may be given otherwise."""
    usual = {
        "on": DAY,
        "starts_at": FOURTEEN,
        "ends_at": FOURTEEN + 2 * HOUR,
        "horses": (horse(),),
        "children": (child(),),
        "helpers": (ELENA, *leaders(1)),
        "instructor": "elena",
    }
    return Afternoon(**usual | facts)


def full_afternoon(*, seed=1, children=24, horses=5, helpers=8, hours=4):
    """As large as one gets: 24 children, 5 horses, 8 helpers, one of whom instructs."""
    chance = random.Random(seed)
    carried = [Decimal(kg) for kg in (45, 50, 60, 70, 80)]
    stalls = [horse(f"horse-{n}", carries_kg=carried[n % 5]) for n in range(horses)]
    both = (Role.LEADER, Role.SIDE_WALKER)
    crew = [
        helper(f"helper-{n}", *chance.choice((both, both, both[:1], both[1:])))
        for n in range(1, helpers)
    ]
    crew = [replace(one, most_minutes_on_end=120) if chance.random() < 0.3 else one for one in crew]
    return afternoon(
        ends_at=FOURTEEN + hours * HOUR,
        horses=tuple(stalls),
        children=tuple(_somebody(chance, n, horses) for n in range(children)),
        helpers=(ELENA, *crew),
        turnaround_minutes=5,
        arena_holds=4,
        youngest=4,
    )


def _somebody(chance, n, horses):
    arrives = FOURTEEN + chance.choice((0, 0, 0, 60, 90))
    return child(
        f"child-{n}",
        kg=chance.randint(18, 66),
        side_walkers=chance.choice((0, 0, 1, 1, 2)),
        arrives_at=arrives,
        leaves_at=arrives + chance.choice((90, 120, 240, 240)),
        last_horse=chance.choice((None, *(f"horse-{k}" for k in range(horses)))),
        weighings=(Weighing(DAY - timedelta(30), Decimal(chance.randint(18, 66))),),
    )
