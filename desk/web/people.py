"""People: finding them, their page, their contact card, their cases."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base import clock
from desk import selectors, services
from desk.pages import accepted, back, done, once, ours, page
from desk.people_forms import CardForm, CaseForm, PersonForm, RenewalForm
from notifications import selectors as reminders
from notifications import verifying
from notifications.planning import explained
from people import policies
from people import selectors as people_selectors
from people import services as people_services
from people.models import ContactCard, EntryBasis, Person, Silence
from people.policies import READS_ACCESS_LOG, SEES_NAMES, knows_person, require
from people.requests import caller
from rooms.policies import may_shelter
from scheduling.policies import may_book
from workshops.arena import is_ridden
from workshops.policies import rides_with

FOUND_SHOWN = 30
LONGEST_QUESTION = 120
READS_PER_PAGE = 50
CARD_FIELDS = ("safe_from", "safe_until", "wording", "language", "script", "allows_link")


@page
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centres_where(SEES_NAMES)))
    q = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]
    found = people_selectors.matching(people_selectors.people_of(staff), q)
    rows = list(found.select_related("centre")[: FOUND_SHOWN + 1]) if q else []
    context = {
        "q": q,
        "found": rows[:FOUND_SHOWN],
        "more": len(rows) > FOUND_SHOWN,
        "today": clock.today(),
    }
    return render(request, "desk/people.html", context)


def known(request: HttpRequest, public_id: UUID) -> Person:
    return people_services.read_person(caller(request), public_id)


@page
@require_safe
def one_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    person = people_selectors.person(staff, public_id)
    if not knows_person(staff, person):
        context = {
            "person": person,
            "may_open_case": policies.may_open_case(staff, person),
            "rides": rides_with(staff, person),
        }
        return render(request, "desk/stranger.html", context, status=403)
    person = known(request, public_id)
    today = clock.today()
    cases = selectors.cases_of_person(staff, person)
    for case in cases:
        people_services.note_read(staff.user, case.centre_id, "case", case.public_id)
    ahead, behind, more = selectors.bookings_of_person(
        staff, person, all_past="past" in request.GET
    )
    card = people_selectors.contact_card_of(person)
    seen = people_selectors.people_of(staff)
    context = {
        "person": person,
        "age": person.age_on(today),
        "is_child": person.is_child_on(today),
        "family": person.household.members.exclude(pk=person.pk),
        "carers": person.carers.filter(adult__in=seen).select_related("adult"),
        "wards": person.wards.filter(child__in=seen).select_related("child"),
        "ahead": ahead,
        "behind": behind,
        "more_behind": more,
        "series": selectors.series_of(staff, person),
        "card": card,
        "silence": silence_of(card),
        "shared": people_selectors.others_with_number_of(card) if card else 0,
        "code_asked": bool(card and not card.verified_at and verifying.is_open(card)),
        "cases": [(case, case.is_overdue_on(today)) for case in cases],
        "prospects": [
            (prospect, explained(prospect.why)) for prospect in reminders.ahead_for(staff, person)
        ],
        "today": today,
        "now": clock.now(),
        "apart": selectors.kept_apart_from(staff, person),
        "may_book": may_book(staff, person.centre_id),
        "may_open_case": policies.may_open_case(staff, person),
        "rides": is_ridden(person.centre_id),
    }
    return render(request, "desk/person.html", context)


def silence_of(card: ContactCard | None) -> Silence | None:
    return card.silence_on(clock.today()) if card else Silence.NO_CARD


@page
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    person = known(request, public_id)
    present = people_selectors.contact_card_of(person) or ContactCard(person=person)
    initial = {
        "phone": present.phone,
        **{name: getattr(present, name) for name in CARD_FIELDS},
    }
    form = CardForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        people_services.update_contact_card(person, by=staff.user, **form.changes())
        messages.success(request, _("The contact card is saved."))
        return redirect("person-page", public_id=public_id)
    context = {"person": person, "form": form, "card": present}
    return render(request, "desk/card.html", context, status=422 if form.errors else 200)


@page
@require_POST
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Staff heard the person herself on that number (D27)."""
    present = card_of(request, public_id)
    done(
        request,
        lambda: people_services.verify_number(present, phone=request.POST.get("phone")),
        said=_("The number is verified."),
    )
    return redirect("person-page", public_id=public_id)


@page
@require_POST
def opt_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """She asked for no messages; counts at once (D36)."""
    present = card_of(request, public_id)
    done(
        request,
        lambda: people_services.opt_out(present),
        said=_("From now on she receives no messages."),
    )
    return redirect("person-page", public_id=public_id)


