"""What people type, read strictly: bad input becomes a sentence beside its field."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from base import clock
from base.errors import DomainError
from desk import selectors
from desk.fields import (
    ClockField,
    DayField,
    InstantField,
    LabelField,
    VersionField,
    choices,
)
from people import policies
from people import selectors as people_selectors
from people.models import ContactCard, EntryBasis, Person, User
from people.policies import BOOKS, MANAGES_RESOURCES, Staff
from scheduling import lookup
from scheduling.models import Booking, Feed, Modality, Participation, Resource, Service

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

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if not asked.get("starts_at") and not self.errors:
            for name in ("on", "at"):
                if asked.get(name) is None:
                    self.add_error(name, gettext("Say on which date and at what hour."))
        return asked

    def chosen(self) -> datetime:
        """Raises InvalidLocalTime and AmbiguousLocalTime."""
        asked = self.cleaned_data
        if starts_at := asked.get("starts_at"):
            given: datetime = starts_at
            return given
        return clock.chosen_instant(datetime.combine(asked["on"], asked["at"]), fold=asked["fold"])


class WindowForm(StaffForm):
    """Where to look for another hour, and with whom."""

    begins = DayField(required=False, label=_("From date"))
    specialist = ByPublicId(required=False, label=_("With whom"), empty_label=None)

    def __init__(self, *args: Any, service: Service, **options: Any) -> None:
        super().__init__(*args, **options)
        specialist: Any = self.fields["specialist"]
        specialist.queryset = selectors.givers(self.staff, service)
        specialist.label_from_instance = lambda resource: resource.name


class PersonForm(StaffForm):
    given_name = LabelField(max_length=60, label=_("Given name"))
    family_name = LabelField(max_length=60, label=_("Family name"))
    birth_on = DayField(required=False, label=_("Date of birth"), help_text=_("If known."))
    centre = ByPublicId(label=_("Centre"), empty_label=None)

    def __init__(self, *args: Any, family: Person | None, **options: Any) -> None:
        super().__init__(*args, **options)
        allowed = [c for c in self.staff.centre_ids if policies.may_register(self.staff, c)]
        centre: Any = self.fields["centre"]
        centre.queryset = people_selectors.centres_of(self.staff).filter(pk__in=allowed)
        if family:
            centre.queryset = centre.queryset.filter(pk=family.centre_id)
        only = centre.queryset[:2]
        if len(only) == 1:
            centre.required, centre.initial = False, only[0]
            centre.widget = forms.HiddenInput()

    def clean_birth_on(self) -> date | None:
        born: date | None = self.cleaned_data["birth_on"]
        if born and born > clock.today():
            raise ValidationError(gettext("This date is still ahead."))
        return born

    def clean_centre(self) -> Any:
        return self.cleaned_data["centre"] or self.fields["centre"].initial


class CaseForm(StaffForm):
    number = LabelField(max_length=40, label=_("Number of the case"))
    opened_on = DayField(label=_("Opened on"))
    lead = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Lead"), empty_label=None)
    route = forms.ChoiceField(choices=EntryBasis.Route.choices, label=_("By what document"))
    document_number = LabelField(max_length=60, label=_("Number of the document"))
    document_on = DayField(label=_("Date of the document"))
    valid_until = DayField(
        required=False, label=_("Valid until"), help_text=_("Empty when it has no end.")
    )
    services = Several(
        label=_("What it authorises"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Services outside this list need another document."),
    )
    at_risk = forms.BooleanField(
        required=False, label=_("There is a risk: home visits by two colleagues")
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["services"].queryset = lookup.services_of(self.staff).filter(centre=person.centre_id)
        fields["lead"].queryset = selectors.staff_of(self.staff, person.centre_id)
        fields["lead"].initial = self.staff.user.pk
        fields["opened_on"].initial = clock.today()
        if not policies.chooses_lead(self.staff, person.centre_id):
            del self.fields["lead"]

    def clean_opened_on(self) -> date:
        opened: date = self.cleaned_data["opened_on"]
        if opened > clock.today():
            raise ValidationError(gettext("This date is still ahead."))
        return opened

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        opened, until = asked.get("opened_on"), asked.get("valid_until")
        if opened and until and until < opened:
            self.add_error("valid_until", gettext("The last date must not be before the first."))
        return asked


UNCHANGED = ""


class CardForm(Form):
    """A contact card. What is answered about consent and safety is dated today, so leaving an
    answer alone must be possible."""

    phone = PhoneNumberField(
        required=False,
        region="BG",
        label=_("Mobile phone"),
        help_text=_("A new number has to be verified and asked about anew."),
    )
    consent = forms.ChoiceField(
        required=False,
        choices=[
            (UNCHANGED, _("as it stands")),
            ("yes", _("agrees today")),
            ("no", _("does not agree, or withdraws")),
        ],
        widget=forms.RadioSelect,
        label=_("Consent to messages"),
    )
    safe = forms.ChoiceField(
        required=False,
        choices=[
            (UNCHANGED, _("not asked today")),
            ("yes", _("asked today: it is safe")),
            ("no", _("asked today: it is not safe")),
        ],
        widget=forms.RadioSelect,
        label=_("Is it safe to text her?"),
    )
    safe_from = ClockField(label=_("Safe from"))
    safe_until = ClockField(label=_("Safe until"))
    wording = forms.ChoiceField(choices=ContactCard.Wording.choices, label=_("What a text says"))
    language = forms.ChoiceField(choices=ContactCard.Language.choices, label=_("Language"))
    script = forms.ChoiceField(choices=ContactCard.Script.choices, label=_("Letters"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        opens, closes = asked.get("safe_from"), asked.get("safe_until")
        if opens and closes and closes <= opens:
            self.add_error("safe_until", gettext("The end must be after the start."))
        return asked

    def changes(self) -> dict[str, Any]:
        """As `update_contact_card` takes them."""
        asked = self.cleaned_data
        answers = {"yes": True, "no": False}
        phone = asked["phone"]
        return {
            "phone": phone.as_e164 if phone else "",
            "consent": answers.get(asked["consent"]),
            "safe_to_text": answers.get(asked["safe"]),
            "hours": (asked["safe_from"], asked["safe_until"]),
            **{name: asked[name] for name in ("wording", "language", "script")},
        }


class FeedForm(Form):
    detail = forms.ChoiceField(
        choices=[
            (Feed.Detail.DISCREET, _("hours with the initials of the service")),
            (Feed.Detail.BUSY, _("only that you are busy")),
        ],
        widget=forms.RadioSelect,
        initial=Feed.Detail.DISCREET,
        label=_("What the calendar shows"),
    )


class BlockForm(StaffForm):
    """Time out of use, by the wall clock. Without hours it is whole days, both included."""

    resource = ByPublicId(label=_("What"), empty_label=None)
    reason = forms.ChoiceField(choices=Booking.BlockReason.choices, label=_("Why"))
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
