"""Shapes of services and of who gives them."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import IdField, LabelField
from scheduling.models import Modality, Resource, Service


class ServiceOut(serializers.ModelSerializer[Service]):
    id = IdField(source="public_id", read_only=True)
    centre = IdField(source="centre.public_id", read_only=True)

    class Meta:
        model = Service
        fields: tuple[str, ...] = (
            "id", "centre", "code", "name", "initials", "duration", "buffer_after", "travel",
            "minimum_notice", "step", "modalities", "specialists", "needs_vehicle", "access",
            "family_may_move", "our_defaults",
        )  # fmt: skip
        read_only_fields = ("code", "name", "our_defaults")


def minutes(least: int, most: int, **options: Any) -> serializers.DurationField:
    """A duration between two numbers of minutes, in whole ones."""
    return serializers.DurationField(
        min_value=timedelta(minutes=least),
        max_value=timedelta(minutes=most),
        validators=[in_whole_minutes],
        **options,
    )


def in_whole_minutes(value: timedelta) -> None:
    if value % timedelta(minutes=1):
        raise serializers.ValidationError(_("Give whole minutes."))


class ServiceIn(ServiceOut):
    """The defaults that a centre may change."""

    duration = minutes(5, 12 * 60)
    buffer_after = minutes(0, 4 * 60)
    travel = minutes(0, 4 * 60)
    minimum_notice = minutes(0, 60 * 24 * 60)
    step = minutes(5, 24 * 60)
    initials = LabelField(max_length=6)
    modalities = serializers.ListField(
        child=serializers.ChoiceField(Modality.choices), min_length=1, max_length=4
    )
    specialists = serializers.IntegerField(min_value=1, max_value=10)


class SpecialistOut(serializers.ModelSerializer[Resource]):
    id = IdField(source="public_id")
    services: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="public_id", many=True, read_only=True
    )

    class Meta:
        model = Resource
        fields: tuple[str, ...] = ("id", "name", "services")


class AuthorisedServices(serializers.Serializer[Any]):
    services = serializers.ListField(child=IdField(), max_length=60)
