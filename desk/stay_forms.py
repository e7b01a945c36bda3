"""What people type about nights: who asks for a place, and what is done with a stay."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import DomainError
from desk.fields import DayField, LabelField, VersionField
from desk.forms import ByPublicId, Several, StaffForm
from people import selectors as people_selectors
from people.models import Centre
from people.policies import SEES_NAMES, SHELTERS
from rooms import availability, selectors
from rooms.fitting import MOST_ADULTS, MOST_CHILDREN, OLDEST_CHILD, Party
from rooms.models import Absence, Need, Stay, UnitKind
from rooms.nights import Nights, latest_end, tonight
from rooms.steps import check_dates
from scheduling.models import Resource

MONTH = timedelta(days=30)


class AgesField(forms.Field):
    """The children's ages in whole years, as "0, 5": one number a child."""

    default_error_messages = {
        "invalid": _("Write the age of each child, as 0, 5."),
    }

    def to_python(self, value: Any) -> tuple[int, ...]:
        parts = str(value or "").replace(",", " ").replace(";", " ").split()
        if len(parts) > MOST_CHILDREN or not all(is_age(part) for part in parts):
            raise ValidationError(self.error_messages["invalid"])
        return tuple(int(part) for part in parts)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "placeholder": "0, 5", "autocomplete": "off"}


