"""HTTP to who rides."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.views import IDEMPOTENCY, View
from people.models import Person
from people.policies import Staff
from people.requests import caller
from workshops import lookup, riders
from workshops.models import Horse
from workshops.shapes import riders as shapes


class OneRider(View):
    @extend_schema(responses=shapes.RiderOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """Weights, clearances and how she rides, and what is missing today."""
        return shown(lookup.rider(caller(request), public_id))

    @extend_schema(request=shapes.RiderIn, responses=shapes.RiderOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """How many walk beside, which horse is preferred and which are to be avoided."""
        staff = caller(request)
        person = lookup.rider(staff, public_id)
        riders.change_rider(person, **wanted(staff, person, self.body(shapes.RiderIn)))
        return shown(person)


def wanted(staff: Staff, person: Person, asked: dict[str, Any]) -> dict[str, Any]:
    """All that `change_rider` takes: what is not asked is as it was. Raises NotFound."""

    def horse(public_id: UUID) -> Horse:
        return lookup.horse_of_centre(staff, person.centre_id, public_id)

    now = riders.rider_of(person)
    wanted: dict[str, Any] = {
        "side_walkers": asked.get("side_walkers", now.side_walkers),
        "preferred_horse": now.preferred_horse,
        "avoids": list(now.avoids.all()) if now.pk else [],
    }
    if "preferred_horse" in asked:
        preferred = asked["preferred_horse"]
        wanted["preferred_horse"] = horse(preferred) if preferred else None
    if "avoids" in asked:
        wanted["avoids"] = [horse(one) for one in dict.fromkeys(asked["avoids"])]
    return wanted


class Weighings(View):
    @extend_schema(
        request=shapes.WeighingIn, responses={201: shapes.WeighingOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """What she weighed on a day."""
        staff = caller(request)
        person = lookup.rider(staff, public_id)
        asked = self.body(shapes.WeighingIn)
        on = asked.get("on") or clock.today()
        return self.created_once(
            lambda: shapes.WeighingOut(riders.weigh(person, asked["kg"], on=on, by=staff.user)).data
        )


class Clearances(View):
    @extend_schema(
        request=shapes.ClearanceIn, responses={201: shapes.ClearanceOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """A doctor's word that she may ride."""
        staff = caller(request)
        person = lookup.rider(staff, public_id)
        asked = self.body(shapes.ClearanceIn)
        return self.created_once(
            lambda: shapes.ClearanceOut(riders.note_clearance(person, by=staff.user, **asked)).data
        )


class WithdrawClearance(View):
    @extend_schema(request=None, responses=shapes.ClearanceOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """From today on it holds no more."""
        found = lookup.clearance(caller(request), public_id)
        return Response(shapes.ClearanceOut(riders.withdraw_clearance(found)).data)


def shown(person: Person) -> Response:
    return Response(shapes.rider_shown(person, riders.rider_of(person)))
