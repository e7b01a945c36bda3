"""Whether a family fits a unit, and how well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from people.models import Person
from rooms.models import UnitKind
from rooms.nights import Nights

MOST_ADULTS = 10
MOST_CHILDREN = 12
OLDEST_CHILD = 17
"""What a request may hold."""

COT_UNTIL = 2
"""Children younger than this sleep in a cot; when cots are short, in a bed."""


@dataclass(frozen=True)
class Party:
    """Who asks for a place: how many, how old, with what needs. No names."""

    adults: int
    ages: tuple[int, ...] = ()
    needs: frozenset[str] = field(default=frozenset())
    kind: str = UnitKind.FAMILY

    @property
    def babies(self) -> int:
        return sum(age < COT_UNTIL for age in self.ages)

    def beds_needed(self, cots: int) -> int:
        older = len(self.ages) - self.babies
        return self.adults + older + max(0, self.babies - cots)


def party_of(people: Iterable[Person], *, on: date, needs: Iterable[str], kind: str) -> Party:
    """The same of named people; an unknown birth date is read as an adult's."""
    ages = {person: person.age_on(on) for person in people}
    children = tuple(
        age for person, age in ages.items() if age is not None and person.is_child_on(on)
    )
    return Party(len(ages) - len(children), children, frozenset(needs), kind)


def fewest_cots(moves: Sequence[tuple[date, int]], nights: Nights) -> int:
    """The least number of cots over some nights, of dated changes in order of time."""
    there = fewest = sum(change for on, change in moves if on <= nights.from_on)
    for on, change in moves:
        if nights.from_on < on < nights.to_on:
            there += change
            fewest = min(fewest, there)
    return fewest
