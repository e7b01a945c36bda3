"""What every request for a place says: for how many, how old, with what needs, and when."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import DayField
from rooms.fitting import MOST_ADULTS, MOST_CHILDREN, OLDEST_CHILD, Party
from rooms.models import Need, UnitKind


class AgesField(serializers.ListField):
    """Whole years of the children; in a query also as "0,5"."""

    child = serializers.IntegerField(min_value=0, max_value=OLDEST_CHILD)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_CHILDREN, **options)

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return [part for part in value[0].split(",") if part]
        return value


def number_of(most: int, **options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=most, **options)


class PartyIn(serializers.Serializer[Any]):
    """How many, how old, with what needs. A child without an age needs a bed of its own."""

    kind = serializers.ChoiceField(UnitKind.choices, default=UnitKind.FAMILY)
    adults = number_of(MOST_ADULTS, default=1)
    children = number_of(MOST_CHILDREN, required=False)
    ages = AgesField(required=False)
    needs = serializers.ListField(
        child=serializers.ChoiceField(Need.choices), required=False, max_length=len(Need)
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ages = attrs.get("ages", [])
        children = attrs.get("children", len(ages))
        if len(ages) > children:
            raise serializers.ValidationError({"ages": _("There are more ages than children.")})
        attrs["ages"] = (*ages, *[OLDEST_CHILD] * (children - len(ages)))
        attrs["needs"] = frozenset(attrs.get("needs", ()))
        if not attrs["adults"] + children:
            raise serializers.ValidationError({"adults": _("Say for how many people.")})
        return attrs


def party_of(asked: Mapping[str, Any]) -> Party:
    return Party(asked["adults"], tuple(asked["ages"]), asked["needs"], asked["kind"])


class FromTo(serializers.Serializer[Any]):
    """Dates of nights: `from` the first evening, `to` the day of leaving."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword, so the two fields cannot be plain attributes.
        return {"from": DayField(), "to": DayField(), **super().get_fields()}
