"""One booking: what it is, what became of it, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base import clock
from desk import selectors
from desk.forms import CancelForm, MoveForm, OutcomeForm, VersionForm, WindowForm
from desk.pages import accepted, back, done, page
from notifications import links
from notifications import selectors as reminders
from notifications.planning import explained
from people import selectors as people_selectors
from people.models import Person, User
from people.requests import caller
from scheduling import calendars, closing, lookup, planning, policies, services, slots, steps
from scheduling.models import Booking, Change, Participation, Resource, Service
from workshops import selectors as workshops_selectors

MOVES_SHOWN = 24
MOVE_WINDOW = timedelta(days=14)
Outcome = Participation.Outcome

OF_GROUPS = (Booking.Kind.SESSION, Booking.Kind.PLACE)
"""Moved, cancelled and closed with their whole session, on its page."""


def changeable(request: HttpRequest, public_id: UUID) -> Booking:
    return lookup.changeable_booking(caller(request), public_id)


@page
@require_safe
def one_booking(request: HttpRequest, public_id: UUID) -> HttpResponse:
    booking = lookup.known_booking(caller(request), public_id)
    return shown(request, booking, cancel=CancelForm(initial={"version": booking.version}))


def shown(
    request: HttpRequest, booking: Booking, *, cancel: CancelForm, status: int = 200
) -> HttpResponse:
    staff = caller(request)
    (event,) = selectors.events_of([booking.pk], staff)
    event.status = status_of(booking)
    is_over = event.status not in {Booking.Status.HELD, Booking.Status.CONFIRMED}
    has_begun = booking.starts_at <= clock.now()
    session = workshops_selectors.sessions_of_bookings([booking.pk]).get(booking.pk)
    may_change = policies.may_change(staff, booking) and session is None
    context = {
        "session": session,
        "booking": booking,
        "event": event,
        "status": event.status,
        "expires_at": booking.hold_expires_at,
        "prospects": [
            (prospect, explained(prospect.why)) for prospect in reminders.of_booking(booking)
        ],
        "answers": links.answers_to([booking]).values(),
        "changes": [told(change, event) for change in booking.changes.select_related("by")],
        "cancel": cancel,
        "may_change": may_change,
        "may_move": may_change and not is_over and not has_begun and event.kind != "block",
        "may_cancel": may_change and not is_over and (not has_begun or event.kind == "block"),
        "has_begun": has_begun,
        "now": clock.now(),
    }
    return render(request, "desk/booking.html", context, status=status)


def status_of(booking: Booking) -> str:
    if steps.hold_has_expired(booking):
        return Booking.Status.EXPIRED
    return booking.status


@dataclass(frozen=True)
class Told:
    """A change in words: `moved` are the two instants of a move, `outcomes` names and labels."""

    change: Change
    moved: tuple[datetime, datetime] | None
    outcomes: Sequence[tuple[str, str]]


def told(change: Change, event: calendars.Event) -> Told:
    facts = change.facts
    names = {str(person.public_id): person.full_name for person in event.people}
    return Told(
        change,
        moved=(datetime.fromisoformat(facts["was"]), datetime.fromisoformat(facts["starts_at"]))
        if "was" in facts
        else None,
        outcomes=[
            (names.get(person, ""), str(Outcome(outcome).label))
            for person, outcome in facts.get("outcomes", {}).items()
        ],
    )


@page
@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    booking = changeable(request, public_id)
    if booking.kind in OF_GROUPS:
        return redirect("booking-page", public_id=public_id)
    done(
        request,
        lambda: services.confirm_booking(
            booking, by=caller(request).user, version=version_in(request)
        ),
        said=_("Confirmed. The hour is booked."),
    )
    return back(request, "booking-page", public_id=public_id)


def version_in(request: HttpRequest) -> int:
    """What the button's page showed; 0, which is always stale, when it says nothing readable."""
    form = VersionForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else 0


