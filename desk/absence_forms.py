"""What is asked about a specialist who is absent."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk import selectors
from desk.fields import DayField, InstantField
from desk.forms import LONGEST_WINDOW, ByPublicId, StaffForm
from people.policies import MANAGES_RESOURCES
from scheduling import lookup
from scheduling.absences import Way
from scheduling.models import Resource


class AbsenceForm(StaffForm):
    """Who is absent, and from which day to which, both included."""

    who = ByPublicId(label=_("Who"), empty_label=None)
    from_on = DayField(label=_("From date"))
    until_on = DayField(required=False, label=_("To date"), help_text=_("Empty for one day only."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        who: Any = self.fields["who"]
        runs = self.staff.centres_where(MANAGES_RESOURCES)
        theirs = selectors.colleagues(self.staff).filter(availability__centre__in=runs)
        keys = [*theirs.values_list("pk", flat=True)]
        own = Resource.objects.filter(user=self.staff.user).values_list("pk", flat=True)
        who.queryset = Resource.objects.filter(pk__in=[*keys, *own]).order_by("name", "pk")
        who.label_from_instance = lambda resource: resource.name

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        first, last = asked.get("from_on"), asked.get("until_on") or asked.get("from_on")
        if first and last and last < first:
            self.add_error("until_on", gettext("The last date must not be before the first."))
        elif first and last and last - first > LONGEST_WINDOW:
            self.add_error(
                "until_on",
                gettext("Ask for at most %(days)s days at a time.") % {"days": LONGEST_WINDOW.days},
            )
        return asked | {"until_on": last}


class DecisionForm(StaffForm):
    """What becomes of one hour of an absent specialist."""

    way = forms.ChoiceField(choices=[(way.value, way.value) for way in Way])
    lead = ByPublicId(required=False)
    starts_at = InstantField(required=False)

    def __init__(self, data: Any, **options: Any) -> None:
        read = {"substitute": ("way", "lead"), "move": ("way", "starts_at")}
        names = read.get(data["way"], ("way",))
        super().__init__({name: data[name] for name in names}, **options)
        lead: Any = self.fields["lead"]
        lead.queryset = lookup.specialists_of(self.staff)
