"""What people type about groups of workshops: who comes, when they meet, who came."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import AmbiguousLocalTime, InvalidLocalTime
from desk import selectors
from desk.fields import ClockField, DayField, LabelField, VersionField
from desk.forms import ByPublicId, MoveForm, Several, StaffForm, VersionForm
from people import selectors as people_selectors
from people.models import Person
from people.policies import MANAGES_RESOURCES
from scheduling.models import Resource, Service
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.wording import ON
from workshops import policies
from workshops import selectors as workshops_selectors
from workshops.enrolling import Application, Candidate
from workshops.groups import Timetable
from workshops.models import Group, Seat

MOST_PLACES = 100
TERM = timedelta(weeks=16)

REASON_HELP = _("A word or two, nothing about health or the family.")


class WeekForm(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from"] = DayField(required=False, label=_("Week of"))


class BeforeForm(forms.Form):
    before = DayField(required=False)


# --- Of an enrolment ------------------------------------------------------------------------------


class EnrolmentForm(StaffForm):
    """One button beside a child."""

    version = VersionField()
    enrolment = forms.UUIDField(widget=forms.HiddenInput)


class AcceptForm(EnrolmentForm):
    """One button; what to do where the child is elsewhere is asked once that is so."""

    leaving_out = forms.BooleanField(required=False, label=_("Go on without those sessions"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.is_bound:
            self.fields["leaving_out"].widget = forms.HiddenInput()


class ReasonForm(EnrolmentForm):
    reason = LabelField(label=_("Reason"), help_text=REASON_HELP)


class WithdrawForm(EnrolmentForm):
    on = DayField(label=_("Does not come from"))
    reason = LabelField(required=False, label=_("Reason"), help_text=REASON_HELP)


class PauseForm(EnrolmentForm):
    from_on = DayField(label=_("From date"))
    until_on = DayField(
        required=False,
        label=_("To date"),
        help_text=_("Without a last day the place goes to whoever waits."),
    )


class ResumeForm(EnrolmentForm):
    on = DayField(label=_("Comes again from"))


# --- Of a group -----------------------------------------------------------------------------------


class PlacesForm(StaffForm):
    version = VersionField()
    name = LabelField(max_length=60, label=_("Name"))
    capacity = forms.IntegerField(min_value=1, max_value=MOST_PLACES, label=_("Places"))


class EnrolForm(StaffForm):
    """Places for somebody or several siblings, from date to date."""

    people = Several(label=_("Who comes"))
    one_to_one = Several(required=False, label=_("One-to-one"))
    from_on = DayField(label=_("From date"))
    until_on = DayField(
        required=False, label=_("To date"), help_text=_("Empty: while the group goes on.")
    )
    carer = ByPublicId(required=False, label=_("Who consented, and is told"), empty_label="—")
    consent_on = DayField(label=_("Consented on"))
    together = forms.BooleanField(
        required=False, label=_("Siblings only together: places for all, or all wait")
    )
    is_trial = forms.BooleanField(required=False, label=_("For a trial"))
    leaving_out = forms.BooleanField(required=False, label=_("Go on without those sessions"))
    without_papers = LabelField(
        required=False,
        label=_("Why without a document"),
        help_text=_("Leave empty when there is one. A task to complete the papers is opened."),
    )

    def __init__(self, *args: Any, group: Group, carers: Sequence[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.group = group
        fields: Any = self.fields
        centre = group.workshop.centre_id
        known = people_selectors.people_of(self.staff).filter(centre=centre)
        fields["people"].queryset = fields["one_to_one"].queryset = known
        fields["carer"].queryset = known.filter(pk__in=[one.pk for one in carers])
        fields["carer"].label_from_instance = lambda person: person.full_name
        if not policies.may_waive_papers(self.staff, group.workshop):
            del fields["without_papers"]

    def application(self) -> Application:
        asked = self.cleaned_data
        carer, from_on = asked["carer"], asked["from_on"]
        alone = set(asked["one_to_one"])
        return Application(
            group=self.group,
            candidates=tuple(
                Candidate(one, carer if one.is_child_on(from_on) else None, one in alone)
                for one in sorted(asked["people"], key=lambda person: person.pk)
            ),
            from_on=from_on,
            until_on=asked["until_on"],
            consent_on=asked["consent_on"],
            together=asked["together"],
            is_trial=asked["is_trial"],
            leaving_out=asked["leaving_out"],
            without_papers=asked.get("without_papers", ""),
        )


class NewGroupForm(StaffForm):
    """A term's timetable."""

    workshop = ByPublicId(label=_("Workshop"), empty_label=_("Choose a workshop"))
    name = LabelField(max_length=60, label=_("Name"))
    on = DayField(label=_("From date"))
    at = ClockField(label=_("Hour"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(ON)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label=_("On which days of the week"),
    )
    until = DayField(label=_("Last day"))
    lead = ByPublicId(label=_("Leader"), empty_label=_("Choose a specialist"))
    colleagues = Several(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Second adult")
    )
    room = ByPublicId(required=False, label=_("Room"), empty_label=_("any that fits"))
    capacity = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        label=_("Places"),
        help_text=_("Empty: as the workshop has it."),
    )
    on_school_vacations = forms.BooleanField(required=False, label=_("Also on school vacations"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        workshops = workshops_selectors.workshops_of(self.staff)
        fields["workshop"].queryset = workshops.filter(centre__in=runs, is_offered=True)
        fields["workshop"].label_from_instance = self.label_of
        for name in ("lead", "colleagues", "room"):
            fields[name].queryset = Resource.objects.none()
            fields[name].label_from_instance = lambda resource: resource.name

    def label_of(self, workshop: Any) -> str:
        several = len(self.staff.centre_ids) > 1
        return f"{workshop.name} · {workshop.centre.name}" if several else str(workshop.name)

    def narrow(self, service: Service) -> None:
        """Offer only who leads the workshop, and the rooms it may be held in."""
        fields: Any = self.fields
        fields["lead"].queryset = selectors.givers(self.staff, service)
        fields["colleagues"].queryset = selectors.givers(self.staff, service)
        fields["room"].queryset = rooms_for(service)

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if not self.errors:
            try:
                asked["starts_at"] = clock.chosen_instant(
                    datetime.combine(first_day(asked["on"], asked["weekdays"]), asked["at"])
                )
            except (AmbiguousLocalTime, InvalidLocalTime) as error:
                self.add_error("at", str(error))
        if not self.errors and asked["lead"] in asked["colleagues"]:
            self.add_error("colleagues", gettext("The leader cannot be the second adult as well."))
        return asked

    @property
    def first(self) -> date:
        return clock.local(self.cleaned_data["starts_at"]).date()

    @property
    def repetition(self) -> Repetition:
        asked = self.cleaned_data
        pattern = Pattern(Freq.WEEKLY, 1, tuple(sorted(asked["weekdays"])))
        return Repetition(pattern, until=asked["until"])

    def timetable(self) -> Timetable:
        asked = self.cleaned_data
        return Timetable(
            workshop=asked["workshop"],
            name=asked["name"],
            starts_at=asked["starts_at"],
            lead=asked["lead"],
            repetition=self.repetition,
            colleagues=tuple(asked["colleagues"]),
            room=asked["room"],
            capacity=asked["capacity"],
            in_term_time=not asked["on_school_vacations"],
        )

    @property
    def hidden_again(self) -> list[str]:
        """What was asked, for the form that opens it."""
        return [field.as_hidden() for field in self]


def first_day(on: date, weekdays: Sequence[int]) -> date:
    """The first of these weekdays from that day on."""
    ahead = (on + timedelta(days=n) for n in range(7))
    return next(day for day in ahead if day.weekday() in weekdays)


def rooms_for(service: Service) -> Any:
    found = service.resources.filter(kind=Resource.Kind.ROOM, is_active=True)
    return found.order_by("name", "pk")


# --- Of a session ---------------------------------------------------------------------------------


class CallOffForm(VersionForm):
    reason = LabelField(required=False, label=_("Reason"), help_text=REASON_HELP)


class ElsewhereForm(MoveForm):
    """Another hour for everybody in a session."""

    room = ByPublicId(required=False, label=_("Room"), empty_label=_("any that fits"))
    leaving_out = forms.BooleanField(required=False, label=_("Go on without whoever cannot come"))

    def __init__(self, *args: Any, service: Service, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["room"].queryset = rooms_for(service)
        fields["room"].label_from_instance = lambda resource: resource.name


class MoveSessionForm(ElsewhereForm):
    lead = ByPublicId(required=False, label=_("Leader"), empty_label=_("the same"))

    field_order = ("version", "starts_at", "on", "at", "fold", "lead", "room", "leaving_out")

    def __init__(self, *args: Any, staff: Any, service: Service, **options: Any) -> None:
        super().__init__(*args, service=service, **options)
        lead: Any = self.fields["lead"]
        lead.queryset = selectors.givers(staff, service)
        lead.label_from_instance = lambda resource: resource.name


class AttendanceForm(VersionForm):
    """A row of radio buttons for each seat; those left alone are not noted."""

    def __init__(self, *args: Any, seats: Sequence[Seat], choices: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seats: Mapping[str, Seat] = {f"seat-{one.pk}": one for one in seats}
        for name, seat in self.seats.items():
            self.fields[name] = forms.ChoiceField(
                choices=choices(seat), required=False, label=seat.enrolment.person.full_name
            )

    @property
    def said(self) -> dict[Person, str]:
        return {
            seat.enrolment.person: self.cleaned_data[name]
            for name, seat in self.seats.items()
            if self.cleaned_data.get(name)
        }
