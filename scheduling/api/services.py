"""HTTP to what a centre offers and who gives it."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import View
from people.policies import MANAGES_RESOURCES, require
from people.requests import caller
from scheduling import (
    lookup,
    services,
)
from scheduling.models import Resource, Service
from scheduling.shapes.services import AuthorisedServices, ServiceIn, ServiceOut, SpecialistOut


class Services(generics.ListAPIView[Service]):
    """What the caller's centres offer."""

    serializer_class = ServiceOut
    filterset_fields = ("code", "access")
    queryset = Service.objects.none()

    def get_queryset(self) -> QuerySet[Service]:
        return lookup.services_of(caller(self.request)).select_related("centre")


class OneService(View):
    @extend_schema(responses=ServiceOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(ServiceOut(lookup.service(caller(request), public_id)).data)

    @extend_schema(request=ServiceIn, responses=ServiceOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change a service's defaults; existing bookings keep theirs."""
        staff = caller(request)
        service = lookup.service(staff, public_id)
        require(staff.may(MANAGES_RESOURCES, service.centre_id))
        form = ServiceIn(service, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changed = services.change_service(service, **form.validated_data)
        return Response(ServiceOut(changed).data)


class Specialists(generics.ListAPIView[Resource]):
    """Colleagues of the caller's centres, with the services they give."""

    serializer_class = SpecialistOut
    queryset = Resource.objects.none()

    def get_queryset(self) -> QuerySet[Resource]:
        return (
            lookup.specialists_of(caller(self.request))
            .prefetch_related("services")
            .order_by("name", "pk")
        )


class EntryBasisServices(View):
    @extend_schema(request=AuthorisedServices, responses=AuthorisedServices)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say which services an entry document entitles to, in place of those it did."""
        staff = caller(request)
        basis = lookup.entry_basis(staff, public_id)
        asked = self.body(AuthorisedServices)["services"]
        found = [
            lookup.service(staff, service, centre_id=basis.case.centre_id)
            for service in dict.fromkeys(asked)
        ]
        services.authorise(basis, found)
        return Response({"services": [service.public_id for service in found]})
