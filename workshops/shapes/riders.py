"""Shapes of who rides: weight, medical clearance, and how."""

from typing import Any

from rest_framework import serializers

from base.fields import DayField, IdField
from people.models import Person
from workshops import clearances
from workshops.clearances import Lack
from workshops.models import Clearance, Rider
from workshops.models.riding import MOST_SIDE_WALKERS
from workshops.shapes.stable import WeightField

MOST_AVOIDED = 30


class RiderIn(serializers.Serializer[Any]):
    """What is not given stays. Horses are of the person's centre."""

    side_walkers = serializers.IntegerField(
        min_value=0, max_value=MOST_SIDE_WALKERS, required=False
    )
    preferred_horse = IdField(required=False, allow_null=True)
    avoids = serializers.ListField(child=IdField(), max_length=MOST_AVOIDED, required=False)


class WeighingIn(serializers.Serializer[Any]):
    on = DayField(required=False, help_text="today")
    kg = WeightField()


class ClearanceIn(serializers.Serializer[Any]):
    issued_on = DayField()
    expires_on = DayField(required=False, allow_null=True, help_text="null: a year later")


class WeighingOut(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    on = serializers.DateField()
    kg = serializers.FloatField()


class ClearanceOut(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    issued_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    withdrawn_on = serializers.DateField(allow_null=True)
    last_day = serializers.SerializerMethodField()

    def get_last_day(self, one: Clearance) -> str:
        return clearances.last_day(one).isoformat()


class LackOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(Lack.choices)
    detail = serializers.CharField()


class RiderOut(serializers.Serializer[Any]):
    """`rides_until` is the last day that a clearance covers without a gap."""

    person = IdField()
    side_walkers = serializers.IntegerField()
    preferred_horse = IdField(allow_null=True)
    avoids = serializers.ListField(child=IdField())
    rides_until = serializers.DateField(allow_null=True)
    lacks = LackOut(many=True)
    weighings = WeighingOut(many=True)
    clearances = ClearanceOut(many=True)


def rider_shown(person: Person, rider: Rider) -> dict[str, Any]:
    fitness = clearances.fitness_of(person)
    preferred = rider.preferred_horse
    avoided = rider.avoids.order_by("pk") if rider.pk else ()
    return {
        "person": person.public_id,
        "side_walkers": rider.side_walkers,
        "preferred_horse": preferred.public_id if preferred else None,
        "avoids": [one.public_id for one in avoided],
        "rides_until": fitness.until,
        "lacks": [{"code": one.value, "detail": str(one.label)} for one in fitness.lacks],
        "weighings": WeighingOut(fitness.weighings, many=True).data,
        "clearances": ClearanceOut(fitness.clearances, many=True).data,
    }
