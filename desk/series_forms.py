"""What pages ask about series."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import AmbiguousLocalTime, InvalidLocalTime
from desk import selectors
from desk.fields import ClockField, DayField, InstantField
from desk.forms import ByPublicId, CancelForm, Form, Several, VersionForm
from scheduling.models import Resource, Series
from scheduling.series.making import MOST_DATES, Repetition
from scheduling.series.recurrence import Freq, Pattern, places_in_month
from scheduling.series.selectors import SeriesDate
from scheduling.series.wording import ON

USUALLY = timedelta(weeks=12)
SKIP = "skip"

SKIPPING = forms.BooleanField(
    required=False, label=_("Leave out the dates that cannot be booked so")
)


class RhythmForm(Form):
    """On which days something repeats."""

    class Rhythm:
        DAILY, WEEKLY, MONTHLY, NTH = "daily", "weekly", "monthly", "nth"

    rhythm = forms.ChoiceField(
        choices=[
            (Rhythm.WEEKLY, _("by weeks")),
            (Rhythm.DAILY, _("by days")),
            (Rhythm.MONTHLY, _("by months, on the same date")),
            (Rhythm.NTH, _("by months, on the same weekday")),
        ],
        label=_("It repeats"),
    )
    interval = forms.IntegerField(min_value=1, max_value=52, label=_("every how many"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(ON)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("On which days of the week"),
    )

    def pattern(self, first: date) -> Pattern:
        """Counted from that first day; without weekdays, by its own."""
        asked = self.cleaned_data
        own = (first.weekday(),)
        interval = asked["interval"]
        match asked["rhythm"]:
            case self.Rhythm.DAILY:
                return Pattern(Freq.DAILY, interval)
            case self.Rhythm.MONTHLY:
                return Pattern(Freq.MONTHLY, interval)
            case self.Rhythm.NTH:
                return Pattern(Freq.MONTHLY, interval, own, places_in_month(first)[-1])
        return Pattern(Freq.WEEKLY, interval, tuple(sorted(asked["weekdays"])) or own)


class RepeatForm(RhythmForm):
    """How an hour repeats; what is left out is every week for three months."""

    class Ends:
        UNTIL, COUNT, OPEN = "until", "count", "open"

    ends = forms.ChoiceField(
        choices=[
            (Ends.UNTIL, _("until a day")),
            (Ends.COUNT, _("after so many times")),
            (Ends.OPEN, _("goes on until somebody ends it")),
        ],
        label=_("Until when"),
    )
    until = DayField(required=False, label=_("Last day"))
    count = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_DATES, label=_("How many times")
    )

    def __init__(self, asked: Any, *, starts_at: datetime, **options: Any) -> None:
        self.first = clock.local(starts_at).date()
        filled = asked.copy()
        filled.setdefault("rhythm", self.Rhythm.WEEKLY)
        filled.setdefault("interval", "1")
        filled.setdefault("ends", self.Ends.UNTIL)
        filled.setdefault("until", f"{self.first + USUALLY:%d.%m.%Y}")
        filled.setdefault("count", "12")
        if "weekdays" not in filled:
            filled.setlist("weekdays", [str(self.first.weekday())])
        super().__init__(filled, **options)

    @property
    def hidden_again(self) -> list[str]:
        """What was asked, for the form that books it."""
        return [field.as_hidden() for field in self]

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        for ends, field in ((self.Ends.UNTIL, "until"), (self.Ends.COUNT, "count")):
            if asked.get("ends") == ends and not asked.get(field) and field not in self.errors:
                self.add_error(field, gettext("Say until when."))
        return asked

    def repetition(self) -> Repetition:
        asked = self.cleaned_data
        return Repetition(
            self.pattern(self.first),
            until=asked["until"] if asked["ends"] == self.Ends.UNTIL else None,
            count=asked["count"] if asked["ends"] == self.Ends.COUNT else None,
        )


class ChoiceForm(Form):
    """What is to be done about one date that clashes: left out, or another hour."""

    original_start = InstantField()
    starts_at = InstantField(required=False)


class SeriesForm(VersionForm):
    """One button of a series' page."""

    def __init__(self, *args: Any, ahead: list[SeriesDate], **options: Any) -> None:
        super().__init__(*args, **options)
        self.ahead = ahead
        if "since" in self.fields:
            since: Any = self.fields["since"]
            since.choices = [(date.original_start.isoformat(), said(date)) for date in ahead]

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if since := asked.get("since"):
            asked["since"] = datetime.fromisoformat(since)
        return asked


def said(one: SeriesDate) -> str:
    """A date as a list offers it."""
    starts_at = clock.local(one.starts_at)
    return f"{starts_at:%d.%m.%Y}, {starts_at:%H:%M}"


class SplitForm(SeriesForm):
    """From a date on: another hour, another specialist, another room."""

    since = forms.ChoiceField(label=_("From which date on"))
    on = DayField(required=False, label=_("That date moves to"))
    at = ClockField(required=False, label=_("Hour"))
    specialist = ByPublicId(required=False, label=_("With whom"), empty_label=_("the same"))
    room = ByPublicId(required=False, label=_("Room"), empty_label=_("any that fits"))
    colleagues = Several(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Who else leads it"),
        help_text=_("Nobody ticked: the same as now."),
    )
    skip = SKIPPING

    def __init__(self, *args: Any, staff: Any, series: Series, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["specialist"].queryset = selectors.givers(staff, series.service)
        fields["room"].queryset = series.service.resources.filter(
            kind=Resource.Kind.ROOM, is_active=True
        )
        fields["colleagues"].queryset = selectors.givers(staff, series.service)
        for name in ("specialist", "room", "colleagues"):
            fields[name].label_from_instance = lambda resource: resource.name

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not (asked.get("on") or asked.get("at") or self.errors):
            return asked | {"starts_at": None}
        if not asked.get("since"):
            return asked
        first = clock.local(asked["since"])
        wall_clock = datetime.combine(
            asked.get("on") or first.date(), asked.get("at") or first.time()
        )
        try:
            asked["starts_at"] = clock.chosen_instant(wall_clock)
        except (AmbiguousLocalTime, InvalidLocalTime) as error:
            self.add_error("at", str(error))
        return asked


class EndForm(CancelForm, SeriesForm):
    field_order = ("since", "party", "reason")

    since = forms.ChoiceField(label=_("From which date on"))


class ExtendForm(SeriesForm):
    until = DayField(
        required=False,
        label=_("New last day"),
        help_text=_("Empty: it goes on until somebody ends it."),
    )
    skip = SKIPPING


class RestoreForm(SeriesForm):
    original_start = InstantField()


class UndoForm(SeriesForm):
    pass
