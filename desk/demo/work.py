"""The plain run of work in a house: what was, what is today, and what is agreed for the weeks
to come."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import chain, cycle, islice

from dateutil.relativedelta import relativedelta

from base import clock
from desk.demo.diary import Diary, NothingFree, days_from
from desk.demo.families import FIELD, ON_SITE, ONLINE, PHONE, Family, Thread, Who
from scheduling.hours import public_holidays
from scheduling.models import Booking, Modality

WINDOW = relativedelta(months=4)
"""How long back the figures of a size are counted, today itself excluded."""

CLIENT, CENTRE = Booking.Party.CLIENT, Booking.Party.CENTRE
CANCELLED = (
    (CLIENT, 50, "Семейството помоли за друг ден"),
    (CLIENT, 3, "Не успяват да дойдат днес"),
    (CENTRE, 27, "Колегата отсъства"),
)
"""By whom, so many hours before, and why: never anything about the family itself (D12)."""


@dataclass(frozen=True)
class Figures:
    """How much there is of everything in one house. `consultations` are those held in the last
    four months, `visited` the cases with a visit among them, `visitors` families without a
    case."""

    families: int
    consultations: int
    visited: int
    visitors: int


def window_begins() -> date:
    return clock.today() - WINDOW


def hold_consultations(diary: Diary, families: list[Family], figures: Figures) -> None:
    """Exactly so many in the window, at least one for each family."""
    for family, count in zip(families, shares(diary, families, figures), strict=True):
        for place, thread in enumerate(islice(cycle(family.threads()), count)):
            days = days_around(diary, family, place, count)
            booking = diary.take_in(family, thread, days)
            people = family.people(thread.who)
            someone_missing = len(people) > 1 and diary.rng.random() < 0.15
            diary.close(booking, absent=people[1:] if someone_missing else ())


def shares(diary: Diary, families: list[Family], figures: Figures) -> list[int]:
    """How the consultations fall to the families: more to those known longer, about one a week
    at most."""
    spans = [length_of_work(family) for family in families]
    counts = [1] * len(families)
    while (left := figures.consultations - sum(counts)) > 0:
        able = [n for n, span in enumerate(spans) if counts[n] <= span // 6]
        weights = [spans[n] for n in able]
        for n in diary.rng.choices(able, weights, k=left):
            counts[n] += counts[n] <= spans[n] // 6
    return counts


def work_lasted(family: Family) -> tuple[date, date]:
    """First and last day of the window on which the family may have come."""
    first = max(window_begins(), family.known_since + timedelta(days=1))
    last = family.closed_on or clock.today()
    return first, last - timedelta(days=1)


def length_of_work(family: Family) -> int:
    first, last = work_lasted(family)
    return (last - first).days


def days_around(diary: Diary, family: Family, place: int, count: int) -> Iterator[date]:
    """Working days from about the place-th of `count` equal parts of the work on, then before."""
    first, last = work_lasted(family)
    target = first + (last - first) * (place + diary.rng.random()) / count
    return chain(days_from(target, last), reversed(list(days_from(first, target))))


def miss_appointments(diary: Diary, families: Iterable[Family]) -> None:
    """Before the window some stayed away, or did not bring the child."""
    last = window_begins() - timedelta(days=3)
    old = [family for family in families if family.known_since < last - timedelta(days=20)]
    for family in old[::2]:
        thread = family.threads()[-1]
        first = max(family.known_since, last - timedelta(days=45)) + timedelta(days=1)
        booking = diary.take_in(family, thread, days_from(first, last))
        diary.close(booking, absent=family.people(thread.who))


def cancel_appointments(diary: Diary, families: list[Family]) -> None:
    """Some of the window were cancelled, by either side, early and late."""
    chosen = [family for family in families if length_of_work(family) > 25][::4]
    for family, (party, hours, reason) in zip(chosen, cycle(CANCELLED), strict=False):
        first, last = work_lasted(family)
        since = first + timedelta(days=diary.rng.randint(5, 15))
        booking = diary.take_in(family, family.threads()[0], days_from(since, last))
        at = booking.starts_at - timedelta(hours=hours)
        diary.cancel(booking, at=max(at, booking.created_at), party=party, reason=reason)


# --- Today --------------------------------------------------------------------------------------

Hour = tuple[time, Thread]


def talk(hour: int, minute: int, modality: Modality, who: Who) -> Hour:
    return time(hour, minute), Thread("psychological-counselling", modality, who)


WEEKDAY: tuple[Hour, ...] = (
    talk(8, 0, ON_SITE, Who.CARER),
    talk(9, 0, ON_SITE, Who.CHILD),
    talk(10, 0, PHONE, Who.CARER),
    (time(11, 0), Thread("family-mediation", ON_SITE, Who.COUPLE)),
    (time(13, 30), Thread("observation", FIELD, Who.TOGETHER)),
    talk(15, 0, ONLINE, Who.CARER),
    talk(16, 0, ON_SITE, Who.CHILD),
    talk(17, 0, ON_SITE, Who.CARER),
)
WEEKEND: tuple[Hour, ...] = (
    talk(8, 30, PHONE, Who.CARER),
    talk(10, 0, ONLINE, Who.CARER),
    talk(11, 0, PHONE, Who.CARER),
    talk(13, 0, ONLINE, Who.COUPLE),
    talk(15, 0, PHONE, Who.CARER),
    talk(16, 0, ONLINE, Who.CARER),
    talk(17, 0, PHONE, Who.CARER),
)


def fill_day(diary: Diary, families: list[Family], day: date) -> list[Booking]:
    """The psychologist's day, hour by hour, each with another family; what does not go is left
    out, and on a public holiday nothing goes."""
    psychologist = diary.house.staff["psychologist"].resource
    waiting = [family for family in families if not family.closed_on]
    booked = []
    for at, thread in WEEKEND if day.weekday() >= 5 else WEEKDAY:
        until = (clock.local(clock.instant(day, at)) + timedelta(hours=1)).time()
        for family in [f for f in waiting if thread_suits(f, thread)]:
            if taken := diary.take_on(family, thread, day, at, until=until, lead=psychologist):
                booked.append(taken)
                waiting.remove(family)
                break
    return booked


def thread_suits(family: Family, thread: Thread) -> bool:
    """Whether the family has such people, and comes for that."""
    if not family.people(thread.who):
        return False
    strands = (*family.shape.visits, *family.shape.meetings)
    return any(strand.code == thread.code for strand in strands)


def fill_colleagues(diary: Diary, families: Iterable[Family], day: date) -> None:
    """Everybody else's day: one strand of the work with each family that has nothing on it."""
    for family in families:
        if not family.closed_on:
            diary.take_on(family, diary.rng.choice(family.threads()), day, time(9))


# --- What is agreed for later -------------------------------------------------------------------


def look_ahead(diary: Diary, families: list[Family]) -> None:
    """Today, the next working day, and the three weeks after it."""
    today, tomorrow = clock.today(), next_working_day()
    fill_day(diary, families, today)
    fill_day(diary, families[::-1], tomorrow)
    if today.weekday() < 5:
        fill_colleagues(diary, families[::3], today)
    fill_colleagues(diary, families[1::3], tomorrow)
    agree_future(diary, families)


def next_working_day() -> date:
    """The first day after today that is neither a week-end nor a public holiday."""
    first, last = clock.today() + timedelta(days=1), clock.today() + timedelta(days=14)
    free = public_holidays(first, last)
    return next(day for day in days_from(first, last) if day not in free)


def agree_future(diary: Diary, families: Iterable[Family]) -> None:
    """An hour for each family with an open case: general access may end any day (D4)."""
    last = clock.today() + timedelta(days=24)
    for family in families:
        if family.case and not family.closed_on:
            first = clock.today() + timedelta(days=diary.rng.randint(1, 14))
            with suppress(NothingFree):
                thread = diary.rng.choice(family.threads())
                diary.take_in(family, thread, days_from(first, last))
