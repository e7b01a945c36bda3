"""The rules by name, and how a broken one is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Rule(StrEnum):
    """The values are stable codes."""

    UNKNOWN_CHILD = "unknown_child"
    UNKNOWN_HORSE = "unknown_horse"
    UNKNOWN_HELPER = "unknown_helper"
    OUTSIDE_AFTERNOON = "outside_afternoon"

    NO_CLEARANCE = "no_clearance"
    AGE_UNKNOWN = "age_unknown"
    TOO_YOUNG = "too_young"
    NO_WEIGHT = "no_weight"
    TOO_HEAVY = "too_heavy"
    HORSE_AVOIDED = "horse_avoided"
    CHILD_BUSY = "child_busy"
    CHILD_NOT_HERE = "child_not_here"
    CHILD_TWICE = "child_twice"
    NOT_THEN = "not_then"

    HORSE_ABSENT = "horse_absent"
    HORSE_WORKING = "horse_working"
    HORSE_TAKEN = "horse_taken"
    TURNAROUND = "turnaround"
    HORSE_DAY = "horse_day"
    HORSE_WEEK = "horse_week"
    HORSE_REST = "horse_rest"

    NO_INSTRUCTOR = "no_instructor"
    NO_LEADER = "no_leader"
    SIDE_WALKERS = "side_walkers"
    NOT_INSTRUCTOR = "not_instructor"
    NOT_LEADER = "not_leader"
    NOT_SIDE_WALKER = "not_side_walker"
    HELPER_ABSENT = "helper_absent"
    HELPER_BUSY = "helper_busy"
    HELPER_TWICE = "helper_twice"
    HELPER_REST = "helper_rest"

    ARENA_FULL = "arena_full"
    INSTRUCTOR_LOAD = "instructor_load"

    OLD_WEIGHING = "old_weighing"
    """A caution only."""


SENTENCES: Mapping[Rule, str | Promise] = {
    Rule.UNKNOWN_CHILD: _("The ride at %(at)s is for a child who is not on the afternoon's list."),
    Rule.UNKNOWN_HORSE: _("The ride at %(at)s is on a horse that is not on the afternoon's list."),
    Rule.UNKNOWN_HELPER: _("At %(at)s somebody is named who is not among the helpers."),
    Rule.OUTSIDE_AFTERNOON: _(
        "%(child)s cannot ride at %(at)s: the afternoon is from %(since)s to %(until)s."
    ),
    Rule.NO_CLEARANCE: _("%(child)s has no medical clearance that is valid on %(on)s."),
    Rule.AGE_UNKNOWN: _(
        "%(child)s has no date of birth on record, and riding begins at the age of %(youngest)s."
    ),
    Rule.TOO_YOUNG: _(
        "%(child)s is too young: the age on %(on)s is %(age)s, and riding begins at %(youngest)s."
    ),
    Rule.NO_WEIGHT: _("%(child)s has no weight on record on %(on)s."),
    Rule.TOO_HEAVY: _("%(child)s weighs %(kg)s kg; %(horse)s carries up to %(limit)s kg."),
    Rule.HORSE_AVOIDED: _("%(child)s must not ride %(horse)s."),
    Rule.CHILD_BUSY: _("%(child)s has another appointment from %(since)s to %(until)s."),
    Rule.CHILD_NOT_HERE: _(
        "%(child)s cannot ride at %(at)s: arrives at %(since)s and leaves by %(until)s."
    ),
    Rule.CHILD_TWICE: _("%(child)s rides more than once."),
    Rule.NOT_THEN: _("%(child)s cannot come at %(at)s. Choose another hour."),
    Rule.HORSE_ABSENT: _("%(horse)s is away from %(since)s to %(until)s."),
    Rule.HORSE_WORKING: _("%(horse)s has other work from %(since)s to %(until)s."),
    Rule.HORSE_TAKEN: _("%(horse)s would carry two children at once at %(at)s."),
    Rule.TURNAROUND: _(
        "%(horse)s has %(pause)s minutes before %(at)s to change riders, and needs %(needs)s."
    ),
    Rule.HORSE_DAY: _("%(horse)s would work %(minutes)s minutes that day; the most is %(most)s."),
    Rule.HORSE_WEEK: _("%(horse)s would work on %(days)s days of that week; the most is %(most)s."),
    Rule.HORSE_REST: _(
        "%(horse)s would work %(minutes)s minutes without a rest of %(rest)s minutes; the most is "
        "%(most)s."
    ),
    Rule.NO_INSTRUCTOR: _("Nobody instructs this afternoon."),
    Rule.NO_LEADER: _("Nobody leads the horse of %(child)s at %(at)s."),
    Rule.SIDE_WALKERS: _(
        "Beside %(child)s at %(at)s walk fewer than needed: %(has)s instead of %(needs)s."
    ),
    Rule.NOT_INSTRUCTOR: _("%(helper)s is not an instructor."),
    Rule.NOT_LEADER: _("%(helper)s does not lead horses."),
    Rule.NOT_SIDE_WALKER: _("%(helper)s does not walk beside riders."),
    Rule.HELPER_ABSENT: _("%(helper)s is not available for all of %(since)s to %(until)s."),
    Rule.HELPER_BUSY: _("%(helper)s has another appointment from %(since)s to %(until)s."),
    Rule.HELPER_TWICE: _("%(helper)s would do two things at once at %(at)s."),
    Rule.HELPER_REST: _(
        "%(helper)s would help %(minutes)s minutes without a rest of %(rest)s minutes; the most is "
        "%(most)s."
    ),
    Rule.ARENA_FULL: _("At %(at)s the arena would have %(count)s horses; it holds %(most)s."),
    Rule.INSTRUCTOR_LOAD: _(
        "At %(at)s there would be %(count)s riders; one instructor minds %(most)s at most."
    ),
    Rule.OLD_WEIGHING: _("%(child)s was last weighed on %(on)s. It is time to weigh again."),
}


class Minute(int):
    """Of a day; says itself as on a clock: 14:30."""

    def __str__(self) -> str:
        return f"{self // 60:02}:{self % 60:02}"


Fact = str | int | date | Decimal


@dataclass(frozen=True)
class Breach:
    rule: Rule
    rides: tuple[int, ...]
    """Positions on the board that was judged, in ascending order."""
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)

    @property
    def code(self) -> str:
        return self.rule.value

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it now."""
        return str(SENTENCES[self.rule]) % said(self.facts)


def said(facts: Mapping[str, Fact]) -> dict[str, str]:
    return {name: say(fact) for name, fact in facts.items()}


def say(fact: Fact) -> str:
    """In the active language: `22.11.2026`, `37,5`, `14:30`."""
    if isinstance(fact, date):
        return date_format(fact, "SHORT_DATE_FORMAT")
    if isinstance(fact, Decimal):
        whole = fact == fact.to_integral_value()
        return number_format(fact.to_integral_value() if whole else fact.normalize())
    return str(fact)
