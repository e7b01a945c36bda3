"""Why this child rides this horse, in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from scheduling.intervals import merge
from workshops.riding.breaches import say
from workshops.riding.checking import unfit
from workshops.riding.facts import Afternoon, Child, Horse, Ride, Span
from workshops.riding.work import minutes, runs


@dataclass(frozen=True)
class Why:
    """What speaks for a horse, for the child whose names are given."""

    child: str
    horse: str
    carries_kg: Decimal
    is_preferred: bool
    is_last: bool
    """The horse of last time."""
    is_only: bool
    """No other horse of the afternoon may carry this child at this time."""
    is_least_used: bool
    """Before this ride no horse that may carry the child had worked less that day."""
    minutes_on_end: int
    """Worked without a rest just before; 0: rested."""

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it now."""
        facts = {"child": self.child, "horse": self.horse, "reasons": self._reasons()}
        return _("%(child)s: %(horse)s, because %(reasons)s.") % facts

    def _reasons(self) -> str:
        reasons = []
        if self.is_preferred:
            reasons.append(_("it is the preferred horse"))
        if self.is_last:
            reasons.append(_("it was the horse of last time"))
        if self.is_only:
            reasons.append(_("no other horse can at that time"))
        elif self.is_least_used:
            reasons.append(_("it has worked least that day"))
        reasons.append(_("it carries up to %(limit)s kg") % {"limit": say(self.carries_kg)})
        reasons.append(self._rest())
        return get_text_list(reasons, _("and"))

    def _rest(self) -> str:
        if self.minutes_on_end == 0:
            return _("it is rested")
        return _("it has worked only %(minutes)s minutes without a rest") % {
            "minutes": self.minutes_on_end
        }


def why(afternoon: Afternoon, rides: Sequence[Ride], position: int) -> Why:
    """Of a ride whose child and horse are of the afternoon."""
    ride = rides[position]
    child, horse = afternoon.child[ride.child], afternoon.horse[ride.horse]
    others = [other for other in afternoon.horses if _could(afternoon, child, other, ride)]
    before = {other.key: _worked(afternoon, rides, other, ride) for other in (horse, *others)}
    return Why(
        child=child.name,
        horse=horse.name,
        carries_kg=horse.carries_kg,
        is_preferred=child.preferred_horse == horse.key,
        is_last=child.last_horse == horse.key,
        is_only=all(other.key == horse.key for other in others),
        is_least_used=before[horse.key] == min(before.values()),
        minutes_on_end=_on_end(horse, _work(afternoon, rides, horse, ride), ride.starts_at),
    )


def _could(afternoon: Afternoon, child: Child, horse: Horse, ride: Ride) -> bool:
    return not unfit(afternoon, Ride(child.key, horse.key, ride.starts_at))


def _work(afternoon: Afternoon, rides: Sequence[Ride], horse: Horse, ride: Ride) -> list[Span]:
    """A horse's work that begins before a ride does."""
    begun = [afternoon.span(one) for one in rides if one.horse == horse.key]
    return [span for span in (*horse.worked, *begun) if span[0] < ride.starts_at]


def _worked(afternoon: Afternoon, rides: Sequence[Ride], horse: Horse, ride: Ride) -> int:
    return minutes(merge(_work(afternoon, rides, horse, ride)))


def _on_end(horse: Horse, work: Sequence[Span], until: int) -> int:
    last = [*runs(work, rest=horse.rest_minutes)][-1:]
    if not last or until - last[0][-1][1] >= horse.rest_minutes:
        return 0
    return minutes(last[0])
