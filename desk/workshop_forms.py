"""What people type about what a centre offers: a workshop, and the vacations of schools."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.fields import DayField, LabelField, VersionField
from desk.forms import ByPublicId, Several, StaffForm
from people import selectors as people_selectors
from people.models import Centre
from people.policies import MANAGES_RESOURCES
from scheduling import lookup
from scheduling.models import Resource, SchoolVacation, Service
from workshops.catalogue import BUFFER, Atelier
from workshops.models import OFFER_LASTS, OLDEST, Audience, Workshop
from workshops.shapes.workshops import MOST_PLACES

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def number(least: int, most: int, label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=most, label=label, **options)


def age(label: Any, **options: Any) -> forms.IntegerField:
    return number(0, OLDEST, label, required=False, **options)


class WorkshopForm(StaffForm):
    """A workshop of one centre. Durations are minutes and hours."""

    name = LabelField(max_length=120, label=_("Name"))
    initials = LabelField(
        max_length=6,
        required=False,
        label=_("Initials"),
        help_text=_("They stand in calendars instead of the name. Empty: the first letters."),
    )
    duration = number(5, 12 * 60, _("Minutes"))
    buffer = number(0, 4 * 60, _("Minutes to tidy up"), help_text=_("Between two groups."))
    audiences = forms.MultipleChoiceField(
        choices=Audience.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("For whom"),
        help_text=_("None chosen: for everybody."),
    )
    least_age = age(_("From age"))
    most_age = age(_("To age"))
    doubtful_age = age(
        _("Ask about age"), help_text=_("At exactly that age the program asks, and refuses nobody.")
    )
    needs_document = forms.BooleanField(required=False, label=_("Needs an entry document"))
    capacity = number(1, MOST_PLACES, _("Places"), help_text=_("In a new group."))
    least_adults = number(1, 20, _("Adults at least"))
    offer_hours = number(
        1, 720, _("Hours to answer"), help_text=_("How long a freed place is kept for who waits.")
    )
    leaders = Several(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Who may lead it")
    )
    rooms = Several(required=False, widget=forms.CheckboxSelectMultiple, label=_("Its rooms"))

    def __init__(self, *args: Any, centre: Centre | None, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        people = lookup.specialists_of(self.staff).filter(user__roles__centre=centre)
        rooms = lookup.places_of(self.staff, Resource.Kind.ROOM).filter(centre=centre)
        fields["leaders"].queryset = people.order_by("name", "pk")
        fields["rooms"].queryset = rooms.order_by("name", "pk")
        for name in ("leaders", "rooms"):
            fields[name].label_from_instance = lambda resource: resource.name

    def asked(self) -> dict[str, Any]:
        """As `offer_workshop` and `change_workshop` take it."""
        asked = {**self.cleaned_data}
        return {
            **{name: asked[name] for name in asked if name not in NOT_FIELDS},
            "duration": asked["duration"] * MINUTE,
            "buffer_after": asked["buffer"] * MINUTE,
            "offer_lasts": asked["offer_hours"] * HOUR,
        }


NOT_FIELDS = {"duration", "buffer", "offer_hours", "centre", "code"}


class NewWorkshopForm(WorkshopForm):
    code = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    centre = ByPublicId(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["centre"].queryset = run_by(self.staff)


class ChangeWorkshopForm(WorkshopForm):
    version = VersionField()
    is_offered = forms.BooleanField(
        required=False,
        label=_("Offered"),
        help_text=_("Without it no new group is opened; groups that meet go on."),
    )
    is_public = forms.BooleanField(
        required=False,
        label=_("Public calendar"),
        help_text=_("Whoever has its address sees when groups meet: no names, numbers or rooms."),
    )


def run_by(staff: Any) -> Any:
    """The centres that she sets up."""
    runs = staff.centres_where(MANAGES_RESOURCES)
    return people_selectors.centres_of(staff).filter(pk__in=runs)


def beginning(one: Atelier | None) -> dict[str, Any]:
    """What a form for a new workshop has in it."""
    usual = {
        "buffer": BUFFER,
        "duration": 60,
        "least_adults": 2,
        "offer_hours": OFFER_LASTS // HOUR,
        "needs_document": True,
    }
    if one is None:
        return usual
    return usual | {
        "name": one.name,
        "initials": one.initials,
        "duration": one.duration,
        "audiences": list(one.audiences),
        "least_age": one.least_age,
        "doubtful_age": one.doubtful_age,
        "capacity": one.capacity,
        "least_adults": one.least_adults,
        "needs_document": one.access == Service.Access.SPECIALISED,
    }


def present(workshop: Workshop) -> dict[str, Any]:
    """What the form of a workshop has in it."""
    service = workshop.service
    resources = list(service.resources.all())
    same = ("audiences", "least_age", "most_age", "doubtful_age", "capacity", "least_adults")
    alike = (*same, "is_offered", "is_public", "version")
    return {
        **{name: getattr(workshop, name) for name in alike},
        "name": service.name,
        "initials": service.initials,
        "duration": service.duration // MINUTE,
        "buffer": service.buffer_after // MINUTE,
        "needs_document": service.access == Service.Access.SPECIALISED,
        "offer_hours": workshop.offer_lasts // HOUR,
        "leaders": [one for one in resources if one.kind == Resource.Kind.SPECIALIST],
        "rooms": [one for one in resources if one.kind == Resource.Kind.ROOM],
    }


# --- School vacations -----------------------------------------------------------------------------


class VacationForm(StaffForm):
    """Days on which there is no school, both included."""

    centre = ByPublicId(label=_("Centre"), empty_label=None)
    name = LabelField(max_length=80, label=_("Vacation"))
    from_on = DayField(label=_("First day"))
    until_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "vacation_%s", **options})
        fields: Any = self.fields
        fields["centre"].queryset = run_by(self.staff)
        fields["centre"].label_from_instance = lambda centre: centre.name
        if len(fields["centre"].queryset) == 1:
            fields["centre"].required = False
            fields["centre"].widget = forms.HiddenInput()

    def centre_id(self) -> int:
        fields: Any = self.fields
        centre: Centre = self.cleaned_data.get("centre") or fields["centre"].queryset.get()
        return centre.pk


class ForgetVacationForm(StaffForm):
    """A button beside one of them."""

    vacation = forms.ModelChoiceField(SchoolVacation.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        vacation: Any = self.fields["vacation"]
        vacation.queryset = SchoolVacation.objects.filter(centre__in=run_by(self.staff))
