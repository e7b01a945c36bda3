"""The week of all groups of the centres that somebody works in, without the names of who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from base import clock
from people import selectors as people_selectors
from people.models import Centre
from people.policies import Staff
from scheduling import setup
from workshops import selectors
from workshops.selectors import Line

DAYS = 7


@dataclass(frozen=True)
class Day:
    """One day: its sessions in order, and why none may be held: holidays, days off, vacations."""

    on: date
    lines: Sequence[Line]
    named: Sequence[str]

    @property
    def is_today(self) -> bool:
        return self.on == clock.today()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(staff: Staff, first: date) -> list[Day]:
    """Seven days from that one on; so many queries for few sessions as for many."""
    days = [first + timedelta(days=n) for n in range(DAYS)]
    bounds = clock.midnight(first), clock.midnight(first + timedelta(days=DAYS))
    by_day: dict[date, list[Line]] = {day: [] for day in days}
    for line in selectors.timetable(selectors.between(selectors.sessions_of(staff), *bounds)):
        by_day.get(clock.local(line.starts_at).date(), []).append(line)
    named = names_of(list(people_selectors.centres_of(staff)), days)
    return [Day(day, by_day[day], named[day]) for day in days]


def names_of(centres: Sequence[Centre], days: Sequence[date]) -> dict[date, list[str]]:
    """Holidays, days off and school vacations, each with its centre unless all of them have it."""
    found: dict[date, dict[str, list[str]]] = {day: {} for day in days}
    for centre in centres:
        hours = setup.now_of(centre.pk).hours((), days[0], days[-1])
        for day in days:
            for name in (hours.closures.get(day), hours.vacations.get(day)):
                if name:
                    found[day].setdefault(name, []).append(centre.name)
    return {
        day: [
            name if len(whose) == len(centres) else f"{name} ({', '.join(whose)})"
            for name, whose in names.items()
        ]
        for day, names in found.items()
    }
