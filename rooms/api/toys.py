"""HTTP to the toy library."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.views import IDEMPOTENCY, View
from people import selectors as people_selectors
from people.policies import require
from people.requests import caller
from rooms import (
    lending,
    lookup,
    policies,
    selectors,
)
from rooms.models import Loan
from rooms.shapes import toys as shapes
from scheduling.models import Resource


class Toys(View, generics.GenericAPIView[Resource]):
    queryset = Resource.objects.none()

    @extend_schema(operation_id="toys_list", responses=shapes.ToyOut(many=True))
    def get(self, request: Request) -> Response:
        """The toy library: what is there, and what is lent until when."""
        toys = selectors.with_loans(selectors.toys(caller(request)))
        page: Any = self.paginate_queryset(toys) or []
        today = clock.today()
        return self.get_paginated_response(
            [
                {
                    "id": toy.public_id,
                    "name": toy.name,
                    "lent": toy.due_on is not None,
                    "due_on": toy.due_on,
                    "overdue": toy.due_on is not None and toy.due_on < today,
                }
                for toy in page
            ]
        )


class Loans(View, generics.GenericAPIView[Loan]):
    queryset = Loan.objects.none()

    @extend_schema(operation_id="loans_list", responses=shapes.LoanOut(many=True))
    def get(self, request: Request) -> Response:
        """What is lent now, overdue first."""
        found = selectors.lent(selectors.loans_of(caller(request)))
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(shapes.LoanOut(page, many=True).data)

    @extend_schema(request=shapes.LoanIn, responses={201: shapes.LoanOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Lend a toy until a day."""
        staff = caller(request)
        asked = self.body(shapes.LoanIn)
        toy = lookup.toy(staff, asked["toy"])
        assert toy.centre_id is not None
        require(policies.may_lend(staff, toy.centre_id))
        person = people_selectors.person_of_centre(staff, toy.centre_id, asked["person"])
        return self.created_once(
            lambda: (
                shapes.LoanOut(
                    lending.lend(toy, person, due_on=asked["due_on"], by=staff.user)
                ).data
            )
        )


class ReturnToy(View):
    @extend_schema(request=None, responses=shapes.LoanOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """The toy is back."""
        staff = caller(request)
        loan = lending.take_back(lookup.loan(staff, public_id), by=staff.user)
        return Response(shapes.LoanOut(loan).data)
