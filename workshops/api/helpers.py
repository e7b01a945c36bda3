"""HTTP to who helps. It says for whom nobody helped: that is not read at all."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from scheduling import lookup as scheduling_lookup
from workshops import help_hours, helping, lookup, policies
from workshops.models import Helper
from workshops.shapes import helpers as shapes

LONGEST_WINDOW = timedelta(days=366 * 2)


class Helpers(View, generics.GenericAPIView[Helper]):
    queryset = Helper.objects.none()

    @extend_schema(operation_id="helpers_list", responses=shapes.HelperBrief(many=True))
    def get(self, request: Request) -> Response:
        """Volunteers, and colleagues who help, of the caller's centres."""
        page = self.paginate_queryset(help_hours.helpers_of(caller(request))) or []
        return self.get_paginated_response(shapes.HelperBrief(page, many=True).data)

    @extend_schema(
        request=shapes.HelperIn, responses={201: shapes.HelperOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """A volunteer, who gets no log-in; or a colleague with skills of that kind."""
        staff = caller(request)
        asked = self.body(shapes.HelperIn)
        return self.created_once(lambda: shapes.helper_shown(made(staff, asked)))


def made(staff: Staff, asked: dict[str, Any]) -> Helper:
    """Raises NotFound, NotAllowed, and what its service does."""
    centre = scheduling_lookup.house(staff, asked.get("centre"))
    require(policies.may_set_up(staff, centre.pk))
    most = asked.get("most_minutes_on_end")
    if asked.get("specialist"):
        colleague = lookup.colleague(staff, centre, asked["specialist"])
        return helping.add_colleague(
            colleague, centre, skills=asked["skills"], most_minutes_on_end=most
        )
    return helping.add_volunteer(
        centre,
        asked["name"],
        phone=asked.get("phone", ""),
        skills=asked["skills"],
        most_minutes_on_end=most,
    )


class OneHelper(View):
    @extend_schema(responses=shapes.HelperOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return shown(lookup.helper(caller(request), public_id))

    @extend_schema(request=shapes.HelperChangeIn, responses=shapes.HelperOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Skills, telephone, and whether she helps any more."""
        helper = lookup.changeable_helper(caller(request), public_id)
        return shown(helping.change_helper(helper, **self.body(shapes.HelperChangeIn)))


class HelperAvailability(View):
    @extend_schema(request=shapes.AvailabilityIn, responses=shapes.HelperOut)
    def put(self, request: Request, public_id: UUID) -> Response:
        """When a volunteer can come, whole."""
        helper = lookup.changeable_helper(caller(request), public_id)
        asked = self.body(shapes.AvailabilityIn)
        changed = helping.set_availability(
            helper,
            weekly=[shapes.weekly_in(line) for line in asked["weekly"]],
            dates=[shapes.date_in(line) for line in asked["dates"]],
            version=asked.get("version"),
        )
        return shown(changed)


class HelpGiven(View):
    @extend_schema(request=shapes.HelpIn, responses={201: shapes.HelpOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, public_id: UUID) -> Response:
        """Help that no booking tells of."""
        staff = caller(request)
        helper = lookup.helper(staff, public_id)
        require(policies.may_note_help(staff, helper.centre_id))
        asked = self.body(shapes.HelpIn)
        return self.created_once(
            lambda: shapes.HelpOut(helping.note_help(helper, by=staff.user, **asked)).data
        )


class OneHelp(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """The note was wrong."""
        helping.remove_note(lookup.help_note(caller(request), public_id))
        return Response(status=204)


class HelperHours(View):
    @extend_schema(parameters=[shapes.HelpWindow], responses=shapes.HelpHoursOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How long she helped between two days, both included."""
        helper = lookup.helper(caller(request), public_id)
        asked = self.query(shapes.HelpWindow)
        if not timedelta() <= asked["to"] - asked["from"] <= LONGEST_WINDOW:
            raise serializers.ValidationError({"to": _("Ask for two years at most.")})
        hours = help_hours.hours_of([helper], asked["from"], asked["to"])[helper.pk]
        return Response(shapes.hours_shown(hours))


def shown(helper: Helper) -> Response:
    return Response(shapes.helper_shown(helper))
