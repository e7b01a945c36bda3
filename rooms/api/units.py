"""HTTP to units: what is free, tonight, the board, and their upkeep."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.views import View
from people import selectors as people_selectors
from people.policies import require
from people.requests import caller
from rooms import (
    availability,
    board,
    evening,
    lookup,
    policies,
    selectors,
    snapshot,
    steps,
    upkeep,
)
from rooms.nights import Nights, tonight
from rooms.shapes import units as shapes
from rooms.shapes.asking import party_of
from scheduling.models import Resource


class Units(View, generics.GenericAPIView[Resource]):
    queryset = Resource.objects.none()

    @extend_schema(operation_id="units_list", responses=shapes.UnitOut(many=True))
    def get(self, request: Request) -> Response:
        """Units of the caller's centres and what each is this minute; never where, nor who."""
        found = [shapes.unit_shown(unit) for unit in snapshot.units(caller(request).centre_ids)]
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(page)


class Availability(View):
    @extend_schema(parameters=[shapes.AvailabilityQuery], responses=shapes.AvailabilityOut)
    def get(self, request: Request) -> Response:
        """Units that fit and are free for all these nights, best fit first; else several one
        after another; else the nearest date."""
        asked = self.query(shapes.AvailabilityQuery)
        steps.check_dates(asked["nights"])
        party = party_of(asked)
        found = availability.availability(caller(request).centre_ids, party, asked["nights"])
        return Response(shapes.answer_shown(found, party, asked["nights"]))


class OneBoard(View):
    @extend_schema(parameters=[shapes.BoardQuery], responses=shapes.BoardOut)
    def get(self, request: Request) -> Response:
        """Who may see the house sees its nights, without names."""
        staff = caller(request)
        asked = self.query(shapes.BoardQuery)
        start = asked.get("from") or tonight()
        nights = Nights(start, start + timedelta(days=asked["days"]))
        return Response(shapes.board_shown(board.board(staff.centre_ids, nights, staff)))


class Evening(View):
    @extend_schema(responses=shapes.EveningOut)
    def get(self, request: Request) -> Response:
        """What is free tonight and for how long, who comes, leaves or is late, what waits."""
        staff = caller(request)
        require(policies.shelters(staff))
        return Response(shapes.evening_shown(evening.evening(staff), evening.sisters(staff)))


class ReadyUnit(View):
    @extend_schema(request=None, responses=shapes.UnitOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Cleaned: the unit is free again."""
        staff = caller(request)
        unit = lookup.sheltering_unit(staff, public_id)
        upkeep.make_ready(unit, by=staff.user)
        return Response(shapes.unit_shown(upkeep.as_is(unit)))


class OutOfService(View):
    @extend_schema(
        operation_id="unit_out_of_service", request=shapes.OutOfServiceIn, responses=shapes.UnitOut
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Nobody sleeps there for some nights."""
        staff = caller(request)
        unit = lookup.sheltering_unit(staff, public_id)
        asked = self.body(shapes.OutOfServiceIn)
        upkeep.take_out_of_service(unit, Nights(asked["from"], asked["to"]), by=staff.user)
        return Response(shapes.unit_shown(upkeep.as_is(unit)))

    @extend_schema(operation_id="unit_in_service", responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """It may be slept in again: whatever was marked and is not over ends now."""
        staff = caller(request)
        upkeep.put_in_service(lookup.sheltering_unit(staff, public_id), by=staff.user)
        return Response(status=204)


class Cots(View):
    @extend_schema(request=shapes.CotsIn, responses={201: shapes.CotsIn})
    def post(self, request: Request) -> Response:
        """Cots change units from a night on; from or to the store when one is not named."""
        staff = caller(request)
        asked = self.body(shapes.CotsIn)
        units = {
            end: lookup.sheltering_unit(staff, asked[end]) if asked.get(end) else None
            for end in ("taken_from", "brought_to")
        }
        centres = {unit.centre for unit in units.values() if unit}
        centre = centres.pop()
        if centres or centre is None:
            people_selectors.not_found("unit")
        upkeep.move_cots(centre, **units, count=asked["count"], on=asked["on"], by=staff.user)
        return Response(asked, status=201)


class TurnedAway(View):
    @extend_schema(parameters=[shapes.TurnedAwayQuery], responses=shapes.TurnedAwayOut)
    def get(self, request: Request) -> Response:
        """How many requests ended without a stay from one date to another, by reason."""
        staff = caller(request)
        require(policies.shelters(staff))
        asked = self.query(shapes.TurnedAwayQuery)
        found = selectors.turned_away(
            selectors.stays_of(staff), clock.midnight(asked["from"]), clock.midnight(asked["to"])
        )
        return Response(
            {
                "refused": found.refused,
                "withdrawn": found.withdrawn,
                "did_not_come": found.did_not_come,
            }
        )
