"""The shelter's pages: tonight, the board, one unit, the toy library."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base import clock
from desk import selectors as desk_selectors
from desk.fields import DayField
from desk.forms import Form
from desk.pages import accepted, back, done, page
from desk.stay_forms import AddressForm, CotsForm, LendForm, PlaceForm, ServiceForm
from desk.web.people import LONGEST_QUESTION
from people.policies import SEES_NAMES, Staff, require
from people.requests import caller
from rooms import board as boards
from rooms import evening, lending, lookup, policies, selectors, upkeep
from rooms.nights import DAY, Nights, tonight
from scheduling.models import Resource

SPANS = (7, 14, 30, 90)


@page
@require_safe
def tonight_page(request: HttpRequest) -> HttpResponse:
    """What the duty worker answers at three in the morning, on the phone."""
    staff = caller(request)
    require(policies.shelters(staff))
    context = {
        "form": PlaceForm(initial={"adults": 1}, staff=staff),
        "evening": evening.evening(staff),
        "sisters": evening.sisters(staff),
        "night": tonight(),
        "waiting": len(selectors.waiting(selectors.stays_of(staff))),
    }
    return render(request, "desk/tonight.html", context)


class BoardForm(Form):
    start = DayField(required=False)


@page
@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """Units by nights. Asked again by the page itself, it answers only when something changed."""
    staff = caller(request)
    revision = boards.revision(staff.centre_ids)
    if request.headers.get("HX-Request") and request.GET.get("known") == revision:
        return HttpResponse(status=204)
    form = BoardForm({"start": request.GET.get("from", "")})
    start: date = (form.cleaned_data.get("start") if form.is_valid() else None) or tonight()
    given = request.GET.get("days", "")
    days = int(given) if given in {str(number) for number in SPANS} else 14
    # A day before today is seen too: who left this morning.
    nights = Nights(start - DAY, start + timedelta(days=days - 1))
    context = {
        "board": boards.board(staff.centre_ids, nights, staff),
        "revision": revision,
        "spans": SPANS,
        "days": days,
        "start": start,
        "before": start - timedelta(days=days),
        "after": start + timedelta(days=days),
        "tonight": tonight(),
        "today": clock.today(),
        "shelters": policies.shelters(staff),
        "form": form,
    }
    return render(request, "desk/board.html", context)


@page
def unit_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One unit: its state, repairs, cots."""
    staff = caller(request)
    unit = lookup.sheltering_unit(staff, public_id)
    act = request.POST.get("act")
    service = ServiceForm(request.POST if act == "close" else None, staff=staff)
    cots = CotsForm(request.POST if act == "cots" else None, staff=staff, unit=unit)
    building = unit.unit.building
    address = AddressForm(
        request.POST if act == "address" else None,
        staff=staff,
        initial={"address": building.address},
    )
    commands: dict[str, tuple[Form | None, Callable[[], object], str]] = {
        "ready": (None, lambda: upkeep.make_ready(unit, by=staff.user), _("The unit is ready.")),
        "open": (
            None,
            lambda: upkeep.put_in_service(unit, by=staff.user),
            _("The unit may be slept in again."),
        ),
        "close": (
            service,
            lambda: upkeep.take_out_of_service(unit, service.nights, by=staff.user),
            _("Marked. Nobody is put there in that time."),
        ),
        "address": (
            address,
            lambda: upkeep.write_address(building, address.cleaned_data["address"]),
            _("Written down, for shelter staff alone."),
        ),
        "cots": (cots, lambda: move_cots(unit, cots, staff), _("Noted: the cots move.")),
    }
    if request.method == "POST" and act in commands:
        form, command, said = commands[act]
        if form is None or form.is_valid():
            done(request, command, said=said)
            return back(request, "unit-page", public_id=public_id)
    now = upkeep.as_is(unit)
    context = {
        "unit": now,
        "address": building.address,
        "address_form": address,
        "service": service,
        "cots": cots,
        "cots_now": now.cots_on(Nights(tonight(), tonight())),
        "blocks": [leg.nights for leg in now.legs if leg.stay_id is None],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/unit.html", context, status=status)


def move_cots(unit: Resource, form: CotsForm, staff: Staff) -> object:
    asked = form.cleaned_data
    assert unit.centre is not None
    return upkeep.move_cots(
        unit.centre,
        taken_from=unit,
        brought_to=asked["to_unit"],
        count=asked["count"],
        on=asked["on"],
        by=staff.user,
    )


@page
def toys_page(request: HttpRequest) -> HttpResponse:
    """The toy library: what is lent to whom and until when, overdue first."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_NAMES)))
    form = LendForm(request.POST or None, staff=staff)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        lend = partial(lending.lend, asked["toy"], asked["person"], due_on=asked["due_on"])
        if accepted(form, lambda: lend(by=staff.user)):
            messages.success(request, _("Lent. It stands in the list until it is back."))
            return redirect("toys-page")
    q = question(request)
    lent = {loan.toy_id: loan for loan in selectors.lent(selectors.loans_of(staff))}
    toys = selectors.toys(staff)
    taken = selectors.toys_lent(toys)
    context = {
        "form": form,
        "q": q,
        "candidates": desk_selectors.named(staff, q),
        "loans": lent.values(),
        "late": [loan.pk for loan in lent.values() if loan.is_overdue_on(clock.today())],
        "free": [toy for toy in toys.order_by("name") if toy.pk not in taken],
        "elsewhere": len(taken - lent.keys()),
        "in_two_weeks": clock.today() + timedelta(days=14),
    }
    return render(request, "desk/toys.html", context, status=422 if form.errors else 200)


@page
@require_POST
def return_toy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    loan = lookup.loan(staff, public_id)
    done(request, lambda: lending.take_back(loan, by=staff.user), said=_("It is back."))
    return redirect("toys-page")


def question(request: HttpRequest) -> str:
    """The name that is looked for."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]
