"""What texts bring about, and whom they do not reach."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from base import clock
from desk import selectors
from desk.pages import done, page
from desk.told_forms import BehindForm, CallForm, EffectForm
from notifications import calling, effect, policies
from notifications import unreached as list_of
from notifications.calls import Call
from notifications.effect import Cell, Line, Range, Told
from people.policies import SEES_EVERYTHING, require
from people.requests import caller

BOOKINGS_PER_PAGE = 50
GROUPS: Mapping[str, tuple[Told, ...]] = {
    "reminded": (Told.DELIVERED, Told.SENT),
    **{told.value: (told,) for told in Told},
}
"""Whom a link to the bookings behind a count may mean."""


@page
@require_safe
def effect_page(request: HttpRequest) -> HttpResponse:
    """Who came, of the reminded and of the others."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_EVERYTHING)))
    form = EffectForm(request.GET, staff=staff)
    if not form.is_valid():
        return render(request, "desk/effect.html", {"form": form}, status=422)
    of = range_of(form)
    require(policies.may_see_effect(staff, of.centre.pk))
    found = effect.effect(of, outside=form.cleaned_data["outside"])
    context = {
        "form": form,
        "found": found,
        "last_on": form.cleaned_data["until_on"],
        "question": question(form),
        "note": effect.NOTE,
        "lines": [drawn(line) for line in found.lines],
    }
    return render(request, "desk/effect.html", context)


def range_of(form: EffectForm) -> Range:
    """The last day is included where people write it."""
    asked = form.cleaned_data
    return Range(asked["centre"], asked["from_on"], asked["until_on"] + timedelta(days=1))


def question(form: EffectForm) -> str:
    """The page's own question, as an address carries it."""
    asked = form.cleaned_data
    return urlencode(
        {
            "centre": asked["centre"].public_id,
            "from_on": f"{asked['from_on']:%d.%m.%Y}",
            "until_on": f"{asked['until_on']:%d.%m.%Y}",
        }
    )


def drawn(line: Line) -> tuple[Line, list[tuple[str, Cell]]]:
    """With the two groups that are compared, by how GROUPS calls them."""
    return line, [("reminded", line.reminded), ("not", line.not_reminded)]


@page
@require_safe
def effect_behind(request: HttpRequest) -> HttpResponse:
    """The bookings that a count is of; of those she may not know of only the time."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_EVERYTHING)))
    form = BehindForm(request.GET, staff=staff)
    if not form.is_valid():
        return render(request, "desk/effect_behind.html", {"form": form}, status=422)
    of, asked = range_of(form), form.cleaned_data
    require(policies.may_see_effect(staff, of.centre.pk))
    keys = effect.behind(
        of,
        lead=effect.Lead(asked["lead"]),
        told=GROUPS[asked["group"]],
        came=effect.Came(asked["came"]),
    )
    shown = Paginator(keys, BOOKINGS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "of": of,
        "asked": asked,
        "lead": effect.Lead(asked["lead"]).label,
        "came": effect.Came(asked["came"]).label,
        "last_on": asked["until_on"],
        "question": question(form),
        "number": len(keys),
        "shown": shown,
        "events": selectors.events_of(list(shown), staff)[::-1],
    }
    return render(request, "desk/effect_behind.html", context)


@page
@never_cache
@require_safe
def unreached_page(request: HttpRequest) -> HttpResponse:
    """Whom to call, because no text tells them."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_EVERYTHING)))
    lines = calling.read_unreached(staff)
    waiting = list_of.to_call(lines)
    context = {
        "waiting": waiting,
        "families": list_of.families(waiting),
        "tried": [line for line in lines if not line.is_reached and not line.is_to_call],
        "reached": [line for line in lines if line.is_reached],
        "now": clock.now(),
    }
    return render(request, "desk/unreached.html", context)


@page
@require_POST
def called(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """She called about an hour: what came of it."""
    staff = caller(request)
    form = CallForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This could not be read. Choose it again."))
        return redirect("unreached-page")
    result = Call.Result(form.cleaned_data["result"])
    said = {
        Call.Result.REACHED: _("Noted: the family knows."),
        Call.Result.NOT_REACHED: _("Noted. Tomorrow it is on the list again."),
    }
    person_id = form.cleaned_data["person"]
    done(
        request,
        lambda: calling.note_call(staff, public_id, person_id, result=result),
        said=said[result],
    )
    return redirect("unreached-page")
