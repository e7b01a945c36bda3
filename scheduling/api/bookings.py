"""HTTP to bookings."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.fields import SENSIBLE
from base.views import IDEMPOTENCY, View
from people import selectors as people_selectors
from people.policies import require
from people.requests import caller
from scheduling import (
    blocking,
    closing,
    lookup,
    policies,
    services,
)
from scheduling.api.wishes import wish_in
from scheduling.models import Booking, Change, Participation, Resource
from scheduling.shapes.bookings import (
    BlockIn,
    BookingIn,
    BookingOut,
    CancelIn,
    ChangeOut,
    OutcomeIn,
    RescheduleIn,
    Versioned,
    bookings_shown,
    new_booking_shown,
)


class BookingFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Booking.Status.choices)
    person = django_filters.UUIDFilter(field_name="participations__person__public_id")
    specialist = django_filters.UUIDFilter(method="with_specialist")
    service = django_filters.UUIDFilter(field_name="service__public_id")
    on = django_filters.DateFilter(field_name="starts_at", lookup_expr="date", validators=SENSIBLE)

    def with_specialist(
        self, rows: QuerySet[Booking], name: str, public_id: UUID
    ) -> QuerySet[Booking]:
        """As lead or colleague, now or until it was given up."""
        return rows.filter(
            allocations__resource__public_id=public_id, allocations__part__in=policies.OWN_PARTS
        )


class Bookings(View, generics.GenericAPIView[Booking]):
    serializer_class = BookingOut
    filterset_class = BookingFilter
    queryset = Booking.objects.none()

    @extend_schema(operation_id="bookings_list", responses=BookingOut(many=True))
    def get(self, request: Request) -> Response:
        """Bookings the caller needs to know of, soonest first."""
        staff = caller(request)
        found = self.filter_queryset(policies.known_bookings(staff)).distinct()
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(bookings_shown(page, staff))

    @extend_schema(request=BookingIn, responses={201: BookingOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Book an hour, or hold it. Room, car and second worker are chosen when not given."""
        staff = caller(request)
        wish = wish_in(staff, self.body(BookingIn))
        return self.created_once(
            lambda: new_booking_shown(services.book(wish, by=staff.user), wish.people)
        )


class OneBooking(View):
    @extend_schema(responses=BookingOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shown(lookup.known_booking(caller(request), public_id), request))


class Confirm(View):
    @extend_schema(request=Versioned, responses=BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Turn a hold into a booking."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(Versioned)
        confirmed = services.confirm_booking(booking, by=caller(request).user, **asked)
        return Response(shown(confirmed, request))


class Reschedule(View):
    @extend_schema(request=RescheduleIn, responses=BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Move to another start; specialist and room stay unless named."""
        staff = caller(request)
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(RescheduleIn)
        moved = services.reschedule_booking(
            booking,
            starts_at=asked["starts_at"],
            lead=lookup.specialist(staff, asked["specialist"]) if asked.get("specialist") else None,
            room=lookup.place(staff, Resource.Kind.ROOM, asked.get("room")),
            version=asked.get("version"),
            by=staff.user,
        )
        return Response(shown(moved, request))


class Cancel(View):
    @extend_schema(request=CancelIn, responses=BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Cancel before the start, saying by whom; a block may be lifted at any time."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(CancelIn)
        cancelled = services.cancel_booking(
            booking,
            by=caller(request).user,
            party=Booking.Party(asked["by"]),
            reason=asked["reason"],
            version=asked.get("version"),
        )
        return Response(shown(cancelled, request))


class Outcome(View):
    @extend_schema(request=OutcomeIn, responses=BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say what came of the session for its people; with the last of them it is closed."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(OutcomeIn)
        participants = {
            p.person.public_id: p.person for p in booking.participations.select_related("person")
        }
        outcomes = {
            participants.get(line["person"])
            or people_selectors.not_found("person"): Participation.Outcome(line["outcome"])
            for line in asked["outcomes"]
        }
        closed = closing.record_outcomes(
            booking, outcomes, by=caller(request).user, version=asked.get("version")
        )
        return Response(shown(closed, request))


class Changes(View, generics.ListAPIView[Change]):
    """Everything that was done to the booking, with who and when."""

    serializer_class = ChangeOut
    queryset = Change.objects.none()

    def get_queryset(self) -> QuerySet[Change]:
        booking = lookup.known_booking(caller(self.request), self.kwargs["public_id"])
        return booking.changes.select_related("by")


class Blocks(View):
    @extend_schema(request=BlockIn, responses={201: BookingOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Take a specialist (leave), a room or a car (maintenance) out of use."""
        staff = caller(request)
        asked = self.body(BlockIn)
        resource = lookup.resource(staff, asked["resource"])
        centre_id = lookup.centre_for(staff, resource, asked.get("centre"))
        require(policies.may_block(staff, resource, centre_id))
        return self.created_once(
            lambda: new_booking_shown(
                blocking.block_resource(
                    resource,
                    centre_id=centre_id,
                    starts_at=asked["starts_at"],
                    ends_at=asked["ends_at"],
                    reason=Booking.BlockReason(asked["reason"]),
                    by=staff.user,
                ),
                people=(),
            )
        )


def shown(booking: Booking, request: Request) -> dict[str, Any]:
    return bookings_shown([booking], caller(request))[0]
