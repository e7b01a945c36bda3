"""One session of a group: who comes, who came, another hour, and the sheet for the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from base import clock
from desk.forms import Form, VersionForm
from desk.group_forms import AttendanceForm, CallOffForm, ElsewhereForm, MoveSessionForm
from desk.pages import accepted, back, carried_out, once, page
from people.models import Person
from people.policies import Staff, require
from people.requests import caller
from scheduling.models import Booking, Participation
from workshops import attendance, lookup, policies, register, selectors, sessions
from workshops.models import Seat, Session

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Outcome = Participation.Outcome
Said = Mapping[Person, Outcome]

WORDS: Mapping[str, "StrOrPromise"] = {
    Outcome.ATTENDED: gettext_lazy("Came"),
    Outcome.NOT_BROUGHT: gettext_lazy("Was not brought"),
    Outcome.DID_NOT_ATTEND: gettext_lazy("Did not come"),
    Outcome.CANCELLED_EARLY: gettext_lazy("Called off in time"),
    Outcome.CANCELLED_LATE: gettext_lazy("Called off late"),
    Outcome.CANCELLED_BY_CENTRE: gettext_lazy("We called off"),
}


def choices_for(seat: Seat) -> list[tuple[str, str]]:
    """A child is brought; an adult comes (D9)."""
    assert seat.booking is not None
    child = seat.enrolment.person.is_child_on(clock.local(seat.booking.starts_at).date())
    wrong = Outcome.DID_NOT_ATTEND if child else Outcome.NOT_BROUGHT
    return [(code, str(word)) for code, word in WORDS.items() if code != wrong]


@page
def session_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One session: for others than whoever runs the group only when, where and how full."""
    staff = caller(request)
    session = lookup.session(staff, public_id)
    view = SessionView(request, staff, session)
    if request.method == "POST":
        require(view.runs)
        if answer := view.pressed(request.POST.get("act", "")):
            return answer
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/session.html", view.context(), status=status)


@dataclass(frozen=True)
class Row:
    """A seat, its radio buttons, and what is noted."""

    seat: Seat
    choices: list[tuple[str, str]]
    name: str
    outcome: str


