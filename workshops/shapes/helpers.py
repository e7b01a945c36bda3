"""Shapes of who helps, when, and how long."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from base.fields import DayField, IdField, LabelField, WallClockField
from people.models import Weekday
from scheduling.shapes.bookings import Versioned
from scheduling.shapes.hours import BACKWARDS
from workshops import help_hours
from workshops.help_hours import Hours
from workshops.helping import OnDate, Weekly
from workshops.models import Helper, Skill
from workshops.shapes.stable import MinutesField

MOST_WINDOWS = 50


class SkillsField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.ChoiceField(Skill.choices)
        super().__init__(child=child, max_length=len(Skill), **options)


class HelperIn(serializers.Serializer[Any]):
    """A volunteer by name, or a colleague by the id of a `specialist`."""

    centre = IdField(required=False, allow_null=True, help_text="of the only one")
    name = LabelField(max_length=120, required=False)
    specialist = IdField(required=False, allow_null=True)
    phone = PhoneNumberField(region="BG", required=False, allow_blank=True)
    skills = SkillsField(default=list)
    most_minutes_on_end = MinutesField(allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("name")) == bool(attrs.get("specialist")):
            raise serializers.ValidationError(
                {"name": _("Name a volunteer, or choose a colleague.")}
            )
        return attrs


class HelperChangeIn(Versioned):
    """A colleague's name is her own."""

    name = LabelField(max_length=120, required=False)
    phone = PhoneNumberField(region="BG", required=False, allow_blank=True)
    skills = SkillsField(required=False)
    most_minutes_on_end = MinutesField(allow_null=True)
    helps = serializers.BooleanField(required=False)


class SpanIn(serializers.Serializer[Any]):
    starts_local = WallClockField()
    ends_local = WallClockField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts, ends = attrs.get("starts_local"), attrs.get("ends_local")
        if starts and ends and ends <= starts:
            raise serializers.ValidationError({"ends_local": BACKWARDS})
        return attrs


class WeeklyIn(SpanIn):
    """Monday is 0. Both dates are included."""

    weekday = serializers.ChoiceField(Weekday.choices)
    valid_from = DayField(required=False, allow_null=True)
    valid_until = DayField(required=False, allow_null=True)


class OnDateIn(SpanIn):
    """More time on a date, or less; without hours not at all."""

    on = DayField()
    available = serializers.BooleanField()
    starts_local = WallClockField(required=False, allow_null=True)
    ends_local = WallClockField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts, ends = attrs.get("starts_local"), attrs.get("ends_local")
        if (starts is None) != (ends is None) or (attrs["available"] and starts is None):
            raise serializers.ValidationError({"ends_local": _("Give both hours, or neither.")})
        return super().validate(attrs)


class AvailabilityIn(Versioned):
    """All of it: what is not there any more is gone."""

    weekly = serializers.ListField(child=WeeklyIn(), max_length=MOST_WINDOWS)
    dates = serializers.ListField(child=OnDateIn(), max_length=MOST_WINDOWS, default=list)


def weekly_in(line: Mapping[str, Any]) -> Weekly:
    return Weekly(
        int(line["weekday"]),
        line["starts_local"],
        line["ends_local"],
        line.get("valid_from"),
        line.get("valid_until"),
    )


def date_in(line: Mapping[str, Any]) -> OnDate:
    starts, ends = line.get("starts_local"), line.get("ends_local")
    return OnDate(line["on"], line["available"], starts, ends)


class HelpIn(serializers.Serializer[Any]):
    on = DayField()
    minutes = MinutesField(required=True)
    what = LabelField(max_length=80, help_text="of the work; never of a family")


class HelpWindow(serializers.Serializer[Any]):
    """Both days are included."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": DayField(), "to": DayField(), **super().get_fields()}


class HelperBrief(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    centre = IdField(source="centre.public_id")
    resource = IdField(source="resource.public_id")
    name = serializers.CharField()
    is_volunteer = serializers.BooleanField()
    helps = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    skills = serializers.ListField(child=serializers.ChoiceField(Skill.choices))
    most_minutes_on_end = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()

    def get_helps(self, helper: Helper) -> bool:
        return help_hours.still_helps(helper)

    def get_phone(self, helper: Helper) -> str:
        return str(helper.phone or "")


class WeeklyOut(serializers.Serializer[Any]):
    weekday = serializers.ChoiceField(Weekday.choices)
    starts_local = WallClockField(source="starts", format="%H:%M")
    ends_local = WallClockField(source="ends", format="%H:%M")
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)


class OnDateOut(serializers.Serializer[Any]):
    on = serializers.DateField()
    available = serializers.BooleanField()
    starts_local = WallClockField(source="starts", format="%H:%M", allow_null=True)
    ends_local = WallClockField(source="ends", format="%H:%M", allow_null=True)


class HelperOut(HelperBrief):
    """With when she can come; of a colleague these are working hours."""

    weekly = WeeklyOut(many=True)
    dates = OnDateOut(many=True)


class HelpOut(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    on = serializers.DateField()
    minutes = serializers.IntegerField()
    what = serializers.CharField()


class HelpLineOut(serializers.Serializer[Any]):
    """`note` is null for what bookings tell."""

    on = serializers.DateField()
    minutes = serializers.IntegerField()
    what = serializers.CharField()
    note = IdField(allow_null=True)


class HelpHoursOut(serializers.Serializer[Any]):
    minutes = serializers.IntegerField()
    booked = serializers.IntegerField()
    noted = serializers.IntegerField()
    lines = HelpLineOut(many=True)


def helper_shown(helper: Helper) -> dict[str, Any]:
    times = help_hours.times_of(helper)
    return {
        **HelperBrief(helper).data,
        "weekly": WeeklyOut(times.weekly, many=True).data,
        "dates": OnDateOut(times.dates, many=True).data,
    }


def hours_shown(hours: Hours) -> dict[str, Any]:
    return {
        "minutes": hours.minutes,
        "booked": hours.booked,
        "noted": hours.noted,
        "lines": [
            {
                "on": line.on,
                "minutes": line.minutes,
                "what": line.what,
                "note": line.note.public_id if line.note else None,
            }
            for line in hours.lines
        ],
    }
