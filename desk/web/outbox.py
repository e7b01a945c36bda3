"""Texts: what did not get through, what leaves next, and how the sender fares."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from base import clock
from desk.pages import back, done, page
from desk.web.people import card_of
from notifications import by_hand, queue, verifying
from people.policies import SEES_EVERYTHING, Staff, require
from people.requests import caller

TEXTS_PER_PAGE = 50


@page
def outbox(request: HttpRequest) -> HttpResponse:
    staff = answers_for_texts(request)
    pages = Paginator(queue.in_order(staff), TEXTS_PER_PAGE)
    texts = pages.get_page(request.GET.get("page"))
    context = {
        "texts": texts,
        "lines": [(one, queue.explanation(one)) for one in texts],
        "health": queue.health(),
        "by_hand": by_hand.BY_HAND,
        "now": clock.now(),
    }
    return render(request, "desk/outbox.html", context)


@page
@require_POST
def resend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Once more, if the operator does not have it."""
    text = queue.text(caller(request), public_id)
    done(request, lambda: by_hand.resend(text), said=_("It leaves within a minute."))
    return back(request, "outbox")


def answers_for_texts(request: HttpRequest) -> Staff:
    """Raises NotAllowed."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_EVERYTHING)))
    return staff


@page
@require_POST
def send_code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A bare code to the card's number, while she is here (D27)."""
    card = card_of(request, public_id)
    done(
        request,
        lambda: verifying.ask_code(card, by=caller(request).user),
        said=_("The code is on its way. Ask her to read it to you."),
    )
    return back(request, "person-page", public_id=public_id)


@page
@require_POST
def read_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What she reads from her telephone."""
    card = card_of(request, public_id)
    code = "".join(request.POST.get("code", "")[:20].split())
    done(
        request,
        lambda: verifying.read_back(card, code),
        said=_("The number is verified."),
    )
    return back(request, "person-page", public_id=public_id)
