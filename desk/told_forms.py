"""Forms of the pages about texts."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from desk.fields import DayField
from desk.forms import ByPublicId, Form, StaffForm
from notifications.calls import Call
from notifications.effect import LONGEST, Came, Lead, Told
from people import selectors as people_selectors
from people.policies import SEES_EVERYTHING

USUAL = timedelta(days=180)
GROUPS = [("reminded", ""), *((told.value, "") for told in Told)]


class EffectForm(StaffForm):
    """Which centre, and from which day to which, both included: the last half year unless said."""

    centre = ByPublicId(required=False, label=_("Centre"), empty_label=None)
    from_on = DayField(required=False, label=_("From date"))
    until_on = DayField(required=False, label=_("To date"))
    outside = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        runs = self.staff.centres_where(SEES_EVERYTHING)
        self.centres = people_selectors.centres_of(self.staff).filter(pk__in=runs).order_by("name")
        fields: Any = self.fields
        fields["centre"].queryset = self.centres

    def clean(self) -> dict[str, Any]:
        asked = {**(super().clean() or {})}
        until: Any = asked.get("until_on") or clock.today()
        # The first years have no half year before them.
        since: Any = asked.get("from_on") or until - USUAL
        if until < since:
            self.add_error("until_on", gettext("The last date must not be before the first."))
        elif until - since >= LONGEST:
            self.add_error(
                "until_on",
                gettext("Ask for at most %(days)s days at a time.") % {"days": LONGEST.days},
            )
        centre = asked.get("centre") or self.centres.first()
        return asked | {"centre": centre, "from_on": since, "until_on": until}


class BehindForm(EffectForm):
    """Which of the counts."""

    lead = forms.ChoiceField(choices=Lead.choices)
    group = forms.ChoiceField(choices=GROUPS)
    came = forms.ChoiceField(choices=Came.choices)


class CallForm(Form):
    """What came of a call, and whom it was about."""

    person = forms.UUIDField()
    result = forms.ChoiceField(choices=Call.Result.choices)
