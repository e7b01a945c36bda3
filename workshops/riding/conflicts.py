"""Why not everybody can ride, though each of them could: which rules meet, and what would help.

Nothing but the facts is changed to find out: an afternoon in which a rule can bind nobody, or with
one leader more, is asked whether more children could ride.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workshops.riding.breaches import Rule
from workshops.riding.crews import instructors
from workshops.riding.facts import DAY, Afternoon, Helper, Horse, Role
from workshops.riding.program import Program, mounts_of
from workshops.riding.solving import Clock, has_more_riders

Change = Callable[[Afternoon], Afternoon]
NEW = "\N{HEAVY PLUS SIGN}"
"""Begins the keys of whoever is only imagined."""

SHARE = 0.15
"""Of the time that is left, for one question. There are about twenty, most of them easy."""


class Tireless(Horse):
    """Imagined: its settings may allow what D15 forbids."""

    def __post_init__(self) -> None:
        pass


class Remedy(StrEnum):
    """The values are stable codes."""

    LEADER = "leader"
    SIDE_WALKER = "side_walker"
    HORSE = "horse"
    ARENA = "arena"
    INSTRUCTOR = "instructor"
    LONGER = "longer"


@dataclass(frozen=True)
class Conflict:
    """Why no further child can ride. `rules` leave no room, and none of them is idle: some of them
    leave none by themselves, and would without any one of those; likewise the others when those
    are out of the way. That each horse carries one child at a time, and the afternoon's hours,
    are taken for granted: they are named (HORSE_TAKEN) where no rule is left to give way."""

    rules: tuple[Rule, ...]
    remedies: tuple[Remedy, ...]
    """Each of which alone would make room for one more."""
    is_complete: bool
    """False if time ran out: then there may be more rules and remedies."""

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it now."""
        told = _("Not everybody can ride with these helpers, horses and hours.")
        if self.rules:
            reasons = {"rules": _listed(self.rules, _("and"))}
            told = _("Not everybody can ride: %(rules)s.") % reasons
        if not self.remedies:
            return told
        helping = _("One more child could ride with %(remedies)s.") % {
            "remedies": _listed(self.remedies, _("or"))
        }
        return f"{told} {helping}"


REASONS: Mapping[Rule | Remedy, str | Promise] = {
    Rule.NO_INSTRUCTOR: gettext_lazy("the instructor is missing at times"),
    Rule.INSTRUCTOR_LOAD: gettext_lazy("the instructor minds no more riders at once"),
    Rule.ARENA_FULL: gettext_lazy("the arena is full"),
    Rule.NO_LEADER: gettext_lazy("there are too few leaders"),
    Rule.SIDE_WALKERS: gettext_lazy("there are too few side-walkers"),
    Rule.HELPER_REST: gettext_lazy("the helpers need rest"),
    Rule.TURNAROUND: gettext_lazy("changing riders takes time"),
    Rule.HORSE_REST: gettext_lazy("the horses need rest"),
    Rule.HORSE_DAY: gettext_lazy("the horses have worked enough that day"),
    Rule.HORSE_TAKEN: gettext_lazy("the horses are too few, or the hours too short"),
    Remedy.LEADER: gettext_lazy("one more leader"),
    Remedy.SIDE_WALKER: gettext_lazy("one more side-walker"),
    Remedy.HORSE: gettext_lazy("one more horse"),
    Remedy.ARENA: gettext_lazy("room for one more horse in the arena"),
    Remedy.INSTRUCTOR: gettext_lazy("one more rider at once for the instructor"),
    Remedy.LONGER: gettext_lazy("an afternoon that is one ride longer"),
}


def _listed(things: Iterable[Rule | Remedy], last: str) -> str:
    return get_text_list([str(REASONS[thing]) for thing in things], last)


def _angel(role: Role, number: int = 0) -> Helper:
    return Helper(f"{NEW}{role}{number}", NEW, frozenset({role}))


def _with_angels(afternoon: Afternoon, role: Role, count: int) -> Afternoon:
    angels = tuple(_angel(role, number) for number in range(count))
    return replace(afternoon, helpers=afternoon.helpers + angels)


def _always_instructed(afternoon: Afternoon) -> Afternoon:
    angel = _angel(Role.INSTRUCTOR)
    others = tuple(one for one in afternoon.helpers if one.key != afternoon.instructor)
    return replace(afternoon, helpers=(*others, angel), instructor=angel.key)


