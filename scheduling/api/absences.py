"""HTTP to absences."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import View
from people.policies import Staff, require
from people.requests import caller
from people.selectors import not_found
from scheduling import absences, lookup, policies
from scheduling.absences import Absence, Decision, Way
from scheduling.models import Booking
from scheduling.shapes.absences import (
    AbsentIn,
    AbsentQuery,
    AffectedList,
    SettledOut,
    affected_shown,
)


class Absences(View):
    @extend_schema(parameters=[AbsentQuery], responses=AffectedList)
    def get(self, request: Request) -> Response:
        """The hours that a specialist's absence touches, with who could take each over and when
        she herself could next."""
        staff = caller(request)
        absence = absence_in(staff, self.query(AbsentQuery))
        found = absences.affected_by(
            absence, policies.centres_for_absence(staff, absence.specialist)
        )
        return Response({"results": [affected_shown(one) for one in found]})

    @extend_schema(request=AbsentIn, responses=SettledOut)
    def post(self, request: Request) -> Response:
        """Carry out decisions, each by itself, and take her out of use for the rest."""
        staff = caller(request)
        asked = self.body(AbsentIn)
        absence = absence_in(staff, asked)
        centres = policies.centres_for_absence(staff, absence.specialist)
        hers = {one.booking.public_id: one.booking for one in absences.hours_of(absence, centres)}
        results, block = absences.settle(
            absence,
            [decision_in(staff, hers, line) for line in asked["decisions"]],
            centre_id=lookup.centre_for(staff, absence.specialist, asked.get("centre")),
            marking=asked["mark"],
            by=staff.user,
        )
        return Response(
            {
                "block": block.public_id if block else None,
                "results": [
                    {
                        "booking": decision.booking.public_id,
                        "done": error is None,
                        "code": error.code if error else "",
                        "detail": str(error or ""),
                    }
                    for decision, error in results
                ],
            }
        )


def absence_in(staff: Staff, asked: dict[str, Any]) -> Absence:
    """Raises NotFound, NotAllowed."""
    specialist = lookup.specialist(staff, asked["specialist"])
    require(bool(policies.centres_for_absence(staff, specialist)))
    return Absence(specialist, asked["from"], asked["to"])


def decision_in(staff: Staff, hers: Mapping[UUID, Booking], line: dict[str, Any]) -> Decision:
    """Of one of the absent one's hours. Raises NotFound, NotAllowed."""
    booking = hers.get(line["booking"]) or not_found("booking")
    require(policies.may_change(staff, booking))
    specialist = line.get("specialist")
    return Decision(
        booking,
        Way(line["way"]),
        lookup.specialist(staff, specialist) if specialist else None,
        line.get("starts_at"),
    )
