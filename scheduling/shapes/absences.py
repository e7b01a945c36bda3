"""Shapes of absences: the hours they touch, what may become of them, and what was decided."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, Window
from scheduling.absences import Affected, Way
from scheduling.shapes.series import ProposalOut


class AbsentQuery(Window):
    specialist = IdField()


NEEDS = {Way.SUBSTITUTE: "specialist", Way.MOVE: "starts_at"}
"""What a decision must say."""


class DecisionIn(serializers.Serializer[Any]):
    booking = IdField()
    way = serializers.ChoiceField([way.value for way in Way])
    specialist = IdField(required=False, allow_null=True)
    starts_at = InstantField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = NEEDS.get(Way(attrs["way"]))
        if needed and not attrs.get(needed):
            raise serializers.ValidationError({needed: _("Say who takes it over, or when it is.")})
        return attrs


class AbsentIn(AbsentQuery):
    """`mark` takes her out of use for whatever is not held then."""

    centre = IdField(required=False, allow_null=True)
    mark = serializers.BooleanField(default=True)
    decisions = serializers.ListField(child=DecisionIn(), max_length=200, default=list)


class AffectedOut(serializers.Serializer[Any]):
    booking = IdField()
    starts_at = InstantField()
    substitutes = serializers.ListField(child=IdField())
    next = ProposalOut(allow_null=True)


class AffectedList(serializers.Serializer[Any]):
    results = AffectedOut(many=True)


class DecidedOut(serializers.Serializer[Any]):
    booking = IdField()
    done = serializers.BooleanField()
    code = serializers.CharField()
    detail = serializers.CharField()


class SettledOut(serializers.Serializer[Any]):
    block = IdField(allow_null=True)
    results = DecidedOut(many=True)


def affected_shown(one: Affected) -> dict[str, Any]:
    return {
        "booking": one.booking.public_id,
        "starts_at": clock.local(one.booking.starts_at),
        "substitutes": [resource.public_id for resource in one.substitutes],
        "next": one.next
        and {
            "starts_at": clock.local(one.next.starts_at),
            "room": one.next.room.public_id if one.next.room else None,
        },
    }
