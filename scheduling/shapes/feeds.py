"""Shapes of calendar addresses."""

from typing import Any

from rest_framework import serializers

from scheduling.models import Feed


class FeedIn(serializers.Serializer[Any]):
    detail = serializers.ChoiceField(Feed.Detail.choices, default=Feed.Detail.DISCREET)


class FeedOut(serializers.ModelSerializer[Feed]):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = Feed
        fields: tuple[str, ...] = ("id", "detail", "created_at", "last_used_at")


class NewFeedOut(FeedOut):
    url = serializers.URLField()

    class Meta(FeedOut.Meta):
        fields: tuple[str, ...] = (*FeedOut.Meta.fields, "url")
