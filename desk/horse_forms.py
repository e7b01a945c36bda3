"""What people type about horses and how a workshop is ridden."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import InvalidLocalTime
from desk.fields import ClockField, DayField, LabelField, VersionField
from desk.forms import ByPublicId, Form, StaffForm
from people import selectors as people_selectors
from people.policies import MANAGES_RESOURCES
from workshops import selectors as workshops_selectors
from workshops.models import Horse, Riding
from workshops.models.riding import MOST_DAYS_A_WEEK, MOST_MINUTES_A_DAY
from workshops.shapes.stable import LIMITS, MOST, REASONS

RIDES = (
    "ride_minutes",
    "step_minutes",
    "turnaround_minutes",
    "arena_holds",
    "instructor_sees",
    "weighed_within_days",
)


class NumberField(forms.IntegerField):
    """A whole number whose bounds the rules of the house say."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST, **options})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off"}


class KilogramField(forms.DecimalField):
    """62,5 or 62.5."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=4, decimal_places=1, **{"min_value": Decimal(0), **options})

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else value


class CentreForm(StaffForm):
    """For a centre that she runs: asked only where there are several."""

    centre = ByPublicId(label=_("Centre"), empty_label=None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        centre: Any = self.fields["centre"]
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        centre.queryset = people_selectors.centres_of(self.staff).filter(pk__in=runs)
        centre.label_from_instance = lambda one: one.name
        if len(runs) == 1:
            centre.required = False
            centre.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if not asked.get("centre") and "centre" not in self.errors:
            fields: Any = self.fields
            asked["centre"] = fields["centre"].queryset.get()
        return asked


class LimitsForm(Form):
    name = LabelField(max_length=60, label=_("Name"))
    carries_kg = KilogramField(label=_("Heaviest rider, kg"))
    most_minutes_a_day = NumberField(
        initial=MOST_MINUTES_A_DAY, label=_("Minutes a day at most"), help_text=_("Six hours: 360.")
    )
    most_days_a_week = NumberField(initial=MOST_DAYS_A_WEEK, label=_("Days a week at most"))
    most_minutes_on_end = NumberField(initial=120, label=_("Minutes on end at most"))
    rest_minutes = NumberField(initial=30, label=_("Minutes of rest then"))


class HorseForm(LimitsForm, CentreForm):
    """Another horse."""


class HorseActForm(Form):
    """One button beside a horse."""

    horse = forms.UUIDField(widget=forms.HiddenInput)


class ChangeHorseForm(LimitsForm, HorseActForm):
    version = VersionField()


class WorksForm(HorseActForm):
    """One button: it rests for good, or works again."""

    version = VersionField()


class BackForm(HorseActForm):
    """One button beside an absence."""

    booking = forms.UUIDField(widget=forms.HiddenInput)


class AwayForm(HorseActForm):
    """Without hours it is whole days, both included."""

    reason = forms.ChoiceField(choices=REASONS, label=_("Why"))
    from_on = DayField(label=_("From date"))
    from_at = ClockField(required=False, label=_("Hour"))
    until_on = DayField(required=False, label=_("To date"), help_text=_("Empty for one day only."))
    until_at = ClockField(required=False, label=_("Hour"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if self.errors:
            return asked
        last = asked["until_on"] or asked["from_on"]
        starts = datetime.combine(asked["from_on"], asked["from_at"] or time.min)
        ends = datetime.combine(last, asked["until_at"] or time.min)
        if asked["until_at"] is None:
            ends += timedelta(days=1)
        if ends <= starts:
            self.add_error("until_on", gettext("The end must come after the start."))
            return asked
        try:
            asked["starts_at"] = clock.chosen_instant(starts, fold=0)
            asked["ends_at"] = clock.chosen_instant(ends, fold=1)
        except InvalidLocalTime as error:
            self.add_error(None, str(error))
        return asked


class RidingForm(StaffForm):
    """Of a workshop: how long a ride is and how many ride at once."""

    workshop = ByPublicId(label=_("Workshop"), empty_label=None)
    ride_minutes = NumberField(initial=30, label=_("Minutes of a ride"))
    step_minutes = NumberField(initial=10, label=_("Rides begin every so many minutes"))
    turnaround_minutes = NumberField(initial=5, label=_("Minutes between two riders"))
    arena_holds = NumberField(initial=4, label=_("Horses at once"))
    instructor_sees = NumberField(initial=4, label=_("Riders that one instructor sees"))
    weighed_within_days = NumberField(initial=180, label=_("A weight is good for days"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        workshop: Any = self.fields["workshop"]
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        found = workshops_selectors.workshops_of(self.staff).filter(centre__in=runs)
        workshop.queryset = found.order_by("service__name", "pk")
        several = len(runs) > 1
        workshop.label_from_instance = lambda one: (
            f"{one.name} · {one.centre.name}" if several else one.name
        )

    def rides(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in RIDES}


class NoRidingForm(StaffForm):
    """One button: nobody rides in this workshop any more."""

    workshop = forms.UUIDField(widget=forms.HiddenInput)


def limits_of(horse: Horse) -> dict[str, Any]:
    return {
        "name": horse.name,
        "carries_kg": horse.carries_kg,
        **{name: getattr(horse, name) for name in LIMITS},
    }


def rides_of(riding: Riding) -> dict[str, Any]:
    return {name: getattr(riding, name) for name in RIDES}
