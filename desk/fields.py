"""Form fields that read dates, times and names as people here write them (D38).

Dates and times are text inputs on purpose: the browser's own date input speaks the language of
the browser, so on an English machine it would show 11/22/2026 and a clock of AM and PM.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.fields import EARLIEST, LATEST, YEARS

LABEL_LENGTH = 200

DAY = re.compile(r"(\d{1,2})[.,/\- ](\d{1,2})[.,/\- ](\d{4})|(\d{2})(\d{2})(\d{4})")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
WALL_CLOCK = re.compile(r"(\d{1,2})(?:[:.,\- ]?(\d{2}))?")


class DayField(forms.Field):
    """A date as 22.11.2026, with or without “г.”; a phone's keyboard may give other signs
    between the numbers, or none."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Write the date as 22.11.2026."),
        "year": YEARS,
    }

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip().removesuffix("г.").removesuffix("г").strip()
        if not text:
            return None
        if iso := ISO_DAY.fullmatch(text):
            year, month, day = map(int, iso.groups())
        elif given := DAY.fullmatch(text):
            day, month, year = (int(part) for part in given.groups() if part)
        else:
            raise ValidationError(self.error_messages["invalid"])
        return self.made(year, month, day)

    def made(self, year: int, month: int, day: int) -> date:
        if not EARLIEST <= year <= LATEST:
            raise ValidationError(self.error_messages["year"])
        try:
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"]) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d.%m.%Y}" if isinstance(value, date) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "placeholder": "22.11.2026", "autocomplete": "off"}


class ClockField(forms.Field):
    """A time of day on a 24-hour clock: 9:30, 09.30, 0930 or 9."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write the time as 14:30.")}

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time):
            return value
        text = str(value or "").strip().removesuffix("ч.").removesuffix("ч").strip()
        if not text:
            return None
        given = WALL_CLOCK.fullmatch(text)
        if given is None:
            raise ValidationError(self.error_messages["invalid"])
        try:
            return time(int(given[1]), int(given[2] or 0))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"]) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "placeholder": "14:30", "autocomplete": "off"}


class InstantField(forms.Field):
    """An instant that one of our own links or buttons carries: ISO 8601 in UTC."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": _("This hour could not be read. Choose it again.")}

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"]) from error
        odd = instant.tzinfo is None or instant.second or instant.microsecond
        if odd or not EARLIEST <= instant.year <= LATEST:
            raise ValidationError(self.error_messages["invalid"])
        return instant.astimezone(UTC)


class LabelField(forms.CharField):
    """A short text of a person's: trimmed, one line, without control characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LABEL_LENGTH, **options})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text.isprintable():
            raise ValidationError(_("Control characters are not allowed here."))
        return text


class VersionField(forms.IntegerField):
    """The version of what the reader saw, so that she changes nothing she has not seen."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 2**31 - 1, **options})


def iso(instant: datetime) -> str:
    """What InstantField reads; without a plus sign, which addresses turn into a space."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def choices(rows: Iterable[Any], label: Any) -> list[tuple[str, str]]:
    """Choices whose values are public ids."""
    return [(str(row.public_id), label(row)) for row in rows]
