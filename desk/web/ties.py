"""Who cares for a child, who must not meet whom, and who of us is kin to a family."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from base import clock
from desk import selectors
from desk.pages import done, page
from desk.people_forms import TieForm
from desk.web.people import LONGEST_QUESTION, known
from people import policies, services
from people import selectors as people_selectors
from people.models import Carer, Person
from people.policies import require
from people.requests import caller
from people.services import Tie

CANDIDATES = 8


@page
def ties(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = known(request, public_id)
    if request.method == "POST":
        form = TieForm(request.POST)
        if form.is_valid():
            return tied(request, person, form.cleaned_data)
    return render(
        request,
        "desk/ties.html",
        shown(request, person),
        status=422 if request.method == "POST" else 200,
    )


def shown(request: HttpRequest, person: Person) -> dict[str, Any]:
    staff = caller(request)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]
    seen = people_selectors.people_of(staff).filter(centre=person.centre_id)
    named = people_selectors.matching(seen.exclude(pk=person.pk), q) if q else seen.none()
    runs = policies.may_keep_apart(staff, person.centre_id)
    return {
        "person": person,
        "is_child": person.is_child_on(clock.today()),
        "carers": person.carers.filter(adult__in=seen).select_related("adult"),
        "relations": Carer.Relation.choices,
        "apart": selectors.kept_apart_from(staff, person),
        "walls": people_selectors.walls_around(staff, person.household),
        "colleagues": selectors.colleagues(staff).filter(availability__centre=person.centre_id)
        if runs
        else [],
        "own_id": selectors.own_id(staff, person.centre_id),
        "runs": runs,
        "q": q,
        "candidates": named[:CANDIDATES],
        "today": clock.today(),
    }


def tied(request: HttpRequest, person: Person, asked: dict[str, Any]) -> HttpResponse:
    """Do what the button says. Raises NotFound, NotAllowed."""
    command, said = command_of(request, person, asked)
    done(request, command, said=said)
    if asked["act"] == "wall" and policies.is_walled(caller(request), [person]):
        return redirect("today")  # the family is no longer hers to see
    return redirect("person-ties", public_id=person.public_id)


def command_of(
    request: HttpRequest, person: Person, asked: dict[str, Any]
) -> tuple[Callable[[], object], str]:
    """The command behind the button, and what to say when it is done."""
    staff, who = caller(request), asked["who"]
    runs = policies.may_keep_apart(staff, person.centre_id)
    match asked["act"]:
        case "carer":
            adult = people_selectors.person_of_centre(staff, person.centre_id, who)
            relation = Carer.Relation(asked["relation"] or Carer.Relation.RELATIVE)
            said = _("Recorded: %(name)s is a carer.") % {"name": adult.full_name}
            return partial(services.add_carer, person, adult, relation=relation), said
        case "apart":
            require(runs)
            other = people_selectors.person_of_centre(staff, person.centre_id, who)
            said = _("From now on the two never get hours at the centre at one time.")
            return partial(services.keep_apart, person, other), said
        case "wall":
            colleague = people_selectors.colleague(person.centre, who)
            require(policies.may_wall_off(staff, colleague, person.centre_id))
            said = _("Recorded. This family is no longer open to the colleague.")
            return partial(services.wall_off, colleague, person.household), said
        case "no-carer":
            carer = one_of(person.carers.filter(adult__in=people_selectors.people_of(staff)), who)
            return partial(services.lift, carer), _("No longer a carer.")
        case "no-apart":
            pair = one_of(people_selectors.pairs_with(staff, person), who)
            return partial(services.lift, pair), _("The two may meet again.")
        case _:
            wall = one_of(people_selectors.walls_around(staff, person.household), who)
            said = _("The family is open to the colleague again.")
            return partial(services.lift, wall), said


def one_of(ties: QuerySet[Tie], public_id: UUID) -> Tie:
    """A tie of the person whose page it is, and of nobody else. Raises NotFound."""
    return ties.filter(public_id=public_id).first() or people_selectors.not_found("tie")
