"""A whole afternoon proposed: who rides which horse when, with whom, and why; who does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from workshops.riding.apart import parted
from workshops.riding.breaches import Breach
from workshops.riding.checking import unfit
from workshops.riding.explaining import Why, why
from workshops.riding.facts import Afternoon, Child, Ride
from workshops.riding.scoring import Score, score

if TYPE_CHECKING:
    from workshops.riding.conflicts import Conflict
    from workshops.riding.program import Mount
    from workshops.riding.solving import Found


@dataclass(frozen=True)
class LeftOut:
    child: str
    """The key."""
    name: str
    breaches: tuple[Breach, ...]
    """What keeps this child from riding at all, where least does. Empty: the child could ride, but
    not with all the others; see `Proposal.conflict`."""
    is_certain: bool = True
    """False if the search ended before it was proven that no more can ride."""

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it now."""
        if self.breaches:
            return " ".join(breach.sentence for breach in self.breaches)
        if self.is_certain:
            told = _("%(child)s could ride, but there is no room beside the others.")
        else:
            told = _("%(child)s could ride, but no room was found in time. Try again or by hand.")
        return told % {"child": self.name}


@dataclass(frozen=True)
class Proposal:
    rides: tuple[Ride, ...]
    """In order of time; `broken` finds nothing in them."""
    instructor: str | None
    """The afternoon's, or the one chosen. Judge the rides by an afternoon that names her."""
    whys: tuple[Why, ...]
    """One for each ride."""
    left_out: tuple[LeftOut, ...]
    conflict: "Conflict | None"
    """Why not more can ride who each could. None if all can, or if time ran out before the number
    of riders was proven."""
    score: Score
    bound: Score
    """Proven: no board has a better score, part by part in their order."""

    @property
    def is_proven(self) -> bool:
        """Whether no board is better."""
        return self.score == self.bound

    @property
    def undecided(self) -> str | None:
        """The first part of the score that may not be the best: a field's name."""
        parts = zip(Score._fields, self.score, self.bound, strict=True)
        return next((name for name, value, bound in parts if value != bound), None)

    @property
    def gap(self) -> float:
        """Of the undecided part, relative to the larger of its value and bound; 0 if proven."""
        if self.undecided is None:
            return 0.0
        value, bound = getattr(self.score, self.undecided), getattr(self.bound, self.undecided)
        return float(abs(value - bound) / max(value, bound))


def propose(
    afternoon: Afternoon, *, seconds: float = 2.0, explaining_seconds: float = 2.0
) -> Proposal:
    """As many riders as possible, on horses they know, the horses' work even, early.

    The solver gets `seconds`; if not everybody can ride, `explaining_seconds` more to find out
    why. The same afternoon has the same proposal, unless the clock is what ends the search.

    Those who must not meet are put into the two parts of the afternoon, one way or the other:
    whether they could be kept apart otherwise is not asked, and so nothing is proven then.
    """
    found = _proposed(parted(afternoon), seconds, explaining_seconds)
    if not afternoon.apart or not found.left_out:
        return found
    other = _proposed(parted(afternoon, "late"), seconds, explaining_seconds)
    return _unproven(max(found, other, key=lambda one: one.score.rank), afternoon)


def _unproven(proposal: Proposal, afternoon: Afternoon) -> Proposal:
    """Found in a part of what is possible: more might ride."""
    left_out = tuple(
        LeftOut(one.child, one.name, against(afternoon, afternoon.child[one.child]), False)
        for one in proposal.left_out
    )
    might = sum(not one.breaches for one in left_out)
    bound = proposal.bound._replace(riders=proposal.score.riders + might)
    conflict = None if might else proposal.conflict
    return replace(proposal, left_out=left_out, bound=bound, conflict=conflict)


def _proposed(afternoon: Afternoon, seconds: float, explaining_seconds: float) -> Proposal:
    # The solver brings 80 MB along, which processes that never propose need not carry.
    from workshops.riding import conflicts  # noqa: PLC0415
    from workshops.riding.program import mounts_of  # noqa: PLC0415

    mounts = mounts_of(afternoon)
    found = _found(afternoon, mounts, seconds)
    rides, reached = tuple(found.rides), score(afternoon, found.rides)
    able = {mount.child for mount in mounts}
    is_most, conflict = reached.riders == found.bound.riders, None
    if is_most and reached.riders < len(able):
        children = tuple(child for child in afternoon.children if child.key in able)
        conflict = conflicts.conflict(
            replace(afternoon, children=children),
            riders=reached.riders,
            seconds=explaining_seconds,
        )
    return Proposal(
        rides=rides,
        instructor=found.instructor,
        whys=tuple(why(afternoon, rides, n) for n in range(len(rides))),
        left_out=_left_out(afternoon, rides, able, is_most=is_most),
        conflict=conflict,
        score=reached,
        bound=found.bound,
    )


def _found(afternoon: Afternoon, mounts: "Sequence[Mount]", seconds: float) -> "Found":
    from workshops.riding.crews import instructors  # noqa: PLC0415
    from workshops.riding.first_try import first_try  # noqa: PLC0415
    from workshops.riding.program import Program  # noqa: PLC0415
    from workshops.riding.solving import Clock, Found, Solving  # noqa: PLC0415

    clock = Clock(seconds)
    if not mounts or not instructors(afternoon):
        return Found([], afternoon.instructor, Score(0, 0, 0, 0))
    first = first_try(afternoon, [Ride(*mount) for mount in mounts])
    return Solving(Program(afternoon, mounts), first).solve(clock)


def _left_out(
    afternoon: Afternoon, rides: Sequence[Ride], able: set[str], *, is_most: bool
) -> tuple[LeftOut, ...]:
    riding = {ride.child for ride in rides}
    return tuple(
        LeftOut(child.key, child.name, (), is_most)
        if child.key in able
        else LeftOut(child.key, child.name, against(afternoon, child))
        for child in afternoon.children
        if child.key not in riding
    )


def against(afternoon: Afternoon, child: Child) -> tuple[Breach, ...]:
    """What keeps a child from riding at all, where least does; empty if some horse and hour would
    do, were the afternoon otherwise empty."""
    tried = [
        unfit(afternoon, Ride(child.key, horse.key, start))
        for horse in afternoon.horses
        for start in afternoon.starts
    ]
    least = min(map(len, tried), default=0)
    return next((tuple(breaches) for breaches in tried if len(breaches) == least), ())
