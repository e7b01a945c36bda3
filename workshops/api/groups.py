"""HTTP to groups and sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.views import IDEMPOTENCY, View
from people.policies import Staff, require
from people.requests import caller
from people.selectors import not_found
from scheduling import lookup as scheduling_lookup
from scheduling.models import Participation, Resource
from scheduling.shapes.series import repetition_in
from workshops import attendance, groups, lookup, policies, selectors, sessions
from workshops.groups import Timetable
from workshops.models import Group, Session
from workshops.shapes import groups as shapes

LONGEST_WINDOW = timedelta(days=100)


class Groups(View, generics.GenericAPIView[Group]):
    queryset = Group.objects.none()

    @extend_schema(operation_id="groups_list", responses=shapes.GroupOut(many=True))
    def get(self, request: Request) -> Response:
        """Groups of the caller's centres, with how full they are from today on."""
        found = selectors.groups_of(caller(request)).order_by("name", "pk")
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(shapes.groups_shown(page))

    @extend_schema(
        request=shapes.GroupIn,
        responses={200: shapes.GroupPreviewOut, 201: shapes.GroupOut},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Open a group: its sessions are booked. With `dry_run` each date is only looked at."""
        staff = caller(request)
        asked = self.body(shapes.GroupIn)
        timetable = timetable_in(staff, asked)
        if asked["dry_run"]:
            return Response(shapes.preview_shown(*groups.preview_group(timetable, by=staff.user)))
        return self.created_once(
            lambda: shown(
                groups.open_group(timetable, by=staff.user, skipping=asked["skip_clashes"])
            )
        )


def timetable_in(staff: Staff, asked: dict[str, Any]) -> Timetable:
    """Raises NotFound, NotAllowed."""
    workshop = lookup.workshop(staff, asked["workshop"])
    require(policies.may_set_up(staff, workshop.centre_id))
    return Timetable(
        workshop=workshop,
        name=asked["name"],
        starts_at=asked["starts_at"],
        lead=scheduling_lookup.specialist(staff, asked["specialist"]),
        repetition=repetition_in(asked["rule"], asked["starts_at"]),
        colleagues=tuple(scheduling_lookup.specialist(staff, one) for one in asked["colleagues"]),
        room=scheduling_lookup.place(staff, Resource.Kind.ROOM, asked.get("room")),
        capacity=asked.get("capacity"),
        in_term_time=not asked["on_school_vacations"],
    )


class OneGroup(View):
    @extend_schema(responses=shapes.GroupOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shown(lookup.group(caller(request), public_id)))

    @extend_schema(request=shapes.GroupChangeIn, responses=shapes.GroupOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Another name, or another number of places: more go to the waiting list at once."""
        staff = caller(request)
        found = lookup.group(staff, public_id)
        require(policies.may_set_up(staff, found.workshop.centre_id))
        asked = self.body(shapes.GroupChangeIn)
        groups.change_group(found, by=staff.user, **asked)
        return Response(shown(lookup.group(staff, public_id)))


class Sessions(View, generics.GenericAPIView[Session]):
    queryset = Session.objects.none()

    @extend_schema(
        operation_id="sessions_list",
        parameters=[shapes.SessionWindow],
        responses=shapes.GroupSessionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """Sessions between two dates, the last not included; without names."""
        staff = caller(request)
        asked = self.query(shapes.SessionWindow)
        first, last = asked["from"], min(asked["to"], asked["from"] + LONGEST_WINDOW)
        found = selectors.between(
            selectors.sessions_of(staff), clock.midnight(first), clock.midnight(last)
        )
        if "group" in asked:
            found = found.filter(group=lookup.group(staff, asked["group"]))
        page = self.paginate_queryset(found.order_by("booking__starts_at", "pk")) or []
        lines = selectors.timetable(found.filter(pk__in=[one.pk for one in page]))
        return self.get_paginated_response([shapes.session_shown(line) for line in lines])


class OneSession(View):
    @extend_schema(responses=shapes.OneGroupSessionOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """With who comes, for whoever runs the group."""
        return answer(caller(request), lookup.session(caller(request), public_id))


class MoveSession(View):
    @extend_schema(request=shapes.MoveSessionIn, responses=shapes.OneGroupSessionOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Another hour, with everybody in it."""
        staff = caller(request)
        session = lookup.own_session(staff, public_id)
        asked = self.body(shapes.MoveSessionIn)
        lead = asked.pop("specialist", None)
        room = scheduling_lookup.place(staff, Resource.Kind.ROOM, asked.pop("room", None))
        moved = sessions.move_session(
            session,
            by=staff.user,
            lead=scheduling_lookup.specialist(staff, lead) if lead else None,
            room=room,
            **asked,
        )
        return answer(staff, moved)


class CallOffSession(View):
    @extend_schema(request=shapes.CallOffIn, responses=shapes.OneGroupSessionOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Cancel it: whoever would have come is told, once."""
        staff = caller(request)
        session = lookup.own_session(staff, public_id)
        asked = self.body(shapes.CallOffIn)
        return answer(staff, sessions.cancel_session(session, by=staff.user, **asked))


class MakeUp(View):
    @extend_schema(
        request=shapes.MakeUpIn,
        responses={201: shapes.OneGroupSessionOut},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Another hour for a cancelled session."""
        staff = caller(request)
        session = lookup.own_session(staff, public_id)
        asked = self.body(shapes.MakeUpIn)
        room = scheduling_lookup.place(staff, Resource.Kind.ROOM, asked.pop("room", None))
        return self.created_once(
            lambda: in_full(staff, sessions.make_up(session, by=staff.user, room=room, **asked))
        )


class Attendance(View):
    @extend_schema(request=shapes.AttendanceIn, responses=shapes.OneGroupSessionOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Who came, for the whole group at once; or take back what was noted last."""
        staff = caller(request)
        session = lookup.own_session(staff, public_id)
        asked = self.body(shapes.AttendanceIn)
        version = asked.get("version")
        if asked["undo"]:
            attendance.undo_attendance(session, by=staff.user, version=version)
        else:
            seats = {
                one.enrolment.person.public_id: one.enrolment.person
                for one in selectors.seats_seen_by(staff, session)
            }
            outcomes = {
                seats.get(line["person"]) or not_found("person"): Participation.Outcome(
                    line["outcome"]
                )
                for line in asked["lines"]
            }
            attendance.note_attendance(session, outcomes, by=staff.user, version=version)
        return answer(staff, lookup.session(staff, public_id))


def shown(group: Group) -> dict[str, Any]:
    return shapes.groups_shown([group])[0]


def in_full(staff: Staff, session: Session) -> dict[str, Any]:
    line = selectors.timetable(selectors.sessions_of(staff).filter(pk=session.pk))[0]
    return shapes.one_session_shown(staff, line)


def answer(staff: Staff, session: Session) -> Response:
    return Response(in_full(staff, session))
