"""What all pages share: who may open them, where they lead back to, how a refusal is said."""

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from base import idempotency
from base.errors import DomainError, NotAllowed, NotFound
from base.models import Record
from desk.forms import Form

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

T = TypeVar("T")
View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """Behind the log-in. What the domain calls not found or not allowed is a page of its own,
    as it is for the API (config/problems.py)."""

    @login_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *args, **options)
        except NotFound as error:
            raise Http404(str(error)) from error
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error

    return answer


def accepted(form: Form, command: Callable[[], T]) -> T | None:
    """What the command answers; None when a rule of the house refuses it, which is then said
    above the form, with everything still in it."""
    try:
        return command()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        form.refusal = error
        form.add_error(None, str(error))
        return None


def once(request: HttpRequest, create: Callable[[], Record]) -> UUID:
    """The public id of what this very form makes, also when its button is pressed twice: its
    hidden field `once` tells it from another with the same words in it."""
    if not request.POST.get("once"):
        return create().public_id
    fields = {name: told for name, told in request.POST.lists() if name != "csrfmiddlewaretoken"}
    body = json.dumps(fields, sort_keys=True).encode()
    mark = idempotency.fingerprint("POST", request.path, body)
    user_id = request.user.pk
    assert user_id is not None  # pages are for who is logged in
    _, answer = idempotency.once(
        user_id, f"page {mark}", mark, lambda: (201, {"id": str(create().public_id)})
    )
    return UUID(answer["id"])


def done(request: HttpRequest, command: Callable[[], object], *, said: "StrOrPromise") -> bool:
    """Carry out a button's command and say what came of it on the next page."""
    try:
        command()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, str(said))
    return True


def carried_out(
    request: HttpRequest,
    form: Form,
    command: Callable[[], object],
    *,
    said: "StrOrPromise",
    typed: bool,
) -> bool:
    """Whether to go on after one of a page's buttons. A refusal of what was `typed` is said above
    it, with everything still in it; of a bare button, on the next page."""
    if not typed:
        done(request, command, said=said)
        return True
    if accepted(form, lambda: (command(),)) is None:
        return False
    messages.success(request, str(said))
    return True


def back(request: HttpRequest, to: str, **ids: Any) -> HttpResponse:
    """To the page whose button was pressed, if the form names one of ours; else to `to`."""
    named = ours(request, request.POST.get("next", ""))
    return HttpResponseRedirect(named or reverse(to, kwargs=ids))


def ours(request: HttpRequest, address: str) -> str:
    """The address, if it is one of our pages; else nothing."""
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts=hosts, require_https=request.is_secure()
    )
    return address if safe else ""
