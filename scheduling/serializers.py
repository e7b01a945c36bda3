"""Shapes of the booking core's API: typed input, and what answers look like."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import InstantField, LabelField, LocalTimeField, VersionField, Window
from people.models import Person
from people.policies import Staff
from scheduling import calendars
from scheduling.models import Booking, Change, Feed, Modality, Participation, Resource, Service
from scheduling.slots import Slot

MAX_PEOPLE = 20
MAX_VERSION = 2**31 - 1


class ServiceOut(serializers.ModelSerializer[Service]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    centre = serializers.UUIDField(source="centre.public_id", read_only=True)

    class Meta:
        model = Service
        fields: tuple[str, ...] = (
            "id", "centre", "code", "name", "initials", "duration", "buffer_after", "travel",
            "minimum_notice", "step", "modalities", "specialists", "needs_vehicle", "access",
            "our_defaults",
        )  # fmt: skip
        read_only_fields = ("code", "name", "our_defaults")


def minutes(least: int, most: int) -> serializers.DurationField:
    """A duration between two numbers of minutes, in whole ones."""
    return serializers.DurationField(
        min_value=timedelta(minutes=least),
        max_value=timedelta(minutes=most),
        validators=[in_whole_minutes],
    )


def in_whole_minutes(value: timedelta) -> None:
    if value % timedelta(minutes=1):
        raise serializers.ValidationError(_("Give whole minutes."))


class ServiceIn(ServiceOut):
    """The defaults that a centre may change."""

    duration = minutes(5, 12 * 60)
    buffer_after = minutes(0, 4 * 60)
    travel = minutes(0, 4 * 60)
    minimum_notice = minutes(0, 60 * 24 * 60)
    step = minutes(5, 24 * 60)
    initials = LabelField(max_length=6)
    modalities = serializers.ListField(
        child=serializers.ChoiceField(Modality.choices), min_length=1, max_length=4
    )
    specialists = serializers.IntegerField(min_value=1, max_value=10)


class SpecialistOut(serializers.ModelSerializer[Resource]):
    id = serializers.UUIDField(source="public_id")
    services: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="public_id", many=True, read_only=True
    )

    class Meta:
        model = Resource
        fields: tuple[str, ...] = ("id", "name", "services")


class SlotsQuery(Window):
    service = serializers.UUIDField()
    specialist = serializers.UUIDField(required=False)
    person = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_PEOPLE, default=list
    )
    modality = serializers.ChoiceField(Modality.choices, default=Modality.ON_SITE)
    moving = serializers.UUIDField(
        required=False, help_text="a booking that another hour is looked for: it is not in the way"
    )


class SlotOut(serializers.Serializer[Slot]):
    starts_at = InstantField()
    ends_at = InstantField()
    specialist = serializers.UUIDField()
    colleagues = serializers.ListField(child=serializers.UUIDField())
    room = serializers.UUIDField(allow_null=True)
    vehicle = serializers.UUIDField(allow_null=True)


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


class StartsIn(serializers.Serializer[Any]):
    """A start, as an instant or as Sofia's wall clock."""

    starts_at = InstantField(required=False)
    starts_at_local = LocalTimeField(required=False)
    fold = serializers.ChoiceField([0, 1], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("starts_at" in attrs) == ("starts_at_local" in attrs):
            raise serializers.ValidationError(
                {"starts_at": _("Give the start once: starts_at or starts_at_local.")}
            )
        if local := attrs.pop("starts_at_local", None):
            attrs["starts_at"] = clock.chosen_instant(local, fold=attrs.get("fold"))
        attrs.pop("fold", None)
        return attrs


class BookingIn(StartsIn):
    service = serializers.UUIDField()
    specialist = serializers.UUIDField()
    people = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_PEOPLE
    )
    modality = serializers.ChoiceField(Modality.choices)
    room = serializers.UUIDField(required=False, allow_null=True)
    vehicle = serializers.UUIDField(required=False, allow_null=True)
    colleagues = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=5, default=list
    )
    carer = serializers.UUIDField(required=False, allow_null=True)
    hold = serializers.BooleanField(default=False)
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")


