"""Shapes of free hours."""

from typing import Any

from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, Window
from scheduling.models import Modality
from scheduling.shapes.bookings import MAX_PEOPLE
from scheduling.slots import Slot


class SlotsQuery(Window):
    service = IdField()
    specialist = IdField(required=False)
    person = serializers.ListField(
        child=IdField(), required=False, max_length=MAX_PEOPLE, default=list
    )
    modality = serializers.ChoiceField(Modality.choices, default=Modality.ON_SITE)
    moving = IdField(
        required=False, help_text="a booking that another hour is looked for: it is not in the way"
    )


class SlotOut(serializers.Serializer[Slot]):
    starts_at = InstantField()
    ends_at = InstantField()
    specialist = IdField()
    colleagues = serializers.ListField(child=IdField())
    room = IdField(allow_null=True)
    vehicle = IdField(allow_null=True)


class SlotsOut(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    first_day_after = serializers.DateField(allow_null=True)
    results = SlotOut(many=True)


def slot_shown(slot: Slot) -> dict[str, Any]:
    return {
        "starts_at": clock.local(slot.starts_at),
        "ends_at": clock.local(slot.ends_at),
        "specialist": slot.specialist.public_id,
        "colleagues": [colleague.public_id for colleague in slot.colleagues],
        "room": slot.room and slot.room.public_id,
        "vehicle": slot.vehicle and slot.vehicle.public_id,
    }