def card_of(request: HttpRequest, public_id: UUID) -> ContactCard:
    """Raises NotFound, NotAllowed."""
    person = known(request, public_id)
    return people_selectors.contact_card_of(person) or people_selectors.not_found("card")


@page
def new_person(request: HttpRequest) -> HttpResponse:
    """A person, alone or in the family of one who is known already."""
    staff = caller(request)
    require(any(policies.may_register(staff, centre) for centre in staff.centre_ids))
    family = family_in(request)
    next_ = ours(request, request.POST.get("next") or request.GET.get("next", ""))
    form = PersonForm(request.POST or None, staff=staff, family=family)
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = {**form.cleaned_data}
        centre = asked.pop("centre")
        household = family.household if family else None
        made = once(
            request, lambda: people_services.register_person(centre, household=household, **asked)
        )
        person = people_selectors.person(staff, made)
        messages.success(request, _("%(name)s is registered.") % {"name": person.full_name})
        if knows_person(staff, person):
            return redirect("person-page", public_id=person.public_id)
        context = {
            "person": person,
            "shelters": may_shelter(staff, person.centre_id),
            "next": next_,
        }
        return render(request, "desk/registered.html", context, status=201)
    context = {"form": form, "family": family, "next": next_, "once": uuid4()}
    return render(request, "desk/new_person.html", context, status=422 if form.errors else 200)


def family_in(request: HttpRequest) -> Person | None:
    """Whose family the new person joins. Raises NotFound, NotAllowed."""
    given = request.POST.get("family") or request.GET.get("family")
    if not given:
        return None
    try:
        public_id = UUID(given)
    except ValueError:
        people_selectors.not_found("person")
    staff = caller(request)
    person = people_selectors.person(staff, public_id)
    # At three in the morning a mother is registered, and then her children.
    return person if may_shelter(staff, person.centre_id) else known(request, public_id)


@page
def new_case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    person = people_selectors.person(staff, public_id)
    require(policies.may_open_case(staff, person))
    people_services.note_read(staff.user, person.centre_id, "person", person.public_id)
    form = CaseForm(request.POST or None, staff=staff, person=person)
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = {**form.cleaned_data}
        lead, route = asked.pop("lead", None), EntryBasis.Route(asked.pop("route"))
        authorised = list(asked.pop("services"))
        case = accepted(
            form,
            lambda: services.open_case_for(
                person.household, authorised, lead=lead or staff.user, route=route, **asked
            ),
        )
        if case:
            said = _("The case is open. Assessment and plan are due in 20 days.")
            messages.success(request, said)
            return redirect("person-page", public_id=public_id)
    context = {"form": form, "person": person}
    return render(request, "desk/new_case.html", context, status=422 if form.errors else 200)


@page
def new_document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another entry document of a case: a renewal, or one that authorises more (D4)."""
    staff = caller(request)
    case = people_services.read_case(staff, public_id)
    form = RenewalForm(request.POST or None, staff=staff, centre_id=case.centre_id)
    person = case.household.members.first()
    assert person is not None  # a household is made with its first member
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = {**form.cleaned_data}
        route, authorised = EntryBasis.Route(asked.pop("route")), list(asked.pop("services"))
        if accepted(form, lambda: services.add_document_to(case, authorised, route=route, **asked)):
            messages.success(request, _("The document is recorded."))
            return redirect("person-page", public_id=person.public_id)
    context = {"form": form, "case": case, "person": person}
    return render(request, "desk/new_document.html", context, status=422 if form.errors else 200)


@page
@require_POST
def case_planned(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Assessment and plan are ready (D6)."""
    case = people_selectors.case(caller(request), public_id)
    done(
        request,
        lambda: people_services.note_plan(case),
        said=_("Noted: assessment and plan are ready."),
    )
    return back(request, "today")


@page
@require_POST
def case_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The work with the family is over."""
    case = people_selectors.case(caller(request), public_id)
    done(request, lambda: people_services.close_case(case), said=_("The case is closed."))
    return back(request, "today")


@page
@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """Who read whose data (D39), for the data officer: ids of those read, never names."""
    staff = caller(request)
    require(bool(staff.centres_where(READS_ACCESS_LOG)))
    pages = Paginator(selectors.access_records(staff), READS_PER_PAGE)
    context = {"reads": pages.get_page(request.GET.get("page"))}
    return render(request, "desk/access_log.html", context)
