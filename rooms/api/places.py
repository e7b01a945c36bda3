"""HTTP to rooms, cars and buildings."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import generics, serializers

from base.fields import IdField
from people.policies import SHELTERS, require
from people.requests import caller
from rooms import (
    policies,
)
from rooms.models import Building, Room
from rooms.shapes import units as shapes
from scheduling import lookup as scheduling_lookup
from scheduling.models import Resource


class VehicleOut(serializers.ModelSerializer[Resource]):
    id = IdField(source="public_id")
    centre = IdField(source="centre.public_id")
    services: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="public_id", many=True, read_only=True
    )

    class Meta:
        model = Resource
        fields: tuple[str, ...] = ("id", "name", "centre", "seats", "services")


class RoomOut(VehicleOut):
    floor = serializers.IntegerField(source="room.floor")
    features = serializers.ListField(
        source="room.features", child=serializers.ChoiceField(Room.Feature.choices)
    )

    class Meta(VehicleOut.Meta):
        fields: tuple[str, ...] = (*VehicleOut.Meta.fields, "floor", "features")


class PlaceFilter(django_filters.FilterSet):
    seats = django_filters.NumberFilter(
        field_name="seats", lookup_expr="gte", min_value=0, max_value=10_000
    )
    service = django_filters.UUIDFilter(field_name="services__public_id")


class Vehicles(generics.ListAPIView[Resource]):
    """Cars of the caller's centres; `seats` is the least they must have."""

    serializer_class = VehicleOut
    filterset_class = PlaceFilter
    queryset = Resource.objects.none()
    kind = Resource.Kind.VEHICLE

    def get_queryset(self) -> QuerySet[Resource]:
        return (
            scheduling_lookup.places_of(caller(self.request), self.kind)
            .select_related("centre")
            .prefetch_related("services")
            .order_by("name", "pk")
        )


class Rooms(Vehicles):
    """Rooms of the caller's centres, with their features; `seats` is the least they must have."""

    serializer_class = RoomOut
    kind = Resource.Kind.ROOM

    def get_queryset(self) -> QuerySet[Resource]:
        return super().get_queryset().filter(room__isnull=False).select_related("centre", "room")


class Buildings(generics.ListAPIView[Building]):
    """Where the houses are: for shelter staff alone."""

    serializer_class = shapes.BuildingOut
    queryset = Building.objects.none()

    def get_queryset(self) -> QuerySet[Building]:
        staff = caller(self.request)
        require(policies.shelters(staff))
        return Building.objects.filter(centre__in=staff.centres_where(SHELTERS))
