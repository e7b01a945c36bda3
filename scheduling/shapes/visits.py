"""Shapes of one visit for several services."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from base import clock
from base.fields import IdField, InstantField, Window
from scheduling.shapes.bookings import MAX_PEOPLE, BookingOut, WishIn
from scheduling.shapes.services import minutes
from scheduling.visits import LONGEST_WAIT, MOST_SERVICES, Session, Visit


class PartIn(serializers.Serializer[Any]):
    service = IdField()
    people = serializers.ListField(child=IdField(), min_length=1, max_length=MAX_PEOPLE)
    specialist = IdField(required=False, allow_null=True)


class VisitsIn(Window):
    """Two to four services, and between which days; `longest_wait` is for the family as a whole."""

    longest = timedelta(days=31)
    parts = serializers.ListField(child=PartIn(), min_length=2, max_length=MOST_SERVICES)
    longest_wait = minutes(0, 8 * 60, default=LONGEST_WAIT)


class SessionOut(serializers.Serializer[Any]):
    service = IdField()
    people = serializers.ListField(child=IdField())
    starts_at = InstantField()
    ends_at = InstantField()
    specialist = IdField()
    room = IdField(allow_null=True)


class VisitOut(serializers.Serializer[Any]):
    starts_at = InstantField()
    ends_at = InstantField()
    stay = serializers.DurationField()
    waiting = serializers.DurationField()
    sessions = SessionOut(many=True)


class VisitsOut(serializers.Serializer[Any]):
    """`proven`: no shorter visit exists in these days."""

    proven = serializers.BooleanField()
    results = VisitOut(many=True)


class SessionIn(WishIn):
    """A session of the visit that was chosen."""


class VisitIn(serializers.Serializer[Any]):
    sessions = serializers.ListField(child=SessionIn(), min_length=2, max_length=MOST_SERVICES)


class VisitBooked(serializers.Serializer[Any]):
    bookings = BookingOut(many=True)


def visit_shown(visit: Visit) -> dict[str, Any]:
    return {
        "starts_at": clock.local(visit.starts_at),
        "ends_at": clock.local(visit.ends_at),
        "stay": spoken(visit.stay),
        "waiting": spoken(visit.waiting),
        "sessions": [session_shown(session) for session in visit.sessions],
    }


def spoken(duration: timedelta) -> str:
    """As DRF writes durations."""
    return serializers.DurationField().to_representation(duration)


def session_shown(session: Session) -> dict[str, Any]:
    return {
        "service": session.part.service.public_id,
        "people": [person.public_id for person in session.part.people],
        "starts_at": clock.local(session.starts_at),
        "ends_at": clock.local(session.ends_at),
        "specialist": session.lead.public_id,
        "room": session.room.public_id if session.room else None,
    }
