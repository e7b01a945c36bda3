"""Shapes of a centre's texts."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from base.fields import IdField, VersionField
from notifications import wording
from notifications.centre_texts import CentreText
from notifications.editing import Rendered
from notifications.models import LONGEST_TEXT
from people import languages
from people.models import ContactCard

MAX_VERSION = 2**31 - 1


class TextIn(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=LONGEST_TEXT,
        trim_whitespace=False,
        help_text="with placeholders in braces, of those that `may_hold` names",
    )
    version = VersionField(required=False, min_value=0, max_value=MAX_VERSION)


class VersionQuery(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, min_value=0, max_value=MAX_VERSION)


class TextPreviewIn(serializers.Serializer[Any]):
    id = IdField(help_text="of the text in whose place it would stand")
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class RenderedOut(serializers.Serializer[Any]):
    """A text as it would leave, with a sample's date."""

    script = serializers.CharField()
    text = serializers.CharField()
    encoding = serializers.ChoiceField(["GSM-7", "UCS-2"])
    parts = serializers.IntegerField(help_text="what is paid for; keep it to one")
    units = serializers.IntegerField(help_text="length in the encoding's own units")
    cost = serializers.DecimalField(
        10, 6, allow_null=True, help_text="of all parts; null when no price is set"
    )
    currency = serializers.CharField()


class TextOut(serializers.Serializer[Any]):
    id = IdField()
    centre = IdField()
    kind = serializers.CharField()
    wording = serializers.ChoiceField(ContactCard.Wording.choices)
    language = serializers.ChoiceField(languages.choices())
    script = serializers.CharField()
    text = serializers.CharField(help_text="what counts: the centre's own, or ours")
    is_own = serializers.BooleanField()
    may_hold = serializers.ListField(child=serializers.CharField())
    must_hold = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="0: never written by the centre")
    sent = RenderedOut(allow_null=True, help_text="null: nothing of it may be sent")
    sent_wording = serializers.CharField(
        help_text="below `wording` where that would tell too much or take several parts"
    )
    is_left_aside = serializers.BooleanField(help_text="the centre's own text may not be sent now")


class TextPreviewOut(serializers.Serializer[Any]):
    scripts = RenderedOut(many=True, help_text="every script in which it would be sent")


def text_shown(text: CentreText) -> dict[str, Any]:
    slot = text.slot
    return {
        "id": str(text.id),
        "centre": str(text.centre.public_id),
        **slot._asdict(),
        "text": text.template,
        "is_own": bool(text.own),
        "may_hold": wording.in_order(wording.allowed(slot.kind, slot.wording)),
        "must_hold": wording.in_order(wording.needed(slot.kind)),
        "version": text.version,
        "sent": text.sent and rendered_shown(text.sent),
        "sent_wording": text.sent_wording,
        "is_left_aside": text.is_left_aside,
    }


def rendered_shown(one: Rendered) -> dict[str, Any]:
    return {
        "script": one.script,
        "text": one.text,
        **one.parts._asdict(),
        "cost": None if one.cost is None else f"{one.cost:f}",
        "currency": settings.SMS_CURRENCY,
    }
