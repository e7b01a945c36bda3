"""What is asked about one visit for several services."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from desk.fields import DayField
from desk.forms import ByPublicId, Form, Several, StaffForm
from people.models import Person
from people.policies import BOOKS
from people.selectors import not_found
from scheduling import lookup
from scheduling.models import Modality
from scheduling.visits import LONGEST_WAIT, Part

WINDOW = timedelta(days=13)
LONGEST_WINDOW = timedelta(days=31)


class VisitForm(Form):
    """Between which days, and how long the family may wait between two sessions."""

    begins = DayField(required=False, label=_("From date"))
    ends = DayField(required=False, label=_("To date"))
    wait = forms.IntegerField(
        required=False, min_value=0, max_value=480, label=_("Longest wait, in minutes")
    )

    @staticmethod
    def person_in(asked: Any) -> UUID:
        """Whose family it is. Raises NotFound."""
        try:
            return UUID(asked.get("person", ""))
        except ValueError:
            return not_found("person")

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        begins = asked.get("begins") or clock.today()
        ends = asked.get("ends") or begins + WINDOW
        if ends < begins:
            self.add_error("ends", gettext("The last date must not be before the first."))
        elif ends - begins > LONGEST_WINDOW:
            sentence = gettext("Ask for at most %(days)s days at a time.")
            self.add_error("ends", sentence % {"days": LONGEST_WINDOW.days})
        wait = asked.get("wait")
        if wait is None:
            wait = int(LONGEST_WAIT.total_seconds()) // 60
        return asked | {"begins": begins, "ends": ends, "wait": wait}


class PartForm(StaffForm):
    """One of the services, and for whom of the family. The third and fourth may be left empty."""

    service = ByPublicId(required=False, label=_("Service"), empty_label="—")
    people = Several(required=False, widget=forms.CheckboxSelectMultiple, label=_("Who"))

    def __init__(self, asked: Any, *, family: list[Person], nth: int, **options: Any) -> None:
        super().__init__(asked, auto_id=f"{nth}_%s", **options)
        self.nth = nth
        fields: Any = self.fields
        centres = self.staff.centres_where(BOOKS)
        offered = lookup.services_of(self.staff).filter(
            centre__in=centres, modalities__contains=[Modality.ON_SITE]
        )
        fields["service"].queryset = offered.filter(centre__in={one.centre_id for one in family})
        fields["people"].queryset = Person.objects.filter(pk__in=[one.pk for one in family])
        fields["people"].label_from_instance = lambda person: person.full_name

    def add_prefix(self, field_name: str) -> str:
        return f"{field_name}-{self.nth}"

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        if asked.get("service") and not asked.get("people") and "people" not in self.errors:
            self.add_error("people", gettext("Say who of the family this is for."))
        return asked

    def is_asked(self) -> bool:
        return bool(self.cleaned_data.get("service"))

    def part(self) -> Part:
        asked = self.cleaned_data
        return Part(asked["service"], tuple(asked["people"].order_by("pk")))
