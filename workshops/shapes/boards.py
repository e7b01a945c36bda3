"""Shapes of a riding session's board."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import DayField, IdField, LabelField, WallClockField
from workshops.lines import MOST_LINES
from workshops.riding.breaches import Breach
from workshops.riding.facts import DAY, Ride
from workshops.riding.proposing import Proposal
from workshops.sights import Line, Sight

MOST_BESIDE = 4


class MinuteField(WallClockField):
    """A time of the day in whole minutes, given and taken as minutes since midnight."""

    default_error_messages = {"seconds": _("A whole minute, like 14:30.")}

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and {"+", "-", "Z"} & set(value):
            self.fail("seconds")  # an offset, which a time of the wall has not
        found = super().to_internal_value(value)
        if found.second or found.microsecond or found.tzinfo:
            self.fail("seconds")
        return found.hour * 60 + found.minute


class RideIn(serializers.Serializer[Any]):
    child = IdField()
    horse = IdField()
    starts_at = MinuteField()
    leader = IdField(required=False, allow_null=True, default=None)
    side_walkers = serializers.ListField(child=IdField(), max_length=MOST_BESIDE, default=list)


class VersionIn(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)


class RidingBoardIn(VersionIn):
    lines = serializers.ListField(child=RideIn(), max_length=MOST_LINES)


class CallOffDayIn(serializers.Serializer[Any]):
    centre = IdField()
    on = DayField()
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")


class NamedOut(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()


class BreachOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    sentence = serializers.CharField()
    lines = serializers.ListField(child=serializers.IntegerField())


class RideOut(serializers.Serializer[Any]):
    child = NamedOut()
    horse = NamedOut()
    starts_at = WallClockField(allow_null=True)
    ends_at = WallClockField(allow_null=True)
    leader = NamedOut(allow_null=True)
    side_walkers = NamedOut(many=True)
    why = serializers.CharField(allow_blank=True)


class LeftOut(serializers.Serializer[Any]):
    child = NamedOut()
    why = serializers.ListField(child=serializers.CharField())


class ProposedOut(serializers.Serializer[Any]):
    is_proven = serializers.BooleanField()
    gap = serializers.FloatField(help_text="to the proven bound, of the part that is not proven")
    conflict = serializers.CharField(allow_blank=True)


class RidingBoardOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    is_booked = serializers.BooleanField()
    lines = RideOut(many=True)
    broken = BreachOut(many=True)
    cautions = BreachOut(many=True)
    without_ride = LeftOut(many=True)
    horses = NamedOut(many=True)
    helpers = NamedOut(many=True)
    proposed = ProposedOut(allow_null=True)


def ride_in(line: dict[str, Any]) -> Ride:
    return Ride(
        child=str(line["child"]),
        horse=str(line["horse"]),
        starts_at=line["starts_at"],
        leader=str(line["leader"]) if line["leader"] else None,
        side_walkers=tuple(map(str, line["side_walkers"])),
    )


def named(key: str, name: str) -> dict[str, str]:
    return {"id": key, "name": name}


def clock_time(minute: int) -> time | None:
    """None past midnight, where nobody rides."""
    return time(*divmod(minute, 60)) if 0 <= minute < DAY else None


def line_shown(line: Line, seen: Sight) -> dict[str, Any]:
    ride = line.ride
    return {
        "child": named(ride.child, line.child),
        "horse": named(ride.horse, line.horse),
        "starts_at": clock_time(line.starts),
        "ends_at": clock_time(line.ends),
        "leader": named(ride.leader, line.leader) if ride.leader else None,
        "side_walkers": [named(key, seen.helper(key)) for key in ride.side_walkers],
        "why": line.why.sentence if line.why else "",
    }


def breaches_shown(breaches: Sequence[Breach]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "sentence": one.sentence, "lines": list(one.rides)} for one in breaches
    ]


def board_shown(seen: Sight, proposal: Proposal | None = None) -> dict[str, Any]:
    """A proposal that was just made adds what is known of it."""
    shown = RidingBoardOut(
        {
            "version": seen.board.version,
            "is_booked": seen.is_booked,
            "lines": [line_shown(one, seen) for one in seen.lines],
            "broken": breaches_shown(seen.breaches),
            "cautions": breaches_shown(seen.cautions),
            "without_ride": [
                {
                    "child": named(one.child.key, one.child.name),
                    "why": [breach.sentence for breach in one.breaches],
                }
                for one in seen.waiting
            ],
            "horses": [named(one.key, one.name) for one in seen.afternoon.horses],
            "helpers": [
                named(one.key, one.name)
                for one in seen.afternoon.helpers
                if one.key in seen.cast.helpers
            ],
            "proposed": proposed_shown(proposal) if proposal else None,
        }
    )
    return dict(shown.data)


def proposed_shown(proposal: Proposal) -> dict[str, Any]:
    return {
        "is_proven": proposal.is_proven,
        "gap": round(proposal.gap, 4),
        "conflict": proposal.conflict.sentence if proposal.conflict else "",
    }
