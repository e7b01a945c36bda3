"""The week of all workshops, one group, and a group that is about to be opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base import clock
from base.errors import DomainError
from desk import selectors as desk_selectors
from desk.group_forms import BeforeForm, EnrolForm, NewGroupForm, PlacesForm, WeekForm
from desk.pages import accepted, back, carried_out, once, page
from desk.web.group_acts import ACTS, Child, command, forms_for, named
from desk.web.house import question
from people.models import Person
from people.policies import MANAGES_RESOURCES, SEES_NAMES, Staff, require
from people.requests import caller
from scheduling.series import wording
from scheduling.series.placing import Place
from workshops import eligibility, enrolling, groups, lookup, policies, register, selectors
from workshops.models import Enrolment, Group
from workshops.week import DAYS, monday_of, week

SESSIONS_SHOWN = 6
Status = Enrolment.Status


@page
@require_safe
def week_page(request: HttpRequest) -> HttpResponse:
    """A week of every group of the centre, without names."""
    staff = caller(request)
    require(bool(staff.centre_ids))
    form = WeekForm(request.GET)
    form.is_valid()
    first = monday_of(form.cleaned_data.get("from") or clock.today())
    still = list(selectors.groups_ahead(staff))
    places = selectors.places_of(still)
    context = {
        "form": form,
        "days": week(staff, first),
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "is_this_week": first == monday_of(clock.today()),
        "groups": [(group, places[group.pk]) for group in still],
        "may_open": bool(staff.centres_where(MANAGES_RESOURCES)),
    }
    return render(request, "desk/workshops.html", context, status=422 if form.errors else 200)


@page
def group_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A group: when it meets and how full it is; for whoever runs it, who comes and who waits."""
    staff = caller(request)
    group = lookup.group(staff, public_id)
    view = GroupView(request, staff, group)
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "places":
            require(view.may_set_up)
        elif act == "enrol":
            require(view.may_ask)
        else:
            require(view.runs)
        if view.carried_out(act):
            return back(request, "group-page", public_id=public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/group.html", view.context(), status=status)


class GroupView:
    """One reader before one group."""

    def __init__(self, request: HttpRequest, staff: Staff, group: Group) -> None:
        self.request, self.staff, self.group = request, staff, group
        centre_id = group.workshop.centre_id
        self.runs = policies.may_run(staff, group)
        self.may_set_up = policies.may_set_up(staff, centre_id)
        self.may_ask = staff.may(SEES_NAMES, centre_id)
        posted = request.POST if request.method == "POST" else None
        act = request.POST.get("act")
        self.q = request.POST.get("q", "")[:120].replace("\x00", "") or question(request)
        self.picked = self.people_picked()
        self.families = self.known_families() if self.may_ask else []
        everybody = [one for _household, members in self.families for one in members]
        self.enrol = EnrolForm(
            posted if act == "enrol" else None,
            staff=staff,
            group=group,
            carers=desk_selectors.carers_for(staff, everybody, on=clock.today()),
            auto_id="enrol_%s",
            initial={"from_on": clock.today(), "consent_on": clock.today()},
        )
        self.places = PlacesForm(
            posted if act == "places" else None,
            staff=staff,
            auto_id="places_%s",
            initial={"name": group.name, "capacity": group.capacity},
        )

    def people_picked(self) -> Sequence[Person]:
        if not self.may_ask:
            return []
        form = EnrolForm(self.request.POST, staff=self.staff, group=self.group, carers=[])
        form.full_clean()
        return list(form.cleaned_data.get("people") or ())

    def known_families(self) -> list[Any]:
        """Those that were looked for, as far as she may ask a place for them here."""
        found = desk_selectors.families(self.staff, self.q.strip(), self.picked)
        centre_id = self.group.workshop.centre_id
        found = [(one, people) for one, people in found if one.centre_id == centre_id]
        return [
            (one, people)
            for one, people in found
            if people and policies.may_propose(self.staff, self.group, people[0])
        ]

    def carried_out(self, act: str) -> bool:
        """Whether what was pressed is done."""
        if act == "enrol":
            return self.enrol.is_valid() and self.enrolled()
        if act == "places":
            return self.places.is_valid() and carried_out(
                self.request,
                self.places,
                lambda: groups.change_group(
                    self.group, by=self.staff.user, **self.places.cleaned_data
                ),
                said=_("Kept. Free places are offered to whoever waits."),
                typed=True,
            )
        if act not in ACTS:
            return False
        form = ACTS[act].form(self.request.POST, staff=self.staff)
        if not form.is_valid():
            return False
        enrolment = named(self.staff, self.group, form)
        # The form that refuses is the one that stands beside the child.
        shown = next(one for one in self.children if one.enrolment.pk == enrolment.pk)
        form = shown.forms.get(act, form)
        form.is_valid()
        typed = ACTS[act].is_typed and act in shown.forms
        run = command(ACTS[act], enrolment, form)
        return carried_out(self.request, form, run, said=ACTS[act].said, typed=typed)

    def enrolled(self) -> bool:
        for person in self.enrol.cleaned_data["people"]:
            require(policies.may_propose(self.staff, self.group, person))
        asked = self.enrol.application()
        made = accepted(
            self.enrol, lambda: enrolling.enrol(asked, by=self.staff.user, accepted=self.runs)
        )
        if made is None:
            return False
        for one in made:
            label = {"name": one.person.full_name, "status": Status(one.status).label}
            messages.success(self.request, _("%(name)s: %(status)s.") % label)
        sessions = eligibility.sessions_asked(self.group, asked)
        for one in made:
            if eligibility.is_doubtful(self.group.workshop, one.person, sessions):
                messages.warning(
                    self.request,
                    _("%(name)s is exactly %(age)s on some of the dates. Is the group right?")
                    % {"name": one.person.full_name, "age": self.group.workshop.doubtful_age},
                )
        return True

    @property
    def children(self) -> list[Child]:
        if not hasattr(self, "_children"):
            found = selectors.enrolments_shown_to(self.staff, self.group)
            missed = selectors.missed_ahead(found)
            self._children = [self.child(one, missed) for one in found]
        return self._children

    def child(self, one: Enrolment, missed: Mapping[int, Any]) -> Child:
        one.group = self.group
        child = Child(one, missed.get(one.pk, []))
        if self.runs:
            has_pause = bool(child.pauses)
            child.forms = forms_for(self.request, self.staff, one, has_pause=has_pause)
        return child

    def context(self) -> dict[str, Any]:
        group = self.group
        by_status: dict[str, list[Child]] = {}
        for one in self.children:
            by_status.setdefault(one.enrolment.status, []).append(one)
        waiting = {one.enrolment.pk: one for one in by_status.get(Status.WAITING, ())}
        order = [one.pk for one in selectors.waiting_list(one.enrolment for one in self.children)]
        ended = (Status.WITHDRAWN, Status.DECLINED, Status.LAPSED)
        return {
            "group": group,
            "term": group.series.terms.select_related("event__rule", "lead")
            .prefetch_related("colleagues")
            .order_by("-event__start", "-pk")
            .first(),
            "taken": selectors.places_of([group])[group.pk],
            "lines": next_sessions(self.staff, group),
            "runs": self.runs,
            "may_set_up": self.may_set_up,
            "may_ask": self.may_ask,
            "proposed": by_status.get(Status.PROPOSED, []),
            "offered": by_status.get(Status.OFFERED, []),
            "enrolled": sorted(by_status.get(Status.ENROLLED, []), key=by_name),
            "waiting": [waiting[pk] for pk in order],
            "ended": [one for one in self.children if one.enrolment.status in ended],
            "register": self.register() if self.runs else None,
            "enrol": self.enrol,
            "places": self.places,
            "q": self.q,
            "families": self.families,
            "picked": set(self.request.POST.getlist("people")),
            "alone": set(self.request.POST.getlist("one_to_one")),
            "elsewhere": getattr(self.enrol.refusal, "code", "") == "elsewhere_then",
            "today": clock.today(),
            "now": clock.now(),
        }

    def register(self) -> register.Register:
        form = BeforeForm(self.request.GET)
        form.is_valid()
        before = form.cleaned_data.get("before")
        return register.register(self.staff, self.group, before=before)


def by_name(child: Child) -> tuple[str, str, int]:
    person = child.enrolment.person
    return person.given_name, person.family_name, child.enrolment.pk


def next_sessions(staff: Staff, group: Group) -> list[selectors.Line]:
    """Those that are not over, cancelled ones among them."""
    ahead = selectors.sessions_of(staff).filter(group=group, booking__ends_at__gt=clock.now())
    soonest = ahead.order_by("booking__starts_at", "pk").values_list("pk", flat=True)
    return selectors.timetable(
        selectors.sessions_of(staff).filter(pk__in=list(soonest[:SESSIONS_SHOWN]))
    )


@dataclass(frozen=True)
class PlannedDate:
    """A date of a preview, and what stands in its way."""

    place: Place
    error: DomainError | None

    @property
    def is_closed(self) -> bool:
        return self.error is not None and self.error.code == "closed"


@page
def new_group(request: HttpRequest) -> HttpResponse:
    """A group as asked for, each of its dates with what stands in its way; then it is opened."""
    staff = caller(request)
    require(bool(staff.centres_where(MANAGES_RESOURCES)))
    given = request.POST if request.method == "POST" else request.GET
    form = question_of(given, staff, is_asked=request.method == "POST" or "name" in given)
    context: dict[str, Any] = {"form": form, "once": given.get("once") or uuid4()}
    if not form.is_bound:
        return render(request, "desk/new_group.html", context)
    if not form.is_valid():
        return render(request, "desk/new_group.html", context, status=422)
    timetable = form.timetable()
    if request.method == "POST":
        made = accepted(
            form,
            lambda: once(
                request, lambda: groups.open_group(timetable, by=staff.user, skipping=True)
            ),
        )
        if made:
            messages.success(request, _("The group is open. Its sessions are booked."))
            return redirect("group-page", public_id=made)
    context |= preview(form, staff)
    return render(request, "desk/new_group.html", context, status=422 if form.errors else 200)


def question_of(given: Any, staff: Staff, *, is_asked: bool) -> NewGroupForm:
    """Not bound while only the workshop is named."""
    chosen = NewGroupForm({"workshop": given.get("workshop", "")}, staff=staff)
    chosen.full_clean()
    workshop = chosen.cleaned_data.get("workshop")
    form = NewGroupForm(
        given if is_asked else None,
        staff=staff,
        initial={"workshop": workshop, "on": clock.today() + timedelta(days=7)},
    )
    if workshop:
        form.narrow(workshop.service)
    return form


def preview(form: NewGroupForm, staff: Staff) -> dict[str, Any]:
    rhythm = wording.rhythm(form.repetition.pattern, form.first)
    try:
        places, refusals = groups.preview_group(form.timetable(), by=staff.user)
    except DomainError as error:
        return {"rhythm": rhythm, "impossible": error}
    errors = {refusal.place.original_start: refusal.error for refusal in refusals}
    dates = [PlannedDate(place, errors.get(place.original_start)) for place in places]
    return {
        "rhythm": rhythm,
        "dates": dates,
        "free": sum(one.error is None for one in dates),
    }
