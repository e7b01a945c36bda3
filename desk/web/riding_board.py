"""The board of a riding session: who rides which horse when, drawn by hand or proposed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from base import clock
from desk.forms import Form, VersionForm
from desk.pages import back, carried_out, page
from desk.riding_forms import CallOffDayForm, LineForm, LineNumberForm, NumberForm
from people.policies import Staff, require
from people.requests import caller
from people.selectors import not_found
from scheduling.models import Booking
from workshops import boards, lookup, policies, selectors
from workshops.errors import NoSuchRide
from workshops.models import Session
from workshops.riding.breaches import Minute
from workshops.riding.facts import Ride
from workshops.riding.proposing import Proposal
from workshops.sights import Line, Sight, sight
from workshops.sitting import day_of


@page
def board_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who runs the group draws, books and calls off; kin of who rides sees nothing of it (D12)."""
    staff = caller(request)
    session = lookup.own_session(staff, public_id)
    if not session.group.workshop.is_ridden:
        not_found("board")
    view = BoardView(request, staff, session)
    if request.method == "POST" and view.pressed(request.POST.get("act", "")):
        return back(request, "session-board", public_id=session.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/riding_board.html", view.context(), status=status)


@dataclass(frozen=True)
class Row:
    """One time at which somebody mounts: the lines of each horse, in the horses' order."""

    at: Minute
    cells: Sequence[tuple[str, Sequence[Line]]]


class BoardView:
    """One reader before one board."""

    def __init__(self, request: HttpRequest, staff: Staff, session: Session) -> None:
        self.request, self.staff, self.session = request, staff, session
        self.seen: Sight = sight(staff, session)
        booking = session.booking
        self.is_off = booking.status == Booking.Status.CANCELLED
        self.may_draw = not self.is_off and booking.starts_at > clock.now()
        centre = session.group.workshop.centre
        self.may_call_off = (
            not self.is_off
            and booking.ends_at > clock.now()
            and policies.may_call_off(staff, centre)
        )
        self.form = LineForm(
            self.posted("draw"), seen=self.seen, initial=self.initial, auto_id="line_%s"
        )
        self.weather = CallOffDayForm(self.posted("call_off"), auto_id="weather_%s")

    def posted(self, act: str) -> Any:
        return self.request.POST if self.request.POST.get("act") == act else None

    @cached_property
    def chosen(self) -> Line | None:
        """The line that is being changed."""
        asked = NumberForm(self.request.POST if self.posted("draw") else self.request.GET)
        number: int | None = asked.cleaned_data["line"] if asked.is_valid() else None
        if number is None or number >= len(self.seen.lines):
            return None
        return self.seen.lines[number]

    def has(self, number: int, child: str) -> bool:
        """Whether that line is still that child's."""
        return number < len(self.seen.rides) and self.seen.rides[number].child == child

    @property
    def initial(self) -> dict[str, Any]:
        if self.chosen is None:
            asked = self.request.GET.get("child")
            return {"child": asked} if asked in self.seen.afternoon.child else {}
        ride = self.chosen.ride
        return {
            "child": ride.child,
            "horse": ride.horse,
            "at": str(self.chosen.starts),
            "leader": ride.leader or "",
            "side_walkers": list(ride.side_walkers),
        }

    # --- Buttons ------------------------------------------------------------------------------

    def pressed(self, act: str) -> bool:
        """Whether what was pressed was done, or refused on the next page."""
        acts: Mapping[str, Callable[[], bool]] = {
            "draw": self.draw,
            "remove": self.remove,
            "propose": self.propose,
            "book": self.book,
            "discard": self.discard,
            "call_off": self.call_off,
        }
        return act in acts and acts[act]()

    def draw(self) -> bool:
        form = self.form
        if not form.is_valid():
            return False
        rides = list(self.seen.rides)
        number = form.cleaned_data["line"]
        if number is None:
            rides.append(form.ride)
        elif self.has(number, form.cleaned_data["was"]):
            rides[number] = form.ride
        return self.drawn(form, rides, said=_("Drawn on the board. Nothing is booked yet."))

    def remove(self) -> bool:
        form = LineNumberForm(self.request.POST)
        if not form.is_valid():
            return False
        number = form.cleaned_data["line"]
        rides = [ride for n, ride in enumerate(self.seen.rides) if n != number]
        return self.drawn(form, rides, said=_("Taken off the board."), typed=False)

    def drawn(self, form: Form, rides: Sequence[Ride], *, said: str, typed: bool = True) -> bool:
        def command() -> None:
            number, version = form.cleaned_data["line"], form.cleaned_data["version"]
            if number is not None and not self.has(number, form.cleaned_data["was"]):
                raise NoSuchRide
            boards.draw(self.session, rides, by=self.staff.user, version=version)

        return carried_out(self.request, form, command, said=said, typed=typed)

    def propose(self) -> bool:
        form = VersionForm(self.request.POST)
        found: list[Proposal] = []

        def command() -> None:
            _board, proposal = boards.propose_board(
                self.session, by=self.staff.user, version=form.cleaned_data["version"]
            )
            found.append(proposal)

        if not form.is_valid():
            return False
        said = _("An afternoon is proposed. Change what you like, then book it.")
        carried_out(self.request, form, command, said=said, typed=False)
        for proposal in found:
            self.comment(proposal)
        return True

    def comment(self, proposal: Proposal) -> None:
        """What is to be known of a proposal beside its lines."""
        if proposal.conflict:
            messages.warning(self.request, proposal.conflict.sentence)
        if not proposal.is_proven:
            messages.info(
                self.request,
                _("There may be a still better one, by %(gap)s per cent at most.")
                % {"gap": max(1, round(100 * proposal.gap))},
            )

    def book(self) -> bool:
        form = VersionForm(self.request.POST)
        return form.is_valid() and carried_out(
            self.request,
            form,
            lambda: boards.book_board(
                self.session, by=self.staff.user, version=form.cleaned_data["version"]
            ),
            said=_("Booked: children, horses and helpers. Reminders will tell families the hour."),
            typed=False,
        )

    def discard(self) -> bool:
        form = VersionForm(self.request.POST)
        return form.is_valid() and carried_out(
            self.request,
            form,
            lambda: boards.draw(
                self.session,
                self.seen.booked,
                by=self.staff.user,
                version=form.cleaned_data["version"],
            ),
            said=_("The board is as it is booked."),
            typed=False,
        )

    def call_off(self) -> bool:
        require(policies.may_call_off(self.staff, self.session.group.workshop.centre))
        form = self.weather
        return form.is_valid() and carried_out(
            self.request,
            form,
            lambda: boards.call_off_day(
                self.session.group.workshop.centre,
                day_of(self.session),
                by=self.staff.user,
                reason=form.cleaned_data["reason"],
            ),
            said=_("Nobody rides any more that day. The families are told."),
            typed=True,
        )

    # --- The page -----------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        horses = [(one.key, one.name) for one in self.seen.afternoon.horses]
        known = {key for key, _name in horses}
        strays = {line.ride.horse: line.horse for line in self.seen.lines}
        columns = [*horses, *((key, name) for key, name in strays.items() if key not in known)]
        starts = sorted({int(line.starts) for line in self.seen.lines})
        return [
            Row(
                Minute(at),
                [
                    (
                        name,
                        [
                            line
                            for line in self.seen.lines
                            if line.starts == at and line.ride.horse == key
                        ],
                    )
                    for key, name in columns
                ],
            )
            for at in starts
        ]

    def context(self) -> dict[str, Any]:
        own = selectors.sessions_of(self.staff).filter(pk=self.session.pk)
        (line,) = selectors.timetable(own)
        rows = self.rows()
        return {
            "session": self.session,
            "group": self.session.group,
            "booking": self.session.booking,
            "line": line,
            "seen": self.seen,
            "rows": rows,
            "columns": [name for name, _lines in rows[0].cells] if rows else [],
            "chosen": self.chosen,
            "form": self.form,
            "weather": self.weather,
            "is_off": self.is_off,
            "may_draw": self.may_draw,
            "may_call_off": self.may_call_off,
        }
