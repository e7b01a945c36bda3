"""Hippotherapy on Wednesday afternoons: a stable, who helps, and the children who ride.

Nobody has a ride yet: the board of the next afternoon is still to be made. One clearance runs out
soon, one child has none, and another was never weighed.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal

from base import clock
from desk.demo.families import Family
from desk.demo.staff import House
from desk.demo.workshops import OPENED_DAYS_BEFORE, WEEK, Plan, Term, at
from people.models import User, Weekday
from rooms.models import Room
from scheduling.models import Booking, Resource
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from workshops import catalogue, clearances, groups, helping, riders, stable
from workshops.groups import Timetable
from workshops.helping import OnDate, Weekly
from workshops.models import Enrolment, Group, Horse, Skill

CODE = "hippotherapy"
AHEAD = 12 * WEEK
DAY = timedelta(days=1)

HORSES = (("Буря", 70), ("Гръм", 90), ("Звездел", 80), ("Малина", 45), ("Перла", 60))
"""Each with its heaviest rider, kg."""
SMALL_KG = 50

VISITS = ((0, Booking.BlockReason.VET, 9, 11), (2, Booking.BlockReason.FARRIER, 11, 12))
"""To which horse, why, and between which hours."""

S = Skill
BOTH = (S.LEADS_HORSES, S.WALKS_BESIDE)
VOLUNTEERS = (
    ("Ива Конарска", (*BOTH, S.ART), time(13, 30), time(17, 30)),
    ("Момчил Гълъбинов", (S.LEADS_HORSES, S.DRIVES), time(14), time(17)),
    ("Невена Радулска", (S.WALKS_BESIDE, S.MUSIC), time(14), time(16, 30)),
)
COLLEAGUES = (("social-1", BOTH), ("speech", (S.WALKS_BESIDE, S.LEARNING)))
HELPED = ((3, 90, "Подреждане на обора"), (10, 120, "Боядисване на манежа"))
"""How many days ago, how many minutes, and with what."""

WEIGHTS = ("24.5", "31.0", "38.5", None, "46.0")
CLEARED_DAYS_AGO = (60, 353, None, 30, 120)
"""Of the second it runs out in twelve days."""


def settle(house: House, families: Sequence[Family]) -> None:
    """All is noted as the day begins, so nothing depends on the hour of loading."""
    with clock.frozen(clock.midnight(clock.today())):
        horses = fill_the_stable(house)
        call_on_helpers(house)
        enrolled = Afternoons(house, families).begin()
        note_riders(house, enrolled, horses)
        clearances.ask_for_renewal()


# --- Horses and helpers -----------------------------------------------------------------------


def fill_the_stable(house: House) -> list[Horse]:
    """The vet and the farrier come on the next Thursday."""
    horses = [add(house, name, carries_kg) for name, carries_kg in HORSES]
    thursday, by = next_on(Weekday.THURSDAY), house.staff["coordinator"]
    for place, reason, starts, ends in VISITS:
        stable.send_away(
            horses[place],
            starts_at=at(thursday, starts),
            ends_at=at(thursday, ends),
            reason=reason,
            by=by,
        )
    return horses


def add(house: House, name: str, carries_kg: int) -> Horse:
    """A small one tires sooner."""
    kg = Decimal(carries_kg)
    if carries_kg >= SMALL_KG:
        return stable.add_horse(house.centre, name, carries_kg=kg)
    return stable.add_horse(
        house.centre, name, carries_kg=kg, most_minutes_on_end=60, most_days_a_week=5
    )


def next_on(weekday: int) -> date:
    """The first such day after today."""
    tomorrow = clock.today() + DAY
    return tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)


def call_on_helpers(house: House) -> None:
    by = house.staff["coordinator"]
    away = [OnDate(next_on(Weekday.WEDNESDAY) + WEEK, available=False)]
    for place, (name, skills, starts, ends) in enumerate(VOLUNTEERS):
        helper = helping.add_volunteer(house.centre, name, skills=skills)
        weekly = [Weekly(Weekday.WEDNESDAY, starts, ends)]
        is_last = place == len(VOLUNTEERS) - 1
        helping.set_availability(helper, weekly=weekly, dates=away if is_last else [])
        for days, minutes, what in HELPED[place:]:
            on = clock.today() - timedelta(days=days)
            helping.note_help(helper, on=on, minutes=minutes, what=what, by=by)
    for login, skills in COLLEAGUES:
        helping.add_colleague(house.staff[login].resource, house.centre, skills=skills)


# --- Children ---------------------------------------------------------------------------------


class Afternoons(Term):
    """A group of children who ride, from the next Wednesday on."""

    def __init__(self, house: House, families: Sequence[Family]) -> None:
        workshops = {one.service.code: one for one in catalogue.offer_workshops(house.centre)}
        super().__init__(house, families, workshops)

    def begin(self) -> list[Enrolment]:
        plan = Plan(CODE, "Хипотерапия, сряда", Weekday.WEDNESDAY, len(WEIGHTS))
        first = next_on(plan.weekday)
        with clock.frozen(at(first - OPENED_DAYS_BEFORE * DAY - WEEK, 14)):
            group = self.open_afternoons(plan, first)
            return self.enrol(group, self.next_ones(plan, plan.beginning))

    def open_afternoons(self, plan: Plan, first: date) -> Group:
        workshop = self.workshops[plan.code]
        instructor = self.house.staff["instructor"].resource
        instructor.services.add(workshop.service)
        arena = Resource.objects.create(
            kind=Resource.Kind.ROOM, name="Манеж", centre=self.house.centre, seats=14
        )
        arena.services.add(workshop.service)
        Room.objects.create(resource=arena, floor=0, features=[Room.Feature.STEP_FREE])
        timetable = Timetable(
            workshop=workshop,
            name=plan.name,
            starts_at=at(first, 14),
            lead=instructor,
            repetition=Repetition(Pattern(Freq.WEEKLY, 1, (plan.weekday,)), until=first + AHEAD),
            room=arena,
        )
        return groups.open_group(timetable, by=self.by, skipping=True)


def note_riders(house: House, enrolled: Sequence[Enrolment], horses: Sequence[Horse]) -> None:
    by = house.staff["instructor"]
    for place, one in enumerate(enrolled):
        note_rider(one, place, horses, by=by)


def note_rider(one: Enrolment, place: int, horses: Sequence[Horse], *, by: User) -> None:
    today = clock.today()
    if weight := WEIGHTS[place]:
        on = today - timedelta(days=7 * (place + 1))
        riders.weigh(one.person, Decimal(weight), on=on, by=by)
    days_ago = CLEARED_DAYS_AGO[place]
    if days_ago is not None:
        riders.note_clearance(one.person, issued_on=today - timedelta(days=days_ago), by=by)
    riders.change_rider(
        one.person,
        side_walkers=(1, 2, 1, 0, 1)[place],
        preferred_horse=horses[2] if place == 0 else None,
        avoids=[horses[1]] if place == 1 else [],
    )
