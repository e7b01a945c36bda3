"""Asking for a place, the waiting list, and one stay from its hold to the last morning."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from base import clock
from desk import selectors as desk_selectors
from desk.pages import accepted, back, carried_out, once, page
from desk.stay_forms import ActForm, PlaceForm, TakeForm, longest
from desk.web.house import question
from desk.web.stay_acts import ACTS, check_allowed, command
from people.models import Person
from people.policies import SHELTERS, Staff, require
from people.requests import caller
from rooms import availability, policies, reserving, selectors, services, upkeep
from rooms.evening import sisters
from rooms.models import Stay
from rooms.nights import Nights, tonight
from rooms.selectors import StayLeg
from rooms.states import UnitNow
from scheduling.models import Resource

TURNED_AWAY_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Choice:
    """A unit on the list of those that fit."""

    unit: UnitNow
    to_on: date
    free_until: date | None
    cots: int


@page
def new_stay(request: HttpRequest) -> HttpResponse:
    """The question, the answer, and the place that was chosen, on one page."""
    staff = caller(request)
    require(policies.shelters(staff))
    if request.method == "POST":
        taking = TakeForm(request.POST, staff=staff)
        if taking.is_valid():
            made = accepted(taking, lambda: once(request, lambda: take(taking, staff)))
            if made:
                messages.success(request, str(_("Done: it stands so from this moment.")))
                return redirect("stay-page", public_id=made)
        return render(request, "desk/new_stay.html", chosen(request, taking), status=422)
    form = PlaceForm(request.GET, staff=staff)
    context: dict[str, Any] = {"form": form, "asked": request.GET.get("from_on") is not None}
    if form.is_valid():
        context |= answered(form, staff)
        chosen_place = form.cleaned_data.get("unit") or form.cleaned_data.get("turns")
        if chosen_place or "wait" in request.GET:
            context |= chosen(request, form)
    return render(request, "desk/new_stay.html", context)


def answered(form: PlaceForm, staff: Staff) -> dict[str, Any]:
    """Units that fit; for how long each may be had."""
    centre = form.cleaned_data["centre"]
    centres = [centre.pk] if centre else staff.centres_where(SHELTERS)
    answer = availability.availability(centres, form.party, form.nights)
    start = form.nights.from_on
    wanted = form.cleaned_data.get("to_on")
    return {
        "answer": answer,
        "vacancies": [
            Choice(
                vacancy.unit,
                wanted or longest(start, vacancy.free_until),
                vacancy.free_until,
                vacancy.unit.cots_on(form.nights),
            )
            for vacancy in answer.vacancies
        ],
        "sisters": [] if answer.vacancies else sisters(staff),
        "party": form.party,
        "start": start,
        "wanted": wanted,
    }


def chosen(request: HttpRequest, form: PlaceForm) -> dict[str, Any]:
    """The form for the place that was chosen, with the families that were looked for."""
    asked = dict(getattr(form, "cleaned_data", {}))
    if asked.get("unit") and asked.get("from_on") and not asked.get("to_on"):
        free_until = availability.free_until(upkeep.as_is(asked["unit"]), asked["from_on"])
        asked["to_on"] = longest(asked["from_on"], free_until)
    q = question(request)
    picked = asked.get("people") or Person.objects.none()
    return {
        "form": form,
        "take": True,
        "unit": asked.get("unit"),
        "turns": asked.get("turns"),
        "asked_for": asked,
        "q": q,
        "families": desk_selectors.families(caller(request), q, picked),
        "picked": {person.pk for person in picked},
        "today": clock.today(),
        "once": uuid4(),
    }


def take(form: TakeForm, staff: Staff) -> Stay:
    """Raises what rooms.services does."""
    asked = form.cleaned_data
    nights = Nights(asked["from_on"], asked["to_on"])
    ask = reserving.Ask(
        asked["centre"],
        nights,
        form.party,
        tuple(asked["people"]),
        in_danger=asked["in_danger"],
        reason=asked["reason"],
    )
    wanted = [StayLeg(asked["unit"], nights)] if asked.get("unit") else in_turns(form, nights)
    act = asked["act"]
    if act == "wait":
        return reserving.request_stay(ask, by=staff.user)
    if act == "admit":
        papers = asked["without_papers"]
        return services.admit(ask, wanted, without_papers=papers, by=staff.user)
    return reserving.hold_unit(ask, wanted, reserve=act == "reserve", by=staff.user)


def in_turns(form: TakeForm, nights: Nights) -> list[StayLeg]:
    """The units one after another that were offered; empty when one does, or none was asked."""
    if not form.cleaned_data.get("turns"):
        return []
    centre = form.cleaned_data["centre"]
    answer = availability.availability([centre.pk], form.party, nights)
    units = Resource.objects.in_bulk([turn.unit.pk for turn in answer.in_turns])
    return [StayLeg(units[turn.unit.pk], turn.nights) for turn in answer.in_turns]


@page
@require_safe
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Who waits, safety first; and how many were turned away (D26)."""
    staff = caller(request)
    require(policies.shelters(staff))
    stays = selectors.stays_of(staff)
    since = clock.now() - TURNED_AWAY_FOR
    context = {
        "waiting": selectors.waiting(stays),
        "gone": selectors.turned_away(stays, since, clock.now()),
        "reasons": Stay.Refusal,
    }
    return render(request, "desk/waiting.html", context)