class SessionView:
    """One reader before one session."""

    def __init__(self, request: HttpRequest, staff: Staff, session: Session) -> None:
        self.request, self.staff, self.session = request, staff, session
        self.runs = policies.may_run(staff, session.group)
        booking = session.booking
        self.is_off = booking.status == Booking.Status.CANCELLED
        self.has_begun = booking.starts_at <= clock.now()
        self.seats = selectors.seats_seen_by(staff, session) if self.runs else []
        self.standing = attendance.standing(self.seats)
        service = session.group.workshop.service
        day = clock.local(booking.starts_at)
        same_hour = {"at": day.time()}
        self.attendance = AttendanceForm(
            self.posted("note"), seats=self.standing, choices=choices_for
        )
        self.cancel = CallOffForm(self.posted("cancel"), auto_id="cancel_%s")
        self.move = MoveSessionForm(
            self.posted("move"),
            staff=staff,
            service=service,
            auto_id="move_%s",
            initial={"on": day.date(), **same_hour},
        )
        self.make_up = ElsewhereForm(
            self.posted("make_up"),
            service=service,
            auto_id="make_up_%s",
            initial={"at": day.time()},
        )

    def posted(self, act: str) -> Any:
        return self.request.POST if self.request.POST.get("act") == act else None

    def pressed(self, act: str) -> HttpResponse | None:
        """None where what was pressed was not done."""
        acts: Mapping[str, Callable[[], bool]] = {
            "note": self.note,
            "all": self.all_came,
            "undo": self.undo,
            "cancel": self.call_off,
            "move": self.moved,
        }
        if act == "make_up":
            return self.made_up()
        if act in acts and acts[act]():
            return back(self.request, "session-page", public_id=self.session.public_id)
        return None

    def note(self) -> bool:
        form = self.attendance
        if not form.is_valid():
            return False
        said = {person: Outcome(outcome) for person, outcome in form.said.items()}
        return self.noted(form, said, form.cleaned_data["version"])

    def all_came(self) -> bool:
        """Whoever has nothing noted yet."""
        form = VersionForm(self.request.POST)
        open_ones = [one for one in self.standing if not selectors.outcome_of(one)]
        said = {one.enrolment.person: Outcome.ATTENDED for one in open_ones}
        return form.is_valid() and self.noted(form, said, form.cleaned_data["version"])

    def noted(self, form: Form, said: Said, version: int) -> bool:
        return carried_out(
            self.request,
            form,
            lambda: attendance.note_attendance(
                self.session, said, by=self.staff.user, version=version
            ),
            said=_("Noted."),
            typed=form is self.attendance,
        )

    def undo(self) -> bool:
        form = VersionForm(self.request.POST)
        return form.is_valid() and carried_out(
            self.request,
            form,
            lambda: attendance.undo_attendance(
                self.session, by=self.staff.user, version=form.cleaned_data["version"]
            ),
            said=_("Undone: everything is as it was."),
            typed=False,
        )

    def call_off(self) -> bool:
        form = self.cancel
        return form.is_valid() and carried_out(
            self.request,
            form,
            lambda: sessions.cancel_session(self.session, by=self.staff.user, **form.cleaned_data),
            said=_("Cancelled. The families are told."),
            typed=True,
        )

    def moved(self) -> bool:
        form = self.move
        if not form.is_valid() or form.is_ambiguous:
            return False
        asked = form.cleaned_data
        return carried_out(
            self.request,
            form,
            lambda: sessions.move_session(
                self.session,
                starts_at=asked["starts_at"],
                lead=asked["lead"],
                room=asked["room"],
                leaving_out=asked["leaving_out"],
                version=asked["version"],
                by=self.staff.user,
            ),
            said=_("Moved.") if asked["leaving_out"] else _("Moved, with everybody in it."),
            typed=True,
        )

    def made_up(self) -> HttpResponse | None:
        form = self.make_up
        if not form.is_valid() or form.is_ambiguous:
            return None
        asked = form.cleaned_data
        made = accepted(
            form,
            lambda: once(
                self.request,
                lambda: sessions.make_up(
                    self.session,
                    starts_at=asked["starts_at"],
                    room=asked["room"],
                    leaving_out=asked["leaving_out"],
                    by=self.staff.user,
                ),
            ),
        )
        if made is None:
            return None
        messages.success(self.request, _("Booked: this session makes up for the cancelled one."))
        return redirect("session-page", public_id=made)

    def rows(self) -> list[Row]:
        data = self.attendance.data if self.attendance.is_bound else {}
        return [
            Row(seat, choices_for(seat), name, data.get(name) or selectors.outcome_of(seat))
            for name, seat in self.attendance.seats.items()
        ]

    def context(self) -> dict[str, Any]:
        session = self.session
        own = selectors.sessions_of(self.staff).filter(pk=session.pk)
        (line,) = selectors.timetable(own)
        is_open = not self.is_off and not self.has_begun
        may_undo = self.runs and self.has_begun and attendance.may_undo(session)
        made_up_by = Session.objects.filter(makes_up_for=session).select_related("booking").first()
        return {
            "session": session,
            "group": session.group,
            "booking": session.booking,
            "line": line,
            "runs": self.runs,
            "rows": self.rows(),
            "gone": [one for one in self.seats if one not in self.standing],
            "is_off": self.is_off,
            "has_begun": self.has_begun,
            "may_note": self.runs and self.has_begun and not self.is_off,
            "may_undo": may_undo,
            "may_change": self.runs and is_open,
            "may_make_up": self.runs and self.is_off and made_up_by is None,
            "made_up_by": made_up_by,
            "makes_up_for": session.makes_up_for,
            "families": len({one.enrolment.person.household_id for one in self.standing}),
            "attendance": self.attendance,
            "cancel": self.cancel,
            "move": self.move,
            "make_up": self.make_up,
            "once": session.booking.version,
        }


@page
@require_safe
def sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list for the door, to be filled in by hand: given names alone."""
    staff = caller(request)
    session = lookup.own_session(staff, public_id)
    (line,) = selectors.timetable(selectors.sessions_of(staff).filter(pk=session.pk))
    seats = attendance.standing(selectors.seats_seen_by(staff, session))
    people = [one.enrolment.person for one in seats]
    names = sorted(register.sheet_names(people))
    context = {"session": session, "group": session.group, "line": line, "names": names}
    return render(request, "desk/sheet.html", context)
