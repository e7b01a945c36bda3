"""Who has a place in a group on which dates, and who is next: plain values, no queries (D14).

A *claim* is what an enrolment asks for: dates without its pauses, as half-open spans of day
numbers. A group is full on a date when as many claims with a place cover it as it has places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from scheduling.intervals import Span, intersect, subtract
from workshops.models import Enrolment, Pause

FAR = date(9999, 12, 31).toordinal()


@dataclass(frozen=True)
class Claim:
    """Of one enrolment, from a day on."""

    enrolment: Enrolment
    spans: tuple[Span, ...]


def claim_of(enrolment: Enrolment, pauses: Iterable[Pause], *, today: date) -> Claim:
    """Nothing of what is past is claimed."""
    whole = days_from(max(enrolment.from_on, today), enrolment.until_on)
    away = sorted(days_from(pause.from_on, pause.until_on) for pause in pauses)
    return Claim(enrolment, tuple(subtract([whole], away) if whole[0] < whole[1] else ()))


def days_from(first: date, last: date | None) -> Span:
    """Both dates included; without a last one, for ever."""
    return first.toordinal(), FAR if last is None else last.toordinal() + 1


def most_taken(claims: Iterable[Claim], within: Sequence[Span] = ((0, FAR),)) -> int:
    """The most places taken on any one of those days."""
    edges: dict[int, int] = {}
    for claim in claims:
        for begins, ends in intersect(claim.spans, within):
            edges[begins] = edges.get(begins, 0) + 1
            edges[ends] = edges.get(ends, 0) - 1
    return max(accumulate(edges[day] for day in sorted(edges)), default=0)


def free_throughout(claims: Iterable[Claim], within: Sequence[Span], *, capacity: int) -> int:
    """How many more could have a place on every one of those days; none where there are no
    days."""
    return max(capacity - most_taken(claims, within), 0) if within else 0


def fit(asked: Sequence[Claim], claims: Sequence[Claim], *, capacity: int) -> bool:
    """Whether all of these may have a place beside the others."""
    dates_left = all(claim.spans for claim in asked)
    return dates_left and all(
        most_taken([*claims, *asked], claim.spans) <= capacity for claim in asked
    )


def in_line(waiting: Iterable[Enrolment]) -> list[list[Enrolment]]:
    """The list as those wait who must be served together: who came back from a pause to a full
    group first, then in the order of asking."""
    units: dict[object, list[Enrolment]] = {}
    for one in sorted(waiting, key=turn):
        units.setdefault(one.siblings or one.pk, []).append(one)
    return list(units.values())


def turn(enrolment: Enrolment) -> tuple[bool, float, int]:
    returned = enrolment.returned_at
    return returned is None, returned.timestamp() if returned else 0, enrolment.pk