@page
def stay_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One stay, and a button for each step it may take."""
    staff = caller(request)
    stay = services.read_stay(staff, public_id)
    forms = forms_of(request, stay, staff)
    name = request.POST.get("act", "")
    if request.method == "POST" and name in ACTS:
        act, form = ACTS[name], forms[name]
        check_allowed(act, stay, staff)
        if form.is_valid():
            run = command(act, stay, form, staff)
            if carried_out(request, form, run, said=act.said, typed=act.is_typed):
                return back(request, "stay-page", public_id=public_id)
    context = facts_of(request, stay, staff) | {"forms": forms}
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/stay.html", context, status=status)


def forms_of(request: HttpRequest, stay: Stay, staff: Staff) -> dict[str, ActForm]:
    """A form for each button; the one that was pressed is bound."""
    pressed = request.POST.get("act")
    return {
        name: act.form(
            request.POST if name == pressed else None,
            staff=staff,
            stay=stay,
            auto_id=f"{name}_%s",
        )
        for name, act in ACTS.items()
    }


def facts_of(request: HttpRequest, stay: Stay, staff: Staff) -> dict[str, Any]:
    now = clock.now()
    booking = stay.booking
    expires_at = booking.hold_expires_at if booking and stay.status == Stay.Status.HELD else None
    ran_out = expires_at is not None and expires_at <= now
    status = Stay.Status.REQUESTED if ran_out else Stay.Status(stay.status)
    here = selectors.members_of(stay)
    known = {member.person_id for member in here}
    family = list(stay.household.members.all()) if stay.household else []
    q = question(request)
    return {
        "stay": stay,
        "status": status,
        "legs": [] if ran_out else selectors.joined(selectors.legs_of(stay)),
        "members": here,
        "left": stay.members.exclude(left_on=None).select_related("person"),
        "away": selectors.away(here),
        "others": [person for person in family if person.pk not in known],
        "expires_at": None if ran_out else expires_at,
        "reserved": status == Stay.Status.HELD and not expires_at,
        "overdue": status == Stay.Status.IN_HOUSE and booking and booking.ends_at <= now,
        "to_clean": selectors.left_to_clean(stay),
        "extensions": stay.extensions.select_related("by"),
        "may_extend": policies.may_extend(staff, stay.centre_id),
        "has_papers": bool(stay.household_id and selectors.has_papers(stay.household_id)),
        "changes": selectors.changes_of(stay),
        "tonight": tonight(),
        "today": clock.today(),
        "q": q,
        "families": desk_selectors.families(staff, q),
        "picked": set(request.POST.getlist("people")),
    }
