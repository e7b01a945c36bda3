"""Shapes of calendar addresses."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import IdField
from scheduling.models import Feed


class FeedIn(serializers.Serializer[Any]):
    """Of a resource, of a centre's hours or of a group's sessions; of the caller's own calendar
    when none is named."""

    resource = IdField(required=False, allow_null=True, default=None)
    centre = IdField(required=False, allow_null=True, default=None)
    series = IdField(required=False, allow_null=True, default=None, help_text="that of a group")
    detail = serializers.ChoiceField(
        Feed.Detail.choices,
        required=False,
        help_text="`discreet` unless given, of a unit `busy`; `full` of one's own calendar alone",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("resource", "centre", "series") if attrs[name]]
        if len(named) > 1:
            raise serializers.ValidationError(
                {named[-1]: _("Name a resource, a centre or a group, not several.")}
            )
        return attrs


class FeedOut(serializers.ModelSerializer[Feed]):
    id = IdField(source="public_id")
    resource = IdField(source="resource.public_id", allow_null=True)
    centre = IdField(source="centre.public_id", allow_null=True)
    series = IdField(source="series.public_id", allow_null=True)

    class Meta:
        model = Feed
        fields: tuple[str, ...] = (
            "id",
            "resource",
            "centre",
            "series",
            "detail",
            "created_at",
            "last_used_at",
        )


class NewFeedOut(FeedOut):
    url = serializers.URLField()

    class Meta(FeedOut.Meta):
        fields: tuple[str, ...] = (*FeedOut.Meta.fields, "url")
