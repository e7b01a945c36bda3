"""Shapes of workshops, and of the catalogue that a centre takes them from."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import IdField, LabelField
from scheduling.models import Resource, Service
from scheduling.shapes.bookings import Versioned
from scheduling.shapes.services import minutes
from workshops.catalogue import ATELIERS, Atelier
from workshops.models import OLDEST, Audience, Workshop
from workshops.public_calendar import address_of

MOST_PLACES = 100
MOST_NAMED = 60
MUST_SAY = ("name", "duration", "capacity")
"""Of a workshop that stands in no catalogue."""


class AgeField(serializers.IntegerField):
    """In whole years; null: no bound."""

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=OLDEST, allow_null=True, required=False)


def named() -> serializers.ListField:
    return serializers.ListField(child=IdField(), max_length=MOST_NAMED, required=False)


class WorkshopIn(Versioned):
    """Empty `initials` are those of the name; `leaders` and `rooms` replace those there were."""

    name = LabelField(max_length=120, required=False)
    initials = LabelField(max_length=6, required=False, allow_blank=True)
    duration = minutes(5, 12 * 60, required=False)
    buffer_after = minutes(0, 4 * 60, required=False)
    needs_document = serializers.BooleanField(required=False)
    audiences = serializers.ListField(
        child=serializers.ChoiceField(Audience.choices), max_length=6, required=False
    )
    least_age = AgeField()
    most_age = AgeField()
    doubtful_age = AgeField()
    capacity = serializers.IntegerField(min_value=1, max_value=MOST_PLACES, required=False)
    least_adults = serializers.IntegerField(min_value=1, max_value=20, required=False)
    offer_hours = serializers.IntegerField(min_value=1, max_value=720, required=False)
    is_offered = serializers.BooleanField(required=False)
    is_public = serializers.BooleanField(required=False)
    leaders = named()
    rooms = named()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "offer_hours" in attrs:
            attrs["offer_lasts"] = timedelta(hours=attrs.pop("offer_hours"))
        return attrs


class NewWorkshopIn(WorkshopIn):
    """One of the catalogue by its `code`, or one of the centre's own."""

    centre = IdField(required=False, allow_null=True, default=None, help_text="of several: which")
    code = serializers.ChoiceField([one.code for one in ATELIERS], required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in MUST_SAY if name not in attrs]
        if missing and not attrs.get("code"):
            words = _("Say this of a workshop of your own, or name one of the catalogue.")
            raise serializers.ValidationError(dict.fromkeys(missing, words))
        return super().validate(attrs)


class WorkshopOut(serializers.ModelSerializer[Workshop]):
    id = IdField(source="public_id")
    centre = IdField(source="centre.public_id")
    service = IdField(source="service.public_id")
    code = serializers.CharField(source="service.code")
    name = serializers.CharField()
    initials = serializers.CharField(source="service.initials")
    duration = serializers.DurationField(source="service.duration")
    buffer_after = serializers.DurationField(source="service.buffer_after")
    needs_document = serializers.SerializerMethodField()
    audiences = serializers.ListField(child=serializers.ChoiceField(Audience.choices))
    offer_hours = serializers.SerializerMethodField()
    leaders = serializers.SerializerMethodField()
    rooms = serializers.SerializerMethodField()
    calendar = serializers.SerializerMethodField(help_text="null unless it is public")

    class Meta:
        model = Workshop
        fields = (
            "id", "centre", "service", "code", "name", "initials", "duration", "buffer_after",
            "needs_document", "audiences", "least_age", "most_age", "doubtful_age", "capacity",
            "least_adults", "offer_hours", "is_offered", "is_public", "leaders", "rooms",
            "calendar", "version",
        )  # fmt: skip

    def get_needs_document(self, workshop: Workshop) -> bool:
        return workshop.service.access == Service.Access.SPECIALISED

    def get_offer_hours(self, workshop: Workshop) -> int:
        return int(workshop.offer_lasts.total_seconds() // 3600)

    def get_leaders(self, workshop: Workshop) -> list[str]:
        return ids_of(workshop, Resource.Kind.SPECIALIST)

    def get_rooms(self, workshop: Workshop) -> list[str]:
        return ids_of(workshop, Resource.Kind.ROOM)

    def get_calendar(self, workshop: Workshop) -> str | None:
        return address_of(workshop) if workshop.is_public else None


def ids_of(workshop: Workshop, kind: Resource.Kind) -> list[str]:
    resources = workshop.service.resources.all()
    return [str(one.public_id) for one in resources if one.kind == kind and one.is_active]


class AtelierOut(serializers.Serializer[Any]):
    """As it begins; `offered_in` are those of the caller's centres that have it already."""

    code = serializers.CharField()
    name = serializers.CharField()
    initials = serializers.CharField()
    duration = serializers.DurationField()
    needs_document = serializers.BooleanField()
    audiences = serializers.ListField(child=serializers.ChoiceField(Audience.choices))
    least_age = serializers.IntegerField(allow_null=True)
    doubtful_age = serializers.IntegerField(allow_null=True)
    capacity = serializers.IntegerField()
    least_adults = serializers.IntegerField()
    offered_in = serializers.ListField(child=IdField())


class CatalogueOut(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = AtelierOut(many=True)


def atelier_shown(one: Atelier, offered_in: Collection[str]) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "initials": one.initials,
        "duration": serializers.DurationField().to_representation(timedelta(minutes=one.duration)),
        "needs_document": one.access == Service.Access.SPECIALISED,
        "audiences": list(one.audiences),
        "least_age": one.least_age,
        "doubtful_age": one.doubtful_age,
        "capacity": one.capacity,
        "least_adults": one.least_adults,
        "offered_in": list(offered_in),
    }
