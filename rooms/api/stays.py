"""HTTP to stays, from the waiting list to the day of leaving."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people import selectors as people_selectors
from people.models import Person
from people.policies import Staff, require
from people.requests import caller
from rooms import (
    lookup,
    members,
    policies,
    reserving,
    selectors,
    services,
    upkeep,
)
from rooms.models import Absence, Stay
from rooms.nights import Nights
from rooms.selectors import StayLeg
from rooms.shapes import stays as shapes
from rooms.shapes.asking import party_of
from scheduling.models import Change
from scheduling.shapes.bookings import ChangeOut, Versioned


class StayFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Stay.Status.choices)
    kind = django_filters.ChoiceFilter(choices=Stay._meta.get_field("kind").choices)
    waiting = django_filters.BooleanFilter(method="on_the_list")

    def on_the_list(self, rows: QuerySet[Stay], name: str, value: bool) -> QuerySet[Stay]:
        """The waiting list, in its order."""
        return selectors.waiting(rows) if value else rows


class Stays(View, generics.GenericAPIView[Stay]):
    filterset_class = StayFilter
    queryset = Stay.objects.none()

    @extend_schema(operation_id="stays_list", responses=shapes.StayOut(many=True))
    def get(self, request: Request) -> Response:
        """Stays of the centres in which the caller shelters; `waiting=true` is the waiting
        list, safety first."""
        staff = caller(request)
        require(policies.shelters(staff))
        found = self.filter_queryset(selectors.stays_of(staff))
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(shapes.stays_shown(page))

    @extend_schema(request=shapes.StayIn, responses={201: shapes.StayOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Ask for a place: put on the waiting list, held, or taken in at once."""
        staff = caller(request)
        asked = self.body(shapes.StayIn)
        centre = lookup.sheltering_centre(staff, asked.get("centre"))
        people = people_of(staff, centre.pk, asked)
        nights = Nights(asked["from"], asked["to"])
        ask = reserving.Ask(
            centre,
            nights,
            party_of(asked),
            people,
            in_danger=asked["in_danger"],
            reason=asked["reason"],
        )
        wanted = wanted_of(staff, asked, nights)
        if asked["status"] == Stay.Status.REQUESTED:
            return self.created_once(lambda: shown(reserving.request_stay(ask, by=staff.user)))
        if asked["status"] == Stay.Status.HELD:
            return self.created_once(
                lambda: shown(
                    reserving.hold_unit(ask, wanted, reserve=asked["reserve"], by=staff.user)
                )
            )
        return self.created_once(
            lambda: shown(
                services.admit(ask, wanted, without_papers=asked["without_papers"], by=staff.user)
            )
        )


class OneStay(View):
    @extend_schema(responses=shapes.StayOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        stay = services.read_stay(caller(request), public_id)
        return Response(shown(stay))


class Offer(View):
    @extend_schema(request=shapes.OfferIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Hold a unit for a family on the waiting list."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.OfferIn)
        nights = Nights(asked["from"], asked["to"]) if "from" in asked else None
        offered = reserving.offer_unit(
            stay,
            wanted_of(staff, asked, nights or stay.nights),
            nights=nights,
            reserve=asked["reserve"],
            by=staff.user,
            version=asked.get("version"),
        )
        return Response(shown(offered))


class ConfirmStay(View):
    @extend_schema(request=Versioned, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Turn a hold into a reservation, which does not run out."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        return Response(shown(reserving.confirm_stay(stay, by=staff.user, **self.body(Versioned))))


class CloseStay(View):
    @extend_schema(request=shapes.CloseIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Refused, withdrawn, or they did not come."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.CloseIn)
        outcome = Stay.Status(asked.pop("outcome"))
        return Response(shown(reserving.close_stay(stay, outcome, by=staff.user, **asked)))


class CheckIn(View):
    @extend_schema(request=shapes.CheckInIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """They are here: tonight is their first night."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.CheckInIn)
        admitted = services.check_in(
            stay,
            people_of(staff, stay.centre_id, asked),
            without_papers=asked["without_papers"],
            by=staff.user,
            version=asked.get("version"),
        )
        return Response(shown(admitted))


class CheckOut(View):
    @extend_schema(request=Versioned, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """They left, and the unit waits to be cleaned."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        return Response(shown(services.check_out(stay, by=staff.user, **self.body(Versioned))))


class ReadyStay(View):
    @extend_schema(request=None, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """The unit that this stay left is cleaned."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        upkeep.ready_after(stay, by=staff.user)
        return Response(shown(stay))


class Extend(View):
    @extend_schema(request=shapes.ExtendIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Let a stay last longer, by a document: the manager's to do."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        require(policies.may_extend(staff, stay.centre_id))
        asked = self.body(shapes.ExtendIn)
        until = asked.pop("to")
        return Response(shown(services.extend_stay(stay, until, by=staff.user, **asked)))


class Move(View):
    @extend_schema(request=shapes.MoveIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Another unit, from tonight or from a later night on."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.MoveIn)
        unit = lookup.sheltering_unit(staff, asked.pop("unit"))
        return Response(shown(services.move_stay(stay, unit, by=staff.user, **asked)))


class Absences(View):
    @extend_schema(request=shapes.AbsenceIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Somebody is in hospital or on home leave, or back. The unit stays theirs."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.AbsenceIn)
        member = lookup.member(stay, asked["person"])
        version = asked.get("version")
        if asked["back"]:
            members.end_absence(member, by=staff.user, version=version)
        else:
            kind = Absence.Kind(asked["kind"])
            members.begin_absence(member, kind, by=staff.user, version=version)
        return Response(shown(lookup.stay(staff, public_id)))


class Members(View):
    @extend_schema(request=shapes.MembersIn, responses=shapes.StayOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Somebody joins, leaves, or is born."""
        staff = caller(request)
        stay = lookup.stay(staff, public_id)
        asked = self.body(shapes.MembersIn)
        by, version = staff.user, asked.get("version")
        if "born" in asked:
            members.record_birth(stay, **asked["born"], by=by, version=version)
        elif "joins" in asked:
            person = people_selectors.person_of_centre(staff, stay.centre_id, asked["joins"])
            members.add_member(stay, person, by=by, version=version)
        else:
            members.part_member(lookup.member(stay, asked["leaves"]), by=by, version=version)
        return Response(shown(lookup.stay(staff, public_id)))


class StayChanges(View, generics.ListAPIView[Change]):
    """Everything that was done to what the stay holds, with who and when."""

    serializer_class = ChangeOut
    queryset = Change.objects.none()

    def get_queryset(self) -> QuerySet[Change]:
        stay = lookup.stay(caller(self.request), self.kwargs["public_id"])
        return selectors.changes_of(stay)


def people_of(staff: Staff, centre_id: int, asked: dict[str, Any]) -> tuple[Person, ...]:
    named = asked.get("people") or []
    return people_selectors.people(staff, centre_id, named) if named else ()


def wanted_of(staff: Staff, asked: dict[str, Any], nights: Nights) -> Sequence[StayLeg]:
    """The unit, or the units in turn, that the caller names. Raises NotFound, NotAllowed."""
    if asked.get("turns"):
        return [
            StayLeg(lookup.sheltering_unit(staff, leg["unit"]), Nights(leg["from"], leg["to"]))
            for leg in asked["turns"]
        ]
    if asked.get("unit"):
        return [StayLeg(lookup.sheltering_unit(staff, asked["unit"]), nights)]
    return []


def shown(stay: Stay) -> dict[str, Any]:
    return shapes.stays_shown([stay])[0]