@page
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    booking = changeable(request, public_id)
    if booking.kind in OF_GROUPS:
        return redirect("booking-page", public_id=public_id)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return shown(request, booking, cancel=form, status=422)
    asked = form.cleaned_data
    done(
        request,
        lambda: services.cancel_booking(
            booking,
            by=caller(request).user,
            party=Booking.Party(asked["party"]),
            reason=asked["reason"],
            version=asked["version"],
        ),
        said=_("Cancelled. The hour is free again, and no reminder will be sent."),
    )
    return back(request, "booking-page", public_id=public_id)


@page
@require_POST
def outcome(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What came of the session: one button per person and outcome, or one for everybody."""
    booking = changeable(request, public_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid() or booking.kind in OF_GROUPS:
        return redirect("booking-page", public_id=public_id)
    asked = form.cleaned_data
    people = Person.objects.filter(participations__booking=booking)
    if asked["person"]:
        people = people.filter(public_id=asked["person"])
    if not people:
        people_selectors.not_found("person")
    done(
        request,
        lambda: closing.record_outcomes(
            booking,
            dict.fromkeys(people, Outcome(asked["outcome"])),
            by=caller(request).user,
            version=asked["version"],
        ),
        said=_("Noted: %(outcome)s.") % {"outcome": Outcome(asked["outcome"]).label},
    )
    return back(request, "booking-page", public_id=public_id)


@page
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another hour for the same people: one of the next free ones, or one typed in."""
    staff = caller(request)
    booking = changeable(request, public_id)
    if booking.service is None or booking.kind in OF_GROUPS:
        return redirect("booking-page", public_id=public_id)
    window = window_of(request, booking.service)
    specialist: Resource | None = window.cleaned_data.get("specialist") or lead_of(booking)
    begins = window.cleaned_data.get("begins") or clock.today()
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        initial={"version": booking.version, "on": clock.local(booking.starts_at).date()},
    )
    is_said = request.method == "POST" and form.is_valid() and not form.is_ambiguous
    command = partial(moved, booking, specialist, form, by=staff.user)
    if is_said and accepted(form, command) is not None:
        messages.success(request, _("Moved. The reminders follow the new hour."))
        return redirect("booking-page", public_id=public_id)
    (event,) = selectors.events_of([booking.pk], staff)
    context = {
        "booking": booking,
        "event": event,
        "form": form,
        "window": window,
        "begins": begins,
        "specialist": specialist,
        "is_ambiguous": form.is_ambiguous,
        **hours_for(booking, specialist, clock.midnight(begins)),
    }
    return render(request, "desk/move.html", context, status=422 if form.errors else 200)


def window_of(request: HttpRequest, service: Service) -> WindowForm:
    """Where to look: from today on and with whoever leads the booking, unless asked otherwise."""
    asked = {
        "begins": request.GET.get("begins") or f"{clock.today():%d.%m.%Y}",
        "specialist": request.GET.get("specialist"),
    }
    window = WindowForm(asked, staff=caller(request), service=service)
    window.is_valid()
    return window


def moved(booking: Booking, specialist: Resource | None, form: MoveForm, *, by: User) -> Booking:
    return services.reschedule_booking(
        booking,
        starts_at=form.cleaned_data["starts_at"],
        lead=specialist,
        version=form.cleaned_data["version"],
        by=by,
    )


def lead_of(booking: Booking) -> Resource | None:
    rows = booking.allocations.filter(part="lead").select_related("resource")
    row = rows.order_by("-active", "-pk").first()
    return row.resource if row else None


def hours_for(booking: Booking, specialist: Resource | None, begins: datetime) -> dict[str, Any]:
    """What `slots` finds for the booking's people, its own hour apart."""
    search = planning.search_to_move(
        booking, lead=specialist, begins=begins, ends=begins + MOVE_WINDOW
    )
    found: list[slots.Slot] = slots.free_slots(search)[:MOVES_SHOWN]  # type: ignore[assignment]
    own = booking.starts_at, lead_of(booking)
    others = [slot for slot in found if (slot.starts_at, slot.specialist) != own]
    return {
        "days": selectors.days_of(others),
        "later_day": None if found else slots.first_day_after(search),
        "more_from": clock.local(found[-1].starts_at).date() + timedelta(days=1)
        if len(found) == MOVES_SHOWN
        else None,
    }
