"""Shapes of bookings: typed input, and what answers look like."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, LabelField, LocalTimeField, VersionField
from people.models import Person
from people.policies import Staff
from scheduling import calendars
from scheduling.models import Booking, Change, Modality, Participation
from scheduling.shapes.events import EventOut, event_shown

MAX_PEOPLE = 20

MAX_VERSION = 2**31 - 1


class StartsIn(serializers.Serializer[Any]):
    """A start, as an instant or as Sofia's wall clock."""

    may_stay: ClassVar[bool] = False
    """Whether it may be left out."""

    starts_at = InstantField(required=False)
    starts_at_local = LocalTimeField(required=False)
    fold = serializers.ChoiceField([0, 1], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = ("starts_at" in attrs) + ("starts_at_local" in attrs)
        if given > 1 or not (given or self.may_stay):
            raise serializers.ValidationError(
                {"starts_at": _("Give the start once: starts_at or starts_at_local.")}
            )
        if local := attrs.pop("starts_at_local", None):
            attrs["starts_at"] = clock.chosen_instant(local, fold=attrs.get("fold"))
        attrs.pop("fold", None)
        return attrs


class WishIn(StartsIn):
    service = IdField()
    specialist = IdField()
    people = serializers.ListField(child=IdField(), min_length=1, max_length=MAX_PEOPLE)
    modality = serializers.ChoiceField(Modality.choices)
    room = IdField(required=False, allow_null=True)
    vehicle = IdField(required=False, allow_null=True)
    colleagues = serializers.ListField(child=IdField(), required=False, max_length=5, default=list)
    carer = IdField(required=False, allow_null=True)
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")


class BookingIn(WishIn):
    hold = serializers.BooleanField(default=False)


class Versioned(serializers.Serializer[Any]):
    version = VersionField(required=False, min_value=1, max_value=MAX_VERSION)


class RescheduleIn(StartsIn, Versioned):
    specialist = IdField(required=False, allow_null=True)
    room = IdField(required=False, allow_null=True)


class CancelIn(Versioned):
    by = serializers.ChoiceField(Booking.Party.choices, default=Booking.Party.CLIENT)
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")


class OutcomeLine(serializers.Serializer[Any]):
    person = IdField()
    outcome = serializers.ChoiceField(Participation.Outcome.choices)


class OutcomeIn(Versioned):
    outcomes = serializers.ListField(child=OutcomeLine(), allow_empty=False, max_length=MAX_PEOPLE)


class BlockIn(serializers.Serializer[Any]):
    resource = IdField()
    centre = IdField(required=False)
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.ChoiceField(Booking.BlockReason.usual_choices())


class BookingOut(EventOut):
    specialist = IdField(allow_null=True)
    colleagues = serializers.ListField(child=IdField())
    room = IdField(allow_null=True)
    vehicle = IdField(allow_null=True)
    blocked = IdField(allow_null=True)
    carer = IdField(allow_null=True)
    hold_expires_at = InstantField(allow_null=True)
    cancelled_by = serializers.CharField()
    without_papers = serializers.CharField()
    schedule_version = serializers.IntegerField()
    series = IdField(allow_null=True)
    original_start = InstantField(allow_null=True)


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
        "series": booking.term.series.public_id if booking.term else None,
        "original_start": booking.original_start and clock.local(booking.original_start),
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
        """The colleague's name; null for what the program did by itself, or the family through
        its link (then `facts.through` is "link")."""
        return str(change.by) if change.by else None
