"""HTTP to the boards of riding sessions."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import View
from people import selectors as people_selectors
from people.policies import Staff, require
from people.requests import caller
from people.selectors import not_found
from workshops import boards, lookup, policies, selectors
from workshops.models import Session
from workshops.riding.facts import Ride
from workshops.riding.proposing import Proposal
from workshops.shapes import boards as shapes
from workshops.shapes.groups import GroupSessionOut, session_shown
from workshops.sights import Sight, sight


def seen_in(request: Request, public_id: UUID) -> tuple[Staff, Session, Sight]:
    """Of a group that she runs. Raises NotFound, NotAllowed, NotRidden."""
    staff = caller(request)
    session = lookup.own_session(staff, public_id)
    return staff, session, sight(staff, session)


def shown(staff: Staff, session: Session, proposal: Proposal | None = None) -> Response:
    return Response(shapes.board_shown(sight(staff, session), proposal))


class OneBoard(View):
    @extend_schema(responses=shapes.RidingBoardOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """Who rides which horse when, what was drawn and not booked yet, and every broken rule."""
        _staff, _session, seen = seen_in(request, public_id)
        return Response(shapes.board_shown(seen))

    @extend_schema(request=shapes.RidingBoardIn, responses=shapes.RidingBoardOut)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Draw it anew, whatever rules it breaks; nothing is booked."""
        staff, session, seen = seen_in(request, public_id)
        asked = self.body(shapes.RidingBoardIn)
        rides = [shapes.ride_in(line) for line in asked["lines"]]
        check_known(seen, rides)
        boards.draw(session, rides, by=staff.user, version=asked["version"])
        return shown(staff, session)


def check_known(seen: Sight, rides: list[Ride]) -> None:
    """Raises NotFound for anybody, or any horse, of another place."""
    known = seen.known_keys()
    for ride in rides:
        for key in (ride.child, ride.horse, ride.leader, *ride.side_walkers):
            if key and key not in known:
                not_found("line")


class ProposeBoard(View):
    @extend_schema(request=shapes.VersionIn, responses=shapes.RidingBoardOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Propose a whole afternoon in place of what is drawn; nothing is booked."""
        staff, session, _seen = seen_in(request, public_id)
        asked = self.body(shapes.VersionIn)
        _board, proposal = boards.propose_board(session, by=staff.user, version=asked["version"])
        return shown(staff, session, proposal)


class BookBoard(View):
    @extend_schema(request=shapes.VersionIn, responses=shapes.RidingBoardOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Book every line: child, horse and helpers."""
        staff, session, _seen = seen_in(request, public_id)
        asked = self.body(shapes.VersionIn)
        boards.book_board(session, by=staff.user, version=asked["version"])
        return shown(staff, session)


class CallOffRiding(View):
    @extend_schema(request=shapes.CallOffDayIn, responses=GroupSessionOut(many=True))
    def post(self, request: Request) -> Response:
        """The weather: nobody rides any more on that day, and the families are told."""
        staff = caller(request)
        asked: dict[str, Any] = self.body(shapes.CallOffDayIn)
        centre = people_selectors.centre(staff, asked["centre"])
        require(policies.may_call_off(staff, centre))
        done = boards.call_off_day(centre, asked["on"], by=staff.user, reason=asked["reason"])
        return Response(lines_shown(staff, done))


def lines_shown(staff: Staff, sessions: list[Session]) -> list[dict[str, Any]]:
    found = selectors.sessions_of(staff).filter(pk__in=[one.pk for one in sessions])
    return [session_shown(line) for line in selectors.timetable(found)]
