"""The address that calendar clients poll."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from base.tags import etags_known
from scheduling import feeds
from scheduling.feed_texts import Text


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The private calendar behind a token: 304 while nothing changed, 404 when it is revoked or
    its owner may not see it any more."""
    found = feeds.subscription(token)
    if found is None:
        return HttpResponse(status=404, content_type="text/plain")
    feeds.note_use(found)
    response: HttpResponseBase
    if etags_known(request) & {found.etag, "*"}:
        response = HttpResponse(status=304)
    else:
        response = StreamingHttpResponse(Text(found), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="pristan.ics"'
    response["ETag"] = found.etag
    response["Cache-Control"] = "private, no-cache"
    return response
