"""Shapes of horses and of the rides of a workshop."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, LabelField
from scheduling.models import Booking
from scheduling.shapes.bookings import Versioned
from workshops import herd, stable
from workshops.models import Horse, Riding
from workshops.week import monday_of

MOST = 2**15 - 1
REASONS = [(one.value, one.label) for one in stable.REASONS]
LIMITS = ("most_minutes_a_day", "most_days_a_week", "most_minutes_on_end", "rest_minutes")


class MinutesField(serializers.IntegerField):
    """A whole number whose bounds the rules of the house say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST, "required": False, **options})


class WeightField(serializers.DecimalField):
    """Kilograms, to a tenth."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=4, decimal_places=1, **{"min_value": Decimal(0), **options})


class RidingIn(serializers.Serializer[Any]):
    """What is not given stays, or is as usual."""

    ride_minutes = MinutesField()
    step_minutes = MinutesField()
    turnaround_minutes = MinutesField()
    arena_holds = MinutesField()
    instructor_sees = MinutesField()
    weighed_within_days = MinutesField()


class RidingOut(serializers.ModelSerializer[Riding]):
    workshop = IdField(source="workshop.public_id")

    class Meta:
        model = Riding
        fields = (
            "workshop",
            "ride_minutes",
            "step_minutes",
            "turnaround_minutes",
            "arena_holds",
            "instructor_sees",
            "weighed_within_days",
        )


class LimitsIn(serializers.Serializer[Any]):
    """D15. What is not given is as much as it allows."""

    most_minutes_a_day = MinutesField()
    most_days_a_week = MinutesField()
    most_minutes_on_end = MinutesField()
    rest_minutes = MinutesField()


class HorseIn(LimitsIn):
    centre = IdField(required=False, allow_null=True, help_text="of the only one")
    name = LabelField(max_length=60)
    carries_kg = WeightField()


class HorseChangeIn(LimitsIn, Versioned):
    name = LabelField(max_length=60, required=False)
    carries_kg = WeightField(required=False)
    works = serializers.BooleanField(required=False, help_text="false: it rests for good")


class HorseAbsenceIn(serializers.Serializer[Any]):
    """`[starts_at, ends_at)`."""

    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.ChoiceField(REASONS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": _("The end must come after the start.")})
        return attrs


class HorseAbsenceOut(serializers.Serializer[Any]):
    """`booking` is what `bookings/{id}/cancel/` takes back."""

    booking = IdField(source="public_id")
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.ChoiceField(REASONS, source="block_reason")
    version = serializers.IntegerField()


class HorseWeekOut(serializers.Serializer[Any]):
    """Done and booked between Monday and Sunday."""

    minutes = serializers.IntegerField()
    days = serializers.IntegerField()
    most_minutes_on_a_day = serializers.IntegerField()


class HorseOut(serializers.Serializer[Any]):
    id = IdField()
    centre = IdField()
    name = serializers.CharField()
    carries_kg = serializers.FloatField()
    most_minutes_a_day = serializers.IntegerField()
    most_days_a_week = serializers.IntegerField()
    most_minutes_on_end = serializers.IntegerField()
    rest_minutes = serializers.IntegerField()
    works = serializers.BooleanField()
    version = serializers.IntegerField()
    this_week = HorseWeekOut()
    absences = HorseAbsenceOut(many=True)


def horses_shown(horses: Collection[Horse]) -> list[dict[str, Any]]:
    """With this week's work and the absences ahead; so many queries for one as for thirty."""
    work = herd.work_in_week(horses, monday_of(clock.today()))
    away = herd.absences_ahead(horses)
    return [horse_shown(one, work[one.pk], away[one.pk]) for one in horses]


def horse_shown(horse: Horse, work: herd.Work, away: Collection[Booking]) -> dict[str, Any]:
    assert horse.resource.centre is not None
    return {
        "id": horse.public_id,
        "centre": horse.resource.centre.public_id,
        "name": horse.name,
        "carries_kg": float(horse.carries_kg),
        **{name: getattr(horse, name) for name in LIMITS},
        "works": horse.resource.is_active,
        "version": horse.version,
        "this_week": {
            "minutes": work.in_all,
            "days": work.days,
            "most_minutes_on_a_day": work.most_on_a_day,
        },
        "absences": HorseAbsenceOut(away, many=True).data,
    }
