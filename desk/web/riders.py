"""What a child needs for riding, what is missing of it, and how she rides."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from desk.forms import Form
from desk.pages import back, carried_out, page
from desk.rider_forms import ClearanceForm, RiderForm, WeighForm, WithdrawForm
from people.models import Person
from people.policies import knows_person
from people.requests import caller
from people.selectors import not_found
from workshops import clearances, lookup, riders
from workshops.models import Clearance

SAID = {
    "weigh": _("The weight is noted."),
    "clear": _("The clearance is noted."),
    "withdraw": _("The clearance holds no more."),
    "ride": _("Kept. The next board goes by it."),
}


@page
def riding_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    staff = caller(request)
    person = lookup.rider(staff, public_id)
    act = request.POST.get("act", "")
    rider = riders.rider_of(person)

    def data(name: str) -> object:
        return request.POST if act == name else None

    forms: dict[str, Form] = {
        "weigh": WeighForm(data("weigh")),
        "clear": ClearanceForm(data("clear")),
        "withdraw": WithdrawForm(data("withdraw")),
        "ride": RiderForm(data("ride"), staff=staff, person=person, rider=rider),
    }
    form = forms.get(act)
    if request.method == "POST" and form and form.is_valid():
        command = command_of(request, person, act, form)
        if carried_out(request, form, command, said=SAID[act], typed=act != "withdraw"):
            return back(request, "person-riding", public_id=public_id)
    fitness = clearances.fitness_of(person)
    context = {
        "person": person,
        "rider": rider,
        "avoided": rider.avoids.select_related("resource") if rider.pk else (),
        "fitness": fitness,
        "clearances": [(one, clearances.last_day(one)) for one in fitness.clearances],
        "forms": forms,
        "knows": knows_person(staff, person),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/riding.html", context, status=status)


def command_of(request: HttpRequest, person: Person, act: str, form: Form) -> Callable[[], object]:
    """Raises NotFound."""
    user, asked = caller(request).user, form.cleaned_data
    match act:
        case "weigh":
            return lambda: riders.weigh(person, asked["kg"], on=asked["on"], by=user)
        case "clear":
            return lambda: riders.note_clearance(person, by=user, **asked)
        case "withdraw":
            clearance = clearance_of(person, asked["clearance"])
            return lambda: riders.withdraw_clearance(clearance)
        case _:
            return lambda: riders.change_rider(person, **asked)


def clearance_of(person: Person, public_id: UUID) -> Clearance:
    """Raises NotFound."""
    return person.clearances.filter(public_id=public_id).first() or not_found("clearance")
