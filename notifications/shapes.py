"""What goes in and out over HTTP about the effect of texts, and about whom they do not reach."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import DayField, IdField, InstantField, WallClockField
from notifications.calls import Call
from notifications.effect import LONGEST, NOTE, SMALL, Cell, Effect, Lead, Line, Told
from notifications.proportions import Estimate
from notifications.unreached import Caution, Contact
from notifications.unreached import Line as UnreachedLine

HIDDEN = f"null stands for fewer than {SMALL} (D40)"


class EffectQuery(serializers.Serializer[Any]):
    """Dates, the last not included; `centre` may be left out by whoever works in one alone."""

    centre = IdField(required=False)
    outside = serializers.BooleanField(default=False, help_text="as it may leave the centre")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": DayField(), "to": DayField(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["from"] < attrs["to"]:
            raise serializers.ValidationError({"to": _("The end must be after the start.")})
        if attrs["to"] - attrs["from"] > LONGEST:
            raise serializers.ValidationError(
                {"to": _("Ask for at most %(days)s days at a time.") % {"days": LONGEST.days}}
            )
        return attrs


class EstimateOut(serializers.Serializer[Any]):
    """With the ends of its 95 % interval: Wilson's, of a difference Newcombe's."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CellOut(serializers.Serializer[Any]):
    attended = serializers.IntegerField(allow_null=True, help_text=HIDDEN)
    missed = serializers.IntegerField(allow_null=True, help_text=HIDDEN)
    early = serializers.IntegerField(allow_null=True, help_text="cancelled by the family in time")
    late = serializers.IntegerField(allow_null=True, help_text="cancelled by the family late")
    share = EstimateOut(allow_null=True, help_text="of those who came, of all whose hour was held")


class DifferenceOut(EstimateOut):
    includes_zero = serializers.BooleanField(help_text="no difference can be claimed")


class EffectLineOut(serializers.Serializer[Any]):
    lead = serializers.ChoiceField(Lead.choices, allow_null=True, help_text="null: all together")
    reminded = CellOut()
    delivered = CellOut(allow_null=True, help_text="of the reminded; null in what leaves")
    sent = CellOut(allow_null=True, help_text="of the reminded, merely sent; null in what leaves")
    not_reminded = CellOut()
    unclear = CellOut(help_text="the text may have left or not: in neither group")
    difference = DifferenceOut(allow_null=True, help_text="reminded less not reminded")


class EffectOut(serializers.Serializer[Any]):
    centre = IdField()
    outside = serializers.BooleanField()
    note = serializers.CharField()
    lines = EffectLineOut(many=True)
    total = EffectLineOut(allow_null=True, help_text="null where it would give away a small count")


def effect_shown(found: Effect) -> dict[str, Any]:
    return {
        "centre": found.of.centre.public_id,
        "outside": found.outside,
        "note": str(NOTE),
        "lines": [line_shown(line, found) for line in found.lines],
        "total": line_shown(found.total, found) if found.total else None,
    }


def line_shown(line: Line, found: Effect) -> dict[str, Any]:
    difference = line.difference
    return {
        "lead": line.lead,
        "reminded": cell_shown(line.reminded),
        "delivered": None if found.outside else cell_shown(line.cells[Told.DELIVERED]),
        "sent": None if found.outside else cell_shown(line.cells[Told.SENT]),
        "not_reminded": cell_shown(line.not_reminded),
        "unclear": cell_shown(line.cells[Told.UNCLEAR]),
        "difference": difference
        and {**estimate_shown(difference), "includes_zero": difference.includes_zero},
    }


def cell_shown(cell: Cell) -> dict[str, Any]:
    return {**cell.counts, "share": cell.share and estimate_shown(cell.share)}


def estimate_shown(found: Estimate) -> dict[str, float]:
    return {name: round(getattr(found, name), 4) for name in ("value", "low", "high")}


class CalledPersonOut(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()


class ContactOut(CalledPersonOut):
    phone = serializers.CharField(allow_blank=True, help_text="E.164; empty when none is known")
    relation = serializers.CharField(allow_blank=True, help_text="to a child without a named carer")
    safe_from = WallClockField(allow_null=True)
    safe_until = WallClockField(allow_null=True)
    caution = serializers.ChoiceField(Caution.choices, allow_blank=True)


class CallOut(serializers.Serializer[Any]):
    result = serializers.ChoiceField(Call.Result.choices)
    by = serializers.CharField()
    at = InstantField()


class UnreachedOut(serializers.Serializer[Any]):
    booking = IdField()
    starts_at = InstantField()
    person = CalledPersonOut()
    why = serializers.CharField(help_text="code of why no text tells her")
    explanation = serializers.CharField()
    contacts = ContactOut(many=True)
    to_call = serializers.BooleanField(help_text="false once reached, and for today once tried")
    last_call = CallOut(allow_null=True)


class CalledIn(serializers.Serializer[Any]):
    person = IdField()
    result = serializers.ChoiceField(Call.Result.choices)


def unreached_shown(line: UnreachedLine) -> dict[str, Any]:
    return {
        "booking": line.booking.public_id,
        "starts_at": InstantField().to_representation(line.booking.starts_at),
        "person": {"id": line.person.public_id, "name": line.person.full_name},
        "why": line.why,
        "explanation": line.explanation,
        "contacts": [contact_shown(contact) for contact in line.contacts],
        "to_call": line.is_to_call,
        "last_call": call_shown(line.last_call) if line.last_call else None,
    }


def contact_shown(contact: Contact) -> dict[str, Any]:
    since, until = (contact.hours if contact.phone else None) or (None, None)
    return {
        "id": contact.person.public_id,
        "name": contact.person.full_name,
        "phone": str(contact.phone),
        "relation": contact.relation,
        "safe_from": since,
        "safe_until": until,
        "caution": contact.caution or "",
    }


def call_shown(call: Call) -> dict[str, Any]:
    return {
        "result": call.result,
        "by": str(call.by),
        "at": InstantField().to_representation(call.at),
    }