class Versioned(serializers.Serializer[Any]):
    version = VersionField(required=False, min_value=1, max_value=MAX_VERSION)


class RescheduleIn(StartsIn, Versioned):
    specialist = serializers.UUIDField(required=False, allow_null=True)
    room = serializers.UUIDField(required=False, allow_null=True)


class CancelIn(Versioned):
    by = serializers.ChoiceField(Booking.Party.choices, default=Booking.Party.CLIENT)
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")


class OutcomeLine(serializers.Serializer[Any]):
    person = serializers.UUIDField()
    outcome = serializers.ChoiceField(Participation.Outcome.choices)


class OutcomeIn(Versioned):
    outcomes = serializers.ListField(child=OutcomeLine(), allow_empty=False, max_length=MAX_PEOPLE)


class BlockIn(serializers.Serializer[Any]):
    resource = serializers.UUIDField()
    centre = serializers.UUIDField(required=False)
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.ChoiceField(Booking.BlockReason.choices)


class AuthorisedServices(serializers.Serializer[Any]):
    services = serializers.ListField(child=serializers.UUIDField(), max_length=60)


class ServiceBrief(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ParticipantOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    outcome = serializers.ChoiceField(Participation.Outcome.choices, allow_null=True)


class EventOut(serializers.Serializer[Any]):
    """One event of a calendar. Whoever lacks need to know gets `known: false`, the time, and
    the title “заето”."""

    id = serializers.UUIDField()
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


class CalendarOut(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventOut(many=True)


class BookingOut(EventOut):
    specialist = serializers.UUIDField(allow_null=True)
    colleagues = serializers.ListField(child=serializers.UUIDField())
    room = serializers.UUIDField(allow_null=True)
    vehicle = serializers.UUIDField(allow_null=True)
    blocked = serializers.UUIDField(allow_null=True)
    carer = serializers.UUIDField(allow_null=True)
    hold_expires_at = InstantField(allow_null=True)
    cancelled_by = serializers.CharField()
    without_papers = serializers.CharField()
    schedule_version = serializers.IntegerField()


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


def bookings_shown(bookings: Sequence[Booking], staff: Staff) -> list[dict[str, Any]]:
    """Bookings as their readers may see them, in the given order."""
    scope = calendars.of_bookings([booking.pk for booking in bookings])
    found = calendars.events(scope, staff, detailed=True)
    events = {event.key: event for event in found}
    return [event_shown(events[b.pk]) | details_of(b, events[b.pk]) for b in bookings]


def new_booking_shown(booking: Booking, people: Collection[Person]) -> dict[str, Any]:
    event = calendars.just_made(booking, people)
    return event_shown(event) | details_of(booking, event)


def details_of(booking: Booking, event: calendars.Event) -> dict[str, Any]:
    parts = held_ids(event)
    first = {part: ids[0] for part, ids in parts.items()}
    return {
        "specialist": first.get("lead"),
        "colleagues": parts.get("colleague", []),
        "room": first.get("room"),
        "vehicle": first.get("vehicle"),
        "blocked": first.get("blocked"),
        "carer": booking.carer.public_id if booking.carer and event.known else None,
        "hold_expires_at": booking.hold_expires_at and clock.local(booking.hold_expires_at),
        "cancelled_by": booking.cancelled_by,
        "without_papers": booking.without_papers if event.known else "",
        "schedule_version": booking.schedule_version,
    }


def held_ids(event: calendars.Event) -> Mapping[str, list[Any]]:
    return {
        part: [resource.public_id for resource in resources]
        for part, resources in event.held.items()
    }


class ChangeOut(serializers.ModelSerializer[Change]):
    by = serializers.SerializerMethodField()
    at = InstantField()

    class Meta:
        model = Change
        fields: tuple[str, ...] = ("what", "by", "at", "version", "facts")

    def get_by(self, change: Change) -> str | None:
        """The colleague's name; null for what the program did by itself."""
        return str(change.by) if change.by else None


class CalendarQuery(Window):
    resource = serializers.UUIDField(required=False)


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
