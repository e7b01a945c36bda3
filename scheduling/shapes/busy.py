"""Shapes of other calendars that are brought in."""

from typing import Any

from rest_framework import serializers


class CalendarFile(serializers.Serializer[Any]):
    file = serializers.FileField(required=False, allow_empty_file=True)


class Collision(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class BroughtInOut(serializers.Serializer[Any]):
    uploaded_at = serializers.DateTimeField(allow_null=True)
    until_on = serializers.DateField(
        allow_null=True, help_text="the last day of which the calendar tells"
    )
    events = serializers.IntegerField(help_text="in the file, busy or not")
    busy_times = serializers.IntegerField(help_text="what touches is one")
    collisions = Collision(many=True, help_text="sessions ahead in her busy times; they stay")
