"""What people type about people: names, cards, cases and ties."""

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
from desk.forms import ByPublicId, Form, Several, StaffForm
from people import languages, policies
from people import selectors as people_selectors
from people.models import Carer, ContactCard, EntryBasis, Person, User
from scheduling import lookup


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


class DocumentForm(StaffForm):
    """An entry document and what it authorises."""

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
    starts = "valid_from"
    """The field of the document's first day."""

    def __init__(self, *args: Any, centre_id: int, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["services"].queryset = lookup.services_of(self.staff).filter(centre=centre_id)

    def clean_document_on(self) -> date:
        signed: date = self.cleaned_data["document_on"]
        if signed > clock.today():
            raise ValidationError(gettext("This date is still ahead."))
        return signed

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        starts, until = asked.get(self.starts), asked.get("valid_until")
        if starts and until and until < starts:
            self.add_error("valid_until", gettext("The last date must not be before the first."))
        return asked


class RenewalForm(DocumentForm):
    """Another document of a case that is open."""

    valid_from = DayField(label=_("Valid from"))

    field_order = ["route", "document_number", "document_on", "valid_from", "valid_until"]


class CaseForm(DocumentForm):
    """A case and its first document, which holds from the day the case is opened."""

    number = LabelField(max_length=40, label=_("Number of the case"))
    opened_on = DayField(label=_("Opened on"))
    lead = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Lead"), empty_label=None)
    at_risk = forms.BooleanField(
        required=False, label=_("There is a risk: home visits by two colleagues")
    )
    starts = "opened_on"

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, centre_id=person.centre_id, **options)
        fields: Any = self.fields
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
    language = forms.ChoiceField(choices=languages.choices, label=_("Language"))
    script = forms.ChoiceField(choices=ContactCard.Script.choices, label=_("Letters"))
    allows_link = forms.BooleanField(
        required=False,
        label=_("A text may hold a link to the appointment"),
        help_text=_("A link in a text can be opened by whoever holds the phone."),
    )

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
            **{name: asked[name] for name in ("wording", "language", "script", "allows_link")},
        }


class TieForm(Form):
    """One button of the page of ties: what to do, and with whom."""

    CHOICES = ("carer", "apart", "wall", "no-carer", "no-apart", "no-wall")

    act = forms.ChoiceField(choices=[(act, act) for act in CHOICES])
    who = forms.UUIDField()
    relation = forms.ChoiceField(choices=Carer.Relation.choices, required=False)
