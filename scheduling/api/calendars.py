"""HTTP to calendars, and to their private addresses."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.rows import ask_in_one
from base.views import View
from people.requests import caller
from scheduling import (
    calendars,
    event_texts,
    feeds,
    lookup,
    setup,
)
from scheduling.models import Feed
from scheduling.shapes.events import CalendarOut, CalendarQuery
from scheduling.shapes.feeds import FeedIn, FeedOut, NewFeedOut


class Calendar(View):
    @extend_schema(parameters=[CalendarQuery], responses=CalendarOut)
    def get(self, request: Request) -> Response:
        """Concrete events of a resource, or of the caller's centres; busy where she has no need
        to know."""
        staff = caller(request)
        asked = self.query(CalendarQuery)
        window = asked["from"], asked["to"]
        if "resource" in asked:
            scope = calendars.of_resource(asked["resource"], *window)
            seen_under = lookup.stamp_beside(staff, asked["resource"])
            stamp, found = ask_in_one(seen_under, calendars.glances(scope, staff))
        else:
            scope = calendars.of_centres(staff.centre_ids, *window)
            stamp, found = ask_in_one(setup.stamp(), calendars.glances(scope, staff))
        results = event_texts.shown(found, staff, stamp)
        # A window is a page already: a calendar with half its events missing is a lie.
        return Response({"count": found.count, "next": None, "previous": None, "results": results})


class Feeds(View, generics.ListAPIView[Feed]):
    """The caller's private calendar addresses, without their tokens, and when each was last
    read."""

    serializer_class = FeedOut
    queryset = Feed.objects.none()

    def get_queryset(self) -> QuerySet[Feed]:
        return feeds.feeds_of(caller(self.request).user)

    @extend_schema(request=FeedIn, responses={201: NewFeedOut})
    def post(self, request: Request) -> Response:
        """A new private address; the former one of the same calendar stops working. The token is
        shown only now."""
        staff, asked = caller(request), self.body(FeedIn)
        named = {name: asked[name] for name in ("resource", "centre", "series")}
        of = feeds.calendar(staff, **named)
        detail = asked.get("detail") or feeds.usual_detail(of)
        feed, url = feeds.open_feed(staff, of, detail=detail)
        feed.url = url  # type: ignore[attr-defined]
        return Response(NewFeedOut(feed).data, status=201)


class OneFeed(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Revoke the address."""
        feeds.close_feed(caller(request).user, public_id)
        return Response(status=204)
