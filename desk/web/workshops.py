"""What a centre offers: the list, a new workshop, and one that is changed or offered no more."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.pages import accepted, carried_out, once, page
from desk.workshop_forms import (
    ChangeWorkshopForm,
    NewWorkshopForm,
    beginning,
    present,
    run_by,
)
from people import selectors as people_selectors
from people.models import Centre
from people.policies import MANAGES_RESOURCES, Staff, require
from people.requests import caller
from scheduling.models import Resource
from workshops import lookup, offering, policies, selectors
from workshops.catalogue import ATELIERS, BY_CODE, Atelier
from workshops.models import Audience, Workshop
from workshops.public_calendar import address_of


@dataclass(frozen=True)
class Shelf:
    """What one centre offers, offers no more, and may take besides."""

    centre: Centre
    offered: list[Workshop]
    stopped: list[Workshop]
    others: list[Atelier]
    may_set_up: bool


@page
@require_safe
def offered_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centre_ids))
    found = list(selectors.workshops_of(staff).order_by("service__name", "pk"))
    shelves = [shelf(staff, one, found) for one in people_selectors.centres_of(staff)]
    return render(request, "desk/offered.html", {"shelves": shelves})


def shelf(staff: Staff, centre: Centre, found: list[Workshop]) -> Shelf:
    own = [one for one in found if one.centre_id == centre.pk]
    codes = {one.service.code for one in own}
    return Shelf(
        centre,
        [one for one in own if one.is_offered],
        [one for one in own if not one.is_offered],
        [one for one in ATELIERS if one.code not in codes],
        policies.may_set_up(staff, centre.pk),
    )


@page
def new_workshop(request: HttpRequest) -> HttpResponse:
    """One of the catalogue as it stands there, or an empty form for one of the centre's own."""
    staff = caller(request)
    require(bool(staff.centres_where(MANAGES_RESOURCES)))
    given = request.POST if request.method == "POST" else request.GET
    centre, one = chosen(staff, given), BY_CODE.get(given.get("code", ""))
    initial = {**beginning(one), "code": one and one.code, "centre": centre}
    posted = request.POST if request.method == "POST" else None
    form = NewWorkshopForm(posted, staff=staff, centre=centre, initial=initial)
    if request.method == "POST" and centre is not None and form.is_valid():
        code = one.code if one else ""
        made = accepted(
            form,
            lambda: once(
                request, lambda: offering.offer_workshop(centre, code=code, **form.asked())
            ),
        )
        if made:
            messages.success(request, _("Offered. Groups may be opened for it."))
            return redirect("workshop-page", public_id=made)
    context = {
        "form": form,
        "one": one,
        "centre": centre,
        "centres": run_by(staff),
        "once": given.get("once") or uuid4(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/new_workshop.html", context, status=status)


def chosen(staff: Staff, given: Any) -> Centre | None:
    """The centre that is named, or the only one there is to name."""
    centres = list(run_by(staff))
    named = [one for one in centres if str(one.public_id) == given.get("centre")]
    return next(iter(named), centres[0] if len(centres) == 1 else None)


@page
def workshop_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One workshop; for whoever sets it up, with everything in a form."""
    staff = caller(request)
    workshop = lookup.workshop(staff, public_id)
    may_set_up = policies.may_set_up(staff, workshop.centre_id)
    form = None
    if may_set_up:
        posted = request.POST if request.method == "POST" else None
        centre = workshop.centre
        form = ChangeWorkshopForm(posted, staff=staff, centre=centre, initial=present(workshop))
    if request.method == "POST":
        require(form is not None)
        if form and form.is_valid() and changed(request, workshop, form):
            return redirect("workshop-page", public_id=public_id)
        workshop = lookup.workshop(staff, public_id)  # as it is, whatever was typed
    groups = selectors.groups_ahead(staff).filter(workshop=workshop)
    places = selectors.places_of(list(groups))
    context = {
        "workshop": workshop,
        "form": form,
        "audiences": [Audience(one).label for one in workshop.audiences],
        "minutes": workshop.service.duration.total_seconds() // 60,
        "leaders": named(workshop, Resource.Kind.SPECIALIST),
        "rooms": named(workshop, Resource.Kind.ROOM),
        "groups": [(group, places[group.pk]) for group in groups],
        "url": address_of(workshop) if workshop.is_public else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/workshop.html", context, status=status)


def changed(request: HttpRequest, workshop: Workshop, form: ChangeWorkshopForm) -> bool:
    return carried_out(
        request,
        form,
        lambda: offering.change_workshop(workshop, **form.asked()),
        said=_("Kept."),
        typed=True,
    )


def named(workshop: Workshop, kind: Resource.Kind) -> list[Resource]:
    found = workshop.service.resources.filter(kind=kind, is_active=True)
    return list(found.order_by("name", "pk"))
