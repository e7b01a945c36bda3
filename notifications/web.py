"""The parent's link: pages without a log-in, scripts, cookies or names.

A GET changes nothing at all: operators and telephones open links to check them. What is answered
comes by POST, and needs no CSRF token: the link itself is the only key, and no cookie goes along.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from base import clock
from base.errors import DomainError
from notifications import guesses, ical, links
from notifications.models import AppointmentLink

View = Callable[..., HttpResponseBase]

POLICY = {
    "default-src": [NONE],
    "style-src": [NONCE],
    "img-src": ["data:"],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def neutral(view: View) -> View:
    """What every answer here has in common, a refusal of the framework's too."""

    @csrf_exempt
    @csp(POLICY)
    @wraps(view)
    def run(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            response = view(request, **named)
        except (SuspiciousOperation, BadRequest, MultiPartParserError):
            response = HttpResponse(status=400)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return run


def of_link(view: View) -> View:
    """Finds the link of the token and speaks its recipient's language."""

    @wraps(view)
    def run(request: HttpRequest, token: str) -> HttpResponseBase:
        link = links.known(token)
        if link is None:
            return unknown(request, token)
        with translation.override(links.language_for(link)):
            response = view(request, link)
            response["Content-Language"] = translation.get_language()
        return response

    return run


@neutral
@require_http_methods(["GET", "HEAD", "POST"])
@of_link
def appointment(request: HttpRequest, link: AppointmentLink) -> HttpResponse:
    """When it is, and what she wants to say of it."""
    if not links.is_open(link):
        return over(request, link)
    if request.method != "POST":
        return shown(request, link)
    command = ANSWERS.get(request.POST.get("answer", ""))
    version = version_in(request.POST)
    if command is None or version is None:
        return shown(request, link, status=422)
    return done(request, link, lambda: command(link, version=version))


ANSWERS: dict[str, Callable[..., None]] = {
    "come": links.confirm,
    "cannot": links.cannot_come,
    "call": links.please_call,
}


def version_in(form: QueryDict) -> int | None:
    """The schedule version that the page showed."""
    given = form.get("of", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def done(request: HttpRequest, link: AppointmentLink, command: Callable[[], None]) -> HttpResponse:
    """To the page, which says how things stand now; a refusal is said there, of the hour as it is
    by then."""
    try:
        command()
    except DomainError as error:
        fresh = links.refreshed(link)
        if not links.is_open(fresh):
            return over(request, fresh)
        return shown(request, fresh, refusal=str(error), status=409)
    return redirect("link", token=token_in(request))


def token_in(request: HttpRequest) -> str:
    assert request.resolver_match is not None
    return str(request.resolver_match.kwargs["token"])


def shown(
    request: HttpRequest, link: AppointmentLink, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    booking = link.booking
    context = {
        "link": link,
        "starts_at": clock.local(booking.starts_at),
        "has_moved": link.schedule_version != booking.schedule_version,
        "has_begun": links.has_begun(booking),
        "answer": links.answer_of(link),
        "may_move": links.may_move(link),
        "refusal": refusal,
        **frame(request, link),
    }
    return render(request, "notifications/appointment.html", context, status=status)


def frame(request: HttpRequest, link: AppointmentLink) -> dict[str, Any]:
    return {
        "token": token_in(request),
        "phone": link.booking.centre.phone,
        "name": links.name_for(link),
    }


def over(request: HttpRequest, link: AppointmentLink) -> HttpResponse:
    """Past, or cancelled."""
    said = links.answer_of(link).said
    context = {"has_told_us": said == links.Said.CANNOT_COME, **frame(request, link)}
    return render(request, "notifications/over.html", context, status=410)


def unknown(request: HttpRequest, token: str) -> HttpResponse:
    """Nobody knows whose phone it is: both languages, and no telephone of ours."""
    is_guess = links.TOKEN.fullmatch(token) is not None
    if is_guess and guesses.note(request.META.get("REMOTE_ADDR", "")):
        response = render(request, "notifications/nothing.html", {"too_many": True}, status=429)
        response["Retry-After"] = "3600"
        return response
    return render(request, "notifications/nothing.html", status=404)


@neutral
def nothing(request: HttpRequest) -> HttpResponse:
    """Any other address below ours: the program's own page of that kind would say whose it is."""
    return unknown(request, "")


@neutral
@require_http_methods(["GET", "HEAD", "POST"])
@of_link
def hours(request: HttpRequest, link: AppointmentLink) -> HttpResponse:
    """The other hours that she may choose."""
    if not links.is_open(link):
        return over(request, link)
    if not links.may_move(link):
        return redirect("link", token=token_in(request))
    if request.method != "POST":
        return hours_shown(request, link)
    starts_at, version = instant_in(request.POST), version_in(request.POST)
    if starts_at is None or version is None:
        return hours_shown(request, link, status=422)
    try:
        links.move(link, starts_at, version=version)
    except links.HourGone as error:
        return hours_shown(request, link, refusal=str(error), status=409)
    except DomainError as error:
        return shown(request, links.refreshed(link), refusal=str(error), status=409)
    return redirect("link", token=token_in(request))


def instant_in(form: QueryDict) -> datetime | None:
    """An hour as the page's buttons carry it; None for anything else."""
    try:
        return datetime.strptime(form.get("to", ""), "%Y-%m-%dT%H:%M%z")
    except ValueError:
        return None


def hours_shown(
    request: HttpRequest, link: AppointmentLink, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    booking = link.booking
    found = links.offered(links.hours_for(link), booking.ends_at - booking.starts_at)
    context = {
        "link": link,
        "starts_at": clock.local(booking.starts_at),
        "days": [
            (clock.local(day), [(clock.local(at), f"{at:%Y-%m-%dT%H:%M%z}") for at in starts])
            for day, starts in found.items()
        ],
        "refusal": refusal,
        **frame(request, link),
    }
    return render(request, "notifications/hours.html", context, status=status)


@neutral
@require_http_methods(["GET", "HEAD", "POST"])
@of_link
def stop(request: HttpRequest, link: AppointmentLink) -> HttpResponse:
    """No more texts (D36): asked once more before it counts."""
    if links.is_expired(link):
        return over(request, link)
    if request.method == "POST":
        links.stop_texts(link)
        return redirect("link-stop", token=token_in(request))
    card = links.card_of(link)
    context = {"is_stopped": card and card.opted_out_on, **frame(request, link)}
    return render(request, "notifications/stop.html", context)


@neutral
@require_safe
@of_link
def calendar_file(request: HttpRequest, link: AppointmentLink) -> HttpResponse:
    """For a calendar of her own."""
    if not links.is_open(link):
        return over(request, link)
    booking = link.booking
    text = ical.appointment(
        booking.public_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        sequence=booking.schedule_version,
        stamp=clock.now(),
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="c.ics"'
    return response
