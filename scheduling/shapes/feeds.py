"""Shapes of calendar addresses."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from scheduling.models import Feed


class FeedIn(serializers.Serializer[Any]):
    """Of a resource, or of a centre's hours; of the caller's own calendar when neither is named."""

    resource = serializers.UUIDField(required=False, allow_null=True, default=None)
    centre = serializers.UUIDField(required=False, allow_null=True, default=None)
    detail = serializers.ChoiceField(
        Feed.Detail.choices,
        required=False,
        help_text="`discreet` unless given, of a unit `busy`; `full` of one's own calendar alone",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["resource"] and attrs["centre"]:
            raise serializers.ValidationError(
                {"centre": _("Name a resource or a centre, not both.")}
            )
        return attrs


class FeedOut(serializers.ModelSerializer[Feed]):
    id = serializers.UUIDField(source="public_id")
    resource = serializers.UUIDField(source="resource.public_id", allow_null=True)
    centre = serializers.UUIDField(source="centre.public_id", allow_null=True)

    class Meta:
        model = Feed
        fields: tuple[str, ...] = (
            "id",
            "resource",
            "centre",
            "detail",
            "created_at",
            "last_used_at",
        )


class NewFeedOut(FeedOut):
    url = serializers.URLField()

    class Meta(FeedOut.Meta):
        fields: tuple[str, ...] = (*FeedOut.Meta.fields, "url")
