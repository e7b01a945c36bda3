"""Serializer fields that refuse what the database or the domain cannot mean."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from base import clock

EARLIEST, LATEST = 1900, 2199
YEARS = _("The year must lie between 1900 and 2199.")
SENSIBLE = (
    MinValueValidator(date(EARLIEST, 1, 1), YEARS),
    MaxValueValidator(date(LATEST, 12, 31), YEARS),
)
"""Validators of dates in queries."""


class IdField(serializers.UUIDField):
    """An id as the API gives them. The parent takes numbers for UUIDs, and truth values for
    numbers."""

    def to_internal_value(self, data: Any) -> UUID:
        if isinstance(data, int):
            self.fail("invalid", value=data)
        found: UUID = super().to_internal_value(data)
        return found


class InstantField(serializers.DateTimeField):
    """An ISO 8601 instant with an offset, to the whole minute, of a year that makes sense."""

    default_error_messages = {
        "offset": _("Give the offset from UTC, as in 2026-11-24T10:00:00+02:00."),
        "year": YEARS,
        "minute": _("Give whole minutes."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm+hh:mm")
        try:
            instant = datetime.fromisoformat(value.strip().replace(" ", "+"))
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm+hh:mm")
        if instant.tzinfo is None:
            self.fail("offset")
        if not EARLIEST <= instant.year <= LATEST:
            self.fail("year")
        if instant.second or instant.microsecond:
            self.fail("minute")
        return instant.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return clock.local(value).isoformat()


class LocalTimeField(serializers.DateTimeField):
    """A wall-clock time in Sofia, without offset. Becomes an instant through its `fold`."""

    default_error_messages = {
        "aware": _("A local time has no offset; give it in the field without _local instead."),
        "year": YEARS,
        "minute": InstantField.default_error_messages["minute"],
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm")
        try:
            local = datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm")
        if local.tzinfo is not None:
            self.fail("aware")
        if not EARLIEST <= local.year <= LATEST:
            self.fail("year")
        if local.second or local.microsecond:
            self.fail("minute")
        return local


class DayField(serializers.DateField):
    """A date of a year that makes sense."""

    default_error_messages = {"year": YEARS}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not EARLIEST <= day.year <= LATEST:
            self.fail("year")
        return day


class PastDayField(DayField):
    """A date that has come: a birth, a document, a case that was opened."""

    default_error_messages = {"ahead": _("This date is still ahead.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if day > clock.today():
            self.fail("ahead")
        return day


class VersionField(serializers.IntegerField):
    """The version the caller read: a JSON number, not one in a text."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$", "example": "09:00"})
class WallClockField(serializers.TimeField):
    """A time of Sofia's day. OpenAPI's own format "time" wants an offset, which it has not."""


class Window(serializers.Serializer[dict[str, datetime]]):
    """`from` and `to`, both instants, at most `longest` apart."""

    longest = timedelta(days=93)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword, so the two fields cannot be plain attributes.
        return {"from": InstantField(), "to": InstantField(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["from"] < attrs["to"]:
            raise serializers.ValidationError({"to": _("The end must be after the start.")})
        if attrs["to"] - attrs["from"] > self.longest:
            raise serializers.ValidationError(
                {"to": _("Ask for at most %(days)s days at a time.") % {"days": self.longest.days}}
            )
        return attrs


class LabelField(serializers.CharField):
    """A short text of a person's, trimmed, without control characters."""

    default_error_messages = {"control": _("Control characters are not allowed here.")}

    def to_internal_value(self, value: Any) -> str:
        if not isinstance(value, str):
            self.fail("invalid")
        text = super().to_internal_value(value)
        if not text.isprintable():
            self.fail("control")
        return text
