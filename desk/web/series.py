"""What repeats: an hour made into a series, and the page of a series."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from base import clock
from base.errors import DomainError
from desk.forms import Form
from desk.pages import accepted, back, carried_out, once, page
from desk.series_forms import (
    SKIP,
    ChoiceForm,
    EndForm,
    ExtendForm,
    RepeatForm,
    RestoreForm,
    SplitForm,
    UndoForm,
)
from desk.web.finding import chosen_hour, same_hour, wish_of
from people.policies import Staff
from people.requests import caller
from scheduling import lookup, policies
from scheduling.models import Booking, Series
from scheduling.planning import Wish
from scheduling.series import (
    history,
    ical,
    making,
    proposing,
    reasons,
    selectors,
    services,
    undoing,
    wording,
)
from scheduling.series.placing import Place
from scheduling.series.selectors import SeriesDate
from scheduling.series.services import Changes
from scheduling.slots import Slot

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Asked = dict[str, Any]


@page
def repeat_hour(request: HttpRequest) -> HttpResponse:
    """The chosen hour as a series: each date with what stands in its way, and then booked."""
    staff = caller(request)
    chosen = chosen_hour(request, staff)
    if chosen is None:
        return redirect("find")
    asked, people, form = chosen.asked, chosen.people, chosen.form
    given = request.POST if request.method == "POST" else request.GET
    repeat = RepeatForm(given, starts_at=asked["starts_at"])
    context: Asked = {
        "form": form,
        "repeat": repeat,
        "service": chosen.service,
        "people": people,
        "asked": asked,
        "same_hour": same_hour(asked, people),
        "once": given.get("once") or uuid4(),
    }
    if not repeat.is_valid():
        return render(request, "desk/repeat.html", context, status=422)
    if request.method == "POST" and form.is_valid():
        wish = wish_of(asked, people, form)
        if made := accepted(form, lambda: make(request, wish, repeat, staff)):
            return made
    context |= preview(wish_of(asked, people, None), repeat, staff)
    return render(request, "desk/repeat.html", context, status=422 if form.errors else 200)


def preview(wish: Wish, repeat: RepeatForm, staff: Staff) -> Asked:
    repetition = repeat.repetition()
    rhythm = wording.rhythm(repetition.pattern, repeat.first)
    try:
        places, refusals = making.preview_series(wish, repetition, by=staff.user)
    except DomainError as error:
        return {"rhythm": rhythm, "impossible": error}
    errors = {refusal.place.original_start: refusal.error for refusal in refusals}
    proposed = proposing.proposals(wish, places, refusals)
    lines = [
        Line(place, errors.get(place.original_start), proposed.get(place.original_start))
        for place in places
    ]
    return {
        "rhythm": rhythm,
        "lines": lines,
        "free": sum(line.error is None for line in lines),
        "ends": places[-1].starts_at,
    }


@dataclass(frozen=True)
class Line:
    """A date of a preview."""

    place: Place
    error: DomainError | None
    proposal: Slot | None

    @property
    def is_closed(self) -> bool:
        return self.error is not None and self.error.code == "closed"


def make(request: HttpRequest, wish: Wish, repeat: RepeatForm, staff: Staff) -> HttpResponse:
    """Book what is free and what was chosen instead; the rest is left out, with its reason."""
    public_id = once(
        request,
        lambda: making.create_series(
            wish, repeat.repetition(), by=staff.user, skipping=True, moved=instead(request)
        ),
    )
    made = Series.objects.get(public_id=public_id)
    dates = selectors.dates_of(selectors.terms_of(made))
    booked = sum(date.stands for date in dates)
    messages.success(request, _("Booked: %(n)s dates.") % {"n": booked})
    if policies.known_series(staff).filter(pk=made.pk).exists():
        return redirect("series-page", public_id=public_id)
    return redirect("find")


def instead(request: HttpRequest) -> dict[datetime, datetime | None]:
    """The hours chosen instead of dates that clash; None for those to be left out."""
    moved: dict[datetime, datetime | None] = {}
    for name, value in request.POST.items():
        if not name.startswith("instead-"):
            continue
        is_left_out = value == SKIP
        start = {"original_start": name.removeprefix("instead-")}
        choice = ChoiceForm(start if is_left_out else {**start, "starts_at": str(value)})
        if choice.is_valid() and (is_left_out or choice.cleaned_data["starts_at"]):
            moved[choice.cleaned_data["original_start"]] = choice.cleaned_data["starts_at"]
    return moved


@dataclass(frozen=True)
class Act:
    """A button: the form it reads, what it does, and what is said then."""

    form: type[Any]
    run: Callable[..., object]
    said: "StrOrPromise"
    is_typed: bool = True


def split(series: Series, asked: Asked, **who: Any) -> object:
    changes = Changes(
        asked.get("starts_at"),
        lead=asked.get("specialist"),
        room=asked.get("room"),
        colleagues=tuple(asked["colleagues"]) or None,
    )
    return services.split_series(
        series, changes, since=asked["since"], skipping=asked["skip"], **who
    )


def end(series: Series, asked: Asked, **who: Any) -> object:
    party = Booking.Party(asked["party"])
    return services.end_series(
        series, since=asked["since"], party=party, reason=asked["reason"], **who
    )


ACTS: Mapping[str, Act] = {
    "split": Act(SplitForm, split, gettext_lazy("Changed from that date on.")),
    "end": Act(EndForm, end, gettext_lazy("Ended from that date on.")),
    "extend": Act(
        ExtendForm,
        lambda series, asked, **who: services.extend_series(
            series, until=asked["until"], skipping=asked["skip"], **who
        ),
        gettext_lazy("Extended."),
    ),
    "restore": Act(
        RestoreForm,
        lambda series, asked, **who: services.restore_date(series, asked["original_start"], **who),
        gettext_lazy("The date is back."),
        is_typed=False,
    ),
    "undo": Act(
        UndoForm,
        lambda series, _asked, **who: undoing.undo(series, **who),
        gettext_lazy("Undone: everything is as it was."),
        is_typed=False,
    ),
}


@page
def series_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A series, its dates, and a button for whatever may be changed."""
    staff = caller(request)
    series = lookup.series(staff, public_id)
    terms = selectors.terms_of(series)
    dates = selectors.dates_of(terms)
    forms = forms_of(request, series, dates, staff)
    name = request.POST.get("act", "")
    if request.method == "POST":
        lookup.changeable_series(staff, public_id)
        if name in ACTS and forms[name].is_valid():
            act, form = ACTS[name], forms[name]
            run = command(act, series, form, staff)
            if carried_out(request, form, run, said=act.said, typed=act.is_typed):
                return back(request, "series-page", public_id=public_id)
    closed = reasons.closures_of(series.centre_id, terms)
    now = clock.now()
    last = terms[-1]
    context = {
        "series": series,
        "last": last,
        "until": None if series.is_open else last.event.end_recurring_period,
        "people": series.people.order_by("pk"),
        "ahead": [(date, reasons.detail(date, closed)) for date in dates if date.starts_at > now],
        "past": [(date, reasons.detail(date, closed)) for date in dates if date.starts_at <= now],
        "may_change": policies.may_book(staff, series.centre_id),
        "undo": history.last_change(series),
        "forms": forms,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/series.html", context, status=status)


@page
@require_safe
def series_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The dates for a calendar program: when, and the service's initials."""
    text = ical.calendar(lookup.series(caller(request), public_id))
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="series.ics"'
    return answer


def forms_of(
    request: HttpRequest, series: Series, dates: list[SeriesDate], staff: Staff
) -> dict[str, Any]:
    """A form for each button; the one that was pressed is bound."""
    ahead = [date for date in dates if date.is_ahead]
    pressed = request.POST.get("act")
    return {
        name: act.form(
            request.POST if name == pressed else None,
            ahead=ahead,
            auto_id=f"{name}_%s",
            **({"staff": staff, "series": series} if act.form is SplitForm else {}),
        )
        for name, act in ACTS.items()
    }


def command(act: Act, series: Series, form: Form, staff: Staff) -> Callable[[], object]:
    asked = dict(form.cleaned_data)
    version = asked.pop("version")
    return lambda: act.run(series, asked, by=staff.user, version=version)
