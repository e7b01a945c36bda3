"""A specialist is ill: every hour it touches on one page, decided line by line or all at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import clock
from base.errors import DomainError
from desk import selectors
from desk.absence_forms import AbsenceForm, DecisionForm
from desk.pages import accepted, page
from people.policies import BOOKS, MANAGES_RESOURCES, Staff, require
from people.requests import caller
from scheduling import absences, calendars, lookup, policies
from scheduling.absences import Absence, Affected, Decision, Way

LATER = "later"


@dataclass(frozen=True)
class Line:
    """An affected hour as its reader sees it; `error` is why the last decision did not hold."""

    event: calendars.Event
    affected: Affected
    is_lead: bool
    error: DomainError | None = None

    @property
    def takers(self) -> list[tuple[str, str]]:
        """Who could take it over, each as a decision and a name; in place of a second worker it
        is whoever is free."""
        takers = [
            (f"{Way.SUBSTITUTE}:{colleague.public_id}", colleague.name)
            for colleague in self.affected.substitutes
        ]
        return takers if self.is_lead else [(way, _("Another colleague")) for way, _n in takers[:1]]

    @property
    def move(self) -> str:
        """The decision for her own next hour; empty when there is none."""
        following = self.affected.next
        return f"{Way.MOVE}:{following.starts_at.isoformat()}" if following else ""

    @property
    def proposed(self) -> str:
        """What is ticked already: the family's hour is kept if anybody can, else the specialist."""
        if self.affected.substitutes:
            return self.takers[0][0]
        return self.move or LATER


@page
def absence_page(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    require(bool(staff.centres_where(BOOKS) or staff.centres_where(MANAGES_RESOURCES)))
    asked = request.GET.copy()
    own = selectors.own_calendar(staff)
    asked.setdefault("who", str(own.public_id) if own else "")
    asked.setdefault("from_on", f"{clock.today():%d.%m.%Y}")
    form = AbsenceForm(asked, staff=staff)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "desk/absence.html", context, status=422 if form.errors else 200)
    absence = absence_of(form)
    centres = policies.centres_for_absence(staff, absence.specialist)
    require(bool(centres))
    errors: Mapping[UUID, DomainError] | None = {}
    if request.method == "POST":
        errors = decided(request, form, absence, centres, staff)
        if errors == {}:
            return redirect(f"{reverse('absence')}?{question(form)}")
    refused = errors or {}
    affected = absences.affected_by(absence, centres)
    events = {e.key: e for e in selectors.events_of([a.booking.pk for a in affected], staff)}
    context |= {
        "absence": absence,
        "lines": [
            Line(
                events[one.booking.pk],
                one,
                one.leads(absence),
                refused.get(one.booking.public_id),
            )
            for one in affected
        ],
        "question": question(form),
        "is_marked": absences.is_marked(absence),
    }
    return render(
        request, "desk/absence.html", context, status=422 if form.errors or errors else 200
    )


def absence_of(form: AbsenceForm) -> Absence:
    """Whole days of the wall clock, the last included."""
    asked = form.cleaned_data
    begins = clock.midnight(asked["from_on"])
    ends = clock.midnight(asked["until_on"] + timedelta(days=1))
    return Absence(asked["who"], begins, ends)


def question(form: AbsenceForm) -> str:
    asked = form.cleaned_data
    return urlencode(
        {
            "who": asked["who"].public_id,
            "from_on": f"{asked['from_on']:%d.%m.%Y}",
            "until_on": f"{asked['until_on']:%d.%m.%Y}",
        }
    )


def decided(
    request: HttpRequest, form: AbsenceForm, absence: Absence, centres: list[int], staff: Staff
) -> dict[UUID, DomainError] | None:
    """Carry out what was ticked, of all lines or of the one whose button was pressed, and take her
    out of use for the rest. None when nothing could be done, which the form says then."""
    only = request.POST.get("only", "")
    decisions = [
        decision
        for one in absences.hours_of(absence, centres)
        if only in {"", str(one.booking.public_id)}
        if (decision := decision_of(request, one, staff))
    ]
    settled = accepted(
        form,
        lambda: absences.settle(
            absence,
            decisions,
            centre_id=lookup.centre_for(staff, absence.specialist, None),
            marking=True,
            by=staff.user,
        ),
    )
    if settled is None:
        return None
    results, _block = settled
    done = sum(error is None for _, error in results)
    if done:
        said = ngettext("%(n)s hour was settled.", "%(n)s hours were settled.", done)
        messages.success(request, said % {"n": done})
    elif not decisions:
        messages.success(request, _("Marked. Nothing new can be booked in that time."))
    return {decision.booking.public_id: error for decision, error in results if error}


def decision_of(request: HttpRequest, one: Affected, staff: Staff) -> Decision | None:
    """What was ticked for an hour; None for what is left for later or cannot be read."""
    way, _, told = request.POST.get(f"decide-{one.booking.public_id}", LATER).partition(":")
    form = DecisionForm({"way": way, "lead": told, "starts_at": told}, staff=staff)
    if not policies.may_change(staff, one.booking) or not form.is_valid():
        return None
    asked = form.cleaned_data
    lead = asked["lead"] if asked["way"] == Way.SUBSTITUTE else None
    starts_at: datetime | None = asked["starts_at"] if asked["way"] == Way.MOVE else None
    return Decision(one.booking, Way(asked["way"]), lead, starts_at)
