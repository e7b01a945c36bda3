"""What is asked about working hours and closed days that repeat."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from desk import selectors
from desk.fields import ClockField, DayField, LabelField
from desk.forms import ByPublicId, Form, StaffForm, VersionForm
from desk.series_forms import RhythmForm
from people import selectors as people_selectors
from people.models import Centre
from people.policies import MANAGES_RESOURCES
from scheduling.repeating import WHOLE_DAY, Kind, Rhythm
from scheduling.shapes.hours import BACKWARDS


def check_hours(form: Form, asked: dict[str, Any]) -> None:
    """Both or neither, the end after the beginning."""
    starts, ends = asked.get("starts"), asked.get("ends")
    if form.errors.get("starts") or form.errors.get("ends"):
        return
    if (starts is None) != (ends is None):
        form.add_error("ends", gettext("Give both hours, or neither."))
    elif starts and ends and ends <= starts:
        form.add_error("ends", str(BACKWARDS))


class HoursForm(RhythmForm, StaffForm):
    """Whose hours, what they are, and how they repeat."""

    who = ByPublicId(required=False, label=_("Whose"), empty_label=_("the whole house"))
    kind = forms.ChoiceField(choices=Kind.choices, label=_("What"))
    centre = ByPublicId(label=_("Centre"), empty_label=None)
    first_on = DayField(label=_("First day"))
    starts = ClockField(required=False, label=_("From hour"))
    ends = ClockField(required=False, label=_("To hour"))
    until = DayField(
        required=False,
        label=_("Last day"),
        help_text=_("Empty: it goes on until somebody ends it."),
    )
    name = LabelField(required=False, max_length=80, label=_("Why the house is closed"))

    def __init__(self, *args: Any, **options: Any) -> None:
        first = clock.today()
        usual = {"rhythm": self.Rhythm.WEEKLY, "interval": 1, "first_on": first, "weekdays": []}
        super().__init__(*args, **{"initial": usual, **options})
        fields: Any = self.fields
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        theirs = selectors.colleagues(self.staff).filter(availability__centre__in=runs)
        fields["who"].queryset = theirs
        fields["who"].label_from_instance = lambda resource: resource.name
        fields["centre"].queryset = people_selectors.centres_of(self.staff).filter(pk__in=runs)
        fields["centre"].label_from_instance = lambda centre: centre.name
        if len(runs) == 1:
            fields["centre"].required = False
            fields["centre"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        kind = Kind(asked["kind"]) if asked.get("kind") else None
        if kind and "who" in asked and kind.is_of_the_house == bool(asked["who"]):
            self.add_error(
                "kind", gettext("A specialist works or is away; the house is open or closed.")
            )
        elif kind == Kind.CLOSED and not asked.get("name") and "name" not in self.errors:
            self.add_error("name", gettext("Say why the house is closed."))
        elif kind and kind != Kind.CLOSED and not asked.get("starts"):
            self.add_error("starts", gettext("Say from when to when."))
        check_hours(self, asked)
        return asked

    def hours(self) -> Rhythm:
        asked = self.cleaned_data
        first, whole = asked["first_on"], WHOLE_DAY
        starts, ends = asked["starts"] or whole[0], asked["ends"] or whole[1]
        return Rhythm(self.pattern(first), first, starts, ends, asked["until"])

    def centre_id(self) -> int:
        """The one that was chosen, or the only one there is to choose."""
        fields: Any = self.fields
        centre: Centre = self.cleaned_data.get("centre") or fields["centre"].queryset.get()
        return centre.pk


class DateForm(VersionForm):
    """A date of the rule."""

    on = DayField(widget=forms.HiddenInput)


class MoveForm(DateForm):
    """Another day or other hours for it."""

    to = DayField(label=_("New day"))
    starts = ClockField(required=False, label=_("From hour"))
    ends = ClockField(required=False, label=_("To hour"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        check_hours(self, asked)
        return asked


class LastDayForm(VersionForm):
    until = DayField(
        required=False,
        label=_("Last day"),
        help_text=_("Empty: it goes on until somebody ends it."),
    )
