"""What people type about a child who rides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base import clock
from desk.fields import DayField
from desk.forms import ByPublicId, Form, Several, StaffForm
from desk.horse_forms import KilogramField
from people.models import Person
from workshops import herd
from workshops.models import Rider


class WeighForm(Form):
    kg = KilogramField(label=_("Weight, kg"))
    on = DayField(label=_("Weighed on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"on": clock.today()}, **options})


class ClearanceForm(Form):
    issued_on = DayField(label=_("Written on"))
    expires_on = DayField(required=False, label=_("Holds until"), help_text=_("Empty: for a year."))


class WithdrawForm(Form):
    """One button beside a clearance."""

    clearance = forms.UUIDField(widget=forms.HiddenInput)


class RiderForm(StaffForm):
    side_walkers = forms.TypedChoiceField(
        choices=[(0, _("nobody")), (1, _("one")), (2, _("two"))],
        coerce=int,
        label=_("Who walk beside"),
    )
    preferred_horse = ByPublicId(
        required=False, label=_("Preferred horse"), empty_label=_("none in particular")
    )
    avoids = Several(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Horses to avoid")
    )

    def __init__(self, *args: Any, person: Person, rider: Rider, **options: Any) -> None:
        usual = {
            "side_walkers": rider.side_walkers,
            "preferred_horse": rider.preferred_horse,
            "avoids": [str(one.public_id) for one in rider.avoids.all()] if rider.pk else [],
        }
        super().__init__(*args, **{"initial": usual, **options})
        fields: Any = self.fields
        horses = herd.at_work(herd.horses_of(self.staff)).filter(resource__centre=person.centre_id)
        for name in ("preferred_horse", "avoids"):
            fields[name].queryset = horses
            fields[name].label_from_instance = lambda one: one.name
