"""When the house is open and who works there when: the week, and what repeats beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock
from desk.hours_forms import DateForm, HoursForm, LastDayForm, MoveForm
from desk.pages import accepted, back, carried_out, once, page
from desk.web import vacations
from people import selectors as people_selectors
from people.models import Centre
from people.policies import MANAGES_RESOURCES, Staff, require
from people.requests import caller
from scheduling import lookup, policies, repeating, setup
from scheduling.models import RepeatingHours
from scheduling.repeating import Kind
from scheduling.series.recurrence import Date
from scheduling.setup import Setup

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Asked = Mapping[str, Any]
SHOWN = 3
"""Dates ahead of each that the list names."""

UNFOLDED = 12
"""Dates of one that stand open."""


@dataclass(frozen=True)
class Week:
    """Somebody's usual week, or the doors' own: `[from, to)` by weekday."""

    name: str
    days: Sequence[Sequence[tuple[time, time]]]


@dataclass(frozen=True)
class Line:
    """What repeats, with its last term, and its next dates."""

    hours: RepeatingHours
    term: Any
    next: Sequence[Date]


@page
def hours_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centre_ids))
    may_set = bool(staff.centres_where(MANAGES_RESOURCES))
    school = vacations.Vacations(request, staff)
    of_school = school.act in vacations.ACTS
    posted = None if of_school else request.POST or None
    form = HoursForm(posted, staff=staff) if may_set else None
    if of_school and school.carried_out():
        return redirect(f"{reverse('hours-page')}#vacations")
    if request.method == "POST" and not of_school:
        require(may_set)
        assert form is not None
        if form.is_valid() and (made := accepted(form, lambda: repeat(request, form, staff))):
            messages.success(request, _("Set. It counts from now on for every search."))
            return redirect("hours-of", public_id=made)
    several = list(lookup.repeating_hours_of(staff).prefetch_related("terms__event__rule"))
    dates = repeating.dates_ahead(*several)
    context = {
        "form": form,
        "weeks": [(centre, weeks_of(centre)) for centre in people_selectors.centres_of(staff)],
        "lines": [
            Line(hours, hours.terms.all()[0], standing(dates[hours.pk])[:SHOWN])
            for hours in several
            if dates[hours.pk]
        ],
        "once": uuid4(),
        **school.context(),
    }
    status = 422 if of_school or (form and form.errors) else 200
    return render(request, "desk/hours.html", context, status=status)


def repeat(request: HttpRequest, form: HoursForm, staff: Staff) -> UUID:
    """The public id of what was set. Raises what `repeat_hours` does, NotFound and NotAllowed."""
    asked = form.cleaned_data
    specialist, centre_id = asked["who"], form.centre_id()
    if specialist is not None:
        centre = asked.get("centre")
        centre_id = lookup.centre_for(staff, specialist, centre and centre.public_id)
    require(policies.may_set_hours(staff, centre_id))
    return once(
        request,
        lambda: repeating.repeat_hours(
            Kind(asked["kind"]),
            form.hours(),
            centre_id=centre_id,
            specialist=specialist,
            name=asked["name"],
            by=staff.user,
        ),
    )


def weeks_of(centre: Centre) -> list[Week]:
    """Of the doors, then of everybody who works there, as of today."""
    house = setup.now_of(centre.pk)
    today = clock.today()
    colleagues = [
        one for one in house.resources if one.is_specialist and house.works_there(one, today)
    ]
    lines = [Week(_("The house"), week(house, None, "open"))]
    lines += [
        Week(one.name, week(house, one.pk, "works"))
        for one in sorted(colleagues, key=lambda one: one.name)
    ]
    return [line for line in lines if any(line.days)]


def week(house: Setup, resource_id: int | None, kind: str) -> list[list[tuple[time, time]]]:
    days: list[list[tuple[time, time]]] = [[] for _day in range(7)]
    today = clock.today()
    for what, _whose, weekday, starts, ends, from_on, until_on, _name in house.facts.get(
        resource_id, ()
    ):
        is_now = (from_on or today) <= today <= (until_on or today)
        if what == kind and is_now:
            days[weekday].append((starts, ends))
    return [sorted(spans) for spans in days]


def standing(dates: Sequence[Date]) -> list[Date]:
    return [one for one in dates if one.stands]


@dataclass(frozen=True)
class Act:
    """A button: the form it reads, what it does, and what is said then."""

    form: type[Any]
    run: Callable[[RepeatingHours, Asked], object]
    said: "StrOrPromise"
    is_typed: bool = True


def moved(hours: RepeatingHours, asked: Asked) -> None:
    between = (asked["starts"], asked["ends"]) if asked["starts"] else None
    repeating.move_date(
        hours, asked["on"], to=asked["to"], between=between, version=asked["version"]
    )


ACTS: Mapping[str, Act] = {
    "leave-out": Act(
        DateForm,
        lambda hours, asked: repeating.leave_out(hours, asked["on"], version=asked["version"]),
        gettext_lazy("Left out."),
        is_typed=False,
    ),
    "put-back": Act(
        DateForm,
        lambda hours, asked: repeating.put_back(hours, asked["on"], version=asked["version"]),
        gettext_lazy("The date is back."),
        is_typed=False,
    ),
    "move": Act(MoveForm, moved, gettext_lazy("Moved.")),
    "last-day": Act(
        LastDayForm,
        lambda hours, asked: repeating.set_last_day(
            hours, asked["until"], version=asked["version"]
        ),
        gettext_lazy("Kept."),
    ),
}


@page
def hours_of(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What repeats, date by date, with a button for whatever may be changed."""
    staff = caller(request)
    hours = lookup.repeating_hours(staff, public_id)
    name = request.POST.get("act", "")
    if request.method == "POST":
        lookup.changeable_hours(staff, public_id)
    form = ACTS[name].form(request.POST) if name in ACTS else None
    if form is not None and form.is_valid():
        act = ACTS[name]
        if carried_out(
            request,
            form,
            lambda: act.run(hours, form.cleaned_data),
            said=act.said,
            typed=act.is_typed,
        ):
            return back(request, "hours-of", public_id=public_id)
    dates = repeating.dates_ahead(hours)[hours.pk]
    context = {
        "hours": hours,
        "term": hours.terms.select_related("event__rule").last(),
        "soon": dates[:UNFOLDED],
        "later": dates[UNFOLDED:],
        "booked": repeating.booked_in(hours, policies.known_bookings(staff)),
        "refused": form if name == "move" else None,
        "last_day": form if name == "last-day" else LastDayForm(initial={"until": hours.until_on}),
        "may_set": policies.may_set_hours(staff, hours.centre_id),
    }
    return render(request, "desk/hours_of.html", context, status=422 if form else 200)
