"""The one table from what went wrong to HTTP, as `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
)
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from base.errors import DomainError, KeyReused, NotAllowed, NotFound, StaleVersion
from people.errors import NumberChanged
from scheduling.errors import ResourceUnavailable

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[type[DomainError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    StaleVersion: 409,
    ResourceUnavailable: 409,
    NumberChanged: 409,
    KeyReused: 422,
}
"""Every other DomainError is 422: understood, and refused by a rule of the house."""

DATABASE_DOWN = 503


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None for anything unforeseen: a bug, and it stays a 500."""
    problem = describe(error)
    if problem is None:
        return None
    set_rollback()
    response = Response(problem, status=problem["status"], content_type=CONTENT_TYPE)
    if isinstance(error, exceptions.APIException):
        if auth := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = auth
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = str(int(wait))
    return response


def describe(error: Exception) -> dict[str, Any] | None:
    match error:
        case DomainError():
            return of_domain(error)
        case Http404():
            return make(404, "not_found", _("There is nothing here, or it is not yours to see."))
        case PermissionDenied():
            return make(403, "not_allowed", str(NotAllowed.sentence))
        case RequestDataTooBig() | TooManyFieldsSent():
            return make(413, "too_large", _("The request is too large."))
        case exceptions.ValidationError():
            return make(
                400, "invalid", _("Some of the values are not valid."), errors=flatten(error.detail)
            )
        case exceptions.APIException():
            return of_framework(error)
    return None


def of_domain(error: DomainError) -> dict[str, Any]:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)
    return make(status, error.code, str(error), **error.facts)


def of_framework(error: exceptions.APIException) -> dict[str, Any]:
    code = error.get_codes()
    return make(
        error.status_code,
        code if isinstance(code, str) else error.default_code,
        str(error.default_detail if isinstance(error.detail, dict | list) else error.detail),
    )


TITLES = {
    400: "Invalid request",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    422: "Refused",
    503: "Temporarily unavailable",
}


def make(status: int, code: str, detail: str, **facts: Any) -> dict[str, Any]:
    return {
        "type": f"urn:pristan:problem:{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "code": code,
        "detail": detail,
    } | {name: jsonable(value) for name, value in facts.items()}


def jsonable(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case list() | tuple():
            return [jsonable(item) for item in value]
        case dict():
            return {name: jsonable(item) for name, item in value.items()}
    return value


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error tree as `[{field, code, detail}]`."""
    if isinstance(detail, dict):
        return [
            entry
            for name, inner in detail.items()
            for entry in flatten(inner, f"{path}.{name}".strip("."))
        ]
    if isinstance(detail, list):
        return [entry for inner in detail for entry in flatten(inner, path)]
    return [{"field": path, "code": detail.code, "detail": str(detail)}]


def plain(status: int) -> HttpResponse:
    """A problem answered outside DRF, where the database may be the thing that is missing."""
    body = make(
        status,
        "temporarily_unavailable",
        _(
            "The database is not answering. Try again in a few seconds, and look first whether "
            "what you sent is there."
        ),
    )
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE)


def neutral(status: int) -> HttpResponse:
    """To a phone that opened the link of a text: our own pages would say whose it is."""
    text = "Моля, опитайте по-късно.\nPlease try again later.\n"
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"], response["Referrer-Policy"] = "no-store", "no-referrer"
    return response
