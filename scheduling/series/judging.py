"""Whether each date of a series may be booked: the rules of a single booking, read once for all
of its dates."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduling import demand, rules, selectors
from scheduling.intervals import Span
from scheduling.models import Modality, Resource
from scheduling.planning import Facts, Plan, Wish, make_plan, read_facts


@dataclass
class Judge:
    """Judges the dates of one series in order of time: the first visit that is possible makes the
    next ones another sort of visit (D3), the first session begins general access (D4)."""

    facts: Facts
    flagged: bool
    visited_at: datetime | None
    """The visit after which none is the family's first."""

    first_at: datetime | None = None
    there: list[Span] = field(default_factory=list)
    """When people who must not be met are there (D11)."""

    def plan(self, wish: Wish) -> Plan:
        """Raises what `book` does, ResourceUnavailable apart."""
        rules.check_start(wish.starts_at)
        if not (wish.without_papers or wish.again):
            rules.check_entry(
                wish.service,
                self.facts.entitlements,
                starts_at=wish.starts_at,
                first_at=self.first_at,
            )
        plan = make_plan(wish, replace(self.facts, wanted=self.wanted_at(wish)))
        rules.check_absence(self.there, wish.starts_at, wish.ends_at)
        return plan

    def accept(self, wish: Wish) -> None:
        """It will be booked."""
        self.first_at = self.first_at or wish.starts_at
        self.visited_at = self.visited_at or wish.starts_at

    def wanted_at(self, wish: Wish) -> demand.Demand:
        wanted = self.facts.wanted
        if wish.modality == Modality.FIELD and self.is_risky(wish.starts_at):
            return replace(wanted, workers=max(wanted.workers, demand.VISIT_WORKERS))
        return wanted

    def is_risky(self, starts_at: datetime) -> bool:
        return self.flagged or self.visited_at is None or starts_at <= self.visited_at

    def look(self, begins: datetime, ends: datetime) -> None:
        """Read who is there within `[begins, ends)`; again, and for good, under the locks."""
        self.there = rules.presence(self.facts.wanted, self.facts.party.partners, begins, ends)


def judge_of(wishes: Collection[Wish]) -> Judge:
    """Raises ModalityNotOffered."""
    first = min(wishes, key=lambda wish: wish.starts_at)
    ends = max(wish.ends_at for wish in wishes)
    facts = read_facts(first, until=ends, leads=leads_of(wishes))
    facts = replace(facts, wanted=replace(facts.wanted, workers=least_workers(first)))
    flagged, visited_at = False, None
    if first.modality == Modality.FIELD:
        households = {person.household_id for person in first.people}
        flagged = selectors.families_at_risk(households)
        visited_at = selectors.visited_since(first.people, ignoring=None)
    judge = Judge(facts, flagged, visited_at)
    judge.look(first.starts_at, ends)
    return judge


def leads_of(wishes: Collection[Wish]) -> list[Resource]:
    return list({wish.lead.pk: wish.lead for wish in wishes}.values())


def least_workers(wish: Wish) -> int:
    """However often the family was visited."""
    return max(wish.service.specialists, wish.least_workers, 1 + len(wish.colleagues))
