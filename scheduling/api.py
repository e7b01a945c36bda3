"""HTTP to the booking core: parse, authorise, call once, present."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.fields import SENSIBLE
from base.pagination import Pages
from base.rows import ask
from base.views import IDEMPOTENCY, View
from people import selectors as people_selectors
from people.policies import MANAGES_RESOURCES, require
from people.requests import caller
from scheduling import (
    blocking,
    calendars,
    event_texts,
    feeds,
    lookup,
    policies,
    services,
    setup,
    slots,
)
from scheduling import serializers as shapes
from scheduling.models import Booking, Change, Feed, Modality, Participation, Resource, Service
from scheduling.planning import Wish


class Services(generics.ListAPIView[Service]):
    """What the caller's centres offer."""

    serializer_class = shapes.ServiceOut
    filterset_fields = ("code", "access")
    queryset = Service.objects.none()

    def get_queryset(self) -> QuerySet[Service]:
        return lookup.services_of(caller(self.request)).select_related("centre")


class OneService(View):
    @extend_schema(responses=shapes.ServiceOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shapes.ServiceOut(lookup.service(caller(request), public_id)).data)

    @extend_schema(request=shapes.ServiceIn, responses=shapes.ServiceOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change a service's defaults; existing bookings keep theirs."""
        staff = caller(request)
        service = lookup.service(staff, public_id)
        require(staff.may(MANAGES_RESOURCES, service.centre_id))
        form = shapes.ServiceIn(service, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changed = services.change_service(service, **form.validated_data)
        return Response(shapes.ServiceOut(changed).data)


class Specialists(generics.ListAPIView[Resource]):
    """Colleagues of the caller's centres, with the services they give."""

    serializer_class = shapes.SpecialistOut
    queryset = Resource.objects.none()

    def get_queryset(self) -> QuerySet[Resource]:
        return (
            lookup.specialists_of(caller(self.request))
            .prefetch_related("services")
            .order_by("name", "pk")
        )


class Slots(View):
    @extend_schema(
        parameters=[
            shapes.SlotsQuery,
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.SlotsOut,
    )
    def get(self, request: Request) -> Response:
        """Hours that are truly free, soonest first; when the window has none, the first day
        after it that has."""
        staff = caller(request)
        asked = self.query(shapes.SlotsQuery)
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
        answer = pages.get_paginated_response([shapes.slot_shown(slot) for slot in page or []])
        answer.data["first_day_after"] = None if len(found) else slots.first_day_after(search)
        return answer


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
    serializer_class = shapes.BookingOut
    filterset_class = BookingFilter
    queryset = Booking.objects.none()

    @extend_schema(operation_id="bookings_list", responses=shapes.BookingOut(many=True))
    def get(self, request: Request) -> Response:
        """Bookings the caller needs to know of, soonest first."""
        staff = caller(request)
        found = self.filter_queryset(policies.known_bookings(staff)).distinct()
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(shapes.bookings_shown(page, staff))

    @extend_schema(
        request=shapes.BookingIn, responses={201: shapes.BookingOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Book an hour, or hold it. Room, car and second worker are chosen when not given."""
        staff = caller(request)
        asked = self.body(shapes.BookingIn)
        named = lookup.named(staff, service=asked["service"], people=asked["people"])
        service = named.service
        require(policies.may_book(staff, service.centre_id))
        if asked["without_papers"]:
            require(policies.may_waive_papers(staff, service.centre_id))
        people = named.people
        wish = Wish(
            service=service,
            starts_at=asked["starts_at"],
            lead=named.specialist(asked["specialist"]),
            people=people,
            modality=Modality(asked["modality"]),
            room=lookup.place(staff, Resource.Kind.ROOM, asked.get("room")),
            vehicle=lookup.place(staff, Resource.Kind.VEHICLE, asked.get("vehicle")),
            colleagues=tuple(map(named.specialist, asked["colleagues"])),
            carer=people_selectors.person(staff, asked["carer"]) if asked.get("carer") else None,
            hold=asked["hold"],
            without_papers=asked["without_papers"],
        )
        return self.created_once(
            lambda: shapes.new_booking_shown(services.book(wish, by=staff.user), people)
        )


class OneBooking(View):
    @extend_schema(responses=shapes.BookingOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shown(lookup.known_booking(caller(request), public_id), request))


class Confirm(View):
    @extend_schema(request=shapes.Versioned, responses=shapes.BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Turn a hold into a booking."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(shapes.Versioned)
        confirmed = services.confirm_booking(booking, by=caller(request).user, **asked)
        return Response(shown(confirmed, request))


class Reschedule(View):
    @extend_schema(request=shapes.RescheduleIn, responses=shapes.BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Move to another start; specialist and room stay unless named."""
        staff = caller(request)
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(shapes.RescheduleIn)
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
    @extend_schema(request=shapes.CancelIn, responses=shapes.BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Cancel before the start, saying by whom; a block may be lifted at any time."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(shapes.CancelIn)
        cancelled = services.cancel_booking(
            booking,
            by=caller(request).user,
            party=Booking.Party(asked["by"]),
            reason=asked["reason"],
            version=asked.get("version"),
        )
        return Response(shown(cancelled, request))


class Outcome(View):
    @extend_schema(request=shapes.OutcomeIn, responses=shapes.BookingOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say what came of the session for its people; with the last of them it is closed."""
        booking = lookup.changeable_booking(caller(request), public_id)
        asked = self.body(shapes.OutcomeIn)
        participants = {
            p.person.public_id: p.person for p in booking.participations.select_related("person")
        }
        outcomes = {
            participants.get(line["person"])
            or people_selectors.not_found("person"): Participation.Outcome(line["outcome"])
            for line in asked["outcomes"]
        }
        closed = services.record_outcomes(
            booking, outcomes, by=caller(request).user, version=asked.get("version")
        )
        return Response(shown(closed, request))


class Changes(View, generics.ListAPIView[Change]):
    """Everything that was done to the booking, with who and when."""

    serializer_class = shapes.ChangeOut
    queryset = Change.objects.none()

    def get_queryset(self) -> QuerySet[Change]:
        booking = lookup.known_booking(caller(self.request), self.kwargs["public_id"])
        return booking.changes.select_related("by")


class EntryBasisServices(View):
    @extend_schema(request=shapes.AuthorisedServices, responses=shapes.AuthorisedServices)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say which services an entry document entitles to, in place of those it did."""
        staff = caller(request)
        basis = lookup.entry_basis(staff, public_id)
        asked = self.body(shapes.AuthorisedServices)["services"]
        found = [
            lookup.service(staff, service, centre_id=basis.case.centre_id)
            for service in dict.fromkeys(asked)
        ]
        services.authorise(basis, found)
        return Response({"services": [service.public_id for service in found]})


class Blocks(View):
    @extend_schema(
        request=shapes.BlockIn, responses={201: shapes.BookingOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Take a specialist (leave), a room or a car (maintenance) out of use."""
        staff = caller(request)
        asked = self.body(shapes.BlockIn)
        resource = lookup.resource(staff, asked["resource"])
        centre_id = lookup.centre_for(staff, resource, asked.get("centre"))
        require(policies.may_block(staff, resource, centre_id))
        return self.created_once(
            lambda: shapes.new_booking_shown(
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


class Calendar(View):
    @extend_schema(parameters=[shapes.CalendarQuery], responses=shapes.CalendarOut)
    def get(self, request: Request) -> Response:
        """Concrete events of a resource, or of the caller's centres; busy where she has no need
        to know."""
        staff = caller(request)
        asked = self.query(shapes.CalendarQuery)
        window = asked["from"], asked["to"]
        if "resource" in asked:
            scope = calendars.of_resource(asked["resource"], *window)
            seen_under = lookup.stamp_beside(staff, asked["resource"])
            stamp, found = ask(seen_under, calendars.glances(scope, staff))
        else:
            scope = calendars.of_centres(staff.centre_ids, *window)
            stamp, found = ask(setup.stamp(), calendars.glances(scope, staff))
        results = event_texts.shown(found, staff, stamp)
        # A window is a page already: a calendar with half its events missing is a lie.
        return Response({"count": len(found), "next": None, "previous": None, "results": results})


class Feeds(View, generics.ListAPIView[Feed]):
    """The caller's private calendar address, without its token, and when it was last read."""

    serializer_class = shapes.FeedOut
    queryset = Feed.objects.none()

    def get_queryset(self) -> QuerySet[Feed]:
        return feeds.feeds_of(caller(self.request).user)

    @extend_schema(request=shapes.FeedIn, responses={201: shapes.NewFeedOut})
    def post(self, request: Request) -> Response:
        """A new private address; the former one stops working. The token is shown only now."""
        feed, url = feeds.open_feed(caller(request).user, **self.body(shapes.FeedIn))
        feed.url = url  # type: ignore[attr-defined]
        return Response(shapes.NewFeedOut(feed).data, status=201)


class OneFeed(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Revoke the address."""
        feeds.close_feed(caller(request).user, public_id)
        return Response(status=204)


def shown(booking: Booking, request: Request) -> dict[str, Any]:
    return shapes.bookings_shown([booking], caller(request))[0]
