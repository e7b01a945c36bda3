"""Shapes of groups and their sessions."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from base.fields import DayField, IdField, InstantField, LabelField
from people.policies import Staff
from scheduling.models import Booking, Participation
from scheduling.series.placing import Place, Refusal
from scheduling.shapes.bookings import StartsIn, Versioned
from scheduling.shapes.series import RuleIn
from workshops import policies, selectors
from workshops.models import Group, Seat
from workshops.selectors import Line, Places
from workshops.shapes.workshops import MOST_PLACES

MOST_IN_A_GROUP = 60


class GroupIn(StartsIn):
    workshop = IdField()
    name = LabelField(max_length=60)
    specialist = IdField()
    colleagues = serializers.ListField(child=IdField(), required=False, max_length=10, default=list)
    room = IdField(required=False, allow_null=True)
    capacity = serializers.IntegerField(min_value=1, max_value=MOST_PLACES, required=False)
    on_school_vacations = serializers.BooleanField(default=False)
    rule = RuleIn()
    skip_clashes = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=False)


class GroupChangeIn(Versioned):
    capacity = serializers.IntegerField(min_value=1, max_value=MOST_PLACES, required=False)
    name = LabelField(max_length=60, required=False)


class PlacesOut(serializers.Serializer[Any]):
    capacity = serializers.IntegerField()
    taken = serializers.IntegerField()
    free = serializers.IntegerField()
    waiting = serializers.IntegerField()


class GroupOut(serializers.Serializer[Any]):
    id = IdField()
    workshop = IdField()
    series = IdField()
    name = serializers.CharField()
    workshop_name = serializers.CharField()
    version = serializers.IntegerField()
    places = PlacesOut()


class PlannedDateOut(serializers.Serializer[Any]):
    starts_at = InstantField()
    code = serializers.CharField(allow_null=True, help_text="null: it would be booked")
    detail = serializers.CharField()


class GroupPreviewOut(serializers.Serializer[Any]):
    dates = PlannedDateOut(many=True)


class GroupSessionOut(serializers.Serializer[Any]):
    """`version` is that of the hour: what moves and cancels it asks for it."""

    id = IdField()
    group = IdField()
    booking = IdField()
    name = serializers.CharField()
    status = serializers.ChoiceField(Booking.Status.choices)
    starts_at = InstantField()
    ends_at = InstantField()
    version = serializers.IntegerField()
    specialist = IdField()
    colleagues = serializers.ListField(child=IdField())
    room = IdField(allow_null=True)
    places = serializers.IntegerField()
    coming = serializers.IntegerField()
    makes_up_for = IdField(allow_null=True)


class SeatOut(serializers.Serializer[Any]):
    """`why` tells why nobody sits there; null while she comes."""

    enrolment = IdField()
    person = IdField()
    name = serializers.CharField()
    status = serializers.ChoiceField(Booking.Status.choices)
    outcome = serializers.ChoiceField(Participation.Outcome.choices, allow_null=True)
    why = serializers.ChoiceField(Seat.Why.choices, allow_null=True)


class OneGroupSessionOut(GroupSessionOut):
    seats = SeatOut(many=True, allow_null=True, help_text="null: for who runs the group")


class MoveSessionIn(StartsIn, Versioned):
    specialist = IdField(required=False, allow_null=True)
    room = IdField(required=False, allow_null=True)
    leaving_out = serializers.BooleanField(
        default=False, help_text="without those who cannot come then"
    )


class MakeUpIn(StartsIn):
    room = IdField(required=False, allow_null=True)
    leaving_out = serializers.BooleanField(default=False)


class CallOffIn(Versioned):
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")


class AttendanceLine(serializers.Serializer[Any]):
    person = IdField()
    outcome = serializers.ChoiceField(Participation.Outcome.choices)


class AttendanceIn(Versioned):
    """For some or all; or `undo` what was noted last."""

    lines = serializers.ListField(
        child=AttendanceLine(), required=False, max_length=MOST_IN_A_GROUP, default=list
    )
    undo = serializers.BooleanField(default=False)


class SessionWindow(serializers.Serializer[Any]):
    group = IdField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": DayField(), "to": DayField(), **super().get_fields()}


def groups_shown(groups: Sequence[Group]) -> list[dict[str, Any]]:
    places = selectors.places_of(groups)
    return [group_shown(group, places[group.pk]) for group in groups]


def group_shown(group: Group, places: Places) -> dict[str, Any]:
    return {
        "id": group.public_id,
        "workshop": group.workshop.public_id,
        "series": group.series.public_id,
        "name": group.name,
        "workshop_name": group.workshop.name,
        "version": group.version,
        "places": {
            "capacity": places.capacity,
            "taken": places.taken,
            "free": places.free,
            "waiting": places.waiting,
        },
    }


def preview_shown(places: Sequence[Place], refusals: Sequence[Refusal]) -> dict[str, Any]:
    errors = {refusal.place.original_start: refusal.error for refusal in refusals}
    return {
        "dates": [
            {
                "starts_at": place.starts_at,
                "code": error.code if (error := errors.get(place.original_start)) else None,
                "detail": str(error) if error else "",
            }
            for place in places
        ]
    }


def session_shown(line: Line) -> dict[str, Any]:
    session, held = line.session, line.held
    made_up = session.makes_up_for
    return {
        "id": session.public_id,
        "group": session.group.public_id,
        "booking": session.booking.public_id,
        "name": session.group.name,
        "status": session.booking.status,
        "starts_at": session.booking.starts_at,
        "ends_at": session.booking.ends_at,
        "version": session.booking.version,
        "specialist": held.lead.public_id,
        "colleagues": [one.public_id for one in held.colleagues],
        "room": held.room.public_id if held.room else None,
        "places": line.places,
        "coming": line.coming,
        "makes_up_for": made_up.public_id if made_up else None,
    }


def one_session_shown(staff: Staff, line: Line) -> dict[str, Any]:
    session = line.session
    runs = policies.may_run(staff, session.group)
    seats = selectors.seats_seen_by(staff, session) if runs else None
    return {
        **session_shown(line),
        "seats": None if seats is None else [seat_shown(one) for one in seats],
    }


def seat_shown(seat: Seat) -> dict[str, Any]:
    person, booking = seat.enrolment.person, seat.booking
    assert booking is not None
    return {
        "enrolment": seat.enrolment.public_id,
        "person": person.public_id,
        "name": person.full_name,
        "status": booking.status,
        "outcome": selectors.outcome_of(seat) or None,
        "why": seat.why or None,
    }
