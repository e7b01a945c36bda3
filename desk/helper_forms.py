"""What people type about volunteers and colleagues who help."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from base import clock
from desk import selectors
from desk.fields import ClockField, DayField, LabelField
from desk.forms import ByPublicId, Form, VersionForm
from desk.horse_forms import CentreForm, NumberField
from desk.hours_forms import check_hours
from people.models import Weekday
from people.policies import MANAGES_RESOURCES
from workshops.models import Helper, Skill

LONGEST_SHEET = 366 * 2


class SkillsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Skill.choices, label=_("Skills"), required=False, **options)


class SkillsForm(Form):
    skills = SkillsField()
    most_minutes_on_end = NumberField(
        required=False,
        label=_("Minutes on end at most"),
        help_text=_("With horses, without a rest. Empty: no bound."),
    )


class VolunteerForm(SkillsForm, CentreForm):
    name = LabelField(max_length=120, label=_("Name"))
    phone = PhoneNumberField(region="BG", required=False, label=_("Phone"))
    field_order = ("centre", "name", "phone")


class ColleagueForm(SkillsForm, CentreForm):
    colleague = ByPublicId(label=_("Colleague"), empty_label=None)
    field_order = ("centre", "colleague")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        colleague: Any = self.fields["colleague"]
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        theirs = selectors.colleagues(self.staff).filter(helper=None, availability__centre__in=runs)
        colleague.queryset = theirs
        colleague.label_from_instance = lambda one: one.name


class ChangeForm(SkillsForm, VersionForm):
    """Of a colleague the name is her own, and nobody asks for the telephone."""

    name = LabelField(max_length=120, label=_("Name"))
    phone = PhoneNumberField(region="BG", required=False, label=_("Phone"))
    field_order = ("name", "phone")

    def __init__(self, *args: Any, helper: Helper, **options: Any) -> None:
        usual = {
            "name": helper.name,
            "phone": helper.phone,
            "skills": helper.skills,
            "most_minutes_on_end": helper.most_minutes_on_end,
        }
        super().__init__(*args, **{"initial": usual, **options})
        if not helper.is_volunteer:
            del self.fields["name"], self.fields["phone"]


class WindowForm(VersionForm):
    """A time of every week."""

    weekday = forms.TypedChoiceField(choices=Weekday.choices, coerce=int, label=_("Day"))
    starts = ClockField(label=_("From hour"))
    ends = ClockField(label=_("To hour"))
    valid_from = DayField(required=False, label=_("From date"))
    valid_until = DayField(required=False, label=_("To date"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        check_hours(self, asked)
        return asked


class DateForm(VersionForm):
    """One date: more time, or less."""

    on = DayField(label=_("Date"))
    available = forms.TypedChoiceField(
        choices=[("yes", _("can come")), ("no", _("cannot come"))],
        coerce=lambda value: value == "yes",
        label=_("Then she"),
    )
    starts = ClockField(required=False, label=_("From hour"))
    ends = ClockField(
        required=False, label=_("To hour"), help_text=_("Without hours: not all day.")
    )

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        check_hours(self, asked)
        if asked.get("available") and not asked.get("starts") and not self.errors:
            self.add_error("starts", gettext("Say from when to when."))
        return asked


class DropForm(VersionForm):
    """One button beside a time: its place in the list."""

    place = forms.IntegerField(min_value=0, max_value=200, widget=forms.HiddenInput)


class HelpForm(Form):
    on = DayField(label=_("Date"))
    minutes = NumberField(label=_("Minutes"))
    what = LabelField(
        max_length=80,
        label=_("What"),
        help_text=_("Of the work. Never write a child's or a family's name."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"on": clock.today()}, **options})


class NoteForm(Form):
    """One button beside a note."""

    note = forms.UUIDField(widget=forms.HiddenInput)


class SheetForm(Form):
    """Between which days; this year, unless said."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from"] = DayField(required=False, label=_("From date"))
        self.fields["to"] = DayField(required=False, label=_("To date"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        today = clock.today()
        first = asked.get("from") or today.replace(month=1, day=1)
        last = asked.get("to") or max(today, first)
        if not 0 <= (last - first).days <= LONGEST_SHEET:
            raise ValidationError(gettext("Ask for two years at most."))
        return {"from": first, "to": last}

    def days(self) -> tuple[date, date]:
        """Those asked for, or this year's where nothing sensible was."""
        if self.is_valid():
            return self.cleaned_data["from"], self.cleaned_data["to"]
        today = clock.today()
        return today.replace(month=1, day=1), today
