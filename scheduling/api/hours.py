"""HTTP to working hours and closed days that repeat."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from scheduling import lookup, policies, repeating
from scheduling.models import RepeatingHours
from scheduling.repeating import Kind, Rhythm
from scheduling.shapes.hours import (
    DateIn,
    ExceptIn,
    HoursBrief,
    HoursIn,
    HoursOut,
    LastDayIn,
    hours_shown,
)
from scheduling.shapes.series import pattern_in

TIMES = ("starts_local", "ends_local")


class AllHours(View, generics.GenericAPIView[RepeatingHours]):
    serializer_class = HoursBrief
    queryset = RepeatingHours.objects.none()

    @extend_schema(operation_id="hours_list", responses=HoursBrief(many=True))
    def get(self, request: Request) -> Response:
        """What repeats in the caller's centres: of the house first, then of each colleague."""
        page = self.paginate_queryset(lookup.repeating_hours_of(caller(request))) or []
        return self.get_paginated_response(HoursBrief(page, many=True).data)

    @extend_schema(request=HoursIn, responses={201: HoursOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Every second Saturday, say, a specialist works or does not, the house is open or
        closed. What is booked already stays; `booked` names it."""
        staff = caller(request)
        asked = self.body(HoursIn)
        return self.created_once(lambda: hours_shown(repeat(staff, asked), staff))


def repeat(staff: Staff, asked: dict[str, Any]) -> RepeatingHours:
    """Raises NotFound, NotAllowed, and what `repeat_hours` does."""
    specialist, centre = asked.get("specialist"), asked.get("centre")
    whose = lookup.specialist(staff, specialist) if specialist else None
    if whose is None:
        centre_id = lookup.house(staff, centre).pk
    else:
        centre_id = lookup.centre_for(staff, whose, centre)
    require(policies.may_set_hours(staff, centre_id))
    starts, ends = (
        asked.get(at, usual) for at, usual in zip(TIMES, repeating.WHOLE_DAY, strict=True)
    )
    first, until = asked["first_on"], asked["rule"].get("until")
    pattern = pattern_in(asked["rule"], clock.midnight(first))
    return repeating.repeat_hours(
        Kind(asked["kind"]),
        Rhythm(pattern, first, starts, ends, until),
        centre_id=centre_id,
        specialist=whose,
        name=asked["name"],
        by=staff.user,
    )


class OneHours(View):
    @extend_schema(responses=HoursOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """Its dates ahead, those moved or left out among them."""
        staff = caller(request)
        return Response(hours_shown(lookup.repeating_hours(staff, public_id), staff))


class Command(View, ABC):
    """A command on what repeats, answered with it as it is then."""

    form: type[Any]

    def post(self, request: Request, public_id: UUID) -> Response:
        staff = caller(request)
        self.carry_out(lookup.changeable_hours(staff, public_id), self.body(self.form))
        return Response(hours_shown(lookup.repeating_hours(staff, public_id), staff))

    @abstractmethod
    def carry_out(self, hours: RepeatingHours, asked: dict[str, Any]) -> None:
        """Do what was asked. Raises what its service does."""


@extend_schema(request=ExceptIn, responses=HoursOut)
class Except(Command):
    """Leave one date out, or move it to another day or between other hours."""

    form = ExceptIn

    def carry_out(self, hours: RepeatingHours, asked: dict[str, Any]) -> None:
        version, to, starts = asked.get("version"), asked.get("moved_to"), asked.get("starts_local")
        if not (to or starts):
            repeating.leave_out(hours, asked["on"], version=version)
            return
        between = (starts, asked["ends_local"]) if starts else None
        repeating.move_date(
            hours, asked["on"], to=to or asked["on"], between=between, version=version
        )


@extend_schema(request=DateIn, responses=HoursOut)
class Restore(Command):
    """One date as its rule says again."""

    form = DateIn

    def carry_out(self, hours: RepeatingHours, asked: dict[str, Any]) -> None:
        repeating.put_back(hours, asked["on"], version=asked.get("version"))


@extend_schema(request=LastDayIn, responses=HoursOut)
class LastDay(Command):
    """End it with a day, or let it go on."""

    form = LastDayIn

    def carry_out(self, hours: RepeatingHours, asked: dict[str, Any]) -> None:
        repeating.set_last_day(hours, asked["until"], version=asked.get("version"))
