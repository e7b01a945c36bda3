"""The buttons of a stay's page: for each the form it reads, what it does, and what is said then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from desk.stay_forms import (
    ActForm,
    AwayForm,
    BirthForm,
    CheckInForm,
    CloseForm,
    ExtendForm,
    MoveForm,
    OfferForm,
)
from people.policies import Staff, require
from rooms import lookup, members, policies, reserving, services, upkeep
from rooms.models import Absence, Stay
from rooms.nights import Nights
from rooms.selectors import StayLeg

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Asked = dict[str, Any]
"""What a form read, its version apart."""


@dataclass(frozen=True)
class Act:
    """`run` takes the stay, what was asked, and `by` and `version` for the command."""

    form: type[ActForm]
    run: Callable[..., object]
    said: "StrOrPromise"

    @property
    def is_typed(self) -> bool:
        """Whether there is something that a refusal must not lose."""
        return self.form not in {ActForm, AwayForm}


def offer(stay: Stay, asked: Asked, **who: Any) -> object:
    nights = Nights(asked["from_on"], asked["to_on"])
    return reserving.offer_unit(stay, [StayLeg(asked["unit"], nights)], nights=nights, **who)


def go_away(stay: Stay, asked: Asked, **who: Any) -> object:
    member = lookup.member(stay, asked["who"])
    kind = Absence.Kind(asked["kind"] or Absence.Kind.HOSPITAL)
    return members.begin_absence(member, kind, **who)


def close(stay: Stay, asked: Asked, **who: Any) -> object:
    outcome = Stay.Status(asked["outcome"])
    return reserving.close_stay(stay, outcome, refusal=asked["why"], reason=asked["reason"], **who)


ACTS: Mapping[str, Act] = {
    "confirm": Act(
        ActForm,
        lambda stay, _asked, **who: reserving.confirm_stay(stay, **who),
        _("Reserved: it does not run out."),
    ),
    "offer": Act(OfferForm, offer, _("Held for a day.")),
    "check_in": Act(
        CheckInForm,
        lambda stay, asked, **who: services.check_in(stay, **asked, **who),
        _("Checked in."),
    ),
    "check_out": Act(
        ActForm,
        lambda stay, _asked, **who: services.check_out(stay, **who),
        _("Checked out: the unit waits to be cleaned."),
    ),
    "ready": Act(
        ActForm,
        lambda stay, _asked, *, by, version: upkeep.ready_after(stay, by=by),
        _("The unit is ready."),
    ),
    "extend": Act(
        ExtendForm,
        lambda stay, asked, **who: services.extend_stay(stay, asked.pop("to_on"), **asked, **who),
        _("Extended."),
    ),
    "move": Act(
        MoveForm,
        lambda stay, asked, **who: services.move_stay(stay, **asked, **who),
        _("Moved."),
    ),
    "away": Act(AwayForm, go_away, _("Noted: the unit stays theirs.")),
    "back": Act(
        AwayForm,
        lambda stay, asked, **who: members.end_absence(lookup.member(stay, asked["who"]), **who),
        _("Welcome back."),
    ),
    "join": Act(
        AwayForm,
        lambda stay, asked, **who: members.add_member(
            stay, lookup.relative(stay, asked["who"]), **who
        ),
        _("Noted."),
    ),
    "leave": Act(
        AwayForm,
        lambda stay, asked, **who: members.part_member(lookup.member(stay, asked["who"]), **who),
        _("Noted."),
    ),
    "born": Act(
        BirthForm,
        lambda stay, asked, **who: members.record_birth(stay, **asked, **who),
        _("Welcome to the world."),
    ),
    "close": Act(CloseForm, close, _("Noted how it ended.")),
}


def check_allowed(act: Act, stay: Stay, staff: Staff) -> None:
    """Whether the button is hers at all, before anything of the form is looked at. Raises
    NotAllowed."""
    if act.form is ExtendForm:
        require(policies.may_extend(staff, stay.centre_id))


def command(act: Act, stay: Stay, form: ActForm, staff: Staff) -> Callable[[], object]:
    """What the pressed button does."""
    asked = dict(form.cleaned_data)
    version = asked.pop("version")
    return lambda: act.run(stay, asked, by=staff.user, version=version)
