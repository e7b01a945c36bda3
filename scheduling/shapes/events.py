"""What one event of a calendar looks like to its reader."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, Window
from scheduling import calendars
from scheduling.models import Booking, Modality, Participation


class ServiceBrief(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()


class ParticipantOut(serializers.Serializer[Any]):
    id = IdField()
    outcome = serializers.ChoiceField(Participation.Outcome.choices, allow_null=True)


class EventOut(serializers.Serializer[Any]):
    """One event of a calendar. Whoever lacks need to know gets `known: false`, the time, and
    the title “заето”."""

    id = IdField()
    known = serializers.BooleanField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Booking.Kind.choices)
    status = serializers.ChoiceField(Booking.Status.choices)
    starts_at = InstantField()
    ends_at = InstantField()
    service = ServiceBrief(allow_null=True)
    modality = serializers.ChoiceField(Modality.choices, allow_blank=True)
    people = ParticipantOut(many=True)
    version = serializers.IntegerField()


class CalendarQuery(Window):
    resource = IdField(required=False)


class CalendarOut(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventOut(many=True)


def event_shown(event: calendars.Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "known": event.known,
        "title": title_of(event),
        "kind": event.kind,
        "status": event.status,
        "starts_at": clock.local(event.starts_at),
        "ends_at": clock.local(event.ends_at),
        "service": event.service_id and {"id": event.service_id, "name": event.service},
        "modality": event.modality,
        "people": [
            {"id": person.public_id, "outcome": person.outcome or None} for person in event.people
        ],
        "version": event.version,
    }


def title_of(event: calendars.Event) -> str:
    if not event.known:
        return str(_("busy"))
    if event.block_reason:
        return str(Booking.BlockReason(event.block_reason).label)
    return event.service
