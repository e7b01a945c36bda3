"""The years behind the large centre: who worked there, who came, what was done, who slept there.

Too much for the booking core one call at a time. The rows are those it would have written: hours
of work, needs, lanes, reminders and changes are worked out by the program's own rules, which ask
no database, and loaded as a whole. Everything here stands beside what `desk.demo` invents: it has
colleagues, rooms, cars and families of its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Past:
    """How much past there is. `people`, `specialists` and `sheltered` count what the house has
    without it; `monthly` are people with an hour in a month, `hired` all who ever worked."""

    years: int = 15
    people: int = 10_000
    monthly: int = 150
    specialists: int = 100
    hired: int = 310
    sheltered: int = 400
