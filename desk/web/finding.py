"""Find an hour, and take it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base import clock
from desk import selectors
from desk.forms import WINDOW, BookForm, FindForm, HourForm
from desk.pages import accepted, page
from people import selectors as people_selectors
from people.models import Person
from people.policies import BOOKS, Staff, require
from people.requests import caller
from scheduling import policies, services, slots
from scheduling.models import Booking, Modality, Resource, Service
from scheduling.planning import Wish

CANDIDATES = 8
SLOTS_SHOWN = 120
"""As many as fit a page; the days after them are one click further."""

NEAREST_WITHIN = timedelta(days=14)


@page
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centres_where(BOOKS)))
    form = FindForm(with_defaults(request.GET, staff), staff=staff)
    form.is_valid()
    people: list[Person] = list(form.cleaned_data.get("person") or ())
    context: dict[str, Any] = {
        "form": form,
        "people": people,
        **candidates(staff, form.cleaned_data.get("q") or "", people),
    }
    if request.headers.get("HX-Target") == "candidates":
        return render(request, "desk/parts/candidates.html", context)
    service: Service | None = form.cleaned_data.get("service")
    if service:
        form.narrow(service)
        if not form.errors:
            context |= results(form, service, people)
    return render(request, "desk/find.html", context)


def with_defaults(asked: QueryDict, staff: Staff) -> QueryDict:
    """The question with what was left open: the first way the service is offered, the caller
    herself if she gives it, two weeks from today."""
    filled = asked.copy()
    today = clock.today()
    filled.setdefault("begins", f"{today:%d.%m.%Y}")
    filled.setdefault("ends", f"{today + WINDOW:%d.%m.%Y}")
    bare = FindForm(asked, staff=staff)
    bare.is_valid()
    service: Service | None = bare.cleaned_data.get("service")
    if service is None:
        return filled
    if filled.get("modality") not in service.modalities:
        filled["modality"] = service.modalities[0]
    givers = {str(giver.public_id): giver for giver in selectors.givers(staff, service)}
    if filled.get("specialist", "?") not in {"", *givers}:
        own = (key for key, giver in givers.items() if giver.user_id == staff.user.pk)
        filled["specialist"] = next(own, "")
    return filled


def candidates(staff: Staff, q: str, chosen: Sequence[Person]) -> dict[str, Any]:
    """People whose name begins so, those already chosen aside."""
    if not q:
        return {"q": ""}
    found = people_selectors.matching(people_selectors.people_of(staff), q)
    rows = list(found.exclude(pk__in=[person.pk for person in chosen])[: CANDIDATES + 1])
    if not rows and found.exists():
        return {"q": ""}  # whoever is called so is chosen already
    return {
        "q": q,
        "candidates": rows[:CANDIDATES],
        "more_candidates": len(rows) > CANDIDATES,
        "today": clock.today(),
    }


def results(form: FindForm, service: Service, people: Sequence[Person]) -> dict[str, Any]:
    asked = form.cleaned_data
    search = selectors.search_for(
        service,
        people,
        asked["modality"],
        asked["specialist"],
        clock.midnight(asked["begins"]),
        clock.midnight(asked["ends"] + timedelta(days=1)),
    )
    found = slots.free_slots(search)
    days, next_day = one_page(found)
    none_until = None if days else slots.first_day_after(search)
    return {
        "service": service,
        "modality": Modality(asked["modality"]),
        "days": days,
        "count": len(found),
        "carried": carried(service, people, asked["modality"]),
        "is_empty": not days,
        "later": link_from(form, next_day or none_until),
        "later_day": next_day or none_until,
    }


def one_page(found: slots.FreeSlots) -> tuple[list[selectors.Day], date | None]:
    """Whole days up to about SLOTS_SHOWN hours, and the day that begins the next page."""
    shown: list[slots.Slot] = found[: SLOTS_SHOWN + 1]  # type: ignore[assignment]
    days = selectors.days_of(shown)
    if len(shown) <= SLOTS_SHOWN or len(days) == 1:
        return days, None
    return days[:-1], days[-1].on


def link_from(form: FindForm, day: date | None) -> str:
    """The same question, two weeks from another day on."""
    if day is None:
        return ""
    question: Any = form.data.copy()  # type: ignore[attr-defined]
    question["begins"], question["ends"] = f"{day:%d.%m.%Y}", f"{day + WINDOW:%d.%m.%Y}"
    question.pop("q", None)
    encoded: str = question.urlencode()
    return encoded


def carried(service: Service, people: Sequence[Person], modality: str) -> str:
    """What every hour's link carries, beside the hour."""
    asked = QueryDict(mutable=True)
    asked["service"], asked["modality"] = str(service.public_id), modality
    asked.setlist("person", [str(person.public_id) for person in people])
    return asked.urlencode()


def same_hour(asked: dict[str, Any], people: Sequence[Person]) -> str:
    """The chosen hour, for a link to another page about it."""
    query = QueryDict(carried(asked["service"], people, asked["modality"]), mutable=True)
    query["specialist"] = str(asked["specialist"].public_id)
    query["starts_at"] = asked["starts_at"].isoformat()
    return query.urlencode()


