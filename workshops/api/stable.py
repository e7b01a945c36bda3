"""HTTP to horses, and to how a workshop is ridden."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from people.selectors import not_found
from scheduling import lookup as scheduling_lookup
from scheduling.models import Booking
from workshops import arena, herd, lookup, policies, stable
from workshops.models import Horse, Riding, Workshop
from workshops.shapes import stable as shapes


class Horses(View, generics.GenericAPIView[Horse]):
    queryset = Horse.objects.none()

    @extend_schema(operation_id="horses_list", responses=shapes.HorseOut(many=True))
    def get(self, request: Request) -> Response:
        """Horses of the caller's centres, with what they work this week."""
        page = self.paginate_queryset(herd.horses_of(caller(request))) or []
        return self.get_paginated_response(shapes.horses_shown(page))

    @extend_schema(
        request=shapes.HorseIn, responses={201: shapes.HorseOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Another horse. D15 bounds what it may be asked to do."""
        staff = caller(request)
        asked = self.body(shapes.HorseIn)
        centre = scheduling_lookup.house(staff, asked.pop("centre", None))
        require(policies.may_set_up(staff, centre.pk))
        return self.created_once(lambda: shown(stable.add_horse(centre, **asked)))


class OneHorse(View):
    @extend_schema(responses=shapes.HorseOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shown(lookup.horse(caller(request), public_id)))

    @extend_schema(request=shapes.HorseChangeIn, responses=shapes.HorseOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Its name and its limits, or whether it works any more."""
        horse = lookup.changeable_horse(caller(request), public_id)
        return Response(shown(stable.change_horse(horse, **self.body(shapes.HorseChangeIn))))


class HorseAbsences(View):
    @extend_schema(
        request=shapes.HorseAbsenceIn,
        responses={201: shapes.HorseAbsenceOut},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """The vet or the farrier comes: no ride on it then. `bookings/{id}/cancel/` lifts it."""
        staff = caller(request)
        horse = lookup.changeable_horse(staff, public_id)
        asked = self.body(shapes.HorseAbsenceIn)
        reason = Booking.BlockReason(asked.pop("reason"))
        return self.created_once(
            lambda: (
                shapes.HorseAbsenceOut(
                    stable.send_away(horse, reason=reason, by=staff.user, **asked)
                ).data
            )
        )


class OneRiding(View):
    @extend_schema(responses=shapes.RidingOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How long a ride is and how many ride at once. 404 where nobody rides."""
        workshop = lookup.workshop(caller(request), public_id)
        found = Riding.objects.filter(workshop=workshop).first() or not_found("riding")
        return Response(shapes.RidingOut(found).data)

    @extend_schema(request=shapes.RidingIn, responses=shapes.RidingOut)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Each child rides for a part of the session."""
        workshop = changeable(caller(request), public_id)
        riding = arena.set_riding(workshop, **self.body(shapes.RidingIn))
        return Response(shapes.RidingOut(riding).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Everybody sits in the whole session again."""
        arena.stop_riding(changeable(caller(request), public_id))
        return Response(status=204)


def changeable(staff: Staff, public_id: UUID) -> Workshop:
    """Raises NotFound, NotAllowed."""
    workshop = lookup.workshop(staff, public_id)
    require(policies.may_set_up(staff, workshop.centre_id))
    return workshop


def shown(horse: Horse) -> dict[str, Any]:
    return shapes.horses_shown([horse])[0]
