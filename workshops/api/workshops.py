"""HTTP to workshops: what a centre offers, and what it may take from the catalogue."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from scheduling import lookup as scheduling_lookup
from workshops import lookup, offering, policies, selectors
from workshops.catalogue import ATELIERS
from workshops.models import Workshop
from workshops.shapes import workshops as shapes


class Workshops(View, generics.ListAPIView[Workshop]):
    """Workshops of the caller's centres, those that are offered no more among them."""

    serializer_class = shapes.WorkshopOut
    queryset = Workshop.objects.none()

    def get_queryset(self) -> Any:
        found = selectors.workshops_of(caller(self.request)).order_by("service__name", "pk")
        return found.prefetch_related("service__resources")

    @extend_schema(
        request=shapes.NewWorkshopIn, responses={201: shapes.WorkshopOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Offer one of the catalogue, or one of the centre's own."""
        staff, asked = caller(request), self.body(shapes.NewWorkshopIn)
        centre = scheduling_lookup.house(staff, asked.pop("centre"))
        require(policies.may_set_up(staff, centre.pk))
        asked.pop("version", None)
        fields = resolved(staff, centre.pk, asked)
        return self.created_once(
            lambda: shapes.WorkshopOut(offering.offer_workshop(centre, **fields)).data
        )


class Catalogue(View):
    @extend_schema(responses=shapes.CatalogueOut)
    def get(self, request: Request) -> Response:
        """What every centre may begin with."""
        offered = selectors.codes_offered(caller(request))
        lines = [shapes.atelier_shown(one, offered.get(one.code, ())) for one in ATELIERS]
        page = {"count": len(lines), "next": None, "previous": None}
        return Response({**page, "results": lines})


class OneWorkshop(View):
    @extend_schema(responses=shapes.WorkshopOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        found = lookup.workshop(caller(request), public_id)
        return Response(shapes.WorkshopOut(found).data)

    @extend_schema(request=shapes.WorkshopIn, responses=shapes.WorkshopOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """For whom it is, who leads it where, and the defaults of its groups."""
        staff = caller(request)
        found = lookup.workshop(staff, public_id)
        require(policies.may_set_up(staff, found.centre_id))
        fields = resolved(staff, found.centre_id, self.body(shapes.WorkshopIn))
        return Response(shapes.WorkshopOut(offering.change_workshop(found, **fields)).data)


def resolved(staff: Staff, centre_id: int, asked: dict[str, Any]) -> dict[str, Any]:
    """With rows for their ids. Raises NotFound."""
    named = {"leaders": lookup.leaders, "rooms": lookup.rooms}
    rows = {
        name: find(staff, centre_id, asked[name]) for name, find in named.items() if name in asked
    }
    return asked | rows
