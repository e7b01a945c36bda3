"""HTTP to series."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people.requests import caller
from scheduling import lookup, policies
from scheduling.api.wishes import wish_in
from scheduling.models import Booking, Resource, Series
from scheduling.series import ical, making, proposing, services, undoing
from scheduling.series.services import Changes
from scheduling.shapes.bookings import Versioned
from scheduling.shapes.series import (
    EndIn,
    LengthenIn,
    PreviewOut,
    RestoreIn,
    SeriesBrief,
    SeriesIn,
    SeriesOut,
    SplitIn,
    pattern_in,
    preview_shown,
    repetition_in,
    series_shown,
)


class AllSeries(View, generics.GenericAPIView[Series]):
    serializer_class = SeriesBrief
    queryset = Series.objects.none()

    @extend_schema(operation_id="series_list", responses=SeriesBrief(many=True))
    def get(self, request: Request) -> Response:
        """Series the caller needs to know of, the newest first."""
        page = self.paginate_queryset(policies.known_series(caller(request))) or []
        return self.get_paginated_response(SeriesBrief(page, many=True).data)

    @extend_schema(
        request=SeriesIn, responses={200: PreviewOut, 201: SeriesOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Book an hour again and again. With `dry_run` nothing is booked: 200, with each date
        free, clash (and the nearest free hour) or closed."""
        staff = caller(request)
        asked = self.body(SeriesIn)
        wish = wish_in(staff, asked)
        repetition = repetition_in(asked["rule"], wish.starts_at)
        if asked["dry_run"]:
            places, refusals = making.preview_series(wish, repetition, by=staff.user)
            return Response(
                preview_shown(places, refusals, proposing.proposals(wish, places, refusals))
            )
        moved = {line["original_start"]: line["starts_at"] for line in asked["moved"]}
        return self.created_once(
            lambda: series_shown(
                making.create_series(
                    wish,
                    repetition,
                    by=staff.user,
                    skipping=asked["skip_clashes"],
                    moved=moved,
                )
            )
        )


class OneSeries(View):
    @extend_schema(responses=SeriesOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """Every date, and what became of it."""
        return Response(series_shown(lookup.series(caller(request), public_id)))


class SeriesCalendar(View):
    @extend_schema(responses={(200, "text/calendar"): OpenApiTypes.STR})
    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        """The series for a calendar program: when, and the service's initials."""
        text = ical.calendar(lookup.series(caller(request), public_id))
        return HttpResponse(text, content_type="text/calendar; charset=utf-8")


class Command(View, ABC):
    """A command on one series, answered with the series as it is then."""

    form: type[Any]

    def post(self, request: Request, public_id: UUID) -> Response:
        series = lookup.changeable_series(caller(request), public_id)
        self.carry_out(series, self.body(self.form), request)
        return Response(series_shown(lookup.series(caller(request), public_id)))

    @abstractmethod
    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        """Do what was asked of the series. Raises what its service does."""


@extend_schema(request=SplitIn, responses=SeriesOut)
class Split(Command):
    """Change this date and all that follow, or every date ahead."""

    form = SplitIn

    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        staff = caller(request)
        specialist, room = asked.get("specialist"), asked.get("room")
        starts_at, rule = asked.get("starts_at"), asked.get("rule")
        changes = Changes(
            starts_at=starts_at,
            lead=lookup.specialist(staff, specialist) if specialist else None,
            room=lookup.place(staff, Resource.Kind.ROOM, room),
            colleagues=tuple(lookup.specialist(staff, one) for one in asked["colleagues"])
            if "colleagues" in asked
            else None,
            pattern=pattern_in(rule, starts_at or asked["since"]) if rule else None,
            until=rule.get("until") if rule else None,
        )
        services.split_series(
            series,
            changes,
            since=asked.get("since"),
            by=staff.user,
            skipping=asked["skip_clashes"],
            version=asked.get("version"),
        )


@extend_schema(request=EndIn, responses=SeriesOut)
class CancelSeries(Command):
    """Cancel this date and all that follow, or every date ahead."""

    form = EndIn

    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        services.end_series(
            series,
            since=asked.get("since"),
            by=caller(request).user,
            party=Booking.Party(asked["by"]),
            reason=asked["reason"],
            version=asked.get("version"),
        )


@extend_schema(request=LengthenIn, responses=SeriesOut)
class Extend(Command):
    """Go on until a later day, or until somebody ends it."""

    form = LengthenIn

    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        services.extend_series(
            series,
            until=asked["until"],
            by=caller(request).user,
            skipping=asked["skip_clashes"],
            version=asked.get("version"),
        )


@extend_schema(request=RestoreIn, responses=SeriesOut)
class Restore(Command):
    """Bring back a cancelled or skipped date, where it was or at another hour."""

    form = RestoreIn

    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        services.restore_date(
            series,
            asked["original_start"],
            starts_at=asked.get("starts_at"),
            by=caller(request).user,
            version=asked.get("version"),
        )


@extend_schema(request=Versioned, responses=SeriesOut)
class Undo(Command):
    """Undo the last change of the last ten minutes, if nobody has been told of it."""

    form = Versioned

    def carry_out(self, series: Series, asked: dict[str, Any], request: Request) -> None:
        undoing.undo(series, by=caller(request).user, version=asked.get("version"))
