"""Volunteers and colleagues who help: skills, hours, when they can come. No family is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from base import clock
from desk.forms import Form, VersionForm
from desk.helper_forms import (
    ChangeForm,
    ColleagueForm,
    DateForm,
    DropForm,
    HelpForm,
    NoteForm,
    SheetForm,
    VolunteerForm,
    WindowForm,
)
from desk.pages import accepted, back, carried_out, once, page
from people.policies import MANAGES_RESOURCES, SEES_NAMES, Staff, require
from people.requests import caller
from people.selectors import not_found
from workshops import help_hours, helping, lookup, policies
from workshops.help_hours import Hours, Times
from workshops.helping import OnDate, Weekly
from workshops.models import Helper, Skill


@dataclass(frozen=True)
class Line:
    helper: Helper
    this_month: int
    this_year: int
    """Minutes."""

    @property
    def skills(self) -> Sequence[str]:
        return skills_of(self.helper)


def skills_of(helper: Helper) -> list[str]:
    return [str(Skill(one).label) for one in helper.skills]


# --- The list -------------------------------------------------------------------------------------


@page
def helpers_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centres_where(SEES_NAMES)))
    may_set = bool(staff.centres_where(MANAGES_RESOURCES))
    act = request.POST.get("act", "")
    forms: dict[str, Form] = {}
    if may_set:
        forms = {
            "volunteer": VolunteerForm(
                request.POST if act == "volunteer" else None, staff=staff, auto_id="v-%s"
            ),
            "colleague": ColleagueForm(
                request.POST if act == "colleague" else None, staff=staff, auto_id="c-%s"
            ),
        }
    if request.method == "POST":
        require(may_set)
        form = forms.get(act)
        if form and form.is_valid() and (made := accepted(form, lambda: add(request, act, form))):
            messages.success(request, _("Added. Say when she can come."))
            return redirect("helper-page", public_id=made)
    helpers = list(help_hours.helpers_of(staff))
    lines = lines_of(helpers)
    context = {
        "lines": [one for one in lines if help_hours.still_helps(one.helper)],
        "former": [one for one in lines if not help_hours.still_helps(one.helper)],
        "forms": forms,
        "once": uuid4(),
        "today": clock.today(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/helpers.html", context, status=status)


def add(request: HttpRequest, act: str, form: Any) -> UUID:
    asked = dict(form.cleaned_data)
    centre = asked.pop("centre")
    if act == "volunteer":
        return once(request, lambda: helping.add_volunteer(centre, asked.pop("name"), **asked))
    colleague = lookup.colleague(caller(request), centre, asked.pop("colleague").public_id)
    return once(request, lambda: helping.add_colleague(colleague, centre, **asked))


def lines_of(helpers: Sequence[Helper]) -> list[Line]:
    today = clock.today()
    year = help_hours.hours_of(helpers, today.replace(month=1, day=1), today)
    month = today.replace(day=1)
    return [
        Line(one, year[one.pk].within(month, today).minutes, year[one.pk].minutes)
        for one in helpers
    ]


# --- One of them ----------------------------------------------------------------------------------


@page
def helper_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    helper = lookup.helper(staff, public_id)
    act = request.POST.get("act", "")
    forms = forms_of(request, staff, helper, act)
    if request.method == "POST":
        require(policies.may_note_help(staff, helper.centre_id))
        form = forms.get(act)
        require(form is not None or act not in ACTS)
        if form and form.is_valid():
            command = ACTS[act]
            if carried_out(
                request,
                form,
                lambda: command(request, helper, form.cleaned_data),
                said=SAID[act],
                typed=bool(form.visible_fields()),
            ):
                return back(request, "helper-page", public_id=public_id)
    status = 422 if request.method == "POST" else 200
    context = shown(helper) | {"forms": forms, "once": request.POST.get("once") or uuid4()}
    return render(request, "desk/helper.html", context, status=status)


def shown(helper: Helper) -> dict[str, Any]:
    first, last = SheetForm({}).days()
    hours = help_hours.hours_of([helper], first, last)[helper.pk]
    return {
        "helper": helper,
        "skills": skills_of(helper),
        "helps": help_hours.still_helps(helper),
        "times": help_hours.times_of(helper),
        "hours": hours,
        "notes": [line for line in hours.lines[::-1] if line.note],
        "first": first,
        "sheet": SheetForm(initial={"from": first, "to": last}),
    }


def forms_of(request: HttpRequest, staff: Staff, helper: Helper, act: str) -> dict[str, Form]:
    """Those that the reader may send; the one that was sent with what stands in it."""

    def data(name: str) -> Any:
        return request.POST if act == name else None

    forms: dict[str, Form] = {}
    if policies.may_note_help(staff, helper.centre_id):
        forms |= {
            "help": HelpForm(data("help"), auto_id="help-%s"),
            "unhelp": NoteForm(data("unhelp")),
        }
    if policies.may_set_up(staff, helper.centre_id):
        forms |= {
            "change": ChangeForm(data("change"), helper=helper, auto_id="change-%s"),
            "let-go": VersionForm(data("let-go")),
            "again": VersionForm(data("again")),
        }
        if helper.is_volunteer:
            forms |= {
                "window": WindowForm(data("window"), auto_id="window-%s"),
                "no-window": DropForm(data("no-window")),
                "date": DateForm(data("date"), auto_id="date-%s"),
                "no-date": DropForm(data("no-date")),
            }
    return forms


def note(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    """Once, also when the button is pressed twice."""
    by = caller(request).user
    return once(request, lambda: helping.note_help(helper, by=by, **asked))


def unnote(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> None:
    found = helper.notes.filter(public_id=asked["note"]).first() or not_found("help")
    helping.remove_note(found)


def change(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    return helping.change_helper(helper, **asked)


def let_go(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    return helping.change_helper(helper, helps=False, version=asked["version"])


def again(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    return helping.change_helper(helper, helps=True, version=asked["version"])


def add_window(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    version = asked.pop("version")
    return keep(helper, version, more=[Weekly(**asked)])


def add_date(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    version = asked.pop("version")
    return keep(helper, version, more_dates=[OnDate(**asked)])


def drop_window(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    return keep(helper, asked["version"], no_window=asked["place"])


def drop_date(request: HttpRequest, helper: Helper, asked: dict[str, Any]) -> object:
    return keep(helper, asked["version"], no_date=asked["place"])


def keep(
    helper: Helper,
    version: int,
    *,
    more: Sequence[Weekly] = (),
    more_dates: Sequence[OnDate] = (),
    no_window: int | None = None,
    no_date: int | None = None,
) -> object:
    """As it stands at that version, with more or less."""
    times: Times = help_hours.times_of(helper)
    weekly = [
        Weekly(one.weekday, one.starts, one.ends, one.valid_from, one.valid_until)
        for place, one in enumerate(times.weekly)
        if place != no_window
    ]
    dates = [
        OnDate(one.on, one.available, one.starts, one.ends)
        for place, one in enumerate(times.dates)
        if place != no_date
    ]
    return helping.set_availability(
        helper, weekly=[*weekly, *more], dates=[*dates, *more_dates], version=version
    )


Command = Callable[[HttpRequest, Helper, dict[str, Any]], object]
ACTS: dict[str, Command] = {
    "help": note,
    "unhelp": unnote,
    "change": change,
    "let-go": let_go,
    "again": again,
    "window": add_window,
    "no-window": drop_window,
    "date": add_date,
    "no-date": drop_date,
}
SAID = {
    "help": _("Noted. It counts at once."),
    "unhelp": _("The note is gone."),
    "change": _("Kept."),
    "let-go": _("Kept. Nobody proposes her any more."),
    "again": _("Welcome back."),
    "window": _("Kept."),
    "no-window": _("Kept."),
    "date": _("Kept."),
    "no-date": _("Kept."),
}


# --- For a certificate ----------------------------------------------------------------------------


@page
@require_safe
def helper_sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hours by day, to be printed and signed."""
    helper = lookup.helper(caller(request), public_id)
    form = SheetForm(request.GET)
    first, last = form.days()
    hours: Hours = help_hours.hours_of([helper], first, last)[helper.pk]
    context = {
        "helper": helper,
        "first": first,
        "last": last,
        "hours": hours,
        "refused": form if form.errors else None,
        "today": clock.today(),
    }
    return render(request, "desk/helper_sheet.html", context)
