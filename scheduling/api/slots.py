"""HTTP to free hours."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base.pagination import Pages
from base.views import View
from people.requests import caller
from scheduling import (
    lookup,
    slots,
)
from scheduling.models import Modality
from scheduling.shapes.slots import SlotsOut, SlotsQuery, slot_shown


class Slots(View):
    @extend_schema(
        parameters=[
            SlotsQuery,
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=SlotsOut,
    )
    def get(self, request: Request) -> Response:
        """Hours that are truly free, soonest first; when the window has none, the first day
        after it that has."""
        staff = caller(request)
        asked = self.query(SlotsQuery)
        named = lookup.named(staff, service=asked["service"], people=asked["person"])
        search = slots.Search(
            service=named.service,
            people=named.people,
            modality=Modality(asked["modality"]),
            specialist=named.specialist(asked["specialist"]) if "specialist" in asked else None,
            begins=asked["from"],
            ends=asked["to"],
            known=(named.house, named.party),
            moving=lookup.known_booking(staff, asked["moving"]) if "moving" in asked else None,
        )
        found = slots.free_slots(search)
        pages = Pages()
        page = pages.paginate_queryset(found, request, view=self)
        answer = pages.get_paginated_response([slot_shown(slot) for slot in page or []])
        answer.data["first_day_after"] = None if len(found) else slots.first_day_after(search)
        return answer