def is_age(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= OLDEST_CHILD


class PlaceForm(StaffForm):
    """For how many, how old, with what needs, and when. Without a day of leaving: as long as it
    goes."""

    adults = forms.IntegerField(
        min_value=0, max_value=MOST_ADULTS, required=False, label=_("Adults")
    )
    ages = AgesField(
        required=False,
        label=_("Children, by age"),
        help_text=_("Below one year: 0."),
    )
    needs = forms.MultipleChoiceField(
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Needs"),
    )
    kind = forms.ChoiceField(choices=UnitKind.choices, required=False, label=_("Where"))
    from_on = DayField(required=False, label=_("From the evening of"))
    to_on = DayField(required=False, label=_("Until the morning of"))
    centre = ByPublicId(required=False, label=_("Centre"), empty_label=None)
    unit = ByPublicId(required=False, widget=forms.HiddenInput)
    turns = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        sheltering = self.staff.centres_where(SHELTERS)
        centres = people_selectors.centres_of(self.staff).filter(pk__in=sheltering)
        fields["centre"].queryset = centres
        self.only: Centre | None = centres.first() if len(sheltering) == 1 else None
        if self.only:
            fields["centre"].widget = forms.HiddenInput()
        units = selectors.unit_resources(self.staff)
        fields["unit"].queryset = units.filter(centre__in=sheltering).select_related("centre")

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        adults = asked.get("adults")
        asked["adults"] = 1 if adults is None else adults
        asked["kind"] = asked.get("kind") or UnitKind.FAMILY
        asked["from_on"] = asked.get("from_on") or tonight()
        unit = asked.get("unit")
        asked["centre"] = unit.centre if unit else asked.get("centre") or self.only
        if not self.errors and not asked["adults"] + len(asked["ages"]):
            self.add_error("adults", gettext("Say for how many people."))
        from_on = asked["from_on"]
        try:
            check_dates(Nights(from_on, asked.get("to_on") or from_on + timedelta(days=1)))
        except DomainError as error:
            self.add_error("to_on" if asked.get("to_on") else "from_on", str(error))
        return asked

    @property
    def party(self) -> Party:
        asked = self.cleaned_data
        return Party(asked["adults"], asked["ages"], frozenset(asked["needs"]), asked["kind"])

    @property
    def nights(self) -> Nights:
        """Those asked for; the first one, when no end is."""
        from_on: date = self.cleaned_data["from_on"]
        return Nights(from_on, self.cleaned_data.get("to_on") or from_on + timedelta(days=1))


def longest(from_on: date, free_until: date | None) -> date:
    """How long a stay from that day may be, in a unit that is free until then."""
    return min(free_until or latest_end(from_on), latest_end(from_on))


class TakeForm(PlaceForm):
    """The place that was chosen, for whom, and how firmly."""

    ACTS = ("hold", "reserve", "admit", "wait")

    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    people = Several(required=False, label=_("Who comes"))
    in_danger = forms.BooleanField(required=False, label=_("In danger: first on the list"))
    reason = LabelField(
        required=False,
        max_length=200,
        label=_("Note"),
        help_text=_("Who calls, what is agreed. No names and no telephones."),
    )
    without_papers = LabelField(
        required=False,
        max_length=200,
        label=_("Why without a document"),
        help_text=_("Only when there is no valid entry document yet; a task will ask for it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["people"].queryset = people_selectors.people_of(self.staff)

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors and asked.get("centre") is None:
            self.add_error("centre", gettext("Say in which centre."))
        if not self.errors and asked.get("to_on") is None:
            asked["to_on"] = asked["from_on"] + MONTH
        centre = asked.get("centre")
        if centre and any(person.centre_id != centre.pk for person in asked.get("people") or ()):
            self.add_error("people", gettext("Not everybody is of this centre."))
        return asked


class ActForm(StaffForm):
    """One button of a stay's page."""

    version = VersionField(required=False)

    def __init__(self, *args: Any, stay: Stay, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stay = stay


class CheckInForm(ActForm):
    people = Several(required=False, label=_("Who comes"))
    without_papers = TakeForm.base_fields["without_papers"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["people"].queryset = people_selectors.people_of(self.staff)


class UnitForm(ActForm):
    """A step into a unit of the stay's centre."""

    statuses: Collection[str]
    """Of the stays for which the step is meant."""

    unit = ByPublicId(label=_("Unit"), empty_label=None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        units = selectors.unit_resources(self.staff).filter(
            centre=self.stay.centre_id, unit__kind=self.stay.kind
        )
        fits = self.fitting()
        fields["unit"].queryset = best_first(units, fits or {})
        fields["unit"].label_from_instance = lambda unit: told(unit, fits)

    def fitting(self) -> dict[int, date | None] | None:
        """Until when each unit is free that fits for all the nights ahead, the best fit first.
        None where nobody asks: when the step is not to be taken, or no night is ahead."""
        ahead = Nights(max(self.stay.from_on, tonight()), self.stay.to_on)
        if self.stay.status not in self.statuses or not len(ahead):
            return None
        party = selectors.party_in(self.stay)
        answer = availability.availability([self.stay.centre_id], party, ahead)
        return {vacancy.unit.pk: vacancy.free_until for vacancy in answer.vacancies}


def best_first(units: QuerySet[Resource], fits: Iterable[int]) -> QuerySet[Resource]:
    places = [When(pk=pk, then=place) for place, pk in enumerate(fits)]
    if not places:
        return units
    return units.order_by(Case(*places, default=len(places)), "name", "pk")


def told(unit: Resource, fits: Mapping[int, date | None] | None) -> str:
    """A unit on the list of those to choose from."""
    if fits is None:
        return unit.name
    if unit.pk not in fits:
        return gettext("%(unit)s: taken, or does not fit") % {"unit": unit.name}
    if until := fits[unit.pk]:
        return gettext("%(unit)s: free until %(day)s") % {
            "unit": unit.name,
            "day": f"{until:%d.%m.%Y}",
        }
    return gettext("%(unit)s: free") % {"unit": unit.name}


class OfferForm(UnitForm):
    statuses = (Stay.Status.REQUESTED,)

    from_on = DayField(required=False, label=_("From the evening of"))
    to_on = DayField(required=False, label=_("Until the morning of"))

    def __init__(self, *args: Any, stay: Stay, **options: Any) -> None:
        asked = {"from_on": max(stay.from_on, tonight()), "to_on": stay.to_on}
        super().__init__(*args, stay=stay, initial=asked, **options)

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        asked["from_on"] = asked.get("from_on") or max(self.stay.from_on, tonight())
        asked["to_on"] = asked.get("to_on") or self.stay.to_on
        return asked


class MoveForm(UnitForm):
    """To any unit but the one they are in."""

    statuses = (Stay.Status.HELD, Stay.Status.IN_HOUSE)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        inside = self.stay.occupancies.filter(ended_at=None).values("unit")
        fields["unit"].queryset = fields["unit"].queryset.exclude(pk__in=inside)

    on = DayField(
        required=False,
        label=_("From the evening of"),
        help_text=_("Empty: now, tonight. Who has not come yet gets it for all nights ahead."),
    )


class ExtendForm(ActForm):
    to_on = DayField(label=_("New day of leaving"))
    document_number = LabelField(max_length=60, label=_("Number of the document"))
    document_on = DayField(label=_("Date of the document"))

    def __init__(self, *args: Any, stay: Stay, **options: Any) -> None:
        asked = {"to_on": latest_end(stay.to_on)}
        super().__init__(*args, stay=stay, initial=asked, **options)

    def clean_document_on(self) -> date:
        signed: date = self.cleaned_data["document_on"]
        if signed > clock.today():
            raise ValidationError(gettext("This date is still ahead."))
        return signed


class BirthForm(ActForm):
    given_name = LabelField(max_length=60, label=_("Given name"))
    family_name = LabelField(max_length=60, label=_("Family name"))
    birth_on = DayField(required=False, label=_("Born on"), help_text=_("Empty: today."))


class AwayForm(ActForm):
    who = forms.UUIDField()
    kind = forms.ChoiceField(choices=Absence.Kind.choices, required=False)


class CloseForm(ActForm):
    outcome = forms.ChoiceField(
        choices=[
            (status.value, status.label)
            for status in (Stay.Status.REFUSED, Stay.Status.WITHDRAWN, Stay.Status.DID_NOT_COME)
        ],
        label=_("How it ended"),
    )
    why = forms.ChoiceField(
        choices=[("", "—"), *Stay.Refusal.choices], required=False, label=_("Why refused")
    )
    reason = LabelField(required=False, max_length=200, label=_("Note"))

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if asked.get("outcome") == Stay.Status.REFUSED and not asked.get("why"):
            self.add_error("why", gettext("Say why: refusals are counted."))
        return asked


class ServiceForm(StaffForm):
    """When a unit is out of service."""

    from_on = DayField(label=_("From the evening of"))
    to_on = DayField(label=_("Until the morning of"))

    @property
    def nights(self) -> Nights:
        return Nights(self.cleaned_data["from_on"], self.cleaned_data["to_on"])


class AddressForm(StaffForm):
    address = LabelField(max_length=200, label=_("Address"))


class CotsForm(StaffForm):
    count = forms.IntegerField(min_value=1, max_value=20, initial=1, label=_("Cots"))
    to_unit = ByPublicId(required=False, label=_("Where to"), empty_label=_("the store room"))
    on = DayField(label=_("From the evening of"))

    def __init__(self, *args: Any, unit: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        others = selectors.unit_resources(self.staff).filter(centre=unit.centre_id)
        fields["to_unit"].queryset = others.exclude(pk=unit.pk)
        fields["to_unit"].label_from_instance = lambda other: other.name


class LendForm(StaffForm):
    toy = ByPublicId(label=_("Toy"), empty_label=None)
    person = ByPublicId(label=_("To whom"), empty_label=None)
    due_on = DayField(label=_("Until"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        lending = self.staff.centres_where(SEES_NAMES)
        fields["toy"].queryset = selectors.toys(self.staff).filter(centre__in=lending)
        fields["toy"].label_from_instance = lambda toy: toy.name
        fields["person"].queryset = people_selectors.people_of(self.staff)
        fields["person"].label_from_instance = lambda person: person.full_name

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        toy, person = asked.get("toy"), asked.get("person")
        if toy and person and toy.centre_id != person.centre_id:
            self.add_error("person", gettext("Not everybody is of this centre."))
        return asked