@dataclass(frozen=True)
class Chosen:
    """An hour that was clicked, for whom, and what is still asked about it."""

    asked: dict[str, Any]
    people: tuple[Person, ...]
    day: date
    form: BookForm

    @property
    def service(self) -> Service:
        service: Service = self.asked["service"]
        return service


def chosen_hour(request: HttpRequest, staff: Staff) -> Chosen | None:
    """None, with a sentence on the next page, when the address cannot be read. Raises NotFound,
    NotAllowed."""
    hour = HourForm(request.POST if request.method == "POST" else request.GET, staff=staff)
    if not hour.is_valid():
        messages.error(request, _("This hour could not be read. Choose it again."))
        return None
    asked = hour.cleaned_data
    centre_id = asked["service"].centre_id
    require(policies.may_book(staff, centre_id))
    named = [person.public_id for person in asked["person"]]
    people = people_selectors.people(staff, centre_id, named)
    day = clock.local(asked["starts_at"]).date()
    form = BookForm(
        request.POST if request.method == "POST" else None,
        carers=selectors.carers_for(staff, people, on=day),
        may_waive=policies.may_waive_papers(staff, centre_id),
    )
    return Chosen(asked, people, day, form)


@page
def book_hour(request: HttpRequest) -> HttpResponse:
    """The chosen hour, once more in full, and then booked. A refusal keeps everything on the
    page and offers the nearest free hours."""
    staff = caller(request)
    chosen = chosen_hour(request, staff)
    if chosen is None:
        return redirect("find")
    asked, people, service, form = chosen.asked, chosen.people, chosen.service, chosen.form
    refused = False
    if request.method == "POST" and form.is_valid():
        wish = wish_of(asked, people, form)
        booking = accepted(form, lambda: services.book(wish, by=staff.user))
        if booking:
            return booked(request, staff, booking)
        refused = True
    context: dict[str, Any] = {"form": form, "service": service, "people": people}
    context["with_child"] = any(person.is_child_on(chosen.day) for person in people)
    context |= shown_hour(asked, service, people, refused=refused)
    return render(request, "desk/book.html", context, status=422 if form.errors else 200)


def wish_of(asked: dict[str, Any], people: tuple[Person, ...], form: BookForm | None) -> Wish:
    """What is to be booked; without a form, what is to be looked at."""
    wish = Wish(
        service=asked["service"],
        starts_at=asked["starts_at"],
        lead=asked["specialist"],
        people=people,
        modality=Modality(asked["modality"]),
    )
    if form is None:
        return wish
    return replace(
        wish,
        carer=form.chosen_carer(),
        hold=form.cleaned_data["hold"],
        without_papers=form.cleaned_data.get("without_papers", ""),
    )


def shown_hour(
    asked: dict[str, Any], service: Service, people: Sequence[Person], *, refused: bool
) -> dict[str, Any]:
    """The hour as it would be booked; the nearest ones when it is not to be had."""
    starts_at, lead = asked["starts_at"], asked["specialist"]
    ends_at = starts_at + service.duration
    slot = exactly(service, people, asked["modality"], lead, starts_at)
    shown: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "slot": slot,
        "lead": lead,
        "modality": Modality(asked["modality"]),
        "carried": carried(service, people, asked["modality"]),
        "again": again(service, people, asked),
        "same_hour": same_hour(asked, people),
        "is_gone": slot is None,
    }
    if slot is None or refused:
        around = selectors.search_for(
            service,
            people,
            asked["modality"],
            lead,
            max(clock.now(), starts_at - NEAREST_WITHIN),
            max(clock.now(), starts_at) + NEAREST_WITHIN,
        )
        others = selectors.nearest(around, starts_at)
        if not others:
            others = selectors.nearest(replace(around, specialist=None), starts_at)
        shown["days"] = selectors.days_of(others)
    return shown


def exactly(
    service: Service, people: Sequence[Person], modality: str, lead: Resource, starts_at: datetime
) -> slots.Slot | None:
    """The free slot that begins at that instant, with the room it would have."""
    search = selectors.search_for(
        service, people, modality, lead, starts_at, starts_at + service.duration
    )
    found: list[slots.Slot] = slots.free_slots(search)[:1]  # type: ignore[assignment]
    return found[0] if found and found[0].starts_at == starts_at else None


def again(service: Service, people: Sequence[Person], asked: dict[str, Any]) -> str:
    """The question this hour came from, with its day first."""
    day = max(clock.local(asked["starts_at"]).date(), clock.today())
    question = QueryDict(carried(service, people, asked["modality"]), mutable=True)
    question["specialist"] = str(asked["specialist"].public_id)
    question["begins"], question["ends"] = f"{day:%d.%m.%Y}", f"{day + WINDOW:%d.%m.%Y}"
    return question.urlencode()


def booked(request: HttpRequest, staff: Staff, booking: Booking) -> HttpResponse:
    """To the booking, or back to the search for whoever booked it for a colleague."""
    local = clock.local(booking.starts_at)
    when = f"{date_format(local, 'l')}, {date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"
    if booking.status == Booking.Status.HELD:
        messages.success(request, _("Held for 30 minutes: %(when)s.") % {"when": when})
    else:
        messages.success(request, _("Booked: %(when)s.") % {"when": when})
    if policies.knows_booking(staff, booking):
        return redirect("booking-page", public_id=booking.public_id)
    return redirect("find")
