"""Today: the day of a specialist or of a centre, and what waits to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base import clock
from base.models import Task
from base.services import finish_task
from desk import selectors
from desk.forms import DayForm
from desk.pages import back, done, page
from people import selectors as people_selectors
from people.policies import SEES_EVERYTHING, SEES_NAMES, Staff
from people.requests import caller
from scheduling import calendars
from scheduling.models import Resource
from workshops.models import Session

WHOLE_CENTRE = "all"
TASKS_SHOWN = 12


@dataclass
class Line:
    """One row of a day: a session, or free time between two."""

    starts_at: datetime
    ends_at: datetime
    event: calendars.Event | None = None
    expires_at: datetime | None = None
    session: Session | None = None
    """The session of a group that it is, or a place in."""

    @property
    def is_now(self) -> bool:
        return self.starts_at <= clock.now() < self.ends_at


@dataclass
class Column:
    """The day of one specialist, room or car within a centre's."""

    resource: Resource
    lines: list[Line] = field(default_factory=list)


@page
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    if not staff.centres_where(SEES_NAMES):
        return render(request, "desk/welcome.html")
    form = DayForm({**request.GET.dict(), "whose": named(request)}, staff=staff)
    form.is_valid()
    day: date = form.cleaned_data.get("on") or clock.today()
    own = selectors.own_calendar(staff)
    runs = bool(staff.centres_where(SEES_EVERYTHING))
    subject: Resource | None = form.cleaned_data.get("whose") or own
    whole = runs and request.GET.get("whose", WHOLE_CENTRE) == WHOLE_CENTRE
    context = {
        "form": form,
        "day": day,
        "is_today": day == clock.today(),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "own": own,
        "whose": WHOLE_CENTRE if whole else subject and str(subject.public_id),
        "colleagues": [c for c in selectors.colleagues(staff) if c != own],
        "may_see_all": runs,
        "closure": selectors.closure(staff.centre_ids, day),
        "now": clock.now(),
        **waiting(staff),
    }
    if whole:
        everybody = columns(staff, day)
        context["columns"] = [column for column in everybody if column.lines]
        context["idle"] = [column.resource for column in everybody if not column.lines]
    elif subject:
        context |= {"subject": subject, "lines": lines(staff, subject, day)}
    return render(request, "desk/today.html", context)


def named(request: HttpRequest) -> str:
    whose = request.GET.get("whose", "")
    return "" if whose == WHOLE_CENTRE else whose


def lines(staff: Staff, subject: Resource, day: date) -> list[Line]:
    """The sessions of one specialist, and what is still free between them."""
    bounds = clock.day_bounds(day)
    found = calendars.events(
        calendars.of_resource(subject.public_id, *bounds), staff, detailed=True
    )
    expiries, sessions = selectors.expiries(found), selectors.group_sessions(found)
    rows = [as_line(event, expiries, sessions) for event in found]
    rows += [Line(*gap) for gap in selectors.gaps(subject, staff.centre_ids, day)]
    return sorted(rows, key=lambda line: (line.starts_at, line.ends_at))


def columns(staff: Staff, day: date) -> list[Column]:
    """Everybody's day in the centres the caller runs; rooms and cars where they are out of use."""
    centres = staff.centres_where(SEES_EVERYTHING)
    found = calendars.events(
        calendars.of_centres(centres, *clock.day_bounds(day)), staff, detailed=True
    )
    holders = selectors.holders(found)
    expiries, sessions = selectors.expiries(found), selectors.group_sessions(found)
    by_resource = {resource: Column(resource) for resource in selectors.colleagues(staff)}
    for event in found:
        for resource in holders.get(event.key, ()):
            column = by_resource.setdefault(resource, Column(resource))
            column.lines.append(as_line(event, expiries, sessions))
    return list(by_resource.values())


def as_line(
    event: calendars.Event, expiries: Mapping[int, datetime], sessions: Mapping[int, Session]
) -> Line:
    expires_at, session = expiries.get(event.key), sessions.get(event.key)
    return Line(event.starts_at, event.ends_at, event, expires_at, session)


def waiting(staff: Staff) -> dict[str, object]:
    """What waits for somebody, whatever the day: holds, tasks, late plans."""
    tasks = list(people_selectors.open_tasks(staff)[: TASKS_SHOWN + 1])
    late = list(people_selectors.overdue_cases(people_selectors.cases_of(staff))[:TASKS_SHOWN])
    holds = selectors.live_holds(staff)
    expiries = selectors.expiries(holds)
    return {
        "today": clock.today(),
        "holds": [as_line(event, expiries, {}) for event in holds],
        "tasks": with_matters(staff, tasks[:TASKS_SHOWN]),
        "more_tasks": len(tasks) > TASKS_SHOWN,
        "late_cases": selectors.with_person(late).values(),
    }


def with_matters(staff: Staff, tasks: Sequence[Task]) -> list[tuple[object, object]]:
    about = selectors.matters(staff, tasks)
    return [(task, about.get(task.about)) for task in tasks]


@page
@require_POST
def task_done(request: HttpRequest, public_id: UUID) -> HttpResponse:
    tasks = people_selectors.open_tasks(caller(request))
    task = tasks.filter(public_id=public_id).first() or people_selectors.not_found("task")
    done(request, lambda: finish_task(task), said=_("Done. One thing less."))
    return back(request, "today")
