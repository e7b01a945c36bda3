"""The stable: what each horse may do, what it works this week, and when it is away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from base import clock
from desk.forms import Form
from desk.horse_forms import (
    AwayForm,
    BackForm,
    ChangeHorseForm,
    HorseForm,
    NoRidingForm,
    RidingForm,
    WorksForm,
    limits_of,
    rides_of,
)
from desk.pages import back, carried_out, once, page
from people.policies import MANAGES_RESOURCES, Staff, require
from people.requests import caller
from people.selectors import not_found
from scheduling.models import Booking
from workshops import arena, herd, lookup, policies, selectors, stable
from workshops.models import Horse, Riding, Workshop
from workshops.week import monday_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Stall:
    """One horse as the page shows it, with the forms of who may change it."""

    horse: Horse
    work: herd.Work
    away: Sequence[Booking]
    forms: Mapping[str, Form]


@dataclass(frozen=True)
class Act:
    """A button: the form it reads, what it does, and what is said then."""

    form: Callable[..., Form]
    run: Callable[[HttpRequest, Any], object]
    said: "StrOrPromise"
    is_typed: bool = True


def add(request: HttpRequest, form: Any) -> object:
    asked = dict(form.cleaned_data)
    centre = asked.pop("centre")
    return once(request, lambda: stable.add_horse(centre, **asked))


def change(request: HttpRequest, form: Any) -> object:
    asked = dict(form.cleaned_data)
    return stable.change_horse(named(request, asked.pop("horse")), **asked)


def retire(request: HttpRequest, form: Any) -> object:
    asked = form.cleaned_data
    return stable.change_horse(
        named(request, asked["horse"]), version=asked["version"], works=False
    )


def let_work(request: HttpRequest, form: Any) -> object:
    asked = form.cleaned_data
    return stable.change_horse(named(request, asked["horse"]), version=asked["version"], works=True)


def send_away(request: HttpRequest, form: Any) -> object:
    asked = form.cleaned_data
    return stable.send_away(
        named(request, asked["horse"]),
        starts_at=asked["starts_at"],
        ends_at=asked["ends_at"],
        reason=Booking.BlockReason(asked["reason"]),
        by=caller(request).user,
    )


def bring_back(request: HttpRequest, form: Any) -> object:
    horse = named(request, form.cleaned_data["horse"])
    away = {one.public_id: one for one in herd.absences_ahead([horse])[horse.pk]}
    absence = away.get(form.cleaned_data["booking"]) or not_found("absence")
    return stable.bring_back(absence, by=caller(request).user)


def ride(request: HttpRequest, form: Any) -> object:
    return arena.set_riding(form.cleaned_data["workshop"], **form.rides())


def ride_no_more(request: HttpRequest, form: Any) -> object:
    staff = caller(request)
    workshop = lookup.workshop(staff, form.cleaned_data["workshop"])
    require(policies.may_set_up(staff, workshop.centre_id))
    return arena.stop_riding(workshop)


def named(request: HttpRequest, public_id: UUID) -> Horse:
    """Raises NotFound, NotAllowed."""
    return lookup.changeable_horse(caller(request), public_id)


def plain(form: type[Form]) -> Callable[..., Form]:
    """Of a form that need not know who fills it in."""

    def made(*args: Any, staff: Staff, **options: Any) -> Form:
        return form(*args, **options)

    return made


ACTS: Mapping[str, Act] = {
    "add": Act(HorseForm, add, _("The horse is in the stable.")),
    "change": Act(plain(ChangeHorseForm), change, _("Kept.")),
    "away": Act(plain(AwayForm), send_away, _("Marked. Nobody rides it then.")),
    "back": Act(plain(BackForm), bring_back, _("It is back."), is_typed=False),
    "retire": Act(plain(WorksForm), retire, _("It works no more."), is_typed=False),
    "works": Act(plain(WorksForm), let_work, _("It works again."), is_typed=False),
    "riding": Act(RidingForm, ride, _("Kept. The board of each session goes by it.")),
    "no-riding": Act(NoRidingForm, ride_no_more, _("Nobody rides there now."), is_typed=False),
}
OF_HORSES = ("change", "away")


@page
def horses_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centre_ids))
    may_set = bool(staff.centres_where(MANAGES_RESOURCES))
    name, refused = request.POST.get("act", ""), None
    if request.method == "POST":
        require(may_set)
        if name in ACTS:
            act = ACTS[name]
            refused = act.form(request.POST, staff=staff, auto_id=f"{name}-%s")
            if refused.is_valid() and carried_out(
                request,
                refused,
                lambda: act.run(request, refused),
                said=act.said,
                typed=act.is_typed,
            ):
                return back(request, "horses-page")
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/horses.html", shown(staff, may_set, name, refused), status=status)


def shown(staff: Staff, may_set: bool, name: str, refused: Form | None) -> dict[str, Any]:
    horses = list(herd.horses_of(staff))
    work = herd.work_in_week(horses, monday_of(clock.today()))
    away = herd.absences_ahead(horses)
    stalls = [
        Stall(
            one, work[one.pk], away[one.pk], forms_of(staff, one, name, refused) if may_set else {}
        )
        for one in horses
    ]
    ridden = ridden_by(staff) if may_set else []
    return {
        "stalls": [one for one in stalls if one.horse.resource.is_active],
        "rested": [one for one in stalls if not one.horse.resource.is_active],
        "monday": monday_of(clock.today()),
        "may_set": may_set,
        "add_form": refused if name == "add" else HorseForm(staff=staff) if may_set else None,
        "ridden": [(one, riding_form(staff, one, name, refused)) for one in ridden],
        "new_riding": new_riding(staff, ridden, name, refused) if may_set else None,
        "once": uuid4(),
    }


def forms_of(staff: Staff, horse: Horse, name: str, refused: Form | None) -> dict[str, Form]:
    """Of one horse; the one that was refused with what stands in it."""
    assert horse.resource.centre_id is not None
    if not policies.may_set_up(staff, horse.resource.centre_id):
        return {}
    key = horse.public_id
    forms: dict[str, Form] = {
        "change": ChangeHorseForm(initial=limits_of(horse), auto_id=f"change-{key}-%s"),
        "away": AwayForm(auto_id=f"away-{key}-%s"),
    }
    if refused is not None and name in OF_HORSES and refused.data.get("horse") == str(key):
        forms[name] = refused
    return forms


def ridden_by(staff: Staff) -> list[Riding]:
    """Of the centres that she runs."""
    mine = selectors.workshops_of(staff).filter(centre__in=staff.centres_where(MANAGES_RESOURCES))
    found = Riding.objects.filter(workshop__in=mine).select_related("workshop__service")
    return list(found.order_by("workshop__service__name", "pk"))


def riding_form(staff: Staff, riding: Riding, name: str, refused: Form | None) -> Form:
    if name == "riding" and refused and is_about(refused, riding.workshop):
        return refused
    key = riding.workshop.public_id
    return RidingForm(initial=rides_of(riding), staff=staff, auto_id=f"riding-{key}-%s")


def new_riding(
    staff: Staff, ridden: Sequence[Riding], name: str, refused: Form | None
) -> RidingForm:
    known = any(is_about(refused, one.workshop) for one in ridden) if refused else True
    if name == "riding" and isinstance(refused, RidingForm) and not known:
        return refused
    form = RidingForm(staff=staff, auto_id="riding-%s")
    workshops: Any = form.fields["workshop"]
    workshops.queryset = workshops.queryset.exclude(riding__in=ridden)
    return form


def is_about(form: Form, workshop: Workshop) -> bool:
    return bool(form.data.get("workshop") == str(workshop.public_id))