def _with_horses(afternoon: Afternoon, **settings: int) -> Afternoon:
    """All with these settings, though D15 forbid them."""
    changed = (Tireless(**(vars(horse) | settings)) for horse in afternoon.horses)
    return replace(afternoon, horses=tuple(changed))


def _with_spare_horse(afternoon: Afternoon) -> Afternoon:
    spare = Horse(NEW, NEW, carries_kg=Decimal("Infinity"))
    return replace(afternoon, horses=(*afternoon.horses, spare))


WITHOUT: Mapping[Rule, Change] = {
    Rule.HORSE_DAY: lambda it: _with_horses(it, most_minutes_a_day=DAY),
    Rule.TURNAROUND: lambda it: replace(it, turnaround_minutes=0),
    Rule.HELPER_REST: lambda it: replace(
        it, helpers=tuple(replace(one, most_minutes_on_end=None) for one in it.helpers)
    ),
    Rule.INSTRUCTOR_LOAD: lambda it: replace(it, instructor_sees=len(it.children)),
    Rule.ARENA_FULL: lambda it: replace(it, arena_holds=len(it.children)),
    Rule.HORSE_REST: lambda it: _with_horses(it, most_minutes_on_end=DAY),
    Rule.SIDE_WALKERS: lambda it: replace(
        it, children=tuple(replace(one, side_walkers=0) for one in it.children)
    ),
    Rule.NO_LEADER: lambda it: _with_angels(it, Role.LEADER, len(it.children)),
    Rule.NO_INSTRUCTOR: _always_instructed,
}
"""Afternoons in which a rule can bind nobody. The first are tried first, and so the last are named
where either could be."""

WITH: Mapping[Remedy, Change] = {
    Remedy.LEADER: lambda it: _with_angels(it, Role.LEADER, 1),
    Remedy.SIDE_WALKER: lambda it: _with_angels(it, Role.SIDE_WALKER, 1),
    Remedy.HORSE: _with_spare_horse,
    Remedy.ARENA: lambda it: replace(it, arena_holds=it.arena_holds + 1),
    Remedy.INSTRUCTOR: lambda it: replace(it, instructor_sees=it.instructor_sees + 1),
    Remedy.LONGER: lambda it: replace(it, ends_at=it.ends_at + it.session_minutes),
}


def conflict(afternoon: Afternoon, *, riders: int, seconds: float) -> Conflict:
    """Of an afternoon in which each child could ride, but proven not more than so many of them."""
    asking = _Asking(afternoon, riders, Clock(seconds))
    rules = tuple(asking.rules())
    remedies = (remedy for remedy, change in WITH.items() if asking.has_more(change(afternoon)))
    return Conflict(rules, tuple(remedies), is_complete=asking.is_complete)


class _Asking:
    def __init__(self, afternoon: Afternoon, riders: int, clock: Clock) -> None:
        self.afternoon, self.riders, self.clock = afternoon, riders, clock
        self.is_complete = True
        self.unsure: set[Rule] = set()
        """Time was too short to tell whether there would be room without it."""

    def rules(self) -> Iterator[Rule]:
        """Conflict after conflict, until there would be room."""
        open_rules = list(WITHOUT)
        while True:
            least = self._least(open_rules)
            yield from (rule for rule in reversed(least) if rule not in self.unsure)
            if not least:
                yield Rule.HORSE_TAKEN
                return
            open_rules = [rule for rule in open_rules if rule not in least]
            if self._has_room(open_rules) is not False:
                return

    def _least(self, rules: list[Rule]) -> list[Rule]:
        """Of rules that leave no room, as few as leave none; those included that are unsure."""
        for rule in rules:
            rest = [other for other in rules if other != rule]
            room = self._has_room(rest)
            if room is None:
                self.unsure.add(rule)
            elif not room:
                rules = rest
        return rules

    def _has_room(self, rules: Sequence[Rule]) -> bool | None:
        """With no other rules than these."""
        return self.has_more(_only(self.afternoon, rules))

    def has_more(self, afternoon: Afternoon) -> bool | None:
        """Whether more than the riders there are could ride; None: no time to find out."""
        if not instructors(afternoon):
            return False
        program = Program(afternoon, mounts_of(afternoon))
        more = has_more_riders(program, self.riders, self.clock.left * SHARE)
        self.is_complete = self.is_complete and more is not None
        return more


def _only(afternoon: Afternoon, rules: Sequence[Rule]) -> Afternoon:
    """With no other rules than these."""
    for rule, change in WITHOUT.items():
        if rule not in rules:
            afternoon = change(afternoon)
    return afternoon
