"""What people type on the board of a riding session."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.fields import ClockField, LabelField
from desk.forms import Form, VersionForm
from workshops.lines import MOST_LINES
from workshops.riding.facts import Ride, Role
from workshops.sights import Sight


def number_field() -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0, max_value=MOST_LINES, required=False, widget=forms.HiddenInput
    )


class NumberForm(forms.Form):
    """Which line is being changed."""

    line = number_field()


class LineNumberForm(VersionForm):
    """`was` is the child of that line as the page showed it: others may have left meanwhile."""

    line = number_field()
    was = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class CallOffDayForm(Form):
    reason = LabelField(
        required=False,
        max_length=200,
        label=_("Reason"),
        help_text=_("For colleagues: storm, ice…"),
    )


class LineForm(LineNumberForm):
    """One ride. It may break rules: the board says which."""

    child = forms.ChoiceField(label=_("Child"))
    horse = forms.ChoiceField(label=_("Horse"))
    at = ClockField(label=_("From"))
    leader = forms.ChoiceField(required=False, label=_("Leads the horse"))
    side_walkers = forms.MultipleChoiceField(
        required=False, label=_("Walks beside"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, seen: Sight, **options: Any) -> None:
        super().__init__(*args, **options)
        afternoon = seen.afternoon
        helping = [one for one in afternoon.helpers if one.key in seen.cast.helpers]
        self.choose("child", [(one.key, one.name) for one in afternoon.children])
        self.choose("horse", [(one.key, one.name) for one in afternoon.horses])
        leading = [(one.key, one.name) for one in helping if Role.LEADER in one.roles]
        self.choose("leader", [("", _("nobody yet")), *leading])
        self.choose(
            "side_walkers",
            [(one.key, one.name) for one in helping if Role.SIDE_WALKER in one.roles],
        )

    def choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def ride(self) -> Ride:
        said = self.cleaned_data
        return Ride(
            said["child"],
            said["horse"],
            said["at"].hour * 60 + said["at"].minute,
            leader=said["leader"] or None,
            side_walkers=tuple(said["side_walkers"]),
        )
