"""Shapes of working hours and closed days that repeat."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import DayField, IdField, InstantField, LabelField, WallClockField
from people.policies import Staff
from scheduling import policies, repeating
from scheduling.models import RepeatingHours
from scheduling.repeating import Kind
from scheduling.series.recurrence import Date, pattern_of
from scheduling.shapes.bookings import Versioned
from scheduling.shapes.series import RuleIn, RuleOut, rule_shown

BACKWARDS = _("The end must come after the beginning, on the same day.")


class HoursOfDay(serializers.Serializer[Any]):
    """Between which hours of Sofia's wall clock; both or neither."""

    starts_local = WallClockField(required=False)
    ends_local = WallClockField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts, ends = attrs.get("starts_local"), attrs.get("ends_local")
        if (starts is None) != (ends is None):
            raise serializers.ValidationError({"ends_local": _("Give both hours, or neither.")})
        if starts and ends and ends <= starts:
            raise serializers.ValidationError({"ends_local": BACKWARDS})
        return attrs


class HoursIn(HoursOfDay):
    """Of a `specialist` who works or does not, or of the house, which is open or closed all day."""

    kind = serializers.ChoiceField(Kind.choices)
    specialist = IdField(required=False, allow_null=True)
    centre = IdField(required=False, allow_null=True)
    name = LabelField(required=False, max_length=80, allow_blank=True, default="")
    first_on = DayField()
    rule = RuleIn()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        kind = Kind(attrs["kind"])
        if kind.is_of_the_house == bool(attrs.get("specialist")):
            raise serializers.ValidationError(
                {"specialist": _("A specialist works or is away; the house is open or closed.")}
            )
        if kind == Kind.CLOSED and not attrs["name"]:
            raise serializers.ValidationError({"name": _("Say why the house is closed.")})
        if kind != Kind.CLOSED and "starts_local" not in attrs:
            raise serializers.ValidationError({"starts_local": _("Say from when to when.")})
        if attrs["rule"].get("count"):
            raise serializers.ValidationError({"rule": _("Give the last day, not a number.")})
        return attrs


class ExceptIn(HoursOfDay, Versioned):
    """A date of the rule that is left out; or moved, if another day or other hours are given."""

    on = DayField()
    moved_to = DayField(required=False, allow_null=True)


class DateIn(Versioned):
    on = DayField()


class LastDayIn(Versioned):
    until = DayField(allow_null=True, help_text="null: until somebody ends it")


class HoursDateOut(serializers.Serializer[Any]):
    on = serializers.DateField(help_text="the day that the rule gives it")
    state = serializers.ChoiceField(["planned", "moved", "left_out"])
    starts_at = InstantField()
    ends_at = InstantField()


class HoursBrief(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    centre = IdField(source="centre.public_id")
    specialist = IdField(source="resource.public_id", allow_null=True, default=None)
    kind = serializers.ChoiceField(Kind.choices)
    name = serializers.CharField()
    until = serializers.DateField(source="until_on", allow_null=True)
    version = serializers.IntegerField()


class HoursOut(HoursBrief):
    first_on = serializers.DateField()
    starts_local = serializers.CharField()
    ends_local = serializers.CharField()
    rule = RuleOut()
    dates = HoursDateOut(many=True)
    booked = serializers.ListField(child=IdField(), help_text="bookings that would have to move")


def hours_shown(hours: RepeatingHours, staff: Staff) -> dict[str, Any]:
    """With the dates ahead, and the bookings in their way of which the caller needs to know."""
    events = repeating.events_of(hours)
    starts, ends = repeating.hours_of(events[0])
    booked = repeating.booked_in(hours, policies.known_bookings(staff))
    return {
        **HoursBrief(hours).data,
        "first_on": clock.local(events[0].start).date(),
        "starts_local": f"{starts:%H:%M}",
        "ends_local": f"{ends:%H:%M}",
        "rule": rule_shown(pattern_of(events[-1].rule), hours.until_on),
        "dates": [date_shown(one) for one in repeating.dates_ahead(hours)[hours.pk]],
        "booked": [one.public_id for one in booked],
    }


def date_shown(one: Date) -> dict[str, Any]:
    state = "planned" if one.is_as_ruled else "moved" if one.stands else "left_out"
    return {
        "on": one.on,
        "state": state,
        "starts_at": clock.local(one.starts_at),
        "ends_at": clock.local(one.ends_at),
    }
