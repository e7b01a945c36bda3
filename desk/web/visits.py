"""One visit for several services: asked, shown the shortest first, and booked whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from base import clock
from base.errors import DomainError
from desk.forms import Form, HourForm
from desk.pages import accepted, once, page
from desk.visit_forms import PartForm, VisitForm
from desk.web.finding import same_hour, wish_of
from people import selectors as people_selectors
from people.models import Person
from people.policies import Staff, require
from people.requests import caller
from scheduling import policies, services, visits
from scheduling.planning import Wish
from scheduling.visits import MOST_SERVICES, Part, Session, Visit


@page
def visit_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    person = people_selectors.person(staff, VisitForm.person_in(request.GET))
    require(policies.may_book(staff, person.centre_id))
    family = list(people_selectors.people_of(staff).filter(household=person.household_id))
    asked = request.GET
    form = VisitForm(asked if "service-1" in asked else None)
    parts = [
        PartForm(asked if form.is_bound else None, staff=staff, family=family, nth=nth)
        for nth in range(1, MOST_SERVICES + 1)
    ]
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "parts": parts,
        "family": family,
        "once": uuid4(),
    }
    booking = Form(request.POST or None)
    if request.method == "POST" and accepted(booking, lambda: book(request, booking, staff)):
        return redirect("person-page", public_id=person.public_id)
    context["booking"] = booking
    if form.is_bound and form.is_valid() and all(part.is_valid() for part in parts):
        context |= found(form, [part.part() for part in parts if part.is_asked()])
    has_errors = form.errors or any(part.errors for part in parts) or "impossible" in context
    status = 422 if has_errors or booking.errors else 200
    return render(request, "desk/visit.html", context, status=status)


@dataclass(frozen=True)
class Offer:
    """A visit, and what its button sends: each session as a query."""

    visit: Visit
    sessions: Sequence[tuple[Session, str]]


def found(form: VisitForm, parts: Sequence[Part]) -> dict[str, Any]:
    asked = form.cleaned_data
    begins = clock.midnight(asked["begins"])
    ends = clock.midnight(asked["ends"] + timedelta(days=1))
    wait = timedelta(minutes=asked["wait"])
    try:
        answer = visits.find_visits(parts, begins, ends, longest_wait=wait)
    except DomainError as error:
        return {"impossible": error}
    return {"offers": [offer_of(visit) for visit in answer.visits], "proven": answer.proven}


def offer_of(visit: Visit) -> Offer:
    in_time = sorted(visit.sessions, key=lambda session: session.starts_at)
    return Offer(visit, [(session, query_of(session)) for session in in_time])


def query_of(session: Session) -> str:
    part = session.part
    asked = {
        "service": part.service,
        "modality": "on_site",
        "specialist": session.lead,
        "starts_at": session.starts_at,
    }
    return same_hour(asked, part.people)


def book(request: HttpRequest, form: Form, staff: Staff) -> bool:
    """Whether something was booked; else the form says why not. Raises what `book` does."""
    hours = [HourForm(QueryDict(one), staff=staff) for one in request.POST.getlist("session")]
    if not 0 < len(hours) <= MOST_SERVICES or not all(hour.is_valid() for hour in hours):
        form.add_error(None, _("This hour could not be read. Choose it again."))
        return False
    wishes = [wish_in(staff, hour.cleaned_data) for hour in hours]
    once(request, lambda: services.book_together(wishes, by=staff.user)[0])
    messages.success(request, _("The whole visit is booked."))
    return True


def wish_in(staff: Staff, asked: dict[str, Any]) -> Wish:
    """Raises NotFound, NotAllowed."""
    centre_id = asked["service"].centre_id
    require(policies.may_book(staff, centre_id))
    named: Sequence[Person] = asked["person"]
    people = people_selectors.people(staff, centre_id, [person.public_id for person in named])
    return wish_of(asked, people, None)
