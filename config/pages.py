"""What is answered when nothing is there, or something broke."""

import sys

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from config import problems
from config.middleware import DATABASE_DOWN, database_down


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = problems.make(404, "not_found", _("There is nothing at this address."))
        return JsonResponse(body, status=404, content_type=problems.CONTENT_TYPE)
    return render(request, "404.html", status=404)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address of the API, in its own words also where Django would explain itself."""
    return not_found(request, Http404())


def failed(request: HttpRequest) -> HttpResponse:
    """A database that went away outside a view (in a session, say) is 503; the rest is a bug."""
    if isinstance(sys.exc_info()[1], DATABASE_DOWN):
        return database_down(request)
    if request.path.startswith("/api/"):
        body = problems.make(500, "failed", _("Something broke. It was noted."))
        return JsonResponse(body, status=500, content_type=problems.CONTENT_TYPE)
    if request.path.startswith("/v/"):
        return problems.neutral(500)
    return render(request, "500.html", status=500)
