"""What people type, read strictly: bad input becomes a sentence beside its field."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import AmbiguousLocalTime, DomainError, InvalidLocalTime
from desk import selectors
from desk.fields import (
    ClockField,
    DayField,
    InstantField,
    LabelField,
    VersionField,
    choices,
)
from people import selectors as people_selectors
from people.models import Person
from people.policies import BOOKS, MANAGES_RESOURCES, Staff
from scheduling import feeds, lookup
from scheduling.models import (
    Booking,
    Feed,
    Modality,
    Participation,
    Resource,
    Series,
    Service,
)

MAX_PEOPLE = 20
WINDOW = timedelta(days=14)
LONGEST_WINDOW = timedelta(days=93)
NOBODY = "nobody"


class Form(forms.Form):
    """Without the browser's own bubbles: the server says what is wrong, in our words."""

    use_required_attribute = False
    refusal: DomainError | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})


class StaffForm(Form):
    """A form that knows who fills it in."""

    def __init__(self, *args: Any, staff: Staff, **options: Any) -> None:
        super().__init__(*args, **options)
        self.staff = staff


class ByPublicId(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the rows the caller may name, by public id; any other is unknown."""

    default_error_messages = {"invalid_choice": _("This is not one of the choices.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"queryset": None, "to_field_name": "public_id", **options})

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"]) from error

    def prepare_value(self, value: Any) -> Any:
        return str(value.public_id) if hasattr(value, "public_id") else value


class Several(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of the rows the caller may name, by public id."""

    default_error_messages = {
        "invalid_choice": _("This is not one of the choices."),
        "invalid_pk_value": _("This is not one of the choices."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"queryset": None, "to_field_name": "public_id", **options})

    def clean(self, value: Any) -> Any:
        if value and len(value) > MAX_PEOPLE:
            raise ValidationError(gettext("At most %(n)s at once.") % {"n": MAX_PEOPLE})
        try:
            return super().clean(value)
        except ValidationError as error:
            if error.code in {"required", "list"}:
                raise
            raise ValidationError(self.error_messages["invalid_choice"]) from error


class DayForm(StaffForm):
    """Which day, and whose."""

    on = DayField(required=False, label=_("Date"))
    whose = ByPublicId(required=False, label=_("Whose day"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["whose"].queryset = selectors.colleagues(self.staff)  # type: ignore[attr-defined]


class FindForm(StaffForm):
    """What hour is looked for. Nothing need be said at once: the page asks for the rest."""

    service = ByPublicId(required=False, label=_("Service"), empty_label=_("Choose a service"))
    person = Several(required=False, label=_("Who"))
    q = LabelField(required=False, max_length=120, label=_("Name of a person"))
    modality = forms.ChoiceField(choices=Modality.choices, required=False, label=_("How"))
    specialist = ByPublicId(required=False, label=_("With whom"), empty_label=_("Any specialist"))
    begins = DayField(required=False, label=_("From date"))
    ends = DayField(required=False, label=_("To date"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        offered = lookup.services_of(self.staff).filter(centre__in=self.staff.centres_where(BOOKS))
        fields["service"].queryset = offered.select_related("centre")
        if len(self.staff.centre_ids) > 1:
            fields["service"].label_from_instance = lambda s: f"{s.name} · {s.centre.name}"
        fields["person"].queryset = people_selectors.people_of(self.staff)
        fields["specialist"].queryset = lookup.specialists_of(self.staff)
        fields["specialist"].label_from_instance = lambda resource: resource.name

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        service, people = asked.get("service"), asked.get("person") or ()
        if service and any(person.centre_id != service.centre_id for person in people):
            self.add_error("person", gettext("Not everybody is of the centre of this service."))
        begins = asked.get("begins") or clock.today()
        ends = asked.get("ends") or begins + WINDOW
        if ends < begins:
            self.add_error("ends", gettext("The last date must not be before the first."))
        elif ends - begins > LONGEST_WINDOW:
            self.add_error(
                "ends",
                gettext("Ask for at most %(days)s days at a time.") % {"days": LONGEST_WINDOW.days},
            )
        return asked | {"begins": begins, "ends": ends}

    def narrow(self, service: Service) -> None:
        """Offer only the ways and the specialists of the service."""
        fields: Any = self.fields
        fields["specialist"].queryset = selectors.givers(self.staff, service)
        fields["modality"].choices = [
            choice for choice in Modality.choices if choice[0] in service.modalities
        ]


class HourForm(StaffForm):
    """One hour, about to be booked: who and when come along, the rest is asked."""

    service = ByPublicId(widget=forms.HiddenInput)
    specialist = ByPublicId(widget=forms.HiddenInput)
    person = Several(widget=forms.MultipleHiddenInput)
    modality = forms.ChoiceField(choices=Modality.choices, widget=forms.HiddenInput)
    starts_at = InstantField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["service"].queryset = lookup.services_of(self.staff).select_related("centre")
        fields["specialist"].queryset = lookup.specialists_of(self.staff)
        fields["person"].queryset = people_selectors.people_of(self.staff)

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        service = asked.get("service")
        if service and asked.get("modality") not in service.modalities:
            self.add_error("modality", gettext("This service is not offered that way."))
        return asked


class BookForm(Form):
    """What is asked once the hour is chosen. `carers` may be told about a child's hour."""

    carer = forms.ChoiceField(widget=forms.RadioSelect, label=_("Whom to tell"))
    hold = forms.BooleanField(required=False, widget=forms.HiddenInput)
    without_papers = LabelField(
        required=False,
        label=_("Why without a document"),
        help_text=_("Leave empty when there is one. A task to complete the papers is opened."),
    )

    def __init__(self, *args: Any, carers: list[Person], may_waive: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.carers = {str(carer.public_id): carer for carer in carers}
        named: Any = self.fields["carer"]
        named.choices = [
            *choices(carers, lambda carer: carer.full_name),
            (NOBODY, _("Nobody: no reminder is sent")),
        ]
        # The only carer of a child is told anyway (D36), so there is nothing to ask.
        if len(carers) < 2:
            del self.fields["carer"]
        if not may_waive:
            del self.fields["without_papers"]

    def chosen_carer(self) -> Person | None:
        if len(self.carers) == 1:
            return next(iter(self.carers.values()))
        return self.carers.get(self.cleaned_data.get("carer", ""))


class VersionForm(Form):
    version = VersionField()


class CancelForm(VersionForm):
    party = forms.ChoiceField(
        choices=Booking.Party.choices, widget=forms.RadioSelect, label=_("Who cancels")
    )
    reason = LabelField(
        required=False,
        label=_("Reason"),
        help_text=_("A word or two, nothing about health or the family."),
    )


class OutcomeForm(VersionForm):
    """One person's outcome, or the same one for everybody."""

    outcome = forms.ChoiceField(choices=Participation.Outcome.choices)
    person = forms.UUIDField(required=False)


class MoveForm(VersionForm):
    """Another start: a free hour from the list, or a date and time by the wall clock."""

    starts_at = InstantField(required=False)
    on = DayField(required=False, label=_("Date"))
    at = ClockField(required=False, label=_("Hour"))
    fold = forms.TypedChoiceField(
        choices=[("0", _("the first one, before the clocks go back")), ("1", _("the second one"))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        label=_("This hour comes twice that night. Which one?"),
    )

    is_ambiguous = False
    """Whether the clocks show that hour twice, and nobody has said which is meant."""

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if asked.get("starts_at") or self.errors:
            return asked
        for name in ("on", "at"):
            if asked.get(name) is None:
                self.add_error(name, gettext("Say on which date and at what hour."))
        if not self.errors:
            asked["starts_at"] = self.by_the_wall_clock(asked)
        return asked

    def by_the_wall_clock(self, asked: dict[str, Any]) -> datetime | None:
        """None, with the question or the refusal on the form, when the clocks change then."""
        try:
            return clock.chosen_instant(
                datetime.combine(asked["on"], asked["at"]), fold=asked["fold"]
            )
        except AmbiguousLocalTime:
            self.is_ambiguous = True
        except InvalidLocalTime as error:
            self.add_error("at", str(error))
        return None


class WindowForm(StaffForm):
    """Where to look for another hour, and with whom."""

    begins = DayField(required=False, label=_("From date"))
    specialist = ByPublicId(required=False, label=_("With whom"), empty_label=None)

    def __init__(self, *args: Any, service: Service, **options: Any) -> None:
        super().__init__(*args, **options)
        specialist: Any = self.fields["specialist"]
        specialist.queryset = selectors.givers(self.staff, service)
        specialist.label_from_instance = lambda resource: resource.name


class FeedForm(StaffForm):
    """An address of which calendar, and what it shows. Her own is the first of the choices."""

    of = forms.ChoiceField(required=False, label=_("Whose calendar"))
    detail = forms.ChoiceField(
        choices=[
            (Feed.Detail.DISCREET, _("hours with the initials of the service")),
            (Feed.Detail.BUSY, _("only that the hour is taken")),
            (Feed.Detail.FULL, _("hours with the name of the service: in my own calendar alone")),
        ],
        widget=forms.RadioSelect,
        initial=Feed.Detail.DISCREET,
        label=_("What the calendar shows"),
        help_text=_("Of hours that are not yours to know you see only that they are taken."),
    )

    def __init__(self, *args: Any, calendars: Sequence[feeds.Calendar], **options: Any) -> None:
        super().__init__(*args, **options)
        self.calendars = {str(one.public_id): one for one in calendars}
        names = selectors.names_of(calendars)
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, one in self.calendars.items():
            if not feeds.is_own(self.staff, one):
                groups[group_of(one)].append((key, names[one]))
        of: Any = self.fields["of"]
        of.choices = [("", _("My own calendar")), *groups.items()]

    def clean_of(self) -> feeds.Calendar | None:
        """None for her own."""
        return self.calendars.get(self.cleaned_data["of"])


GROUPS = {
    Resource.Kind.SPECIALIST: _("Colleagues"),
    Resource.Kind.ROOM: _("Rooms"),
    Resource.Kind.VEHICLE: _("Cars"),
    Resource.Kind.UNIT: _("Units: only when they are taken"),
}


def group_of(calendar: feeds.Calendar) -> str:
    if isinstance(calendar, Resource):
        return str(GROUPS[Resource.Kind(calendar.kind)])
    return str(_("Groups") if isinstance(calendar, Series) else _("All hours of a centre"))


class OuterCalendarForm(Form):
    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}), label=_("Calendar file")
    )


class BlockForm(StaffForm):
    """Time out of use, by the wall clock. Without hours it is whole days, both included."""

    resource = ByPublicId(label=_("What"), empty_label=None)
    reason = forms.ChoiceField(choices=Booking.BlockReason.usual_choices(), label=_("Why"))
    from_on = DayField(label=_("From date"))
    from_at = ClockField(required=False, label=_("Hour"))
    until_on = DayField(required=False, label=_("To date"), help_text=_("Empty for one day only."))
    until_at = ClockField(required=False, label=_("Hour"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        resource: Any = self.fields["resource"]
        resource.queryset = self.blockable()
        resource.label_from_instance = self.label_of
        resource.initial = selectors.own_calendar(self.staff)

    def blockable(self) -> Any:
        """Her own time; everything of the centres she runs. May the caller do it is asked again
        of the choice."""
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        own = Resource.objects.filter(user=self.staff.user).values("pk")
        theirs = selectors.colleagues(self.staff).filter(availability__centre__in=runs)
        places = Resource.objects.filter(
            kind__in=[Resource.Kind.ROOM, Resource.Kind.VEHICLE], centre__in=runs, is_active=True
        )
        return Resource.objects.filter(
            pk__in=[*own.values_list("pk", flat=True), *theirs.values_list("pk", flat=True),
                    *places.values_list("pk", flat=True)]
        ).order_by("-kind", "name", "pk")  # fmt: skip

    def label_of(self, resource: Resource) -> str:
        if resource.user_id == self.staff.user.pk:
            return gettext("My own time")
        return resource.name

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if asked.get("from_on") and not asked.get("until_on"):
            asked["until_on"] = asked["from_on"]
        return asked

    def interval(self) -> tuple[datetime, datetime]:
        """`[start, end)`. Raises InvalidLocalTime. Of a time that comes twice the first is
        meant at the start and the second at the end: what is blocked is never too little."""
        asked = self.cleaned_data
        starts = datetime.combine(asked["from_on"], asked["from_at"] or time.min)
        if asked["until_at"] is not None:
            ends = datetime.combine(asked["until_on"], asked["until_at"])
        else:
            ends = datetime.combine(asked["until_on"] + timedelta(days=1), time.min)
        return clock.chosen_instant(starts, fold=0), clock.chosen_instant(ends, fold=1)
