"""HTTP to one visit for several services."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from scheduling import lookup, policies, services, visits
from scheduling.api.wishes import wish_in
from scheduling.shapes.bookings import new_booking_shown
from scheduling.shapes.visits import VisitBooked, VisitIn, VisitsIn, VisitsOut, visit_shown
from scheduling.visits import Part


class FindVisits(View):
    @extend_schema(request=VisitsIn, responses=VisitsOut)
    def post(self, request: Request) -> Response:
        """The shortest visits of a family for several services; nothing is booked."""
        staff = caller(request)
        asked = self.body(VisitsIn)
        parts = [part_in(staff, line) for line in asked["parts"]]
        answer = visits.find_visits(
            parts, asked["from"], asked["to"], longest_wait=asked["longest_wait"]
        )
        return Response({"proven": answer.proven, "results": list(map(visit_shown, answer.visits))})


class Visits(View):
    @extend_schema(request=VisitIn, responses={201: VisitBooked}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Book the sessions of one visit, all or none."""
        staff = caller(request)
        wishes = [wish_in(staff, session) for session in self.body(VisitIn)["sessions"]]

        def book() -> dict[str, Any]:
            made = services.book_together(wishes, by=staff.user)
            return {
                "bookings": [
                    new_booking_shown(booking, wish.people)
                    for booking, wish in zip(made, wishes, strict=True)
                ]
            }

        return self.created_once(book)


def part_in(staff: Staff, line: dict[str, Any]) -> Part:
    """Raises NotFound, NotAllowed."""
    named = lookup.named(staff, service=line["service"], people=line["people"])
    require(policies.may_book(staff, named.service.centre_id))
    specialist = line.get("specialist")
    return Part(named.service, named.people, named.specialist(specialist) if specialist else None)
