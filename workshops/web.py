"""The public address of a workshop's calendar: no log-in, no cookie, nobody's name."""

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from base.tags import etags_known
from workshops import ical, public_calendar

HEADERS = {
    # Whoever keeps a copy asks each time whether it still may be shown.
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@require_safe
def calendar(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """When the groups of a workshop meet, where its centre allows; otherwise there is nothing."""
    found = public_calendar.public_workshop(public_id)
    if found is None:
        return nothing(request)
    text = ical.calendar(found, public_calendar.sessions_shown(found))
    etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    if etags_known(request) & {etag, "*"}:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["ETag"] = etag
    return neutral(response)


@require_safe
def nothing(_request: HttpRequest) -> HttpResponse:
    return neutral(HttpResponse(status=404, content_type="text/plain"))


def neutral(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response[name] = value
    return response
